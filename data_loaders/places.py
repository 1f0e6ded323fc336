"""The county's code list and its boundaries → the `places` table and the geometry of every place.

In: ledgers of kind `places`, boundary frames from geo.boundaries. Out: one row per county, township and
village, and a GeoDataFrame in EPSG:4326. A place without a boundary stays in the table: it is listed, not lost.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from data_loaders.contract import conform
from data_loaders.duplicates import without_repeats
from data_loaders.initials import initials
from data_loaders.register import Register, full_code, level_of, parent_of
from data_loaders.tables import Ledger, Tally
from data_loaders.things import Entry, entries, read_entries
from faults import Fault, FaultLog
from geo.crs import area_km2
from geo.screen import dissolve, inside_points
from settings import Settings, Source
from wording import LEVEL_NAMES


def read_places(
    ledger: Ledger, source: Source, settings: Settings, county: Register, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The code list's places; codes of another county are rejected."""

    def record(entry: Entry) -> dict[str, Any]:
        code, name = entry.text("code"), entry.text("name")
        place_code = full_code(code or "")
        if place_code is None or not place_code.startswith(settings.county.code):
            entry.reject(
                "code",
                "bad_code",
                f"“{code}”不是本县的区划代码",
                f"{settings.county.code}开头的6、9或12位数字",
            )
        if name is None:
            entry.reject("name", "missing_value", "没有名称", "地名")
        return {
            "place_code": place_code,
            "name": name,
            "level": level_of(place_code) if place_code else None,
            "parent_code": parent_of(place_code) if place_code else None,
            "households": entry.count("households"),
            "poor_households": entry.count("poor_households"),
            **entry.source(source),
        }

    found = entries(ledger, county, settings.reading, log, needs_place=False)
    records, kept, rejected = read_entries(found, record)
    return records, Tally(kept, rejected)


def places_table(records: list[dict[str, Any]], settings: Settings, log: FaultLog) -> pd.DataFrame:
    """The register: the county itself is added when no list names it; a village without its township is dropped."""
    county = _county_row(settings)
    is_listed = any(record["place_code"] == county["place_code"] for record in records)
    rows = records if is_listed else [county, *records]
    known = {row["place_code"] for row in rows}
    orphans = [row for row in rows if row["parent_code"] is not None and row["parent_code"] not in known]
    for row in orphans:
        log.add(
            Fault(
                "error",
                "missing_township",
                f"{row['name']}({row['place_code']})所属的乡镇 {row['parent_code'][:9]} 不在行政区划代码表里",
                remedy="请在代码表里补上这个乡镇,或改正代码。",
                file=row["source_file"],
                sheet=row["source_sheet"],
                cell=f"第{row['source_row']}行",
            )
        )
    kept = {"places": [row for row in rows if row not in orphans]}
    places = without_repeats("places", kept, "name", log)
    named = places.assign(initials=[initials(name) for name in places["name"]])
    return conform("places", named.sort_values("place_code").reset_index(drop=True))


def county_only(settings: Settings) -> Register:
    """The register before any list was read: the county and nothing else."""
    return Register(conform("places", [_county_row(settings)]))


def _county_row(settings: Settings) -> dict[str, Any]:
    county = settings.county
    return {"place_code": county.place_code, "name": county.name, "level": "county", "parent_code": None}


def with_geometry(
    places: pd.DataFrame,
    boundaries: list[tuple[Source, str, gpd.GeoDataFrame]],
    register: Register,
    log: FaultLog,
) -> gpd.GeoDataFrame:
    """`places` with a geometry each where one is known, its area and a point inside; outlines dissolved if absent."""
    geometry: dict[str, BaseGeometry] = {}
    origin: dict[str, str] = {}
    for source, file, frame in boundaries:
        for code, shape in _placed(source, file, frame, register, log):
            if code in geometry:
                log.add(
                    _fault(
                        "warning",
                        "duplicate_boundary",
                        f"{register.name(code)}有不止一条界线,采用了第一条",
                        file,
                    )
                )
                continue
            geometry[code] = shape
            origin[code] = "point" if shape.geom_type == "Point" else "boundary"
    shown = _frame(places, geometry)
    for level in ("township", "county"):
        outlines = _dissolved(level, shown)
        geometry.update(outlines)
        origin.update(dict.fromkeys(outlines, "dissolved"))
        shown = _frame(places, geometry)
    is_area = shown.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    inside = inside_points(shown)
    frame = shown.assign(
        geometry_source=places["place_code"].map(origin).astype("str"),
        lon=inside["lon"],
        lat=inside["lat"],
        area_km2=area_km2(shown).where(is_area),
    )
    if boundaries:
        _report_unmapped(frame, log)
    return frame


def _frame(places: pd.DataFrame, geometry: dict[str, BaseGeometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(places, geometry=places["place_code"].map(geometry).tolist(), crs="EPSG:4326")


def _dissolved(level: str, places: gpd.GeoDataFrame) -> dict[str, BaseGeometry]:
    """Outline of each place of `level` that no file outlines: the union of its children's polygons."""
    wanted = places.loc[(places["level"] == level) & places.geometry.isna(), "place_code"]
    children = places[places["parent_code"].isin(wanted)].rename(columns={"place_code": "code"})
    outlines = dissolve(children, dict(zip(children["code"], children["parent_code"], strict=True)))
    return dict(zip(outlines["code"], outlines.geometry, strict=True))


def _placed(
    source: Source, file: str, frame: gpd.GeoDataFrame, register: Register, log: FaultLog
) -> list[tuple[str, BaseGeometry]]:
    """Each boundary with the code of its place; by its own code, else by name, never by likeness."""
    found: list[tuple[str, BaseGeometry]] = []
    strangers: list[str] = []
    moved: list[str] = []
    doubtful: list[str] = []
    for feature in frame.itertuples():
        if feature.geometry is None or feature.geometry.is_empty:
            continue
        code, name, parent = (_said(value) for value in (feature.code, feature.name, feature.parent_name))
        if source.level == "county" and len(frame) == 1 and not code and not name:
            found.append((register.county_code, feature.geometry))
            continue
        match = _match(source, register, code, name, parent)
        if match is None:
            strangers.append(name or code or f"第{feature.Index + 1}个图形")
            continue
        if code and full_code(code) != match:
            moved.append(f"{name}({code}→{match[:9] if match.endswith('000') else match})")
        elif code and _match(source, register, "", name, parent) not in (None, match):
            doubtful.append(f"{register.name(match)}(界线里叫{name})")
        found.append((match, feature.geometry))
    if doubtful:
        log.add(
            _fault(
                "warning",
                "boundary_name_differs",
                f"有{len(doubtful)}个图形按代码是一个地方,按名称是另一个,按代码采用:{'、'.join(doubtful[:20])}",
                file,
            )
        )
    if strangers:
        listed = "、".join(strangers[:20])
        log.add(
            _fault(
                "warning",
                "unknown_boundary",
                f"有{len(strangers)}个图形在登记册里找不到对应的地方:{listed}",
                file,
            )
        )
    if moved:
        listed = "、".join(moved[:20])
        log.add(
            _fault(
                "info", "boundary_by_name", f"有{len(moved)}个图形代码与登记册不符,按名称对上:{listed}", file
            )
        )
    return found


def _match(source: Source, register: Register, code: str, name: str, parent: str) -> str | None:
    by_code = register.find(code=code).place_code if code else None
    if by_code is not None and level_of(by_code) == source.level:
        return by_code
    match source.level:
        case "village":
            return register.find(township=parent, village=name).place_code if name else None
        case "township":
            return register.find(township=name).place_code if name else None
    return register.county_code if name and name == register.name(register.county_code) else None


def _said(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()


def _report_unmapped(frame: gpd.GeoDataFrame, log: FaultLog) -> None:
    """Say which places the map cannot show, at every level that has any geometry at all."""
    for level, places in frame.groupby("level"):
        missing = places[places.geometry.isna()]
        if missing.empty or len(missing) == len(places):
            continue
        names = "、".join(missing["name"].head(20))
        log.add(
            Fault(
                "warning",
                "no_geometry",
                f"有{len(missing)}个{LEVEL_NAMES[str(level)]}没有界线或位置,地图上只列名单:{names}",
                remedy="请补充界线文件。",
            )
        )


def _fault(severity: Any, kind: str, message: str, file: str) -> Fault:
    return Fault(severity, kind, message, remedy="请核对界线文件里的代码和名称。", file=file)
