"""What needs a decision most urgently.

In: the data set's tables and settings. Out: sentences written by templates from the data, worst first, each
with the page that shows more. Refuses to call a township behind while its reports are missing:
that is a missing report, and said so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.coverage import blank_villages
from metrics.figures import figures_at, values_by_level
from metrics.quality import late_reporters, reporting_matrix
from metrics.rectification import counts_by_township, ladder
from settings import Indicator, Settings
from wording import (
    LEVEL_COUNTS,
    fraction_text,
    is_missing,
    number_text,
    percent_text,
    period_text,
    reported_text,
)

NAMES_LISTED = 3


@dataclass(frozen=True)
class Urgent:
    """One sentence about what needs a decision, and where to look at it."""

    sentence: str  # plain text with names from ledgers in it: escape before use in Markdown or HTML
    page: str  # url_path
    place_code: str | None
    indicator_id: str | None
    severity: float  # higher is worse, comparable within a kind only
    kind: str  # overdue | late | behind | blank
    period: str | None = None


def urgent(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    problems: pd.DataFrame,
    settings: Settings,
    period: str | None,
    as_of: date,
    limit: int = 12,
) -> list[Urgent]:
    """What needs a decision, at most `limit` sentences: the worst of each kind, kinds in this order.

    - overdue: a township with overdue problems; the most of them first.
    - late: a township whose reports of a source are missing for the latest period; the longest silent first.
    - behind: a township whose completion of a headline indicator is below 100 % and at least
      `overview.behind_points` points below the county's, with enough of its reports in; the furthest first.
    - blank: a township's villages in which no household has any measure; the most households first.

    Every kind may fill a quarter of the list; what one leaves free the others take, in the same order.
    """
    kinds = (
        _overdue(problems, places, settings, as_of),
        _late(observations, places, settings, period),
        _behind(observations, places, settings, period),
        _blank(observations, places, settings, period),
    )
    found = [sorted(items, key=lambda item: (-item.severity, item.place_code or "")) for items in kinds]
    sizes = [min(len(items), max(limit // len(found), 1)) for items in found]
    for at, items in enumerate(found):
        sizes[at] = min(len(items), sizes[at] + max(limit - sum(sizes), 0))
    return [item for items, size in zip(found, sizes, strict=True) for item in items[:size]][:limit]


def _overdue(
    problems: pd.DataFrame, places: pd.DataFrame, settings: Settings, as_of: date
) -> Iterator[Urgent]:
    laddered = ladder(problems, as_of, settings.problems)
    longest = laddered[laddered["is_overdue"]].groupby("township_code")["days_left"].min().to_dict()
    counts = counts_by_township(laddered, places)
    for row in counts[counts["overdue"] > 0].to_dict("records"):
        code = None if is_missing(row["place_code"]) else str(row["place_code"])
        days = f",最长已逾期{-longest[code]}天" if code in longest else ""
        yield Urgent(
            f"{row['name']}有{row['overdue']}个问题逾期未整改(共{row['found']}个,已销号{row['closed']}个){days}。",
            page="rectification",
            place_code=code,
            indicator_id=None,
            severity=float(row["overdue"]),
            kind="overdue",
        )


def _late(
    observations: pd.DataFrame, places: pd.DataFrame, settings: Settings, period: str | None
) -> Iterator[Urgent]:
    titles = {source.id: source.title for source in settings.sources if source.kind == "observations"}
    late = late_reporters(reporting_matrix(observations, places, list(titles), until=period))
    for row in late.to_dict("records"):
        what = f"{row['name']}{period_text(row['period'])}{titles[row['source_id']]}"
        count = reported_text(row["reported"], row["expected"], row["reported_by"])
        if row["reported"]:
            sentence = (
                f"{what}还缺{row['expected'] - row['reported']}{LEVEL_COUNTS[row['reported_by']]}({count})。"
            )
        elif row["periods_missing"] > 1:
            sentence = f"{what}至今未报,已连续{row['periods_missing']}期({count})。"
        else:
            sentence = f"{what}至今未报({count})。"
        yield Urgent(
            sentence,
            page="quality",
            place_code=str(row["place_code"]),
            indicator_id=None,
            severity=row["periods_missing"] + 1 - row["reported"] / row["expected"],
            kind="late",
            period=str(row["period"]),
        )


def _behind(
    observations: pd.DataFrame, places: pd.DataFrame, settings: Settings, period: str | None
) -> Iterator[Urgent]:
    for indicator_id in settings.overview.headline:
        spec = settings.indicators[indicator_id]
        levels = values_by_level(
            observations, places, settings.indicators, indicator_id, ["county", "township"]
        )
        county, townships = figures_at(levels["county"], period), figures_at(levels["township"], period)
        if county.empty or is_missing(county["completion"].iloc[0]):
            continue
        whole = float(county["completion"].iloc[0])
        gap = whole - townships["completion"]
        enough = townships["reported_share"] >= settings.ranking.min_reported_share
        is_behind = (gap >= settings.overview.behind_points) & (townships["completion"] < 100) & enough
        for row in townships.assign(gap=gap)[is_behind].to_dict("records"):
            yield Urgent(
                f"{row['name']}{_achieved(row, spec)},比全县低{number_text(row['gap'], '个百分点', 1)}。",
                page="ranking",
                place_code=str(row["place_code"]),
                indicator_id=indicator_id,
                severity=float(row["gap"]),
                kind="behind",
                period=str(row["period"]),
            )


def _achieved(row: dict[Hashable, Any], spec: Indicator) -> str:
    """What was achieved of which target, with both parts of the share."""
    share = percent_text(row["completion"])
    if spec.measure != "ratio":
        done = number_text(row["cumulative"], decimals=spec.decimals)
        return f"{spec.name}完成{share}({done}/{number_text(row['target'], spec.unit, spec.decimals)})"
    value = number_text(row["value"], spec.unit, spec.decimals)
    parts = fraction_text(row["numerator"], row["denominator"])
    if row["target"] == 100:
        return f"{spec.name}{value}({parts})"
    return f"{spec.name}{value}({parts}),完成目标的{share}"


def _blank(
    observations: pd.DataFrame, places: pd.DataFrame, settings: Settings, period: str | None
) -> Iterator[Urgent]:
    blank = blank_villages(observations, places, settings.coverage, period)
    for (code, township), villages in blank.groupby(["parent_code", "township"]):
        names = "、".join(villages["name"].head(NAMES_LISTED)) + (
            "等" if len(villages) > NAMES_LISTED else ""
        )
        households = number_text(villages["households"].sum(), "户")
        yield Urgent(
            f"{township}有{len(villages)}个村、{households}没有任何产业措施:{names}。",
            page="industry",
            place_code=str(code),
            indicator_id=settings.coverage.measures[0],
            severity=float(villages["households"].sum()),
            kind="blank",
            period=str(villages["period"].iloc[0]),
        )
