"""The picture as somebody sees it who opens the file: words, shapes, colours, paper."""

from __future__ import annotations

import ctypes
import io
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import shapely
from PIL import Image

from exports.fonts import Fonts
from exports.map_picture import map_pdf, png_of
from exports.picture import PAPERS, Circle, MapPicture, Sign, shapes_of
from exports.signs import HATCH
from exports.surround import round_km
from metrics.map_points import Drawing, Line, Mark, Outline
from tests.exports.small_map import (
    BLUE,
    EAST,
    GREEN,
    HOSTILE,
    RED,
    RING,
    SQUARE,
    WEST,
    bare,
    on_earth,
    picture,
    square,
)


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def pixels(drawn: MapPicture, fonts: Fonts, dpi: int = 72) -> Any:
    return np.asarray(Image.open(io.BytesIO(png_of(map_pdf(drawn, PAPERS["A4"], fonts), dpi))).convert("RGB"))


def count(image: Any, colour: str) -> int:
    return int((image == rgb(colour)).all(axis=2).sum())


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def test_every_word_can_be_found_in_the_pdf_once(fonts: Fonts):
    drawn = picture(finding="两个村已报送。", badge="演示数据", legend_notes=("自然断点分级",))
    words = text_of(map_pdf(drawn, PAPERS["A4"], fonts))
    for each in (
        "小河县茶园面积",
        "2026年10月",
        "两个村已报送。",
        "演示数据",
        "云溪镇",
        "方村",
        "未报送",
        "公里",
        "北",
        "数据截至",
    ):
        assert words.count(each) == 1, each


def test_a_hostile_name_is_text(fonts: Fonts):
    drawn = picture(title=HOSTILE, subtitle="</script>)Tj ET (", notes=(r"\)(\n",))
    words = text_of(map_pdf(drawn, PAPERS["A4"], fonts))
    assert HOSTILE in words
    assert "</script>)Tj ET (" in words
    assert r"\)(\n" in words


def test_what_the_font_lacks_is_a_box_and_control_characters_are_dropped(fonts: Fonts):
    drawn = picture(title="甲\ue000\U0010fffd\x00\u202e乙\n丙")
    assert "甲□□乙丙" in text_of(map_pdf(drawn, PAPERS["A4"], fonts)).replace(" ", "")


def test_fonts_are_embedded_as_subsets(fonts: Fonts):
    pdf = map_pdf(picture(), PAPERS["A4"], fonts)
    page = pypdfium2.PdfDocument(pdf)[0]
    letters = [each for each in page.get_objects() if each.type == pdfium.FPDF_PAGEOBJ_TEXT]
    assert letters
    for each in letters:
        font = pdfium.FPDFTextObj_GetFont(each)
        assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
        name = ctypes.create_string_buffer(200)
        pdfium.FPDFFont_GetBaseFontName(font, name, 200)
        assert name.value[6:7] == b"+"  # the mark of a subset
    assert len(pdf) < 200_000


def test_a_hole_stays_open_and_a_village_in_two_parts_has_both(fonts: Fonts):
    image = pixels(bare(), fonts)
    whole = count(image, GREEN)
    assert count(image, RED) / whole == pytest.approx(0.75, rel=0.03)
    assert count(image, BLUE) / whole == pytest.approx(0.5, rel=0.04)


def test_a_kilometre_is_as_long_to_the_north_as_to_the_east(fonts: Fonts):
    rows, columns = np.nonzero((pixels(bare(), fonts, 144) == rgb(GREEN)).all(axis=2))
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1, abs=0.01)


def test_the_scale_bar_tells_the_truth(fonts: Fonts):
    """The length of its edge against a square of 10 km."""
    image = pixels(bare(), fonts, 288)
    dark = (image == rgb("#1B2733")).all(axis=2)
    bar = max(longest_run(row) for row in dark)
    _, columns = np.nonzero((image == rgb(GREEN)).all(axis=2))
    words = text_of(map_pdf(bare(), PAPERS["A4"], fonts))
    km = next(each for each in (1, 2, 5, 10) if f"{each}公里" in words.replace(" ", ""))
    assert bar / np.ptp(columns) * 10 == pytest.approx(km, rel=0.02)


def longest_run(row: Any) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


@pytest.mark.parametrize(("most", "km"), [(7.3, 5), (1.0, 1), (0.9, 0.5), (43, 20), (10, 10), (2.0000001, 2)])
def test_scale_bars_are_round(most: float, km: float):
    assert round_km(most) == pytest.approx(km)


def test_who_did_not_report_is_hatched_and_a_zero_is_white(fonts: Fonts):
    assert count(pixels(bare(), fonts, 288), HATCH) > 500
    all_reported = bare(classes={code: 0 for code in picture().shapes["village"]})
    assert count(pixels(all_reported, fonts, 288), HATCH) == 0


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_sheet_lies_as_the_county_does(fonts: Fonts, paper: str):
    sides = PAPERS[paper].width_mm / 25.4 * 72, PAPERS[paper].height_mm / 25.4 * 72
    tall = {"village": {SQUARE: on_earth(shapely.box(0, 0, 10, 40))}}
    for drawn, expected in ((picture(), sides[::-1]), (picture(shapes=tall), sides)):
        size = pypdfium2.PdfDocument(map_pdf(drawn, PAPERS[paper], fonts))[0].get_size()
        assert size == pytest.approx(expected, abs=0.5)


def test_png_and_pdf_are_the_same_sheet(fonts: Fonts):
    image = Image.open(io.BytesIO(png_of(map_pdf(picture(), PAPERS["A4"], fonts), 100)))
    assert image.size == (pytest.approx(1169, abs=2), pytest.approx(827, abs=2))
    assert image.info["dpi"] == (pytest.approx(100, abs=0.1), pytest.approx(100, abs=0.1))


def test_a_township_in_focus_stands_alone_among_pale_neighbours(fonts: Fonts):
    focused = picture(focus=WEST, labels=picture().labels)
    words = text_of(map_pdf(focused, PAPERS["A4"], fonts))
    assert "方村" in words and "环村" in words
    assert "飞地村" not in words and "零村" not in words
    image = pixels(focused, fonts)
    assert count(image, GREEN) > 2 * count(pixels(picture(), fonts), GREEN)
    assert count(image, BLUE) == 0


def test_overlays_are_drawn_and_explained(fonts: Fonts):
    place = on_earth(square(5, 15, 1).centroid)
    mark = Mark(place.x, place.y, "square", "#123456", "逾", number=3)
    line = Line(((place.x, place.y), (place.x + 0.1, place.y)), "#654321", is_dashed=False)
    outline = Outline((RING,), "#b5127b")
    plain = picture()
    drawn = picture(
        drawing=Drawing((mark,), (line,), (outline,)),
        signs=(
            Sign("待整改问题 3件"),
            Sign("逾期", "3件", mark=mark),
            Sign("路线", line=line),
            Sign("选中", outline=outline),
        ),
    )
    image, before = pixels(drawn, fonts, 144), pixels(plain, fonts, 144)
    for colour in ("#123456", "#654321", "#b5127b"):
        assert count(before, colour) == 0 < count(image, colour)
    words = text_of(map_pdf(drawn, PAPERS["A4"], fonts))
    assert "待整改问题 3件" in words and words.count("逾") == 3  # on the map, in the legend's sign and words


def test_a_county_of_points_has_circles_on_its_outline(fonts: Fonts):
    middle = on_earth(shapely.Point(15, 10))
    drawn = picture(
        shapes={"county": picture().shapes["county"]},
        circles=(Circle(SQUARE, middle.x, middle.y, 1.0),),
        labels=(),
    )
    assert count(pixels(drawn, fonts), GREEN) > 500


def test_nothing_but_points_still_makes_a_map(fonts: Fonts):
    drawn = picture(shapes={}, circles=(Circle(SQUARE, 111.0, 31.0, None),))
    assert count(pixels(drawn, fonts, 144), GREEN) > 50


def test_a_picture_without_any_geometry_is_refused(fonts: Fonts):
    with pytest.raises(ValueError, match="polygons or circles"):
        map_pdf(picture(shapes={}), PAPERS["A4"], fonts)


def test_a_published_layer_gives_its_shapes():
    layer = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"990102002000"},'
        b'"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}'
    )
    assert {code: shape.area for code, shape in shapes_of(layer).items()} == {EAST: 0.5}
