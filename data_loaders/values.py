"""One cell → one typed value, or the reason why not.

In: what a workbook reader returns for a cell (text, number, date, bool, None). Out: `Parsed`, which holds a
value, or nothing for a filler, or the sentence that says what is wrong. Nothing here raises, and nothing
turns a missing cell into zero.
"""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, TypeVar

from data_loaders.numerals import chinese_number

T = TypeVar("T")

EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system, with its non-existent 29 February counted
_SERIALS = range(20_000, 80_000)  # 1954–2119: a bare number in a date column outside it is not a date


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """A cell's value. `problem` is set when the cell could not be read, `remark` when it was read with a doubt."""

    value: T | None = None
    problem: str = ""
    remark: str = ""


def cell_text(raw: Any) -> str:
    """The cell as a person reads it: trimmed, whole floats without `.0`, dates as YYYY-MM-DD."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    return str(raw).strip()


@lru_cache(maxsize=65_536)  # ledgers repeat their words: names, fillers, units
def squeezed(text: str) -> str:
    """NFKC (full-width → ASCII forms) with every kind of white space removed."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def is_filler(raw: Any, fillers: tuple[str, ...]) -> bool:
    """Whether the cell says nothing: blank, `--`, `—`, `/` … as the config lists them."""
    text = cell_text(raw)
    return text == "" or text in fillers or squeezed(text) in fillers


_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d{1,3}(?:,\d{3})+|\d+)?(?P<fraction>\.\d+)?(?P<tail>\D*)")
_MULTIPLES = {"万": 1e4, "亿": 1e8}


def parse_number(raw: Any, fillers: tuple[str, ...], unit: str = "") -> Parsed[float]:
    """A figure. Accepts full-width digits, correct thousands separators and the column's own unit behind it.

    In a column of 亩, `3,470亩` is 3470, `5万` is 50000 and `三百亩` is 300, each with a remark; `约200`, `12,34`,
    `1.2.3`, and `5万` in a column of 万袋 are problems, because they can be read in more than one way.
    """
    if is_filler(raw, fillers):
        return Parsed()
    if isinstance(raw, (bool, date, datetime, timedelta)):
        return Parsed(problem=f"“{cell_text(raw)}”不是数字")
    if isinstance(raw, (int, float)):
        return Parsed(float(raw)) if math.isfinite(raw) else Parsed(problem="不是有限的数字")
    text, unit = squeezed(str(raw)), squeezed(unit)
    number, tail = _digits(text) or (None, "")
    if number is None:
        number, tail = _in_words(text, unit)
        remark = f"数字写成了汉字“{text}”"
    else:
        remark = f"数字里写了单位“{tail}”"
    if number is not None and tail and tail != unit:
        number = _multiplied(number, tail, unit)
        remark = f"数字写成了“{text}”"
    if number is None:
        return Parsed(problem=f"“{cell_text(raw)}”不是数字")
    return Parsed(number, remark=remark if tail or not text[-1].isascii() else "")


def _digits(text: str) -> tuple[float, str] | None:
    """A number in figures and what follows it."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["digits"] or match["fraction"]):
        return None
    whole = (match["digits"] or "0").replace(",", "")
    return float(match["sign"] + whole + (match["fraction"] or "")), match["tail"]


def _multiplied(number: float, tail: str, unit: str) -> float | None:
    """`5` and `万亩` in a column of 亩 → 50000; None when the unit has a 万 of its own or is another one."""
    multiple = _MULTIPLES.get(tail[0])
    if multiple is None or tail[1:] not in ("", unit) or unit[:1] in _MULTIPLES:
        return None
    return float(f"{number * multiple:.15g}")


def _in_words(text: str, unit: str) -> tuple[float | None, str]:
    """A whole number in Chinese numerals and the unit behind it."""
    tail = unit if unit and text.endswith(unit) else ""
    number = chinese_number(text.removesuffix(tail))
    return (None if number is None else float(number)), tail


_DATE = re.compile(r"(?P<y>\d{4})[-./年](?P<m>\d{1,2})[-./月](?P<d>\d{1,2})日?(?:00:00(?::00)?)?")
_MONTH = re.compile(r"(?P<y>\d{4})[-./年](?P<m>\d{1,2})(?:月(?:份|底|末|底前|末前)?)?")


def parse_date(raw: Any, fillers: tuple[str, ...]) -> Parsed[date]:
    """A day: a date cell, an Excel serial, or text such as 2024.8.1, 2024-08-01, 2024年8月1日.

    A month (2024年8月, 2024年8月底) is its last day, with a remark; 8月底 without a year and 待定 are problems.
    """
    if is_filler(raw, fillers):
        return Parsed()
    if isinstance(raw, datetime):
        return Parsed(raw.date())
    if isinstance(raw, date):
        return Parsed(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        if float(raw).is_integer() and int(raw) in _SERIALS:
            return Parsed(EXCEL_EPOCH + timedelta(days=int(raw)))
        return Parsed(problem=f"“{cell_text(raw)}”不是日期")
    text = squeezed(str(raw))
    try:
        if match := _DATE.fullmatch(text):
            return Parsed(date(int(match["y"]), int(match["m"]), int(match["d"])))
        if match := _MONTH.fullmatch(text):
            year, month = int(match["y"]), int(match["m"])
            day = date(year, month, monthrange(year, month)[1])
            return Parsed(day, remark=f"“{cell_text(raw)}”只写到月,按{day}计")
    except ValueError:  # calendar.IllegalMonthError is one, too
        return Parsed(problem=f"“{cell_text(raw)}”不是日历上有的日子")
    return Parsed(problem=f"“{cell_text(raw)}”不是日期")


def parse_period(text: str, pattern: str) -> str | None:
    """`YYYY-MM` or `YYYY` found in `text` by the config's pattern; None when it is not there.

    What a ledger's own period column may hold beside that: 2024-08, 2024.8, 2024/8.
    """
    match = re.search(pattern, squeezed(text)) or _MONTH.fullmatch(squeezed(text))
    if match is None:
        return None
    parts = match.groupdict()
    year, month = (parts["y"], parts["m"]) if match.re is _MONTH else (parts["year"], parts.get("month"))
    # The pattern is the config's: its groups may take in more than digits, or nothing.
    if not (year or "").isdecimal() or len(year) != 4 or not (month or "1").isdecimal():
        return None
    whole = f"{int(year):04d}"  # as ASCII digits, whatever script they were in
    if not month:
        return whole
    return f"{whole}-{int(month):02d}" if 1 <= int(month) <= 12 else None
