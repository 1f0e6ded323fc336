"""What meetings leave behind, in one SQLite file: agendas, snapshots, codes and scores; and which sign-ins have ended.

In: the records folder of the config. Out: a connection of which every commit is on disk before it returns, and which
many readers and one writer at a time, of any number of processes on this machine, may share (WAL). Refuses a file that
a newer program wrote: it says so instead of guessing. What stands here cannot be made again from ledgers, so nothing
here is ever deleted to make room.
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from faults import DataProblem

FILE = "meetings.sqlite3"
WAIT_MS = 15_000  # for another writer: sixty phones at once are through in one or two seconds
IDLE = 8  # connections that are kept for whoever comes next

# Every step that the file has gone through, in order; user_version counts those it has taken. Steps are only ever added.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE agendas (name TEXT PRIMARY KEY, agenda TEXT NOT NULL, changed_at TEXT NOT NULL) STRICT;
    CREATE TABLE snapshots (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL, as_of TEXT NOT NULL,
        agenda TEXT, made_at TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE rounds (
        id TEXT PRIMARY KEY, route TEXT NOT NULL, name TEXT NOT NULL, rules TEXT NOT NULL, made_at TEXT NOT NULL,
        revealed INTEGER NOT NULL DEFAULT 0, UNIQUE (route, name)
    ) STRICT;
    CREATE TABLE round_stops (
        round TEXT NOT NULL REFERENCES rounds, stop TEXT NOT NULL, position INTEGER NOT NULL, number INTEGER,
        title TEXT NOT NULL, place_code TEXT, place TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'open', 'closed')),
        PRIMARY KEY (round, stop)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE codes (
        code TEXT PRIMARY KEY, round TEXT NOT NULL REFERENCES rounds, number INTEGER NOT NULL, holder TEXT,
        township TEXT, UNIQUE (round, number)
    ) STRICT;
    CREATE TABLE scores (
        code TEXT NOT NULL REFERENCES codes, round TEXT NOT NULL, stop TEXT NOT NULL, title TEXT NOT NULL,
        points TEXT NOT NULL, scored_at TEXT NOT NULL, PRIMARY KEY (code, stop),
        FOREIGN KEY (round, stop) REFERENCES round_stops (round, stop)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX scores_of_stops ON scores (round, stop);
    CREATE TABLE round_steps (
        id INTEGER PRIMARY KEY, round TEXT NOT NULL REFERENCES rounds, done_at TEXT NOT NULL, step TEXT NOT NULL,
        stop TEXT
    ) STRICT;
    """,
    """
    CREATE TABLE sign_outs (who TEXT PRIMARY KEY, issued INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE sign_ins (
        who TEXT NOT NULL, issued INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (who, issued)
    ) STRICT, WITHOUT ROWID;
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
    with _its_turn(folder), _opened(folder) as database:
        database.execute("BEGIN IMMEDIATE")  # the right to write first: a reader may not turn into a writer
        try:
            yield database
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")


def state(folder: Path) -> str:
    """Ok (also while nobody has kept anything yet), missing, unreadable or read-only: for whoever watches over the server."""
    path = folder / FILE
    try:
        if not path.exists():
            return "missing" if path in _seen else "ok"
        with reading(folder):
            return "ok" if os.access(path, os.W_OK) and os.access(folder, os.W_OK) else "read-only"
    except (OSError, DataProblem):
        return "unreadable"


_writers: dict[Path, Lock] = {}
_seen: set[Path] = set()  # files that this process has opened
_idle: OrderedDict[sqlite3.Connection, tuple[Path, tuple[int, int]]] = OrderedDict()
_keeping = Lock()


@contextmanager
def _its_turn(folder: Path) -> Iterator[None]:
    """One writer of this process at a time: SQLite lets those who wait sleep, and whoever comes may overtake them."""
    with _keeping:
        turn = _writers.setdefault(folder, Lock())
    if not turn.acquire(timeout=WAIT_MS / 1000):
        raise DataProblem("会议记录正忙,没有保存。请稍后再试。")
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection for this use alone, kept for the next one: to open one takes twenty times as long as to write."""
    try:
        path = folder / FILE
        if path in _seen and not path.exists():
            # A new one beside the old would take what is written now, and nobody would find it once the disk is back.
            raise DataProblem(
                f"会议记录不见了({folder.name}/{FILE}),读不到,也没有保存。请检查磁盘是否挂上;确实要从头开始,请重启程序。"
            )
        folder.mkdir(parents=True, exist_ok=True)
        database = _kept(path) or _connected(path)
        file = path, _file_at(path)
        try:
            _step_up(database, path)
            _seen.add(path)
            yield database
        except sqlite3.Error:
            database.close()
            _close_idle()  # opened while the file could not be written, they would refuse long after it can be
            raise
        except BaseException:
            _keep(database, file)
            raise
        _keep(database, file)
    except (OSError, sqlite3.DatabaseError) as error:
        raise DataProblem(
            f"会议记录读写不了({folder.name}/{FILE})。请检查这个文件夹是否可写、磁盘是否已满。"
        ) from error


def _kept(path: Path) -> sqlite3.Connection | None:
    """A connection that nobody uses, to the file that is there now: it may have been taken away and put back."""
    try:
        file = _file_at(path)
    except OSError:
        return None
    with _keeping:
        found = next((each for each, of in _idle.items() if of == (path, file)), None)
        if found is not None:
            del _idle[found]
        return found


def _keep(database: sqlite3.Connection, file: tuple[Path, tuple[int, int]]) -> None:
    with _keeping:
        _idle[database] = file
        going = _idle.popitem(last=False)[0] if len(_idle) > IDLE else None
    if going is not None:
        going.close()


def _close_idle() -> None:
    with _keeping:
        going = list(_idle)
        _idle.clear()
    for each in going:
        each.close()


def _file_at(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _connected(path: Path) -> sqlite3.Connection:
    # Used by one thread at a time, but not always by the same.
    database = sqlite3.connect(path, timeout=WAIT_MS / 1000, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")  # a score that was thanked for outlives a power cut
    database.execute("PRAGMA foreign_keys = ON")
    return database


def earlier_copy(path: Path, taken: int) -> Path:
    """Where the file is kept as it was before a newer program changed it: what an older program can go back to."""
    return path.with_name(f"{path.stem}.step{taken}{path.suffix}")


def copy_of(path: Path, to: Path) -> None:
    """A copy of the file at one moment, whoever writes meanwhile: every commit from before this call is in it."""
    source, target = sqlite3.connect(path, timeout=WAIT_MS / 1000), sqlite3.connect(to)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
    finally:
        target.close()
        source.close()


def _step_up(database: sqlite3.Connection, path: Path) -> None:
    taken = database.execute("PRAGMA user_version").fetchone()[0]
    if taken == len(STEPS):
        return
    if taken > len(STEPS):
        earlier = earlier_copy(path, len(STEPS))
        go_back = (
            f"要留在这一版,先停下程序,把 {earlier.name}(更新前自动留下的)改名为 {FILE};更新后记下的内容不在里面。"
            if earlier.exists()
            else "要留在这一版,请恢复更新前的备份。"
        )
        raise DataProblem(f"会议记录是新版程序写的,这一版打不开。请更新程序。{go_back}")
    database.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have taken the steps while this one waited.
        taken = database.execute("PRAGMA user_version").fetchone()[0]
        if 0 < taken < len(STEPS) and not earlier_copy(path, taken).exists():
            _keep_a_copy(path, earlier_copy(path, taken))
        for step in STEPS[taken:]:
            for statement in filter(str.strip, step.split(";")):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(STEPS)}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _keep_a_copy(path: Path, to: Path) -> None:
    aside = to.with_suffix(".part")
    aside.unlink(missing_ok=True)
    copy_of(path, aside)
    aside.replace(to)
