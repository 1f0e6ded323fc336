"""The part of a font that a whole set of papers needs, cut out once.

In: fonts and characters. Out: the same fonts with nothing but these. A Chinese font has 65,000 glyphs, and opening it
and cutting a page's own few out of it takes two seconds; from a part of it, a twentieth of that.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont

from exports.fonts import Face, Fonts

# What papers are written in beside the ledgers' own words: figures, Latin letters, Chinese punctuation.
USUAL = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "·—…、。〈〉《》「」『』〔〕【】“”‘’！（），：；？～％％℃×÷±≥≤↑↓→←□"
)
_NOT_NEEDED = [
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "vmtx",
    "vhea",
    "VORG",
    "DSIG",
    "kern",
]  # letters are set one by one


def small_fonts(fonts: Fonts, characters: Iterable[str]) -> Fonts:
    """The fonts with these characters and USUAL; of those that they lack, nothing."""
    wanted = sorted({ord(each) for each in characters} | set(map(ord, USUAL)))
    regular = _part(fonts.regular, wanted)
    return Fonts(regular, regular if fonts.bold == fonts.regular else _part(fonts.bold, wanted))


def _part(face: Face, wanted: list[int]) -> Face:
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += _NOT_NEEDED
    cut = subset.Subsetter(options)
    cut.populate(unicodes=wanted)
    written = BytesIO()
    with TTFont(
        face.path, fontNumber=face.number, lazy=True, recalcTimestamp=False, recalcBBoxes=False
    ) as font:
        cut.subset(font)
        font.save(written)
    return Face(face.path, face.number, written.getvalue())
