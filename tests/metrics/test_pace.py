import pandas as pd

from metrics.pace import year_pace


def year(*figures, missing=0):
    """Last year's months with their sum since January."""
    sums = pd.Series(figures).cumsum()
    periods = [f"2025-{12 - len(figures) + at + 1:02d}" for at in range(len(figures))]
    return pd.DataFrame({"period": periods, "cumulative": sums, "months_missing": missing})


def test_the_share_of_last_year_that_was_done_by_this_month():
    tea = year(0.0, 0.0, 10.0, 40.0, 30.0, 10.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0)
    assert year_pace(tea, "2026-04") == 50
    assert year_pace(tea, "2026-10") == 100  # tea is picked by then: no straight line of 83 %


def test_a_year_with_a_gap_is_no_yardstick():
    assert year_pace(year(*[1.0] * 12, missing=1), "2026-04") is None
    assert year_pace(year(1.0, 1.0), "2026-04") is None
    assert year_pace(year(*[0.0] * 12), "2026-04") is None


def test_a_whole_year_has_no_pace():
    assert year_pace(year(*[1.0] * 12), "2026") is None
