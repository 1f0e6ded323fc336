"""Who reported and who has not, and what checking found, by township.

In: observations, places, faults. Out: shares of reporting villages by township and period, lists of who is
late, fault counts. Refuses to count a place that reported only blanks as one that reported.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.comparison import divided
from metrics.periods import period_key, sorted_periods
from metrics.register import LEVELS, counted_up, register_of, township_codes

PERIODS_SHOWN = 12
SEVERITIES = ("error", "warning", "info")
MATRIX_COLUMNS = ["source_id", "place_code", "name", "period", "reported", "expected", "reported_by", "share"]
LATE_COLUMNS = ["source_id", "place_code", "name", "period", "reported", "expected", "reported_by", "share", "last_period", "periods_missing"]  # fmt: skip


def reporting_matrix(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    source_ids: Sequence[str],
    until: str | None = None,
    periods_shown: int = PERIODS_SHOWN,
    listed_only: Collection[str] = (),
) -> pd.DataFrame:
    """Per source, township and period (each source's latest ones, none after `until`) the places that reported.

    reported / expected: places of the source's finest level (reported_by) with any figure in the period / with a row in any
    period (a township that never sent that source owes all its villages; of the sources in `listed_only` it owes
    nothing and has no rows); share in % of expected.
    """
    # A row that has nothing but a target is no report that is missing.
    is_report = observations["value"].notna() | observations["target"].isna()
    reports = observations.loc[is_report, ["source_id", "place_code", "period", "value"]]
    found = []
    for source in source_ids:
        mine = reports[reports["source_id"] == source]
        periods = sorted_periods(mine.loc[mine["value"].notna(), "period"].unique())
        if until is not None:
            periods = [p for p in periods if period_key(p) <= period_key(until)]
        matrix = _matrix(mine, places, source, periods[-periods_shown:], source not in listed_only)
        found.append(matrix[matrix["expected"] > 0])
    return pd.concat([empty_matrix(), *found], ignore_index=True)


def late_reporters(matrix: pd.DataFrame, period: str | None = None) -> pd.DataFrame:
    """Townships with reports missing in the latest period (of each source, or the one given), worst first.

    reporting_matrix's columns with last_period (the last one in which anything came; missing: none of those
    shown) and periods_missing (how many of the latest periods in a row brought nothing).
    """
    known = matrix if period is None else matrix[matrix["period"].map(period_key) <= period_key(period)]
    if known.empty:
        return pd.DataFrame(columns=LATE_COLUMNS)
    order = {period: at for at, period in enumerate(sorted_periods(known["period"].unique()))}
    at = known["period"].map(order)
    # Where a period stands among those of its own source, the earliest 0.
    position = at.groupby(known["source_id"]).rank(method="dense").astype("int64") - 1
    ordered = known.assign(position=position).sort_values("position", kind="stable")
    who = ["source_id", "place_code"]
    latest = ordered.drop_duplicates(who, keep="last")
    came = ordered[ordered["reported"] > 0].drop_duplicates(who, keep="last")
    last = came[[*who, "period", "position"]].rename(
        columns={"period": "last_period", "position": "last_position"}
    )
    joined = latest.merge(last, on=who, how="left", validate="one_to_one")
    joined["periods_missing"] = joined["position"] - joined["last_position"].fillna(-1).astype("int64")
    late = joined[joined["reported"] < joined["expected"]]
    return late.sort_values(
        ["periods_missing", "share", "place_code", "source_id"],
        ascending=[False, True, True, True],
        ignore_index=True,
    )[LATE_COLUMNS]


def fault_summary(faults: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Faults by responsible township: place_code, name, error, warning, info, total; most errors first.

    Faults without a township share a row named 未指明乡镇 whose place_code is missing.
    """
    codes = township_codes(faults["place_code"])
    counts = _by_severity(faults.assign(place_code=codes), "place_code")
    names = places[["place_code", "name"]]
    named = counts.merge(names, on="place_code", how="left", validate="many_to_one")
    named["name"] = named["name"].fillna("未指明乡镇")
    return named[["place_code", "name", *SEVERITIES, "total"]]


def fault_kinds(faults: pd.DataFrame) -> pd.DataFrame:
    """Faults by kind: kind, error, warning, info, total and one message as an example; most errors first."""
    counts = _by_severity(faults, "kind")
    example = faults.drop_duplicates("kind")[["kind", "message"]].rename(columns={"message": "example"})
    return counts.merge(example, on="kind", how="left", validate="one_to_one")


def suspicious_faults(faults: pd.DataFrame) -> pd.DataFrame:
    """The faults about figures that are possible but hard to believe; they were kept."""
    return faults[faults["kind"].str.startswith("suspicious_").fillna(False).astype(bool)]


def empty_matrix() -> pd.DataFrame:
    """reporting_matrix of no source."""
    return pd.DataFrame(columns=MATRIX_COLUMNS).astype(
        {**dict.fromkeys(MATRIX_COLUMNS, "str"), "reported": "int64", "expected": "int64", "share": "float64"}
    )


def _by_severity(faults: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts per severity and in total, most errors first; a missing key has its own row."""
    table = pd.DataFrame({name: faults["severity"].eq(name).astype("int64") for name in SEVERITIES})
    table["total"] = 1
    counts = pd.concat([faults[[by]], table], axis=1).groupby(by, dropna=False, as_index=False).sum()
    return counts.sort_values([*SEVERITIES, by], ascending=[False, False, False, True], ignore_index=True)


def _matrix(
    reports: pd.DataFrame, places: pd.DataFrame, source: str, periods: list[str], is_from_all: bool
) -> pd.DataFrame:
    """reporting_matrix of one source's rows in those of the periods that anybody below the county reported."""
    register = register_of(places)
    row = register.codes.get_indexer(pd.Index(reports["place_code"]))
    if not periods or not (row >= 0).any():
        return empty_matrix()
    came, is_listed = _presence(reports, row, periods, len(register.codes))
    # A period for which only the county itself spoke says nothing of who is late.
    is_told = came[register.levels != LEVELS[0]].any(axis=0)
    came, periods = came[:, is_told], [period for period, told in zip(periods, is_told, strict=True) if told]
    if not periods:
        return empty_matrix()
    reporting = set(register.levels[came.any(axis=1)])
    finest = next((level for level in reversed(LEVELS) if level in reporting), LEVELS[-1])
    is_leaf = (register.levels == finest)[:, None]
    listed = counted_up(register, (is_listed[:, None] & is_leaf).astype(np.float64))
    leaves = counted_up(register, is_leaf.astype(np.float64))
    expected = np.where(listed > 0, listed, leaves) if is_from_all else listed
    # A township that reports for itself reports for its villages.
    reported = np.where(came & ~is_leaf, expected, counted_up(register, (came & is_leaf).astype(np.float64)))
    townships = register.rows("township")
    repeated = np.repeat(townships, len(periods))
    owed = np.repeat(expected[townships, 0], len(periods))
    frame = pd.DataFrame(
        {
            "source_id": source,
            "place_code": register.codes.take(repeated).array,
            "name": register.names.take(repeated).array,
            "period": periods * len(townships),
            "reported": reported[townships].ravel().astype(np.int64),
            "expected": owed.astype(np.int64),
            "reported_by": finest,
            "share": 100 * divided(reported[townships].ravel(), owed),
        }
    )
    return frame.astype({"source_id": "str", "period": "str", "reported_by": "str"})[MATRIX_COLUMNS]


def _presence(
    reports: pd.DataFrame, row: NDArray[np.intp], periods: list[str], places: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Place x period with a figure, and the places with any row at all."""
    column = pd.Index(periods).get_indexer(pd.Index(reports["period"]))
    has_figure = reports["value"].notna().to_numpy() & (row >= 0) & (column >= 0)
    came = np.zeros((places, len(periods)), dtype=bool)
    came[row[has_figure], column[has_figure]] = True
    is_listed = np.zeros(places, dtype=bool)
    is_listed[row[row >= 0]] = True
    return came, is_listed
