"""The names on the map: townships always, villages and figures where the sheet has room for them.

In: a picture's labels, its geometry on the sheet. Out: drawn over everything else, with a halo. Refuses to cover a
mark with a name as long as the name has another place to go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from exports.labels import AROUND, LINE, Candidate, Placed, Room
from exports.picture import Label, MapPicture, is_in_focus
from exports.projection import Box, Fit, Ground
from exports.sheet import INK, SOFT, Sheet
from exports.signs import circle_radius

NAME_SIZES = {"township": 9.5, "village": 5.6}
FOCUS_SIZE = 9.0  # when one township fills the sheet
_IN_PLACE = ((1.0, 0.0), (0.88, 0.0))  # tries of a name that must stay within its village


class Names:
    """Names are placed in their order of importance and drawn at the end, over everything."""

    def __init__(
        self,
        sheet: Sheet,
        picture: MapPicture,
        ground: Ground,
        fit: Fit,
        shapes: Mapping[str, dict[str, Any]],
        area: Box,
        unit: float,
    ) -> None:
        self._sheet, self._picture, self._shapes, self._unit = sheet, picture, shapes, unit
        self._area = area
        self._room, self._names_only = Room(area), Room(area)  # the second knows nothing of marks
        lonlat = np.array([(each.lon, each.lat) for each in picture.labels], dtype=float).reshape(-1, 2)
        at = fit.points(ground.project(lonlat)) if len(lonlat) else lonlat
        self._at = dict(zip(picture.labels, map(tuple, at.tolist()), strict=True))
        self._radii = {each.code: circle_radius(each, area, unit) for each in picture.circles}
        self._found: list[tuple[Label, Placed]] = []

    def keep_clear(self, box: Box) -> None:
        """No name may stand there, unless a township would have none at all."""
        self._room.take(box)

    def place(self, level: str) -> None:
        """Find room for the names of a level."""
        for label in self._picture.labels:
            if label.level == level and label.code != self._picture.focus:
                self._place(label)

    def _place(self, label: Label) -> None:
        is_own = is_in_focus(label.code, self._picture)
        if label.level == "village" and not is_own:
            return
        x, y = self._at[label]
        size = NAME_SIZES[label.level] * self._unit
        if self._picture.focus:
            size = FOCUS_SIZE * self._unit
        if not is_own:  # a neighbour's name stands in the part of it that is in sight
            visible = self._middle_in_sight(label.code)
            if visible is None:
                return
            x, y = visible
        elif label.code in self._radii:
            y -= self._radii[label.code] + 0.8 * size
        words = [label.text, label.value] if label.value and is_own else [label.text]
        is_bold = label.level == "township"
        widths = tuple(self._sheet.measure(each, 1.0, is_bold) for each in words)
        is_crowded = label.level == "village" and not self._picture.focus and label.code not in self._radii
        limit = self._within(label.code, x, y) if is_crowded else None
        if is_crowded and limit is None:
            return
        candidate = Candidate(x, y, widths, size)
        placed = self._room.place(candidate, _IN_PLACE if is_crowded else AROUND, limit)
        if placed is None and label.level == "township":
            placed = self._names_only.place(candidate)
        if placed is not None:
            self._room.take(placed.box)
            self._names_only.take(placed.box)
            self._found.append((label, placed))

    def _middle_in_sight(self, code: str) -> tuple[float, float] | None:
        shape = self._shapes.get("township", {}).get(code)
        if shape is None:
            return None
        seen = shapely.intersection(shapely.make_valid(shape), shapely.box(*self._area))
        largest = max(shapely.get_parts(seen), key=shapely.area, default=None)
        if largest is None or largest.area == 0:
            return None
        middle = shapely.get_point(shapely.maximum_inscribed_circle(largest), 0)
        return float(middle.x), float(middle.y)

    def _within(self, code: str, x: float, y: float) -> Box | None:
        """The polygon's reach to the left, right, below and above the point, a little more allowed."""
        shape = self._shapes.get("village", {}).get(code)
        if shape is None:
            return None
        across, along = _reach(shape, x, y, 0), _reach(shape, x, y, 1)
        if across is None or along is None:
            return None
        spare = 0.8 * self._unit
        return across[0] - spare, along[0] - spare, across[1] + spare, along[1] + spare

    def draw(self) -> None:
        """Write what found room."""
        for label, placed in self._found:
            is_bold = label.level == "township"
            colour = INK if is_in_focus(label.code, self._picture) else SOFT
            halo = placed.size * (0.16 if is_bold else 0.14)
            for line, words in enumerate([label.text, label.value][: placed.lines]):
                y = placed.y - placed.size * (line * LINE + 0.36)
                self._sheet.text(
                    placed.x,
                    y,
                    words,
                    placed.size,
                    colour=colour,
                    bold=is_bold and line == 0,
                    align="centre",
                    halo=halo,
                )


def _reach(shape: Any, x: float, y: float, axis: int) -> tuple[float, float] | None:
    """From where to where the shape extends along the axis through a point in it; None for a point outside.

    Even-odd over all rings, so that a polygon that crosses itself does no harm.
    """
    rings, of = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    along, across = rings[:, axis], rings[:, 1 - axis]
    at, level = (x, y) if axis == 0 else (y, x)
    is_crossed = ((across[:-1] <= level) != (across[1:] <= level)) & (of[:-1] == of[1:])
    start, end = along[:-1][is_crossed], along[1:][is_crossed]
    share = (level - across[:-1][is_crossed]) / (across[1:][is_crossed] - across[:-1][is_crossed])
    crossings = np.sort(start + share * (end - start))
    before = int((crossings <= at).sum())
    return (float(crossings[before - 1]), float(crossings[before])) if before % 2 else None
