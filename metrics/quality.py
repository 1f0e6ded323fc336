"""Who reported and who has not, and what checking found, by township.

In: observations, places, faults. Out: shares of reporting villages by township and period, lists of who is
late, fault counts. Refuses to count a place that reported only blanks as one that reported.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from metrics.periods import period_key, sorted_periods
from metrics.register import counted_up, register_of, township_codes

PERIODS_SHOWN = 12
SEVERITIES = ("error", "warning", "info")
MATRIX_COLUMNS = ["source_id", "place_code", "name", "period", "reported", "expected", "share"]
LATE_COLUMNS = ["source_id", "place_code", "name", "period", "reported", "expected", "share", "last_period", "periods_missing"]  # fmt: skip


def reporting_matrix(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    source_ids: Sequence[str],
    periods_shown: int = PERIODS_SHOWN,
) -> pd.DataFrame:
    """Per source, township and period (each source's latest ones) the places that reported any figure.

    reported / expected: places of the source's finest level with a figure in the period / with a row in any
    period (a township that never sent that source owes all its villages); share in % of expected.
    """
    reports = observations[observations["value"].notna() | (observations["period"].str.len() > 4)]
    found = [
        _matrix(reports[reports["source_id"] == source], places, source, periods_shown)
        for source in source_ids
    ]
    return pd.concat([empty_matrix(), *found], ignore_index=True) if found else empty_matrix()


def late_reporters(matrix: pd.DataFrame, period: str | None = None) -> pd.DataFrame:
    """Townships with reports missing in the latest period (of each source, or the one given), worst first.

    reporting_matrix's columns with last_period (the last one in which anything came; missing: none of those
    shown) and periods_missing (how many of the latest periods in a row brought nothing).
    """
    known = matrix if period is None else matrix[matrix["period"].map(period_key) <= period_key(period)]
    if known.empty:
        return pd.DataFrame(columns=LATE_COLUMNS)
    ordered = known.sort_values("period", key=lambda periods: periods.map(period_key))
    latest = ordered.groupby(["source_id", "place_code"], as_index=False).last()
    came = ordered[ordered["reported"] > 0]
    last = came.groupby(["source_id", "place_code"], as_index=False)["period"].last()
    last = last.rename(columns={"period": "last_period"})
    joined = latest.merge(last, on=["source_id", "place_code"], how="left", validate="one_to_one")
    position = {
        source: {p: at for at, p in enumerate(sorted_periods(group["period"]))}
        for source, group in ordered.groupby("source_id")
    }
    joined["periods_missing"] = [
        position[source][now] - (-1 if pd.isna(then) else position[source][then])
        for source, now, then in zip(
            joined["source_id"], joined["period"], joined["last_period"], strict=True
        )
    ]
    late = joined[joined["reported"] < joined["expected"]]
    return late.sort_values(
        ["periods_missing", "share", "place_code"], ascending=[False, True, True], ignore_index=True
    )[LATE_COLUMNS]


def missing_reports(
    observations: pd.DataFrame, places: pd.DataFrame, source_id: str, period: str
) -> pd.DataFrame:
    """Places that other periods of the source list and that have no figure in this one.

    place_code, name, township; in code order.
    """
    mine = observations[observations["source_id"] == source_id]
    expected = pd.unique(mine["place_code"])
    came = pd.unique(mine.loc[(mine["period"] == period) & mine["value"].notna(), "place_code"])
    absent = places[places["place_code"].isin(expected) & ~places["place_code"].isin(came)]
    townships = places[["place_code", "name"]].rename(
        columns={"place_code": "township_code", "name": "township"}
    )
    named = absent[["place_code", "name"]].assign(township_code=township_codes(absent["place_code"]))
    joined = named.merge(townships, on="township_code", how="left", validate="many_to_one")
    return joined.sort_values("place_code", ignore_index=True)[["place_code", "name", "township"]]


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


def _matrix(reports: pd.DataFrame, places: pd.DataFrame, source: str, periods_shown: int) -> pd.DataFrame:
    """reporting_matrix of one source."""
    register = register_of(places)
    row = register.codes.get_indexer(pd.Index(reports["place_code"]))
    known = reports[row >= 0]
    row = row[row >= 0]
    has_value = known["value"].notna().to_numpy()
    periods = sorted_periods(known.loc[has_value, "period"].unique())[-periods_shown:]
    if not periods:
        return empty_matrix()
    levels = set(register.levels[row[has_value]])
    finest = "village" if "village" in levels else "township" if "township" in levels else "county"
    is_leaf = register.levels == finest
    is_listed = np.zeros((len(is_leaf), 1))
    is_listed[row, 0] = 1.0
    column = pd.Index(periods).get_indexer(pd.Index(known["period"]))
    came = np.zeros((len(is_leaf), len(periods)))
    shown = has_value & (column >= 0)
    came[row[shown], column[shown]] = 1.0
    expected = counted_up(register, is_listed * is_leaf[:, None])
    leaves = counted_up(register, is_leaf[:, None].astype(np.float64))
    expected = np.where(expected > 0, expected, leaves)
    reported = counted_up(register, came * is_leaf[:, None])
    # A township that reports for itself reports for its villages.
    reported = np.where(came * (~is_leaf[:, None]) > 0, expected, reported)
    townships = register.rows("township")
    return (
        pd.DataFrame(
            {
                "source_id": source,
                "place_code": register.codes.take(np.repeat(townships, len(periods))),
                "name": register.names.take(np.repeat(townships, len(periods))).to_numpy(),
                "period": np.tile(np.array(periods, dtype=object), len(townships)),
                "reported": reported[townships].ravel().astype("int64"),
                "expected": np.repeat(expected[townships, 0], len(periods)).astype("int64"),
            }
        )
        .assign(share=lambda frame: 100 * frame["reported"] / frame["expected"].where(frame["expected"] > 0))[
            MATRIX_COLUMNS
        ]
        .astype({"source_id": "str", "period": "str"})
    )
