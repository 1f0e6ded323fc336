"""Faults → a workbook to send back: one sheet for all, one per township that must act.

Texts come from ledgers, so every cell is written as a string: none can become a formula.
"""

from __future__ import annotations

import io

import pandas as pd
import xlsxwriter

from faults import SEVERITY_NAMES

COLUMNS = {
    "severity": ("级别", 9),
    "file": ("文件", 34),
    "sheet": ("工作表", 14),
    "cell": ("单元格", 12),
    "message": ("问题", 60),
    "found": ("填的是", 18),
    "expected": ("应该是", 22),
    "remedy": ("怎么改", 40),
}
_FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def fault_workbook(
    faults: pd.DataFrame, township_names: dict[str, str], county: str, as_of_text: str
) -> bytes:
    """The .xlsx file's bytes; `township_names` maps the codes in `faults.place_code` to names."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    order = faults["severity"].map({"error": 0, "warning": 1, "info": 2})
    ordered = faults.assign(order=order).sort_values(["order", "file", "sheet"], kind="stable")
    _sheet(book, "全部问题", ordered, f"{county} 数据检查问题清单(数据截至{as_of_text})")
    for code, name in township_names.items():
        own = ordered[ordered["place_code"] == code]
        if not own.empty:
            _sheet(book, _sheet_name(book, name), own, f"{name} 需要核对的数据(数据截至{as_of_text})")
    book.close()
    return target.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, faults: pd.DataFrame, title: str) -> None:
    sheet = book.add_worksheet(name)
    text = book.add_format({"text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF2", "border": 1})
    sheet.write_string(0, 0, f"{title},共{len(faults)}条", book.add_format({"bold": True, "font_size": 14}))
    for column, (label, width) in enumerate(COLUMNS.values()):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, label, head)
    for row, fault in enumerate(faults.to_dict("records"), start=3):
        for column, key in enumerate(COLUMNS):
            said = fault[key]
            shown = "" if said != said or said is None else str(said)
            sheet.write_string(
                row, column, SEVERITY_NAMES.get(shown, shown) if key == "severity" else shown, text
            )
    sheet.freeze_panes(3, 0)
    if len(faults):
        sheet.autofilter(2, 0, 2 + len(faults), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)


def _sheet_name(book: xlsxwriter.Workbook, name: str) -> str:
    base = name.translate(_FORBIDDEN_IN_SHEET_NAMES).strip()[:28] or "乡镇"
    taken = {sheet.get_name() for sheet in book.worksheets()}
    return next(n for n in (base, *(f"{base}{i}" for i in range(2, 1000))) if n not in taken)
