"""Days until a deadline, by the calendar or by the days that are worked.

In: deadlines, a day (or one for each), and the county's rules. Out: whole days, below zero once the deadline is over.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from data_loaders.workdays import calendar as worked_days
from settings import Problems


def days_until(due: pd.Series, since: date | pd.Series, rules: Problems) -> pd.Series:
    """Days from a day, or from each row's own, to each deadline (Int64): 0 on the day itself, missing without one.

    Working days: the clock stands still on a day off. A deadline on a day off is the next working day (民法典 art. 203).
    """
    start = since if isinstance(since, pd.Series) else pd.Series(pd.Timestamp(since), index=due.index)
    known = (due.notna() & start.notna()).to_numpy()
    if rules.count_days == "calendar" or not known.any():
        return (due - start).dt.days.astype("Int64")
    last, now = (days.to_numpy("datetime64[D]")[known] for days in (due, start))
    calendar = worked_days(min(last.min(), now.min()).item(), max(last.max(), now.max()).item(), rules)
    last = np.busday_offset(last, 0, roll="forward", busdaycal=calendar)
    # busday_count counts from its first day to the day before its last; here it is the day after, to the last.
    first, end = np.minimum(last, now), np.maximum(last, now)
    found = pd.Series(pd.NA, index=due.index, dtype="Int64")
    found[known] = np.where(last < now, -1, 1) * np.busday_count(first + 1, end + 1, busdaycal=calendar)
    return found


def last_days(due: pd.Series, rules: Problems) -> pd.Series:
    """The day on which each deadline really ends: a deadline on a day off is the next working day's."""
    known = due.notna().to_numpy()
    if rules.count_days == "calendar" or not known.any():
        return due
    days = due.to_numpy("datetime64[D]")[known]
    calendar = worked_days(days.min().item(), days.max().item(), rules)
    found = due.copy()
    found[known] = np.busday_offset(days, 0, roll="forward", busdaycal=calendar).astype("datetime64[s]")
    return found
