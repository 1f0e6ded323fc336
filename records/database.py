"""What meetings leave behind, in one SQLite file: agendas, snapshots, codes and scores.

In: the records folder of the config. Out: a connection of which every commit is on disk before it returns, and which
many readers and one writer at a time, of any number of processes on this machine, may share (WAL). Refuses a file that
a newer program wrote: it says so instead of guessing. What stands here cannot be made again from ledgers, so nothing
here is ever deleted to make room.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from faults import DataProblem

FILE = "meetings.sqlite3"
WAIT_MS = 15_000  # for another writer: sixty phones at once are through in one or two seconds

# Every step that the file has gone through, in order; user_version counts those it has taken. Steps are only ever added.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE agendas (name TEXT PRIMARY KEY, agenda TEXT NOT NULL, changed_at TEXT NOT NULL) STRICT;
    CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL, as_of TEXT NOT NULL,
        agenda TEXT, made_at TEXT NOT NULL
    ) STRICT;
    """,
)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """The records as they are; within it every query sees the same moment. Raises DataProblem."""
    with _opened(folder) as database:
        database.execute("BEGIN")
        try:
            yield database
        finally:
            database.execute("ROLLBACK")


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Change the records: all of it is on disk when this ends, or none of it when it raises. Raises DataProblem."""
    with _opened(folder) as database:
        database.execute("BEGIN IMMEDIATE")  # the right to write first: a reader may not turn into a writer
        try:
            yield database
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(_connected(folder / FILE)) as database:
            _step_up(database)
            yield database
    except (OSError, sqlite3.DatabaseError) as error:
        raise DataProblem(
            f"会议记录读写不了({folder.name}/{FILE})。请检查这个文件夹是否可写、磁盘是否已满。"
        ) from error


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=WAIT_MS / 1000, isolation_level=None)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")  # a score that was thanked for outlives a power cut
    database.execute("PRAGMA foreign_keys = ON")
    return database


def _step_up(database: sqlite3.Connection) -> None:
    taken = database.execute("PRAGMA user_version").fetchone()[0]
    if taken == len(STEPS):
        return
    if taken > len(STEPS):
        raise DataProblem("会议记录是新版程序写的,这一版打不开。请更新程序。")
    database.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have taken the steps while this one waited.
        taken = database.execute("PRAGMA user_version").fetchone()[0]
        for step in STEPS[taken:]:
            for statement in filter(str.strip, step.split(";")):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(STEPS)}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
