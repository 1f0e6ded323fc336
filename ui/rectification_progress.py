"""进度: how many problems are left of each batch, how long they have been there, how long closing takes.

In: the page and its laddered problems. Out: one of three views, of a source or batch if one is chosen; the choice is in
the address. On the wall: the batches against their deadlines.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from ui import filters
from ui.backlog import backlog
from ui.burndown import burndown
from ui.frame import Page
from ui.problem_choice import scoped
from ui.problem_cut import Cut
from ui.waiting_times import grouping, waiting_times

STYLE = Path(__file__).with_name("rectification_progress.css")
LEFT, BACKLOG, TIMES = "还剩多少", "积压多久", "多久销号"


def progress(page: Page, found: pd.DataFrame) -> None:
    """Choosers and the view chosen."""
    with st.container(key="gm_detail_progress", horizontal=True, vertical_alignment="bottom", gap="small"):
        view = filters.part("when", "看进度", (LEFT, BACKLOG, TIMES))
        by = grouping() if view == TIMES else ""
        scope, left = scoped(page, found)
    if left.empty:
        return
    cut = Cut(page, left, scope)
    if view == LEFT:
        burndown(cut)
    elif view == BACKLOG:
        backlog(cut)
    else:
        waiting_times(cut, by)
