"""A county's own map tiles: an MBTiles file or a folder of {z}/{x}/{y}.png → one tile's picture.

In: the path that the config names, and a tile's column and row counted from the north-west (XYZ). Out: the
bytes, the zoom levels there are. Never writes, never looks outside: names in a folder are made of whole numbers.
Refuses what is not a PNG, JPEG or WebP picture, such as vector tiles, with a sentence for the person at the screen.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from faults import DataProblem

MAX_ZOOM = 24  # no tiles are finer
_ENDINGS = ("png", "jpg", "jpeg", "webp")


@dataclass(frozen=True)
class Zooms:
    """The coarsest and the finest level of which there are tiles."""

    least: int
    most: int


def image_type(content: bytes) -> str | None:
    """Media type by the first bytes, whatever a name says; None when it is none of the three."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def read_tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """The tile's picture; None when the set has none there. Raises DataProblem when the set cannot be read."""
    try:
        content = _from_folder(path, z, x, y) if path.is_dir() else _from_mbtiles(path, z, x, y)
    except (OSError, sqlite3.Error) as error:
        raise _unreadable(path) from error
    if content is not None and image_type(content) is None:
        raise DataProblem(f"底图“{path.name}”里的瓦片不是 PNG、JPEG 或 WebP 图片,不能用作底图。")
    return content


def zooms(path: Path) -> Zooms:
    """Which levels the set has. Raises DataProblem when there are none, or the set cannot be read."""
    try:
        return _zooms(path, path.stat().st_mtime_ns)
    except (OSError, sqlite3.Error) as error:
        raise _unreadable(path) from error


@lru_cache(maxsize=4)
def _zooms(path: Path, _changed: int) -> Zooms:
    if path.is_dir():
        levels = [int(entry.name) for entry in path.iterdir() if _is_level(entry)]
    else:
        with closing(_opened(path)) as tiles:
            # The tiles themselves: metadata is optional, and wrong after tiles were left out.
            found = tiles.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        levels = [level for level in found if isinstance(level, int) and 0 <= level <= MAX_ZOOM]
    if not levels:
        raise DataProblem(f"底图“{path.name}”里没有瓦片。")
    return Zooms(min(levels), max(levels))


def _is_level(entry: Path) -> bool:
    # isdecimal also takes other scripts' digits
    name = entry.name
    return name.isascii() and name.isdecimal() and int(name) <= MAX_ZOOM and entry.is_dir()


def _from_folder(folder: Path, z: int, x: int, y: int) -> bytes | None:
    for ending in _ENDINGS:
        tile = folder / str(int(z)) / str(int(x)) / f"{int(y)}.{ending}"
        # Sets link to tiles of their own that are all sea; a link that leads elsewhere is no tile.
        if tile.is_file() and tile.resolve().is_relative_to(folder.resolve()):
            with tile.open("rb") as file:
                return file.read()
    return None


def _from_mbtiles(path: Path, z: int, x: int, y: int) -> bytes | None:
    with closing(_opened(path)) as tiles:
        row = tiles.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, (1 << z) - 1 - y),  # MBTiles counts rows from the south
        ).fetchone()
    if row is None or row[0] is None:
        return None
    return row[0] if isinstance(row[0], bytes) else b""


def _opened(path: Path) -> sqlite3.Connection:
    # Opening takes some 0.2 ms; a connection that is kept would belong to one thread and outlive the file.
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _unreadable(path: Path) -> DataProblem:
    return DataProblem(f"底图“{path.name}”读不出来。请检查配置里 [map.base] 的 path。")
