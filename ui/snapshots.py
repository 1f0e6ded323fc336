"""The meeting snapshot that the address asks for, and what can be said of any of them.

In: the address and the records. Out: the snapshot with its data, or the newest data where none is wanted.
"""

from __future__ import annotations

from data_loaders.contract import Dataset
from data_loaders.folder import MANIFEST, VERSIONS
from faults import DataProblem
from records.snapshots import Snapshot, find
from settings import ConfigProblem
from ui import cached, gate, rights, view
from wording import date_text


class CannotBeShown(DataProblem):
    """The snapshot is not there, or its data cannot be opened; the newest data may well be."""


def shown() -> Snapshot | None:
    """The snapshot of the address. Raises DataProblem when there is no such snapshot."""
    asked = view.asked_snapshot()
    return find(cached.config().paths.records, asked) if asked else None


def opened() -> tuple[Snapshot | None, Dataset]:
    """What the address asks for, with its data. Raises CannotBeShown, DataProblem or ConfigProblem."""
    try:
        snapshot = shown()
        if snapshot is not None:
            # What is left out as too small differs from version to version: two of them side by side would tell.
            rights.need("meet", "会议快照")
            return snapshot, gate.opened(snapshot.version)
    except ConfigProblem:
        raise
    except DataProblem as problem:
        raise CannotBeShown(str(problem)) from problem
    return None, gate.current()


def is_there(snapshot: Snapshot) -> bool:
    """Whether the version that it names is still in the data folder (it is pinned: somebody would have deleted it)."""
    return (cached.config().paths.prepared / VERSIONS / snapshot.version / MANIFEST).is_file()


def made_text(snapshot: Snapshot) -> str:
    """When it was made, by this machine's clock: 2026年11月15日 09:30."""
    made = snapshot.made_at.astimezone()
    return f"{date_text(made.date())} {made:%H:%M}"
