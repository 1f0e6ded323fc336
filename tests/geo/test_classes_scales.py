"""Changes, target completion, ranks, and classes that hold for all periods."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classes import METHODS, MISSING, Classes, Method, Middle, classify, classify_periods
from geo.colours import diverging

CHANGE = Middle(0, "减少", "不变", "增加")
REACHED = Middle(100)
COMPUTED = tuple(method for method in METHODS if method != "configured")
UNHURRIED = settings(deadline=None)


def labels(found: Classes) -> list[str]:
    return [each.label for each in found.classes]


def changes(values, count: int = 5, method: Method = "natural", unit: str = "亩", decimals: int = 0):
    return classify(values, count, method, unit, decimals, scale="diverging", middle=CHANGE)


def completion(values, count: int = 5, method: Method = "natural", **more):
    return classify(values, count, method, "%", 1, scale="diverging", middle=REACHED, **more)


def test_changes_are_told_in_words_and_no_change_is_a_class():
    found = changes([-600, -20, 0, 0, 30, 700, np.nan])
    assert labels(found) == ["减少500亩及以上", "减少不满500亩", "不变", "增加不满500亩", "增加500亩及以上"]
    assert [each.places for each in found.classes] == [1, 1, 2, 1, 1]
    assert found.missing == 1


def test_a_fall_and_a_rise_of_the_same_size_are_equally_far_from_the_middle():
    found = changes([-500, -499, -1, 1, 499, 500, 900], 4, "pretty")
    assert labels(found) == ["减少500亩及以上", "减少不满500亩", "增加不满500亩", "增加500亩及以上"]
    assert list(found.of) == [0, 1, 1, 2, 2, 3, 3]


def test_where_nothing_fell_all_classes_are_rises():
    found = changes([0, 5, 10, 200, 220, 900, 950], 4)
    assert labels(found) == ["不变", "增加不满200亩", "增加200 – 500亩", "增加500亩及以上"]


def test_only_no_change():
    assert labels(changes([0, 0, np.nan])) == ["不变"]
    assert labels(changes([np.nan])) == []


def test_three_classes_of_changes_say_how_far_they_reach():
    assert labels(changes([-145, 0, 19.8], 3)) == ["减少150亩以内", "不变", "增加20亩以内"]


def test_changes_refuse_configured_bounds():
    with pytest.raises(ValueError, match="configured"):
        classify([1, 2], method="configured", scale="diverging", middle=CHANGE, thresholds=(1, 2))


def test_a_diverging_scale_needs_a_middle():
    with pytest.raises(ValueError, match="middle"):
        classify([1, 2], scale="diverging")


def test_completion_turns_at_the_target_and_reaching_it_is_on_the_good_side():
    found = completion([55, 70, 99.9, 100, 130], 5, "configured", thresholds=(60, 80, 100))
    assert labels(found) == ["不满60%", "60 – 80%", "80 – 100%", "100%及以上"]
    assert list(found.of) == [0, 1, 2, 3, 3]
    assert found.colours == diverging(3, 1, has_middle=False)


def test_a_configured_class_around_the_target_has_the_colour_of_the_middle():
    found = completion([50, 100, 130], 5, "configured", thresholds=(90, 110))
    assert found.colours == diverging(1, 1, has_middle=True)


@pytest.mark.parametrize("method", COMPUTED)
def test_no_class_of_completion_holds_both_places_short_of_the_target_and_beyond(method: Method):
    values = np.random.default_rng(5).normal(90, 30, 420)
    for each in completion(values, 6, method).classes:
        assert each.upper <= 100 or each.lower >= 100


def test_completion_short_of_the_target_everywhere_has_the_colours_of_below():
    found = completion([10, 20, 50, 60, 90, 95], 3)
    assert len(found.classes) == 3
    assert found.colours == diverging(3, 0, has_middle=False)
    reached = completion([100, 110, 180], 3)
    assert reached.colours == diverging(0, len(reached.classes), has_middle=False)


FIGURES = st.lists(
    st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")), st.integers(-3, 3).map(float)), max_size=40
)


@pytest.mark.parametrize("middle", [CHANGE, REACHED], ids=["change", "completion"])
@pytest.mark.parametrize("method", COMPUTED)
@UNHURRIED
@given(values=FIGURES, count=st.integers(3, 7))
def test_every_place_is_in_a_class_that_holds_it(
    middle: Middle, method: Method, values: list[float], count: int
):
    found = classify(values, count, method, scale="diverging", middle=middle)
    assert len(found.classes) <= count
    assert sum(each.places for each in found.classes) + found.missing == len(values)
    assert len(set(labels(found))) == len(found.classes)
    for value, of in zip(values, found.of, strict=True):
        if of == MISSING:
            assert np.isnan(value)
        else:
            held = found.classes[of]
            assert held.lower <= value <= held.upper
            if middle is CHANGE:
                expected = "减少" if value < 0 else "增加" if value > 0 else "不变"
                assert held.label.startswith(expected)


def test_the_best_rank_is_darkest_and_comes_last():
    found = classify([1, 2, 6, 11, 26, np.nan], 5, unit="名", scale="rank")
    assert labels(found) == ["第21名及以后", "第16–20名", "第11–15名", "第6–10名", "第1–5名"]
    assert list(found.of) == [4, 4, 3, 2, 0, MISSING]
    sequential = classify(range(1, 100), 5, "equal")
    assert found.colours == sequential.colours


@pytest.mark.parametrize(
    ("last", "count", "wanted"),
    [
        (1, 3, ["第1名"]),
        (3, 5, ["第3名", "第2名", "第1名"]),
        (11, 3, ["第9名及以后", "第5–8名", "第1–4名"]),
        (420, 3, ["第281名及以后", "第141–280名", "第1–140名"]),
    ],
)
def test_ranks_are_counted_in_round_numbers(last: int, count: int, wanted: list[str]):
    assert labels(classify(range(1, last + 1), count, scale="rank")) == wanted


def test_periods_share_their_classes():
    values = np.array([[1, 10, np.nan], [2, 20, 100], [3, 30, 300], [0, 0, 0]])
    found = classify_periods(values, 4, "quantiles", "亩")
    assert found.of.shape == (4, 3)
    together = classify(values.ravel(), 4, "quantiles", "亩")
    assert [each.label for each in found.classes] == labels(together)
    for column in range(3):
        at = found.at(column)
        assert labels(at) == labels(together)
        assert list(at.of) == list(found.of[:, column])
        assert [each.places for each in at.classes] == list(found.places[:, column])
        assert at.missing == found.missing[column]
    assert list(found.missing) == [0, 0, 1]


def test_periods_without_any_figure():
    found = classify_periods(np.full((3, 2), np.nan))
    assert found.classes == ()
    assert (found.of == MISSING).all()
    assert found.at(0).missing == 3
    with pytest.raises(ValueError, match="two dimensions"):
        classify_periods([1.0, 2.0])


def test_a_legend_of_many_periods_has_round_bounds():
    values = np.random.default_rng(6).lognormal(6, 1, (420, 36)).round(1)
    for method in COMPUTED:
        for each in classify_periods(values, 5, method, "亩", 1).classes[1:]:
            assert each.lower == float(f"{each.lower:.3g}"), f"{method}: {each.label}"


@pytest.mark.parametrize("scale", ["sequential", "diverging"])
def test_fifty_periods_of_5000_places_do_not_take_long(scale):
    values = np.random.default_rng(7).normal(0, 100, (5_000, 50)).round(1)
    values = np.abs(values) if scale == "sequential" else values
    started = time.process_time()  # of this process: another one's load is none of ours
    classify_periods(values, 7, "natural", "亩", scale=scale, middle=CHANGE)
    assert time.process_time() - started < 1.0  # 0.2 s; more means a loop in Python
