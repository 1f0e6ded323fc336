"""How many problems of a batch are left, week by week, against its deadline.

In: laddered problems, their stretches, and the as-of day. Out: a course of counts per batch, and the batches with what is
left of them. Refuses to know the future: after the as-of day there are deadlines and no counts.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from metrics.batches import batch_of, batches
from metrics.life_cycle import EVER, counts_on
from metrics.working_days import days_until
from settings import Problems

WEEK = timedelta(days=7)
AHEAD = 104 * WEEK
COURSE_COLUMNS = ["on", "found", "open", "awaiting", "closed", "left", "scheduled"]


def batches_left(laddered: pd.DataFrame, as_of: date, rules: Problems) -> pd.DataFrame:
    """`batches` with what is left of each, most overdue first.

    left = open + awaiting; left_without_deadline: those of them that have none. days_left: days (by the county's
    calendar) to the batch's deadline, below zero past it, missing without one. is_extended: that deadline is later
    than the first one was.
    """
    found = batches(laddered)
    endless = laddered[~laddered["is_closed"] & laddered["due_on"].isna()]
    return found.assign(
        left=found["open"] + found["awaiting"],
        left_without_deadline=found["batch"].map(batch_of(endless).value_counts()).fillna(0).astype("int64"),
        days_left=days_until(found["due_on"], as_of, rules),
        is_extended=(found["due_on"] > found["first_due_on"]).fillna(False).astype(bool),
    ).sort_values(["overdue", "left", "found"], ascending=False, kind="stable", ignore_index=True)


def burn_down(laddered: pd.DataFrame, stretched: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """COURSE_COLUMNS from the day that the first of these problems was found: every seventh day up to the as-of day.

    found = open + awaiting + closed, left = open + awaiting; all five are missing after the as-of day, from which the
    weeks run on to the last deadline. scheduled: how many were left had each been struck off on its deadline (as it
    stands now); those without a deadline are never due. No rows where nobody wrote down when anything was found.
    """
    lives = stretched[stretched["problem_id"].isin(laddered["problem_id"])]
    first = laddered["found_on"].min()
    if pd.isna(first) or first.date() > as_of:
        return pd.DataFrame(columns=COURSE_COLUMNS)
    past = _weeks(first.date(), as_of)
    last = laddered["due_on"].max()
    future = [] if pd.isna(last) else _future(as_of, last.date())
    counts = counts_on(lives, [*past, *future])
    told = ["found", "open", "awaiting", "closed", "left"]
    counts["left"] = counts["open"] + counts["awaiting"]
    counts["scheduled"] = _not_due(laddered, counts["on"], as_of)
    counts[told] = counts[told].astype("Int64").where(counts["on"] <= pd.Timestamp(as_of))
    return counts[COURSE_COLUMNS]


def _weeks(first: date, as_of: date) -> list[date]:
    """The first day, and every seventh day back from the as-of day."""
    back = [as_of - n * WEEK for n in range((as_of - first).days // 7 + 1)]
    return sorted({first, *back})


def _future(as_of: date, last: date) -> list[date]:
    """Every seventh day after the as-of day, up to the day after the last deadline: then nothing may be left.

    At most two years: one deadline far off would press all that has happened into a corner.
    """
    end = min(last, as_of + AHEAD) + timedelta(days=1)
    ahead = [as_of + n * WEEK for n in range(1, max((end - as_of).days, 0) // 7 + 1)]
    return sorted({*ahead, *([end] if end > as_of else [])})


def _not_due(laddered: pd.DataFrame, days: pd.Series, as_of: date) -> np.ndarray:
    """How many of those found by each day had no deadline before it; on its day a deadline is not over."""
    found = laddered["found_on"].fillna(EVER).to_numpy("datetime64[s]")
    known = laddered[found <= np.datetime64(as_of, "s")]
    begun = np.sort(found[found <= np.datetime64(as_of, "s")])
    # One that came back has a deadline of now; it cannot have been due before it was found.
    due = known["due_on"].where(~(known["due_on"] < known["found_on"]), known["found_on"])
    ends = np.sort(due.dropna().to_numpy("datetime64[s]"))
    when = days.to_numpy("datetime64[s]")
    return np.searchsorted(begun, when, side="right") - np.searchsorted(ends, when, side="left")
