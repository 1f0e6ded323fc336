from charts.trend import trend_chart
from metrics.figures import indicator_values, series_of
from tests.charts.drawn import said
from tests.metrics.county import COUNTY, E1, EAST, INDICATORS, W1, WEST, places, reports, targets, together


def trend(rows, indicator_id="area", place=COUNTY, level="county", register=None, **more):
    register = places() if register is None else register
    values = indicator_values(rows, register, INDICATORS, indicator_id, level)
    return trend_chart(series_of(values, place), INDICATORS[indicator_id], name="全县", **more)


def months(year, figures, first=1):
    return {(E1, f"{year}-{month:02d}"): value for month, value in enumerate(figures, first)}


TWO_YEARS = reports("output", months(2025, [1.0] * 12) | months(2026, [1.0, 2.0, 3.0]))


def lines(figure):
    return {trace.name: [y for y in trace.y if y is not None] for trace in figure.data}


def test_a_line_per_year_over_the_months():
    figure = trend(TWO_YEARS, "output")
    assert lines(figure) == {"2025年": [1.0] * 12, "2026年": [1, 2, 3]}
    assert figure.layout.title.text.startswith("<b>全县茶叶产量同比增长200.0%</b>")
    assert "当月,单位:公斤,截至2026年3月" in figure.layout.title.text


def test_the_sum_since_january_against_the_target():
    rows = together(TWO_YEARS, targets("output", {(EAST, "2026"): 24.0}))
    figure = trend(rows, "output", of="cumulative")
    assert lines(figure)["2026年"] == [1, 3, 6]
    assert "同比增长100.0%" in figure.layout.title.text
    assert "2026年目标24" in said(figure)
    assert "目标" not in said(trend(rows, "output"))  # a month is not measured by a year's target


def test_a_month_without_reports_is_a_gap():
    figure = trend(reports("area", months(2026, [1.0, 2.0]) | months(2026, [4.0], first=4)))
    (line,) = figure.data
    assert list(line.y[:4]) == [1, 2, None, 4]
    assert line.connectgaps is False


def test_a_year_known_from_november_is_no_comparison_but_this_year_is_shown_however_short():
    late_start = months(2025, [9.0, 9.0], first=11)
    assert list(lines(trend(reports("area", late_start | months(2026, [1.0]))))) == ["2026年"]
    assert list(lines(trend(reports("area", late_start)))) == ["2025年"]


def test_three_years_are_enough():
    rows: dict[tuple[str, str], float | None] = {}
    for year in (2023, 2024, 2025, 2026):
        rows |= months(year, [1.0] * 12)
    assert list(lines(trend(reports("area", rows)))) == ["2024年", "2025年", "2026年"]


def test_an_incomplete_last_month_says_so():
    figure = trend(reports("area", {(E1, "2026-01"): 1.0, (W1, "2026-01"): 1.0, (E1, "2026-02"): 1.0}))
    assert "截至2026年2月(1/2个村已报)" in figure.layout.title.text


def test_quarters_have_four_ticks():
    figure = trend(reports("area", {(E1, "2026-03"): 1.0, (E1, "2026-06"): 2.0}))
    assert list(figure.layout.xaxis.ticktext) == ["3月", "6月", "9月", "12月"]
    assert "全县茶园面积 2亩" in figure.layout.title.text


def test_years_are_bars():
    rows = reports("area", {(EAST, "2015"): 15953.1, (EAST, "2016"): 15973.1})
    figure = trend(rows, register=places(COUNTY, EAST, WEST))
    assert list(figure.data[0].x) == ["2015年", "2016年"]
    assert list(figure.data[0].text) == ["15,953", "15,973"]
    assert "同比增长0.1%" in figure.layout.title.text


def test_a_falling_ratio_falls_in_points():
    area = reports("area", {(E1, "2025-01"): 100.0, (E1, "2026-01"): 100.0})
    plucked = reports("plucked", {(E1, "2025-01"): 50.0, (E1, "2026-01"): 40.0})
    figure = trend(together(area, plucked), "share")
    assert "全县采摘率同比下降10.0个百分点" in said(figure).replace("<br>", "").replace("</b><b>", "")


def test_nothing_to_draw():
    assert "还没有茶园面积的数据" in said(trend(reports("area", {})))
