import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.figures import (
    completion_of_reporters,
    figures_at,
    indicator_values,
    latest_period,
    series_of,
    values_by_level,
)
from settings import Indicator
from tests.metrics.county import (
    COUNTY,
    E1,
    E2,
    EAST,
    FEW,
    INDICATORS,
    W1,
    WEST,
    places,
    reports,
    targets,
    together,
)

OCT, NOV = "2026-10", "2026-11"


def figure(observations, indicator_id, level, place, period, indicators=INDICATORS, register=None):
    values = indicator_values(
        observations, places() if register is None else register, indicators, indicator_id, level
    )
    rows = values[(values["place_code"] == place) & (values["period"] == period)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_parent_is_the_sum_of_its_children_and_says_how_many_reported():
    rows = reports("area", {(E1, OCT): 10.0, (E2, OCT): 5.0, (W1, OCT): 1.0})
    assert figure(rows, "area", "township", EAST, OCT)["value"] == 15
    county = figure(rows, "area", "county", COUNTY, OCT)
    assert (county["value"], county["reported"], county["expected"]) == (16, 3, 3)


def test_a_blank_cell_is_missing_and_not_zero():
    rows = reports("area", {(E1, OCT): 10.0, (E2, OCT): None, (W1, OCT): None})
    east = figure(rows, "area", "township", EAST, OCT)
    west = figure(rows, "area", "township", WEST, OCT)
    assert (east["value"], east["reported"], east["expected"]) == (10, 1, 2)
    assert pd.isna(west["value"])
    assert pd.isna(west["rank"])
    assert (west["reported"], west["expected"]) == (0, 1)


def test_a_reported_zero_is_a_figure():
    row = figure(reports("area", {(E1, OCT): 0.0}), "area", "village", E1, OCT)
    assert (row["value"], row["reported"], row["rank"]) == (0, 1, 1)


def test_a_place_s_own_figure_beats_the_sum_of_its_children():
    rows = reports("area", {(E1, OCT): 10.0, (E2, OCT): 5.0, (EAST, OCT): 20.0, (W1, OCT): 1.0})
    east = figure(rows, "area", "township", EAST, OCT)
    assert (east["value"], east["is_direct"]) == (20, True)
    assert figure(rows, "area", "county", COUNTY, OCT)["value"] == 21


def test_a_village_that_no_ledger_lists_owes_nothing_but_a_township_with_a_target_does():
    rows = together(reports("area", {(E1, OCT): 10.0}), targets("area", {(WEST, "2026"): 5.0}))
    assert figure(rows, "area", "township", EAST, OCT)["expected"] == 1
    west = figure(rows, "area", "township", WEST, OCT)
    assert (west["reported"], west["expected"]) == (0, 1)


def test_a_flow_is_added_up_since_january_and_compared_with_the_year_s_target():
    rows = together(
        reports(
            "output",
            {(E1, "2025-12"): 99.0, (E1, "2026-01"): 1.0, (E1, "2026-02"): 2.0, (E1, "2026-03"): 3.0},
        ),
        targets("output", {(EAST, "2026"): 12.0}),
    )
    march = figure(rows, "output", "township", EAST, "2026-03")
    assert (march["value"], march["cumulative"], march["target"], march["completion"]) == (3, 6, 12, 50)
    assert (march["numerator"], march["denominator"], march["months_missing"]) == (6, 12, 0)


def test_a_flow_states_its_missing_months_and_a_year_that_begins_in_march_has_no_completion():
    rows = together(
        reports("output", {(E1, "2026-03"): 1.0, (W1, "2026-03"): 1.0, (W1, "2026-04"): 1.0}),
        targets("output", {(EAST, "2026"): 10.0, (WEST, "2026"): 10.0}),
    )
    april = figure(rows, "output", "township", EAST, "2026-04")
    assert pd.isna(april["value"])
    assert (april["cumulative"], april["months_missing"]) == (1, 3)
    assert pd.isna(april["completion"])
    assert april["reported_share"] == 0.25


def test_a_stock_s_target_is_its_own_year_s():
    rows = together(
        reports("area", {(E1, "2025-12"): 10.0, (E1, "2026-01"): 10.0}),
        targets("area", {(EAST, "2025"): 10.0, (EAST, "2026"): 40.0, (WEST, "2026"): 60.0}),
    )
    assert figure(rows, "area", "township", EAST, "2025-12")["completion"] == 100
    assert figure(rows, "area", "township", EAST, "2026-01")["completion"] == 25
    assert figure(rows, "area", "county", COUNTY, "2026-01")["target"] == 100
    assert pd.isna(figure(rows, "area", "village", E1, "2026-01")["target"])


def test_a_target_of_zero_and_no_target_have_no_completion():
    rows = together(reports("area", {(E1, OCT): 5.0, (W1, OCT): 5.0}), targets("area", {(EAST, "2026"): 0.0}))
    for place in (EAST, WEST):
        assert pd.isna(figure(rows, "area", "township", place, OCT)["completion"])


def test_where_lower_is_better_staying_below_the_target_completes_it():
    rows = together(
        reports("poor", {(E1, OCT): 2.0, (W1, OCT): 8.0}),
        targets("poor", {(EAST, "2026"): 4.0, (WEST, "2026"): 4.0}),
    )
    east, west = (figure(rows, "poor", "township", place, OCT) for place in (EAST, WEST))
    assert (east["completion"], west["completion"]) == (100, 50)
    assert (east["rank"], west["rank"]) == (1, 2)


def test_a_ratio_is_computed_from_sums_over_places_that_reported_both():
    rows = together(
        reports("area", {(E1, OCT): 100.0, (E2, OCT): 300.0, (W1, OCT): 50.0}),
        reports("plucked", {(E1, OCT): 50.0, (E2, OCT): 30.0}),
    )
    east, county = figure(rows, "share", "township", EAST, OCT), figure(rows, "share", "county", COUNTY, OCT)
    assert (east["value"], east["numerator"], east["denominator"]) == (20, 80, 400)
    # 西一村 has no plucked area: its 50 亩 must not dilute the county's share.
    assert (county["value"], county["denominator"], county["reported"], county["expected"]) == (20, 400, 2, 3)
    assert pd.isna(figure(rows, "share", "township", WEST, OCT)["value"])


def test_a_ratio_by_zero_is_missing_and_one_without_per_cent_is_a_plain_quotient():
    rows = together(reports("area", {(E1, OCT): 0.0}), reports("plucked", {(E1, OCT): 5.0}))
    assert pd.isna(figure(rows, "share", "village", E1, OCT)["value"])
    per_mu = Indicator(
        name="亩均", unit="公斤/亩", measure="ratio", numerator=("output",), denominator=("area",)
    )
    rows = together(reports("area", {(E1, OCT): 4.0}), reports("output", {(E1, OCT): 10.0}))
    assert figure(rows, "per_mu", "village", E1, OCT, INDICATORS | {"per_mu": per_mu})["value"] == 2.5


def test_a_ratio_changes_in_points_and_takes_its_target_from_the_config():
    rows = together(
        reports("area", {(E1, "2026-09"): 100.0, (E1, OCT): 100.0}),
        reports("plucked", {(E1, "2026-09"): 50.0, (E1, OCT): 40.0}),
    )
    spec = INDICATORS["share"].model_copy(update={"target": 80.0})
    row = figure(rows, "share", "village", E1, OCT, INDICATORS | {"share": spec})
    assert (row["value"], row["change"], row["completion"]) == (40, -10, 50)
    assert pd.isna(row["change_pct"])


def test_change_is_on_the_period_before_even_if_a_quarter_lies_between():
    rows = reports("area", {(E1, "2026-06"): 10.0, (E1, "2026-09"): 8.0, (E1, "2025-09"): 16.0})
    row = figure(rows, "area", "village", E1, "2026-09")
    assert (row["previous_period"], row["previous"], row["change"], row["change_pct"]) == (
        "2026-06",
        10,
        -2,
        -20,
    )
    assert (row["last_year"], row["year_change"], row["year_change_pct"]) == (16, -8, -50)


def test_change_is_like_for_like_when_somebody_is_late():
    rows = reports("area", {(E1, "2026-09"): 10.0, (W1, "2026-09"): 90.0, (E1, OCT): 11.0, (W1, OCT): None})
    row = figure(rows, "area", "county", COUNTY, OCT)
    # 西一村 is late: 100 → 11 is no fall of 89, 东一村 rose by 1.
    assert (row["value"], row["previous"], row["change"], row["change_pct"], row["compared"]) == (
        11,
        100,
        1,
        10,
        1,
    )


def test_change_from_zero_has_no_percentage():
    row = figure(reports("area", {(E1, "2026-09"): 0.0, (E1, OCT): 5.0}), "area", "village", E1, OCT)
    assert row["change"] == 5
    assert pd.isna(row["change_pct"])


def test_a_flow_compares_the_sum_since_january_with_the_same_months_of_last_year():
    rows = reports(
        "output",
        {(E1, "2025-01"): 10.0, (E1, "2025-02"): 10.0, (E1, "2026-01"): 5.0, (E1, "2026-02"): 20.0},
    )
    row = figure(rows, "output", "village", E1, "2026-02")
    assert (row["year_change_pct"], row["cumulative_year_change_pct"]) == (100, 25)


def test_yearly_figures_the_county_reported_once_itself_and_once_by_township():
    rows = together(
        reports(
            "area",
            {(COUNTY, "2015"): 100.0, (EAST, "2016"): 70.0, (WEST, "2016"): 40.0, (COUNTY, "2014"): None},
        )
    )
    row = figure(rows, "area", "county", COUNTY, "2016", register=places(COUNTY, EAST, WEST))
    assert (row["value"], row["previous_period"], row["change"], row["last_year"]) == (110, "2015", 10, 100)
    assert (row["reported"], row["expected"]) == (2, 2)
    assert figure(rows, "area", "county", COUNTY, "2015", register=places(COUNTY, EAST, WEST))["is_direct"]
    assert pd.isna(
        figure(rows, "area", "township", EAST, "2016", register=places(COUNTY, EAST, WEST))["change"]
    )


def test_a_blank_in_a_yearbook_is_no_late_ledger_but_a_township_without_a_row_is():
    register = places(COUNTY, EAST, WEST)
    sent = reports("area", {(COUNTY, "2015"): 100.0, (EAST, "2016"): 110.0, (WEST, "2016"): None})
    row = figure(sent, "area", "county", COUNTY, "2016", register=register)
    assert (row["reported"], row["expected"], row["change"], row["compared"]) == (1, 2, 10, 1)
    late = together(
        reports("area", {(COUNTY, "2015"): 100.0, (EAST, "2016"): 110.0}),
        targets("area", {(WEST, "2016"): 9.0}),
    )
    assert pd.isna(figure(late, "area", "county", COUNTY, "2016", register=register)["change"])


def test_a_year_s_flow_is_its_own_sum():
    rows = together(
        reports("output", {(EAST, "2015"): 5.0, (EAST, "2016"): 6.0}),
        targets("output", {(EAST, "2016"): 12.0}),
    )
    row = figure(rows, "output", "township", EAST, "2016")
    assert (row["cumulative"], row["completion"], row["months_missing"]) == (6, 50, 0)


def test_levels_without_places_and_indicators_without_reports_give_no_rows():
    rows = reports("area", {(EAST, "2016"): 70.0})
    assert indicator_values(rows, places(COUNTY, EAST, WEST), INDICATORS, "area", "village").empty
    nothing = indicator_values(rows, places(), INDICATORS, "output", "township")
    assert nothing.empty
    assert latest_period(nothing) is None
    assert figures_at(nothing).empty
    assert series_of(nothing, EAST).empty
    assert "completion" in nothing
    assert indicator_values(rows.iloc[:0], places().iloc[:0], INDICATORS, "share", "county").empty


def test_figures_at_takes_the_latest_period_not_after_the_one_asked_for_worst_first():
    rows = reports(
        "area", {(E1, "2026-06"): 5.0, (E2, "2026-06"): 9.0, (W1, "2026-06"): None, (E1, "2026-09"): 1.0}
    )
    values = indicator_values(rows, places(), INDICATORS, "area", "village")
    found = figures_at(values, "2026-08")
    assert list(found["place_code"]) == [E1, E2, W1]
    assert set(found["period"]) == {"2026-06"}
    assert latest_period(values) == "2026-09"
    assert figures_at(values, "2026-05").empty
    assert set(figures_at(values, "2026")["period"]) == {"2026-09"}


def test_ranks_follow_the_competition_rule():
    codes = [f"990101001{number:03d}" for number in range(1, 6)]
    figures = dict(zip(codes, [7.0, 9.0, 7.0, 5.0, None], strict=True))
    rows = reports("area", {(code, OCT): value for code, value in figures.items()})
    values = indicator_values(rows, places(COUNTY, EAST, *codes), INDICATORS, "area", "village")
    ranks = values.set_index("place_code")["rank"]
    assert list(ranks[codes].fillna(0)) == [2, 1, 2, 4, 0]


def test_sums_of_equal_figures_in_another_order_tie():
    rows = reports("area", {(E1, OCT): 0.1, (E2, OCT): 0.2, (W1, OCT): 0.3})
    values = indicator_values(rows, places(), INDICATORS, "area", "township")
    assert list(values["rank"]) == [1, 1]


def test_two_figures_for_one_place_and_period_are_our_bug():
    rows = together(reports("area", {(E1, OCT): 1.0}), reports("area", {(E1, OCT): 2.0}))
    with pytest.raises(ValueError, match="two figures of area"):
        indicator_values(rows, places(), INDICATORS, "area", "village")


def test_values_by_level_equal_each_level_alone():
    rows = reports("area", {(E1, OCT): 1.0, (W1, NOV): 2.0})
    both = values_by_level(rows, places(), INDICATORS, "area", ["county", "township"])
    for level, frame in both.items():
        pd.testing.assert_frame_equal(frame, indicator_values(rows, places(), INDICATORS, "area", level))


figures = st.dictionaries(
    st.tuples(st.sampled_from([E1, E2, W1, EAST]), st.sampled_from(["2025-10", "2026-09", OCT, "2026"])),
    st.one_of(st.none(), st.integers(0, 50).map(float)),
    min_size=1,
)


@FEW
@given(figures, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_places_changes_nothing(reported, random):
    rows = together(reports("area", reported), targets("area", {(EAST, "2026"): 20.0, (WEST, "2026"): 30.0}))
    order, register = list(range(len(rows))), places()
    random.shuffle(order)
    for level in ("county", "township", "village"):
        pd.testing.assert_frame_equal(
            indicator_values(rows, register, INDICATORS, "area", level),
            indicator_values(rows.iloc[order], register.iloc[::-1], INDICATORS, "area", level),
        )


@FEW
@given(figures)
def test_inputs_are_left_as_they_were(reported):
    rows, register = reports("area", reported), places()
    copies = rows.copy(), register.copy()
    indicator_values(rows, register, INDICATORS, "area", "township")
    pd.testing.assert_frame_equal(rows, copies[0])
    pd.testing.assert_frame_equal(register, copies[1])


@FEW
@given(figures, st.sampled_from([2.0, 0.5, 10.0]))
def test_another_unit_for_figures_and_targets_changes_no_completion_and_no_rank(reported, factor):
    rows = together(reports("area", reported), targets("area", {(EAST, "2026"): 20.0, (WEST, "2026"): 30.0}))
    scaled = rows.assign(value=rows["value"] * factor, target=rows["target"] * factor)
    columns = ["completion", "rank", "completion_rank", "change_pct", "reported", "expected"]
    pd.testing.assert_frame_equal(
        indicator_values(rows, places(), INDICATORS, "area", "township")[columns],
        indicator_values(scaled, places(), INDICATORS, "area", "township")[columns],
    )


def test_completion_of_those_who_reported_leaves_out_the_targets_of_the_others():
    rows = together(
        reports("area", {(E1, "2026-10"): 60.0, (W1, "2026-10"): None}),
        targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 100.0}),
    )
    values = indicator_values(rows, places(), INDICATORS, "area", "township")
    assert completion_of_reporters(figures_at(values), INDICATORS["area"]) == 75
    assert completion_of_reporters(figures_at(values).iloc[:0], INDICATORS["area"]) is None


def test_completion_of_those_who_reported_of_a_ratio_is_not_a_mean_of_shares():
    rows = together(
        reports("plucked", {(E1, "2026-10"): 9.0, (W1, "2026-10"): 0.0}),
        reports("area", {(E1, "2026-10"): 10.0, (W1, "2026-10"): 90.0}),
        targets("share", {(EAST, "2026"): 50.0, (WEST, "2026"): 50.0}),
    )
    values = indicator_values(rows, places(), INDICATORS, "share", "township")
    assert completion_of_reporters(figures_at(values), INDICATORS["share"]) == pytest.approx(100 * 9 / 50)
