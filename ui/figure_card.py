"""One indicator's figures at one place as a card: how much, how far to the target, what changed, how fresh.

In: the indicator's settings and a row of `metrics.figures.figures_at`. Out: a `ui.html.Card`. Refuses to
show a share without its numerator and denominator, or a figure without its period and who reported; a figure older
than it should be by its frequency says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from charts.multiples import WHOLE_SHARE
from data_loaders.contract import Dataset
from metrics.periods import period_key
from settings import Indicator
from ui import answers
from ui.cached import keep_as
from ui.html import Card, Tone, Words, cards
from wording import (
    NOT_REPORTED,
    is_missing,
    number_text,
    percent_text,
    period_text,
    reported_text,
    scale_of,
)

TREND_PERIODS = 24
TEN_THOUSAND = 1e4
MONTHS = {"month": 1, "quarter": 3, "year": 12}
EVERY = {"month": "", "quarter": "(按季)", "year": "(按年)"}
OWN = {"month": "当月", "quarter": "当季"}
PREVIOUS = {"month": "较上月", "quarter": "较上季", "year": "较上年"}


def figure_cards(
    data: Dataset, indicators: Sequence[str], place: str, period: str | None, *, is_brief: bool = False
) -> str:
    """The cards of several indicators side by side, as HTML; `is_brief` as the wall has room for."""
    return keep_as(
        data,
        ("figure cards", tuple(indicators), place, period, is_brief),
        lambda: cards(figure_card(data, each, place, period, is_brief=is_brief) for each in indicators),
    )


def figure_card(
    data: Dataset, indicator: str, place: str, period: str | None, *, is_brief: bool = False
) -> Card:
    """The card of an indicator at a place, at its latest period not after `period`.

    `is_brief`: of a sum since January the comparison with last year's alone, not the month's own figures.
    """
    spec = data.settings.indicators[indicator]
    row = answers.of_place(data, indicator, place, period)
    if row is None:
        return Card(spec.name, NOT_REPORTED)
    series = answers.series(data, indicator, place)
    until = series[series["period"] <= str(row["period"])].tail(TREND_PERIODS)
    # A dip because a township sent nothing is no dip of the industry: such periods are left out of the line, but
    # for the last: it is the figure of the card, which says how many reported.
    is_whole = (until["reported"] >= WHOLE_SHARE * until["expected"]) | (until["period"] == row["period"])
    run = until["value"].where(is_whole).tolist()
    counted = data.settings.indicators[spec.denominator[0]] if spec.denominator else spec
    return card_of(
        spec, counted, row, run, period, _last_report(spec, series, str(row["period"])), is_brief=is_brief
    )


def card_of(
    spec: Indicator,
    counted: Indicator,
    row: Mapping[str, Any],
    run: Sequence[float],
    period: str | None = None,
    last_report: str = "",
    *,
    is_brief: bool = False,
) -> Card:
    """`counted` says in which unit numerator and denominator are: the indicator itself unless it is a ratio.

    `period` is the one that the page shows; `last_report` what was reported last, for a figure that is missing.
    """
    is_flow = spec.measure == "flow"
    shown = row["cumulative"] if is_flow else row["value"]
    lines: list[tuple[str | Words, ...]] = []
    has_target = not is_missing(row["completion"])
    if has_target:
        lines.append((f"完成 {percent_text(row['completion'])}", _fraction(counted, row)))
    elif spec.measure == "ratio" and not is_missing(row["value"]):
        lines.append((_fraction(counted, row),))
    changes = _changes(spec, row)
    if is_brief and is_flow and spec.frequency != "year":
        changes = [each for each in changes if each.words.startswith("同比")]
    if changes:
        lines.append(tuple(changes))
    if is_flow and row["months_missing"] and not is_missing(shown):
        lines.append((Words(f"其中{row['months_missing']}个月未报", "warn"),))
    if is_missing(row["value"]) and last_report:
        lines.append((last_report,))
    count = reported_text(row["reported"], row["expected"], row["reported_by"])
    lines.append((_fresh(spec, str(row["period"]), period), count))
    return Card(
        label=spec.name + (_since(str(row["period"])) if is_flow or spec.since_january else ""),
        value=number_text(shown, decimals=spec.decimals),
        unit=spec.unit,
        share=row["completion"] if has_target else None,
        lines=tuple(lines),
        trend=run,
    )


def _fresh(spec: Indicator, period: str, shown: str | None) -> str | Words:
    """The figure's period; with a warning when the period that the page shows should have brought a newer one."""
    if shown is None or period_key(period) >= period_key(shown):
        return period_text(period)
    months = MONTHS[spec.frequency]
    year, month = int(shown[:4]), int(shown[5:] or 12)
    due = (
        (12 * year + month) // months * months
    )  # months since the year 0 up to the last period that has ended
    have = 12 * int(period[:4]) + int(period[5:] or 12)
    if have < due:
        return Words(f"还是{period_text(period)}的数", "warn")
    return period_text(period) + EVERY[spec.frequency]


def _last_report(spec: Indicator, series: pd.DataFrame, period: str) -> str:
    known = series[series["value"].notna() & (series["period"].map(period_key) < period_key(period))]
    if known.empty:
        return ""
    last, of = known.iloc[-1], "当期" if spec.measure == "flow" else ""
    return f"上次报送 {period_text(str(last['period']))} {of}{number_text(last['value'], spec.unit, spec.decimals)}"


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
    if spec.measure == "flow" and spec.frequency != "year":
        return _flow_changes(spec, row)
    found = []
    # What is summed since January only rises, and starts anew each year: no news against the month before.
    if not is_missing(row["change"]) and not spec.since_january:
        said = f"{PREVIOUS[spec.frequency]} {number_text(row['change'], unit, spec.decimals, signed=True)}"
        found.append(Words(said, "" if spec.measure == "flow" else _tone(spec, row["change"])))
    if spec.frequency == "year":  # the period before is last year's
        return found
    year = row["year_change_pct"]
    if not is_missing(year):
        found.append(Words(f"同比 {percent_text(year, signed=True)}", _tone(spec, year)))
    elif spec.measure == "ratio" and not is_missing(row["year_change"]):
        said = f"同比 {number_text(row['year_change'], unit, spec.decimals, signed=True)}"
        found.append(Words(said, _tone(spec, row["year_change"])))
    return found


def _flow_changes(spec: Indicator, row: Mapping[str, Any]) -> list[Words]:
    """The sum since January against last year's, then the month's own figure against the month before's.

    That sum cannot fall, so that a fall of the month must not seem to be one of the sum.
    """
    found = []
    year = row["cumulative_year_change_pct"]
    if not is_missing(year):
        found.append(Words(f"同比 {percent_text(year, signed=True)}", _tone(spec, year)))
    if is_missing(row["change"]):
        return found
    found.append(Words(f"{OWN[spec.frequency]} {_as_large(spec, row['value'], row['cumulative'])}"))
    # A month's flow has its season; only the comparison with last year says whether it is good.
    change = _as_large(spec, row["change"], row["cumulative"], signed=True)
    return [*found, Words(f"{PREVIOUS[spec.frequency]} {change}")]


def _as_large(spec: Indicator, value: Any, beside: Any, signed: bool = False) -> str:
    """A figure told in 万 as the larger one is that it stands beside, unless it is less than one 万."""
    of_small_size = is_missing(beside) or scale_of(float(beside), spec.unit)[0] == 1
    size = abs(float(value))
    if of_small_size or size < TEN_THOUSAND or scale_of(size)[0] > 1:
        return number_text(value, spec.unit, spec.decimals, signed=signed)
    return number_text(float(value) / TEN_THOUSAND, f"万{spec.unit}", 2, signed=signed)


def _tone(spec: Indicator, change: Any) -> Tone:
    if abs(float(change)) < 0.05:
        return ""
    return "good" if (float(change) > 0) == (spec.better == "higher") else "warn"
