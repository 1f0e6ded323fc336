"""Where a fault points, as a rectangle of cells: the words `C17`, `C4、D4`, `C207:F223`, `H列` → rows and columns.

In: the `cell` of a fault. Out: ranges with indices from 0. What names no cell gives none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LAST_ROW = 1_048_575  # of a worksheet

_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_COLUMN = re.compile(r"([A-Z]{1,3})列")


@dataclass(frozen=True)
class Range:
    """A rectangle of cells, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def ranges(cell: str) -> list[Range]:
    """The ranges that a fault's `cell` names, in its order."""
    found = []
    for part in cell.split("、"):
        if match := _RANGE.match(part):
            top, left = int(match[2]) - 1, _column(match[1])
            bottom = int(match[4]) - 1 if match[4] else top
            right = _column(match[3]) if match[3] else left
            found.append(Range(min(top, bottom), min(left, right), max(top, bottom), max(left, right)))
        elif match := _COLUMN.match(part):
            found.append(Range(0, _column(match[1]), LAST_ROW, _column(match[1])))
    return [one for one in found if one.top >= 0 and one.bottom <= LAST_ROW]


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - 64
    return index - 1
