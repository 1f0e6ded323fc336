"""What a figure is made of, and its change between two periods on the places that reported both.

In: matrices of place x period. Out: matrices of the same shape. Refuses to compare a full month with one in
which a township is late: the late one's share is left out on both sides, and `compared` says how many remain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.register import Matrix, Register, summed_up

Columns = NDArray[np.intp]


@dataclass(frozen=True)
class Parts:
    """Each place's own contribution: one summand, or numerator and denominator of a ratio."""

    top: Matrix
    bottom: Matrix | None = None
    factor: float = 1.0

    def masked(self, mask: NDArray[np.bool_]) -> Parts:
        """Only the contributions where `mask` holds."""
        bottom = None if self.bottom is None else np.where(mask, self.bottom, np.nan)
        return Parts(np.where(mask, self.top, np.nan), bottom, self.factor)

    def at(self, columns: Columns) -> Parts:
        """The contributions of other periods, given by their column numbers (-1: none)."""
        bottom = None if self.bottom is None else at_columns(self.bottom, columns)
        return Parts(at_columns(self.top, columns), bottom, self.factor)

    def values(self, register: Register) -> Matrix:
        """Every place's figure from its own contribution or the sum of those below it."""
        top = summed_up(register, self.top)
        return top if self.bottom is None else self.factor * divided(top, summed_up(register, self.bottom))


@dataclass(frozen=True)
class Comparison:
    """Figures beside those of an earlier period; `now` and `then` hold only places that reported both."""

    earlier: Matrix
    now: Matrix
    then: Matrix
    change: Matrix
    change_pct: Matrix
    compared: Matrix


@dataclass(frozen=True)
class Reach:
    """How many leaves stand behind each place's figure, and who owes one."""

    figures: Matrix  # leaves that the place's own figure speaks for; missing where it has none
    ledgers: Matrix  # the same, and 1 for a leaf whose ledger came with the cell left blank
    expected: Matrix  # leaves below the place that owe a report


def compared(register: Register, parts: Parts, value: Matrix, reach: Reach, columns: Columns) -> Comparison:
    """Each period beside the one in `columns`, on the places that reported both.

    Two periods with every report in are compared as they stand, even if the county spoke for itself in one and
    its townships in the other; then it is enough that every ledger came, for a blank in it has no counterpart.
    """
    has_both = ~np.isnan(parts.top) & ~np.isnan(at_columns(parts.top, columns))
    now = parts.masked(has_both).values(register)
    then = parts.at(columns).masked(has_both).values(register)
    count = np.nan_to_num(summed_up(register, np.where(has_both, reach.figures, np.nan)))
    reported = np.nan_to_num(summed_up(register, reach.figures))
    is_whole = ~np.isnan(value) & (reported >= reach.expected)
    is_sent = ~np.isnan(value) & (np.nan_to_num(summed_up(register, reach.ledgers)) >= reach.expected)
    as_they_stand = _both(is_whole, columns) | ((count == 0) & _both(is_sent, columns))
    earlier = at_columns(value, columns)
    now, then = np.where(as_they_stand, value, now), np.where(as_they_stand, earlier, then)
    change = now - then
    change_pct = 100 * divided(change, np.abs(then))
    if parts.bottom is not None:
        change_pct = np.full_like(change, np.nan)
    return Comparison(earlier, now, then, change, change_pct, np.where(as_they_stand, reported, count))


def _both(flags: NDArray[np.bool_], columns: Columns) -> NDArray[np.bool_]:
    """Whether the flag holds in the period and in the one of `columns`."""
    return np.asarray(flags & (at_columns(flags.astype(np.float64), columns) == 1))


def at_columns(matrix: Matrix, columns: Columns) -> Matrix:
    """The matrix with its columns exchanged for others; column -1 is missing."""
    if not len(columns):
        return matrix
    return np.where(columns >= 0, matrix[:, columns], np.nan)


def divided(top: Matrix, bottom: Matrix) -> Matrix:
    """Quotients; by zero or by a missing figure → missing."""
    usable = np.where(bottom == 0, np.nan, bottom)
    return np.asarray(top / usable, dtype=np.float64)
