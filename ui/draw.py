"""A figure on the page, built once per data version, with the rows behind it.

In: the page, a name that tells everything the figure depends on, and functions that build the figure and the rows
that it draws. Out: the chart; under it where its figures are from, and “下载” (picture, workbook, CSV). With `pick`
a click on a mark chooses what the mark stands for; a click on what is chosen already goes back. On the wall the
chart is as high as there is room, has as many rows as can be read there (`charts.wall`) and the wall's colours, and
nothing is downloaded; how much larger its text is depends on the wall, which only present.css can see.

A click is not Streamlit's own `on_select`: that takes over swipes, so that a phone could not be scrolled where a
chart is, and leaves the mark marked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.dark import on_dark
from charts.layout import CONFIG
from charts.wall import Room, on_wall
from ui import chart_tools, presentation
from ui.cached import keep_as
from ui.chart_tools import Pick
from ui.frame import Page
from ui.html import text
from ui.tables import Columns

HALF = Room()  # of the wall, beside something else
WHOLE = Room(wide=65, in_two=True)
MOST = Room(wide=38)  # three fifths of the width
HALF_BELOW, MOST_BELOW = Room(high=21), Room(wide=38, high=21)  # the same below a row of cards


@dataclass(frozen=True)
class Behind:
    """The rows that a chart draws: `columns` names those of the frame that a download holds, under Chinese heads.

    `title` names the file; `note` says source, unit and period, and stands under the chart. `is_shared`: small charts
    beside each other have one note and one download below them all (`below`), not one each.
    """

    title: str
    frame: pd.DataFrame
    columns: Columns
    note: str
    is_shared: bool = False


@dataclass(frozen=True)
class Noted:
    """A chart that was not drawn on a page but noted for a paper: the figure, and the rows that it draws."""

    figure: go.Figure
    behind: Behind | None


_noting: ContextVar[list[Noted] | None] = ContextVar("noting", default=None)


@contextmanager
def noted() -> Iterator[list[Noted]]:
    """Charts drawn within are noted instead, so that a paper has the page's own figures and draws them in its way."""
    found: list[Noted] = []
    before = _noting.set(found)
    try:
        yield found
    finally:
        _noting.reset(before)


def chart(
    page: Page,
    name: Hashable,
    make: Callable[[], go.Figure],
    *,
    behind: Callable[[], Behind] | None = None,
    pick: Pick | None = None,
    height: int | None = None,
    room: Room = HALF,
) -> None:
    """Draw `make()` and keep it and `behind()` under `name` for this version.

    `pick`: what the last element of a mark's customdata is: a place, an indicator, or a value of the page's own
    filter (`filters.one_of`) of that name; "" where there is nothing to choose. A function takes that last element, and
    leads to another part of the page. `height` in pixels, where it is not the figure's own; the wall has `room` instead.
    """
    figure = keep_as(page.data, ("chart", name), make)
    rows = keep_as(page.data, ("behind", name), behind) if behind else None
    if (noting := _noting.get()) is not None:
        noting.append(Noted(figure, rows))
        return
    _show(page, sha256(repr(name).encode()).hexdigest()[:12], figure, rows, pick, height, room)


def _show(
    page: Page,
    name: str,
    figure: go.Figure,
    rows: Behind | None,
    pick: Pick | None,
    height: int | None,
    room: Room,
) -> None:
    key = f"gm_chart_{name}"
    with st.container(key=key):
        if page.view.present:
            rows = _on_wall(page, name, figure, rows, room)
        else:
            _plot(figure, height or "content")
        if rows is not None and not rows.is_shared:
            below(page, key, rows)
        if pick is not None:
            chart_tools.picking(page, key, pick, figure)


def _on_wall(page: Page, name: str, figure: go.Figure, rows: Behind | None, room: Room) -> Behind | None:
    """One figure or two; what their note says with how many rows there was no room for."""
    theme = presentation.theme(page.view)

    def make() -> tuple[list[go.Figure], int]:
        drawn, left_out = on_wall(figure, room)
        return [on_dark(each) if theme == "dark" else each for each in drawn], left_out

    drawn, left_out = keep_as(page.data, ("wall chart", name, room, theme), make)
    if len(drawn) == 1:
        _plot(drawn[0], "stretch")
    else:
        for place, each in zip(st.columns(len(drawn), gap="small"), drawn, strict=True):
            with place:
                _plot(each, "stretch")
    if not left_out or rows is None:
        return rows
    return replace(rows, note=f"另有{left_out}行没有画出来;{rows.note}")


def _plot(figure: go.Figure, height: Literal["stretch", "content"] | int) -> None:
    st.plotly_chart(figure, theme=None, width="stretch", height=height, config=CONFIG)


def below(page: Page, key: str, rows: Behind) -> None:
    """Where the figures of a chart are from, and the way to take them along."""
    with st.container(key=f"gm_below_{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="gm-chartnote">{text(rows.note)}</p>')
        if not page.view.present:
            chart_tools.download(page, key, rows.title, rows.note, rows.frame, rows.columns)
