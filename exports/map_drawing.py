"""The map inside its frame: fills, hatching, borders, circles, overlays, names.

In: a picture, its geometry in metres, a box on the sheet. Out: drawn on the sheet. Refuses to paint a place
that did not report like one that did: it is hatched, by lines and not by a shade that a copier loses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from exports.names import Names
from exports.picture import MapPicture, is_in_focus
from exports.projection import Box, Fit, Ground, fit_into
from exports.sheet import WHITE, Sheet
from exports.signs import HATCH_GROUND, circle_radius, draw_line, draw_mark, draw_outlined, hatched
from geo.classes import MISSING

# As static/map/village_map.js draws them; lines are as wide as print needs.
VILLAGE_BORDER, BORDER, CHOSEN = "#7c8894", "#22303c", "#e8590c"
WIDTHS = {"village": 0.35, "township": 1.0, "county": 1.7}
CASING = 2.2  # of a border's width, white, so that it shows on dark classes
PALE, PALE_BORDER, GROUND = "#f3f5f7", "#b9c2cb", "#f1f4f6"
LEVELS = ("village", "township", "county")

_OUTSIDE_M = 300.0  # a mark that far outside the township in focus still belongs to it


def draw_map(sheet: Sheet, picture: MapPicture, ground: Ground, box: Box, unit: float) -> float:
    """Draw the picture into the box; returns points per metre. `unit` scales lines and letters."""
    fit = fit_into(ground.extent, box)
    left, bottom, right, top = box
    shapes = {level: _in_sight(fit.shapes(found), box) for level, found in ground.shapes.items()}
    sheet.clip(left, bottom, right - left, top - bottom)
    _fills(sheet, picture, shapes, unit)
    _borders(sheet, picture, shapes, unit)
    _circles(sheet, picture, ground, fit, box, unit)
    _outlined(sheet, picture, shapes, unit)
    names = Names(sheet, picture, ground, fit, shapes, (left + 3, bottom + 3, right - 3, top - 3), unit)
    for covered in _over(sheet, picture, ground, fit, unit):
        names.keep_clear(covered)
    names.place("township")
    names.place("village")
    names.draw()
    sheet.unclip()
    return fit.scale


def _in_sight(shapes: dict[str, Any], box: Box) -> dict[str, Any]:
    sight = shapely.box(*box)
    seen = shapely.intersects(np.array(list(shapes.values()), dtype=object), sight)
    return {code: shape for (code, shape), is_seen in zip(shapes.items(), seen, strict=True) if is_seen}


def _fills(sheet: Sheet, picture: MapPicture, shapes: Mapping[str, dict[str, Any]], unit: float) -> None:
    if picture.focus:
        sheet.fill((s for c, s in shapes.get("township", {}).items() if c != picture.focus), PALE)
    filled = {code: s for code, s in shapes.get(picture.level, {}).items() if is_in_focus(code, picture)}
    if not filled:  # circles only: the county gets a ground of its own
        coarsest = [level for level in LEVELS if shapes.get(level)]
        sheet.fill(shapes[coarsest[-1]].values() if coarsest else (), GROUND)
        return
    for at, colour in enumerate(picture.colours):
        sheet.fill((s for c, s in filled.items() if picture.classes.get(c, MISSING) == at), colour)
    silent = [shape for code, shape in filled.items() if picture.classes.get(code, MISSING) == MISSING]
    sheet.fill(silent, HATCH_GROUND)
    hatched(sheet, silent, unit)


def _borders(sheet: Sheet, picture: MapPicture, shapes: Mapping[str, dict[str, Any]], unit: float) -> None:
    """From the finest level to the coarsest, each one's white casing below all of its lines."""
    drawn = [level for level in LEVELS[LEVELS.index(picture.level) :] if shapes.get(level)]
    for level in drawn:
        own = {code: s for code, s in shapes[level].items() if is_in_focus(code, picture)}
        pale = [s for code, s in shapes[level].items() if code not in own] if level != "county" else []
        if level == "county":
            own = shapes[level]
        width = WIDTHS[level] * unit * (1.5 if picture.focus else 1.0)
        if level != "village":
            sheet.stroke(pale, PALE_BORDER, 0.6 * unit)
            sheet.stroke(own.values(), WHITE, width * CASING)
        sheet.stroke(own.values(), VILLAGE_BORDER if level == "village" else BORDER, width)
    chosen = [found[picture.outlined] for found in shapes.values() if picture.outlined in found]
    if picture.outlined != picture.focus:
        sheet.stroke(chosen[:1], WHITE, 4.4 * unit)
        sheet.stroke(chosen[:1], CHOSEN, 2.2 * unit)


def _circles(sheet: Sheet, picture: MapPicture, ground: Ground, fit: Fit, box: Box, unit: float) -> None:
    """Largest first, so that a small one is never covered."""
    for circle in sorted(picture.circles, key=lambda each: -(each.share or 0.0)):
        if not is_in_focus(circle.code, picture):
            continue
        x, y = _on_paper(ground, fit, circle.lon, circle.lat)
        of = picture.classes.get(circle.code, MISSING)
        radius = circle_radius(circle, box, unit)
        is_chosen = circle.code == picture.outlined
        line, width = (CHOSEN, 2.2 * unit) if is_chosen else (BORDER, 0.6 * unit)
        sheet.circle(x, y, radius, HATCH_GROUND if of == MISSING else picture.colours[of], line, width)
        if of == MISSING:
            hatched(sheet, [shapely.Point(x, y).buffer(radius)], unit)


def _outlined(sheet: Sheet, picture: MapPicture, shapes: Mapping[str, dict[str, Any]], unit: float) -> None:
    found = shapes.get(picture.level, {})
    for outline in picture.drawing.outlines:
        own = [code for code in outline.codes if code in found and is_in_focus(code, picture)]
        draw_outlined(sheet, [found[code] for code in own], outline, unit)


def _over(sheet: Sheet, picture: MapPicture, ground: Ground, fit: Fit, unit: float) -> list[Box]:
    """Lines and marks, of a township in focus only those that lie in it; returns boxes that names must not cover."""
    for line in picture.drawing.lines:
        draw_line(sheet, fit.points(ground.project(np.array(line.points, dtype=float))), line, unit)
    marks = picture.drawing.marks
    if not marks:
        return []
    metres = ground.project(np.array([(mark.lon, mark.lat) for mark in marks], dtype=float))
    is_shown = np.ones(len(marks), dtype=bool)
    if picture.focus and (own := ground.shapes.get("township", {}).get(picture.focus)) is not None:
        is_shown = shapely.dwithin(shapely.points(metres), own, _OUTSIDE_M)
    covered = []
    for mark, at, shown in zip(marks, fit.points(metres).tolist(), is_shown, strict=True):
        if shown:
            box = draw_mark(sheet, at[0], at[1], mark, unit)
            covered += [box] if mark.sign else []  # dots are many, and may be written over
    return covered


def _on_paper(ground: Ground, fit: Fit, lon: float, lat: float) -> tuple[float, float]:
    x, y = fit.points(ground.project(np.array([[lon, lat]])))[0]
    return float(x), float(y)
