"""Headline figures of enterprises and bases: how many, jobs, jobs for the poor, households carried.

In: enterprises. Out: cards. An enterprise without a figure is one that did not report, and counted as such.
"""

from __future__ import annotations

import pandas as pd

from ui.html import Card
from wording import NOT_REPORTED, number_text, percent_text


def job_cards(ledger: pd.DataFrame) -> list[Card]:
    """The figures of these enterprises."""
    count = len(ledger)
    jobs, poor, carried = (
        ledger[name].astype("Float64") for name in ("jobs", "poor_jobs", "households_carried")
    )
    both = jobs.notna() & poor.notna()
    share = None
    if both.any() and jobs[both].sum() > 0:
        share = 100 * float(poor[both].sum()) / float(jobs[both].sum())
    return [
        Card("经营主体和基地", number_text(count), "个", lines=((_reported(jobs, count),),)),
        _total("用工", jobs, "人", count),
        Card(
            "每个主体用工中位数",
            number_text(jobs.median(), decimals=0),
            "人",
            lines=((f"平均 {number_text(jobs.mean(), '人', 1)}",),),
        ),
        Card(
            "建档立卡用工占比",
            percent_text(share, missing=NOT_REPORTED).removesuffix("%"),
            "%",
            share=share,
            lines=((f"{number_text(poor[both].sum())}/{number_text(jobs[both].sum(), '人')}",),),
        ),
        _total("带动户数", carried, "户", count),
    ]


def _total(label: str, figures: pd.Series, unit: str, count: int) -> Card:
    total = figures.sum() if figures.notna().any() else None
    return Card(label, number_text(total), unit, lines=((_reported(figures, count),),))


def _reported(figures: pd.Series, count: int) -> str:
    return f"{int(figures.notna().sum())}/{count}个主体已报"
