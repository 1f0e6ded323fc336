"""What a server's processes use: memory and processor time, added up over all that belong to it.

In: process numbers. Out: megabytes resident, seconds of processor time; 0 for a process that is gone, and everywhere
but on Linux, where /proc is not to be had.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def with_children(pid: int) -> list[int]:
    """The process and all that it started, and those in turn."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text(encoding="ascii", errors="replace")
        except OSError:
            continue  # it has just ended
        parents.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(status.parent.name))
    found, ahead = [], [pid]
    while ahead:
        found.append(ahead.pop())
        ahead += parents.get(found[-1], [])
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of processor time that they have used so far."""
    return sum(map(_cpu_s, pids))


def rss_mb(pids: Iterable[int]) -> float:
    """Megabytes that they hold in memory."""
    return sum(map(_rss_mb, pids))


def _cpu_s(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
