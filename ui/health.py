"""How the server is, without opening anything: what was last found when the data was opened, the records, the disk.

In: what `cached` knows, the records folder, the disk. Out: `web.health.Health`. Takes a millisecond: what watches over a
server asks every few seconds, and from every process.
"""

from __future__ import annotations

import shutil
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.requests import Request

from records.database import state as records_state
from settings import ConfigProblem
from ui import cached, viewer
from ui.cached import Standing
from web.health import Health

LOW_DISK_MB = 200  # under it a meeting's records may soon not be kept any more
_STARTED = monotonic()  # not the clock: it may be put right while the server runs


def look() -> Health:
    """What stands now."""
    about = {"app_version": app_version(), "uptime_s": round(monotonic() - _STARTED)}
    try:
        paths, found = cached.config().paths, cached.last_standing()
    except ConfigProblem:
        return Health("failing", {"version": None, "config": "broken", **about})
    records, free = records_state(paths.records), _free_mb(paths.prepared, paths.records)
    rest = {"records": records, "disk_free_mb": free, **about}
    if found is None:
        return Health("failing", {"version": None, **rest})
    is_well = not found.trouble and records == "ok" and (free is None or free >= LOW_DISK_MB)
    return Health("ok" if is_well else "degraded", {**_of_data(found), **rest})


def may_know(request: Request) -> bool:
    """Where people sign in, only this machine itself is told more than the status; a proxy asks for somebody else."""
    try:
        if cached.config().access.mode != "login":
            return True
    except ConfigProblem:
        pass
    return viewer.is_here(request.client.host if request.client else "", request.headers)


@cache
def app_version() -> str:
    """The program's own version."""
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    try:
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def _of_data(found: Standing) -> dict[str, Any]:
    manifest = found.data.manifest
    fallback = {"reason": found.trouble, "wanted": found.wanted} if found.trouble else None
    return {
        "version": manifest.version,
        "as_of": manifest.as_of.isoformat(),
        "prepared_at": manifest.prepared_at,
        "age_days": (datetime.now().astimezone().date() - manifest.as_of).days,
        "faults": dict(manifest.faults),
        "fallback": fallback,
    }


def _free_mb(*folders: Path) -> int | None:
    """Of the fuller of their disks; None when none of them can be asked."""
    found = []
    for folder in folders:
        there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
        try:
            found.append(shutil.disk_usage(there).free // 1_000_000)
        except OSError:
            continue
    return min(found, default=None)
