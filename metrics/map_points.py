"""Where ledger rows stand on the map: problems, enterprises and stops as points.

In: tables and the places with their points. Out: rows with lon and lat (EPSG:4326), missing where nothing says
where; and the neutral marks and lines that a map on the screen and a picture on paper draw alike. Refuses to set
what belongs to the whole county on a village in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

Shape = Literal["square", "diamond", "circle", "hexagon", "ring", "disc"]

APART_DEGREES = 0.0012
"""How far rows at one point are set from it, in degrees of latitude: about 130 m, so that each can be seen."""


@dataclass(frozen=True)
class Mark:
    """A point to draw. `size` is the radius as a share of the largest of its kind; `sign` stands inside."""

    lon: float
    lat: float
    shape: Shape
    colour: str
    sign: str = ""
    number: int = 1
    size: float = 1.0
    is_dashed: bool = False


@dataclass(frozen=True)
class Line:
    """Straight lines from point to point, (lon, lat), in order."""

    points: tuple[tuple[float, float], ...]
    colour: str
    is_dashed: bool = True


@dataclass(frozen=True)
class Outline:
    """Places that stand out: their borders in a colour over a white casing, cross-hatched or not."""

    codes: tuple[str, ...]
    colour: str
    is_hatched: bool = False


@dataclass(frozen=True)
class Drawing:
    """All that lies over the coloured places; outlines below lines below marks, the later ones above."""

    marks: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    outlines: tuple[Outline, ...] = ()


def located(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The rows with lon and lat: their own, else their place's; missing for what belongs to the whole county.

    `is_own`: the position is the row's own.
    """
    points = places[places["level"] != "county"].set_index("place_code")[["lon", "lat"]]
    own = rows.reindex(columns=["lon", "lat"]).astype("float64")
    is_own = own.notna().all(axis=1)
    theirs = {side: rows["place_code"].map(points[side]).astype("float64") for side in ("lon", "lat")}
    return rows.assign(
        is_own=is_own, **{side: own[side].where(is_own, theirs[side]) for side in ("lon", "lat")}
    )


def problem_pins(laddered: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """A row per place with pinned problems, worst first: place_code, lon, lat, warning (its worst), number.

    `laddered` comes from `rectification.ladder`, whose order is what "worst" means. Problems that are nowhere on the
    map are left out; `located` tells which.
    """
    pinned = located(laddered[is_pinned(laddered)], places).dropna(subset=["lon", "lat"])
    return (
        pinned.groupby("place_code", sort=False)
        .agg(
            lon=("lon", "first"),
            lat=("lat", "first"),
            warning=("warning", "first"),
            number=("warning", "size"),
        )
        .reset_index()
    )


def is_pinned(laddered: pd.DataFrame) -> pd.Series:
    """Which problems a map shows: the open ones, and those awaiting acceptance that were reported done too late.

    The ladder warns of the latter until they are accepted; of what was done in time nobody need be reminded.
    """
    return laddered["is_open"] | laddered["is_caught_up"]


def spread(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows, those that share a point moved onto a ring around it, in the order of the column `by`.

    The ring grows with its number of rows, so that neighbours stay about APART_DEGREES apart.
    """
    ordered = rows.sort_values(by)
    together = ordered.groupby([ordered["lon"].round(5), ordered["lat"].round(5)], dropna=False)
    number = together[by].transform("size").astype("float64")
    angle = 2 * np.pi * together.cumcount() / number
    radius = np.where(number > 1, APART_DEGREES * np.maximum(1.0, number / 6), 0.0)
    moved = ordered.assign(
        lon=ordered["lon"] + radius * np.sin(angle) / np.cos(np.radians(ordered["lat"])),
        lat=ordered["lat"] + radius * np.cos(angle),
    )
    return moved.loc[rows.index]


def stop_points(stops: pd.DataFrame, enterprises: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The stops, route by route in order, with lon and lat: their own, their enterprise's, their place's."""
    homes = enterprises.drop_duplicates("enterprise_id").set_index("enterprise_id")
    own = stops[["lon", "lat"]].notna().all(axis=1)
    found = stops.assign(
        **{
            side: stops[side].where(own, stops["enterprise_id"].map(homes[side])).astype("float64")
            for side in ("lon", "lat")
        }
    )
    routes = {name: at for at, name in enumerate(stops["route"].dropna().unique())}  # in the ledger's order
    rank = found["route"].map(routes).fillna(len(routes))
    order = pd.DataFrame(
        {"route": rank, "order": found["order"], "row": range(len(found))}, index=found.index
    )
    return located(found.loc[order.sort_values(["route", "order", "row"]).index], places)


def shares(amounts: Sequence[float] | pd.Series) -> pd.Series:
    """Radii for areas in proportion to the amounts, 1 for the largest; missing amounts stay missing."""
    known = pd.Series(amounts, dtype="float64")
    largest = known.max()
    return np.sqrt(known / largest) if largest > 0 else known * 0
