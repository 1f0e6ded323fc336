"""问题整改: from the inspection's opinion until the problem is struck off and stays struck off."""

import streamlit as st

from ui import answers, filters, frame, notices
from ui.html import cards
from ui.problem_cards import problem_cards
from ui.problem_charts import by_column, by_township
from ui.problem_list import problem_list

PARTS = ("总体", "清单")

with frame.page("rectification") as page:
    data, view = page.data, page.view
    with filters.bar():
        filters.place(data, view, villages=True)
        part = filters.part("part", "看什么", PARTS)

    found = answers.within(answers.problems(data), view.place, page.level)
    if found.empty:
        notices.empty(f"{page.place_name}没有检查反馈问题。")
    elif part == "总体":
        st.html(cards(problem_cards(found, data.settings.problems), kind="small"))
        where, origin, *more = st.columns([5, 3, 3] if view.present else [3, 2], gap="medium")
        with where:
            by_township(page)
        with origin:
            by_column(page, found, "source", "各来源问题整改到哪一步")
        with more[0] if more else origin:
            by_column(page, found, "category", "哪类问题多、哪类逾期")
    elif part == "清单":
        problem_list(found)
