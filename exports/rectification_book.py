"""整改清单 as a workbook: to print, to fill in, and to hand back.

In: laddered problems with names, lists by the name of their sheet. Out: an .xlsx file with a sheet per list, a 汇总
when there are several, and the sheet 导出时, by which data_loaders/returned_list.py knows what was filled in. Refuses to
let a ledger's text become a formula: every text is written as text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from data_loaders.contract import STATUSES
from data_loaders.returned_list import BASE, BASELINE, FIXED, HEADS, MARKS, SUMMARY, baseline_check
from data_loaders.values import squeezed
from metrics.rectification import problem_counts
from wording import date_text, is_missing, percent_text

_LONGEST = 32_000  # characters that a cell of a workbook can hold
_COMPUTED = {"number": "序号", "warning_words": "预警", "days_left": "剩余天数"}
_LIST = {
    "number": "序号",
    **{name: head for name, head in HEADS.items() if name != "note"},
    "warning_words": "预警",
    "days_left": "剩余天数",
    "note": HEADS["note"],
}
_GREY = frozenset({*_COMPUTED, *FIXED, "problem_id"})
_WIDTHS = {  # 30 columns on one sheet of A4: every character counts
    "number": 4, "problem_id": 9.5, "source": 7.5, "batch": 9, "opinion": 5.5, "township": 7, "village": 7,
    "category": 7.5, "text": 27, "measures": 25, "kind": 7, "lead_unit": 8.5, "supporting_units": 8.5,
    "responsible_post": 8.5, "county_leader": 8.5, "status": 6.5, "warning_words": 7, "days_left": 5, "note": 9,
}  # fmt: skip
_DAY_WIDTH = 9.2
_HIDDEN_WHEN_EMPTY = frozenset({"batch", "opinion", "village", "first_due_on"})
_RED, _AMBER, _BLUE = ("#FFC7CE", "#9C0006"), ("#FFEB9C", "#7F6000"), ("#DDEBF7", "#1F4E78")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # programs differ in how they write these
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SUMMARY_HEADS = {
    "name": "乡镇", "found": "发现", "closed": "已销号", "awaiting": "待验收", "open": "整改中", "overdue": "逾期",
    "nearly_due": "{days}天内到期", "reopened": "反弹", "returned": "退回", "closure_rate": "销号率",
}  # fmt: skip


@dataclass(frozen=True)
class ListInfo:
    """What every sheet says of where its figures come from."""

    county: str
    as_of: date
    version: str
    prepared_at: str
    is_demo: bool = False
    scope: str = ""  # what all lists are limited to: a township, a source
    is_part: bool = False  # chosen by how far they are: a closure rate among them would say nothing
    nearly_due_days: int = 7  # what 7天内到期 counts; 临期 in a row is what the ladder calls blue


def rectification_book(info: ListInfo, lists: Mapping[str, pd.DataFrame], what: str = "乡镇") -> bytes:
    """The .xlsx file: a sheet per list, in the order given, each problem worst first as it comes.

    A list has the columns of `metrics.rectification.ladder`, and township, village, returned_on, reopened_on. With
    more than one there is a 汇总 before them; `what` says what the lists are by (乡镇, 牵头单位).
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime.combine(info.as_of, time.min)})
        looks = _Looks(book)
        names = sheet_names(list(lists))
        if len(lists) > 1:
            _summary(book.add_worksheet(SUMMARY), info, lists, what, looks)
        for name, found in lists.items():
            _list(book.add_worksheet(names[name]), info, name, found, looks)
        every = pd.concat(lists.values(), ignore_index=True) if len(lists) > 1 else next(iter(lists.values()))
        _baseline(book.add_worksheet(BASELINE), info, every, looks)
    return target.getvalue()


def sheet_names(wanted: list[str]) -> dict[str, str]:
    """A name that Excel takes for each; different ones stay different."""
    taken = {SUMMARY, BASELINE, "history", ""}
    names = {}
    for each in wanted:
        base = _NOT_IN_SHEET_NAMES.sub("_", each).strip("' ")[:28] or "清单"
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base[:26]}_{number}"
        taken.add(name.lower())
        names[each] = name
    return names


def counts_text(found: pd.DataFrame, *, days: int = 7, is_part: bool = False) -> str:
    """发现12个 = 整改中5个 + 待验收2个 + 已销号5个;销号率41.7%(5/12个);逾期3个…: as the page counts them.

    Of a part there is no rate: 清单中7个 = ….
    """
    count = problem_counts(found).iloc[0]
    number = {name: int(count[name]) for name in count.index if name != "closure_rate"}
    warned = "、".join(
        f"{word}{number[name]}个"
        for name, word in (("overdue", "逾期"), ("nearly_due", f"{days}天内到期"), ("reopened", "反弹"), ("returned", "退回"))
    )  # fmt: skip
    rate = f"销号率{percent_text(count['closure_rate'])}({number['closed']}/{number['found']}个);"
    return (
        f"{'清单中' if is_part else '发现'}{number['found']}个 = 整改中{number['open']}个(含待认领)"
        f" + 待验收{number['awaiting']}个 + 已销号{number['closed']}个;{'' if is_part else rate}{warned}"
    )


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        def look(**more: Any) -> Format:
            return book.add_format({"font_name": "宋体", "font_size": 10, **more})

        boxed = {"border": 1, "border_color": "#8C98A4", "valign": "vcenter", "text_wrap": True}
        grey = {**boxed, "bg_color": "#EEF1F4"}
        middle, day = {"align": "center"}, {"align": "center", "num_format": "yyyy-mm-dd", "font_size": 9}
        self.title = look(bold=True, font_size=18, font_name="黑体")
        self.line = look(font_size=11)
        self.head = look(bold=True, **middle, **{**boxed, "bg_color": "#D9E1E8"})
        self.text, self.fixed = look(**boxed), look(**grey)
        self.middle, self.fixed_middle = look(**boxed, **middle), look(**grey, **middle)
        self.day, self.fixed_day = look(**boxed, **day), look(**grey, **day)
        self.share = look(**boxed, **middle, num_format='0.0"%"')
        self.total = look(bold=True, **grey, **middle)
        self.total_share = look(bold=True, **grey, **middle, num_format='0.0"%"')
        self.warn = [
            book.add_format({"bg_color": back, "font_color": ink}) for back, ink in (_RED, _AMBER, _BLUE)
        ]
        self.aside = look(font_color="#6B7680", bg_color="#EEF1F4")


def _heading(page: Worksheet, info: ListInfo, title: str, lines: list[str], looks: _Looks) -> int:
    """Title and lines; returns the row of the table's header."""
    demo = "(演示数据)" if info.is_demo else ""
    page.write_string(0, 0, title + demo, looks.title)
    page.set_row(0, 30)
    for row, line in enumerate(lines, 1):
        page.write_string(row, 0, line, looks.line)
    return len(lines) + 1


def _origin(info: ListInfo) -> str:
    scope = f"范围:{info.scope}。" if info.scope else ""
    return f"数据截至{date_text(info.as_of)},数据版本 {info.version}。{scope}"


def _for_print(page: Worksheet, info: ListInfo, top: int, last: int, columns: int) -> None:
    """A4 landscape, as wide as the paper, the header on every page, 第x页 共y页 at the foot."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.print_area(0, 0, last, columns - 1)
    page.set_margins(left=0.25, right=0.25, top=0.5, bottom=0.55)
    page.set_footer(f"&L{_literal(info.county)} 数据截至{date_text(info.as_of)}&R第&P页 共&N页")
    page.center_horizontally()


def _literal(text: str) -> str:
    """Text in a footer, where & begins a command."""
    return text.replace("&", "&&")[:60]


def _list(page: Worksheet, info: ListInfo, name: str, found: pd.DataFrame, looks: _Looks) -> None:
    lines = [
        f"{_origin(info)}{counts_text(found, days=info.nearly_due_days, is_part=info.is_part)}",
        "白色格子由整改单位填写或更正,灰色格子改了不采用;状态按日期计算,只改状态、不填日期不算。"
        f"填好后连同“{BASELINE}”工作表一起交回。",
    ]
    top = _heading(
        page, info, f"{info.county}问题整改清单" + (f"({name})" if name != info.county else ""), lines, looks
    )
    last = top + len(found)
    for column, (field, head) in enumerate(_LIST.items()):
        page.write_string(top, column, head, looks.head)
        empty = field in _HIDDEN_WHEN_EMPTY and not found[field].notna().any()
        page.set_column(column, column, _WIDTHS.get(field, _DAY_WIDTH), None, {"hidden": empty})
    page.set_row(top, 30)
    for row, problem in enumerate(_rows(found), top + 1):
        for column, field in enumerate(_LIST):
            _write(page, row, column, problem[field], _look(field, looks))
        page.set_row(row, _height(problem))
    page.freeze_panes(top + 1, 2)
    page.autofilter(top, 0, last, len(_LIST) - 1)
    if len(found):
        _colours(page, top + 1, last, looks)
        _validated(page, top + 1, last)
    _for_print(page, info, top, last, len(_LIST))


def _rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    records = found.assign(number=range(1, len(found) + 1), warning_words=found["reason"], note=None).to_dict(
        "records"
    )
    return [{str(name): value for name, value in record.items()} for record in records]


def _look(field: str, looks: _Looks) -> Format:
    is_grey = field in _GREY
    if field.endswith("_on"):
        return looks.fixed_day if is_grey else looks.day
    if field in ("text", "measures", "note"):
        return looks.fixed if is_grey else looks.text
    return looks.fixed_middle if is_grey else looks.middle


def _write(page: Worksheet, row: int, column: int, cell: Any, look: Format) -> None:
    if is_missing(cell):
        page.write_blank(row, column, None, look)
    elif isinstance(cell, (date, pd.Timestamp)):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), look)
    elif isinstance(cell, str):
        page.write_string(row, column, _clean(cell), look)
    else:
        page.write_number(row, column, float(cell), look)


def _height(problem: Mapping[str, Any]) -> float:
    """Room for the longest wrapped text: Excel does not fit rows of a file that it has not made itself."""
    lines = [
        -(-(2 * len(str(problem[field])) + 1) // width)  # a Chinese character is as wide as two
        for field in _LIST
        if isinstance(problem[field], str) and (width := int(_WIDTHS.get(field, _DAY_WIDTH)))
    ]
    return float(min(400, 14 * max([1, *lines]) + 4))


def _column(field: str) -> int:
    return list(_LIST).index(field)


def _colours(page: Worksheet, first: int, last: int, looks: _Looks) -> None:
    """Red, amber and blue by what the cell 预警 says now, so that they follow whoever corrects it."""
    warning = _column("warning_words")
    cell = f"${xl_col_to_name(warning)}{first + 1}"
    rules = (
        f'={cell}="逾期"',
        f'=AND({cell}<>"",{cell}<>"逾期",{cell}<>"临期")',
        f'={cell}="临期"',
    )
    for rule, look in zip(rules, looks.warn, strict=True):
        page.conditional_format(
            first, warning, last, warning + 1, {"type": "formula", "criteria": rule, "format": look}
        )


def _validated(page: Worksheet, first: int, last: int) -> None:
    for field in _LIST:
        column = _column(field)
        if field == "status":
            page.data_validation(
                first, column, last, column,
                {"validate": "list", "source": list(STATUSES), "error_title": "请从列表里选",
                 "error_message": f"状态只有:{'、'.join(STATUSES)}。"},
            )  # fmt: skip
        elif field.endswith("_on"):
            page.data_validation(
                first, column, last, column,
                {"validate": "date", "criteria": ">=", "value": datetime(2000, 1, 1), "input_title": _LIST[field],
                 "input_message": "填日期,例如 2026-11-15。", "error_title": "请填日期",
                 "error_message": "请按 2026-11-15 的样子填日期。"},
            )  # fmt: skip


def _summary(
    page: Worksheet, info: ListInfo, lists: Mapping[str, pd.DataFrame], what: str, looks: _Looks
) -> None:
    """The counts of every list, and of all of them."""
    every = pd.concat(lists.values(), ignore_index=True)
    lines = [f"{_origin(info)}{counts_text(every, days=info.nearly_due_days)}"]
    top = _heading(page, info, f"{info.county}问题整改清单汇总", lines, looks)
    for column, head in enumerate({**_SUMMARY_HEADS, "name": what}.values()):
        page.write_string(top, column, head.format(days=info.nearly_due_days), looks.head)
    page.set_column(0, 0, 22)
    page.set_column(1, len(_SUMMARY_HEADS) - 1, 9)
    for row, (name, found) in enumerate([*lists.items(), ("合计", every)], top + 1):
        is_total = row > top + len(lists)
        count = problem_counts(found).iloc[0]
        page.write_string(row, 0, name, looks.total if is_total else looks.text)
        for column, field in enumerate(list(_SUMMARY_HEADS)[1:], 1):
            own = (looks.total_share, looks.share) if field == "closure_rate" else (looks.total, looks.middle)
            _write(page, row, column, count[field], own[0] if is_total else own[1])
    page.freeze_panes(top + 1, 1)
    _for_print(page, info, top, top + len(lists) + 1, len(_SUMMARY_HEADS))


def _baseline(page: Worksheet, info: ListInfo, found: pd.DataFrame, looks: _Looks) -> None:
    """What each problem said at the time of the export: the other side of every comparison."""
    page.write_string(0, 0, "导出时的内容,交回后系统据此看出哪些是新填的。请勿修改、请勿删除。", looks.title)
    marks = [squeezed(info.county), info.version, info.as_of.isoformat(), info.prepared_at]
    rows = [[_said(value) for value in row] for row in found[list(BASE)].itertuples(index=False)]
    for column, (mark, value) in enumerate(zip(MARKS, [*marks, baseline_check(marks, rows)], strict=True)):
        page.write_string(1, 2 * column, mark, looks.aside)
        page.write_string(1, 2 * column + 1, value, looks.aside)
    for column, name in enumerate(BASE):
        page.write_string(3, column, HEADS[name], looks.aside)
    for row, texts in enumerate(rows, 4):
        for column, text in enumerate(texts):
            if text:
                page.write_string(row, column, text, looks.aside)
    page.set_column(0, len(BASE) - 1, 12)
    page.set_tab_color("#9AA5B1")
    page.freeze_panes(4, 1)
    page.protect()


def _said(value: Any) -> str:
    """A value of the sheet 导出时: texts only, so that no program shows a date in its own way."""
    if is_missing(value):
        return ""
    if isinstance(value, (date, pd.Timestamp)):
        return f"{value:%Y-%m-%d}"
    return _clean(str(value))


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text)[:_LONGEST]
