"""Values → class breaks: natural, equally filled, equally wide, round, or as configured.

In: sorted numbers without gaps. Out: the lower bounds of the second to the last class, ascending. Refuses to make
more classes than different values, except where somebody configured the bounds.

Computed here and tested against mapclassify's: importing that would add seconds (scipy, scikit-learn) to every
start of the app, and its natural breaks differ from run to run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Method = Literal["natural", "quantiles", "equal", "pretty", "configured"]

METHODS: dict[Method, str] = {
    "natural": "自然断点",
    "quantiles": "每级数量相近",
    "equal": "等距",
    "pretty": "整数分级",
    "configured": "配置的界限",
}

_MOST_DIGITS = 9  # no ledger is finer; beyond, the value itself is the bound

# Beyond so many different values the natural breaks are sought among so many groups of near-equal ones.
_EXACT_VALUES, _GROUPS = 800, 400

# Where there are many values, a break may pass a hundredth of them, and change by as much as this share of itself,
# to become a rounder number: legends of 50 periods would be full of 1,234.5.
_MANY_VALUES, _PASSED, _MOVED = 500, 0.01, 0.03


# Up to how many places a class of ranks counts singly, in fives …
_ROUND_SIZES = ((10, 1), (50, 5), (500, 10), (math.inf, 100))


def breaks_of(ordered: Floats, count: int, method: Method) -> list[float]:
    """Breaks of sorted values into at most `count` classes, by any method but `configured`.

    Round ones (`pretty`) stand as they are; others become the roundest number that parts the same values.
    """
    distinct = np.unique(ordered)
    if method == "pretty":
        return _pretty(ordered, min(count, len(distinct)))
    starts = _STARTS[method](ordered, min(count, len(distinct)))
    positions = sorted(set(np.searchsorted(distinct, starts)) - {0, len(distinct)})
    return sorted({roundest(*_room(distinct, at)) for at in positions})


def _room(distinct: Floats, at: int) -> tuple[float, float]:
    """Between which two numbers a break before the value at this position may lie."""
    below, upto = float(distinct[at - 1]), float(distinct[at])
    if len(distinct) < _MANY_VALUES:
        return below, upto
    passed = int(len(distinct) * _PASSED)
    moved = _MOVED * abs(upto)
    lowest, highest = (
        float(distinct[max(0, at - 1 - passed)]),
        float(distinct[min(at + passed, len(distinct) - 1)]),
    )
    return min(below, max(lowest, below - moved)), max(upto, min(highest, upto + moved))


def _natural(ordered: Floats, count: int) -> Floats:
    """Smallest value of each class but the first when the squared deviations within classes are least.

    Fisher 1958 / Jenks 1977, exact, by dynamic programming over all distinct values at once.
    """
    groups = _groups(ordered)
    first = np.searchsorted(ordered, groups)
    centred = ordered - ordered.mean()
    weight, total, squares = (
        np.concatenate(([0.0], np.cumsum(np.add.reduceat(part, first))))
        for part in (np.ones_like(ordered), centred, centred**2)
    )
    size = len(groups)
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
    return groups[sorted(start for start in starts if start > 0)]


def _groups(ordered: Floats) -> Floats:
    """Smallest values of the groups that are never parted: each value its own, or near-equal ones where many are.

    Half of the groups hold as many values each, half are equally wide: the few largest weigh most in the deviations.
    """
    distinct = np.unique(ordered)
    if len(distinct) <= _EXACT_VALUES:
        return distinct
    filled = ordered[np.linspace(0, len(ordered) - 1, _GROUPS // 2).astype(int)]
    wide = distinct[np.searchsorted(distinct, np.linspace(distinct[0], distinct[-1], _GROUPS // 2))]
    return np.unique(np.concatenate((filled, wide)))


def _quantiles(ordered: Floats, count: int) -> Floats:
    return np.quantile(ordered, np.arange(1, count) / count, method="higher")


def _equal(ordered: Floats, count: int) -> Floats:
    return np.linspace(ordered[0], ordered[-1], count + 1)[1:-1]


_STARTS: dict[Method, Callable[[Floats, int], Floats]] = {
    "natural": _natural,
    "quantiles": _quantiles,
    "equal": _equal,
}


def _pretty(ordered: Floats, count: int) -> list[float]:
    """All multiples of a step between the least and the greatest value; it is 1, 2 or 5 times a power of ten.

    The smallest step with which there are no more than `count` classes. R's pretty and mapclassify's PrettyBreaks
    take `count` as a wish and may make more, for which there would be no colours.
    """
    low, high = float(ordered[0]), float(ordered[-1])
    if low == high or count < 2:
        return []
    width = (high - low) / count  # zero where the values are so near each other that no number is that small
    exponent = max(math.floor(math.log10(width)), -_MOST_DIGITS) if width else -_MOST_DIGITS
    while True:
        for digit in (1, 2, 5):
            size = digit * 10.0**exponent
            steps = range(math.floor(low / size), math.ceil(high / size) + 1)
            if len(steps) > count + 3:  # more than any rounding of low / size could add
                continue
            # Rounded, for 3 x 0.1 is not 0.3 in binary fractions.
            found = {round(step * size, max(0, -exponent)) for step in steps}
            inside = sorted(each for each in found if low < each < high)
            if len(inside) < count:
                return inside
        exponent += 1


def rank_breaks(last: int, count: int) -> list[int]:
    """First ranks of the second to the last class of the ranks 1 … `last`: classes of a round number of places."""
    wished = last / max(1, min(count, last))
    step = next(step for limit, step in _ROUND_SIZES if wished < limit)
    size = max(1, round(wished / step)) * step
    return list(range(size + 1, last + 1, size))[: count - 1]


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
