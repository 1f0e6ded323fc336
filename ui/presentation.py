"""Presentation mode (present=1): the wall in the meeting room, one key to go on.

In: the view and the page. Out: the buttons that enter and leave it, and keys →/← for the next and the
previous page. What it hides and how large it writes is in style.css.
"""

from __future__ import annotations

import streamlit as st

from ui import view
from ui.navigation import neighbours
from ui.view import View


def switch(chosen: View) -> None:
    """The button that enters presentation mode, or leaves it."""
    if chosen.present:
        st.button("退出投影", key="gm_leave", on_click=view.choose, args=("present", None), shortcut="Esc")
    else:
        st.button("投影", key="gm_enter", on_click=view.choose, args=("present", "1"), help="大字显示,适合会场投影")


def turn_page(path: str, chosen: View) -> None:
    """In presentation mode: previous and next page at the foot, also by the arrow keys."""
    if not chosen.present:
        return
    before, after = neighbours(path)
    with st.container(horizontal=True, key="gm_turn", horizontal_alignment="distribute"):
        if st.button(f"上一页 {before.title}", key="gm_previous", shortcut="Left", type="tertiary"):
            st.switch_page(before.script, query_params=view.params(chosen))
        if st.button(f"下一页 {after.title}", key="gm_next", shortcut="Right", type="tertiary"):
            st.switch_page(after.script, query_params=view.params(chosen))
