"""The binary parts of an .xlsb, looked through before the reader builds anything from them.

In: bytes of a part. Out: how far a sheet reaches, its error cells, the lengths of shared texts, and the workbook
part without names and formulas. Refuses (ValueError) records that are longer than the part that holds them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from data_loaders.findings import ERROR_CODES
from data_loaders.sheet_xml import SheetScan

_ROW, _ERROR, _FORMULA_ERROR, _SHARED, _LAST_CELL = 0, 3, 11, 7, 11
_BLANK = 1
_STRING_ITEM, _SHEET, _END_SHEETS = 0x13, 0x9C, 0x90
_AFTER_NAMES = b"\x9d\x01\x00"  # an empty record of the kind at which the reader stops looking for names
_MOST_ROWS = 1 << 20


def records(part: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, start of the record, start and length of its body."""
    at, end = 0, len(part)
    while at < end:
        start, kind = at, part[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (part[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while shift < 28:
            byte = part[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + length > end:
            raise ValueError("record breaks off")
        yield kind, start, at, length
        at += length


def scan_sheet_part(part: bytes, lengths: list[int], most: int) -> tuple[SheetScan, int]:
    """What a worksheet holds, and the characters of its shared texts; stops after `most` cells."""
    scan, row, text = SheetScan(), 0, 0
    for kind, _, at, length in records(part):
        if kind > _LAST_CELL:
            continue
        if length < 4 or (kind not in (_ROW, _BLANK) and length < 9):
            raise ValueError("cell breaks off")
        (number,) = struct.unpack_from("<I", part, at)
        if kind == _ROW:
            row = number
        elif kind != _BLANK:
            scan.filled += 1
            scan.rows, scan.columns = max(scan.rows, row + 1), max(scan.columns, number + 1)
            if kind in (_ERROR, _FORMULA_ERROR):
                scan.findings.errors[row, number] = ERROR_CODES.get(part[at + 8], "#REF!")
            elif kind == _SHARED:
                (index,) = struct.unpack_from("<I", part, at + 8)
                text += lengths[index]
            if scan.filled > most:
                break
    return scan, text


def text_lengths(part: bytes) -> list[int]:
    """Characters of each shared text."""
    return [
        struct.unpack_from("<I", part, at + 1)[0] if length >= 5 else 0
        for kind, _, at, length in records(part)
        if kind == _STRING_ITEM
    ]


def listed_sheets(part: bytes) -> list[tuple[str, str]]:
    """Name and relationship id of every sheet, from the workbook part."""
    found = []
    for kind, _, at, length in records(part):
        if kind == _SHEET:
            body = part[at : at + length]
            relation, after = _wide(body, 8)
            found.append((_wide(body, after)[0], relation))
        elif kind == _END_SHEETS:
            break
    return found


def only_sheets(part: bytes) -> bytes:
    """The workbook part up to its list of sheets: names and links behind it say nothing about values."""
    for kind, _, at, length in records(part):
        if kind == _END_SHEETS:
            return part[: at + length] + _AFTER_NAMES
    raise ValueError("no list of sheets")


def _wide(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", body, at)
    end = at + 4 + 2 * length
    if end > len(body):
        raise ValueError("text breaks off")
    return body[at + 4 : end].decode("utf-16-le", errors="replace"), end
