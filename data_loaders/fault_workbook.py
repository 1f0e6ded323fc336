"""Faults → a workbook to send back: one list for all, one per township that must act, and the faulty sheets.

In: the faults, the townships' names, the sheets as they came through the door. Out: the .xlsx file's bytes,
the same bytes for the same faults. Texts come from ledgers, so every cell is written as a string or a number:
none can become a formula.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from data_loaders.faulty_sheets import FaultySheets, Where
from data_loaders.sheet_copy import SheetCopier, first_cell
from faults import SEVERITY_NAMES
from wording import date_text

COLUMNS = {
    "severity": ("级别", 7),
    "file": ("文件", 34),
    "sheet": ("工作表", 12),
    "cell": ("单元格", 12),
    "message": ("问题", 56),
    "found": ("填的是", 18),
    "expected": ("应该是", 22),
    "remedy": ("怎么改", 40),
}
EVERYTHING = "全部问题"
_MOST_ROWS = 50_000  # of a list; a worksheet holds no more links than 65 530
_LONGEST = 32_000
_FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def fault_workbook(
    faults: pd.DataFrame, township_names: dict[str, str], county: str, as_of: date, faulty: FaultySheets
) -> bytes:
    """The .xlsx file's bytes; `township_names` maps the codes in `faults.place_code` to names."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # Else the hour of the run is in the file, and the same input gives another version.
    book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})
    order = faults["severity"].map({"error": 0, "warning": 1, "info": 2})
    ordered = faults.assign(order=order).sort_values(["order", "file", "sheet"], kind="stable")
    due = {code: ordered[ordered["place_code"] == code] for code in township_names}
    names = _Names()
    lists = {"": names.free(EVERYTHING)}
    lists |= {code: names.free(township_names[code]) for code, own in due.items() if len(own)}
    copies = {
        (sheet.file, sheet.name): names.free(f"附{number} {sheet.name} {_stem(sheet.file)}")
        for number, sheet in enumerate(faulty.sheets, start=1)
    }
    writer = _Lists(book, copies)
    until = f"(数据截至{date_text(as_of)})"
    writer.add(lists[""], ordered, f"{county} 数据检查问题清单{until}", _left_out(faulty))
    for code, own in due.items():
        if len(own):
            writer.add(lists[code], own, f"{township_names[code]} 需要核对改正的数据{until}")
    copier = SheetCopier(book)
    by_sheet = {where: own.to_dict("records") for where, own in ordered.groupby(["file", "sheet"])}
    for sheet in faulty.sheets:
        where = (sheet.file, sheet.name)
        copier.add(copies[where], sheet, _texts(by_sheet.get(where, [])))
    book.close()
    return target.getvalue()


def _left_out(faulty: FaultySheets) -> str:
    if not faulty.left_out:
        return ""
    return f"另有{faulty.left_out}张有问题的工作表没有附在后面,请按文件、工作表、单元格在原表中改正。"


def _texts(faults: list[dict[Any, Any]]) -> list[dict[str, str]]:
    """The faults with blanks instead of missing texts."""
    return [{str(key): "" if said != said else str(said) for key, said in fault.items()} for fault in faults]


class _Lists:
    """Writes lists of faults, each row with a link to its cell in the copy of the sheet."""

    def __init__(self, book: xlsxwriter.Workbook, copies: dict[Where, str]) -> None:
        self.book, self.copies = book, copies
        wrapped = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CED3"}
        self.text = book.add_format(wrapped)
        self.link = book.add_format({**wrapped, "font_color": "#0B5CAD", "underline": 1})
        self.head = book.add_format({"bold": True, "bg_color": "#E8EEF2", "border": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})

    def add(self, name: str, faults: pd.DataFrame, title: str, note: str = "") -> None:
        """One worksheet: title, what is due, the list; set up to be printed."""
        page = self.book.add_worksheet(name)
        page.write_string(0, 0, f"{title},共{len(faults)}条", self.title)
        page.write_string(1, 0, _due(faults, bool(self.copies)) + note)
        for column, (label, width) in enumerate(COLUMNS.values()):
            page.set_column(column, column, width)
            page.write_string(2, column, label, self.head)
        shown = _texts(faults.head(_MOST_ROWS).to_dict("records"))
        for row, fault in enumerate(shown, start=3):
            self._row(page, row, fault)
        page.freeze_panes(3, 0)
        if shown:
            page.autofilter(2, 0, 2 + len(shown), len(COLUMNS) - 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(2)
        page.set_footer("&C第 &P 页,共 &N 页")

    def _row(self, page: Any, row: int, fault: dict[str, str]) -> None:
        copy = self.copies.get((fault["file"], fault["sheet"]))
        for column, key in enumerate(COLUMNS):
            said = SEVERITY_NAMES[fault[key]] if key == "severity" else fault[key][:_LONGEST]
            if key == "cell" and copy and said:
                target = f"internal:'{copy}'!{first_cell(said)}"
                page.write_url(row, column, target, self.link, said[:200], "看附表中的这一格")
            else:
                page.write_string(row, column, said, self.text)


def _due(faults: pd.DataFrame, has_copies: bool) -> str:
    counts = faults["severity"].value_counts()
    errors, warnings = (int(counts.get(severity, 0)) for severity in ("error", "warning"))
    said = []
    if errors:
        said.append(f"错误{errors}条,没有采用,请改正后重报")
    if warnings:
        said.append(f"疑问{warnings}条,已采用,请核对,确有差错的改正后重报")
    if not said:
        return "没有需要改正的。" if faults.empty else "都是说明,不需要改正。"
    link = "点“单元格”可看附表中标出的位置。" if has_copies else ""
    more = f"只列出前{_MOST_ROWS}条。" if len(faults) > _MOST_ROWS else ""
    return f"{';'.join(said)}。{link}{more}"


class _Names:
    """Names of worksheets: at most 31 units long, none twice, without what Excel forbids."""

    def __init__(self) -> None:
        self.taken: set[str] = {"history"}  # Excel keeps this one for itself

    def free(self, wanted: str) -> str:
        """The name nearest to the one wanted."""
        visible = "".join(letter if letter.isprintable() else " " for letter in wanted)
        base = " ".join(visible.translate(_FORBIDDEN_IN_SHEET_NAMES).split()) or "表"
        for number in range(1, 10_000):
            ending = "" if number == 1 else f"({number})"
            name = _cut(base, 31 - len(ending)).rstrip() + ending
            if name.casefold() not in self.taken:
                self.taken.add(name.casefold())
                return name
        raise AssertionError("ten thousand sheets of one name")


def _cut(text: str, units: int) -> str:
    """As much of the text as Excel counts for `units`: a rare character counts for two."""
    while len(text.encode("utf-16-le")) > 2 * units:
        text = text[:-1]
    return text


def _stem(file: str) -> str:
    return file.rpartition("/")[2].rpartition(".")[0] or file
