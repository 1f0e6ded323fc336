from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.screen import (
    DECIMALS,
    bounds,
    cleaned,
    dissolve,
    fit,
    for_screen,
    inside_points,
    screen_layer,
    screen_layers,
    simplified,
)

COUNTY = "990101000000"


def wavy_villages(rows: int = 6, columns: int = 7) -> gpd.GeoDataFrame:
    """A grid of villages whose shared borders are wavy lines of many vertices."""
    step, points = 0.05, 60
    west, south = 114.2, 31.2

    def run(fixed: int, moving: int, vertical: bool) -> list[tuple[float, float]]:
        along = np.linspace(0, step, points)
        wave = (
            0.006
            * np.sin(along / step * np.pi * 5)
            * np.sin(along / step * np.pi)
            * (1 + 0.3 * ((fixed + moving) % 3))
        )
        x, y = (
            (west + fixed * step + wave, south + moving * step + along)
            if vertical
            else (
                west + moving * step + along,
                south + fixed * step + wave,
            )
        )
        return list(zip(x.round(7), y.round(7), strict=True))

    shapes, codes = [], []
    for row in range(rows):
        for column in range(columns):
            ring = run(row, column, False) + run(column + 1, row, True)[1:]
            ring += run(row + 1, column, False)[::-1][1:] + run(column, row, True)[::-1][1:]
            shapes.append(shapely.Polygon(ring))
            codes.append(f"990101{101 + row // 2}{1 + (row % 2) * columns + column:03d}")
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:4326")


def parents(villages: gpd.GeoDataFrame) -> dict[str, str]:
    townships = {code: code[:9] + "000" for code in villages["code"]}
    return townships | dict.fromkeys(townships.values(), COUNTY)


@pytest.fixture(scope="module")
def villages() -> gpd.GeoDataFrame:
    return wavy_villages()


def test_the_fixture_is_a_coverage(villages: gpd.GeoDataFrame):
    assert fit(villages).is_coverage


def test_simplifying_keeps_shared_borders_shared(villages: gpd.GeoDataFrame):
    fewer = simplified(villages, 300)
    assert (
        shapely.get_num_coordinates(fewer.geometry).sum()
        < shapely.get_num_coordinates(villages.geometry).sum() / 4
    )
    assert fit(fewer).is_coverage
    assert fit(fewer).gap_km2 == pytest.approx(0, abs=1e-6)
    assert fit(fewer).overlap_km2 == pytest.approx(0, abs=1e-6)


def test_what_the_browser_gets_has_no_gap_between_neighbours(villages: gpd.GeoDataFrame):
    layer = json.loads(screen_layer(for_screen(villages, max_bytes=15_000)))
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in layer["features"]]
    union = shapely.union_all(shapes)
    assert union.geom_type == "Polygon"
    assert len(union.interiors) == 0
    assert sum(shape.area for shape in shapes) == pytest.approx(union.area, rel=1e-9)


def test_layer_holds_codes_and_rounded_geometry_only(villages: gpd.GeoDataFrame):
    layer = json.loads(screen_layer(villages.assign(name="<b>桂花村</b>", households=3)))
    assert {tuple(feature["properties"]) for feature in layer["features"]} == {("code",)}
    assert [feature["properties"]["code"] for feature in layer["features"]] == sorted(villages["code"])
    numbers = np.concatenate(
        [shapely.get_coordinates(shapely.geometry.shape(f["geometry"])) for f in layer["features"]]
    )
    assert np.array_equal(numbers, numbers.round(DECIMALS))


def test_layer_is_as_small_as_asked(villages: gpd.GeoDataFrame):
    assert len(screen_layer(villages)) > 150_000
    assert len(screen_layer(for_screen(villages, max_bytes=30_000))) <= 30_000


def test_many_places_are_judged_by_some_of_them_and_all_simplified(
    villages: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
):
    whole = for_screen(villages, max_bytes=30_000)
    monkeypatch.setattr("geo.screen._JUDGED_PLACES", 14)
    monkeypatch.setattr("geo.screen._RUN", 7)
    judged = for_screen(villages, max_bytes=30_000)
    assert list(judged["code"]) == list(villages["code"])
    assert len(screen_layer(judged)) == pytest.approx(len(screen_layer(whole)), rel=0.5)
    assert fit(judged).is_coverage


def test_overlaps_and_slivers_are_cleaned(villages: gpd.GeoDataFrame):
    rough = villages.copy()
    rough.loc[10, "geometry"] = rough.geometry[10].buffer(0.0005)
    assert not fit(rough).is_coverage
    assert fit(rough).overlap_km2 > 0.3
    tidy = cleaned(rough)
    assert fit(tidy).is_coverage
    assert fit(tidy).overlap_km2 == pytest.approx(0, abs=1e-6)
    assert list(tidy["code"]) == list(rough["code"])


def test_gaps_are_measured():
    apart = gpd.GeoDataFrame(
        {"code": ["a", "b"]},
        geometry=[shapely.box(114, 31, 114.3, 31.3) - shapely.box(114.1, 31.1, 114.2, 31.2), None],
        crs="EPSG:4326",
    )
    # 0.1° x 0.1° at 31.15°N
    assert fit(apart).gap_km2 == pytest.approx(105.7, abs=0.5)


def test_dissolving_makes_parents_without_gaps(villages: gpd.GeoDataFrame):
    townships = dissolve(villages, parents(villages))
    assert list(townships["code"]) == [f"990101{number}000" for number in (101, 102, 103)]
    assert set(townships.geometry.geom_type) == {"Polygon"}
    county = dissolve(townships, parents(villages))
    assert list(county["code"]) == [COUNTY]
    assert county.geometry[0].area == pytest.approx(
        shapely.area(villages.geometry.to_numpy()).sum(), rel=1e-9
    )


def test_a_gap_between_villages_is_closed_in_their_township_and_an_enclave_is_not():
    whole = shapely.box(114.0, 31.0, 114.1, 31.1)
    gap = shapely.box(114.02, 31.02, 114.021, 31.021)  # 1.1 ha
    enclave = shapely.box(114.05, 31.05, 114.06, 31.06)
    village = gpd.GeoDataFrame({"code": ["990101101001"]}, geometry=[whole - gap - enclave], crs="EPSG:4326")
    (township,) = dissolve(village, {"990101101001": "990101101000"}).geometry
    assert township.equals(whole - enclave)


def test_children_without_a_parent_are_left_out(villages: gpd.GeoDataFrame):
    assert dissolve(villages, {}).empty
    assert list(dissolve(villages, {}).columns) == ["code", "geometry"]


def test_township_borders_lie_on_village_borders(villages: gpd.GeoDataFrame):
    layers = screen_layers({"village": villages}, parents(villages))
    assert list(layers) == ["village", "township", "county"]
    borders = shapely.union_all(layers["village"].geometry.boundary.to_numpy())
    assert shapely.covers(
        borders.buffer(1e-9), shapely.union_all(layers["township"].geometry.boundary.to_numpy())
    )


def test_own_polygons_are_used_before_dissolved_ones(villages: gpd.GeoDataFrame):
    outline = gpd.GeoDataFrame({"code": [COUNTY]}, geometry=[shapely.box(114, 31, 115, 32)], crs="EPSG:4326")
    layers = screen_layers({"village": villages, "county": outline}, parents(villages))
    assert shapely.equals_exact(
        layers["county"].geometry[0].normalize(), outline.geometry[0].normalize(), tolerance=1e-9
    )


def test_points_have_no_layer():
    points = gpd.GeoDataFrame(
        {"code": ["990101101000"]}, geometry=[shapely.Point(114.5, 31.5)], crs="EPSG:4326"
    )
    assert screen_layers({"township": points}, {"990101101000": COUNTY}) == {}


def test_points_lie_inside_also_of_a_ring_and_an_exclave():
    ring = shapely.box(114, 31, 114.3, 31.3) - shapely.box(114.05, 31.05, 114.25, 31.25)
    exclave = shapely.MultiPolygon([shapely.box(115, 31, 115.3, 31.3), shapely.box(116, 31, 116.01, 31.01)])
    places = gpd.GeoSeries([ring, exclave, shapely.Point(114.5, 31.5), None], crs="EPSG:4326")
    found = inside_points(gpd.GeoDataFrame(geometry=places))
    assert ring.contains(shapely.Point(found.lon[0], found.lat[0]))
    assert exclave.geoms[0].contains(shapely.Point(found.lon[1], found.lat[1]))
    assert (found.lon[2], found.lat[2]) == (114.5, 31.5)
    assert found.loc[3].isna().all()


def test_bounds_enclose_everything(villages: gpd.GeoDataFrame):
    west, south, east, north = bounds(villages)
    assert shapely.box(west, south, east, north).covers(shapely.union_all(villages.geometry.to_numpy()))
