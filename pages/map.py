"""村级地图: one indicator by village or township, highest and lowest, who is missing."""

from pathlib import Path

import streamlit as st

import ui
from ui import filters, frame, map_panel, map_view, notices, view
from ui.figure_card import figure_card
from ui.figure_source import figure_source
from ui.html import cards
from ui.industries import default_indicator, indicators_by_industry
from ui.map_element import map_element

STYLE = Path(ui.__file__).with_name("map.css")
HEIGHT, WALL_HEIGHT = 750, 860

with frame.page("map") as page:
    data, chosen = page.data, page.view
    st.html(STYLE)

    def pick(code: str) -> None:
        """Choose the clicked place; a second click on it goes back to the whole county."""
        view.choose("place", None if code == chosen.place else code)

    with filters.bar():
        filters.place(data, chosen, villages=True)
        options = indicators_by_industry(data.settings)
        indicator = filters.indicator(data, chosen, options, default=default_indicator(data.settings))
        filters.period(data, chosen)
        choice = map_view.choose(data, indicator, chosen.period) if indicator else None

    shown = map_view.shown(data, indicator, chosen.period, choice) if indicator and choice else None
    if indicator is None:
        notices.empty("配置文件里还没有定义指标。")
    elif data.places["geometry_source"].isna().all():
        notices.empty("还没有村界或县界。请把界线文件放进原始数据文件夹,再运行 prepare.py。")
    elif shown is None:
        name = data.settings.indicators[indicator].name
        notices.empty(f"{name}还没有能画到地图上的数据。请换一个指标或时期,或在“数据质量”页查看谁没有报送。")
    else:
        st.html(map_panel.finding(data, shown, page.township))
        left, right = st.columns([13, 5], gap="medium")
        with left:
            map_element(
                data,
                shown.packed,
                chosen=chosen.place_or_none(),
                key="village_map",
                height=WALL_HEIGHT if chosen.present else HEIGHT,
                on_pick=pick,
            )
        with right:
            st.html(map_panel.legend(shown))
            if chosen.place_or_none():
                st.html(cards([figure_card(data, indicator, chosen.place, chosen.period)]))
                figure_source(data, indicator, chosen.place, chosen.period)
            ends = map_panel.highest_and_lowest(data, shown, page.township)
            if below := ends + map_panel.missing(data, shown, page.township):
                st.html(below)
