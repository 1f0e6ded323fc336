"""One indicator's figures at one place as a card: how much, how far to the target, what changed, how fresh.

In: the indicator's settings and a row of `metrics.figures.figures_at`. Out: a `ui.html.Card`. Refuses to
show a share without its numerator and denominator, or a figure without its period and who reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_loaders.contract import Dataset
from settings import Indicator
from ui import answers
from ui.html import Card, Tone, Words
from wording import NOT_REPORTED, is_missing, number_text, percent_text, period_text, reported_text

TREND_PERIODS = 24
WHOLE_SHARE = 0.97  # of the places that owe a report
PREVIOUS = {"month": "较上月", "quarter": "较上季", "year": "较上年"}


def figure_card(data: Dataset, indicator: str, place: str, period: str | None) -> Card:
    """The card of an indicator at a place, at its latest period not after `period`."""
    spec = data.settings.indicators[indicator]
    row = answers.of_place(data, indicator, place, period)
    if row is None:
        return Card(spec.name, NOT_REPORTED)
    series = answers.series(data, indicator, place)
    until = series[series["period"] <= str(row["period"])].tail(TREND_PERIODS)
    # A dip because a township sent nothing is no dip of the industry: such periods are left out of the line.
    is_whole = until["reported"] >= WHOLE_SHARE * until["expected"]
    run = until["value"].where(is_whole).tolist()
    counted = data.settings.indicators[spec.denominator[0]] if spec.denominator else spec
    return card_of(spec, counted, row, run)


def card_of(spec: Indicator, counted: Indicator, row: Mapping[str, Any], run: Sequence[float]) -> Card:
    """`counted` says in which unit numerator and denominator are: the indicator itself unless it is a ratio."""
    is_flow = spec.measure == "flow"
    shown = row["cumulative"] if is_flow else row["value"]
    lines: list[tuple[str | Words, ...]] = []
    has_target = not is_missing(row["completion"])
    if has_target:
        lines.append((f"完成 {percent_text(row['completion'])}", _fraction(counted, row)))
    changes = _changes(spec, row)
    if changes:
        lines.append(tuple(changes))
    lines.append(
        (period_text(str(row["period"])), reported_text(row["reported"], row["expected"], row["reported_by"]))
    )
    return Card(
        label=spec.name + (_since(str(row["period"])) if is_flow else ""),
        value=number_text(shown, decimals=spec.decimals),
        unit=spec.unit,
        share=row["completion"] if has_target else None,
        lines=tuple(lines),
        trend=run,
    )


def _since(period: str) -> str:
    if len(period) == 4:
        return ""
    month = int(period[5:])
    return " 1月" if month == 1 else f" 1—{month}月累计"


def _fraction(counted: Indicator, row: Mapping[str, Any]) -> str:
    done = number_text(row["numerator"], decimals=counted.decimals)
    return f"{done}/{number_text(row['denominator'], counted.unit, counted.decimals)}"


def _changes(spec: Indicator, row: Mapping[str, Any]) -> list[Words]:
    unit = "个百分点" if spec.unit == "%" else spec.unit
    found = []
    if not is_missing(row["change"]):
        said = f"{PREVIOUS[spec.frequency]} {number_text(row['change'], unit, spec.decimals, signed=True)}"
        # A month's flow has its season; only the comparison with last year says whether it is good.
        found.append(Words(said, "" if spec.measure == "flow" else _tone(spec, row["change"])))
    if spec.frequency == "year":  # the period before is last year's
        return found
    year = row["cumulative_year_change_pct"] if spec.measure == "flow" else row["year_change_pct"]
    if not is_missing(year):
        found.append(Words(f"同比 {percent_text(year, signed=True)}", _tone(spec, year)))
    elif spec.measure == "ratio" and not is_missing(row["year_change"]):
        said = f"同比 {number_text(row['year_change'], unit, spec.decimals, signed=True)}"
        found.append(Words(said, _tone(spec, row["year_change"])))
    return found


def _tone(spec: Indicator, change: Any) -> Tone:
    if abs(float(change)) < 0.05:
        return ""
    return "good" if (float(change) > 0) == (spec.better == "higher") else "warn"
