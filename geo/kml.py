"""KML as phones, Google Earth and 奥维 write it → rows with the attributes that each placemark carries.

In: the text of a KML file. Out: a GeoDataFrame in EPSG:4326, which is what KML is by definition (the datum that
config.toml declares still decides where it lies): `name`, `description`, `folder` (of the placemark's own
folder) and every field of its extended data. GDAL is not asked, because it turns Chinese field names into
underscores. Refuses files that are no KML, and document types, which can expand without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from faults import DataProblem
from geo.crs import WGS84

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon")


def read_kml(text: str, file: str) -> gpd.GeoDataFrame:
    """Every placemark that has a shape; several shapes of one placemark are one multi-part shape."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DataProblem(f"{file}:KML 里有 DOCTYPE 声明,不能打开。请在地图软件里重新导出。")
    try:
        placemarks = list(_placemarks(ElementTree.fromstring(text)))
        rows = [_attributes(placemark, folder) for placemark, folder in placemarks]
        shapes = [_shape(placemark) for placemark, _ in placemarks]
    except (ElementTree.ParseError, ValueError, shapely.errors.ShapelyError) as error:
        raise DataProblem(f"{file}:不是完整的 KML({error})。请在地图软件里重新导出。") from error
    if not any(shape is not None for shape in shapes):
        raise DataProblem(f"{file}:里面没有任何点或多边形。")
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=WGS84)
    return frame[frame.geometry.notna()].reset_index(drop=True)


def _tag(element: ElementTree.Element) -> str:
    """The element's name without its namespace, of which KML has had several."""
    return element.tag.rpartition("}")[2]


def _placemarks(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str]]:
    """Every placemark in the order of the file, with the name of the folder that it lies in."""
    waiting = [(root, "")]
    while waiting:
        element, folder = waiting.pop()
        if _tag(element) == "Placemark":
            yield element, folder
            continue
        if _tag(element) == "Folder":
            folder = _said(element, "name")
        waiting.extend((child, folder) for child in reversed(element))


def _attributes(placemark: ElementTree.Element, folder: str) -> dict[str, str]:
    row = {
        "name": _said(placemark, "name"),
        "description": _said(placemark, "description"),
        "folder": folder,
    }
    for data in placemark.iter():
        if _tag(data) == "SimpleData":
            row.setdefault(data.get("name", ""), (data.text or "").strip())
        elif _tag(data) == "Data":
            row.setdefault(data.get("name", ""), _said(data, "value"))
    return row


def _said(element: ElementTree.Element, tag: str) -> str:
    """The text of the first child called `tag`; else ""."""
    return next(((child.text or "").strip() for child in element if _tag(child) == tag), "")


def _shape(placemark: ElementTree.Element) -> BaseGeometry | None:
    inner = {ring for part in placemark.iter() if _tag(part) == "Polygon" for ring in part.iter()}
    parts = [
        _part(element)
        for element in placemark.iter()
        if _tag(element) in _SHAPES and (_tag(element) == "Polygon" or element not in inner)
    ]
    if len(parts) < 2:
        return parts[0] if parts else None
    kinds = {part.geom_type for part in parts}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(parts)
    return shapely.MultiPoint(parts) if kinds == {"Point"} else shapely.GeometryCollection(parts)


def _part(element: ElementTree.Element) -> BaseGeometry:
    match _tag(element):
        case "Point":
            return shapely.Point(_coordinates(element)[0])
        case "Polygon":
            outer, *more = _rings(element, "outerBoundaryIs") or [[]]
            if not outer or more:
                raise ValueError("有多边形没有外边界,或不止一条")
            return shapely.Polygon(outer, _rings(element, "innerBoundaryIs"))
    return shapely.LineString(_coordinates(element))


def _rings(polygon: ElementTree.Element, boundary: str) -> list[list[tuple[float, float]]]:
    return [_coordinates(ring) for part in polygon if _tag(part) == boundary for ring in part]


def _coordinates(element: ElementTree.Element) -> list[tuple[float, float]]:
    """Longitude and latitude of every point below `element`; heights are left out."""
    texts = (part.text or "" for part in element.iter() if _tag(part) == "coordinates")
    points = [tuple(map(float, point.split(",")[:2])) for text in texts for point in text.split()]
    if not points or any(len(point) != 2 for point in points):
        raise ValueError("有图形的坐标不是“经度,纬度”")
    return [(point[0], point[1]) for point in points]
