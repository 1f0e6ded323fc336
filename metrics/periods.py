"""Arithmetic on periods: `2026-10` is a month, `2026` a whole year.

In: period texts. Out: their order, neighbours and last days. Refuses to mix: a month's predecessor is a
month, a year's a year.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray


def period_key(period: str) -> str:
    """What periods are sorted by: a year comes after its last month."""
    return period if len(period) > 4 else period + "-13"


def sorted_periods(periods: Iterable[str]) -> list[str]:
    """Distinct periods, earliest first."""
    return sorted(set(periods), key=period_key)


def latest_at(periods: Iterable[str], period: str | None) -> str | None:
    """The latest of `periods` that is not after `period` (None: the latest of all); None when there is none."""
    known = [p for p in periods if period is None or period_key(p) <= period_key(period)]
    return max(known, key=period_key, default=None)


def year_before(period: str) -> str:
    """The same month, or the year, one year earlier."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def month_number(period: str) -> int:
    """Months of the year up to this period: 10 for `2026-10`; a year counts as one report, 1."""
    return int(period[5:]) if len(period) > 4 else 1


def last_day(period: str) -> date:
    """The last day of the month or year."""
    year = int(period[:4])
    month = int(period[5:]) if len(period) > 4 else 12
    return date(year, month, calendar.monthrange(year, month)[1])


def previous_columns(periods: list[str]) -> NDArray[np.intp]:
    """For each of the ordered periods the position of the one before it of the same kind; -1 for none."""
    seen: dict[int, int] = {}
    out = []
    for at, period in enumerate(periods):
        out.append(seen.get(len(period), -1))
        seen[len(period)] = at
    return np.array(out, dtype=np.intp)


def year_before_columns(periods: list[str]) -> NDArray[np.intp]:
    """For each of the ordered periods the position of the same period a year earlier; -1 for none."""
    position = {period: at for at, period in enumerate(periods)}
    return np.array([position.get(year_before(period), -1) for period in periods], dtype=np.intp)
