"""content.xml of an .ods, looked through before anything is built from it.

In: the part's bytes and the file's budget. Out: findings per sheet. An .ods states how often a cell or a row
repeats; one short line can stand for a billion cells, so the repeats are multiplied here first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from data_loaders.findings import Findings
from data_loaders.limits import MB, Budget
from data_loaders.sheet_xml import attribute, parse

_CELLS = ("table:table-cell", "table:covered-table-cell")
_LINK = re.compile(r"'(?:file|https?|\.\.?/)[^']*'#", re.IGNORECASE)


def check_ods(content: bytes, budget: Budget) -> dict[str, Findings]:
    """Findings of each sheet, by name; a Refusal when a sheet is over its budget."""
    walk = _OdsWalk(budget)
    parse(content, walk.listen)
    return walk.sheets


@dataclass
class _OdsWalk:
    budget: Budget
    sheets: dict[str, Findings] = field(default_factory=dict)
    name: str = ""
    rows: int = 0  # up to the last one with content
    columns: int = 0
    text: int = 0
    row: int = 0  # rows passed
    repeats: int = 1  # of the row under way
    column: int = 0
    last: int = 0  # columns of the row under way up to its last content
    is_text: bool = False
    copies: int = 1  # of the cell under way

    def listen(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.hear

    def start(self, name: str, attributes: list[str]) -> None:
        if name in _CELLS:
            self._cell(attributes)
        elif name == "table:table-row":
            self.repeats = _count(attributes, "table:number-rows-repeated")
            self.column = self.last = 0
        elif name == "text:s" and self.is_text:
            self._add_text(_count(attributes, "text:c"))
        elif name == "table:table":
            self.name = attribute(attributes, "table:name")
            self.sheets[self.name] = Findings()
            self.budget.count_sheets(len(self.sheets))
            self.rows = self.columns = self.row = self.text = 0

    def _cell(self, attributes: list[str]) -> None:
        self.copies = _count(attributes, "table:number-columns-repeated")
        formula = attribute(attributes, "table:formula")
        written = attribute(attributes, "office:string-value")
        kind = attribute(attributes, "office:value-type")
        self.is_text = kind == "string" and not written
        first = self.column
        self.column += self.copies
        if not (formula or kind):
            return
        self.last = self.column
        self._add_text(len(written))
        findings = self.sheets.setdefault(self.name, Findings())
        if attribute(attributes, "calcext:value-type") == "error":
            findings.errors[self.row, first] = "公式出错"
        if _LINK.search(formula):
            findings.external.append((self.row, first))

    def hear(self, text: str) -> None:
        if self.is_text:
            self._add_text(len(text))

    def _add_text(self, chars: int) -> None:
        self.text += chars * self.copies * self.repeats
        self._check()

    def end(self, name: str) -> None:
        if name in _CELLS:
            self.is_text = False
        elif name == "table:table-row":
            self.row += self.repeats
            if self.last:
                self.rows, self.columns = self.row, max(self.columns, self.last)
                self._check()
        elif name == "table:table":
            self.budget.take(self.name, self.rows, self.columns, self.text)

    def _check(self) -> None:
        """Stop as soon as the sheet is beyond what is allowed, not when it has been read."""
        limits = self.budget.limits
        limits = self.budget.limits
        is_over = self.rows > limits.rows or self.rows * self.columns > limits.cells
        if is_over or self.text > limits.unpacked_mb * MB:
            self.budget.take(self.name, max(self.rows, 1), max(self.columns, 1), self.text)


def _count(attributes: list[str], name: str) -> int:
    stated = attribute(attributes, name)
    return max(1, int(stated)) if stated else 1
