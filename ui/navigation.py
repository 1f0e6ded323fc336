"""The pages in the order in which a meeting goes through them.

In: nothing. Out: one list that the router, the links between pages and the presentation keys share; and the
row of links at the head of a page. Streamlit's own navigation is not shown: its links drop the query
parameters, and with them what the reader has chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import streamlit as st

from access.people import Action
from settings import ConfigProblem
from ui import viewer


@dataclass(frozen=True)
class PageEntry:
    """One page: its address, its Chinese title and what a reader finds there."""

    path: str  # the last part of the address
    title: str
    about: str
    for_wall: bool = (
        True  # whether presentation mode comes by it: what is prepared at a desk is not shown to a hall
    )
    needs: Action | None = None  # what whoever opens it must be allowed to do

    @property
    def script(self) -> str:
        """The page's script, relative to app.py, as st.Page and st.page_link want it."""
        return f"pages/{self.path}.py"


PAGES = (
    PageEntry("overview", "总览", "主要指标完成情况和需要拍板的事项"),
    PageEntry("map", "村级地图", "各村、各乡镇指标高低一图看清"),
    PageEntry("industry", "产业覆盖", "各产业完成进度、逐月走势和产业措施到户"),
    PageEntry("enterprises", "带动就业", "经营主体和基地用工、带动农户情况"),
    PageEntry("ranking", "乡镇排名", "综合得分和单项指标排名、位次升降"),
    PageEntry("rectification", "问题整改", "检查反馈问题的整改、验收和销号进度"),
    PageEntry("observation", "现场观摩", "观摩路线和各观摩点情况"),
    PageEntry("quality", "数据质量", "哪些没报、哪些报错、怎样改"),
    PageEntry("meeting", "会议", "议程、发言顺序和会议快照", for_wall=False, needs="meet"),
    PageEntry("papers", "材料", "通报、汇报和一口清", for_wall=False, needs="export"),
)


def entry(path: str) -> PageEntry:
    """The page at that address; KeyError when there is none (a typing mistake of ours)."""
    return {page.path: page for page in PAGES}[path]


def usable(page: PageEntry) -> bool:
    """Whether whoever looks may open it."""
    if page.needs is None:
        return True
    try:
        return viewer.may(page.needs)
    except ConfigProblem:  # said by the page; until it is mended nobody is known
        return False


def neighbours(path: str, closed: Collection[str] = ()) -> tuple[PageEntry, PageEntry]:
    """The pages before and after this one on the wall, without the closed ones; the last is followed by the first."""
    shown = [
        page
        for page in PAGES
        if page.path == path or (page.for_wall and usable(page) and page.path not in closed)
    ]
    position = [page.path for page in shown].index(path)
    return shown[position - 1], shown[(position + 1) % len(shown)]


def links(params: Mapping[str, str], closed: Collection[str] = (), *, shown: bool = True) -> None:
    """The pages that the reader may open, each with their choices; the row stays when nothing is shown in it.

    `closed`: pages that would have nothing to show this reader.
    """
    with st.container(horizontal=True, key="gm_nav", gap=None):
        for page in PAGES if shown else ():
            if usable(page) and page.path not in closed:
                st.page_link(page.script, label=page.title, query_params=dict(params))
