"""Classes → fill colours: light to dark, or two hues away from a middle.

In: how many classes there are, and where their middle is. Out: as many colours. Refuses red and green: red is for
what is overdue, and both look alike to one man in twelve.

All colours are ColorBrewer 2.0's (C. Brewer, Apache 2.0) or lie between two of them, and can be told apart with
any colour vision.

Around a middle we take BrBG, not PuOr: the orange of PuOr is the colour of our warnings, while brown and blue-green
mean nothing else on the map. A printer without colours turns both sides of ColorBrewer's own selection into the same
greys; here the steps of the two sides are taken in turns, so that every class has a grey of its own, and it grows
darker on both sides. That holds for up to three classes a side, which is all that seven classes can have.
"""

from __future__ import annotations

import numpy as np

# Sequential: YlGnBu.
PALETTES: dict[int, tuple[str, ...]] = {
    1: ("#41b6c4",),
    2: ("#c7e9b4", "#2c7fb8"),
    3: ("#edf8b1", "#7fcdbb", "#2c7fb8"),
    4: ("#ffffcc", "#a1dab4", "#41b6c4", "#225ea8"),
    5: ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),
    6: ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494"),
    7: ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"),
    8: ("#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"),
}
ZERO_COLOUR = "#ffffff"
MISSING_COLOUR = "#c9ced3"  # stripes of it, drawn by the map and by the legend

# Diverging: BrBG, each side from the middle outwards.
MIDDLE_COLOUR = "#f5f5f5"
_BELOW = ("#f6e8c3", "#dfc27d", "#bf812d", "#8c510a", "#543005")
_ABOVE = ("#c7eae5", "#80cdc1", "#35978f", "#01665e", "#003c30")
# #b0e0d9 lies between two steps: the paler one looks like the middle to eyes without green.
_FEW_BELOW = {1: ("#bf812d",), 2: ("#dfc27d", "#543005"), 3: ("#dfc27d", "#bf812d", "#543005")}
_FEW_ABOVE = {1: ("#5ab4ac",), 2: ("#b0e0d9", "#01665e"), 3: ("#b0e0d9", "#5ab4ac", "#01665e")}


def sequential(count: int, *, has_zero: bool = False) -> tuple[str, ...]:
    """Colours of `count` classes from low to high, 1 to 7.

    `has_zero` leaves out the palest, which paper and projector do not tell from the white of the zeros.
    """
    return PALETTES[count + 1][1:] if has_zero else PALETTES[count]


def diverging(below: int, above: int, *, has_middle: bool) -> tuple[str, ...]:
    """Colours from low to high: so many classes below the middle, the middle itself if it is one, so many above."""
    lower = _FEW_BELOW.get(below) or _ramp(_BELOW, below)
    upper = _FEW_ABOVE.get(above) or _ramp(_ABOVE, above)
    return (*reversed(lower), *((MIDDLE_COLOUR,) if has_middle else ()), *upper)


def _ramp(colours: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` colours at even steps along those given."""
    known = np.array([[int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in colours])
    steps = np.linspace(0, len(colours) - 1, count)
    mixed = np.stack([np.interp(steps, np.arange(len(colours)), channel) for channel in known.T], axis=1)
    return tuple("#" + "".join(f"{round(part):02x}" for part in each) for each in mixed.tolist())
