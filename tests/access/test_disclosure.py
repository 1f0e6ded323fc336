"""No small count that is left out can be worked out from what is left."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.disclosure import Line, is_count, is_safe, left_out

K = 5


def gone(figures: dict[str, list[float]], known: tuple[str, ...] = (), has_total: bool = False) -> set[str]:
    """Names of the places that are left out of one line."""
    counts = {("poor", place): np.array(told, dtype="float64") for place, told in figures.items()}
    if has_total:
        counts["poor", "county"] = np.sum(list(counts.values()), axis=0)
    line = Line(tuple(("poor", place) for place in figures), ("poor", "county"))
    return {place for _, place in left_out(counts, [line], K, [("poor", place) for place in known])}


def test_a_small_count_takes_the_smallest_further_one_along():
    # 100 - 60 - 30 would tell the 3; without 7, too, the rest is 10: 3 may be 1, 2, 3 or 4 and 7 what is left.
    assert gone({"甲": [60], "乙": [3], "丙": [30], "丁": [7]}) == {"乙", "丁"}


def test_without_small_counts_nothing_is_left_out_and_nought_is_none():
    assert gone({"甲": [60], "乙": [5], "丙": [0], "丁": [np.nan]}) == set()


def test_two_small_counts_are_not_enough_when_their_sum_tells_both():
    # 1 + 1: a sum of 2 of two that are at least 1 can be nothing else.
    assert gone({"甲": [60], "乙": [1], "丙": [1], "丁": [9]}) == {"乙", "丙", "丁"}
    # 2 + 3: either may be 1 to 4.
    assert gone({"甲": [60], "乙": [2], "丙": [3], "丁": [9]}) == {"乙", "丙"}


def test_what_the_viewer_knows_is_never_left_out_and_hides_nobody():
    assert gone({"甲": [60], "乙": [3], "丙": [2]}, known=("乙",)) == {"丙", "甲"}


def test_the_total_goes_when_nobody_is_left_to_hide_behind():
    assert gone({"甲": [0], "乙": [3]}, has_total=True) == {"乙", "county"}


def test_a_place_that_was_small_once_is_left_out_of_every_period():
    assert gone({"甲": [60, 60], "乙": [50, 3], "丙": [30, 30], "丁": [70, 70]}) == {"乙", "丙"}


@pytest.mark.parametrize(
    ("unit", "found"),
    [("户", True), ("人", True), ("个", True), ("万人", False), ("亩", False), ("头", False)],
)
def test_counts_are_told_by_their_unit(unit: str, found: bool):
    assert is_count(unit) is found


@given(st.lists(st.integers(0, 8), min_size=2, max_size=4))
def test_every_small_count_may_still_be_any_small_number(figures: list[int]):
    """By trying all: what a reader sees, and knows of the rule, fits every number from 1 to 4 for each of them."""
    named = {str(at): [float(figure)] for at, figure in enumerate(figures)}
    hidden = gone(named, has_total=True)
    if "county" in hidden:
        return  # then the line tells nothing
    cells = [int(name) for name in hidden]
    small = [at for at in cells if 0 < figures[at] < K]
    assert {at for at, figure in enumerate(figures) if 0 < figure < K} == set(small)
    whole = sum(figures[at] for at in cells)
    edge = min(
        (figure for at, figure in enumerate(figures) if at not in cells and figure >= K), default=whole
    )
    ranges = [range(1, K) if at in small else range(K, edge + 1) for at in cells]
    fitting = [each for each in product(*ranges) if sum(each) == whole]
    for position, at in enumerate(cells):
        if at in small:
            assert {each[position] for each in fitting} == set(range(1, K))


@given(st.lists(st.integers(1, 8), min_size=1, max_size=3), st.lists(st.integers(5, 9), max_size=2))
def test_safe_is_what_trying_all_finds_safe(hidden: list[int], shown: list[int]):
    few = [each for each in hidden if each < K]
    if not few:
        return
    edge = min(shown, default=sum(hidden))
    ranges = [range(1, K) if each < K else range(K, edge + 1) for each in hidden]
    fitting = [each for each in product(*ranges) if sum(each) == sum(hidden)]
    is_open = all(
        {each[at] for each in fitting} >= set(range(1, K)) for at, one in enumerate(hidden) if one < K
    )
    # A further cell above the edge cannot be: the smallest go first.
    if all(each <= edge for each in hidden if each >= K):
        assert is_safe(hidden, shown, K) == is_open
