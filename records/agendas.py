"""Agendas that were built on screen, by name.

In: the records folder. Out: `Agenda`s as the config has them too. Refuses to write over an agenda of that name that
changed since it was read: two people may be at it. An agenda that cannot be read hides no other.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from faults import DataProblem
from records.database import reading, writing
from settings.meeting import Agenda, AgendaItem

MOST_ITEMS = 200  # as settings.meeting.Agenda has it


@dataclass(frozen=True)
class Kept:
    """An agenda and when it was last changed (ISO 8601): what whoever changes it next has to have seen."""

    agenda: Agenda
    changed_at: str


def agendas(folder: Path) -> dict[str, Kept]:
    """All that this program can read, by name, in the order of their names."""
    with reading(folder) as database:
        rows = database.execute("SELECT name, agenda, changed_at FROM agendas ORDER BY name").fetchall()
    found = {row["name"]: (_agenda(row["agenda"]), row["changed_at"]) for row in rows}
    return {name: Kept(agenda, at) for name, (agenda, at) in found.items() if agenda is not None}


def unreadable_agendas(folder: Path) -> list[str]:
    """Names of those that another version of the program wrote, or that are damaged."""
    with reading(folder) as database:
        rows = database.execute("SELECT name, agenda FROM agendas ORDER BY name").fetchall()
    return [row["name"] for row in rows if _agenda(row["agenda"]) is None]


def save_agenda(
    folder: Path, agenda: Agenda, now: datetime, seen: str | None, *, was: str | None = None
) -> Kept:
    """Keep the agenda under its name; `seen` is the changed_at that it was read with, None for a new one.

    `was`: the name that it was read under, where it now has another; that name is given up.
    """
    was = was or agenda.name
    with writing(folder) as database:
        there = _changed_at(database, was)
        if there is None and seen is not None:
            raise DataProblem(f"议程“{was}”刚刚被别人删除,没有保存。请另取一个名称保存。")
        if there is not None and seen is not None and there != seen:
            raise DataProblem(f"议程“{was}”刚刚被别人改过,没有保存。请重新打开它再改。")
        is_new_name = seen is None or was != agenda.name
        if is_new_name and _changed_at(database, agenda.name) is not None:
            raise DataProblem(f"已经有叫“{agenda.name}”的议程。请另取一个名称,或打开它再改。")
        if seen is not None and was != agenda.name:
            database.execute("DELETE FROM agendas WHERE name = ?", (was,))
        return _written(database, agenda, now, there)


def append_item(folder: Path, name: str, item: AgendaItem, now: datetime) -> Kept:
    """Put a view at the end of the agenda of that name, as it is at this moment; the name may be a new one.

    Two people who add at once both find what they added.
    """
    with writing(folder) as database:
        row = database.execute("SELECT agenda, changed_at FROM agendas WHERE name = ?", (name,)).fetchone()
        before = None if row is None else _agenda(row["agenda"])
        if row is not None and before is None:
            raise DataProblem(f"议程“{name}”是别的版本的程序存的,这一版读不出来。请另取一个名称。")
        items = () if before is None else before.items
        if len(items) >= MOST_ITEMS:
            raise DataProblem(f"议程“{name}”已经有{MOST_ITEMS}项,放不下了。请另建一个议程。")
        grown = Agenda(name=name, items=(*items, item))
        return _written(database, grown, now, None if row is None else row["changed_at"])


def delete_agenda(folder: Path, name: str, seen: str | None = None) -> None:
    """Take the agenda away; one that is not there is no error. `seen` as in `save_agenda`, None: whatever it says."""
    with writing(folder) as database:
        there = _changed_at(database, name)
        if seen is not None and there is not None and there != seen:
            raise DataProblem(f"议程“{name}”刚刚被别人改过,没有删除。请重新打开它再看。")
        database.execute("DELETE FROM agendas WHERE name = ?", (name,))


def _changed_at(database: sqlite3.Connection, name: str) -> str | None:
    row = database.execute("SELECT changed_at FROM agendas WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["changed_at"])


def _written(database: sqlite3.Connection, agenda: Agenda, now: datetime, before: str | None) -> Kept:
    at = now.astimezone(UTC)
    if before is not None:
        # Two changes never have one time, whatever the clock does: a time stands for what was seen.
        at = max(at, datetime.fromisoformat(before) + timedelta(microseconds=1))
    kept = Kept(agenda, at.isoformat(timespec="microseconds"))
    database.execute(
        "INSERT OR REPLACE INTO agendas VALUES (?, ?, ?)",
        (agenda.name, agenda.model_dump_json(), kept.changed_at),
    )
    return kept


def _agenda(text: str) -> Agenda | None:
    try:
        return Agenda.model_validate_json(text)
    except ValidationError:
        return None
