"""Days until a deadline, by the calendar or by the days that are worked.

In: deadlines, a day, and the county's rules. Out: whole days, below zero once the deadline is over.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from settings import Problems


def days_until(due: pd.Series, today: date, rules: Problems) -> pd.Series:
    """Days from today to each deadline (Int64); 0 on the day itself, missing without one.

    Working days: the clock stands still on a day off. A deadline on a day off is the next working day (民法典 art. 203).
    """
    if rules.count_days == "calendar" or not due.notna().any():
        return (due - pd.Timestamp(today)).dt.days.astype("Int64")
    calendar = _calendar(min(due.min().date(), today), max(due.max().date(), today), rules)
    known = due.dropna().to_numpy("datetime64[D]")
    last = np.busday_offset(known, 0, roll="forward", busdaycal=calendar)
    now = np.datetime64(today, "D")
    # busday_count counts from its first day to the day before its last; here it is the day after, to the last.
    first, end = np.minimum(last, now), np.maximum(last, now)
    left = np.where(last < now, -1, 1) * np.busday_count(first + 1, end + 1, busdaycal=calendar)
    return pd.Series(left, index=due.dropna().index).reindex(due.index).astype("Int64")


def _calendar(first: date, last: date, rules: Problems) -> np.busdaycalendar:
    """All days off as holidays of a week of seven days: numpy knows no Saturday that is worked."""
    days = np.arange(np.datetime64(first, "D") - 30, np.datetime64(last, "D") + 60)
    weekend = ~np.is_busday(days)
    worked = np.isin(days, np.array(rules.workdays, dtype="datetime64[D]"))
    holiday = np.isin(days, np.array(rules.holidays, dtype="datetime64[D]"))
    return np.busdaycalendar(weekmask="1111111", holidays=days[(weekend & ~worked) | holiday])
