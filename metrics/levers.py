"""The one figure behind a part of the composite that a township can move: mu of tea, households, problems struck off.

In: a ranked township's row, the indicators' figures, settings. Out: a `Lever` that turns the figure into what the part
judges, and back. Refuses to move what is given: targets, denominators, problems found and last year's figures stay.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.composite import part_names
from metrics.periods import latest_at
from settings import Indicator, RankingPart, Settings

PROBLEM_UNIT = "个"


@dataclass(frozen=True)
class Lever:
    """A figure in its own unit, and how the part's judged figure follows it.

    The judged figure is `raw` now and changes by `slope` per unit. Where less of the figure is better and completion of
    the target is judged, there is a `limit` instead: the target, up to which completion is 100, and beyond which it is
    the target in % of the figure (`figures.indicator_values`).
    """

    part: str
    name: str  # the part's
    what: str  # what the figure counts: 茶园面积; of a ratio its numerator
    unit: str
    decimals: int
    now: float
    more_is_better: bool
    raw: float
    slope: float
    whole: (
        float  # what a change is a share of: the target, the denominator, the problems found, else the figure
    )
    limit: float | None = None
    most: float = math.inf  # the figure cannot be more than that
    is_closure: bool = False  # problems struck off

    @property
    def unit_step(self) -> float:
        """The smallest change that can be reported."""
        return float(10.0**-self.decimals)

    def moved(self, units: int) -> float:
        """The figure after so many units more (or less)."""
        return round(self.now + units * self.unit_step, 9)

    def judged(self, figure: float) -> float:
        """What the part judges when the figure is this."""
        if self.limit is None:
            return self.raw + self.slope * (figure - self.now)
        return 100.0 if figure <= self.limit else 100 * self.limit / figure

    def figure(self, judged: float) -> float:
        """The figure at which the part judges this; infinite when there is none."""
        if self.limit is None:
            return self.now + (judged - self.raw) / self.slope
        return 100 * self.limit / judged if judged > 0 else math.inf


def lever_of(
    part: RankingPart, row: pd.Series, figures: Mapping[str, pd.DataFrame], settings: Settings
) -> Lever:
    """What a township can move of a part that counts for it; `row` is its row of `composite_at`."""
    name, raw, base = (
        part_names(settings)[part.id],
        float(row[f"raw_{part.id}"]),
        float(row[f"base_{part.id}"]),
    )
    if part.indicator is None:
        return Lever(
            part=part.id,
            name=name,
            what="已销号的问题",
            unit=PROBLEM_UNIT,
            decimals=0,
            now=float(round(base * raw / 100)),
            more_is_better=True,
            raw=raw,
            slope=100 / base,
            whole=base,
            most=base,
            is_closure=True,
        )
    spec, table = settings.indicators[part.indicator], figures[part.indicator]
    own = table[table["place_code"] == row["place_code"]]
    mine = own[own["period"] == latest_at(own["period"], row["period"])].iloc[0]
    counted, now, per_unit, most = [spec], float(mine["cumulative"]), 1.0, math.inf
    if spec.measure == "ratio":
        counted = [settings.indicators[each] for each in spec.numerator]
        now, below = float(mine["numerator"]), float(mine["denominator"])
        per_unit = (100.0 if spec.unit == "%" else 1.0) / below
        most = below if spec.unit == "%" else math.inf
    slope, whole, limit = per_unit, now, None
    if part.of == "completion":
        whole = float(mine["target"]) / per_unit  # the figure that would reach the target
        slope, limit = (math.nan, whole) if spec.better == "lower" else (100 / whole, None)
    elif part.of == "year_change" and spec.measure != "ratio":
        slope = 100 / _year_before(own, mine, spec, raw)
    return Lever(
        part=part.id,
        name=name,
        what="、".join(each.name for each in counted),
        unit=counted[0].unit,
        decimals=max(each.decimals for each in counted),
        now=now,
        more_is_better=spec.better == "higher",
        raw=raw,
        slope=slope,
        whole=whole,
        limit=limit,
        most=most,
    )


def _year_before(own: pd.DataFrame, mine: pd.Series, spec: Indicator, raw: float) -> float:
    """Last year's figure that the change in % is of: on the places that reported in both years."""
    rows = own[own["period"] == mine["period"]]
    if spec.measure == "flow":
        is_month = own["period"].str.len() == len(mine["period"])
        rows = own[
            is_month & (own["period"].str[:4] == mine["period"][:4]) & (own["period"] <= mine["period"])
        ]
    change = float(rows["year_change"].sum())
    # Where nothing has changed the places that reported once only cannot be told; all of them stand in for those.
    return abs(100 * change / raw) if abs(raw) > 1e-9 else abs(float(rows["last_year"].sum()))
