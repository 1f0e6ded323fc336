"""A figure on the page, built once per data version, with the rows behind it.

In: the page, a name that tells everything the figure depends on, and functions that build the figure and the rows
that it draws. Out: the chart; under it where its figures are from, and “下载” (picture, workbook, CSV). With `pick`
a click on a mark chooses what the mark stands for; a click on what is chosen already goes back. On the wall the
chart is as high as there is room, and nothing is downloaded (how much larger its text is there depends on the wall,
which only present.css can see).

A click is not Streamlit's own `on_select`: that takes over swipes, so that a phone could not be scrolled where a
chart is, and leaves the mark marked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.layout import CONFIG
from ui import chart_tools
from ui.cached import keep_as
from ui.chart_tools import Pick
from ui.frame import Page
from ui.html import text
from ui.tables import Columns

ROOM = ((480, "little"), (900, "much"))  # that a figure needs by its own height: present.css enlarges by it


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


def chart(
    page: Page,
    name: Hashable,
    make: Callable[[], go.Figure],
    *,
    behind: Callable[[], Behind] | None = None,
    pick: Pick | None = None,
    height: int | None = None,
) -> None:
    """Draw `make()` and keep it and `behind()` under `name` for this version.

    `pick`: what the last element of a mark's customdata is: a place, an indicator, or a value of the page's own
    filter (`filters.one_of`) of that name; "" where there is nothing to choose. A function takes that last element, and
    leads to another part of the page. `height` in pixels, where it is not the figure's own; the wall has one of its own.
    """
    figure = keep_as(page.data, ("chart", name), make)
    rows = keep_as(page.data, ("behind", name), behind) if behind else None
    _show(page, sha256(repr(name).encode()).hexdigest()[:12], figure, rows, pick, height)


def _show(
    page: Page, name: str, figure: go.Figure, rows: Behind | None, pick: Pick | None, height: int | None
) -> None:
    room = next((word for most, word in ROOM if (figure.layout.height or 0) <= most), "most")
    key = f"gm_chart_{room}_{name}"
    with st.container(key=key):
        high: Literal["stretch", "content"] | int = "stretch" if page.view.present else (height or "content")
        st.plotly_chart(figure, theme=None, width="stretch", height=high, config=CONFIG)
        if rows is not None and not rows.is_shared:
            below(page, key, rows)
        if pick is not None:
            chart_tools.picking(page, key, pick, figure)


def below(page: Page, key: str, rows: Behind) -> None:
    """Where the figures of a chart are from, and the way to take them along."""
    with st.container(key=f"gm_below_{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="gm-chartnote">{text(rows.note)}</p>')
        if not page.view.present:
            chart_tools.download(page, key, rows.title, rows.note, rows.frame, rows.columns)
