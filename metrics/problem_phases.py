"""The phases of a problem's life: how long it is worked on, how long it waits for acceptance, and how fast it leaves.

In: the stretches and steps of `life_cycle`. Out: arrays of phases, deadlines as they stood on any day, and the course
that problems take through a phase. Refuses to tell a course from too few that have left it, and knows nothing of what
came after the day that it is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_loaders.contract import AWAITING, STRUCK_OFF

WORKED_ON, WAITING, OFF = 0, 1, 2
FAR = 10**6  # days: not yet
BAND_EVENTS = 10  # fewer in a band of time tell no rate: it is joined with the one before
EDGES = 7 * np.array([0, 1, 2, 3, 4, 6, 8, 10, 13, 17, 22, 26, 39, 52, 78, 104, 156])
"""Where the bands of time begin, in days spent in a phase."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Phases:
    """Every stretch in which a problem was worked on or waited for acceptance, a row each; days since 1970.

    `until` is FAR while it lasts; `then` is the phase that followed it. `problem` counts the problems by row.
    """

    problem: Ints
    phase: Ints
    since: Ints
    until: Ints
    then: Ints
    ids: pd.Index


def phases(stretched: pd.DataFrame) -> Phases:
    """The stretches of `life_cycle.stretches`, 待认领 and 整改中 as one and 已销号 and 回头看合格 as one."""
    phase = np.where(
        stretched["status"].isin(STRUCK_OFF),
        OFF,
        np.where(stretched["status"] == AWAITING, WAITING, WORKED_ON),
    )
    problem, ids = pd.factorize(stretched["problem_id"])
    is_new = np.ones(len(phase), dtype=bool)
    is_new[1:] = (problem[1:] != problem[:-1]) | (phase[1:] != phase[:-1])
    starts = np.flatnonzero(is_new)
    since = days_of(stretched["since"])[starts]
    problem, phase = problem[starts].astype(np.int64), phase[starts].astype(np.int64)
    is_last = np.ones(len(starts), dtype=bool)
    is_last[:-1] = problem[1:] != problem[:-1]
    until = np.where(is_last, FAR, np.append(since[1:], FAR))
    then = np.where(is_last, -1, np.append(phase[1:], -1))
    live = phase != OFF
    return Phases(problem[live], phase[live], since[live], until[live], then[live], pd.Index(ids))


def deadlines_on(problems: pd.DataFrame, told: pd.DataFrame, ids: pd.Index, days: Sequence[int]) -> Ints:
    """Each problem's deadline as it stood on each day (problems x days), FAR where there was none: `standing`'s.

    A deadline that no step tells of holds since the last step before it was written down, the first one before.
    """
    known = problems.set_index("problem_id").reindex(ids)
    now = days_of(known["due_on"])
    first = np.where(known["first_due_on"].notna(), days_of(known["first_due_on"]), now)
    last = days_of(told.groupby("problem_id")["on"].max().reindex(ids), missing=-FAR)
    row = ids.get_indexer(pd.Index(told["problem_id"]))
    moved = told["due_on"].notna().to_numpy() & (row >= 0)
    row, on, due = row[moved], days_of(told["on"])[moved], days_of(told["due_on"])[moved]
    found = np.empty((len(ids), len(days)), dtype=np.int64)
    for at, day in enumerate(days):
        then = first.copy()
        by_then = on <= day
        then[row[by_then]] = due[by_then]  # steps are in order: the last one stays
        found[:, at] = np.where(last <= day, now, then)
    return found


class Courses:
    """How fast problems leave a phase by the days spent in it, as the county's past tells it in several ways.

    `bands`: where bands of time begin; `rates`: how many leave a day, courses x bands; `off`: which share of them, in
    each course, leaves for OFF.
    """

    def __init__(self, bands: Floats, rates: Floats, off: Floats) -> None:
        self.off = off
        ends = np.append(bands, FAR)
        totals = np.cumsum(np.hstack([np.zeros((len(rates), 1)), rates * np.diff(ends)]), axis=1)
        # All courses on one line, one behind the other: numpy interpolates in them at once.
        self._apart, self._higher = 2.0 * FAR, 2.0 * float(totals.max(initial=0.0)) + 1
        order = np.arange(len(rates))[:, None]
        self._last = totals[:, -1]
        self._days = (ends + self._apart * order).ravel()
        self._totals = (totals + self._higher * order).ravel()

    def upto(self, days: Floats, which: Ints | int = 0) -> Floats:
        """The cumulative rate of the course with that number."""
        found = np.interp(days + self._apart * np.asarray(which), self._days, self._totals)
        return np.asarray(found - self._higher * np.asarray(which), dtype=np.float64)

    def when(self, total: Floats, which: Ints) -> Floats:
        """Days at which the cumulative rate is reached."""
        reached = np.minimum(total, self._last[which]) + self._higher * which
        return np.asarray(
            np.interp(reached, self._totals, self._days) - self._apart * which, dtype=np.float64
        )


def courses(past: Phases, phase: int, chosen: Flags, day: int, weights: Floats) -> Courses | None:
    """The courses through one phase as all that was known on the day tells them; None when too few have left it.

    One for each row of `weights` (courses x problems), which say how much each problem counts; the bands are those of
    the first.
    """
    mine = chosen & (past.phase == phase)
    since, until, weight = past.since[mine], past.until[mine], weights[:, past.problem[mine]]
    left = until <= day
    if left.sum() < BAND_EVENTS:
        return None
    spent = np.where(left, np.maximum(until - since, 0.5), day - since).astype(np.float64)
    starts = _bands(spent[left])
    ends = np.append(starts[1:], FAR)
    within = np.clip(spent[:, None], starts, ends) - starts  # days that each has spent in each band
    leaves = left[:, None] & (spent[:, None] >= starts) & (spent[:, None] < ends)
    rates = (weight @ leaves) / np.maximum(weight @ within, 0.5)
    return Courses(starts, rates, (weight @ (left & (past.then[mine] == OFF))) / (weight @ left))


def _bands(spent: Floats) -> Floats:
    """Where bands of time begin so that at least BAND_EVENTS have left in each; what follows the last one joins it."""
    events = np.histogram(spent, bins=np.append(EDGES, FAR))[0]
    starts, count = [0.0], 0
    for here, end in zip(events, EDGES[1:], strict=False):
        count += int(here)
        if count >= BAND_EVENTS and events[end <= EDGES].sum() >= BAND_EVENTS:
            starts.append(float(end))
            count = 0
    return np.array(starts)


def days_of(dates: pd.Series, missing: int = FAR) -> Ints:
    """Days since 1970; `missing` where there is no date."""
    days = dates.to_numpy("datetime64[D]")
    return np.where(np.isnat(days), missing, days.astype(np.int64))


def day_of(day: date) -> int:
    """The day's number since 1970."""
    return int(np.datetime64(day, "D").astype(np.int64))


def date_of(day: int) -> pd.Timestamp:
    """The day with that number."""
    return pd.Timestamp(np.datetime64(day, "D"))
