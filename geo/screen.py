"""Geometry for the screen: polygons as sent → a coverage → small files whose shared borders stay shared.

In: GeoDataFrames with `code` and EPSG:4326 polygons, one per level. Out: cleaned and simplified copies, the
GeoJSON bytes that the browser loads, points inside places, and numbers that say how well places fit.
Refuses to put anything but place codes and geometry into a screen layer: it is served without login.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84, projected_crs
from geo.mending import polygonal, without_slivers

LEVELS = ("village", "township", "county")
"""From the finest to the coarsest; a missing level is dissolved from the one before it."""

DECIMALS = 5  # 0.00001° is about 1 m
BYTES_PER_PLACE = 550  # 420 villages stay below 250 KB
MIN_LAYER_BYTES = 40_000  # a county outline may be finer than one village's share
_JUDGED_PLACES, _RUN = 4_000, 500
# Square root of the area (m) of the smallest bend that is kept; each step keeps about two thirds.
_TOLERANCES_M = (5.0, 10.0, 20.0, 30.0, 45.0, 70.0, 100.0, 150.0, 225.0, 340.0, 500.0, 750.0, 1100.0, 1700.0)


@dataclass(frozen=True)
class Fit:
    """How well the polygons of a level fit together."""

    is_coverage: bool  # no overlap, and shared borders share their vertices
    overlap_km2: float  # counted once for every extra polygon on the same ground
    gap_km2: float  # ground inside the outline that no polygon covers


def _middle_crs(frame: gpd.GeoDataFrame) -> Any:
    west, _, east, _ = frame.total_bounds
    return projected_crs((west + east) / 2.0)


def fit(frame: gpd.GeoDataFrame) -> Fit:
    """Overlaps and gaps between the polygons of one level, in km²."""
    shapes = _drawn(frame).to_crs(_middle_crs(frame)).geometry.to_numpy() if _has_shapes(frame) else []
    if len(shapes) == 0:
        return Fit(is_coverage=True, overlap_km2=0.0, gap_km2=0.0)
    is_coverage = bool(shapely.coverage_is_valid(shapes))
    # Where borders are shared, dropping them is a union: twenty times as fast as computing it.
    union = shapely.coverage_union_all(shapes) if is_coverage else shapely.union_all(shapes)
    outline = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])
    overlap = float(shapely.area(shapes).sum() - union.area) / 1e6
    gap = float(outline.area - union.area) / 1e6
    return Fit(
        is_coverage=is_coverage,
        overlap_km2=max(overlap, 0.0),
        gap_km2=max(gap, 0.0),
    )


def _has_shapes(frame: gpd.GeoDataFrame) -> bool:
    return bool(frame.geometry.notna().any())


def _drawn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows that have a polygon: the only ones a layer can draw."""
    is_polygon = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.geometry.is_empty
    return frame.loc[is_polygon]


def cleaned(frame: gpd.GeoDataFrame, snap_m: float = 1.0) -> gpd.GeoDataFrame:
    """The frame's polygons as a coverage: overlaps given to one neighbour, slivers closed, borders matched.

    A frame that is a coverage already comes back as it is. Rows without a polygon are left out. Where the
    cleaning would swallow a whole place, that place keeps the shape it was sent with.
    """
    drawn = _drawn(frame)
    if drawn.empty or bool(shapely.coverage_is_valid(drawn.geometry.to_numpy())):
        return drawn
    metres = drawn.to_crs(_middle_crs(drawn))
    shapes = polygonal(shapely.make_valid(metres.geometry.to_numpy()))
    tidy = polygonal(shapely.coverage_clean(shapes, snapping_distance=snap_m, gap_width=2 * snap_m))
    kept = [new if new is not None else old for new, old in zip(tidy, shapes, strict=True)]
    return metres.set_geometry(gpd.GeoSeries(kept, index=drawn.index, crs=metres.crs)).to_crs(WGS84)


def simplified(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """The coverage with bends smaller than `tolerance_m` squared removed; neighbours still share borders."""
    return frame if frame.empty else _simplified(frame.to_crs(_middle_crs(frame)), tolerance_m)


def _simplified(metres: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    shapes = shapely.coverage_simplify(metres.geometry.to_numpy(), tolerance_m)
    return metres.set_geometry(gpd.GeoSeries(shapes, index=metres.index, crs=metres.crs)).to_crs(WGS84)


def for_screen(frame: gpd.GeoDataFrame, max_bytes: int | None = None) -> gpd.GeoDataFrame:
    """The frame cleaned, and simplified as little as makes its layer no larger than `max_bytes`.

    Default: 550 bytes a place. Ends at the coarsest tolerance even when that is still too large. How much is enough
    for more than 8,000 places is judged by some of them: their layer may be larger by a few per cent.
    """
    coverage = cleaned(frame)
    if coverage.empty:
        return coverage
    budget = max_bytes or max(MIN_LAYER_BYTES, BYTES_PER_PLACE * len(coverage))
    metres = coverage.to_crs(_middle_crs(coverage))
    judged = _some(metres)
    share = budget * len(judged) / len(metres)
    tried: dict[float, gpd.GeoDataFrame] = {}

    def fits(tolerance: float) -> bool:
        tried[tolerance] = _simplified(judged, tolerance)
        return len(screen_layer(tried[tolerance])) <= share

    # A coarser layer is a smaller one: the tolerance is found by halving, the last needs no trying.
    tolerance = _TOLERANCES_M[bisect_left(_TOLERANCES_M[:-1], True, key=fits)]
    if tolerance in tried and len(judged) == len(metres):
        return tried[tolerance]
    return _simplified(metres, tolerance)


def _some(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """At most 8,000 places, in runs of neighbours from all over the frame; all of them when there are no more."""
    every = max(1, len(places) // _JUDGED_PLACES)
    return places[np.arange(len(places)) // _RUN % every == 0]


def screen_layer(frame: gpd.GeoDataFrame) -> bytes:
    """GeoJSON of a level as the map loads it: `code` and geometry only, 5 decimals, in the order of codes."""
    drawn = _drawn(frame).sort_values("code")
    geometry = shapely.transform(drawn.geometry.to_numpy(), lambda points: np.round(points, DECIMALS))
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": _without_repeats(json.loads(text))}
        for code, text in zip(drawn["code"], shapely.to_geojson(geometry), strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, separators=(",", ":")).encode()


def _without_repeats(geometry: dict[str, Any]) -> dict[str, Any]:
    """The geometry without vertices that rounding made equal to their predecessor."""

    def ring(points: list[list[float]]) -> list[list[float]]:
        kept = points[:1] + [now for before, now in pairwise(points) if now != before]
        return kept if len(kept) >= 4 else points

    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    slim = [[ring(points) for points in polygon] for polygon in polygons]
    return {"type": geometry["type"], "coordinates": slim[0] if geometry["type"] == "Polygon" else slim}


def dissolve(children: gpd.GeoDataFrame, parent_codes: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Parents' polygons, each the union of its children's: villages → townships → county.

    `parent_codes` says whose child each code is; children without a parent are left out. Out: code, geometry.
    Slivers between children are closed: nobody lives in them, and thousands would be most of the layer.
    """
    drawn = _drawn(children)
    family = drawn[["geometry"]].assign(code=drawn["code"].map(dict(parent_codes))).dropna(subset=["code"])
    if family.empty:
        return gpd.GeoDataFrame({"code": pd.Series(dtype="str")}, geometry=[], crs=WGS84)
    # A layer that could not be cleaned entirely must still dissolve.
    is_coverage = bool(shapely.coverage_is_valid(family.geometry.to_numpy()))
    merged = family.dissolve(by="code", method="coverage" if is_coverage else "unary").reset_index()
    return without_slivers(merged[["code", "geometry"]])


def screen_layers(
    levels: Mapping[str, gpd.GeoDataFrame], parent_codes: Mapping[str, str], *, coarser: bool = False
) -> dict[str, gpd.GeoDataFrame]:
    """Screen geometry of every level that has polygons or can be dissolved from the finer one.

    A level is dissolved from the *simplified* finer level, so that township borders lie exactly on village
    borders; a level that was sent with polygons of its own is simplified by itself. Feed each result to
    `screen_layer`. Levels with points only, and no finer level, have no layer.

    `coarser`: dissolved levels are simplified again to the size of a layer of their own. For levels that are
    drawn without the finer one below them; beside it their borders would no longer lie on its borders.
    """
    layers: dict[str, gpd.GeoDataFrame] = {}
    finer: gpd.GeoDataFrame | None = None
    for level in LEVELS:
        sent = levels.get(level)
        if sent is not None and not _drawn(sent).empty:
            layers[level] = for_screen(sent[["code", "geometry"]])
        elif finer is not None:
            merged = dissolve(finer, parent_codes)
            layers[level] = for_screen(merged) if coarser else merged
        finer = layers.get(level)
    return layers


def inside_points(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """A point well inside each place, for labels and circles: columns lon, lat on the frame's index.

    Polygons give the centre of their largest inscribed circle, points give themselves; missing stays missing.
    """

    def inside(shape: Any) -> Any:
        if shape is None or shape.is_empty or shape.geom_type == "Point":
            return shape
        largest = max(shapely.get_parts(shape), key=shapely.area)
        west, south, east, north = largest.bounds
        circle = shapely.maximum_inscribed_circle(largest, tolerance=max(east - west, north - south) / 200)
        centre = shapely.get_point(circle, 0)
        return centre if shape.contains(centre) else shape.representative_point()

    points = np.array([inside(shape) for shape in frame.geometry.to_numpy()], dtype=object)
    # shapely answers NaN for the coordinates of None and of an empty point
    return pd.DataFrame({"lon": shapely.get_x(points), "lat": shapely.get_y(points)}, index=frame.index)


def bounds(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """West, south, east, north of everything in the frame, rounded outwards to 5 decimals."""
    west, south, east, north = frame.total_bounds
    scale = 10**DECIMALS
    return (
        float(np.floor(west * scale) / scale),
        float(np.floor(south * scale) / scale),
        float(np.ceil(east * scale) / scale),
        float(np.ceil(north * scale) / scale),
    )
