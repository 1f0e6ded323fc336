"""The mark on whatever is restricted: who looks, and when, faint over the page and small in every file.

In: the viewer, who has a name only where people sign in. Out: a line of text, and a style that repeats it over the whole
page. Refuses to stand in the way: nothing of it takes room, a click or a swipe, and what lies below stays readable. A name
comes from the provider and may hold anything: in the style it stands as percent signs and digits only.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from html import escape
from urllib.parse import quote

import streamlit as st

from access.people import Principal
from settings import ConfigProblem
from ui import viewer

LONGEST = 24  # signs of a name
_WIDE, _HIGH = 420, 240  # pixels from one mark to the next
_TILE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}">'
    '<text x="50%" y="50%" transform="rotate(-20 {x} {y})" text-anchor="middle" font-size="17" fill="#7b8794"'
    ' fill-opacity="0.17" font-family="Microsoft YaHei,Noto Sans SC,Noto Sans CJK SC,sans-serif">{words}</text></svg>'
)


def words(who: Principal, now: datetime) -> str:
    """王芳 2026-11-15 09:30; "" for whoever has no name, since nobody signs in at this server."""
    name = plain(who.name)
    return f"{name} {now:%Y-%m-%d %H:%M}" if name else ""


def plain(name: str) -> str:
    """A name in one line, without what cannot be seen or turns the direction of writing."""
    kept = (each if not each.isspace() else " " for each in name)
    seen = "".join(each for each in kept if unicodedata.category(each)[0] != "C")
    return " ".join(seen.split())[:LONGEST]


def lay() -> None:
    """Lay the mark of whoever looks over the page."""
    try:
        who = viewer.viewer()
    except ConfigProblem:  # the page says so itself, and shows nothing else
        return
    if told := words(who, datetime.now().astimezone()):
        st.html(f"<style>{style(told)}</style>")


def style(told: str) -> str:
    """The mark as a style of the page's outermost element: on paper it is once on every sheet, as on the screen."""
    tile = _TILE.format(wide=_WIDE, high=_HIGH, x=_WIDE // 2, y=_HIGH // 2, words=escape(told))
    return (
        '[data-testid="stApp"]::after{content:"";position:fixed;inset:0;z-index:999980;pointer-events:none;'
        f'background-image:url("data:image/svg+xml,{quote(tile, safe="")}");'
        "print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    )
