from __future__ import annotations

import warnings

import mapclassify
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.classes import (
    METHODS,
    MISSING,
    PALETTES,
    ZERO_COLOUR,
    Classes,
    Method,
    classify,
    offered_methods,
    roundest,
)

COMPUTED = tuple(method for method in METHODS if method != "configured")

# Two busy cores are no reason to fail.
UNHURRIED = settings(deadline=None)


def labels(found: Classes) -> list[str]:
    return [each.label for each in found.classes]


def counts(found: Classes) -> list[int]:
    return [each.places for each in found.classes]


def spread(values, of: np.ndarray) -> float:
    """Squared deviations within the classes."""
    groups = [np.array(values)[of == each] for each in np.unique(of)]
    return float(sum(((group - group.mean()) ** 2).sum() for group in groups))


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


def test_zeros_are_told_from_the_lowest_class_on_paper():
    with_zeros, without = classify([0, 1, 20, 300, 4_000], 5), classify([1, 20, 300, 4_000], 4)
    assert (len(with_zeros.classes), len(without.classes)) == (5, 4)
    assert without.colours[0] == "#ffffcc"  # as grey nearly white
    assert without.colours[0] not in with_zeros.colours


def test_nothing_reported_at_all():
    found = classify([np.nan, np.nan])
    assert found.classes == ()
    assert found.missing == 2


def test_only_zeros():
    assert labels(classify([0, 0, np.nan], 5, "natural", "户")) == ["0户"]


@pytest.mark.parametrize("method", COMPUTED)
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

    assert spread(values, found.of) == pytest.approx(spread(values, theirs.yb), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_natural_breaks_of_many_places_are_nearly_as_good(seed: int):
    values = np.random.default_rng(seed).lognormal(6, 1, 1_200)  # mapclassify takes a minute for more
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = mapclassify.FisherJenks(values, k=5)
    # Rounder bounds cost a little; groups of equal counts alone would cost half as much again.
    assert spread(values, classify(values, 5).of) < 1.1 * spread(values, theirs.yb)


def test_equal_and_quantile_breaks_part_the_places_as_mapclassify_does():
    values = np.random.default_rng(3).lognormal(6, 1, 420)
    assert counts(classify(values, 5, "quantiles")) == list(mapclassify.Quantiles(values, k=5).counts)
    assert counts(classify(values, 5, "equal")) == list(mapclassify.EqualInterval(values, k=5).counts)


def test_round_breaks_are_those_of_mapclassify():
    """Which of its counts leads to which step is a matter of taste; the breaks of a step are not."""
    values = np.random.default_rng(3).uniform(120, 4_870, 420)
    for count in (3, 5, 7):
        found = [each.lower for each in classify(values, count, "pretty").classes[1:]]
        theirs = [list(mapclassify.PrettyBreaks(values, k=k).bins[:-1]) for k in range(2, 12)]
        assert found in theirs
        assert len(found) < count


def test_round_breaks_are_written_without_digits_of_binary_fractions():
    found = classify([0.05, 0.1, 0.2, 0.3, 0.33], 4, "pretty", "万袋", 1)
    assert labels(found) == ["不满0.1万袋", "0.1 – 0.2万袋", "0.2 – 0.3万袋", "0.3万袋及以上"]
    assert counts(found) == [1, 1, 1, 2]


def test_configured_bounds_stand_whatever_the_values():
    found = classify([0, 30, 100, 700, np.nan], 3, "configured", "亩", thresholds=(100, 500, 1_000))
    assert labels(found) == ["0亩", "不满100亩", "100 – 500亩", "500 – 1,000亩", "1,000亩及以上"]
    assert counts(found) == [1, 1, 1, 1, 0]
    with pytest.raises(ValueError, match="thresholds"):
        classify([1, 2, 3], 3, "configured")


def test_the_largest_configured_set_has_a_colour_for_every_class():
    found = classify([0, 5], 7, "configured", thresholds=(1, 2, 3, 4, 5, 6))
    assert len(set(found.colours)) == 8


def test_configured_bounds_can_be_chosen_only_where_there_are_some():
    assert "configured" not in offered_methods("sequential", ())
    assert "configured" in offered_methods("diverging", (60, 80))
    assert offered_methods("rank", ()) == {}


def test_large_bounds_are_not_rounded():
    found = classify([1_234_561, 1_234_562, 1_234_566, 1_234_567], 2, "natural", "公斤")
    assert labels(found) == ["不满1,234,565公斤", "1,234,565公斤及以上"]


def test_a_unit_in_wan_is_not_told_in_wan_of_wan():
    found = classify([1e6, 1.1e6, 3e6, 3.1e6], 2, "natural", "万袋")
    assert labels(found) == ["不满2,000,000万袋", "2,000,000万袋及以上"]


def test_same_values_same_classes():
    values = np.random.default_rng(4).lognormal(6, 1, 5_000)
    first, second = classify(values, 7), classify(values, 7)
    assert np.array_equal(first.of, second.of)
    assert len(first.classes) == 7


@pytest.mark.parametrize("method", COMPUTED)
@UNHURRIED
@given(values=st.lists(st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")), st.just(0.0)), max_size=40))
@example(values=[0.0, -5e-324])  # a spread too small to be divided
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
