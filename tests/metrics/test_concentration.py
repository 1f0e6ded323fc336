import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.concentration import dependence, herfindahl, job_dependence
from settings import Indicator, Mix
from tests.metrics.county import (
    E1,
    E2,
    EAST,
    FEW,
    INDUSTRIES,
    W1,
    WEST,
    enterprises,
    places,
    reports,
    together,
)

SEP, OCT = "2026-09", "2026-10"
AREAS = {
    key: Indicator(name=name, unit="亩", measure="stock")
    for key, name in (("tea", "茶园"), ("oil", "油茶"), ("veg", "蔬菜"))
}
MIX = Mix(name="面积", parts=("tea", "oil", "veg"))


def areas(period=OCT, **villages):
    """The ledger: village=(茶园, 油茶, 蔬菜)."""
    codes = {"e1": E1, "e2": E2, "w1": W1}
    return together(
        *(
            reports(part, {(codes[key], period): figures[at] for key, figures in villages.items()})
            for at, part in enumerate(MIX.parts)
        )
    )


def of(rows, level="township", **more):
    return dependence(rows, places(), AREAS, MIX, level, **more).set_index("place_code")


def test_the_index_is_the_sum_of_squared_shares():
    found = of(areas(e1=(50.0, 10.0, 0.0), e2=(10.0, 0.0, 30.0), w1=(0.0, 0.0, 7.0)))
    east = found.loc[EAST]  # 60, 10, 30 of 100: 0.36 + 0.01 + 0.09
    assert east["index"] == pytest.approx(0.46)
    assert east["equivalent"] == pytest.approx(1 / 0.46)
    assert (east["leading"], east["leading_share"], east["total"]) == ("tea", 60, 100)
    assert (found.loc[WEST, "index"], found.loc[WEST, "leading"]) == (1, "veg")
    assert list(found.index) == [WEST, EAST]  # the most dependent first


def test_equal_shares_are_as_many_industries_as_there_are():
    found = of(areas(e1=(5.0, 5.0, 5.0))).loc[EAST]
    assert found["index"] == pytest.approx(1 / 3)
    assert found["equivalent"] == pytest.approx(3)
    assert found["leading"] == "tea"  # the config's first of equals


def test_a_blank_is_no_product_that_is_not_grown():
    found = of(areas(e1=(5.0, None, 0.0), w1=(0.0, 1.0, 0.0)), level="village").loc[E1]
    assert (found["state"], found["reported"], found["expected"]) == ("incomplete", 0, 1)
    assert pd.isna(found["index"])
    assert pd.isna(found["leading"])


def test_a_township_of_which_too_little_came_is_not_scored():
    rows = areas(e1=(5.0, 0.0, 0.0), e2=(5.0, None, 5.0))
    assert of(rows).loc[EAST, "state"] == "incomplete"
    half = of(rows, min_reported_share=0.5).loc[EAST]
    assert (half["state"], half["index"], half["total"]) == ("scored", 1, 5)  # without the other's 10
    assert (half["reported"], half["expected"]) == (1, 2)


def test_nothing_grown_is_not_dependence_and_not_a_gap():
    found = of(areas(e1=(0.0, 0.0, 0.0))).loc[EAST]
    assert found["state"] == "none"
    assert pd.isna(found["index"])


def test_the_latest_period_that_has_every_part():
    rows = together(areas(SEP, e1=(5.0, 5.0, 0.0)), reports("tea", {(E1, OCT): 9.0}))
    assert of(rows).loc[EAST, "period"] == SEP
    assert of(rows, period="2026-08").empty


def test_of_flows_the_sum_since_january_counts():
    flows = {key: spec.model_copy(update={"measure": "flow"}) for key, spec in AREAS.items()}
    rows = together(areas("2026-01", e1=(9.0, 0.0, 0.0)), areas("2026-02", e1=(0.0, 9.0, 0.0)))
    found = dependence(rows, places(), flows, MIX, "village").set_index("place_code").loc[E1]
    assert (found["tea"], found["oil"], found["index"]) == (9, 9, 0.5)


def test_different_units_are_refused():
    mixed = AREAS | {"veg": Indicator(name="生猪", unit="头", measure="stock")}
    with pytest.raises(ValueError, match="different units"):
        dependence(areas(e1=(1.0, 1.0, 1.0)), places(), mixed, MIX, "township")


def test_nothing_reported_gives_no_rows():
    assert of(areas()).empty
    assert of(areas(e1=(5.0, None, 0.0))).empty  # of 油茶 nobody knows anything


def test_people_by_industry_of_their_enterprise():
    ledger = enterprises(
        {"place_code": E1, "industry": "tea", "jobs": 30}, {"place_code": E2, "industry": "goose", "jobs": 10},
        {"place_code": W1, "industry": "tea", "jobs": 4}, {"place_code": W1, "industry": "tea", "jobs": None},
        {"place_code": None, "industry": "tea", "jobs": 99},
    )  # fmt: skip
    found = job_dependence(ledger, places(), INDUSTRIES, "township").set_index("place_code")
    assert found.loc[EAST, "index"] == 0.75**2 + 0.25**2
    assert (found.loc[EAST, "leading"], found.loc[EAST, "leading_share"]) == ("tea", 75)
    assert found.loc[WEST, "state"] == "incomplete"  # one of two enterprises stated its jobs
    assert (found.loc[WEST, "reported"], found.loc[WEST, "expected"]) == (1, 2)


def test_a_place_without_enterprises_depends_on_none():
    ledger = enterprises({"place_code": E1, "industry": "tea", "jobs": 30})
    found = job_dependence(ledger, places(), INDUSTRIES, "township").set_index("place_code")
    assert found.loc[WEST, "state"] == "none"
    assert job_dependence(enterprises(), places(), INDUSTRIES, "township").empty


amounts = st.lists(
    st.lists(st.floats(0, 1e6).map(lambda x: round(x, 3)), min_size=3, max_size=3), min_size=1, max_size=6
).map(np.array)


@FEW
@given(amounts, st.floats(0.001, 1000))
def test_another_unit_changes_no_index(rows, factor):
    known = rows.sum(axis=1) > 0
    index = herfindahl(rows[known])
    assert herfindahl(rows[known] * factor) == pytest.approx(index)
    assert ((index >= 1 / 3 - 1e-9) & (index <= 1 + 1e-9)).all()


@FEW
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_parts_changes_nothing(chance):
    rows = areas(e1=(50.0, 10.0, 0.0), e2=(10.0, 0.0, 30.0), w1=(0.0, 0.0, 7.0))
    order = list(range(len(rows)))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(of(rows), of(rows.iloc[order]))
    parts = list(MIX.parts)
    chance.shuffle(parts)
    other = dependence(rows, places(), AREAS, Mix(name="面积", parts=tuple(parts)), "township")
    assert list(other.set_index("place_code")["index"]) == pytest.approx(list(of(rows)["index"]))
