"""How firm a rank is: intervals hold the rank, hang on nothing but the weights, and mark who cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.firmness import SURE, pair_wins, rank_intervals
from settings import Ranking, RankingPart
from tests.metrics.county import FEW

Board = Mapping[str, Sequence[float | None] | None]
PARTS = ("area", "output", "poor")
AREA, OUTPUT, POOR = (RankingPart(indicator=part, weight=1) for part in PARTS)
A, B, C, D = "ABCD"


def board(scores: Board, ranking: Ranking) -> pd.DataFrame:
    """composite_at's columns from part scores; None for a part that does not apply, and for an unranked township."""
    weights = np.array([part.weight for part in ranking.parts])
    rows = []
    for code, given_scores in scores.items():
        own = np.array(given_scores or [None] * len(weights), dtype=np.float64)
        applies = ~np.isnan(own) if given_scores else np.ones(len(weights), dtype=bool)
        share = weights * applies / (weights * applies).sum()
        row = {"place_code": code, "score": float(np.nansum(own * share)) if given_scores else None}
        for at, part in enumerate(ranking.parts):
            row |= {part.id: own[at], f"share_{part.id}": share[at]}
        rows.append(row)
    table = pd.DataFrame(rows).astype({"score": "float64"})
    table["rank"] = table["score"].round(9).rank(method="min", ascending=False).astype("Int64")
    return table.sort_values(["rank", "place_code"], ignore_index=True)


def intervals(scores: Board, ranking: Ranking) -> dict[str, tuple]:
    found = rank_intervals(board(scores, ranking), ranking).set_index("place_code")
    return {
        str(code): (row["rank_low"], row["rank_high"], "".join(row["near"])) for code, row in found.iterrows()
    }


def test_a_township_that_is_better_in_everything_is_ahead_whatever_the_weights():
    ranking = Ranking(parts=(AREA, OUTPUT))
    assert intervals({A: [90, 80], B: [80, 70], C: [10, 60]}, ranking) == {
        A: (1, 1, ""),
        B: (2, 2, ""),
        C: (3, 3, ""),
    }


def test_townships_good_at_different_things_cannot_be_told_apart():
    # 50 and 45 points; B is ahead where 100 w1 < 90 w2, which is 31.25 % of the square [0.75, 1.25] x [0.75, 1.25]
    ranking = Ranking(parts=(AREA, OUTPUT))
    table = {A: [100, 0], B: [0, 90], C: [0, 0]}
    assert intervals(table, ranking) == {A: (1, 2, "B"), B: (1, 2, "A"), C: (3, 3, "")}
    pairs = pair_wins(board(table, ranking), ranking)
    assert pairs["share"].tolist() == [pytest.approx(68.75, abs=4), 100]
    assert pairs[["ahead_code", "behind_code", "is_apart"]].to_numpy().tolist() == [
        [A, B, False],
        [B, C, True],
    ]
    assert len(pair_wins(board(table, ranking), ranking, reach=None)) == 3


def test_a_rank_that_only_the_configured_weights_give_is_in_the_interval_all_the_same():
    # Any tilt of the weights puts B or C ahead of A: it is second in nearly every draw, and first as configured.
    table: Board = {A: [50.1, 50.1], B: [100, 0], C: [0, 100]}
    assert intervals(table, Ranking(parts=(AREA, OUTPUT)))[A] == (1, 2, "BC")


def test_a_smaller_doubt_about_the_weights_makes_ranks_firmer():
    table = {A: [100, 0], B: [0, 90]}
    # 100 x 0.96 is more than 90 x 1.04
    assert intervals(table, Ranking(parts=(AREA, OUTPUT), weight_shift=0.04)) == {
        A: (1, 1, ""),
        B: (2, 2, ""),
    }


def test_weights_of_parts_that_do_not_apply_move_nothing():
    # A's 60 points are 60 by its only part; B is 59 by both
    table: Board = {A: [60, None], B: [59, 59]}
    assert intervals(table, Ranking(parts=(AREA, OUTPUT))) == {A: (1, 1, ""), B: (2, 2, "")}


def test_equals_share_their_interval_and_are_near_each_other():
    ranking = Ranking(parts=(AREA, OUTPUT))
    table = {A: [50, 50], B: [50, 50], C: [40, 40]}
    assert intervals(table, ranking) == {A: (1, 1, "B"), B: (1, 1, "A"), C: (3, 3, "")}
    assert pair_wins(board(table, ranking), ranking)["share"].tolist() == [50, 100]


def test_a_township_without_a_rank_has_no_interval_and_is_nobody_s_neighbour():
    ranking = Ranking(parts=(AREA, OUTPUT))
    found = rank_intervals(board({A: None, B: [0, 90], C: [100, 0]}, ranking), ranking)
    assert found["place_code"].tolist() == [C, B, A]
    assert found.loc[2, ["rank_low", "rank_high", "rank_median"]].isna().all()
    assert found["near"].tolist() == [("B",), ("C",), ()]


@pytest.mark.parametrize("scores", [{}, {A: None}, {A: [1, 1]}])
def test_nobody_to_compare_with(scores):
    ranking = Ranking(parts=(AREA, OUTPUT))
    columns = ["place_code", "score", "rank", *("area", "share_area", "output", "share_output")]
    table = board(scores, ranking) if scores else pd.DataFrame([], columns=columns)
    assert len(rank_intervals(table, ranking)) == len(scores)
    assert pair_wins(table, ranking).empty


points = st.integers(0, 100).map(float)
boards = st.lists(
    st.tuples(points, points | st.none(), points).map(list) | st.none(), min_size=1, max_size=6
).map(lambda rows: dict(zip("ABCDEF", rows, strict=False)))


@FEW
@given(boards, st.integers(0, 3))
def test_interval_holds_the_rank_and_near_is_mutual(scores, seed):
    ranking = Ranking(parts=(AREA, OUTPUT, POOR), weight_draws=100)
    table = board(scores, ranking)
    found = table[["place_code", "rank"]].merge(rank_intervals(table, ranking, seed), on="place_code")
    ranked = found.dropna(subset="rank")
    assert (ranked["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_high"]).all()
    assert ranked["rank_median"].between(ranked["rank_low"], ranked["rank_high"]).all()
    near = {(row["place_code"], other) for _, row in ranked.iterrows() for other in row["near"]}
    assert near == {(other, code) for code, other in near}
    wins = pair_wins(table, ranking, seed, reach=None)
    doubtful = wins[wins["share"].between(100 - SURE, SURE)]
    assert {tuple(sorted(pair)) for pair in near} == {
        tuple(sorted(pair)) for pair in doubtful[["ahead_code", "behind_code"]].to_numpy().tolist()
    }


@FEW
@given(boards, st.randoms(use_true_random=False))
def test_order_of_rows_and_of_parts_changes_nothing(scores, random):
    ranking = Ranking(parts=(AREA, OUTPUT, POOR), weight_draws=100)
    table = board(scores, ranking)
    order = random.sample(range(len(table)), len(table))
    turned = Ranking(parts=(POOR, AREA, OUTPUT), weight_draws=100)
    pd.testing.assert_frame_equal(rank_intervals(table, ranking), rank_intervals(table.iloc[order], turned))


@FEW
@given(boards, points)
def test_figures_of_a_part_that_nobody_has_change_nothing(scores, number):
    ranking = Ranking(parts=(AREA, OUTPUT, POOR), weight_draws=100)
    table = board(scores, ranking)
    more = Ranking(parts=(*ranking.parts, RankingPart(metric="closure_rate", weight=5)), weight_draws=100)
    pd.testing.assert_frame_equal(
        rank_intervals(table, ranking),
        rank_intervals(table.assign(closure_rate=number, share_closure_rate=0.0), more),
    )


def test_the_same_table_has_the_same_intervals_every_time():
    ranking = Ranking(parts=(AREA, OUTPUT))
    table = board({A: [100, 0], B: [0, 90], C: [40, 45]}, ranking)
    pd.testing.assert_frame_equal(rank_intervals(table, ranking), rank_intervals(table, ranking))
