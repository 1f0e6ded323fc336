"""带动就业: jobs per enterprise by industry and township, and the ledger itself."""

import streamlit as st

from ui import answers, filters, frame, notices
from ui.enterprise_charts import by_industry, by_township, township_table
from ui.enterprise_list import enterprise_list
from ui.html import cards
from ui.job_cards import job_cards

with frame.page("enterprises") as page:
    data, view = page.data, page.view
    with filters.bar():
        filters.place(data, view, villages=True)

    ledger = answers.within(answers.enterprises(data), view.place, page.level)
    if ledger.empty:
        notices.empty(f"{page.place_name}还没有经营主体和基地台账。")
    else:
        st.html(cards(job_cards(ledger), kind="small"))
        industries, townships = st.columns(2, gap="medium")
        with industries:
            by_industry(page, ledger)
        with townships:
            if view.present:
                st.html(township_table(page))
            else:
                by_township(page)
        with st.container(key="gm_detail_list"):
            enterprise_list(ledger)
