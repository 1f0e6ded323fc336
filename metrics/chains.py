"""Chain balance 产业链供需: what the later stage of an industry can take in, and what the earlier one delivers.

In: a configured chain and figures by place and period. Out: a row per place, or per place x period. Refuses to
compare what does not belong together: a place counts in a period only if it reported every stage it has, and
a stage that is missing in one month is missing, not idle.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from metrics.composite import Values
from metrics.periods import latest_at, month_number, period_key
from settings import Chain

State = Literal["underfed", "balanced", "oversupplied", "no_supply", "no_capacity", "not_reported"]
SIDES = ("capacity", "supply")
COLUMNS = (
    "place_code", "name", "parent_code", "period", "capacity", "supply", "needed_supply", "used_share", "supply_gap",
    "capacity_gap", "state", "is_compared", "compared", "months", "months_due", "capacity_ytd", "supply_ytd",
    "needed_supply_ytd", "used_share_ytd",
)  # fmt: skip


def chain_balance(chain: Chain, values: Values, level: str, period: str | None = None) -> pd.DataFrame:
    """`chain_course` at the latest period not after `period` in which any place can be compared.

    The most idle capacity comes first, then what is fed, then what lacks plants; not reported last.
    """
    course = chain_course(chain, values, level)
    at = latest_at(course.loc[course["is_compared"], "period"].unique(), period)
    rows = course[course["period"] == at]
    return rows.sort_values(["capacity_gap", "place_code"], ascending=[False, True], ignore_index=True)


def chain_course(chain: Chain, values: Values, level: str) -> pd.DataFrame:
    """A row per place that is part of the chain x period, by place, then period.

    - capacity, supply: as reported; needed_supply: supply that would use the capacity up. used_share: supply in % of
      it; missing without capacity.
    - supply_gap: supply that lacks, in its unit; capacity_gap: capacity that stands idle, in its unit. Negative:
      so much supply is more than can be processed.
    - state: by used_share against the chain's balanced_share and 100; no_supply and no_capacity: the place has, in
      all periods, only the other stage; a stage that nobody ever reported of a place is one that it does not have.
    - is_compared: every stage that the place has was reported. compared: so many places are in the sums.
    - months: periods since January with is_compared, of months_due; ..._ytd: sums over these.

    The county's row is the sum over the compared townships, unless the county reported both sides itself.
    """
    if level == "county":
        return _county(chain, values)
    return _judged(chain, _sides(chain, values, level))


def _sides(chain: Chain, values: Values, level: str) -> pd.DataFrame:
    """Both indicators beside each other; no rows until somebody has reported each of them."""
    keys = ["place_code", "name", "parent_code", "period"]
    found = []
    for side, indicator in zip(SIDES, (chain.capacity, chain.supply), strict=True):
        rows = values(indicator, level)
        if rows["value"].notna().sum() == 0:
            return pd.DataFrame(columns=[*keys, *SIDES, "is_asked", "is_direct"])
        mine = rows[[*keys, "value"]].rename(columns={"value": side})
        found.append(
            mine.assign(**{f"asked_{side}": rows["expected"] > 0, f"direct_{side}": rows["is_direct"]})
        )
    both = found[0].merge(found[1], on=keys, how="outer", validate="one_to_one")
    # A bare year and its months stay apart: one is not a part of the other's course.
    for flag in ("asked", "direct"):
        pair = both[[f"{flag}_{side}" for side in SIDES]].eq(True)
        both[f"is_{flag}"] = pair.any(axis=1) if flag == "asked" else pair.all(axis=1)
    return both[[*keys, *SIDES, "is_asked", "is_direct"]]


def _judged(chain: Chain, sides: pd.DataFrame) -> pd.DataFrame:
    """Shares, gaps, states and sums since January of places, those without any part in the chain left out."""
    if sides.empty:
        return _typed(sides.reindex(columns=list(COLUMNS)))
    by_place = sides["place_code"]
    ever = {side: sides[side].notna().groupby(by_place).transform("any") for side in SIDES}
    has = {side: sides[side].gt(0).groupby(by_place).transform("any") for side in SIDES}
    is_asked = sides["is_asked"].groupby(by_place).transform("any")
    takes_part = has["capacity"] | has["supply"] | (is_asked & ~ever["capacity"] & ~ever["supply"])
    # While the other stage's ledger has not come at all, a place without that stage says nothing about it.
    in_ledgers = [sides[side].notna().groupby(sides["period"]).transform("any") for side in SIDES]
    known = {side: sides[side].notna() | ~ever[side] for side in SIDES}
    is_compared = known["capacity"] & known["supply"] & (ever["capacity"] | ever["supply"])
    rows = sides.assign(
        is_compared=is_compared & in_ledgers[0] & in_ledgers[1],
        has_capacity=has["capacity"],
        has_supply=has["supply"],
    )
    rows["compared"] = rows["is_compared"].astype(np.int64)
    return _with_balance(chain, rows[takes_part], count=rows.loc[takes_part, "compared"])


def _county(chain: Chain, values: Values) -> pd.DataFrame:
    own = _sides(chain, values, "county")
    if own.empty:
        return _judged(chain, own)
    parts = _judged(chain, _sides(chain, values, "township"))
    compared = parts[parts["is_compared"]]
    sums = compared.groupby("period")[[*SIDES]].sum().assign(count=compared.groupby("period").size())
    sums = sums.reindex(own["period"])
    is_own = own["is_direct"].to_numpy() | parts.empty
    rows = own.assign(
        **{side: np.where(is_own, own[side], sums[side].to_numpy()) for side in SIDES},
        has_capacity=True,
        has_supply=True,
    )
    rows["is_compared"] = rows["capacity"].notna() & rows["supply"].notna()
    count = np.where(is_own, 1, np.nan_to_num(sums["count"].to_numpy(dtype=float)))
    return _with_balance(chain, rows, count=pd.Series(count, index=rows.index).where(rows["is_compared"], 0))


def _with_balance(chain: Chain, rows: pd.DataFrame, count: pd.Series) -> pd.DataFrame:
    """Everything that follows from the two sides; `count` places stand behind each row."""
    order = rows["period"].map(period_key)
    rows = rows.assign(compared=count.astype(np.int64), _order=order).sort_values(["place_code", "_order"])
    # Only where the place does not have the stage at all, nothing stands for zero.
    capacity, supply = (rows[side].fillna(0.0).where(rows["is_compared"]) for side in SIDES)
    needed = capacity * chain.supply_per_unit
    rows["needed_supply"] = needed
    rows["used_share"] = _share(supply, needed)
    rows["supply_gap"] = needed - supply
    rows["capacity_gap"] = capacity - supply / chain.supply_per_unit
    rows["state"] = _states(chain, rows, capacity)
    year = [rows["place_code"], rows["period"].str[:4], rows["period"].str.len()]
    rows["months"] = rows["is_compared"].astype(np.int64).groupby(year).cumsum()
    rows["months_due"] = rows["period"].map(month_number)
    for name, figures in (("capacity", capacity), ("supply", supply), ("needed_supply", needed)):
        rows[f"{name}_ytd"] = figures.fillna(0.0).groupby(year).cumsum().where(rows["months"] > 0)
    rows["used_share_ytd"] = _share(rows["supply_ytd"], rows["needed_supply_ytd"])
    return _typed(rows[list(COLUMNS)])


def _states(chain: Chain, rows: pd.DataFrame, capacity: pd.Series) -> np.ndarray:
    share = rows["used_share"]
    return np.select(
        [
            ~rows["is_compared"],
            ~rows["has_supply"],
            ~rows["has_capacity"] | (capacity == 0),
            share < 100 * chain.balanced_share,
            share <= 100,
        ],
        ["not_reported", "no_supply", "no_capacity", "underfed", "balanced"],
        "oversupplied",
    )


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return 100 * part / whole.where(whole > 0)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    texts = ("place_code", "name", "parent_code", "period", "state")
    kinds = dict.fromkeys(texts, "str") | {"is_compared": "bool"}
    kinds |= dict.fromkeys(("compared", "months", "months_due"), "int64")
    return rows.astype({name: kinds.get(name, "float64") for name in COLUMNS}).reset_index(drop=True)
