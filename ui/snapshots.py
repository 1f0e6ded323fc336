"""The meeting snapshot that the address asks for.

In: the address and the records. Out: the snapshot, or None where the newest data are wanted.
"""

from __future__ import annotations

from records.snapshots import Snapshot, find
from ui import cached, view


def shown() -> Snapshot | None:
    """The snapshot of the address. Raises DataProblem when there is no such snapshot."""
    asked = view.asked_snapshot()
    return find(cached.config().paths.records, asked) if asked else None
