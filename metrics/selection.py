"""Places selected by conditions on their figures: 茶园面积 > 500 亩 and 没有产业措施的户 ≥ 3 户.

In: conditions, a table with a row per place and a column per figure. Out: which places satisfy them, which
cannot be judged. Refuses to judge by what was not reported: a missing figure satisfies no comparison, and
where the answer depends on it the place is neither in nor out but listed by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COMPARISONS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
    "=": np.equal,
    "!=": np.not_equal,
}
MISSING, REPORTED = ":missing", ":reported"
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "=", "!=": "≠", MISSING: "未报送", REPORTED: "已报送"}
"""How a condition is written in the address → how it is shown."""

MOST = 4
LARGEST = 1e9
DECIMALS = 6
_CONDITION = re.compile(
    r"(?P<name>\w{1,60})(?:(?P<how>>=|<=|!=|>|<|=)(?P<number>-?\d{1,10}(?:\.\d{1,6})?)|(?P<state>:missing|:reported))",
    re.ASCII,
)
_ALL, _ANY = ",", "|"


class BadCondition(ValueError):
    """A text that is no conditions; its message is a sentence for the reader."""


@dataclass(frozen=True)
class Condition:
    """One comparison: `name` is a column, `how` a key of SIGNS, `number` in the column's unit or None."""

    name: str
    how: str
    number: float | None = None


@dataclass(frozen=True)
class Conditions:
    """Up to MOST conditions, of which all must hold, or any."""

    parts: tuple[Condition, ...]
    is_any: bool = False


@dataclass(frozen=True)
class Judged:
    """Row masks of the table: places that satisfy the conditions, and those that cannot be judged."""

    is_chosen: NDArray[np.bool_]
    is_unknown: NDArray[np.bool_]


@dataclass(frozen=True)
class Share:
    """A number of the chosen places beside the same of all places; only of places that have it."""

    chosen: float
    whole: float
    without: int  # chosen places that do not have the number

    @property
    def percent(self) -> float | None:
        """Chosen in % of whole; None when there is nothing to divide by."""
        return 100 * self.chosen / self.whole if self.whole else None


def written(conditions: Conditions) -> str:
    """The conditions as they stand in an address: `tea_garden_area>500,households_measures_0>=3`.

    A bar instead of the comma: any of them.
    """
    return (_ANY if conditions.is_any else _ALL).join(map(_written, conditions.parts))


def _written(condition: Condition) -> str:
    if condition.number is None:
        return condition.name + condition.how
    # + 0.0: there is no zero below zero
    number = f"{round(condition.number, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{condition.name}{condition.how}{number}"


def parsed(text: str, names: Collection[str]) -> Conditions:
    """What `written` wrote; raises BadCondition for anything else, and for a name that is not among `names`."""
    if _ALL in text and _ANY in text:
        raise BadCondition("选村条件里“同时满足”和“满足任一”只能用一种。")
    is_any = _ANY in text
    parts = text.split(_ANY if is_any else _ALL)
    if len(parts) > MOST:
        raise BadCondition(f"选村条件最多{MOST}个。")
    return Conditions(tuple(_parsed(part, names) for part in parts), is_any)


def _parsed(text: str, names: Collection[str]) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise BadCondition(f"“{text[:40]}”不是选村条件。")
    if found["name"] not in names:
        raise BadCondition(f"选村条件里的“{found['name'][:40]}”不是这里的指标。")
    if found["state"]:
        return Condition(found["name"], found["state"])
    number = float(found["number"]) + 0.0
    if abs(number) > LARGEST:
        raise BadCondition(f"选村条件里的“{found['number']}”太大。")
    return Condition(found["name"], found["how"], number)


def judged(table: pd.DataFrame, conditions: Conditions, reports: pd.DataFrame | None = None) -> Judged:
    """Which rows satisfy the conditions; `table` has a float column for each condition's name.

    `reports`: likewise with the figures of the period alone, by which 未报送 is judged: a sum since January is
    there though this month's report is not. Else `table` is.

    Three-valued (Kleene): of all conditions one that fails is enough to be out, of any one that holds is enough
    to be in; otherwise a missing figure leaves the place unknown. Figures are compared to nine digits.
    """
    holds = np.full((len(conditions.parts), len(table)), False)
    unknown = np.full_like(holds, False)
    for at, condition in enumerate(conditions.parts):
        source = table if condition.number is not None or reports is None else reports
        figures = source[condition.name].to_numpy(dtype=np.float64, na_value=np.nan).round(9)
        is_missing = np.isnan(figures)
        if condition.number is None:
            holds[at] = is_missing if condition.how == MISSING else ~is_missing
        else:
            holds[at] = ~is_missing & COMPARISONS[condition.how](figures, condition.number)
            unknown[at] = is_missing
    fails = ~holds & ~unknown
    undecided = np.asarray(unknown.any(axis=0))
    if conditions.is_any:
        is_chosen = np.asarray(holds.any(axis=0))
        return Judged(is_chosen, ~is_chosen & undecided)
    return Judged(np.asarray(holds.all(axis=0)), ~np.asarray(fails.any(axis=0)) & undecided)


def share_of(numbers: pd.Series, is_chosen: NDArray[np.bool_]) -> Share | None:
    """What part of a number lies in the chosen places; None when no place has the number."""
    known = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    has = ~np.isnan(known)
    if not has.any():
        return None
    return Share(float(known[has & is_chosen].sum()), float(known[has].sum()), int((is_chosen & ~has).sum()))
