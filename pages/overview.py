"""总览: what needs a decision, what has changed since the last meeting, and where the county stands."""

from pathlib import Path

import streamlit as st

from ui import answers, decisions, filters, frame, limits, notices, since_meeting
from ui.composite import last_places
from ui.figure_card import figure_cards
from ui.figure_source import figures_source
from ui.html import cards, note
from ui.place_standing import place_standing
from ui.problem_cards import problem_cards

STYLE = Path(frame.__file__).with_name("overview.css")


def problems_now(page: frame.Page) -> None:
    """The figures of the rectification that a decision needs."""
    found = answers.within(answers.problems(page.data), page.view.place, page.level)
    if len(found):
        st.html(cards(problem_cards(found, page.data.settings.problems), kind="small"))
    else:
        notices.empty("没有检查反馈问题。")


with frame.page("overview", since_meeting.STYLE, STYLE) as page:
    data, view = page.data, page.view
    headline = limits.shown_indicators(data, data.settings.overview.headline)
    with filters.bar():
        filters.place(data, view, villages=True)
        filters.period(data, view)
        figures_source(data, headline, view.place, view.period)

    with st.container(key="gm_headline"):
        if headline:
            st.html(figure_cards(data, headline, view.place, view.period, is_brief=view.present))
        else:
            notices.empty("配置文件里还没有指定首页指标(overview.headline)。")

    with st.container(key="gm_news"):
        decide, changed = st.columns(2, gap="medium")
        with decide:
            decisions.decisions(page)
        with changed:
            since_meeting.since_meeting(page)

    with st.container(key="gm_standing"):
        if view.present:  # last places have a page of their own, which the wall comes by
            problems_now(page)
        else:
            problems, last = st.columns(2, gap="medium")
            with problems:
                st.subheader("问题整改", anchor=False)
                problems_now(page)
            with last:
                if page.level == "county" and limits.has_ranking(data):
                    last_places(data, view)
                elif page.level == "county":
                    notices.empty("乡镇排名不公开。")
                else:
                    place_standing(page)
    if not view.present:
        st.html(note(since_meeting.explained(data)))
