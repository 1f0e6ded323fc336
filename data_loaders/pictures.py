"""One picture file → its pixels, upright and small: for evidence of problems, and for stops of observation routes.

In: a path, the name to be shown, the county's limit. Out: a JPEG with nothing but its pixels. Refuses links, whatever
is no plain file, and pictures that are too large or broken: each with a sentence that stands in the picture's place.
Nothing that a camera wrote into a picture (position, time, whose telephone) leaves this module.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from data_loaders.personal_numbers import masked
from faults import DataProblem

PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
MOST_PIXELS = 60_000_000  # a good camera has 50 million
LONGEST_SIDE = 1600
QUALITY = 82
MB = 1_000_000
_LONGEST_NAME = 100
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # of Windows
# What Pillow raises on files that break off or lie; a picture must not take the page with it.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, OverflowError, struct.error,
    zlib.error, Image.DecompressionBombError,
)  # fmt: skip


def is_plain(name: str) -> bool:
    """Whether every system takes the name as that of one file or folder, here and nowhere else."""
    return (
        0 < len(name) <= _LONGEST_NAME
        and name == name.strip()
        and not name.startswith(".")
        and not name.endswith(".")
        and not _UNSAFE.search(name)
        and not _DEVICES.fullmatch(name)
    )


def shown_name(name: str) -> str:
    """A file's name as it may be shown: readable, without personal numbers."""
    return masked(_UNSAFE.sub("_", os.fsencode(name).decode("utf-8", errors="replace")))


def small_picture(path: Path, name: str, limit_mb: float, longest: int = LONGEST_SIDE) -> bytes:
    """The picture upright, at most `longest` pixels long, as a JPEG with nothing but its pixels.

    Raises DataProblem with the sentence that stands in its place.
    """
    content = file_content(path, name, limit_mb)
    try:
        with Image.open(BytesIO(content), formats=tuple(set(PICTURES.values()))) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise DataProblem(f"“{name}”的像素太多({opened.width}×{opened.height}),没有打开。")
            opened.draft("RGB", (longest, longest))  # a JPEG is read small from the start
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((longest, longest))
            return _pixels_only(upright)
    except _BROKEN as error:
        raise DataProblem(f"“{name}”打不开,可能没有传完整,请换一份。") from error


def file_content(path: Path, name: str, limit_mb: float) -> bytes:
    """The file's bytes; not through a link that was put there since it was listed. Raises DataProblem."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(number, "rb") as opened:
            state = os.fstat(opened.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise DataProblem(f"“{name}”不是普通文件,没有打开。")
            if state.st_size > limit_mb * MB:
                raise DataProblem(f"“{name}”有{state.st_size / MB:.0f}MB,超过{limit_mb:.0f}MB,没有打开。")
            return opened.read()
    except OSError as error:
        raise DataProblem(f"“{name}”读不出来,请看看文件还在不在。") from error


def _pixels_only(image: Image.Image) -> bytes:
    """A new picture: EXIF, comments and colour profiles stay behind. What is transparent becomes white."""
    clean = Image.new("RGB", image.size, "white")
    seen = image.convert("RGBA")
    clean.paste(seen, mask=seen.getchannel("A"))
    written = BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
