"""Will the last problem be struck off in time: what the county's past and the pace of the last weeks say.

In: problems with their `life_cycle.steps` and `stretches`, a day, the rules of the forecast. Out: a row per batch or
township with the day on which its last problem is foreseen to be struck off, and the chance that this is in time.
Refuses to foresee from too little: then it says what is missing. A deadline that is over is a fact, not a forecast.

Method. Stragglers are hardest, so that the number struck off a week cannot be carried forward: every problem has a
course of its own, by how long it has been worked on, then by how long it has been waiting for acceptance (occurrence
and exposure in bands of time: Holford 1980, Biometrics 36, 299-305). The group's own pace is what it did in the last
weeks over what the county's bands would have let expect (indirect standardisation), the weeks drawn with replacement
(Efron & Tibshirani 1993, An Introduction to the Bootstrap), and drawn towards the county's pace where the group did
little (Clayton & Kaldor 1987, Biometrics 43, 671-681). What few stragglers tell of their kind is uncertain too: the
county's bands are worked out again with its problems weighted at random (Bayesian bootstrap: Rubin 1981, Annals of
Statistics 9, 130-134).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.problem_phases import (
    FAR,
    OFF,
    WAITING,
    WORKED_ON,
    Courses,
    Flags,
    Floats,
    Ints,
    Phases,
    courses,
    date_of,
    day_of,
    days_of,
    deadlines_on,
    phases,
)
from settings import Forecast

SEED = 19_930_515  # any fixed number: the same ledger has the same forecast on every screen and every day
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # the interval holds four of five
MIN_WEEKS = 4  # a group that is younger has no pace yet
COURSES = 21  # the county's, and twenty as it might have been as well
COUNTY_WEIGHT = 10.0  # steps at the county's pace that each group is given beside its own
MOST_RETURNS = 3  # rounds that a problem is sent through before it is taken as accepted
WEEK = 7
NONE: Floats = np.array([])


@dataclass(frozen=True)
class Past:
    """All that the forecast reads of a county's problems."""

    problems: pd.DataFrame
    told: pd.DataFrame
    phases: Phases


def past_of(problems: pd.DataFrame, told: pd.DataFrame, stretched: pd.DataFrame) -> Past:
    """From the problems, their `steps` and their `stretches`."""
    return Past(problems, told, phases(stretched))


@dataclass(frozen=True)
class Known:
    """The county as it was known at the end of a day."""

    day: int
    due: Ints  # each problem's deadline of then
    counted: Flags  # phases begun by then, of problems that had a deadline
    courses: (
        tuple[Courses, Courses] | None
    )  # of work and of acceptance; None when too few have been struck off


def known_on(past: Past, day: int, due: Ints) -> Known:
    """What was known at the end of the day, when the problems' deadlines were these."""
    counted = (past.phases.since <= day) & (due[past.phases.problem] < FAR)
    known = np.unique(past.phases.problem[counted])
    weights = np.ones((COURSES, len(due)))
    rng = np.random.default_rng(SEED)
    weights[1:, known] = rng.standard_exponential((len(known), COURSES - 1)).T
    working, accepting = (
        courses(past.phases, phase, counted, day, weights) for phase in (WORKED_ON, WAITING)
    )
    both = None if working is None or accepting is None else (working, accepting)
    return Known(day, due, counted, both)


@dataclass(frozen=True)
class Pace:
    """What a group did in each of the last weeks, the earliest first; weeks without anything to do are left out."""

    struck: Ints  # off the list
    steps: Ints  # struck off, reported done or returned
    foreseen: Floats  # such steps as the county's course would have let expect


def pace(past: Phases, mine: Flags, day: int, weeks: int, both: tuple[Courses, Courses] | None) -> Pace:
    """The whole weeks before the day in which the group existed and had something left to strike off."""
    since, until, phase, then = past.since[mine], past.until[mine], past.phase[mine], past.then[mine]
    ends = day - WEEK * np.arange(weeks - 1, -1, -1)[:, None]  # weeks x phases from here on
    starts = ends - WEEK  # the days after it are the week
    within = (until > starts) & (since <= ends)
    counts = within.any(axis=1) & (starts[:, 0] >= since.min(initial=FAR) - 1)
    left = within & (until <= ends)
    foreseen = np.zeros(weeks)
    for number, known in enumerate(both or ()):
        there = within & (phase == number)
        begun, ended = (
            np.where(there, each - since, 0).astype(np.float64)
            for each in (np.maximum(since, starts), np.minimum(until, ends))
        )
        foreseen += (known.upto(ended) - known.upto(begun)).sum(axis=1)
    struck = (left & (then == OFF)).sum(axis=1)
    return Pace(struck[counts], left.sum(axis=1)[counts], foreseen[counts])


def days_to_close(
    waiting: Flags, spent: Ints, speed: Floats, both: tuple[Courses, Courses], rng: np.random.Generator
) -> Floats:
    """Days until each of these problems is struck off (problems x draws), one for each draw of the group's speed.

    `waiting`: which wait for acceptance; `spent`: days that each has been in its phase. The draws take the courses in
    turn, all but the first.
    """
    shape = (len(spent), len(speed))
    which = np.broadcast_to(1 + np.arange(len(speed)) % (COURSES - 1), shape).ravel()
    speeds = np.broadcast_to(speed, shape).ravel()
    phase = np.repeat(np.where(waiting, WAITING, WORKED_ON), len(speed))
    age = np.repeat(spent.astype(np.float64), len(speed))
    total = np.zeros(len(age))
    for _ in range(MOST_RETURNS + 1):
        for number, known in enumerate(both):
            at = np.flatnonzero(phase == number)
            wanted = known.upto(age[at], which[at]) + rng.standard_exponential(len(at)) / speeds[at]
            total[at] += known.when(wanted, which[at]) - age[at]
            is_off = rng.random(len(at)) < known.off[which[at]]
            phase[at] = np.where(is_off, OFF, WAITING if number == WORKED_ON else WORKED_ON)
            age[at] = 0.0
        if (phase == OFF).all():
            break
    return np.asarray(np.ceil(total).reshape(shape), dtype=np.float64)


@dataclass(frozen=True)
class Foreseen:
    """What the history of a group allows to foresee: its pace, and days until the last one is struck off, drawn."""

    history: str  # one of HISTORIES
    pace: Pace
    days: Floats  # () without enough history
    left_over: Floats  # problems that are still there at the last deadline, drawn as well


HISTORIES = ("enough", "few", "young", "county")
"""few: too few struck off in the last weeks; young: too few weeks; county: too few in the whole county."""


def foreseen(past: Past, known: Known, mine: Flags, rules: Forecast) -> Foreseen:
    """`mine`: the group's phases among those that are counted."""
    live = mine & (past.phases.until > known.day)
    done = pace(past.phases, mine, known.day, rules.weeks, known.courses)
    if known.courses is None:
        return Foreseen("county", done, NONE, NONE)
    if len(done.struck) < MIN_WEEKS:
        return Foreseen("young", done, NONE, NONE)
    if done.struck.sum() < rules.min_closed:
        return Foreseen("few", done, NONE, NONE)
    rng = np.random.default_rng(SEED)
    weeks = rng.integers(0, len(done.steps), (rules.draws, len(done.steps)))
    own, usual = done.steps[weeks].sum(axis=1), done.foreseen[weeks].sum(axis=1)
    speed = (own + COUNTY_WEIGHT) / (usual + COUNTY_WEIGHT)
    spent = known.day - past.phases.since[live]
    waiting = past.phases.phase[live] == WAITING
    drawn = days_to_close(waiting, spent, speed, known.courses, rng)
    left = known.due[past.phases.problem[live]].max(initial=known.day) - known.day
    last = drawn.max(axis=0, initial=0.0)
    return Foreseen("enough", done, last, (drawn > max(left, 0)).sum(axis=0).astype(np.float64))


STATES = ("passed", "today", "ahead", "short", "open_ended", "done")
"""Of a group: its last deadline is over, or is the as-of day (facts, no chance is told); it is ahead and there is a
chance to be told; history is too short; what is left has no deadline; nothing is left."""

COLUMNS = {
    "group": "str", "state": "str", "history": "str", "remaining": "int64", "open": "int64", "awaiting": "int64",
    "overdue": "int64", "without_deadline": "int64", "due_on": "datetime64[s]", "first_due_on": "datetime64[s]",
    "days_left": "Int64", "weekly": "object", "weeks": "int64", "struck": "int64", "pace": "float64",
    "needed": "float64", "left_over": "float64", "left_low": "float64", "left_high": "float64", "chance": "float64", "low_on": "datetime64[s]", "median_on": "datetime64[s]",
    "high_on": "datetime64[s]",
}  # fmt: skip


def closing_forecast(past: Past, groups: pd.Series, as_of: date, rules: Forecast) -> pd.DataFrame:
    """A row of COLUMNS per group, worst first; `groups` holds the group of each problem that counts, by problem_id.

    - remaining = open + awaiting: found, not struck off, with a deadline; overdue among them; without_deadline apart.
    - due_on: the last deadline of those remaining, first_due_on before extensions; days_left to due_on.
    - weekly: struck off in each of the last whole weeks that count, earliest first; weeks and struck: how many weeks,
      how many problems; pace: struck off per week; needed: per week until due_on, missing once it is over.
    - state: one of STATES, history: one of HISTORIES.
    - low_on, median_on, high_on: 10th, 50th and 90th percentile of the day on which the last one is struck off;
      missing without enough history, or beyond the horizon.
    - chance: % of the draws in which that is by due_on, only where the state is ahead; left_over: how many of the
      remaining are then still there on average, left_low and left_high: in four draws of five.
    """
    day = day_of(as_of)
    ids = past.phases.ids
    known = known_on(past, day, deadlines_on(past.problems, past.told, ids, [day])[:, 0])
    first = days_of(past.problems.set_index("problem_id")["first_due_on"].reindex(ids))
    first = np.where(first < FAR, first, known.due)
    rows = [
        {"group": key} | _row(past, known, chosen[past.phases.problem], first, rules)
        for key, chosen in members(groups, ids).items()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    order = pd.DataFrame(
        {
            "state": table["state"].map(STATES.index),
            "left": table["days_left"].where(table["state"] == "passed", 0),
            "chance": table["chance"].fillna(0),
            "median": -days_of(table["median_on"]),
            "remaining": -table["remaining"],
            "group": table["group"],
        }
    )
    return table.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def members(groups: pd.Series, ids: pd.Index) -> dict[str, Flags]:
    """Of each group, which of the problems belong to it."""
    of = groups.reindex(ids)
    return {str(key): (of == key).fillna(False).to_numpy(bool) for key in of.dropna().unique()}


def _row(past: Past, known: Known, mine: Flags, first: Ints, rules: Forecast) -> dict[str, Any]:
    told, day = past.phases, known.day
    lasting = mine & (told.since <= day) & (told.until > day)
    live = lasting & known.counted
    due, awaiting = known.due[told.problem[live]], int((told.phase[live] == WAITING).sum())
    row: dict[str, Any] = {
        "remaining": int(live.sum()),
        "open": int(live.sum()) - awaiting,
        "awaiting": awaiting,
        "overdue": int(((due < day) & (told.phase[live] != WAITING)).sum()),
        "without_deadline": int((lasting & ~known.counted).sum()),
    }
    found = foreseen(past, known, mine & known.counted, rules)
    weeks, struck = len(found.pace.struck), int(found.pace.struck.sum())
    row |= {
        "history": found.history, "weekly": tuple(found.pace.struck.tolist()), "weeks": weeks, "struck": struck,
        "pace": struck / weeks if weeks else np.nan,
    }  # fmt: skip
    if not live.any():
        return row | {"state": "open_ended" if row["without_deadline"] else "done"}
    left = int(due.max()) - day
    row |= {
        "due_on": date_of(int(due.max())),
        "first_due_on": date_of(int(first[told.problem[live]].max())),
        "days_left": left,
        "needed": row["remaining"] / (left / WEEK) if left > 0 else np.nan,
    }
    if len(found.days):
        row |= {
            name: _date_within(day, found.days, share, rules)
            for name, share in (("low_on", LOW), ("median_on", MIDDLE), ("high_on", HIGH))
        }
    if left <= 0:
        return row | {"state": "passed" if left < 0 else "today"}
    if not len(found.days):
        return row | {"state": "short"}
    return row | {
        "state": "ahead",
        "chance": 100 * float((found.days <= left).mean()),
        "left_over": float(found.left_over.mean()),
        "left_low": percentile(found.left_over, LOW),
        "left_high": percentile(found.left_over, HIGH),
    }


def percentile(drawn: Floats, share: float) -> float:
    """The number that is not exceeded in that share of the draws."""
    return float(np.quantile(drawn, share, method="inverted_cdf"))


def _date_within(day: int, days: Floats, share: float, rules: Forecast) -> pd.Timestamp | None:
    after = percentile(days, share)
    return None if after > WEEK * rules.horizon_weeks else date_of(day + int(after))
