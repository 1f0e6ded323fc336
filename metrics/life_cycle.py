"""The lives of problems: every step of each, what they were on any day, and for how long.

In: the tables of problems and of their events. Out: steps in order, the problems as they stood on a day, and the
stretches of days that each spent in a status. Refuses to lose a problem: on every day those found are open, awaiting
acceptance, or struck off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from data_loaders.contract import (
    ACCEPTED,
    AWAITING,
    CLAIMED,
    DONE,
    FOUND,
    LOOKED_AT,
    REACHES,
    RECTIFYING,
    REOPENED,
    RETURNED,
    STRUCK,
    STRUCK_OFF,
    UNCLAIMED,
    conform,
)

EVER = pd.Timestamp("1900-01-01")
"""Since when there is a problem of which nobody wrote down when it was found."""

DATED = {
    "found_on": FOUND,
    "claimed_on": CLAIMED,
    "done_on": DONE,
    "accepted_on": ACCEPTED,
    "closed_on": STRUCK,
    "looked_back_on": LOOKED_AT,
}
"""Which step each date of a problem tells of."""

_COLUMNS = ["problem_id", "on", "step", "from_status", "to_status", "due_on"]
_ROUND = (
    "done_on",
    "accepted_on",
    "closed_on",
    "looked_back_on",
)  # begin anew when it is returned or comes back


def steps(problems: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Every step of these problems, earliest first: problem_id, on, step, from_status, to_status, due_on.

    A problem without events has the steps that its own dates tell. Events of an older version do not name their step:
    it follows from the two statuses.
    """
    own = events.loc[events["problem_id"].isin(problems["problem_id"]), _COLUMNS]
    silent = problems[~problems["problem_id"].isin(own["problem_id"])]
    dated = [
        pd.DataFrame(
            {"problem_id": silent["problem_id"], "on": silent[name], "step": step, "to_status": REACHES[step]}
        )
        for name, step in DATED.items()
    ]
    told = conform("problem_events", pd.concat([own, *dated], ignore_index=True))[_COLUMNS]
    told = told.dropna(subset=["on"]).sort_values("on", kind="stable", ignore_index=True)
    before = told.groupby("problem_id")["to_status"].shift()
    told["from_status"] = told["from_status"].fillna(before)
    return told.assign(step=told["step"].fillna(_step_between(told["from_status"], told["to_status"])))


def _step_between(before: pd.Series, after: pd.Series) -> pd.Series:
    """The step that leads from the one status to the other."""
    came_back, kept = before.isin(STRUCK_OFF) & ~after.isin(STRUCK_OFF), before == after
    step = np.select(
        [came_back, (before == AWAITING) & (after == RECTIFYING), kept & (after == AWAITING)],
        [REOPENED, RETURNED, ACCEPTED],
        default=after.map({REACHES[step]: step for step in DATED.values() if step != ACCEPTED}).fillna("").to_numpy(str),
    )  # fmt: skip
    return pd.Series(step, index=before.index, dtype="str")


def standing_on(problems: pd.DataFrame, events: pd.DataFrame, day: date) -> pd.DataFrame:
    """The problems as they stood at the end of a day: those found by then, with status, dates and deadline of then.

    Place and wording are today's: the tables keep no earlier ones. A problem without a date of finding was there from
    the start; one without a later step stands as it does today, whatever its dates say.
    """
    return standing(problems, steps(problems, events), day)


def standing(problems: pd.DataFrame, told: pd.DataFrame, day: date) -> pd.DataFrame:
    """`standing_on` by their `steps`, for those who ask for many days."""
    on = pd.Timestamp(day)
    known = problems[~(problems["found_on"] > on)].reset_index(drop=True)
    later = told["on"] > on
    changed = known["problem_id"].isin(told.loc[later, "problem_id"])
    if not changed.any():
        return known
    moving = known.loc[changed, "problem_id"]
    then = _told_of(told[~later & told["problem_id"].isin(moving)], moving)
    then["due_on"] = then["due_on"].fillna(known["first_due_on"]).fillna(known["due_on"])
    return known.assign(
        **{str(name): known[name].mask(changed, past.reindex(known.index)) for name, past in then.items()}
    )


def _told_of(told: pd.DataFrame, moving: pd.Series) -> pd.DataFrame:
    """What the steps up to a day make of each of these problems, with their index."""
    last = told.drop_duplicates("problem_id", keep="last").set_index("problem_id")
    counts = pd.crosstab(told["problem_id"], told["step"])
    # The days of a round count from its last beginning: 退回 and 反弹 make all that was done before undone.
    order = pd.Series(range(len(told)), index=told.index)
    begun = order.where(told["step"].isin([RETURNED, REOPENED])).groupby(told["problem_id"]).max()
    # What was refused was not done; what came back was neither done nor struck off.
    valid = told[~(order <= told["problem_id"].map(begun).fillna(-1))]
    latest = valid.drop_duplicates(["problem_id", "step"], keep="last").set_index("problem_id")
    deadlines = told.dropna(subset=["due_on"]).drop_duplicates("problem_id", keep="last")
    claimed = told[told["step"] == CLAIMED].drop_duplicates("problem_id", keep="last")

    def of(values: pd.Series) -> pd.Series:
        return values.reindex(moving).set_axis(
            moving.index
        )  # Series.map makes nothing of a mapping without rows

    dates = {
        name: of(latest.loc[latest["step"] == DATED[name], "on"]).astype("datetime64[s]") for name in _ROUND
    }
    zero = pd.Series(0, index=counts.index)
    return pd.DataFrame(
        {
            "status": of(last["to_status"]).fillna(UNCLAIMED).astype("str"),
            "last_step": of(last["step"]).astype("str"),
            "claimed_on": of(claimed.set_index("problem_id")["on"]).astype("datetime64[s]"),
            "due_on": of(deadlines.set_index("problem_id")["due_on"]).astype("datetime64[s]"),
            "reopened_count": of(counts.get(REOPENED, zero)).fillna(0).astype("Int64"),
            "returned_count": of(counts.get(RETURNED, zero)).fillna(0).astype("Int64"),
            **dates,
        },
        index=moving.index,
    )


def stretches(problems: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """For how long each problem was in which status: problem_id, status, since, until; in order of life.

    `told` are their `steps`. A stretch lasts from the day `since` to the day before `until`, which is missing for the
    present one. A problem's stretches follow each other without a gap from the day that it was found.
    """
    moves = told[told["to_status"] != told["from_status"].fillna("")]
    found = problems[["problem_id"]].assign(
        on=problems["found_on"].fillna(EVER).astype("datetime64[s]"), to_status=UNCLAIMED, order=-1
    )
    listed = pd.concat(
        [found, moves[moves["step"] != FOUND].assign(order=range(int((moves["step"] != FOUND).sum())))],
        ignore_index=True,
    ).sort_values(["problem_id", "on", "order"], ignore_index=True)
    until = listed.groupby("problem_id")["on"].shift(-1)
    made = pd.DataFrame(
        {"problem_id": listed["problem_id"], "status": listed["to_status"].astype("str"), "since": listed["on"],
         "until": until.astype("datetime64[s]")}
    )  # fmt: skip
    # The last stretch is what the ledger says today: a status without dates is still a status.
    present = made["until"].isna()
    today = made["problem_id"].map(problems.set_index("problem_id")["status"])
    made["status"] = made["status"].where(~present, today.fillna(made["status"]))
    return made.reset_index(drop=True)


def spells(stretched: pd.DataFrame) -> pd.DataFrame:
    """From being found, or coming back, until being struck off: problem_id, number (1, 2 …), since, until.

    `until` is missing while a problem is not struck off.
    """
    off = stretched["status"].isin(STRUCK_OFF)
    first = ~stretched["problem_id"].duplicated()
    was_off = off.shift(fill_value=True) | first
    number = (was_off & ~off).groupby(stretched["problem_id"]).cumsum()
    live = stretched[~off].assign(number=number[~off])
    return live.groupby(["problem_id", "number"], as_index=False, sort=False).agg(
        since=("since", "first"), until=("until", lambda days: days.iloc[-1])
    )


def counts_on(stretched: pd.DataFrame, days: Sequence[date]) -> pd.DataFrame:
    """How many problems there were at the end of each day: on, found, open, awaiting, closed.

    found = open + awaiting + closed on every day; closed are those struck off, looked back at or not.
    """
    at = pd.DatetimeIndex(pd.to_datetime(list(days))).astype("datetime64[s]")

    def present(rows: pd.DataFrame) -> np.ndarray:
        since = np.sort(rows["since"].to_numpy("datetime64[s]"))
        until = np.sort(rows["until"].dropna().to_numpy("datetime64[s]"))
        when = at.to_numpy("datetime64[s]")
        return np.searchsorted(since, when, side="right") - np.searchsorted(until, when, side="right")

    is_closed, is_awaiting = stretched["status"].isin(STRUCK_OFF), stretched["status"] == AWAITING
    return pd.DataFrame(
        {
            "on": at,
            "found": present(stretched),
            "open": present(stretched[~is_closed & ~is_awaiting]),
            "awaiting": present(stretched[is_awaiting]),
            "closed": present(stretched[is_closed]),
        }
    )


def with_step_between(told: pd.DataFrame, step: str, after: date, until: date) -> pd.Series:
    """Ids of the problems that took the step after the one day and by the other."""
    days = told["on"].between(pd.Timestamp(after), pd.Timestamp(until), inclusive="right")
    return told.loc[days & (told["step"] == step), "problem_id"].drop_duplicates()
