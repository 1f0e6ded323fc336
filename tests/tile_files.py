"""Map tiles made by hand: pictures of one colour in an MBTiles file or in a folder."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

Tiles = Mapping[tuple[int, int, int], bytes]  # (z, x, y) with y from the north


def png(red: int = 200, green: int = 220, blue: int = 200) -> bytes:
    """A picture of 4 x 4 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = (b"\0" + bytes((red, green, blue)) * 4) * 4
    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def write_mbtiles(path: Path, tiles: Tiles) -> Path:
    """An MBTiles file as the specification has it: rows counted from the south."""
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        for (z, x, y), content in tiles.items():
            file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (z, x, 2**z - 1 - y, content))
    file.close()
    return path


def write_folder(path: Path, tiles: Tiles, ending: str = "png") -> Path:
    """A folder of {z}/{x}/{y}.png."""
    for (z, x, y), content in tiles.items():
        tile = path / str(z) / str(x) / f"{y}.{ending}"
        tile.parent.mkdir(parents=True, exist_ok=True)
        tile.write_bytes(content)
    return path
