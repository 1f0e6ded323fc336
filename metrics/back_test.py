"""How the forecast would have done: made anew at days gone by from what was known then, beside what happened.

In: the past of a county, its groupings, and the as-of day. Out: a row per forecast that could have been made; how often
each chance came true; scores. Refuses to judge what is not decided yet: a chance before its deadline has passed, an
interval before its end has.

Method: Brier 1950, Monthly Weather Review 78, 1-3 (score); Murphy & Winkler 1977, Applied Statistics 26, 41-47
(reliability by bins of the forecast chance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from metrics.batches import batch_of
from metrics.closing_forecast import (
    HIGH,
    LOW,
    MIDDLE,
    Known,
    Past,
    foreseen,
    known_on,
    members,
    percentile,
)
from metrics.problem_phases import FAR, OFF, Flags, Ints, Phases, day_of, deadlines_on
from metrics.register import township_codes
from settings import Forecast

EVERY = 28  # days between the days on which forecasts are made
DRAWS = 200  # of each: thousands of forecasts are made, and a bin of 20 % bears chances of ± 3 %
BINS = (0, 20, 40, 60, 80, 100)  # % of chance; the upper end belongs to the bin
COLUMNS = {
    "grouping": "str", "group": "str", "day": "int64", "remaining": "int64", "days_left": "int64", "chance": "float64",
    "low": "float64", "median": "float64", "high": "float64", "took": "float64", "since": "int64", "left_over": "float64", "really_left": "float64", "weekly": "object",
}  # fmt: skip


def groupings(problems: pd.DataFrame) -> dict[str, pd.Series]:
    """By batch and by township: the groups of which a page tells the forecast."""
    named = problems.set_index("problem_id")
    return {"batch": batch_of(named), "township": township_codes(named["place_code"])}


def back_test(
    past: Past, groupings: Mapping[str, pd.Series], as_of: date, rules: Forecast, every: int = EVERY
) -> pd.DataFrame:
    """A row of COLUMNS per grouping, group and day, every so many days up to the as-of day, for which history was enough.

    - remaining, days_left: problems to be struck off then, days to their last deadline of then; below zero past it.
    - chance: % of the draws that were in time; missing where the deadline was over or the day itself.
    - low, median, high: foreseen days until the last was struck off; took: days that it really took, missing when it
      has not been yet. since: days from then to the as-of day.
    - weekly: struck off in each of the weeks that the pace is of.
    - left_over: problems foreseen to be still there at the deadline, really_left: those that were.

    `groupings`: by name, the group of each problem by problem_id.
    """
    told, today = past.phases, day_of(as_of)
    rules = rules.model_copy(update={"draws": DRAWS})
    begun = told.since[told.since > 0]  # nobody wrote down when the others were found
    days = list(range(today - every, int(begun.min()), -every)) if len(begun) else []
    due = deadlines_on(past.problems, past.told, told.ids, days)
    ends = _ends(told)
    chosen = {
        (name, key): flags[told.problem]
        for name, groups in groupings.items()
        for key, flags in members(groups, told.ids).items()
    }
    rows = []
    for at, day in enumerate(days):
        known = known_on(past, day, due[:, at])
        if known.courses is None:
            continue
        for (name, key), flags in chosen.items():
            if made := _made(past, known, flags & known.counted, ends, rules):
                rows.append({"grouping": name, "group": key, "day": day, "since": today - day} | made)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _made(past: Past, known: Known, mine: Flags, ends: Ints, rules: Forecast) -> dict[str, object] | None:
    """One forecast and what came of it; None where there was none to be made."""
    live = mine & (past.phases.until > known.day)
    if not live.any():
        return None
    found = foreseen(past, known, mine, rules)
    days = found.days
    if not len(days):
        return None
    left = int(known.due[past.phases.problem[live]].max()) - known.day
    last = int(ends[live].max())
    return {
        "remaining": int(live.sum()),
        "days_left": left,
        "chance": 100 * float((days <= left).mean()) if left > 0 else np.nan,
        "low": percentile(days, LOW),
        "median": percentile(days, MIDDLE),
        "high": percentile(days, HIGH),
        "took": last - known.day if last < FAR else np.nan,
        "left_over": float(found.left_over.mean()),
        "weekly": tuple(found.pace.struck.tolist()),
        "really_left": float((ends[live] > known.day + left).sum()),
    }


def _ends(told: Phases) -> Ints:
    """Of each phase, the day on which its problem was next struck off; FAR when it has not been."""
    struck = pd.Series(told.until, dtype="Float64").where(told.then == OFF)
    return np.asarray(struck.groupby(told.problem).bfill().fillna(FAR), dtype=np.int64)


@dataclass(frozen=True)
class Scores:
    """How good the chances and the intervals were."""

    chances: int  # forecasts whose deadline has passed since
    groups: int  # … of so many groups: those of one group resemble each other
    came_true: float  # % of them
    brier: float  # mean squared error of the chance; 0 is perfect
    brier_of_base: float  # of a chance that is always came_true
    intervals: int  # forecasts whose interval has ended since
    within: float  # % of them that ended within it; 80 is meant
    later: float  # % that ended after it
    remaining: int  # problems of the decided chances, added up
    left_over: float  # … that were foreseen to be still there at the deadline
    really_left: int  # … that were


def decided(cases: pd.DataFrame) -> pd.DataFrame:
    """The forecasts of which it is known whether they came true, with is_true."""
    known = cases[cases["chance"].notna() & (cases["days_left"] <= cases["since"])]
    return known.assign(is_true=known["took"] <= known["days_left"])


def reliability(cases: pd.DataFrame) -> pd.DataFrame:
    """A row per bin of BINS: low, high (% of chance), forecasts, mean_chance (%), came_true (%)."""
    known = decided(cases)
    # right=True puts 20 % into the lowest bin; the lowest takes 0 as well
    bins = pd.cut(known["chance"], BINS, include_lowest=True, labels=False)
    found = pd.DataFrame({"low": BINS[:-1], "high": BINS[1:]})
    groups = known.groupby(bins)
    found["forecasts"] = groups.size().reindex(found.index).fillna(0).astype("int64")
    found["mean_chance"] = groups["chance"].mean().reindex(found.index)
    found["came_true"] = 100 * groups["is_true"].mean().reindex(found.index)
    return found


def scores(cases: pd.DataFrame) -> Scores:
    """`Scores` of these forecasts; shares are missing (NaN) where none is decided."""
    known = decided(cases)
    is_true = known["is_true"].to_numpy(np.float64)
    base = float(is_true.mean()) if len(known) else np.nan
    ended = cases[cases["high"] <= cases["since"]]
    took = ended["took"].fillna(np.inf)
    return Scores(
        chances=len(known),
        groups=len(known[["grouping", "group"]].drop_duplicates()),
        came_true=100 * base,
        brier=float(((known["chance"] / 100 - is_true) ** 2).mean()) if len(known) else np.nan,
        brier_of_base=base * (1 - base),
        intervals=len(ended),
        within=100 * float(took.between(ended["low"], ended["high"]).mean()) if len(ended) else np.nan,
        later=100 * float((took > ended["high"]).mean()) if len(ended) else np.nan,
        remaining=int(known["remaining"].sum()),
        left_over=float(known["left_over"].sum()),
        really_left=int(known["really_left"].sum()),
    )
