"""What a formula says that its last value does not: it takes from another file, from itself, or was never run.

In: formulas as an .xlsx stores them, cell by cell. Out: the cells to doubt, in a `Findings`. Nothing is calculated.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.sax.saxutils import unescape

from data_loaders.findings import Cell, Findings

_AREA = re.compile(
    r"(?<![\w.!:\]$])(?:\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?"
    r"|\$?([A-Z]{1,3}):\$?([A-Z]{1,3}))(?![\w(.!])"
)
_LINK = re.compile(r"(?<![\w\]])\[(?:\d+|[^\[\]]+\.(?:xls\w?|ods|csv|et))\]", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ASKS_WHERE = re.compile(  # functions that take a cell for its place, not for its value
    r"\b(?:ROWS?|COLUMNS?|AREAS|ADDRESS|SHEETS?|CELL|OFFSET|ISFORMULA|FORMULATEXT)\([^()]*\)"
)
_MARKS = {"&quot;": '"', "&apos;": "'"}
_CHECKED_FORMULAS = 20_000  # for circles: each costs more than reading the cell


class FormulaJudge:
    """Which values a sheet's formulas make doubtful."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.left = _CHECKED_FORMULAS

    def note(self, cell: Cell, kind: str, formula: str | None, value: str) -> None:
        """One cell with its type (`e` error, `str` text of a formula), its formula, and the value last saved."""
        findings = self.findings
        if kind == "e":
            findings.errors[cell] = value.strip() or "#REF!"
        elif not value and kind != "str":
            findings.uncalculated.append(cell)
        elif formula and self.left > 0:
            self.left -= 1
            if _is_circular(formula, *cell):
                findings.circular.append(cell)
        if formula and "[" in formula and _LINK.search(formula):
            findings.external.append(cell)


def unescaped(formula: str) -> str:
    """A formula's XML text as it was written."""
    return unescape(formula, _MARKS)


@lru_cache(maxsize=20_000)
def column_index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = 26 * index + ord(letter) - 64
    return index - 1


def _is_circular(formula: str, row: int, column: int) -> bool:
    """Whether the formula takes in the cell that it stands in."""
    bare = _ASKS_WHERE.sub("", _QUOTED.sub("", formula))
    for left, top, right, bottom, first, last in _AREA.findall(bare):
        if first:
            rows, columns = range(row, row + 1), (first, last)
        else:
            one, other = sorted((int(top), int(bottom or top)))
            rows, columns = range(one - 1, other), (left, right or left)
        west, east = sorted(map(column_index, columns))
        if row in rows and west <= column <= east:
            return True
    return False
