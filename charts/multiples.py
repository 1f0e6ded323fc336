"""An indicator's year in a box as small as a line of a table: this year over last year.

In: series_of tables. Out: points in per cent of the box. Each box has a scale of its own, so that many of them may
stand below each other without adding up, or comparing, different units. Refuses to bridge a month that nobody reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from settings import Indicator

Run = tuple[
    tuple[float, float], ...
]  # points from left to right: per cent from the left, per cent from the top
LEAST_SPAN = 0.1  # of the largest value: a change of 1 % must not look like a leap
WHOLE_SHARE = 0.97  # of the reports; below it a dip is a gap in reporting and not in the industry
TOP, BOTTOM = 8.0, 92.0
PARTIAL = float("-inf")  # reported, but by too few


@dataclass(frozen=True)
class YearLines:
    """Unbroken runs of months, of the year shown and of the year before."""

    now: tuple[Run, ...]
    before: tuple[Run, ...]


def year_lines(series: pd.DataFrame, indicator: Indicator, period: str) -> YearLines:
    """The course since January up to `period`, and the whole of last year's; nothing for yearly figures.

    A flow's is the sum since January, as the total beside it. A month of which too few reports came is passed over,
    so that a late township is no dip, but for the last; where nobody reported, the line ends. A ratio is of those
    who reported anyway.
    """
    if len(period) == 4:
        return YearLines((), ())
    values = series["cumulative" if indicator.measure == "flow" else "value"]
    is_whole = (series["reported"] >= WHOLE_SHARE * series["expected"]) | (indicator.measure == "ratio")
    is_whole |= series["period"] == period  # the figure that stands beside the line
    of = {
        at: PARTIAL if known and not whole else None if not known else float(value)
        for at, value, known, whole in zip(series["period"], values, values.notna(), is_whole, strict=True)
    }
    year, month = int(period[:4]), int(period[5:])
    now = [of.get(f"{year:04d}-{m:02d}") if m <= month else None for m in range(1, 13)]
    before = [of.get(f"{year - 1:04d}-{m:02d}") for m in range(1, 13)]
    known = [v for v in (*now, *before) if v is not None and v != PARTIAL]
    if not known:
        return YearLines((), ())
    high, low = max(known), min(known)
    if indicator.measure == "flow":
        low = min(low, 0.0)
    low = min(low, high - LEAST_SPAN * abs(high))
    step = {"month": 1, "quarter": 3, "year": 12}[indicator.frequency]
    return YearLines(_runs(now, low, high, step), _runs(before, low, high, step))


def _runs(values: Sequence[float | None], low: float, high: float, step: int) -> tuple[Run, ...]:
    runs: list[list[tuple[float, float]]] = [[]]
    for at in range(step - 1, 12, step):
        value = values[at]
        if value is None:
            runs.append([])
        elif value != PARTIAL:
            share = (value - low) / (high - low) if high > low else 0.5
            runs[-1].append((100 * at / 11, BOTTOM - (BOTTOM - TOP) * share))
    return tuple(tuple(run) for run in runs if run)
