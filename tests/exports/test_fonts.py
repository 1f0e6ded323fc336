"""Which font a picture is written in, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection, TTFont

from exports.fonts import Fonts, face_in, find_fonts, rare_faces
from faults import DataProblem


def test_without_a_chinese_font_it_says_what_to_install(tmp_path: Path):
    with pytest.raises(DataProblem, match=r"思源黑体.*微软雅黑.*\[picture\]"):
        find_fonts(folders=(tmp_path,))


def test_a_font_that_is_installed_later_is_found(tmp_path: Path, fonts: Fonts):
    with pytest.raises(DataProblem):
        find_fonts(folders=(tmp_path,))
    (tmp_path / fonts.regular.path.name).symlink_to(fonts.regular.path)
    assert find_fonts(folders=(tmp_path,)).regular.path.name == fonts.regular.path.name


@pytest.mark.parametrize("name", ["absent.ttf", "text.ttf", "picture.png"])
def test_a_configured_file_that_is_no_font_is_named(tmp_path: Path, name: str):
    (tmp_path / "text.ttf").write_text("not a font", encoding="utf-8")
    with pytest.raises(DataProblem, match=name):
        find_fonts(tmp_path / name)


def test_a_font_without_chinese_will_not_do():
    latin = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not latin.is_file():
        pytest.skip("没有用来对照的西文字体")
    assert face_in(latin) is None


def test_of_a_collection_the_simplified_face_is_taken(fonts: Fonts):
    if fonts.regular.path.suffix != ".ttc":
        pytest.skip("系统字体不是字体集")
    with TTCollection(str(fonts.regular.path), lazy=True) as collection:
        families = [str(font["name"].getBestFamilyName()) for font in collection.fonts]
    simplified = [name for name in families if "SC" in name.split() and "Mono" not in name]
    if simplified:
        assert families[fonts.regular.number] in simplified


def test_the_configured_font_comes_first(fonts: Fonts):
    found = find_fonts(fonts.bold.path)
    assert found.regular.path == fonts.bold.path
    with TTFont(found.regular.path, fontNumber=found.regular.number, lazy=True) as font:
        assert ord("县") in font.getBestCmap()


def test_fonts_with_rare_characters_are_found_by_name_whatever_its_case(tmp_path):
    """They need not have the common characters, and are opened only when one of theirs is wanted."""
    for name in ("SIMSUNB.TTF", "HanaMinB.ttf", "Other.ttf"):
        (tmp_path / name).write_bytes(b"")
    assert [face.path.name for face in rare_faces((tmp_path,))] == ["SIMSUNB.TTF", "HanaMinB.ttf"]
