"""Enterprises, cooperatives and bases, with the jobs they give.

In: the county and its true figures. Out: `Enterprise`s and their ledger. Jobs are few in most and many in a
handful (the mean says little); each stands inside its own village. The ledger leaves some cells blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from pyproj import Transformer
from shapely.geometry import Point

from demo.chance import dice
from demo.county import NAME, County, Village
from demo.industries import Figures
from demo.land import EPSG
from demo.names import bare
from demo.workbook import SUM, Cell, Column, Row, Sheet

FILE_NAME = "经营主体台账.xlsx"
COUNT = 152

COLUMNS = (
    Column("序号", width=6),
    Column("名称", width=34),
    Column("类型", width=9),
    Column("乡镇", width=11),
    Column("行政村", width=12),
    Column("产业", width=10),
    Column("用工人数\n(人)", "带动就业"),
    Column("其中:建档立卡\n(人)", "带动就业", width=13),
    Column("带动户数\n(户)", "带动就业"),
    Column("上年用工人数\n(人)", "带动就业", width=13),
    Column("经度", "位置", width=12, decimals=6),
    Column("纬度", "位置", width=12, decimals=6),
    Column("荣誉", width=22),
)


@dataclass(frozen=True)
class Branch:
    """What an industry's enterprises are like: how many, how large, and what they call themselves."""

    weight: float
    jobs: float  # median
    spread: float
    grown: str | None  # the figure that says where they stand; None: near the town
    words: tuple[str, ...]
    written: tuple[str, ...]  # as the ledger names the industry, aliases among them


BRANCHES: dict[str, Branch] = {
    "mushroom": Branch(34, 26, 0.95, "mushroom_bags", ("食用菌", "菌业", "香菇"), ("香菇", "香菇", "食用菌")),
    "tea": Branch(30, 22, 0.9, "tea_garden_area", ("茶叶", "茶业", "云雾茶"), ("茶叶", "茶叶", "茶业")),
    "camellia": Branch(9, 18, 0.8, "camellia_area", ("油茶", "山茶油"), ("油茶",)),
    "vegetable": Branch(14, 20, 0.7, "vegetable_area", ("蔬菜", "绿源蔬菜"), ("蔬菜", "设施蔬菜")),
    "pig": Branch(13, 12, 0.7, "pig_sold", ("生态养猪", "牧业"), ("生猪", "生猪", "养猪")),
    "goose": Branch(11, 24, 1.0, "goose_stock", ("白鹅", "鹅业"), ("鹅", "白鹅")),
    "crayfish": Branch(12, 15, 0.8, "crayfish_area", ("稻虾", "水产"), ("小龙虾", "稻虾共养")),
    "timber": Branch(13, 30, 0.8, None, ("木业", "竹木制品"), ("木材加工", "竹木加工")),
    "wicker": Branch(10, 48, 0.9, None, ("柳编工艺品", "柳编"), ("柳编", "柳编工艺")),
    "straw": Branch(6, 62, 0.8, None, ("草绳", "草编制品"), ("稻草绳",)),
}
_BRANDS = (
    "青岚", "绿野", "云岭", "金穗", "华丰", "富民", "天润", "山里红", "兴农", "昌盛", "瑞丰", "绿源", "康源", "鑫旺", "恒信", "丰泽",
    "裕民", "翠屏", "同心", "凯源", "明前", "雾峰", "百草", "众鑫", "联农", "沃土", "福泰", "盛世", "新天地", "晨曦",
)  # fmt: skip


@dataclass(frozen=True)
class Enterprise:
    """One enterprise or base; `written_industry` is the ledger's word for it."""

    name: str
    kind: str  # 企业, 合作社 or 基地
    village: int  # index into County.villages
    industry: str
    written_industry: str
    jobs: int
    jobs_last_year: int | None  # None: not there yet
    poor_jobs: int | None  # None: left blank
    households: int | None
    lon: float | None  # degrees, EPSG:4490; some clerks have not measured it
    lat: float | None
    honours: str
    is_silent: bool = False  # the ledger leaves its jobs blank


def enterprises(county: County, figures: Mapping[str, Figures]) -> list[Enterprise]:
    """All of them, in the order of their places; names are unique."""
    rng, past = dice("enterprises"), dice("jobs last year")
    shares = np.array([branch.weight for branch in BRANCHES.values()])
    industries = rng.choice(list(BRANCHES), size=COUNT, p=shares / shares.sum())
    taken: set[str] = set()
    made = []
    for industry in industries:
        village = _place(county, figures, str(industry), rng)
        made.append(_enterprise(county, village, str(industry), taken, rng, past))
    return sorted(made, key=lambda one: (county.villages[one.village].code, one.name))


def _place(county: County, figures: Mapping[str, Figures], industry: str, rng: np.random.Generator) -> int:
    """Where the industry is; processing near the town, mostly."""
    grown = BRANCHES[industry].grown
    if grown is None:
        weight = np.array(
            [np.exp(-3.0 * v.elevation) * (3.0 if v.terrain == "street" else 1.0) for v in county.villages]
        )
    else:
        weight = figures[grown][:, -1] ** 0.8
    return int(rng.choice(len(weight), p=weight / weight.sum()))


def _enterprise(
    county: County,
    village: int,
    industry: str,
    taken: set[str],
    rng: np.random.Generator,
    past: np.random.Generator,
) -> Enterprise:
    branch, place = BRANCHES[industry], county.villages[village]
    # One in sixteen has grown into something else: the mean says little about the rest.
    leap = rng.uniform(3, 8) if rng.random() < 0.06 else 1.0
    jobs = int(np.clip(round(branch.jobs * leap * rng.lognormal(0, branch.spread)), 4, 870))
    kind = (
        "企业"
        if jobs > 70 or (branch.grown is None and jobs > 15)
        else str(rng.choice(["合作社", "基地", "企业"], p=[0.55, 0.27, 0.18]))
    )
    name = _name(place, kind, branch, taken, rng)
    poor: int | None = round(jobs * float(np.clip(rng.beta(2.2, 4.5), 0, 0.9)))
    households: int | None = round(jobs * float(np.clip(rng.lognormal(0.7, 0.55), 0.5, 7)))
    # Clerks who do not know leave it out.
    poor = poor if rng.random() > 0.04 else None
    households = households if rng.random() > 0.05 else None
    # Jobs for its own people, and no tie to any household; others have not told their jobs.
    if households is not None and jobs < 60 and past.random() < 0.05:
        households = 0
    is_silent = jobs < 60 and bool(past.random() < 0.03)
    lon, lat = _inside(place, rng) if jobs > 60 or rng.random() > 0.07 else (None, None)
    return Enterprise(
        name, kind, village, industry, str(rng.choice(branch.written)), jobs, _jobs_last_year(industry, jobs, past),
        poor, households, lon, lat, _honours(kind, jobs, rng), is_silent,
    )  # fmt: skip


def _jobs_last_year(industry: str, jobs: int, rng: np.random.Generator) -> int | None:
    """Most have grown a little, wicker loses orders, one in fifteen is new, and a few let half their people go."""
    kind = rng.random()
    if kind < 0.065:
        return None
    grown = rng.normal(-0.06 if industry == "wicker" else 0.07, 0.10)
    if kind > 0.96:
        grown = -rng.uniform(0.25, 0.55)
    return max(2, round(jobs / (1 + float(np.clip(grown, -0.6, 0.45)))))


def _name(place: Village, kind: str, branch: Branch, taken: set[str], rng: np.random.Generator) -> str:
    while True:
        brand, word = str(rng.choice(_BRANDS)), str(rng.choice(branch.words))
        if kind == "企业":
            name = f"{NAME}{brand}{word}有限公司"
        elif kind == "合作社":
            name = f"{NAME}{brand}{word}专业合作社"
        else:
            name = f"{bare(place.name)}{word}产业基地"
            if name in taken:
                name = f"{bare(place.name)}{brand}{word}基地"
        if name not in taken:
            taken.add(name)
            return name


def _honours(kind: str, jobs: int, rng: np.random.Generator) -> str:
    if kind == "企业":
        return "省级龙头企业" if jobs > 180 else "市级龙头企业" if jobs > 90 and rng.random() < 0.7 else ""
    if kind == "合作社":
        return str(rng.choice(["省级示范合作社", "市级示范合作社", ""], p=[0.1, 0.25, 0.65]))
    return str(rng.choice(["五星级基地", "四星级基地", "三星级基地", ""], p=[0.15, 0.2, 0.25, 0.4]))


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(EPSG, 4490, always_xy=True)


def _inside(place: Village, rng: np.random.Generator) -> tuple[float, float]:
    """A point within the village, well off its border where there is room, as (lon, lat)."""
    west, south, east, north = place.polygon.bounds
    core = place.polygon.buffer(-120)
    area = place.polygon if core.is_empty else core
    while True:
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if area.contains(Point(x, y)):
            lon, lat = _to_degrees().transform(x, y)
            return round(lon, 6), round(lat, 6)


def _row(county: County, number: int, one: Enterprise) -> Row:
    village = county.villages[one.village]
    township = county.townships[village.township]
    households: Cell = "--" if one.households is None else one.households
    jobs, poor_jobs = (None, None) if one.is_silent else (one.jobs, one.poor_jobs)
    return Row(
        [
            number, one.name, one.kind, township.name, village.name, one.written_industry,
            jobs, poor_jobs, households, one.jobs_last_year, one.lon, one.lat, one.honours or None,
        ]
    )  # fmt: skip


def ledger_sheet(county: County, listed: list[Enterprise]) -> Sheet:
    """The ledger, numbered in the order of its places."""
    rows = [_row(county, number, one) for number, one in enumerate(listed, start=1)]
    rows.append(Row(["合计", *[None] * 5, SUM, SUM, SUM, SUM, None, None, None], kind="total"))
    return Sheet(
        "经营主体",
        f"{NAME}新型农业经营主体和产业基地带动就业台账",
        f"填报单位:{NAME}农业农村局                    截止日期:2026年10月31日",
        COLUMNS,
        rows,
        (
            "说明:1.经纬度采用2000国家大地坐标系;2.带动户数含土地流转、务工、订单收购、入股分红等方式;3.上年用工人数为2025年末数,当年新办的不填。",
            "填表人:                审核人:",
        ),
    )
