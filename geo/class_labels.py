"""Class bounds → what the legend says: 不满200亩, 200 – 1,000亩, 减少500亩及以上, 第1–5名.

In: bounds, unit, decimals. Out: a label per class, from low to high, without gaps between them. Refuses bare minus
signs where a change has words, and bounds that are rounded to something else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from geo.breaks import roundest
from wording import number_text, scale_of

_SPARE_ZEROS = re.compile(r"\.(\d*?)0+(?=\D|$)")
_MOST_DECIMALS = 4
_ROOM = 1.05  # so much more than the largest change may be said to hold it: 145 is 150以内


def range_labels(edges: Sequence[float], unit: str, decimals: int) -> list[str]:
    """Labels of the classes between `edges`; the lower edge belongs to a class, the upper one to the next.

    The outermost edges are the least and the greatest value: the labels are open there.
    """
    breaks = edges[1:-1]
    if not breaks:
        low, high = (_bound(edge, unit, _digits(edges, decimals)) for edge in edges)
        return [f"{low}{unit}" if low == high else f"{low} – {high}{unit}"]
    digits = _digits(breaks, decimals)
    inner = [
        f"{_bound(low, unit, digits)} – {_bound(high, unit, digits)}{unit}" for low, high in pairwise(breaks)
    ]
    # 不满 leaves the figure itself out, 以上 includes it: Civil Code, art. 1259.
    first, last = _bound(breaks[0], unit, digits), _bound(breaks[-1], unit, digits)
    return [f"不满{first}{unit}", *inner, f"{last}{unit}及以上"]


def side_labels(word: str, breaks: Sequence[float], most: float, unit: str, decimals: int) -> list[str]:
    """Labels of the classes on one side of no change, from the middle outwards: `word` says which side it is.

    Breaks are sizes of changes, `most` is the largest one.
    """
    if not breaks:
        upto = roundest(math.nextafter(most, 0.0), most * _ROOM)
        return [f"{word}{_bound(upto, unit, _digits([upto], decimals))}{unit}以内"]
    return [word + label for label in range_labels([0.0, *breaks, most], unit, decimals)]


def rank_labels(starts: Sequence[int], last: int) -> list[str]:
    """Labels of classes of ranks by the first rank of each: 第1–5名, 第6–10名, 第11名及以后.

    The last is open: many places may share its last rank, and other periods may have more.
    """
    if len(starts) == 1 and last > 1:
        return [f"第1–{last}名"]
    ends = [*(start - 1 for start in starts[1:]), starts[-1]]
    labels = [
        f"第{first}名" if first == end else f"第{first}–{end}名"
        for first, end in zip(starts, ends, strict=True)
    ]
    return [*labels[:-1], f"{labels[-1]}及以后"] if last > starts[-1] else labels


def _bound(value: float, unit: str, digits: int) -> str:
    """The bound without its unit; in 万 only where that says it exactly."""
    factor, name = scale_of(value, unit)
    if name and not math.isclose(round(value / factor, 2) * factor, value, rel_tol=1e-12):
        written = f"{value:,.{digits}f}"
    else:
        written = number_text(value, unit, digits).removesuffix(unit)
    return _SPARE_ZEROS.sub(lambda found: f".{found[1]}" if found[1] else "", written)


def _digits(bounds: Sequence[float], decimals: int) -> int:
    """Decimals with which every bound is written exactly, four at most."""
    for digits in range(decimals, _MOST_DECIMALS):
        if all(math.isclose(round(value, digits), value, rel_tol=1e-12) for value in bounds):
            return digits
    return _MOST_DECIMALS
