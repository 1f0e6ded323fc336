"""What a map can show of an indicator: amount, target completion, change, change on last year, rank.

In: the long table of `metrics.figures.indicator_values`. Out: one number per place and period with its unit, the
scale it wants and where the middle of that is. Refuses to fill gaps: what cannot be worked out is missing, and
`missing` says why that may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.classes import Middle, Scale
from metrics.comparison import at_columns
from metrics.periods import sorted_periods, year_before_columns
from metrics.register import Matrix
from settings import Indicator

Quantity = Literal["amount", "completion", "change", "year_change", "rank"]

QUANTITIES: dict[Quantity, str] = {
    "amount": "数值",
    "completion": "目标完成率",
    "change": "较上期",
    "year_change": "较上年同期",
    "rank": "位次",
}

COMPLETION_BOUNDS = (60.0, 80.0, 100.0)
"""Bounds of target completion in % that can be chosen as configured ones, without anybody's config."""

_REACHED = Middle(100.0)
_AMOUNTS = Middle(0.0, "减少", "不变", "增加")
_RATES = Middle(0.0, "下降", "持平", "增长")
_RATIOS = Middle(0.0, "下降", "不变", "上升")

_MISSING: dict[Quantity, str] = {
    "amount": "未报送",
    "completion": "未报送或没有目标",
    "change": "本期或上期未报送",
    "year_change": "本期或上年同期未报送",
    "rank": "未报送",
}


@dataclass(frozen=True)
class Quantified:
    """One quantity of an indicator for all places and periods, in the order of the table it came from.

    `numbers` is places x periods, NaN where there is none; `missing` is the legend's word for that.
    """

    quantity: Quantity
    place_codes: tuple[str, ...]
    periods: tuple[str, ...]
    numbers: Matrix
    unit: str
    decimals: int
    scale: Scale
    missing: str
    middle: Middle | None = None
    thresholds: tuple[float, ...] = ()

    @property
    def known_periods(self) -> tuple[str, ...]:
        """Periods for which any place has a value, earliest first."""
        columns = np.flatnonzero((~np.isnan(self.numbers)).any(axis=0))
        return tuple(self.periods[column] for column in columns)

    def periods_like(self, period: str) -> tuple[str, ...]:
        """`known_periods` that may be played with this one: months with months, years with years."""
        return tuple(each for each in self.known_periods if len(each) == len(period))


Axes = tuple[tuple[str, ...], tuple[str, ...]]


def quantified(
    values: pd.DataFrame, spec: Indicator, quantity: Quantity, axes: Axes | None = None
) -> Quantified:
    """The quantity from a table of `indicator_values`; ValueError unless it has every place x every period.

    `axes`, places and periods of the table, when they are known already.
    - amount: cumulative (of a flow since January), in the indicator's unit. `thresholds` are the indicator's.
    - completion: in % of the target, around 100. `thresholds` are COMPLETION_BOUNDS.
    - change: on the period before, in the indicator's unit, of a ratio in % in percentage points.
    - year_change: on the same period of last year, of a flow since January, in %; of a ratio as for change. From
      nothing to nothing is no change; from nothing to something has no percentage and is missing.
    - rank: within the table, by cumulative, as `indicator_values` ranks.
    """
    codes, periods = axes or axes_of(values)

    def matrix(column: str) -> Matrix:
        numbers = values[column].to_numpy(dtype=np.float64, na_value=np.nan)
        return numbers.reshape(len(codes), len(periods))

    def made(
        numbers: Matrix, unit: str, decimals: int, scale: Scale, middle: Middle | None = None,
        thresholds: Sequence[float] = (), missing: str = _MISSING[quantity],
    ) -> Quantified:  # fmt: skip
        return Quantified(
            quantity, codes, periods, numbers, unit, decimals, scale, missing, middle, tuple(thresholds)
        )

    is_ratio = spec.measure == "ratio"
    if quantity == "amount":
        return made(matrix("cumulative"), spec.unit, spec.decimals, "sequential", thresholds=spec.thresholds)
    if quantity == "completion":
        completion = _settled(matrix("completion"))
        return made(completion, "%", 1, "diverging", _REACHED, COMPLETION_BOUNDS)
    if quantity == "rank":
        return made(matrix("rank"), "名", 0, "rank")
    if quantity == "change" or is_ratio:
        unit = "个百分点" if is_ratio and spec.unit == "%" else spec.unit
        middle = _RATIOS if is_ratio else _AMOUNTS
        return made(_settled(matrix(quantity)), unit, spec.decimals, "diverging", middle)
    column = "cumulative_year_change_pct" if spec.measure == "flow" else "year_change_pct"
    now = matrix("cumulative")
    then = at_columns(now, year_before_columns(list(periods)))
    rates = np.where((now == 0) & (then == 0), 0.0, matrix(column))
    is_from_nothing = bool((np.isnan(rates) & (now > 0) & (then == 0)).any())
    missing = _MISSING[quantity] + (",或上年为0" if is_from_nothing else "")
    return made(_settled(rates), "%", 1, "diverging", _RATES, missing=missing)


def quantities_of(
    values: pd.DataFrame, spec: Indicator, period: str | None = None, axes: Axes | None = None
) -> list[Quantity]:
    """Quantities that any place has a value of: at the period, or at any when none is given."""
    found = []
    axes = axes or axes_of(values)
    for quantity in QUANTITIES:
        numbers = quantified(values, spec, quantity, axes)
        known = numbers.known_periods
        if period in known or (period is None and known):
            found.append(quantity)
    return found


def rank_in_parent(values: pd.DataFrame) -> pd.DataFrame:
    """Each row's rank among the places of its parent in its period, from the ranks among all.

    In: rows with place_code, parent_code, period, rank. Out, in their order: place_code, period,
    rank_in_parent (1, 2, 2, 4; missing is unranked) and ranked_in_parent, how many of the parent's are ranked.
    """
    groups = values.groupby(["parent_code", "period"], sort=False, dropna=False)["rank"]
    return values[["place_code", "period"]].assign(
        rank_in_parent=groups.rank(method="min").astype("Int64"),
        ranked_in_parent=groups.transform("count").astype("int64"),
    )


def axes_of(values: pd.DataFrame) -> Axes:
    """Places and periods of a table of `indicator_values`, which is sorted by place, then period, and has all of both."""
    periods = sorted_periods(values["period"].unique())
    codes = values["place_code"].to_numpy()[:: max(1, len(periods))]
    is_whole = len(values) == len(codes) * len(periods)
    if not (
        is_whole
        and np.array_equal(values["place_code"].to_numpy(), np.repeat(codes, len(periods)))
        and np.array_equal(values["period"].to_numpy(), np.tile(periods, len(codes)))
    ):
        raise ValueError("the table must hold every place with every period, in order")
    return tuple(map(str, codes)), tuple(periods)


def _settled(numbers: Matrix) -> Matrix:
    """Equal to nine digits is equal: 0.3 - 0.1 - 0.2 is no change."""
    return np.round(numbers, 9) + 0.0
