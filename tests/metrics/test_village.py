"""A township's villages by themselves give the same figures as the whole county's tables."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.figures import figures_at, indicator_values
from metrics.village import RUN_PERIODS, family_tables, rows_by_place, village_figures
from tests.metrics.county import E1, E2, EAST, FEW, INDICATORS, W1, WEST, places, reports, targets, together

PERIODS = ["2025-12", "2026-01", "2026-02", "2026-03"]
WANTED = {key: INDICATORS[key] for key in ("area", "output", "plucked", "share", "poor")}


def of(observations: pd.DataFrame, township: str, period: str | None = None):
    rows = rows_by_place(observations, places())
    family, around = family_tables(observations, places(), rows, township)
    return village_figures(family, around, WANTED, township, period)


def figure(observations: pd.DataFrame, place: str, indicator: str, period: str | None = None):
    found = of(observations, place[:9] + "000", period)[place]
    return next((each for each in found if each.indicator == indicator), None)


values = st.one_of(st.none(), st.floats(0, 1000).map(lambda number: round(number, 1)))


@FEW
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["area", "output", "plucked"]),
            st.sampled_from([E1, E2, W1, EAST]),
            st.sampled_from(PERIODS),
        ),
        values,
        min_size=1,
    ),
    st.booleans(),
    st.sampled_from([None, *PERIODS]),
)
def test_same_as_the_whole_countys(figures: dict, has_target: bool, period: str | None):
    frames = [reports(key, {(place, at): value}) for (key, place, at), value in figures.items()]
    if has_target:
        frames.append(targets("area", {(E1, "2026"): 50.0, (WEST, "2026"): 70.0}))
    observations = together(*frames)
    for township in (EAST, WEST):
        for code, found in of(observations, township, period).items():
            for each in found:
                whole = indicator_values(observations, places(), WANTED, each.indicator, "village")
                row = figures_at(whole[whole["place_code"] == code], period).iloc[0]
                for name in row.index.difference(["rank", "completion_rank"]):
                    same = row[name] == each.row[name] or (pd.isna(row[name]) and pd.isna(each.row[name]))
                    assert same, (code, each.indicator, name, row[name], each.row[name])


def test_village_that_is_late_shows_the_countys_month_as_missing():
    observations = reports("area", {(E1, "2026-02"): 10, (W1, "2026-03"): 5})
    late = figure(observations, E1, "area")
    assert late is not None
    assert late.row["period"] == "2026-03"
    assert pd.isna(late.row["value"])
    assert late.rank is None
    assert late.run[0] == 10
    assert pd.isna(late.run[1])


def test_rank_is_among_the_villages_of_the_township():
    observations = reports("area", {(E1, "2026-03"): 10, (E2, "2026-03"): 20, (W1, "2026-03"): 99})
    first, second = (figure(observations, code, "area") for code in (E2, E1))
    assert (first.rank, second.rank) == (1, 2)
    assert (second.ranked, second.siblings) == (2, 2)


def test_lower_is_better_ranks_the_other_way():
    observations = reports("poor", {(E1, "2026-03"): 1, (E2, "2026-03"): 2})
    assert figure(observations, E1, "poor").rank == 1


def test_neither_figure_nor_target_is_not_listed_a_target_alone_is():
    observations = together(reports("area", {(E1, "2026-03"): 10}), targets("area", {(E2, "2026"): 30.0}))
    assert figure(observations, W1, "area") is None
    waiting = figure(observations, E2, "area")
    assert waiting.row["target"] == 30
    assert pd.isna(waiting.row["value"])


def test_run_is_bounded_and_ends_with_the_period_shown():
    months = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    observations = reports("area", {(E1, month): number for number, month in enumerate(months)})
    found = figure(observations, E1, "area", "2025-06")
    assert len(found.run) == RUN_PERIODS
    assert found.run[-1] == found.row["value"] == months.index("2025-06")


@pytest.mark.parametrize("township", [EAST, WEST])
def test_nothing_reported_at_all(township: str):
    assert not any(of(reports("area", {(E1, "2026-03"): None}), township).values())
