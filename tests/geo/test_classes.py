from __future__ import annotations

import warnings

import mapclassify
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classes import METHODS, MISSING, PALETTES, ZERO_COLOUR, Classes, Method, classify, roundest

# Two busy cores are no reason to fail.
UNHURRIED = settings(deadline=None)


def labels(found: Classes) -> list[str]:
    return [each.label for each in found.classes]


def counts(found: Classes) -> list[int]:
    return [each.places for each in found.classes]


def test_classes_of_a_small_table():
    found = classify([12, 15, 18, 240, 260, 1_234, 1_301], 3, "natural", "亩")
    assert labels(found) == ["不满200亩", "200 – 1,000亩", "1,000亩及以上"]
    assert counts(found) == [3, 2, 2]
    assert list(found.of) == [0, 0, 0, 1, 1, 2, 2]
    assert found.colours == PALETTES[3]


def test_missing_is_its_own_class_and_never_zero():
    found = classify([0, 0, np.nan, 5, 9], 3, "equal", "亩")
    assert found.missing == 1
    assert list(found.of) == [0, 0, MISSING, 1, 2]
    assert labels(found)[0] == "0亩"
    assert counts(found)[0] == 2
    assert found.colours[0] == ZERO_COLOUR


def test_nothing_reported_at_all():
    found = classify([np.nan, np.nan])
    assert found.classes == ()
    assert found.missing == 2


def test_only_zeros():
    assert labels(classify([0, 0, np.nan], 5, "natural", "户")) == ["0户"]


@pytest.mark.parametrize("method", METHODS)
def test_no_more_classes_than_values(method: Method):
    assert labels(classify([7, 7, 7], 5, method, "亩")) == ["7亩"]
    assert counts(classify([7, 9], 5, method)) == [1, 1]


def test_negative_changes_have_no_class_of_zeros():
    found = classify([-3, -1, 0, 2, 4], 3, "equal")
    assert "0" not in labels(found)
    assert sum(counts(found)) == 5


def test_decimals_are_as_many_as_the_bounds_need():
    assert labels(classify([0.11, 0.12, 0.31, 0.32], 2, "natural", "万袋", 1)) == [
        "不满0.2万袋",
        "0.2万袋及以上",
    ]
    assert labels(classify([1.21, 1.22, 1.24, 1.25], 2, "natural", "", 0)) == ["不满1.24", "1.24及以上"]


def test_large_figures_are_told_in_wan():
    assert labels(classify([1.2e6, 1.3e6, 8.8e6, 9e6], 2, "natural", "公斤")) == [
        "不满500万公斤",
        "500万公斤及以上",
    ]


@UNHURRIED
@given(st.lists(st.integers(1, 5_000), min_size=8, max_size=60), st.integers(2, 6))
def test_natural_breaks_are_as_good_as_mapclassify_s(values: list[int], count: int):
    """Both are exact, so the squared deviations are equal even where the classes are not."""
    wanted = min(count, len(set(values)))
    found = classify(values, wanted, "natural")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = mapclassify.FisherJenks(np.array(values, dtype=float), k=wanted)

    def spread(of: np.ndarray) -> float:
        groups = [np.array(values)[of == each] for each in np.unique(of)]
        return float(sum(((group - group.mean()) ** 2).sum() for group in groups))

    assert spread(found.of) == pytest.approx(spread(theirs.yb), rel=1e-9, abs=1e-6)


def test_equal_and_quantile_breaks_part_the_places_as_mapclassify_does():
    values = np.random.default_rng(3).lognormal(6, 1, 420)
    assert counts(classify(values, 5, "quantiles")) == list(mapclassify.Quantiles(values, k=5).counts)
    assert counts(classify(values, 5, "equal")) == list(mapclassify.EqualInterval(values, k=5).counts)


def test_same_values_same_classes():
    values = np.random.default_rng(4).lognormal(6, 1, 5_000)
    first, second = classify(values, 7), classify(values, 7)
    assert np.array_equal(first.of, second.of)
    assert len(first.classes) == 7


@pytest.mark.parametrize("method", METHODS)
@UNHURRIED
@given(values=st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")), st.just(0.0)), max_size=40))
def test_every_place_is_in_the_class_whose_bounds_hold_it(method: Method, values: list[float]):
    found = classify(values, 5, method)
    assert sum(counts(found)) + found.missing == len(values)
    assert len(found.classes) <= 5
    for value, of in zip(values, found.of, strict=True):
        if of == MISSING:
            assert np.isnan(value)
        else:
            assert found.classes[of].lower <= value <= found.classes[of].upper


@pytest.mark.parametrize(
    ("below", "upto", "number"),
    [(1_234, 1_301, 1_300), (0.1, 0.11, 0.11), (-1, 2, 0), (99.5, 100, 100), (680, 2_400, 2_000), (3, 4, 4)],
)
def test_roundest_number_between(below: float, upto: float, number: float):
    assert roundest(below, upto) == number
