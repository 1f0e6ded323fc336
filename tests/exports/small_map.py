"""A map of squares, so that a test can count pixels: a county 30 km wide and 20 km tall, two townships."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyproj
import shapely

from exports.picture import Label, LegendRow, MapPicture
from geo.classes import MISSING
from geo.crs import projected_crs

WEST, EAST = "990102001000", "990102002000"
RING, SQUARE, TWO_PARTS, SILENT, ZERO = (
    "990102001001",
    "990102001002",
    "990102002001",
    "990102002002",
    "990102002003",
)
RED, GREEN, BLUE, WHITE = "#c00000", "#00a000", "#0000c0", "#ffffff"
HOSTILE = "<img src=x onerror=alert(1)>"
_TO_DEGREES = pyproj.Transformer.from_crs(projected_crs(111.0), "EPSG:4326", always_xy=True)
_ORIGIN = (500_000.0, 3_400_000.0)  # on the zone's middle meridian


# Both the same way round: a hole is one whatever the order of its corners.
RIM = [(0, 0), (10, 0), (10, 10), (0, 10)]
HOLE = [(2.5, 2.5), (7.5, 2.5), (7.5, 7.5), (2.5, 7.5)]


def on_earth(shape: Any) -> Any:
    """A shape in kilometres as EPSG:4326."""

    def degrees(km: Any) -> Any:
        return np.column_stack(_TO_DEGREES.transform(*(km * 1000 + _ORIGIN).T))

    return shapely.transform(shape, degrees)


def square(left: float, bottom: float, side: float) -> Any:
    return shapely.box(left, bottom, left + side, bottom + side)


def picture(**changes: Any) -> MapPicture:
    """Villages: a ring with a hole, a square, one in two parts, one that did not report, one with a real zero."""
    villages = {
        RING: shapely.Polygon(RIM, [HOLE]),
        SQUARE: square(0, 10, 10),
        TWO_PARTS: shapely.union(square(10, 0, 5), square(15, 5, 5)),
        SILENT: square(10, 10, 10),
        ZERO: square(20, 10, 10),
    }
    townships = {WEST: shapely.box(0, 0, 10, 20), EAST: shapely.box(10, 0, 30, 20)}
    shapes = {
        "village": villages,
        "township": townships,
        "county": {"990102000000": shapely.box(0, 0, 30, 20)},
    }
    middles = {code: on_earth(shape.representative_point()) for code, shape in (townships | villages).items()}
    names = {
        WEST: "云溪镇",
        EAST: "石门乡",
        RING: "环村",
        SQUARE: "方村",
        TWO_PARTS: "飞地村",
        SILENT: HOSTILE,
        ZERO: "零村",
    }
    whole = MapPicture(
        title="小河县茶园面积",
        subtitle="2026年10月",
        level="village",
        shapes={level: {code: on_earth(s) for code, s in found.items()} for level, found in shapes.items()},
        classes={ZERO: 0, RING: 1, SQUARE: 2, TWO_PARTS: 3, SILENT: MISSING},
        colours=(WHITE, RED, GREEN, BLUE),
        legend=(LegendRow(GREEN, "100亩及以上", "1个村"), LegendRow(None, "未报送", "1个村")),
        labels=tuple(
            Label(
                code, name, middles[code].x, middles[code].y, "township" if code[9:] == "000" else "village"
            )
            for code, name in names.items()
        ),
        notes=("数据截至 2026年11月15日",),
    )
    return replace(whole, **changes)


def bare(**changes: Any) -> MapPicture:
    """Without names, and without borders of townships and county: only fills, village borders, hatching."""
    shapes = {"village": picture().shapes["village"]}
    return picture(**{"labels": (), "shapes": shapes, "legend": (), **changes})
