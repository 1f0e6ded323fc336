"""Delimited text → rows of cells: .csv, .tsv, and text that calls itself .xls.

In: bytes in UTF-8 with or without BOM, UTF-16 with BOM, or GB18030. Out: rows of texts. Refuses text in
another encoding, text without any delimiter where a workbook was promised, a quote that is never closed, and
more cells than [limits] allows: delimiters are counted before anything is split.
"""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from data_loaders.content import foreign
from data_loaders.limits import Budget, Refusal, refusal
from settings import Limits

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_OTHERS = ("\t", ",", ";")
_PROBED_LINES = 20
# csv's own limit on a cell, 128 KB, is one for the whole process: it is lifted once, and lengths are checked elsewhere.
csv.field_size_limit(2**31 - 1)
_BLANK_SHARE = 4  # delimiters per cell that count: quoted texts have commas, exports have empty columns


def read_delimited(content: bytes, file: str, limits: Limits) -> list[list[str]]:
    """The rows of the text, each with its own number of cells."""
    text = _decoded(content, file)
    delimiter = _delimiter(text, file)
    breaks = text.count(delimiter) + text.count("\n") + text.count("\r")
    if breaks > _BLANK_SHARE * limits.cells:
        Budget(file, limits).take("", 1, 1, filled=breaks)
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        # A quote that is never closed takes in everything to the end of the file.
        if row and row[-1].count("\n") > _PROBED_LINES and text.count('"') % 2:
            raise _open_quote(file, len(rows))
    while rows and not rows[-1]:
        rows.pop()
    Budget(file, limits).take("", len(rows), max(map(len, rows), default=0))
    return rows


def _decoded(content: bytes, file: str) -> str:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(letter < " " and letter not in "\t\r\n\f\v" for letter in set(text)):
            return text
    raise refusal(
        "unreadable_file",
        file,
        "文字编码认不出来,不是 UTF-8 也不是 GB18030",
        "请用 Excel 或 WPS 打开,另存为 .xlsx 或 UTF-8 编码的 CSV。",
        found="认不出的编码",
        expected="UTF-8 或 GB18030",
    )


def _delimiter(text: str, file: str) -> str:
    lines = text.split("\n", _PROBED_LINES)[:_PROBED_LINES]
    suffix = PurePosixPath(file).suffix.lower()
    usual = _DELIMITERS.get(suffix)
    if usual is not None and any(usual in line for line in lines):
        return usual
    counts = {other: sum(other in line for line in lines) for other in _OTHERS}
    best = max(_OTHERS, key=lambda other: counts[other])
    if counts[best]:
        return best
    if usual is not None:
        return usual  # a table of one column
    raise foreign(file, "没有分列的文字", "请换成 Excel、WPS 表格或 CSV 文件。")


def _open_quote(file: str, row: int) -> Refusal:
    return refusal(
        "unreadable_file",
        file,
        f"第{row}行附近的英文引号没有成对,后面的内容连成了一格",
        "请补上或删去多余的英文引号,或另存为 .xlsx。",
        found="不成对的引号",
        expected="成对的引号",
    )
