"""Where on earth a boundary file lies: its CRS found or asked for, its coordinates brought to EPSG:4326.

In: a frame with the CRS that the file itself carries (or none) and the `Source` of config.toml. Out: the
frame in EPSG:4326. Refuses metres without a zone, and coordinates that end up outside China.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from faults import DataProblem, Fault, FaultLog
from geo.crs import WGS84, gauss_kruger_epsg, to_wgs84_from
from settings import Source

# Frames within a metre of WGS 84 in China, as EPSG and Esri spell them; others are transformed and reported.
_MODERN = ("WGS 84", "WGS_1984", "China Geodetic Coordinate System 2000", "China_2000", "CGCS2000")


def in_wgs84(frame: gpd.GeoDataFrame, file: str, source: Source, log: FaultLog) -> gpd.GeoDataFrame:
    """The frame, flat, in EPSG:4326; its datum is the declared one, never the one that a file claims."""
    flat = gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=frame.index, crs=frame.crs)
    if not flat.notna().any():
        return frame.set_geometry(flat.set_crs(WGS84, allow_override=True))
    crs = _written_crs(flat, file, source, log) or _deduced_crs(flat, file, source)
    geodetic = crs.geodetic_crs or crs
    degrees = flat.set_crs(crs, allow_override=True).to_crs(geodetic)
    if not any(modern in geodetic.name for modern in _MODERN):
        log.add(_old_datum(file, crs.name))
        degrees = degrees.to_crs(WGS84)
    placed = to_wgs84_from(frame.set_geometry(degrees), source.datum)
    _check_in_china(placed, file, source)
    return placed


def _written_crs(shapes: gpd.GeoSeries, file: str, source: Source, log: FaultLog) -> pyproj.CRS | None:
    """What config.toml says, else what the file says."""
    own = pyproj.CRS(shapes.crs) if shapes.crs is not None else None
    if source.crs is None:
        return own
    try:
        declared = pyproj.CRS.from_user_input(source.crs)
    except pyproj.exceptions.CRSError as error:
        raise DataProblem(
            f"config.toml 的 sources.{source.id} 里 crs“{source.crs}”认不出来。请写成 EPSG:4490 这样的代码。"
        ) from error
    if own is not None and not declared.equals(own, ignore_axis_order=True):
        log.add(
            Fault(
                severity="info",
                kind="crs_overridden",
                file=file,
                found=own.name,
                expected=declared.name,
                message=f"{file}:文件自带的坐标系是“{own.name}”,按 config.toml 用了“{declared.name}”。",
            )
        )
    return declared


def _deduced_crs(shapes: gpd.GeoSeries, file: str, source: Source) -> pyproj.CRS:
    """Degrees, or metres whose easting begins with its zone; anything else is asked for."""
    west, south, east, north = shapes.total_bounds
    if not np.isfinite((west, south, east, north)).all():
        raise DataProblem(f"{file}:坐标是空的,或有不是数字的值。请在 GIS 软件里检查后重新导出。")
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return pyproj.CRS.from_epsg(4490 if source.datum == "cgcs2000" else 4326)
    zone = gauss_kruger_epsg(west)
    if zone is not None and zone == gauss_kruger_epsg(east) and 0 < south <= north < 6_500_000:
        return pyproj.CRS.from_epsg(zone)
    raise DataProblem(
        f"{file}:没有写坐标系,从坐标范围(x {west:.0f} 到 {east:.0f},y {south:.0f} 到 {north:.0f})也看不出是"
        f'哪个带。请在 config.toml 的 sources.{source.id} 里写 crs,例如 crs = "EPSG:4547"'
        "(CGCS2000 3° 带,中央经线 114°),或者请对方连同 .prj 文件一起提供。"
    )


def _check_in_china(frame: gpd.GeoDataFrame, file: str, source: Source) -> None:
    west, south, east, north = frame.total_bounds
    if 73 <= west <= east <= 136 and 3 <= south <= north <= 54:
        return
    is_swapped = 73 <= south <= north <= 136 and 3 <= west <= east <= 54
    raise DataProblem(
        f"{file}:换算后是经度 {west:.3f} 到 {east:.3f}、纬度 {south:.3f} 到 {north:.3f},"
        f"{'经度和纬度可能写反了' if is_swapped else '不在中国范围内'}。"
        f"请检查 config.toml 的 sources.{source.id} 里的 crs、lon_field 和 lat_field。"
    )


def _old_datum(file: str, name: str) -> Fault:
    return Fault(
        severity="warning",
        kind="old_datum",
        file=file,
        found=name,
        expected="CGCS2000",
        message=f"{file}:坐标系是“{name}”,按通用参数换算,可能偏几米到一百多米。",
        remedy="请向自然资源部门要 2000 国家大地坐标系的界线。",
    )
