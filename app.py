"""The app's router: page config and navigation, no data.

In: the address. Out: the page's script, run. The root has no content of its own: Streamlit serves a default
page only at `/`, so that `/overview` would not be found if 总览 were the default page. The root therefore
goes on to it, with the query parameters kept.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.navigation import PAGES

ICON = Path(__file__).resolve().parent / "static" / "icon.png"


def root() -> None:
    """Go on to 总览."""
    st.switch_page(PAGES[0].script, query_params=st.query_params.to_dict())


st.set_page_config(
    page_title="观摩",
    page_icon=ICON,
    layout="wide",
    initial_sidebar_state="collapsed",
    menu_items={"Get help": None, "Report a bug": None, "About": None},
)
pages = [st.Page(each.script, title=each.title, url_path=each.path, help=each.about) for each in PAGES]
home = st.Page(root, title="观摩", url_path="", default=True, visibility="hidden")
st.navigation([home, *pages], position="hidden").run()
