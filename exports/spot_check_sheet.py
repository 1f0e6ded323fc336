"""抽查清单 as a workbook that is printed and taken along: A4 landscape, room to write, and how it was drawn.

In: rows under Chinese heads, lines that say what was drawn and how. Out: the file's bytes. Refuses to let a ledger's text
become a formula: every text is written as text.
"""

from __future__ import annotations

import io
from datetime import date, datetime

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exports.table_book import write_cell
from wording import is_missing

WIDTHS = {
    "乡镇": 11,
    "村": 13,
    "编号": 10,
    "问题": 42,
    "状态": 8,
    "整改时限": 12,
    "农户": 24,
    "检查情况": 30,
    "检查人": 10,
}
"""The columns of the list in characters; one A4 page across."""
_LINE_CHARS = 20  # Chinese characters to a line of 问题
_LINE_PT = 15


def spot_check_workbook(
    lines: list[str], rows: pd.DataFrame, how: list[str], places: pd.DataFrame, on: datetime
) -> bytes:
    """Two worksheets: 抽查清单 (`lines` above `rows`, whose columns are WIDTHS) and 抽签说明 (`how` above `places`)."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": on})
        _list(book, lines, rows)
        _how(book, how, places)
    return target.getvalue()


def _list(book: Workbook, lines: list[str], rows: pd.DataFrame) -> None:
    page = book.add_worksheet("抽查清单")
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    small = book.add_format({"font_size": 10, "font_color": "#444444"})
    head = book.add_format(_cell() | {"bold": True, "bg_color": "#E8F0F6", "align": "center"})
    cell, day = book.add_format(_cell()), book.add_format(_cell() | {"num_format": "yyyy-mm-dd"})
    last = len(WIDTHS) - 1
    page.merge_range(0, 0, 0, last, "", title)
    page.write_string(0, 0, lines[0], title)
    page.set_row(0, 28)
    for row, line in enumerate(lines[1:], 1):
        page.write_string(row, 0, line, small)
    top = len(lines)
    for column, (name, width) in enumerate(WIDTHS.items()):
        page.write_string(top, column, name, head)
        page.set_column(column, column, width)
    page.set_row(top, 22)
    for row, cells in enumerate(rows[list(WIDTHS)].itertuples(index=False), top + 1):
        page.set_row(row, _height(cells[list(WIDTHS).index("问题")], cells[list(WIDTHS).index("农户")]))
        for column, each in enumerate(cells):
            _bordered(page, row, column, each, cell, day)
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
    _on_paper(page)


def _bordered(page: Worksheet, row: int, column: int, cell: object, plain: Format, day: Format) -> None:
    if is_missing(cell) or cell == "":
        page.write_blank(row, column, None, plain)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)
    else:
        page.write_string(row, column, str(cell)[:32_000], plain)


def _how(book: Workbook, how: list[str], places: pd.DataFrame) -> None:
    page = book.add_worksheet("抽签说明")
    bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    title = book.add_format({"bold": True, "font_size": 14})
    for row, line in enumerate(how):
        page.write_string(row, 0, line, title if row == 0 else None)
    top = len(how) + 1
    for column, name in enumerate(places.columns):
        page.write_string(top, column, str(name), bold)
        page.set_column(column, column, 14)
    for row, cells in enumerate(places.itertuples(index=False), top + 1):
        for column, each in enumerate(cells):
            write_cell(page, row, column, each, day)
    _on_paper(page)


def _on_paper(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&C第 &P 页,共 &N 页")


def _cell() -> dict[str, object]:
    return {"border": 1, "border_color": "#888888", "text_wrap": True, "valign": "vcenter", "font_size": 10.5}


def _height(problem: object, households: object) -> float:
    """Room for the longest text of the row, and for what is written by hand."""
    texts = ("" if is_missing(each) else str(each) for each in (problem, households))
    lines = max(-(-len(words) // chars) for words, chars in zip(texts, (_LINE_CHARS, 22), strict=True))
    return max(38, min(lines * _LINE_PT + 6, 400))
