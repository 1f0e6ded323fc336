"""A route's day: distances that add up, times as they are typed, and what cannot be kept."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import conform
from metrics.routes import BACKWARDS, LATE, Planned, planned, route_day, route_legs
from settings.meeting import Observation

RULES = Observation(stay_minutes=20, road_factor=1.5, road_kmh=30)
PLACES = conform(
    "places",
    [
        {"place_code": "990102000000", "level": "county", "lon": 114.0, "lat": 31.0},
        {"place_code": "990102001000", "level": "township", "lon": 114.2, "lat": 31.2},
        {"place_code": "990102001001", "level": "village", "lon": 114.1, "lat": 31.1},
    ],
)
FIRMS = conform("enterprises", [{"enterprise_id": "e1", "lon": 114.3, "lat": 31.3}])
DAY = date(2026, 11, 18)


def legs(*rows: dict[str, object], rules: Observation = RULES) -> pd.DataFrame:
    """Stops 1, 2, … of a route."""
    stops = conform("stops", [{"route": "东线", "order": at, **row} for at, row in enumerate(rows, start=1)])
    return route_legs(stops, FIRMS, PLACES, rules, 2026)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026年11月18日 08:30", Planned(DAY, time(8, 30))),
        ("2026-11-18 08:30", Planned(DAY, time(8, 30))),
        ("2026/11/18 8:30:00", Planned(DAY, time(8, 30))),
        ("2026.11.18 8点05分", Planned(DAY, time(8, 5))),
        ("8:30", Planned(None, time(8, 30))),
        ("8\uff1a30", Planned(None, time(8, 30))),  # full-width
        ("上午8:30", Planned(None, time(8, 30))),
        ("下午2点半", Planned(None, time(14, 30))),
        ("下午14:30", Planned(None, time(14, 30))),
        ("中午12:10", Planned(None, time(12, 10))),
        ("11月18日下午3时", Planned(DAY, time(15))),
        ("2026年11月18日", Planned(DAY)),
        ("8:30—9:10", Planned(None, time(8, 30), time(9, 10))),
        ("9:10—8:30", Planned(None, time(9, 10))),  # no departure before the arrival
        ("9:00左右", Planned(None, time(9))),
        ("待定", Planned()),
        ("25:00", Planned()),
        ("08:75", Planned()),
        ("2026年13月40日", Planned()),
        ("1234:56", Planned()),
        (None, Planned()),
        (float("nan"), Planned()),
    ],
)
def test_times_as_they_are_typed(said, expected):
    assert planned(said, 2026) == expected


def test_a_day_without_a_year_needs_one():
    assert planned("11月18日 8:30") == Planned(None, time(8, 30))


@given(st.text(max_size=40))
def test_no_text_breaks_it(said):
    found = planned(said, 2026)
    assert found.leaves is None or (found.arrives is not None and found.leaves > found.arrives)


def test_whose_position_it_is():
    found = legs(
        {"lon": 114.0, "lat": 31.0, "place_code": "990102001001"},
        {"enterprise_id": "e1", "place_code": "990102001001"},
        {"enterprise_id": "e1", "lon": 114.3, "lat": 31.3},  # as the reader takes it over
        {"place_code": "990102001001"},
        {"place_code": "990102001000"},
        {"place_code": "990102000000"},  # the middle of a county is nowhere to stop
        {},
    )
    assert found["position"].fillna("").tolist() == [
        "stop",
        "enterprise",
        "enterprise",
        "place",
        "place",
        "",
        "",
    ]
    assert found["lon"].round(1).tolist()[:5] == [114.0, 114.3, 114.3, 114.1, 114.2]


def test_a_leg_is_as_long_as_the_ellipsoid_says():
    # A tenth of a degree along the meridian at 31°N: M(φ)·Δφ = 6,352,388 m × 0.0017453 = 11,086.7 m.
    found = legs({"lon": 114.0, "lat": 30.95}, {"lon": 114.0, "lat": 31.05})
    assert found["leg_km"].iloc[1] == pytest.approx(11.0867, abs=0.001)
    assert pd.isna(found["leg_km"].iloc[0])


def test_an_unknown_position_is_not_nought():
    found = legs({"lon": 114.0, "lat": 31.0}, {}, {"lon": 114.0, "lat": 31.1}, {"lon": 114.0, "lat": 31.2})
    assert found["leg_km"].isna().tolist() == [True, True, True, False]
    assert found["is_whole"].tolist() == [True, False, False, False]
    day = route_day(found)
    assert day.unknown_legs == 2
    assert day.km == pytest.approx(11.09, abs=0.01)  # of the one leg that is known


def test_too_little_time_for_the_way():
    # 11.09 km × 1.5 ÷ 30 km/h = 33 min; from 08:30 + 20 to 09:20 are 30 min, to 09:25 35.
    near, far = {"lon": 114.0, "lat": 31.0}, {"lon": 114.0, "lat": 31.1}
    late = legs({**near, "planned_at": "08:30"}, {**far, "planned_at": "09:20"})
    assert late["warning"].tolist() == ["", LATE]
    assert late["free_minutes"].iloc[1] == 30
    assert late["needed_minutes"].iloc[1] == pytest.approx(33.3, abs=0.1)
    assert legs({**near, "planned_at": "08:30"}, {**far, "planned_at": "09:25"})["warning"].tolist() == [
        "",
        "",
    ]
    # staying 10 minutes only, by its column or as a range, is enough
    for first in ({"planned_at": "08:30", "stay_minutes": 10}, {"planned_at": "08:30—08:40"}):
        found = legs({**near, **first}, {**far, "planned_at": "09:20"})
        assert found["warning"].tolist() == ["", ""]
        assert found["is_stay_planned"].tolist() == [True, False]


def test_planned_before_the_stop_before():
    found = legs({"planned_at": "10:00"}, {"planned_at": "9:00"}, {"planned_at": "11:00"})
    assert found["warning"].tolist() == ["", BACKWARDS, ""]


def test_nothing_is_judged_by_what_cannot_be_read():
    near, far = {"lon": 114.0, "lat": 31.0}, {"lon": 114.0, "lat": 32.0}
    for said in ("待定", "2026年11月18日", None):
        found = legs({**near, "planned_at": "08:30"}, {**far, "planned_at": said})
        assert found["warning"].tolist() == ["", ""]
        assert found["arrives"].isna().tolist() == [False, True]


def test_a_time_without_a_day_is_of_the_day_said_last():
    found = legs(
        {"planned_at": "8:00"},
        {"planned_at": "2026年11月18日 15:00"},
        {"planned_at": "16:00"},
        {"planned_at": "2026年11月19日"},
        {"planned_at": "8:30"},
    )
    assert found["has_day"].tolist() == [False, True, True, True, True]
    assert found["arrives"].iloc[2] == pd.Timestamp(2026, 11, 18, 16)
    assert found["arrives"].iloc[4] == pd.Timestamp(2026, 11, 19, 8, 30)
    assert (found["warning"] == "").all()  # what is of no day is not compared with what is
    day = route_day(found)
    assert (day.starts, day.hours) == (pd.Timestamp(2026, 11, 18, 15), pytest.approx(17 + 50 / 60))


def test_the_day_as_a_whole():
    found = legs(
        {"planned_at": "08:30", "place_code": "990102001001", "lon": 114.0, "lat": 31.0},
        {"planned_at": "10:00", "place_code": "990102002001", "lon": 114.0, "lat": 31.1, "stay_minutes": 30},
        {"place_code": "990102001001"},
        {"place_code": "990102000000"},
    )
    day = route_day(found)
    assert (day.stops, day.hours, day.late) == (4, 2.0, 0)
    assert day.townships == ("990102001000", "990102002000")  # once, in order, without the county itself


def test_one_stop_has_no_way():
    day = route_day(legs({"lon": 114.0, "lat": 31.0}))
    assert (day.km, day.unknown_legs, day.hours) == (0, 0, None)


def test_two_stops_with_one_number_keep_the_ledgers_order():
    stops = conform(
        "stops", [{"order": 2, "title": "丙"}, {"order": 1, "title": "甲"}, {"order": 1, "title": "乙"}]
    )
    assert route_legs(stops, FIRMS, PLACES, RULES)["title"].tolist() == ["甲", "乙", "丙"]


POINT = st.tuples(st.floats(113.5, 115.5), st.floats(30.5, 32.5))


@given(st.lists(st.one_of(st.none(), POINT), min_size=1, max_size=8))
def test_the_total_is_its_legs_and_no_shorter_than_the_way_as_a_crow_flies(points):
    rows = [{} if point is None else {"lon": point[0], "lat": point[1]} for point in points]
    found, back = legs(*rows), legs(*rows[::-1])
    day = route_day(found)
    assert day.km == pytest.approx(found["total_km"].iloc[-1])
    assert day.km == pytest.approx(route_day(back).km)
    assert day.unknown_legs == sum(None in pair for pair in pairwise(points))
    assert (found["total_km"].diff().dropna() >= 0).all()
    if None not in points:
        assert day.km >= route_day(legs(rows[0], rows[-1])).km - 1e-6


@given(st.floats(1, 5), st.floats(5, 120))
def test_slower_buses_and_longer_roads_need_more_time(factor, speed):
    rows = (
        {"lon": 114.0, "lat": 31.0, "planned_at": "8:00"},
        {"lon": 114.0, "lat": 31.1, "planned_at": "9:00"},
    )
    need = legs(*rows, rules=RULES.model_copy(update={"road_factor": factor, "road_kmh": speed}))
    slow = legs(*rows, rules=RULES.model_copy(update={"road_factor": factor, "road_kmh": speed / 2}))
    assert slow["needed_minutes"].iloc[1] == pytest.approx(2 * need["needed_minutes"].iloc[1])
