"""What the village map shows: its own choosers, and figures → classes → one view of the map.

In: the page's view and an indicator. Out: the choices of this page (level, quantity, classes) and a `Shown`
with everything that map, legend and lists draw from. Refuses to colour a place that did not report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from geo.classes import MAX_CLASSES, METHODS, MIN_CLASSES, Classes, Method, classify
from geo.village_map import packed, view_of
from settings import Indicator
from ui import answers, filters
from ui.cached import keep_as
from wording import NOT_REPORTED, fraction_text, number_text, percent_text, period_text

LEVELS = {"village": "村", "township": "乡镇"}
AMOUNT, COMPLETION = "数值", "目标完成率"
DEFAULT_CLASSES = 5

# What legend and lists need; the rest of the figures is not kept for every map that anybody looked at.
_KEPT = ("place_code", "name", "parent_code", "parent_name", "geometry_source", "shown")


@dataclass(frozen=True)
class Choice:
    """What the reader chose on this page beside place, indicator and period."""

    level: str
    quantity: str
    method: Method
    classes: int


@dataclass(frozen=True)
class Shown:
    """One map: `figures` has a row per place of the level, by code, in the order of `classes.of`."""

    choice: Choice
    title: str
    unit: str
    decimals: int
    period: str  # the figures' own period; the chosen one may be later
    figures: pd.DataFrame
    classes: Classes
    packed: str  # for the map

    @property
    def level_name(self) -> str:
        """村 or 乡镇."""
        return LEVELS[self.choice.level]

    @property
    def off_map(self) -> pd.DataFrame:
        """Places that have neither a boundary nor a point."""
        return self.figures[self.figures["geometry_source"].isna()]

    @property
    def has_circles(self) -> bool:
        """Whether places are drawn as circles whose area is the figure."""
        return bool((self.figures["geometry_source"] == "point").any())


def levels_of(data: Dataset, indicator: str) -> list[str]:
    """Levels that have both places on the map and figures of the indicator, finest first."""

    def find() -> list[str]:
        located = data.places.loc[data.places["geometry_source"].notna(), "level"].unique()
        return [
            level
            for level in LEVELS
            if level in located and answers.values(data, indicator, level)["value"].notna().any()
        ]

    return keep_as(data, ("map levels", indicator), find)


def choose(data: Dataset, indicator: str, period: str | None) -> Choice | None:
    """The page's own choosers, in the bar; None when no level can be drawn."""
    levels = levels_of(data, indicator)
    if not levels:
        return None
    level = levels[0]
    if len(levels) > 1:
        names = {LEVELS[each]: each for each in levels}
        level = names[filters.part("level", "显示到", tuple(names))]
    quantity = AMOUNT
    if answers.at(data, indicator, level, period)["completion"].notna().any():
        quantity = filters.part("quantity", "看什么", (AMOUNT, COMPLETION))
    with st.popover("分级", key="gm_map_classes"):
        method = st.selectbox(
            "分级方法", list(METHODS), format_func=lambda key: METHODS[key], key="method", bind="query-params"
        )
        count = st.slider(
            "级数", MIN_CLASSES, MAX_CLASSES, DEFAULT_CLASSES, key="classes", bind="query-params"
        )
    return Choice(level, quantity, method, count)


def shown(data: Dataset, indicator: str, period: str | None, choice: Choice) -> Shown | None:
    """The map of an indicator at the latest period not after `period`; None without any figure."""
    return keep_as(data, ("map", indicator, period, choice), lambda: _shown(data, indicator, period, choice))


def _shown(data: Dataset, indicator: str, period: str | None, choice: Choice) -> Shown | None:
    spec = data.settings.indicators[indicator]
    figures = _figures(data, indicator, period, choice)
    if figures.empty:
        return None
    is_share = choice.quantity == COMPLETION
    unit, decimals = ("%", 1) if is_share else (spec.unit, spec.decimals)
    at = str(figures["period"].iloc[0])
    classes = classify(figures["shown"].to_numpy(), choice.classes, choice.method, unit, decimals)
    view = view_of(
        figures,
        classes,
        level=choice.level,
        period=period_text(at),
        lines=_lines(spec, figures, at),
        labels=_labels(data),
        sizes=figures["shown"],
    )
    return Shown(
        choice=choice,
        title=f"{spec.name}目标完成率" if is_share else spec.name + _since(spec, at),
        unit=unit,
        decimals=decimals,
        period=at,
        figures=figures[list(_KEPT)],
        classes=classes,
        packed=packed(view),
    )


def _figures(data: Dataset, indicator: str, period: str | None, choice: Choice) -> pd.DataFrame:
    """Figures of every place of the level with where it is; `shown` is what is coloured."""
    where = data.places[["place_code", "lon", "lat", "geometry_source"]]
    found = answers.at(data, indicator, choice.level, period).merge(
        where, on="place_code", validate="one_to_one"
    )
    column = "completion" if choice.quantity == COMPLETION else "cumulative"
    parents = found["parent_code"].map(answers.names(data)) if choice.level == "village" else None
    return (
        found.assign(shown=found[column], parent_name=parents)
        .sort_values("place_code")
        .reset_index(drop=True)
    )


def _labels(data: Dataset) -> pd.DataFrame:
    """Townships by size: where two names collide, the larger township keeps its own."""
    townships = data.places[data.places["level"] == "township"]
    return townships.sort_values(["area_km2", "place_code"], ascending=[False, True])


def _since(spec: Indicator, period: str) -> str:
    if spec.measure != "flow" or len(period) == 4:
        return ""
    month = int(period[5:])
    return "(1月)" if month == 1 else f"(1—{month}月累计)"


def _lines(spec: Indicator, figures: pd.DataFrame, period: str) -> dict[str, Sequence[str | None]]:
    """Tooltip lines: the figure, its sum since January, target, completion, change; only those that exist."""

    def numbers(column: str, *, signed: bool = False, unit: str = spec.unit) -> list[str | None]:
        return [
            None if pd.isna(value) else number_text(value, unit, spec.decimals, signed)
            for value in figures[column]
        ]

    is_month = len(period) > 4
    lines: dict[str, Sequence[str | None]] = {}
    main = [text or NOT_REPORTED for text in numbers("value")]
    if spec.measure == "flow" and is_month:
        lines["本月"] = main
        lines["本年累计"] = numbers("cumulative")
    else:
        lines[spec.name] = main
    if spec.measure == "ratio":
        pairs = zip(figures["numerator"], figures["denominator"], figures["value"], strict=True)
        lines["分子/分母"] = [
            None if pd.isna(value) else fraction_text(top, bottom) for top, bottom, value in pairs
        ]
    if figures["target"].notna().any():
        lines["年度目标"] = numbers("target")
        lines["完成目标"] = [
            None if pd.isna(value) else percent_text(value) for value in figures["completion"]
        ]
    unit = "个百分点" if spec.unit == "%" else spec.unit
    previous = {"month": "较上月", "quarter": "较上季", "year": "较上年"}[
        spec.frequency if is_month else "year"
    ]
    lines[previous] = numbers("change", signed=True, unit=unit)
    return {label: texts for label, texts in lines.items() if any(text is not None for text in texts)}
