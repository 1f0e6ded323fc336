"""A zip in the raw folder → the files in it, as if it had been unpacked where it lies.

In: the zip's path and name. Out: its `RawFile`s. Refuses the whole zip when a name in it leads out, when it is
locked, damaged, no zip at all, or beyond [limits]; refuses zips in it one by one. Looks at names and sizes
only: nothing is expanded before somebody reads it.
"""

from __future__ import annotations

import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from data_loaders.content import ZIP, content_kind, foreign
from data_loaders.limits import Refusal, check_archive, damaged, refusal, too_many_entries
from data_loaders.personal_numbers import masked
from data_loaders.raw_files import Bundle, RawFile
from faults import Fault, FaultLog
from settings import Limits
from zips import BROKEN, entry_name, is_litter, leads_outside, lists_more_than

PACKED = (".zip", ".rar", ".7z")
_HEAD = 1 << 16


def unpacked(name: str, path: Path, limits: Limits, log: FaultLog) -> list[RawFile]:
    """The files in a zip that is called `name`. Raises Refusal when nothing of it may be read."""
    shown = masked(name)
    bundle = _opened(path, shown, limits)
    for entry in bundle.archive.infolist():
        own = unicodedata.normalize("NFC", entry_name(entry).replace("\\", "/"))
        if leads_outside(own) or stat.S_ISLNK(entry.external_attr >> 16):
            raise _leads_out(shown, own.replace("\0", ""))
        if is_litter(own) or entry.is_dir():
            continue
        if PurePosixPath(own).suffix.lower() in PACKED:
            log.add(_nested(f"{shown}/{masked(own)}"))
        else:
            bundle.entries[own] = entry
    folder, stem = PurePosixPath(name).parent, PurePosixPath(name).stem
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


def without_copies(packed: list[RawFile], lying: list[RawFile], log: FaultLog) -> list[RawFile]:
    """The zipped files that do not also lie unpacked in the folder, as they do when somebody keeps both."""
    by_name = {file.name: file for file in lying if file.bundle is None}
    kept = []
    for file in packed:
        twin = next((by_name[name] for name in file.names if name in by_name), None)
        if twin is None or not _is_copy(file, twin):
            kept.append(file)
            continue
        said = f"与“{twin.name}”内容相同,只读一份"
        log.add(Fault("info", "same_file", said, "压缩包和解压后的文件保留一份即可。", file.name))
    return kept


def _opened(path: Path, shown: str, limits: Limits) -> Bundle:
    try:
        with path.open("rb") as file:
            if content_kind(file.read(_HEAD), shown) != ZIP:
                raise foreign(
                    shown, "文字或旧版办公文件", "请重新压缩成 zip,或把文件本身放进原始数据文件夹。"
                )
            if lists_more_than(file, limits.entries):
                raise too_many_entries(shown, limits)
        bundle = Bundle(zipfile.ZipFile(path))
        files = [entry for entry in bundle.archive.infolist() if not entry.is_dir()]
        check_archive(files, shown, limits, limits.archive_mb, "archive_mb")
    except BROKEN as error:
        raise damaged(shown, "压缩包") from error
    return bundle


def _is_copy(file: RawFile, twin: RawFile) -> bool:
    if file.info is None or file.info.file_size != twin.size:
        return False
    checksum = 0
    for piece in twin.pieces():
        checksum = zlib.crc32(piece, checksum)
    return checksum == file.info.CRC


def _leads_out(shown: str, own: str) -> Refusal:
    return refusal(
        "unsafe_path",
        shown,
        f"压缩包里的“{masked(own)}”指向压缩包以外,整个压缩包没有读取",
        "这个压缩包可能是恶意文件,请核对来源后重新压缩。",
        found="指向文件夹以外",
        expected="文件夹以内的普通文件",
    )


def _nested(file: str) -> Fault:
    return refusal(
        "nested_zip",
        file,
        "是压缩包里的压缩包,没有打开",
        "请先解压外面的压缩包,再把里面的文件放进原始数据文件夹。",
        found="压缩包里的压缩包",
        expected="压缩包里直接是表格",
    ).fault
