"""Presentation mode (present=1): the wall in the meeting room, one key to go on.

In: the view and the page. Out: the buttons that enter and leave it, and keys →/← for the next and the
previous page. What it hides and how large it writes is in present.css.
"""

from __future__ import annotations

import streamlit as st

from ui import view
from ui.navigation import PageEntry, neighbours
from ui.view import View


def buttons(path: str, chosen: View) -> None:
    """The button that enters presentation mode; within it, previous page, next page and the way out."""
    if not chosen.present:
        st.button("投影", key="gm_enter", on_click=view.choose, args=("present", "1"))
        return
    before, after = neighbours(path)
    _turn(before, "上一页", "gm_previous", "Left", chosen)
    _turn(after, "下一页", "gm_next", "Right", chosen)
    st.button("退出", key="gm_leave", on_click=view.step_back, shortcut="Esc", type="tertiary")


def _turn(to: PageEntry, label: str, key: str, shortcut: str, chosen: View) -> None:
    if st.button(label, key=key, shortcut=shortcut, type="tertiary", help=to.title):
        st.switch_page(to.script, query_params=view.params(chosen))
