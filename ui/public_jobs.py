"""Enterprises and their jobs as everybody may see them: sums by township or by industry, without a name.

In: a data set that is not whole. Out: a table, most jobs first, and a sentence on what is not in it.
"""

from __future__ import annotations

import streamlit as st

from data_loaders.contract import Dataset
from ui import answers, notices
from ui.cached import keep_as
from ui.frame import Page
from ui.html import Column, note, table
from wording import date_text, number_text

HEADS = {
    "enterprises": "主体(家)",
    "jobs": "用工(人)",
    "poor_jobs": "其中建档立卡(人)",
    "households_carried": "带动(户)",
}


def public_jobs(page: Page, by: str) -> None:
    """All townships (`by` place_code) or all industries (`by` industry)."""
    data = page.data
    what = "乡镇" if by == "place_code" else "产业"
    rows = keep_as(data, ("public jobs", by), lambda: _rows(data, by))
    st.subheader(f"各{what}用工", anchor=False)
    if not rows:
        notices.empty("经营主体和基地的数不公开。")
        return
    columns = [
        Column(what, is_wide=True),
        *(Column(head, is_number=True) for head in HEADS.values()),
    ]
    st.html(table(columns, [(cells, code == page.township) for code, cells in rows], is_tight=True))
    least = data.limits.small_count if data.limits is not None else 1
    hidden = f",少于{least}的和能由此推算的{what}没有列出" if least > 1 else ""
    st.html(note(f"截至{date_text(data.manifest.as_of)},用工最多的在前;没有注明{what}的不在内{hidden}。"))


def _rows(data: Dataset, by: str) -> list[tuple[str, list[str]]]:
    if data.limits is None or data.limits.enterprises == "none":
        return []
    industries = {key: each.name for key, each in data.settings.industries.items()}
    names = answers.names(data) if by == "place_code" else industries
    return [
        (str(row[by]), [names.get(str(row[by]), str(row[by])), *(number_text(row[name]) for name in HEADS)])
        for row in answers.records(data.limits.published.jobs(by))
    ]
