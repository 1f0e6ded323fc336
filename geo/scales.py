"""Values → where classes begin, what they are called, how they are coloured: on three scales.

In: all numbers that are to share the classes, and what is wished for. Out: a `Scheme` that gives any of them its
class. *Sequential* is light to dark; *diverging* is two hues away from a middle, no change or the target; *rank* is
the best place darkest. Refuses configured bounds that nobody configured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.breaks import Floats, Method, breaks_of, rank_breaks
from geo.class_labels import range_labels, rank_labels, side_labels
from geo.colours import ZERO_COLOUR, diverging, sequential

Scale = Literal["sequential", "diverging", "rank"]
Codes = NDArray[np.int8]

MISSING = -1


@dataclass(frozen=True)
class Middle:
    """Where a diverging scale turns: at a boundary, or, with words for it, at a class of its own.

    `below` and `above` are what a smaller and a larger figure is called: 减少, 增加; `same` the middle: 不变.
    """

    at: float
    below: str = ""
    same: str = ""
    above: str = ""


@dataclass(frozen=True)
class Wish:
    """How many classes at most, found how, in which unit; `thresholds` are the configured bounds."""

    count: int
    method: Method
    unit: str
    decimals: int
    thresholds: tuple[float, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether the bounds are configured, whatever the values."""
        return self.method == "configured"


@dataclass(frozen=True)
class MapClass:
    """One class: its bounds, its label, its colour and its places.

    The lower bound belongs to it, the upper one only in the last; of a decrease it is the other way round, so that
    减少100 – 500亩 holds a decrease of 100 as 增加100 – 500亩 holds an increase of 100.
    """

    lower: float
    upper: float
    label: str
    colour: str
    places: int = 0


@dataclass(frozen=True)
class Scheme:
    """What turns numbers into classes: class i holds bounds[i-1] <= number < bounds[i], or counted from the end."""

    bounds: Sequence[float] = ()
    classes: tuple[MapClass, ...] = ()  # without places
    is_descending: bool = False

    def of(self, numbers: Floats) -> Codes:
        """The class of each number, MISSING where it is missing; the same shape."""
        if not self.classes:
            return np.full(numbers.shape, MISSING, dtype=np.int8)
        found = np.searchsorted(np.asarray(self.bounds, dtype=float), numbers, side="right").astype(np.int8)
        if self.is_descending:
            found = (len(self.classes) - 1 - found).astype(np.int8)
        found[np.isnan(numbers)] = MISSING
        return found


def scheme_of(numbers: Floats, wish: Wish, scale: Scale, middle: Middle | None) -> Scheme:
    """The classes of all numbers together; ValueError where the wish lacks something."""
    if wish.is_fixed and not wish.thresholds:
        raise ValueError("method 'configured' needs thresholds")
    if scale == "diverging" and middle is None:
        raise ValueError("a diverging scale needs its middle")
    known = np.sort(numbers[~np.isnan(numbers)])
    if not known.size:
        return Scheme()
    if scale == "rank":
        return _ranks(int(known[-1]), wish)
    if middle is None or scale == "sequential":
        return _sequential(known, wish)
    return _changes(known, wish, middle) if middle.same else _around(known, wish, middle.at)


def _sequential(known: Floats, wish: Wish) -> Scheme:
    has_zero = bool(known[0] == 0)
    rest = known[known > 0] if has_zero else known
    if wish.is_fixed:
        breaks = [each for each in wish.thresholds if each > 0 or not has_zero]
    else:
        breaks = breaks_of(rest, max(1, wish.count - has_zero), wish.method) if rest.size else []
    zero = [MapClass(0.0, 0.0, f"0{wish.unit}", ZERO_COLOUR)] if has_zero else []
    if not rest.size and not breaks:
        return Scheme((), tuple(zero))
    edges = _edges(rest, breaks)
    classes = _ranges(edges, wish, sequential(len(edges) - 1, has_zero=has_zero))
    return Scheme([*([_after(0.0)] if has_zero else []), *breaks], (*zero, *classes))


def _around(known: Floats, wish: Wish, at: float) -> Scheme:
    """Two hues that meet at a boundary; what reaches it is on the upper side."""
    if wish.is_fixed:
        breaks = list(wish.thresholds)
        spans = list(pairwise([-np.inf, *breaks, np.inf]))
    else:
        lower, upper = _two_sided(known - at, wish)
        # A class below begins with its lower bound, so nothing lies beyond a bound at the least value.
        breaks = [round(at - each, 9) for each in reversed(lower) if at - each > known[0]]
        breaks += [at] if known[0] < at <= known[-1] else []
        breaks += [round(at + each, 9) for each in upper]
        spans = list(pairwise(_edges(known, breaks)))
    above = sum(low >= at for low, _ in spans)
    below = sum(low < at and high <= at for low, high in spans)
    colours = diverging(below, above, has_middle=above + below < len(spans))
    return Scheme(breaks, _ranges(_edges(known, breaks), wish, colours))


def _changes(known: Floats, wish: Wish, middle: Middle) -> Scheme:
    """Two hues with what has not changed between them."""
    if wish.is_fixed:
        raise ValueError("changes have no configured thresholds")
    changes = known - middle.at
    least, most = float(changes[0]), float(changes[-1])
    falls, same, rises = least < 0, bool((changes == 0).any()), most > 0
    lower, upper = _two_sided(changes, wish)
    down = side_labels(middle.below, lower, -least, wish.unit, wish.decimals)[::-1] if falls else []
    up = side_labels(middle.above, upper, most, wish.unit, wish.decimals) if rises else []
    labels = [*down, *([middle.same] if same else []), *up]
    spans = list(pairwise([least, *(-each for each in reversed(lower)), 0.0])) if falls else []
    spans += [(0.0, 0.0)] if same else []
    spans += list(pairwise([0.0, *upper, most])) if rises else []
    # A fall by just a bound belongs to the larger falls, as a rise by it belongs to the larger rises.
    bounds = [_after(-each) for each in reversed(lower)]
    bounds += [0.0] if falls and (same or rises) else []
    bounds += [_after(0.0)] if same and rises else []
    bounds += upper
    classes = tuple(
        MapClass(middle.at + low, middle.at + high, label, colour)
        for (low, high), label, colour in zip(
            spans, labels, diverging(len(down), len(up), has_middle=same), strict=True
        )
    )
    return Scheme([middle.at + each for each in bounds], classes)


def _two_sided(distances: Floats, wish: Wish) -> tuple[list[float], list[float]]:
    """Steps away from zero below and above: the same ones, as many as leave at most `wish.count` classes in all."""
    least, most = float(distances[0]), float(distances[-1])
    has_same = bool(wish.count > 1 and (distances == 0).any())
    sizes = np.sort(np.abs(distances[distances != 0]))
    lower: list[float] = []
    upper: list[float] = []
    for steps in range(wish.count, 1, -1):
        breaks = breaks_of(sizes, steps, wish.method) if sizes.size else []
        lower = [each for each in breaks if each <= -least]
        upper = [each for each in breaks if each <= most]
        if len(lower) + (least < 0) + has_same + len(upper) + (most > 0) <= wish.count:
            return lower, upper
    return [], []


def _ranks(last: int, wish: Wish) -> Scheme:
    starts = [1, *rank_breaks(last, wish.count)]
    ends = [*(each - 1 for each in starts[1:]), last]
    colours = sequential(len(starts))[::-1]
    best_first = [
        MapClass(*each) for each in zip(starts, ends, rank_labels(starts, last), colours, strict=True)
    ]
    return Scheme(starts[1:], tuple(best_first[::-1]), is_descending=True)


def _edges(known: Floats, breaks: Sequence[float]) -> list[float]:
    """Least value, breaks, greatest value; configured breaks may lie beyond either."""
    ends = [*known[[0, -1]], *breaks] if known.size else breaks
    return [float(min(ends)), *breaks, float(max(ends))]


def _ranges(edges: Sequence[float], wish: Wish, colours: Sequence[str]) -> tuple[MapClass, ...]:
    labels = range_labels(edges, wish.unit, wish.decimals)
    return tuple(
        MapClass(low, high, label, colour)
        for (low, high), label, colour in zip(pairwise(edges), labels, colours, strict=True)
    )


def _after(value: float) -> float:
    """The next number: a bound that leaves `value` itself below."""
    return float(np.nextafter(value, np.inf))
