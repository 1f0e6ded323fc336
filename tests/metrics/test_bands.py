"""Red and black lists: the configured share, equals together, nobody without a rank."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.bands import BLACK, NEITHER, RED, bands
from settings import Ranking
from tests.metrics.county import FEW


def frame(ranks: Sequence[int | None]) -> pd.DataFrame:
    codes = [f"9901010{at:02d}000" for at in range(len(ranks))]
    return pd.DataFrame({"place_code": codes, "rank": pd.array(ranks, dtype="Int64")})


def lists(ranks: Sequence[int | None], red: float = 0.2, black: float = 0.2) -> str:
    """R, B or - for each township in turn."""
    found = bands(frame(ranks), Ranking(red_share=red, black_share=black))
    return "".join({RED: "R", BLACK: "B", NEITHER: "-"}[band] for band in found["band"])


@pytest.mark.parametrize(
    ("ranks", "red", "black", "expected"),
    [
        ([*range(1, 11)], 0.2, 0.2, "RR------BB"),
        ([*range(1, 10)], 0.25, 0.12, "RR------B"),  # 2.25 and 1.08 townships, rounded down
        ([1, 2, 3], 0.1, 0.1, "R-B"),  # a third of a township, but one at least when three are ranked
        ([1, 2], 0.2, 0.2, "--"),
        ([1], 0.5, 0.5, "-"),
        ([1, 2, 3, 4], 0.0, 0.0, "----"),
        ([1, 2, 2, 4, 5, 6], 0.34, 0.34, "RRR-BB"),  # as good as the second is on the list with it
        ([1, 2, 3, 4, 4, 4], 0.34, 0.34, "RR-BBB"),
        ([1, 2, 2, 2, 2], 0.2, 0.2, "R----"),  # four of five are no black list
        ([1, 1, 1, 1], 0.25, 0.25, "----"),
        ([1, 1, 1, 4], 0.25, 0.25, "---B"),
        ([3, None, 1, None, 2], 0.2, 0.2, "B-R--"),
        ([None, None, None], 0.2, 0.2, "---"),
        ([], 0.2, 0.2, ""),
        ([1, 2, 3, 4], 0.5, 0.5, "RRBB"),
    ],
)
def test_lists_hold_their_share_and_equals_together(ranks, red, black, expected):
    assert lists(ranks, red, black) == expected


def test_a_share_of_a_hundred_is_not_rounded_down_by_binary_fractions():
    assert lists([*range(1, 101)], 0.29, 0.0).count("R") == 29


@FEW
@given(
    st.lists(st.integers(0, 6) | st.none(), max_size=12),
    st.sampled_from([0, 0.1, 0.2, 0.34, 0.5]),
    st.sampled_from([0, 0.1, 0.2, 0.34, 0.5]),
    st.randoms(use_true_random=False),
)
def test_whoever_is_better_or_equal_is_treated_so_in_any_order(scores, red, black, random):
    ranks = pd.Series(scores, dtype="Float64").rank(method="min", ascending=False).astype("Int64")
    table, ranking = frame(ranks.tolist()), Ranking(red_share=red, black_share=black)
    found = table.merge(bands(table, ranking), on="place_code")
    on_red, on_black = found[found["band"] == RED], found[found["band"] == BLACK]
    ranked = found[found["rank"].notna()]
    if len(on_red):
        assert set(ranked.loc[ranked["rank"] <= on_red["rank"].max(), "band"]) == {RED}
    if len(on_black):
        assert set(ranked.loc[ranked["rank"] >= on_black["rank"].min(), "band"]) == {BLACK}
    assert max(len(on_red), len(on_black)) <= len(ranked) / 2
    assert on_red["rank"].notna().all()
    assert on_black["rank"].notna().all()
    order = random.sample(range(len(table)), len(table))
    shuffled = bands(table.iloc[order], ranking).sort_values("place_code", ignore_index=True)
    pd.testing.assert_frame_equal(shuffled, found[["place_code", "band"]])
