"""One page of vectors and text: paths with holes, words with a halo, measured before they are drawn.

In: points (1/72 inch) from the lower left corner, colours as #rrggbb, text. Out: a PDF whose fonts are embedded
as subsets and whose text can be searched. Refuses to read text as anything: what the font lacks becomes □.

fpdf2 keeps fonts and file structure; paths are written as operators, since its drawing objects take some
thirty times as long and a county has a hundred thousand vertices.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import shapely
from fpdf import FPDF
from numpy.typing import NDArray

from exports.fonts import Fonts

Align = Literal["left", "centre", "right"]
INK, SOFT, WHITE = "#1B2733", "#5A6875", "#ffffff"

# fpdf2 subsets fonts by fontTools, which tells its progress.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

_ABSENT = "□"
_WORDS = re.compile(r"[!-~]+ ?|.", re.DOTALL)  # a number or Latin word stays whole, Chinese breaks anywhere
_NEVER_FIRST = tuple("，。、；：？！）》”’,.;:?!)%")
_KAPPA = 0.5523  # Bézier handle of a quarter circle


class Sheet:
    """A page that is being drawn; `width` and `height` in points."""

    def __init__(self, width: float, height: float, fonts: Fonts, title: str = "") -> None:
        self.width, self.height = width, height
        self._pdf = FPDF(unit="pt", format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_lang("zh-CN")
        self._pdf.add_font("regular", fname=fonts.regular.path, collection_font_number=fonts.regular.number)
        has_bold = fonts.bold != fonts.regular
        if has_bold:
            self._pdf.add_font("bold", fname=fonts.bold.path, collection_font_number=fonts.bold.number)
        self._names = ("regular", "bold" if has_bold else "regular")
        self._pdf.add_page()
        self._pdf.set_title(self.clean(title))
        self.operators("1 J 1 j")  # round ends and corners: sharp bends of a border would grow spikes

    def operators(self, written: str) -> None:
        """Content as PDF operators; never any text."""
        self._pdf._out(written)

    def output(self) -> bytes:
        """The finished file."""
        return bytes(self._pdf.output())

    # ── text ─────────────────────────────────────────────────────────────────────────────────
    def clean(self, words: str) -> str:
        """What can be drawn of the words: in one line, without control characters, □ for what the font lacks."""
        known = self._font(False).cmap
        kept = (each for each in " ".join(words.split()) if unicodedata.category(each) not in ("Cc", "Cf"))
        return "".join(each if ord(each) in known else _ABSENT for each in kept)

    def _font(self, is_bold: bool) -> Any:
        return self._pdf.fonts[self._names[is_bold]]

    def measure(self, words: str, size: float, bold: bool = False) -> float:
        """Width in points."""
        return float(self._font(bold).get_text_width(self.clean(words), size, None)[1])

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        colour: str = INK,
        bold: bool = False,
        align: Align = "left",
        halo: float = 0.0,
    ) -> None:
        """One line on the baseline at y; `halo` is the width of the white around the letters."""
        drawn = self.clean(words)
        if not drawn:
            return
        x -= self.measure(words, size, bold) * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        font = self._font(bold)
        # fpdf2's own text() keeps the letters' size and mode outside the operators that set them aside here.
        chosen = self._pdf._set_font_for_page(font, size)
        encoded = f"{chosen} BT {x:.2f} {y:.2f} Td {font.encode_text(drawn)} ET"
        if halo:
            self.operators(f"q {_rgb(WHITE)} RG {2 * halo:.2f} w 1 Tr {encoded} Q")
        self.operators(f"q {_rgb(colour)} rg {encoded} Q")

    def fitted(
        self, words: str, width: float, size: float, bold: bool = False, least: float = 0.75
    ) -> tuple[str, float]:
        """The words and a size at which they are no wider than `width`: smaller down to `least`, then cut off with an ellipsis."""
        wide = self.measure(words, size, bold)
        if wide <= width:
            return words, size
        smaller = max(size * width / wide, size * least)
        cut = words
        while cut and self.measure(cut + "…", smaller, bold) > width:
            cut = cut[:-1]
        is_whole = self.measure(words, smaller, bold) <= width * 1.001
        return (words if is_whole else cut + "…"), smaller

    def wrapped(self, words: str, width: float, size: float, bold: bool = False) -> list[str]:
        """The words in lines no wider than `width`; punctuation does not begin a line."""
        lines, line = [], ""
        for part in _WORDS.findall(" ".join(words.split())):
            if line and self.measure(line + part, size, bold) > width and not part.startswith(_NEVER_FIRST):
                lines.append(line.rstrip())
                line = ""
            line += part
        return [*lines, line.rstrip()] if line.strip() else lines

    # ── lines and areas ──────────────────────────────────────────────────────────────────────
    def fill(self, shapes: Iterable[Any], colour: str) -> None:
        """Fill shapely polygons, holes left out (even-odd)."""
        paths = [f"{path(shape)}f*" for shape in shapes]
        if paths:
            self.operators("\n".join([f"q {_rgb(colour)} rg", *paths, "Q"]))

    def stroke(
        self, shapes: Iterable[Any], colour: str, width: float, dash: tuple[float, float] | None = None
    ) -> None:
        """Draw shapely polygons' borders, or lines."""
        paths = [path(shape) + "S" for shape in shapes]
        if paths:
            dashes = f" [{dash[0]:.2f} {dash[1]:.2f}] 0 d" if dash else ""
            self.operators("\n".join([f"q {_rgb(colour)} RG {width:.2f} w{dashes}", *paths, "Q"]))

    def area(
        self, points: Sequence[tuple[float, float]], fill: str, line: str | None = None, width: float = 0.5
    ) -> None:
        """A filled polygon of a few corners, with a line around it."""
        self._painted(f"{_ring(np.asarray(points, dtype=float))}h ", fill, line, width)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, line: str | None = None
    ) -> None:
        """A filled rectangle from its lower left corner."""
        self._painted(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re ", fill, line, 0.5)

    def frame(self, x: float, y: float, width: float, height: float, colour: str, line: float) -> None:
        """The outline of a rectangle."""
        self.operators(f"q {_rgb(colour)} RG {line:.2f} w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S Q")

    def circle(
        self, x: float, y: float, radius: float, fill: str, line: str | None = None, width: float = 0.5
    ) -> None:
        """A filled circle."""
        k, r = _KAPPA * radius, radius
        quarters = (
            (x + r, y + k, x + k, y + r, x, y + r),
            (x - k, y + r, x - r, y + k, x - r, y),
            (x - r, y - k, x - k, y - r, x, y - r),
            (x + k, y - r, x + r, y - k, x + r, y),
        )
        curves = " ".join(" ".join(f"{each:.2f}" for each in quarter) + " c" for quarter in quarters)
        self._painted(f"{x + r:.2f} {y:.2f} m {curves} h ", fill, line, width)

    def _painted(self, outline: str, fill: str, line: str | None, width: float) -> None:
        edge = f"{_rgb(line)} RG {width:.2f} w " if line else ""
        self.operators(f"q {_rgb(fill)} rg {edge}{outline}{'B' if line else 'f'} Q")

    def clip(self, x: float, y: float, width: float, height: float) -> None:
        """Draw nothing outside the rectangle until `unclip`."""
        self.operators(f"q {x:.2f} {y:.2f} {width:.2f} {height:.2f} re W n")

    def unclip(self) -> None:
        """End of `clip`."""
        self.operators("Q")


def path(shape: Any) -> str:
    """PDF path operators of a shapely geometry, in its own coordinates; points have none."""
    written = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            written += [
                _ring(shapely.get_coordinates(ring)[:-1]) + "h " for ring in (part.exterior, *part.interiors)
            ]
        elif part.geom_type == "LineString":
            written.append(_ring(shapely.get_coordinates(part)))
    return "".join(written)


def _ring(points: NDArray[np.float64]) -> str:
    if len(points) == 0:
        return ""
    first, *rest = ["%.2f %.2f" % pair for pair in map(tuple, points.tolist())]  # noqa: UP031 -- twice as fast
    return f"{first} m " + "".join(f"{each} l " for each in rest)


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.3f} {green:.3f} {blue:.3f}"
