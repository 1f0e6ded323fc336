"""What has changed since a day, usually that of the last review meeting.

In: the tables as they are and the day. Out: what is different now: problems, ranks, blank villages. Refuses to
compare a village that did not report: it is neither newly blank nor blank no longer. What was *known* on that day the
tables cannot say, since nothing tells when a report arrived; compared are the figures of the periods that had ended.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data_loaders.contract import REOPENED, RETURNED
from metrics.composite import composite_at
from metrics.life_cycle import standing, steps, with_step_between
from metrics.periods import period_key
from metrics.rectification import ladder
from settings import Meeting, Problems


@dataclass(frozen=True)
class ProblemChanges:
    """Rows of `rectification.ladder` as of today, the worst first."""

    closed: pd.DataFrame  # struck off since; the latest first
    overdue: pd.DataFrame  # overdue now and not on that day; the longest first
    reopened: pd.DataFrame  # came back since, and not struck off again
    returned: pd.DataFrame  # acceptance was refused since, and they are open still
    found: pd.DataFrame  # found since, whatever became of them


@dataclass(frozen=True)
class RankChanges:
    """Ranks at two periods: place_code, name, then, now, moved (places gained; missing without both ranks)."""

    then: str | None  # period; None: nothing had been ranked
    now: str | None
    table: pd.DataFrame  # the greatest fall first


@dataclass(frozen=True)
class CoverageChanges:
    """Villages that reported at both periods: place_code, name, parent_code, township, households; most first."""

    then: str | None
    now: str | None
    blank: pd.DataFrame  # newly without any measure
    filled: pd.DataFrame  # blank then, no longer


def default_since(meetings: Sequence[Meeting], as_of: date) -> date:
    """The last meeting before the as-of day; without one, a month before that day."""
    held = [meeting.on for meeting in meetings if meeting.on < as_of]
    if held:
        return max(held)
    year, month = (as_of.year, as_of.month - 1) if as_of.month > 1 else (as_of.year - 1, 12)
    return date(year, month, min(as_of.day, calendar.monthrange(year, month)[1]))


def period_known(day: date, period: str | None) -> str:
    """The latest period that had ended before the day and is not after `period`: for `figures_at` and the like."""
    # In January the whole year before has ended, and a bare year sorts after its December.
    ended = f"{day.year}-{day.month - 1:02d}" if day.month > 1 else f"{day.year - 1}"
    return ended if period is None else min(ended, period, key=period_key)


def problem_changes(
    problems: pd.DataFrame, events: pd.DataFrame, windows: Problems, since: date, until: date
) -> ProblemChanges:
    """What became of the problems after the day `since` and up to `until`, the day that the tables stand for.

    A problem that came back, or was returned, and was struck off again is only among those struck off.
    """
    told = steps(problems, events)
    now = ladder(problems, until, windows)
    then = ladder(standing(problems, told, since), since, windows)
    was_closed, was_overdue = (
        now["problem_id"].isin(then.loc[then[flag], "problem_id"]) for flag in ("is_closed", "is_overdue")
    )
    again = now["problem_id"].isin(with_step_between(told, REOPENED, since, until))
    refused = now["problem_id"].isin(with_step_between(told, RETURNED, since, until))
    struck = now["is_closed"] & (~was_closed | again)
    closed = now[struck & (now["closed_on"].isna() | (now["closed_on"] > pd.Timestamp(since)))]
    return ProblemChanges(
        closed=closed.sort_values(["closed_on", "problem_id"], ascending=[False, True], ignore_index=True),
        overdue=now[now["is_overdue"] & ~was_overdue].reset_index(drop=True),
        reopened=now[again & ~now["is_closed"]].reset_index(drop=True),
        returned=now[refused & now["is_open"]].reset_index(drop=True),
        found=now[now["found_on"] > pd.Timestamp(since)].reset_index(drop=True),
    )


def rank_changes(history: pd.DataFrame, since: date, period: str | None) -> RankChanges:
    """Each township's rank by the composite at the last period that had ended before the day, and at `period`.

    Both are ranks among the townships that have a score in both: one that did not report lifts nobody.
    """
    then, now = (composite_at(history, at) for at in (period_known(since, period), period))
    earlier = then.set_index("place_code")["rank"]
    table = now[["place_code", "name"]].assign(then=now["place_code"].map(earlier), now=now["rank"])
    in_both = table["then"].notna() & table["now"].notna()
    for name in ("then", "now"):
        table[name] = table[name].where(in_both).rank(method="min").astype("Int64")
    table["moved"] = table["then"] - table["now"]
    return RankChanges(
        _period_of(then),
        _period_of(now),
        table.sort_values(["moved", "place_code"], na_position="last", ignore_index=True),
    )


def coverage_changes(then: pd.DataFrame, now: pd.DataFrame, places: pd.DataFrame) -> CoverageChanges:
    """Villages newly blank or blank no longer: `coverage.households_by_measures` of the villages at two periods."""
    names = places.set_index("place_code")["name"]
    both = now.assign(is_blank=_is_blank(now)).merge(
        then.assign(was_blank=_is_blank(then))[["place_code", "was_blank"]],
        on="place_code",
        how="inner",
        validate="one_to_one",
    )
    known = both[both["is_blank"].notna() & both["was_blank"].notna()]
    known = known.assign(township=known["parent_code"].map(names))
    ordered = known.sort_values(["households", "place_code"], ascending=[False, True], ignore_index=True)
    columns = ["place_code", "name", "parent_code", "township", "households"]
    blank, was_blank = (ordered[name].astype(bool) for name in ("is_blank", "was_blank"))
    return CoverageChanges(
        _period_of(then),
        _period_of(now),
        blank=ordered.loc[blank & ~was_blank, columns].reset_index(drop=True),
        filled=ordered.loc[~blank & was_blank, columns].reset_index(drop=True),
    )


def _is_blank(villages: pd.DataFrame) -> pd.Series:
    """Whether no household has any measure; missing where the village did not report or has no households."""
    none = villages.get("measures_0", pd.Series(float("nan"), index=villages.index))
    return (
        (none == villages["households"]).astype("boolean").where(none.notna() & (villages["households"] > 0))
    )


def _period_of(frame: pd.DataFrame) -> str | None:
    known = frame["period"].dropna()
    return None if known.empty else str(known.iloc[0])
