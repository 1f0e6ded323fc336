"""Agendas that were built on screen, by name.

In: the records folder. Out: `Agenda`s as the config has them too. Refuses to write over an agenda of that name that
changed since it was read: two people may be at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from faults import DataProblem
from records.database import reading, writing
from settings.meeting import Agenda


@dataclass(frozen=True)
class Kept:
    """An agenda and when it was last changed (ISO 8601): what whoever changes it next has to have seen."""

    agenda: Agenda
    changed_at: str


def agendas(folder: Path) -> dict[str, Kept]:
    """All of them by name, in the order of their names."""
    with reading(folder) as database:
        rows = database.execute("SELECT name, agenda, changed_at FROM agendas ORDER BY name").fetchall()
    return {row["name"]: Kept(_agenda(row["agenda"]), row["changed_at"]) for row in rows}


def save_agenda(folder: Path, agenda: Agenda, now: datetime, seen: str | None) -> Kept:
    """Keep the agenda under its name; `seen` is the changed_at that it was read with, None for a new one."""
    changed_at = now.isoformat(timespec="microseconds")
    with writing(folder) as database:
        there = database.execute("SELECT changed_at FROM agendas WHERE name = ?", (agenda.name,)).fetchone()
        if there is None and seen is not None:
            raise DataProblem(f"议程“{agenda.name}”刚刚被别人删除,没有保存。请另取一个名称保存。")
        if there is not None and seen is None:
            raise DataProblem(f"已经有叫“{agenda.name}”的议程。请另取一个名称,或打开它再改。")
        if there is not None and there["changed_at"] != seen:
            raise DataProblem(f"议程“{agenda.name}”刚刚被别人改过,没有保存。请重新打开它再改。")
        database.execute(
            "INSERT OR REPLACE INTO agendas VALUES (?, ?, ?)",
            (agenda.name, agenda.model_dump_json(), changed_at),
        )
    return Kept(agenda, changed_at)


def delete_agenda(folder: Path, name: str) -> None:
    """Take the agenda away; one that is not there is no error."""
    with writing(folder) as database:
        database.execute("DELETE FROM agendas WHERE name = ?", (name,))


def _agenda(text: str) -> Agenda:
    try:
        return Agenda.model_validate_json(text)
    except ValidationError as error:
        raise DataProblem("有一个议程是别的版本的程序存的,这一版读不出来。") from error
