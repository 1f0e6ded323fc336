"""The page benchmark's counties and its report."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from benchmarks.pages import report
from benchmarks.pages.county import multiplied
from benchmarks.pages.visits import FLOOR, Samples

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101001000", "990101001001"


def tables() -> dict[str, pd.DataFrame]:
    """A county of one township with one village, an enterprise, and a problem there and one of a county office."""
    places = gpd.GeoDataFrame(
        {
            "place_code": [COUNTY, TOWNSHIP, VILLAGE],
            "name": ["甲县", "乙镇", "丙村"],
            "level": ["county", "township", "village"],
            "parent_code": [None, COUNTY, TOWNSHIP],
            "households": pd.array([300, 300, 300], dtype="Int64"),
            "lon": [114.0, 114.0, 114.0],
            "lat": [31.0, 31.0, 31.0],
        },
        geometry=[Point(114, 31)] * 3,
        crs="EPSG:4326",
    )
    return {
        "places": places,
        "observations": pd.DataFrame({"place_code": [COUNTY, VILLAGE], "value": [50.0, 20.0]}),
        "enterprises": pd.DataFrame(
            {"enterprise_id": ["e1"], "place_code": [VILLAGE], "lon": [114.0], "lat": [31.0]}
        ),
        "problems": pd.DataFrame({"problem_id": ["p1", "p2"], "place_code": [VILLAGE, None]}),
        "problem_events": pd.DataFrame({"problem_id": ["p1"], "to_status": ["整改中"]}),
        "stops": pd.DataFrame({"place_code": [VILLAGE]}),
    }


def test_a_county_times_three_has_three_of_everything_under_codes_of_their_own():
    found = multiplied(tables(), 3)
    places = found["places"]
    # 001 is taken, so the copies are 002 and 003.
    assert list(places["place_code"]) == [COUNTY, TOWNSHIP, VILLAGE] + [
        f"990101{township}{village}" for township in ("002", "003") for village in ("000", "001")
    ]
    assert list(places["parent_code"])[3:] == [COUNTY, "990101002000", COUNTY, "990101003000"]
    assert places["place_code"].is_unique and places["place_code"].str.len().eq(12).all()
    assert list(found["problems"]["problem_id"]) == ["p1", "p2", "p1-2", "p2-2", "p1-3", "p2-3"]
    assert set(found["problem_events"]["problem_id"]) == {"p1", "p1-2", "p1-3"}
    assert found["enterprises"]["enterprise_id"].is_unique
    assert len(found["stops"]) == 1


def test_the_county_itself_is_there_once_and_has_as_much_as_its_copies_together():
    found = multiplied(tables(), 3)
    assert found["places"]["households"].tolist() == [900, 300, 300, 300, 300, 300, 300]
    assert found["observations"]["value"].tolist() == [150.0, 20.0, 20.0, 20.0]


def test_copies_do_not_lie_on_each_other():
    found = multiplied(tables(), 6)
    villages = found["places"][found["places"]["level"] == "village"]
    assert len({(point.x, point.y) for point in villages.geometry}) == 6
    # An enterprise lies where its village lies.
    assert found["enterprises"]["lon"].tolist() == villages["lon"].tolist()


def test_more_townships_than_three_digits_can_number_are_refused():
    with pytest.raises(ValueError, match="three digits"):
        multiplied(tables(), 1000)


def test_page_counts_as_its_slowest_part_and_not_at_all_when_one_could_not_be_measured():
    quick, slow, failed = Samples("ranking", "名次"), Samples("ranking", "走势"), Samples("ranking", "单项")
    quick.of["seen"], slow.of["seen"] = [10.0, 12.0, 90.0], [40.0, 50.0, 60.0]
    empty = Samples(FLOOR)
    empty.of["seen"] = [5.0]
    found = report.summary({1: [empty, quick, slow], 20: [quick, slow, failed]})
    assert found == {"ranking": {"median_ms": 50.0, "median_ms_20x": None, "cpu_ms": None}}
