"""What the reader has chosen: place, indicator, period, presentation mode.

In: the address's query parameters, which are the only memory of a choice: every link between pages carries
them on (`params`), so that what is on the screen can always be sent to somebody, and the browser's way back
works. Out: one valid `View`. A value that the data set does not know is dropped from the address with a
sentence for the reader; it never breaks a page.

The address holds what was chosen and not the defaults: a wall that shows `/overview` moves on to the new
month by itself, a link with `period=2026-09` stays with September.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import streamlit as st

from data_loaders.contract import Dataset
from metrics.periods import sorted_periods
from settings.meeting import Theme
from ui import cached, limits

FILLS_THE_WALL = "card"  # one thing of the page alone, over the whole wall
NAMES = ("place", "indicator", "period", "present", "theme", "snapshot")


@dataclass(frozen=True)
class View:
    """A valid choice. `chosen` names what the reader asked for; the rest are defaults."""

    place: str  # 12 digits; the county's own code when no place was chosen
    indicator: str | None  # a key of settings.indicators; None when nothing was chosen
    period: str | None  # YYYY-MM or YYYY: chosen, else the latest; None when the data set has no period
    present: bool
    chosen: frozenset[str]
    notices: tuple[str, ...] = ()
    theme: Theme | None = None  # of the wall, when the address asks for one
    snapshot: str | None = None  # id of the meeting snapshot that is shown instead of the newest data

    def place_or_none(self) -> str | None:
        """The chosen place, None when the whole county is shown."""
        return self.place if "place" in self.chosen else None

    def indicator_or(self, default: str | None, among: tuple[str, ...] | None = None) -> str | None:
        """The chosen indicator when the page can show it, else the page's own default."""
        if self.indicator is not None and (among is None or self.indicator in among):
            return self.indicator
        return default


def read(data: Dataset) -> View:
    """The view as the address says, made valid; the address is corrected where it was not."""
    view = _valid(data, {name: st.query_params[name] for name in NAMES if name in st.query_params})
    _write_address(params(view))
    return view


def of(data: Dataset, choices: Mapping[str, str]) -> View:
    """The view that these choices lead to, whatever the address says: for papers; in no room's own way."""
    found = _valid(data, dict(choices))
    return replace(found, present=False, theme=None, snapshot=None)


def params(view: View, **changes: str | None) -> dict[str, str]:
    """Query parameters that lead to this view, with `changes` (None removes one); for links."""
    values: dict[str, str | None] = {
        "place": view.place if "place" in view.chosen else None,
        "indicator": view.indicator if "indicator" in view.chosen else None,
        "period": view.period if "period" in view.chosen else None,
        "present": "1" if view.present else None,
        "theme": view.theme,
        "snapshot": view.snapshot,
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not None}


def choose(name: str, value: str | None) -> None:
    """Make a choice, or go back to the default with None. For widget callbacks: they run before the page."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def is_present() -> bool:
    """Whether the address asks for presentation mode; it needs no data set to say so."""
    return st.query_params.get("present") == "1"


def asked_theme() -> Theme | None:
    """The wall's colours, when the address names one of the two."""
    asked = st.query_params.get("theme")
    return next((theme for theme in get_args(Theme) if theme == asked), None)


def asked_snapshot() -> str | None:
    """Id of the meeting snapshot that the address asks for; it needs no data set to say so."""
    return st.query_params.get("snapshot") or None


def step_back() -> None:
    """Close what fills the wall; when nothing does, leave presentation mode. For callbacks."""
    if st.query_params.pop(FILLS_THE_WALL, None) is None:
        choose("present", None)


def _write_address(choices: dict[str, str]) -> None:
    for name in NAMES:
        wanted = choices.get(name)
        if wanted is None:
            if name in st.query_params:
                del st.query_params[name]
        elif st.query_params.get(name) != wanted:
            st.query_params[name] = wanted


def _valid(data: Dataset, choices: dict[str, str]) -> View:
    chosen: set[str] = set()
    notices: list[str] = []
    county = data.settings.county.place_code

    place = limits.default_place(data)
    if asked := choices.get("place"):
        code = full_code(asked)
        if code in cached.places(data):
            place = code
            if not limits.can_show(data, code):
                place = limits.default_place(data)
                notices.append(limits.instead_of(data, code))
        else:
            where = "全县" if place == county else cached.places(data)[place].name
            notices.append(f"名录里没有代码为“{asked[:20]}”的地方,现在显示{where}。")
    if place != county:
        chosen.add("place")

    indicator = None
    if asked := choices.get("indicator"):
        if asked in limits.shown_indicators(data, data.settings.indicators):
            indicator = asked
            chosen.add("indicator")
        else:
            notices.append(f"没有“{asked[:40]}”这个指标,现在显示默认指标。")

    period = latest_period(data)
    if asked := choices.get("period"):
        found = period_of(data, asked)
        if found is not None:
            period = found
            chosen.add("period")
        else:
            notices.append(f"“{asked[:20]}”没有数据,现在显示最近一期。")

    return View(
        place,
        indicator,
        period,
        is_present(),
        frozenset(chosen),
        tuple(notices),
        asked_theme(),
        asked_snapshot(),
    )


def full_code(asked: str) -> str:
    """A place code of 6, 9 or 12 digits as 12 digits; anything else as it is."""
    return asked.ljust(12, "0") if re.fullmatch(r"\d{6}|\d{9}|\d{12}", asked) else asked


def periods(data: Dataset) -> list[str]:
    """Periods with at least one figure, earliest first; a year that only has targets is not one."""

    def find() -> list[str]:
        reported = data.observations.loc[data.observations["value"].notna(), "period"]
        published = data.limits.published.periods if data.limits is not None else ()
        return sorted_periods({*reported.unique(), *published})

    return cached.keep_as(data, "periods", find)


def latest_period(data: Dataset) -> str | None:
    """The last month that anything was reported for, else the last year."""
    known = periods(data)
    months = [period for period in known if "-" in period]
    return max(months, default=known[-1] if known else None)


def period_of(data: Dataset, asked: str) -> str | None:
    """The period that an address means, a bare year being its last month; None when there is none."""
    known = periods(data)
    if asked in known:
        return asked
    within = [period for period in known if period.startswith(f"{asked}-")]
    return within[-1] if within and re.fullmatch(r"\d{4}", asked) else None
