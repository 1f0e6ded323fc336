"""Squares of about 1 km near 114°E: who touches whom."""

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from shapely import affinity, box

from geo.neighbours import touching

STEP = 0.01  # about 950 m from west to east, 1,110 m from south to north


def square(column: float, row: float):
    return box(114 + column * STEP, 31 + row * STEP, 114 + (column + 1) * STEP, 31 + (row + 1) * STEP)


GRID = {"a": square(0, 0), "b": square(1, 0), "c": square(0, 1), "d": square(1, 1)}


def test_a_shared_side_is_a_border_and_a_corner_is_none():
    assert touching(GRID) == [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]


def test_outlines_drawn_apart_may_gape_or_overlap_a_little():
    gap = 10 / 95_000  # degrees that are 10 m here
    for shift in (gap, -gap):
        assert touching({"a": square(0, 0), "b": affinity.translate(square(1, 0), shift)}) == [("a", "b")]
    far = affinity.translate(square(1, 0), 10 * gap)
    assert touching({"a": square(0, 0), "b": far}) == []


def test_a_short_border_is_none():
    beside = affinity.translate(square(1, 0), 0, 0.9 * STEP)  # some 110 m of side in common
    assert touching({"a": square(0, 0), "b": beside}) == []


def test_an_exclave_makes_neighbours_too():
    two = square(3, 3).union(square(1, 0))
    assert touching({"a": square(0, 0), "b": two}) == [("a", "b")]


def test_without_shapes_nobody_touches():
    assert touching({}) == []
    assert touching({"a": square(0, 0), "b": None}) == []


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.permutations(list(GRID)))
def test_the_order_of_places_changes_nothing(order):
    assert touching({code: GRID[code] for code in order}) == touching(GRID)
