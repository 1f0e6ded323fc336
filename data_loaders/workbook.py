"""A file of tables → `Sheet`s: plain grids of cells with merged ranges filled in.

In: .xls .xlsx .xlsm .xlsb .ods (python-calamine) or .csv .tsv (UTF-8 with or without BOM, else GB18030).
Refuses, with a DataProblem that names the file, anything that cannot be opened.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from data_loaders.values import cell_text
from faults import DataProblem

TEXT_SUFFIXES = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True)
class Sheet:
    """One sheet as a rectangle of cells; row and column indices start at 0, addresses as Excel shows them."""

    file: str
    name: str
    cells: list[list[Any]]
    merged: frozenset[tuple[int, int]] = frozenset()  # cells whose content came from a merged range's corner

    @cached_property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.cells), default=0)

    def cell(self, row: int, column: int) -> Any:
        """The cell's raw content; None outside the rectangle."""
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return None

    def text(self, row: int, column: int) -> str:
        """The cell as a person reads it."""
        return cell_text(self.cell(row, column))


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """The cell's name in Excel, such as C17, from indices that start at 0."""
    return f"{column_letters(column)}{row + 1}"


def read_workbook(path: Path, name: str) -> list[Sheet]:
    """Every sheet of the file at `path`; `name` is how faults and sources will call it."""
    if path.suffix.lower() in TEXT_SUFFIXES:
        return [_read_text(path, name)]
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            return [_filled(workbook, sheet, name) for sheet in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise DataProblem(
            f"{name} 打不开,可能已损坏、加了密码或不是表格文件({error})。请用 Excel 或 WPS 打开后另存为 .xlsx。"
        ) from error


def _filled(workbook: CalamineWorkbook, sheet: str, file: str) -> Sheet:
    page = workbook.get_sheet_by_name(sheet)
    cells = page.to_python(skip_empty_area=False)
    filled: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in page.merged_cell_ranges or []:
        # A merged range may reach past the used rectangle; what is not there has nothing to fill.
        for row in range(top, min(bottom, len(cells) - 1) + 1):
            for column in range(left, min(right, len(cells[row]) - 1) + 1):
                if (row, column) != (top, left):
                    cells[row][column] = cells[top][left]
                    filled.add((row, column))
    return Sheet(file=file, name=sheet, cells=cells, merged=frozenset(filled))


def _read_text(path: Path, name: str) -> Sheet:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataProblem(f"{name} 读不出来({error.strerror})。请检查文件是否被占用。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DataProblem(f"{name} 的文字编码认不出来。请另存为 UTF-8 编码的 CSV。")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=TEXT_SUFFIXES[path.suffix.lower()])
    return Sheet(file=name, name="", cells=[list(row) for row in rows])
