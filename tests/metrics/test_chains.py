"""What plants can take in against what reaches them: who counts, who is named, what the sums hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.chains import COLUMNS, chain_balance, chain_course
from metrics.figures import indicator_values
from settings import Chain, Indicator
from tests.metrics.county import COUNTY, E1, E2, EAST, FEW, W1, WEST, places, reports, together

AUG, SEP, OCT = "2026-08", "2026-09", "2026-10"
INDICATORS = {
    "plants": Indicator(name="鹅每月加工能力", unit="只", measure="stock", industry="goose"),
    "goslings": Indicator(name="鹅苗孵化", unit="只", measure="flow", industry="goose"),
}
GEESE = Chain(name="鹅", capacity="plants", supply="goslings", balanced_share=0.8)


def values_of(
    *tables: pd.DataFrame, register: pd.DataFrame | None = None
) -> Callable[[str, str], pd.DataFrame]:
    rows, known = together(*tables), places() if register is None else register
    return cache(lambda indicator, level: indicator_values(rows, known, INDICATORS, indicator, level))


def both(plants: dict, goslings: dict) -> Callable[[str, str], pd.DataFrame]:
    return values_of(reports("plants", plants), reports("goslings", goslings))


def row(found: pd.DataFrame, place: str) -> pd.Series:
    (position,) = found.index[found["place_code"] == place]
    return found.loc[position]


def test_a_plant_that_is_underfed_says_how_much_is_missing_on_both_sides():
    # 40 of the 100 that could be taken in: 60 lack, 60 stand idle.
    east = row(chain_balance(GEESE, both({(EAST, OCT): 100}, {(EAST, OCT): 40}), "township"), EAST)
    assert (east["used_share"], east["supply_gap"], east["capacity_gap"]) == (40, 60, 60)
    assert east["state"] == "underfed"


@pytest.mark.parametrize(
    ("supply", "state"),
    [(79, "underfed"), (80, "balanced"), (100, "balanced"), (101, "oversupplied")],
)
def test_fed_begins_at_the_configured_share_and_ends_at_a_full_load(supply, state):
    found = chain_balance(GEESE, both({(EAST, OCT): 100}, {(EAST, OCT): supply}), "township")
    assert row(found, EAST)["state"] == state


def test_more_than_can_be_processed_has_negative_gaps():
    # 130 for 100: 30 too many.
    east = row(chain_balance(GEESE, both({(EAST, OCT): 100}, {(EAST, OCT): 130}), "township"), EAST)
    assert (east["supply_gap"], east["capacity_gap"], east["used_share"]) == (-30, -30, 130)


def test_each_gap_is_in_its_own_unit():
    # 4.5 kg of leaf make 1 kg of tea: 200 kg of tea want 900 kg of leaf; 450 came, enough for 100 kg.
    tea = GEESE.model_copy(update={"supply_per_unit": 4.5})
    east = row(chain_balance(tea, both({(EAST, OCT): 200}, {(EAST, OCT): 450}), "township"), EAST)
    assert (east["needed_supply"], east["used_share"]) == (900, 50)
    assert (east["supply_gap"], east["capacity_gap"]) == (450, 100)


def test_the_county_adds_up_only_townships_that_reported_both():
    # 东乡 100 and 60; 西镇 has not said how many goslings it hatched, so its plant of 500 is not called idle.
    values = both({(EAST, SEP): 100, (EAST, OCT): 100, (WEST, SEP): 500, (WEST, OCT): 500},
                  {(EAST, SEP): 50, (EAST, OCT): 60, (WEST, SEP): 400, (WEST, OCT): None})  # fmt: skip
    county = row(chain_balance(GEESE, values, "county"), COUNTY)
    assert (county["capacity"], county["supply"], county["used_share"], county["compared"]) == (
        100,
        60,
        60,
        1,
    )
    west = row(chain_balance(GEESE, values, "township"), WEST)
    assert west["state"] == "not_reported"
    assert west["capacity"] == 500
    assert pd.isna(west["used_share"])


def test_a_township_with_one_end_of_the_chain_is_kept_and_counts_for_the_county():
    # 东乡 only hatches (it never reports a plant), 西镇 only slaughters (it reports a hatchery of 0).
    values = both({(WEST, OCT): 200}, {(EAST, OCT): 50, (WEST, OCT): 0})
    found = chain_balance(GEESE, values, "township")
    assert row(found, EAST)["state"] == "no_capacity"
    assert row(found, WEST)["state"] == "no_supply"
    assert pd.isna(row(found, EAST)["used_share"])
    county = row(chain_balance(GEESE, values, "county"), COUNTY)
    assert (county["capacity"], county["supply"], county["used_share"]) == (200, 50, 25)


def test_no_supply_in_one_month_is_a_season_and_not_a_missing_stage():
    values = both({(EAST, SEP): 10, (EAST, OCT): 10}, {(EAST, SEP): 5, (EAST, OCT): 0})
    assert row(chain_balance(GEESE, values, "township"), EAST)["state"] == "underfed"


def test_a_plant_that_is_closed_has_no_capacity_and_no_share():
    values = both({(EAST, SEP): 10, (EAST, OCT): 0}, {(EAST, SEP): 5, (EAST, OCT): 5})
    east = row(chain_balance(GEESE, values, "township"), EAST)
    assert east["state"] == "no_capacity"
    assert pd.isna(east["used_share"])


def test_places_that_have_neither_stage_are_no_part_of_the_chain():
    found = chain_balance(
        GEESE, both({(EAST, OCT): 10, (WEST, OCT): 0}, {(EAST, OCT): 5, (WEST, OCT): 0}), "township"
    )
    assert list(found["place_code"]) == [EAST]


def test_a_place_that_is_asked_and_never_answered_is_listed():
    found = chain_balance(
        GEESE, both({(EAST, OCT): 10, (WEST, OCT): None}, {(EAST, OCT): 5, (WEST, OCT): None}), "township"
    )
    assert list(found["place_code"]) == [EAST, WEST]
    assert row(found, WEST)["state"] == "not_reported"


def test_the_sum_since_january_holds_the_months_that_can_be_compared():
    # August and October: 20 of 200; in September the goslings were not reported, so its capacity is out too.
    values = both({(EAST, AUG): 100, (EAST, SEP): 100, (EAST, OCT): 100},
                  {(EAST, AUG): 5, (EAST, SEP): None, (EAST, OCT): 15})  # fmt: skip
    for level, place in (("township", EAST), ("county", COUNTY)):
        found = row(chain_balance(GEESE, values, level), place)
        assert (found["supply_ytd"], found["needed_supply_ytd"], found["used_share_ytd"]) == (20, 200, 10)
        assert (found["months"], found["months_due"]) == (2, 10)


def test_a_new_year_starts_afresh():
    values = both(
        {(EAST, "2025-12"): 100, (EAST, "2026-01"): 100}, {(EAST, "2025-12"): 90, (EAST, "2026-01"): 30}
    )
    assert list(chain_course(GEESE, values, "township")["used_share_ytd"]) == [90, 30]


def test_the_course_falls_where_the_supply_does():
    values = both({(EAST, SEP): 100, (EAST, OCT): 100}, {(EAST, SEP): 80, (EAST, OCT): 50})
    course = chain_course(GEESE, values, "township")
    assert list(course["period"]) == [SEP, OCT]
    assert list(course["used_share"]) == [80, 50]


def test_a_period_in_which_one_side_came_from_nobody_is_not_compared():
    # October's hatchery ledger has not come: 西镇, which has no hatchery, must not make the county look starved.
    values = both({(EAST, SEP): 100, (WEST, SEP): 50, (EAST, OCT): 100, (WEST, OCT): 50}, {(EAST, SEP): 60})
    assert set(chain_balance(GEESE, values, "township")["period"]) == {SEP}
    course = chain_course(GEESE, values, "county")
    assert course.set_index("period")["used_share"].isna().to_dict() == {SEP: False, OCT: True}


def test_the_most_idle_capacity_comes_first_and_the_unreported_last():
    # 20, 70 and nothing idle; 西一村 has sent no October.
    plants = {(E1, OCT): 30, (E2, OCT): 90, (W1, SEP): 99, (W1, OCT): None}
    goslings = {(E1, OCT): 10, (E2, OCT): 20, (W1, SEP): 0, (W1, OCT): None}
    assert list(chain_balance(GEESE, both(plants, goslings), "village")["place_code"]) == [E2, E1, W1]


def test_what_villages_report_is_added_up_for_their_township():
    values = both({(E1, OCT): 30, (E2, OCT): 70}, {(E1, OCT): 10, (E2, OCT): 15})
    assert row(chain_balance(GEESE, values, "township"), EAST)["used_share"] == 25


def test_a_county_that_reports_for_itself_is_taken_at_its_word():
    found = chain_balance(GEESE, both({(COUNTY, OCT): 10}, {(COUNTY, OCT): 8}), "county")
    assert list(found["used_share"]) == [80]
    assert chain_balance(GEESE, both({(COUNTY, OCT): 10}, {(COUNTY, OCT): 8}), "township").empty


@pytest.mark.parametrize("level", ["county", "township", "village"])
def test_without_one_of_the_ledgers_there_is_nothing_to_compare(level):
    found = chain_balance(GEESE, both({(EAST, OCT): 10}, {(EAST, OCT): None}), level)
    assert found.empty
    assert list(found.columns) == list(COLUMNS)


def test_a_single_township_is_its_county():
    register = places()
    only = register[~register["place_code"].str.startswith(WEST[:9])]
    tables = reports("plants", {(EAST, OCT): 10}), reports("goslings", {(EAST, OCT): 4})
    values = values_of(*tables, register=only)
    assert row(chain_balance(GEESE, values, "county"), COUNTY)["used_share"] == 40


@FEW
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=2),
    st.sampled_from([0.5, 1.0, 4.5]),
    st.randoms(use_true_random=False),
)
def test_sums_agree_and_order_of_rows_is_nothing(sides, rate, random):
    chain = GEESE.model_copy(update={"supply_per_unit": rate})
    marks = list(zip((EAST, WEST), sides, strict=True))
    plants = reports("plants", {(place, OCT): float(plant) for place, (plant, _) in marks})
    goslings = reports("goslings", {(place, OCT): float(young) for place, (_, young) in marks})
    values = values_of(plants, goslings)
    county, parts = chain_balance(chain, values, "county"), chain_balance(chain, values, "township")
    assert county["supply_gap"].sum() == pytest.approx(parts["supply_gap"].sum())
    assert county["capacity_gap"].sum() == pytest.approx(parts["capacity_gap"].sum())
    shuffled = together(plants, goslings).sample(frac=1, random_state=random.randrange(2**31))
    again = chain_balance(chain, values_of(shuffled), "township")
    pd.testing.assert_frame_equal(parts, again)
