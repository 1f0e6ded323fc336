"""Headline figures of inspection problems: found, struck off, awaiting, overdue, nearly due.

In: laddered problems and the configured windows. Out: cards; every share beside its numerator and denominator.
"""

from __future__ import annotations

import pandas as pd

from metrics.rectification import due_within, problem_counts
from settings import Problems
from ui.html import Card
from wording import number_text, percent_text


def problem_cards(problems: pd.DataFrame, windows: Problems, *, short: bool = False) -> list[Card]:
    """The figures of these problems; `short` leaves the four that a decision needs."""
    count = problem_counts(problems).iloc[0]
    due = due_within(problems, windows)
    overdue = Card(
        "逾期未整改",
        number_text(count["overdue"]),
        "个",
        tone="bad" if count["overdue"] else "",
        lines=((f"未销号共{int(count['open'] + count['awaiting'])}个",),),
    )
    awaiting = Card("待验收", number_text(count["awaiting"]), "个", lines=(("已报整改完成",),))
    closed = Card(
        "销号率",
        percent_text(count["closure_rate"]).removesuffix("%"),
        "%",
        share=None if pd.isna(count["closure_rate"]) else float(count["closure_rate"]),
        lines=((f"已销号{int(count['closed'])}/{int(count['found'])}个",),),
    )
    first, *others = due.items()
    soon = Card(
        f"{first[0]}天内到期",
        number_text(first[1]),
        "个",
        tone="warn" if first[1] else "",
        lines=(("、".join(f"{days}天内{number}" for days, number in others),),) if others else (),
    )
    if short:
        return [overdue, soon, awaiting, closed]
    opened = Card("整改中", number_text(count["open"]), "个", lines=(("含待认领、逾期",),))
    again = Card("反弹未销号", number_text(count["reopened"]), "个", lines=(("销号后又出现",),))
    return [overdue, soon, again, opened, awaiting, closed]
