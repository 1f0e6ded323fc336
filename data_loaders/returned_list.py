"""整改清单 that come back from townships and units: their layout, and what each row said when it went out and says now.

In: the sheets of a workbook that exports/rectification_book.py wrote and somebody filled in. Out: its layout, and for
every problem the values at the time of the export (`base`) and now (`row`). Refuses a workbook whose sheet 导出时 is
gone or was touched: without it nobody can tell what was filled in from what has only grown old.

The layout is the program's own and no config describes it: who exports and who reads must agree to the letter.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from data_loaders.headers import header_row
from data_loaders.problems import NAMES
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries
from data_loaders.values import cell_text, squeezed
from data_loaders.workbook import Sheet
from faults import Fault, FaultLog
from settings import Header, Settings, Source, Table

BASELINE, SUMMARY = "导出时", "汇总"

_APART = ("place_code", "source", "batch", "opinion", "stated_status")
HEADS = {
    "problem_id": "问题编号",
    **{name: NAMES[name] for name in ("source", "batch", "opinion")},
    "township": "乡镇",
    "village": "行政村",
    **{name: head for name, head in NAMES.items() if name not in _APART},
    "status": NAMES["stated_status"],
    "note": "备注",
}
"""The columns that are read back, in the order of the list."""

TEXTS = (
    "measures", "kind", "lead_unit", "supporting_units", "responsible_post", "county_leader",
)  # fmt: skip
"""Texts that whoever rectifies may write."""

DAYS = (
    "planned_on", "due_on", "claimed_on", "done_on", "returned_on", "accepted_on", "closed_on", "reopened_on",
    "looked_back_on",
)  # fmt: skip
"""Dates that may be written."""

FIXED = (
    "source", "batch", "opinion", "township", "village", "category", "text", "found_on", "first_due_on",
)  # fmt: skip
"""What the inspection said: it is put right in the ledger, not by the one who was inspected."""

BASE = tuple(name for name in HEADS if name != "note")
"""What the sheet 导出时 keeps of every problem."""

COUNTY, VERSION, AS_OF, MADE, CHECK = MARKS = ("县", "数据版本", "数据截至", "生成时间", "校验")
"""What stands in the second row of that sheet, each followed by its value."""

_DATES = frozenset({*DAYS, "found_on", "first_due_on"})
_HEADER = Header(starts=HEADS["problem_id"])


def baseline_check(marks: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A digest of the sheet 导出时 in letters only: digits might be taken for somebody's number."""
    digest = hashlib.sha256()
    for row in [marks, *rows]:
        digest.update(b"\n")
        for cell in row:
            # What a spreadsheet may change in a text when it saves: white space and what nobody can see.
            digest.update("".join(each for each in cell if each.isprintable() and each != " ").encode())
            digest.update(b"\t")
    return "".join(chr(ord("a") + int(each, 16)) for each in digest.hexdigest()[:32])


def returned_layouts(sheets: list[Sheet], file: str, county: str, log: FaultLog) -> tuple[Table, ...]:
    """The layouts of a returned workbook: its sheet 导出时 first, then every list; none, with a fault, if refused."""
    base = next((sheet for sheet in sheets if sheet.name == BASELINE), None)
    lists = [sheet for sheet in sheets if sheet.name != BASELINE and header_row(sheet, _HEADER) is not None]
    if base is None or not lists:
        missing = f"没有“{BASELINE}”工作表" if base is None else "没有清单(找不到“问题编号”一列)"
        log.add(_whole_file_refused(file, "baseline_missing", missing, "" if base is None else BASELINE))
        return ()
    if not _is_untouched(base):
        log.add(_whole_file_refused(file, "baseline_changed", f"“{BASELINE}”工作表的内容被改动过", BASELINE))
        return ()
    if (whose := _marks(base).get(COUNTY, "")) != squeezed(county):
        log.add(_whole_file_refused(file, "foreign_list", f"这是{whose}的清单", BASELINE))
        return ()
    return tuple(_layout(sheet) for sheet in [base, *lists])


def _layout(sheet: Sheet) -> Table:
    optional = tuple(name for name in HEADS if name != "problem_id")
    return Table(sheet=glob.escape(sheet.name), header=_HEADER, fields=HEADS, optional_fields=optional)


def _whole_file_refused(file: str, kind: str, what: str, sheet: str) -> Fault:
    return Fault(
        "error",
        kind,
        f"{what},认不出哪些是新填的,整个文件没有采用",
        f"请在问题整改页重新下载整改清单,把填好的内容抄过去再报;“{BASELINE}”工作表不要删、不要改。",
        file=file,
        sheet=sheet,
        expected="从看板下载、只填了白色格子的整改清单",
    )


def _is_untouched(sheet: Sheet) -> bool:
    top = header_row(sheet, _HEADER)
    if top is None:
        return False
    marks = _marks(sheet)
    width = len(BASE)
    rows = [[sheet.text(row, column) for column in range(width)] for row in range(top + 1, len(sheet.cells))]
    while rows and not any(rows[-1]):
        rows.pop()
    heads = [sheet.text(top, column) for column in range(width)]
    stated = [HEADS[name] for name in BASE]
    told = [marks.get(name, "") for name in MARKS[:-1]]
    return heads == stated and marks.get(CHECK) == baseline_check(told, rows)


def _marks(sheet: Sheet) -> dict[str, str]:
    """The marks above the table, by name."""
    found = {}
    for row in range(min(4, len(sheet.cells))):
        for column in range(sheet.width - 1):
            if (name := sheet.text(row, column)) in MARKS:
                found[name] = sheet.text(row, column + 1)
    return found


def read_returned_list(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """What one sheet of a returned workbook says, a record per problem.

    part (base | row), problem_id, values (field → text; dates as YYYY-MM-DD; None for a blank cell; without what is
    not in the sheet or could not be read), cells (field → C17), township_code, marks (of the base), source columns.
    """
    if ledger.sheet.name == BASELINE:
        marks = _marks(ledger.sheet)
        return [_base(ledger, row.index, marks, source) for row in ledger.places()], Tally()
    records, rejected = [], 0
    for entry in entries(ledger, register, settings.reading, log, needs_place=False):
        found = _row(entry, source, register)
        if found is None:
            rejected += 1
        else:
            records.append(found)
    return records, Tally(len(records), rejected)


def _base(ledger: Ledger, row: int, marks: Mapping[str, str], source: Source) -> dict[str, Any]:
    values = {name: ledger.sheet.text(row, column) or None for column, name in enumerate(BASE)}
    return {
        "part": "base",
        "problem_id": values["problem_id"],
        "values": values,
        "marks": dict(marks),
        "source_file": ledger.sheet.file,
        "source_id": source.id,
    }


def _row(entry: Entry, source: Source, register: Register) -> dict[str, Any] | None:
    """The row's record; None when it does not say which problem it is about."""
    ledger = entry.ledger
    present = [name for name in HEADS if HEADS[name] in ledger.columns]
    place = [cell_text(entry.raw(name)) for name in ("township", "village")]
    entry.township_code = register.find("", *place).township_code if place[0] else None
    number = entry.text("problem_id")
    if number is None:
        if any(entry.text(name) is not None for name in present if name not in FIXED):
            entry.reject("problem_id", "missing_value", "没有编号,不知道是哪个问题", "清单里的问题编号")
            return None
        return None
    values: dict[str, str | None] = {}
    for name in present:
        entry.is_rejected = False
        value = _iso(entry.day(name)) if name in _DATES else entry.text(name)
        if not entry.is_rejected:
            values[name] = value
    return {
        "part": "row",
        "problem_id": number,
        "values": values,
        "cells": {name: ledger.where(entry.row, HEADS[name]) for name in present},
        "township_code": entry.township_code,
        **entry.source(source),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
