"""Writes tables the way townships lay them out: merged titles, two-row headers, 小计, 合计, notes.

In: `Sheet`s of plain rows. Out: an .xlsx file that is the same to the byte every time. It knows layout only;
what the figures mean, and which of them are wrong on purpose, is decided before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name


class Sum(Enum):
    """A cell that adds up the rows above it."""

    SUM = "sum"


SUM = Sum.SUM
Cell = str | int | float | date | Sum | None
RowKind = Literal["row", "subtotal", "total"]

_CREATED = datetime(2026, 11, 15, 8, 0)  # a property of every workbook; the clock would change the bytes


@dataclass(frozen=True)
class Column:
    """A column: its header, perhaps under a wider one, and how wide it is."""

    header: str
    above: str = ""  # the merged header over it; neighbours with the same one share it
    width: float = 10.0
    decimals: int = 0


@dataclass
class Row:
    """One row; `cells` cover every column.

    SUM in a subtotal adds up the rows since the last one; in a total the subtotals, or all rows if there are none.
    """

    cells: list[Cell]
    kind: RowKind = "row"


@dataclass
class Sheet:
    """One sheet: title, a line below it, header, rows, notes."""

    name: str
    title: str = ""
    line: str = ""
    columns: Sequence[Column] = ()
    rows: list[Row] = field(default_factory=list)
    notes: Sequence[str] = ()
    merge_first: bool = False  # the first column is merged over rows with the same text

    @property
    def header_rows(self) -> int:
        """2 when any column has a header above its own."""
        return 2 if any(column.above for column in self.columns) else 1

    @property
    def first_row(self) -> int:
        """Index (from 0) of the first row under the header."""
        return bool(self.title) + bool(self.line) + self.header_rows


def write_workbook(path: Path, sheets: Sequence[Sheet], empty: Sequence[str] = ()) -> None:
    """Writes `sheets`, then sheets with nothing on them, named in `empty`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    book.set_properties({"created": _CREATED})
    styles = _styles(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
    for name in empty:
        book.add_worksheet(name)
    book.close()


def _styles(book: Any) -> dict[str, Any]:
    grid = {"border": 1, "valign": "vcenter", "font_name": "宋体", "font_size": 10}
    centred = {**grid, "align": "center"}
    plain = {"font_name": "宋体", "font_size": 10}
    return {
        "title": book.add_format(
            {**plain, "bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}
        ),
        "line": book.add_format(plain),
        "head": book.add_format({**centred, "bold": True, "text_wrap": True}),
        "text": book.add_format({**grid, "text_wrap": True}),
        "label": book.add_format({**centred, "text_wrap": True}),
        "number0": book.add_format(centred),
        "number1": book.add_format({**centred, "num_format": "0.0"}),
        "number6": book.add_format({**centred, "num_format": "0.000000"}),
        "date": book.add_format({**centred, "num_format": "yyyy-mm-dd"}),
    }


def _write_sheet(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    last = len(sheet.columns) - 1
    top = 0
    for text, style in ((sheet.title, "title"), (sheet.line, "line")):
        if text:
            page.merge_range(top, 0, top, last, text, styles[style])
            top += 1
    _write_header(page, sheet, top, styles)
    page.freeze_panes(sheet.first_row, 0)
    _write_rows(page, sheet, styles)
    _merge_first(page, sheet, styles)
    below = sheet.first_row + len(sheet.rows)
    for offset, note in enumerate(sheet.notes):
        page.merge_range(below + offset, 0, below + offset, last, note, styles["line"])


def _write_header(page: Any, sheet: Sheet, top: int, styles: dict[str, Any]) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
        if column.above:
            page.write_string(top + 1, index, column.header, styles["head"])
        elif sheet.header_rows == 2:
            page.merge_range(top, index, top + 1, index, column.header, styles["head"])
        else:
            page.write_string(top, index, column.header, styles["head"])
    for first, last, text in _spans(sheet.columns):
        if first == last:
            page.write_string(top, first, text, styles["head"])
        else:
            page.merge_range(top, first, top, last, text, styles["head"])


def _spans(columns: Sequence[Column]) -> list[tuple[int, int, str]]:
    spans: list[tuple[int, int, str]] = []
    for index, column in enumerate(columns):
        if column.above and spans and spans[-1][1] == index - 1 and spans[-1][2] == column.above:
            spans[-1] = (spans[-1][0], index, column.above)
        elif column.above:
            spans.append((index, index, column.above))
    return spans


def _write_rows(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    group = 0
    subtotals: list[Row] = []
    for offset, row in enumerate(sheet.rows):
        at = sheet.first_row + offset
        added = sheet.rows[group:offset] if row.kind == "subtotal" else subtotals or sheet.rows[:offset]
        results = [
            added_up(added, index) if isinstance(cell, Sum) else cell for index, cell in enumerate(row.cells)
        ]
        for index, (cell, result) in enumerate(zip(row.cells, results, strict=True)):
            if isinstance(cell, Sum):
                formula = _formula(sheet, row.kind, index, group, offset)
                style = styles[f"number{sheet.columns[index].decimals}"]
                page.write_formula(at, index, formula, style, result)
            else:
                _write_cell(page, at, index, cell, sheet.columns[index], styles)
        if row.kind == "subtotal":
            subtotals.append(Row([*results]))
            group = offset + 1


def _formula(sheet: Sheet, kind: RowKind, column: int, group: int, offset: int) -> str:
    """A total over subtotals picks them by their label in the second column."""
    letters, top, end = xl_col_to_name(column), sheet.first_row + 1, sheet.first_row + offset
    if kind == "subtotal":
        return f"=SUM({letters}{top + group}:{letters}{end})"
    if any(row.kind == "subtotal" for row in sheet.rows):
        return f'=SUMIF($B${top}:$B${end},"小计",{letters}{top}:{letters}{end})'
    return f"=SUM({letters}{top}:{letters}{end})"


def added_up(rows: Sequence[Row], column: int) -> int | float:
    """The sum of the column's figures in `rows`, as Excel adds: text counts for nothing."""
    figures = [
        cell for row in rows if row.kind == "row" and isinstance(cell := row.cells[column], (int, float))
    ]
    return round(sum(figures), 6)


def _write_cell(
    page: Any,
    row: int,
    index: int,
    cell: str | int | float | date | None,
    column: Column,
    styles: dict[str, Any],
) -> None:
    if cell is None:
        page.write_blank(row, index, None, styles["text"])
    elif isinstance(cell, date):
        page.write_datetime(row, index, datetime(cell.year, cell.month, cell.day), styles["date"])
    elif isinstance(cell, str):
        page.write_string(row, index, cell, styles["label" if len(cell) < 12 else "text"])
    else:
        page.write_number(row, index, cell, styles[f"number{column.decimals}"])


def _merge_first(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    if not sheet.merge_first:
        return
    start = 0
    texts = [row.cells[0] for row in sheet.rows]
    for end in range(1, len(texts) + 1):
        if end == len(texts) or texts[end] != texts[start]:
            if end - start > 1:
                rows = sheet.first_row + start, sheet.first_row + end - 1
                page.merge_range(rows[0], 0, rows[1], 0, texts[start], styles["label"])
            start = end
