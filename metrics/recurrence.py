"""Categories of problems that recur, and where they came back after they were struck off (屡改屡犯).

In: laddered problems and their steps. Out: every return, and a row per category, worst first. Refuses to compare what has
no date or no place: a problem struck off on an unknown day may have been there all the time.
"""

from __future__ import annotations

import pandas as pd

from data_loaders.contract import REOPENED, STRUCK
from metrics.batches import batch_of
from settings import Problems

CAME_BACK, FOUND_AGAIN = "反弹", "再次查出"


def returns(laddered: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Each time that a category came back in a place, the latest first.

    category, place_code, township_code, how (CAME_BACK: the same problem was reopened; FOUND_AGAIN: another problem of
    the category was found in the same place, in another batch, after an earlier one was struck off), earlier_id,
    struck_on, problem_id, returned_on, is_closed, is_overdue (of the problem as it stands now). A problem that is
    struck off without a date, or stands in no place, cannot be compared and is left out.
    """
    found = pd.concat([_reopened(laddered, told), _found_again(laddered, told)], ignore_index=True)
    return found.sort_values(
        ["returned_on", "problem_id", "how"], ascending=[False, True, True], ignore_index=True
    )


_RETURNS = [
    "category", "place_code", "township_code", "how", "earlier_id", "struck_on", "problem_id", "returned_on",
    "is_closed", "is_overdue",
]  # fmt: skip


def _reopened(laddered: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    struck = told["on"].where(told["step"] == STRUCK).groupby(told["problem_id"]).ffill()
    again = told.assign(struck_on=struck)[told["step"] == REOPENED]
    joined = again[["problem_id", "on", "struck_on"]].merge(
        laddered.dropna(subset=["category"]), on="problem_id", validate="many_to_one"
    )
    return joined.assign(how=CAME_BACK, earlier_id=joined["problem_id"], returned_on=joined["on"])[_RETURNS]


def _found_again(laddered: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    first = told[told["step"] == STRUCK].drop_duplicates("problem_id").set_index("problem_id")["on"]
    placed = laddered.dropna(subset=["place_code", "category"])
    placed = placed.assign(struck_on=first.reindex(placed["problem_id"]).set_axis(placed.index))
    placed["batch_name"] = batch_of(placed)
    earlier = placed.dropna(subset=["struck_on"])[
        ["category", "place_code", "problem_id", "struck_on", "batch_name"]
    ].rename(columns={"problem_id": "earlier_id", "batch_name": "earlier_batch"})
    later = placed.drop(columns="struck_on").dropna(subset=["found_on"])
    # Each with the last one that was struck off before, batch by batch: all pairs would be too many.
    where = ["category", "place_code", "earlier_batch"]
    asked = later.merge(earlier[where].drop_duplicates(), on=where[:2], validate="many_to_many")
    asked = asked[(asked["batch_name"] != asked["earlier_batch"]) | asked["batch"].isna()]
    pairs = pd.merge_asof(
        asked.sort_values("found_on", kind="stable"),
        earlier.sort_values(["struck_on", "earlier_id"]),
        left_on="found_on",
        right_on="struck_on",
        by=where,
        allow_exact_matches=False,
    ).dropna(subset=["struck_on"])
    # One that came back after several is one return; what was struck off last tells how long it held.
    last = pairs.sort_values(["struck_on", "earlier_id"]).drop_duplicates("problem_id", keep="last")
    return last.assign(how=FOUND_AGAIN, returned_on=last["found_on"])[_RETURNS]


def categories(laddered: pd.DataFrame, returned: pd.DataFrame, rules: Problems) -> pd.DataFrame:
    """A row per category, worst first (returns, then villages).

    category, villages, townships, found, unclosed, overdue, came_back, found_again, is_recurring, and villages by state:
    again, unclosed_only and closed_only add up to villages.

    villages: in which it was ever found, of the register's lowest level; townships: those and what lies in the township
    itself. came_back and found_again count problems. is_recurring: in at least `rules.recurring_villages` villages.
    """
    named = laddered.dropna(subset=["category"])
    is_village = ~named["place_code"].str.endswith("000").fillna(True).astype(bool)
    is_county = named["place_code"].str.endswith("000000").fillna(True).astype(bool)
    counts = named.assign(
        village=named["place_code"].where(is_village),
        township=named["township_code"].where(~is_county),
        unclosed=~named["is_closed"],
    ).groupby("category").agg(
        villages=("village", "nunique"), townships=("township", "nunique"), found=("problem_id", "size"),
        unclosed=("unclosed", "sum"), overdue=("is_overdue", "sum"),
    )  # fmt: skip
    known = returned[returned["problem_id"].isin(named["problem_id"])]
    for name, how in (("came_back", CAME_BACK), ("found_again", FOUND_AGAIN)):
        counts[name] = known[known["how"] == how].groupby("category")["problem_id"].nunique()
    states = _village_states(named[is_village], known)
    found = counts.join(states).fillna(0).astype("int64").reset_index()
    found["is_recurring"] = found["villages"] >= rules.recurring_villages
    returns_ = found["came_back"] + found["found_again"]
    return (
        found.assign(returns=returns_)
        .sort_values(["returns", "villages", "found", "category"], ascending=[False, False, False, True])
        .drop(columns="returns")
        .reset_index(drop=True)
    )


def _village_states(named: pd.DataFrame, returned: pd.DataFrame) -> pd.DataFrame:
    """Per category the villages where it came back, where else one is not struck off, where all are."""
    by = ["category", "place_code"]
    villages = named.groupby(by)["is_closed"].all().reset_index()
    came = returned[by].drop_duplicates().assign(again=True)
    joined = villages.merge(came, on=by, how="left", validate="one_to_one")
    again = joined["again"].notna()
    states = pd.DataFrame(
        {
            "category": joined["category"],
            "again": again,
            "unclosed_only": ~again & ~joined["is_closed"],
            "closed_only": ~again & joined["is_closed"],
        }
    )
    return states.groupby("category").sum()
