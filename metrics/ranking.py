"""Townships in the order of one indicator, with the change in rank; the composite score is in `composite`.

In: one indicator's figures. Out: a row per place, best first. Refuses to rank a place that did not report.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from metrics.figures import figures_at


def indicator_ranking(
    values: pd.DataFrame, period: str | None = None, by: Literal["cumulative", "completion"] = "cumulative"
) -> pd.DataFrame:
    """One indicator's places at the latest period not after `period`, best first, missing last and unranked.

    figures_at's columns with `rank` by the chosen figure, previous_rank, and rank_change: places gained among those
    that have a rank in both periods, for one that did not report lifts nobody.
    """
    column = "rank" if by == "cumulative" else "completion_rank"
    now = figures_at(values, period)
    ranked = now.assign(rank=now[column])
    earlier = now["previous_period"].iloc[0] if len(now) else None
    then = values.loc[values["period"] == earlier, ["place_code", column]]
    joined = ranked.merge(
        then.rename(columns={column: "previous_rank"}), on="place_code", how="left", validate="one_to_one"
    )
    in_both = joined["rank"].notna() & joined["previous_rank"].notna()
    before, after = (joined[name].where(in_both).rank(method="min") for name in ("previous_rank", "rank"))
    joined["rank_change"] = (before - after).astype("Int64")
    return joined.sort_values(["rank", "place_code"], na_position="last", ignore_index=True)
