"""Has anything changed since the version that is published? Answered without reading a single table.

In: the config, the raw folder, the as-of day. Out: a digest of all that a version depends on: every raw file's
name and bytes, the config, the day, and the code and locked libraries that read them. When the published
version was made from the same digest there is nothing to do.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from datetime import date
from pathlib import Path

from data_loaders.folder import CACHE, CURRENT, FAULTS, VERSIONS, damaged_files, replace_file

_ROOT = Path(__file__).resolve().parent.parent
_CODE = ("data_loaders", "geo", "settings", "faults.py", "wording.py", "zips.py", "uv.lock")
_MEMORY = "inputs.json"
_CHUNK = 1 << 20


def code_digest() -> str:
    """Digest of the code and the locked libraries that turn raw files into a version."""
    digest = hashlib.sha256()
    for name in _CODE:
        path = _ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.is_file():
                _add(digest, file.relative_to(_ROOT).as_posix(), file.read_bytes())
    return digest.hexdigest()


def inputs_digest(config: bytes, raw: Path, as_of: date) -> str:
    """Digest of all that a version depends on."""
    digest = hashlib.sha256()
    _add(digest, "code", code_digest().encode())
    _add(digest, "as_of", as_of.isoformat().encode())
    _add(digest, "config", config)
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        _add_file(digest, raw, path)
    return digest.hexdigest()


def published_from(out: Path, digest: str) -> str | None:
    """The current version's name when it was made from these inputs and is all there; else None."""
    try:
        memory = json.loads((out / CACHE / _MEMORY).read_text(encoding="utf-8"))
        current = (out / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    if not isinstance(memory, dict) or memory.get("digest") != digest or memory.get("version") != current:
        return None
    # Looked through and not only for: whoever is told to prepare a damaged version again must get a whole one.
    whole = (out / FAULTS).is_file() and not damaged_files(out / VERSIONS / current)
    return current if whole else None


def remember(out: Path, digest: str, version: str) -> None:
    """Note that `version` was made from the inputs with this digest."""
    memory = json.dumps({"digest": digest, "version": version})
    # The version is published: a disk that is full by now costs time on the next run, nothing else.
    with contextlib.suppress(OSError):
        (out / CACHE).mkdir(exist_ok=True)
        replace_file(out / CACHE / _MEMORY, memory.encode())


def _add_file(digest: hashlib._Hash, raw: Path, path: Path) -> None:
    own = hashlib.sha256()
    try:
        # A link counts as what it says: where it leads to is either in the folder, too, or is not read.
        if path.is_symlink():
            own.update(os.fsencode(path.readlink()))
        else:
            with path.open("rb") as file:
                while piece := file.read(_CHUNK):
                    own.update(piece)
    except OSError as error:  # reading it will be a fault
        own.update(str(error.errno).encode())
    digest.update(os.fsencode(path.relative_to(raw)) + b"\0" + own.digest())


def _add(digest: hashlib._Hash, name: str, content: bytes) -> None:
    digest.update(f"{name}\0{len(content)}\0".encode())
    digest.update(content)
