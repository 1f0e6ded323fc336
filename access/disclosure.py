"""Which small counts others may not see, and which further ones have to go so that none can be worked out.

In: counts by what is counted and by place, and which of them add up to a total that is shown. Out: the cells to leave
out. Refuses to trust a gap: a total minus all that is shown is what was left out, so a line that loses a small count
loses further cells until every left-out count may still be any number from 1 to under the threshold.

Cell suppression, primary and secondary: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer and
de Wolf, Statistical Disclosure Control (Wiley, 2012), chapter 4. A cell is left out in all periods at once: a sum since
January or a change on last month would tell it otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cell = tuple[str, str]  # what is counted, and the place
Counts = NDArray[np.float64]  # period by period, missing as NaN

COUNTED = frozenset({"户", "人", "家", "名", "个", "位", "件", "人次", "户次"})
"""Units of what is counted one by one and may point at somebody: households, people, enterprises, problems. Animals,
areas and amounts do not; 万人 is no small count, and 个百分点 is none at all."""


def is_count(unit: str) -> bool:
    """Whether figures of this unit are counts of people, households, enterprises or problems."""
    return unit in COUNTED


def is_small(counts: Counts, least: int) -> NDArray[np.bool_]:
    """Which counts are from 1 to under `least`; what is missing, or none at all, is not."""
    return (counts > 0) & (counts < least)


@dataclass(frozen=True)
class Line:
    """Cells that add up to a total that is shown; the total is a cell itself, and may have to go last of all."""

    cells: tuple[Cell, ...]
    total: Cell


def left_out(
    counts: Mapping[Cell, Counts], lines: Sequence[Line], least: int, known: Collection[Cell] = ()
) -> frozenset[Cell]:
    """The cells that others may not see: small ones, and as many more as their lines need.

    `known`: cells that the viewer sees anyway; they are never left out, and hide nobody.
    """
    gone = {cell for cell, told in counts.items() if cell not in known and is_small(told, least).any()}
    while more := [cell for line in lines if (cell := _next(counts, line, gone, least, known)) is not None]:
        gone.add(more[0])
    return frozenset(gone)


def _next(
    counts: Mapping[Cell, Counts], line: Line, gone: Collection[Cell], least: int, known: Collection[Cell]
) -> Cell | None:
    """The next cell of the line that has to go; None when the line is safe, or has nothing more to lose."""
    cells = [cell for cell in line.cells if cell in counts]
    hidden = [counts[cell] for cell in cells if cell in gone]
    if not hidden or line.total in gone:
        return None
    free = [cell for cell in cells if cell not in gone and cell not in known]
    shown = [counts[cell] for cell in free]
    if all(is_safe(_at(hidden, at), _at(shown, at), least) for at in range(len(hidden[0]))):
        return None
    # The smallest of those that are not small loses least; what is nothing in all periods hides nobody.
    sizes = {cell: np.nanmax(counts[cell], initial=0.0) for cell in free}
    further = sorted((size, cell) for cell, size in sizes.items() if size >= least)
    if further:
        return further[0][1]
    return line.total if line.total in counts and line.total not in known else None


def _at(told: Sequence[Counts], period: int) -> list[float]:
    return [float(counts[period]) for counts in told]


def is_safe(hidden: Sequence[float], shown: Sequence[float], least: int) -> bool:
    """Whether each hidden small count may be any number from 1 to under `least`, for all that the line tells.

    A reader knows the sum of what is hidden, and that a further cell was the smallest of those that are not small: it
    lies between `least` and the smallest that is shown. A cell that is missing or nothing hides nobody.
    """
    figures = [figure for figure in hidden if figure > 0]
    few = [figure for figure in figures if figure < least]
    if not few:
        return len(figures) != 1  # one alone is told by the total, and with it the small one of another line
    further, whole = len(figures) - len(few), sum(figures)
    edge = min((figure for figure in shown if figure >= least), default=float("inf"))
    least_of_others = (len(few) - 1) + further * least
    most_of_others = (len(few) - 1) * (least - 1) + (further * edge if further else 0)
    return least_of_others + (least - 1) <= whole <= most_of_others + 1
