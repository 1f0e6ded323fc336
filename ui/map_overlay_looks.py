"""How each kind of mark over the map looks, and what an overlay is made of.

In: rows with lon and lat. Out: marks with the palette's colours, told apart by shape and sign as well; short
texts for the browser. Refuses to say anything by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charts import palette
from metrics.map_points import Drawing, Mark, Shape
from metrics.rectification import WARNINGS
from wording import is_missing

ENTERPRISE = palette.CATEGORICAL[6]
BLANK = "#11181F"
SELECTED = "#B5127B"  # neither a class of the map nor the chosen place's orange
ROUTES = (palette.CATEGORICAL[2], palette.CATEGORICAL[4], palette.INK, palette.PRIMARY)
ROUTE_SHAPES: tuple[Shape, Shape] = ("disc", "ring")

# Told apart by shape and sign as well as by colour: (shape, colour, colour of the sign, sign).
LOOKS: dict[str, tuple[Shape, str, str, str]] = {
    "red": ("square", palette.RED, "#FFFFFF", "逾"),
    "yellow": ("diamond", palette.AMBER, palette.INK, "盯"),
    "blue": ("circle", palette.BLUE, palette.INK, "临"),
    "none": ("hexagon", palette.CONTEXT, palette.INK, ""),
}


@dataclass(frozen=True)
class Entry:
    """A line of the legend: how it is marked, what it is, how many. `outline` instead of a mark for places."""

    label: str
    count: str
    mark: Mark | None = None
    outline: str = ""  # blank | selected


@dataclass(frozen=True)
class Overlay:
    """One kind: `sent` is for static/map/overlays.js, `drawing` for a picture."""

    head: str
    count: str  # with its unit
    sent: Any
    drawing: Drawing
    entries: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
    off: tuple[str, ...] = ()  # hostile names of what is not on the map
    counter: str = "个"

    @property
    def on_map(self) -> int:
        """How many marks or outlined places there are."""
        return len(self.drawing.marks) + sum(len(each.codes) for each in self.drawing.outlines)


def warning_words(warning: str) -> str:
    """What a warning of the ladder is called in the legend."""
    return "其他待整改" if warning == "none" else WARNINGS[warning]


def at(row: dict[str, Any]) -> tuple[float, float]:
    """Latitude and longitude as Leaflet has them; four decimals are 11 m, and travel with every view."""
    return round(float(row["lat"]), 4), round(float(row["lon"]), 4)


def pin(warning: str, row: dict[str, Any] | None = None, number: int = 1) -> Mark:
    """A place's problems under the sign of the worst; without a row the sign alone, for the legend."""
    shape, colour, _, sign = LOOKS[warning]
    lat, lon = at(row) if row else (0.0, 0.0)
    return Mark(lon, lat, shape, colour, sign, number, 1.0 if sign else 0.7)


def circle(row: dict[str, Any] | None = None, size: float = 1.0, is_dashed: bool = False) -> Mark:
    """An enterprise; dashed when its jobs were not reported."""
    lat, lon = at(row) if row else (0.0, 0.0)
    return Mark(lon, lat, "circle", ENTERPRISE, size=size, is_dashed=is_dashed)


def stop(shape: Shape, colour: str, number: str, row: dict[str, Any] | None = None) -> Mark:
    """A stop of a route with its number in it."""
    lat, lon = at(row) if row else (0.0, 0.0)
    return Mark(lon, lat, shape, colour, number)


def words(value: Any) -> str | None:
    """A ledger's text as it is; hostile."""
    return None if is_missing(value) else str(value)


def whole(value: Any) -> int | None:
    """A whole number for the browser, None where nothing was reported."""
    return None if is_missing(value) else int(value)


def short(value: Any, most: int) -> str:
    """A ledger's text on one line and no longer than `most` characters; hostile."""
    flat = "" if is_missing(value) else " ".join(str(value).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
