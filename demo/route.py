"""Two observation routes through the county: where the meeting stops, in which order, and what is said there.

In: the county, its enterprises and its figures. Out: one `Sheet`. Each route takes the strongest enterprises of
its part of the county, a different township at every stop, in the order in which a bus would pass them; every
figure said on the way is the ledgers' own. Two things are as they are in a real plan: the western route allows 30 min
for the 20 km between its third stop and its fourth (赶不上, everything else can be kept at 35 km/h), and the picture of
one stop was never handed in.
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
    Column("停留分钟", width=8),
    Column("看点", width=36),
    Column("讲解要点", width=70),
    Column("照片", width=44),
    Column("经度", width=12, decimals=6),
    Column("纬度", width=12, decimals=6),
)


@dataclass(frozen=True)
class Route:
    """One route: which industries it shows, in which part of the county (degrees east), when, and for how long.

    A stop whose minutes are None is one for which the plan does not say.
    """

    name: str
    industries: tuple[str, ...]
    between: tuple[float, float]
    day: str
    times: tuple[str, ...]
    minutes: tuple[int | None, ...]


ROUTES = (
    Route(
        "东线(稻虾、畜禽、加工)",
        ("crayfish", "goose", "wicker", "vegetable", "pig", "straw", "timber"),
        (114.49, 115.0),
        "2026年11月18日",
        ("08:30", "09:20", "10:15", "11:10", "14:00", "14:55", "15:50"),
        (20, 20, 20, 30, 20, 20, 20),  # the longest before noon
    ),
    Route(
        "西线(香菇、茶叶、油茶)",
        ("mushroom", "tea", "camellia", "mushroom", "tea"),
        (114.0, 114.53),
        "2026年11月19日",
        ("08:30", "09:40", "10:40", "11:30", "14:00", "14:55"),  # 赶不上: the fourth
        (20, 20, 20, 20, None, 20),
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
    "village": ("产业到户示范点", "户户有产业、村村有基地", "平均数不能代替每一户,逐户对账补措施"),
}
_TOWN = (114.58, 31.87)  # where the bus starts, degrees
_TWICE = ("mushroom", "tea", "goose", "crayfish")
_NEVER_HANDED_IN = ("straw",)


@dataclass(frozen=True)
class Stop:
    """One stop: at an enterprise, or (None) at a village."""

    route: Route
    order: int
    village: int
    enterprise: Enterprise | None

    @property
    def kind(self) -> str:
        """What there is to see: an industry, or `village`."""
        return self.enterprise.industry if self.enterprise else "village"


def stops(reports: Reports, listed: Sequence[Enterprise]) -> list[Stop]:
    """Both routes, stop by stop; the last stop of the last one is a village, not an enterprise."""
    shown = [one for one in listed if _can_be_shown(reports, one)]
    found: list[Stop] = []
    for route in ROUTES:
        there = _in_order(_chosen(reports.county, shown, route))
        found += [Stop(route, order, one.village, one) for order, one in enumerate(there, start=1)]
    last = found[-1]
    return [*found, Stop(last.route, last.order + 1, _village_after(reports, last), None)]


def photo_names(county: County, stop: Stop) -> tuple[str, ...]:
    """The pictures that the plan names for the stop: two where there is most to see."""
    side, village = stop.route.name[0], county.villages[stop.village].name
    stem = f"{side}{stop.order}-{village}{_SIGHTS[stop.kind][0]}"
    return tuple(f"{stem}{number}.jpg" for number in range(1, 2 + (stop.kind in _TWICE)))


def never_handed_in(stop: Stop) -> bool:
    """Whether the picture that the plan names is in nobody's folder."""
    return stop.kind in _NEVER_HANDED_IN


def route_sheet(reports: Reports, planned: Sequence[Stop]) -> Sheet:
    """The plan as the county's offices send it out."""
    return Sheet(
        "观摩路线",
        f"{NAME}2026年第四季度产业发展现场观摩路线",
        "组织单位:县委办公室、县政府办公室、县农业农村局",
        COLUMNS,
        [Row(_cells(reports, stop)) for stop in planned],
        ("注:讲解不超过6分钟;讲解内容以讲解要点为准。",),
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


def _village_after(reports: Reports, last: Stop) -> int:
    """The village with most mushrooms in the township of the stop before."""
    county = reports.county
    there = [
        member
        for member in county.villages_of(county.villages[last.village].township)
        if reports.has_reported(member, len(MONTHS) - 1)
    ]
    return max(there, key=lambda member: float(reports.figures["mushroom_bags"][member, -1]))


def _cells(reports: Reports, stop: Stop) -> list[Cell]:
    county, route, enterprise = reports.county, stop.route, stop.enterprise
    village = county.villages[stop.village]
    sight, look, lesson = _SIGHTS[stop.kind]
    # Most stops leave their position to the enterprise ledger.
    has_position = enterprise is not None and stop.order % 3 == 1
    return [
        route.name,
        stop.order,
        f"{village.name}{sight}",
        county.townships[village.township].name,
        village.name,
        enterprise.name if enterprise else None,
        f"{route.day} {route.times[stop.order - 1]}",
        route.minutes[stop.order - 1],
        look,
        f"{_said(reports, stop)}启示:{lesson}。",
        "、".join(photo_names(county, stop)),
        enterprise.lon if enterprise and has_position else None,
        enterprise.lat if enterprise and has_position else None,
    ]


def _said(reports: Reports, stop: Stop) -> str:
    """The figures of the talking points."""
    one = stop.enterprise
    if one is None:
        bags = reports.figures["mushroom_bags"][stop.village, -1]
        poor = reports.county.villages[stop.village].poor_households
        return f"数字:全村在棚{bags:.1f}万袋,建档立卡户{poor}户。"
    people = f"用工{one.jobs}人,其中建档立卡{one.poor_jobs}人,带动{one.households}户"
    return f"数字:{people}{_village_figure(reports.figures, one)}。"


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
