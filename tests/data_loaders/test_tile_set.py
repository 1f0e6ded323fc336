from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from data_loaders.tile_set import Zooms, image_type, read_tile, zooms
from faults import DataProblem
from tests.tile_files import png, write_folder, write_mbtiles

NORTH, SOUTH = png(10, 20, 30), png(40, 50, 60)
TILES = {(9, 418, 190): NORTH, (11, 1672, 1290): SOUTH}
WEBP = b"RIFF\x10\0\0\0WEBPVP8 "
JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture(params=[write_mbtiles, write_folder])
def tiles(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = request.param(tmp_path / "底图 #1?.mbtiles", TILES)
    return path


def test_tiles_are_found_by_column_and_row_from_the_north(tiles: Path):
    assert read_tile(tiles, 9, 418, 190) == NORTH
    assert read_tile(tiles, 11, 1672, 1290) == SOUTH
    assert read_tile(tiles, 9, 418, 2**9 - 1 - 190) is None
    assert read_tile(tiles, 10, 418, 190) is None


def test_levels_are_those_that_have_tiles(tiles: Path):
    assert zooms(tiles) == Zooms(9, 11)


def test_levels_are_read_anew_when_the_set_was_replaced(tmp_path: Path):
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    assert zooms(path) == Zooms(9, 11)
    path.unlink()
    write_mbtiles(path, {(13, 0, 0): NORTH})
    assert zooms(path) == Zooms(13, 13)


@pytest.mark.parametrize(
    ("content", "ending"), [(WEBP, "webp"), (JPEG, "jpg"), (JPEG, "jpeg"), (NORTH, "png"), (JPEG, "png")]
)
def test_pictures_of_every_kind(tmp_path: Path, content: bytes, ending: str):
    folder = write_folder(tmp_path / "tiles", {(3, 6, 3): content}, ending)
    assert read_tile(folder, 3, 6, 3) == content


def test_type_comes_from_the_content():
    assert [image_type(each) for each in (NORTH, JPEG, WEBP, b"\x1f\x8b\x08vector", b"<svg/>", b"")] == [
        "image/png",
        "image/jpeg",
        "image/webp",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("write", [write_mbtiles, write_folder])
def test_vector_tiles_are_refused_with_a_sentence(tmp_path: Path, write):
    path = write(tmp_path / "矢量", {(3, 6, 3): b"\x1f\x8b\x08..."})
    with pytest.raises(DataProblem, match=r"矢量.*PNG、JPEG 或 WebP"):
        read_tile(path, 3, 6, 3)


@pytest.mark.parametrize("content", ["文字", 10**12, 1.5])
def test_what_is_not_bytes_in_a_tile_is_refused(tmp_path: Path, content: object):
    path = write_mbtiles(tmp_path / "a.mbtiles", {(3, 6, 3): content})  # type: ignore[dict-item]
    with pytest.raises(DataProblem):
        read_tile(path, 3, 6, 3)


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_a_set_that_cannot_be_read_says_so(tmp_path: Path, content: bytes | None):
    path = tmp_path / "底图.mbtiles"
    if content is not None:
        path.write_bytes(content)
    for read in (lambda: read_tile(path, 3, 6, 3), lambda: zooms(path)):
        with pytest.raises(DataProblem, match=r"底图\.mbtiles"):
            read()
    assert path.exists() == (content is not None)


def test_a_set_without_tiles_says_so(tmp_path: Path):
    with pytest.raises(DataProblem, match="没有瓦片"):
        zooms(write_mbtiles(tmp_path / "a.mbtiles", {}))
    (tmp_path / "folder" / "style").mkdir(parents=True)
    with pytest.raises(DataProblem, match="没有瓦片"):
        zooms(tmp_path / "folder")


def test_reading_leaves_the_file_as_it_was(tmp_path: Path):
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    path.chmod(0o444)
    before = path.read_bytes()
    read_tile(path, 9, 418, 190)
    zooms(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.mbtiles"]


def test_a_file_that_somebody_is_writing_is_still_read(tmp_path: Path):
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    writer = sqlite3.connect(path)
    writer.execute("BEGIN EXCLUSIVE")
    try:
        assert read_tile(path, 9, 418, 190) == NORTH
    finally:
        writer.close()
