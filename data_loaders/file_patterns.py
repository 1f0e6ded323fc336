"""A source's `files` → a regular expression for names below the raw folder.

In: a pattern such as `产业月报/*.xlsx` or `**/*.xls`. Out: what a whole name must match. The same on every system:
upper and lower case do not count, so a file that Windows finds is not missing on Linux.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PIECES = re.compile(r"(\*+|\?|\[[!^]?\]?[^\]]*\])")


@lru_cache(maxsize=256)
def file_pattern(files: str) -> re.Pattern[str]:
    """`*` and `?` stand for characters of one name, `**` for any number of folders."""
    parts = unicodedata.normalize("NFC", files).replace("\\", "/").removeprefix("./").split("/")
    written = ["(?:[^/]+/)*" if part == "**" else _segment(part) + "/" for part in parts[:-1]]
    written.append(".*" if parts[-1] == "**" else _segment(parts[-1]))
    return re.compile("".join(written), re.IGNORECASE)


def _segment(part: str) -> str:
    return "".join(_piece(piece) for piece in _PIECES.split(part))


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if _PIECES.fullmatch(piece):
        negated = piece[1] in "!^"
        inner = piece[1 + negated : -1].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
        return f"[{'^/' if negated else ''}{inner}]"
    return re.escape(piece)
