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

from data_loaders.contract import AWAITING, EXTENDED, RETURNED, STRUCK_OFF, UNCLAIMED, empty
from metrics.life_cycle import counts_on, steps, stretches
from metrics.register import township_codes
from metrics.working_days import days_until
from settings import Problems

WARNINGS = {"red": "逾期", "yellow": "要盯紧", "blue": "临期", "none": "正常"}
COUNT_COLUMNS = [
    "found", "closed", "awaiting", "open", "overdue", "nearly_due", "reopened", "returned", "closure_rate",
]  # fmt: skip


def ladder(problems: pd.DataFrame, as_of: date, rules: Problems) -> pd.DataFrame:
    """The problems, worst first, with what the warning ladder says of each on the as-of date.

    - is_closed: struck off, looked back at or not; is_awaiting: 待验收; is_open: anything else (also an unknown
      status: nobody struck it off).
    - days_left: days (by the county's calendar) to the deadline of a problem that is not struck off, below zero past
      it. The clock stops at acceptance: then it is what was left on that day. Missing without a deadline, and once
      closed.
    - is_overdue: open with days_left < 0 (a deadline on the as-of day is not over). Who has reported done is not
      overdue any more, but see is_caught_up.
    - is_nearly_due: open with 0 <= days_left <= `rules.nearly_due_days`.
    - is_reopened: struck off before, and open or awaiting again. is_returned: acceptance was refused, and it is open.
    - is_caught_up: reported done after its deadline and not yet accepted.
    - is_behind: open, and unclaimed for more than `rules.claim_days` days or past the day that it was planned for.
    - warning: red (overdue), else yellow (open and reopened, returned or behind; or caught up), else blue (nearly
      due), else none. reason: why, in words; missing without a warning.
    - is_late: was accepted, or closed, after its deadline. is_extended: the deadline is later than the first
      one was, put off or set anew when it was returned or came back.
    - township_code: the township it lies in.
    """
    today = pd.Timestamp(as_of)
    is_closed = problems["status"].isin(STRUCK_OFF)
    is_awaiting = (problems["status"] == AWAITING).fillna(False).astype(bool)
    is_open = ~(is_closed | is_awaiting)
    stopped = problems["accepted_on"].fillna(today)  # the clock stops at acceptance
    days = days_until(problems["due_on"], stopped, rules).mask(is_closed)
    is_overdue = is_open & _yes(days < 0)
    is_nearly_due = is_open & _yes(days.between(0, rules.nearly_due_days))
    is_reopened = ~is_closed & _yes(problems["reopened_count"] > 0)
    # A deadline that is put off after a refusal does not undo the refusal.
    refused = (problems["last_step"] == RETURNED) | (
        (problems["last_step"] == EXTENDED) & (problems["returned_count"] > 0) & ~is_reopened
    )
    is_returned = is_open & _yes(refused)
    is_caught_up = (
        is_awaiting
        & problems["accepted_on"].isna()
        & _yes(days_until(problems["due_on"], problems["done_on"], rules) < 0)
    )
    waited = days_until(problems["found_on"], as_of, rules)
    is_unclaimed = is_open & _yes(problems["status"] == UNCLAIMED) & _yes(-waited > rules.claim_days)
    is_behind = is_unclaimed | (is_open & _yes(days_until(problems["planned_on"], as_of, rules) < 0))
    stopped_on = problems["accepted_on"].fillna(problems["closed_on"])
    causes = [
        is_overdue,
        is_reopened & is_open,
        is_returned,
        is_caught_up,
        is_unclaimed,
        is_behind,
        is_nearly_due,
    ]
    found = problems.assign(
        township_code=township_codes(problems["place_code"]),
        warning=_said(causes, ["red", *["yellow"] * 5, "blue"], "none", problems.index),
        reason=_said(
            causes,
            ["逾期", "反弹", "退回", "逾期后报完成", f"超过{rules.claim_days}天未认领", "未按计划完成", "临期"],
            "",
            problems.index,
        ).replace("", pd.NA),
        days_left=days,
        is_open=is_open,
        is_awaiting=is_awaiting,
        is_closed=is_closed,
        is_overdue=is_overdue,
        is_nearly_due=is_nearly_due,
        is_reopened=is_reopened,
        is_returned=is_returned,
        is_caught_up=is_caught_up,
        is_behind=is_behind,
        is_late=is_closed & _yes(days_until(problems["due_on"], stopped_on, rules) < 0),
        is_extended=_yes(problems["due_on"] > problems["first_due_on"]),
    )  # fmt: skip
    severity = found["warning"].map({"red": 0, "yellow": 1, "blue": 2, "none": 3})
    stage = severity.mask(severity.eq(3) & is_awaiting, 4).mask(is_closed, 5)
    order = pd.DataFrame({"stage": stage, "days": found["days_left"], "id": found["problem_id"]})
    return found.loc[order.sort_values(["stage", "days", "id"]).index].reset_index(drop=True)


def _yes(answers: pd.Series) -> pd.Series:
    """Where the answer is yes; where there is none it is not."""
    return answers.fillna(False).astype(bool)


def _said(when: list[pd.Series], words: list[str], otherwise: str, index: pd.Index) -> pd.Series:
    """For each row the word of the first condition that holds."""
    return pd.Series(np.select(when, words, default=otherwise), index=index, dtype="str")


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
            "returned": laddered["is_returned"].astype("int64"),
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


def closure_rates(
    problems: pd.DataFrame, days: Sequence[date], events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Per day and township the problems found up to then, those struck off, and the closure rate in %.

    place_code, closed, found, closure_rate, on. As they stood at the end of that day (see `standing_on`): one that
    was reopened afterwards was struck off then. Without `events` the problems' own dates tell.
    """
    told = steps(problems, empty("problem_events") if events is None else events)
    stretched = stretches(problems, told)
    where = problems.set_index("problem_id")["place_code"]
    codes = township_codes(stretched["problem_id"].map(where))
    counts = [
        counts_on(rows, days).assign(place_code=code)[["place_code", "closed", "found", "on"]]
        for code, rows in stretched.groupby(codes)
    ]
    columns = ["place_code", "closed", "found", "closure_rate", "on"]
    if not counts:
        return pd.DataFrame(columns=columns)
    known = pd.concat(counts).query("found > 0").sort_values(["on", "place_code"], ignore_index=True)
    return known.assign(closure_rate=100 * known["closed"] / known["found"])[columns]
