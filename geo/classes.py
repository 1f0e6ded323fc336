"""Values → map classes: bounds, labels with unit, colours, how many places fall into each.

In: one number per place, missing where nothing was reported. Out: a class for every place; what is missing is
a class of its own, 未报送, and never 0. Real zeros stand apart when the rest is above zero, because a village
without tea is another finding than a village with little. Refuses to make more classes than there are values.

The breaks are computed here and tested against mapclassify's: importing that would add seconds (scipy,
scikit-learn) to every start of the app, and its natural breaks differ from run to run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wording import number_text

Floats = NDArray[np.float64]
Method = Literal["natural", "quantiles", "equal"]

METHODS: dict[Method, str] = {"natural": "自然断点", "quantiles": "每级数量相近", "equal": "等距"}
MIN_CLASSES, MAX_CLASSES = 3, 7
MISSING = -1

# Sequential, readable with any colour vision and as grey: YlGnBu of ColorBrewer 2.0 (C. Brewer, Apache 2.0).
PALETTES: dict[int, tuple[str, ...]] = {
    1: ("#41b6c4",),
    2: ("#c7e9b4", "#2c7fb8"),
    3: ("#edf8b1", "#7fcdbb", "#2c7fb8"),
    4: ("#ffffcc", "#a1dab4", "#41b6c4", "#225ea8"),
    5: ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"),
    6: ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494"),
    7: ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"),
}
ZERO_COLOUR = "#ffffff"
MISSING_COLOUR = "#c9ced3"  # stripes of it, drawn by the map and by the legend

_MOST_DIGITS = 9  # no ledger is finer; beyond, the value itself is the bound
_SPARE_ZEROS = re.compile(r"\.0+(?=\D|$)|(?<=\.\d)0+(?=\D|$)")

# Beyond this many different values the natural breaks are sought among as many groups of near-equal values.
_EXACT_VALUES = 800


@dataclass(frozen=True)
class MapClass:
    """One class: its bounds (lower belongs to it, upper only in the last), its colour and its places."""

    lower: float
    upper: float
    label: str
    colour: str
    places: int


@dataclass(frozen=True)
class Classes:
    """Classes from low to high; `of` holds each value's class by position, MISSING where it is missing."""

    classes: tuple[MapClass, ...]
    of: NDArray[np.int8]
    missing: int

    @property
    def colours(self) -> tuple[str, ...]:
        """Fill colours from low to high."""
        return tuple(each.colour for each in self.classes)


def classify(
    values: ArrayLike, count: int = 5, method: Method = "natural", unit: str = "", decimals: int = 0
) -> Classes:
    """Classes of `values`; at most `count` of them, fewer when fewer values differ.

    A class of real zeros counts as one of them. Breaks lie between two values that occur, at the roundest
    number there.
    """
    numbers = np.asarray(values, dtype=float)
    known = numbers[~np.isnan(numbers)]
    has_zero_class = bool(known.size and known.min() == 0)
    rest = known[known > 0] if has_zero_class else known
    wanted = max(1, min(count, MAX_CLASSES) - has_zero_class)
    breaks = _breaks(np.sort(rest), wanted, method) if rest.size else []
    # Class i of the rest holds breaks[i-1] <= value < breaks[i].
    of = np.searchsorted(np.asarray(breaks, dtype=float), numbers, side="right").astype(np.int8)
    of = np.where(numbers == 0, 0, of + 1).astype(np.int8) if has_zero_class else of
    of = np.where(np.isnan(numbers), MISSING, of).astype(np.int8)
    classes = _described(rest, breaks, unit, decimals)
    if has_zero_class:
        classes = [MapClass(0.0, 0.0, f"0{unit}", ZERO_COLOUR, 0), *classes]
    counted = tuple(
        MapClass(each.lower, each.upper, each.label, each.colour, int((of == position).sum()))
        for position, each in enumerate(classes)
    )
    return Classes(classes=counted, of=of, missing=int((of == MISSING).sum()))


def _breaks(ordered: Floats, count: int, method: Method) -> list[float]:
    """Lower bounds of the second to the last class, each the roundest number that parts the same values."""
    distinct = np.unique(ordered)
    starts = _STARTS[method](ordered, min(count, len(distinct)))
    positions = sorted(set(np.searchsorted(distinct, starts)) - {0, len(distinct)})
    return [roundest(distinct[position - 1], distinct[position]) for position in positions]


def _natural(ordered: Floats, count: int) -> Floats:
    """Smallest value of each class but the first when the squared deviations within classes are least.

    Fisher 1958 / Jenks 1977, exact, by dynamic programming over all distinct values at once.
    """
    distinct, weights = np.unique(ordered, return_counts=True)
    if len(distinct) > _EXACT_VALUES:
        edges = np.linspace(0, len(ordered) - 1, _EXACT_VALUES).astype(int)
        distinct = np.unique(ordered[edges])
        weights = np.bincount(np.searchsorted(distinct, ordered, side="right") - 1, minlength=len(distinct))
    size = len(distinct)
    centred = distinct - distinct.mean()
    weight, total, squares = (
        np.concatenate(([0.0], np.cumsum(part)))
        for part in (weights, weights * centred, weights * centred**2)
    )
    # spread[i, j]: squared deviations within values i … j-1
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (squares[None, :] - squares[:, None]) - (total[None, :] - total[:, None]) ** 2 / (
            weight[None, :] - weight[:, None]
        )
    spread[np.tril_indices(size + 1)] = np.inf
    best = spread[0]
    choices = []
    for _ in range(count - 1):
        sums = best[:, None] + spread
        choices.append(sums.argmin(axis=0))
        best = sums.min(axis=0)
    end, starts = size, []
    for choice in reversed(choices):
        end = int(choice[end])
        starts.append(end)
    return distinct[sorted(start for start in starts if start > 0)]


def _quantiles(ordered: Floats, count: int) -> Floats:
    return np.quantile(ordered, np.arange(1, count) / count, method="higher")


def _equal(ordered: Floats, count: int) -> Floats:
    return np.linspace(ordered[0], ordered[-1], count + 1)[1:-1]


_STARTS: dict[Method, Callable[[Floats, int], Floats]] = {
    "natural": _natural,
    "quantiles": _quantiles,
    "equal": _equal,
}


def roundest(below: float, upto: float) -> float:
    """The number with the fewest digits in (below, upto]: (1,234, 1,301] → 1,300."""
    power = math.floor(math.log10(max(abs(below), abs(upto)))) + 1
    lowest = max(math.floor(math.log10(upto - below)) - 1, -_MOST_DIGITS)
    for exponent in range(power, lowest - 1, -1):
        for step in (5, 2, 1):  # 500 is rounder than 300, and both are rounder than 340
            size = step * 10.0**exponent
            candidate = math.floor(upto / size) * size
            if below < candidate <= upto:
                return float(round(candidate, max(0, -exponent)))
    return upto


def _described(rest: Floats, breaks: Sequence[float], unit: str, decimals: int) -> list[MapClass]:
    """Classes of the values above zero (or of all), with labels that read without gaps between them."""
    if not rest.size:
        return []
    edges = [float(rest.min()), *breaks, float(rest.max())]
    colours = PALETTES[len(edges) - 1]
    shown = _digits_needed(breaks, decimals)

    def bound(value: float) -> str:
        return _SPARE_ZEROS.sub("", number_text(value, decimals=shown))

    labels = [f"{bound(low)} – {bound(high)}{unit}" for low, high in pairwise(edges)]
    if edges[0] == edges[-1]:
        labels = [f"{bound(edges[0])}{unit}"]
    elif breaks:
        # 不满 leaves the figure itself out, 以上 includes it: Civil Code, art. 1259.
        labels[0] = f"不满{bound(breaks[0])}{unit}"
        labels[-1] = f"{bound(breaks[-1])}{unit}及以上"
    return [
        MapClass(low, high, label, colour, 0)
        for low, high, label, colour in zip(edges[:-1], edges[1:], labels, colours, strict=True)
    ]


def _digits_needed(breaks: Sequence[float], decimals: int) -> int:
    """Decimals with which every break is written exactly, four at most."""
    for digits in range(decimals, 4):
        if all(math.isclose(round(value, digits), value, rel_tol=1e-12) for value in breaks):
            return digits
    return 4 if breaks else decimals
