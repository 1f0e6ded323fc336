"""The OLE container of old Office files: its streams by name, and a new container around one stream.

In: bytes of a compound file. Out: the stream that was asked for. Every chain of sectors is followed once at
most, so a file whose chains run in circles or point outside is damaged (ValueError), not an endless loop.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_LAST_REGULAR = 0xFFFFFFF9
_HEADER = struct.Struct("<8s16xHHHHH6x9I")
_ENTRY = 128
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """A compound file whose directory has been read."""

    def __init__(self, content: bytes) -> None:
        """Raises ValueError when the container contradicts itself."""
        if len(content) < 512 or not content.startswith(SIGNATURE):
            raise ValueError("no compound file")
        fields = _HEADER.unpack_from(content)
        sector_shift, mini_shift = fields[4], fields[5]
        directory, self._cutoff = fields[8], fields[10]
        mini_fat, difat, difat_count = fields[11], fields[13], fields[14]
        if sector_shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sector size")
        self._content, self._size = content, 1 << sector_shift
        self._fat = self._table(self._fat_sectors(content, difat, difat_count))
        listed = b"".join(map(self._sector, self._chain(directory, self._fat)))
        entries = [_entry(listed[at : at + _ENTRY]) for at in range(0, len(listed) - _ENTRY + 1, _ENTRY)]
        self._entries = [entry for entry in entries if entry.kind in (_STREAM, _ROOT)]
        root = next((entry for entry in self._entries if entry.kind == _ROOT), None)
        self._mini_fat = self._table(self._chain(mini_fat, self._fat)) if mini_fat <= _LAST_REGULAR else []
        self._mini = b"".join(map(self._sector, self._chain(root.start, self._fat))) if root else b""

    @property
    def names(self) -> list[str]:
        """The streams' names, of all storages."""
        return [entry.name for entry in self._entries if entry.kind == _STREAM]

    def stream(self, name: str) -> bytes:
        """A stream's content; KeyError when there is none of that name."""
        for entry in self._entries:
            if entry.kind == _STREAM and entry.name == name:
                return self._read(entry)
        raise KeyError(name)

    def _read(self, entry: _Entry) -> bytes:
        if entry.size >= self._cutoff:
            sectors = self._chain(entry.start, self._fat)
            read = b"".join(map(self._sector, sectors))
        else:
            chain = self._chain(entry.start, self._mini_fat)
            read = b"".join(self._mini[at * 64 : at * 64 + 64] for at in chain)
        if len(read) < entry.size:
            raise ValueError("stream breaks off")
        return read[: entry.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._content):
            raise ValueError("sector outside the file")
        return self._content[start : start + self._size]  # the last one may be cut short

    def _chain(self, start: int, table: list[int]) -> list[int]:
        found: list[int] = []
        number = start
        while number <= _LAST_REGULAR:
            if number >= len(table) or len(found) >= len(table):
                raise ValueError("chain leads nowhere")
            found.append(number)
            number = table[number]
        return found

    def _table(self, sectors: list[int]) -> list[int]:
        content = b"".join(map(self._sector, sectors))
        return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _fat_sectors(self, content: bytes, difat: int, difat_count: int) -> list[int]:
        listed = list(struct.unpack_from("<109I", content, 76))
        most = len(content) // self._size
        for _ in range(min(difat_count, most)):
            if difat > _LAST_REGULAR:
                break
            sector = self._sector(difat)
            *more, difat = struct.unpack(f"<{self._size // 4}I", sector.ljust(self._size, b"\xff"))
            listed += more
        sectors = [number for number in listed if number <= _LAST_REGULAR]
        if len(sectors) > most:
            raise ValueError("more tables than sectors")
        return sectors


def _entry(record: bytes) -> _Entry:
    (length,) = struct.unpack_from("<H", record, 64)
    name = record[: max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
    (start,) = struct.unpack_from("<I", record, 116)
    (size,) = struct.unpack_from("<I", record, 120)  # no stream of ours needs the upper half
    return _Entry(name, record[66], start, size)


def compound_file(name: str, stream: bytes) -> bytes:
    """A container that holds one stream and nothing else."""
    size, per_table = 4096, 1024
    padded = stream.ljust(max(len(stream), size), b"\0")  # shorter streams would live elsewhere
    data = -(-len(padded) // size)
    tables = 1
    while tables * per_table < tables + 1 + data:
        tables += 1
    if tables > 109:
        raise ValueError("too long for one container")
    chain = [_FAT_SECTOR] * tables + [_END_OF_CHAIN]
    first = len(chain)
    chain += [*range(first + 1, first + data), _END_OF_CHAIN]
    chain += [_FREE] * (tables * per_table - len(chain))
    header = _HEADER.pack(
        SIGNATURE, 0x3E, 4, 0xFFFE, 12, 6, 1, tables, tables, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0
    )
    listed = [*range(tables), *[_FREE] * (109 - tables)]
    # calamine takes a root without a start for an empty container, though it has no small streams to hold.
    directory = _directory_entry("Root Entry", _ROOT, 0, 0, child=1)
    directory += _directory_entry(name, _STREAM, first, len(padded))
    return b"".join(
        (
            (header + struct.pack("<109I", *listed)).ljust(size, b"\0"),
            struct.pack(f"<{len(chain)}I", *chain),
            directory.ljust(size, b"\0"),
            padded.ljust(data * size, b"\0"),
        )
    )


def _directory_entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written) + 2, kind, 1)
    return head + struct.pack("<III36xIQ", _FREE, _FREE, child, start, size)
