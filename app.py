"""The app's router: page config, navigation and, in mode login, the door before all pages; no data.

In: the address, and who looks. Out: the page's script, run, or the sign-in page in its place. The root has no
content of its own: Streamlit serves a default page only at `/`, so that `/overview` would not be found if 总览
were the default page. The root therefore goes on to it, with the query parameters kept.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import server_logs, sign_in
from ui.navigation import PAGES

ICON = Path(__file__).resolve().parent / "static" / "icon.png"


def root() -> None:
    """Go on to 总览."""
    st.switch_page(PAGES[0].script, query_params=st.query_params.to_dict())


# In mode login nobody gets past this without a role, whatever the address.
door = sign_in.instead()
st.set_page_config(
    page_title="观摩",
    page_icon=None
    if door
    else ICON,  # a picture is a file of a page, which nobody gets before they are known
    layout="wide",
    initial_sidebar_state="collapsed",
    menu_items={"Get help": None, "Report a bug": None, "About": None},
)
pages = [
    st.Page(door or each.script, title=each.title, url_path=each.path, help=each.about) for each in PAGES
]
home = st.Page(door or root, title="观摩", url_path="", default=True, visibility="hidden")
page = st.navigation([home, *pages], position="hidden")
with server_logs.timed(page.url_path):
    page.run()
