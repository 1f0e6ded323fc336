"""A county small enough to know by heart: 3 townships, 7 villages, 4 months, 4 enterprises, 6 problems.

云溪镇 leads, 石门乡 is behind, 松岭乡 reports late. Figures are chosen so that a test can say why a page
shows what it shows.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from data_loaders.contract import TABLES, conform, empty

COUNTY = "990102000000"
YUNXI, SHIMEN, SONGLING = "990102001000", "990102002000", "990102003000"
AS_OF = date(2026, 11, 15)
PERIODS = ("2026-07", "2026-08", "2026-09", "2026-10")
# The Markdown and the HTML in this name must reach the reader as plain text.
HOSTILE = "坏村![](http://evil.example/x.png)<img src=x onerror=alert(1)>"

VILLAGES = {
    "990102001001": ("云溪村", YUNXI, 120, 30),
    "990102001002": ("上湾村", YUNXI, 90, 20),
    "990102002001": ("石门村", SHIMEN, 100, 40),
    "990102002002": (HOSTILE, SHIMEN, 80, 25),
    "990102002003": ("冷水村", SHIMEN, 60, 15),
    "990102003001": ("松岭村", SONGLING, 110, 35),
    "990102003002": ("长坪村", SONGLING, 70, 20),
}

CONFIG = """
[county]
name = "小河县"
code = "990102"
is_demo = true
as_of = 2026-11-15
source_note = "测试数据"

[paths]
raw = "raw"
prepared = "prepared"

[industries]
mushroom = { name = "香菇", group = "种植" }
tea = { name = "茶叶", group = "种植" }
pig = { name = "生猪", group = "养殖" }

[indicators]
mushroom_bags = { name = "香菇在棚规模", unit = "万袋", measure = "stock", industry = "mushroom", decimals = 1 }
tea_garden_area = { name = "茶园面积", unit = "亩", measure = "stock", industry = "tea" }
pig_sold = { name = "生猪出栏", unit = "头", measure = "flow", industry = "pig" }
poor_households = { name = "建档立卡户", unit = "户", measure = "stock", frequency = "quarter" }
households_measures_0 = { name = "没有产业措施的户", unit = "户", measure = "stock", frequency = "quarter", better = "lower" }
households_measures_1 = { name = "1项产业措施的户", unit = "户", measure = "stock", frequency = "quarter", better = "lower" }
households_measures_2 = { name = "2项产业措施的户", unit = "户", measure = "stock", frequency = "quarter" }
households_measures_3 = { name = "3项及以上产业措施的户", unit = "户", measure = "stock", frequency = "quarter" }

[indicators.measures_coverage]
name = "3项产业措施覆盖率"
unit = "%"
measure = "ratio"
numerator = ["households_measures_3"]
denominator = ["poor_households"]
target = 100
decimals = 1
frequency = "quarter"

[overview]
headline = ["mushroom_bags", "tea_garden_area", "pig_sold", "measures_coverage"]

[ranking]
name = "产业发展综合得分"
parts = [
    { indicator = "mushroom_bags", weight = 0.4 },
    { indicator = "measures_coverage", weight = 0.3 },
    { metric = "closure_rate", weight = 0.3 },
]

[coverage]
households = "poor_households"
measures = ["households_measures_0", "households_measures_1", "households_measures_2", "households_measures_3"]
target = 3

[[sources]]
id = "industry_monthly"
title = "产业发展月报"
kind = "observations"
files = "*.xlsx"
period = { source = "file" }
"""


def source(row: int, file: str = "2026年10月产业月报.xlsx", sheet: str = "种植业") -> dict[str, object]:
    """Where a fact came from."""
    return {"source_id": "industry_monthly", "source_file": file, "source_sheet": sheet, "source_row": row}


def places() -> pd.DataFrame:
    """The register: county, townships, villages."""
    rows: list[dict[str, object]] = [
        {"place_code": COUNTY, "name": "小河县", "level": "county", "parent_code": None}
    ]
    rows += [
        {"place_code": code, "name": name, "level": "township", "parent_code": COUNTY}
        for code, name in ((YUNXI, "云溪镇"), (SHIMEN, "石门乡"), (SONGLING, "松岭乡"))
    ]
    rows += [
        {
            "place_code": code,
            "name": name,
            "level": "village",
            "parent_code": parent,
            "households": households,
            "poor_households": poor,
            "lon": 110.0 + position / 100,
            "lat": 31.0,
        }
        for position, (code, (name, parent, households, poor)) in enumerate(VILLAGES.items())
    ]
    return conform("places", [row | source(number + 2) for number, row in enumerate(rows)])


def observations() -> pd.DataFrame:
    """Monthly figures of every village, 松岭乡 without October, household measures at the quarter's end."""
    rows: list[dict[str, object]] = []

    def add(
        place: str, indicator: str, period: str, value: float | None, target: float | None = None
    ) -> None:
        rows.append(
            {
                "place_code": place,
                "indicator_id": indicator,
                "period": period,
                "value": value,
                "target": target,
            }
            | {"source_cell": "C5"}
            | source(len(rows) + 4)
        )

    for order, (code, (_, parent, _, poor)) in enumerate(VILLAGES.items()):
        for month, period in enumerate(PERIODS):
            late = parent == SONGLING and period == "2026-10"
            add(code, "mushroom_bags", period, None if late else 10.0 + order + month)
            add(code, "tea_garden_area", period, None if late else 400.0 + 10 * order)
            add(code, "pig_sold", period, None if late else 20.0 + order)
        blank = code == "990102002003"
        add(code, "poor_households", "2026-09", poor)
        for number, value in enumerate((poor, 0, 0, 0) if blank else (0, 2, 5, poor - 7)):
            add(code, f"households_measures_{number}", "2026-09", value)
    for place, bags, tea, pigs in ((YUNXI, 28, 820, 400), (SHIMEN, 60, 1500, 500), (SONGLING, 40, 1000, 300)):
        add(place, "mushroom_bags", "2026", None, bags)
        add(place, "tea_garden_area", "2026", None, tea)
        add(place, "pig_sold", "2026", None, pigs)
    return conform("observations", rows)


def enterprises() -> pd.DataFrame:
    """Four enterprises, one with a name that tries to be a formula and an image."""
    rows = [
        ("e1", "云溪香菇合作社", "合作社", "990102001001", "mushroom", 40, 12, 60),
        ("e2", "上湾茶厂", "企业", "990102001002", "tea", 25, 5, 30),
        ("e3", "=cmd![](http://evil.example/y.png)", "企业", "990102002001", "mushroom", 80, 20, 90),
        ("e4", "松岭养殖场", "基地", "990102003001", "pig", None, None, 10),
    ]
    names = [
        "enterprise_id",
        "name",
        "kind",
        "place_code",
        "industry",
        "jobs",
        "poor_jobs",
        "households_carried",
    ]
    return conform(
        "enterprises",
        [
            dict(zip(names, row, strict=True)) | source(number + 4, "经营主体台账.xlsx", "台账")
            for number, row in enumerate(rows)
        ],
    )


def problems() -> pd.DataFrame:
    """Six problems: two closed, one awaiting acceptance, one overdue, one nearly due, one not due for long."""
    rows = [
        ("W001", "省级督查", "档案台账不规范", "990102001001", "2026-08-20", "已销号", "2026-08-18"),
        ("W002", "省级督查", "措施不实", "990102001002", "2026-09-30", "已销号", "2026-09-28"),
        ("W003", "省级督查", "产业薄弱同质化", "990102002001", "2026-10-20", "整改中", None),
        ("W004", "暗访", "利益联结不紧", "990102002003", "2026-11-18", "整改中", None),
        ("W005", "暗访", "档案台账不规范", "990102003001", "2026-11-30", "待验收", None),
        ("W006", "审计", "资金滞后", None, "2027-03-31", "待认领", None),
    ]
    return conform(
        "problems",
        [
            {
                "problem_id": name,
                "source": origin,
                "batch": f"{origin}第1批",
                "found_on": "2026-07-10",
                "category": category,
                "text": f"{name}:{category},请核实",
                "measures": "逐户核对",
                "place_code": place,
                "lead_unit": "县农业农村局",
                "responsible_post": "副局长",
                "due_on": due,
                "claimed_on": None if status == "待认领" else "2026-07-15",
                "done_on": "2026-11-10" if status == "待验收" else closed,
                "closed_on": closed,
                "accepted_on": closed,
                "status": status,
                "reopened_count": 0,
            }
            | source(number + 2, "问题台账.xlsx", "台账")
            for number, (name, origin, category, place, due, status, closed) in enumerate(rows)
        ],
    )


def stops() -> pd.DataFrame:
    """A route of two stops, and one whose every text is hostile."""
    rows = [
        ("第一路线", 1, "990102001001", "e1", "云溪香菇基地", "看棚、看订单、看分红", "09:00"),
        ("第一路线", 2, "990102002003", None, "冷水村", "空白村怎样补上", "10:30"),
        (HOSTILE, 1, "990102002002", None, HOSTILE, HOSTILE, HOSTILE),
    ]
    names = ["route", "order", "place_code", "enterprise_id", "title", "talking_points", "planned_at"]
    return conform(
        "stops",
        [
            dict(zip(names, row, strict=True)) | source(number + 2, "观摩路线.xlsx", "路线")
            for number, row in enumerate(rows)
        ],
    )


def faults() -> pd.DataFrame:
    """A rejected cell and a doubtful one."""
    where = {"file": "2026年10月产业月报.xlsx", "sheet": "种植业"}
    return conform(
        "faults",
        [
            where
            | {
                "severity": "error",
                "kind": "not_a_number",
                "cell": "C17",
                "found": "三百亩",
                "expected": "数字",
                "message": "茶园面积:“三百亩”不是数字。",
                "remedy": "请填写数字(单位:亩)。",
                "place_code": SHIMEN,
            },
            where
            | {
                "severity": "warning",
                "kind": "jump",
                "cell": "D8",
                "found": "9999",
                "expected": "",
                "message": "比上月增加 20 倍。",
                "remedy": "请核对后重报。",
                "place_code": YUNXI,
            },
        ],
    )


def full() -> dict[str, pd.DataFrame]:
    """All tables of the county; those that no page reads are empty."""
    return {name: empty(name) for name in TABLES} | {
        "places": places(),
        "observations": observations(),
        "enterprises": enterprises(),
        "problems": problems(),
        "stops": stops(),
        "faults": faults(),
    }


def only_places() -> dict[str, pd.DataFrame]:
    """The register and nothing else: nobody has reported yet."""
    return {name: empty(name) for name in TABLES} | {"places": places()}
