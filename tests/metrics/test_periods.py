from datetime import date

from metrics.periods import (
    last_day,
    latest_at,
    month_number,
    previous_columns,
    sorted_periods,
    year_before,
    year_before_columns,
)


def test_a_year_comes_after_its_last_month():
    assert sorted_periods(["2026", "2025-12", "2026-12", "2025", "2025-12"]) == [
        "2025-12",
        "2025",
        "2026-12",
        "2026",
    ]


def test_the_latest_not_after():
    assert latest_at(["2026-03", "2026-06"], "2026-05") == "2026-03"
    assert latest_at(["2026-03", "2026-06"], "2026") == "2026-06"
    assert latest_at(["2015", "2016"], "2016-05") == "2015"
    assert latest_at(["2026-03"], "2026-02") is None
    assert latest_at([], None) is None


def test_neighbours_are_of_the_same_kind():
    periods = ["2024", "2025-12", "2025", "2026-01", "2026-12", "2026"]
    assert list(previous_columns(periods)) == [-1, -1, 0, 1, 3, 2]
    assert list(year_before_columns(periods)) == [-1, -1, 0, -1, 1, 2]


def test_calendar():
    assert year_before("2026-10") == "2025-10"
    assert year_before("2016") == "2015"
    assert (month_number("2026-10"), month_number("2016")) == (10, 1)
    assert last_day("2024-02") == date(2024, 2, 29)
    assert last_day("2016") == date(2016, 12, 31)
