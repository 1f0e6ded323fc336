"""Boundaries meet the register: by code, by name, and where the two disagree."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from data_loaders.contract import conform
from data_loaders.places import with_geometry
from data_loaders.register import Register, full_code, level_of, parent_of
from faults import FaultLog
from settings import Source
from tests.small_county import PLACES

SOURCE = Source(id="b", title="村界", kind="boundaries", files="*.zip", level="village")


@pytest.fixture
def places():
    codes = [(str(full_code(code)), name) for code, name in PLACES[1:]]
    rows = [{"place_code": c, "name": n, "level": level_of(c), "parent_code": parent_of(c)} for c, n in codes]
    return conform("places", rows)


def joined(places, *features):
    columns = {
        "code": [f[0] for f in features],
        "name": [f[1] for f in features],
        "parent_name": [f[2] for f in features],
    }
    frame = gpd.GeoDataFrame(columns, geometry=[f[3] for f in features], crs="EPSG:4326")
    log = FaultLog()
    return with_geometry(places, [(SOURCE, "村界.zip", frame)], Register(places), log).set_index(
        "place_code"
    ), log


def square(x):
    return box(114 + x / 100, 31, 114 + (x + 1) / 100, 31.01)


def test_a_shape_is_placed_by_its_code_and_its_township_is_dissolved(places):
    frame, log = joined(
        places,
        ("990202100001", "河湾村", "东山镇", square(0)),
        ("990202100002", "石桥村", "东山镇", square(1)),
    )

    assert frame.loc["990202100001", "geometry_source"] == "boundary"
    assert frame.loc["990202100000", "geometry_source"] == "dissolved"
    assert frame.loc["990202100000", "area_km2"] == pytest.approx(
        2 * frame.loc["990202100001", "area_km2"], rel=1e-3
    )
    assert {f.kind for f in log.faults} == {"no_geometry"}  # 西岭乡 and its villages have none, and are named


def test_a_shape_without_a_known_code_is_placed_by_name_within_its_township(places):
    frame, log = joined(
        places, ("1", "河湾村", "西岭乡", square(0)), (None, "石桥村委会", "东山镇", square(1))
    )

    assert pd.isna(frame.loc["990202100001", "geometry_source"])
    assert frame.loc[["990202200001", "990202100002"], "geometry_source"].tolist() == ["boundary"] * 2
    assert "boundary_by_name" in {f.kind for f in log.faults}


def test_a_shape_that_is_one_place_by_code_and_another_by_name_is_kept_by_code_and_reported(places):
    frame, log = joined(places, ("990202100001", "石桥村", "东山镇", square(0)))

    (fault,) = [f for f in log.faults if f.kind == "boundary_name_differs"]
    assert "河湾村" in fault.message and "石桥村" in fault.message
    assert frame.loc["990202100001", "geometry_source"] == "boundary"


def test_a_shape_of_nowhere_is_reported_and_not_invented(places):
    frame, log = joined(places, ("990202100009", "天上村", "东山镇", square(0)))

    assert frame["geometry_source"].isna().all()
    assert "天上村" in next(f.message for f in log.faults if f.kind == "unknown_boundary")


def test_a_point_stands_for_a_place_and_has_no_area(places):
    frame, _ = joined(places, ("990202100001", "河湾村", "东山镇", Point(114.05, 31.02)))

    assert frame.loc["990202100001", "geometry_source"] == "point"
    assert (frame.loc["990202100001", "lon"], frame.loc["990202100001", "lat"]) == (114.05, 31.02)
    assert pd.isna(frame.loc["990202100001", "area_km2"])
