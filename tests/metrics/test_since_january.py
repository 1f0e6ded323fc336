"""A ratio of flows over the year so far: 亩产 is what was picked since January, and not what was picked in October."""

import pandas as pd

from metrics.figures import indicator_values
from settings import Indicator
from tests.metrics.county import COUNTY, E1, E2, EAST, INDICATORS, W1, places, reports, together

JAN, FEB, MAR = "2026-01", "2026-02", "2026-03"
YIELD = Indicator(
    name="亩产", unit="公斤/亩", measure="ratio", numerator=("output",), denominator=("plucked",), since_january=True
)  # fmt: skip
KNOWN = INDICATORS | {"yield": YIELD}


def monthly(indicator, place, *figures, first=1):
    return reports(indicator, {(place, f"2026-{first + at:02d}"): value for at, value in enumerate(figures)})


def found(rows, level, place, known=KNOWN):
    values = indicator_values(rows, places(), known, "yield", level)
    return values[values["place_code"] == place].set_index("period")


def test_output_since_january_over_the_area_of_the_month():
    rows = together(monthly("output", E1, 0.0, 30.0, 60.0), monthly("plucked", E1, 10.0, 10.0, 20.0))
    mine = found(rows, "village", E1)
    assert list(mine["value"]) == [0, 3, 4.5]  # 0/10, 30/10, 90/20
    assert list(mine["numerator"]) == [0, 30, 90]
    assert list(mine["denominator"]) == [10, 10, 20]


def test_without_the_key_it_is_the_month_s():
    rows = together(monthly("output", E1, 0.0, 30.0), monthly("plucked", E1, 10.0, 10.0))
    plain = KNOWN | {"yield": YIELD.model_copy(update={"since_january": False})}
    assert list(found(rows, "village", E1, plain)["value"]) == [0, 3]
    more = together(rows, monthly("output", E1, 20.0, first=3), monthly("plucked", E1, 10.0, first=3))
    assert found(more, "village", E1, plain).loc[MAR, "value"] == 2


def test_a_month_that_did_not_come_leaves_no_yield_until_next_january():
    for missing in (monthly("output", E1, 10.0), monthly("output", E1, 10.0, None)):
        rows = together(
            missing, monthly("output", E1, 60.0, first=3),
            monthly("plucked", E1, 10.0, 10.0, 10.0),
            reports("output", {(E1, "2027-01"): 5.0}), reports("plucked", {(E1, "2027-01"): 10.0}),
            monthly("output", W1, 1.0, 1.0, 1.0),
        )  # fmt: skip
        mine = found(rows, "village", E1)
        assert mine.loc[JAN, "value"] == 1
        assert mine.loc[[FEB, MAR], "value"].isna().all(), "60/10 would pass for the whole year's"
        assert mine.loc[MAR, "months_missing"] == 1
        assert mine.loc["2027-01", "value"] == 0.5


def test_a_reported_zero_is_a_month_without_a_harvest():
    rows = together(monthly("output", E1, 0.0, 0.0, 60.0), monthly("plucked", E1, 10.0, 10.0, 10.0))
    assert found(rows, "village", E1).loc[MAR, "value"] == 6


def test_a_year_that_begins_in_march_has_no_yield():
    rows = together(monthly("output", E1, 60.0, first=3), monthly("plucked", E1, 10.0, first=3))
    assert found(rows, "village", E1)["value"].isna().all()


def test_a_township_is_made_of_the_villages_that_reported_all_of_it():
    rows = together(
        monthly("output", E1, 10.0, 20.0), monthly("plucked", E1, 10.0, 10.0),
        monthly("output", E2, None, 90.0), monthly("plucked", E2, 10.0, 10.0),
    )  # fmt: skip
    east = found(rows, "township", EAST).loc[FEB]
    assert (east["value"], east["numerator"], east["denominator"]) == (3, 30, 10)
    assert (east["reported"], east["expected"]) == (1, 2)
    assert found(rows, "county", COUNTY).loc[FEB, "value"] == 3


def test_an_area_of_zero_has_no_yield():
    rows = together(monthly("output", E1, 0.0), monthly("plucked", E1, 0.0))
    assert pd.isna(found(rows, "village", E1).loc[JAN, "value"])


def test_quarters_and_years_add_up_in_their_own_steps():
    quarterly = KNOWN | {"output": INDICATORS["output"].model_copy(update={"frequency": "quarter"})}
    rows = together(
        reports("output", {(E1, MAR): 30.0, (E1, "2026-06"): 30.0, (E1, "2025"): 70.0}),
        reports("plucked", {(E1, MAR): 10.0, (E1, "2026-06"): 10.0, (E1, "2025"): 10.0}),
    )
    mine = found(rows, "village", E1, quarterly)
    assert list(mine.loc[["2025", MAR, "2026-06"], "value"]) == [7, 3, 6]


def test_last_year_is_compared_on_the_villages_that_have_both():
    last = {(E1, "2025-01"): 10.0, (E2, "2025-01"): 99.0}
    rows = together(
        reports("output", last), reports("plucked", dict.fromkeys(last, 10.0)),
        monthly("output", E1, 20.0), monthly("plucked", E1, 10.0),
    )  # fmt: skip
    assert found(rows, "township", EAST).loc[JAN, "year_change"] == 1  # 2 - 1, without E2's 9.9
