"""The audit log: who signed in, was refused, took a file away or changed scores, and when.

In: the logs folder and what happened. Out: one JSON object a line in audit.jsonl, times with their zone; files that are
full are numbered, the newest 1, and the oldest goes. Any number of processes on this machine may write at once. Holds no
personal data: `who` is a pseudonym, made with a key that lies beside the log and that only the server may read, and what
is told of an event is a short list of words and figures (FACTS). Refuses facts that are not on it.

`python -m records.audit FOLDER ACCOUNT` prints the lines of one account.

A log that cannot be written does not stop a meeting: the server's own log says so, and the line is lost.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, get_args

FILE = "audit.jsonl"
KEY = "audit.key"
LOCK = "audit.lock"
FULL = 5_000_000  # bytes of one file: some 30,000 lines
FILES = 20  # with the one that is written to: about 100 MB, a county's years
LONGEST = 200  # signs of a fact

Event = Literal[
    "sign_in",  # once a sign-in, not once a page
    "sign_out",
    "refused",  # signed in with the provider and not let in here; `why`
    "expired",  # a sign-in that is older than the config allows
    "role",  # the role of somebody who is signed in has changed; `was`
    "export",  # a file or a picture taken away; `what`, `page`, `file`, `rows`
    "score",  # a step of the chair or a change of scores; `what`, `round`, `stop`, `places`
]
FACTS = frozenset(
    {"why", "was", "what", "page", "file", "rows", "version", "place", "indicator", "part"}
    | {"round", "stop", "places", "codes", "scope", "snapshot", "bytes"}
)
"""What may be told of an event: none of it says who somebody is. No free text of people, no names, no addresses."""

_log = logging.getLogger("guanmo.audit")

Fact = str | int | float | bool | None


def note(folder: Path, event: Event, who: str, kind: str, **facts: Fact) -> None:
    """Add a line. `who`: a pseudonym (`pseudonym`, `Principal.who`), "" when nobody is known; `kind`: the role."""
    if event not in get_args(Event) or not facts.keys() <= FACTS:
        raise ValueError(f"not for the audit log: {event} {sorted(facts.keys() - FACTS)}")
    at = datetime.now().astimezone().isoformat(timespec="milliseconds")
    told = {name: _short(fact) for name, fact in facts.items() if fact is not None}
    line = json.dumps({"at": at, "event": event, "who": who, "kind": kind, **told}, ensure_ascii=False)
    try:
        with _alone(folder):
            path = folder / FILE
            _turn_when_full(path)
            with open(path, "ab", opener=_owners_only) as log:
                log.write(line.encode("utf-8", "backslashreplace") + b"\n")
    except OSError as error:
        _log.error("the audit log cannot be written (%s): %s by %s is not in it", error.strerror, event, who)


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    """All lines that are kept, the oldest first; one that a power cut left half written is passed over."""
    for path in [*(_numbered(folder / FILE, number) for number in range(FILES - 1, 0, -1)), folder / FILE]:
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError):
                    yield json.loads(line)


def pseudonym(folder: Path, account: str) -> str:
    """What the log calls the account: always the same with this folder's key, and nothing without it. Raises OSError."""
    return hmac.digest(_key(folder), account.encode("utf-8", "surrogatepass"), "sha256").hex()[:16]


_keys: dict[Path, bytes] = {}


def _key(folder: Path) -> bytes:
    if folder not in _keys:
        path = folder / KEY
        with _alone(folder):
            if not path.is_file() or path.stat().st_size != 32:
                path.unlink(missing_ok=True)
                with open(path, "xb", opener=_owners_only) as made:
                    made.write(secrets.token_bytes(32))
            _keys[folder] = path.read_bytes()
    return _keys[folder]


def _short(fact: Fact) -> Fact:
    return fact[:LONGEST] if isinstance(fact, str) else fact


def _owners_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _turn_when_full(path: Path) -> None:
    if not path.is_file() or path.stat().st_size < FULL:
        return
    for number in range(FILES - 1, 0, -1):
        older = path if number == 1 else _numbered(path, number - 1)
        if older.is_file():
            older.replace(_numbered(path, number))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time, of all processes: or two would turn the files at the same moment, and lose one."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOCK, "ab", opener=_owners_only) as lock:
        _acquire(lock)
        try:
            yield
        finally:
            _release(lock)


if sys.platform == "win32":
    import msvcrt

    def _acquire(lock: IO[bytes]) -> None:
        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)

    def _release(lock: IO[bytes]) -> None:
        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _acquire(lock: IO[bytes]) -> None:
        fcntl.flock(lock, fcntl.LOCK_EX)

    def _release(lock: IO[bytes]) -> None:
        fcntl.flock(lock, fcntl.LOCK_UN)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    if not (where / KEY).is_file():  # one made now would lock out whoever is signed in, and find nothing
        sys.exit(f"{where} 里没有 {KEY}:请写配置里 [paths] logs 指的文件夹。")
    asked = pseudonym(where, sys.argv[2])
    print(asked)
    for entry in entries(where):
        if entry.get("who") == asked:
            print(json.dumps(entry, ensure_ascii=False))
