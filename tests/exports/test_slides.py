"""The .pptx file: valid, editable, readable, and harmless whatever a ledger says."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]
from pptx import Presentation
from pptx.oxml.ns import qn

from exports.slide_charts import FONT
from exports.slide_parts import (
    BarChart,
    Cell,
    Cover,
    Figure,
    Head,
    LineChart,
    Look,
    Picture,
    Series,
    Slide,
    Table,
    clean,
    cut,
    in_parts,
    round_step,
    width,
)
from exports.slides import MOST_ROWS, deck
from exports.word import chinese_marks
from tests.office import rendered

LOOK = Look(
    "#1B2733", "#5A6875", "#D5DCE3", "#1F5F8B", "#F6F8FA", "#E4EFF5",
    {"good": "#1F5F8B", "bad": "#C0392B", "warn": "#8A5A10", "info": "#1F5F8B", "soft": "#77828C", "strong": "#1B2733"},
)  # fmt: skip
FOOT = "测试数据 · 数据版本 20261115-abcdef · 演示数据"
COVER = Cover("小河县", "四季度推进会", date(2026, 11, 15), ("数据截至2026年11月15日",), FOOT, "演示数据")
TEA = BarChart(
    "茶园面积",
    ("石门乡", "云溪镇", "松岭乡"),
    (Series("茶园面积", (1230.0, 810.5, None), "#A3AFBA"),),
    "亩",
    1,
    colours={1: "#C0392B"},
)
COURSE = LineChart(
    "逐月", ("8月", "9月", "10月"), (Series("2026年", (3.0, None, 5.0), "#1F5F8B"),), "万袋", 1
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def made(*slides: Slide) -> bytes:
    return deck(COVER, slides, LOOK)


def opened(file: bytes) -> Any:
    return Presentation(io.BytesIO(file))


def charts(file: bytes) -> list[Any]:
    return [shape.chart for slide in opened(file).slides for shape in slide.shapes if shape.has_chart]


def tables(file: bytes) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for slide in opened(file).slides
        for shape in slide.shapes
        if shape.has_table
    ]


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def parts(file: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(file)) as opened_file:
        assert opened_file.testzip() is None
        names = opened_file.namelist()
        assert len(names) == len(set(names))
        for name in names:
            yield name, opened_file.read(name)


def check_sound(file: bytes) -> None:
    """What PowerPoint repairs a file for, as far as it can be told without it."""
    found = dict(parts(file))
    types = etree.fromstring(found["[Content_Types].xml"])
    kinds = {each.get("Extension", "").lower() for each in types} | {each.get("PartName") for each in types}
    for name, content in found.items():
        if name != "[Content_Types].xml":
            assert f"/{name}" in kinds or name.rpartition(".")[2].lower() in kinds, name
        if name.endswith((".xml", ".rels")):
            etree.fromstring(content)
        if name.endswith(".rels"):
            home = posixpath.dirname(posixpath.dirname(name))
            ids = [each.get("Id") for each in etree.fromstring(content)]
            assert len(ids) == len(set(ids)), name
            for relation in etree.fromstring(content):
                if relation.get("TargetMode") != "External":
                    target = relation.get("Target")
                    path = (
                        target.lstrip("/")
                        if target.startswith("/")
                        else posixpath.normpath(posixpath.join(home, target))
                    )
                    assert path in found, (name, target)
    for slide in opened(file).slides:
        ids = [each.get("id") for each in slide._element.iter(qn("p:cNvPr"))]
        assert len(ids) == len(set(ids))
        # A body without a paragraph, a cell without one: PowerPoint repairs either.
        for body in slide._element.iter(qn("p:txBody"), qn("a:txBody")):
            assert body.findall(qn("a:p"))


def all_kinds() -> list[Slide]:
    rows = tuple((str(at), f"村{at}", f"{at * 10:,}") for at in range(1, 21))
    table = Table(
        (Head("名次", True), Head("村", is_wide=True), Head("面积(亩)", True)), rows, "各村", frozenset({2})
    )
    stacked = BarChart(
        "哪一步", ("暗访", "审计"), (Series("逾期", (3.0, 0.0), "#C0392B"), Series("其他", (5.0, 2.0), "#A3AFBA")), "个", is_stacked=True
    )  # fmt: skip
    rank = LineChart("名次", ("9月", "10月"), (Series("甲乡", (1.0, 2.0), "#1F5F8B"),), "名", is_rank=True)
    cards = tuple(Figure(f"指标{at}", "1,234.5", "万袋", ("完成 86.1%", "2026年10月")) for at in range(6))
    common: dict[str, Any] = {"source": "来源:产业发展月报", "notes": ("先看香菇。", "口径:未报送不算0。")}
    return [
        Slide("总览", "2026年10月 · 全县", figures=cards, **common),
        Slide(
            "茶园",
            "2026年10月 · 单位:亩",
            says="石门乡最多,1个未报",
            charts=(TEA,),
            tables=(table,),
            **common,
        ),
        Slide("问题", figures=cards[:4], charts=(stacked, COURSE, rank), **common),
        Slide("地图", picture=Picture(PIXEL, "茶园面积地图"), charts=(TEA,), **common),
        Slide("没有", says="香菇还没有报送数据。"),
    ]


@pytest.fixture(scope="module")
def file() -> bytes:
    return made(*all_kinds())


def test_file_has_nothing_to_repair(file: bytes):
    check_sound(file)
    show = opened(file)
    assert (show.slide_width / show.slide_height) == pytest.approx(16 / 9, abs=0.001)
    assert show.core_properties.title == "四季度推进会"


def test_libreoffice_draws_every_slide_and_every_character(file: bytes, tmp_path: Path):
    path = tmp_path / "汇报.pptx"
    path.write_bytes(file)
    drawn = rendered(path, tmp_path)
    assert len(drawn.pages) == len(opened(file).slides)
    assert drawn.undrawn == frozenset()
    for said in (
        "四季度推进会",
        "石门乡最多，1个未报",
        "1,234.5",
        "未报送1个：松岭乡",
        "1,230.0",
        "演示数据",
    ):
        assert said in drawn.text, said
    wide, high = drawn.sizes_mm[0]
    assert wide / high == pytest.approx(16 / 9, abs=0.01)


def test_a_missing_value_is_a_gap_and_is_told_in_words(file: bytes):
    chart = charts(made(Slide("茶园", charts=(TEA,))))[0]
    assert list(chart.plots[0].categories) == ["石门乡", "云溪镇", "松岭乡"]
    assert list(chart.plots[0].series[0].values) == [1230.0, 810.5, None]
    assert [each.get("val") for each in chart._chartSpace.iter(qn("c:dispBlanksAs"))] == ["gap"]
    assert "未报送1个：松岭乡" in texts(opened(made(Slide("茶园", charts=(TEA,)))).slides[1])
    course = charts(made(Slide("茶园", charts=(COURSE,))))[0]
    assert list(course.plots[0].series[0].values) == [3.0, None, 5.0]


def test_the_workbook_in_a_chart_has_the_names_and_figures_and_no_formula():
    names = ('=HYPERLINK("http://evil.example")', "+1", "-1+2", "@SUM(A1)", "石门乡")
    hostile = BarChart("名", names, (Series("=1+1", (1.0, 2.0, None, 4.0, 5.0), "#1F5F8B"),), "个")
    chart = charts(made(Slide("名", charts=(hostile,))))[0]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"][1:]] == list(names)
    assert [cell.value for cell in sheet["B"]] == ["=1+1", 1, 2, None, 4, 5]
    assert {cell.data_type for column in ("A", "B") for cell in sheet[column]} <= {"s", "n"}


def test_one_colour_stands_out_and_labels_have_their_decimals():
    chart = charts(made(Slide("茶园", charts=(TEA,))))[0]
    series = chart.plots[0].series[0]
    assert str(series.format.fill.fore_color.rgb) == "A3AFBA"
    assert str(series.points[1].format.fill.fore_color.rgb) == "C0392B"
    assert series.data_labels.number_format == "#,##0.0"
    assert chart.value_axis.axis_title.text_frame.text == "单位：亩"


def test_a_share_short_of_a_whole_is_not_rounded_up_to_it():
    short = BarChart("率", ("甲", "乙"), (Series("率", (99.97, 100.0), "#1F5F8B"),), "%", 1)
    assert (
        charts(made(Slide("率", charts=(short,))))[0].plots[0].series[0].data_labels.number_format
        == "#,##0.00"
    )


def test_chinese_text_has_its_font_everywhere(file: bytes):
    for name, content in parts(file):
        if not name.endswith(".xml") or "printerSettings" in name:
            continue
        root = etree.fromstring(content)
        for latin in root.iter(qn("a:latin")):
            if latin.get("typeface", "").startswith("+"):
                continue  # the theme's own
            east = latin.getparent().find(qn("a:ea"))
            assert latin.get("typeface") == FONT, name
            assert east is not None and east.get("typeface") == FONT, name
        if name.startswith("ppt/slides/slide"):
            for run in root.iter(qn("a:r")):
                properties = run.find(qn("a:rPr"))
                assert properties is not None and properties.get("lang") == "zh-CN"


def test_a_long_table_goes_on_with_its_heads_and_loses_no_row():
    rows = tuple((f"村{at}", str(at)) for at in range(40))
    found = tables(made(Slide("各村", tables=(Table((Head("村"), Head("户", True)), rows, "各村"),))))
    assert len(found) == 3 and all(each[0] == ["村", "户"] for each in found)
    assert all(len(each) <= MOST_ROWS + 1 for each in found)
    assert [row for each in found for row in each[1:]] == [list(row) for row in rows]


def test_figures_stand_to_the_right():
    file = made(
        Slide("各村", tables=(Table((Head("村"), Head("户", True)), (("石门村", Cell("12", "bad")),)),))
    )
    table = next(shape.table for shape in opened(file).slides[1].shapes if shape.has_table)
    assert [int(table.cell(1, at).text_frame.paragraphs[0].alignment) for at in (0, 1)] == [1, 3]


def test_many_townships_are_two_halves_with_one_axis():
    names = tuple(f"乡{at}" for at in range(26))
    long = BarChart(
        "各乡", names, (Series("数", tuple(float(26 - at) for at in range(26)), "#1F5F8B"),), "亩"
    )
    file = made(Slide("各乡", charts=(long,)))
    found = charts(file)
    assert [list(each.plots[0].categories) for each in found] == [list(names[:13]), list(names[13:])]
    assert found[0].value_axis.maximum_scale == found[1].value_axis.maximum_scale
    assert len(opened(file).slides) == 2  # the cover, and both halves side by side


def test_no_bar_of_a_long_chart_is_lost_and_colours_stay_with_their_bars():
    long = BarChart(
        "各乡", tuple(map(str, range(45))), (Series("数", tuple(map(float, range(45))), "#1F5F8B"),), "亩", colours={40: "#C0392B"}
    )  # fmt: skip
    halves = [chart for slide in in_parts(Slide("各乡", charts=(long,))) for chart in slide.charts]
    assert [name for chart in halves for name in chart.categories] == list(long.categories)
    marked = [chart.categories[at] for chart in halves if isinstance(chart, BarChart) for at in chart.colours]
    assert marked == ["40"]


def test_every_slide_says_where_it_is_from_and_what_is_said_to_it(file: bytes):
    slides = list(opened(file).slides)
    for slide in slides:
        assert "数据版本 20261115-abcdef" in texts(slide)
        assert "演示数据" in texts(slide)
    for slide in slides[1:]:
        assert any(each.get("type") == "slidenum" for each in slide._element.iter(qn("a:fld")))
    assert slides[1].notes_slide.notes_text_frame.text.splitlines() == ["先看香菇。", "口径：未报送不算0。"]


def test_hostile_text_does_no_harm():
    name = "坏\x07村\u202e<b>&amp;\u200b" + "长" * 300 + "😀"
    table = Table((Head(name), Head("数", True)), ((name, "1"),), name)
    chart = BarChart(name, (name,), (Series(name, (1.0,), "#1F5F8B"),), "亩")
    figures = (Figure(name, name, name, (name,)),)
    file = deck(
        replace(COVER, name=name, county=name, foot=name),
        [Slide(name, name, name, figures, None, (chart,), (table,), (name,), name)],
        LOOK,
    )
    check_sound(file)
    assert opened(file).slides[0].shapes.title.text_frame.text.endswith("…")  # two lines of the cover
    said = texts(opened(file).slides[1])
    assert "坏村<b>&amp；长长" in said and "\u202e" not in said and "\x07" not in said


@given(st.text(max_size=60))
@settings(max_examples=12, deadline=None)
def test_any_text_can_be_written(text: str):
    assert clean(clean(text)) == clean(text)
    file = made(Slide(text, text, text, tables=(Table((Head(text or "空"),), ((text,),)),), notes=(text,)))
    assert tables(file)[0][1] == [chinese_marks(clean(text))] or tables(file)[0][1][0].endswith("…")


def test_a_cut_text_says_so():
    assert cut("一二三四五", 3) == "一二…"
    assert cut("abc", 3) == "abc"
    assert width("一a") == pytest.approx(1.62)


def test_a_cards_line_breaks_between_its_parts():
    """The minus sign stays with its figure, the unit with its number."""
    line = "同比 +5.7% · 当月 13.92万公斤 · 较上月 -25.26万公斤"
    cards = tuple(Figure(f"茶叶产量{at}", "478.22万", "公斤", (line,)) for at in range(6))
    shapes = opened(made(Slide("总览", figures=cards))).slides[1].shapes
    said = next(each.text_frame.text for each in shapes if "茶叶产量0" in each.text_frame.text)
    assert said.splitlines()[2:] == ["同比 +5.7% · 当月 13.92万公斤", "较上月 -25.26万公斤"]


def test_figures_of_an_axis_have_room():
    """147 with room for its label ends at 200: 50 apart, and never more than six."""
    counts = BarChart("各级", ("高", "低"), (Series("村数", (147.0, 12.0), "#1F5F8B"),), "个村")
    axis = charts(made(Slide("地图", charts=(counts,))))[0].value_axis
    assert (axis.maximum_scale, axis.major_unit) == (200, 50)
    for top in (0.12, 1, 1.5, 2, 2.5, 3, 40, 60, 80, 100, 120, 30_000):
        assert 2 < top / round_step(top) < 6.01
