"""Households by measures: the distribution, and the mean beside it against the target."""

import pandas as pd

from charts.coverage import NO_HOUSEHOLDS, measures_distribution_chart
from metrics.coverage import households_by_measures
from tests.charts.drawn import said
from tests.metrics.county import COVERAGE, E1, E2, W1, places
from tests.metrics.test_coverage import ledger


def chart(**villages):
    rows = households_by_measures(ledger(**villages), places(), COVERAGE, "village")
    return measures_distribution_chart(rows, COVERAGE), list(rows["place_code"])


def test_the_mean_of_each_place_is_a_dot_before_the_target_s_line():
    figure, codes = chart(e1=(10, 1, 2, 3, 4), e2=(10, 0, 0, 0, 10), w1=(4, 4, 0, 0, 0))
    dots = figure.data[-1]
    assert dots.xaxis == "x2"
    assert dict(zip(codes, dots.x, strict=True)) == {E1: 2.0, E2: 3.0, W1: 0.0}
    (target,) = figure.layout.shapes
    assert (target.xref, target.x0, target.x1) == ("x2", 3, 3)
    assert "户均2.00项,目标3项" in said(figure)


def test_a_click_on_any_mark_is_a_click_on_its_place():
    figure, codes = chart(e1=(10, 1, 2, 3, 4), w1=(4, 4, 0, 0, 0))
    marks = [trace for trace in figure.data if trace.customdata is not None]
    assert len(marks) == 5
    assert all([row[-1] for row in trace.customdata] == codes for trace in marks)


def test_no_report_and_no_household_are_two_things():
    figure, codes = chart(e1=(0, 0, 0, 0, 0), e2=(1, None, 0, 0, 1), w1=(4, 4, 0, 0, 0))
    why = dict(zip(codes, next(t for t in figure.data if t.type == "scatter").text, strict=True))
    assert why == {E1: NO_HOUSEHOLDS, E2: "未报送", W1: ""}
    assert pd.isna(dict(zip(codes, figure.data[-1].x, strict=True))[E1])
