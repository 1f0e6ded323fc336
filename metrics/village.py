"""All figures of the villages of one township, without working out the whole county's.

In: observations, places, the configured indicators, a township. Out: per village its figures at a period with
their run and their rank in the township. Refuses another answer than the county's tables give
(`metrics.figures.indicator_values`): periods, and who owes a report, are the whole county's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.figures import indicator_values
from metrics.map_quantities import rank_in_parent
from metrics.periods import latest_at
from metrics.register import LEVELS
from settings import Indicator

RUN_PERIODS = 24


@dataclass(frozen=True)
class PlaceFigure:
    """One indicator at one place: the row of `figures_at`, its run of values, its rank among its siblings."""

    indicator: str
    row: Mapping[str, Any]
    run: tuple[
        float, ...
    ]  # at most RUN_PERIODS values up to the row's period, NaN where nothing was reported
    rank: int | None  # 1, 2, 2, 4 by the year to date; None when not reported
    ranked: int  # siblings that reported, itself among them
    siblings: int  # all of them


@dataclass(frozen=True)
class RowsByPlace:
    """Where in the observations a place's rows are; made once per data version by `rows_by_place`."""

    of_place: Mapping[str, NDArray[np.intp]]
    anchors: NDArray[
        np.intp
    ]  # one reported figure per indicator and period, of the finest level that has any


def rows_by_place(observations: pd.DataFrame, places: pd.DataFrame) -> RowsByPlace:
    """The index of an observations table. Anchors carry the county's periods into a township's own rows."""
    level = observations["place_code"].map(places.set_index("place_code")["level"])
    found = pd.DataFrame(
        {
            "indicator_id": observations["indicator_id"].to_numpy(),
            "period": observations["period"].to_numpy(),
            "depth": level.map({name: -depth for depth, name in enumerate(LEVELS)}).to_numpy(),
            "at": np.arange(len(observations)),
        }
    )[(observations["value"].notna() & level.notna()).to_numpy()]
    first = found.sort_values(["depth", "at"]).drop_duplicates(["indicator_id", "period"])
    indices = observations.groupby("place_code", sort=False).indices
    of_place = {str(code): np.asarray(rows, dtype=np.intp) for code, rows in indices.items()}
    return RowsByPlace(of_place, first["at"].to_numpy(dtype=np.intp))


def family_tables(
    observations: pd.DataFrame, places: pd.DataFrame, rows: RowsByPlace, township: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations and places of the township and its villages, with the anchors and their townships."""
    is_mine = (places["place_code"] == township) | (places["parent_code"] == township)
    mine = [rows.of_place[code] for code in places.loc[is_mine, "place_code"] if code in rows.of_place]
    wanted = observations.iloc[np.unique(np.concatenate([rows.anchors, *mine]))]
    others = places["place_code"].isin(wanted["place_code"].unique())
    above = places["place_code"].isin(places.loc[others, "parent_code"].unique())
    return wanted, places[is_mine | others | above]


def village_figures(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    township: str,
    period: str | None = None,
) -> dict[str, list[PlaceFigure]]:
    """Per village of the township its figures at the latest period not after `period`, in the config's order.

    Takes `family_tables`, or the whole county's. An indicator is listed at a village that has a figure by then
    or a target.
    """
    codes = set(places.loc[places["parent_code"] == township, "place_code"])
    found: dict[str, list[PlaceFigure]] = {code: [] for code in sorted(codes)}
    for key in indicators:
        values = indicator_values(observations, places, indicators, key, "village")
        for figure in sibling_figures(key, values[values["place_code"].isin(codes)], period):
            found[str(figure.row["place_code"])].append(figure)
    return found


def sibling_figures(key: str, values: pd.DataFrame, period: str | None = None) -> list[PlaceFigure]:
    """One indicator's figures of places of one parent, from `indicator_values` of these places."""
    periods = [str(period) for period in values["period"].unique()]  # in their order
    at = latest_at(periods, period)
    if at is None:
        return []
    column = periods.index(at)
    # A row per place x period, sorted by both.
    now = values.iloc[column :: len(periods)]
    runs = values["value"].to_numpy().reshape(-1, len(periods))[:, : column + 1]
    ranks = rank_in_parent(now)["rank_in_parent"]
    ranked = int(ranks.notna().sum())
    figures = []
    for row, run, rank in zip(now.to_dict("records"), runs, ranks, strict=True):
        if pd.isna(row["target"]) and np.isnan(run).all():
            continue
        named = {str(name): value for name, value in row.items()}
        place = None if pd.isna(rank) else int(rank)
        figures.append(PlaceFigure(key, named, tuple(run[-RUN_PERIODS:].tolist()), place, ranked, len(now)))
    return figures
