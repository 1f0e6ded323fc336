"""Names inside the prepared folder, and the one way to replace a file in it.

Light on purpose: a run that has nothing to do imports this and no table library.

OUT/CURRENT holds the name of a folder in OUT/versions/, which holds a Parquet file per table, the map layers,
the config and the manifest. OUT/pinned/ holds an empty file for each version that a meeting snapshot needs: it stays
though many newer ones are published. OUT/cache/ is prepare.py's own memory: it may be deleted at any time.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

CURRENT = "CURRENT"
VERSIONS = "versions"
PINNED = "pinned"
MANIFEST = "manifest.json"
CONFIG = "config.toml"
FAULTS = "faults.xlsx"
CACHE = "cache"


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it over: readers see the old or the new file, never a part."""
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(aside).chmod(0o644)
    Path(aside).replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames in the folder last through a power cut."""
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals the rename itself
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
