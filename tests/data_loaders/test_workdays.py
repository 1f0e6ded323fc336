"""So many days after a day: 2026-11-13 is a Friday."""

from datetime import date

import pytest

from data_loaders.workdays import days_after
from settings import Problems

WORKING = Problems(
    count_days="working", holidays=["2026-10-01/2026-10-07"], workdays=[date(2026, 10, 10)]  # type: ignore[arg-type]
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "count", "rules", "then"),
    [
        ("2026-11-13", 3, Problems(), "2026-11-16"),
        ("2026-11-13", 0, WORKING, "2026-11-13"),
        ("2026-11-13", 3, WORKING, "2026-11-18"),
        ("2026-11-14", 1, WORKING, "2026-11-16"),  # from a Saturday
        ("2026-11-14", 0, WORKING, "2026-11-14"),
        ("2026-09-30", 1, WORKING, "2026-10-08"),  # over the holidays
        ("2026-10-09", 1, WORKING, "2026-10-10"),  # a Saturday that is worked
        ("2026-10-09", 250, WORKING, "2027-09-23"),
    ],
)
def test_days_after(day, count, rules, then):
    assert days_after(date.fromisoformat(day), count, rules) == date.fromisoformat(then)
