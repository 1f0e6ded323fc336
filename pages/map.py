"""村级地图: one indicator by village or township, what lies over it, and the chosen village's card."""

from functools import partial
from pathlib import Path

import streamlit as st

import ui
from ui import (
    filters,
    find_place,
    frame,
    map_choice,
    map_overlays,
    map_panel,
    map_tools,
    notices,
    presentation,
    village_card,
)
from ui.breadcrumb import breadcrumb
from ui.industries import default_indicator, indicators_by_industry
from ui.map_element import map_element
from ui.selection_result import show_selection

STYLE = Path(ui.__file__).with_name("map.css")
HEIGHT = 750  # where the page's style does not say otherwise


def the_map(page: frame.Page) -> None:
    """The choosers, the map, and what stands beside and below it."""
    data, chosen = page.data, page.view
    breadcrumb(data, chosen)
    with filters.bar():
        find_place.find_place(data, chosen)
        filters.place(data, chosen, villages=True)
        options = indicators_by_industry(data.settings)
        indicator = filters.indicator(data, chosen, options, default=default_indicator(data.settings))
        filters.period(data, chosen)
    if indicator is None:
        return notices.empty("配置文件里还没有定义指标。")
    if data.places["geometry_source"].isna().all():
        return notices.empty("还没有村界或县界。请把界线文件放进原始数据文件夹,再运行 prepare.py。")
    found = map_tools.tools(page, indicator)
    if found is None:
        return map_panel.nothing(data, indicator)
    shown = found.shown
    st.html(map_panel.finding(data, shown, page.township))
    left, right = st.columns([13, 5], gap="medium")
    with left, st.container(key="gm_map"):
        map_element(
            data,
            map_tools.packed_views(page, found),
            chosen=chosen.place_or_none(),
            key="village_map",
            height=HEIGHT,
            on_pick=partial(map_choice.picked, chosen, shown.choice),
            is_on_wall=chosen.present,
            is_dark=presentation.theme(chosen) == "dark",
        )
    with right, st.container(key="gm_map_side"):
        st.html(map_panel.legend(shown) + map_overlays.notes(data, chosen, found.overlays, found.selected))
        village_card.card_button(data, chosen)
        village_card.village_card(data, chosen)
        map_panel.rest(data, shown, page.township, chosen, has_overlays=bool(found.overlays))
    if found.selection:
        show_selection(data, found.selection)
    return None


with frame.page("map", STYLE, map_overlays.STYLE, village_card.STYLE, find_place.STYLE) as page:
    if village_card.is_big(page.data, page.view):
        village_card.card_button(page.data, page.view)
        village_card.village_card(page.data, page.view, big=True)
    else:
        the_map(page)
