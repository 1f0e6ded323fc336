"""The mark in a file: there, once, where it covers nothing, and the file says what it said before."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

import docx
import numpy as np
import openpyxl
import pandas as pd
import pypdfium2
import pytest
import python_calamine
import xlsxwriter
from PIL import Image, ImageChops
from pptx import Presentation

from data_loaders.returned_list import BASELINE
from exports.fonts import Fonts, find_fonts
from exports.map_picture import map_pdf, png_of
from exports.marking import marked
from exports.picture import PAPERS
from exports.rectification_book import ListInfo, rectification_book
from exports.sheet import Sheet
from exports.slide_parts import BarChart, Cover, Series, Slide
from exports.slides import deck
from exports.supervision_letter import Sender, supervision_letters
from exports.table_book import table_csv, table_workbook
from exports.word import new_paper, paragraph, to_bytes
from tests.exports.conftest import fonts
from tests.exports.listed_problems import listed
from tests.exports.small_map import picture
from tests.office import rendered
from ui.slide_blocks import LOOK

__all__ = ["fonts"]

WHO = "王芳&<b> 2026-11-15 09:30"
LATER = "李娜 2026-11-16 10:00"
ON = datetime(2026, 11, 15)


@cache
def the_font() -> Fonts:
    return find_fonts()


def put(content: bytes, kind: str, line: str = WHO) -> bytes:
    return marked(content, kind, line, the_font)


def zipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def read(part: Any) -> str:
    """A part of a header as it is printed: there & begins a command, and && is the sign."""
    return str(part.text).replace("&&", "&").strip()


# ── workbooks ────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def book() -> bytes:
    """整改清单: two lists with formats, validations, colours by rule, a protected sheet; none has a header."""
    info = ListInfo("小河县", date(2026, 11, 15), "20261115-ab", "2026-11-15T08:00:00+00:00")
    found = listed()
    return rectification_book(info, {"东山镇": found.head(4), "西岭乡": found.tail(4)})


def test_every_sheet_has_the_mark_in_its_header_and_nothing_else_is_changed(book: bytes):
    made = put(book, "xlsx")
    before, after = zipped(book), zipped(made)
    assert list(before) == list(after)
    for name, content in before.items():
        if not name.startswith("xl/worksheets/sheet"):
            assert after[name] == content, name
            continue
        cells = content[: content.index(b"</sheetData>")]
        assert after[name].startswith(cells)
    opened = openpyxl.load_workbook(io.BytesIO(made))
    assert len(opened.worksheets) == 4 and opened[BASELINE].protection.sheet
    for page in opened:
        assert read(page.oddHeader.right) == WHO
    own, bare = opened["东山镇"], openpyxl.load_workbook(io.BytesIO(book))["东山镇"]
    assert own.oddFooter.right.text == bare.oddFooter.right.text == "第&P页 共&N页"
    assert len(own.data_validations.dataValidation) == len(bare.data_validations.dataValidation) > 5
    assert own.conditional_formatting and own.freeze_panes and own.auto_filter.ref


def test_a_header_of_its_own_stays_beside_the_mark():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as made:
        sheet = made.add_worksheet()
        sheet.write_string(0, 0, "原表")
        sheet.set_header("&L台账&&附表.xlsx")
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$2"})
        sheet.insert_chart("C3", chart)  # <drawing> stands behind the header
        made.add_worksheet("空")
    opened = openpyxl.load_workbook(io.BytesIO(put(put(target.getvalue(), "xlsx"), "xlsx", LATER)))
    first, blank = opened.worksheets
    assert (read(first.oddHeader.left), read(first.oddHeader.right)) == ("台账&附表.xlsx", LATER)
    assert read(blank.oddHeader.right) == LATER
    assert len(first._charts) == 1


def test_another_reader_finds_every_row_and_texts_stay_texts():
    table = pd.DataFrame({"村": ["云溪村", "=1+1"], "亩": [12.5, None]})
    made = put(table_workbook(["名单", "说明"], {"名单": table}, ON), "xlsx")
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert rows[-2:] == [["云溪村", 12.5], ["=1+1", ""]]


# ── Word ─────────────────────────────────────────────────────────────────────────────────────
def heads(content: bytes) -> list[list[str]]:
    section = docx.Document(io.BytesIO(content)).sections[0]
    return [[each.text for each in head.paragraphs] for head in (section.header, section.even_page_header)]


@pytest.fixture(scope="module")
def paper() -> bytes:
    made = new_paper("通报", "小河县", date(2026, 11, 15), warning="演示数据")
    for at in range(30):
        paragraph(made, f"第{at}段。" + "石门乡茶园面积完成百分之八十。" * 6)
    return to_bytes(made)


def test_a_papers_pages_have_it_at_the_head_on_both_sides(paper: bytes, tmp_path):
    assert heads(put(paper, "docx")) == [["演示数据", WHO], ["演示数据", WHO]]
    # 22 lines to a page is the standard: the mark may not push one of them onto the next.
    files = {"bare": paper, "marked": put(paper, "docx")}
    for name, content in files.items():
        (tmp_path / f"{name}.docx").write_bytes(content)
    bare, with_mark = (rendered(tmp_path / f"{name}.docx", tmp_path) for name in files)
    assert len(bare.pages) == len(with_mark.pages) > 2
    line = "".join(WHO.split())
    for before, after in zip(bare.texts, with_mark.texts, strict=True):
        own = "".join(after.split())
        assert line in own
        assert own.replace(line, "") == "".join(before.split())


def test_letters_in_a_zip_have_it_each():
    content = supervision_letters(Sender("小河县", date(2026, 11, 15)), listed())
    assert content
    made = zipped(put(content, "zip"))
    assert list(made) == list(zipped(content)) and made
    assert all(heads(each)[0][-1] == WHO for each in made.values())


# ── slides ───────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def slides() -> bytes:
    tea = BarChart("茶园面积", ("石门乡", "云溪镇"), (Series("面积", (1230.0, 810.5), "#1F5F8B"),), "亩")
    cover = Cover("小河县", "推进会", date(2026, 11, 15), ("数据截至",), "测试数据 · 数据版本 1", "演示数据")
    return deck(cover, [Slide("茶园面积", charts=(tea,), source="来源"), Slide("二")], LOOK)


def test_every_slide_has_it_once_and_its_chart_can_still_be_edited(slides: bytes):
    made = Presentation(io.BytesIO(put(slides, "pptx")))
    bare = Presentation(io.BytesIO(slides))
    for slide, before in zip(made.slides, bare.slides, strict=True):
        *others, mark = slide.shapes
        assert mark.text_frame.text == WHO
        assert [each.shape_id for each in others] == [each.shape_id for each in before.shapes]
        assert mark.shape_id not in {each.shape_id for each in others}
        # In the margin: over nothing else.
        assert mark.top + mark.height <= made.slide_height and mark.left + mark.width <= made.slide_width
        assert all(
            each.top + each.height <= mark.top or each.left + each.width <= mark.left
            for each in others
            if each.has_text_frame and each.text_frame.text
        )
    chart = next(each.chart for slide in made.slides for each in slide.shapes if each.has_chart)
    assert openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))


def test_an_office_program_shows_it_on_every_slide(slides: bytes, tmp_path):
    path = tmp_path / "汇报.pptx"
    path.write_bytes(put(slides, "pptx"))
    shown = rendered(path, tmp_path)
    assert all("".join(WHO.split()) in "".join(each.split()) for each in shown.texts)


# ── papers and pictures ──────────────────────────────────────────────────────────────────────
def words(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def pixels(pdf: bytes, scale: float = 1.5) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil().convert("RGB")


def test_a_map_has_it_below_the_frame_and_every_pixel_above_is_the_same(fonts: Fonts):
    bare = map_pdf(picture(), PAPERS["A4"], fonts)
    made = put(bare, "pdf")
    assert WHO in words(made)[0] and len(words(made)) == 1
    drawn, before = pixels(made), pixels(bare)
    changed = ImageChops.difference(drawn, before).getbbox()
    assert changed is not None
    free = 11 / 25.4 * 72 * 1.5  # the margin of the sheet, in pixels
    assert changed[1] > drawn.height - free and changed[3] < drawn.height - 6
    # Searched by any reader, so its letters come with it.
    page = pypdfium2.PdfDocument(made)[0]
    assert page.get_textpage().search(WHO).get_next() is not None


def test_every_page_of_a_long_paper_has_it_once_whoever_had_it_before(fonts: Fonts):
    sheet = Sheet(595, 842, fonts, "卡片")
    sheet.text(40, 400, "第一页", 12)
    sheet.new_page()
    sheet.text(40, 400, "第二页", 12)
    made = words(put(put(sheet.output(), "pdf"), "pdf", LATER))
    assert [page.count(LATER) for page in made] == [1, 1]
    assert not any("王芳" in page for page in made) and "第二页" in made[1]


def test_a_picture_keeps_every_pixel_and_has_a_strip_below(fonts: Fonts):
    bare = png_of(map_pdf(picture(), PAPERS["A4"], fonts), 100)
    made = Image.open(io.BytesIO(put(bare, "png")))
    before = Image.open(io.BytesIO(bare)).convert("RGB")
    strip = made.height - before.height
    assert made.width == before.width and 20 <= strip < 0.05 * before.height
    assert ImageChops.difference(made.crop((0, 0, *before.size)), before).getbbox() is None
    assert np.asarray(made.crop((0, before.height, *made.size))).min() < 200  # somebody's name
    assert made.info["dpi"] == pytest.approx((100, 100), abs=1)


# ── of every kind ────────────────────────────────────────────────────────────────────────────
def test_a_csv_file_is_data_to_its_last_line_and_stays_so():
    content = table_csv(["名单"], pd.DataFrame({"村": ["云溪村"]}))
    assert put(content, "csv") == content
    assert put(b"%whatever", "bin") == b"%whatever"


def test_marked_once_more_is_marked_once(book: bytes, paper: bytes, slides: bytes, fonts: Fonts):
    pdf = map_pdf(picture(), PAPERS["A4"], fonts)
    said: dict[str, tuple[bytes, Callable[[bytes], str]]] = {
        "xlsx": (book, lambda each: "".join(map(str, zipped(each).values()))),
        "docx": (paper, lambda each: str(heads(each))),
        "pptx": (slides, lambda each: "".join(map(str, zipped(each).values()))),
        "pdf": (pdf, lambda each: "".join(words(each))),
    }
    for kind, (content, read) in said.items():
        once = read(put(content, kind, LATER))
        twice = read(put(put(content, kind), kind, LATER))
        assert "王芳" not in twice and twice.count("2026-11-16 10:00") == once.count("2026-11-16 10:00") >= 1
    png = png_of(pdf, 80)
    assert (
        Image.open(io.BytesIO(put(put(png, "png"), "png"))).size
        == Image.open(io.BytesIO(put(png, "png"))).size
    )


def test_nobodys_name_marks_nothing(book: bytes):
    assert put(book, "xlsx", " \x07 ") == book


def test_a_mark_takes_a_small_part_of_the_time_of_the_file(slides: bytes, fonts: Fonts):
    """汇报 and 一口清 are what is made before a meeting, in sets: a fifth of their time at most."""
    tea = BarChart("茶园面积", ("石门乡", "云溪镇"), (Series("面积", (1230.0, 810.5), "#1F5F8B"),), "亩")
    cover = Cover("小河县", "推进会", date(2026, 11, 15))
    began = time.process_time()
    made = deck(cover, [Slide(f"第{at}页", charts=(tea, tea)) for at in range(12)], LOOK)
    takes = time.process_time() - began
    put(made, "pptx")
    began = time.process_time()
    put(made, "pptx")
    assert time.process_time() - began < 0.2 * takes
