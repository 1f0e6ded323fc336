"""带动就业: jobs per enterprise by industry and township, and the ledger itself."""

import streamlit as st

from charts.jobs import jobs_chart
from metrics.employment import jobs_by_industry, jobs_by_township
from ui import answers, filters, frame, notices
from ui.cached import keep_as
from ui.draw import chart, scale
from ui.html import cards, note
from ui.job_cards import job_cards
from ui.tables import Shown, matching, show

with frame.page("enterprises") as page:
    data, view, large = page.data, page.view, scale(page.view.present)
    with filters.bar():
        filters.place(data, view, villages=True)

    ledger = answers.within(answers.enterprises(data), view.place, page.level)
    if ledger.empty:
        notices.empty(f"{page.place_name}还没有经营主体和基地台账。")
    else:
        st.html(cards(job_cards(ledger), small=True))
        key = (view.place, large)
        industries, townships = st.columns(2, gap="medium")
        with industries:
            by_industry = keep_as(
                data, ("jobs industry", view.place), lambda: jobs_by_industry(ledger, data.settings.industries)
            )
            chart(data, ("jobs industry", key), lambda: jobs_chart(ledger, by_industry, by="industry", scale=large))
        with townships:
            # The whole county stays in sight, the chosen township stands out.
            everyone = answers.enterprises(data)
            by_township = keep_as(data, "jobs township", lambda: jobs_by_township(everyone, data.places))
            chart(
                data,
                ("jobs township", key),
                lambda: jobs_chart(everyone, by_township, by="township", highlight=page.township, scale=large),
            )

        @st.fragment
        def listing() -> None:
            words = st.text_input("查找", placeholder="名称、类型、产业、乡镇、荣誉", key="find_enterprise")
            found = matching(ledger, words, ["name", "kind", "industry_name", "township", "place", "honours"])
            st.html(note(f"{len(found)} 个经营主体和基地,用工多的在前"))
            columns = {
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
            if len(found):
                show(found, columns, has_source=True)
            else:
                notices.empty("没有找到,请换个词。")

        with st.container(key="gm_detail_list"):
            listing()
