"""Places of stops: what a hall would work out by hand, and what scipy makes of the same scores."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import trim_mean

from metrics.stop_scores import cut_of, stop_scores, trimmed_mean, weights

TOTALS = st.lists(st.integers(0, 100), min_size=1, max_size=60)
SHARES = st.sampled_from([0, 0.05, 0.1, 0.125, 0.2, 0.25, 0.3, 0.45])
SCORES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40), st.integers(0, 30)), max_size=30)


def of(*totals: int) -> list[tuple[int, ...]]:
    return [(each,) for each in totals]


def test_the_highest_and_the_lowest_are_left_out():
    # Ten scores, a tenth at each end: 10 and 100 go, 80·4 + 90·4 = 680 over 8 stays.
    found = stop_scores({"甲": of(10, 80, 80, 80, 80, 90, 90, 90, 90, 100)}, 0.1, 5)[0]
    assert (found.mean, found.count, found.cut, found.rank) == (Decimal("85.00"), 10, 1, 1)
    assert (found.low, found.median, found.high) == (10, 85, 100)  # the spread hides nobody


def test_nine_scores_lose_none_to_a_tenth():
    assert cut_of(9, 0.1) == 0
    assert cut_of(29, 0.1) == 2
    assert cut_of(100, 0.29) == 29  # 0.29 · 100 is 28.999… in floating point


def test_equal_means_share_a_place_and_the_next_one_counts_them():
    given = {"丁": of(70), "乙": of(80), "丙": of(80), "甲": of(90)}
    assert [(each.stop, each.rank) for each in stop_scores(given, 0.1, 1)] == [
        ("甲", 1),
        ("乙", 2),
        ("丙", 2),
        ("丁", 4),
    ]


def test_what_looks_equal_shares_a_place():
    # 242/3 = 80.666… and 80.67 as the mean of a hundred scores: both are told as 80.67.
    given = {"甲": of(80, 81, 81), "乙": of(*[80] * 33, *[81] * 67)}
    first, second = stop_scores(given, 0, 1)
    assert first.mean == second.mean == Decimal("80.67")
    assert (first.rank, second.rank) == (1, 1)


def test_too_few_scores_are_not_ranked_and_nothing_is_said_of_them():
    found = {each.stop: each for each in stop_scores({"少": of(100, 100), "够": of(60, 60, 60)}, 0.1, 3)}
    assert (found["够"].rank, found["少"].rank) == (1, None)
    assert found["少"].mean is None and found["少"].criteria is None
    assert found["少"].count == 2


def test_a_stop_that_nobody_scored_is_no_zero():
    last = stop_scores({"空": [], "低": of(1, 1)}, 0.1, 1)[-1]
    assert (last.stop, last.rank, last.mean, last.median) == ("空", None, None, None)


def test_criteria_are_of_the_scores_that_count():
    # Of four scores one goes at each end: (0, 0) and (10, 10); (4, 6) and (6, 8) stay.
    found = stop_scores({"甲": [(10, 10), (4, 6), (0, 0), (6, 8)]}, 0.25, 1)[0]
    assert found.criteria == (Decimal("5.00"), Decimal("7.00"))
    assert found.mean == Decimal("12.00")


def test_of_equal_totals_none_is_picked_out():
    # 10 and 10 are lowest together and one of them goes: both count by half.
    assert weights([10, 10, 20, 30], 0.25) == [Fraction(1, 2), Fraction(1, 2), 1, 0]
    one = stop_scores({"甲": [(10, 0), (0, 10), (20, 0), (30, 0)]}, 0.25, 1)[0]
    other = stop_scores({"甲": [(0, 10), (10, 0), (20, 0), (30, 0)]}, 0.25, 1)[0]
    assert one.criteria == other.criteria == (Decimal("12.50"), Decimal("2.50"))  # 25/2 and 5/2


def test_nothing_has_no_mean():
    with pytest.raises(ValueError, match="no score"):
        trimmed_mean([], 0.1)


@given(TOTALS, SHARES)
def test_scipy_agrees(totals: list[int], share: float):
    assume(int(share * len(totals)) == cut_of(len(totals), share))
    assert float(trimmed_mean(totals, share)) == pytest.approx(trim_mean(totals, share))


@given(st.dictionaries(st.text(max_size=3), SCORES, max_size=6), SHARES, st.integers(1, 5))
def test_places_follow_means_and_nobody_is_lost(
    scores: dict[str, list[tuple[int, ...]]], share: float, least: int
):
    found = stop_scores(scores, share, least)
    assert sorted(each.stop for each in found) == sorted(scores)
    ranked = [each for each in found if each.rank is not None]
    assert found[: len(ranked)] == ranked
    for each in ranked:
        assert each.mean is not None and each.criteria is not None
        assert each.rank == 1 + sum(other.mean > each.mean for other in ranked if other.mean is not None)
        assert abs(sum(each.criteria) - each.mean) <= Decimal("0.02")
        assert each.low is not None and each.high is not None and each.low <= each.mean <= each.high


@given(SCORES.filter(bool), SHARES, st.randoms(use_true_random=False))
def test_the_order_of_scores_says_nothing(scores: list[tuple[int, ...]], share: float, random):
    mixed = list(scores)
    random.shuffle(mixed)
    assert stop_scores({"甲": scores}, share, 1) == stop_scores({"甲": mixed}, share, 1)
