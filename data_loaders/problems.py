"""Ledgers of inspection problems → their rows as written, an item each; problem_lives.py makes problems of them.

In: a ledger of kind `problems`. Out: a dict per item with its texts, days, place and the cells they came from. One
opinion may concern many places: a row that names several becomes an item for each, P26-001-1, P26-001-2 … A row whose
cells cannot be read, or whose place is unknown, is rejected. What the days mean is not judged here, since the ledger
of changes is another file: what one file gives depends on that file alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from data_loaders.completion import check_completion
from data_loaders.evidence import full_name
from data_loaders.placing import named_places, place_of
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries
from data_loaders.values import squeezed
from data_loaders.workdays import days_after
from faults import FaultLog
from settings import Problems, Settings, Source

TEXTS = (
    "source", "batch", "opinion", "category", "text", "measures", "kind", "lead_unit", "supporting_units",
    "responsible_post", "county_leader",
)  # fmt: skip
DAYS = (
    "found_on", "planned_on", "first_due_on", "due_on", "claimed_on", "done_on", "returned_on", "accepted_on",
    "closed_on", "reopened_on", "looked_back_on",
)  # fmt: skip
NAMES = {
    "place_code": "地点",
    "source": "问题来源",
    "batch": "批次",
    "opinion": "意见编号",
    "category": "问题类别",
    "text": "问题描述",
    "measures": "整改措施",
    "kind": "整改类型",
    "lead_unit": "牵头单位",
    "supporting_units": "配合单位",
    "responsible_post": "责任人职务",
    "county_leader": "县级责任领导",
    "found_on": "发现日期",
    "planned_on": "计划完成日期",
    "first_due_on": "原整改时限",
    "due_on": "整改时限",
    "claimed_on": "认领日期",
    "done_on": "整改完成日期",
    "returned_on": "退回日期",
    "accepted_on": "验收日期",
    "closed_on": "销号日期",
    "reopened_on": "反弹日期",
    "looked_back_on": "回头看日期",
    "stated_status": "状态",
}
"""What the fields of a row are called in messages."""

AT_ONCE, BY_DEADLINE, FOR_GOOD = "立行立改", "限期整改", "长期坚持"
_UNIT_SEPARATORS = re.compile(r"[、,;\n\r\uff0c\uff1b]")


def read_problems(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The ledger's rows, an item each.

    problem_id, ledger_id (as written: the same for all items of a row), TEXTS, DAYS, place_code, place (its name),
    stated_status, cells (field → C17, for every field that the ledger has), source columns.
    """
    rows: list[dict[str, Any]] = []
    kept = rejected = 0
    for entry in entries(ledger, register, settings.reading, log, needs_place=False, is_placed=False):
        items = list(_items(entry, source, register, settings))
        rows.extend(items)
        kept, rejected = kept + bool(items), rejected + (not items)
    return rows, Tally(kept, rejected)


def with_days(rows: Iterable[Mapping[str, Any]], names: tuple[str, ...] = DAYS) -> list[dict[str, Any]]:
    """The rows with dates where the memory of earlier runs (file_cache.py) has written them as text."""
    return [
        {**row, **{name: _day(row[name]) for name in names if isinstance(row.get(name), str)}} for row in rows
    ]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _items(entry: Entry, source: Source, register: Register, settings: Settings) -> Iterator[dict[str, Any]]:
    """The items of one row, in the order in which its places are written; none when it is rejected."""
    parts = named_places(entry.row, register, entry.reading.fillers)
    is_one = len(parts) == 1
    if is_one:
        entry.row = parts[0]
        if entry.row.code or entry.row.township or entry.row.village:
            _place(entry, register)
    row = _row(entry, source, settings)
    if not parts:
        _refuse_many_by_many(entry)
    if entry.is_rejected:
        return
    if is_one:
        yield {**row, "place_code": entry.place_code, "place": _place_name(entry.place_code, register)}
        return
    for number, part in enumerate(parts, start=1):
        problem_id = f"{row['ledger_id']}-{number}"
        placed = place_of(entry.ledger, part, register, entry.log, what=f"“{problem_id}”")
        if placed is not None:
            yield {
                **row,
                "problem_id": problem_id,
                "opinion": row["opinion"] or row["ledger_id"],
                "place_code": placed[0],
                "place": _place_name(placed[0], register),
            }


def _place(entry: Entry, register: Register) -> None:
    placed = place_of(entry.ledger, entry.row, register, entry.log)
    if placed is None:
        entry.is_rejected = True
    else:
        entry.place_code, entry.township_code = placed


def _place_name(place_code: str | None, register: Register) -> str | None:
    return None if place_code is None else full_name(place_code, register)


def _refuse_many_by_many(entry: Entry) -> None:
    places = entry.ledger.table.places
    entry.is_rejected = True
    entry.log.add(
        entry.ledger.sheet.fault(
            "error",
            "unclear_places",
            "写了好几个乡镇又写了好几个村,看不出哪个村属于哪个乡镇,这一行没有采用",
            remedy="请按乡镇分行填写,每行一个乡镇。",
            cell=entry.ledger.where(entry.row, places.village),
            found=f"{entry.row.township} {entry.row.village}",
            expected="一个乡镇的几个村,或者几个乡镇",
        )
    )


def _row(entry: Entry, source: Source, settings: Settings) -> dict[str, Any]:
    rules = settings.problems
    number = entry.text("problem_id")
    if number is None:
        entry.reject("problem_id", "missing_value", "没有编号", "每个问题一个编号")
    texts = {name: entry.text(name) or source.constants.get(name) for name in TEXTS}
    # A problem does not vanish because somebody wrote “8月底”.
    days = {name: entry.day(name, is_vital=False) for name in DAYS if name not in ("first_due_on", "due_on")}
    stated = entry.text("status")
    row = {
        **texts,
        **_units(entry, texts),
        **days,
        **_deadline(entry, texts["kind"], days["found_on"], rules),
        "problem_id": number,
        "ledger_id": number,
        "stated_status": None if stated is None else _status(stated, rules),
        "cells": _cells(entry),
        **entry.source(source),
    }
    check_completion(entry, row, rules)
    return row


def _status(stated: str, rules: Problems) -> str:
    words = {squeezed(word): status for word, status in rules.status_words.items()}
    return words.get(squeezed(stated), stated)


def _cells(entry: Entry) -> dict[str, str]:
    """The address of every field that the ledger has, blank or not."""
    ledger, table = entry.ledger, entry.ledger.table
    headers = {"stated_status" if name == "status" else name: header for name, header in table.fields.items()}
    place = next((h for h in (table.places.village, table.places.township, table.places.code) if h), None)
    if place is not None:
        headers["place_code"] = place
    return {
        name: ledger.where(entry.row, header)
        for name, header in headers.items()
        if header in ledger.columns and name in NAMES
    }


def _units(entry: Entry, texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """One unit leads; others in its cell support it."""
    leading, supporting = (_listed(texts[name]) for name in ("lead_unit", "supporting_units"))
    if len(leading) > 1:
        entry.flag(
            "info",
            "lead_unit",
            "several_lead_units",
            f"写了{len(leading)}个单位,“{leading[0]}”为牵头单位,其余作为配合单位",
            "一个牵头单位",
            "其余单位请写在配合单位一列。",
        )
    both = dict.fromkeys([*leading[1:], *supporting])
    both.pop(leading[0] if leading else "", None)
    return {"lead_unit": leading[0] if leading else None, "supporting_units": "、".join(both) or None}


def _listed(text: str | None) -> list[str]:
    """The units in one cell; what stands in brackets belongs to the name before it."""
    names, depth, name = [], 0, ""
    for letter in text or "":
        depth = max(0, depth + (letter in "(\uff08") - (letter in ")\uff09"))
        if depth == 0 and _UNIT_SEPARATORS.fullmatch(letter):
            names.append(name)
            name = ""
        else:
            name += letter
    return list(dict.fromkeys(each.strip() for each in [*names, name] if each.strip()))


FAR_YEARS = 20
"""A deadline that far from being found is none."""


def _deadline(
    entry: Entry, kind: str | None, found_on: date | None, rules: Problems
) -> dict[str, date | str | None]:
    """The deadlines, and the kind of rectification that follows from how they are written."""
    first, _ = _due(entry, "first_due_on", found_on, rules)
    due, kind_told = _due(entry, "due_on", found_on, rules)
    if first is not None and due is not None and due < first:
        entry.flag(
            "warning",
            "due_on",
            "contradiction",
            f"{due} 早于原整改时限 {first}",
            f"不早于 {first}",
            "请核对两个时限,有没有写反。",
        )
    has_column = (
        "kind" in entry.ledger.table.fields and entry.ledger.table.fields["kind"] in entry.ledger.columns
    )
    if kind_told is None and due is not None and not has_column:
        kind_told = BY_DEADLINE
    if kind_told in (AT_ONCE, FOR_GOOD) or kind is None:
        kind = kind_told
    return {"first_due_on": first, "due_on": due, "kind": kind}


def _near(entry: Entry, name: str, found_on: date | None) -> tuple[date | None, str | None]:
    """A deadline that is a day; 9999-12-31 and its like are how some write that there is none."""
    day = entry.day(name, is_vital=False)
    if day is None or day.year - (found_on or day).year <= FAR_YEARS:
        return day, None
    entry.flag(
        "warning",
        name,
        "far_deadline",
        f"{day} 离发现日期超过{FAR_YEARS}年,按没有时限算",
        f"发现后{FAR_YEARS}年以内",
        "没有时限的请写“长期坚持”,写错的请改正。",
    )
    return None, FOR_GOOD


def _due(entry: Entry, name: str, found_on: date | None, rules: Problems) -> tuple[date | None, str | None]:
    """One deadline and, where a word says so, the kind of rectification."""
    written = squeezed(entry.text(name) or "")
    if written in map(squeezed, rules.open_ended):
        return None, FOR_GOOD
    if written not in map(squeezed, rules.immediate):
        return _near(entry, name, found_on)
    if found_on is None:
        entry.flag(
            "warning",
            name,
            "missing_value",
            f"写的是“{written}”,但没有发现日期,算不出时限",
            "发现日期",
            "请补上发现日期。",
        )
        return None, AT_ONCE
    return days_after(found_on, rules.immediate_days, rules), AT_ONCE
