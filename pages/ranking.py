"""乡镇排名: the composite and what it is made of, any single indicator, one township's own page."""

import streamlit as st

from charts.ranking import rank_change_chart, ranking_chart
from metrics.ranking import part_names
from ui import answers, filters, frame, notices
from ui.composite import formula, indicator_table, ranking_table, township_cards, unranked
from ui.draw import chart
from ui.figure_source import figures_source
from ui.html import note
from ui.industries import default_indicator, indicators_by_industry
from wording import period_text

COMPOSITE, SINGLE = "综合得分", "单项指标"

with frame.page("ranking") as page:
    data, view = page.data, page.view
    settings = data.settings
    with filters.bar():
        filters.place(data, view)
        has_composite = bool(settings.ranking.parts)
        start = SINGLE if view.indicator or not has_composite else COMPOSITE
        options = (COMPOSITE, SINGLE) if has_composite else (SINGLE,)
        by = filters.part("by", "按什么排", options, default=start)
        indicator = None
        if by == SINGLE:
            default = default_indicator(settings)
            indicator = filters.indicator(data, view, indicators_by_industry(settings), default=default)
        filters.period(data, view)

    if by == COMPOSITE:
        ranking = answers.composite(data, view.period)
        first, made_of = st.columns([2, 3] if view.present else 2, gap="medium")
        with first:
            if page.township:
                township_cards(page, ranking)
            else:
                st.html(ranking_table(data, ranking, None))
        with made_of:
            chart(
                page,
                ("composite", page.township, view.period),
                lambda: ranking_chart(ranking, part_names(settings), highlight=page.township),
            )
        st.html(note(formula(settings) + unranked(ranking)))
        ranked = [part.indicator for part in settings.ranking.parts if part.indicator]
        figures_source(data, ranked, view.place, view.period)
        if page.township:
            with st.container(key="gm_detail_table"):
                st.html(ranking_table(data, ranking, page.township))
    elif indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    elif (single := answers.ranked(data, indicator, view.period)).empty:
        notices.empty(f"{settings.indicators[indicator].name}还没有报送数据。")
    else:
        table, moves = st.columns([2, 3] if view.present else 2, gap="medium")
        table.html(indicator_table(settings.indicators[indicator], single, page.township))
        with moves:
            chart(
                page,
                ("moves", indicator, page.township, view.period),
                lambda: rank_change_chart(single, highlight=page.township),
            )
        st.html(note(f"{period_text(str(single['period'].iloc[0]))};并列的名次相同,未报送的不排名。"))
        figures_source(data, [indicator], view.place, view.period)
