"""Where one inspection problem stands, in the words of the warning ladder.

In: a row of `rectification.ladder` as a dictionary. Out: plain sentences, hostile only where the ledger's own words
are in them. Refuses to count days for a problem without a deadline.
"""

from __future__ import annotations

from typing import Any

from settings import Problems
from ui.html import Tone
from wording import date_text, is_missing

TONES: dict[str, Tone] = {"red": "bad", "yellow": "warn", "blue": "info", "none": "soft"}
CALENDAR, WORKING = "天", "个工作日"


def day_unit(rules: Problems) -> str:
    """What the county's days to a deadline are: 天, or 个工作日."""
    return WORKING if rules.count_days == "working" else CALENDAR


def standing(row: dict[str, Any], unit: str = CALENDAR) -> str:
    """Where the problem stands, in words: 逾期12天, 整改中,还剩5天, 待验收."""
    if row["is_overdue"]:
        return f"逾期{-row['days_left']}{unit}"
    if row["is_open"] and not is_missing(row["days_left"]):
        return f"{row['status']},还剩{row['days_left']}{unit}"
    return str(row["status"])


def warned(row: dict[str, Any], unit: str = CALENDAR) -> str:
    """`standing` with why the ladder warns, where that is another thing: 反弹 · 整改中,还剩5天."""
    said = standing(row, unit)
    reason = None if is_missing(row["reason"]) else str(row["reason"])
    return said if reason is None or reason in ("逾期", "临期") else f"{reason} · {said}"


def deadline(row: dict[str, Any], unit: str = CALENDAR) -> str:
    """2026年10月31日(原定2026年9月30日),已逾期15天."""
    if is_missing(row["due_on"]):
        return "没有时限"
    said = date_text(row["due_on"])
    if row["is_extended"]:
        said += f"(原定{date_text(row['first_due_on'])})"
    if row["is_overdue"]:
        return f"{said},已逾期{-row['days_left']}{unit}"
    if row["is_open"] and not is_missing(row["days_left"]):
        return f"{said},还剩{row['days_left']}{unit}"
    if row["is_late"] or row["is_caught_up"]:
        return f"{said},超期完成"
    return said
