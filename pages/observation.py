"""现场观摩: the route of a day, and its stops one by one."""

from access.people import Action
from ui import filters, frame, notices, rights, stops
from ui.agendas import STOP_PART
from ui.route_overview import overview
from ui.scoring import PART as SCORING
from ui.scoring import STYLE as SCORING_STYLE
from ui.scoring import round_chooser, scoring
from ui.stop_card import stop_card, stop_chooser, styles

PARTS: dict[str, Action | None] = {"路线": None, STOP_PART: None, SCORING: "chair"}

with frame.page("observation", *styles(), SCORING_STYLE) as page:
    data, view = page.data, page.view
    routes = stops.routes(data)
    parts = rights.open_parts("part", PARTS)
    with filters.bar():
        part = filters.part("part", "看什么", parts)
        route = filters.one_of("route", "路线", routes) if len(routes) > 1 else next(iter(routes), None)
        if part == "路线":
            filters.place(data, view)
        elif part == STOP_PART and route is not None:
            stop_chooser(page, route)
        elif part == SCORING and route is not None:
            round_chooser(route)

    if route is None:
        notices.empty("还没有观摩路线。请把观摩路线台账放进原始数据文件夹,再运行 prepare.py。")
    elif part == "路线":
        overview(page, route)
    elif part == STOP_PART:
        stop_card(page, route)
    elif part == SCORING:
        scoring(page, route)
