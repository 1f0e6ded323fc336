"""What each file gave last time, so that a run reads only the files that changed.

In: a file, its source and the context it is read in. Out: the same `FileRead` as reading it would give, bit for
bit. A kept result is found by a digest of everything it depends on: the file's bytes and name, its source's
layout, the register, the settings that readers look at, the as-of day, and the code itself. Anything that
cannot be read back is simply read again; the folder may be deleted at any time.

What is kept has passed the door: personal data was refused before the first line of it was read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data_loaders.file_reading import Context, FileRead, read_file
from data_loaders.folder import CACHE
from data_loaders.inbox import RawFile
from data_loaders.tables import Tally
from data_loaders.unchanged import code_digest
from faults import Fault
from settings import Source

# No reader looks at these: changing a weight or a headline must not read a thousand files again.
_NOT_READ = {"paths", "checks", "reconcile", "suspicious", "ranking", "overview", "coverage", "sources"}


class FileCache:
    """Results of earlier runs below the prepared folder `out`."""

    def __init__(self, out: Path) -> None:
        self._folder = out / CACHE / "files"
        self._code = code_digest()
        self._used: set[str] = set()

    def read(self, file: RawFile, source: Source, context: Context, context_key: str) -> FileRead:
        """The file's result: kept, or read now and kept."""
        key = _digest(self._code, context_key, source.model_dump_json(), file.name, file.sha256())
        self._used.add(key)
        kept = self._load(key)
        if kept is None:
            kept = read_file(file, source, context)
            self._keep(key, kept)
        return kept

    def forget_unused(self) -> None:
        """Remove what no file of this run needed."""
        for path in self._folder.glob("*.z"):
            if path.stem not in self._used:
                path.unlink(missing_ok=True)

    def _load(self, key: str) -> FileRead | None:
        try:
            packed = (self._folder / f"{key}.z").read_bytes()
            content = json.loads(zlib.decompress(packed))
            return FileRead(
                records=content["records"],
                placements=content["placements"],
                faults=[Fault(**fault) for fault in content["faults"]],
                tally=Tally(**content["tally"]),
            )
        except (OSError, ValueError, KeyError, TypeError, zlib.error):
            return None

    def _keep(self, key: str, found: FileRead) -> None:
        # Not asdict of the whole: it copies every record on the way.
        plain = {
            **vars(found),
            "faults": [asdict(fault) for fault in found.faults],
            "tally": asdict(found.tally),
        }
        content = json.dumps(plain, ensure_ascii=False, default=str, separators=(",", ":"))
        # A full disk or a folder that may not be written to costs time on the next run, nothing else.
        aside = self._folder / f"{key}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(zlib.compress(content.encode(), level=1))
            aside.replace(self._folder / f"{key}.z")
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink()


def context_key(context: Context) -> str:
    """Digest of all that readers may look at beside their file."""
    places = context.register.places[["place_code", "name"]]
    return _digest(
        context.settings.model_dump_json(exclude=_NOT_READ),
        context.as_of.isoformat(),
        json.dumps(places.to_numpy().tolist(), ensure_ascii=False),
        json.dumps(sorted(context.register.aliases.items()), ensure_ascii=False),
        json.dumps([asdict(change) for change in context.register.history], ensure_ascii=False),
        json.dumps(context.enterprises, ensure_ascii=False, default=str),
    )


def _digest(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        digest.update(f"{len(text)}:".encode())
        digest.update(text)
    return digest.hexdigest()
