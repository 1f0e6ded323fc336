"""Presentation mode (present=1): the wall in the meeting room, one key to go on.

In: the view and the page. Out: the buttons that enter and leave it, keys →/← for the next and the previous page, and
which of the two themes the wall has. What it hides and how large it writes is in present.css, its dark colours in dark.css
and charts/dark.py.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import streamlit as st

from settings import ConfigProblem
from settings.meeting import Theme
from ui import cached, view
from ui.navigation import PageEntry, neighbours
from ui.view import View

STYLE = Path(__file__).with_name("present.css")
DARK_STYLE = Path(__file__).with_name("dark.css")
OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}
NAMES: dict[Theme, str] = {"light": "浅色", "dark": "深色"}


def styles() -> tuple[Path, ...]:
    """What the wall adds to a page's styles, as far as the address asks for the wall; needs no data set."""
    if not view.is_present():
        return ()
    return (STYLE, DARK_STYLE) if _theme(view.asked_theme()) == "dark" else (STYLE,)


def theme(chosen: View) -> Theme:
    """The colours of the page: those of the wall that the address or else the config asks for; off the wall light."""
    return _theme(chosen.theme) if chosen.present else "light"


def _theme(asked: Theme | None) -> Theme:
    if asked is not None:
        return asked
    try:
        return cached.config().presentation.theme
    except ConfigProblem:  # the page says so itself
        return "light"


def buttons(path: str, chosen: View, closed: Collection[str] = ()) -> None:
    """The button that enters presentation mode; within it, previous page, next page but the closed, and the way out."""
    if not chosen.present:
        st.button("投影", key="gm_enter", on_click=view.choose, args=("present", "1"))
        return
    other = OTHER[theme(chosen)]
    st.button(
        NAMES[other],
        key="gm_theme",
        on_click=view.choose,
        args=("theme", other),
        shortcut="D",
        type="tertiary",
        help="换深色或浅色",
    )
    before, after = neighbours(path, closed)
    _turn(before, "上一页", "gm_previous", "Left", chosen)
    _turn(after, "下一页", "gm_next", "Right", chosen)
    st.button("退出", key="gm_leave", on_click=view.step_back, shortcut="Esc", type="tertiary")


def _turn(to: PageEntry, label: str, key: str, shortcut: str, chosen: View) -> None:
    if st.button(label, key=key, shortcut=shortcut, type="tertiary", help=to.title):
        st.switch_page(to.script, query_params=view.params(chosen))
