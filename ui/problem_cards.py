"""Headline figures of inspection problems: found, struck off, awaiting, overdue, nearly due.

In: laddered problems and the configured windows. Out: cards, each with the list that holds just what it counts; every
share beside its numerator and denominator. Only what is overdue is red.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from data_loaders.contract import UNCLAIMED
from metrics.rectification import due_within, problem_counts
from metrics.responsibility import standing_counts
from settings import Problems
from ui.html import Card, Tone
from ui.problem_filters import within
from ui.problem_words import day_unit
from wording import fraction_text, number_text, percent_text


@dataclass(frozen=True)
class Figure:
    """A card, and the state of the list (`show=`) that holds what it counts."""

    card: Card
    show: str


def problem_cards(problems: pd.DataFrame, windows: Problems) -> list[Card]:
    """The four figures that a decision needs."""
    count = problem_counts(problems).iloc[0]
    live = int(count["open"] + count["awaiting"])
    overdue = _card("逾期未整改", count["overdue"], f"未销号共{live}个", "bad" if count["overdue"] else "")
    awaiting = _card("待验收", count["awaiting"], "已报整改完成")
    (first, number), *others = due_within(problems, windows).items()
    more = "、".join(f"{days}{day_unit(windows)}内{each}" for days, each in others)
    soon = _card(f"{first}{day_unit(windows)}内到期", number, more, "warn" if number else "")
    return [overdue, soon, awaiting, _closure(count)]


def whole_figures(problems: pd.DataFrame) -> list[Figure]:
    """Found, and what has become of them: the parts add up to what was found."""
    count = problem_counts(problems).iloc[0]
    found, closed, awaiting, open_ = (int(count[name]) for name in ("found", "closed", "awaiting", "open"))
    unclaimed = int((problems["is_open"] & problems["status"].eq(UNCLAIMED)).sum())
    caught_up = int(problems["is_caught_up"].sum())
    under_way = "整改中(含待认领)" if unclaimed else "整改中"
    return [
        Figure(_card("发现", found, f"={closed}已销号+{awaiting}待验收+{open_}{under_way}"), "全部"),
        Figure(_card("已销号", closed, _in_time(standing_counts(problems).iloc[0])), "已销号"),
        Figure(
            _card("待验收", awaiting, f"其中逾期以后才报完成{caught_up}个" if caught_up else "已报整改完成"),
            "待验收",
        ),
        Figure(
            _card("未销号", open_ + awaiting, f"={open_}整改中(待认领{unclaimed})+{awaiting}待验收"), "未销号"
        ),
        Figure(_closure(count), "已销号"),
    ]


def _in_time(count: pd.Series) -> str:
    """How many of those struck off were late, as far as deadline and date tell it of each."""
    closed, late, known = (int(count[name]) for name in ("closed", "late", "late_base"))
    if not closed:
        return "还没有销号的"
    if not known:
        return "没有时限或日期,看不出是否按期"
    among = f"有时限的{known}个" if known < closed else ""
    if not late:
        return f"{among}都在时限内完成"
    return f"{among}{'里' if among else '其中'}逾期以后才完成{late}个"


def pressing_figures(problems: pd.DataFrame, rules: Problems, as_of: Any) -> list[Figure]:
    """What presses: overdue, due within each window, come back, refused."""
    count = problem_counts(problems).iloc[0]
    unit = day_unit(rules)
    longest = problems.loc[problems["is_overdue"], "days_left"].min()
    line = "没有逾期的" if pd.isna(longest) else f"最久的逾期{-int(longest)}{unit}"
    again = int((problems["is_reopened"] & problems["is_overdue"]).sum())
    returned = int((problems["is_returned"] & problems["is_overdue"]).sum())
    return [
        Figure(_card("逾期", count["overdue"], line, "bad" if count["overdue"] else ""), "逾期"),
        *(
            Figure(_card(f"{days}{unit}内到期", number, _until(as_of, days, rules)), within(days))
            for days, number in due_within(problems, rules).items()
        ),
        Figure(_card("反弹", count["reopened"], _also("销号后又出现", again)), "反弹"),
        Figure(_card("退回", count["returned"], _also("验收没有通过", returned)), "退回"),
    ]


def _until(as_of: Any, days: int, rules: Problems) -> str:
    if rules.count_days == "working":
        return "不含已逾期的"
    last = as_of + timedelta(days=days)
    return f"到{last.month}月{last.day}日,不含已逾期的"


def _also(said: str, overdue: int) -> str:
    return f"{said},其中{overdue}个已逾期" if overdue else said


def _card(label: str, number: Any, line: str, tone: Tone = "") -> Card:
    return Card(label, number_text(number), "个", tone=tone, lines=((line,),) if line else ())


def _closure(count: pd.Series) -> Card:
    return Card(
        "销号率",
        percent_text(count["closure_rate"]).removesuffix("%"),
        "%",
        share=None if pd.isna(count["closure_rate"]) else float(count["closure_rate"]),
        lines=((f"已销号{fraction_text(int(count['closed']), int(count['found']))}个",),),
    )
