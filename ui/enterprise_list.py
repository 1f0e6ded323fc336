"""The ledger of enterprises and bases, searchable.

In: enterprises of the place shown. Out: a fragment, so that searching does not redraw the page.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ui import notices
from ui.html import note
from ui.tables import Columns, Shown, matching, show

COLUMNS: Columns = {
    "name": "名称",
    "kind": "类型",
    "industry_name": "产业",
    "township": "乡镇",
    "place": "村",
    "jobs": Shown("用工(人)", "number"),
    "poor_jobs": Shown("其中建档立卡(人)", "number"),
    "households_carried": Shown("带动户数(户)", "number"),
    "honours": "荣誉",
}


@st.fragment
def enterprise_list(ledger: pd.DataFrame) -> None:
    """Search box and table, most jobs first."""
    words = st.text_input(
        "查找", placeholder="名称、类型、产业、乡镇、荣誉", key="find_enterprise", width=360, live=True
    )
    found = matching(ledger, words, ["name", "kind", "industry_name", "township", "place", "honours"])
    if found.empty:
        notices.empty("没有找到,请换个词。")
        return
    st.html(note(f"{len(found)} 个经营主体和基地,用工多的在前"))
    show(found, COLUMNS, has_source=True)
