"""Figures, periods and dates as a county official reads them; hostile text made harmless.

In: single values and words. Out: Simplified Chinese text. Refuses to guess: a missing figure is said to be
missing (未报送), never shown as 0.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd

NOT_REPORTED = "未报送"
NOT_PUBLIC = "不公开"  # reported, and not for everybody: never to be called missing
NO_SHARE = "—"  # a share without a denominator or a target is not a report that is missing

_SCALES = ((1e8, 1e8, "亿"), (1e6, 1e4, "万"))
_SCALED_UNITS = ("万", "亿", "千", "百", "%", "‰")  # 1.2万万袋 is no way to write a number


def is_missing(value: object) -> bool:
    """Whether a single value is None, NaN, NA or NaT."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


def scale_of(value: float, unit: str = "") -> tuple[float, str]:
    """The factor that a figure of this size is told in, and its name: (10000, 万) from one million on.

    (1, "") for smaller ones, and for units that have such a factor themselves (万袋).
    """
    if not unit.startswith(_SCALED_UNITS):
        for limit, factor, name in _SCALES:
            if abs(value) >= limit:
                return factor, name
    return 1.0, ""


def number_text(
    value: Any, unit: str = "", decimals: int = 0, signed: bool = False, missing: str = NOT_REPORTED
) -> str:
    """A figure with its unit: 1,234.5万袋, 123.46万公斤, 2.39亿元; `missing` when there is none.

    `signed` writes + before a rise.
    """
    if is_missing(value):
        return missing
    factor, name = scale_of(float(value), unit)
    return _fixed(float(value) / factor, 2 if name else decimals, signed) + name + unit


def percent_text(share_percent: Any, decimals: int = 1, signed: bool = False, missing: str = NO_SHARE) -> str:
    """A share given in per cent: 93.2 → 93.2%; `missing` when it cannot be computed.

    A share short of 100 is never rounded up to 100: 99.97 % of a target is not the target.
    """
    if is_missing(share_percent):
        return missing
    share = float(share_percent)
    if share < 100 <= round(share, decimals):
        share = 100 - 10.0**-decimals
    return _fixed(share, decimals, signed) + "%"


def fraction_text(numerator: Any, denominator: Any, unit: str = "", decimals: int = 0) -> str:
    """Numerator and denominator behind a share: 412/420个村."""
    parts = [number_text(part, decimals=decimals) for part in (numerator, denominator)]
    return "/".join(parts) + unit


LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村"}
LEVEL_COUNTS = {level: f"个{name}" for level, name in LEVEL_NAMES.items()}


def reported_text(reported: Any, expected: Any, level: str) -> str:
    """How many of the places that owe a report sent one: 394/422个村已报."""
    return f"{reported}/{expected}{LEVEL_COUNTS[level]}已报"


def period_text(period: str | None) -> str:
    """`2026-10` → 2026年10月, `2026` → 2026年."""
    if is_missing(period) or not period:
        return NO_SHARE
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def date_text(day: Any) -> str:
    """A date as 2026年11月15日; — when there is none."""
    if is_missing(day):
        return NO_SHARE
    on = day if isinstance(day, date) else pd.Timestamp(day)
    return f"{on.year}年{on.month}月{on.day}日"


# Streamlit looks for emoji, icons, links and addresses in the text *after* Markdown's own escapes are gone,
# so a backslash does not stop those; an invisible word joiner does.
_AFTER_MARKDOWN = re.compile(r":(?=[A-Za-z0-9_/+\-])|(?<=[wW])(?=\.)|@")
_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_WORD_JOINER = "\u2060"


def markdown_escape(text: Any) -> str:
    """Text from a ledger as plain text inside Markdown: no markup, link, HTML, formula, icon or new line."""
    if is_missing(text):
        return ""
    flat = " ".join(str(text).split())
    joined = _AFTER_MARKDOWN.sub(lambda found: found.group() + _WORD_JOINER, flat)
    return _PUNCTUATION.sub(r"\\\1", joined)


def _fixed(number: float, decimals: int, signed: bool) -> str:
    """The number with separators; what rounds to zero has no sign."""
    rounded = round(number, decimals) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}"
