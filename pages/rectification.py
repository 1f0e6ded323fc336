"""问题整改: what is overdue, who answers for it, and every problem until the last one is struck off."""

import streamlit as st

from ui import answers, filters, frame, notices
from ui.html import cards, note
from ui.problem_cards import problem_cards
from ui.problem_charts import by_column, by_township
from ui.problem_list import problem_list
from wording import date_text

with frame.page("rectification") as page:
    data, view = page.data, page.view
    with filters.bar():
        filters.place(data, view, villages=True)

    found = answers.within(answers.problems(data), view.place, page.level)
    if found.empty:
        notices.empty(f"{page.place_name}没有检查反馈问题。")
    else:
        st.html(cards(problem_cards(found, data.settings.problems), kind="small"))
        where, origin, *more = st.columns([5, 3, 3] if view.present else [3, 2], gap="medium")
        with where:
            by_township(page)
        with origin:
            by_column(page, found, "source", "各来源问题整改到哪一步")
        with more[0] if more else origin:
            by_column(page, found, "category", "哪类问题多、哪类逾期")
        st.html(
            note(
                f"截至{date_text(data.manifest.as_of)}。逾期:过了整改时限还没有报完成;临期:"
                f"{data.settings.problems.nearly_due_days}天内到期;待验收:已报完成、还没有验收销号。"
                "销号率=已销号/发现的问题数。"
            )
        )
        with st.container(key="gm_detail_list"):
            st.subheader("问题清单", anchor=False)
            problem_list(found)
