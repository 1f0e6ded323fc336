"""Pages of vectors and text: paths with holes, words with a halo, measured before they are drawn.

In: points (1/72 inch) from the lower left corner, colours as #rrggbb, text. Out: a PDF whose fonts are embedded
as subsets and whose text can be searched. Refuses to read text as anything. A character that the font lacks is looked
for in other fonts, if there are any; in the end it becomes □, or what whoever draws wants to stand for it.

fpdf2 keeps fonts and file structure; paths are written as operators, since its drawing objects take some
thirty times as long and a county has a hundred thousand vertices.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any, Literal

import numpy as np
import shapely
from fontTools.ttLib import TTLibError
from fpdf import FPDF
from fpdf.fonts import TTFFont
from numpy.typing import NDArray

from exports.fonts import Face, Fonts

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

    def __init__(
        self,
        width: float,
        height: float,
        fonts: Fonts,
        title: str = "",
        *,
        rare: Sequence[Face] = (),
        absent: Callable[[str], str] = lambda _: _ABSENT,
    ) -> None:
        """`rare`: where to look for what the font lacks, opened only then; `absent`: what stands for what none has."""
        self.width, self.height = width, height
        self._pdf = FPDF(unit="pt", format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_lang("zh-CN")
        self._add("regular", fonts.regular)
        has_bold = fonts.bold != fonts.regular
        if has_bold:
            self._add("bold", fonts.bold)
        self._names = ("regular", "bold" if has_bold else "regular")
        self._rare, self._absent = list(rare), absent
        self._found: list[Any] = []  # of the rare ones, those that had to be opened
        self._plain: set[str] = set()  # letters that the font has in both weights
        self._pdf.set_title(self.clean(title))
        self.new_page()

    def _add(self, name: str, face: Face) -> Any:
        if face.content is None:
            self._pdf.add_font(name, fname=face.path, collection_font_number=face.number)
        else:
            # fpdf2's add_font() takes files only; its font class takes whatever fontTools can open.
            found = TTFFont(self._pdf, BytesIO(face.content), name, "")  # type: ignore[arg-type]
            self._pdf.fonts[name] = found
            if found.is_cff and found.is_cid_keyed:
                self._pdf._set_min_pdf_version("1.6")
        font: Any = self._pdf.fonts[name]
        font.ttfont.recalcBBoxes = False  # half of the time that cutting a page's letters out of a font takes
        return font

    def new_page(self) -> None:
        """What is drawn from now on stands on a further page."""
        self._pdf.add_page()
        self.operators("1 J 1 j")  # round ends and corners: sharp bends of a border would grow spikes

    def operators(self, written: str) -> None:
        """Content as PDF operators; never any text."""
        self._pdf._out(written)

    def output(self) -> bytes:
        """The finished file."""
        return bytes(self._pdf.output())

    # ── text ─────────────────────────────────────────────────────────────────────────────────
    def clean(self, words: str) -> str:
        """What can be drawn of the words: in one line, without control characters, □ for what no font has."""
        flat = " ".join(words.split())
        if self._is_plain(flat):
            return flat
        kept = (each for each in flat if unicodedata.category(each) not in ("Cc", "Cf"))
        return "".join(each if self._has(each) else self._absent(each) for each in kept)

    def _is_plain(self, words: str) -> bool:
        """Whether the font has all of it; asked for every word several times, so that what is known is kept."""
        fresh = set(words) - self._plain
        if fresh:
            fonts = [self._font(False).cmap, self._font(True).cmap]
            self._plain |= {
                each
                for each in fresh
                if unicodedata.category(each) not in ("Cc", "Cf")
                and all(ord(each) in known for known in fonts)
            }
        return self._plain.issuperset(fresh)

    def _font(self, is_bold: bool) -> Any:
        return self._pdf.fonts[self._names[is_bold]]

    def _has(self, letter: str) -> bool:
        return ord(letter) in self._font(False).cmap or self._rare_font(letter) is not None

    def _rare_font(self, letter: str) -> Any:
        """The first of the other fonts that has it; None when none does."""
        for font in self._found:
            if ord(letter) in font.cmap:
                return font
        while self._rare:
            try:
                font = self._add(f"rare{len(self._rare)}", self._rare.pop(0))
            except (OSError, TTLibError, KeyError, ValueError, NotImplementedError):
                continue  # a broken font somewhere in the system must not take the page with it
            self._found.append(font)
            if ord(letter) in font.cmap:
                return font
        return None

    def _runs(self, words: str, is_bold: bool) -> Iterator[tuple[Any, str]]:
        """The cleaned words by the fonts that they are written in."""
        main, drawn = self._font(is_bold), self.clean(words)
        if self._is_plain(drawn):
            if drawn:
                yield main, drawn
            return
        for font, letters in groupby(
            drawn, lambda each: main if ord(each) in main.cmap else self._rare_font(each) or main
        ):
            yield font, "".join(letters)

    def measure(self, words: str, size: float, bold: bool = False) -> float:
        """Width in points."""
        return sum(float(font.get_text_width(run, size, None)[1]) for font, run in self._runs(words, bold))

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
        if align != "left":
            x -= self.measure(words, size, bold) * {"centre": 0.5, "right": 1.0}[align]
        written = []
        for font, run in self._runs(words, bold):
            # fpdf2's own text() keeps the letters' size and mode outside the operators that set them aside here.
            chosen = self._pdf._set_font_for_page(font, size)
            written.append(f"{chosen} BT {x:.2f} {y:.2f} Td {font.encode_text(run)} ET")
            x += float(font.get_text_width(run, size, None)[1])
        encoded = " ".join(written)
        if halo and encoded:
            self.operators(f"q {_rgb(WHITE)} RG {2 * halo:.2f} w 1 Tr {encoded} Q")
        if encoded:
            self.operators(f"q {_rgb(colour)} rg {encoded} Q")

    def fitted(
        self, words: str, width: float, size: float, bold: bool = False, least: float = 0.75
    ) -> tuple[str, float]:
        """The words and a size at which they are no wider than `width`: smaller down to `least`, then cut off with an ellipsis."""
        wide = self.measure(words, size, bold)
        if wide <= width:
            return words, size
        smaller = max(size * width / wide, size * least)
        if wide * smaller <= width * size * 1.001:
            return words, smaller
        room, cut = width - self.measure("…", smaller, bold), 0
        for letter in words:  # letters are set one by one: their widths add up
            room -= self.measure(letter, smaller, bold) if letter.strip() else self._space(smaller, bold)
            if room < 0:
                break
            cut += 1
        return words[:cut] + "…", smaller

    def _space(self, size: float, bold: bool) -> float:
        return float(self._font(bold).get_text_width(" ", size, None)[1])

    def wrapped(self, words: str, width: float, size: float, bold: bool = False) -> list[str]:
        """The words in lines no wider than `width`; punctuation does not begin a line."""
        lines, line, wide = [], "", 0.0
        for part in _WORDS.findall(" ".join(words.split())):
            bare = part.rstrip()
            own = self.measure(bare, size, bold)
            if line and wide + own > width and not part.startswith(_NEVER_FIRST):
                lines.append(line.rstrip())
                line, wide = "", 0.0
            line += part
            wide += own + (self._space(size, bold) if len(bare) < len(part) else 0.0)
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
