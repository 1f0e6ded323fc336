"""Shapes as sent → shapes that can be drawn: polygons mended, one row per place.

In: a GeoDataFrame with code, name, parent_name and EPSG:4326 geometry. Out: the same with valid polygons
(or points), duplicates merged or rejected; every repair is counted in the fault log. Refuses to turn lines
into areas: a border line does not say which side is whose.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from faults import Fault, FaultLog

_POINT, _POLYGON, _MULTIPOLYGON, _COLLECTION = 0, 3, 6, 7


METRES_A_DEGREE = 111_320.0  # of latitude, and of longitude at the equator
SLIVER_M2 = (
    20_000.0  # a hole smaller than this in a township or county is a gap between outlines, not a place
)


def without_slivers(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The EPSG:4326 polygons without holes smaller than SLIVER_M2; enclaves stay."""
    holes = shapely.get_num_interior_rings(shapely.get_parts(frame.geometry.to_numpy()))
    if not holes.any():
        return frame
    # Degrees to metres at the middle of the frame: near enough to tell a sliver from a village.
    _, south, _, north = frame.total_bounds
    square_metres = METRES_A_DEGREE**2 * np.cos(np.radians((south + north) / 2))

    def closed(shape: Any) -> Any:
        if shape is None:
            return shape
        parts = []
        for part in shapely.get_parts(shape):
            rings = shapely.get_rings(part)
            areas = shapely.area(shapely.polygons(rings[1:])) * square_metres
            parts.append(shapely.Polygon(rings[0], list(rings[1:][areas >= SLIVER_M2])))
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    return frame.set_geometry([closed(shape) for shape in frame.geometry], crs=frame.crs)


def polygonal(shapes: NDArray[Any]) -> NDArray[Any]:
    """The polygonal part of each geometry: what `make_valid` returns beside it (lines, points) is dropped.

    None where nothing polygonal is left.
    """

    def part(shape: Any) -> Any:
        if shape is None or shape.is_empty:
            return None
        if shape.geom_type in ("Polygon", "MultiPolygon"):
            return shape
        pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type.endswith("Polygon")]
        return shapely.union_all(pieces) if pieces else None

    return np.array([part(shape) for shape in shapes], dtype=object)


def listed(names: list[str], most: int = 5) -> str:
    """The first names of a list, and how many there are when not all are shown."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 处"


def _labels(places: gpd.GeoDataFrame) -> pd.Series:
    """What a fault calls each row: its name, else its code."""
    return places["name"].fillna(places["code"]).fillna("没有名称的要素")


def whole_shapes(places: gpd.GeoDataFrame, file: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Invalid polygons mended to their polygonal part; what is neither polygon nor point becomes missing."""
    shapes = places.geometry.to_numpy().copy()
    labels = _labels(places)
    kinds = shapely.get_type_id(shapes)
    is_area = np.isin(kinds, [_POLYGON, _MULTIPOLYGON, _COLLECTION])
    broken = is_area & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    shapes[is_area] = polygonal(shapes[is_area])
    shapes[(kinds >= 0) & ~is_area & (kinds != _POINT)] = None
    is_gone = (kinds >= 0) & pd.isna(shapes)
    is_mended = broken & ~is_gone
    if is_mended.any():
        log.add(
            Fault(
                severity="warning",
                kind="repaired_geometry",
                file=file,
                found=str(is_mended.sum()),
                message=f"{file}:{is_mended.sum()} 个多边形自相交或有其他错误,已自动修复:"
                f"{listed(list(labels[is_mended]))}。",
                remedy="请在 GIS 软件里核对这些地方的界线。",
            )
        )
    if is_gone.any():
        log.add(
            Fault(
                severity="error",
                kind="no_polygon",
                file=file,
                found=str(is_gone.sum()),
                expected="多边形",
                message=f"{file}:{is_gone.sum()} 个要素不是多边形或面积为零,不能上图:"
                f"{listed(list(labels[is_gone]))}。",
                remedy="请把界线转成面(多边形),再重新导出。",
            )
        )
    return places.set_geometry(gpd.GeoSeries(shapes, index=places.index, crs=places.crs))


def one_row_per_place(places: gpd.GeoDataFrame, file: str, log: FaultLog) -> gpd.GeoDataFrame:
    """Features of one code and one name merged (exclaves); one code under two names keeps only the first."""
    by_name = (places["parent_name"].fillna("") + "/" + places["name"]).where(places["name"].notna())
    unnamed = pd.Series([f"#{row}" for row in places.index], index=places.index, dtype=object)
    key = places["code"].fillna(by_name).fillna(unnamed)
    labels = _labels(places)
    shapes = places.geometry.copy()
    extra: list[Any] = []
    for repeated in key[key.duplicated()].unique():
        group = places.loc[key == repeated]
        extra.extend(group.index[1:])
        names = list(group["name"].dropna().unique())
        if len(names) <= 1:
            shapes.loc[group.index[0]] = shapely.union_all(group.geometry.dropna().to_numpy())
        log.add(_duplicate(file, str(repeated), str(labels[group.index[0]]), names, len(group)))
    return places.set_geometry(shapes).drop(index=extra).reset_index(drop=True)


def _duplicate(file: str, repeated: str, label: str, names: list[str], count: int) -> Fault:
    if len(names) > 1:
        return Fault(
            severity="error",
            kind="duplicate_place",
            file=file,
            found=repeated,
            expected="每个代码一个地方",
            message=f"{file}:代码 {repeated} 出现了 {count} 次,名称不同({listed(names)}),只保留第一个。",
            remedy="请核对代码后重新导出。",
        )
    return Fault(
        severity="warning",
        kind="merged_features",
        file=file,
        found=str(count),
        expected="1",
        message=f"{file}:“{label}”({repeated})有 {count} 个要素,已合并成一个地方。",
        remedy="如果不是飞地,请删除重复的要素。",
    )
