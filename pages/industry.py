"""产业覆盖: every industry by place and over time; households by number of industry measures."""

import streamlit as st

from charts.bars import township_bars_chart
from charts.trend import trend_chart
from ui import answers, filters, frame, notices
from ui.draw import chart, scale
from ui.figure_card import figure_card
from ui.html import cards, note
from ui.industries import behind_below, default_indicator, indicators_by_industry, parts_of
from ui.measures import measures
from ui.tables import Shown, show

BY_INDUSTRY, MEASURES = "按产业看", "措施到户"

with frame.page("industry") as page:
    data, view, large = page.data, page.view, scale(page.view.present)
    with filters.bar():
        filters.place(data, view, villages=True)
        part = filters.part("part", "看什么", (BY_INDUSTRY, MEASURES))
        indicator = None
        if part == BY_INDUSTRY:
            default = default_indicator(data.settings)
            indicator = filters.indicator(data, view, indicators_by_industry(data.settings), default=default)
        filters.period(data, view)

    if part == MEASURES:
        measures(page)
    elif indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    elif answers.of_place(data, indicator, view.place, view.period) is None:
        notices.empty(f"{data.settings.indicators[indicator].name}还没有报送数据。")
    else:
        spec = data.settings.indicators[indicator]
        places = parts_of(page, indicator)
        limit = behind_below(page, indicator)
        mark = view.place_or_none()
        st.html(cards([figure_card(data, indicator, view.place, view.period)]))
        compare, run = st.columns([3, 2], gap="medium")
        with compare:
            chart(
                data,
                ("industry bars", indicator, page.township, mark, view.period, large),
                lambda: township_bars_chart(places, spec, highlight=mark, behind_below=limit, scale=large),
            )
        with run:
            series = answers.series(data, indicator, view.place)
            chart(
                data,
                ("industry trend", indicator, view.place, large),
                lambda: trend_chart(series, spec, name=page.place_name, scale=large),
            )
            if spec.measure == "flow":
                chart(
                    data,
                    ("industry sum", indicator, view.place, large),
                    lambda: trend_chart(series, spec, of="cumulative", name=page.place_name, scale=large),
                )
        with st.container(key="gm_detail_table"):
            unit, decimals = spec.unit, spec.decimals
            show(
                places,
                {
                    "name": "村" if page.township else "乡镇",
                    "value": Shown(f"本期({unit})", "number", decimals),
                    "cumulative": Shown(f"累计({unit})", "number", decimals),
                    "target": Shown(f"全年目标({unit})", "number", decimals),
                    "completion": Shown("完成率(%)", "number", 1),
                    "change": Shown(f"较上期({'个百分点' if unit == '%' else unit})", "number", decimals),
                    "year_change_pct": Shown("同比(%)", "number", 1),
                    "reported": Shown("已报单位", "number"),
                    "expected": Shown("应报单位", "number"),
                },
                missing="—",
            )
            st.html(note("排序:最差在前,未报送在最后。不同单位的产业不相加。"))
