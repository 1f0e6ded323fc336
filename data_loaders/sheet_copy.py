"""A sheet as it was sent → the same sheet in the workbook that goes back, with the faulty cells marked.

Every cell stays where it was, so that the address in a fault holds in the copy, too. A cell is written as
text or as a number, never as a formula or a link; merged cells are merged again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal

import xlsxwriter

from data_loaders.fault_cells import Range, ranges
from data_loaders.values import cell_text
from data_loaders.workbook import Sheet
from faults import SEVERITY_NAMES

Mark = Literal["", "info", "warning", "error"]
Cell = tuple[int, int]

FILLS: dict[str, str] = {"error": "#F8B4B4", "warning": "#FFE08A", "info": "#D6E4F0"}
_RANK = {"": 0, "info": 1, "warning": 2, "error": 3}
_LONGEST = 32_000  # characters that a cell of a workbook can hold
_LONGEST_COMMENT = 1_500
_WIDEST = 40
_EXACT = 2**53  # a float holds no whole number beyond this


class SheetCopier:
    """Writes copies into one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        plain = {"border": 1, "border_color": "#B0B8BF", "valign": "vcenter", "text_wrap": True}
        self.formats = {mark: book.add_format({**plain, "bg_color": fill}) for mark, fill in FILLS.items()}
        self.formats[""] = book.add_format(plain)

    def add(self, name: str, sheet: Sheet, faults: Iterable[dict[str, Any]]) -> None:
        """One worksheet called `name`: the sheet, its faulty cells filled and commented."""
        page = self.book.add_worksheet(name)
        corners = _merged(sheet)
        marks, comments = _marks(sheet, list(faults), corners)
        covered = {cell for spot in corners.values() for cell in _cells(spot)}
        for corner, spot in corners.items():
            page.merge_range(
                spot.top, spot.left, spot.bottom, spot.right, "", self.formats[marks.get(corner, "")]
            )
            self._write(page, corner, sheet.cell(*corner), marks.get(corner, ""))
        height, width = len(sheet.cells), sheet.width
        cells = {(row, column) for row in range(height) for column in range(width)} | set(marks)
        for cell in sorted(cells - covered):
            self._write(page, cell, sheet.cell(*cell), marks.get(cell, ""))
        for cell, said in comments.items():
            page.write_comment(*cell, said[:_LONGEST_COMMENT], _comment_size(said))
        for column, chars in enumerate(_widths(sheet)):
            page.set_column(column, column, chars)
        if sheet.name or sheet.file:
            page.set_header(f"&L{_header(f'{sheet.file} {sheet.name}')}")
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)

    def _write(self, page: Any, cell: Cell, raw: Any, mark: Mark) -> None:
        style = self.formats[mark]
        if type(raw) in (int, float) and math.isfinite(raw) and abs(raw) < _EXACT:
            page.write_number(*cell, raw, style)
            return
        text = cell_text(raw)[:_LONGEST]
        if text:
            page.write_string(*cell, text, style)
        elif mark:
            page.write_blank(*cell, None, style)


def comment(fault: dict[str, Any]) -> str:
    """What a fault says at its cell."""
    expected = f"\n应该是:{fault['expected']}" if fault["expected"] else ""
    remedy = f"\n怎么改:{fault['remedy']}" if fault["remedy"] else ""
    return f"{SEVERITY_NAMES[fault['severity']]}:{fault['message']}{expected}{remedy}"


def first_cell(cell: str) -> str:
    """The first cell that a fault names, as an address; A1 for a fault that names none."""
    found = ranges(cell)
    return xlsxwriter.utility.xl_rowcol_to_cell(found[0].top, found[0].left) if found else "A1"


def _marks(
    sheet: Sheet, faults: list[dict[str, Any]], corners: dict[Cell, Range]
) -> tuple[dict[Cell, Mark], dict[Cell, str]]:
    """The worst mark of each faulty cell, and what is said at the first cell of each range."""
    home = {cell: corner for corner, spot in corners.items() for cell in _cells(spot)}
    marks: dict[Cell, Mark] = {}
    comments: dict[Cell, list[str]] = {}
    for fault in faults:
        for spot in ranges(fault["cell"]):
            within = _within(sheet, spot)
            for cell in within:
                at = home.get(cell, cell)
                if _RANK[fault["severity"]] > _RANK[marks.get(at, "")]:
                    marks[at] = fault["severity"]
            if within:
                comments.setdefault(home.get(within[0], within[0]), []).append(comment(fault))
    return marks, {cell: "\n\n".join(dict.fromkeys(said)) for cell, said in comments.items()}


def _within(sheet: Sheet, spot: Range) -> list[Cell]:
    """The cells of a range that the sheet has; a single cell is marked even where the sheet ends before it."""
    if (spot.top, spot.left) == (spot.bottom, spot.right):
        return [(spot.top, spot.left)] if spot.right < 16_384 else []
    bottom, right = min(spot.bottom, len(sheet.cells) - 1), min(spot.right, sheet.width - 1)
    is_column = spot.top == 0 and bottom < spot.bottom
    return [
        (row, column)
        for row in range(spot.top, bottom + 1)
        for column in range(spot.left, right + 1)
        # Of a whole column, what stands in it and is its own: not the title that is merged across it.
        if not is_column or ((row, column) not in sheet.merged and sheet.text(row, column))
    ]


def _merged(sheet: Sheet) -> dict[Cell, Range]:
    """The merged ranges by their corners, from the cells that were filled from one."""
    found: dict[Cell, Range] = {}
    used: set[Cell] = set()
    for row, column in sorted(_corners(sheet)):
        right, bottom = column, row
        while (row, right + 1) in sheet.merged and sheet.cell(row, right + 1) == sheet.cell(row, column):
            right += 1
        while all(
            (bottom + 1, at) in sheet.merged for at in range(column + (right > column), right + 1)
        ) and (
            (bottom + 1, column) in sheet.merged and sheet.cell(bottom + 1, column) == sheet.cell(row, column)
        ):
            bottom += 1
        spot = Range(row, column, bottom, right)
        cells = set(_cells(spot))
        if len(cells) > 1 and not cells & used:
            found[row, column] = spot
            used |= cells
    return found


def _corners(sheet: Sheet) -> set[Cell]:
    """Cells left of or above a filled one that were not filled themselves."""
    beside = {(row, column - 1) for row, column in sheet.merged} | {(r - 1, c) for r, c in sheet.merged}
    return {cell for cell in beside - sheet.merged if min(cell) >= 0}


def _cells(spot: Range) -> list[Cell]:
    return [
        (row, column)
        for row in range(spot.top, spot.bottom + 1)
        for column in range(spot.left, spot.right + 1)
    ]


def _widths(sheet: Sheet) -> list[int]:
    """A width per column from what stands in it, Chinese characters counting twice; merged titles do not."""
    widths = [8] * sheet.width
    for row, cells in enumerate(sheet.cells):
        for column in range(len(cells)):
            is_title = (row, column + 1) in sheet.merged or (row, column) in sheet.merged
            if not is_title:
                text = sheet.text(row, column).split("\n")[0]
                widths[column] = max(widths[column], 2 + sum(1 + (ord(letter) > 0x2E7F) for letter in text))
    return [min(width, _WIDEST) for width in widths]


def _comment_size(said: str) -> dict[str, Any]:
    lines = sum(1 + len(line) // 22 for line in said[:_LONGEST_COMMENT].split("\n"))
    return {"author": "数据检查", "width": 300, "height": 24 + 18 * lines, "font_size": 9}


def _header(text: str) -> str:
    """A page header's text: & begins a command there, and 255 characters are all it holds."""
    return text.replace("&", "&&")[:200]
