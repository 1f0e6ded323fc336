"""Households by number of industry measures: who has none, who has enough, and the spread behind the mean.

In: observations, places and the configured coverage. Out: a row per place, or per blank village. Refuses
half reports: a place counts only if it reported every class, so that the classes and the total belong together.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd

from metrics.comparison import divided
from metrics.grid import grid_of
from metrics.periods import latest_at
from metrics.register import counted_up, register_of, summed_up
from settings import Coverage


def households_by_measures(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    coverage: Coverage,
    level: str,
    period: str | None = None,
) -> pd.DataFrame:
    """A row per place of `level` at the latest period not after `period`, the least covered first.

    measures_0 … measures_n: households (the last stands for n or more); households: all of them (their sum when
    no total is configured); mean_measures: a lower bound, since n or more counts as n; covered: households with
    at least `coverage.target` measures; carried: households with at least one; covered_share and carried_share in %
    of households; rest: households - sum of the classes
    (not 0: the ledger contradicts itself); reported / expected: places behind the figures. Missing places are
    last; no rows when nothing is configured or reported.
    """
    classes = [f"measures_{number}" for number in range(len(coverage.measures))]
    if not coverage.measures:
        return _columns(pd.DataFrame(), classes)
    register = register_of(places)
    totals = [coverage.households] if coverage.households else []
    grid = grid_of(observations, register, [*coverage.measures, *totals], target_of=coverage.measures[0])
    at = latest_at(grid.periods, period)
    if at is None:
        return _columns(pd.DataFrame(), classes)
    column = [grid.periods.index(at)]
    own = {indicator_id: matrix[:, column] for indicator_id, matrix in grid.own.items()}
    is_whole = reduce(np.logical_and, [~np.isnan(matrix) for matrix in own.values()])
    summed = {
        indicator_id: summed_up(register, np.where(is_whole, matrix, np.nan))[:, 0]
        for indicator_id, matrix in own.items()
    }
    counts = [summed[indicator_id] for indicator_id in coverage.measures]
    in_classes = np.sum(counts, axis=0)
    households = summed[coverage.households] if coverage.households else in_classes
    covered = (
        np.sum(counts[coverage.target :], axis=0) if counts[coverage.target :] else np.zeros_like(in_classes)
    )
    expected = counted_up(register, grid.is_expected[:, None].astype(np.float64))
    reported = summed_up(register, np.where(is_whole, np.maximum(expected, 1.0), np.nan))
    frame = pd.DataFrame(
        {
            "place_code": register.codes,
            "name": register.names,
            "parent_code": register.parent_codes,
            "period": at,
            **dict(zip(classes, counts, strict=True)),
            "households": households,
            "mean_measures": divided(
                np.sum([number * count for number, count in enumerate(counts)], axis=0), in_classes
            ),
            "covered": np.where(np.isnan(in_classes), np.nan, covered),
            "covered_share": 100 * divided(covered, households),
            "carried": in_classes - counts[0],
            "carried_share": 100 * divided(in_classes - counts[0], households),
            "rest": households - in_classes,
            "reported": np.nan_to_num(reported[:, 0]).astype("int64"),
            "expected": expected[:, 0].astype("int64"),
        }
    )
    chosen = frame[register.levels == level]
    ordered = chosen.sort_values(["covered_share", "place_code"], ignore_index=True)
    return _columns(ordered, classes)


def blank_villages(
    observations: pd.DataFrame, places: pd.DataFrame, coverage: Coverage, period: str | None = None
) -> pd.DataFrame:
    """Villages all of whose households have no measure at all, most households first: a row per village.

    Columns as households_by_measures, with `township` (its name). A village that did not report is not blank.
    """
    villages = households_by_measures(observations, places, coverage, "village", period)
    blank = (
        villages[(villages["households"] > 0) & (villages["measures_0"] == villages["households"])]
        if "measures_0" in villages
        else villages
    )
    names = places[["place_code", "name"]].rename(columns={"place_code": "parent_code", "name": "township"})
    named = blank.merge(names, on="parent_code", how="left", validate="many_to_one")
    return named.sort_values(["households", "place_code"], ascending=[False, True], ignore_index=True)


def _columns(frame: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """The frame with exactly the promised columns, also when it has no rows."""
    return frame.reindex(
        columns=[
            "place_code", "name", "parent_code", "period", *classes, "households", "mean_measures",
            "covered", "covered_share", "carried", "carried_share", "rest", "reported", "expected",
        ]
    ).astype({"place_code": "str", "name": "str", "parent_code": "str"})  # fmt: skip
