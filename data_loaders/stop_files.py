"""Photos of the stops of an observation route: file names in the ledger, files in the folder of [paths] photos.

In: the folder, and what the ledger's 照片 column says. Out: the photos in the ledger's order, each with its file or with
the sentence why there is none. Refuses names that lead anywhere but into that one folder; reading a picture is
data_loaders/pictures.py, with what it refuses.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data_loaders.pictures import PICTURES, is_plain, shown_name, small_picture
from faults import Fault, FaultLog
from wording import is_missing

MOST_PHOTOS = 12
LONGEST_SIDE = 1920  # a photo fills more than half of a wall
_SEPARATORS = re.compile(r"[、,,;;|\n\r]+")
_NAMED, _LISTED = 8, 60


@dataclass(frozen=True)
class Photo:
    """A photo that the ledger names; without a `path` it says in `problem` why."""

    name: str  # to be shown; hostile text
    path: Path | None = None
    problem: str = ""
    size: int = 0
    modified: int = 0  # ns; with the size tells when it is another file under the same name

    @property
    def caption(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0] or self.name


def photo_names(cell: object) -> list[str]:
    """The file names in a cell of the ledger, each once."""
    if is_missing(cell):
        return []
    names = (part.strip() for part in _SEPARATORS.split(str(cell)))
    return list(dict.fromkeys(name for name in names if name))[:MOST_PHOTOS]


def photos_of(folder: Path | None, cell: object) -> list[Photo]:
    """The photos that a cell names."""
    names = photo_names(cell)
    if not names:
        return []
    if folder is None:
        return [Photo(shown_name(name), problem="config.toml 的 [paths] 里没有写 photos") for name in names]
    found = _files(folder)
    return [_photo(name, folder, found) for name in names]


def photo(shown: Photo, limit_mb: float) -> bytes:
    """The photo as `pictures.small_picture` makes it. Raises DataProblem; ValueError for one without a file."""
    if shown.path is None:
        raise ValueError(f"{shown.name} has no file")
    return small_picture(shown.path, shown.name, limit_mb, LONGEST_SIDE)


def check_photos(folder: Path | None, cells: Iterable[object], log: FaultLog) -> None:
    """One fault that names the photos of the ledger that nobody will see; none where the county shows no photos."""
    if folder is None:
        return
    lost = [each for cell in cells for each in photos_of(folder, cell) if each.path is None]
    names = list(dict.fromkeys(each.name for each in lost))
    if not names:
        return
    shown = "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
    log.add(
        Fault(
            "info",
            "unknown_photo",
            f"观摩路线里写的照片有{len(names)}张找不到或不能用,页面上看不到:{shown}",
            f"请把照片放进文件夹“{folder.name}”,文件名和台账里写的一样,格式用 jpg、png 或 webp。",
            found="、".join(names[:_LISTED]),
            expected="照片文件名",
        )
    )


def _photo(name: str, folder: Path, found: Mapping[str, os.DirEntry[str]]) -> Photo:
    said = shown_name(name)
    if not is_plain(name):
        return Photo(said, problem="只能写文件名,不能写路径")
    # Without its ending, as Windows shows files.
    entry = next(
        (found[key] for key in (_key(name), *(_key(name + e) for e in PICTURES)) if key in found), None
    )
    if entry is None:
        return Photo(said, problem=f"文件夹“{folder.name}”里没有这张照片")
    if Path(entry.name).suffix.lower() not in PICTURES:
        return Photo(said, problem="不是 jpg、png 或 webp 格式的照片")
    try:
        if not entry.is_file(follow_symlinks=False):
            return Photo(said, problem="不是普通文件")
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return Photo(said, problem="读不出来")
    return Photo(shown_name(entry.name), Path(entry.path), "", state.st_size, state.st_mtime_ns)


def _files(folder: Path) -> dict[str, os.DirEntry[str]]:
    """What lies in the folder, by the name that people type: capitals and ways of writing a letter are one."""
    try:
        with os.scandir(folder) as found:
            return {
                _key(entry.name): entry for entry in sorted(found, key=lambda entry: entry.name, reverse=True)
            }
    except OSError:
        return {}


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
