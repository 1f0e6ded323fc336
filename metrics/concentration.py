"""One-product dependence: how much of what a place grows, or employs, is one product.

In: observations and a configured mix of indicators of one unit, or the enterprise ledger (people). Out: a row per
place with the amounts, their concentration and the leading product. Refuses to add different units, and to score a
place of which too little came: what nobody reported may be the very product that leads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.figures import year_to_date
from metrics.grid import grid_of
from metrics.periods import latest_at
from metrics.register import Matrix, Register, counted_up, register_of, summed_up
from settings import Indicator, Industry, Mix

COLUMNS = [
    "place_code", "name", "parent_code", "period", "state", "index", "equivalent", "leading", "leading_share", "total",
    "reported", "expected",
]  # fmt: skip
STATES = ("scored", "none", "incomplete")


def dependence(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    mix: Mix,
    level: str,
    period: str | None = None,
    min_reported_share: float = 0.8,
) -> pd.DataFrame:
    """A row per place of `level`, the most dependent first; those without an index last. COLUMNS and one per part.

    The period is the latest not after `period` in which every part has a figure. A place counts with its amounts
    (flows: since January) if it reported every part, with 0 where it has none; a parent is the sum of those below.

    - index: Herfindahl-Hirschman index, the sum of squared shares, 1/parts to 1 (one product alone).
    - equivalent: 1 / index, as many products of equal size would be as concentrated.
    - leading, leading_share: the largest part's key and its share in %; the config's first of equals.
    - reported, expected: places that reported every part, of those that owe a report.
    - state: *scored*; *none*: everything reported, all of it 0; *incomplete*: fewer than `min_reported_share` of
      those that owe a report reported every part.
    """
    units = sorted({indicators[part].unit for part in mix.parts})
    if len(units) > 1:
        raise ValueError(f"mix {mix.name!r} adds different units: {units}")
    parts = list(mix.parts)
    register = register_of(places)
    grid = grid_of(observations, register, parts, target_of=parts[0])
    at = latest_at(_common_periods(grid.periods, grid.own), period)
    if at is None:
        return _no_rows(parts)
    column = [grid.periods.index(at)]
    own = [_amounts(grid.periods, grid.own[part], indicators[part])[:, column] for part in parts]
    is_whole = reduce(np.logical_and, [~np.isnan(each) for each in own])
    amounts = {
        part: summed_up(register, np.where(is_whole, each, np.nan))[:, 0]
        for part, each in zip(parts, own, strict=True)
    }
    expected = counted_up(register, grid.is_expected[:, None].astype(np.float64))
    reported = summed_up(register, np.where(is_whole, np.maximum(expected, 1.0), np.nan))
    return _scored(register, level, at, amounts, reported[:, 0], expected[:, 0], min_reported_share)


def job_dependence(
    enterprises: pd.DataFrame,
    places: pd.DataFrame,
    industries: Mapping[str, Industry],
    level: str,
    min_reported_share: float = 0.8,
) -> pd.DataFrame:
    """The same for people employed, by industry of the enterprise; the ledger has no periods: `period` is missing.

    reported, expected: enterprises that state jobs and a configured industry, of all in the ledger. A place without
    enterprises has nothing to depend on: *none*.
    """
    register = register_of(places)
    at = register.codes.get_indexer(pd.Index(enterprises["place_code"]))
    jobs = enterprises["jobs"].to_numpy(dtype=np.float64, na_value=np.nan)
    is_whole = ~np.isnan(jobs) & enterprises["industry"].isin(list(industries)).to_numpy() & (at >= 0)
    expected, reported = (_count(register, at[chosen]) for chosen in (at >= 0, is_whole))
    used = [key for key in industries if (enterprises["industry"][is_whole] == key).any()]
    amounts = {}
    for key in used:
        mine = is_whole & (enterprises["industry"] == key).to_numpy()
        amounts[key] = _count(register, at[mine], jobs[mine])
    if not used:
        return _no_rows([])
    return _scored(register, level, None, amounts, reported, expected, min_reported_share)


def herfindahl(amounts: Matrix) -> Matrix:
    """The index of each row of amounts; missing where the row has a gap or nothing but zeros."""
    total = amounts.sum(axis=1, keepdims=True)
    shares = amounts / np.where(total > 0, total, np.nan)
    return np.asarray((shares**2).sum(axis=1))


def _scored(
    register: Register,
    level: str,
    period: str | None,
    amounts: Mapping[str, Matrix],
    reported: Matrix,
    expected: Matrix,
    min_reported_share: float,
) -> pd.DataFrame:
    parts = list(amounts)
    rows = register.rows(level)
    matrix = np.column_stack([amounts[part] for part in parts])[rows]
    reported, expected = np.nan_to_num(reported[rows]), expected[rows]
    total = matrix.sum(axis=1)
    is_enough = ~np.isnan(total) & (reported >= min_reported_share * expected)
    index = np.where(is_enough, herfindahl(matrix), np.nan)
    leading = np.nan_to_num(matrix).argmax(axis=1)
    largest = np.nan_to_num(matrix).max(axis=1)
    frame = pd.DataFrame(
        {
            "place_code": register.codes.take(rows),
            "name": register.names.take(rows).array,
            "parent_code": register.parent_codes.take(rows).array,
            "period": pd.Series([period] * len(rows), dtype="str").array,
            "state": np.select([~is_enough, np.isnan(index)], ["incomplete", "none"], "scored"),
            "index": index,
            "equivalent": 1 / index,
            "leading": np.where(np.isnan(index), None, np.array(parts, dtype=object)[leading]),
            "leading_share": np.where(
                np.isnan(index), np.nan, 100 * largest / np.where(total > 0, total, np.nan)
            ),
            "total": total,
            "reported": reported.astype(np.int64),
            "expected": expected.astype(np.int64),
        }
        | {part: matrix[:, at] for at, part in enumerate(parts)}
    )
    return frame.sort_values(["index", "place_code"], ascending=[False, True], ignore_index=True)


def _amounts(periods: list[str], own: Matrix, indicator: Indicator) -> Matrix:
    return year_to_date(periods, own, indicator.frequency) if indicator.measure == "flow" else own


def _common_periods(periods: Sequence[str], own: Mapping[str, Matrix]) -> Collection[str]:
    """Periods in which every part has a figure somewhere."""
    known = np.all([(~np.isnan(matrix)).any(axis=0) for matrix in own.values()], axis=0)
    return [period for period, is_known in zip(periods, known, strict=True) if is_known]


def _count(register: Register, at: NDArray[np.intp], weights: Matrix | None = None) -> Matrix:
    """How many rows (or how much) lie at each place and below it."""
    own = np.bincount(at, weights, minlength=len(register.codes)).astype(np.float64)
    return counted_up(register, own[:, None])[:, 0]


def _no_rows(parts: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*COLUMNS, *parts])
