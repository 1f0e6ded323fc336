"""A figure as a wall of few large rows shows it: heading in as few lines as the wall is wide, rows that can be read.

In: a finished figure and the room that it has, in units of the wall's smallest type (a rem, which its 13 px become). Out:
one figure, or two beside each other that share the rows; and how many rows are in neither. Refuses rows that are narrower
than their words: the first ones stay, which are the worst or the best, and the caller says how many others there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Any

import plotly.graph_objects as go

from charts.layout import LINE_HEIGHT, TEXT_PX, TITLE_PX, plain, text_width, wrapped

TIGHT = 0.68  # of the pitch of rows on a page: 18 px for a line of 13
FEW = 4  # rows that are drawn in any case
GAP = 1.5  # rem between two figures
BOLD = re.compile(r"<b>(.*?)</b>")
SMALL = re.compile(r'(<span style="font-size:[^"]*">)(.*)</span>')
PAIR = "\u2002"  # between two names of the legend


@dataclass(frozen=True)
class Room:
    """What a chart has on the wall, in rem: 66 wide and 38 high is all of it."""

    wide: float = 32
    high: float = 29  # without the note below
    in_two: bool = False  # whether rows that do not fit below each other may stand beside each other


def on_wall(figure: go.Figure, room: Room) -> tuple[list[go.Figure], int]:
    """The figure, or its rows in two, for that room; and how many rows are left out."""
    rows = _rows(figure)
    whole = _headed(figure, room.wide)
    # Until the browser has measured the room, a figure has its own height: never more than the room.
    whole.layout.height = min(float(figure.layout.height or 0) or room.high * TEXT_PX, room.high * TEXT_PX)
    if rows is None:
        return [whole], 0
    fit = max(FEW, int(_plot_height(whole, room.high) / _pitch(figure, rows)))
    if rows <= fit:
        return [whole], 0
    if not room.in_two:
        return [_cut(whole, 0, fit)], rows - fit
    left = _headed(figure, (room.wide - GAP) / 2)
    left.layout.height = whole.layout.height
    fit = max(FEW, int(_plot_height(left, room.high) / _pitch(figure, rows)))
    each = min(fit, -(-rows // 2))
    beside = go.Figure(left)
    lines = [" "] * len(str(left.layout.title.text or "").split("<br>"))
    beside.layout.title.text = "<br>".join(lines) if left.layout.title.text else None
    return [_cut(left, 0, each), _cut(beside, each, each)], max(0, rows - 2 * each)


def _rows(figure: go.Figure) -> int | None:
    """How many rows of names the figure has down its side; None when it has none."""
    axis = figure.layout.yaxis
    if axis.tickmode != "array" or not axis.tickvals or not axis.range:
        return None
    low, high = axis.range
    is_rows = low == len(axis.tickvals) - 0.5 and high in (-0.5, -1.5)
    return len(axis.tickvals) if is_rows else None


def _head_rows(figure: go.Figure) -> float:
    """Rows above the first one: the heads of a table stand there."""
    return -0.5 - float(figure.layout.yaxis.range[1])


def _plot_height(figure: go.Figure, high: float) -> float:
    margin = figure.layout.margin
    return high * TEXT_PX - float(margin.t) - float(margin.b)


def _pitch(figure: go.Figure, rows: int) -> float:
    """The least height of a row in px: tighter than on a page, but its words do not touch those of the next."""
    margin = figure.layout.margin
    own = (float(figure.layout.height) - float(margin.t) - float(margin.b)) / (rows + _head_rows(figure))
    beside = [mark.text for mark in figure.layout.annotations if isinstance(mark.y, int | float)]
    lines = 1 + max((str(said).count("<br>") for said in (*figure.layout.yaxis.ticktext, *beside)), default=0)
    return max(own * TIGHT, lines * TEXT_PX * LINE_HEIGHT + 1)


def _headed(figure: go.Figure, wide: float) -> go.Figure:
    """The same with its heading on lines as long as the room is wide."""
    shown = go.Figure(figure)
    said = shown.layout.title.text
    if not said:
        return shown
    lines = str(said).split("<br>")
    titles = [found.group(1) for line in lines if (found := BOLD.fullmatch(line))]
    small = [found for line in lines if (found := SMALL.fullmatch(line))]
    if len(titles) + len(small) != len(lines):
        return shown
    subtitle = [found.group(2) for found in small if "■" not in found.group(2)]
    legend = [found.group(2) for found in small if "■" in found.group(2)]
    style = small[0].group(1) if small else ""
    heading = [f"<b>{plain(line)}</b>" for line in _lines(titles, wide * TEXT_PX / TITLE_PX - 1)]
    heading += [f"{style}{plain(line)}</span>" for line in _lines(subtitle, wide - 1)]
    heading += [f"{style}{line}</span>" for line in _pairs(legend, wide - 1)]
    shorter = (len(lines) - len(heading)) * TITLE_PX * LINE_HEIGHT
    shown.layout.title.text = "<br>".join(heading)
    shown.layout.margin.t = float(shown.layout.margin.t) - shorter
    return shown


def _lines(parts: list[str], chars: float) -> list[str]:
    return wrapped(unescape("".join(parts)), int(chars)) if parts else []


def _pairs(lines: list[str], chars: float) -> list[str]:
    """■ name pairs, as many to a line as fit."""
    found: list[str] = []
    for pair in PAIR.join(lines).split(PAIR) if lines else []:
        longer = f"{found[-1]}{PAIR}{pair}" if found else pair
        if found and text_width(unescape(re.sub(r"<[^>]*>", "", longer))) <= chars:
            found[-1] = longer
        else:
            found.append(pair)
    return found


def _cut(figure: go.Figure, first: int, rows: int) -> go.Figure:
    """Rows `first` to `first + rows` alone; what else stands at a row goes with it."""
    shown = go.Figure(figure)
    top, bottom = first - 0.5 - _head_rows(figure), first + rows - 0.5
    shown.layout.yaxis.range = [bottom, top]
    shown.layout.annotations = _within(shown.layout.annotations, ("y",), top, bottom)
    shown.layout.shapes = _within(shown.layout.shapes, ("y0", "y1"), top, bottom)
    for trace in shown.data:
        if first:  # heads that stand above the first row alone
            _move_heads(trace, first)
        _silence(trace, top, bottom)
    return shown


def _within(marks: Iterable[Any], ends: tuple[str, ...], top: float, bottom: float) -> list[Any]:
    return [
        mark
        for mark in marks
        if str(mark.yref or "y") != "y"
        or all(isinstance(mark[end], str) for end in ends)
        or (max(mark[end] for end in ends) > top and min(mark[end] for end in ends) < bottom)
    ]


def _move_heads(trace: Any, first: int) -> None:
    if trace.y is not None and len(trace.y) and all(at == -1 for at in trace.y):
        trace.y = [first - 1] * len(trace.y)


def _silence(trace: Any, top: float, bottom: float) -> None:
    """Words of other rows would stand outside the figure: plotly cuts marks off there, but not their text."""
    if trace.type == "scatter" and trace.text is not None and not isinstance(trace.text, str):
        trace.text = [
            said if isinstance(at, str) or top <= at <= bottom else ""
            for said, at in zip(trace.text, trace.y, strict=True)
        ]
