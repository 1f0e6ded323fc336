"""Two observation routes through the county: where the meeting stops, in which order, and what is said there.

In: the county, its enterprises and its figures. Out: one `Sheet`. Each route takes the strongest enterprises of
its part of the county, a different township at every stop, in the order in which a bus would pass them; every
figure said on the way is the ledgers' own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from demo.county import NAME, County
from demo.enterprises import Enterprise
from demo.industries import Figures
from demo.monthly import Reports
from demo.months import MONTHS
from demo.workbook import Cell, Column, Row, Sheet

FILE_NAME = "观摩路线.xlsx"
COLUMNS = (
    Column("路线", width=20),
    Column("站序", width=6),
    Column("观摩点", width=30),
    Column("乡镇", width=11),
    Column("行政村", width=12),
    Column("经营主体", width=32),
    Column("计划时间", width=18),
    Column("讲解要点", width=70),
    Column("照片", width=10),
    Column("经度", width=12, decimals=6),
    Column("纬度", width=12, decimals=6),
)


@dataclass(frozen=True)
class Route:
    """One route: which industries it shows, in which part of the county (degrees east), when."""

    name: str
    industries: tuple[str, ...]
    between: tuple[float, float]
    day: str


ROUTES = (
    Route(
        "东线(稻虾、畜禽、加工)",
        ("crayfish", "goose", "wicker", "vegetable", "pig", "straw", "timber"),
        (114.49, 115.0),
        "2026年11月18日",
    ),
    Route(
        "西线(香菇、茶叶、油茶)",
        ("mushroom", "tea", "camellia", "mushroom", "tea"),
        (114.0, 114.53),
        "2026年11月19日",
    ),
)
_SIGHTS: dict[str, tuple[str, str, str]] = {  # title, what to look at, what it teaches
    "mushroom": (
        "香菇标准化出菇基地",
        "智能控温出菇棚和菌袋集中生产",
        "统一制袋、分户出菇、统一销售,让农户只管最省心的一段",
    ),
    "tea": ("高山生态茶园", "老茶园改造和机采示范", "春茶抢早、夏秋茶提量,改变“一季茶吃一年”"),
    "camellia": ("油茶低产林改造示范片", "低产林改造前后对比", "先改造见效再连片推广,奖补按亩分三年兑现"),
    "vegetable": ("设施蔬菜直供基地", "育苗中心和冷链分拣线", "订单种植对接城区配送,价格有保底"),
    "pig": ("生态养殖场", "粪污资源化利用和就近还田", "种养循环,粪污不出村,果茶园减肥三成"),
    "goose": ("白鹅养殖加工园", "孵化、养殖、加工一条线", "加工能力大于鹅苗供应,下一步重点补孵化短板"),
    "crayfish": ("稻虾共养示范区", "灾后重建的田间工程", "一田双收,水毁田块当年恢复、当年投苗"),
    "timber": ("竹木加工产业园", "小作坊集中入园和粉尘治理", "入园抱团,统一环保、统一用工培训"),
    "wicker": ("柳编工艺车间", "家门口的就业车间和居家编织点", "计件取酬、时间自由,留守妇女也能挣工资"),
    "straw": ("稻草绳加工车间", "秸秆离田和草绳生产线", "秸秆变废为宝,老人也能上岗"),
}
_TOWN = (114.58, 31.87)  # where the bus starts, degrees
_TIMES = ("08:30", "09:20", "10:15", "11:10", "14:00", "14:55", "15:50")


def route_sheet(reports: Reports, listed: Sequence[Enterprise]) -> Sheet:
    """Both routes, stop by stop; the last stop of the last one is a village, not an enterprise."""
    county, figures = reports.county, reports.figures
    shown = [one for one in listed if _can_be_shown(reports, one)]
    rows: list[Row] = []
    for route in ROUTES:
        stops = _in_order(_chosen(county, shown, route))
        rows.extend(Row(_cells(county, figures, route, n, one)) for n, one in enumerate(stops, start=1))
    rows.append(Row(_village_stop(reports, ROUTES[-1], len(stops) + 1, stops[-1])))
    return Sheet(
        "观摩路线",
        f"{NAME}2026年第四季度产业发展现场观摩路线",
        "组织单位:县委办公室、县政府办公室、县农业农村局",
        COLUMNS,
        rows,
        ("注:每站停留20分钟,讲解不超过6分钟;讲解内容以讲解要点为准。",),
    )


def _can_be_shown(reports: Reports, one: Enterprise) -> bool:
    """Nobody takes guests where a figure is missing."""
    has_figures = one.poor_jobs is not None and one.households is not None and one.lon is not None
    return has_figures and reports.has_reported(one.village, len(MONTHS) - 1)


def _chosen(county: County, listed: Sequence[Enterprise], route: Route) -> list[Enterprise]:
    """For each industry in turn the enterprise with most jobs, in a township not visited yet."""
    chosen: list[Enterprise] = []
    visited: set[int] = set()
    for industry in route.industries:
        fitting = [
            one
            for one in listed
            if one.industry == industry
            and route.between[0] < (one.lon or 0) < route.between[1]
            and county.villages[one.village].township not in visited
        ]
        best = max(fitting, key=lambda one: (one.jobs, one.name))
        chosen.append(best)
        visited.add(county.villages[best.village].township)
    return chosen


def _in_order(chosen: Sequence[Enterprise]) -> list[Enterprise]:
    """The shortest way from the town through all of them."""
    places = [_TOWN, *(((one.lon or 0.0), (one.lat or 0.0)) for one in chosen)]
    # A degree of longitude is shorter than one of latitude, here by 0.85.
    gaps = [[float(np.hypot((a[0] - b[0]) * 0.85, a[1] - b[1])) for b in places] for a in places]

    def length(order: tuple[int, ...]) -> float:
        return sum(gaps[a][b] for a, b in pairwise((0, *order)))

    best = min((length(order), order) for order in permutations(range(1, len(places))))
    return [chosen[index - 1] for index in best[1]]


def _village_stop(reports: Reports, route: Route, order: int, after: Enterprise) -> list[Cell]:
    """The village with most mushrooms in the township of the stop before."""
    county = reports.county
    township = county.villages[after.village].township
    bags = reports.figures["mushroom_bags"][:, -1]
    there = [
        member for member in county.villages_of(township) if reports.has_reported(member, len(MONTHS) - 1)
    ]
    index = max(there, key=lambda member: float(bags[member]))
    village = county.villages[index]
    return [
        route.name,
        order,
        f"{village.name}产业到户示范点",
        county.townships[township].name,
        village.name,
        None,
        f"{route.day} {_TIMES[order - 1]}",
        f"看点:户户有产业、村村有基地。数字:全村在棚{bags[index]:.1f}万袋,建档立卡户{village.poor_households}户。"
        "启示:平均数不能代替每一户,逐户对账补措施。",
        None,
        None,
        None,
    ]


def _cells(
    county: County, figures: Mapping[str, Figures], route: Route, order: int, enterprise: Enterprise
) -> list[Cell]:
    village = county.villages[enterprise.village]
    sight, look, lesson = _SIGHTS[enterprise.industry]
    said = "".join(
        (
            f"看点:{look}。数字:用工{enterprise.jobs}人,其中建档立卡{enterprise.poor_jobs}人,带动{enterprise.households}户",
            _village_figure(figures, enterprise),
            f"。启示:{lesson}。",
        )
    )
    return [
        route.name,
        order,
        f"{village.name}{sight}",
        county.townships[village.township].name,
        village.name,
        enterprise.name,
        f"{route.day} {_TIMES[order - 1]}",
        said,
        None,
        # Most stops leave their position to the enterprise ledger.
        enterprise.lon if order % 3 == 1 else None,
        enterprise.lat if order % 3 == 1 else None,
    ]


def _village_figure(figures: Mapping[str, Figures], enterprise: Enterprise) -> str:
    shown = {
        "mushroom": ("mushroom_bags", "全村在棚{:.1f}万袋"),
        "tea": ("tea_garden_area", "全村茶园{:.0f}亩"),
        "camellia": ("camellia_area", "全村油茶{:.0f}亩"),
        "crayfish": ("crayfish_area", "全村养殖面积{:.0f}亩"),
        "goose": ("goose_stock", "全村存栏{:.0f}只"),
    }
    if enterprise.industry not in shown:
        return ""
    name, text = shown[enterprise.industry]
    return "," + text.format(float(figures[name][enterprise.village, -1]))
