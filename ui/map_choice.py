"""The map's own choosers: how far down, which quantity, which classes, which periods.

In: the page's view and an indicator. Out: a `Choice`, kept in the address. Refuses to offer what the figures cannot
show: no target completion without targets, no villages where only townships reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from geo.classes import MAX_CLASSES, METHODS, MIN_CLASSES, Method, offered_methods
from geo.village_map import TimeMode
from metrics.map_quantities import QUANTITIES, Quantified, Quantity
from metrics.periods import latest_at, year_before
from ui import answers, cached, filters, view
from ui.cached import keep_as
from ui.figure_card import PREVIOUS
from ui.map_pick import Pick
from ui.view import View
from wording import LEVEL_NAMES, markdown_escape, period_text

LEVELS = ("village", "township")  # that a map can show, finest first
TIMES: dict[TimeMode | Literal["single"], str] = {
    "single": "当期",
    "play": "逐期播放",
    "grid": "多期小图",
    "pair": "两期对比",
}
DEFAULT_CLASSES = 5


@dataclass(frozen=True)
class Choice:
    """What the reader chose on this page beside place, indicator and period."""

    level: str
    quantity: Quantity
    method: Method
    classes: int
    time: TimeMode | Literal["single"] = "single"
    beside: str | None = None  # the period beside the chosen one
    within: str | None = None  # the township whose villages alone are drawn, where the county has too many
    is_drilled: bool = False  # she came down from the townships: a second click goes back to hers


def levels_of(data: Dataset, indicator: str) -> list[str]:
    """Levels that have both places on the map and figures of the indicator, finest first."""
    spec = data.settings.indicators[indicator]
    found = [_reported_levels(data).get(each, frozenset()) for each in (indicator, *spec.numerator)]
    located = keep_as(
        data,
        "located levels",
        lambda: frozenset(data.places.loc[data.places["geometry_source"].notna(), "level"].unique()),
    )
    return [level for level in LEVELS if level in located and any(level in each for each in found)]


def _reported_levels(data: Dataset) -> dict[str, frozenset[str]]:
    """Indicator → levels that can be told from its figures: a village's tell its township's too."""

    def find() -> dict[str, frozenset[str]]:
        reported = data.observations.loc[data.observations["value"].notna(), ["indicator_id", "place_code"]]
        code = reported["place_code"]
        finest = np.select([~code.str.endswith("000"), ~code.str.endswith("000000")], [2, 1], 0)
        best = pd.Series(finest).groupby(reported["indicator_id"].to_numpy()).max()
        names = {2: frozenset(LEVELS), 1: frozenset({"township"}), 0: frozenset[str]()}
        own = {str(indicator): names[int(level)] for indicator, level in best.items()}
        if data.limits is None:
            return own
        # Rows of one's own villages tell their township; the others' are told by what is published.
        published = data.limits.published.reported
        return {
            each: (own.get(each, frozenset()) - {"township"})
            | (frozenset({"township"}) if each in published else frozenset())
            for each in {*own, *published}
        }

    return keep_as(data, "reported levels", find)


def has_too_many(data: Dataset) -> bool:
    """Whether the county has more villages than are drawn at once."""
    count = keep_as(data, "villages", lambda: int((data.places["level"] == "village").sum()))
    return count > data.settings.map.max_drawn


def choose(data: Dataset, chosen: View, township: str | None, indicator: str) -> Choice | None:
    """The page's own choosers, in the bar; None when no level can be drawn."""
    levels = levels_of(data, indicator)
    is_of_all = data.limits is None or indicator in data.limits.by_village
    is_for_one = has_too_many(data) or not is_of_all  # villages of one township alone
    if not levels or (township is None and levels == ["village"] and is_for_one):
        return None
    is_whole = data.limits is None or indicator in data.limits.by_village
    level, within, is_drilled = _level(data, levels, township) if is_whole else _own_level(levels, township)
    at = latest_at(answers.map_periods(data, indicator, level, within), chosen.period)
    quantity = _quantity(data, indicator, level, at, within)
    found = answers.map_quantity(data, indicator, level, quantity, within)
    time = _time(found.periods_like(at or ""))
    beside = _beside(found.periods_like(at or ""), at) if time == "pair" else None
    method, count = _classes(found)
    return Choice(level, quantity, method, count, time, beside, within, is_drilled)


def _level(data: Dataset, levels: list[str], township: str | None) -> tuple[str, str | None, bool]:
    """What is drawn, within which township alone, and whether the reader came down by townships."""
    has_chosen = township is not None and "village" in levels
    if has_too_many(data):
        return ("village", township, True) if has_chosen else (levels[-1], None, False)
    level = levels[0]
    if len(levels) > 1:
        names = {LEVEL_NAMES[each]: each for each in levels}
        level = names[filters.part("level", "全县显示到", tuple(names))]
    return levels[0] if has_chosen else level, None, has_chosen and level == "township"


def _own_level(levels: list[str], township: str | None) -> tuple[str, str | None, bool]:
    """The same where only some villages' figures are here: those of the chosen township alone, or all townships."""
    can_go_down = "village" in levels and township is not None
    offered = [each for each in levels if each != "village" or can_go_down]
    if len(offered) > 1:
        names = {LEVEL_NAMES[each]: each for each in offered}
        offered = [names[filters.part("level", "显示到", tuple(names))]]
    return ("village", township, True) if offered == ["village"] else (levels[-1], None, False)


def _quantity(data: Dataset, indicator: str, level: str, at: str | None, within: str | None) -> Quantity:
    offered = answers.map_quantities(data, indicator, level, at, within) or ["amount"]
    names = {quantity_name(data, indicator, key, at): key for key in offered}
    return names[filters.one_of("quantity", "看什么", list(names), width=150) or next(iter(names))]


def quantity_name(data: Dataset, indicator: str, quantity: Quantity, at: str | None) -> str:
    """The quantity in words: what 上期 is depends on how often the indicator is reported."""
    if quantity != "change":
        return QUANTITIES[quantity]
    is_month = len(at or "") > 4
    return PREVIOUS[data.settings.indicators[indicator].frequency if is_month else "year"]


def _classes(found: Quantified) -> tuple[Method, int]:
    offered = list(offered_methods(found.scale, found.thresholds))
    with st.popover("分级", key="gm_map_classes"):
        method: Method = "natural"
        if offered:
            method = st.selectbox(
                "分级方法", offered, format_func=METHODS.__getitem__, key="method", bind="query-params"
            )
        count = st.slider(
            "级数", MIN_CLASSES, MAX_CLASSES, DEFAULT_CLASSES, key="classes", bind="query-params"
        )
    return method, count


def _time(periods: Sequence[str]) -> TimeMode | Literal["single"]:
    if len(periods) < 2:
        return "single"
    names = {name: key for key, name in TIMES.items()}
    return names[filters.one_of("time", "时间", list(names), width=130) or TIMES["single"]]


def _beside(periods: Sequence[str], at: str | None) -> str | None:
    """The period beside the chosen one: what the address says, else the same one a year before, else the first."""
    others = [each for each in periods if each != at]
    if not others:
        return None
    asked = st.query_params.get("beside")
    if asked is not None and asked not in others:
        view.choose("beside", None)  # the address says what is shown, or nothing
    wishes = (asked, year_before(at) if at else None)
    shown = next((each for each in wishes if each in others), others[0])
    filters.choice("beside", "对比时期", others[::-1], shown, {each: period_text(each) for each in others})
    return shown


def base_map() -> bool:
    """Whether the base map lies under the polygons; off until somebody switches it on, absent when there is none."""
    base = cached.config().map.base  # of this machine, not of the data set
    return base is not None and st.toggle(markdown_escape(base.title), key="base", bind="query-params")


def picked(chosen: View, choice: Choice, pick: Pick) -> None:
    """What a click on the map does; before the page runs.

    A place is chosen; a second click on it goes back to where the reader came from: the township if she went down by
    townships, else the county. A period is chosen, out of small maps alone.
    """
    if pick.place:
        is_again = pick.place == chosen.place
        parent = f"{pick.place[:9]}000"
        back = parent if choice.is_drilled and pick.place != parent else None
        view.choose("place", back if is_again else pick.place)
    elif pick.period:
        view.choose("period", pick.period)
        if pick.is_single:
            st.session_state["time"] = TIMES["single"]
