"""What can be done with a chart: click its marks, take it along.

In: the page, the chart's key, what it draws. Out: a choice in the address; picture, workbook and CSV file. Refuses
what a browser sends as a choice unless the data set knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data_loaders.contract import Dataset
from exports.table_book import table_csv, table_workbook
from ui import cached, downloads, view, viewer, watermark
from ui.frame import Page
from ui.tables import Columns, Shown
from wording import date_text

_HERE = Path(__file__).parent
_pick = st.components.v2.component(
    "guanmo_chart_pick", js=(_HERE / "chart_pick.js").read_text(encoding="utf-8"), isolate_styles=False
)
_picture = st.components.v2.component(
    "guanmo_chart_picture",
    html='<button type="button" class="gm-picture">图片(PNG)</button>',
    js=(_HERE / "chart_picture.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
BLANKS = "空白的格子没有数字(未报送或不适用),不是零。"


Pick = str | Callable[[str], None]


def picking(page: Page, chart: str, what: Pick, figure: go.Figure) -> None:
    """A click on a mark of the chart chooses what the mark stands for."""
    key = f"gm_pick_{chart}"
    # Chosen in the callback, before the page is run: one run, not two.
    _pick(key=key, data={"chart": chart}, on_pick_change=partial(_picked, page, key, what, figure))


def _picked(page: Page, key: str, what: Pick, figure: go.Figure) -> None:
    value = getattr(st.session_state.get(key), "pick", None)
    if isinstance(value, str) and value in offered(figure):
        choose(page, what, value)


def offered(figure: go.Figure) -> set[str]:
    """What the figure's marks stand for; a browser may send anything."""
    found: set[str] = set()
    for trace in figure.data:
        rows = list(trace.customdata) if trace.customdata is not None else []
        if trace.type == "heatmap":
            rows = [cell for row in rows for cell in row]
        found |= {row[-1] for row in rows if isinstance(row, (list, tuple)) and isinstance(row[-1], str)}
    return found - {""}


def choose(page: Page, what: Pick, value: str) -> None:
    """Choose the place, the indicator, or the value of the page's own filter; once more goes back.

    A function is called with the value: for what leads to another part of the page.
    """
    if callable(what):
        what(value)
    elif what == "place":
        _choose_place(page, value)
    elif what == "indicator":
        if value in page.data.settings.indicators:
            view.choose("indicator", None if page.view.indicator == value else value)
    else:
        st.session_state[what] = "" if st.session_state.get(what) == value else value


def _choose_place(page: Page, code: str) -> None:
    """A place shown already gives way to what it lies in."""
    register = cached.places(page.data)
    if code not in register:
        return
    county = page.data.settings.county.place_code
    aim = register[code].parent if page.view.place == code else code
    view.choose("place", None if aim in (None, county) else aim)


def download(page: Page, chart: str, title: str, note: str, frame: pd.DataFrame, columns: Columns) -> None:
    """“下载”: the picture is made by the browser, the files when they are asked for; nothing for whoever may not."""
    if not downloads.may("chart_xlsx"):
        return
    data = page.data
    name = file_name(f"{title}{data.manifest.as_of:%Y%m%d}")
    opened = st.popover("下载", key=f"gm_take_{chart}", type="tertiary", width="content", on_change="rerun")
    if not opened.open:  # closed it costs nothing
        return
    lines = [
        title,
        note,
        f"{data.settings.county.name},数据截至{date_text(data.manifest.as_of)},数据版本 {data.version}",
    ]
    with opened:
        mark = watermark.words(viewer.viewer(), datetime.now().astimezone())
        _picture(
            key=f"gm_png_{chart}",
            data={"chart": chart, "name": f"{name}.png", "title": title, "lines": [*lines[1:], mark]},
            on_taken_change=partial(_noted, data.version),
        )
        downloads.offer(
            "chart_xlsx",
            "表格(XLSX)",
            lambda: workbook(data, lines, frame, columns),
            file_name=f"{name}.xlsx",
            key=f"gm_xlsx_{chart}",
            version=data.version,
            type="tertiary",
        )
        downloads.offer(
            "chart_csv",
            "CSV",
            lambda: table_csv(_with_blanks(lines, frame, columns), named(frame, columns)),
            file_name=f"{name}.csv",
            key=f"gm_csv_{chart}",
            version=data.version,
            type="tertiary",
        )


def _noted(version: str) -> None:
    """The browser has made a picture: what it shows was there before, so that there is nothing to refuse any more."""
    who, page, place = viewer.viewer(), downloads.page_shown(), downloads.place_shown()
    downloads.noted("chart_png", who, page=page, place=place, version=version, kind="png")


def workbook(data: Dataset, lines: list[str], frame: pd.DataFrame, columns: Columns) -> bytes:
    """The .xlsx file of one chart."""
    on = datetime.combine(data.manifest.as_of, time.min)
    return table_workbook(_with_blanks(lines, frame, columns), {"数据": named(frame, columns)}, on)


def named(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The frame's columns that are shown, under their heads."""
    table = frame[list(columns)].copy()
    table.columns = pd.Index([each.head if isinstance(each, Shown) else each for each in columns.values()])
    return table


def file_name(text: str) -> str:
    """A name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "_", text).strip("._")[:80] or "图表"


def _with_blanks(lines: list[str], frame: pd.DataFrame, columns: Columns) -> list[str]:
    """The lines above the table; why cells are blank where some are."""
    return [*lines, *([BLANKS] if frame[list(columns)].isna().to_numpy().any() else [])]
