"""Rows of problems and of their changes → the `problems` and `problem_events` tables: the life of every problem.

In: what problems.py and problem_changes.py read from all files. Out: both tables as of a day. A problem's steps are the
dates of its own row, which are those of the present round, and the rows of the ledger of changes; the same step on the
same day in both is one. A step that the configured transitions do not allow is a fault and does not count; the problem
stays, with the status that it had. Refuses only a row whose own dates contradict each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from data_loaders import problem_changes
from data_loaders.contract import (
    ACCEPTED,
    CLAIMED,
    CLOSED,
    DONE,
    FOUND,
    LOOKED_AT,
    LOOKED_BACK,
    REOPENED,
    RETURNED,
    SOURCE,
    STRUCK,
    UNCLAIMED,
    conform,
)
from data_loaders.duplicates import place_in_file
from data_loaders.problem_steps import SETS_DEADLINE, Refused, Step, Taken, last_round, walk
from data_loaders.problems import NAMES, TEXTS, with_days
from faults import Fault, FaultLog, Severity
from settings import Settings

Row = Mapping[str, Any]

DATED = {
    "found_on": FOUND,
    "claimed_on": CLAIMED,
    "done_on": DONE,
    "returned_on": RETURNED,
    "accepted_on": ACCEPTED,
    "closed_on": STRUCK,
    "looked_back_on": LOOKED_AT,
    "reopened_on": REOPENED,
}
"""Which step each date of a problem's row tells of."""

ORDER = ("found_on", "claimed_on", "done_on", "accepted_on", "closed_on", "looked_back_on", "reopened_on")
"""The dates of one round, in order of life; a return lies before the round or ends it."""

_ROUND = {DONE: "done_on", ACCEPTED: "accepted_on", STRUCK: "closed_on", LOOKED_AT: "looked_back_on"}


@dataclass(frozen=True)
class _Life:
    """One problem: its row, and what came of everything that is told of it."""

    row: Row
    first_due_on: date | None
    taken: list[Taken]  # up to the as-of day
    refused: list[Refused]
    future: list[Step]  # after it


def assemble(
    rows: Iterable[Row], changes: Iterable[Row], settings: Settings, as_of: date, log: FaultLog
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The problems as they stand on `as_of`, and every step of their lives up to that day, in order.

    `rows` has each problem once (duplicates.first_problems).
    """
    found = FaultLog()  # an item's fault is its siblings', too: each is said once
    kept = with_days(rows)
    told = _told_by_changes(kept, with_days(changes, problem_changes.DAYS), found)
    problems: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for row in kept:
        life = _live(row, told.get(row["problem_id"], []), settings, as_of)
        if _is_out_of_order(life, found):
            continue
        _report(life, as_of, found)
        if not life.taken and FOUND in [step.name for step in life.future]:
            continue  # there is nothing to rectify yet
        problem = _standing(life)
        _check_stated(row, problem["status"], found)
        _check_deadline(life, problem["due_on"], found)
        problems.append(problem)
        events.extend(_events(life))
    for fault in dict.fromkeys(found.faults):
        log.add(fault)
    return conform("problems", problems), conform("problem_events", events)


# ── what is told of a problem ──────────────────────────────────────────────────────────────


def _dated(row: Row) -> list[Step]:
    """The steps that the dates of a problem's own row tell."""
    return [
        Step(
            on=row[name],
            name=step,
            column=NAMES[name],
            cell=_cell(row, name),
            source=_source(row),
            number=row["problem_id"],
            is_dated=True,
        )
        for name, step in DATED.items()
        if row.get(name) is not None
    ]


def _told_by_changes(rows: Sequence[Row], changes: Iterable[Row], log: FaultLog) -> dict[str, list[Step]]:
    """The steps of the ledger of changes by problem; those of a row that was split are all its items'."""
    items: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for number in dict.fromkeys((row["problem_id"], row.get("ledger_id") or row["problem_id"])):
            items[number].append(row["problem_id"])
    told: dict[str, list[Step]] = defaultdict(list)
    known: dict[tuple[Any, ...], Row] = {}
    for change in changes:
        step = _step(change)
        if step.number not in items:
            log.add(_unknown(change))
        elif (key := (step.number, step.name, step.on, step.due_on)) in known:
            log.add(_said_twice(change, known[key]))
        else:
            known[key] = change
            for problem_id in items[step.number]:
                told[problem_id].append(step)
    return told


def _step(change: Row) -> Step:
    return Step(
        on=change["on"],
        name=change["step"],
        due_on=change.get("due_on"),
        note=change.get("note"),
        column="变更事项",
        cell=_cell(change, "step"),
        source=_source(change),
        number=change["problem_id"],
    )


def _merged(dated: Sequence[Step], changed: Sequence[Step]) -> list[Step]:
    """Every step once: what the row's dates and the ledger of changes both tell, the latter tells better.

    A return in the row alone means that it was reported done before, on a day that the row does not keep.
    """
    # What is told of the whole row and of its item is one step.
    changed = list({(step.name, step.on, step.due_on): step for step in changed}.values())
    both = {(step.name, step.on) for step in changed}
    own = [step for step in dated if (step.name, step.on) not in both]
    done = [step.on for step in [*own, *changed] if step.name == DONE]
    return [
        Step(**{**vars(step), "was_done": True})
        if step.name == RETURNED and not any(on <= step.on for on in done)
        else step
        for step in own
    ] + changed


# ── what comes of it ───────────────────────────────────────────────────────────────────────


def _live(row: Row, changed: Sequence[Step], settings: Settings, as_of: date) -> _Life:
    told = _merged(_dated(row), changed)
    # A deadline that a change has set is not the first one.
    stated = row.get("due_on")
    first = row.get("first_due_on") or (None if stated in _deadlines(changed) else stated)
    taken, refused = walk(told, first, settings.problems.transitions)
    return _Life(
        row=row,
        first_due_on=first,
        taken=[one for one in taken if one.step.on <= as_of],
        refused=refused,
        future=[step for step in told if step.on > as_of],
    )


def _deadlines(steps: Iterable[Step]) -> set[date]:
    return {step.due_on for step in steps if step.name in SETS_DEADLINE and step.due_on is not None}


def _standing(life: _Life) -> dict[str, Any]:
    """The problem's row in the table."""
    row, taken = life.row, life.taken
    names = [one.step.name for one in taken]
    days = {_ROUND[step.name]: step.on for step in last_round(taken) if step.name in _ROUND}
    first_found = next((one.step.on for one in taken if one.step.name == FOUND), None)
    claimed = [one.step.on for one in taken if one.step.name == CLAIMED]
    return {
        "problem_id": row["problem_id"],
        **{name: row.get(name) for name in TEXTS},
        "place_code": row.get("place_code"),
        "found_on": first_found,
        "planned_on": row.get("planned_on"),
        "first_due_on": life.first_due_on,
        "due_on": _due_on(life),
        "claimed_on": claimed[-1] if claimed else None,
        **{name: days.get(name) for name in _ROUND.values()},
        "status": taken[-1].after if taken else UNCLAIMED,
        "last_step": names[-1] if names else None,
        "reopened_count": names.count(REOPENED),
        "returned_count": names.count(RETURNED),
        **_source(row),
    }


def _due_on(life: _Life) -> date | None:
    """The last deadline that a step set, else the row's own, unless that is one to come."""
    steps = [one.step for one in life.taken if one.step.name in SETS_DEADLINE and one.step.due_on]
    if steps:
        return steps[-1].due_on
    stated: date | None = life.row.get("due_on")
    is_to_come = stated in _deadlines(life.future)
    return life.first_due_on if stated is None or (is_to_come and life.first_due_on) else stated


def _events(life: _Life) -> list[dict[str, Any]]:
    return [
        {
            "problem_id": life.row["problem_id"],
            "on": one.step.on,
            "step": one.step.name,
            "from_status": one.before,
            "to_status": one.after,
            "due_on": one.step.due_on if one.step.name in SETS_DEADLINE else None,
            "note": one.step.note,
            **one.step.source,
        }
        for one in life.taken
    ]


# ── what is wrong with it ──────────────────────────────────────────────────────────────────


def _is_out_of_order(life: _Life, log: FaultLog) -> bool:
    """Whether the row's own dates contradict each other and nothing explains how; then it is rejected.

    Dates may go back where the ledger of changes tells of an earlier round.
    """
    if not any(one.step.is_dated for one in life.refused):
        return False
    known = [(name, life.row[name]) for name in ORDER if life.row.get(name) is not None]
    wrong = [(early, late) for early, late in pairwise(known) if late[1] < early[1]]
    for (before, earlier), (name, later) in wrong:
        log.add(
            _at_field(
                life.row,
                "error",
                "dates_out_of_order",
                name,
                f"{later} 早于{NAMES[before]} {earlier},这个问题没有采用",
                found=later,
                expected=f"不早于 {earlier}",
                remedy="请核对这两个日期;反弹后又销号的,请在变更台账里写明前一轮的日期。",
            )
        )
    return bool(wrong)


def _report(life: _Life, as_of: date, log: FaultLog) -> None:
    """Steps to come, impossible steps, and deadlines where none belongs."""
    for step in life.future:
        message = f"{step.on} 晚于数据截至日 {as_of},暂不计入"
        log.add(_at_step(life, step, "warning", "future_date", message, f"不晚于 {as_of}", "请改正这一格。"))
    for impossible in life.refused:
        if impossible.step.on <= as_of:
            log.add(_impossible(life, impossible))
    for one in life.taken:
        if one.step.due_on is not None and one.step.name not in SETS_DEADLINE:
            message = f"“{one.step.name}”这一行写了新整改时限 {one.step.due_on},没有采用"
            remedy = "时限变了的,请另写一行“延期”。"
            allowed = "只在延期、退回、反弹时填写新整改时限"
            log.add(_at_step(life, one.step, "warning", "stray_deadline", message, allowed, remedy))


def _impossible(life: _Life, one: Refused) -> Fault:
    step = one.step
    possible = "、".join(one.possible) or "补报的事项"
    stays = "这一步没有计入" if one.before is None else f"这一步没有计入,状态仍按“{one.before}”算"
    return _at_step(
        life,
        step,
        "error",
        "impossible_change",
        f"{step.on} {step.name}:{one.why},不能{_verb(step.name)};{stays}",
        f"接下来可以是{possible}",
        f"接下来只可以是{possible}。请核对日期和事项,补上漏报的一步,或删去这一步。",
    )


def _verb(name: str) -> str:
    return {FOUND: "再发现一次", REOPENED: "反弹", LOOKED_AT: "回头看"}.get(name, name)


def _check_stated(row: Row, status: str, log: FaultLog) -> None:
    stated = row.get("stated_status")
    # Who was looked back at is struck off, too.
    if stated is None or stated == status or (stated, status) == (CLOSED, LOOKED_BACK):
        return
    log.add(
        _at_field(
            row,
            "warning",
            "status_differs",
            "stated_status",
            f"写的是“{stated}”,按日期应是“{status}”,看板按日期计算",
            found=stated,
            expected=status,
            remedy="请补齐日期,或改正状态。",
        )
    )


def _check_deadline(life: _Life, due_on: date | None, log: FaultLog) -> None:
    """A deadline in the row that is neither the first one nor set by any change."""
    stated = life.row.get("due_on")
    steps = [one.step for one in life.taken] + life.future + [one.step for one in life.refused]
    if stated is None or stated in {due_on, life.first_due_on} | _deadlines(steps):
        return
    log.add(
        _at_field(
            life.row,
            "warning",
            "deadline_differs",
            "due_on",
            f"写的是 {stated},按变更台账应是 {due_on},看板按变更台账计算",
            found=stated,
            expected=due_on,
            remedy="请改正整改时限,或在变更台账里补一行“延期”。",
        )
    )


def _unknown(change: Row) -> Fault:
    return _at_field(
        change,
        "error",
        "unknown_problem",
        "problem_id",
        f"“{change['problem_id']}”不在问题台账里(或者那一行没有采用),这一步没有计入",
        found=change["problem_id"],
        expected="问题台账里的问题编号",
        remedy="请核对问题编号。",
    )


def _said_twice(change: Row, first: Row) -> Fault:
    return _at_field(
        change,
        "info",
        "duplicate_row",
        "step",
        f"“{change['problem_id']}”{change['on']} {change['step']}重复,已有 {place_in_file(first)},只算一次",
        found=change["step"],
        expected="不重复",
        remedy="请删去重复的一行。",
    )


def _at_step(
    life: _Life, step: Step, severity: Severity, kind: str, message: str, expected: str, remedy: str
) -> Fault:
    """A fault at the cell that tells of a step."""
    who = f"“{step.column}”:" if step.is_dated else f"“{step.number}”:"
    return Fault(
        severity,
        kind,
        who + message,
        remedy=remedy,
        file=step.source["source_file"],
        sheet=step.source["source_sheet"],
        cell=step.cell,
        found=step.on.isoformat() if step.is_dated else f"{step.on} {step.name}",
        expected=expected,
        place_code=_township(life.row),
    )


def _at_field(
    row: Row,
    severity: Severity,
    kind: str,
    name: str,
    message: str,
    found: Any = "",
    expected: Any = "",
    remedy: str = "",
) -> Fault:
    """A fault at the cell of a row's field."""
    return Fault(
        severity,
        kind,
        f"“{NAMES[name]}”:{message}" if name in NAMES else message,
        remedy=remedy,
        file=row["source_file"],
        sheet=row["source_sheet"],
        cell=_cell(row, name),
        found=str(found),
        expected=str(expected),
        place_code=_township(row),
    )


def _cell(row: Row, name: str) -> str:
    return str(row.get("cells", {}).get(name) or f"第{row['source_row']}行")


def _source(row: Row) -> dict[str, Any]:
    return {name: row.get(name) for name in SOURCE}


def _township(row: Row) -> str | None:
    """The township that must act; nobody's for the county's own, and for a unit's."""
    code = row.get("place_code")
    return None if not code or code.endswith("000000") else f"{code[:9]}000"
