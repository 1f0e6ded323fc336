"""What places can be selected by, and the places that a selection holds.

In: a data set, a level, a period, conditions. Out: the figures that can be asked for with their units, and a
`Selection`. A figure is the one that the map shows: of a flow the sum since January.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data_loaders.contract import Dataset
from metrics.register import township_codes
from metrics.selection import (
    MISSING,
    REPORTED,
    SIGNS,
    Condition,
    Conditions,
    Share,
    judged,
    share_of,
    written,
)
from ui import answers, filters
from ui.cached import keep_as
from wording import number_text, period_text


@dataclass(frozen=True)
class Subject:
    """Something that a condition may be about."""

    name: str
    label: str  # with its unit
    unit: str
    decimals: int
    low_is_worst: bool
    is_indicator: bool


@dataclass(frozen=True)
class Selection:
    """Places that satisfy the conditions; `codes` is what the map outlines."""

    conditions: Conditions
    level: str
    places: (
        pd.DataFrame
    )  # the chosen ones, worst first: place_code, name, township, a column per subject, households, poor
    unknown: pd.DataFrame  # likewise those that cannot be judged
    of: int  # places of the level in the county
    poor: Share | None  # registered poor households
    periods: dict[str, str]  # subject → the period its figures are of

    @property
    def codes(self) -> frozenset[str]:
        """12-digit codes of the chosen places."""
        return frozenset(self.places["place_code"])


def subjects(data: Dataset) -> dict[str, Subject]:
    """All subjects by name: indicators in the order of their industries, then the register's and counted ones.

    An indicator takes precedence over a number of the register that has its name.
    """

    def find() -> dict[str, Subject]:
        found = {
            key: Subject(
                key,
                filters.indicator_label(data, key),
                spec.unit,
                spec.decimals,
                spec.better == "higher",
                True,
            )
            for key, spec in data.settings.indicators.items()
        }
        register = {"households": "总户数(名录)", "poor_households": "建档立卡户(名录)"}
        for name, label in register.items():
            if data.places[name].notna().any():
                found.setdefault(name, Subject(name, f"{label}(户)", "户", 0, False, False))
        if len(data.problems):
            found["open_problems"] = Subject("open_problems", "未销号问题(个)", "个", 0, False, False)
        if len(data.enterprises):
            found["enterprises"] = Subject("enterprises", "经营主体和基地(个)", "个", 0, True, False)
        return found

    return keep_as(data, "selection subjects", find)


def selection(data: Dataset, conditions: Conditions, level: str, period: str | None) -> Selection:
    """The places of the level that satisfy the conditions at the period."""
    name = ("selection", written(conditions), level, period)
    # As a tuple, whose tables the store can weigh: there are as many selections as readers can think of.
    places, unknown, of, poor, periods = keep_as(
        data, name, lambda: _selected(data, conditions, level, period)
    )
    return Selection(conditions, level, places, unknown, of, poor, periods)


def condition_text(data: Dataset, condition: Condition) -> str:
    """茶园面积 > 500亩."""
    subject = subjects(data)[condition.name]
    label = subject.label.removesuffix(f"({subject.unit})")
    if condition.how in (MISSING, REPORTED):
        return f"{label} {SIGNS[condition.how]}"
    whole = condition.number is not None and float(condition.number).is_integer()
    number = number_text(condition.number, subject.unit, 0 if whole else max(subject.decimals, 2))
    return f"{label} {SIGNS[condition.how]} {number}"


def conditions_text(data: Dataset, conditions: Conditions) -> str:
    """All conditions in words: 茶园面积 > 500亩,并且…."""
    joined = ",或者" if conditions.is_any else ",并且"
    return joined.join(condition_text(data, part) for part in conditions.parts)


def _selected(
    data: Dataset, conditions: Conditions, level: str, period: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, int, Share | None, dict[str, str]]:
    """Chosen places, those that cannot be judged, how many there are, poor households, periods."""
    places = answers.complete(data)
    places = places[places["level"] == level]
    table = places[["place_code", "name", "parent_code", "households", "poor_households"]].rename(
        columns={"households": "register_households", "poor_households": "register_poor"}
    )
    # A township lies in no township: its parent is the county.
    names_above = answers.names(data) if level == "village" else {}
    table["township"] = table["parent_code"].map(names_above).astype("str")
    names = list(dict.fromkeys(part.name for part in conditions.parts))
    periods: dict[str, str] = {}
    reports = pd.DataFrame(index=table.index)
    for name in names:
        figures, own, at = _figures(data, name, level, period)
        table[name] = table["place_code"].map(figures).astype("float64")
        reports[name] = table["place_code"].map(own).astype("float64")
        if name in _counted(data):
            # Nothing in the ledger is none, not a missing report.
            table[name] = reports[name] = table[name].fillna(0.0)
        if at is not None:
            periods[name] = at
    found = judged(table, conditions, reports)
    table["is_chosen"], table["is_unknown"] = found.is_chosen, found.is_unknown
    first = conditions.parts[0]
    low_first = first.how in ("<", "<=") or (
        first.how not in (">", ">=") and subjects(data)[first.name].low_is_worst
    )
    ordered = table.sort_values([first.name, "place_code"], ascending=[low_first, True])
    shown = ["place_code", "name", "township", *names, "register_households", "register_poor"]
    return (
        ordered.loc[ordered["is_chosen"], shown].reset_index(drop=True),
        ordered.loc[ordered["is_unknown"], shown].reset_index(drop=True),
        len(table),
        share_of(table["register_poor"], found.is_chosen),
        periods,
    )


def _counted(data: Dataset) -> frozenset[str]:
    return frozenset({"open_problems", "enterprises"} - set(data.settings.indicators))


def _figures(
    data: Dataset, name: str, level: str, period: str | None
) -> tuple[pd.Series, pd.Series, str | None]:
    """A subject's figure by place code, the one of its period alone, and that period."""
    if name in data.settings.indicators:
        at = answers.at(data, name, level, period).set_index("place_code")
        return at["cumulative"], at["value"], str(at["period"].iloc[0]) if len(at) else None
    if name == "open_problems":
        ledger = answers.problems(data)
        ledger = ledger[~ledger["is_closed"]]
    elif name == "enterprises":
        ledger = data.enterprises
    else:
        numbers = data.places.set_index("place_code")[name]
        return numbers, numbers, None
    codes = ledger["place_code"] if level == "village" else township_codes(ledger["place_code"])
    counts = codes.value_counts()
    return counts, counts, None


def periods_text(data: Dataset, found: Selection) -> str:
    """Which period the figures are of: 茶园面积 2026年10月."""
    known = subjects(data)
    return "、".join(
        f"{known[name].label.partition('(')[0]} {period_text(at)}" for name, at in found.periods.items()
    )
