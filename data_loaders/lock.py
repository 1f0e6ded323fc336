"""One run of prepare.py at a time for a data folder.

In: the prepared folder OUT. Out: a context in which nobody else publishes into it; it begins by removing what killed runs
left half-written. Refuses to wait: whoever comes second is told who is at it, and since when. The lock is the operating
system's own (flock; on Windows a locked range of bytes), so that it ends with its process, whatever ends that.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from data_loaders.folder import CACHE, CURRENT, FAULTS, PUBLISHED, VERSIONS, WRITING, replace_file
from faults import DataProblem

LOCK = ".prepare.lock"  # locked, never read: who holds the lock stands beside it
HOLDER = ".prepare.json"


@contextmanager
def preparing(out: Path) -> Iterator[None]:
    """Within it this process alone writes to `out`. Raises DataProblem at once when another one is at it."""
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise DataProblem(
            f"另一个程序正在准备同一批数据({_holder(out)}),这一次没有运行。请等它结束后再试。"
        ) from error
    try:
        _say_who(out)
        sweep(out)
        yield
    finally:
        with contextlib.suppress(OSError):
            (out / HOLDER).unlink(missing_ok=True)
        lock.release()


def sweep(out: Path) -> None:
    """Remove what killed runs left behind. Only for whoever holds the lock: another's work looks the same."""
    for folder in (out / VERSIONS).glob(f"{WRITING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    left = [*(out / CACHE / "files").glob("*.part"), *(out / CACHE).glob(".inputs.json-*")]
    for name in (CURRENT, PUBLISHED, FAULTS, HOLDER):
        left += out.glob(f".{name}-*")  # as replace_file names what it writes aside
    for file in left:
        with contextlib.suppress(OSError):
            file.unlink()


def _say_who(out: Path) -> None:
    who = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    replace_file(out / HOLDER, json.dumps(who).encode())


def _holder(out: Path) -> str:
    """Who holds the lock, as it says of itself: it may have begun a moment ago and not have said it yet."""
    try:
        found = json.loads((out / HOLDER).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(found["since"])
        return f"进程号 {int(found['pid'])},机器 {found['host']},{since:%Y年%m月%d日%H:%M}开始"
    except (OSError, ValueError, KeyError, TypeError):
        return "刚刚开始"
