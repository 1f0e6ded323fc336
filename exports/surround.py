"""What stands around the map on the sheet: title, legend, scale bar, north arrow, notes.

In: a picture and boxes on the sheet. Out: drawn, and how much height it took. Refuses to cover the map: each
part has a place of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from exports.map_drawing import BORDER, LEVELS, VILLAGE_BORDER, WIDTHS
from exports.picture import LegendRow, MapPicture, Sign
from exports.sheet import INK, SOFT, WHITE, Sheet
from exports.signs import HATCH_GROUND, draw_sign, hatched

TITLE, SUBTITLE, FINDING, NOTE = 21.0, 11.0, 10.5, 7.2
ROW, ROW_TEXT, SMALL = 15.5, 8.8, 7.2  # of the legend
SWATCH = (22.0, 10.5)
BADGE_COLOUR = "#8A5A10"
SCALE_HEIGHT, ARROW_HEIGHT = 24.0, 40.0

_LEVEL_BORDERS = {"village": "村界", "township": "乡镇界", "county": "县界"}


def draw_head(sheet: Sheet, picture: MapPicture, left: float, top: float, width: float, unit: float) -> float:
    """Title in the middle, below it period and finding, the badge at the right; returns the lower edge."""
    badge = _badge(sheet, picture.badge, left + width, top, unit) if picture.badge else 0.0
    middle = left + width / 2
    words, size = sheet.fitted(
        picture.title, width - 2 * badge - 8 * unit, TITLE * unit, bold=True, least=0.6
    )
    y = top - size
    sheet.text(middle, y, words, size, bold=True, align="centre")
    y -= (SUBTITLE + 6) * unit
    words, size = sheet.fitted(picture.subtitle, width, SUBTITLE * unit)
    sheet.text(middle, y, words, size, colour=SOFT, align="centre")
    for line in sheet.wrapped(picture.finding, width, FINDING * unit):
        y -= (FINDING + 5) * unit
        sheet.text(middle, y, line, FINDING * unit, align="centre")
    return y - 8 * unit


def _badge(sheet: Sheet, words: str, right: float, top: float, unit: float) -> float:
    size = 9 * unit
    width = sheet.measure(words, size) + 12 * unit
    tall = 16 * unit
    sheet.box(right - width, top - tall, width, tall, "#FBF0DC", BADGE_COLOUR)
    sheet.text(
        right - width / 2, top - tall / 2 - 0.36 * size, words, size, colour=BADGE_COLOUR, align="centre"
    )
    return width


def note_lines(sheet: Sheet, notes: Sequence[str], width: float, unit: float) -> list[str]:
    """The notes as lines of the foot."""
    return [line for note in notes for line in sheet.wrapped(note, width, NOTE * unit)]


def draw_notes(sheet: Sheet, lines: Sequence[str], left: float, bottom: float, unit: float) -> None:
    """The foot, its last line at `bottom`."""
    for at, line in enumerate(reversed(lines)):
        y = bottom + (at * (NOTE + 2.6) + 2) * unit
        sheet.text(left, y, line, NOTE * unit, colour=SOFT)


def class_block_height(sheet: Sheet, picture: MapPicture, width: float, unit: float) -> float:
    """Height of `draw_classes`."""
    notes = sum(len(sheet.wrapped(note, width, SMALL * unit)) for note in picture.legend_notes)
    return ((len(picture.legend) + 1) * ROW + notes * (SMALL + 3) + 6) * unit


def draw_classes(
    sheet: Sheet, picture: MapPicture, left: float, top: float, width: float, unit: float
) -> float:
    """Heading, a row per class, the notes; returns the lower edge."""
    y = top - ROW * unit
    sheet.text(left, y + 3 * unit, "图例", 11 * unit, bold=True)
    counts = max((sheet.measure(row.count, ROW_TEXT * unit) for row in picture.legend), default=0.0)
    for row in picture.legend:
        y -= ROW * unit
        _class_row(sheet, row, left, y, width, counts, unit)
    y -= 2 * unit
    for note in picture.legend_notes:
        for line in sheet.wrapped(note, width, SMALL * unit):
            y -= (SMALL + 3) * unit
            sheet.text(left, y, line, SMALL * unit, colour=SOFT)
    return y - 4 * unit


def _class_row(
    sheet: Sheet, row: LegendRow, left: float, y: float, width: float, counts: float, unit: float
) -> None:
    wide, tall = SWATCH[0] * unit, SWATCH[1] * unit
    sheet.box(left, y, wide, tall, row.colour or HATCH_GROUND)
    if row.colour is None:
        hatched(sheet, [shapely.box(left, y, left + wide, y + tall)], unit)
    sheet.frame(left, y, wide, tall, VILLAGE_BORDER, 0.5 * unit)
    room = width - wide - counts - 14 * unit
    words, size = sheet.fitted(row.label, room, ROW_TEXT * unit, least=0.7)
    sheet.text(left + wide + 7 * unit, y + 2.2 * unit, words, size)
    sheet.text(left + width, y + 2.2 * unit, row.count, ROW_TEXT * unit, colour=SOFT, align="right")


def sign_block_height(picture: MapPicture, unit: float) -> float:
    """Height of `draw_signs`."""
    return (len(picture.signs) + len(_borders(picture)) + bool(picture.signs)) * ROW * unit


def draw_signs(
    sheet: Sheet, picture: MapPicture, left: float, top: float, width: float, unit: float
) -> float:
    """A row per sign and per kind of border; returns the lower edge."""
    y = top
    wide = SWATCH[0] * unit
    for sign in picture.signs:
        y -= ROW * unit
        _sign_row(sheet, sign, left, y, width, unit)
    y -= ROW / 2 * unit * bool(picture.signs)
    for level in _borders(picture):
        y -= ROW * unit
        line = shapely.LineString([(left, y + 5.2 * unit), (left + wide, y + 5.2 * unit)])
        colour = VILLAGE_BORDER if level == "village" else BORDER
        sheet.stroke([line], colour, WIDTHS[level] * unit)
        sheet.text(left + wide + 7 * unit, y + 2.2 * unit, _LEVEL_BORDERS[level], ROW_TEXT * unit)
    return y


def _sign_row(sheet: Sheet, sign: Sign, left: float, y: float, width: float, unit: float) -> None:
    is_head = not (sign.mark or sign.line or sign.outline)
    wide = 0.0 if is_head else (SWATCH[0] + 7) * unit
    draw_sign(sheet, left, y + 5.2 * unit, SWATCH[0] * unit, sign, unit)
    counted = sheet.measure(sign.count, ROW_TEXT * unit)
    words, size = sheet.fitted(sign.label, width - wide - counted - 7 * unit, ROW_TEXT * unit, is_head, 0.7)
    sheet.text(left + wide, y + 2.2 * unit, words, size, bold=is_head)
    sheet.text(left + width, y + 2.2 * unit, sign.count, ROW_TEXT * unit, colour=SOFT, align="right")


def _borders(picture: MapPicture) -> list[str]:
    """Kinds of borders on the map, the thickest first."""
    drawn = LEVELS[LEVELS.index(picture.level) :]
    return [level for level in reversed(drawn) if picture.shapes.get(level)]


def draw_scale(sheet: Sheet, left: float, bottom: float, width: float, scale: float, unit: float) -> None:
    """A bar of a round number of kilometres in two halves, no longer than `width`."""
    km = round_km(width / scale / 1000)
    length = km * 1000 * scale
    y, tall = bottom + 4 * unit, 3.6 * unit
    sheet.box(left, y, length, tall, WHITE, INK)
    sheet.box(left, y, length / 2, tall, INK, INK)
    size = 7.6 * unit
    for share in (0.0, 0.5, 1.0):
        words = f"{km * share:g}" + ("公里" if share == 1 else "")
        # The figure stands over its tick, the unit beside it.
        shift = sheet.measure(f"{km * share:g}", size) / 2
        sheet.text(left + length * share - shift, y + tall + 3 * unit, words, size)


def round_km(most: float) -> float:
    """The largest of 1, 2, 5, 10 … kilometres (and their tenths) that is not above `most`."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (5, 2, 1) if step * power <= most * (1 + 1e-9))


def draw_north(sheet: Sheet, x: float, bottom: float, unit: float) -> None:
    """An arrow to the grid's north, half dark and half light, with 北 above it."""
    tall, half = 26 * unit, 6.5 * unit
    tip, notch = (x, bottom + tall), (x, bottom + 6 * unit)
    sheet.area([tip, notch, (x - half, bottom)], INK, INK, 0.6 * unit)
    sheet.area([tip, notch, (x + half, bottom)], WHITE, INK, 0.6 * unit)
    sheet.text(x, bottom + tall + 3.5 * unit, "北", 10 * unit, bold=True, align="centre")
