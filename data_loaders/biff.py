"""A .xls workbook, checked and rebuilt: only the records that hold cells, and no formula.

In: the content of an OLE file. Out: a `CheckedWorkbook` whose container and stream are newly written, so that
no record, chain or size that was not looked at reaches the reader. Refuses encrypted workbooks, sheets whose
cells span more than [limits] allows, and streams that break off.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from data_loaders.compound import CompoundFile, compound_file
from data_loaders.content import foreign
from data_loaders.findings import ERROR_CODES, CheckedWorkbook, Findings
from data_loaders.limits import Budget, damaged, encrypted, over_limit
from settings import Limits

_BOF, _EOF, _CONTINUE, _SHEET, _PASSWORD, _STRINGS, _LINK = 0x0809, 0x0A, 0x3C, 0x85, 0x2F, 0xFC, 0x01AE
_CODE_PAGE, _DATE_MODE, _FORMAT, _STYLE = 0x42, 0x22, 0x041E, 0xE0
_GLOBALS = frozenset({_BOF, _CODE_PAGE, _DATE_MODE, _FORMAT, _STYLE, _STRINGS})
_NUMBER, _LABEL, _RICH, _BOOL_ERR, _TEXT, _RK, _LABEL_SST = 0x0203, 0x0204, 0xD6, 0x0205, 0x0207, 0x027E, 0xFD
_MUL_RK, _FORMULA, _MERGED = 0xBD, 0x06, 0xE5
_CELLS = frozenset({_NUMBER, _LABEL, _RICH, _BOOL_ERR, _RK, _LABEL_SST, _MUL_RK, _FORMULA})
_FORMULA_HEAD = 20  # row, column, style, value, flags; the expression behind it is dropped
_INTERNAL_LINKS = (0x0401, 0x3A01)  # to the workbook itself, to add-ins
_SHORTEST = {
    _NUMBER: 14,
    _LABEL: 6,
    _RICH: 6,
    _BOOL_ERR: 8,
    _RK: 10,
    _LABEL_SST: 10,
    _MUL_RK: 6,
    _FORMULA: 20,
}

Record = tuple[int, bytes]


def check_ole(content: bytes, file: str, limits: Limits) -> CheckedWorkbook:
    """The workbook in an OLE file; a Refusal for anything else in such a container."""
    try:
        container = CompoundFile(content)
        names = set(container.names)
        if {"EncryptedPackage", "EncryptionInfo"} & names:
            raise encrypted(file)
        book = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in names), None)
        if book is None:
            what = "Word 文档(.doc)" if "WordDocument" in names else "别的办公文件"
            raise foreign(file, what, "请换成 Excel、WPS 表格或 CSV 文件。")
        return _Rebuilt(container.stream(book), file, limits).workbook()
    except (ValueError, struct.error, IndexError) as error:
        raise damaged(file) from error


class _Rebuilt:
    def __init__(self, stream: bytes, file: str, limits: Limits) -> None:
        self.stream, self.file = stream, file
        self.budget = Budget(file, limits)
        self.records_left = 4 * limits.cells + 200_000
        self.lengths: list[int] = []
        self.is_linked = False
        self.is_biff8 = True

    def workbook(self) -> CheckedWorkbook:
        """The stream rewritten: globals, then the sheets that they list."""
        globals_, listed = self._globals()
        self.budget.count_sheets(len(listed))
        sheets: dict[str, Findings] = {}
        bodies = []
        for record in listed:
            name = self._sheet_name(record)
            sheets[name] = Findings()
            bodies.append(b"".join(map(_packed, self._sheet(record, name, sheets[name]))))
        position = sum(4 + len(body) for _, body in (*globals_, *((_SHEET, body) for body in listed))) + 4
        parts = [*map(_packed, globals_)]
        for record, body in zip(listed, bodies, strict=True):
            parts.append(_packed((_SHEET, struct.pack("<I", position) + record[4:])))
            position += len(body)
        stream = b"".join((*parts, _packed((_EOF, b"")), *bodies))
        content = compound_file("Workbook" if self.is_biff8 else "Book", stream)
        return CheckedWorkbook(content, sheets, self.is_linked)

    def _globals(self) -> tuple[list[Record], list[bytes]]:
        kept: list[Record] = []
        sheets: list[bytes] = []
        is_kept = False
        strings: list[bytes] = []
        for kind, body in self._records(0):
            if kind == _EOF:
                break
            if kind == _PASSWORD:
                raise encrypted(self.file)
            if kind == _BOF and len(body) < 4:
                raise ValueError("beginning breaks off")
            if kind == _BOF and not kept:
                self.is_biff8 = body[:2] != b"\x00\x05"
            if kind == _SHEET:
                sheets.append(body)
            if (
                kind == _LINK
                and len(body) >= 4
                and struct.unpack_from("<H", body, 2)[0] not in _INTERNAL_LINKS
            ):
                self.is_linked = True
            if kind == _STRINGS or (kind == _CONTINUE and strings):
                strings.append(body)
            elif strings:
                self.lengths, strings = _string_lengths(strings), []
            is_kept = is_kept if kind == _CONTINUE else kind in _GLOBALS
            if is_kept:
                kept.append((kind, body))
        if strings:
            self.lengths = _string_lengths(strings)
        return kept, sheets

    def _sheet(self, record: bytes, name: str, findings: Findings) -> Iterator[Record]:
        (position,) = struct.unpack_from("<I", record)
        if position >= len(self.stream):
            raise ValueError("sheet outside the stream")
        rows = columns = text = depth = 0
        is_kept = False
        for kind, body in self._records(position):
            if kind in (_BOF, _EOF):
                depth += 1 if kind == _BOF else -1
                is_kept = depth == 1 and kind == _BOF
                if depth <= 0:
                    break
            elif depth == 1 and kind in _CELLS:
                is_kept = True
                row, last, chars = self._cell(kind, body, findings)
                rows, columns, text = max(rows, row + 1), max(columns, last + 1), text + chars
                body = body[:_FORMULA_HEAD] + b"\0\0" if kind == _FORMULA else body
            elif kind != _CONTINUE:
                is_kept = depth == 1 and kind in (_TEXT, _MERGED)
                if is_kept and kind == _MERGED and len(body) < 2 + 8 * struct.unpack_from("<H", body)[0]:
                    raise ValueError("merged cells break off")
            if is_kept:
                yield kind, body
        self.budget.take(name, rows, columns, text)
        yield _EOF, b""

    def _cell(self, kind: int, body: bytes, findings: Findings) -> tuple[int, int, int]:
        """Row and last column of a cell record, and the length of its shared text."""
        if len(body) < _SHORTEST[kind]:
            raise ValueError("cell breaks off")
        row, first = struct.unpack_from("<HH", body)
        last, chars = first, 0
        if kind == _MUL_RK:
            (last,) = struct.unpack_from("<H", body, len(body) - 2)
            if len(body) != 6 + 6 * (last - first + 1):
                raise ValueError("row of numbers breaks off")
        elif kind == _LABEL_SST:
            (index,) = struct.unpack_from("<I", body, 6)
            chars = self.lengths[index] if index < len(self.lengths) else 0
        elif kind == _BOOL_ERR and body[7] == 1:
            findings.errors[row, first] = ERROR_CODES.get(body[6], "#REF!")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            findings.errors[row, first] = ERROR_CODES.get(body[8], "#REF!")
        return row, last, chars

    def _records(self, start: int) -> Iterator[Record]:
        stream, at = self.stream, start
        while at + 4 <= len(stream):
            kind, length = struct.unpack_from("<HH", stream, at)
            at += 4
            if at + length > len(stream):
                raise ValueError("record breaks off")
            self.records_left -= 1
            if self.records_left < 0:
                allowed = f"{self.budget.limits.cells}格"
                raise over_limit(
                    self.file, "文件里的记录", "过多", "cells", allowed, "请复制到新的工作簿里另存后再提交。"
                )
            yield kind, stream[at : at + length]
            at += length

    def _sheet_name(self, record: bytes) -> str:
        length = record[6]
        if not self.is_biff8:
            return record[7 : 7 + length].decode("gb18030", errors="replace")
        if record[7] & 1:
            return record[8 : 8 + 2 * length].decode("utf-16-le", errors="replace").replace("\0", "")
        return record[8 : 8 + length].decode("latin-1").replace("\0", "")


def _packed(record: Record) -> bytes:
    kind, body = record
    return struct.pack("<HH", kind, len(body)) + body


def _string_lengths(bodies: list[bytes]) -> list[int]:
    """Characters of each shared string; the table runs on through CONTINUE records."""
    lengths = []
    piece, at = 0, 8

    def is_over() -> bool:
        nonlocal piece, at
        while piece < len(bodies) and at >= len(bodies[piece]):
            piece, at = piece + 1, at - len(bodies[piece])
        return piece >= len(bodies)

    while not is_over():
        head = bodies[piece]
        chars, flags = struct.unpack_from("<HB", head, at)
        at += 3
        runs = extra = 0
        if flags & 8:
            (runs,) = struct.unpack_from("<H", head, at)
            at += 2
        if flags & 4:
            (extra,) = struct.unpack_from("<I", head, at)
            at += 4
        lengths.append(chars)
        width, left = 1 + (flags & 1), chars
        while left:
            here = min(left, (len(bodies[piece]) - at) // width)
            at += here * width
            left -= here
            if left:  # the next record begins with flags of its own
                piece, at = piece + 1, 1
                width = 1 + (bodies[piece][0] & 1)
        at += 4 * runs + extra
    return lengths
