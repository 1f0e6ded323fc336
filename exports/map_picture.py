"""A map as a file to print and to send: PDF in vectors, PNG as the same drawing in pixels.

In: a `MapPicture`, a paper, fonts. Out: bytes. Refuses to lay anything over the map: legend and scale stand
beside it on a sheet that lies flat, below it on one that stands upright — whichever shows the place larger.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import Lock

import pypdfium2

from exports.fonts import Fonts
from exports.map_drawing import draw_map
from exports.picture import MapPicture, Paper
from exports.projection import Box, ground_of, scale_in
from exports.sheet import SOFT, Sheet
from exports.surround import (
    ARROW_HEIGHT,
    SCALE_HEIGHT,
    class_block_height,
    draw_classes,
    draw_head,
    draw_north,
    draw_notes,
    draw_scale,
    draw_signs,
    note_lines,
    sign_block_height,
)

MM = 72 / 25.4
MARGIN_MM = 11.0
COLUMN = 168.0  # width of the legend
PAD = 10.0
_HEAD = 62.0  # what a head of usual length takes; only for choosing how the sheet lies

# PDFium is not made for several threads, and every reader of the app has one.
PDFIUM = Lock()


@dataclass(frozen=True)
class _Layout:
    width: float
    height: float
    unit: float
    is_wide: bool


def map_pdf(picture: MapPicture, paper: Paper, fonts: Fonts) -> bytes:
    """The picture on one page, its fonts embedded. Raises ValueError when it has no geometry at all."""
    ground = ground_of(picture)
    layouts = [_Layout(*size, paper.type_scale, is_wide) for size, is_wide in _sizes(paper)]
    layout = max(layouts, key=lambda each: scale_in(ground.extent, _roughly(each, picture)))
    unit, margin = layout.unit, MARGIN_MM * MM
    sheet = Sheet(layout.width, layout.height, fonts, picture.title)
    inner = layout.width - 2 * margin
    lines = note_lines(sheet, picture.notes, inner, unit)
    head = draw_head(sheet, picture, margin, layout.height - margin, inner, unit)
    foot = margin + (len(lines) * 9.8 + 4) * unit
    draw_notes(sheet, lines, margin, margin, unit)
    body: Box = (margin, foot, margin + inner, head)
    panel = _panel(sheet, picture, body, layout)
    box: Box = (body[0], body[1], panel[0], body[3]) if layout.is_wide else (*body[:1], panel[3], *body[2:])
    scale = draw_map(sheet, picture, ground, box, unit)
    if layout.is_wide:
        _column(sheet, picture, panel, scale, unit)
    else:
        _band(sheet, picture, panel, scale, unit)
    for part in (box, panel):
        sheet.frame(part[0], part[1], part[2] - part[0], part[3] - part[1], SOFT, 0.7 * unit)
    return sheet.output()


def _sizes(paper: Paper) -> tuple[tuple[tuple[float, float], bool], ...]:
    narrow, long = paper.width_mm * MM, paper.height_mm * MM
    return ((long, narrow), True), ((narrow, long), False)


def _roughly(layout: _Layout, picture: MapPicture) -> Box:
    """About where the map would lie: enough to choose between the two ways."""
    margin, unit = MARGIN_MM * MM, layout.unit
    rows = max(len(picture.legend) + 2, len(picture.signs) + 4)
    right = layout.width - margin - (COLUMN + 2 * PAD) * unit * layout.is_wide
    bottom = margin + (24 + (rows * 15.5 + 2 * PAD) * (not layout.is_wide)) * unit
    return margin, bottom, right, layout.height - margin - _HEAD * unit


def _panel(sheet: Sheet, picture: MapPicture, body: Box, layout: _Layout) -> Box:
    """Where the legend stands: a column at the right, or a band below."""
    unit = layout.unit
    if layout.is_wide:
        return body[2] - (COLUMN + 2 * PAD) * unit, body[1], body[2], body[3]
    rows = max(
        class_block_height(sheet, picture, COLUMN * unit, unit),
        sign_block_height(picture, unit),
        (SCALE_HEIGHT + ARROW_HEIGHT + 12) * unit,
    )
    return body[0], body[1], body[2], body[1] + rows + 1.5 * PAD * unit


def _column(sheet: Sheet, picture: MapPicture, panel: Box, scale: float, unit: float) -> None:
    left, top, width = panel[0] + PAD * unit, panel[3] - PAD * unit, COLUMN * unit
    bottom = panel[1] + PAD * unit
    # A legend of very many lines is written smaller, down to what can still be read.
    needed = class_block_height(sheet, picture, width, unit) + sign_block_height(picture, unit)
    small = unit * min(1.0, max(0.6, (top - bottom - (ARROW_HEIGHT + 8) * unit) / needed))
    lower = draw_classes(sheet, picture, left, top, width, small)
    draw_signs(sheet, picture, left, lower - 2 * unit, width, small)
    draw_scale(sheet, left + 4 * unit, bottom, 0.62 * width, scale, unit)
    draw_north(sheet, panel[2] - PAD * unit - 12 * unit, bottom, unit)


def _band(sheet: Sheet, picture: MapPicture, panel: Box, scale: float, unit: float) -> None:
    left, top, width = panel[0] + PAD * unit, panel[3] - 0.5 * PAD * unit, COLUMN * unit
    draw_classes(sheet, picture, left, top, width, unit)
    gap = 22 * unit
    rest = panel[2] - PAD * unit - left - width - gap
    draw_signs(sheet, picture, left + width + gap, top, min(width, 0.55 * rest), unit)
    right = panel[2] - PAD * unit
    bar = 0.36 * rest
    draw_scale(sheet, right - bar - 14 * unit, panel[1] + PAD * unit, bar, scale, unit)
    draw_north(sheet, right - 12 * unit, panel[1] + (PAD + SCALE_HEIGHT + 8) * unit, unit)


def png_of(pdf: bytes, dpi: int = 200) -> bytes:
    """The first page as PNG; its size in pixels is the paper's in inches times `dpi`."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            image = document[0].render(scale=dpi / 72).to_pil()
        finally:
            document.close()
    written = io.BytesIO()
    image.save(written, "PNG", dpi=(dpi, dpi))
    return written.getvalue()
