"""The ledger of changes 变更台账: what happened to which problem on which day → rows as written.

In: a ledger of kind `problem_changes`, a row per step. Out: a dict per step; problem_lives.py puts them into the lives
of the problems. Rejects a row without a number, a day, or a step that it knows.
"""

from __future__ import annotations

from typing import Any

from data_loaders.contract import STEPS
from data_loaders.register import Register
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from data_loaders.values import squeezed
from faults import FaultLog
from settings import Problems, Settings, Source

DAYS = ("on", "due_on")
_NEEDED = {"problem_id": "问题编号", "on": "日期,如 2026-11-15", "step": "变更事项,如 认领"}


def read_changes(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The steps in the ledger's order: problem_id, on, step (one of STEPS), due_on, note, cells, source columns."""

    def record(entry: Entry) -> dict[str, Any]:
        values = {
            "problem_id": entry.text("problem_id"),
            "on": entry.day("on"),
            "step": _step(entry, settings.problems),
            "due_on": entry.day("due_on"),
            "note": entry.text("note"),
        }
        for name, expected in _NEEDED.items():
            if entry.text(name) is None:
                entry.reject(name, "missing_value", "没有填写,这一行没有采用", expected)
        fields, columns = ledger.table.fields, ledger.columns
        cells = {name: ledger.where(entry.row, fields[name]) for name in fields if fields[name] in columns}
        return {**values, "cells": cells, **entry.source(source)}

    found = entries(ledger, register, settings.reading, log, needs_place=False, is_placed=False)
    records, kept, rejected = read_entries(found, record)
    return records, Tally(kept, rejected)


def _step(entry: Entry, rules: Problems) -> str | None:
    """The step that the row's word means; None, with a fault, for one that nobody declared."""
    written = entry.text("step")
    if written is None:
        return None
    words = {squeezed(word): step for word, step in rules.step_words.items()}
    step = words.get(squeezed(written), squeezed(written))
    if step not in STEPS:
        entry.reject(
            "step",
            "unknown_step",
            f"“{written}”不是问题的变更事项,这一行没有采用",
            "、".join(STEPS),
            "请改成所列的说法;县里另有叫法的,在 config.toml 的 [problems] step_words 里写明。",
        )
        return None
    return step
