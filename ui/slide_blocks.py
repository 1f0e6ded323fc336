"""From what a page draws to what a slide holds: cards, tables, the bars and lines of a chart.

In: `ui.html.Card`s, frames with their Chinese heads, charts that a page's own function drew (`ui.draw.noted`). Out: parts
of `exports.slide_parts`. Order, colours and figures are the page's. Refuses the 0 that a chart on the screen draws for a
missing figure: the rows behind it say which are missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any, TypeVar

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from exports.slide_parts import BarChart, Cell, Figure, Head, LineChart, Look, Series, Table
from ui.answers import records
from ui.draw import Noted, noted
from ui.html import Card, Words
from ui.tables import Columns, Shown
from wording import NO_SHARE, is_missing, number_text, percent_text, scale_of

LOOK = Look(
    ink=palette.INK,
    muted=palette.MUTED,
    line=palette.LINE,
    accent=palette.PRIMARY,
    pale="#F6F8FA",
    head=palette.SEQUENTIAL[0],
    tones={
        "good": palette.PRIMARY,
        "bad": palette.RED,
        "warn": palette.AMBER_TEXT,
        "info": palette.PRIMARY,
        "soft": palette.NO_DATA_TEXT,
        "strong": palette.INK,
    },
)
C = TypeVar("C", BarChart, LineChart)
_TAGS = re.compile(r"<[^>]*>")


# ── cards and tables ─────────────────────────────────────────────────────────────────────────
def figures(cards: Iterable[Card]) -> tuple[Figure, ...]:
    """Cards as they stand on the page: one line of small print each."""
    return tuple(
        Figure(
            card.label,
            card.value,
            card.unit if card.value[:1].isdigit() or card.value[:1] in "+-" else "",
            tuple(said for line in card.lines if (said := " · ".join(filter(None, map(_plain, line))))),
            card.tone,
        )
        for card in cards
    )


def _plain(said: str | Words) -> str:
    return said if isinstance(said, str) else said.words


def cell(said: str | Words) -> Cell | str:
    """A cell of a page's table."""
    return said if isinstance(said, str) else Cell(said.words, said.tone)


def table(
    frame: pd.DataFrame,
    columns: Columns,
    *,
    title: str = "",
    missing: str = NO_SHARE,
    wide: Sequence[str] = (),
    bad: Callable[[Mapping[str, Any]], bool] | None = None,
    marked: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Table:
    """The named columns of the frame; `bad` rows have their first cell in red (overdue, behind), `marked` stand out."""
    shown = {name: each if isinstance(each, Shown) else Shown(each) for name, each in columns.items()}
    heads = tuple(
        Head(each.head, each.kind == "number", name in wide or each.kind == "wide")
        for name, each in shown.items()
    )
    rows, stand_out = [], set()
    for at, row in enumerate(records(frame)):
        told: list[Cell | str] = [_told(row[name], each, missing) for name, each in shown.items()]
        if bad is not None and bad(row):
            first = told[0]
            told[0] = Cell(first if isinstance(first, str) else first.words, "bad")
        if marked is not None and marked(row):
            stand_out.add(at)
        rows.append(tuple(told))
    return Table(heads, tuple(rows), title, frozenset(stand_out))


def _told(value: Any, shown: Shown, missing: str) -> str:
    if is_missing(value):
        return missing if shown.kind != "date" else NO_SHARE
    if shown.kind == "number":
        if shown.head.endswith("(%)"):
            return percent_text(value, shown.decimals).removesuffix("%")
        return number_text(value, decimals=shown.decimals)
    return f"{value:%Y-%m-%d}" if shown.kind == "date" else str(value)


def only(columns: Columns, *names: str) -> Columns:
    """Those of the columns that a slide has room for, in this order."""
    return {name: columns[name] for name in names if name in columns}


# ── charts ───────────────────────────────────────────────────────────────────────────────────
def drawn(make: Callable[[], None]) -> list[Noted]:
    """The charts that a page's function draws, with the rows behind them."""
    with noted() as found:
        make()
    return found


def heading(figure: go.Figure) -> str:
    """What the chart's title says: its bold lines."""
    found = re.findall(r"<b>(.*?)</b>", figure.layout.title.text or "")
    return unescape("".join(found))


def bars(
    chart: Noted,
    unit: str,
    decimals: int = 0,
    *,
    known: str | None = None,
    key: str = "place_code",
    title: str | None = None,
    has_labels: bool | None = None,
    missing: str = "未报送",
) -> BarChart:
    """The horizontal bars of a page's chart, in its order and colours.

    `known`: the column of the rows behind that is empty where the figure is missing; `key`: the column that a bar's
    customdata ends with.
    """
    traces = [trace for trace in chart.figure.data if trace.type == "bar"]
    labels = [_name(label) for label in chart.figure.layout.yaxis.ticktext or ()]
    gone = _missing(chart, known, key)
    series, colours = [], dict[int, str]()
    for number, trace in enumerate(traces):
        values: list[float | None] = [None] * len(labels)
        told = trace.customdata if trace.customdata is not None else [()] * len(trace.y)
        for at, value, row in zip(trace.y, trace.x, told, strict=True):
            is_gone = is_missing(value) or (len(row) > 0 and row[-1] in gone)
            values[int(at)] = None if is_gone else float(value)
        own, single = _colours(trace)
        if number == 0:
            colours = single
        series.append(Series(unescape(str(trace.name or heading(chart.figure))), tuple(values), own))
    is_stacked = len(series) > 1 and chart.figure.layout.barmode in ("stack", "relative")
    made = BarChart(
        title=heading(chart.figure) if title is None else title,
        categories=tuple(labels),
        series=tuple(series),
        unit=unit,
        decimals=decimals,
        is_stacked=is_stacked,
        has_labels=(not is_stacked or len(labels) * len(series) <= 60) if has_labels is None else has_labels,
        colours={at: colour for at, colour in colours.items() if series and series[0].points[at] is not None},
        missing=missing,
    )
    return scaled(made)


def _name(label: str) -> str:
    return unescape(_TAGS.sub("", label.replace("<br>", " "))).strip()


def _missing(chart: Noted, known: str | None, key: str) -> set[str]:
    if known is None or chart.behind is None:
        return set()
    frame = chart.behind.frame
    return set(frame.loc[frame[known].isna(), key].astype(str))


def _colours(trace: Any) -> tuple[str, dict[int, str]]:
    """The colour of most bars, and those of the others by position."""
    colour = trace.marker.color
    if colour is None or isinstance(colour, str):
        return _hex(colour), {}
    by_place = {int(at): _hex(each) for at, each in zip(trace.y, colour, strict=True)}
    most = Counter(by_place.values()).most_common(1)[0][0]
    return most, {at: each for at, each in by_place.items() if each != most}


def _hex(colour: Any) -> str:
    return colour if isinstance(colour, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) else palette.PRIMARY


def bar_chart(
    title: str,
    frame: pd.DataFrame,
    names: str,
    values: Mapping[str, tuple[str, str]],
    unit: str,
    decimals: int = 0,
    *,
    is_stacked: bool = False,
    is_upright: bool = False,
    colours: Mapping[int, str] | None = None,
    missing: str = "未报送",
) -> BarChart:
    """Bars of a frame in its order; `values`: column → name and colour."""
    series = tuple(Series(name, numbers(frame[column]), colour) for column, (name, colour) in values.items())
    made = BarChart(
        title,
        tuple(map(str, frame[names])),
        series,
        unit,
        decimals,
        is_stacked,
        is_upright,
        True,
        colours or {},
        missing,
    )
    return scaled(made)


def lines(
    title: str,
    categories: Iterable[Any],
    series: Iterable[tuple[str, Iterable[Any], str]],
    unit: str,
    decimals: int = 0,
    *,
    is_rank: bool = False,
) -> LineChart:
    """Courses: name, values, colour of each."""
    made = tuple(Series(name, numbers(values), colour) for name, values, colour in series)
    return scaled(LineChart(title, tuple(map(str, categories)), made, unit, decimals, is_rank))


def numbers(values: Iterable[Any]) -> tuple[float | None, ...]:
    """Values of a column; missing ones stay missing."""
    return tuple(None if is_missing(value) else float(value) for value in values)


def scaled(chart: C) -> C:
    """The chart in 万 or 亿 where its largest figure is told so: all of its figures alike."""
    most = max(
        (abs(value) for each in chart.series for value in each.points if value is not None), default=0.0
    )
    factor, name = scale_of(most, chart.unit)
    if not name:
        return chart
    smaller = tuple(
        replace(each, points=tuple(None if value is None else value / factor for value in each.points))
        for each in chart.series
    )
    return replace(chart, series=smaller, unit=name + chart.unit, decimals=2)
