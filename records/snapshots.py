"""Meeting snapshots 会议快照: which version of the data a meeting looked at, and with which agenda.

In: the records folder. Out: the snapshots, the newest first. A snapshot is never changed; the version that it names is
pinned (data_loaders.store.pin), so that no later publication sweeps it away.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from faults import DataProblem
from records.database import reading, writing
from settings.meeting import Agenda


@dataclass(frozen=True)
class Snapshot:
    """What was on the wall in one meeting."""

    id: str  # stands in addresses
    name: str  # hostile text
    version: str
    as_of: date
    agenda: Agenda | None
    made_at: datetime
    is_agenda_lost: bool = (
        False  # it has one, which this program cannot read; the data it can show all the same
    )


def snapshots(folder: Path) -> list[Snapshot]:
    """All of them, the newest first."""
    with reading(folder) as database:
        # In the order in which they were made, not by what the clock said: it may have been put right in between.
        rows = database.execute("SELECT * FROM snapshots ORDER BY rowid DESC").fetchall()
    return list(map(_snapshot, rows))


def find(folder: Path, id: str) -> Snapshot:
    """The snapshot of that id. Raises DataProblem when there is none."""
    with reading(folder) as database:
        row = database.execute("SELECT * FROM snapshots WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise DataProblem("没有这个会议快照,可能网址不完整。请从“会议”页重新打开。")
    return _snapshot(row)


def take(
    folder: Path, name: str, version: str, as_of: date, agenda: Agenda | None, now: datetime
) -> Snapshot:
    """Keep a snapshot under a name of its own. Raises DataProblem when the name is taken."""
    id = sha256(f"{name}\n{version}\n{now.isoformat()}".encode()).hexdigest()[:12]
    made = Snapshot(id, name, version, as_of, agenda, now)
    written = None if agenda is None else agenda.model_dump_json()
    with writing(folder) as database:
        if database.execute("SELECT 1 FROM snapshots WHERE name = ?", (name,)).fetchone():
            raise DataProblem(f"已经有叫“{name}”的会议快照。快照不能改,请另取一个名称。")
        database.execute(
            "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            (id, name, version, as_of.isoformat(), written, now.isoformat()),
        )
    return made


def _snapshot(row: sqlite3.Row) -> Snapshot:
    agenda, is_lost = None, False
    try:
        agenda = None if row["agenda"] is None else Agenda.model_validate_json(row["agenda"])
    except ValidationError:
        is_lost = True
    as_of, made_at = date.fromisoformat(row["as_of"]), datetime.fromisoformat(row["made_at"])
    return Snapshot(row["id"], row["name"], row["version"], as_of, agenda, made_at, is_lost)
