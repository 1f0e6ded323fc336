from __future__ import annotations

import zipfile

import geopandas
import numpy as np
import pytest
import shapely

from demo.county import County, county
from demo.land import EPSG


@pytest.fixture(scope="module")
def here() -> County:
    return county()


@pytest.fixture(scope="module")
def borders(written, tmp_path_factory) -> geopandas.GeoDataFrame:
    folder = tmp_path_factory.mktemp("borders")
    with zipfile.ZipFile(written.raw / "青岚县村界.zip") as archive:
        archive.extractall(folder)
    return geopandas.read_file(next(folder.glob("*.shp")), encoding="GB18030")


def test_villages_cover_the_county_without_gap_or_overlap(here):
    land = np.array([village.polygon for village in here.villages])
    assert shapely.is_valid(land).all()
    assert shapely.coverage_is_valid(land)
    outline = shapely.coverage_union_all(land)
    assert outline.geom_type == "Polygon"
    assert not outline.interiors


def test_there_are_no_slivers_and_no_straight_edged_cells(here):
    land = np.array([village.polygon for village in here.villages])
    assert shapely.area(land).min() > 500_000
    vertices = shapely.get_num_coordinates(land)
    assert 60 <= np.median(vertices) <= 180
    assert vertices.max() < 300


def test_townships_are_in_one_piece(here):
    for index in range(len(here.townships)):
        whole = shapely.union_all([here.villages[member].polygon for member in here.villages_of(index)])
        assert whole.geom_type == "Polygon", here.townships[index].name


def test_one_village_has_an_exclave_and_one_surrounds_another(here):
    assert sum(v.polygon.geom_type == "MultiPolygon" for v in here.villages) == 1
    holed = [v for v in here.villages if v.polygon.geom_type == "Polygon" and v.polygon.interiors]
    assert len(holed) == 1


def test_the_county_has_its_size(here):
    assert len(here.townships) == 26
    assert 410 <= len(here.villages) <= 430
    west, south, east, north = shapely.total_bounds([v.polygon for v in here.villages])
    assert 55_000 < east - west < 70_000
    assert 45_000 < north - south < 55_000
    assert west > 38_000_000  # the zone stands in front of x
    assert {t.kind for t in here.townships} == {"街道", "镇", "乡"}


def test_names_are_unique_within_a_township_and_not_in_the_county(here):
    for index in range(len(here.townships)):
        bare = [
            here.villages[m].name.removesuffix("社区").removesuffix("村") for m in here.villages_of(index)
        ]
        assert len(set(bare)) == len(bare), here.townships[index].name
    names = [village.name for village in here.villages]
    assert 3 <= len(names) - len(set(names)) <= 40


def test_the_shapefile_is_one_as_land_bureaus_send_them(written):
    with zipfile.ZipFile(written.raw / "青岚县村界.zip") as archive:
        names = archive.namelist()
        dbf = archive.read(next(name for name in names if name.endswith(".dbf")))
    assert sorted(name.rsplit(".", 1)[1] for name in names) == ["dbf", "prj", "shp", "shx"]
    assert dbf[29] == 0  # no language driver that would give the encoding away
    assert dbf[32:43].rstrip(b"\0").decode("gb18030") == "村代码"
    records = dbf[int.from_bytes(dbf[8:10], "little") : -1]
    text = records.decode("gb18030")
    assert "㵲口村" in text
    assert "𠮷祥村" in text
    for encoding in ("utf-8", "gbk"):  # 㵲 and 𠮷 are not in GBK
        with pytest.raises(UnicodeDecodeError):
            records.decode(encoding)


def test_its_codes_are_those_of_the_register(written, borders):
    register = {row[0]: row[1] for row in written.table("行政区划代码表.xlsx", 0, "区划代码")}
    assert all(isinstance(code, str) and len(code) == 12 for code in register)
    assert len(register) == 1 + 26 + len(borders)
    assert borders.crs.to_epsg() == EPSG
    assert list(borders.columns) == ["村代码", "村名", "乡镇名", "geometry"]
    for code, name, township in zip(borders["村代码"], borders["村名"], borders["乡镇名"], strict=True):
        assert (register[code], register[code[:9] + "000"]) == (name, township)


def test_households_of_the_register_add_up(written):
    rows = written.table("行政区划代码表.xlsx", 0, "区划代码")
    villages = [row for row in rows if not row[0].endswith("000")]
    for column in (2, 3):
        assert rows[0][column] == sum(row[column] for row in villages)
