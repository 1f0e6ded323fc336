import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import (
    area_km2,
    bd09_to_wgs84,
    gauss_kruger_epsg,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    lonlat_to_wgs84,
    projected_crs,
    to_wgs84_from,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

# Two busy cores are no reason to fail.
UNHURRIED = settings(deadline=None)


LON = st.floats(73.6, 134.9)
LAT = st.floats(18.1, 53.4)
DEGREE_M = 111_320.0


def metres_apart(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return float(np.hypot((lon - other_lon) * np.cos(np.radians(lat)), lat - other_lat) * DEGREE_M)


@UNHURRIED
@given(LON, LAT)
def test_gcj02_round_trip_is_below_a_decimetre(lon: float, lat: float):
    back_lon, back_lat = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert metres_apart(lon, lat, float(back_lon), float(back_lat)) < 0.1


@UNHURRIED
@given(LON, LAT)
def test_bd09_round_trip_is_below_a_decimetre(lon: float, lat: float):
    back_lon, back_lat = bd09_to_wgs84(*wgs84_to_bd09(lon, lat))
    assert metres_apart(lon, lat, float(back_lon), float(back_lat)) < 0.1


@UNHURRIED
@given(LON, LAT)
def test_gcj02_moves_everything_by_tens_to_hundreds_of_metres(lon: float, lat: float):
    moved_lon, moved_lat = wgs84_to_gcj02(lon, lat)
    assert 20 < metres_apart(lon, lat, float(moved_lon), float(moved_lat)) < 1_500


def test_gcj02_agrees_with_the_published_example():
    # test vector of googollee/eviltransform: Shanghai
    lon, lat = wgs84_to_gcj02(121.5272106, 31.1774276)
    assert (float(lon), float(lat)) == pytest.approx((121.531541859215, 31.17530398364597), abs=1e-12)


def test_bd09_agrees_with_the_published_example():
    # test vector of wandergis/coordtransform: 116.404, 39.915 in GCJ-02
    lon, lat = gcj02_to_bd09(116.404, 39.915)
    assert (float(lon), float(lat)) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_arrays_keep_missing_coordinates_missing():
    lon, lat = lonlat_to_wgs84([114.0, np.nan], [31.0, np.nan], "gcj02")
    assert lon[0] == pytest.approx(113.9946, abs=1e-3)
    assert np.isnan(lon[1])
    assert np.isnan(lat[1])


def test_a_frame_that_claims_4326_is_moved_when_its_datum_is_gcj02():
    lon, lat = wgs84_to_gcj02(114.5, 31.5)
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(float(lon), float(lat)), None], crs="EPSG:4326")
    moved = to_wgs84_from(frame, "gcj02")
    assert moved.geometry[0].x == pytest.approx(114.5, abs=1e-9)
    assert moved.geometry[1] is None
    assert moved.crs == "EPSG:4326"


def test_cgcs2000_is_taken_for_wgs84():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(114.5, 31.5)], crs="EPSG:4490")
    moved = to_wgs84_from(frame, "cgcs2000")
    assert moved.geometry[0].equals(shapely.Point(114.5, 31.5))
    assert moved.crs == "EPSG:4326"


@pytest.mark.parametrize("zone", range(25, 46))
def test_the_zone_before_the_easting_names_the_3_degree_crs(zone: int):
    code = gauss_kruger_epsg(zone * 1_000_000 + 500_000)
    assert code == 4513 + zone - 25
    assert f"zone {zone}" in pyproj.CRS.from_epsg(code).name


@pytest.mark.parametrize("zone", range(13, 24))
def test_the_zone_before_the_easting_names_the_6_degree_crs(zone: int):
    code = gauss_kruger_epsg(zone * 1_000_000 + 456_789)
    assert code is not None
    assert pyproj.CRS.from_epsg(code).name == f"CGCS2000 / Gauss-Kruger zone {zone}"


@pytest.mark.parametrize("easting", [114.5, 456_789, 3_486_000, 24_500_000, 46_500_000, 38_990_000])
def test_an_easting_without_a_zone_names_none(easting: float):
    assert gauss_kruger_epsg(easting) is None


@pytest.mark.parametrize(
    ("lon", "meridian"), [(114.5, "114E"), (112.4, "111E"), (112.6, "114E"), (87.6, "87E")]
)
def test_areas_are_measured_in_the_nearest_3_degree_zone(lon: float, meridian: str):
    assert projected_crs(lon).name == f"CGCS2000 / 3-degree Gauss-Kruger CM {meridian}"


def test_no_zone_outside_china():
    with pytest.raises(ValueError, match=r"no Chinese 3° zone"):
        projected_crs(2.35)


def test_area_is_the_ellipsoidal_area_within_a_thousandth():
    square = shapely.box(114.4, 31.4, 114.5, 31.5)
    frame = gpd.GeoDataFrame(geometry=[square, None], crs="EPSG:4326")
    true, _ = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(square)
    found = area_km2(frame)
    assert found[0] == pytest.approx(abs(true) / 1e6, rel=1e-3)
    assert np.isnan(found[1])
