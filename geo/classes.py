"""Values → map classes: bounds, labels with unit, colours, how many places fall into each.

In: one number per place, or per place and period, missing where nothing was reported. Out: a class for every one;
what is missing is a class of its own, 未报送, and never 0. Real zeros stand apart when the rest is above zero,
because a village without tea is another finding than a village with little. Refuses to make more classes than
there are values, and other classes for each period: what changes colour must have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.breaks import METHODS, Method, roundest
from geo.colours import MISSING_COLOUR, PALETTES, ZERO_COLOUR
from geo.scales import MISSING, Codes, MapClass, Middle, Scale, Wish, scheme_of

__all__ = [
    "MAX_CLASSES",
    "METHODS",
    "MIN_CLASSES",
    "MISSING",
    "MISSING_COLOUR",
    "PALETTES",
    "ZERO_COLOUR",
    "Classes",
    "MapClass",
    "Method",
    "Middle",
    "PeriodClasses",
    "Scale",
    "classify",
    "classify_periods",
    "offered_methods",
    "roundest",
]

MIN_CLASSES, MAX_CLASSES = 3, 7


@dataclass(frozen=True)
class Classes:
    """Classes from low to high (ranks: from last to first); `of` holds each value's class, MISSING where missing."""

    classes: tuple[MapClass, ...]
    of: Codes
    missing: int

    @property
    def colours(self) -> tuple[str, ...]:
        """Fill colours from low to high."""
        return tuple(each.colour for each in self.classes)


@dataclass(frozen=True)
class PeriodClasses:
    """The same classes for all periods: `of` is places x periods, MISSING where missing."""

    classes: tuple[MapClass, ...]  # without places
    of: Codes

    def at(self, column: int) -> Classes:
        """The classes with their places in one period."""
        return _counted(self.classes, self.of[:, column])

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Places in each class and period: classes x periods."""
        found = [(self.of == position).sum(axis=0) for position in range(len(self.classes))]
        return np.array(found, dtype=np.int64).reshape(len(self.classes), self.of.shape[1])

    @cached_property
    def missing(self) -> NDArray[np.int64]:
        """Places without a figure in each period."""
        return np.asarray((self.of == MISSING).sum(axis=0), dtype=np.int64)


def offered_methods(scale: Scale, thresholds: Sequence[float]) -> dict[Method, str]:
    """The methods that can be chosen: ranks have only one, `configured` needs thresholds."""
    if scale == "rank":
        return {}
    return {key: name for key, name in METHODS.items() if key != "configured" or thresholds}


def classify(
    values: ArrayLike,
    count: int = 5,
    method: Method = "natural",
    unit: str = "",
    decimals: int = 0,
    *,
    scale: Scale = "sequential",
    middle: Middle | None = None,
    thresholds: Sequence[float] = (),
) -> Classes:
    """Classes of `values`; at most `count` of them, fewer when fewer values differ.

    - A class of real zeros, or of what has not changed, counts as one of them. Breaks lie between two values that
      occur, at the roundest number there; where values are dense, a few places beyond.
    - method `configured`: bounds are `thresholds` (ascending, in the unit of the values) whatever the values and
      `count`, so classes may be empty. Raises ValueError without them, or for changes.
    - scale `diverging` needs `middle`, else ValueError. Without method `configured` both sides have the same steps,
      so that equal colours are equal distances, and end where there are no more values. Steps are found by `method`
      on the distances of both sides together.
    - scale `rank`: values are ranks, 1 the best; classes hold a round number of places each, whatever the method.
    """
    one_period = np.asarray(values, dtype=float).reshape(-1, 1)
    return classify_periods(
        one_period, count, method, unit, decimals, scale=scale, middle=middle, thresholds=thresholds
    ).at(0)


def classify_periods(
    values: ArrayLike,
    count: int = 5,
    method: Method = "natural",
    unit: str = "",
    decimals: int = 0,
    *,
    scale: Scale = "sequential",
    middle: Middle | None = None,
    thresholds: Sequence[float] = (),
) -> PeriodClasses:
    """`classify` with the breaks of all values together; `values` is places x periods."""
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 2:
        raise ValueError(f"values of places x periods have two dimensions, not {numbers.ndim}")
    wish = Wish(min(count, MAX_CLASSES), method, unit, decimals, tuple(thresholds))
    found = scheme_of(numbers, wish, scale, middle)
    return PeriodClasses(found.classes, found.of(numbers))


def _counted(classes: tuple[MapClass, ...], of: Codes) -> Classes:
    counts = np.bincount(of[of != MISSING].astype(np.intp), minlength=len(classes))
    with_places = [replace(each, places=int(found)) for each, found in zip(classes, counts, strict=True)]
    return Classes(classes=tuple(with_places), of=of, missing=int((of == MISSING).sum()))
