"""Where rows stand on the map: their own point, their place's, or nowhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data_loaders.contract import conform
from metrics import map_points
from metrics.rectification import ladder
from tests.metrics import county
from tests.metrics.county import AS_OF, COUNTY, E1, E2, EAST, W1

POINTS = {COUNTY: (114.0, 31.0), EAST: (114.2, 31.2), E1: (114.21, 31.21), E2: (114.22, 31.22)}


def places() -> pd.DataFrame:
    """The small county; 西一村 and its township are nowhere on the map."""
    found = county.places()
    return found.assign(
        lon=found["place_code"].map({code: lon for code, (lon, _) in POINTS.items()}),
        lat=found["place_code"].map({code: lat for code, (_, lat) in POINTS.items()}),
    )


def laddered(*rows: dict[str, object]) -> pd.DataFrame:
    return ladder(county.problems(*rows), AS_OF, county.settings().problems)


def test_problems_of_a_place_share_a_pin_under_the_worst():
    found = map_points.problem_pins(
        laddered(
            county.problem("P1", due_on="2027-06-01"),
            county.problem("P2", due_on="2026-11-01"),
            county.problem("P3", due_on="2026-11-17", place_code=EAST),
            county.problem("P4", "待验收", due_on="2026-11-01", place_code=E2),
            county.problem("P5", "已销号", due_on="2026-11-01", place_code=E2),
        ),
        places(),
    )
    rows = found[["place_code", "warning", "number", "lon"]].to_records(index=False).tolist()
    assert rows == [(E1, "red", 2, 114.21), (EAST, "blue", 1, 114.2)]


def test_what_was_reported_done_too_late_keeps_its_pin_until_it_is_accepted():
    rows = laddered(
        county.problem("P1", "待验收", due_on="2026-11-01", done_on="2026-11-05"),
        county.problem("P2", "待验收", due_on="2026-11-01", done_on="2026-10-30"),  # in time: nobody need act
        county.problem("P3", "待验收", due_on="2026-11-01", done_on="2026-11-05", accepted_on="2026-11-07"),
        county.problem("P4", due_on="2026-11-17"),
    )
    assert rows.loc[map_points.is_pinned(rows), "problem_id"].tolist() == ["P1", "P4"]
    (pin,) = map_points.problem_pins(rows, places()).itertuples()
    assert (pin.warning, pin.number) == ("yellow", 2)


def test_problem_of_a_unit_of_the_county_or_of_a_place_off_the_map_has_no_pin():
    nowhere = laddered(
        *(county.problem(f"P{at}", place_code=code) for at, code in enumerate((None, COUNTY, W1)))
    )
    assert map_points.problem_pins(nowhere, places()).empty
    assert map_points.located(nowhere, places())["lon"].isna().all()


def test_own_point_before_the_places():
    rows = county.enterprises({"place_code": E1, "lon": 114.5, "lat": 31.5}, {"place_code": E1})
    found = map_points.located(rows, places())
    assert found[["lon", "lat"]].to_numpy().tolist() == [[114.5, 31.5], [114.21, 31.21]]
    assert found["is_own"].tolist() == [True, False]


def test_rows_at_one_point_are_spread_alike_every_time():
    rows = map_points.located(
        county.enterprises(*({"place_code": code} for code in (E1, E1, E1, E2))), places()
    )
    found = map_points.spread(rows, "enterprise_id")
    assert found[["lon", "lat"]].drop_duplicates().shape[0] == 4
    away = np.hypot((found["lon"] - rows["lon"]) * np.cos(np.radians(31.21)), found["lat"] - rows["lat"])
    assert away.tolist() == pytest.approx([map_points.APART_DEGREES] * 3 + [0], rel=1e-3)
    again = map_points.spread(rows.iloc[::-1], "enterprise_id").loc[rows.index]
    pd.testing.assert_frame_equal(found, again)


def test_stops_in_the_order_of_their_routes():
    firms = county.enterprises({"place_code": E2, "lon": 114.5, "lat": 31.5})
    stops = conform(
        "stops",
        [
            {"route": "西线", "order": 2, "place_code": E1},
            {"route": "东线", "order": 1, "place_code": W1},
            {"route": "西线", "order": 1, "place_code": E1, "enterprise_id": "E0"},
        ],
    )
    found = map_points.stop_points(stops, firms, places())
    assert list(found["route"]) == ["西线", "西线", "东线"]
    assert found["lon"].tolist()[:2] == [114.5, 114.21]  # at the enterprise, in the village
    assert np.isnan(found["lon"].iloc[2])


def test_area_not_radius_is_in_proportion():
    found = map_points.shares(pd.Series([400, 100, None, 0], dtype="Int64"))
    assert found.tolist()[:2] == [1.0, 0.5]
    assert np.isnan(found.iloc[2])
    assert found.iloc[3] == 0
