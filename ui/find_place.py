"""找村: a place by its name or its pinyin initials.

In: the data set and the view. Out: a box to type in; the place that was found is chosen (`ui.view.choose`).
Several are offered as buttons with their townships. Refuses to choose what is merely similar: that is named.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.place_search import PlaceIndex, find_places, near_misses, place_index
from ui import answers, limits, view
from ui.cached import keep_as
from ui.html import note
from ui.view import View
from wording import is_missing, markdown_escape

STYLE = Path(__file__).with_name("find_place.css")
LISTED = 12
LONGEST = 40  # characters of a query; names are shorter
TYPED = "find_place"


def find_place(data: Dataset, chosen: View) -> None:
    """The box; below it, once something was typed that fits several places or none, the list.

    Nothing for whoever has no place to go to.
    """
    if not limits.has_own(data):
        return

    def typed() -> None:
        found = _found(data, st.session_state[TYPED])
        if len(found) == 1:
            _choose(str(found["place_code"].iloc[0]))

    with st.container(key="gm_find", width=240, gap=None):
        query = st.text_input(
            "找村",
            placeholder=keep_as(data, "find example", lambda: _example(data)),
            max_chars=LONGEST,
            key=TYPED,
            on_change=typed,
        )
        if query.strip():
            with st.container(key="gm_found", gap=None):
                _list(data, query.strip(), chosen)


def _list(data: Dataset, query: str, chosen: View) -> None:
    """The places that fit; without any a sentence and those with similar names."""
    found = _found(data, query)
    if found.empty:
        near = near_misses(_index(data), query)
        said = f"没有找到“{query}”,请换个写法,或只写其中一两个字。"
        st.html(note(said + ("名字相近的有:" if len(near) else "")))
        return _buttons(near, chosen)
    _buttons(found, chosen)
    rest = found.attrs["total"] - len(found)
    if rest > 0:
        st.html(note(f"还有 {rest} 个,请再多写一个字,或在前面写上乡镇,如“云台 桃花”。"))
    return None


def _example(data: Dataset) -> str:
    """What may be typed, with a village of this county as the example."""
    known = answers.complete(data)
    villages = known[(known["level"] == "village") & known["initials"].notna()]
    initials = str(villages["initials"].iloc[len(villages) // 2]).split("|")[0] if len(villages) else ""
    return f"村名或拼音首字母,如 {initials}" if initials else "村名或拼音首字母"


def _found(data: Dataset, query: str) -> pd.DataFrame:
    return find_places(_index(data), query[:LONGEST], LISTED)


def _index(data: Dataset) -> PlaceIndex:
    """Of the places that a page can be about."""

    def make() -> PlaceIndex:
        can_show = [limits.can_show(data, code) for code in data.places["place_code"]]
        return place_index(data.places[can_show])

    return keep_as(data, "place index", make)


def _buttons(places: pd.DataFrame, chosen: View) -> None:
    for code, name, township in places[["place_code", "name", "township"]].itertuples(index=False):
        label = str(name) if is_missing(township) else f"{name} · {township}"
        st.button(
            markdown_escape(label),
            key=f"found_{code}",
            on_click=_choose,
            args=(str(code),),
            type="secondary" if code == chosen.place else "tertiary",
            width="stretch",
        )


def _choose(code: str) -> None:
    """The place is chosen and the box is empty again, so that the list is gone; both before the page runs."""
    st.session_state[TYPED] = ""
    view.choose("place", code)
