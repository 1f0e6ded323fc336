"""下载图片: what the reader is offered, and that the file is the map on the screen."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from data_loaders.contract import SourceFile
from data_loaders.publish import publish
from exports.fonts import Fonts
from exports.map_drawing import LEVELS
from exports.picture import MapPicture, Paper
from faults import DataProblem
from geo.classes import MISSING
from settings import parse_settings
from tests.exports.conftest import fonts
from tests.pages import county
from tests.pages.map_page import squares
from tests.ui.elements import run_element
from ui import cached, map_picture, map_view, paper_fonts, picture_content
from ui.map_choice import Choice
from ui.map_view import Shown
from ui.picture_content import Wish
from ui.view import View

__all__ = ["fonts"]
TEA = Choice("village", "amount", "natural", 5)


@pytest.fixture
def parted(prepared: Path) -> Path:
    """The small county; its villages are published in one part per township."""
    tables = county.full()
    places = tables["places"]
    tables["places"] = places.assign(geometry_source="boundary")
    townships = [county.YUNXI, county.SHIMEN, county.SONGLING]
    parts = [
        [code for code, (_, parent, *_) in county.VILLAGES.items() if parent == each] for each in townships
    ]
    layers = [squares("village", codes, (each,)) for each, codes in zip(townships, parts, strict=True)]
    publish(
        out=prepared,
        tables=tables,
        layers=[*layers, squares("township", townships)],
        settings=parse_settings(county.CONFIG),
        config=county.CONFIG.encode(),
        as_of=county.AS_OF,
        prepared_at="2026-11-15T08:00:00+00:00",
        sources=[SourceFile("industry_monthly", "月报.xlsx", "ab" * 32, 9000, 100, 1)],
        faults={},
    )
    return prepared


def view_of(place: str = county.COUNTY) -> View:
    chosen = frozenset() if place == county.COUNTY else frozenset({"place"})
    return View(place, "tea_garden_area", "2026-10", False, chosen)


def shown_now() -> Shown:
    found = map_view.shown(cached.current(), "tea_garden_area", "2026-10", TEA)
    assert found is not None
    return found


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def open_button() -> None:
    import streamlit as st

    from ui import cached, map_picture, map_view
    from ui.map_choice import Choice
    from ui.view import read

    st.session_state["map_picture"] = True  # opened
    data = cached.current()
    shown = map_view.shown(data, "tea_garden_area", "2026-10", Choice("village", "amount", "natural", 5))
    assert shown is not None
    map_picture.picture_button(data, read(data), shown)


def test_the_popover_offers_formats_papers_and_the_file(
    parted: Path, fonts: Fonts, monkeypatch: pytest.MonkeyPatch
):
    offered = run_element(open_button, monkeypatch).text
    for words in ("格式", "PDF(打印)", "纸张", "A4", "下载"):
        assert words in offered
    assert "范围" not in offered
    assert "范围" in run_element(open_button, monkeypatch, place=county.YUNXI).text


def test_without_a_font_the_popover_says_what_to_install(parted: Path, monkeypatch: pytest.MonkeyPatch):
    def none(_: Path | None) -> Fonts:
        raise DataProblem("请安装“思源黑体”")

    monkeypatch.setattr(paper_fonts, "find_fonts", none)
    page = run_element(open_button, monkeypatch)
    assert "思源黑体" in page.text
    assert "纸张" not in page.text


def test_the_picture_says_what_the_page_says(parted: Path, fonts: Fonts):
    words = text_of(map_picture.pdf_of(cached.current(), view_of(), shown_now(), fonts, Wish()))
    for each in (
        "小河县茶园面积",
        "2026年10月",
        "单位:亩",
        "演示数据",
        "数据截至 2026年11月15日",
        "来源:测试数据",
    ):
        assert each in words
    assert cached.current().version in words


def test_all_parts_of_a_level_are_drawn(parted: Path):
    picture = picture_content.picture_of(cached.current(), view_of(), shown_now(), Wish())
    assert set(picture.shapes["village"]) == set(county.VILLAGES)
    assert list(picture.shapes) == list(LEVELS)


def test_a_townships_picture_reads_its_part_and_counts_its_villages(parted: Path):
    data, shown = cached.current(), shown_now()
    picture = picture_content.picture_of(data, view_of(county.SHIMEN), shown, Wish(focus=county.SHIMEN))
    own = {code for code, (_, parent, *_) in county.VILLAGES.items() if parent == county.SHIMEN}
    assert set(picture.shapes["village"]) == own
    assert sum(int(row.count.removesuffix("个村")) for row in picture.legend) == len(own)
    assert picture.title == "石门乡茶园面积"
    villages = [label for label in picture.labels if label.level == "village"]
    assert {label.code for label in villages} == own
    silent = {code for code, of in picture.classes.items() if of == MISSING}
    assert {label.value == "未报送" for label in villages if label.code in silent} <= {True}
    assert any(label.text == county.HOSTILE for label in villages)


def test_the_same_view_is_drawn_once(parted: Path, fonts: Fonts, monkeypatch: pytest.MonkeyPatch):
    drawn: list[str] = []

    def draw(picture: MapPicture, paper: Paper, fonts: Fonts) -> bytes:
        drawn.append(paper.name)
        return b"%PDF"

    monkeypatch.setattr(map_picture, "map_pdf", draw)
    for wish in (Wish(), Wish(), Wish("A3")):
        map_picture.pdf_of(cached.current(), view_of(), shown_now(), fonts, wish)
    assert drawn == ["A4", "A3"]


def test_file_names_are_safe_everywhere(parted: Path):
    data, shown = cached.current(), shown_now()
    assert map_picture.file_name(data, shown, None, "pdf") == "小河县_茶园面积_2026年10月.pdf"
    hostile = next(code for code, (name, *_) in county.VILLAGES.items() if name == county.HOSTILE)
    named = map_picture.file_name(data, shown, hostile, "png")
    assert not set(named) & set('\\/:*?"<>|')
    assert named.endswith("_茶园面积_2026年10月.png")
