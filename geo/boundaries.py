"""Boundary files as counties send them → one GeoDataFrame: code, name, parent_name, level, geometry.

In: a file (zipped or plain shapefile, GeoPackage, GeoJSON, a bare geometry, KML, CSV points) and the `Source`
that config.toml declares for it. Out: EPSG:4326 polygons or points; codes are strings of digits, padded to
12. What is wrong with single rows goes to the fault log. Refuses, with a DataProblem that says what to do,
files that cannot be read, lack a declared field, or do not say where on earth they lie.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from faults import DataProblem, Fault, FaultLog
from geo.archives import extract_layer
from geo.attributes import decoded_text, read_layer, restore_index
from geo.georeference import in_wgs84
from geo.kml import read_kml
from geo.mending import one_row_per_place, whole_shapes
from settings import Source

COLUMNS = ("code", "name", "parent_name", "level", "geometry")
SUFFIXES = (".zip", ".shp", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".csv")
MAX_FILE_BYTES = 300_000_000
MAX_TEXT_BYTES = 100_000_000  # becomes five times that in memory

_BARE = ("Point", "MultiPoint", "Polygon", "MultiPolygon", "GeometryCollection")


def read_boundaries(path: Path, source: Source, log: FaultLog) -> gpd.GeoDataFrame:
    """Places of one boundary file in EPSG:4326, one row per place, in the order of the file.

    `code`, `name`, `parent_name` are strings or None; `geometry` is missing for a CSV row without
    coordinates and for a shape that cannot be mended. Raises DataProblem when the whole file is unusable.
    """
    if not path.is_file():
        raise DataProblem(f"找不到界线文件 {path.name}。")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise DataProblem(
            f"{path.name}:超过 {MAX_FILE_BYTES / 1e6:.0f} MB。请先在 GIS 软件里简化界线再提交。"
        )
    places = _named(_read(path, source, log), path.name, source)
    placed = in_wgs84(places, path.name, source, log)
    drawable = whole_shapes(placed, path.name, log)
    return one_row_per_place(drawable, path.name, log)[list(COLUMNS)]


def _read(path: Path, source: Source, log: FaultLog) -> gpd.GeoDataFrame:
    """The file's rows with the attributes and the CRS that it carries itself."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataProblem(f"{path.name}:不认识的界线文件类型。请提供 {'、'.join(SUFFIXES)} 之一。")
    if suffix == ".csv":
        return _read_points(path, source, log)
    # A shapefile is copied even when it is not zipped: GDAL would mend a missing .shx in the county's own
    # folder, and opens Chinese file names on some systems only.
    with tempfile.TemporaryDirectory(prefix="guanmo-") as folder:
        layer = extract_layer(path, Path(folder)) if suffix in (".zip", ".kmz", ".shp") else path
        if layer.suffix.lower() in (".geojson", ".json"):
            return _read_geojson(layer, path.name)
        if layer.suffix.lower() == ".kml":
            return read_kml(_text_of(layer, path.name), path.name)
        try:
            if restore_index(layer):
                log.add(_restored(path.name))
            _check_one_layer(layer, path.name)
            return read_layer(layer, path.name)
        except pyogrio.errors.DataSourceError as error:
            said = str(error).replace(str(layer), path.name)  # not the name of a temporary folder
            raise DataProblem(
                f"{path.name}:读不出来({said})。请在 GIS 软件里打开确认,再重新导出。"
            ) from error


def _text_of(path: Path, file: str) -> str:
    if path.stat().st_size > MAX_TEXT_BYTES:  # in a zip it may be much larger than what was sent
        raise DataProblem(
            f"{file}:展开后超过 {MAX_TEXT_BYTES / 1e6:.0f} MB。请先在 GIS 软件里简化界线,或改用 GeoPackage。"
        )
    try:
        return decoded_text(path.read_bytes())
    except UnicodeDecodeError as error:
        raise DataProblem(f"{file}:文字按 UTF-8 和 GB18030 都读不出来。请另存为 UTF-8。") from error


def _restored(file: str) -> Fault:
    return Fault(
        "info",
        "restored_index",
        f"{file}:缺少 .shx 索引文件,已从 .shp 重建后读取,原文件没有改动。",
        remedy="请下次把 .shp、.shx、.dbf、.prj 一起提供。",
        file=file,
    )


def _check_one_layer(layer: Path, file: str) -> None:
    drawn = [str(name) for name, kind in pyogrio.list_layers(layer) if kind is not None]
    if len(drawn) != 1:
        raise DataProblem(f"{file}:有 {len(drawn)} 个图层({'、'.join(drawn[:6])})。请只保留界线一层。")


def _read_geojson(layer: Path, file: str) -> gpd.GeoDataFrame:
    """A FeatureCollection, a Feature or a bare geometry; the CRS is its `crs` member, or missing."""
    try:
        content = json.loads(_text_of(layer, file), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # brackets in brackets, a hundred thousand deep
        raise DataProblem(f"{file}:不是有效的 JSON({error})。请重新导出 GeoJSON。") from error
    kind = content.get("type") if isinstance(content, dict) else type(content).__name__
    if kind in _BARE:
        content = {"type": "Feature", "properties": {}, "geometry": content}
    elif kind not in ("Feature", "FeatureCollection"):
        raise DataProblem(f"{file}:不是 GeoJSON(type 是“{kind}”)。请导出为 GeoJSON 或 shapefile。")
    features = content.get("features") if kind == "FeatureCollection" else [content]
    if not features:
        raise DataProblem(f"{file}:里面没有任何要素。")
    stated = content.get("crs")
    properties = stated.get("properties") if isinstance(stated, dict) else None
    written = properties.get("name") if isinstance(properties, dict) else None
    try:
        crs = pyproj.CRS.from_user_input(written) if written else None
        return gpd.GeoDataFrame.from_features(features, crs=crs)
    except pyproj.exceptions.CRSError as error:
        raise DataProblem(f"{file}:坐标系“{written}”认不出来。请在 config.toml 里写明 crs。") from error
    except (KeyError, TypeError, AttributeError, ValueError, shapely.errors.ShapelyError) as error:
        raise DataProblem(f"{file}:里面有不完整的要素({error})。请重新导出 GeoJSON。") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} 不是坐标")


def _read_points(path: Path, source: Source, log: FaultLog) -> gpd.GeoDataFrame:
    """A table with a longitude and a latitude column; a row without both has no geometry."""
    fields = [source.lon_field, source.lat_field]
    try:
        table = pd.read_csv(StringIO(_text_of(path, path.name)), dtype=str, keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise DataProblem(
            f"{path.name}:是空的,或者列数不一致、引号没有成对。请另存为 UTF-8 的 CSV。"
        ) from error
    table.columns = [str(name).strip() for name in table.columns]
    for key, field in zip(("lon_field", "lat_field"), fields, strict=True):
        if field not in table.columns:
            raise DataProblem(
                f"{path.name}:没有“{field or '经纬度'}”列,只有:{'、'.join(table.columns)}。"
                f"请在 config.toml 的 sources.{source.id} 里写 {key}。"
            )
    text = table[fields].apply(lambda column: column.str.strip())
    numbers = text.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    has_both = ~np.isnan(numbers).any(axis=1)
    for row in np.flatnonzero(~has_both & (text != "").any(axis=1).to_numpy()):
        found = ",".join(text.iloc[row])
        log.add(
            Fault(
                severity="warning",
                kind="bad_coordinates",
                file=path.name,
                cell=f"第{row + 2}行",
                found=found,
                expected="十进制度,例如 110.66",
                message=f"{path.name}  第{row + 2}行:经纬度“{found}”不是两个数字,这个地方不上图。",
                remedy="请填写经度和纬度(十进制度)。",
            )
        )
    points = np.full(len(table), None, dtype=object)
    points[has_both] = shapely.points(numbers[has_both])
    return gpd.GeoDataFrame(table, geometry=points)


def digits(value: Any) -> str | None:
    """A place code as a string: 990101101001.0 and ' 990101101001 ' → '990101101001'; None when blank.

    Codes of 6 and 9 digits (county, township) are padded to 12, as they are everywhere else.
    """
    if pd.isna(value):
        return None
    written = f"{value:.0f}" if isinstance(value, (float, np.floating)) else str(value).strip()
    code = written.removesuffix(".0")
    is_short = code.isascii() and code.isdigit() and len(code) in (6, 9)
    return code.ljust(12, "0") if is_short else code or None


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value).strip() or None


def _named(rows: gpd.GeoDataFrame, file: str, source: Source) -> gpd.GeoDataFrame:
    """The columns that the config names, under our names; a lone shape needs no name (a county's outline)."""
    fields = {
        "code_field": source.code_field,
        "name_field": source.name_field,
        "parent_field": source.parent_field,
    }
    present = [str(column) for column in rows.columns if column != rows.geometry.name]
    for key, field in fields.items():
        if field is not None and field not in present:
            raise DataProblem(
                f"{file}:没有“{field}”字段,只有:{'、'.join(present) or '(一个字段也没有)'}。"
                f"请在 config.toml 的 sources.{source.id} 里改 {key}。"
            )
    if len(rows) > 1 and source.code_field is None and source.name_field is None:
        raise DataProblem(
            f"{file}:有 {len(rows)} 个要素,不知道哪个字段是代码或名称({'、'.join(present)})。"
            f"请在 config.toml 的 sources.{source.id} 里写 code_field 或 name_field。"
        )

    def column(field: str | None, convert: Callable[[Any], str | None]) -> pd.Series:
        values = rows[field] if field is not None else [None] * len(rows)
        return pd.Series([convert(value) for value in values], index=rows.index, dtype=object)

    columns = {
        "code": column(source.code_field, digits),
        "name": column(source.name_field, _text),
        "parent_name": column(source.parent_field, _text),
        "level": pd.Series([source.level] * len(rows), index=rows.index, dtype=object),
    }
    return gpd.GeoDataFrame(columns, geometry=rows.geometry.to_numpy(), crs=rows.crs)
