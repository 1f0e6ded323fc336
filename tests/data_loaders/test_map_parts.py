"""A version's map layers, whole and in parts, as they are written and found again."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import prepare
from data_loaders.contract import Dataset
from data_loaders.folder import MANIFEST
from data_loaders.store import current_version, map_layer_path, open_version
from tests.small_county import CONFIG, PLACES, write_county

BOUNDARIES = """
[[sources]]
id = "boundaries"
title = "村界"
kind = "boundaries"
files = "村界.geojson"
level = "village"
code_field = "code"
datum = "wgs84"
"""


def published(folder: Path, map_settings: str = "") -> Dataset:
    config = write_county(folder, CONFIG + BOUNDARIES + map_settings)
    codes = [code for code, _ in PLACES[1:] if len(code) == 12]
    squares = [shapely.box(114 + at / 10, 31, 114.1 + at / 10, 31.1) for at in range(len(codes))]
    frame = gpd.GeoDataFrame({"code": codes}, geometry=squares, crs="EPSG:4326")
    frame.to_file(folder / "raw" / "村界.geojson", driver="GeoJSON", engine="pyogrio")
    assert prepare.main(["--config", str(config)]) == 0
    return open_version(folder / "out", current_version(folder / "out"))


def test_a_small_county_has_one_layer_a_level(tmp_path: Path):
    layers = published(tmp_path).manifest.layers
    assert [(layer.level, layer.features, layer.townships) for layer in layers] == [
        ("village", 4, ()),
        ("township", 2, ()),
        ("county", 1, ()),
    ]


def test_above_max_drawn_every_part_can_be_fetched(tmp_path: Path):
    data = published(tmp_path, "[map]\nmax_drawn = 2\n")
    parts = [layer for layer in data.manifest.layers if layer.level == "village"]
    assert [part.townships for part in parts] == [("990202100000",), ("990202200000",)]
    for part in parts:
        path = map_layer_path(tmp_path / "out", data.version, Path(part.file).name)
        assert path is not None
        codes = [each["properties"]["code"] for each in json.loads(path.read_bytes())["features"]]
        assert {code[:9] + "000" for code in codes} == set(part.townships)
        assert len(codes) == part.features


def test_versions_from_before_there_were_parts_still_open(tmp_path: Path):
    data = published(tmp_path)
    manifest = tmp_path / "out" / "versions" / data.version / MANIFEST
    raw = json.loads(manifest.read_text(encoding="utf-8"))
    for layer in raw["layers"]:
        del layer["townships"]
    manifest.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert open_version(tmp_path / "out", data.version).manifest.layers == data.manifest.layers


@pytest.mark.parametrize("count", ["0", "-1", '"all"'])
def test_max_drawn_is_a_count(tmp_path: Path, count: str, capsys: pytest.CaptureFixture[str]):
    config = write_county(tmp_path, f"{CONFIG}\n[map]\nmax_drawn = {count}\n")
    assert prepare.main(["--config", str(config)]) != 0
    assert "map.max_drawn" in "".join(capsys.readouterr())
