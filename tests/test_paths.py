"""No name that somebody else writes leads out of its folder: of a whole run of prepare.py nothing else is opened.

What each loader does with such a name stands in its own tests (test_zips, test_stop_files, test_problem_files, test_inbox,
hostile_files, test_backup, test_safety for addresses); here all of it lies in one raw folder, beside a file that nobody may
read, and every file that Python opens, makes, moves or takes away is noted.
"""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prepare
from data_loaders.problem_files import evidence_of
from data_loaders.stop_files import photos_of
from data_loaders.tile_set import read_tile
from tests.conftest import County
from tests.small_county import CONFIG, write_county, write_sheets
from tests.tile_files import png
from zips import leads_outside

SECRET = "这一行谁也不能读"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")

MORE = """
[[sources]]
id = "stops"
title = "路线"
kind = "stops"
files = "路线.xlsx"

[[sources.tables]]
header = { starts = "乡镇" }
places = { township = "乡镇", village = "村" }
fields = { route = "路线", order = "站序", title = "观摩点", photo = "照片" }

[[sources]]
id = "borders"
title = "村界"
kind = "boundaries"
files = "界线/*.zip"
level = "village"
code_field = "代码"
datum = "cgcs2000"
"""


# ── what is opened ───────────────────────────────────────────────────────────────────────────
class Watch:
    """Every path that Python itself reads or changes while `on`; an audit hook cannot be taken away again."""

    def __init__(self) -> None:
        self.on = False
        self.read: set[Path] = set()
        self.changed: set[Path] = set()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, told: tuple[object, ...]) -> None:
        if not self.on or not event.startswith(("open", "os.", "shutil.", "sqlite3.connect")):
            return
        paths = [Path(os.fsdecode(each)) for each in told[:2] if isinstance(each, str | bytes) and each]
        if event == "open":
            mode, flags = told[1], told[2]
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            (self.changed if writes else self.read).update(paths[:1])
        elif event in {
            "os.mkdir",
            "os.rename",
            "os.remove",
            "os.rmdir",
            "os.symlink",
            "os.link",
            "os.truncate",
            "os.chmod",
        }:
            self.changed.update(paths)
        elif event in {"os.scandir", "os.listdir", "sqlite3.connect"}:
            self.read.update(paths[:1])


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    watch.read.clear()
    watch.changed.clear()
    watch.on = True
    try:
        yield
    finally:
        watch.on = False


def resolved(paths: set[Path]) -> set[Path]:
    return {Path(os.path.realpath(each)) for each in paths}


# ── a county that wants out ──────────────────────────────────────────────────────────────────
def zip_of(path: Path, *names: str, link: str = "") -> None:
    """A zip with these names as they stand, NUL and all; `link` becomes the target of a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        for at, name in enumerate(names):
            entry = zipfile.ZipInfo(f"{at}")
            entry.filename = entry.orig_filename = name
            if link:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(entry, link or "乡镇,村,面积\n东山镇,河湾村,1\n")


@pytest.fixture
def county(tmp_path: Path) -> County:
    """The small county, whose every way in is used to get at the folder beside it."""
    folder, outside = tmp_path / "county", tmp_path / "outside"
    (outside / "P1").mkdir(parents=True)
    for name in ("secret.csv", "secret.xlsx", "P1/整改前.jpg", "棚.jpg"):
        (outside / name).write_text(SECRET)
    config = CONFIG.replace("[paths]", '[paths]\nphotos = "photos"\nevidence = "evidence"') + MORE
    write_county(folder, config)
    raw = folder / "raw"
    zip_of(raw / "月报" / "上.zip", "../../../outside/new.csv")
    zip_of(raw / "月报" / "根.zip", str(outside / "new.csv"))
    zip_of(raw / "月报" / "盘.zip", "C:\\outside\\new.csv")
    zip_of(raw / "月报" / "反.zip", "..\\..\\..\\outside\\new.csv")
    zip_of(raw / "月报" / "链.zip", "2026年4月.xlsx", link=str(outside / "secret.xlsx"))
    zip_of(raw / "月报" / "零.zip", "2026年4月.csv\0../../outside/new.csv")
    zip_of(raw / "月报" / "长.zip", f"{'很' * 300}/{'长' * 300}.csv")
    zip_of(raw / "界线" / "界.zip", "../../outside/村界.shp", "../../outside/村界.dbf")
    (raw / "月报" / "2026年5月.xlsx").symlink_to(outside / "secret.xlsx")
    (raw / "别处").symlink_to(outside)
    photos, evidence = folder / "photos", folder / "evidence"
    photos.mkdir()
    evidence.mkdir()
    (photos / "链.jpg").symlink_to(outside / "棚.jpg")
    (evidence / "P1").symlink_to(outside / "P1")
    cells = ("../outside/棚.jpg", str(outside / "棚.jpg"), "链.jpg", "..\\outside\\棚.jpg")
    rows = [("东山镇", "河湾村", "一", at, f"点{at}", cell) for at, cell in enumerate(cells, 1)]
    write_sheets(raw / "路线.xlsx", {"路线": [("乡镇", "村", "路线", "站序", "观摩点", "照片"), *rows]})
    problems = [("东山镇", "河湾村", name, "问题", "2026-01-05") for name in ("P1", "../../outside/P1", "..")]
    write_sheets(
        raw / "问题.xlsx",
        {
            "问题": [
                ("编号", "乡镇", "村", "来源", "问题", "发现", "认领", "完成", "验收", "销号", "时限"),
                *((name, town, village, "省", words, on, "", "", "", "", "") for town, village, name, words, on in problems),
            ]
        },
    )  # fmt: skip
    return County(folder)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_whole_run_neither_reads_nor_writes_outside(county: County, watch: Watch):
    outside, out = county.folder.parent / "outside", county.folder / "out"
    before = everything_in(outside)
    with watching(watch):
        assert prepare.main(["--config", str(county.config), "--allow-missing"]) == 0
    assert everything_in(outside) == before
    assert not [path for path in resolved(watch.read) if path.is_relative_to(outside)]
    assert not [
        path
        for path in resolved(watch.changed)
        if path.is_relative_to(county.folder.parent) and not path.is_relative_to(out)
    ]
    version = out / "versions" / (out / "CURRENT").read_text(encoding="utf-8").strip()
    faults = pd.read_parquet(version / "faults.parquet")
    tables = [pd.read_parquet(path).to_csv() for path in version.glob("*.parquet")]
    assert not any(SECRET in table for table in tables)
    # Each is said, in words, with what to do about it.
    unsafe = faults.loc[faults["kind"] == "unsafe_path"]
    assert set(unsafe["file"]) >= {f"月报/{name}.zip" for name in "上根盘反链零"} | {
        "别处",
        "月报/2026年5月.xlsx",
    }
    assert unsafe["remedy"].str.len().min() > 5
    borders = faults.loc[faults["file"] == "界线/界.zip", "message"]
    assert borders.str.contains("以外").any()
    photos = faults.loc[faults["kind"] == "unknown_photo", "message"]
    assert photos.str.contains("有3张").any()  # two are shown by the same name


def test_what_the_pages_ask_for_stays_inside(county: County, watch: Watch):
    outside = county.folder.parent / "outside"
    with watching(watch):
        for cell in (
            "../outside/棚.jpg",
            "链.jpg",
            str(outside / "棚.jpg"),
            "..\\outside\\棚.jpg",
            "棚.jpg\0",
            "棚" * 300,
        ):
            assert [each.path for each in photos_of(county.folder / "photos", cell)] == [None]
        for name in ("P1", "../../outside/P1", "..", str(outside / "P1"), "P1\0", "P" * 300):
            assert evidence_of(county.folder / "evidence", name).files == ()
    assert not [path for path in resolved(watch.read) if path.is_relative_to(outside)]


def test_a_tile_is_no_link_to_a_picture_elsewhere(tmp_path: Path):
    """Within the set a link is a tile like others: that is how sets keep their sea small."""
    tiles, outside = tmp_path / "tiles", tmp_path / "outside"
    for folder in (tiles / "9" / "418", outside / "10" / "1"):
        folder.mkdir(parents=True)
    sea = png(1, 2, 3)
    (tiles / "9" / "418" / "1.png").write_bytes(sea)
    (tiles / "9" / "418" / "2.png").symlink_to(tiles / "9" / "418" / "1.png")
    (outside / "10" / "1" / "1.png").write_bytes(sea)
    (tiles / "9" / "418" / "3.png").symlink_to(outside / "10" / "1" / "1.png")
    (tiles / "10").symlink_to(outside / "10")
    assert [read_tile(tiles, 9, 418, y) for y in (1, 2, 3)] == [sea, sea, None]
    assert read_tile(tiles, 10, 1, 1) is None


# ── any name at all ──────────────────────────────────────────────────────────────────────────
PIECES = st.lists(
    st.sampled_from(["..", ".", "a", "月报", "/", "\\", "C:", "\0", " ", "//", "~"]), max_size=8
)


@given(PIECES.map("".join) | st.text(max_size=60))
def test_names_that_are_let_in_stay_in_on_every_system(name: str):
    if leads_outside(name):
        return
    posix = os.path.normpath(PurePosixPath("/in/here") / name)
    assert PurePosixPath(posix).is_relative_to("/in/here")
    windows = PureWindowsPath("D:\\in\\here") / name
    assert windows.is_relative_to("D:\\in\\here") and ".." not in windows.parts
