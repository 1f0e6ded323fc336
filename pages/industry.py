"""产业覆盖: every industry by place and over time; households by number of industry measures; what places live on."""

import streamlit as st

from ui import all_industries, answers, filters, frame, industries, notices
from ui.chains import chains
from ui.figure_card import figure_card
from ui.figure_source import figure_source
from ui.funnels import funnels
from ui.html import cards, note
from ui.industry_charts import by_place, over_time
from ui.measures import level_chosen, measures
from ui.structure import basis_chosen, structure

ALL, BY_INDUSTRY, MEASURES, STRUCTURE = "全部产业", "按产业看", "措施到户", "结构"
CHAINS, FUNNELS = "产业链", "资金进度"

with frame.page("industry", all_industries.STYLE) as page:
    data, view, settings = page.data, page.view, page.data.settings
    more = ((CHAINS,) if settings.chains else ()) + ((FUNNELS,) if settings.funnels else ())
    parts = (ALL, BY_INDUSTRY, MEASURES, STRUCTURE, *more)
    with filters.bar():
        filters.place(data, view, villages=True)
        industries.lead_to(BY_INDUSTRY)
        part = filters.part("part", "看什么", parts)
        indicator = level = basis = None
        if part == BY_INDUSTRY:
            options = industries.indicators_by_industry(settings)
            first = industries.default_indicator(settings)
            indicator = filters.indicator(data, view, options, default=first)
        elif part == MEASURES:
            level = level_chosen(page)
        elif part == STRUCTURE:
            basis = basis_chosen(page)
        filters.period(data, view)

    if part == ALL:
        all_industries.all_industries(page, BY_INDUSTRY)
    elif part == MEASURES:
        measures(page, level or "township")
    elif part == STRUCTURE:
        structure(page, basis)
    elif part == CHAINS:
        chains(page)
    elif part == FUNNELS:
        funnels(page)
    elif indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    elif answers.of_place(data, indicator, view.place, view.period) is None:
        notices.empty(f"{settings.indicators[indicator].name}还没有报送数据。")
    else:
        compare, run = st.columns([3, 2], gap="medium")
        with compare:
            by_place(page, indicator)
        with run:
            st.html(cards([figure_card(data, indicator, view.place, view.period)], kind="left"))
            figure_source(data, indicator, view.place, view.period)
            over_time(page, indicator)
        with st.container(key="gm_detail_table"):
            industries.figures_table(page, indicator, industries.parts_of(page, indicator))
            st.html(note("排序:最差在前,未报送在最后。不同单位的产业不相加。"))
