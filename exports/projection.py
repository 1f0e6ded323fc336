"""Longitudes and latitudes → the paper: one scale in both directions, metres that can be measured.

In: EPSG:4326 geometry. Out: metres in the county's own Gauss-Krüger zone, then points on the sheet. Refuses to
stretch a map to fill its frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from exports.picture import MapPicture
from geo.crs import WGS84, projected_crs

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]  # left, bottom, right, top

_PAD = 0.03  # of the extent, so that no border lies on the frame
_LEAST_M = 500.0  # what is only a point still gets a map around it


@dataclass(frozen=True)
class Ground:
    """A picture's geometry in metres; `extent` is what must be on the paper."""

    shapes: Mapping[str, dict[str, Any]]  # level → code → geometry
    extent: Box
    project: Callable[[Floats], Floats]  # rows of longitude and latitude → rows of metres


@dataclass(frozen=True)
class Fit:
    """Metres → points on the sheet."""

    scale: float  # points per metre
    left: float  # metres at the sheet's lower left corner
    bottom: float

    def points(self, metres: Floats) -> Floats:
        """Rows of metres as rows of points."""
        return (metres - (self.left, self.bottom)) * self.scale

    def shapes(self, shapes: Mapping[str, Any]) -> dict[str, Any]:
        """Geometry in metres as geometry on the sheet."""
        moved = shapely.transform(np.array(list(shapes.values()), dtype=object), self.points)
        return dict(zip(shapes, moved, strict=True))


def ground_of(picture: MapPicture) -> Ground:
    """The picture's geometry in metres. Raises ValueError for a picture without any geometry or point."""
    levels = {level: shapes for level, shapes in picture.shapes.items() if shapes}
    points = np.array([(each.lon, each.lat) for each in picture.circles], dtype=float).reshape(-1, 2)
    corners = [
        shapely.total_bounds(np.array(list(shapes.values()), dtype=object)) for shapes in levels.values()
    ]
    corners += [np.concatenate([points.min(axis=0), points.max(axis=0)])] if len(points) else []
    if not corners:
        raise ValueError("a picture needs polygons or circles")
    everything = np.array(corners)
    middle = (everything[:, 0].min() + everything[:, 2].max()) / 2
    transformer = pyproj.Transformer.from_crs(WGS84, projected_crs(float(middle)), always_xy=True)

    def project(lonlat: Floats) -> Floats:
        return np.column_stack(transformer.transform(lonlat[:, 0], lonlat[:, 1]))

    shapes = {
        level: dict(
            zip(found, shapely.transform(np.array(list(found.values()), dtype=object), project), strict=True)
        )
        for level, found in levels.items()
    }
    return Ground(shapes, _extent(picture, shapes, project(points) if len(points) else points), project)


def _extent(picture: MapPicture, shapes: Mapping[str, dict[str, Any]], circles: Floats) -> Box:
    """Bounds of the township in focus, else of everything."""
    chosen = [found[picture.focus] for found in shapes.values() if picture.focus in found]
    if picture.focus and not chosen:
        own = picture.focus[:9]
        chosen = [shape for found in shapes.values() for code, shape in found.items() if code[:9] == own]
        circles = circles[[each.code[:9] == own for each in picture.circles]]
    elif picture.focus:
        circles = circles[:0]
    else:
        chosen = [shape for found in shapes.values() for shape in found.values()]
    bounds = [shapely.total_bounds(np.array(chosen, dtype=object))] if chosen else []
    if len(circles):
        bounds.append(np.concatenate([circles.min(axis=0), circles.max(axis=0)]))
    if not bounds:
        return _extent_of_all(shapes)
    return _padded(np.array(bounds))


def _extent_of_all(shapes: Mapping[str, dict[str, Any]]) -> Box:
    every = [shape for found in shapes.values() for shape in found.values()]
    return _padded(shapely.total_bounds(np.array(every, dtype=object)).reshape(1, 4))


def _padded(bounds: Floats) -> Box:
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    east, north = bounds[:, 2].max(), bounds[:, 3].max()
    pad = max(max(east - west, north - south) * _PAD, _LEAST_M)
    return float(west - pad), float(south - pad), float(east + pad), float(north + pad)


def scale_in(extent: Box, box: Box) -> float:
    """Points per metre at which the extent just fits into the box."""
    return min((box[2] - box[0]) / (extent[2] - extent[0]), (box[3] - box[1]) / (extent[3] - extent[1]))


def fit_into(extent: Box, box: Box) -> Fit:
    """The extent in the middle of the box, as large as it can be."""
    scale = scale_in(extent, box)
    middle_x, middle_y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    return Fit(scale, middle_x - (box[0] + box[2]) / 2 / scale, middle_y - (box[1] + box[3]) / 2 / scale)
