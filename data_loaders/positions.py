"""Whether enterprises and stops lie where their ledger says: in the county, the township, the village.

In: tables with `lon` and `lat` (EPSG:4326), and the places with their outlines. Out: a warning with the distance
for each position that is off; one outside the county is taken away, so that no map is drawn around it.
Distances are measured in the county's 3° zone. Places without an outline are not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from data_loaders.evidence import full_name, responsible
from data_loaders.register import Register
from faults import Fault, FaultLog
from geo.crs import WGS84, projected_crs
from settings import Settings

_CHINA = (70.0, 15.0, 140.0, 55.0)  # west, south, east, north, with room to spare


def implausible(lon: float, lat: float) -> str | None:
    """What is wrong with a position that cannot be in China; None when it can."""
    west, south, east, north = _CHINA
    if west < lon < east and south < lat < north:
        return None
    if west < lat < east and south < lon < north:
        return "经度和纬度写反了"
    return "不在国内"


class Positions:
    """The county's outlines in metres, and where each position should be. A position is reported once."""

    def __init__(
        self, places: gpd.GeoDataFrame, register: Register, settings: Settings, log: FaultLog
    ) -> None:
        self.register, self.log = register, log
        self.county = settings.county.place_code
        self.tolerance_m = 1000 * settings.geography.position_km
        drawn = places[places.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
        self.shapes: dict[str, BaseGeometry] = {}
        if not drawn.empty:
            west, _, east, _ = drawn.total_bounds
            crs = projected_crs((west + east) / 2)
            self.to_metres = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
            self.shapes = dict(zip(drawn["place_code"], drawn.geometry.to_crs(crs), strict=True))
        self.codes = [code for code in self.shapes if code != self.county]
        self.tree = shapely.STRtree([self.shapes[code] for code in self.codes])
        self.seen: set[tuple[str, float, float]] = set()

    def checked(self, table: pd.DataFrame, titled: str) -> pd.DataFrame:
        """The table without positions outside the county; `titled` is the column that names a row."""
        lost = []
        for index, row in zip(table.index, table.to_dict("records"), strict=True):
            if pd.isna(row["lon"]) or pd.isna(row["lat"]):
                continue
            key = (row["place_code"], row["lon"], row["lat"])
            fault = self._judged(row, f"“{row[titled]}”")
            if fault is None:
                continue
            if fault.kind == "outside_county":
                lost.append(index)
            # A stop that took over its enterprise's position has the same fault, which stands there already.
            if key not in self.seen:
                self.log.add(fault)
            self.seen.add(key)
        kept = table.copy()
        kept.loc[lost, ["lon", "lat"]] = np.nan
        return kept

    def _judged(self, row: Mapping[Any, Any], who: str) -> Fault | None:
        lon, lat = row["lon"], row["lat"]
        here = f"{who}的位置 {lon:.6g}, {lat:.6g} "
        if problem := implausible(lon, lat):
            return _fault(row, "outside_county", f"{here}{problem},未采用", "本县境内的经度、纬度")
        if self.county not in self.shapes:
            return None
        point = self._point(lon, lat)
        stated = self._stated(row["place_code"])
        away = f"离所写的{full_name(stated, self.register)}{self._km(point, stated)}"
        if self._is_outside(point, self.county):
            return _fault(row, "outside_county", f"{here}不在本县,{away},未采用", "本县境内的经度、纬度")
        actual = self._place_at(point)
        found = here + (f"在{full_name(actual, self.register)},{away}" if actual else away)
        expected = f"{full_name(stated, self.register)}境内"
        if self._is_outside(point, responsible(row["place_code"])):
            return _fault(row, "outside_township", found, expected)
        if self._is_outside(point, stated):
            return _fault(row, "outside_village", found, expected)
        return None

    def _is_outside(self, point: BaseGeometry, place_code: str) -> bool:
        """Whether the point is farther outside the place's outline, if it has one, than the tolerance."""
        outline = self.shapes.get(place_code)
        return outline is not None and shapely.distance(point, outline) > self.tolerance_m

    def _point(self, lon: float, lat: float) -> BaseGeometry:
        return shapely.Point(*self.to_metres.transform(lon, lat))

    def _stated(self, place_code: str) -> str:
        """The finest place with an outline of those that the ledger states."""
        return next(
            code for code in (place_code, responsible(place_code), self.county) if code in self.shapes
        )

    def _km(self, point: BaseGeometry, place_code: str) -> str:
        return f"{shapely.distance(point, self.shapes[place_code]) / 1000:.1f}公里"

    def _place_at(self, point: BaseGeometry) -> str | None:
        """The village around the point, else the township."""
        hits = [self.codes[hit] for hit in self.tree.query(point, predicate="intersects")]
        return next((code for code in hits if not code.endswith("000")), hits[0] if hits else None)


def _fault(row: Mapping[Any, Any], kind: str, message: str, expected: str) -> Fault:
    return Fault(
        "warning",
        kind,
        message,
        remedy="请核对经度和纬度,或改正所写的乡镇和村。",
        file=row["source_file"],
        sheet=row["source_sheet"],
        cell=f"第{row['source_row']}行",
        found=f"{row['lon']:.6g}, {row['lat']:.6g}",
        expected=expected,
        place_code=responsible(row["place_code"]),
    )
