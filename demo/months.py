"""The demo's calendar: 36 months, and the day on which the county looks at them.

Out: constants and pure functions of a month. The clock is never read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

AS_OF = date(2026, 11, 15)


@dataclass(frozen=True, order=True)
class Month:
    """One reporting month."""

    year: int
    month: int

    @property
    def text(self) -> str:
        """As ledgers write it: 2026年10月."""
        return f"{self.year}年{self.month}月"

    @property
    def last_day(self) -> date:
        """The day whose state a stock figure describes."""
        following = date(self.year + self.month // 12, self.month % 12 + 1, 1)
        return following - timedelta(days=1)


def _run(first: Month, count: int) -> tuple[Month, ...]:
    start = first.year * 12 + first.month - 1
    return tuple(Month(step // 12, step % 12 + 1) for step in range(start, start + count))


MONTHS = _run(Month(2023, 11), 36)
QUARTER_ENDS = tuple(month for month in MONTHS if month.month % 3 == 0)
YEARS = tuple(sorted({month.year for month in MONTHS}))
