"""The raw folder as a list of files, whether they lie in it or in a zip in it.

In: the folder, the sources that say which files they take, and the bounds. Out: an `Inbox` of `RawFile`s under
the names that people know them by. A zip counts as a folder that was unpacked where it lies, unless a source
of boundaries takes it whole. Refuses, with a fault each, links that lead out of the folder and everything that
is no plain file; what programs leave beside the real files is passed over in silence.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data_loaders.bundles import PACKED, unpacked, without_copies
from data_loaders.file_patterns import file_pattern
from data_loaders.limits import Refusal, damaged, refusal
from data_loaders.personal_numbers import masked
from data_loaders.raw_files import RawFile
from faults import Fault, FaultLog
from settings import Limits, Source
from zips import is_litter

TABLES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et", ".csv", ".tsv")
_WITH_SHAPES = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".xml")
_SHOWN = 8
_LISTED = 60


@dataclass(frozen=True)
class Inbox:
    """Every file of one run, in the order of their names."""

    files: list[RawFile]

    def matching(self, source: Source) -> list[RawFile]:
        """The files that a source takes."""
        pattern = file_pattern(source.files)
        return [file for file in self.files if any(map(pattern.fullmatch, _offered(file, source)))]

    def report_unused(self, sources: Sequence[Source], log: FaultLog) -> None:
        """One fault that lists every file which no source takes."""
        taken = {id(file) for source in sources for file in self.matching(source)}
        layers = {_stem(file) for file in self.files if id(file) in taken and file.suffix == ".shp"}
        unused = [
            file.name
            for file in self.files
            if id(file) not in taken and not (file.suffix in _WITH_SHAPES and _stem(file) in layers)
        ]
        if not unused:
            return
        shown = "、".join(unused[:_SHOWN]) + ("等" if len(unused) > _SHOWN else "")
        log.add(
            Fault(
                "info",
                "unused_file",
                f"有{len(unused)}个文件不属于任何来源,没有读取:{shown}",
                "要用的,请改文件名或放到对应的文件夹,使它符合 config.toml 里来源的 files;不用的请移走。",
                found="、".join(unused[:_LISTED]),
                expected="、".join(source.files for source in sources),
            )
        )


def read_inbox(
    raw: Path,
    sources: Sequence[Source],
    limits: Limits,
    log: FaultLog,
    leave_out: Iterable[Path] = (),
) -> Inbox:
    """List the raw folder; what is refused is a fault and not in the list.

    `leave_out`: folders that may lie in it and hold no ledgers (`Paths.not_ledgers`); they are not looked into.
    """
    root = raw.resolve()
    left_out = frozenset(folder.resolve() for folder in leave_out)
    taken_whole = [file_pattern(source.files) for source in sources if source.kind == "boundaries"]
    files: list[RawFile] = []
    bundles: list[tuple[str, Path]] = []
    for name, path in _walk(root, root, "", log, left_out):
        is_packed = PurePosixPath(name).suffix.lower() in PACKED
        if is_packed and not any(pattern.fullmatch(name) for pattern in taken_whole):
            bundles.append((name, path))
        else:
            files.append(RawFile(masked(name), (name,), path))
    for name, path in bundles:
        try:
            files += without_copies(unpacked(name, path, limits, log), files, log)
        except Refusal as refused:
            log.add(refused.fault)
    return Inbox(sorted(files, key=lambda file: PurePosixPath(file.name).parts))


def _offered(file: RawFile, source: Source) -> tuple[str, ...]:
    """The names that count for this source; a pattern for zips means the tables in them."""
    if file.entry is None or source.kind == "boundaries" or file.suffix not in TABLES:
        return file.names
    return (*file.names, file.names[-1].removesuffix(f"/{file.entry}"))


def _stem(file: RawFile) -> str:
    return file.name.lower().removesuffix(".xml").rpartition(".")[0]


def _walk(
    folder: Path, root: Path, prefix: str, log: FaultLog, left_out: frozenset[Path] = frozenset()
) -> Iterator[tuple[str, Path]]:
    """Name below the root and path of every file that may be read."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        log.add(damaged(masked(prefix), "文件夹").fault)
        return
    for entry in entries:
        name, path = prefix + _readable(entry.name), Path(entry.path)
        if is_litter(entry.name) or (left_out and entry.is_dir() and path.resolve() in left_out):
            continue
        if _leads_out(entry, root):
            log.add(_unsafe(name, "是指向原始数据文件夹以外的链接", "请把文件本身复制进来。"))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, f"{name}/", log, left_out)
        elif entry.is_file():
            yield name, path
        else:
            log.add(_unsafe(name, "不是普通文件(链接、管道或设备)", "请换成文件本身。"))


def _readable(name: str) -> str:
    """A file's name for people; one that was unpacked in GBK on Linux arrives as bytes that are no UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("gb18030", errors="replace")
    return unicodedata.normalize("NFC", name)  # macOS takes accents apart


def _leads_out(entry: os.DirEntry[str], root: Path) -> bool:
    # A junction on Windows is a folder that is no link and still leads elsewhere.
    if not entry.is_symlink() and not (os.name == "nt" and entry.is_dir()):
        return False
    try:
        return not Path(entry.path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        return True


def _unsafe(name: str, what: str, remedy: str) -> Fault:
    return refusal(
        "unsafe_path",
        masked(name),
        f"{what},没有读取",
        remedy,
        found="指向文件夹以外",
        expected="文件夹以内的普通文件",
    ).fault
