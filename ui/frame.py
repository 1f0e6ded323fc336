"""What stands around every page: style, head, notices, foot.

In: the page's address. Out: a context manager that hands the page its data set and view, or shows why there
is none. It shows DataProblem and ConfigProblem, which are written for the reader; anything else is our fault,
which it says in a sentence and raises on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

import logs
from data_loaders.contract import Dataset
from faults import DataProblem
from records.snapshots import Snapshot
from settings import ConfigProblem
from ui import (
    add_to_agenda,
    cached,
    fall_back,
    limits,
    navigation,
    notices,
    presentation,
    rights,
    sign_in,
    snapshots,
    view,
    watermark,
)
from ui.fall_back import Said
from ui.html import text
from ui.navigation import PageEntry, entry
from ui.view import View
from wording import date_text, period_text

STYLE = Path(__file__).with_name("style.css")


@dataclass(frozen=True)
class Page:
    """What a page works with: one whole version and one valid view."""

    data: Dataset
    view: View
    snapshot: Snapshot | None = None  # the meeting whose data this is; None: the newest

    @property
    def place_name(self) -> str:
        """Name of the place shown (hostile text)."""
        found = cached.places(self.data).get(self.view.place)
        return found.name if found else self.data.settings.county.name

    @property
    def level(self) -> str:
        """Level of the place shown: county, township or village."""
        found = cached.places(self.data).get(self.view.place)
        return found.level if found else "county"

    @property
    def township(self) -> str | None:
        """The township shown, or that of the village shown; None for the county."""
        found = cached.places(self.data).get(self.view.place)
        if found is None or found.level == "county":
            return None
        return found.code if found.level == "township" else found.parent


@contextmanager
def page(path: str, *styles: Path) -> Iterator[Page]:
    """The frame of the page at that address, with its own styles; within it DataProblem is shown in place."""
    _only_through_the_router()
    this = entry(path)
    st.html(_style(STYLE, *styles, *presentation.styles()))
    watermark.lay()
    try:
        snapshot, data = snapshots.opened()
    except snapshots.CannotBeShown as found:
        navigation.links({})
        notices.no_snapshot(found, lambda: view.choose("snapshot", None))
        st.stop()
    except (DataProblem, ConfigProblem) as found:
        navigation.links({})
        notices.no_data(found)
        st.stop()
    if this.needs and not navigation.usable(this):
        navigation.links({})
        notices.reserved(rights.only_for(this.needs, "这一页"))
        st.stop()
    chosen = view.read(data)
    shown = Page(data, chosen, snapshot)
    closed = {each.path for each in navigation.PAGES if each.path != path and limits.closed(data, each.path)}
    navigation.links(view.params(chosen), closed, shown=not chosen.present)
    why_not_newest = fall_back.said_of(data) if snapshot is None else None
    _head(shown, this, closed, why_not_newest)
    with st.container(
        key="gm_hints"
    ):  # there even when it is empty, so that nothing after it is mounted anew
        # A wall has no room for a line more: there the head says it in short, and the foot in full.
        notices.hints(
            (*((why_not_newest.sentence,) if why_not_newest and not chosen.present else ()), *chosen.notices)
        )
    if why := limits.closed(data, path):
        notices.reserved(why)
        st.stop()
    try:
        yield shown
    except DataProblem as found:
        notices.problem(found)
    except Exception as found:
        notices.our_fault(logs.fault(found, page=path))
        raise
    _foot(data, why_not_newest if chosen.present else None)


@cache
def _style(*files: Path) -> str:
    # All in one: a message of 10 KB is kept by the browser, and goes over the wire once instead of at every run.
    return f"<style>{''.join(file.read_text(encoding='utf-8') for file in files)}</style>"


def _only_through_the_router() -> None:
    """Go back to app.py when Streamlit ran the page's script by itself.

    Until st.navigation has run once in a process, Streamlit 1.67 takes a folder named pages/ for its old kind
    of app. server.py says otherwise from the start; `streamlit run app.py` and tests come through here.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def _head(shown: Page, this: PageEntry, closed: set[str], why_not_newest: Said | None) -> None:
    county = shown.data.settings.county
    badge = '<span class="gm-demo">演示数据</span>' if county.is_demo else ""
    where = "" if shown.level == "county" else f'<span class="gm-where">{text(_where(shown))}</span>'
    latest = view.latest_period(shown.data)
    fresh = f"最新报送 {text(period_text(latest))}" if latest else "还没有报送数据"
    if latest is None and shown.data.limits is not None:
        fresh = ""
    if why_not_newest and shown.view.present:
        fresh = f'<b class="gm-is-warn">{text(why_not_newest.in_short)}</b>'
    said = limits.sentence(shown.data)
    scope = f'<span class="gm-scope">{text(said)}</span>' if said else ""
    if shown.snapshot:
        badge += f'<span class="gm-snapshot">会议快照 {text(shown.snapshot.name)}</span>'
    with st.container(horizontal=True, key="gm_head", vertical_alignment="center"):
        st.html(
            f'<header class="gm-head"><div><span class="gm-county">{text(county.name)}</span>{badge}</div>'
            f"<h1>{text(this.title)}{where}</h1>"
            f'<div class="gm-fresh">数据截至 {text(date_text(shown.data.manifest.as_of))}'
            f"<span>{fresh}</span></div>{scope}</header>"
        )
        if shown.snapshot and not shown.view.present:
            st.button("回到最新数据", key="gm_newest", on_click=view.choose, args=("snapshot", None))
        if not shown.view.present:
            sign_in.place_in_head()
        add_to_agenda.button(shown, this)
        presentation.buttons(this.path, shown.view, closed)


def _where(shown: Page) -> str:
    register = cached.places(shown.data)
    found = register[shown.view.place]
    if found.level == "village" and found.parent in register:
        return f"{register[found.parent].name} {found.name}"
    return found.name


def _foot(data: Dataset, why_not_newest: Said | None) -> None:
    note = data.settings.county.source_note
    parts = [why_not_newest.sentence] if why_not_newest else [note] if note else []
    if (
        view.is_present() and not why_not_newest and (seen := limits.sentence(data))
    ):  # at a desk it is said in the head
        parts = [seen.rstrip("。")]
    parts.append(f"数据版本 {data.version}")
    if data.limits is None and not why_not_newest:  # a wall's foot is one line
        parts.append(f"来自 {len(data.manifest.sources)} 个文件")
    st.html(f'<footer class="gm-foot">{text(" · ".join(parts))}</footer>')
