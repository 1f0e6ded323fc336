"""The rules that `[[checks]]` may declare, each as a pandera schema: rows in, the rows that break it out.

In: rows with a column `value` (one indicator, or one column of a ledger), or with `whole` and `added`. Types are
checked first and rules second, so that no rule trips over a text where a number must be. Out: the breaking
rows, each once. A missing value breaks no rule but `required`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pandera.pandas as pa

from faults import DataProblem

_TINY = 1e-9  # what adding decimals leaves over is nobody's mistake
_NUMBERS = pa.DataFrameSchema({"value": pa.Column(float, nullable=True, coerce=True)})


def numbers(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    """The rows with `value` as a number; raises DataProblem when the config asks that of a text column."""
    try:
        return _NUMBERS.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise DataProblem(f"config.toml 的 [[checks]]:“{what}”不是数字,不能用数值规则检查。") from error


def outside_range(rows: pd.DataFrame, low: float | None, high: float | None) -> pd.DataFrame:
    """Rows whose value is below `low` or above `high`."""
    bounds = [pa.Check.ge(low)] if low is not None else []
    bounds += [pa.Check.le(high)] if high is not None else []
    return _failing(rows, _values(*bounds))


def not_whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose value has decimals."""
    return _failing(rows, _values(pa.Check(lambda value: (value - value.round()).abs() < _TINY)))


def missing(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without a value."""
    return _failing(rows, pa.DataFrameSchema({"value": pa.Column(nullable=False)}))


def not_one_of(rows: pd.DataFrame, allowed: tuple[str, ...]) -> pd.DataFrame:
    """Rows whose value is none of `allowed`."""
    return _failing(rows, _values(pa.Check.isin(allowed)))


def repeated(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose value stood in an earlier row."""
    known = rows[rows["value"].notna()]
    return _failing(
        known, pa.DataFrameSchema({"value": pa.Column()}, unique=["value"], report_duplicates="exclude_first")
    )


def falling(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Rows below the figure before them in the same place and year: `before` and `before_period` say which."""
    known = rows[rows["value"].notna()].sort_values(["place_code", "period"], kind="stable")
    series = known.groupby(["place_code", known["period"].str[:4]], sort=False)
    table = known.assign(before=series["value"].shift(), before_period=series["period"].shift())
    return _failing(
        table,
        _rows(lambda row: ~(row["value"] < row["before"] * (1 - tolerance) - _TINY)),
    )


def above_whole(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Rows whose parts together are more than the whole."""
    return _failing(rows, _rows(lambda row: ~(row["added"] > row["whole"] + _allowed(row, tolerance))))


def not_the_whole(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Rows whose parts together are not the whole."""
    return _failing(
        rows, _rows(lambda row: ~((row["added"] - row["whole"]).abs() > _allowed(row, tolerance)))
    )


def _allowed(rows: pd.DataFrame, tolerance: float) -> pd.Series:
    return tolerance * rows["whole"].abs() + _TINY


def _values(*checks: pa.Check) -> pa.DataFrameSchema:
    return pa.DataFrameSchema({"value": pa.Column(checks=list(checks), nullable=True)})


def _rows(holds: Callable[[pd.DataFrame], pd.Series]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(checks=pa.Check(holds, ignore_na=False))


def _failing(rows: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows that the schema refuses; a row that fails twice is one row."""
    numbered = rows.reset_index(drop=True)
    try:
        schema.validate(numbered, lazy=True)
    except pa.errors.SchemaErrors as error:
        found = error.failure_cases["index"]
        if found.isna().any():
            raise  # the schema does not fit the rows at all: our mistake, not the ledger's
        return numbered.loc[sorted(set(found))]
    return numbered.iloc[:0]
