"""What came back in 整改清单, put beside what the ledgers say now: whoever changed a value alone is believed.

In: the ledgers' rows and rows of changes, the records of returned_list.py, and how both make problems. Out: the same
rows and changes with what was filled in. For every value there are three: as it went out (base), as it came back
(theirs), as the ledgers have it now (ours). Changed by them alone it is taken; by the ledgers alone it stays; by both,
and differently, it stays and is a fault that names all three. A date is taken as a step of the problem's life with the
returned file as its source, so that impossible ones meet the same judge as any other ledger's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from data_loaders.contract import (
    ACCEPTED,
    AWAITING,
    CLAIMED,
    CLOSED,
    DONE,
    EXTENDED,
    LOOKED_AT,
    LOOKED_BACK,
    RECTIFYING,
    REOPENED,
    RETURNED,
    STRUCK,
    STRUCK_OFF,
    UNCLAIMED,
)
from data_loaders.problems import FAR_YEARS
from data_loaders.returned_list import AS_OF, DAYS, FIXED, HEADS, MADE, TEXTS
from data_loaders.values import squeezed
from faults import Fault, FaultLog, Severity
from settings import Problems

Row = dict[str, Any]
Told = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
"""`problem_lives.assemble` of rows and changes, lacking its log."""

STEP_OF = {
    "claimed_on": CLAIMED,
    "done_on": DONE,
    "returned_on": RETURNED,
    "accepted_on": ACCEPTED,
    "closed_on": STRUCK,
    "reopened_on": REOPENED,
    "looked_back_on": LOOKED_AT,
}
"""In order of life."""

_LEADS_TO = {
    CLAIMED: RECTIFYING,
    DONE: AWAITING,
    RETURNED: RECTIFYING,
    ACCEPTED: AWAITING,
    STRUCK: CLOSED,
    REOPENED: RECTIFYING,
    LOOKED_AT: LOOKED_BACK,
}
_OF_A_ROUND = ("done_on", "accepted_on", "closed_on", "looked_back_on")  # begin anew: 退回, 反弹
_BEGINS_ANEW = ("returned_on", "reopened_on")
_COMES_AFTER = {"returned_on": ((AWAITING,), "done_on"), "reopened_on": (STRUCK_OFF, "closed_on")}
_SHOWN_CELLS = 20


@dataclass
class _Ours:
    """A problem as it stands now: values as text, its steps, and which returned file wrote what."""

    says: dict[str, str | None]
    steps: set[tuple[str, str]]
    where: str
    written: dict[str, str] = field(default_factory=dict)


def apply_updates(
    rows: Sequence[Mapping[str, Any]],
    changes: Sequence[Mapping[str, Any]],
    updates: Sequence[Row],
    told: Told,
    rules: Problems,
    log: FaultLog,
) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """The rows (each problem once) and changes with what was filled in; the ones that are given stay as they are.

    Returned files are taken in the order in which their lists were made (the version's time, then the name): a later
    list was made from what the earlier one had brought.
    """
    if not updates:
        return rows, changes
    merge = _Merge(rows, changes, _standing(*told(rows, changes, log=FaultLog())), rules, log)
    for records in _by_file(updates):
        merge.take(records)
    return merge.rows, merge.changes


def _by_file(updates: Iterable[Row]) -> list[list[Row]]:
    files: dict[str, list[Row]] = {}
    for record in updates:
        files.setdefault(record["source_file"], []).append(record)

    def made(name: str) -> tuple[str, str, str]:
        marks: dict[str, str] = next(
            (record["marks"] for record in files[name] if record["part"] == "base"), {}
        )
        return marks.get(MADE, ""), marks.get(AS_OF, ""), name

    return [files[name] for name in sorted(files, key=made)]


def _standing(problems: pd.DataFrame, events: pd.DataFrame) -> dict[str, _Ours]:
    """Every problem as it stands by the ledgers alone."""
    steps: dict[str, set[tuple[str, str]]] = {}
    last: dict[tuple[str, str], str] = {}
    for problem_id, on, step in events[["problem_id", "on", "step"]].itertuples(index=False):
        if pd.notna(on):
            steps.setdefault(problem_id, set()).add((str(step), f"{on:%Y-%m-%d}"))
            last[problem_id, str(step)] = max(last.get((problem_id, str(step)), ""), f"{on:%Y-%m-%d}")
    found = {}
    for row in problems.to_dict("records"):
        number = str(row["problem_id"])
        values = {name: _text(row[name]) for name in (*TEXTS, *DAYS, *FIXED, "status") if name in row}
        values |= {name: last.get((number, STEP_OF[name])) for name in _BEGINS_ANEW}
        where = f"{row['source_file']} {row['source_sheet']} 第{row['source_row']}行"
        found[number] = _Ours(values, steps.get(number, set()), where)
    return found


def _text(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, (date, pd.Timestamp)) else str(value)


def unit_names(text: str | None) -> list[str]:
    """The units that one cell names."""
    return [name.strip() for name in re.split(r"[、,;\n\uff0c\uff1b]", text or "") if name.strip()]


def _same(one: str | None, other: str | None) -> bool:
    """Whether two cells say the same; a spreadsheet may have touched the spaces."""
    return squeezed(one or "") == squeezed(other or "")


def _is_the_same_problem(was: Mapping[str, str | None], ours: Mapping[str, str | None]) -> bool:
    """Whether the number still means the problem that went out: another county counts P26-001, P26-002 … as well.

    The ledger may put one of these right; who differs in the words and in what else the inspection said is another.
    """
    return _same(was["text"], ours["text"]) or all(
        _same(was[name], ours[name]) for name in ("found_on", "category", "source", "batch")
    )


class _Merge:
    """The rows under change."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        changes: Sequence[Mapping[str, Any]],
        ours: dict[str, _Ours],
        rules: Problems,
        log: FaultLog,
    ) -> None:
        self.rows, self.changes = [dict(row) for row in rows], [dict(change) for change in changes]
        self.ours, self.rules, self.log = ours, rules, log
        self._rows = {row["problem_id"]: row for row in self.rows}
        self._taken: dict[tuple[str, str, str], list[str]] = {}

    def take(self, records: list[Row]) -> None:
        """Everything that one returned file brings."""
        bases = {record["problem_id"]: record for record in records if record["part"] == "base"}
        seen: dict[str, str] = {}
        self._taken = {}
        for row in (record for record in records if record["part"] == "row"):
            number = row["problem_id"]
            if number in seen:
                self._tell(
                    row,
                    "problem_id",
                    "error",
                    "duplicate_row",
                    f"“{number}”在这个文件里有两行,已按 {seen[number]} 采用,这一行没有采用",
                    "请只留一行。",
                    "不重复",
                )
                continue
            seen[number] = f"{row['source_sheet']} {row['cells']['problem_id']}"
            base = bases.get(number)
            if base is None or number not in self.ours:
                self._unknown(row, number, is_listed=base is not None)
            elif not _is_the_same_problem(base["values"], self.ours[number].says):
                self._tell(
                    row,
                    "problem_id",
                    "error",
                    "unknown_problem",
                    f"台账里编号“{number}”的是另一个问题(问题描述等都不同),没有采用",
                    "请核对是不是别的县的清单,台账里的编号有没有改过。",
                    "导出清单里的问题",
                )
            else:
                self._problem(row, base, self.ours[number])
        self._report_taken(records)

    def _unknown(self, row: Row, number: str, *, is_listed: bool) -> None:
        is_known = number in self.ours
        message = (
            f"“{number}”不在导出的清单里,看不出改了什么,没有采用"
            if is_known
            else f"台账里没有编号“{number}”的问题(或者那一行没有采用),没有采用"
        )
        remedy = (
            "请从看板下载有这个问题的清单来填。"
            if is_known
            else "台账里删去或改了编号的,请核对台账。"
            if is_listed
            else "新发现的问题请填进问题台账;编号写错的请改正。"
        )
        self._tell(row, "problem_id", "error", "unknown_problem", message, remedy, "导出清单里的问题编号")

    def _problem(self, row: Row, base: Row, ours: _Ours) -> None:
        was, now = base["values"], row["values"]
        for name in FIXED:
            if name in now and now[name] is not None and not _same(now[name], was[name]):
                self._ignored(row, name, "这一列以台账为准,没有采用", "确实写错的,请改问题台账。")
        for name in (*TEXTS, "planned_on"):
            if name in now and self._is_news(name, was[name], now[name], ours.says.get(name), row, ours):
                if name == "lead_unit" and len(unit_names(now[name])) > 1:
                    self._ignored(
                        row, name, "写了不止一个单位,没有采用", "牵头单位只写一个,其余写在配合单位。"
                    )
                else:
                    units = name == "supporting_units"
                    self._write(row, name, "、".join(unit_names(now[name])) if units else now[name], ours)
        steps = [step for name in STEP_OF if name in now and (step := self._step(row, name, was, now, ours))]
        if "due_on" in now and self._is_news(
            "due_on", was["due_on"], now["due_on"], ours.says["due_on"], row, ours
        ):
            self._deadline(row, base, now["due_on"], steps, ours)
        self._status(row, was, now, steps, ours)

    def _is_news(
        self, name: str, was: str | None, now: str | None, ours: str | None, row: Row, of: _Ours
    ) -> bool:
        """Whether they alone changed the value; a fault when the ledgers changed it too."""
        if _same(now, was) or _same(now, ours):
            return False
        if now is None:
            self._ignored(row, name, f"原来是“{was}”,删空了,没有采用", "要撤销的,请改问题台账。")
            return False
        if not _same(ours, was):
            said = [f"“{value}”" if value else "空白" for value in (was, now, ours)]
            self._tell(
                row,
                name,
                "warning",
                "update_conflict",
                f"两边都改了,改得不一样:导出时是{said[0]},回填的是{said[1]},"
                f"现在是{said[2]}({of.written.get(name, of.where)}),没有采用回填的",
                "请核实哪个对,把两边改成一样,再运行一次。",
                ours or "空白",
            )
            return False
        return True

    def _step(
        self, row: Row, name: str, was: Mapping[str, str | None], now: Mapping[str, str | None], ours: _Ours
    ) -> Row | None:
        """The step that a date tells of; None when it tells nothing new."""
        day, before, current = now[name], was[name], ours.says.get(name)
        if day is not None and (STEP_OF[name], day) in ours.steps:
            return None
        begun = max((now.get(each) or "" for each in _BEGINS_ANEW), default="")
        if day is None and name in _OF_A_ROUND and before is not None and before <= begun:
            return None  # refused, and so not done: whoever clears that date is right
        if day is not None and before is not None and _is_once_more(name, day, before, begun, was, now):
            current = None if current == before else current
            before = None  # the earlier date is no mistake: it stays as it is
        if not self._is_news(name, before, day, current, row, ours):
            return None
        assert day is not None
        if before is not None:
            self._withdraw(row["problem_id"], name, before)
            ours.steps.discard((STEP_OF[name], before))
        if name in _BEGINS_ANEW:
            ours.says |= {each: None for each in _OF_A_ROUND if (ours.says.get(each) or day) < day}
        return self._add(row, name, STEP_OF[name], day, ours)

    def _withdraw(self, number: str, name: str, day: str) -> None:
        """Take the date out that was corrected, wherever it was written."""
        own = self._rows[number]
        if _text(own.get(name)) == day:
            own[name] = None
        whole = own.get("ledger_id") or number
        for change in list(self.changes):
            if (change["step"], _text(change["on"])) != (STEP_OF[name], day):
                continue
            if change["problem_id"] in (number, whole):
                self.changes.remove(change)
                # What was told of a row that was split stays true of its other items.
                if change["problem_id"] != number:
                    self.changes += [{**change, "problem_id": each} for each in self._siblings(number, whole)]

    def _siblings(self, number: str, whole: str) -> list[str]:
        found = (row["problem_id"] for row in self.rows if row.get("ledger_id") == whole)
        return [each for each in found if each != number]

    def _add(self, row: Row, name: str, step: str, day: str, ours: _Ours) -> Row:
        change = {
            "problem_id": row["problem_id"],
            "on": date.fromisoformat(day),
            "step": step,
            "due_on": None,
            "note": row["values"].get("note"),
            "cells": {
                "problem_id": row["cells"]["problem_id"],
                "on": row["cells"][name],
                "step": row["cells"][name],
            },
            **_source(row),
        }
        self.changes.append(change)
        ours.steps.add((step, day))
        self._took(row, name, day, ours)
        return change

    def _deadline(self, row: Row, base: Row, day: str, steps: list[Row], ours: _Ours) -> None:
        """A new deadline belongs to the refusal or relapse beside it; else it is an extension, known since the list."""
        if int(day[:4]) - int(base["marks"][AS_OF][:4]) > FAR_YEARS:
            why = f"{day} 离导出超过{FAR_YEARS}年,没有采用"
            self._ignored(row, "due_on", why, "没有时限的请在问题台账里写“长期坚持”。")
            return
        anew = [change for change in steps if change["step"] in (RETURNED, REOPENED)]
        current = ours.says["due_on"]
        if current is None and not anew:
            self._write(row, "due_on", day, ours)
            return
        if not anew and (current or "") >= day:
            self._ignored(
                row,
                "due_on",
                f"不晚于现在的时限 {current},没有采用",
                "只能延期;时限确实写错的,请改问题台账。",
            )
            return
        if not anew and base["values"]["status"] in STRUCK_OFF:
            self._ignored(
                row, "due_on", "导出时已经销号,不能再延期,没有采用", "问题反弹的,请同时填写反弹日期。"
            )
            return
        own = self._rows[row["problem_id"]]
        # A deadline between the first and this one was not the step of any day; now the last one is.
        if own.get("first_due_on") is not None and _text(own["first_due_on"]) != _text(own["due_on"]):
            own["due_on"] = None
        if anew:
            self._took(row, "due_on", day, ours)
        change = anew[-1] if anew else self._add(row, "due_on", EXTENDED, base["marks"][AS_OF], ours)
        change["due_on"] = date.fromisoformat(day)
        change["cells"] |= {"due_on": row["cells"]["due_on"]}
        ours.says["due_on"] = day

    def _write(self, row: Row, name: str, value: str | None, ours: _Ours) -> None:
        typed = date.fromisoformat(value) if value and name.endswith("_on") else value
        self._rows[row["problem_id"]][name] = typed
        self._took(row, name, value, ours)

    def _took(self, row: Row, name: str, value: str | None, ours: _Ours) -> None:
        cell = row["cells"][name]
        ours.says[name] = value
        ours.written[name] = f"{row['source_file']} {row['source_sheet']} {cell}"
        self._taken.setdefault((row["source_sheet"], HEADS[name], row["source_file"]), []).append(cell)

    def _status(
        self,
        row: Row,
        was: Mapping[str, str | None],
        now: Mapping[str, str | None],
        steps: list[Row],
        ours: _Ours,
    ) -> None:
        """A status follows from dates: one that was changed needs the date that leads to it."""
        if steps:
            # What the ledger states was true before these steps were known.
            self._rows[row["problem_id"]]["stated_status"] = None
            ours.says["status"] = _reached(ours.steps)
        written = now.get("status")
        if written is None or _same(written, was["status"]):
            return
        stated = self.rules.status_words.get(squeezed(written), written)
        reached = ours.says["status"]
        if stated == reached:
            return
        self._tell(
            row,
            "status",
            "error",
            "status_without_date",
            f"状态改成“{stated}”,没有填{_DATE_OF.get(stated, '相应的')}日期,状态没有改",
            f"请填上日期,填在“{_COLUMN_OF[stated]}”一列。"
            if stated in _COLUMN_OF
            else "状态请从下拉列表里选。",
            f"状态和日期对得上({reached})",
        )

    def _ignored(self, row: Row, name: str, what: str, remedy: str) -> None:
        self._tell(row, name, "warning", "update_ignored", what, remedy, "不改")

    def _tell(
        self, row: Row, name: str, severity: Severity, kind: str, what: str, remedy: str, expected: str
    ) -> None:
        shown = "" if name == "problem_id" else f"“{row['problem_id']}”的“{HEADS[name]}”:"
        self.log.add(
            Fault(
                severity,
                kind,
                shown + what,
                remedy,
                row["source_file"],
                row["source_sheet"],
                row["cells"][name],
                found=row["values"].get(name) or "",
                expected=expected,
                place_code=row["township_code"],
            )
        )

    def _report_taken(self, records: list[Row]) -> None:
        """For the record: which cells of the file are in the tables now, a line for each column."""
        for (sheet, head, file), cells in self._taken.items():
            shown = "、".join(cells[:_SHOWN_CELLS])
            self.log.add(
                Fault(
                    "info",
                    "update_taken",
                    f"读到回填的{head}{len(cells)}处:{shown}{'等' if len(cells) > _SHOWN_CELLS else ''}",
                    "",
                    file,
                    sheet,
                    shown,
                    found=f"{len(cells)}处",
                )
            )


def _is_once_more(
    name: str,
    day: str,
    before: str,
    begun: str,
    was: Mapping[str, str | None],
    now: Mapping[str, str | None],
) -> bool:
    """Whether a date that differs is the same step taken again, and no correction of the first time."""
    if name in _OF_A_ROUND:  # after a refusal or a relapse all of it is done again
        return before <= begun <= day
    if name not in _COMES_AFTER or before >= day:
        return False
    statuses, earlier = _COMES_AFTER[name]
    fresh = now.get(earlier)
    return was["status"] in statuses or (
        fresh is not None and fresh != was[earlier] and before <= fresh <= day
    )


def _reached(steps: set[tuple[str, str]]) -> str:
    """The status to which the last of the steps leads; of several on one day the one that comes last in a life."""
    order = list(_LEADS_TO)
    led = [(day, order.index(step), step) for step, day in steps if step in _LEADS_TO]
    return _LEADS_TO[max(led)[2]] if led else UNCLAIMED


_COLUMN_OF = {
    RECTIFYING: "认领日期、退回日期或反弹日期",
    AWAITING: HEADS["done_on"],
    CLOSED: HEADS["closed_on"],
    LOOKED_BACK: HEADS["looked_back_on"],
}
_DATE_OF = {RECTIFYING: "认领、退回或反弹", AWAITING: "整改完成", CLOSED: "销号", LOOKED_BACK: "回头看"}


def _source(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("source_id", "source_file", "source_sheet", "source_row")}
