"""One file as it was sent, whether it lies in the raw folder or in a zip there.

In: its path, or a zip and the name in it. Out: its bytes up to the bound, its digest, a path for programs that
want one. Nothing is ever unpacked into the raw folder. Refuses what is larger than [limits] allows.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from data_loaders.limits import MB, check_size, damaged
from settings import Limits
from zips import BROKEN, chunks, extract_entry, read_entry

_CHUNK = 1 << 20


@dataclass
class Bundle:
    """An opened zip: its files by the names that people know."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RawFile:
    """One file that may hold data. `names` are what a source's pattern may match."""

    name: str  # as faults and sources call it: below the raw folder, a zip like a folder
    names: tuple[str, ...]
    path: Path  # of the file, or of the zip that it is in
    entry: str | None = None  # its name in the zip
    bundle: Bundle | None = None

    @property
    def suffix(self) -> str:
        """The extension, in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def info(self) -> zipfile.ZipInfo | None:
        """What the zip says of the file; None when it is in none."""
        return self.bundle.entries[self.entry] if self.bundle and self.entry else None

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.info.file_size if self.info is not None else self.path.stat().st_size

    def read(self, limits: Limits) -> bytes:
        """Its content; a Refusal when it is larger than allowed or cannot be read."""
        most = int(limits.file_mb * MB)
        try:
            check_size(self.size, self.name, limits)
            if self.bundle is not None and self.info is not None:
                return read_entry(self.bundle.archive, self.info, most)
            with self.path.open("rb") as file:
                content = file.read(most + 1)
        except BROKEN as error:
            raise damaged(self.name) from error
        check_size(len(content), self.name, limits)  # it may have grown meanwhile
        return content

    def pieces(self) -> Iterator[bytes]:
        """Its content, a piece at a time, however long; BROKEN when it cannot be read."""
        if self.bundle is not None and self.info is not None:
            yield from chunks(self.bundle.archive, self.info, self.info.file_size)
            return
        with self.path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece

    def sha256(self) -> str:
        """The digest of its content; blank when it cannot be read."""
        digest = hashlib.sha256()
        try:
            for piece in self.pieces():
                digest.update(piece)
        except BROKEN:
            return ""
        return digest.hexdigest()

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Where a program that wants a path finds it: itself, or a copy with what belongs to it."""
        if self.bundle is None or self.entry is None:
            yield self.path
            return
        own = PurePosixPath(self.entry)
        with tempfile.TemporaryDirectory(prefix="guanmo-") as folder:
            try:
                for name, info in self.bundle.entries.items():
                    if name == self.entry or _is_part(PurePosixPath(name), own):
                        target = Path(folder) / PurePosixPath(name).name
                        extract_entry(self.bundle.archive, info, target, info.file_size)
            except BROKEN as error:
                raise damaged(self.name) from error
            yield Path(folder) / own.name


def _is_part(path: PurePosixPath, layer: PurePosixPath) -> bool:
    is_shapes = layer.suffix.lower() == ".shp"
    return is_shapes and path.parent == layer.parent and path.stem == layer.stem
