"""Tables as a workbook or a CSV file: selected places, the rows behind a chart.

In: a table under Chinese heads, and the lines that say what it is. Out: the file's bytes. Refuses to let a
ledger's text become a formula: in the workbook every text is written as text, in the CSV file what a
spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from numbers import Real

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wording import is_missing

_LONGEST = 32_000  # characters that a cell of a workbook can hold
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST = 40


def table_workbook(lines: list[str], sheets: dict[str, pd.DataFrame], on: datetime) -> bytes:
    """An .xlsx file with a worksheet per table, `lines` above each; missing cells are blank.

    Worksheets' names are ours; the tables' heads and texts may be hostile. `on` is what the file says of its
    making, so that the same selection gives the same file.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": on})
        title, bold, day = (
            book.add_format({"bold": True, "font_size": 14}),
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        )
        for name, table in sheets.items():
            page = book.add_worksheet(name)
            for row, line in enumerate(lines):
                page.write_string(row, 0, line[:_LONGEST], title if row == 0 else None)
            top = len(lines) + 1
            for column, head in enumerate(table.columns):
                page.write_string(top, column, str(head)[:_LONGEST], bold)
                page.set_column(column, column, _width(str(head), table.iloc[:, column]))
            for row, cells in enumerate(table.itertuples(index=False), top + 1):
                for column, cell in enumerate(cells):
                    write_cell(page, row, column, cell, day)
            page.freeze_panes(top + 1, 0)
    return target.getvalue()


def table_csv(lines: list[str], table: pd.DataFrame) -> bytes:
    """A CSV file in UTF-8 with a byte order mark, as Excel in Chinese wants it; `lines` above the heads."""
    target = io.StringIO(newline="")
    out = csv.writer(target)
    out.writerows([_plain(line)] for line in lines)
    out.writerow([_plain(head) for head in table.columns])
    out.writerows([_plain(cell) for cell in cells] for cells in table.itertuples(index=False))
    return target.getvalue().encode("utf-8-sig")


def write_cell(page: Worksheet, row: int, column: int, cell: object, day: Format) -> None:
    """A value as what it is: number, date in the format `day`, or text; a missing one leaves the cell blank."""
    if is_missing(cell):
        return
    if isinstance(cell, (bool, np.bool_)):
        page.write_string(row, column, _yes_or_no(cell))
    elif isinstance(cell, Real):  # numpy's whole numbers too, which are no int
        page.write_number(row, column, float(cell))
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)
    else:
        page.write_string(row, column, str(cell)[:_LONGEST])


def _yes_or_no(cell: object) -> str:
    return "是" if cell else "否"


def _plain(cell: object) -> object:
    if is_missing(cell):
        return ""
    if isinstance(cell, (bool, np.bool_)):
        return _yes_or_no(cell)
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def _width(head: str, cells: pd.Series) -> float:
    """Characters that fit the head and the longest cell; a Chinese one is as wide as two."""
    longest = max([len(head), *cells.astype("str").str.len().fillna(0).astype(int)])
    return min(_WIDEST, 2 + 1.7 * longest)
