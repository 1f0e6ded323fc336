"""One indicator's figures by place and period: value, year to date, target, completion, change, rank.

In: observations, places and the configured indicators. Out: a row per place x period, or per place.
Refuses to fill gaps: what nobody reported is missing, a share is computed only over places that reported
both its parts, and a change only over places that reported both its periods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.comparison import Comparison, Parts, Reach, compared, divided
from metrics.grid import Grid, grid_of
from metrics.periods import latest_at, month_number, previous_columns, year_before_columns
from metrics.register import Matrix, Register, counted_up, register_of, summed_up
from settings import Indicator

PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def indicator_values(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    indicator_id: str,
    level: str,
) -> pd.DataFrame:
    """Every place of `level` x every period of the indicator; sorted by place, then period.

    - value: the place's own figure, else the sum of its children's (each its own or its children's).
    - cumulative: of a flow the sum since January over the months reported; of a stock or ratio the value.
    - target: the year's; its own, else the sum of its children's. completion: cumulative in % of target
      (where `better` is lower: 100 up to the target, beyond it target in % of cumulative); of a flow missing
      while a month of the year is in no ledger at all.
    - numerator, denominator: the parts of a ratio; otherwise cumulative and target. Of a ratio with `since_january`
      flows are summed since January (`year_to_date`), so that it is the year's so far and not the month's.
    - reported / expected: places of the finest reporting level (reported_by) that reported / that owe a report (some
      ledger lists them, or a target is set); a figure that a place reported itself (is_direct) speaks for
      all below it.
    - reported_share: 0-1, of a flow over all reports since January; months_missing: months since January
      without any figure, also of the flows that a ratio with `since_january` sums up.
    - previous_period, previous, last_year: one period and one year before. change, change_pct, year_change,
      year_change_pct, cumulative_year_change_pct: like for like on the `compared` places that reported both
      periods. A ratio changes in its own unit (percentage points); its change_pct is missing.
    - rank, completion_rank: competition ranking (1, 2, 2, 4) within the period by cumulative, completion, of the
      places that have a figure for this very period.
    """
    return values_by_level(observations, places, indicators, indicator_id, [level])[level]


def values_by_level(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    indicator_id: str,
    levels: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """indicator_values of several levels for little more than the price of one."""
    spec = indicators[indicator_id]
    register = register_of(places)
    parts = (*spec.numerator, *spec.denominator) if spec.measure == "ratio" else (indicator_id,)
    grid = grid_of(observations, register, parts, target_of=indicator_id)
    flows = tuple(part for part in parts if indicators[part].measure == "flow")
    figures = _figures(register, grid, indicators, spec, flows)
    return {level: _ranked(register, grid, register.rows(level), figures, spec) for level in levels}


def figures_at(values: pd.DataFrame, period: str | None = None) -> pd.DataFrame:
    """A row per place at the latest period not after `period`, worst first, missing last.

    The column `period` says which period that is; no rows when there is none.
    """
    at = latest_at(values["period"].unique(), period)
    found = values[values["period"] == at]
    return found.sort_values(["rank", "place_code"], ascending=[False, True], ignore_index=True)


def completion_of_reporters(at: pd.DataFrame, spec: Indicator) -> float | None:
    """What the places of `at` (figures_at) that have a completion reached together, in %; None where none has.

    The county's own completion has the targets of those that did not report below the line; who is behind is
    judged by this one. Of a ratio: the parts added up, in % of the target.
    """
    known = at[at["completion"].notna()]
    if known.empty:
        return None
    if spec.measure == "ratio":
        factor = 100.0 if spec.unit == "%" else 1.0
        whole, target = factor * known["numerator"].sum() / known["denominator"].sum(), known["target"].mean()
    else:
        whole, target = known["cumulative"].sum(), known["target"].sum()
    if spec.better == "lower":
        return 100.0 if whole <= target else float(100 * target / whole)
    return float(100 * whole / target)


def latest_period(values: pd.DataFrame) -> str | None:
    """The last period for which any place has a figure; None when there is none."""
    return latest_at(values.loc[values["value"].notna(), "period"].unique(), None)


def series_of(values: pd.DataFrame, place_code: str) -> pd.DataFrame:
    """One place's figures, earliest period first."""
    return values[values["place_code"] == place_code].reset_index(drop=True)


def year_to_date(periods: list[str], own: Matrix, frequency: str) -> Matrix:
    """Each place's own flow summed since January; missing from the first report of the year that did not come.

    A blank is a report that did not come, also in a ledger that did: with it left out the sum would pass for the
    whole year's and every yield made of it would be too low. Months without a harvest are reported as 0.
    """
    step = PERIOD_MONTHS[frequency]
    due = np.array([month_number(p) // (step if len(p) > 4 else 1) for p in periods], dtype=np.float64)
    known = _since_january(periods, ~np.isnan(own))
    return np.where((known >= due) & ~np.isnan(own), _since_january(periods, own), np.nan)


def _figures(
    register: Register,
    grid: Grid,
    indicators: Mapping[str, Indicator],
    spec: Indicator,
    flows: tuple[str, ...],
) -> dict[str, Matrix]:
    """All figure columns but the ranks, as matrices of place x period; `flows` are the flows among its parts."""
    parts = _parts(grid, indicators, spec)
    value = parts.values(register)
    reach = _reach(register, grid, ~np.isnan(parts.top))
    reported = np.nan_to_num(summed_up(register, reach.figures))
    months = np.array([month_number(p) for p in grid.periods], dtype=np.float64)
    months_found = _since_january(grid.periods, ~np.isnan(value))
    cumulative, reports, due = value, reported, reach.expected
    if spec.measure == "flow":
        cumulative = np.where(months_found > 0, _since_january(grid.periods, value), np.nan)
        reports, due = _since_january(grid.periods, reported), reach.expected * months
    target = grid.target if spec.target is None else np.full_like(value, spec.target)
    completion = _completion(cumulative, target, spec.better)
    if spec.measure == "flow":
        in_ledgers = _since_january(grid.periods, np.ones_like(value))
        completion = np.where(in_ledgers < months, np.nan, completion)
    is_ratio = parts.bottom is not None
    months_missing = np.zeros_like(value)
    if spec.measure == "flow":
        months_missing = months - months_found
    elif spec.since_january and flows:
        found = [~np.isnan(summed_up(register, grid.own[flow])) for flow in flows]
        months_missing = months - _since_january(grid.periods, np.all(found, axis=0))
    before = compared(register, parts, value, reach, previous_columns(grid.periods))
    year = compared(register, parts, value, reach, year_before_columns(grid.periods))
    return {
        "value": value,
        "cumulative": cumulative,
        "target": target,
        "completion": completion,
        "numerator": summed_up(register, parts.top) if is_ratio else cumulative,
        "denominator": summed_up(register, parts.bottom) if parts.bottom is not None else target,
        "reported": reported,
        "expected": reach.expected,
        "reported_share": divided(reports, due),
        "months_missing": months_missing,
        "is_direct": (~np.isnan(parts.top) & ~grid.is_leaf[:, None]).astype(np.float64),
        "previous": before.earlier,
        "change": before.change,
        "change_pct": before.change_pct,
        "compared": before.compared,
        "last_year": year.earlier,
        "year_change": year.change,
        "year_change_pct": year.change_pct,
        "cumulative_year_change_pct": _cumulative_change(grid.periods, year)
        if spec.measure == "flow"
        else year.change_pct,
    }


def _parts(grid: Grid, indicators: Mapping[str, Indicator], spec: Indicator) -> Parts:
    """Each place's own contribution; for a ratio a place counts only if it reported every part."""
    if spec.measure != "ratio":
        (only,) = grid.own.values()
        return Parts(only)

    def amount(part: str) -> Matrix:
        own, kind = grid.own[part], indicators[part]
        is_summed = spec.since_january and kind.measure == "flow"
        return year_to_date(grid.periods, own, kind.frequency) if is_summed else own

    top = np.sum([amount(part) for part in spec.numerator], axis=0)
    bottom = np.sum([amount(part) for part in spec.denominator], axis=0)
    factor = 100.0 if spec.unit == "%" else 1.0
    return Parts(top, bottom, factor).masked(~np.isnan(top) & ~np.isnan(bottom))


def _reach(register: Register, grid: Grid, has_own: NDArray[np.bool_]) -> Reach:
    """Leaves behind each figure: a place that reports for itself speaks for all below it."""
    expected = counted_up(register, grid.is_expected[:, None].astype(np.float64))
    figures = np.where(has_own, np.maximum(expected, 1.0), np.nan)
    is_blank = np.isnan(figures) & grid.is_sent & grid.is_expected[:, None]
    return Reach(figures, np.where(is_blank, 1.0, figures), np.broadcast_to(expected, has_own.shape))


def _since_january(periods: list[str], matrix: Matrix | NDArray[np.bool_]) -> Matrix:
    """Running sums that start afresh each year, missing counted as nothing; a bare year stands alone."""
    out = np.nan_to_num(matrix.astype(np.float64))
    for column in range(1, len(periods)):
        now, before = periods[column], periods[column - 1]
        if now[:4] == before[:4] and len(now) == len(before):
            out[:, column] += out[:, column - 1]
    return out


def _completion(cumulative: Matrix, target: Matrix, better: str) -> Matrix:
    """Per cent of the target reached; a target of zero has no completion."""
    if better == "higher":
        return 100 * divided(cumulative, target)
    return np.where(cumulative <= target, 100.0, 100 * divided(target, cumulative))


def _cumulative_change(periods: list[str], year: Comparison) -> Matrix:
    """Change in % of the sum since January on the same months of last year, like for like."""
    now, then = _since_january(periods, year.now), _since_january(periods, year.then)
    return 100 * divided(now - then, np.abs(then))


def _ranked(
    register: Register, grid: Grid, rows: NDArray[np.intp], figures: dict[str, Matrix], spec: Indicator
) -> pd.DataFrame:
    """The rows of one level with their ranks among each other, as a long table."""
    mine = {name: matrix[rows] for name, matrix in figures.items()}
    # A sum since January that lacks this month is no smaller figure, but one that is not known yet.
    is_known = ~np.isnan(mine["value"])
    mine["rank"] = _ranks(np.where(is_known, mine["cumulative"], np.nan), ascending=spec.better == "lower")
    mine["completion_rank"] = _ranks(np.where(is_known, mine["completion"], np.nan), ascending=False)
    return _frame(register, grid, rows, mine)


def _ranks(figures: Matrix, ascending: bool) -> Matrix:
    """Competition ranks within each period; equal to nine digits is equal, missing is unranked."""
    table = pd.DataFrame(figures).round(9)
    return table.rank(axis=0, method="min", ascending=ascending).to_numpy(dtype=np.float64)


def _frame(
    register: Register, grid: Grid, rows: NDArray[np.intp], figures: dict[str, Matrix]
) -> pd.DataFrame:
    """Matrices as a long table."""
    repeated = np.repeat(rows, len(grid.periods))
    earlier = previous_columns(grid.periods)
    periods = pd.Series(grid.periods, dtype="str")
    previous = pd.Series([grid.periods[at] if at >= 0 else None for at in earlier], dtype="str")
    order = np.tile(np.arange(len(grid.periods)), len(rows))
    labels = {
        "place_code": register.codes.take(repeated).array,
        "name": register.names.take(repeated).array,
        "parent_code": register.parent_codes.take(repeated).array,
        "period": periods.take(order).array,
        "previous_period": previous.take(order).array,
        "reported_by": pd.Series(grid.finest, index=range(len(order)), dtype="str").array,
    }
    columns = {name: _column(name, matrix.ravel()) for name, matrix in figures.items()}
    return pd.DataFrame(labels | columns)


def _column(name: str, figures: Matrix) -> NDArray[np.generic] | pd.Series:
    """Counts as whole numbers, ranks as whole numbers that may be missing."""
    if name in ("reported", "expected", "months_missing", "compared"):
        return figures.astype(np.int64)
    if name in ("rank", "completion_rank"):
        return pd.Series(figures).astype("Int64")
    return figures.astype(np.bool_) if name == "is_direct" else figures
