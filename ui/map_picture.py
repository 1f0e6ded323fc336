"""下载图片: the map on the screen as a file to print or to send, drawn here without a browser.

In: what the map shows. Out: a popover with format and paper; the drawing is done when somebody presses the
button, once per view. Refuses nothing silently: without a Chinese font it says what to install.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from data_loaders.contract import Dataset
from exports.fonts import Fonts
from exports.map_picture import map_pdf, png_of
from exports.picture import PAPERS
from faults import DataProblem
from ui import cached, downloads, notices
from ui.cached import keep_as
from ui.html import note
from ui.map_view import Shown
from ui.paper_fonts import paper_fonts
from ui.picture_content import Wish, picture_of, place_name
from ui.view import View
from wording import period_text

PDF, PNG = "PDF(打印)", "PNG(图片)"
DPI = 200
OWN, ALL = "本乡镇", "全县"

_NOT_IN_FILE_NAMES = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]'
)


def picture_button(
    data: Dataset,
    chosen: View,
    shown: Shown,
    *,
    overlays: Sequence[str] = (),
    selected: Sequence[str] = (),
) -> None:
    """The popover 下载图片 of the map that is shown.

    `overlays` and `selected` say what lies over the polygons now, as `ui.map_overlays.drawing` takes them.
    """
    if not downloads.may("map_pdf"):
        return
    opened = st.popover("下载图片", key="map_picture", on_change="rerun")
    if not opened.open:
        return
    with opened:
        try:
            fonts = paper_fonts()
        except DataProblem as problem:
            notices.problem(problem)
            return
        kind = st.segmented_control("格式", (PDF, PNG), default=PDF, required=True, key="picture_kind")
        paper = st.segmented_control("纸张", list(PAPERS), default="A4", required=True, key="picture_paper")
        wish = Wish(
            paper=str(paper),
            focus=_scope(data, chosen, shown),
            overlays=tuple(overlays),
            selected=tuple(selected),
        )

        def draw() -> bytes:
            drawn = pdf_of(data, chosen, shown, fonts, wish)
            return drawn if kind == PDF else png_of(drawn, DPI)

        # Drawn when somebody asks for it: most readers of the page do not.
        downloads.offer(
            "map_pdf" if kind == PDF else "map_png",
            "下载",
            draw,
            file_name=file_name(data, shown, wish.focus, "pdf" if kind == PDF else "png"),
            key="picture_download",
            version=data.version,
        )
        st.html(note(f"有标题、图例、比例尺、指北针和数据来源。PNG每英寸{DPI}点。"))


def _scope(data: Dataset, chosen: View, shown: Shown) -> str | None:
    """The township that is to fill the sheet, when one is chosen and its villages are on the map."""
    if shown.choice.level != "village":
        return None
    if shown.choice.within:  # a county of so many villages that only one township's are on the map
        return shown.choice.within
    place = cached.places(data)[chosen.place]
    township = place.code if place.level == "township" else place.parent if place.level == "village" else None
    if township is None:
        return None
    # Not by its name: what comes from a ledger would be read as Markdown here.
    scope = st.segmented_control("范围", (OWN, ALL), default=OWN, required=True, key="picture_scope")
    return None if scope == ALL else township


def pdf_of(data: Dataset, chosen: View, shown: Shown, fonts: Fonts, wish: Wish) -> bytes:
    """The view as a PDF, drawn once. Raises DataProblem when nothing of it can be drawn."""

    def make() -> bytes:
        picture = picture_of(data, chosen, shown, wish)
        if not any(picture.shapes.values()) and not picture.circles:
            raise DataProblem("还没有村界或县界,画不出图。请把界线文件放进原始数据文件夹,再运行 prepare.py。")
        return map_pdf(picture, PAPERS[wish.paper], fonts)

    drawn = (shown.indicator, shown.period, shown.choice)
    key = ("map picture", drawn, chosen.place, chosen.period, wish, fonts)
    return keep_as(data, key, make)


def file_name(data: Dataset, shown: Shown, focus: str | None, suffix: str) -> str:
    """青岚县_茶园面积_2026年10月.pdf, whatever a place is called."""
    county = data.settings.county.name
    parts = [county, *([place_name(data, focus)] if focus else []), shown.title, period_text(shown.period)]
    return "_".join(_NOT_IN_FILE_NAMES.sub("", part).strip(" .")[:40] for part in parts) + f".{suffix}"
