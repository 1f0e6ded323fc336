"""乡镇排名: the composite and what it is made of, any single indicator, one township's own page."""

import streamlit as st

from charts.bars import township_bars_chart
from charts.ranking import rank_change_chart, ranking_chart
from metrics.ranking import part_names
from ui import answers, filters, frame, notices
from ui.composite import formula, indicator_table, ranking_table, township_cards
from ui.draw import chart, scale
from ui.html import note
from ui.industries import default_indicator, indicators_by_industry
from wording import period_text

COMPOSITE, SINGLE = "综合得分", "单项指标"

with frame.page("ranking") as page:
    data, view, large = page.data, page.view, scale(page.view.present)
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
        if page.township:
            township_cards(data, ranking, page.township)
        key = (page.township, view.period, large)
        table, made_of = st.columns(2, gap="medium")
        with table:
            st.html(ranking_table(data, ranking, page.township))
        with made_of:
            names = part_names(settings)
            chart(
                data,
                ("composite", key),
                lambda: ranking_chart(ranking, names, highlight=page.township, scale=large),
            )
        st.html(note(formula(settings)))
    elif indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    else:
        spec = settings.indicators[indicator]
        ranking = answers.ranked(data, indicator, view.period)
        if ranking.empty:
            notices.empty(f"{spec.name}还没有报送数据。")
        else:
            key = (indicator, page.township, view.period, large)
            table, moves = st.columns(2, gap="medium")
            with table:
                st.html(indicator_table(spec, ranking, page.township))
            with moves:
                chart(
                    data,
                    ("moves", key),
                    lambda: rank_change_chart(ranking, highlight=page.township, scale=large),
                )
            st.html(note(f"{period_text(str(ranking['period'].iloc[0]))};并列的名次相同,未报送的不排名。"))
