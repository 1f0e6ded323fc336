"""How much of a year's work is usually done by now: last year's course as the yardstick.

In: one place's `metrics.figures.series_of` a flow. Out: per cent of the year. Refuses a straight line where the year
has a season: in October tea is picked, and mushrooms are not.
"""

from __future__ import annotations

import pandas as pd

from metrics.periods import year_before


def year_pace(series: pd.DataFrame, period: str) -> float | None:
    """What share of its whole year, in %, the place had done by this month last year; None when a month is missing."""
    if len(period) == 4:
        return None
    then, end = year_before(period), f"{int(period[:4]) - 1:04d}-12"
    sums = dict(zip(series["period"], series["cumulative"].astype(float), strict=True))
    missing = dict(zip(series["period"], series["months_missing"], strict=True))
    if then not in sums or missing.get(end, 1) or not sums[end] > 0:
        return None
    return 100 * float(sums[then]) / float(sums[end])
