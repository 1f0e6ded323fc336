"""Stops of an observation route as cards: where, what, the figures of the place, what to say.

In: the stops in order. Out: HTML. A figure that the village did not report is said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from data_loaders.contract import Dataset
from ui import answers
from ui.cached import keep_as, places
from ui.html import facts, text
from wording import NOT_REPORTED, is_missing, number_text, period_text

FIGURES = 3
Record = dict[str, Any]


def stop_cards(data: Dataset, stops: pd.DataFrame, period: str | None, township: str | None) -> str:
    """A card per stop; those outside the chosen township stand back."""
    # A village's figures are looked up for each stop and indicator: worth keeping.
    route = tuple(stops.index)
    return keep_as(data, ("stops", route, period, township), lambda: _cards(data, stops, period, township))


def _cards(data: Dataset, stops: pd.DataFrame, period: str | None, township: str | None) -> str:
    rows = answers.records(stops)
    return f'<div class="gm-stops">{"".join(_card(data, row, period, township) for row in rows)}</div>'


def _card(data: Dataset, row: Record, period: str | None, township: str | None) -> str:
    names = answers.names(data)
    code = None if is_missing(row["place_code"]) else str(row["place_code"])
    where = [names[key] for key in (f"{code[:9]}000", code) if key in names] if code else []
    dim = " gm-dim" if township and (not code or code[:9] != township[:9]) else ""
    number = "" if is_missing(row["order"]) else f'<span class="gm-order">{int(row["order"])}</span>'
    run_by = answers.records(data.enterprises[data.enterprises["enterprise_id"] == row["enterprise_id"]])
    named = "、".join(each["name"] for each in run_by if each["name"] != row["title"])
    figures = [*(pair for each in run_by for pair in _enterprise(each)), *_place(data, code, period)]
    return (
        f'<article class="gm-stopcard{dim}"><h3>{number}{text(row["title"])}</h3>'
        f'<div class="gm-line"><span>{text(" ".join(dict.fromkeys(where)) or "未注明地点")}</span>'
        f"{_part('gm-when', row['planned_at'])}</div>{_part('gm-by', named)}"
        f"{facts(figures)}{_part('gm-say', row['talking_points'])}</article>"
    )


def _short(period: str, shown: str | None) -> str:
    """A period without its year when that is the year shown: 9月."""
    said = period_text(period)
    return said.partition("年")[2] or said if shown and period[:4] == shown[:4] else said


def _part(kind: str, words: Any) -> str:
    return f'<div class="{kind}">{text(words)}</div>' if not is_missing(words) and words else ""


def _enterprise(found: Record) -> Iterator[tuple[str, str]]:
    yield "用工", number_text(found["jobs"], "人")
    yield "其中建档立卡", number_text(found["poor_jobs"], "人")
    yield "带动户数", number_text(found["households_carried"], "户")


def _place(data: Dataset, code: str | None, period: str | None) -> Iterator[tuple[str, str]]:
    """The headline figures that the place reports, the first few that are there."""
    if code is None or code not in places(data):
        return
    shown = 0
    for indicator in data.settings.overview.headline:
        spec = data.settings.indicators[indicator]
        row = answers.of_place(data, indicator, code, period)
        # A village that grows no tea has no tea to show; a list of zeros would hide what it has.
        if row is None or is_missing(row["cumulative"]) or row["cumulative"] == 0 or shown == FIGURES:
            continue
        shown += 1
        # The note below the cards names the period; what is reported less often names its own.
        since = "" if row["period"] == period else f"({_short(str(row['period']), period)})"
        yield f"{spec.name}{since}", number_text(row["cumulative"], spec.unit, spec.decimals)
    if not shown:
        yield "本村产业数字", NOT_REPORTED
