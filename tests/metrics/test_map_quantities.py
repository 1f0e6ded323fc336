from __future__ import annotations

import numpy as np
import pytest

from metrics.figures import indicator_values
from metrics.map_quantities import COMPLETION_BOUNDS, quantified, quantities_of, rank_in_parent
from settings import Indicator
from tests.metrics.county import E1, E2, INDICATORS, W1, places, reports, targets, together

LAST, SEP, OCT = "2025-10", "2026-09", "2026-10"


def shown(rows, indicator, quantity, level="village", spec=None):
    known = INDICATORS if spec is None else INDICATORS | {indicator: spec}
    return quantified(indicator_values(rows, places(), known, indicator, level), known[indicator], quantity)


def column(found, period):
    return dict(zip(found.place_codes, found.numbers[:, found.periods.index(period)], strict=True))


def test_a_flow_is_shown_since_january_and_what_is_missing_stays_missing():
    rows = reports(
        "output", {(E1, "2026-01"): 5.0, (E1, "2026-02"): 7.0, (E2, "2026-02"): 0.0, (W1, "2026-02"): None}
    )
    found = shown(rows, "output", "amount")
    assert (found.unit, found.decimals, found.scale, found.middle) == ("公斤", 0, "sequential", None)
    february = column(found, "2026-02")
    assert (february[E1], february[E2]) == (12, 0)
    assert np.isnan(february[W1])
    assert found.missing == "未报送"


def test_configured_bounds_belong_to_the_amount():
    spec = Indicator(name="茶园面积", unit="亩", measure="stock", thresholds=(100, 500))
    rows = reports("area", {(E1, SEP): 100.0, (E1, OCT): 120.0})
    assert shown(rows, "area", "amount", spec=spec).thresholds == (100, 500)
    assert shown(rows, "area", "change", spec=spec).thresholds == ()


def test_completion_turns_at_the_target():
    rows = together(
        reports("area", {(E1, OCT): 90.0, (E2, OCT): 5.0}), targets("area", {(E1, "2026"): 100.0})
    )
    found = shown(rows, "area", "completion")
    assert (found.unit, found.scale, found.middle.at, found.middle.same) == ("%", "diverging", 100, "")
    assert found.thresholds == COMPLETION_BOUNDS
    assert column(found, OCT)[E1] == 90
    assert np.isnan(column(found, OCT)[E2])
    assert "没有目标" in found.missing


def test_a_change_of_binary_fractions_is_no_change():
    figures = {(E1, SEP): 0.1 + 0.2, (E1, OCT): 0.3, (E2, SEP): 4.0, (E2, OCT): 1.0}
    found = shown(reports("area", figures), "area", "change")
    assert (found.unit, found.middle.below, found.middle.same) == ("亩", "减少", "不变")
    assert column(found, OCT)[E1] == 0
    assert column(found, OCT)[E2] == -3
    assert not np.signbit(column(found, OCT)[E1])


@pytest.mark.parametrize("quantity", ["change", "year_change"])
def test_a_ratio_changes_in_percentage_points(quantity):
    before = SEP if quantity == "change" else LAST
    rows = together(
        reports("plucked", {(E1, before): 50.0, (E1, OCT): 40.0}),
        reports("area", {(E1, before): 100.0, (E1, OCT): 100.0}),
    )
    found = shown(rows, "share", quantity)
    assert (found.unit, found.decimals, found.middle.above) == ("个百分点", 1, "上升")
    assert column(found, OCT)[E1] == -10


def test_last_year_is_compared_in_per_cent_and_nothing_to_nothing_is_no_change():
    figures = {
        (E1, LAST): 50.0,
        (E1, OCT): 60.0,
        (E2, LAST): 0.0,
        (E2, OCT): 0.0,
        (W1, LAST): 0.0,
        (W1, OCT): 9.0,
    }
    found = shown(reports("area", figures), "area", "year_change")
    assert (found.unit, found.middle.same) == ("%", "持平")
    october = column(found, OCT)
    assert (october[E1], october[E2]) == (20, 0)
    assert np.isnan(october[W1])
    assert found.missing.endswith("上年为0")


def test_a_flow_is_compared_with_last_year_since_january():
    figures = {(E1, "2025-01"): 10.0, (E1, "2025-02"): 10.0, (E1, "2026-01"): 10.0, (E1, "2026-02"): 15.0}
    found = shown(reports("output", figures), "output", "year_change")
    assert column(found, "2026-02")[E1] == 25
    assert "上年为0" not in found.missing


def test_periods_that_can_be_shown_are_those_with_any_figure():
    figures = {(E1, SEP): 1.0, (E1, OCT): 2.0, (E1, "2025"): 5.0, (E1, "2026-11"): None}
    found = shown(reports("area", figures), "area", "amount")
    assert found.known_periods == ("2025", SEP, OCT)
    assert found.periods_like(OCT) == (SEP, OCT)
    assert found.periods_like("2025") == ("2025",)
    assert shown(reports("area", figures), "area", "change").known_periods == (OCT,)


def test_only_what_has_figures_is_offered():
    table = indicator_values(
        reports("area", {(E1, SEP): 1.0, (E1, OCT): 2.0}), places(), INDICATORS, "area", "village"
    )
    assert quantities_of(table, INDICATORS["area"]) == ["amount", "change", "rank"]
    assert quantities_of(table, INDICATORS["area"], SEP) == ["amount", "rank"]


def test_ranks_leave_out_who_did_not_report():
    found = shown(reports("area", {(E1, OCT): 5.0, (E2, OCT): 9.0, (W1, OCT): None}), "area", "rank")
    assert (found.unit, found.scale) == ("名", "rank")
    october = column(found, OCT)
    assert (october[E1], october[E2]) == (2, 1)
    assert np.isnan(october[W1])


def test_a_village_s_rank_among_those_of_its_township():
    rows = reports("area", {(E1, OCT): 5.0, (E2, OCT): 5.0, (W1, OCT): 9.0, (W1, SEP): None, (E1, SEP): 3.0})
    table = indicator_values(rows, places(), INDICATORS, "area", "village")
    found = rank_in_parent(table).set_index(["place_code", "period"])
    october = found.xs(OCT, level="period").loc[[E1, E2, W1]]
    assert list(october["rank_in_parent"]) == [1, 1, 1]
    assert list(october["ranked_in_parent"]) == [2, 2, 1]
    assert found["rank_in_parent"].isna().loc[(E2, SEP)]
    assert found.loc[(E2, SEP), "ranked_in_parent"] == 1


def test_a_table_with_a_gap_is_refused():
    table = indicator_values(
        reports("area", {(E1, SEP): 1.0, (E1, OCT): 2.0}), places(), INDICATORS, "area", "village"
    )
    with pytest.raises(ValueError, match="every place"):
        quantified(table.iloc[1:], INDICATORS["area"], "amount")


def test_nothing_reported_at_all():
    found = shown(reports("area", {(E1, OCT): None}), "area", "amount")
    assert found.known_periods == ()


@pytest.mark.parametrize(
    "thresholds", [(100,), (100, 100, 200), (500, 100), tuple(range(7)), (1, float("inf"))]
)
def test_thresholds_that_make_no_classes_are_refused(thresholds):
    with pytest.raises(ValueError, match="thresholds"):
        Indicator(name="茶园面积", unit="亩", measure="stock", thresholds=thresholds)
