"""How well the outlines of one level fit together: overlaps and gaps, measured and told in one fault.

In: the places with their outlines as sent. Out: a warning per level above the config's tolerance, with the area
and the places where most of it lies. Nothing is mended here: the copy for the screen is cleaned by geo.screen.
"""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from data_loaders.evidence import first_few
from data_loaders.register import Register
from faults import Fault, FaultLog
from geo.crs import projected_crs
from geo.screen import fit
from settings import Settings
from wording import LEVEL_NAMES

_LEVELS = ("village", "township")
_BESIDE_M = 1.0  # a place borders a gap when it is no farther away


def check_fit(places: gpd.GeoDataFrame, register: Register, settings: Settings, log: FaultLog) -> None:
    """Add one warning for each level whose outlines overlap or leave gaps beyond the tolerance."""
    limit = settings.geography.misfit_km2
    for level in _LEVELS:
        sent = places[(places["level"] == level) & (places["geometry_source"] == "boundary")]
        if len(sent) < 2:
            continue
        found = fit(sent)
        parts = []
        if found.overlap_km2 > limit:
            parts.append(
                f"重叠{found.overlap_km2:.2f}平方公里({first_few(_overlapping(sent, register), '处')})"
            )
        if found.gap_km2 > limit:
            parts.append(f"空隙{found.gap_km2:.2f}平方公里({first_few(_beside_gaps(sent, register), '处')})")
        if parts:
            log.add(
                Fault(
                    "warning",
                    "boundary_misfit",
                    f"{LEVEL_NAMES[level]}界线之间有{'、'.join(parts)}",
                    remedy="请界线的提供单位核对;看板显示的界线已自动理顺,面积按原界线计算。",
                    found=f"重叠{found.overlap_km2:.2f}、空隙{found.gap_km2:.2f}平方公里",
                    expected=f"各不超过{limit:g}平方公里",
                )
            )


def _overlapping(places: gpd.GeoDataFrame, register: Register) -> Iterator[str]:
    """Pairs of places that share ground, those with most of it first."""
    shapes, codes = _in_metres(places)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    is_pair = left < right
    left, right = left[is_pair], right[is_pair]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right])) / 1e6
    for at in np.argsort(-shared, kind="stable"):
        if shared[at] < 0.005:  # would be told as 0.00
            return
        names = "与".join(register.name(codes[side[at]]) for side in (left, right))
        yield f"{names}{shared[at]:.2f}"


def _beside_gaps(places: gpd.GeoDataFrame, register: Register) -> Iterator[str]:
    """The places around each gap, the largest gap first."""
    shapes, codes = _in_metres(places)
    union = shapely.union_all(shapes)
    outline = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])
    gaps = shapely.get_parts(outline.difference(union))
    for gap in sorted(gaps, key=shapely.area, reverse=True):
        if gap.area < 5000:
            return
        beside = np.flatnonzero(shapely.dwithin(shapes, gap, _BESIDE_M))
        names = "、".join(register.name(codes[at]) for at in beside[:3])
        yield f"{names}{'之间' if len(beside) > 1 else '以内'}{gap.area / 1e6:.2f}"


def _in_metres(places: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], list[str]]:
    west, _, east, _ = places.total_bounds
    metres = places.to_crs(projected_crs((west + east) / 2))
    return shapely.make_valid(metres.geometry.to_numpy()), list(places["place_code"])
