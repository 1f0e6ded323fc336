from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import layers
from geo.layers import ScreenLayer, published_layers
from geo.screen import BYTES_PER_PLACE
from tests.geo.test_screen import COUNTY, parents, wavy_villages

TOWNSHIPS = ["990101101000", "990101102000", "990101103000"]  # 14 villages each


@pytest.fixture(scope="module")
def villages() -> gpd.GeoDataFrame:
    return wavy_villages()


def published(villages: gpd.GeoDataFrame, max_drawn: int) -> dict[str, list[ScreenLayer]]:
    found: dict[str, list[ScreenLayer]] = {}
    for layer in published_layers({"village": villages}, parents(villages), max_drawn):
        found.setdefault(layer.level, []).append(layer)
    return found


def shapes(layer: ScreenLayer) -> dict[str, shapely.Geometry]:
    return {
        feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"])
        for feature in json.loads(layer.geojson)["features"]
    }


def test_an_ordinary_county_has_one_file_a_level(villages: gpd.GeoDataFrame):
    found = published(villages, max_drawn=len(villages))
    assert {
        level: [(layer.features, layer.townships) for layer in files] for level, files in found.items()
    } == {
        "village": [(42, ())],
        "township": [(3, ())],
        "county": [(1, ())],
    }


def test_many_villages_come_in_parts_of_whole_townships(
    villages: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(layers, "VILLAGES_PER_PART", 30)
    shuffled = villages.sample(frac=1, random_state=3)
    found = published(shuffled, max_drawn=41)
    assert [layer.townships for layer in found["village"]] == [tuple(TOWNSHIPS[:2]), tuple(TOWNSHIPS[2:])]
    for part in found["village"]:
        codes = list(shapes(part))
        assert {code[:9] + "000" for code in codes} == set(part.townships)
        assert len(codes) == part.features == 14 * len(part.townships)
        west, south, east, north = part.bounds
        assert shapely.box(west, south, east, north).covers(shapely.union_all(list(shapes(part).values())))
    assert [layer.townships for layer in found["township"] + found["county"]] == [(), ()]


def test_no_part_holds_more_than_may_be_drawn(villages: gpd.GeoDataFrame):
    assert [layer.features for layer in published(villages, max_drawn=20)["village"]] == [14, 14, 14]


def test_a_township_is_never_split(villages: gpd.GeoDataFrame):
    assert [layer.features for layer in published(villages, max_drawn=5)["village"]] == [14, 14, 14]


def test_parts_fit_together_without_gap_or_overlap(villages: gpd.GeoDataFrame):
    parts = published(villages, max_drawn=20)["village"]
    every = [shape for part in parts for shape in shapes(part).values()]
    union = shapely.union_all(every)
    assert union.geom_type == "Polygon"
    assert len(union.interiors) == 0
    assert sum(shape.area for shape in every) == pytest.approx(union.area, rel=1e-9)


def test_townships_drawn_without_villages_are_as_simple_as_their_number_allows(
    villages: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("geo.screen.MIN_LAYER_BYTES", 0)
    beside = published(villages, max_drawn=len(villages))["township"][0]
    alone = published(villages, max_drawn=20)["township"][0]
    assert len(alone.geojson) <= BYTES_PER_PLACE * 3 < len(beside.geojson)
    outlines = list(shapes(alone).values())
    assert shapely.coverage_is_valid(np.array(outlines))
    assert shapely.union_all(outlines).geom_type == "Polygon"


def test_villages_without_a_polygon_do_not_count(villages: gpd.GeoDataFrame):
    points = villages.copy()
    points.loc[points.index[:30], "geometry"] = shapely.Point(114.3, 31.3)
    found = published(points, max_drawn=20)
    assert [(layer.features, layer.townships) for layer in found["village"]] == [(12, ())]


def test_codes_of_other_levels_stay_out_of_a_part(villages: gpd.GeoDataFrame):
    for part in published(villages, max_drawn=20)["village"]:
        assert COUNTY not in shapes(part)
        assert not set(TOWNSHIPS) & set(shapes(part))
