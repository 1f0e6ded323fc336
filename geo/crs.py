"""Datums and zones: every coordinate that arrives becomes EPSG:4326 here, and areas are measured here.

In: coordinates with a *declared* datum or CRS. Out: WGS 84 longitudes and latitudes, the Gauss-Krüger zone
that fits, areas in km². Refuses to guess a datum: GCJ-02 claims to be EPSG:4326 and looks like it.

CGCS2000 is taken for WGS 84. Both ellipsoids agree to 0.1 mm in the semi-minor axis; the frames (ITRF97 at
epoch 2000.0, and the current WGS 84) differ by plate motion, some 0.3-0.9 m in China today. A village
border is never that sharp, and its screen copy is rounded to 1 m.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from settings import Datum

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

WGS84 = "EPSG:4326"

# GCJ-02 as published by the open implementations that agree with each other to the last digit:
# googollee/eviltransform (MIT) and wandergis/coordtransform (MIT). Krasovsky 1940 ellipsoid.
_GCJ_A = 6378245.0
_GCJ_EE = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0
# The box outside which the published formula leaves coordinates alone: west, south, east, north.
_GCJ_BOX = (72.004, 0.8293, 137.8347, 55.8271)

# Fixed point of the inverse: each turn shrinks the error about a thousandfold.
_TURNS = 12


def _gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """What GCJ-02 adds to a WGS 84 position, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    # Both directions share the wave along the parallel; only their slow terms differ.
    shared = (20.0 * np.sin(6.0 * x * math.pi) + 20.0 * np.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared
    north += (20.0 * np.sin(y * math.pi) + 40.0 * np.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * math.pi) + 320.0 * np.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared
    east += (20.0 * np.sin(x * math.pi) + 40.0 * np.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * math.pi) + 300.0 * np.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    magic = 1.0 - _GCJ_EE * np.sin(radians) ** 2
    root_magic = np.sqrt(magic)
    d_lat = north * 180.0 / ((_GCJ_A * (1.0 - _GCJ_EE)) / (magic * root_magic) * math.pi)
    d_lon = east * 180.0 / (_GCJ_A / root_magic * np.cos(radians) * math.pi)
    west, south, easternmost, northernmost = _GCJ_BOX
    inside = (lon >= west) & (lon <= easternmost) & (lat >= south) & (lat <= northernmost)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 (火星坐标: 高德, 腾讯) position of a WGS 84 position, in degrees."""
    east, north = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    d_lon, d_lat = _gcj02_offset(east, north)
    return east + d_lon, north + d_lat


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 (百度) position of a GCJ-02 position, in degrees."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 (百度) position of a WGS 84 position, in degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def _inverse(forward: Shift, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """The position that `forward` sends to (lon, lat), by fixed-point iteration."""
    target_lon, target_lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    east, north = target_lon.copy(), target_lat.copy()
    for _ in range(_TURNS):
        reached_lon, reached_lat = forward(east, north)
        east, north = east + (target_lon - reached_lon), north + (target_lat - reached_lat)
    return east, north


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 position of a GCJ-02 position, in degrees; exact to well below a millimetre."""
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 position of a BD-09 position, in degrees."""
    return _inverse(wgs84_to_bd09, lon, lat)


def _as_is(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


_TO_WGS84: dict[Datum, Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
    "wgs84": _as_is,
    "cgcs2000": _as_is,
}


def lonlat_to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """WGS 84 longitudes and latitudes of arrays in `datum`; missing coordinates stay missing."""
    return _TO_WGS84[datum](lon, lat)


def to_wgs84_from(frame: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    """`frame`, whose geometry is in degrees of `datum`, as EPSG:4326.

    The frame's own CRS label is ignored: a GCJ-02 file carries EPSG:4326 and is not.
    """
    convert = _TO_WGS84[datum]

    def moved(points: Floats) -> Floats:
        return np.column_stack(convert(points[:, 0], points[:, 1]))

    geometry = frame.geometry.array
    shapes = np.asarray(geometry)
    if datum in ("gcj02", "bd09"):
        shapes = shapely.transform(shapes, moved)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


def gauss_kruger_epsg(easting: float) -> int | None:
    """EPSG code of the CGCS2000 Gauss-Krüger zone that a zone-prefixed easting (metres) names.

    25-45 are the 3° zones (4513-4533), 13-23 the 6° zones (4491-4501); China needs no number twice, so the
    prefix alone decides. None when the easting carries no such prefix: its zone cannot be known.
    """
    zone = int(easting // 1_000_000)
    # A false easting of 500 km keeps real points within 166-834 km of the zone's own million.
    if not 100_000 <= easting - zone * 1_000_000 <= 900_000:
        return None
    if 25 <= zone <= 45:
        return 4513 + zone - 25
    if 13 <= zone <= 23:
        return 4491 + zone - 13
    return None


def projected_crs(lon: float) -> pyproj.CRS:
    """The CGCS2000 3° Gauss-Krüger CRS (central meridian, no zone prefix) around a longitude in China.

    Areas measured in it are too large by at most 0.06 % at the zone's edge.
    """
    zone = round(lon / 3.0)
    if not 25 <= zone <= 45:
        raise ValueError(f"no Chinese 3° zone holds longitude {lon}; zones 25-45 span 73.5°E to 136.5°E")
    return pyproj.CRS.from_epsg(4534 + zone - 25)


def area_km2(frame: gpd.GeoDataFrame) -> pd.Series:
    """Area of each geometry in km², measured in the 3° zone of the frame's middle; missing stays missing."""
    if frame.geometry.notna().sum() == 0:
        return pd.Series(np.nan, index=frame.index, name="area_km2", dtype="float64")
    west, _, east, _ = frame.total_bounds
    metres = frame.to_crs(projected_crs((west + east) / 2.0))
    return (metres.geometry.area / 1e6).rename("area_km2")
