"""产业覆盖: every industry by place and over time; households by number of industry measures."""

import streamlit as st

from ui import answers, filters, frame, notices
from ui.figure_card import figure_card
from ui.figure_source import figure_source
from ui.html import cards, note
from ui.industries import default_indicator, figures_table, indicators_by_industry, of_same_industry, parts_of
from ui.industry_charts import by_place, over_time
from ui.measures import measures

BY_INDUSTRY, MEASURES = "按产业看", "措施到户"

with frame.page("industry") as page:
    data, view, settings = page.data, page.view, page.data.settings
    with filters.bar():
        filters.place(data, view, villages=True)
        part = filters.part("part", "看什么", (BY_INDUSTRY, MEASURES))
        indicator = None
        if part == BY_INDUSTRY:
            options = indicators_by_industry(settings)
            indicator = filters.indicator(data, view, options, default=default_indicator(settings))
        filters.period(data, view)

    if part == MEASURES:
        measures(page)
    elif indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    elif answers.of_place(data, indicator, view.place, view.period) is None:
        notices.empty(f"{settings.indicators[indicator].name}还没有报送数据。")
    else:
        compare, run = st.columns([3, 2], gap="medium")
        with compare:
            by_place(page, indicator)
        with run:
            shown = of_same_industry(settings, indicator)
            figures = [figure_card(data, each, view.place, view.period) for each in shown]
            st.html(cards(figures, kind="left"))
            figure_source(data, indicator, view.place, view.period)
            over_time(page, indicator)
        with st.container(key="gm_detail_table"):
            figures_table(page, indicator, parts_of(page, indicator))
            st.html(note("排序:最差在前,未报送在最后。不同单位的产业不相加。"))
