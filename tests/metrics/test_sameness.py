import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sameness import overlap, sameness, shares
from tests.metrics.county import FEW

PARTS = ("tea", "oil", "veg")


def places(**rows):
    """Places as `dependence` gives them: code=(tea, oil, veg), None for one that is not scored."""
    return pd.DataFrame(
        [
            {
                "place_code": code, "name": f"{code}乡", "state": "scored" if mix else "incomplete",
                **dict(zip(PARTS, mix or (np.nan,) * 3, strict=True)),
            }
            for code, mix in rows.items()
        ]
    )  # fmt: skip


def test_the_overlap_of_shares_and_what_both_have_most_of():
    found, left_out = sameness(places(a=(60, 40, 0), b=(30, 0, 70)), PARTS, [("b", "a")])
    row = found.iloc[0]
    assert (row["place_code"], row["other_code"], row["name"], row["other_name"]) == ("a", "b", "a乡", "b乡")
    assert row["similarity"] == pytest.approx(30)  # tea: the smaller of 60 % and 30 %
    assert (row["shared"], row["share"], row["other_share"]) == ("tea", 60, 30)
    assert left_out == []


def test_the_most_alike_first_and_each_pair_once():
    mixes = places(a=(1, 0, 0), b=(2, 0, 0), c=(1, 1, 0))
    found, _ = sameness(mixes, PARTS, [("a", "c"), ("b", "a"), ("a", "b"), ("b", "c")])
    assert list(zip(found["place_code"], found["other_code"], found["similarity"], strict=True)) == [
        ("a", "b", 100),
        ("a", "c", 50),
        ("b", "c", 50),
    ]


def test_nothing_in_common_has_no_shared_product():
    found, _ = sameness(places(a=(1, 0, 0), b=(0, 1, 0)), PARTS, [("a", "b")])
    assert found["similarity"].item() == 0
    assert found["shared"].isna().all()


def test_a_place_that_did_not_report_is_compared_with_nobody():
    found, left_out = sameness(places(a=(1, 0, 0), b=None, c=(1, 0, 0)), PARTS, [("a", "b"), ("a", "c")])
    assert list(found["other_code"]) == ["c"]
    assert left_out == [("a", "b")]


def test_no_neighbours_no_pairs():
    assert sameness(places(a=(1, 0, 0)), PARTS, [])[0].empty
    assert sameness(pd.DataFrame(columns=["place_code", "state", *PARTS]), PARTS, [("a", "b")])[0].empty


mix = st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any).map(lambda m: np.array([m], float))


@FEW
@given(mix, mix, st.integers(1, 500))
def test_it_is_symmetric_whole_with_itself_and_blind_to_the_unit(p, q, factor):
    a, b = shares(p), shares(q)
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert overlap(a, a) == pytest.approx(1)
    assert overlap(shares(p * factor), b) == pytest.approx(overlap(a, b))
    assert overlap(a, b) == pytest.approx(np.minimum(a, b).sum())  # what both have in common
