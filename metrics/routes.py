"""A route's day: how far from stop to stop, when the bus arrives and leaves, and whether the plan can be kept.

In: the stops of one route in order, enterprises, places, the county's rules ([observation]). Out: a row per stop and a
summary. Distances are straight lines on the ellipsoid; there is no road in here, so that times are judged by a factor
and a speed that the county sets. A stop without a position leaves its legs unknown, which is not 0; a planned time that
cannot be read stays what was typed, and nothing is judged by it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from metrics.map_points import stop_points
from settings.meeting import Observation
from wording import is_missing

POSITIONS = ("stop", "enterprise", "place")
"""What a stop's position is: its own, its enterprise's, the representative point of its village (or township)."""

LATE, BACKWARDS = "late", "backwards"
"""What is wrong with the way to a stop: not enough time for it; planned before the stop before it."""

_EARTH = pyproj.Geod(ellps="WGS84")
_ANY_DAY = date(2000, 1, 1)  # a plan of times only: what counts is the time between them

_FULL_DAY = re.compile(r"(\d{4})[年\-/.](\d{1,2})[月\-/.](\d{1,2})(?:日|号)?")
_SHORT_DAY = re.compile(r"(\d{1,2})月(\d{1,2})(?:日|号)")
_TIME = re.compile(
    r"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?(?<!\d)(\d{1,2})(?::(\d{2})(?::\d{2})?|[时点](?:(\d{1,2})分?|(半))?)(?!\d)"
)
_AFTERNOON = ("下午", "傍晚", "晚上")


@dataclass(frozen=True)
class Planned:
    """What a planned time says; each part is None where it says nothing."""

    day: date | None = None
    arrives: time | None = None
    leaves: time | None = None  # of a range: 8:30—9:10


@dataclass(frozen=True)
class RouteDay:
    """A route as a whole; `km` counts the known legs only, at least so many where `unknown_legs` is not 0."""

    stops: int
    km: float
    unknown_legs: int
    starts: pd.Timestamp | None
    ends: pd.Timestamp | None  # when the bus leaves the last stop
    late: int
    townships: tuple[str, ...]  # codes of those that are called at, in order, each once

    @property
    def hours(self) -> float | None:
        """From the first arrival until the last departure; None when either is not known or they contradict."""
        if self.starts is None or self.ends is None or self.ends < self.starts:
            return None
        return (self.ends - self.starts).total_seconds() / 3600


def planned(said: Any, year: int | None = None) -> Planned:
    """A planned time as typed: 2026年11月18日 08:30, 2026-11-18 8:30, 11月18日下午2点半, 8:30—9:10, only a day.

    `year` is taken for a day without one.
    """
    if is_missing(said):
        return Planned()
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", re.sub(r"(?<=\d)\s+(?=\d)", "|", str(said))))
    day, rest = _day(text, year)
    times = [found for match in _TIME.finditer(rest) if (found := _time(*match.groups())) is not None]
    leaves = times[1] if len(times) > 1 and times[1] > times[0] else None
    return Planned(day, times[0] if times else None, leaves)


def route_legs(
    stops: pd.DataFrame,
    enterprises: pd.DataFrame,
    places: pd.DataFrame,
    rules: Observation,
    year: int | None = None,
) -> pd.DataFrame:
    """The stops of one route by their order, each with its position and the way to it from the one before.

    Adds lon, lat, position (POSITIONS or missing), leg_km and total_km (missing where a position is; total_km is the sum
    of the known legs and is_whole says whether that is all), arrives, leaves, has_day, stay (minutes), is_stay_planned,
    free_minutes (from leaving the stop before), needed_minutes (at the county's factor and speed), warning.
    """
    own = stops.sort_values("order", kind="stable")
    located = stop_points(own, enterprises, places).loc[own.index]
    legs = located.assign(position=_positions(own, located, enterprises))
    legs["leg_km"] = _leg_km(legs)
    legs["total_km"] = legs["leg_km"].fillna(0).cumsum()
    legs["is_whole"] = legs["leg_km"].iloc[1:].notna().reindex(legs.index, fill_value=True).cummin()
    legs = legs.assign(**_times(legs, rules, year))
    free = (legs["arrives"] - legs["leaves"].shift()).dt.total_seconds() / 60
    legs["free_minutes"] = free.where(legs["has_day"] == legs["has_day"].shift())
    legs["needed_minutes"] = legs["leg_km"] * rules.road_factor / rules.road_kmh * 60
    legs["warning"] = _warnings(legs)
    return legs.drop(columns="is_own").reset_index(drop=True)


def route_day(legs: pd.DataFrame) -> RouteDay:
    """The route as a whole."""
    # Beside a day, a time of no day says nothing about when the route begins and ends.
    known = legs[legs["has_day"]] if legs["has_day"].any() else legs
    starts, ends = known["arrives"].dropna(), known["leaves"].dropna()
    codes = legs["place_code"].dropna().astype(str)
    return RouteDay(
        stops=len(legs),
        km=float(legs["leg_km"].sum()),
        unknown_legs=int(legs["leg_km"].iloc[1:].isna().sum()),
        starts=None if starts.empty else starts.iloc[0],
        ends=None if ends.empty else ends.iloc[-1],
        late=int((legs["warning"] == LATE).sum()),
        townships=tuple(dict.fromkeys(f"{code[:9]}000" for code in codes if code[6:] != "000000")),
    )


def _positions(own: pd.DataFrame, located: pd.DataFrame, enterprises: pd.DataFrame) -> pd.Series:
    """Whose position it is; the reader has given stops without one that of their enterprise already."""
    homes = enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    theirs = [own["enterprise_id"].map(homes[side]).astype("float64") for side in ("lon", "lat")]
    is_there = (located["lon"] == theirs[0]) & (located["lat"] == theirs[1])
    said = np.select(
        [located["lon"].isna() | located["lat"].isna(), ~located["is_own"], is_there],
        ["", "place", "enterprise"],
        "stop",
    )
    return pd.Series(said, index=own.index, dtype="str").replace("", None).astype("str")


def _leg_km(legs: pd.DataFrame) -> pd.Series:
    """Kilometres on the ellipsoid from the stop before; missing for the first and where a position is missing."""
    lon, lat = (legs[side].to_numpy(dtype=np.float64) for side in ("lon", "lat"))
    km: NDArray[np.float64] = np.full(len(legs), np.nan)
    known = np.flatnonzero(~np.isnan(lon + lat))
    pairs = known[1:][np.diff(known) == 1]  # of two stops that follow each other
    if len(pairs):
        _, _, metres = _EARTH.inv(lon[pairs - 1], lat[pairs - 1], lon[pairs], lat[pairs])
        km[pairs] = np.asarray(metres) / 1000
    return pd.Series(km, index=legs.index)


def _times(legs: pd.DataFrame, rules: Observation, year: int | None) -> dict[str, Any]:
    """When the bus arrives and leaves. A time without a day is of the day said last."""
    arrives: list[datetime | None] = []
    leaves: list[datetime | None] = []
    stays: list[int] = []
    is_said, has_day = [], []
    day: date | None = None
    for said, minutes in zip(legs["planned_at"], legs["stay_minutes"], strict=True):
        when = planned(said, year)
        day = when.day or day
        at = None if when.arrives is None else datetime.combine(day or _ANY_DAY, when.arrives)
        stay, is_planned = rules.stay_minutes, False
        if not is_missing(minutes):
            stay, is_planned = int(minutes), True
        elif at is not None and when.leaves is not None:
            stay, is_planned = _minutes(at.time(), when.leaves), True
        arrives.append(at)
        leaves.append(None if at is None else at + timedelta(minutes=stay))
        stays.append(stay)
        is_said.append(is_planned)
        has_day.append(day is not None)
    return {
        "arrives": pd.Series(arrives, index=legs.index, dtype="datetime64[s]"),
        "leaves": pd.Series(leaves, index=legs.index, dtype="datetime64[s]"),
        "stay": pd.Series(stays, index=legs.index, dtype="int64"),
        "is_stay_planned": pd.Series(is_said, index=legs.index, dtype="bool"),
        "has_day": pd.Series(has_day, index=legs.index, dtype="bool"),
    }


def _warnings(legs: pd.DataFrame) -> pd.Series:
    gap = legs["arrives"] - legs["arrives"].shift()
    is_same = legs["has_day"] == legs["has_day"].shift()
    is_backwards = is_same & (gap < pd.Timedelta(0))
    is_late = legs["free_minutes"] < legs["needed_minutes"]
    said = np.select([is_backwards, is_late], [BACKWARDS, LATE], "")
    return pd.Series(said, index=legs.index, dtype="str")


def _day(text: str, year: int | None) -> tuple[date | None, str]:
    """The day that stands in the text, and the text without it."""
    full, short = _FULL_DAY.search(text), _SHORT_DAY.search(text)
    found = full or short
    if found is None:
        return None, text
    numbers = [int(part) for part in found.groups()]
    rest = text[: found.start()] + "|" + text[found.end() :]
    if full is None:
        if year is None:
            return None, rest
        numbers = [year, *numbers]
    try:
        return date(*numbers), rest
    except ValueError:
        return None, rest


def _time(
    half: str | None, hour: str, minute: str | None, spoken: str | None, is_half: str | None
) -> time | None:
    at = int(hour)
    if (half in _AFTERNOON and at < 12) or (half == "中午" and at < 3):
        at += 12
    minutes = 30 if is_half else int(minute or spoken or 0)
    return time(at, minutes) if at < 24 and minutes < 60 else None


def _minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute
