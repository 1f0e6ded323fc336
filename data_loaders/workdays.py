"""Which days are worked: the county's calendar, for deadlines that are counted in working days.

In: the rules of [problems], with holidays and worked weekends. Out: a numpy calendar, or a day so many days after
another. Below metrics/, since a deadline 立行立改 is counted while ledgers are read.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from settings import Problems


def calendar(first: date, last: date, rules: Problems) -> np.busdaycalendar:
    """All days off as holidays of a week of seven days: numpy knows no Saturday that is worked."""
    days = np.arange(np.datetime64(first, "D") - 30, np.datetime64(last, "D") + 60)
    weekend = ~np.is_busday(days)
    worked = np.isin(days, np.array(rules.workdays, dtype="datetime64[D]"))
    holiday = np.isin(days, np.array(rules.holidays, dtype="datetime64[D]"))
    return np.busdaycalendar(weekmask="1111111", holidays=days[(weekend & ~worked) | holiday])


def days_after(day: date, count: int, rules: Problems) -> date:
    """The day that is `count` days after another, by the calendar or by the days that are worked."""
    if rules.count_days == "calendar" or count == 0:
        return day + timedelta(days=count)
    # Two days a week are off, and a stretch of holidays has at most 60 days.
    known = calendar(day, day + timedelta(days=2 * count + 60), rules)
    last = np.busday_offset(np.datetime64(day, "D"), count, roll="backward", busdaycal=known)
    return last.astype(date)
