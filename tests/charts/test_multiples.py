import pandas as pd
import pytest

from charts.multiples import BOTTOM, TOP, year_lines
from tests.metrics.county import AREA, OUTPUT, SHARE


def series(now, before=(), reported=None, missing=()):
    """Months of 2026 and of 2025 with values, their sums, and how many of ten reported."""
    values = [*((f"2025-{m + 1:02d}", v) for m, v in enumerate(before)), *((f"2026-{m + 1:02d}", v) for m, v in enumerate(now))]  # fmt: skip
    frame = pd.DataFrame(values, columns=["period", "value"]).astype({"value": "float64"})
    frame["cumulative"] = frame.groupby(frame["period"].str[:4])["value"].cumsum()
    frame["reported"] = [(reported or {}).get(p, 10) for p in frame["period"]]
    return frame.assign(expected=10, months_missing=0)


def test_both_years_on_one_scale_january_left_december_right():
    lines = year_lines(series([100, 200], [50] * 12), AREA, "2026-02")
    assert lines.before == (tuple((pytest.approx(100 * m / 11), BOTTOM) for m in range(12)),)
    (now,) = lines.now
    assert now[-1] == (pytest.approx(100 / 11), TOP)
    assert TOP < now[0][1] < BOTTOM


def test_a_small_change_does_not_look_like_a_leap():
    ((first, last),) = year_lines(series([1000, 1010]), AREA, "2026-02").now
    assert first[1] - last[1] < 0.2 * (BOTTOM - TOP)  # 10 of the 101 that the box is high


def test_a_flow_is_drawn_as_its_sum_since_january_from_zero():
    ((first, second),) = year_lines(series([10, 10]), OUTPUT, "2026-02").now
    assert first[1] == pytest.approx((TOP + BOTTOM) / 2)  # 10 of 20
    assert second[1] == TOP


def test_a_month_that_nobody_reported_breaks_the_line_and_a_late_township_is_no_dip():
    assert len(year_lines(series([10, None, 10]), AREA, "2026-03").now) == 2
    late = year_lines(series([100, 40, 100], reported={"2026-02": 4}), AREA, "2026-03")
    assert [[y for _, y in run] for run in late.now] == [[TOP, TOP]]


def test_a_ratio_is_of_those_who_reported():
    assert len(year_lines(series([50, 60], reported={"2026-02": 4}), SHARE, "2026-02").now[0]) == 2


def test_months_after_the_one_shown_are_not_drawn():
    assert len(year_lines(series([1, 2, 3, 4]), AREA, "2026-02").now[0]) == 2


def test_yearly_figures_have_no_course_within_the_year():
    assert year_lines(series([1, 2]), AREA, "2026").now == ()
