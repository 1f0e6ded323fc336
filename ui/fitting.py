"""How many sentences of a list a wall has room for, so that none is cut in the middle.

In: sentences, the lines that there are, characters to a line. Out: how many of the first ones fit; the list says how many
others there are. On the wall a rem is the smallest type and as many rems fit on every wall of 16:9 or wider, so that
this can be told without seeing the wall.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from charts.layout import text_width


def fitting(sentences: Iterable[str], lines: float, wide: float, *, between: float = 0.0) -> int:
    """`wide` in full-width characters; `between` is what a row's padding takes, in lines."""
    room, count = lines + 1e-9, 0
    for sentence in sentences:
        room -= lines_of(sentence, wide) + between
        if room < 0:
            return count
        count += 1
    return count


def shortened(sentence: str, wide: float) -> str:
    """The sentence if it fits on one line, else as much of it as does, with ….

    For lists whose rows open to the whole of it.
    """
    if text_width(sentence) <= wide:
        return sentence
    kept = ""
    for character in sentence:
        if text_width(kept + character) > wide - 1:
            break
        kept += character
    return f"{kept}…"


def lines_of(sentence: str, wide: float) -> int:
    """Lines that a sentence takes; a word at the end of a line may go to the next one whole, which costs about one in twenty."""
    return max(1, ceil(1.05 * text_width(sentence) / wide))
