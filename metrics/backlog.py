"""What is not struck off: for how long already, and whether it grows.

In: laddered problems, their stretches, the as-of day. Out: problems with their age, counts by age, and counts by month.
Refuses to guess an age: one of which nobody wrote down when it was found stands apart.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from data_loaders.contract import STRUCK_OFF
from metrics.life_cycle import EVER, counts_on, spells

MONTHS = 24
OLDEST = 10
LAST_DAYS = (30, 60, 90, 180)
BINS = ("30天以内", "31—60天", "61—90天", "91—180天", "180天以上")
UNKNOWN_AGE = "发现日期不详"


def aged(laddered: pd.DataFrame, stretched: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The problems that are not struck off, oldest first, with since, age and age_bin.

    since: the day that it was found, or came back; age: days from then to the as-of day, missing when nobody wrote it down.
    """
    left = laddered[~laddered["is_closed"]]
    lasting = spells(stretched[stretched["problem_id"].isin(left["problem_id"])])
    begun = lasting[lasting["until"].isna()].set_index("problem_id")["since"]
    # Not Series.map: it makes nothing of a mapping without rows.
    since = begun.reindex(left["problem_id"]).set_axis(left.index).astype("datetime64[s]")
    since = since.mask(since <= EVER)
    age = (pd.Timestamp(as_of) - since).dt.days.astype("Int64")
    bins = pd.cut(age.astype("float64"), [-float("inf"), *LAST_DAYS, float("inf")], labels=list(BINS)).astype(
        "str"
    )
    named = left.assign(since=since, age=age, age_bin=bins.where(age.notna(), UNKNOWN_AGE))
    return named.sort_values(
        ["age", "problem_id"], ascending=[False, True], na_position="last", ignore_index=True
    )


def age_counts(old: pd.DataFrame) -> pd.DataFrame:
    """A row per bin, youngest first: age_bin, overdue, in_time (open, not overdue), awaiting, left.

    The row of unknown ages is there only when it is needed. The rows add up to all that is not struck off.
    """
    flags = pd.DataFrame(
        {
            "age_bin": old["age_bin"],
            "overdue": old["is_overdue"].astype("int64"),
            "in_time": (old["is_open"] & ~old["is_overdue"]).astype("int64"),
            "awaiting": old["is_awaiting"].astype("int64"),
            "left": 1,
        }
    )
    names = [*BINS, *([UNKNOWN_AGE] if (old["age_bin"] == UNKNOWN_AGE).any() else [])]
    return flags.groupby("age_bin").sum().reindex(names, fill_value=0).rename_axis("age_bin").reset_index()


def by_month(stretched: pd.DataFrame, as_of: date, months: int = MONTHS) -> pd.DataFrame:
    """The last months up to that of the as-of day: period, found, reopened, closed, left (at its end).

    left = left a month before + found + reopened - closed. Begins with the first month in which anything was found.
    """
    found = stretched[~stretched["problem_id"].duplicated()]  # a problem's first stretch
    dated = found[found["since"] > EVER]
    if dated.empty:
        return pd.DataFrame(columns=["period", "found", "reopened", "closed", "left"])
    last = pd.Period(as_of, "M")
    first = max(last - months + 1, pd.Period(dated["since"].min(), "M"))
    every = pd.period_range(first, last, freq="M")
    ends = [min(month.end_time.date(), as_of) for month in every]
    counts = counts_on(stretched, ends)
    moves = {name: _in_months(days, every, as_of) for name, days in _moves(stretched).items()}
    left = (counts["open"] + counts["awaiting"]).to_numpy()
    return pd.DataFrame({"period": every.astype("str"), **moves, "left": left})


def _moves(stretched: pd.DataFrame) -> dict[str, pd.Series]:
    """The days on which problems were found, came back, and were struck off."""
    is_off = stretched["status"].isin(STRUCK_OFF)
    is_first = ~stretched["problem_id"].duplicated()
    was_off = is_off.shift(fill_value=False) & ~is_first
    return {
        "found": stretched.loc[is_first, "since"],
        "reopened": stretched.loc[was_off & ~is_off, "since"],
        "closed": stretched.loc[is_off & ~was_off, "since"],
    }


def _in_months(days: pd.Series, every: pd.PeriodIndex, as_of: date) -> list[int]:
    known = days[(days > EVER) & (days <= pd.Timestamp(as_of))].dt.to_period("M")
    return [int(count) for count in known.value_counts().reindex(every, fill_value=0)]
