"""Which places touch: pairs of polygons that share a piece of border.

In: EPSG:4326 polygons by place code. Out: pairs of codes. Refuses to call a corner a border: four townships that meet
in one point are no neighbours across it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.crs import WGS84, projected_crs

GAP_M = 30.0  # outlines drawn one by one may leave such a gap, or overlap as much
LEAST_BORDER_M = 200.0


def touching(
    shapes: Mapping[str, Any], gap_m: float = GAP_M, least_m: float = LEAST_BORDER_M
) -> list[tuple[str, str]]:
    """Pairs (smaller code first, in order) whose outlines run within `gap_m` of each other for at least `least_m`."""
    codes = sorted(code for code, shape in shapes.items() if shape is not None and shapely.area(shape) > 0)
    if len(codes) < 2:
        return []
    metres = _in_metres(np.array([shapes[code] for code in codes], dtype=object))
    first, second = shapely.STRtree(metres).query(metres, predicate="dwithin", distance=gap_m)
    first, second = first[first < second], second[first < second]
    # What of one's outline lies near the other; a corner gives at most some gap_m on each of its two sides.
    near = shapely.intersection(shapely.boundary(metres[first]), shapely.buffer(metres[second], gap_m))
    is_border = shapely.length(near) >= max(least_m, 4 * gap_m)
    return sorted((codes[a], codes[b]) for a, b in zip(first[is_border], second[is_border], strict=True))


def _in_metres(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    west, _, east, _ = shapely.total_bounds(shapes)
    to_metres = pyproj.Transformer.from_crs(WGS84, projected_crs(float((west + east) / 2)), always_xy=True)

    def project(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_metres.transform(lonlat[:, 0], lonlat[:, 1]))

    return np.asarray(shapely.transform(shapes, project))
