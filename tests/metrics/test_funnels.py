"""How much of a programme is left after each step, for whom, and where most is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.figures import indicator_values
from metrics.funnels import COLUMNS, funnel
from settings import Funnel, FunnelStep, Indicator
from tests.metrics.county import COUNTY, E1, E2, EAST, FEW, WEST, places, reports, together

JUN, SEP = "2026-06", "2026-09"
STEPS = ("planned", "approved", "applied", "paid")
INDICATORS = {name: Indicator(name=name, unit="户", measure="stock") for name in STEPS} | {
    f"{name}_money": Indicator(name=name, unit="元", measure="stock") for name in STEPS
}
LOANS = Funnel(
    name="小额信贷",
    steps=tuple(
        FunnelStep(name=word, households=key, money=f"{key}_money")
        for word, key in zip(("计划", "批准", "申请", "发放"), STEPS, strict=True)
    ),
)
HOUSEHOLDS = Funnel(
    name="小额信贷", steps=tuple(step.model_copy(update={"money": None}) for step in LOANS.steps)
)


def values_of(*tables: pd.DataFrame) -> Callable[[str, str], pd.DataFrame]:
    rows = together(*tables)
    return cache(lambda indicator, level: indicator_values(rows, places(), INDICATORS, indicator, level))


def counts(figures: Mapping[tuple[str, str], tuple[float | None, ...]]) -> Callable[[str, str], pd.DataFrame]:
    """Figures of all steps per place and period."""
    return values_of(
        *(reports(step, {key: each[at] for key, each in figures.items()}) for at, step in enumerate(STEPS))
    )


def of(found: pd.DataFrame, place: str) -> pd.DataFrame:
    return found[found["place_code"] == place].set_index("step_name")


def test_each_step_is_a_share_of_the_first_and_of_the_one_before():
    # 80 planned, 60 approved (75 %), 30 applied (half of those), 12 paid (40 % of those, 15 % of all).
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (80, 60, 30, 12)}), "township"), EAST)
    assert list(east["of_first"]) == [100, 75, 37.5, 15]
    assert list(east["of_previous"].iloc[1:]) == [75, 50, 40]
    assert pd.isna(east["of_previous"].iloc[0])
    paid = east.loc["发放"]
    assert (paid["of_first_part"], paid["of_first_base"]) == (12, 80)
    assert (paid["of_previous_part"], paid["of_previous_base"], paid["previous_step"]) == (12, 30, "申请")


def test_the_step_that_loses_most_is_marked():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (80, 60, 30, 12)}), "township"), EAST)
    assert list(east["loss"].iloc[1:]) == [20, 30, 18]
    assert list(east.index[east["is_biggest_loss"]]) == ["申请"]


def test_where_nothing_is_lost_no_step_is_marked():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (10, 10, 12, 12)}), "township"), EAST)
    assert not east["is_biggest_loss"].any()


def test_a_step_larger_than_the_one_before_is_kept_and_said():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (80, 60, 66, 33)}), "township"), EAST)
    assert list(east.index[east["exceeds"]]) == ["申请"]
    assert east.loc["申请", "of_previous"] == pytest.approx(110)
    assert east.loc["申请", "loss"] == -6
    assert east.loc["发放", "is_biggest_loss"]


def test_a_missing_step_stays_missing_and_the_next_is_compared_with_the_last_one_known():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (80, None, 40, 10)}), "township"), EAST)
    assert pd.isna(east.loc["批准", ["value", "of_first", "of_previous", "loss"]]).all()
    assert east.loc["申请", "of_previous"] == 50
    assert east.loc["申请", "previous_step"] == "计划"


def test_a_first_step_that_is_missing_leaves_the_later_ones_comparable():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (None, 50, 40, 10)}), "township"), EAST)
    assert east["of_first"].isna().all()
    assert list(east["of_previous"].iloc[2:]) == [80, 25]
    assert east["previous_step"].isna()["批准"]


def test_nothing_planned_is_no_base_for_a_share():
    east = of(funnel(HOUSEHOLDS, counts({(EAST, SEP): (0, 5, 5, 0)}), "township"), EAST)
    assert east["of_first"].isna().all()
    assert east.loc["批准", "exceeds"]
    assert east.loc["发放", "of_previous"] == 0


def test_the_county_s_shares_count_only_townships_that_reported_both_steps():
    # 东乡 40 of 100 paid. 西镇 planned 300 and has not said what was paid: not 40 of 400.
    found = funnel(
        HOUSEHOLDS, counts({(EAST, SEP): (100, 90, 80, 40), (WEST, SEP): (300, 200, None, None)}), "county"
    )
    county = of(found, COUNTY)
    assert county.loc["计划", "value"] == 400
    assert county.loc["批准", "of_first"] == 72.5  # 290 of 400
    assert (county.loc["发放", "of_first"], county.loc["发放", "of_first_base"]) == (40, 100)
    assert (county.loc["申请", "of_previous_part"], county.loc["申请", "of_previous_base"]) == (80, 90)
    assert list(county.loc["发放", ["reported", "expected"]]) == [1, 2]


def test_a_county_that_reports_for_itself_needs_no_townships():
    county = of(funnel(HOUSEHOLDS, counts({(COUNTY, SEP): (100, 90, 80, 40)}), "county"), COUNTY)
    assert list(county["of_first"]) == [100, 90, 80, 40]


def test_households_and_money_are_funnels_of_their_own():
    money = {"planned": 4_000.0, "approved": 3_000.0, "applied": 3_000.0, "paid": 600.0}
    values = values_of(
        *(
            reports(step, {(EAST, SEP): float(count)})
            for step, count in zip(STEPS, (80, 60, 30, 24), strict=True)
        ),
        *(reports(f"{step}_money", {(EAST, SEP): amount}) for step, amount in money.items()),
    )
    found = funnel(LOANS, values, "township")
    assert list(found["kind"]) == ["households"] * 4 + ["money"] * 4
    assert list(found.loc[found["step_name"] == "发放", "of_first"]) == [30, 15]
    assert list(found.loc[found["is_biggest_loss"], "step_name"]) == ["申请", "发放"]


def test_a_step_counted_in_money_only_has_no_line_among_households():
    spec = LOANS.model_copy(update={"steps": (*LOANS.steps[:3], FunnelStep(name="发放", money="paid_money"))})
    values = values_of(
        *(reports(step, {(EAST, SEP): 10.0}) for step in STEPS[:3]),
        *(reports(f"{step}_money", {(EAST, SEP): 10.0}) for step in STEPS),
    )
    found = funnel(spec, values, "township")
    assert list(found.loc[found["kind"] == "households", "step_name"]) == ["计划", "批准", "申请"]
    assert list(found.loc[found["kind"] == "money", "step_name"]) == ["计划", "批准", "申请", "发放"]


def test_flows_count_since_january():
    flows = {name: spec.model_copy(update={"measure": "flow"}) for name, spec in INDICATORS.items()}
    rows = together(*(reports(step, {(EAST, "2026-01"): 10.0, (EAST, "2026-02"): 6.0}) for step in STEPS))
    found = funnel(
        HOUSEHOLDS, lambda key, level: indicator_values(rows, places(), flows, key, level), "township"
    )
    assert set(found["value"]) == {16}


def test_the_worst_last_step_comes_first_and_who_reported_nothing_last():
    figures = {
        (E1, SEP): (10, 9, 8, 5),
        (E2, SEP): (10, 9, 8, 2),
        (WEST, SEP): (None,) * 4,
        (EAST, JUN): (1, 1, 1, 1),
    }
    found = funnel(
        HOUSEHOLDS, counts({key: each for key, each in figures.items() if key[0] != EAST}), "village"
    )
    assert list(found["place_code"].unique()) == [E2, E1]
    found = funnel(HOUSEHOLDS, counts({(EAST, SEP): (10, 9, 8, 5), (WEST, SEP): (None,) * 4}), "township")
    assert list(found["place_code"].unique()) == [EAST, WEST]
    assert of(found, WEST)["value"].isna().all()


def test_a_later_period_with_one_step_alone_is_no_funnel_yet():
    values = counts({(EAST, JUN): (80, 60, 30, 12), (EAST, SEP): (90, None, None, None)})
    assert set(funnel(HOUSEHOLDS, values, "township")["period"]) == {JUN}
    assert set(funnel(HOUSEHOLDS, values, "township", JUN)["period"]) == {JUN}


@pytest.mark.parametrize("level", ["county", "township", "village"])
def test_a_programme_that_nobody_reported_has_no_rows(level):
    found = funnel(LOANS, values_of(reports("planned", {(EAST, SEP): None})), level)
    assert list(found.columns) == list(COLUMNS)
    assert found.empty


figures_of_a_place = st.tuples(*[st.none() | st.integers(0, 90)] * 4)


@FEW
@given(figures_of_a_place, figures_of_a_place, st.randoms(use_true_random=False))
def test_shares_are_what_numerator_and_denominator_say(east, west, random):
    figures = {(EAST, SEP): east, (WEST, SEP): west}
    items = list(figures.items())
    random.shuffle(items)
    values, shuffled = counts(figures), counts(dict(items))
    for level in ("township", "county"):
        found = funnel(HOUSEHOLDS, values, level)
        for share in ("of_first", "of_previous"):
            known = found[found[share].notna()]
            assert (known[f"{share}_base"] > 0).all()
            assert (100 * known[f"{share}_part"] / known[f"{share}_base"]).tolist() == pytest.approx(
                known[share].tolist()
            )
        assert found.groupby(["place_code", "kind"])["is_biggest_loss"].sum().isin([0, 1, 2, 3]).all()
        pd.testing.assert_frame_equal(funnel(HOUSEHOLDS, shuffled, level), found)
