"""What a server says about itself: one JSON object a line, for whoever runs it.

In: events of the app (`event`), and whatever libraries log. Out: lines on stderr and in a file that is rotated; without
`to_json` nothing changes and events go nowhere. Refuses what is nobody's business who reads a log: queries of addresses,
text of ledgers (which is Chinese or a long number), messages of exceptions (which quote both). An error is told by its type
and by the lines of the program that it passed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from secrets import token_hex

ROOT = Path(__file__).resolve().parent
FILE_BYTES, FILES = 20_000_000, 10
LONGEST = 500  # characters of what a library says
FRAMES = 12  # of an error, the innermost

_EVENTS = logging.getLogger("guanmo")
_QUERY = re.compile(r"\?[^\s\"'<>]*")
# What only data can hold, since the program's own log lines are English: Chinese, and numbers of telephones and persons.
_WORDS = re.compile(r"[^\x00-\x7f]+")
_DIGITS = re.compile(r"\d{7,}[Xx]?")
_NUMBER = "_guanmo_fault_number"

Fact = str | int | float | bool | None


def event(what: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Say that this has happened; facts are codes, names of versions and pages, numbers."""
    _EVENTS.log(level, what, extra={"facts": facts})


def fault(error: BaseException, **facts: Fact) -> str:
    """Log an error of the program, once however often it passes here; the number by which it is found."""
    number = getattr(error, _NUMBER, "")
    if not number:
        number = token_hex(3).upper()
        setattr(error, _NUMBER, number)
        told = {"number": number, **facts}
        _EVENTS.error("program fault %s", number, exc_info=_is_json() and error, extra={"facts": told})
    return str(number)


def has_number(error: BaseException) -> bool:
    """Whether `fault` has had this error, so that its number is on the page."""
    return hasattr(error, _NUMBER)


def to_json(folder: Path | None, name: str) -> None:
    """From now on everything goes to stderr as JSON, and to `<name>.jsonl` in the folder when it can be written."""
    logging.raiseExceptions = False  # a full disk must not fill stderr as well
    root = logging.getLogger()
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.jsonl"
            handlers.append(
                RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
            )
    except OSError as error:
        unwritable: OSError | None = error
    else:
        unwritable = None
    for handler in handlers:
        handler.setFormatter(JsonLines(name))
        handler.addFilter(_told_already)
    root.handlers[:] = handlers
    root.setLevel(logging.WARNING)
    _EVENTS.setLevel(logging.INFO)
    logging.captureWarnings(True)
    if unwritable is not None:
        event("log file cannot be written", level=logging.ERROR, errno=unwritable.errno)


class JsonLines(logging.Formatter):
    """A record as one line of JSON; `name` is that of the process."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._process = name

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        line: dict[str, Fact | list[str]] = {
            "at": at,
            "level": record.levelname.lower(),
            "process": self._process,
        }
        if record.name == _EVENTS.name:
            line["event"] = str(record.msg).partition(" %")[0]
            line |= {key: _plain(value) for key, value in getattr(record, "facts", {}).items()}
        else:
            line |= {"event": "log", "from": record.name, "said": _plain(_DIGITS.sub("...", _said(record)))}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line |= {"error": _type(error), "where": _where(error)}
            if error.__cause__ is not None:
                line["because"] = _type(error.__cause__)
        return json.dumps(line, ensure_ascii=True)


def _told_already(record: logging.LogRecord) -> bool:
    """Streamlit logs an uncaught error as well: `fault` has said it with its number."""
    error = record.exc_info[1] if record.exc_info else None
    return record.name == _EVENTS.name or error is None or not has_number(error)


def _is_json() -> bool:
    return any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _plain(value: Fact) -> Fact:
    if not isinstance(value, str):
        return value
    return _WORDS.sub("...", _QUERY.sub("?...", value))[:LONGEST]


def _type(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _where(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(file: str) -> str:
    """The file from the project's folder, or from its package's."""
    tail = file.replace("\\", "/").partition("/site-packages/")[2]
    if tail:
        return tail
    path = Path(file)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
