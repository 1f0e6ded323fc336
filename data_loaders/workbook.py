"""A file of tables → `Sheet`s: plain grids of cells with merged ranges filled in.

In: the bytes of a .xls .xlsx .xlsm .xlsb .ods (python-calamine) or of delimited text, told apart by what is in
them, not by their name. Out: sheets, with what their formulas say beside them. Refuses, with one fault that
says what to do, whatever is locked, damaged, larger than [limits] allows, or no table at all. Only what was
checked reaches calamine: the file is packed anew from the parts that were looked through.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from data_loaders.biff import check_ole
from data_loaders.content import OLE, TEXT, content_kind
from data_loaders.delimited import read_delimited
from data_loaders.findings import ERROR_TEXTS, Cell, Findings, address, column_letters, linked_somewhere
from data_loaders.limits import check_size, damaged
from data_loaders.packages import check_package
from data_loaders.values import cell_text
from faults import Fault, FaultLog, Severity
from settings import Limits

__all__ = ["Sheet", "address", "column_letters", "read_workbook"]

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # a terminal may obey them


@dataclass(frozen=True)
class Sheet:
    """One sheet as a rectangle of cells; row and column indices start at 0, addresses as Excel shows them."""

    file: str
    name: str
    cells: list[list[Any]]
    merged: frozenset[Cell] = frozenset()  # cells whose content came from a merged range's corner
    findings: Findings = field(default_factory=Findings)
    siblings: tuple[str, ...] = ()  # names of all sheets of the workbook

    @cached_property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.cells), default=0)

    def cell(self, row: int, column: int) -> Any:
        """The cell's raw content; None outside the rectangle."""
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return None

    def fault(self, severity: Severity, kind: str, message: str, **more: Any) -> Fault:
        """A finding in this sheet; `more` are the other fields of `Fault`."""
        return Fault(severity, kind, message, file=self.file, sheet=self.name, **more)

    def text(self, row: int, column: int) -> str:
        """The cell as a person reads it."""
        return cell_text(self.cell(row, column))


def read_workbook(content: bytes, file: str, limits: Limits, log: FaultLog) -> list[Sheet]:
    """Every sheet in the file; `file` is how faults and sources will call it. Raises Refusal."""
    check_size(len(content), file, limits)
    kind = content_kind(content, file)
    if kind == TEXT:
        sheet = Sheet(file=file, name="", cells=read_delimited(content, file, limits))
        return [_bounded(sheet, limits, log)]
    checked = (check_ole if kind == OLE else check_package)(content, file, limits)
    if checked.has_external_links:
        log.add(linked_somewhere(file))
    return [_bounded(sheet, limits, log) for sheet in _opened(checked.content, checked.sheets, file, limits)]


def _opened(content: bytes, findings: dict[str, Findings], file: str, limits: Limits) -> list[Sheet]:
    try:
        with _silenced(), CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return [_filled(workbook, name, file, findings, limits) for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        # What the library says may quote a cell, so it is not passed on.
        raise damaged(file) from error
    except BaseException as error:
        # calamine's own faults arrive as PanicException, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(file) from None


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing on the terminal meanwhile: when calamine fails badly it writes there, and may quote a cell."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a terminal
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _filled(
    workbook: CalamineWorkbook, name: str, file: str, findings: dict[str, Findings], limits: Limits
) -> Sheet:
    page = workbook.get_sheet_by_name(name)
    cells: list[list[Any]] = page.to_python(skip_empty_area=False)
    filled: set[Cell] = set()
    area = 0
    for (top, left), (bottom, right) in page.merged_cell_ranges or []:
        # A merged range may reach past the used rectangle; what is not there has nothing to fill.
        bottom, right = min(bottom, len(cells) - 1), min(right, limits.columns)
        area += max(0, bottom - top + 1) * max(0, right - left + 1)
        if area > 2 * limits.cells:  # ranges cannot overlap in a workbook that a program has written
            raise damaged(file)
        for row in range(top, bottom + 1):
            for column in range(left, min(right, len(cells[row]) - 1) + 1):
                if (row, column) != (top, left):
                    cells[row][column] = cells[top][left]
                    filled.add((row, column))
    siblings = tuple(workbook.sheet_names)
    return Sheet(file, name, cells, frozenset(filled), findings.get(name, Findings()), siblings)


def _bounded(sheet: Sheet, limits: Limits, log: FaultLog) -> Sheet:
    """The sheet without cells that are too long, and without values that are errors."""
    findings, most = sheet.findings, limits.cell_chars
    for index, row in enumerate(sheet.cells):
        for column, cell in enumerate(row):
            if type(cell) is not str or not cell:
                continue
            if not cell.isprintable():
                row[column] = cell = _CONTROLS.sub("", cell)
            if len(cell) > most:
                row[column] = ""
                log.add(_too_long(sheet, (index, column), len(cell), most))
            elif cell.startswith("#") and cell in ERROR_TEXTS and (index, column) not in sheet.merged:
                findings.errors[index, column] = cell
    for index, column in findings.disbelieved():
        if index < len(sheet.cells) and column < len(sheet.cells[index]):
            sheet.cells[index][column] = ""
    return sheet


def _too_long(sheet: Sheet, cell: Cell, chars: int, most: int) -> Fault:
    return Fault(
        "error",
        "long_text",
        f"这一格有{chars}个字,超过上限{most},没有采用",
        "请把长文字移到单独的文件里;确实需要的,在 config.toml 的 [limits] 里调大 cell_chars。",
        *(sheet.file, sheet.name, address(*cell)),
        found=f"{chars}个字",
        expected=f"不超过{most}个字",
    )
