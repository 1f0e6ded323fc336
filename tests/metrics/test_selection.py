"""Places by conditions: what was not reported is never judged; the address says what was asked, exactly."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.selection import (
    COMPARISONS,
    MISSING,
    REPORTED,
    BadCondition,
    Condition,
    Conditions,
    judged,
    parsed,
    share_of,
    written,
)
from tests.metrics.county import FEW

TEA, NONE = "tea_garden_area", "households_measures_0"
NAMES = (TEA, NONE, "households")
TABLE = pd.DataFrame(
    {TEA: [600.0, 500.0, None, 0.0], NONE: [3.0, 5.0, 4.0, None]}, index=["large", "edge", "silent", "zero"]
)

conditions = st.builds(
    Condition,
    st.sampled_from(NAMES),
    st.sampled_from(list(COMPARISONS)),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 6) + 0.0),
) | st.builds(Condition, st.sampled_from(NAMES), st.sampled_from([MISSING, REPORTED]))


def chosen(text: str) -> tuple[list[str], list[str]]:
    found = judged(TABLE, parsed(text, NAMES))
    return list(TABLE.index[found.is_chosen]), list(TABLE.index[found.is_unknown])


@pytest.mark.parametrize(
    ("text", "places", "unknown"),
    [
        ("tea_garden_area>500", ["large"], ["silent"]),
        ("tea_garden_area>=500", ["large", "edge"], ["silent"]),
        ("tea_garden_area<500", ["zero"], ["silent"]),
        ("tea_garden_area<=0", ["zero"], ["silent"]),
        ("tea_garden_area=0", ["zero"], ["silent"]),
        ("tea_garden_area!=0", ["large", "edge"], ["silent"]),
        ("tea_garden_area:missing", ["silent"], []),
        ("tea_garden_area:reported", ["large", "edge", "zero"], []),
        # 4 households cannot decide about a place whose tea nobody knows; 0 mu rules the last one out
        ("tea_garden_area>500,households_measures_0>=3", ["large"], ["silent"]),
        # any: 5 and 4 households are enough; the last one's households are not known
        ("tea_garden_area>500|households_measures_0>=4", ["large", "edge", "silent"], ["zero"]),
    ],
)
def test_missing_is_neither_in_nor_out(text: str, places: list[str], unknown: list[str]):
    assert chosen(text) == (places, unknown)


def test_one_condition_that_fails_settles_it_without_the_missing_figure():
    assert chosen("tea_garden_area>500,households_measures_0>=9") == ([], [])


@FEW
@given(st.lists(conditions, min_size=2, max_size=4).map(tuple), st.booleans())
def test_address_says_exactly_what_was_asked(parts: tuple[Condition, ...], is_any: bool):
    asked = Conditions(parts, is_any)
    assert parsed(written(asked), NAMES) == asked


@FEW
@given(conditions)
def test_single_condition_survives_too(part: Condition):
    assert parsed(written(Conditions((part,))), NAMES) == Conditions((part,))


@FEW
@given(st.text(max_size=60))
def test_any_text_is_conditions_or_a_sentence(text: str):
    try:
        found = parsed(text, NAMES)
    except BadCondition as problem:
        assert str(problem).endswith("。")
    else:
        assert parsed(written(found), NAMES) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tea_garden_area",
        "tea_garden_area>",
        "tea_garden_area>1e5",
        "tea_garden_area>nan",
        "tea_garden_area>５００",
        "tea_garden_area > 500",
        "tea_garden_area>9999999999",
        "unknown>1",
        "__class__>1",
        "tea_garden_area>1,households>1|households>2",
        ",".join(["households>1"] * 5),
        "tea_garden_area>1,",
        "tea_garden_area>1\n",
    ],
)
def test_bad_text_is_refused(text: str):
    with pytest.raises(BadCondition):
        parsed(text, NAMES)


def test_share_has_both_parts_and_says_who_has_no_number():
    found = judged(TABLE, parsed("tea_garden_area>=500", NAMES))
    share = share_of(pd.Series([30, None, 10, 20], dtype="Int64"), found.is_chosen)
    assert share is not None
    assert (share.chosen, share.whole, share.without) == (30, 60, 1)
    assert share.percent == 50
    assert share_of(pd.Series([None] * 4, dtype="Int64"), found.is_chosen) is None
