"""Positions and outlines: what lies outside is told with its distance, what fits is left alone."""

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon, box

from data_loaders.boundary_fit import check_fit
from data_loaders.contract import conform
from data_loaders.positions import Positions
from faults import FaultLog
from tests.data_loaders.reported import COUNTY, TOWNSHIPS, places, register, settings, village

EAST, WEST = TOWNSHIPS["东山镇"], TOWNSHIPS["西岭乡"]
RIVER, BRIDGE = village("东山镇", 1), village("东山镇", 2)
WEST_RIVER = village("西岭乡", 1)
# West of 114.02°E lies 西岭乡, east of it 东山镇 with 石桥村 in the north. 0.01° of latitude are 1.1 km.
SHAPES = {
    RIVER: box(114.02, 31.00, 114.04, 31.02),
    BRIDGE: box(114.02, 31.02, 114.04, 31.04),
    WEST_RIVER: box(114.00, 31.00, 114.02, 31.04),
    EAST: box(114.02, 31.00, 114.04, 31.04),
    WEST: box(114.00, 31.00, 114.02, 31.04),
    COUNTY: box(114.00, 31.00, 114.04, 31.04),
}


def frame(shapes=SHAPES):
    table = places()
    geometry = [shapes.get(code) for code in table["place_code"]]
    source = ["boundary" if shape else None for shape in geometry]
    return gpd.GeoDataFrame(table.assign(geometry_source=source), geometry=geometry, crs="EPSG:4326")


def enterprise(lon, lat, place_code=RIVER, name="青茶合作社", row=4):
    source = {
        "source_id": "enterprises",
        "source_file": "主体.xlsx",
        "source_sheet": "主体",
        "source_row": row,
    }
    return {"enterprise_id": "e1", "name": name, "place_code": place_code, "lon": lon, "lat": lat, **source}


def judged(*rows, shapes=SHAPES):
    """The faults of these enterprises, and the table that is kept."""
    log = FaultLog()
    table = conform("enterprises", list(rows))
    kept = Positions(frame(shapes), register(), settings(), log).checked(table, "name")
    return log.faults, kept


def test_a_position_in_its_village_or_just_beside_it_is_right():
    faults, kept = judged(enterprise(114.03, 31.01), enterprise(114.03, 31.023, name="隔壁"))

    assert faults == []
    assert kept["lon"].tolist() == [114.03, 114.03]


def test_a_position_in_another_township_is_kept_and_told_with_place_and_distance():
    ((fault,), kept) = judged(enterprise(114.001, 31.01))

    assert fault.kind == "outside_township"
    assert fault.message == "“青茶合作社”的位置 114.001, 31.01 在西岭乡河湾村,离所写的东山镇河湾村1.8公里"
    assert (fault.severity, fault.cell, fault.place_code) == ("warning", "第4行", EAST)
    assert fault.expected == "东山镇河湾村境内"
    assert kept["lon"].tolist() == [114.001]


def test_a_position_in_another_village_of_the_township():
    ((fault,), _) = judged(enterprise(114.03, 31.035))

    assert fault.kind == "outside_village"
    assert "在东山镇石桥村,离所写的东山镇河湾村1.7公里" in fault.message


def test_a_position_outside_the_county_is_taken_away():
    ((fault,), kept) = judged(enterprise(114.03, 30.91), enterprise(114.03, 31.01))

    assert fault.kind == "outside_county"
    assert "不在本县,离所写的东山镇河湾村10.0公里,未采用" in fault.message
    assert kept["lon"].isna().tolist() == [True, False]
    assert kept["lat"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("lon", "lat", "says"), [(31.01, 114.03, "经度和纬度写反了"), (1.2, 3.4, "不在国内")]
)
def test_swapped_and_impossible_positions_are_recognised(lon, lat, says):
    ((fault,), kept) = judged(enterprise(lon, lat))

    assert fault.kind == "outside_county" and f"{says},未采用" in fault.message
    assert kept["lon"].isna().all()


def test_a_village_without_an_outline_is_judged_by_its_township():
    shapes = {code: shape for code, shape in SHAPES.items() if code != RIVER}

    assert judged(enterprise(114.03, 31.035), shapes=shapes)[0] == []
    ((fault,), _) = judged(enterprise(114.001, 31.01), shapes=shapes)
    assert "离所写的东山镇1.8公里" in fault.message


def test_without_outlines_nothing_is_judged_and_a_point_is_no_outline():
    assert judged(enterprise(100.0, 40.0), shapes={EAST: Point(114.03, 31.02)})[0] == []
    seat = {EAST: Point(114.039, 31.039), COUNTY: SHAPES[COUNTY]}
    assert judged(enterprise(114.03, 31.01), shapes=seat)[0] == []
    assert judged(enterprise(None, None))[0] == []


def test_a_stop_that_took_over_a_wrong_position_is_not_reported_again():
    log = FaultLog()
    positions = Positions(frame(), register(), settings(), log)
    positions.checked(conform("enterprises", [enterprise(114.001, 31.01)]), "name")
    stop = {**enterprise(114.001, 31.01), "title": "青茶合作社"}
    positions.checked(conform("stops", [stop]), "title")

    assert len(log.faults) == 1


def fit_of(*shapes):
    log = FaultLog()
    check_fit(
        frame(dict(zip((RIVER, BRIDGE, WEST_RIVER), shapes, strict=False))), register(), settings(), log
    )
    return log.faults


def test_outlines_that_share_their_borders_fit():
    assert fit_of(SHAPES[RIVER], SHAPES[BRIDGE], SHAPES[WEST_RIVER]) == []


def test_an_overlap_is_measured_and_names_both_places():
    (fault,) = fit_of(SHAPES[RIVER], box(114.02, 31.018, 114.04, 31.04))

    assert fault.kind == "boundary_misfit"
    assert fault.message == "村界线之间有重叠0.42平方公里(河湾村与石桥村0.42)"
    assert fault.expected == "各不超过0.1平方公里"


def test_a_gap_is_measured_and_names_the_places_around_it():
    around = Polygon(
        [(114.02, 31), (114.04, 31), (114.04, 31.02), (114.02, 31.02)],
        [[(114.025, 31.005), (114.03, 31.005), (114.03, 31.01), (114.025, 31.01)]],
    )
    (fault,) = fit_of(around, SHAPES[BRIDGE])

    assert fault.message == "村界线之间有空隙0.26平方公里(河湾村以内0.26)"


def test_a_gap_between_places_names_them():
    notch = [(114.035, 31.02), (114.03, 31.015), (114.025, 31.02)]
    south = Polygon([(114.02, 31), (114.04, 31), (114.04, 31.02), *notch, (114.02, 31.02)])
    north = Polygon([(114.02, 31.02), notch[2], notch[0], (114.04, 31.02), (114.04, 31.04), (114.02, 31.04)])

    (fault,) = fit_of(south, north)

    assert "空隙0.26平方公里(河湾村、石桥村之间0.26)" in fault.message


def test_slivers_below_the_tolerance_are_no_fault():
    assert fit_of(SHAPES[RIVER], box(114.02, 31.0199, 114.04, 31.04)) == []
