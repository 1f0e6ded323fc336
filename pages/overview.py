"""总览: where the county stands, and what needs a decision."""

import streamlit as st

from ui import answers, decisions, filters, frame, notices
from ui.composite import last_places
from ui.figure_card import figure_card
from ui.figure_source import figures_source
from ui.html import cards, note
from ui.problem_cards import problem_cards

with frame.page("overview") as page:
    data, view = page.data, page.view
    with filters.bar():
        filters.place(data, view, villages=True)
        filters.period(data, view)

    headline = data.settings.overview.headline
    if headline:
        st.html(cards(figure_card(data, indicator, view.place, view.period) for indicator in headline))
        figures_source(data, headline, view.place, view.period)
    else:
        notices.empty("配置文件里还没有指定首页指标(overview.headline)。")

    decide, problems = st.columns([3, 2], gap="medium")
    with decide:
        st.subheader("需要拍板的事项", anchor=False)
        if page.township is None:
            items = answers.urgent(data, view.period)
        else:
            items = [
                item for item in answers.urgent(data, view.period, 1000) if item.place_code == page.township
            ]
        if items:
            decisions.listing(items[: 9 if view.present else 12], view)
        else:
            notices.empty("没有查到要拍板的事项(逾期问题、漏报的台账、明显落后的乡镇、空白村)。")
    with problems:
        st.subheader("问题整改", anchor=False)
        found = answers.within(answers.problems(data), view.place, page.level)
        if len(found):
            st.html(cards(problem_cards(found, data.settings.problems, short=True), kind="small"))
        else:
            notices.empty("没有检查反馈问题。")
        last_places(data, view)
    if not view.present:
        st.html(note("逾期按数据截止日计算;完成率=累计完成/全年目标;较上月、同比只比两期都报了的单位。"))
