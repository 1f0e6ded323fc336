"""How long it takes until a problem is struck off, those that are still open counted for what they tell.

In: laddered problems, their stretches, the as-of day. Out: waits (days, and whether they are over), and of any group of
them the Kaplan-Meier curve and its median. Refuses the mean of those struck off as the answer: the slow ones are not yet
among them, so that it is too short.
"""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pandas as pd

from data_loaders.contract import AWAITING, STRUCK_OFF
from metrics.batches import batch_of
from metrics.life_cycle import EVER

CLOSURE, AGAIN, REPORT, ANSWER = "closure", "again", "report", "answer"
"""Found → struck off; came back → struck off again; found → reported done; reported done → struck off or returned."""

CURVE_COLUMNS = ["days", "survival", "low", "high", "at_risk"]
TIMES_COLUMNS = [
    "key", "n", "over", "ongoing", "median", "median_low", "median_high", "longest", "median_over", "mean_over",
]  # fmt: skip
_HALF = 0.5 + 1e-9  # products of fractions miss a half by a hair
_BY = ["township_code", "township", "category", "batch"]


def waits(laddered: pd.DataFrame, stretched: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Every wait: problem_id, wait, days, is_over, and by what it may be grouped (township …, category, batch).

    One that is not over has lasted `days` up to the as-of day. Left out: what began on a day that nobody wrote down,
    problems struck off without a date, and of those struck off without being reported done REPORT.
    """
    undated = laddered["is_closed"] & laddered["closed_on"].isna() & laddered["looked_back_on"].isna()
    known = laddered[~undated]
    runs = _runs(stretched[stretched["problem_id"].isin(known["problem_id"])])
    found = [
        _closures(runs[runs["number"] == 1]).assign(wait=CLOSURE),
        _closures(runs[runs["number"] > 1]).assign(wait=AGAIN),
        runs[runs["is_first"] & (runs["phase"] == "open") & (runs["next"] != "off")].assign(wait=REPORT),
        runs[runs["phase"] == "awaiting"].assign(wait=ANSWER),
    ]
    all_waits = pd.concat(found, ignore_index=True)[["problem_id", "wait", "since", "until"]]
    end = all_waits["until"].fillna(pd.Timestamp(as_of))
    all_waits = all_waits.assign(days=(end - all_waits["since"]).dt.days, is_over=all_waits["until"].notna())
    all_waits = all_waits[(all_waits["since"] > EVER) & (all_waits["days"] >= 0)]
    groups = known.assign(batch=batch_of(known))[["problem_id", *(by for by in _BY if by in known)]]
    return all_waits.drop(columns=["since", "until"]).merge(groups, on="problem_id", validate="many_to_one")


def _runs(stretched: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring stretches of a phase (open, awaiting, off) as one, with the phase that follows and the spell's number."""
    off, waiting = stretched["status"].isin(STRUCK_OFF), stretched["status"] == AWAITING
    phase = pd.Series(np.select([off, waiting], ["off", "awaiting"], "open"), index=stretched.index)
    ids = stretched["problem_id"]
    begins = (phase != phase.shift()) | (ids != ids.shift())
    first, last = stretched[begins], begins.shift(-1, fill_value=True)
    runs = pd.DataFrame(
        {"problem_id": first["problem_id"], "phase": phase[begins], "since": first["since"],
         "until": stretched.loc[last, "until"].to_numpy()}
    ).reset_index(drop=True)  # fmt: skip
    each = runs.groupby("problem_id")
    is_off = runs["phase"] == "off"
    starts = ~is_off & (each["phase"].shift().fillna("off") == "off")
    return runs.assign(
        next=each["phase"].shift(-1),
        is_first=~runs["problem_id"].duplicated(),
        number=starts.groupby(runs["problem_id"]).cumsum().mask(is_off, 0),
    )


def _closures(runs: pd.DataFrame) -> pd.DataFrame:
    """From the beginning of each spell to its end."""
    each = runs.groupby(["problem_id", "number"], as_index=False, sort=False)
    # Not GroupBy.last: that passes over the missing end of a spell that lasts.
    return each[["since"]].first().assign(until=each[["until"]].nth(-1)["until"].to_numpy())


def waiting_times(chosen: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per value of the column `by` ("" where it is missing), slowest first.

    - n, over, ongoing: waits, those that are over, those that are not (censored on the as-of day).
    - median: days until half of them are over, by Kaplan-Meier; missing when the curve never comes down to a half.
      median_low, median_high: its 95 % confidence interval (Brookmeyer and Crowley, 1982); high is missing without a bound.
    - longest: days of the longest wait, over or not; a missing median is at least that.
    - median_over, mean_over: of those that are over alone; to be compared with, and not to be believed.
    """
    rows = [_summary(str(key), rows) for key, rows in chosen.assign(key=chosen[by].fillna("")).groupby("key")]
    found = pd.DataFrame(rows, columns=TIMES_COLUMNS)
    medians = [name for name in TIMES_COLUMNS if name.startswith("median")]
    found[medians] = found[medians].astype("Int64")
    order = found["median"].astype("float64").fillna(found["longest"])
    return found.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _summary(key: str, rows: pd.DataFrame) -> list[object]:
    curve = survival(rows)
    over = rows.loc[rows["is_over"], "days"]
    medians = [_first_at_half(curve["days"], curve[name]) for name in ("survival", "low", "high")]
    # The same median as the curve's, of those that are over: the first day by which half of them were.
    median_over = int(over.quantile(0.5, interpolation="lower")) if len(over) else None
    return [
        key, len(rows), len(over), len(rows) - len(over), *medians, int(rows["days"].max()), median_over,
        float(over.mean()) if len(over) else None,
    ]  # fmt: skip


def _first_at_half(days: pd.Series, share: pd.Series) -> int | None:
    reached = days[share <= _HALF]
    return None if reached.empty else int(reached.iloc[0])


def survival(chosen: pd.DataFrame) -> pd.DataFrame:
    """CURVE_COLUMNS: the share of waits not over after so many days, with its 95 % interval, by Kaplan and Meier (1958).

    A row for day 0 and for every day on which one was over, or was last seen. The interval is of the log-log kind, which
    stays between 0 and 1; it is missing where the share is 0, and the share itself where it is 1. at_risk: waits that
    had lasted that long.
    """
    if chosen.empty:
        return pd.DataFrame(columns=CURVE_COLUMNS)
    from scipy.stats import CensoredData, ecdf  # not at the top: it takes 0.7 s, and few pages ask for it

    days = chosen["days"].to_numpy("float64")
    found = ecdf(CensoredData.right_censored(days, ~chosen["is_over"].to_numpy(bool))).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # says that there is no interval at 0 and at 1
        interval = found.confidence_interval(0.95, method="log-log")
    share = found.probabilities
    curve = pd.DataFrame(
        {"days": found.quantiles.astype("int64"), "survival": share,
         "low": np.where(share == 1, 1.0, interval.low.probabilities),
         "high": np.where(share == 1, 1.0, interval.high.probabilities)}
    )  # fmt: skip
    if curve["days"].iloc[0] > 0:
        start = pd.DataFrame({"days": [0], "survival": [1.0], "low": [1.0], "high": [1.0]})
        curve = pd.concat([start, curve], ignore_index=True)
    ordered = np.sort(days)
    return curve.assign(at_risk=len(days) - np.searchsorted(ordered, curve["days"].to_numpy(), side="left"))
