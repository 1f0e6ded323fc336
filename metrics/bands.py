"""The red list 红榜 and the black list 黑榜: the first and the last of the ranked townships.

In: the composite's rows of one period and the configured shares. Out: which list each township is on. Refuses to put a
township without a rank on either, to part equals, and to name more than half of the townships on one list.
"""

from __future__ import annotations

import math

import pandas as pd

from settings import Ranking

RED, BLACK, NEITHER = "red", "black", ""
BAND_NAMES = {RED: "红榜", BLACK: "黑榜"}
FEWEST = 3  # ranked townships from which a list has at least one name


def bands(at: pd.DataFrame, ranking: Ranking) -> pd.DataFrame:
    """place_code and band (RED, BLACK or NEITHER) of each township of `composite_at`, in its order.

    A list holds `red_share` (`black_share`) of the ranked townships, rounded down, but one at least when three are
    ranked and the share is not 0. Whoever has the same rank as the last one on a list is on it too; where that would
    make the list longer than half of the ranked, those equals are all left out. So nobody is on both.
    """
    rank = at["rank"].astype("Float64")
    ranked = int(rank.notna().sum())
    from_bottom = rank.rank(method="min", ascending=False)
    red = _on_list(rank, _quota(ranking.red_share, ranked), ranked)
    black = _on_list(from_bottom, _quota(ranking.black_share, ranked), ranked)
    band = pd.Series(NEITHER, index=at.index, dtype="str").mask(red, RED).mask(black, BLACK)
    return pd.DataFrame({"place_code": at["place_code"], "band": band}).reset_index(drop=True)


def _quota(share: float, ranked: int) -> int:
    """How many of the ranked townships a list is to hold."""
    # 0.29 x 100 is 28.999999999999996 in binary, and means 29
    whole = math.floor(share * ranked + 1e-9)
    return max(whole, 1) if share > 0 and ranked >= FEWEST else whole


def _on_list(place: pd.Series, quota: int, ranked: int) -> pd.Series:
    """Whose place, counted from the list's own end with equals at the better one, is within the quota."""
    inside = (place <= quota).fillna(False).astype(bool)
    border = inside & (place == place[inside].max()).fillna(False).astype(bool)
    return inside & ~border if inside.sum() > ranked / 2 else inside
