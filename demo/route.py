"""Two observation routes through the county: where the meeting stops, in which order, and what is said there.

In: the county, its enterprises and its figures. Out: one `Sheet`. Each route takes the strongest enterprises of
its part of the county, a different township at every stop, in the order in which a bus would pass them; every
figure said on the way is the ledgers' own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from demo.county import NAME, County
from demo.enterprises import Enterprise
from demo.industries import Figures
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
    """One route: which industries it shows, on which side of the county, when, and how many stops."""

    name: str
    industries: tuple[str, ...]
    height: tuple[float, float]
    day: str
    stops: int


ROUTES = (
    Route("东线(稻虾、畜禽、加工)", ("crayfish", "goose", "wicker", "vegetable", "pig", "straw", "timber"), (0.0, 0.47), "2026年11月18日", 7),
    Route("西线(香菇、茶叶、油茶)", ("mushroom", "tea", "camellia", "mushroom", "tea", "pig"), (0.38, 1.01), "2026年11月19日", 6),
)  # fmt: skip
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
_TIMES = ("08:30", "09:20", "10:15", "11:10", "14:00", "14:55", "15:50")


def route_sheet(county: County, listed: Sequence[Enterprise], figures: Mapping[str, Figures]) -> Sheet:
    """Both routes, stop by stop."""
    rows: list[Row] = []
    for route in ROUTES:
        for order, enterprise in enumerate(_in_order(_chosen(county, listed, route)), start=1):
            rows.append(Row(_cells(county, figures, route, order, enterprise)))
    return Sheet(
        "观摩路线",
        f"{NAME}2026年第四季度产业发展现场观摩路线",
        "组织单位:县委办公室、县政府办公室、县农业农村局",
        COLUMNS,
        rows,
        ("注:每站停留20分钟,讲解不超过6分钟;讲解内容以讲解要点为准。",),
    )


def _chosen(county: County, listed: Sequence[Enterprise], route: Route) -> list[Enterprise]:
    """For each industry in turn the enterprise with most jobs, in a township not visited yet."""
    chosen: list[Enterprise] = []
    visited: set[int] = set()
    for industry in route.industries[: route.stops]:
        fitting = [
            one
            for one in listed
            if one.industry == industry
            and one.lon is not None
            and one.poor_jobs <= one.jobs
            and route.height[0] <= county.villages[one.village].elevation < route.height[1]
            and county.villages[one.village].township not in visited
        ]
        best = max(fitting, key=lambda one: (one.jobs, one.name))
        chosen.append(best)
        visited.add(county.villages[best.village].township)
    return chosen


def _in_order(chosen: Sequence[Enterprise]) -> list[Enterprise]:
    """From the northernmost stop always on to the nearest."""
    points = {one.name: np.array([(one.lon or 0) * 0.85, one.lat or 0]) for one in chosen}
    left = sorted(chosen, key=lambda one: (-points[one.name][1], one.name))
    ordered = [left.pop(0)]
    while left:
        here = points[ordered[-1].name]
        left.sort(key=lambda one: float(np.hypot(*(points[one.name] - here))))
        ordered.append(left.pop(0))
    return ordered


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
