"""What a slide says, before it has a size: figures, native charts, a table, a picture, words.

In: what a page shows. Out: frozen values that `exports.slides` lays out. Every text may come from a ledger: `clean` takes
from it what a file of Office cannot hold. Refuses to fill in: a value that is missing is None, and is told in words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

Tone = Literal["", "good", "bad", "warn", "info", "soft", "strong"]
MOST_BELOW = 10  # of them below a row of cards
MOST_BARS = 18  # that can be read below each other from the back of a hall
LONGEST_NAME = 24  # full-width characters of a name in a chart


@dataclass(frozen=True)
class Look:
    """The colours of a deck, as #rrggbb."""

    ink: str
    muted: str
    line: str
    accent: str
    pale: str  # behind every second row
    head: str  # behind a table's heads
    tones: Mapping[Tone, str]


@dataclass(frozen=True)
class Cover:
    """The first slide, and what every slide repeats at its foot."""

    county: str
    name: str  # of the meeting or the route
    as_of: date
    lines: tuple[str, ...] = ()
    foot: str = ""  # data-set version, as-of date, 演示数据
    badge: str = ""  # 演示数据


@dataclass(frozen=True)
class Cell:
    """A text in a table, with a tone."""

    words: str
    tone: Tone = ""


@dataclass(frozen=True)
class Head:
    """A column: `is_wide` takes what room is left and may take two lines, `is_number` stands to the right."""

    words: str
    is_number: bool = False
    is_wide: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under heads; `marked` are the positions of those that stand out."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    title: str = ""
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Series:
    """Values in the order of the categories; None is a blank and never 0."""

    name: str
    points: tuple[float | None, ...]
    colour: str


@dataclass(frozen=True)
class BarChart:
    """Bars, the first category on top (or at the left, `is_upright`)."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    decimals: int = 0
    is_stacked: bool = False
    is_upright: bool = False
    has_labels: bool = True
    colours: Mapping[int, str] = field(
        default_factory=dict
    )  # of single bars of the first series, by position
    missing: str = "未报送"  # what it is called where nothing is known
    top: float | None = None  # where the axis of values ends; None: by itself


@dataclass(frozen=True)
class LineChart:
    """Courses over the categories; a gap is left where a value is missing. `is_rank`: 1 is on top."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    decimals: int = 0
    is_rank: bool = False


Chart = BarChart | LineChart


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, how much, in which unit; small print in lines."""

    label: str
    value: str
    unit: str = ""
    lines: tuple[str, ...] = ()
    tone: Tone = ""


@dataclass(frozen=True)
class Picture:
    """A PNG file, and what it shows in words for who cannot see it."""

    png: bytes
    words: str


@dataclass(frozen=True)
class Slide:
    """One view of the agenda. `notes`: the talking line, then how the figures are made; `source`: the line at the foot."""

    title: str
    subtitle: str = ""
    says: str = ""  # the finding, or why there is nothing to see
    figures: tuple[Figure, ...] = ()
    picture: Picture | None = None
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""


# Not in XML at all, and what turns the direction of writing or cannot be seen: a name must not write backwards.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: object) -> str:
    """The text in one line, without control, direction and invisible characters."""
    flat = " ".join(_FORBIDDEN.sub("", str(text)).split())
    kept = (each for each in flat if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Cn", "Co"))
    return " ".join("".join(kept).split())


def width(text: str) -> float:
    """About how many full-width characters the text is wide; a Latin letter or a digit takes some more than half of one.

    Rather too much than too little: where 微软雅黑 is not there another font stands in, and a line that breaks once more
    than foreseen runs over what is below it.
    """
    return sum(0.62 if ord(each) < 0x2E80 else 1.0 for each in text)


def cut(text: str, most: float) -> str:
    """The text as far as there is room for, with an ellipsis where it is cut."""
    if width(text) <= most:
        return text
    room, kept = most - 1, ""
    for each in text:
        room -= width(each)
        if room < 0:
            break
        kept += each
    return kept.rstrip() + "…"


def lines_of(text: str, across: float) -> int:
    """How many lines the text takes in a box that is so many full-width characters across."""
    return max(1, math.ceil(width(text) / max(across, 1.0)))


def untold(chart: Chart) -> str:
    """Who has no bar, in words; empty when everybody has one."""
    if isinstance(chart, LineChart):
        return ""
    names = [
        clean(name)
        for at, name in enumerate(chart.categories)
        if all(series.points[at] is None for series in chart.series)
    ]
    return f"{chart.missing}{len(names)}个:{'、'.join(names)}" if names else ""


def in_parts(slide: Slide) -> list[Slide]:
    """The slide, or several where a chart has more bars than can be read: two halves side by side, then the others.

    All parts of a chart have one axis, so that their bars can be compared.
    """
    if slide.figures and any(_bars_below(chart) > MOST_BELOW for chart in slide.charts):
        # Cards above would leave too little height for the bars.
        cards = replace(slide, picture=None, charts=(), tables=())
        return [cards, *in_parts(replace(slide, figures=()))]
    long = next((chart for chart in slide.charts if _is_long(chart)), None)
    if not isinstance(long, BarChart):
        return [slide]
    count = math.ceil(len(long.categories) / MOST_BARS)
    size = math.ceil(len(long.categories) / count)
    starts = range(0, len(long.categories), size)
    parts = [_part(long, start, start + size, number, count) for number, start in enumerate(starts, 1)]
    bare = replace(slide, figures=(), picture=None, charts=(), tables=())
    found = [replace(bare, charts=tuple(parts[at : at + 2])) for at in range(0, len(parts), 2)]
    others = tuple(chart for chart in slide.charts if chart is not long)
    if others or slide.tables or slide.picture:
        rest = replace(slide, charts=others)
        found += in_parts(rest)
    return found


def _bars_below(chart: Chart) -> int:
    """How many bars stand below each other."""
    if isinstance(chart, LineChart) or chart.is_upright:
        return 0
    return len(chart.categories) * (1 if chart.is_stacked else len(chart.series))


def _is_long(chart: Chart) -> bool:
    return isinstance(chart, BarChart) and not chart.is_upright and len(chart.categories) > MOST_BARS


def _part(chart: BarChart, start: int, end: int, number: int, count: int) -> BarChart:
    return replace(
        chart,
        title=f"{chart.title}({number}/{count})",
        categories=chart.categories[start:end],
        series=tuple(replace(each, points=each.points[start:end]) for each in chart.series),
        colours={at - start: colour for at, colour in chart.colours.items() if start <= at < end},
        top=chart.top or round_top(longest_bar(chart) * room_for_labels(chart)),
    )


def room_for_labels(chart: BarChart) -> float:
    """How much longer than its longest bar an axis is: a label beside the bar needs room of its own."""
    return 1.0 if chart.is_stacked or not chart.has_labels else 1.08


def longest_bar(chart: BarChart) -> float:
    """The largest value; of stacked bars the largest sum."""
    columns: Sequence[Sequence[float]] = [
        [value for value in values if value is not None]
        for values in zip(*(series.points for series in chart.series), strict=True)
    ]
    totals = [sum(column) if chart.is_stacked else max(column) for column in columns if column]
    return max(totals, default=0.0)


def round_top(value: float) -> float | None:
    """A round number a little above the value, for the end of an axis."""
    if not value > 0:
        return None
    if 99.99 < value < 100.01:  # a whole in per cent
        return 100.0
    step = 10.0 ** math.floor(math.log10(value))
    return next(
        step * factor for factor in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * factor >= value * 1.02
    )


def round_step(top: float) -> float:
    """From one figure of an axis to the next, so that at most six lie between 0 and its end."""
    power = 10.0 ** math.floor(math.log10(top))
    return next(step for step in (power / 10, power / 5, power / 2, power, 2 * power) if top / step <= 6.001)


def shown_decimals(chart: Chart) -> int:
    """Decimals of the labels: more than asked for where a share short of 100 would be rounded up to it."""
    decimals = chart.decimals
    if chart.unit != "%":
        return decimals
    values = [
        value for series in chart.series for value in series.points if value is not None and value < 100
    ]
    while decimals < 6 and any(round(value, decimals) >= 100 for value in values):
        decimals += 1
    return decimals
