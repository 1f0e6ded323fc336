"""What the formulas of a workbook say that its values do not, and a workbook whose content was checked.

In: what the checkers of each format saw. Out: faults, and the cells whose value is not to be believed. A
cell that holds an error (`#REF!`) arrives as a blank from the reader, and a blank means 未报送: it has to be said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from faults import Fault, FaultLog

Cell = tuple[int, int]  # row and column, from 0

ERROR_TEXTS = frozenset(
    {
        *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"),
        *("#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!"),
    }
)
ERROR_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_SHOWN = 5


@dataclass
class Findings:
    """What stands behind the values of one sheet."""

    errors: dict[Cell, str] = field(default_factory=dict)
    external: list[Cell] = field(default_factory=list)
    circular: list[Cell] = field(default_factory=list)
    uncalculated: list[Cell] = field(default_factory=list)

    def disbelieved(self) -> set[Cell]:
        """The cells that count as blank."""
        return {*self.errors, *self.circular, *self.uncalculated}


@dataclass(frozen=True)
class CheckedWorkbook:
    """A workbook rebuilt from the parts that were checked: nothing else of the file reaches the reader."""

    content: bytes
    sheets: dict[str, Findings]
    has_external_links: bool = False  # where the format does not tell which cells use them


def report(findings: Findings, file: str, sheet: str, read: set[Cell], log: FaultLog) -> None:
    """The faults of the cells that somebody reads, one for each kind and column.

    A workbook computes much that nobody reads, such as percentages of a blank: its errors concern nobody.
    """
    by_text: dict[str, list[Cell]] = {}
    for cell, text in findings.errors.items():
        if cell in read:
            by_text.setdefault(text, []).append(cell)
    for text, cells in by_text.items():
        for column in _columns(cells):
            log.add(error_cell(file, sheet, text, column))
    for column in _columns(read.intersection(findings.circular)):
        log.add(
            Fault(
                "error",
                "circular_formula",
                f"{addresses(column)}的公式引用了自己(循环引用),结果不可信,没有采用",
                "请改正公式,不要把本格算进去;或直接填写数字。",
                *(file, sheet, addresses(column)),
                found="循环引用",
                expected="数字",
            )
        )
    for column in _columns(read.intersection(findings.uncalculated)):
        log.add(
            Fault(
                "error",
                "uncalculated_formula",
                f"{addresses(column)}只有公式,没有算出来的结果,没有采用",
                "请用 Excel 或 WPS 打开、保存一次再提交,或直接填写数字。",
                *(file, sheet, addresses(column)),
                found="没有结果的公式",
                expected="数字",
            )
        )
    for column in _columns(read.intersection(findings.external)):
        log.add(
            Fault(
                "warning",
                "external_link",
                f"{addresses(column)}的公式取自别的文件,采用的是上次保存时的数,可能已经过时",
                "请核对这些数,并粘贴为数值。",
                *(file, sheet, addresses(column)),
                found="引用其他工作簿",
                expected="本表内的数字",
            )
        )


def error_cell(file: str, sheet: str, text: str, cells: list[Cell]) -> Fault:
    """The fault of cells that hold an error instead of a value."""
    return Fault(
        "error",
        "error_cell",
        f"{addresses(cells)}是错误值“{text}”,没有采用,按未报送处理",
        "请改正公式,或直接填写数字。",
        *(file, sheet, addresses(cells)),
        found=text,
        expected="数字或文字",
    )


def linked_somewhere(file: str) -> Fault:
    """The warning for a workbook that links to others, where its format does not say in which cells."""
    return Fault(
        "warning",
        "external_link",
        "文件里有取自别的工作簿的公式,采用的是上次保存时的数,可能已经过时",
        "请核对这些数,并粘贴为数值。",
        file,
        found="引用其他工作簿",
        expected="本表内的数字",
    )


def address(row: int, column: int) -> str:
    """The cell's name in Excel, such as C17, from indices that start at 0."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def addresses(cells: list[Cell]) -> str:
    """The first few cells by name, and how many there are."""
    shown = "、".join(address(*cell) for cell in cells[:_SHOWN])
    return shown if len(cells) <= _SHOWN else f"{shown}等{len(cells)}格"


def _columns(cells: Iterable[Cell]) -> list[list[Cell]]:
    by_column: dict[int, list[Cell]] = {}
    for cell in sorted(cells):
        by_column.setdefault(cell[1], []).append(cell)
    return [by_column[column] for column in sorted(by_column)]
