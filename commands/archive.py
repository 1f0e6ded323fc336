"""A backup as one file: what may stand in it, and whether what stands in it is what was put there.

In: a .tar.gz of commands.backup. Out: its manifest and, one after the other, its files as streams. Refuses, before a byte of it
is used, an archive that is cut off or changed, names that lead elsewhere, links and whatever else is no plain file, files
that the manifest does not name, and files that are longer than it says.

    backup.json                       first: format, when, county, versions, and size and sha256 of every file below
    config.toml, roster.csv
    prepared/CURRENT PUBLISHED pinned/<v> versions/<v>/…
    records/meetings.sqlite3          as SQLite copies it itself, never the live file
    logs/audit.…
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from faults import DataProblem

MANIFEST = "backup.json"
FORMAT = 1
CONFIG, ROSTER = "config.toml", "roster.csv"
PREPARED, RECORDS, LOGS = "prepared", "records", "logs"
LONGEST_MANIFEST = 20_000_000
_CHUNK = 1 << 20
_TOO_LONG = 240  # characters of a name: what every file system takes


@dataclass(frozen=True)
class Entry:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself."""

    made_at: str  # ISO 8601 with zone
    app_version: str
    county: str  # hostile text
    current: str | None
    versions: tuple[str, ...]
    left_out: tuple[str, ...]  # sentences: what was damaged or gone when the backup was made
    files: tuple[Entry, ...]

    def as_json(self) -> bytes:
        """The manifest's text."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def is_safe(name: str) -> bool:
    """Whether the name stays within the folder that it is unpacked into, on any system."""
    parts = name.split("/")
    plain = all(part and part not in (".", "..") and not part.endswith((" ", ".")) for part in parts)
    return (
        plain
        and not any(sign in name for sign in '\\:*?"<>|')
        and min(map(ord, name), default=0) >= 32
        and len(name) <= _TOO_LONG
        and (name in (CONFIG, ROSTER) or (len(parts) > 1 and parts[0] in (PREPARED, RECORDS, LOGS)))
    )


@contextmanager
def reading(archive: Path) -> Iterator[tuple[Contents, Iterator[tuple[Entry, IO[bytes]]]]]:
    """The manifest, and every file with its entry, each checked as it is read to its end. Raises DataProblem."""
    try:
        with gzip.open(archive) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
            contents = _contents(tar)
            yield contents, _files(tar, contents)
            while unpacked.read(_CHUNK):  # to its end: there stands the sum over all of it
                pass
    except FileNotFoundError as error:
        raise DataProblem(f"没有这个备份文件:{archive}。") from error
    except (tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataProblem(f"备份文件 {archive.name} 不完整或已损坏。请换一份备份。") from error
    except OSError as error:
        # What gzip finds wrong is an OSError without a number; a disk's fault has one.
        if error.errno is not None:
            raise
        raise DataProblem(f"备份文件 {archive.name} 不完整或已损坏。请换一份备份。") from error


def verify(archive: Path) -> Contents:
    """Read it from one end to the other; what it says of itself. Raises DataProblem."""
    with reading(archive) as (contents, files):
        for _, stream in files:
            while stream.read(_CHUNK):
                pass
    return contents


def _contents(tar: tarfile.TarFile) -> Contents:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LONGEST_MANIFEST:
        raise DataProblem("这不是本程序的备份文件,或者已损坏。")
    file = tar.extractfile(first)
    assert file is not None
    try:
        raw: Mapping[str, Any] = json.loads(file.read())
        if raw["format"] > FORMAT:
            raise DataProblem("备份是新版程序做的,这一版读不了。请用新版程序恢复。")
        files = tuple(
            Entry(str(each["name"]), int(each["size"]), str(each["sha256"])) for each in raw["files"]
        )
        contents = Contents(
            made_at=str(raw["made_at"]),
            app_version=str(raw["app_version"]),
            county=str(raw["county"]),
            current=None if raw["current"] is None else str(raw["current"]),
            versions=tuple(map(str, raw["versions"])),
            left_out=tuple(map(str, raw["left_out"])),
            files=files,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DataProblem("备份文件的清单读不出来,可能已损坏。请换一份备份。") from error
    names = [each.name.casefold() for each in files]  # Windows takes A and a for one file
    for each in files:
        if not is_safe(each.name) or each.size < 0:
            raise DataProblem(f"备份文件里有不该有的文件名:{each.name!r}。没有恢复。")
    if len(set(names)) != len(names):
        raise DataProblem("备份文件里有同名的文件。没有恢复。")
    return contents


def _files(tar: tarfile.TarFile, contents: Contents) -> Iterator[tuple[Entry, IO[bytes]]]:
    expected = {each.name: each for each in contents.files}
    while (member := tar.next()) is not None:
        entry = expected.pop(member.name, None)
        if entry is None:
            raise DataProblem(f"备份文件里有清单上没有的内容:{member.name!r}。没有恢复。")
        if not member.isreg():
            raise DataProblem(f"备份文件里的 {member.name!r} 不是普通文件(可能是链接)。没有恢复。")
        if member.size != entry.size:
            raise DataProblem(f"备份文件里的 {entry.name} 与清单不符,可能已损坏。请换一份备份。")
        found = tar.extractfile(member)
        assert found is not None
        stream = Checked(found)
        yield entry, stream  # type: ignore[misc]
        if stream.digest() != entry.sha256:
            raise DataProblem(f"备份文件里的 {entry.name} 与清单不符,可能已损坏。请换一份备份。")
    if expected:
        raise DataProblem(f"备份文件里缺少 {next(iter(expected))}。请换一份备份。")


class Checked:
    """A stream that knows the digest of what was read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        piece = self._stream.read(size)
        self._digest.update(piece)
        return piece

    def digest(self) -> str:
        """Of everything that was read."""
        return self._digest.hexdigest()


def top(name: str) -> str:
    """The part of the archive that a file belongs to."""
    return PurePosixPath(name).parts[0]


def copied(stream: IO[bytes], to: IO[bytes], wrote: Callable[[], None] = lambda: None) -> None:
    """Everything of the stream."""
    while piece := stream.read(_CHUNK):
        to.write(piece)
    wrote()
