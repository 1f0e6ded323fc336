"""Where the reader is — county, township, village — and the way back up, one press each.

In: the page. Out: a row of buttons, the last of them the place shown, which cannot be pressed.
"""

from __future__ import annotations

import streamlit as st

from data_loaders.contract import Dataset
from ui import cached, limits, view
from ui.html import note
from ui.view import View
from wording import markdown_escape


def breadcrumb(data: Dataset, chosen: View) -> None:
    """The places that hold the chosen one, from the county down."""
    trail = _trail(data, chosen.place)
    county = data.settings.county.place_code
    # There for the county too: the map below keeps its place on the screen, and is not mounted anew.
    with st.container(horizontal=True, key="gm_trail", vertical_alignment="center", gap="small"):
        for depth, code in enumerate(trail):
            is_last = depth == len(trail) - 1
            st.button(
                markdown_escape(cached.places(data)[code].name),
                key=f"gm_trail_{depth}",
                type="tertiary",
                icon=":material/chevron_right:" if depth else None,
                disabled=is_last,
                on_click=view.choose,
                args=("place", None if code == county else code),
            )
        if len(trail) < 2 and limits.has_own(data):
            st.html(note("点地图上的乡镇或村,逐级往下看"))


def _trail(data: Dataset, place: str) -> list[str]:
    register = cached.places(data)
    trail: list[str] = []
    at: str | None = place
    while at in register:
        if limits.can_show(data, str(at)):
            trail.append(str(at))
        at = register[str(at)].parent
    return trail[::-1]
