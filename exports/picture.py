"""What a map picture holds, before it has a size: places, colours, words.

In: what the page shows. Out: frozen values that `exports.map_picture.map_pdf` draws. Every text may come from
a ledger; it is drawn as it is and never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from metrics.map_points import Drawing, Line, Mark, Outline

Shapes = Mapping[str, Any]  # place code → shapely Polygon or MultiPolygon, EPSG:4326


@dataclass(frozen=True)
class Paper:
    """A sheet as it lies upright; the picture turns it when the place is wider than tall."""

    name: str
    width_mm: float
    height_mm: float
    type_scale: float  # sizes of letters and lines, those of A4 being 1


PAPERS = {"A4": Paper("A4", 210, 297, 1.0), "A3": Paper("A3", 297, 420, 1.3)}


@dataclass(frozen=True)
class LegendRow:
    """A class: colour, words, how many places; `colour` None is the hatching of 未报送."""

    colour: str | None
    label: str
    count: str = ""


@dataclass(frozen=True)
class Label:
    """A name on the map, and a figure below it where there is room; earlier ones are placed first."""

    code: str
    text: str
    lon: float
    lat: float
    level: str  # township names are larger, and tried at several positions
    value: str = ""


@dataclass(frozen=True)
class Circle:
    """A place that has only a point. `share` of the largest radius, area ∝ value; None without a figure."""

    code: str
    lon: float
    lat: float
    share: float | None


@dataclass(frozen=True)
class Sign:
    """A line of the legend for what lies over the places: a mark, a line, an outline, or a heading (none of these)."""

    label: str
    count: str = ""
    mark: Mark | None = None
    line: Line | None = None
    outline: Outline | None = None


@dataclass(frozen=True)
class MapPicture:
    """One map. Geometry is in EPSG:4326; `classes` holds the class of each place of `level`, MISSING included."""

    title: str
    subtitle: str
    level: str  # the level that is coloured
    shapes: Mapping[str, Shapes] = field(repr=False)  # level → shapes; drawn: `level` and coarser
    classes: Mapping[str, int] = field(repr=False)
    colours: tuple[str, ...]
    legend: tuple[LegendRow, ...]
    finding: str = ""
    legend_notes: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    circles: tuple[Circle, ...] = ()
    drawing: Drawing = field(default_factory=Drawing)
    signs: tuple[Sign, ...] = ()
    outlined: str | None = None  # code of the chosen place
    focus: str | None = None  # township that fills the picture; the others are pale
    notes: tuple[str, ...] = ()
    badge: str = ""


def is_in_focus(code: str, picture: MapPicture) -> bool:
    """Whether the place is one of those that the picture is about."""
    return picture.focus is None or code[:9] == picture.focus[:9]


def shapes_of(layer: bytes) -> dict[str, Any]:
    """Place code → geometry of one published map layer (GeoJSON as `geo.screen.screen_layer` writes it)."""
    features = json.loads(layer)["features"]
    return {
        feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"]) for feature in features
    }
