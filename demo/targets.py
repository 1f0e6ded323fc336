"""The yearly target table: what the county asked of each township.

In: the county and its true figures. Out: one `Sheet` per year. Targets are set so that townships end October
between about 60 % and 110 % of them, each near its own drive; tea is asked for in 吨 though reports say 公斤.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from demo.chance import dice
from demo.county import NAME, County
from demo.industries import Figures
from demo.months import MONTHS, Month
from demo.workbook import SUM, Cell, Column, Row, Sheet

COLUMNS: dict[str, Column] = {
    "mushroom_bags": Column("在棚规模\n(万袋)", "香菇"),
    "mushroom_output": Column("全年产量\n(吨)", "香菇"),
    "tea_garden_area": Column("茶园面积\n(亩)", "茶叶"),
    "tea_output": Column("全年产量\n(吨)", "茶叶", decimals=1),
    "camellia_area": Column("面积\n(亩)", "油茶"),
    "vegetable_area": Column("面积\n(亩)", "蔬菜"),
    "pig_sold": Column("全年出栏\n(头)", "生猪"),
    "goose_stock": Column("存栏\n(只)", "鹅"),
    "crayfish_area": Column("养殖面积\n(亩)", "小龙虾"),
}
_FLOWS = ("mushroom_output", "tea_output", "pig_sold")
# What a county rounds its targets to.
_STEPS: dict[str, float] = {
    "mushroom_bags": 5,
    "mushroom_output": 50,
    "tea_garden_area": 50,
    "tea_output": 0.5,
    "camellia_area": 50,
    "vegetable_area": 50,
    "pig_sold": 100,
    "goose_stock": 500,
    "crayfish_area": 50,
}


def file_name(year: int) -> str:
    """Where the year's table lies in the raw folder."""
    return f"目标任务/{year}年产业发展目标任务分解表.xlsx"


def target_sheet(county: County, figures: Mapping[str, Figures], year: int) -> Sheet:
    """The year's table, a row per township; a township without the industry has a `/`."""
    asked = {name: _targets(county, name, figures[name], year) for name in COLUMNS}
    rows = []
    for index, township in enumerate(county.townships):
        rows.append(Row([township.name, *(_cell(asked[name][index]) for name in COLUMNS)]))
    rows.append(Row(["合计", *[SUM] * len(COLUMNS)], kind="total"))
    return Sheet(
        "任务分解表",
        f"{NAME}{year}年产业发展目标任务分解表",
        f"制表单位:{NAME}产业发展领导小组办公室",
        (Column("乡镇", width=13), *COLUMNS.values()),
        rows,
        ("注:茶叶产量任务以吨为单位;在棚规模、存栏任务以10月底数据考核。",),
    )


def _targets(county: County, name: str, figures: Figures, year: int) -> Figures:
    """The year's October figure (a flow: January to October) over the completion that fate allots."""
    window = _until_october(name, max(year, 2024))
    reached = np.array(
        [figures[county.villages_of(index)][:, window].sum() for index in range(len(county.townships))]
    )
    if year < 2024:  # nothing was reported yet: a little below the next year
        reached = reached * 0.94
    drive = np.array([township.drive for township in county.townships])
    rng = dice(f"targets/{name}/{year}")
    completion = np.clip(drive * rng.normal(1.0, 0.06, size=len(drive)), 0.55, 1.15)
    if name not in _FLOWS:  # areas and stocks change slowly: nobody is far off
        completion = 1 + (completion - 1) * (0.85 if name == "mushroom_bags" else 0.6)
    unit = 1000 if name == "tea_output" else 1
    step = _STEPS[name]
    targets = np.round(reached / completion / unit / step) * step
    return np.where(reached > 0, np.maximum(targets, step), 0.0)


def _until_october(name: str, year: int) -> slice:
    october = MONTHS.index(Month(year, 10))
    return slice(october - 9 if name in _FLOWS else october, october + 1)


def _cell(target: float) -> Cell:
    if target == 0:
        return "/"
    return int(target) if float(target).is_integer() else round(float(target), 1)
