"""Signs that map and legend share: hatching, marks, lines, outlines.

In: places on the sheet in points. Out: drawn; the box that a sign covers. Refuses to tell kinds apart by
colour alone: they differ in shape, or in the sign inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from exports.picture import Circle, Sign
from exports.projection import Box
from exports.sheet import INK, WHITE, Sheet
from metrics.map_points import Line, Mark, Outline

HATCH_GROUND, HATCH = "#f7f8f9", "#8f9aa5"
_GAP, _LINE = 3.2, 0.5  # between hatch lines and their width, in points on A4
_RADIUS, _LEAST = 5.4, 1.5  # of a mark


def hatched(
    sheet: Sheet,
    shapes: Iterable[Any],
    unit: float,
    colour: str = HATCH,
    spacing: float = 1.0,
    is_rising: bool = True,
) -> None:
    """Diagonal lines over each polygon, cut at its border, in step from one polygon to the next."""
    cut = [_diagonals(shape, _GAP * spacing * unit, is_rising) for shape in shapes]
    sheet.stroke([lines for lines in cut if not lines.is_empty], colour, _LINE * unit)


def _diagonals(shape: Any, gap: float, is_rising: bool) -> Any:
    west, south, east, north = shape.bounds
    step = gap * np.sqrt(2)  # along the x axis
    # Lines x = k·step ± y that cross the polygon's box.
    slope = 1.0 if is_rising else -1.0
    low, high = sorted((slope * south, slope * north))
    starts = np.arange(np.floor((west - high) / step), np.ceil((east - low) / step) + 1) * step
    ends = [np.column_stack([starts + slope * y, np.full_like(starts, y)]) for y in (south, north)]
    lines = shapely.linestrings(np.stack(ends, axis=1))
    return shapely.intersection(shapely.make_valid(shape), shapely.multilinestrings(lines))


def circle_radius(circle: Circle, box: Box, unit: float) -> float:
    """Radius in points of a place's circle on a map of that size; the smallest can still be seen."""
    if circle.share is None:
        return 3 * unit
    return max(2.5 * unit, (box[2] - box[0]) / 30 * circle.share)


def draw_line(sheet: Sheet, points: NDArray[np.float64], line: Line, unit: float) -> None:
    """A line with a white edge."""
    if len(points) >= 2:
        drawn = shapely.LineString(points)
        dash = (5 * unit, 3.5 * unit) if line.is_dashed else None
        sheet.stroke([drawn], WHITE, 3.6 * unit)
        sheet.stroke([drawn], line.colour, 1.7 * unit, dash)


def draw_mark(sheet: Sheet, x: float, y: float, mark: Mark, unit: float) -> tuple[float, float, float, float]:
    """A sign around the point, its number at its corner when it stands for several; returns its box."""
    r = max(_RADIUS * mark.size, _LEAST) * unit
    edge = 0.8 * unit
    if mark.shape == "square":
        half = 0.86 * r
        corners = np.array(
            [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        )
        sheet.area(corners.tolist(), mark.colour, WHITE, edge)
    elif mark.shape == "diamond":
        wide = 1.22 * r
        sheet.area([(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)], mark.colour, WHITE, edge)
    elif mark.shape == "hexagon":
        angles = np.radians(np.arange(0, 360, 60) + 30)
        corners = np.column_stack([x + 1.1 * r * np.cos(angles), y + 1.1 * r * np.sin(angles)])
        sheet.area(corners.tolist(), mark.colour, WHITE, edge)
    elif mark.shape == "ring" or mark.is_dashed:
        sheet.circle(x, y, r, WHITE, mark.colour, 1.5 * unit if mark.shape == "ring" else edge)
    else:
        sheet.circle(x, y, r, mark.colour, WHITE, edge)
    if mark.sign:
        ground = WHITE if mark.shape == "ring" or mark.is_dashed else mark.colour
        words, size = sheet.fitted(mark.sign, 1.6 * r, 1.3 * r, bold=True, least=0.5)
        sheet.text(x, y - 0.36 * size, words, size, colour=_ink_on(ground), bold=True, align="centre")
    if mark.number > 1:
        sheet.text(x + 0.85 * r, y + 0.45 * r, str(mark.number), 6 * unit, bold=True, halo=1.1 * unit)
    return x - 1.1 * r, y - 1.1 * r, x + 1.1 * r, y + 1.1 * r


def _ink_on(ground: str) -> str:
    """Dark or white letters, whichever are easier to read (luminance as in WCAG 2, without its gamma)."""
    red, green, blue = (int(ground[at : at + 2], 16) for at in (1, 3, 5))
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 135 else WHITE


def draw_outlined(sheet: Sheet, shapes: Iterable[Any], outline: Outline, unit: float) -> None:
    """Places that stand out: a border of their own over a white casing, cross-hatched where asked."""
    found = list(shapes)
    if outline.is_hatched:
        for is_rising in (True, False):
            hatched(sheet, found, unit, outline.colour, 2.0, is_rising)
    sheet.stroke(found, WHITE, 3.4 * unit)
    sheet.stroke(found, outline.colour, 1.7 * unit)


def draw_sign(sheet: Sheet, x: float, y: float, width: float, sign: Sign, unit: float) -> None:
    """A line of the legend's sign, in the middle of a swatch that starts at x."""
    if sign.line:
        draw_line(sheet, np.array([(x, y), (x + width, y)]), sign.line, unit)
    if sign.mark:
        draw_mark(sheet, x + width / 2, y, sign.mark, unit)
    if sign.outline:
        tall = 4.5 * unit
        draw_outlined(
            sheet, [shapely.box(x + 2 * unit, y - tall, x + width - 2 * unit, y + tall)], sign.outline, unit
        )
