"""The folder of evidence: whose files are shown, what of a picture leaves it, and what is refused."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from data_loaders import pictures, problem_files
from data_loaders.inbox import read_inbox
from data_loaders.pictures import LONGEST_SIDE
from data_loaders.problem_files import (
    check_folders,
    document,
    evidence_of,
    folder_names,
    is_plain,
    picture,
)
from faults import DataProblem, FaultLog
from settings import Limits, Source

ORIENTATION, GPS = 0x0112, 0x8825
RED, WHITE = (200, 0, 0), (255, 255, 255)


def photo(path: Path, size=(40, 20), *, turned=None, form="JPEG", colour=RED) -> Path:
    """A picture as a telephone writes it: with a position, perhaps lying on its side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif.get_ifd(GPS)[2] = (30.0, 12.0, 5.0)
    exif[0x010F] = "SomePhone"
    if turned:
        exif[ORIENTATION] = turned
    Image.new("RGB" if len(colour) == 3 else "RGBA", size, colour).save(path, form, exif=exif)
    return path


def shown(file) -> Image.Image:
    return Image.open(BytesIO(picture(file, 50)))


class TestWhatIsListed:
    def test_before_after_others_and_papers(self, tmp_path):
        for name in ("整改后 公示.JPG", "整改前.jpg", "现场.png", "整改前2.webp"):
            photo(tmp_path / "P1" / name, form="PNG" if name.endswith("png") else "JPEG")
        (tmp_path / "P1" / "验收单.pdf").write_bytes(b"%PDF")
        (tmp_path / "P1" / "录像.mp4").write_bytes(b"...")
        (tmp_path / "P1" / "Thumbs.db").write_bytes(b"...")
        found = evidence_of(tmp_path, "P1")
        assert [file.caption for file in found.pictures("before")] == ["整改前", "整改前2"]
        assert [file.caption for file in found.pictures("after")] == ["整改后 公示"]
        assert [file.name for file in found.pictures("other")] == ["现场.png"]
        assert [file.name for file in found.documents] == ["验收单.pdf"]
        assert found.others == 1  # the film; what Windows leaves behind is not counted

    def test_a_part_also_has_what_the_whole_has(self, tmp_path):
        photo(tmp_path / "P26-001" / "整改前.jpg")
        photo(tmp_path / "P26-001-2" / "整改后.jpg")
        assert [file.name for file in evidence_of(tmp_path, "P26-001-2").files] == [
            "整改后.jpg",
            "整改前.jpg",
        ]
        assert [file.name for file in evidence_of(tmp_path, "P26-001").files] == ["整改前.jpg"]

    def test_nothing_there_is_no_error(self, tmp_path):
        assert evidence_of(None, "P1").files == ()
        assert evidence_of(tmp_path / "gone", "P1").files == ()
        assert evidence_of(tmp_path, "P1").files == ()

    def test_no_more_than_a_page_can_show(self, tmp_path, monkeypatch):
        monkeypatch.setattr(problem_files, "MOST_FILES", 2)
        for number in range(5):
            photo(tmp_path / "P1" / f"{number}.jpg")
        found = evidence_of(tmp_path, "P1")
        assert len(found.files) == 2
        assert found.others == 3

    def test_a_telephone_number_in_a_name_is_masked(self, tmp_path):
        photo(tmp_path / "P1" / "张三13812345678.jpg")
        assert "13812345678" not in evidence_of(tmp_path, "P1").files[0].name


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "..",
            "../P1",
            "a/b",
            "a\\b",
            "C:x",
            "P1.",
            " P1",
            ".git",
            "CON",
            "nul.txt",
            "P\n1",
            "x" * 101,
        ],
    )
    def test_ids_that_are_no_plain_names(self, tmp_path, name):
        photo(tmp_path / "P1" / "整改前.jpg")
        photo(tmp_path / "整改前.jpg")
        assert not is_plain(name)
        assert evidence_of(tmp_path / "P1", name).files == ()

    @given(st.text(max_size=40))
    def test_no_id_leads_out_of_the_folder(self, name):
        root = Path("/evidence")
        for each in folder_names(name):
            assert (root / each).resolve().parent == root.resolve()

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_links(self, tmp_path):
        secret = photo(tmp_path / "elsewhere" / "整改前.jpg")
        root = tmp_path / "evidence"
        (root / "P1").mkdir(parents=True)
        (root / "P1" / "整改前.jpg").symlink_to(secret)
        (root / "P2").symlink_to(secret.parent)
        os.mkfifo(root / "P1" / "整改后.jpg")
        assert evidence_of(root, "P1").files == ()
        assert evidence_of(root, "P2").files == ()

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_a_link_put_there_after_it_was_listed(self, tmp_path):
        secret = photo(tmp_path / "secret.jpg")
        path = photo(tmp_path / "P1" / "整改前.jpg")
        file = evidence_of(tmp_path, "P1").files[0]
        path.unlink()
        path.symlink_to(secret)
        with pytest.raises(DataProblem, match="读不出来"):
            picture(file, 50)

    def test_a_file_above_the_limit(self, tmp_path):
        photo(tmp_path / "P1" / "整改前.jpg")
        file = evidence_of(tmp_path, "P1").files[0]
        with pytest.raises(DataProblem, match="没有打开"):
            document(file, 0.0001)

    def test_more_pixels_than_a_camera_has(self, tmp_path, monkeypatch):
        monkeypatch.setattr(pictures, "MOST_PIXELS", 799)
        photo(tmp_path / "P1" / "整改前.jpg", (40, 20))  # 800
        with pytest.raises(DataProblem, match=r"像素太多\(40×20\)"):
            picture(evidence_of(tmp_path, "P1").files[0], 50)

    @pytest.mark.parametrize(
        "content", [b"", b"no picture", b"\xff\xd8\xff\xe0broken", b"GIF89a" + bytes(40)]
    )
    def test_a_broken_picture_says_so(self, tmp_path, content):
        path = tmp_path / "P1" / "整改前.jpg"
        path.parent.mkdir()
        path.write_bytes(content)
        with pytest.raises(DataProblem, match=r"“整改前.jpg”打不开"):
            picture(evidence_of(tmp_path, "P1").files[0], 50)

    def test_a_picture_that_breaks_off(self, tmp_path):
        path = photo(tmp_path / "P1" / "整改前.jpg", (400, 400))
        path.write_bytes(path.read_bytes()[:900])
        with pytest.raises(DataProblem, match="打不开"):
            picture(evidence_of(tmp_path, "P1").files[0], 50)


class TestPictures:
    def test_neither_position_nor_camera_leaves(self, tmp_path):
        path = photo(tmp_path / "P1" / "整改前.jpg")
        assert GPS in Image.open(path).getexif()  # it is there to begin with
        sent = picture(evidence_of(tmp_path, "P1").files[0], 50)
        assert not Image.open(BytesIO(sent)).getexif()
        assert b"SomePhone" not in sent
        assert b"Exif" not in sent

    def test_turned_upright(self, tmp_path):
        photo(tmp_path / "P1" / "整改前.jpg", (40, 20), turned=6)  # taken with the telephone held upright
        assert shown(evidence_of(tmp_path, "P1").files[0]).size == (20, 40)

    def test_made_small(self, tmp_path):
        photo(tmp_path / "P1" / "整改前.jpg", (4000, 1000))
        assert shown(evidence_of(tmp_path, "P1").files[0]).size == (LONGEST_SIDE, 400)

    def test_a_small_one_is_not_blown_up(self, tmp_path):
        photo(tmp_path / "P1" / "整改前.png", form="PNG")
        assert shown(evidence_of(tmp_path, "P1").files[0]).size == (40, 20)

    def test_what_is_transparent_becomes_white(self, tmp_path):
        photo(tmp_path / "P1" / "整改前.png", form="PNG", colour=(0, 0, 0, 0))
        assert shown(evidence_of(tmp_path, "P1").files[0]).getpixel((5, 5)) == WHITE


class TestPrepare:
    def test_the_inbox_does_not_look_into_it(self, tmp_path):
        photo(tmp_path / "佐证材料" / "P1" / "整改前.jpg")
        (tmp_path / "月报.xlsx").write_bytes(b"x")
        log = FaultLog()
        source = Source(id="monthly", title="月报", kind="observations", files="*.xlsx")
        inbox = read_inbox(tmp_path, [source], Limits(), log, leave_out=[tmp_path / "佐证材料"])
        inbox.report_unused([source], log)
        assert [file.name for file in inbox.files] == ["月报.xlsx"]
        assert log.faults == []

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_nor_where_it_is_linked_to(self, tmp_path):
        (tmp_path / "nas").mkdir()
        (tmp_path / "raw").mkdir()
        (tmp_path / "raw" / "佐证材料").symlink_to(tmp_path / "nas")
        log = FaultLog()
        read_inbox(tmp_path / "raw", [], Limits(), log, leave_out=[tmp_path / "nas"])
        assert log.faults == []

    def test_a_folder_of_no_problem_is_named(self, tmp_path):
        for name in ("P26-001", "P26-001-2", "P26-01", ".cache"):
            (tmp_path / name).mkdir()
        (tmp_path / "说明.txt").write_text("x")
        log = FaultLog()
        check_folders(tmp_path, ["P26-001-2"], log)
        (fault,) = log.faults
        assert (fault.severity, fault.kind, fault.found) == ("info", "unknown_evidence", "P26-01")
        assert "1个文件夹对不上问题编号" in fault.message

    def test_nothing_to_say(self, tmp_path):
        log = FaultLog()
        for folder in (None, tmp_path / "gone", tmp_path):
            check_folders(folder, ["P1"], log)
        assert log.faults == []
