"""观摩评分: the trimmed mean of each stop's scores, its place, and how far the scores lie apart.

In: for each stop the points that were given, a tuple per score in the order of the criteria; how much is left out at
each end. Out: a row per stop, the best first. Refuses to rank a stop with too few scores, and to take a score that was
not given for a zero. Means are worked out as fractions, so that what is a tie on paper is one here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import numpy as np

Points = tuple[int, ...]
DECIMALS = 2  # a mean is told, and compared, with so many: what looks equal shares a place


@dataclass(frozen=True)
class StopScore:
    """One stop's result. `rank` and the means are None when there are fewer scores than `least`.

    `criteria`: the mean of each criterion over the scores that count; they add up to `mean` but for rounding. `cut`: how
    many scores were left out at each end. `totals` are in ascending order; `low` … `high` are their minimum, quartiles and
    maximum, those left out among them.
    """

    stop: str
    rank: int | None
    mean: Decimal | None
    criteria: tuple[Decimal, ...] | None
    count: int
    cut: int
    totals: tuple[int, ...]
    low: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    high: float | None


def stop_scores(given: Mapping[str, Sequence[Points]], trim_share: float, least: int) -> list[StopScore]:
    """All stops of `given`, which is in the route's order: ranked ones by place, then those without one.

    Stops with the same mean share a place, and the next one's place counts them all: 1, 2, 2, 4.
    """
    found = {stop: _means(points, trim_share) for stop, points in given.items() if len(points) >= least}
    means = {stop: _rounded(sum(each, Fraction(0))) for stop, each in found.items()}
    ranked = sorted(means, key=lambda stop: -means[stop])  # stable: ties stay in the route's order
    rest = [stop for stop in given if stop not in means]
    return [
        _result(
            stop,
            given[stop],
            trim_share,
            1 + sum(other > means[stop] for other in means.values()) if stop in means else None,
            means.get(stop),
            tuple(map(_rounded, found[stop])) if stop in means else None,
        )
        for stop in [*ranked, *rest]
    ]


def cut_of(count: int, trim_share: float) -> int:
    """How many scores are left out at each end: floor(count x share), the share taken as it is written."""
    return floor(count * Fraction(str(trim_share)))


def trimmed_mean(totals: Sequence[int], trim_share: float) -> Fraction:
    """The mean without the highest and the lowest. Raises ValueError when there is nothing."""
    cut = cut_of(len(totals), trim_share)
    kept = sorted(totals)[cut : len(totals) - cut]
    if not kept:
        raise ValueError("no score is left to take the mean of")
    return Fraction(sum(kept), len(kept))


def weights(totals: Sequence[int], trim_share: float) -> list[Fraction]:
    """How far each score counts: 1, 0 for what is left out, a part where some of several equal totals are left out.

    Which of equal totals is left out makes no difference to their mean but to the criteria's: none may be picked.
    """
    cut, ordered = cut_of(len(totals), trim_share), sorted(totals)
    kept = ordered[cut : len(ordered) - cut]
    return [Fraction(kept.count(each), ordered.count(each)) for each in totals]


def _means(points: Sequence[Points], trim_share: float) -> list[Fraction]:
    """The mean of each criterion over what counts."""
    counted = weights([sum(each) for each in points], trim_share)
    whole = sum(counted, Fraction(0))
    if not whole:
        raise ValueError("no score is left to take the mean of")
    return [
        sum((weight * each[at] for weight, each in zip(counted, points, strict=True)), Fraction(0)) / whole
        for at in range(len(points[0]))
    ]


def _rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)


def _result(
    stop: str,
    points: Sequence[Points],
    trim_share: float,
    rank: int | None,
    mean: Decimal | None,
    criteria: tuple[Decimal, ...] | None,
) -> StopScore:
    totals = tuple(sorted(sum(each) for each in points))
    spread = np.quantile(totals, (0, 0.25, 0.5, 0.75, 1)).tolist() if totals else [None] * 5
    cut = cut_of(len(totals), trim_share)
    return StopScore(stop, rank, mean, criteria, len(totals), cut, totals, *spread)
