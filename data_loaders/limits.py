"""Bounds of what is opened, and the refusal of what is beyond them.

In: what a file claims about itself, and the config's [limits]. Out: nothing, or a `Refusal` that holds the
one fault of the file: what was found, what is allowed, and what to do. Every check here runs before the thing
it speaks of is expanded.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faults import DataProblem, Fault, Severity
from settings import Limits
from zips import is_encrypted

MB = 1_000_000
_RATIO_COUNTS_FROM = 20 * MB  # small tables of repeated cells pack very well and harm nobody


class Refusal(DataProblem):
    """A file, or a part of it, that is not read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refusal(
    kind: str, file: str, message: str, remedy: str, found: str = "", expected: str = "", sheet: str = ""
) -> Refusal:
    """A Refusal with the fault that it stands for."""
    return Refusal(
        Fault("error", kind, message, remedy, file=file, sheet=sheet, found=found, expected=expected)
    )


def over_limit(
    file: str, what: str, found: str, key: str, allowed: str, remedy: str, sheet: str = ""
) -> Refusal:
    """Something that is larger than `[limits]` allows; names the key to raise if it is honest."""
    return refusal(
        "over_limit",
        file,
        f"{what}{found},超过上限{allowed},没有打开",
        f"{remedy}确实需要这么大的,在 config.toml 的 [limits] 里调大 {key}。",
        found=found,
        expected=f"不超过{allowed}",
        sheet=sheet,
    )


def damaged(file: str, what: str = "文件") -> Refusal:
    """A file that breaks off or contradicts itself."""
    again = "请用 Excel 或 WPS 打开原文件,另存为 .xlsx 后重新提交;打不开的请向填报单位重要一份。"
    return refusal(
        "unreadable_file",
        file,
        f"{what}已损坏或不完整,打不开",
        again if what == "文件" else "请重新压缩或复制后再提交;还打不开的请向填报单位重要一份。",
        expected="完整的文件",
    )


def encrypted(file: str, what: str = "文件") -> Refusal:
    """A file that only opens with a password."""
    return refusal(
        "encrypted_file",
        file,
        f"{what}加了密码,打不开",
        "请用密码打开后取消加密,另存为不加密的文件再提交。",
        found="加密",
        expected="不加密的文件",
    )


def check_size(size: int, file: str, limits: Limits) -> None:
    """A file's own bytes, before they are read."""
    if size > limits.file_mb * MB:
        raise over_limit(
            file, "文件有", _mb(size), "file_mb", f"{limits.file_mb:g} MB", "请删去图片和无关的工作表。"
        )


def check_archive(
    entries: Sequence[zipfile.ZipInfo], file: str, limits: Limits, most_mb: float, key: str
) -> None:
    """Entry count, total size and ratio of an archive by what its directory states; no password needed."""
    if len(entries) > limits.entries:
        raise too_many_entries(file, limits)
    if any(map(is_encrypted, entries)):
        raise encrypted(file)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > most_mb * MB:
        raise over_limit(
            file, "解压后有", _mb(unpacked), key, f"{most_mb:g} MB", "请确认不是恶意文件,删去无关的内容。"
        )
    if unpacked > _RATIO_COUNTS_FROM and unpacked > limits.ratio * packed:
        found, allowed = f"{unpacked // packed}倍", f"{limits.ratio:g}倍"
        remedy = "请确认不是恶意文件;格式刷到几万行空行的,请删去空行再保存。"
        raise over_limit(file, "解压后是原来的", found, "ratio", allowed, remedy)


def too_many_entries(file: str, limits: Limits) -> Refusal:
    """An archive with more files than anybody sends."""
    found, allowed = "太多", f"{limits.entries}个"
    return over_limit(file, "里面的文件", found, "entries", allowed, "请分几个文件提交。")


@dataclass
class Budget:
    """What the sheets of one file may still take up."""

    file: str
    limits: Limits
    cells: int = 0
    text: int = 0

    def count_sheets(self, sheets: int) -> None:
        """The number of sheets that the workbook lists."""
        if sheets > self.limits.sheets:
            raise over_limit(
                self.file,
                "工作表有",
                f"{sheets}张",
                "sheets",
                f"{self.limits.sheets}张",
                "请分几个文件提交。",
            )

    def take(self, sheet: str, rows: int, columns: int, text: int = 0, filled: int = 0) -> None:
        """One sheet: how many rows and columns its content spans, its characters, its cells with content."""
        self.cells += max(rows * columns, filled)
        self.text += text
        limits, remedy = self.limits, "请删去表外多余的内容(可能是误填的单元格)。"
        if rows > limits.rows:
            raise self._over(sheet, f"内容到第{rows}行", "rows", f"{limits.rows}行", remedy)
        if columns > limits.columns:
            raise self._over(sheet, f"内容到第{columns}列", "columns", f"{limits.columns}列", remedy)
        if self.cells > limits.cells:
            found = f"有{rows}行×{columns}列" if rows * columns >= filled else f"有{filled}格"
            raise self._over(sheet, found, "cells", f"每个文件{limits.cells}格", remedy)
        if self.text > limits.unpacked_mb * MB:
            found = f"有{_mb(self.text)}文字"
            raise self._over(
                sheet, found, "unpacked_mb", f"{limits.unpacked_mb:g} MB", "请缩短单元格里的文字。"
            )

    def _over(self, sheet: str, found: str, key: str, allowed: str, remedy: str) -> Refusal:
        what = f"工作表“{sheet}”" if sheet else "表格"
        return over_limit(self.file, what, found, key, allowed, remedy, sheet)


def counted_out(faults: Sequence[Fault], limits: Limits) -> list[Fault]:
    """The faults, but of one kind in one sheet no more than anybody reads; the rest becomes one that counts them."""
    counts = Counter(map(_group, faults))
    many = {
        group for group, count in counts.items() if count > limits.faults + 1
    }  # one more is the count itself
    left = dict.fromkeys(many, limits.faults)
    kept = []
    for fault in faults:
        group = _group(fault)
        if group in many:
            left[group] -= 1
            if left[group] < 0:
                continue
        kept.append(fault)
    for group in (group for group in counts if group in many):
        severity, kind, file, sheet = group
        said = f"同类问题共{counts[group]}处,只列出前{limits.faults}处"
        remedy = "请先改正列出的,再运行一次;整列都错的,请核对表头和版式。"
        kept.append(Fault(severity, kind, said, remedy, file, sheet))
    return kept


def _group(fault: Fault) -> tuple[Severity, str, str, str]:
    return fault.severity, fault.kind, fault.file, fault.sheet


def _mb(size: int) -> str:
    return f"{size / MB:.0f} MB" if size >= 10 * MB else f"{size / MB:.1f} MB"
