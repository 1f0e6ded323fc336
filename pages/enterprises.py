"""带动就业: jobs per enterprise, on how few they hang, whom to ask about, and the ledger itself."""

from pathlib import Path

import streamlit as st

from ui import answers, filters, frame, limits, notices
from ui.enterprise_attention import attention
from ui.enterprise_charts import concentration, distribution, summary_cards
from ui.enterprise_list import enterprise_list, found_enterprises, search_box
from ui.public_jobs import public_jobs
from ui.view import params

STYLE = Path(frame.__file__).with_name("jobs.css")
PARTS = ("分布", "集中度", "要关注的主体", "名单")

with frame.page("enterprises", STYLE) as page:
    data, view = page.data, page.view
    ledger = answers.within(answers.enterprises(data), view.place, page.level)
    with filters.bar():
        filters.place(data, view, villages=True)
        part = filters.part("part", "看什么", PARTS) if len(ledger) else PARTS[0]
        words = search_box() if len(ledger) and part != PARTS[-1] else ""
        if ledger[["place_code", "lon"]].notna().any(axis=None):
            st.page_link(
                "pages/map.py",
                label="在地图上看",
                icon=":material/map:",
                query_params=params(view, overlays="enterprises"),
            )

    if limits.is_sums_only(data) and not limits.has_own(data):
        by_township, by_industry = st.columns(2, gap="medium")
        with by_township:
            public_jobs(page, "place_code")
        with by_industry:
            public_jobs(page, "industry")
    elif ledger.empty:
        notices.empty(f"{page.place_name}还没有经营主体和基地台账。")
    else:
        summary_cards(page, ledger)
        found_enterprises(page, ledger, words)
        if part == "分布":
            distribution(page, ledger)
        elif part == "集中度":
            concentration(page, ledger)
        elif part == "要关注的主体":
            attention(page, ledger)
        else:
            enterprise_list(page, ledger)
