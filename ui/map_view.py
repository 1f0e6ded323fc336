"""What the village map shows: figures → classes → one view of the map, and the periods beside it.

In: the data set, an indicator, a period and the reader's `Choice`. Out: a `Shown` with everything that map, legend,
lists and pictures draw from. Refuses to colour a place that did not report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from data_loaders.contract import Dataset
from geo.classes import Classes, PeriodClasses, Scale, classify_periods
from geo.village_map import packed, time_of, view_of
from metrics.map_quantities import Quantified
from metrics.periods import latest_at
from settings import Indicator
from ui import answers
from ui.cached import keep_as
from ui.figure_card import PREVIOUS
from ui.map_choice import Choice, quantity_name
from wording import LEVEL_NAMES, NOT_REPORTED, fraction_text, number_text, percent_text, period_text

MOST_SMALL_MAPS = 12

# What legend and lists need; the rest of the figures is not kept for every map that anybody looked at.
_KEPT = ("place_code", "name", "parent_code", "parent_name", "geometry_source", "shown")


# What the tooltip tells of a place.
_NUMBERS = ("value", "cumulative", "numerator", "denominator", "target", "completion", "change")


@dataclass(frozen=True)
class Shown:
    """One map: `figures` has a row per place of the level, by code, in the order of `classes.of`."""

    choice: Choice
    indicator: str
    title: str
    quantity_name: str
    words: Callable[[float], str | None]  # a value as it is written, None when missing
    unit: str
    decimals: int
    scale: Scale
    missing: str  # the legend's word for places without a figure
    period: str  # the figures' own period; the chosen one may be later
    figures: pd.DataFrame
    classes: Classes
    packed: tuple[str, ...]  # for the map: the view, and the other periods where they are wanted

    @property
    def level_name(self) -> str:
        """村 or 乡镇."""
        return LEVEL_NAMES[self.choice.level]

    @property
    def codes(self) -> list[str]:
        """The places whose names travel with the map."""
        return list(self.figures["place_code"])

    @property
    def off_map(self) -> pd.DataFrame:
        """Places that have neither a boundary nor a point."""
        return self.figures[self.figures["geometry_source"].isna()]

    @property
    def has_circles(self) -> bool:
        """Whether places are drawn as circles whose area is the figure."""
        return bool((self.figures["geometry_source"] == "point").any())


def shown(data: Dataset, indicator: str, period: str | None, choice: Choice) -> Shown | None:
    """The map of an indicator at the latest period not after `period`; None without any figure."""
    return keep_as(data, ("map", indicator, period, choice), lambda: _shown(data, indicator, period, choice))


def _shown(data: Dataset, indicator: str, period: str | None, choice: Choice) -> Shown | None:
    spec = data.settings.indicators[indicator]
    values = answers.map_values(data, indicator, choice.level, choice.within)
    at = latest_at(answers.map_periods(data, indicator, choice.level, choice.within), period)
    if at is None:
        return None
    quantity = answers.map_quantity(data, indicator, choice.level, choice.quantity, choice.within)
    columns = _columns(quantity, at, choice)
    scale = classify_periods(
        quantity.numbers[:, columns],
        choice.classes,
        choice.method,
        quantity.unit,
        quantity.decimals,
        scale=quantity.scale,
        middle=quantity.middle,
        thresholds=quantity.thresholds,
    )
    here = columns.index(quantity.periods.index(at))
    figures = _figures(data, values, at, choice, quantity)
    name = quantity_name(data, indicator, choice.quantity, at)
    lines = _lines(spec, figures, at)
    coloured = _coloured(spec, choice, name, at)
    if coloured not in lines:
        lines[coloured] = [_words(value, quantity) for value in figures["shown"]]
    view = view_of(
        figures,
        scale.at(here),
        level=choice.level,
        period=period_text(at),
        lines=lines,
        labels=_labels(data),
        sizes=figures["shown"] if quantity.scale == "sequential" else None,
        coloured=coloured,
        within=choice.within,
    )
    return Shown(
        choice=choice,
        indicator=indicator,
        title=f"{spec.name}{_since(spec, at)}" if choice.quantity == "amount" else f"{spec.name}{name}",
        quantity_name=name,
        words=partial(_words, quantity=quantity),
        unit=quantity.unit,
        decimals=quantity.decimals,
        scale=quantity.scale,
        missing=quantity.missing,
        period=at,
        figures=figures[list(_KEPT)],
        classes=scale.at(here),
        packed=(packed(view), *_other_periods(choice, quantity, scale, columns, here)),
    )


def _columns(quantity: Quantified, at: str, choice: Choice) -> list[int]:
    """Positions of the periods that are on the screen: of the same kind (months or years), earliest first."""
    periods = quantity.periods
    here = periods.index(at)
    alike = [column for column, each in enumerate(periods) if each == at or each in quantity.periods_like(at)]
    if choice.time == "play":
        return alike
    if choice.time == "grid":
        return [column for column in alike if column <= here][-MOST_SMALL_MAPS:]
    if choice.time == "pair" and choice.beside in periods:
        return sorted({here, periods.index(choice.beside)})
    return [here]


def _other_periods(
    choice: Choice, quantity: Quantified, scale: PeriodClasses, columns: Sequence[int], here: int
) -> tuple[str, ...]:
    """The classes of the periods beside the chosen one, packed; nothing when one period is shown."""
    if choice.time == "single":
        return ()
    keys = [quantity.periods[column] for column in columns]
    texts = None
    if choice.time == "pair":
        beside = quantity.numbers[:, quantity.periods.index(str(choice.beside))]
        texts = [_words(value, quantity) for value in beside]
    time = time_of(
        choice.time,
        {key: period_text(key) for key in keys},
        scale.of,
        at=keys[here],
        beside=choice.beside if choice.time == "pair" else None,
        texts=texts,
    )
    return (packed(time),)


def _figures(
    data: Dataset, values: pd.DataFrame, at: str, choice: Choice, quantity: Quantified
) -> pd.DataFrame:
    """Figures of every place of the level with where it is; `shown` is what is coloured. By code."""
    column, periods = quantity.periods.index(at), len(quantity.periods)
    # The table has every place with every period in order: each so-and-so-manieth row is of this one.
    numbers = {
        name: values[name].to_numpy(dtype="float64", na_value=np.nan)[column::periods] for name in _NUMBERS
    }
    return _places(data, choice, quantity.place_codes).assign(**numbers, shown=quantity.numbers[:, column])


def _places(data: Dataset, choice: Choice, codes: Sequence[str]) -> pd.DataFrame:
    """The places of these codes, in that order: what they are called and where they are."""

    def find() -> pd.DataFrame:
        columns = ["name", "parent_code", "lon", "lat", "geometry_source"]
        found = data.places.set_index("place_code").loc[list(codes), columns].reset_index()
        parents = found["parent_code"].map(answers.names(data)) if choice.level == "village" else None
        return found.assign(parent_name=parents)

    # Not every indicator has figures of the same places for those who see only what is public.
    return keep_as(data, ("map places", choice.level, choice.within, tuple(codes)), find)


def _labels(data: Dataset) -> pd.DataFrame:
    """Townships by size: where two names collide, the larger township keeps its own."""
    townships = data.places[data.places["level"] == "township"]
    return townships.sort_values(["area_km2", "place_code"], ascending=[False, True])


def _since(spec: Indicator, period: str) -> str:
    if spec.measure != "flow" or len(period) == 4:
        return ""
    month = int(period[5:])
    return "(1月)" if month == 1 else f"(1—{month}月累计)"


def _coloured(spec: Indicator, choice: Choice, name: str, at: str) -> str:
    """The label of the tooltip's line that the colours stand for."""
    if choice.quantity == "amount":
        return "本年累计" if spec.measure == "flow" and len(at) > 4 else spec.name
    return "完成目标" if choice.quantity == "completion" else name


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
    lines[PREVIOUS[spec.frequency if is_month else "year"]] = numbers("change", signed=True, unit=unit)
    return {label: texts for label, texts in lines.items() if any(text is not None for text in texts)}


def _words(value: float, quantity: Quantified) -> str | None:
    """The coloured quantity in words; None when missing."""
    if np.isnan(value):
        return None
    if quantity.scale == "rank":
        return f"第{value:.0f}名"
    return number_text(
        value, quantity.unit, quantity.decimals, signed=quantity.quantity in ("change", "year_change")
    )
