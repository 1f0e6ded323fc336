"""Levels of places → the files that the map loads: one a level, or many villages in parts of whole townships.

In: EPSG:4326 polygons with `code`, one frame per level, and who belongs to whom. Out: `ScreenLayer`s, ready to
be written. Refuses to split a township, and to simplify part by part: borders between parts stay shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from geo.screen import bounds, screen_layer, screen_layers

VILLAGES_PER_PART = 1_500  # some 800 KB, 250 KB of them on the wire

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class ScreenLayer:
    """One file of the map: GeoJSON with codes and geometry only."""

    level: str
    geojson: bytes = field(repr=False)
    features: int
    bounds: Bounds  # west, south, east, north in degrees
    townships: tuple[str, ...] = ()  # whose villages these are; (): the level is whole


def published_layers(
    levels: Mapping[str, gpd.GeoDataFrame], parent_codes: Mapping[str, str], max_drawn: int
) -> list[ScreenLayer]:
    """The map's files, the finest level first.

    - levels: village, township, county → `code` and EPSG:4326 geometry; without a polygon a place has no shape.
    - parent_codes: code → code of the place above, for all of them.
    - max_drawn: with more villages than this they come in parts, in the order of township codes, and the
      levels above, which are then drawn without them, are as simple as their own number of places allows.
    """
    villages = levels.get("village")
    is_parted = villages is not None and int(villages.geometry.geom_type.isin(_AREAS).sum()) > max_drawn
    shapes = screen_layers(levels, parent_codes, coarser=is_parted)
    layers: list[ScreenLayer] = []
    for level, frame in shapes.items():
        if level == "village" and is_parted:
            most = min(VILLAGES_PER_PART, max_drawn)
            layers += [
                _layer(level, part, townships) for part, townships in _parts(frame, parent_codes, most)
            ]
        else:
            layers.append(_layer(level, frame))
    return layers


_AREAS = ("Polygon", "MultiPolygon")


def _layer(level: str, frame: gpd.GeoDataFrame, townships: tuple[str, ...] = ()) -> ScreenLayer:
    return ScreenLayer(level, screen_layer(frame), len(frame), bounds(frame), townships)


def _parts(
    villages: gpd.GeoDataFrame, parent_codes: Mapping[str, str], most: int
) -> Iterator[tuple[gpd.GeoDataFrame, tuple[str, ...]]]:
    """The villages of consecutive townships, at most `most` together unless one township has more."""
    township = villages["code"].map(dict(parent_codes))
    part: list[str] = []
    places = 0
    for code, count in township.value_counts().sort_index().items():
        if part and places + count > most:
            yield villages[township.isin(part)], tuple(part)
            part, places = [], 0
        part.append(str(code))
        places += int(count)
    yield villages[township.isin(part)], tuple(part)
