"""Where a table's header is and which column is which.

In: a sheet and the header texts that the config names. Out: column indices. A header is compared after
normalising: white space, brackets with their content, leading numbering and punctuation do not count, so
`（十一）食用菌（干鲜混合）` over `产  量` answers to `食用菌/产量`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data_loaders.values import squeezed
from data_loaders.workbook import Sheet, column_letters
from settings import Header

_SEARCHED_ROWS = 500  # a sheet without its header may be very long
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十廿百]+、|[①-⑳]|[a-zA-Z][、.]|\d+[、.])+")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_PUNCTUATION = re.compile(r"[\s、,.:;·\-_*\"'“”‘’。《》<>]+")


def normalised(text: str) -> str:
    """What of a header text counts when two are compared."""
    bare = _BRACKETS.sub("", squeezed(text))
    return _PUNCTUATION.sub("", _NUMBERING.sub("", bare))


@dataclass(frozen=True)
class Column:
    """One column of a table: its index, its header path from top to bottom, and the units named in it."""

    index: int
    path: tuple[str, ...]  # normalised, synonyms replaced
    shown: str  # as written, for messages
    units: frozenset[str]
    lowest: str = ""  # the text right above the figures, as written

    @property
    def letters(self) -> str:
        """The column's name in Excel."""
        return column_letters(self.index)


def header_row(sheet: Sheet, header: Header) -> int | None:
    """Index of the first row that has a cell reading `header.starts`; None when there is none."""
    wanted = normalised(header.starts)
    for row, cells in enumerate(sheet.cells[:_SEARCHED_ROWS]):
        if any(normalised(sheet.text(row, column)) == wanted for column in range(len(cells))):
            return row
    return None


def columns_of(
    sheet: Sheet,
    top: int,
    rows: int,
    units: Iterable[str],
    synonyms: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> list[Column]:
    """Every column with the header texts above it.

    `units` are the words that count as a unit; `synonyms` maps the config's header to other ways to write it.
    """
    known = frozenset(units)
    meant = {normalised(other): normalised(word) for word, others in synonyms.items() for other in others}
    grid = _spread(
        [[sheet.text(row, column) for column in range(sheet.width)] for row in range(top, top + rows)]
    )
    found = []
    for index in range(sheet.width):
        texts: list[str] = []
        for line in grid:
            if line[index] and (not texts or texts[-1] != line[index]):  # vertical merges repeat the text
                texts.append(line[index])
        path = tuple(meant.get(part, part) for part in map(normalised, texts) if part)
        stated = {part for part in path if part in known}
        for text in texts:
            stated.update(note[1:-1] for note in _BRACKETS.findall(squeezed(text)) if note[1:-1] in known)
        shown = "/".join(" ".join(text.split()) for text in texts)
        found.append(Column(index, path, shown, frozenset(stated), texts[-1] if texts else ""))
    return found


def _spread(grid: list[list[str]]) -> list[list[str]]:
    """Group headers carried to the right over blank cells, as they are read when nobody merged them."""
    filled = [list(line) for line in grid]
    for row, line in enumerate(filled[:-1]):
        for column in range(1, len(line)):
            is_below_filled = any(lower[column] for lower in filled[row + 1 :])
            is_same_group = row == 0 or filled[row - 1][column] == filled[row - 1][column - 1]
            # 乡镇 over nothing is a column of its own, not a group that its neighbour belongs to.
            is_group = any(lower[column - 1] not in ("", line[column - 1]) for lower in filled[row + 1 :])
            if not line[column] and is_below_filled and is_same_group and is_group:
                line[column] = line[column - 1]
    return filled


def matching(columns: list[Column], header: str) -> list[Column]:
    """The columns whose path holds the parts of `header` (`甲/乙`) in this order.

    Columns that have exactly these parts win over columns with more, such as units or code rows.
    """
    parts = [normalised(part) for part in header.split("/")]
    exact = [column for column in columns if _holds(column.path, parts) and len(column.path) == len(parts)]
    return exact or [column for column in columns if _holds(column.path, parts)]


def _holds(path: tuple[str, ...], parts: list[str]) -> bool:
    remaining = iter(path)
    return all(part in remaining for part in parts)


def period_columns(columns: list[Column], group: str, pattern: str) -> list[tuple[Column, str, str]]:
    """(column, year, month) of the columns below `group` that are headed by a period; a part not named is ""."""
    found = []
    for column in matching(columns, group) if group else columns:
        match = re.match(pattern, squeezed(column.lowest))
        parts = match.groupdict() if match else {}
        year, month = parts.get("year") or "", parts.get("month") or ""
        if (year or month) and (not month or 1 <= int(month) <= 12):
            found.append((column, year, month))
    return found
