"""The raw folder as a list of files: patterns, zips, names from Windows, and what is passed over."""

from __future__ import annotations

import os
import sys
from datetime import date
from types import SimpleNamespace

import pytest

from data_loaders.file_patterns import file_pattern
from data_loaders.inbox import read_inbox
from data_loaders.pipeline import prepare
from faults import FaultLog
from settings import Limits, Source, read_settings
from tests.small_county import CONFIG, TEA_HEADER, TEA_ROWS, write_county
from tests.workbook_formats import xlsx, zipped, zipped_on_windows

TEA = xlsx({"茶叶": [*TEA_HEADER, *TEA_ROWS]})
MONTHLY = "月报/2026年3月.xlsx"


def source(files, kind="observations", id="monthly"):
    return Source(id=id, title="月报", kind=kind, files=files)


@pytest.fixture
def folder(tmp_path):
    """Write files, then list them for the sources of a test."""

    def listed(files, *sources):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        log = FaultLog()
        inbox = read_inbox(tmp_path, sources, Limits(), log)
        inbox.report_unused(sources, log)
        taken = [[file.name for file in inbox.matching(source)] for source in sources]
        return SimpleNamespace(inbox=inbox, taken=taken, faults=log.faults)

    return listed


@pytest.mark.parametrize(
    ("files", "name", "is_match"),
    [
        ("月报/*.xlsx", "月报/2026年3月.xlsx", True),
        ("月报/*.xlsx", "月报/2026年3月.XLSX", True),
        ("月报/*.xlsx", "月报/旧/2026年3月.xlsx", False),
        ("**/*.xls", "2016/年报.xls", True),
        ("**/*.xls", "年报.xls", True),
        ("**/*.xls", "年报.xlsx", False),
        ("月报/**", "月报/旧/2026年3月.xlsx", True),
        ("*村界*.zip", "全县村界2026.zip", True),
        ("代码表.csv", "代码表.csv", True),
        ("代码表.csv", "代码表xcsv", False),
        ("20[12]?年.xls", "2016年.xls", True),
        ("20[!2]?年.xls", "2026年.xls", False),
        ("./(附件)*.xlsx", "(附件)1.xlsx", True),
    ],
)
def test_patterns_mean_the_same_on_every_system(files, name, is_match):
    assert bool(file_pattern(files).fullmatch(name)) is is_match


@pytest.mark.parametrize(
    ("zip_name", "inside"),
    [
        ("三月.zip", "月报/2026年3月.xlsx"),  # its own folders
        ("月报/三月.zip", "2026年3月.xlsx"),  # unpacked where it lies
        ("月报.zip", "2026年3月.xlsx"),  # unpacked into a folder of its name
    ],
)
def test_a_zip_counts_as_a_folder_unpacked_where_it_lies(folder, zip_name, inside):
    found = folder({zip_name: zipped_on_windows({inside: TEA})}, source("月报/*.xlsx"))

    assert found.taken == [[f"{zip_name}/{inside}"]]
    assert found.faults == []
    (file,) = found.inbox.files
    assert file.read(Limits()) == TEA and file.size == len(TEA)


def test_a_pattern_for_zips_takes_the_tables_in_them(folder):
    content = zipped({"2026年3月.xlsx": TEA, "说明.txt": b"x"})

    found = folder({"上报.zip": content}, source("上报*.zip"))

    assert found.taken == [["上报.zip/2026年3月.xlsx"]]
    assert [fault.found for fault in found.faults] == ["上报.zip/说明.txt"]


def test_names_are_those_that_the_author_saw(folder):
    gbk = zipped_on_windows({"月报/龙潭镇.xlsx": TEA})
    utf8 = zipped({"月报/石桥村𠮷.xlsx": TEA})

    found = folder({"a.zip": gbk, "b.zip": utf8}, source("月报/*.xlsx"))

    assert found.taken == [["a.zip/月报/龙潭镇.xlsx", "b.zip/月报/石桥村𠮷.xlsx"]]


def test_a_zip_of_boundaries_is_left_whole(folder):
    shapes = zipped({"村界.shp": b"", "村界.dbf": b""})

    found = folder(
        {"村界.zip": shapes}, source("*村界*.zip", "boundaries", "boundaries"), source("月报/*.xlsx")
    )

    assert found.taken == [["村界.zip"], []]
    assert found.faults == []


def test_a_layer_in_a_zip_is_found_on_disk_with_its_parts(folder):
    content = zipped({"界线/村界.shp": b"s", "界线/村界.dbf": b"d", "界线/乡界.dbf": b"x"})
    found = folder({"全部资料.zip": content}, source("界线/*.shp", "boundaries"))

    (file,) = found.inbox.matching(source("界线/*.shp", "boundaries"))
    with file.on_disk() as path:
        assert {part.name: part.read_bytes() for part in path.parent.iterdir()} == {
            "村界.shp": b"s",
            "村界.dbf": b"d",
        }
        copy = path
    assert not copy.exists()
    assert [fault.found for fault in found.faults] == ["全部资料.zip/界线/乡界.dbf"]


def test_a_file_that_lies_there_zipped_and_unpacked_is_read_once(folder):
    found = folder({MONTHLY: TEA, "月报.zip": zipped({"2026年3月.xlsx": TEA})}, source("月报/*.xlsx"))

    assert found.taken == [[MONTHLY]]
    assert [(fault.kind, fault.severity) for fault in found.faults] == [("same_file", "info")]


def test_a_newer_copy_in_a_zip_is_not_taken_for_the_same(folder):
    newer = TEA + b"\0"
    found = folder({MONTHLY: TEA, "月报.zip": zipped({"2026年3月.xlsx": newer})}, source("月报/*.xlsx"))

    assert found.taken == [[MONTHLY, "月报.zip/2026年3月.xlsx"]]


def test_files_that_nobody_takes_are_listed_in_one_fault(folder):
    found = folder({MONTHLY: TEA, "通知.docx": b"x", "月报/旧.xls": b"x"}, source("月报/*.xlsx"))

    (fault,) = found.faults
    assert (fault.kind, fault.severity) == ("unused_file", "info")
    assert "有2个文件" in fault.message and fault.found == "月报/旧.xls、通知.docx"


def test_what_programs_leave_behind_is_not_even_listed(folder):
    litter = {"月报/~$2026年3月.xlsx": b"x", ".DS_Store": b"x", "月报/Thumbs.db": b"x", "__MACOSX/._a": b"x"}
    found = folder(
        {MONTHLY: TEA, **litter, "月报.zip": zipped({"__MACOSX/._2026年3月.xlsx": b"x"})},
        source("月报/*.xlsx"),
    )

    assert found.taken == [[MONTHLY]]
    assert found.faults == []


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="只有 Linux 允许不是 UTF-8 的文件名")
def test_a_name_that_was_unpacked_in_gbk_is_readable(folder, tmp_path):
    (tmp_path / os.fsdecode("月报".encode("gbk"))).mkdir()
    (tmp_path / os.fsdecode("月报/2026年3月.xlsx".encode("gbk"))).write_bytes(TEA)

    found = folder({}, source("月报/*.xlsx"))

    assert found.taken == [[MONTHLY]]
    assert found.inbox.files[0].read(Limits()) == TEA


@pytest.mark.skipif(os.name == "nt", reason="Windows 上建链接要管理员权限")
def test_a_link_within_the_folder_is_followed(folder, tmp_path):
    (tmp_path / "存档").mkdir()
    (tmp_path / "存档" / "a.xlsx").write_bytes(TEA)
    (tmp_path / "月报").mkdir()
    (tmp_path / MONTHLY).symlink_to(tmp_path / "存档" / "a.xlsx")

    found = folder({}, source("月报/*.xlsx"), source("存档/*.xlsx", id="old"))

    assert found.taken == [[MONTHLY], ["存档/a.xlsx"]]
    assert found.faults == []


def test_a_zipped_ledger_gives_the_figures_of_the_plain_one(tmp_path):
    config = write_county(tmp_path, CONFIG)
    raw = tmp_path / "raw"
    plain = prepare(read_settings(config), raw, date(2026, 3, 31)).tables["observations"]
    content = (raw / MONTHLY).read_bytes()
    (raw / MONTHLY).unlink()
    (raw / "东山镇上报.zip").write_bytes(zipped_on_windows({MONTHLY: content}))

    prepared = prepare(read_settings(config), raw, date(2026, 3, 31))

    zipped_too = prepared.tables["observations"]
    columns = ["place_code", "indicator_id", "period", "value"]
    assert zipped_too[columns].equals(plain[columns])
    assert set(zipped_too["source_file"]) == {"东山镇上报.zip/月报/2026年3月.xlsx"}
    assert prepared.log.faults == []
