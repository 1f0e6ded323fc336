"""Inspection problems: which are open, awaiting acceptance, closed, overdue or nearly due, and how many.

In: the problems table and the as-of date. Out: the same problems with their warning, and counts by any
columns. Refuses to lose one: every problem is open, awaiting acceptance or closed, so found = open +
awaiting + closed at every cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from data_loaders.contract import AWAITING, CLOSED, RECTIFYING, UNCLAIMED, empty
from metrics.register import township_codes
from settings import Problems

WARNINGS = {"red": "逾期", "yellow": "反弹未销号", "blue": "临期", "none": "正常"}
STEPS = {
    "found_on": UNCLAIMED,
    "claimed_on": RECTIFYING,
    "done_on": AWAITING,
    "accepted_on": AWAITING,
    "closed_on": CLOSED,
}
COUNT_COLUMNS = ["found", "closed", "awaiting", "open", "overdue", "nearly_due", "reopened", "closure_rate"]


def ladder(problems: pd.DataFrame, as_of: date, windows: Problems) -> pd.DataFrame:
    """The problems, worst first, with what the warning ladder says of each on the as-of date.

    - is_closed: 已销号; is_awaiting: 待验收; is_open: anything else (also an unknown status: nobody struck it off).
    - days_left: days to the deadline of a problem that is open or awaiting; missing without a deadline and
      once closed.
    - is_overdue: open and its deadline is before the as-of date (a deadline on that day is not overdue). The
      clock stops when the township reports done: awaiting acceptance past its deadline counts as awaiting.
    - is_nearly_due: open with 0 <= days_left <= `windows.nearly_due_days`. No deadline: neither.
    - is_reopened: struck off before and open or awaiting again.
    - warning: red (overdue), else yellow (reopened and still open), else blue (nearly due), else none.
    - is_late: was accepted, or closed, after its deadline. township_code: the township it lies in.
    """
    today = pd.Timestamp(as_of)
    is_closed = (problems["status"] == CLOSED).fillna(False).astype(bool)
    is_awaiting = (problems["status"] == AWAITING).fillna(False).astype(bool)
    is_open = ~(is_closed | is_awaiting)
    days = (problems["due_on"] - today).dt.days.astype("Int64")
    is_overdue = is_open & (days < 0).fillna(False).astype(bool)
    is_nearly_due = is_open & days.between(0, windows.nearly_due_days).fillna(False).astype(bool)
    is_reopened = ~is_closed & (problems["reopened_count"] > 0).fillna(False).astype(bool)
    stopped_on = problems["accepted_on"].fillna(problems["closed_on"])
    warning = np.select(
        [is_overdue, is_reopened & is_open, is_nearly_due], ["red", "yellow", "blue"], default="none"
    )
    found = problems.assign(
        township_code=township_codes(problems["place_code"]),
        warning=pd.Series(warning, index=problems.index, dtype="str"),
        days_left=days.mask(is_closed),
        is_open=is_open,
        is_awaiting=is_awaiting,
        is_closed=is_closed,
        is_overdue=is_overdue,
        is_nearly_due=is_nearly_due,
        is_reopened=is_reopened,
        is_late=is_closed & (stopped_on > problems["due_on"]),
    )
    severity = found["warning"].map({"red": 0, "yellow": 1, "blue": 2, "none": 3})
    stage = severity.mask(severity.eq(3) & is_awaiting, 4).mask(is_closed, 5)
    order = pd.DataFrame({"stage": stage, "days": found["days_left"], "id": found["problem_id"]})
    return found.loc[order.sort_values(["stage", "days", "id"]).index].reset_index(drop=True)


def problem_counts(laddered: pd.DataFrame, by: list[str] | None = None) -> pd.DataFrame:
    """COUNT_COLUMNS by the given columns of a laddered table, most overdue first; one row when `by` is empty.

    closure_rate: closed in % of found, missing where nothing was found. Problems for which a column of `by`
    is missing (a unit's problem without a place) have a row of their own.
    """
    flags = pd.DataFrame(
        {
            "found": 1,
            "closed": laddered["is_closed"].astype("int64"),
            "awaiting": laddered["is_awaiting"].astype("int64"),
            "open": laddered["is_open"].astype("int64"),
            "overdue": laddered["is_overdue"].astype("int64"),
            "nearly_due": laddered["is_nearly_due"].astype("int64"),
            "reopened": laddered["is_reopened"].astype("int64"),
        },
        index=laddered.index,
    )
    if not by:
        counts = flags.sum().to_frame().T
    else:
        keyed = pd.concat([laddered[by], flags], axis=1)
        counts = keyed.groupby(by, dropna=False, as_index=False, sort=True)[list(flags)].sum()
        counts = counts.sort_values(
            ["overdue", "open", "found"], ascending=False, kind="stable", ignore_index=True
        )
    counts["closure_rate"] = 100 * counts["closed"] / counts["found"].where(counts["found"] > 0)
    return counts


def counts_by_township(laddered: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """COUNT_COLUMNS per township with its name, also those without a problem; most overdue first.

    Problems without a township share a row named 县直及未注明 whose place_code is missing.
    """
    townships = places.loc[places["level"] == "township", ["place_code", "name"]]
    codes = laddered["township_code"].where(laddered["township_code"].isin(townships["place_code"]))
    counts = problem_counts(laddered.assign(place_code=codes), ["place_code"])
    joined = townships.merge(
        counts[counts["place_code"].notna()], on="place_code", how="left", validate="one_to_one"
    )
    numbers = [name for name in COUNT_COLUMNS if name != "closure_rate"]
    joined[numbers] = joined[numbers].fillna(0).astype("int64")
    elsewhere = counts[counts["place_code"].isna()].assign(name="县直及未注明")
    everything = pd.concat([joined, elsewhere], ignore_index=True) if len(elsewhere) else joined
    return everything.sort_values(
        ["overdue", "open", "found", "place_code"], ascending=[False, False, False, True], ignore_index=True
    )


def due_within(laddered: pd.DataFrame, windows: Problems) -> dict[int, int]:
    """Open problems whose deadline is at most so many days away, per configured window; overdue ones not."""
    days = laddered.loc[laddered["is_open"], "days_left"]
    return {window: int(days.between(0, window).sum()) for window in windows.due_windows}


def standing_on(problems: pd.DataFrame, events: pd.DataFrame, day: date) -> pd.DataFrame:
    """The problems as they stood at the end of a day: those found by then, with the status that they had.

    Days of reporting done, acceptance and closing after it are missing, and only reopenings up to it count. `events`
    are the changes of status; a problem without any has those that its own dates tell. Deadline, place and wording
    are today's: the tables keep no earlier ones. A problem without a date of finding was there from the start.
    """
    on = pd.Timestamp(day)
    told = _all_events(problems, events)
    known = problems[~(problems["found_on"] > on)].reset_index(drop=True)
    later = told["on"] > on
    again = told.loc[later & (told["from_status"] == CLOSED), "problem_id"].value_counts()
    count = known["reopened_count"] - known["problem_id"].map(again).fillna(0).astype("Int64")
    dates = {name: known[name].mask(known[name] > on) for name in ("done_on", "accepted_on", "closed_on")}
    return known.assign(status=_status_on(known, told, on), reopened_count=count.clip(lower=0), **dates)


def _status_on(known: pd.DataFrame, told: pd.DataFrame, on: pd.Timestamp) -> pd.Series:
    """What was the status of each problem at the end of a day, by all changes."""
    later = told["on"] > on
    last = told[~later].drop_duplicates("problem_id", keep="last").set_index("problem_id")["to_status"]
    # Who has no later change stands as today, whatever its dates say; before its first change it was unclaimed.
    then = last.reindex(known["problem_id"]).astype("str").fillna(UNCLAIMED).set_axis(known.index)
    return known["status"].mask(known["problem_id"].isin(told.loc[later, "problem_id"]), then).astype("str")


def reopened_between(problems: pd.DataFrame, events: pd.DataFrame, after: date, until: date) -> pd.DataFrame:
    """Problems that were struck off once, came back after the one day and by the other, and are not struck off."""
    days = events["on"].between(pd.Timestamp(after), pd.Timestamp(until), inclusive="right")
    again = events.loc[
        days & (events["from_status"] == CLOSED) & (events["to_status"] != CLOSED), "problem_id"
    ]
    is_closed = (problems["status"] == CLOSED).fillna(False).astype(bool)
    return problems[problems["problem_id"].isin(again) & ~is_closed]


def _all_events(problems: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Changes of status (problem_id, on, from_status, to_status), earliest first; see `standing_on`."""
    columns = ["problem_id", "on", "from_status", "to_status"]
    silent = problems[~problems["problem_id"].isin(events["problem_id"])]
    own = [
        pd.DataFrame({"problem_id": silent["problem_id"], "on": silent[name], "to_status": status})
        for name, status in STEPS.items()
    ]
    dated = pd.concat([events[columns], *own], ignore_index=True).dropna(subset=["on"])
    return dated.sort_values("on", kind="stable", ignore_index=True)[columns]


def closure_rates(
    problems: pd.DataFrame, days: Sequence[date], events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Per day and township the problems found up to then, those struck off, and the closure rate in %.

    place_code, closed, found, closure_rate, on. As they stood at the end of that day (see `standing_on`): one that
    was reopened afterwards was struck off then. Without `events` the problems' own dates tell.
    """
    told = _all_events(problems, empty("problem_events") if events is None else events)
    codes = township_codes(problems["place_code"])
    found = []
    for day in days:
        on = pd.Timestamp(day)
        known = problems[~(problems["found_on"] > on)]
        is_closed = _status_on(known, told, on) == CLOSED
        counts = (
            pd.DataFrame({"place_code": codes[known.index], "closed": is_closed, "found": 1})
            .groupby("place_code", as_index=False)[["closed", "found"]]
            .sum()
        )
        found.append(counts.assign(closure_rate=100 * counts["closed"] / counts["found"], on=on))
    columns = ["place_code", "closed", "found", "closure_rate", "on"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
