"""Photos and papers that prove a problem's rectification: the folder of evidence, one folder a problem.

In: the folder that [paths] evidence names, and a problem's id. Out: the files of that problem, pictures made small and
clean, documents as they are. Refuses ids that are no plain names, whatever leads out of the problem's folder, and
pictures that are too large or broken: each of those says so in a sentence and the others are still shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data_loaders.personal_numbers import masked
from data_loaders.pictures import MB, PICTURES, file_content, is_plain, shown_name, small_picture
from faults import Fault, FaultLog
from zips import is_litter

__all__ = [
    "MB",
    "Evidence",
    "ProblemFile",
    "Stage",
    "check_folders",
    "document",
    "evidence_of",
    "is_plain",
    "picture",
]

Stage = Literal["before", "after", "other"]
STAGES: dict[str, Stage] = {"整改前": "before", "整改后": "after"}
"""How the name of a file begins that shows how it was, and how it is now."""

DOCUMENTS = (".pdf", ".docx", ".xlsx", ".txt")
MOST_FILES = 60
_NAMED, _LISTED = 8, 60
_PART_OF = re.compile(r"(?P<whole>.+)-\d{1,3}")


@dataclass(frozen=True)
class ProblemFile:
    """One file of evidence; `modified` and `size` tell when it is another one under the same name."""

    path: Path
    name: str  # to be shown; hostile text
    stage: Stage
    is_picture: bool
    size: int
    modified: int  # ns

    @property
    def caption(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0] or self.name


@dataclass(frozen=True)
class Evidence:
    """What was found for a problem; `others` counts what cannot be shown."""

    files: tuple[ProblemFile, ...] = ()
    others: int = 0

    def pictures(self, stage: Stage) -> list[ProblemFile]:
        """Those of that stage, by name."""
        return [file for file in self.files if file.is_picture and file.stage == stage]

    @property
    def documents(self) -> list[ProblemFile]:
        """What is to be downloaded, by name."""
        return [file for file in self.files if not file.is_picture]


def evidence_of(folder: Path | None, problem_id: str) -> Evidence:
    """The files in the problem's folder, and of a part (P26-001-2) in that of the whole too; none is no error."""
    if folder is None:
        return Evidence()
    found = [file for name in folder_names(problem_id) for file in _listed(folder / name)]
    files = [file for file in found if isinstance(file, ProblemFile)]
    return Evidence(tuple(files[:MOST_FILES]), len(found) - min(len(files), MOST_FILES))


def folder_names(problem_id: str) -> list[str]:
    """The folders in which evidence of a problem may lie; none when its id is no plain name."""
    if not is_plain(problem_id):
        return []
    part = _PART_OF.fullmatch(problem_id)
    return [problem_id, *([part["whole"]] if part and is_plain(part["whole"]) else [])]


def unknown_folders(folder: Path | None, problem_ids: Iterable[str]) -> list[str]:
    """Folders of evidence that belong to no problem: most are misspelt."""
    if folder is None or not folder.is_dir():
        return []
    known = {name for each in problem_ids for name in folder_names(each)}
    with os.scandir(folder) as found:
        names = [each.name for each in found if each.is_dir(follow_symlinks=False)]
    return sorted(masked(name) for name in names if name not in known and not is_litter(name))


def check_folders(folder: Path | None, problem_ids: Iterable[str], log: FaultLog) -> None:
    """One fault that names the folders of no problem: nobody would ever see what lies in them."""
    unknown = unknown_folders(folder, problem_ids)
    if folder is None or not unknown:
        return
    shown = "、".join(unknown[:_NAMED]) + ("等" if len(unknown) > _NAMED else "")
    log.add(
        Fault(
            "info",
            "unknown_evidence",
            f"佐证材料里有{len(unknown)}个文件夹对不上问题编号,页面上看不到:{shown}",
            "请把文件夹的名字改成问题编号,和台账里写的一样。",
            file=folder.name,
            found="、".join(unknown[:_LISTED]),
            expected="问题编号",
        )
    )


def picture(file: ProblemFile, limit_mb: float) -> bytes:
    """The picture as `pictures.small_picture` makes it. Raises DataProblem."""
    return small_picture(file.path, file.name, limit_mb)


def document(file: ProblemFile, limit_mb: float) -> bytes:
    """The document as it is. Raises DataProblem."""
    return file_content(file.path, file.name, limit_mb)


def _listed(folder: Path) -> list[ProblemFile | None]:
    """The folder's files by name, None for each that cannot be shown; nothing when it is no folder of its own."""
    try:
        # A link, or a junction on Windows, may lead anywhere.
        if folder.resolve() != folder.parent.resolve() / folder.name or not folder.is_dir():
            return []
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        return [_file(entry) for entry in entries if not is_litter(entry.name)]
    except OSError:
        return []


def _file(entry: os.DirEntry[str]) -> ProblemFile | None:
    ending = Path(entry.name).suffix.lower()
    if not entry.is_file(follow_symlinks=False) or ending not in (*PICTURES, *DOCUMENTS):
        return None
    state = entry.stat(follow_symlinks=False)
    said = [stage for word, stage in STAGES.items() if entry.name.startswith(word)]
    stage = said[0] if said else "other"
    return ProblemFile(
        Path(entry.path), shown_name(entry.name), stage, ending in PICTURES, state.st_size, state.st_mtime_ns
    )
