"""Headline figures of enterprises and bases: how many, jobs, jobs for the poor, households carried, the largest five.

In: job_totals. Out: cards. An enterprise without a figure is one that did not report, and counted as such.
"""

from __future__ import annotations

from charts.jobs import each_text
from metrics.employment import TOP, JobTotals
from ui.html import Card, Words
from wording import NO_SHARE, NOT_REPORTED, fraction_text, number_text, percent_text


def job_cards(totals: JobTotals, half: int | None) -> list[Card]:
    """The figures of these enterprises; `half`: how many of them have half of all jobs."""
    count = totals.enterprises
    return [
        Card(
            "经营主体和基地",
            number_text(count),
            "个",
            lines=((f"{number_text(totals.starred)}个有星级、荣誉",), (_owing(totals),)),
        ),
        Card(
            "用工", number_text(totals.jobs), "人", lines=((_told(totals.reported, count),), _change(totals))
        ),
        Card(
            "每个主体用工中位数",
            each_text(totals.median),
            "人",
            lines=((f"平均 {each_text(totals.mean, '人')}",),),
        ),
        Card(
            "建档立卡用工占比",
            percent_text(totals.poor_share, missing=NOT_REPORTED).removesuffix("%"),
            "%",
            share=totals.poor_share,
            lines=((fraction_text(totals.poor_told, totals.poor_base, "人"),),)
            if totals.poor_share is not None
            else (),
        ),
        Card(
            "带动户数",
            number_text(totals.households_carried),
            "户",
            lines=((_told(totals.carried_reported, count),), (_nobody(totals),)),
        ),
        _concentration(totals, half),
    ]


def _told(reported: int, count: int) -> str:
    return f"{fraction_text(reported, count)}个主体已报"


def _owing(totals: JobTotals) -> str | Words:
    return f"{number_text(totals.unreported)}个没有报齐" if totals.unreported else "都已报齐"


def _nobody(totals: JobTotals) -> str | Words:
    if not totals.carried_reported:
        return ""
    return (
        Words(f"{number_text(totals.carrying_nobody)}个没有带动农户", "warn")
        if totals.carrying_nobody
        else "个个带动农户"
    )


def _change(totals: JobTotals) -> tuple[str | Words, ...]:
    """The change of those that told both years, never of all against some."""
    if not totals.compared:
        return ("没有上年数,不比较",)
    share = "" if totals.change_percent is None else f"({percent_text(totals.change_percent, signed=True)})"
    said = f"比上年{number_text(totals.change, '人', signed=True)}{share}"
    return said, Words(f"{number_text(totals.fallen)}个减少", "warn" if totals.fallen else "")


def _concentration(totals: JobTotals, half: int | None) -> Card:
    label = f"用工最多的{TOP}家占"
    if totals.reported <= TOP:
        return Card(label, NO_SHARE, lines=((f"只有{totals.reported}家报了用工",),))
    return Card(
        label,
        percent_text(totals.top_share).removesuffix("%"),
        "%" if totals.top_share is not None else "",
        share=totals.top_share,
        lines=(
            (fraction_text(totals.top_jobs, totals.jobs, "人"),),
            (f"一半用工在{number_text(half)}家" if half else "",),
        ),
    )
