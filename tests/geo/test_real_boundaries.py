"""Boundary files that nobody on this project wrote; skipped where the folder beside the project is absent."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from faults import FaultLog
from geo.boundaries import read_boundaries
from geo.crs import area_km2
from geo.screen import fit, for_screen, screen_layer
from tests.geo.conftest import source

NO_FIELDS = {"code_field": None, "name_field": None, "parent_field": None}


def test_two_outlines_of_shennongjia_agree_once_the_datum_is_declared(real: Path, log: FaultLog):
    folder = real / "shennongjia"
    declared = source(level="county", **NO_FIELDS)
    official = read_boundaries(folder / "county_outline_4490.geojson", declared, log)
    moved = source(level="county", datum="gcj02", **NO_FIELDS)
    shifted = read_boundaries(folder / "county_outline_gcj02.json", moved, log)
    as_claimed = read_boundaries(folder / "county_outline_gcj02.json", declared, log)
    assert area_km2(official)[0] == pytest.approx(3_233, rel=0.02)  # the county's published area

    def overlap(outline: shapely.Geometry) -> float:
        both = shapely.intersection(outline, official.geometry[0]).area
        return float(both / shapely.union(outline, official.geometry[0]).area)

    assert overlap(shifted.geometry[0]) > overlap(as_claimed.geometry[0]) > 0.9
    assert log.faults == []


def test_township_points_of_shennongjia(real: Path, log: FaultLog):
    declared = source(
        level="township",
        datum="gcj02",
        code_field="township_code",
        name_field="name",
        parent_field=None,
        lon_field="lon_gcj02",
        lat_field="lat_gcj02",
    )
    found = read_boundaries(real / "shennongjia" / "township_points_gcj02.csv", declared, log)
    assert len(found) == 8
    assert list(found.loc[found.geometry.isna(), "name"]) == ["九湖镇"]
    assert log.faults == []


def test_townships_of_yanqing_have_integer_codes(real: Path, log: FaultLog):
    declared = source(
        level="township", code_field="code", name_field="Name", parent_field=None, datum="wgs84"
    )
    found = read_boundaries(real / "yanqing" / "townships.geojson", declared, log)
    assert len(found) == 18
    assert found["code"].str.fullmatch(r"110119\d{3}000").all()
    assert "香营乡" in set(found["name"])


def test_townships_of_yanqing_become_a_small_gap_free_layer(real: Path, log: FaultLog):
    declared = source(
        level="township", code_field="code", name_field="Name", parent_field=None, datum="wgs84"
    )
    found = read_boundaries(real / "yanqing" / "townships.geojson", declared, log)
    screen = for_screen(found)
    assert fit(screen).is_coverage
    assert fit(screen).gap_km2 == pytest.approx(fit(found).gap_km2, abs=0.01)
    assert len(screen_layer(screen)) <= 40_000


def test_shapefile_with_chinese_name_and_gbk_text(real: Path, log: FaultLog):
    declared = source(
        level="county", code_field="ADMINCODE", name_field="NAME", parent_field=None, datum="wgs84"
    )
    found = read_boundaries(real / "gbk_shapefile" / "区县界_area.shp", declared, log)
    assert len(found) == 17
    assert {"宝山区", "崇明县"} & set(found["name"])
    assert found["code"].str.fullmatch(r"310\d{3}000000").all()
