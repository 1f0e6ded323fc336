"""Observations of a few indicators as matrices: a row per place, a column per period.

In: the observations table. Out: figures, targets and who is expected to report. Refuses two figures for
the same place, indicator and period: prepare.py lets only one through, so a second is our bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.periods import sorted_periods
from metrics.register import LEVELS, Matrix, Register, summed_up


@dataclass(frozen=True)
class Grid:
    """What was reported, before anything is summed up."""

    periods: list[str]  # those in which some place has a figure, earliest first
    own: dict[str, Matrix]  # per indicator, NaN where the place itself reported nothing
    target: Matrix  # the year's target of the place itself, in each of the year's periods
    finest: str  # the finest level that reports these indicators
    is_leaf: NDArray[np.bool_]  # the place is of that level
    is_expected: NDArray[np.bool_]  # … and some ledger lists it, with or without a figure
    is_sent: NDArray[np.bool_]  # the place is in the period's ledger, even if its cell is blank


def grid_of(
    observations: pd.DataFrame, register: Register, indicator_ids: Sequence[str], target_of: str
) -> Grid:
    """The grid of the indicators, with the yearly targets of `target_of`."""
    wanted = dict.fromkeys((*indicator_ids, target_of))
    rows = observations.loc[
        observations["indicator_id"].isin(list(wanted)),
        ["place_code", "indicator_id", "period", "value", "target"],
    ]
    place = register.codes.get_indexer(pd.Index(rows["place_code"]))
    value = rows["value"].to_numpy(dtype=np.float64)
    target = rows["target"].to_numpy(dtype=np.float64)
    codes, labels = pd.factorize(rows["period"])
    has_value = ~np.isnan(value) & (place >= 0)
    periods = sorted_periods(labels[np.unique(codes[has_value])])
    column_of = {period: column for column, period in enumerate(periods)}
    column = np.array([column_of.get(label, -1) for label in labels], dtype=np.intp)[codes]
    shape = (len(register.codes), len(periods))
    own = {}
    for indicator_id in indicator_ids:
        mine = has_value & (rows["indicator_id"] == indicator_id).to_numpy()
        own[indicator_id] = _matrix(shape, place[mine], column[mine], value[mine], indicator_id)
    has_target = ~np.isnan(target) & (place >= 0) & (rows["indicator_id"] == target_of).to_numpy()
    targets = _targets(register, periods, place[has_target], labels[codes[has_target]], target[has_target])
    finest = _finest(register, place[has_value])
    is_leaf = register.levels == finest
    is_expected = _expected(register, is_leaf, place[place >= 0], place[has_target])
    # A bare-year row without a value only carries the year's target.
    only_target = (
        np.isnan(value) & ~np.isnan(target) & np.array([len(p) == 4 for p in labels], dtype=bool)[codes]
    )
    in_ledger = (place >= 0) & (column >= 0) & ~only_target
    is_sent = np.zeros(shape, dtype=bool)
    is_sent[place[in_ledger], column[in_ledger]] = True
    return Grid(periods, own, targets, finest, is_leaf, is_expected, is_sent)


def _matrix(
    shape: tuple[int, int],
    place: NDArray[np.intp],
    column: NDArray[np.intp],
    value: Matrix,
    indicator_id: str,
) -> Matrix:
    """The values at their places; complains about two in one cell."""
    cell = place * shape[1] + column
    if len(np.unique(cell)) < len(cell):
        raise ValueError(f"observations hold two figures of {indicator_id} for the same place and period")
    matrix = np.full(shape, np.nan)
    matrix.flat[cell] = value
    return matrix


def _finest(register: Register, valued: NDArray[np.intp]) -> str:
    """The finest level that has any figure; villages when nothing has."""
    reporting = set(register.levels[np.unique(valued)])
    return next((level for level in reversed(LEVELS) if level in reporting), LEVELS[-1])


def _expected(
    register: Register,
    is_leaf: NDArray[np.bool_],
    listed: NDArray[np.intp],
    targeted: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Leaves that owe a report: a ledger lists them, or they or their parent have a target to meet.

    A parent's target counts only while no ledger lists any of its children: townships that never sent a
    ledger must not look as if they had nothing to report.
    """
    has_target = np.zeros(len(is_leaf), dtype=bool)
    has_target[targeted] = True
    is_listed = np.zeros(len(is_leaf), dtype=bool)
    is_listed[listed] = True
    owing = is_leaf & (is_listed | has_target)
    parents = register.parent[owing]
    has_target[parents[parents >= 0]] = False
    return owing | (is_leaf & has_target[register.parent] & (register.parent >= 0))


def _targets(
    register: Register,
    periods: list[str],
    place: NDArray[np.intp],
    period: NDArray[np.object_],
    target: Matrix,
) -> Matrix:
    """Yearly targets, each repeated in every period of its year; a parent's is its children's sum."""
    years = sorted({p[:4] for p in periods})
    row_of = {year: row for row, year in enumerate(years)}
    yearly = np.full((len(register.codes), max(len(years), 1)), np.nan)
    # Ascending periods, so that of two targets for a year the later one stands.
    for at in np.argsort(period.astype("U7"), kind="stable"):
        row = row_of.get(period[at][:4])
        if row is not None:
            yearly[place[at], row] = target[at]
    return summed_up(register, yearly)[:, [row_of[p[:4]] for p in periods]]
