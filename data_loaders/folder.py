"""Names inside the prepared folder, and the one way to replace a file in it.

Light on purpose: a run that has nothing to do imports this and no table library.

OUT/CURRENT holds the name of a folder in OUT/versions/, which holds a Parquet file per table, the map layers,
the config and the manifest. OUT/PUBLISHED lists the versions in the order in which they became current, the newest last: a
clock that jumps changes no order. OUT/pinned/ holds an empty file for each version that a meeting snapshot needs: it stays
though many newer ones are published. OUT/cache/ is prepare.py's own memory: it may be deleted at any time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults import DataProblem

CURRENT = "CURRENT"
PUBLISHED = "PUBLISHED"
VERSIONS = "versions"
PINNED = "pinned"
MANIFEST = "manifest.json"
CONFIG = "config.toml"
FAULTS = "faults.xlsx"
CACHE = "cache"
WRITING = ".writing-"  # how the name of a version that is being written begins
VERSION_NAME = re.compile(r"\d{8}-[0-9a-f]{16}")

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows knows no quotas here
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FAILED = {errno.EIO, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ENXIO, errno.ENODEV}


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it over: readers see the old or the new file, never a part."""
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def damaged_files(version: Path) -> list[str]:
    """Files of a version's folder that are missing or not as its manifest says; the manifest, when it says nothing."""
    try:
        files = json.loads((version / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [name for name, sha256 in files.items() if digest_of(version / name) != sha256]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [MANIFEST]


def digest_of(path: Path) -> str:
    """SHA-256 of the file's bytes; "" when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def published_order(out: Path) -> list[str]:
    """Versions in the order in which they became current, the newest last; [] when nobody wrote it down."""
    try:
        lines = (out / PUBLISHED).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []
    return [line for line in lines if VERSION_NAME.fullmatch(line)]


@contextmanager
def told_in_words(what: str) -> Iterator[None]:
    """A disk that is full, read-only or gone becomes a DataProblem; any other OSError is our bug and goes on.

    `what` is a sentence of what has not been done, e.g. "没有发布,原来的版本没有动"。
    """
    try:
        yield
    except OSError as error:
        why = disk_fault(error)
        if why is None:
            raise
        raise DataProblem(f"{why}{what}。") from error


def disk_fault(error: OSError) -> str | None:
    """What the disk has against it, in words; None when it is not the disk's fault."""
    where = f"({error.filename})" if error.filename else ""
    if error.errno in _FULL:
        return f"磁盘写满了,或者超过了配额{where}。请清理磁盘后再运行;"
    if error.errno in _REFUSED:
        return f"文件夹写不进去{where}。请检查它的权限、磁盘是否只读;"
    if error.errno in _FAILED:
        return f"文件夹读写出错{where}:磁盘可能没有挂上,或者路径不对。请检查后再运行;"
    return None


def sync_folder(path: Path) -> None:
    """Make renames in the folder last through a power cut."""
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals the rename itself
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
