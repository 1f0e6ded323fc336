"""How long an agenda takes, what of it cannot be shown, and the ways onto the wall.

In: the page and an agenda. Out: a sentence for each fault, the links that begin it, the chooser of the wall's colours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import streamlit as st

from settings.meeting import AgendaItem, Theme
from ui import agenda_words, agendas, cached, notices, view
from ui.frame import Page
from ui.html import text

THEMES: dict[Theme, str] = {"light": "浅色", "dark": "深色"}


def theme_chooser(page: Page) -> None:
    """The wall's colours: of this start only, the config's otherwise."""
    default = cached.config().presentation.theme
    state, now = "choose_theme", page.view.theme or default
    if st.session_state.get(state) != now:
        st.session_state[state] = now

    def changed() -> None:
        picked = st.session_state[state]
        view.choose("theme", None if picked in (None, default) else picked)

    st.segmented_control(
        "投影底色", list(get_args(Theme)), key=state, format_func=THEMES.__getitem__, on_change=changed, required=True
    )  # fmt: skip


def start(page: Page, name: str, items: tuple[AgendaItem, ...], *, is_changed: bool = False) -> None:
    """How long it takes, and the ways onto the wall."""
    address = agendas.stage_address("agenda", name, theme=page.view.theme, snapshot=page.view.snapshot)
    links = [("开始", address, "gm-go gm-first"), ("自动轮播", f"{address}&rotate=1", "gm-go")]
    buttons = "".join(
        f'<a class="{kind}" href="{text(href)}" target="_self">{label}</a>' for label, href, kind in links
    )
    said = f"{len(items)}项,{agenda_words.total(items)}"
    warned = "<span>有修改还没有保存,开始的是保存过的议程</span>" if is_changed else ""
    named = f"{name}:{said}" if page.view.present else said
    st.html(
        f'<div class="gm-start"><b>{text(named)}</b>{"" if page.view.present else buttons + warned}</div>'
    )


def hints(page: Page, items: Iterable[AgendaItem]) -> None:
    """Say which items cannot be shown as they were meant."""
    notices.hints(tuple(agenda_words.told(page.data, items)))
