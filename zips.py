"""A zip as it arrives: what its entries are called, where they lead, and their bytes up to a bound.

In: a zip of unknown origin. Out: entries under the names that their author saw, and their content. Refuses
names that lead out of the archive, and never expands more than the caller allows: sizes that the archive
states are a claim, so they are added up first and kept to while reading.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,  # what zipfile raises for a password
    EOFError,
    OSError,
    ValueError,  # a name that claims to be UTF-8 and is not
    struct.error,
    zlib.error,
)
"""What the standard library raises for a damaged, truncated or forged zip."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others expand without a bound, a chunk at a time
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH = 0x7075  # extra field in which 7-Zip and WinRAR repeat the name in UTF-8
_END, _END64_LOCATOR, _CENTRAL = b"PK\x05\x06", b"PK\x06\x07", b"PK\x01\x02"
_CHUNK = 1 << 20
_TYPICAL_RECORD = 600  # bytes of one directory record, with a long Chinese path and its extra fields


def entry_name(entry: zipfile.ZipInfo) -> str:
    """An entry's name as its author saw it: Windows zips Chinese names in GBK and does not say so."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.orig_filename
    spelled_out = _unicode_path(entry.extra)
    if spelled_out is not None:
        return spelled_out
    try:
        stored = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            decoded = stored.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A wrong guess gives private and unassigned characters; the full-width space is an honest one.
        if decoded.replace("\u3000", " ").isprintable():
            return decoded
    return entry.orig_filename


def leads_outside(name: str) -> bool:
    r"""Whether an entry's name points out of the archive: `../x`, `/x`, `C:\x`, or hides its end behind a NUL."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name or not path.parts


def is_litter(name: str) -> bool:
    """Files that programs leave beside the real ones: Office locks, dot files, thumbnails, macOS shadows."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    last = parts[-1].lower() if parts else ""
    return (
        any(part.startswith(".") or part == "__MACOSX" for part in parts)
        or last.startswith("~$")
        or last in ("thumbs.db", "desktop.ini")
    )


def is_encrypted(entry: zipfile.ZipInfo) -> bool:
    """Whether a password is needed."""
    return bool(entry.flag_bits & _ENCRYPTED_FLAG)


def lists_more_than(file: IO[bytes], entries: int) -> bool:
    """Whether the archive's directory is too long for that many entries.

    To be asked before zipfile opens it: zipfile builds an object for every record that it finds.
    """
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_600))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        return False  # no zip at all; zipfile says so
    (length,) = struct.unpack_from("<I", tail, end + 12)
    # A 64-bit archive states its directory's length elsewhere; all of the file is the safe answer.
    if length == 0xFFFFFFFF or _END64_LOCATOR in tail[max(0, end - 20) : end]:
        length = size
    if length <= entries * _TYPICAL_RECORD:
        return False
    file.seek(max(0, size - len(tail) + end - length))
    return sum(chunk.count(_CENTRAL) for chunk in iter(lambda: file.read(_CHUNK), b"")) > entries


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's content; BROKEN when it is damaged, packed in an unusual way, or longer than `most` bytes."""
    return b"".join(chunks(archive, entry, most))


def chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The same, a piece at a time."""
    if entry.compress_type not in _METHODS:
        raise NotImplementedError("compression method")
    left = most
    with archive.open(entry) as packed:
        while piece := packed.read(min(_CHUNK, left + 1)):
            left -= len(piece)
            if left < 0:
                raise ValueError("longer than allowed")
            yield piece


def extract_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> None:
    """Write an entry's content to `target`."""
    with target.open("wb") as out:
        for piece in chunks(archive, entry, most):
            out.write(piece)


def _unicode_path(extra: bytes) -> str | None:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
    return None
