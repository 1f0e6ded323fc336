"""Boundary files of every kind that arrives, each written here as its sender would write it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from faults import DataProblem, FaultLog
from geo.boundaries import digits, read_boundaries
from geo.crs import wgs84_to_gcj02
from tests.geo.conftest import CODES, NAMES, TOWNSHIPS, source, write_shapefile, zipped

ZONE_38 = "EPSG:4526"  # CGCS2000 3° zone 38, eastings begin with 38


def kinds(log: FaultLog) -> list[tuple[str, str]]:
    return [(fault.severity, fault.kind) for fault in log.faults]


# ── shapefiles ─────────────────────────────────────────────────────────────────────────────


def test_gbk_shapefile_without_cpg(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "村界.shp")
    found = read_boundaries(path, source(), log)
    assert list(found.columns) == ["code", "name", "parent_name", "level", "geometry"]
    assert list(found["code"]) == CODES
    assert list(found["name"]) == NAMES
    assert list(found["parent_name"]) == TOWNSHIPS
    assert set(found["level"]) == {"village"}
    assert found.crs == "EPSG:4326"
    assert log.faults == []


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_either_encoding_with_a_cpg(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog, encoding: str):
    path = write_shapefile(villages, tmp_path / "a.shp", encoding, tells=True)
    assert list(read_boundaries(path, source(), log)["name"]) == NAMES


def test_cpg_that_lies_is_not_believed(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    assert list(read_boundaries(path, source(), log)["name"]) == NAMES


def test_text_that_no_encoding_makes_chinese_is_refused(
    tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog
):
    traditional = gpd.GeoDataFrame({"name": ["竹山鎮", "溪口村", "大埔里"]}, geometry=villages.geometry)
    path = write_shapefile(traditional, tmp_path / "a.shp", "big5")
    declared = source(code_field=None, name_field="name", parent_field=None)
    with pytest.raises(DataProblem, match=r"a\.shp:属性表里的文字是乱码"):
        read_boundaries(path, declared, log)


@pytest.mark.parametrize("gbk_names", [False, True], ids=["utf8-names", "gbk-names"])
def test_zip_with_chinese_names(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog, gbk_names: bool):
    shapefile = write_shapefile(villages, tmp_path / "plain.shp")
    archive = zipped(shapefile, tmp_path / "村界.zip", "界线/青岚县村界", gbk_names=gbk_names)
    assert list(read_boundaries(archive, source(), log)["name"]) == NAMES


def test_missing_shx_is_restored_and_the_raw_folder_left_as_it_was(
    tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog
):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.with_suffix(".shx").unlink()
    before = sorted(tmp_path.iterdir())
    found = read_boundaries(path, source(), log)
    assert list(found["name"]) == NAMES
    assert found.total_bounds == pytest.approx([114.4, 31.4, 114.7, 31.5], abs=1e-6)
    assert kinds(log) == [("info", "restored_index")]
    assert sorted(tmp_path.iterdir()) == before


def test_zipped_shapefile_without_shx_is_restored(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.with_suffix(".shx").unlink()
    archive = zipped(path, tmp_path / "村界.zip")
    assert list(read_boundaries(archive, source(), log)["name"]) == NAMES
    assert kinds(log) == [("info", "restored_index")]


@pytest.mark.parametrize("has_index", [True, False])
def test_shapefile_cut_short_is_refused(
    tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog, has_index: bool
):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.write_bytes(path.read_bytes()[:-20])
    if not has_index:
        path.with_suffix(".shx").unlink()
    with pytest.raises(DataProblem, match=r"a\.shp:\.shp 文件不完整"):
        read_boundaries(path, source(), log)


def test_points_only(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(
        villages.set_geometry(villages.geometry.representative_point()), tmp_path / "a.shp"
    )
    found = read_boundaries(path, source(), log)
    assert set(found.geometry.geom_type) == {"Point"}
    assert log.faults == []


def test_degrees_without_prj_need_no_crs(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    assert read_boundaries(path, source(), log).total_bounds == pytest.approx([114.4, 31.4, 114.7, 31.5])
    assert log.faults == []


def test_csv_in_no_known_encoding_is_refused(tmp_path: Path, log: FaultLog):
    (tmp_path / "a.csv").write_bytes(b"\xff\xff,\xff")
    with pytest.raises(DataProblem, match=r"a\.csv:文字按 UTF-8 和 GB18030 都读不出来"):
        read_boundaries(tmp_path / "a.csv", source(), log)


def test_shapefile_without_dbf_is_refused(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    path.with_suffix(".dbf").unlink()
    with pytest.raises(DataProblem, match=r"缺少 \.dbf 文件"):
        read_boundaries(path, source(), log)


# ── archives ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["../outside.shp", "/etc/outside.shp", "a/../../b.shp", "C:\\b.shp", "..\\b.shp"]
)
def test_names_that_point_outside_the_archive_are_refused(tmp_path: Path, log: FaultLog, name: str):
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr(name, b"x")
    with pytest.raises(DataProblem, match="指向压缩包以外"):
        read_boundaries(archive, source(), log)
    assert sorted(tmp_path.iterdir()) == [archive]


def test_archive_that_expands_beyond_reason_is_refused(
    tmp_path: Path, log: FaultLog, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("geo.archives.MAX_UNPACKED_BYTES", 1_000)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.shp", bytes(5_000))
    with pytest.raises(DataProblem, match="超出上限"):
        read_boundaries(archive, source(), log)


@pytest.mark.parametrize(("inside", "said"), [([], "没有"), (["a.shp", "b.shp"], "a.shp、b.shp")])
def test_archive_must_hold_one_layer(tmp_path: Path, log: FaultLog, inside: list[str], said: str):
    archive = tmp_path / "many.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in ["读我.txt", *inside]:
            out.writestr(name, b"x")
    with pytest.raises(DataProblem, match=f"正好有一个界线图层.*{said}"):
        read_boundaries(archive, source(), log)


def test_file_that_is_no_archive_is_refused(tmp_path: Path, log: FaultLog):
    path = tmp_path / "a.zip"
    path.write_bytes(b"Rar!")
    with pytest.raises(DataProblem, match="压缩包打不开"):
        read_boundaries(path, source(), log)


# ── other formats ──────────────────────────────────────────────────────────────────────────


def test_geopackage(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    villages.to_file(tmp_path / "a.gpkg", layer="村界")
    assert list(read_boundaries(tmp_path / "a.gpkg", source(), log)["name"]) == NAMES


def test_geopackage_with_two_layers_is_refused(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    villages.to_file(tmp_path / "a.gpkg", layer="村界")
    villages.to_file(tmp_path / "a.gpkg", layer="旧村界")
    with pytest.raises(DataProblem, match="有 2 个图层"):
        read_boundaries(tmp_path / "a.gpkg", source(), log)


def test_geojson_with_integer_codes(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    villages.assign(村代码=villages["村代码"].astype("int64")).to_file(tmp_path / "a.geojson")
    assert list(read_boundaries(tmp_path / "a.geojson", source(), log)["code"]) == CODES


def test_bare_geometry_in_gcj02(tmp_path: Path, log: FaultLog):
    corners = [(114.4, 31.4), (114.5, 31.4), (114.5, 31.5), (114.4, 31.4)]
    shifted = [[float(part) for part in wgs84_to_gcj02(lon, lat)] for lon, lat in corners]
    path = tmp_path / "outline.json"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [shifted]}), encoding="utf-8")
    outline = source(level="county", datum="gcj02", code_field=None, name_field=None, parent_field=None)
    found = read_boundaries(path, outline, log)
    assert len(found) == 1
    assert found.loc[0, "name"] is None
    assert shapely.equals_exact(found.geometry[0], shapely.Polygon(corners), tolerance=1e-7)


def test_json_that_is_no_geojson_is_refused(tmp_path: Path, log: FaultLog):
    path = tmp_path / "a.json"
    path.write_text('{"type": "Topology"}', encoding="utf-8")
    with pytest.raises(DataProblem, match="不是 GeoJSON"):
        read_boundaries(path, source(), log)


def test_csv_points_some_without_coordinates(tmp_path: Path, log: FaultLog):
    path = tmp_path / "points.csv"
    rows = "代码,名称,经度,纬度\n990101101,岚口镇,114.5,31.5\n990101102,苦竹乡,,\n990101103,沙窝乡,东经114度,31.4\n"
    path.write_bytes(rows.encode("gb18030"))
    declared = source(
        level="township",
        code_field="代码",
        name_field="名称",
        parent_field=None,
        lon_field="经度",
        lat_field="纬度",
    )
    found = read_boundaries(path, declared, log)
    assert list(found["code"]) == ["990101101000", "990101102000", "990101103000"]
    assert list(found.geometry.isna()) == [False, True, True]
    # A row left blank is no fault; a row filled in wrongly is one.
    assert kinds(log) == [("warning", "bad_coordinates")]
    assert log.faults[0].cell == "第4行"
    assert log.faults[0].found == "东经114度,31.4"


def test_unknown_kind_of_file_is_refused(tmp_path: Path, log: FaultLog):
    (tmp_path / "a.dwg").write_bytes(b"AC1027")
    with pytest.raises(DataProblem, match="不认识的界线文件类型"):
        read_boundaries(tmp_path / "a.dwg", source(), log)


def test_missing_field_names_what_there_is(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    with pytest.raises(DataProblem, match=r"没有“代码”字段,只有:村代码、村名、乡镇名.*code_field"):
        read_boundaries(path, source(code_field="代码"), log)


# ── where on earth ─────────────────────────────────────────────────────────────────────────


def test_zone_prefix_is_enough_without_prj(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages.to_crs(ZONE_38), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    found = read_boundaries(path, source(), log)
    assert found.total_bounds == pytest.approx([114.4, 31.4, 114.7, 31.5], abs=1e-6)


def test_metres_without_zone_are_asked_for(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages.to_crs("EPSG:4547"), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(DataProblem, match=r"看不出是哪个带.*sources\.boundaries 里写 crs"):
        read_boundaries(path, source(), log)
    assert read_boundaries(path, source(crs="EPSG:4547"), log).total_bounds == pytest.approx(
        [114.4, 31.4, 114.7, 31.5], abs=1e-6
    )


def test_config_overrides_the_file_and_says_so(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    mislabelled = villages.to_crs(ZONE_38).set_crs("EPSG:4547", allow_override=True)
    path = write_shapefile(mislabelled, tmp_path / "a.shp")
    found = read_boundaries(path, source(crs=ZONE_38), log)
    assert found.total_bounds == pytest.approx([114.4, 31.4, 114.7, 31.5], abs=1e-6)
    assert kinds(log) == [("info", "crs_overridden")]


def test_old_datum_is_reported(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages.to_crs("EPSG:4610"), tmp_path / "a.shp")  # Xian 1980
    read_boundaries(path, source(), log)
    assert kinds(log) == [("warning", "old_datum")]


@pytest.mark.parametrize(
    ("corner", "said"), [((31.4, 114.4), "经度和纬度可能写反了"), ((2.3, 48.8), "不在中国范围内")]
)
def test_places_outside_china_are_refused(
    tmp_path: Path, log: FaultLog, corner: tuple[float, float], said: str
):
    x, y = corner
    outline = gpd.GeoDataFrame({"村名": ["一村"]}, geometry=[shapely.box(x, y, x + 0.1, y + 0.1)])
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({**json.loads(outline.to_json()), "crs": None}), encoding="utf-8")
    with pytest.raises(DataProblem, match=said):
        read_boundaries(path, source(code_field=None, parent_field=None, crs="EPSG:4326"), log)


def test_unknown_crs_in_config_is_refused(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    path = write_shapefile(villages, tmp_path / "a.shp")
    with pytest.raises(DataProblem, match="“国家2000”认不出来"):
        read_boundaries(path, source(crs="国家2000"), log)


# ── shapes and duplicates ──────────────────────────────────────────────────────────────────


def test_bow_tie_is_mended_and_counted(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    bow_tie = shapely.Polygon([(114.4, 31.4), (114.5, 31.5), (114.5, 31.4), (114.4, 31.5), (114.4, 31.4)])
    villages.loc[0, "geometry"] = bow_tie
    path = write_shapefile(villages, tmp_path / "a.shp")
    found = read_boundaries(path, source(), log)
    assert found.geometry.is_valid.all()
    assert set(found.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert kinds(log) == [("warning", "repaired_geometry")]
    assert "桂花村" in log.faults[0].message


def test_border_lines_are_no_areas(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    lines = villages.set_geometry(villages.geometry.boundary)
    lines.to_file(tmp_path / "a.geojson")
    found = read_boundaries(tmp_path / "a.geojson", source(), log)
    assert found.geometry.isna().all()
    assert kinds(log) == [("error", "no_polygon")]
    assert "3 个要素不是多边形" in log.faults[0].message


def test_exclave_as_second_feature_is_merged(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    villages.loc[2, ["村代码", "村名", "乡镇名"]] = [CODES[0], NAMES[0], TOWNSHIPS[0]]
    path = write_shapefile(villages, tmp_path / "a.shp")
    found = read_boundaries(path, source(), log)
    assert list(found["name"]) == NAMES[:2]
    assert found.geometry[0].geom_type == "MultiPolygon"
    assert kinds(log) == [("warning", "merged_features")]


def test_one_code_under_two_names_keeps_the_first(tmp_path: Path, villages: gpd.GeoDataFrame, log: FaultLog):
    villages.loc[1, "村代码"] = CODES[0]
    path = write_shapefile(villages, tmp_path / "a.shp")
    found = read_boundaries(path, source(), log)
    assert list(found["name"]) == [NAMES[0], NAMES[2]]
    assert kinds(log) == [("error", "duplicate_place")]
    assert "名称不同(桂花村、茶园社区)" in log.faults[0].message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (990101101001, "990101101001"),
        (990101101001.0, "990101101001"),
        (" 990101101001.0 ", "990101101001"),
        (990101, "990101000000"),
        ("990101101", "990101101000"),
        ("A-17", "A-17"),
        (float("nan"), None),
        (None, None),
        ("", None),
    ],
)
def test_codes_become_digit_strings(written: object, read: str | None):
    assert digits(written) == read
