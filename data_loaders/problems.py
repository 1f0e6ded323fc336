"""Ledgers of inspection problems → the `problems` and `problem_events` tables.

A problem's status follows from its dates up to the as-of day: 待认领 → 整改中 (claimed) → 待验收 (reported done) →
已销号 (struck off); a later 反弹 date makes it 整改中 again. A status column that says otherwise is a fault.
Dates out of order reject the row: nobody can say when such a problem was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from data_loaders.completion import check_completion
from data_loaders.contract import AWAITING, CLOSED, RECTIFYING, UNCLAIMED
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from faults import FaultLog
from settings import Settings, Source

ORDER = ("found_on", "claimed_on", "done_on", "accepted_on", "closed_on", "reopened_on")
REACHES = {
    "found_on": UNCLAIMED,
    "claimed_on": RECTIFYING,
    "done_on": AWAITING,
    "accepted_on": AWAITING,
    "closed_on": CLOSED,
    "reopened_on": RECTIFYING,
}
NOTES = {
    "found_on": "发现",
    "claimed_on": "认领",
    "done_on": "报告整改完成",
    "accepted_on": "验收通过",
    "closed_on": "销号",
    "reopened_on": "反弹",
}


@dataclass(frozen=True)
class ProblemRows:
    """What one ledger gives."""

    problems: list[dict[str, Any]]
    events: list[dict[str, Any]]
    tally: Tally


def read_problems(
    ledger: Ledger, source: Source, register: Register, settings: Settings, as_of: date, log: FaultLog
) -> ProblemRows:
    """The ledger's problems as they stand on `as_of`, with every change of status up to that day."""
    events: list[dict[str, Any]] = []

    def record(entry: Entry) -> dict[str, Any]:
        problem_id = entry.text("problem_id")
        if problem_id is None:
            entry.reject("problem_id", "missing_value", "没有编号", "每个问题一个编号")
        days = {name: entry.day(name) for name in ORDER}
        _check_dates(entry, days, as_of)
        changes = status_changes(days, as_of)
        status = changes[-1][2] if changes else UNCLAIMED
        _check_status(entry, status)
        check_completion(entry, days["done_on"], settings.problems)
        where = entry.source(source)
        if not entry.is_rejected:
            events.extend(
                {
                    "problem_id": problem_id,
                    "on": on,
                    "from_status": old,
                    "to_status": new,
                    "note": NOTES[name],
                    **where,
                }
                for on, old, new, name in changes
            )
        is_reopened = days["reopened_on"] is not None and days["reopened_on"] <= as_of
        current = {name: None if is_reopened and name != "claimed_on" else days[name] for name in ORDER[1:5]}
        return {
            "problem_id": problem_id,
            "source": entry.text("source") or source.constants.get("source"),
            "batch": entry.text("batch") or source.constants.get("batch"),
            "found_on": days["found_on"],
            "category": entry.text("category"),
            "text": entry.text("text"),
            "measures": entry.text("measures"),
            "place_code": entry.place_code,
            "lead_unit": entry.text("lead_unit"),
            "responsible_post": entry.text("responsible_post"),
            "due_on": None if entry.text("due_on") in settings.problems.open_ended else entry.day("due_on"),
            **{name: day if day is None or day <= as_of else None for name, day in current.items()},
            "status": status,
            "reopened_count": int(is_reopened),
            **where,
        }

    records, kept, rejected = read_entries(
        entries(ledger, register, settings.reading, log, needs_place=False), record
    )
    return ProblemRows(records, events, Tally(kept, rejected))


def status_changes(days: dict[str, date | None], as_of: date) -> list[tuple[date, str | None, str, str]]:
    """(day, status before, status after, date field) for every dated step up to `as_of`, in order of life."""
    steps = [(days[name], name) for name in ORDER if days.get(name) is not None]
    changes: list[tuple[date, str | None, str, str]] = []
    status: str | None = None
    for on, name in steps:
        if on is None or on > as_of:
            continue
        changes.append((on, status, REACHES[name], name))
        status = REACHES[name]
    return changes


def _check_dates(entry: Entry, days: dict[str, date | None], as_of: date) -> None:
    fields = entry.ledger.table.fields
    known = [(name, day) for name in ORDER if (day := days[name]) is not None]
    for (before, earlier), (name, later) in pairwise(known):
        if later < earlier:
            entry.reject(
                name,
                "dates_out_of_order",
                f"{later} 早于{fields[before].split('/')[-1]} {earlier}",
                f"不早于 {earlier}",
                "请核对这两个日期。",
            )
    for name, day in known:
        if day > as_of:
            entry.flag(
                "warning", name, "future_date", f"{day} 晚于数据截至日 {as_of},暂不计入", f"不晚于 {as_of}"
            )


def _check_status(entry: Entry, status: str) -> None:
    stated = entry.text("status")
    if stated is not None and stated != status:
        entry.flag(
            "warning",
            "status",
            "status_differs",
            f"写的是“{stated}”,按日期应是“{status}”,看板按日期计算",
            status,
            "请补齐日期,或改正状态。",
        )
