"""Personal data stops here: sheets as they were read → sheets without it, and a fault that names no value.

In: the sheets of one file and the layouts that will read them. Out: the same sheets, with columns of ID
numbers, telephones and bank accounts blanked, columns of names beside them blanked, and lone numbers masked.
It runs before anything else sees a sheet, so that no table, fault, message or exception can hold them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from data_loaders.headers import columns_of, header_row, matching, normalised
from data_loaders.personal_numbers import MASK, Hit, cell_hits, is_number_like, masked, masked_hits, plain
from data_loaders.values import is_filler, squeezed
from data_loaders.workbook import Sheet, column_letters
from faults import Fault, FaultLog
from settings import Personal, Settings, Table

_KINDS = {"id": "身份证号", "mobile": "手机号", "card": "银行卡号"}
_SEARCHED_ROWS = 30  # for a header that no layout describes
_LONGEST_HEADER = 30
_MANY = 3  # hits that make a column, where no header says so
_ALIKE = 5  # numbers of the same shape, after which checksums tell people from serial numbers


@dataclass(frozen=True)
class _Column:
    """A column of a table: its index, the first row under its header, and the header's parts."""

    index: int
    first: int
    path: tuple[str, ...]
    is_figure: bool = False  # the layout reads a figure from it


def without_personal(
    sheets: Iterable[Sheet], tables: Sequence[Table], settings: Settings, log: FaultLog
) -> list[Sheet]:
    """The sheets without personal data; what was taken out is in the log, by column and count."""
    return [_Door(sheet, tables, settings, log).passed() for sheet in sheets]


class _Door:
    def __init__(self, sheet: Sheet, tables: Sequence[Table], settings: Settings, log: FaultLog) -> None:
        self.sheet, self.log = sheet, log
        self.personal: Personal = settings.personal
        self.fillers = settings.reading.fillers
        read = [table for table in tables if fnmatchcase(sheet.name, table.sheet)]
        rules = (*settings.reading.rows, *(rule for table in read for rule in table.rows))
        self.labels = [re.compile(rule.match) for rule in rules]
        self.columns = list(_columns(sheet, read))
        self.has_numbers = False

    def passed(self) -> Sheet:
        shown = masked(self.sheet.name)
        if shown != self.sheet.name:
            self.sheet = replace(self.sheet, name=shown)
            self._say("", "工作表名称里有个人信息,已遮盖", "请改掉工作表名称。", 1)
        for column in self.columns:
            if self._is_of_numbers(column):
                self._refuse_numbers(column)
        self._mask_content()
        self._mask_labelled()
        if self.has_numbers:
            for column in self.columns:
                if self._is_of_names(column):
                    self._refuse_names(column)
        return self.sheet

    def _is_allowed(self, column: _Column) -> bool:
        allowed = {normalised(header) for header in self.personal.allowed}
        return any(part in allowed for part in column.path)

    def _is_of_numbers(self, column: _Column) -> bool:
        words = [squeezed(word) for word in self.personal.headers]
        is_named = any(word in part for part in column.path for word in words)
        return is_named and not column.is_figure and not self._is_allowed(column)

    def _is_of_names(self, column: _Column) -> bool:
        words = tuple(squeezed(word) for word in self.personal.names)
        is_named = any(part.endswith(words) for part in column.path)
        return is_named and not column.is_figure and not self._is_allowed(column)

    def _refuse_numbers(self, column: _Column) -> None:
        """Blank the column when most of what stands in it can be a number of that kind, else only what can."""
        filled = list(self._filled(column))
        alike = [row for row, cell in filled if is_number_like(cell)]
        rows = [row for row, _ in filled] if 2 * len(alike) >= len(filled) else alike
        if alike:
            word = next(w for w in self.personal.headers for part in column.path if squeezed(w) in part)
            self._blank(column.index, rows, f"“{word}”")
            self.has_numbers = True

    def _refuse_names(self, column: _Column) -> None:
        rows = [row for row, cell in self._filled(column) if isinstance(cell, str) and cell != MASK]
        if rows:
            self._blank(column.index, rows, "姓名")

    def _filled(self, column: _Column) -> Iterator[tuple[int, Any]]:
        """Rows of the column that hold more than a filler or a word such as 合计."""
        for row in range(column.first, len(self.sheet.cells)):
            cell = self.sheet.cell(row, column.index)
            if not is_filler(cell, self.fillers) and not self._is_label(cell):
                yield row, cell

    def _is_label(self, cell: Any) -> bool:
        if not isinstance(cell, str) or is_number_like(cell):
            return False
        text = squeezed(cell)
        return any(label.search(text) for label in self.labels)

    def _blank(self, column: int, rows: list[int], what: str) -> None:
        for row in rows:
            self.sheet.cells[row][column] = ""
        letters = column_letters(column)
        self._say(
            f"{letters}列",
            f"{letters}列是{what},属于个人信息,{len(rows)}格没有采用",
            "请删去这一列后重新提交,台账里不要填写个人信息。",
            len(rows),
        )

    def _mask_content(self) -> None:
        """Numbers found by what they are, wherever they stand."""
        exempt = {column.index: column.first for column in self.columns if self._is_allowed(column)}
        found: dict[int, dict[int, tuple[str, list[Hit]]]] = {}
        detect = self.personal.detect
        for row, cells in enumerate(self.sheet.cells):
            for column, cell in enumerate(cells):
                text, hits = cell_hits(cell, detect)
                if hits and row < exempt.get(column, len(self.sheet.cells)):
                    found.setdefault(column, {})[row] = (text, hits)
        for column in sorted(found):
            self._mask_column(column, found[column])

    def _mask_column(self, column: int, found: dict[int, tuple[str, list[Hit]]]) -> None:
        sure = {row: (text, _believed(hits)) for row, (text, hits) in _judged(found).items()}
        sure = {row: (text, hits) for row, (text, hits) in sure.items() if hits}
        if not sure:
            return
        self.has_numbers = True
        counts = Counter(_KINDS[hit.kind] for _, hits in sure.values() for hit in hits)
        what = "、".join(counts)
        first = min(sure)
        filled = [row for row in range(first, len(self.sheet.cells)) if self._is_filled(row, column)]
        if len(sure) >= _MANY and 2 * len(sure) >= len(filled):
            self._blank(column, list(sure), what)
            return
        for row, (text, hits) in sure.items():
            self.sheet.cells[row][column] = masked_hits(text, hits)
        letters = column_letters(column)
        self._say(
            f"{letters}列",
            f"{letters}列有{counts.total()}处{what},属于个人信息,已遮盖",
            "请删去后重新提交,台账里不要填写个人信息。",
            counts.total(),
        )

    def _is_filled(self, row: int, column: int) -> bool:
        return not is_filler(self.sheet.cell(row, column), self.fillers)

    def _mask_labelled(self) -> None:
        """A number of any kind behind a label such as 联系电话: in the same cell or the next one."""
        words = "|".join(map(re.escape, self.personal.headers))
        label = re.compile(rf"((?:{words})[^\d:]{{0,6}}:\s*)(\+?\d[\d\s()-]{{5,}}\d)?")
        for row, cells in enumerate(self.sheet.cells):
            for column, cell in enumerate(cells):
                if type(cell) is not str or not (":" in cell or "\uff1a" in cell):
                    continue
                text = plain(cell)
                match = label.search(text)
                if match is not None and match[2]:
                    cells[column] = label.sub(lambda m: m[1] + (MASK if m[2] else ""), text)
                    self._say_labelled(column)
                elif match is not None and text.rstrip().endswith(":"):
                    self._mask_next(row, column)

    def _mask_next(self, row: int, column: int) -> None:
        cells = self.sheet.cells[row]
        for beside in range(column + 1, len(cells)):
            if (row, beside) not in self.sheet.merged and self._is_filled(row, beside):
                if is_number_like(cells[beside]):
                    cells[beside] = MASK
                    self._say_labelled(beside)
                return

    def _say_labelled(self, column: int) -> None:
        self.has_numbers = True
        letters = column_letters(column)
        self._say(
            f"{letters}列",
            f"{letters}列有1处联系方式,属于个人信息,已遮盖",
            "请删去后重新提交,台账里不要填写个人信息。",
            1,
        )

    def _say(self, cell: str, message: str, remedy: str, count: int) -> None:
        self.log.add(
            Fault(
                "error",
                "personal_data",
                message,
                remedy,
                *(self.sheet.file, self.sheet.name, cell),
                found=f"个人信息{count}处",
                expected="不含个人信息",
            )
        )


def _columns(sheet: Sheet, tables: Sequence[Table]) -> Iterator[_Column]:
    """The columns of every table that a layout finds in the sheet; of anything like a header when none does."""
    is_found = False
    for table in tables:
        top = header_row(sheet, table.header)
        if top is None:
            continue
        is_found = True
        first = top + table.header.rows
        columns = columns_of(sheet, top, table.header.rows, ())
        figures = {
            column.index for wanted in table.columns for column in matching(columns, wanted.header)[:1]
        }
        for column in columns:
            yield _Column(column.index, first, column.path, column.index in figures)
    if not is_found:
        yield from _anything_like_a_header(sheet)


def _anything_like_a_header(sheet: Sheet) -> Iterator[_Column]:
    for row, cells in enumerate(sheet.cells[:_SEARCHED_ROWS]):
        for index, cell in enumerate(cells):
            if isinstance(cell, str) and 1 < len(cell) <= _LONGEST_HEADER:
                text = squeezed(cell)
                if not text.endswith(":"):  # a label of the form, not the head of a column
                    yield _Column(index, row + 1, (normalised(cell),))


def _judged(found: dict[int, tuple[str, list[Hit]]]) -> dict[int, tuple[str, list[Hit]]]:
    """The hits of one column, after looking at them together.

    A numbering that is built like an ID number (region, day, serial) passes its checksum now and then; ID
    numbers nearly always do. So where most of many fail, none is one, and where most pass, the others are
    mistyped.
    """
    whole = [hit for text, hits in found.values() for hit in hits if (hit.start, hit.end) == (0, len(text))]
    verdicts: dict[str, bool] = {}
    for kind in ("id", "card"):
        alike = [hit.is_sure for hit in whole if hit.kind == kind]
        if len(alike) >= _ALIKE:
            verdicts[kind] = 2 * sum(alike) >= len(alike)
    return {
        row: (
            text,
            [
                replace(hit, is_sure=verdicts.get(hit.kind, hit.is_sure))
                if (hit.start, hit.end) == (0, len(text))
                else hit
                for hit in hits
            ],
        )
        for row, (text, hits) in found.items()
    }


def _believed(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.is_sure]
