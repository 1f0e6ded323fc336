"""Photos of stops: which file a name in the ledger means, and what leads out of the folder."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from data_loaders import stop_files
from data_loaders.stop_files import LONGEST_SIDE, check_photos, photo, photo_names, photos_of
from faults import DataProblem, FaultLog


def picture(path: Path, size=(40, 20)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (0, 90, 0)).save(path)
    return path


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("棚.jpg", ["棚.jpg"]),
        ("棚.jpg、门.png", ["棚.jpg", "门.png"]),
        ("a.jpg;b.jpg;c.jpg|d.jpg,e.jpg,f.jpg\ng.jpg", [f"{name}.jpg" for name in "abcdefg"]),
        (" 棚.jpg 、 、棚.jpg", ["棚.jpg"]),  # once is enough
        (None, []),
        ("、", []),
    ],
)
def test_one_cell_names_one_or_several(cell, names):
    assert photo_names(cell) == names


class TestWhichFile:
    def test_in_the_ledgers_order_with_or_without_ending_and_capitals(self, tmp_path):
        for name in ("棚.JPG", "Gate.png"):
            picture(tmp_path / name)
        found = photos_of(tmp_path, "gate.PNG、棚")
        assert [each.path and each.path.name for each in found] == ["Gate.png", "棚.JPG"]
        assert [each.caption for each in found] == ["Gate", "棚"]

    def test_what_is_not_there_says_so_and_the_others_are_shown(self, tmp_path):
        picture(tmp_path / "棚.jpg")
        missing, there = photos_of(tmp_path, "门.jpg、棚.jpg")
        assert (missing.path, missing.problem) == (None, f"文件夹“{tmp_path.name}”里没有这张照片")
        assert there.path is not None

    def test_without_a_folder(self, tmp_path):
        assert "photos" in photos_of(None, "棚.jpg")[0].problem
        assert photos_of(tmp_path / "gone", "棚.jpg")[0].path is None
        assert photos_of(None, None) == []

    def test_what_is_no_picture(self, tmp_path):
        (tmp_path / "说明.docx").write_bytes(b"x")
        (tmp_path / "夹.jpg").mkdir()
        problems = [each.problem for each in photos_of(tmp_path, "说明.docx、夹.jpg")]
        assert problems == ["不是 jpg、png 或 webp 格式的照片", "不是普通文件"]

    def test_no_larger_than_a_wall_needs(self, tmp_path):
        picture(tmp_path / "棚.jpg", (4000, 1000))
        content = photo(photos_of(tmp_path, "棚.jpg")[0], 50)
        assert Image.open(BytesIO(content)).size == (LONGEST_SIDE, 480)

    def test_a_telephone_number_in_a_name_is_masked(self, tmp_path):
        assert "13812345678" not in photos_of(tmp_path, "张三13812345678.jpg")[0].name


class TestNothingLeadsOut:
    @pytest.mark.parametrize(
        "name", ["../棚.jpg", "..", "a/棚.jpg", "a\\棚.jpg", "C:棚.jpg", ".棚.jpg", "CON"]
    )
    def test_paths_are_no_names(self, tmp_path, name):
        picture(tmp_path / "棚.jpg")
        picture(tmp_path / "photos" / "a" / "棚.jpg")
        (found,) = photos_of(tmp_path / "photos", name)
        assert found.path is None
        assert found.problem == "只能写文件名,不能写路径"

    @given(st.text(max_size=60))
    def test_whatever_the_cell_says(self, cell):
        folder = Path(stop_files.__file__).parent
        for each in photos_of(folder, cell):
            assert each.path is None  # there are no pictures among our modules

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_links(self, tmp_path):
        secret = picture(tmp_path / "secret.jpg")
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "棚.jpg").symlink_to(secret)
        os.mkfifo(tmp_path / "photos" / "门.jpg")
        assert [each.problem for each in photos_of(tmp_path / "photos", "棚.jpg、门.jpg")] == [
            "不是普通文件"
        ] * 2

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_a_link_put_there_after_it_was_listed(self, tmp_path):
        secret = picture(tmp_path / "secret.jpg")
        path = picture(tmp_path / "photos" / "棚.jpg")
        (found,) = photos_of(tmp_path / "photos", "棚.jpg")
        path.unlink()
        path.symlink_to(secret)
        with pytest.raises(DataProblem, match="读不出来"):
            photo(found, 50)

    def test_a_broken_picture_says_so(self, tmp_path):
        (tmp_path / "棚.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
        with pytest.raises(DataProblem, match=r"“棚\.jpg”打不开"):
            photo(photos_of(tmp_path, "棚.jpg")[0], 50)


class TestPrepare:
    def test_one_fault_names_what_nobody_will_see(self, tmp_path):
        picture(tmp_path / "棚.jpg")
        log = FaultLog()
        check_photos(tmp_path, ["棚.jpg、门.jpg", None, "门.jpg、路.jpg"], log)
        (fault,) = log.faults
        assert (fault.severity, fault.kind, fault.found) == ("info", "unknown_photo", "门.jpg、路.jpg")
        assert "有2张" in fault.message

    def test_nothing_to_say(self, tmp_path):
        picture(tmp_path / "棚.jpg")
        log = FaultLog()
        check_photos(None, ["门.jpg"], log)  # a county that shows no photos
        check_photos(tmp_path, ["棚.jpg", None], log)
        assert log.faults == []
