"""现场观摩: the stops of each route in order, with the few figures that matter there."""

import streamlit as st

from ui import answers, filters, frame, notices
from ui.html import note
from ui.stops import stop_cards
from wording import period_text

with frame.page("observation") as page:
    data, view = page.data, page.view
    routes = tuple(data.stops["route"].dropna().unique())  # in the ledger's order
    with filters.bar():
        filters.place(data, view)
        route = filters.one_of("route", "路线", routes) if len(routes) > 1 else next(iter(routes), None)

    if route is None:
        notices.empty("还没有观摩路线。请把观摩路线台账放进原始数据文件夹,再运行 prepare.py。")
    else:
        mine = data.stops[data.stops["route"] == route].sort_values("order")
        here = answers.within(mine, view.place, page.level)
        st.html(
            note(
                f"{route}:共{len(mine)}个观摩点"
                + (f",其中{page.place_name}{len(here)}个" if page.township else "")
            )
        )
        st.html(stop_cards(data, mine, view.period, page.township))
        when = period_text(view.period) if view.period else "最近一期"
        st.html(note(f"产业数字为观摩点所在村{when}的报送数,按月报送的产量为今年累计;未报送的照实写明。"))
