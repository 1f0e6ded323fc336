"""Days to a deadline when only worked days count: 2026-11-16 is a Monday."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.working_days import days_until, last_days
from settings import Problems
from tests.metrics.county import FEW

WORKING = Problems.model_validate(
    {"count_days": "working", "holidays": ["2026-10-01/2026-10-07"], "workdays": ["2026-10-10"]}  # a Saturday
)


def left(due, today, rules=WORKING):
    (found,) = days_until(
        pd.Series(pd.to_datetime([due]).astype("datetime64[s]")), date.fromisoformat(today), rules
    )
    return found


@pytest.mark.parametrize(
    ("due", "today", "days"),
    [
        ("2026-11-16", "2026-11-16", 0),
        ("2026-11-20", "2026-11-16", 4),  # Tuesday to Friday
        ("2026-11-23", "2026-11-20", 1),  # Friday to Monday
        ("2026-11-20", "2026-11-21", 0),  # on Saturday the clock stands still …
        ("2026-11-20", "2026-11-23", -1),  # … and on Monday one day is over
        ("2026-11-21", "2026-11-23", 0),  # a deadline on Saturday is Monday's
        ("2026-10-02", "2026-10-08", 0),  # and one in the holidays the first day after them
        ("2026-10-09", "2026-09-30", 2),  # Thursday the 8th and Friday the 9th
        ("2026-10-12", "2026-10-09", 2),  # Saturday the 10th is worked
    ],
)
def test_working_days(due, today, days):
    assert left(due, today) == days


def test_calendar_days_count_every_day():
    assert left("2026-11-23", "2026-11-20", Problems()) == 3


def test_without_a_deadline_there_are_no_days():
    assert pd.isna(left(None, "2026-11-16"))
    both = pd.Series([pd.NaT, pd.Timestamp("2026-11-17")], index=[7, 3], dtype="datetime64[s]")
    assert days_until(both, date(2026, 11, 16), WORKING).loc[3] == 1


def test_a_deadline_ends_on_the_next_working_day():
    due = pd.Series(pd.to_datetime(["2026-11-21", "", "2026-10-02", "2026-10-10"]).astype("datetime64[s]"))
    ends = last_days(due, WORKING)
    assert ends.dt.strftime("%m-%d").tolist()[::2] == ["11-23", "10-08"]
    assert pd.isna(ends[1])
    assert ends[3] == due[3]  # a Saturday that is worked
    pd.testing.assert_series_equal(last_days(due, Problems()), due)


@FEW
@given(st.integers(-300, 300), st.integers(0, 30))
def test_a_day_more_never_leaves_fewer_days_and_never_more_than_the_calendar(offset, more):
    today = date(2026, 6, 3)
    early, late = (
        left((today + timedelta(days=days)).isoformat(), today.isoformat())
        for days in (offset, offset + more)
    )
    assert early <= late
    assert abs(early) <= abs(offset) + 8  # holidays may push a deadline a week on
