"""打分码卡片: the codes of a round to print, cut and hand out, ten on a sheet of A4.

In: codes with their holders, what stands on every card, fonts. Out: a PDF whose fonts are embedded and whose QR codes
are areas, not pictures. Refuses nothing of the texts: what the font lacks becomes □, what is too long is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import segno

from exports.fonts import Fonts
from exports.sheet import INK, SOFT, WHITE, Sheet

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
ACROSS, DOWN = 2, 5
CARD_WIDTH, CARD_HEIGHT = 90 * MM, 54 * MM  # as a visiting card
LEFT, BELOW = (WIDTH - ACROSS * CARD_WIDTH) / 2, (HEIGHT - DOWN * CARD_HEIGHT) / 2
PAD = 4.2 * MM
QR = 33 * MM
LINE = "#AAB4BE"


@dataclass(frozen=True)
class CardInfo:
    """What stands on every card. Texts are hostile; `base` is where phones find the server."""

    county: str
    route: str
    round: str
    base: str


@dataclass(frozen=True)
class CodeCard:
    """One card: the code as it is kept and as it is printed, its number, who it is for and what that means."""

    code: str
    shown: str
    number: int
    holder: str = ""
    note: str = ""


def score_address(base: str, code: str = "") -> str:
    """Where phones score; with a code they need not type it."""
    return f"{base}/score" + (f"?{urlencode({'code': code})}" if code else "")


def code_cards(cards: Sequence[CodeCard], info: CardInfo, fonts: Fonts) -> bytes:
    """The cards in the order of their numbers, row by row."""
    sheet = Sheet(WIDTH, HEIGHT, fonts, f"{info.county}观摩打分码 {info.round}")
    for at, card in enumerate(cards):
        on_page = at % (ACROSS * DOWN)
        if at and on_page == 0:
            sheet.new_page()
        row, column = divmod(on_page, ACROSS)
        x, y = LEFT + column * CARD_WIDTH, HEIGHT - BELOW - (row + 1) * CARD_HEIGHT
        _draw(sheet, card, info, x, y)
    return sheet.output()


def _draw(sheet: Sheet, card: CodeCard, info: CardInfo, x: float, y: float) -> None:
    sheet.frame(x, y, CARD_WIDTH, CARD_HEIGHT, LINE, 0.4)  # where it is cut
    _qr(sheet, score_address(info.base, card.code), x + CARD_WIDTH - PAD - QR, y + CARD_HEIGHT - PAD - QR)
    room, top = CARD_WIDTH - 3 * PAD - QR, y + CARD_HEIGHT - PAD
    left = x + PAD
    _line(sheet, left, top - 9, info.county, 9, room, bold=True)
    _line(sheet, left, top - 24, "现场观摩打分码", 11.5, room, bold=True)
    _line(sheet, left, top - 37, info.round, 8.5, room)
    _line(sheet, left, top - 49, info.route, 8.5, room, colour=SOFT)
    _line(sheet, left, top - 68, card.holder or f"{card.number}号", 12, room, bold=True)
    _line(sheet, left, top - 80, card.note, 7.5, room, colour=SOFT)
    _line(sheet, left, y + PAD + 22, card.shown, 19, room, bold=True)
    words, wide = "扫码打分;或打开下面的网址,输入打分码", CARD_WIDTH - 2 * PAD
    _line(sheet, left, y + PAD + 9, words, 7.5, wide, colour=SOFT)
    _line(sheet, left, y + PAD - 1, score_address(info.base), 7.5, wide)
    sheet.text(x + CARD_WIDTH - PAD, y + PAD - 1, f"{card.number}", 7.5, colour=SOFT, align="right")


def _line(
    sheet: Sheet,
    x: float,
    y: float,
    words: str,
    size: float,
    room: float,
    *,
    bold: bool = False,
    colour: str = INK,
) -> None:
    shown, fits = sheet.fitted(words, room, size, bold)
    sheet.text(x, y, shown, fits, bold=bold, colour=colour)


def _qr(sheet: Sheet, address: str, x: float, y: float) -> None:
    """The code in a square with the quiet edge that readers want: four modules."""
    rows = segno.make(address, error="m", micro=False).matrix
    module = QR / (len(rows) + 8)
    sheet.box(x, y, QR, QR, WHITE)
    # Runs of dark modules as one area each: between single squares a viewer draws white hairs.
    parts = []
    for down, row in enumerate(rows):
        start = None
        for at, is_dark in enumerate([*row, 0]):
            if is_dark and start is None:
                start = at
            elif not is_dark and start is not None:
                left = x + (start + 4) * module
                low = y + QR - (down + 5) * module
                # A little higher than a module, for the same reason between rows.
                parts.append(f"{left:.3f} {low:.3f} {(at - start) * module:.3f} {module * 1.02:.3f} re")
                start = None
    sheet.operators("q 0 0 0 rg " + " ".join(parts) + " f Q")
