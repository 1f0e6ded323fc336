"""村情卡: all that is known of one place, beside the map or filling the wall.

In: the data set and the view with a village or township chosen. Out: the card. Its figures are
`ui.village_answers`, its looks village_card.css. Refuses a county: that is the overview.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from data_loaders.contract import Dataset
from ui import cached, view, village_parts
from ui.figure_source import explained
from ui.navigation import entry
from ui.view import View
from ui.village_answers import Profile, profile

STYLE = Path(__file__).with_name("village_card.css")
BIG = 6  # figures that fill a wall
LINKED = ("overview", "industry", "enterprises", "rectification")


def is_big(data: Dataset, chosen: View) -> bool:
    """Whether the address asks for the card that fills the wall (present=1&card=1) and a place is chosen."""
    return chosen.present and st.query_params.get(view.FILLS_THE_WALL) == "1" and _has_card(data, chosen)


def card_button(data: Dataset, chosen: View) -> None:
    """The button, and the key K (卡), that lets the card fill the wall and puts it back; nothing without a place."""
    big = is_big(data, chosen)
    if not big:  # Esc has left presentation mode, and the card with it
        leave()
    if not _has_card(data, chosen):
        return
    st.button(
        "收起村情卡" if big else "全屏村情卡",
        key="gm_card",
        on_click=leave if big else _enter,
        shortcut="K",
        type="tertiary",
    )


def leave() -> None:
    """Put the big card back; for the button, and for whatever key leaves presentation mode."""
    view.choose(view.FILLS_THE_WALL, None)


def _enter() -> None:
    view.choose("present", "1")
    view.choose(view.FILLS_THE_WALL, "1")


def _has_card(data: Dataset, chosen: View) -> bool:
    code = chosen.place_or_none()
    return code is not None and cached.places(data)[code].level != "county"


def village_card(data: Dataset, chosen: View, *, big: bool = False) -> None:
    """The card of the chosen village or township; nothing when none is chosen. `big` fills the wall."""
    if not _has_card(data, chosen):
        return
    found = profile(data, chosen.place, chosen.period)
    if big:
        st.html(cached.keep_as(data, ("big card", chosen.place, chosen.period), lambda: _big(data, found)))
        return
    if chosen.present:
        st.html(
            cached.keep_as(data, ("wall card", chosen.place, chosen.period), lambda: _beside(data, found))
        )
        return
    st.html(cached.keep_as(data, ("card", chosen.place, chosen.period), lambda: _small(data, found)))
    _sources(data, found)
    with st.container(horizontal=True, key="gm_detail_cardlinks", gap="small"):
        for path in LINKED:
            page = entry(path)
            st.page_link(page.script, label=page.title, query_params=view.params(chosen))


def _small(data: Dataset, found: Profile) -> str:
    parts = village_parts
    return (
        f'<article class="gm-village">{parts.head(found)}{parts.figures(found, data.settings)}'
        f"{parts.households(found, data.settings)}{parts.problems(found, 5)}{parts.responsible(found)}"
        f"{parts.enterprises(found, 6)}</article>"
    )


def _beside(data: Dataset, found: Profile) -> str:
    """Beside the map on the wall: K shows more of it."""
    parts = village_parts
    return (
        f'<article class="gm-village">{parts.head(found)}{parts.in_lines(found, data.settings, 5)}</article>'
    )


def _big(data: Dataset, found: Profile) -> str:
    parts = village_parts
    return (
        f'<article class="gm-village gm-bigcard">{parts.head(found)}{parts.figures(found, data.settings, BIG)}'
        f"<aside>{parts.households(found, data.settings)}{parts.problems(found, 2, 34)}"
        f"{parts.enterprises(found, 3)}</aside></article>"
    )


def _sources(data: Dataset, found: Profile) -> None:
    """来源 of every figure of the card; opened it is worked out, closed it costs nothing."""
    periods = {figure.indicator: str(figure.row["period"]) for figure in found.figures}
    if not periods:
        return
    with st.container(key="gm_detail_source"):
        opened = st.popover("来源", key="card_source", on_change="rerun")
        if opened.open:
            with opened:
                indicator = st.selectbox(
                    "哪个数", list(periods), format_func=lambda each: data.settings.indicators[each].name
                )
                explained(data, indicator, found.place.code, periods[indicator])
