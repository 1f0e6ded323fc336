"""Everything that is known of one place, put together for its card.

In: a data set, a place, a period. Out: a `Profile`, worked out once per version. Where the map does
not draw all villages at once, a village's figures are worked out with its township's only: a prefecture has 50,000
villages, and a card shows one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from data_loaders.contract import Dataset
from metrics import coverage
from metrics.village import PlaceFigure, family_tables, rows_by_place, sibling_figures, village_figures
from settings import Settings
from ui import answers, limits
from ui.cached import Place, keep_as, places
from wording import is_missing


@dataclass(frozen=True)
class Profile:
    """One village or township; names and texts in it are hostile."""

    place: Place
    above: str  # the township's name for a village, else the county's
    register: Mapping[str, Any]  # its row of the places table
    figures: tuple[PlaceFigure, ...]  # in the order of the industries, those without one last
    households: (
        Mapping[str, Any] | None
    )  # its row of `coverage.households_by_measures`; None without a report
    enterprises: pd.DataFrame  # most jobs first
    problems: pd.DataFrame  # not struck off yet, worst first


def profile(data: Dataset, code: str, period: str | None) -> Profile:
    """The profile of a village or township at the period."""
    return keep_as(data, ("profile", code, period), lambda: _profile(data, code, period))


def _profile(data: Dataset, code: str, period: str | None) -> Profile:
    place = places(data)[code]
    at, households = (
        _of_village(data, place, period) if place.level == "village" else _of_township(data, place, period)
    )
    mine = households[households["place_code"] == code]
    mine = mine[mine["households"].notna()]
    problems = answers.within(answers.problems(data), code, place.level)
    return Profile(
        place=place,
        above=places(data)[place.parent].name if place.parent in places(data) else "",
        register=answers.records(data.places[data.places["place_code"] == code])[0],
        figures=tuple(sorted(at, key=lambda figure: _industry(data.settings, figure.indicator))),
        households=answers.records(mine)[0] if len(mine) else None,
        enterprises=answers.within(answers.enterprises(data), code, place.level),
        problems=problems[~problems["is_closed"]],
    )


def _of_village(
    data: Dataset, place: Place, period: str | None
) -> tuple[tuple[PlaceFigure, ...], pd.DataFrame]:
    if len(data.places) <= data.settings.map.max_drawn:
        figures = keep_as(
            data,
            ("figures of the map's villages", place.parent, period),
            lambda: _from_the_map(data, place.parent, period),
        )
        return figures.get(place.code, ()), answers.households(data, "village", period)

    def make() -> tuple[dict[str, tuple[PlaceFigure, ...]], pd.DataFrame]:
        rows = keep_as(data, "rows by place", lambda: rows_by_place(data.observations, data.places))
        observations, around = family_tables(data.observations, data.places, rows, place.parent or "")
        settings = data.settings
        figures = village_figures(observations, around, settings.indicators, place.parent or "", period)
        households = coverage.households_by_measures(
            observations, around, settings.coverage, "village", period
        )
        return {code: tuple(mine) for code, mine in figures.items()}, households

    figures, households = keep_as(data, ("village figures", place.parent, period), make)
    return figures.get(place.code, ()), households


def _from_the_map(
    data: Dataset, township: str | None, period: str | None
) -> dict[str, tuple[PlaceFigure, ...]]:
    """The same out of the tables that the map keeps of all villages, where these are few enough for it."""
    found: dict[str, list[PlaceFigure]] = {}
    for key in data.settings.indicators:
        values = answers.values(data, key, "village")
        for figure in sibling_figures(key, values[values["parent_code"] == township], period):
            found.setdefault(str(figure.row["place_code"]), []).append(figure)
    return {code: tuple(mine) for code, mine in found.items()}


def _of_township(
    data: Dataset, place: Place, period: str | None
) -> tuple[tuple[PlaceFigure, ...], pd.DataFrame]:
    def make() -> dict[str, tuple[PlaceFigure, ...]]:
        found: dict[str, list[PlaceFigure]] = {}
        for key in data.settings.indicators:
            is_whole = limits.shows_every_township(data, key)
            for figure in sibling_figures(key, answers.values(data, key, "township"), period):
                if not is_whole:  # the rank is among all of them; how many these are cannot be told
                    rank = figure.row["rank"]
                    told = None if is_missing(rank) else int(rank)
                    figure = replace(figure, rank=told, ranked=0)
                found.setdefault(str(figure.row["place_code"]), []).append(figure)
        return {code: tuple(mine) for code, mine in found.items()}

    figures = keep_as(data, ("township figures", period), make)
    return figures.get(place.code, ()), answers.households(data, "township", period)


def _industry(settings: Settings, indicator: str) -> int:
    industry = settings.indicators[indicator].industry
    return list(settings.industries).index(industry) if industry is not None else len(settings.industries)
