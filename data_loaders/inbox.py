"""The raw folder as a list of files, whether they lie in it or in a zip in it.

In: the folder, the sources that say which files they take, and the bounds. Out: an `Inbox` of `RawFile`s with
the names that people know them by. A zip counts as a folder that was unpacked where it lies, unless a source
of boundaries takes it whole. Refuses, with a fault each, links that lead out of the folder, names in a zip
that do, zips in zips, locked and oversized zips; nothing of those is read, and nothing is ever unpacked
into the raw folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

from data_loaders.content import ZIP, content_kind, foreign
from data_loaders.limits import (
    MB,
    Refusal,
    check_archive,
    check_size,
    damaged,
    refusal,
    too_many_entries,
)
from data_loaders.personal_numbers import masked
from faults import Fault, FaultLog
from settings import Limits, Source
from zips import (
    BROKEN,
    chunks,
    entry_name,
    extract_entry,
    is_litter,
    leads_outside,
    lists_more_than,
    read_entry,
)

TABLES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et", ".csv", ".tsv")
_PACKED = (".zip", ".rar", ".7z")
_WITH_SHAPES = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".xml")
_SHOWN = 8
_LISTED = 60
_CHUNK = 1 << 20


@dataclass
class _Bundle:
    """An opened zip: its files by name."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RawFile:
    """One file that may hold data. `names` are what a source's pattern may match."""

    name: str  # as faults and sources call it: below the raw folder, a zip like a folder
    names: tuple[str, ...]
    path: Path  # of the file, or of the zip that it is in
    entry: str | None = None  # its name in the zip
    bundle: _Bundle | None = None

    @property
    def suffix(self) -> str:
        """The extension, in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def size(self) -> int:
        """Its length in bytes."""
        info = self._info
        return info.file_size if info is not None else self.path.stat().st_size

    @property
    def _info(self) -> zipfile.ZipInfo | None:
        return self.bundle.entries[self.entry] if self.bundle and self.entry else None

    def read(self, limits: Limits) -> bytes:
        """Its content; a Refusal when it is larger than allowed or cannot be read."""
        try:
            check_size(self.size, self.name, limits)
            most = int(limits.file_mb * MB)
            if self.bundle is not None and self._info is not None:
                return read_entry(self.bundle.archive, self._info, most)
            with self.path.open("rb") as file:
                content = file.read(most + 1)
        except BROKEN as error:
            raise damaged(self.name) from error
        check_size(len(content), self.name, limits)
        return content

    def sha256(self) -> str:
        """The digest of its content; blank when it cannot be read."""
        digest = hashlib.sha256()
        try:
            for piece in self._pieces():
                digest.update(piece)
        except BROKEN:
            return ""
        return digest.hexdigest()

    def _pieces(self) -> Iterator[bytes]:
        if self.bundle is not None and self._info is not None:
            yield from chunks(self.bundle.archive, self._info, self._info.file_size)
            return
        with self.path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Where a program that wants a path finds it: itself, or a copy with what belongs to it."""
        if self.bundle is None or self.entry is None:
            yield self.path
            return
        own = PurePosixPath(self.entry)
        with tempfile.TemporaryDirectory(prefix="guanmo-") as folder:
            for name, info in self.bundle.entries.items():
                path = PurePosixPath(name)
                is_part = own.suffix.lower() == ".shp" and path.parent == own.parent and path.stem == own.stem
                if name == self.entry or is_part:
                    try:
                        extract_entry(self.bundle.archive, info, Path(folder) / path.name, info.file_size)
                    except BROKEN as error:
                        raise damaged(self.name) from error
            yield Path(folder) / own.name


@dataclass(frozen=True)
class Inbox:
    """Every file of one run."""

    files: list[RawFile]

    def matching(self, source: Source) -> list[RawFile]:
        """The files that a source takes, by name."""
        pattern = _pattern(source.files)
        return [
            file for file in self.files if any(pattern.fullmatch(name) for name in _offered(file, source))
        ]

    def report_unused(self, sources: Sequence[Source], log: FaultLog) -> None:
        """One fault that lists every file which no source takes."""
        taken = {id(file) for source in sources for file in self.matching(source)}
        shapes = {
            file.name[:-4].lower() for file in self.files if id(file) in taken and file.suffix == ".shp"
        }
        unused = [
            file.name
            for file in self.files
            if id(file) not in taken and not (_stem(file.name) in shapes and file.suffix in _WITH_SHAPES)
        ]
        if unused:
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


def read_inbox(raw: Path, sources: Sequence[Source], limits: Limits, log: FaultLog) -> Inbox:
    """List the raw folder; what is refused is a fault and not in the list."""
    root = raw.resolve()
    files: list[RawFile] = []
    bundles: list[tuple[str, Path]] = []
    for name, path in _walk(root, root, "", log):
        suffix = PurePosixPath(name).suffix.lower()
        whole = RawFile(masked(name), (name,), path)
        is_whole = any(_pattern(s.files).fullmatch(name) for s in sources if s.kind == "boundaries")
        if suffix in _PACKED and not is_whole:
            bundles.append((name, path))
        else:
            files.append(whole)
    for name, path in bundles:
        try:
            files += _without_copies(_unpacked(name, path, limits, log), files, log)
        except Refusal as refused:
            log.add(refused.fault)
    return Inbox(sorted(files, key=lambda file: PurePosixPath(file.name).parts))


def _offered(file: RawFile, source: Source) -> tuple[str, ...]:
    """The names that count for this source; a pattern for zips means the tables in them."""
    if file.bundle is None or source.kind == "boundaries" or file.suffix not in TABLES:
        return file.names
    return (*file.names, file.names[-1].removesuffix("/" + (file.entry or "")))


def _stem(name: str) -> str:
    return name.lower().removesuffix(".xml").rpartition(".")[0]


def _walk(folder: Path, root: Path, prefix: str, log: FaultLog) -> Iterator[tuple[str, Path]]:
    """Name below the root and path of every file that may be read."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        log.add(damaged(prefix, "文件夹").fault)
        return
    for entry in entries:
        name, path = prefix + _readable(entry.name), Path(entry.path)
        if is_litter(entry.name):
            continue
        if _leads_out(entry, root):
            log.add(_unsafe(masked(name), "是指向原始数据文件夹以外的链接", "请把文件本身复制进来。"))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, f"{name}/", log)
        elif entry.is_file():
            yield name, path
        else:
            log.add(_unsafe(masked(name), "不是普通文件(链接、管道或设备)", "请换成文件本身。"))


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


def _unpacked(name: str, path: Path, limits: Limits, log: FaultLog) -> list[RawFile]:
    """The files in a zip. Raises Refusal when nothing of it may be read."""
    shown = masked(name)
    try:
        _check_is_zip(path, shown, limits)
        bundle = _Bundle(zipfile.ZipFile(path))
        entries = [entry for entry in bundle.archive.infolist() if not entry.is_dir()]
        check_archive(entries, shown, limits, limits.archive_mb, "archive_mb")
    except BROKEN as error:
        raise damaged(shown, "压缩包") from error
    folder, stem = PurePosixPath(name).parent, PurePosixPath(name).stem
    for entry in entries:
        own = unicodedata.normalize("NFC", entry_name(entry).replace("\\", "/"))
        if leads_outside(own) or stat.S_ISLNK(entry.external_attr >> 16):
            what = f"里的“{masked(own.replace(chr(0), ''))}”指向压缩包以外,整个压缩包没有读取"
            raise _refused_path(shown, what, "这个压缩包可能是恶意文件,请核对来源后重新压缩。")
        if is_litter(own):
            continue
        if PurePosixPath(own).suffix.lower() in _PACKED:
            log.add(_nested(f"{shown}/{masked(own)}").fault)
            continue
        bundle.entries[own] = entry
    return [
        RawFile(
            f"{shown}/{masked(own)}",
            tuple(str(PurePosixPath(*parts)) for parts in ((folder, own), (folder, stem, own), (name, own))),
            path,
            own,
            bundle,
        )
        for own in bundle.entries
    ]


def _check_is_zip(path: Path, shown: str, limits: Limits) -> None:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        if content_kind(head, shown) != ZIP:
            raise foreign(shown, "别的文件,不是 zip 压缩包", "请重新压缩成 zip,或解压后放进原始数据文件夹。")
        if lists_more_than(file, limits.entries):
            raise too_many_entries(shown, limits)


def _without_copies(packed: list[RawFile], plain: list[RawFile], log: FaultLog) -> list[RawFile]:
    """The zipped files that do not also lie unpacked in the folder, as they do when somebody keeps both."""
    lying = {file.name: file for file in plain if file.bundle is None}
    kept = []
    for file in packed:
        twin = next((lying[name] for name in file.names if name in lying), None)
        if twin is None or not _is_copy(file, twin):
            kept.append(file)
            continue
        log.add(
            Fault(
                "info",
                "same_file",
                f"与“{twin.name}”内容相同,只读一份",
                "压缩包和解压后的文件保留一份即可。",
                file.name,
            )
        )
    return kept


def _is_copy(file: RawFile, twin: RawFile) -> bool:
    info = file._info
    if info is None or info.file_size != twin.size:
        return False
    checksum = 0
    for piece in twin._pieces():
        checksum = zlib.crc32(piece, checksum)
    return checksum == info.CRC


def _nested(file: str) -> Refusal:
    return refusal(
        "nested_zip",
        file,
        "是压缩包里的压缩包,没有打开",
        "请先解压外面的压缩包,再把里面的文件放进原始数据文件夹。",
        found="压缩包里的压缩包",
        expected="压缩包里直接是表格",
    )


def _refused_path(file: str, what: str, remedy: str) -> Refusal:
    return refusal("unsafe_path", file, what, remedy, found="指向文件夹以外", expected="文件夹以内的普通文件")


def _unsafe(file: str, what: str, remedy: str) -> Fault:
    return _refused_path(file, f"{what},没有读取", remedy).fault


@lru_cache(maxsize=256)
def _pattern(files: str) -> re.Pattern[str]:
    """A source's `files` as a regular expression: `*` and `?` within a name, `**` across folders.

    Upper and lower case do not count: a file that Windows finds must not be missing on Linux.
    """
    parts = unicodedata.normalize("NFC", files).replace("\\", "/").removeprefix("./").split("/")
    written = []
    for part in parts[:-1]:
        written.append("(?:[^/]+/)*" if part == "**" else _segment(part) + "/")
    written.append(".*" if parts[-1] == "**" else _segment(parts[-1]))
    return re.compile("".join(written), re.IGNORECASE)


def _segment(part: str) -> str:
    pieces = re.split(r"(\*+|\?|\[[!^]?\]?[^\]]*\])", part)
    known = {"?": "[^/]"}
    return "".join(
        "[^/]*"
        if piece.startswith("*")
        else known.get(piece)
        or (f"[^{piece[2:-1]}]" if piece[:2] == "[!" else piece if piece[:1] == "[" else re.escape(piece))
        for piece in pieces
        if piece
    )
