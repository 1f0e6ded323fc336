"""What the villages' collectives earn: a quarterly report per village, a workbook per year with a sheet per quarter.

In: the county. Out: `Sheet`s of 村集体经营性收入 in 万元, the quarter's own and not added up. Rents and dividends are paid
towards the end of the year; a neighbourhood of the town has shops to let; a township with drive grows faster.
Nothing is wrong in it, and every village reports.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from demo.chance import dice
from demo.county import NAME, County
from demo.industries import Figures
from demo.months import QUARTER_ENDS, Month
from demo.workbook import SUM, Cell, Column, Row, Sheet

QUARTERS = tuple(quarter for quarter in QUARTER_ENDS if quarter.year >= 2024)  # the report began then
YEARS = tuple(sorted({quarter.year for quarter in QUARTERS}))
COLUMNS = (
    Column("乡镇", width=11),
    Column("行政村", width=13),
    Column("本季度经营性收入\n(万元)", "村集体经济", width=18, decimals=1),
)
NOTE = "注:1.经营性收入包括资产出租、入股分红、服务收入,不含财政补助;2.按本季度实际到账数填报,不累计。"

_USUAL = 24.0  # 万元 a year of a village in the plain, at the end
_SEASON = (0.17, 0.22, 0.24, 0.37)
_RICHER = {"street": 2.2, "plain": 1.0, "hill": 0.85, "mountain": 0.7}


def file_name(year: int) -> str:
    """Where the year's report lies in the raw folder."""
    return f"村集体经济/{year}年村集体经营性收入季报.xlsx"


def income_sheets(county: County, year: int) -> list[Sheet]:
    """A sheet per quarter of the year."""
    return [_sheet(county, quarter) for quarter in QUARTERS if quarter.year == year]


@lru_cache(maxsize=1)
def income(county: County) -> Figures:
    """万元 per village and quarter of QUARTERS."""
    rng = dice("income")
    villages = county.villages
    drive = np.array([county.townships[village.township].drive for village in villages])
    size = np.array([_RICHER[village.terrain] * (1.6 if village.is_urban else 1) for village in villages])
    size = _USUAL * size * np.clip(rng.lognormal(0, 0.45, size=len(size)), 0.3, 3.5)
    years = np.array([quarter.year + quarter.month / 12 for quarter in QUARTERS])
    growth = 1.08 + 0.12 * (drive - 0.86) + rng.normal(0, 0.02, size=len(drive))
    season = np.array([_SEASON[quarter.month // 3 - 1] for quarter in QUARTERS])
    noise = np.exp(rng.normal(0, 0.06, size=(len(size), len(QUARTERS))))
    path: Figures = size[:, None] * growth[:, None] ** (years - years[-1]) * season * noise
    return np.maximum(np.round(path, 1), 0.1)


def _sheet(county: County, quarter: Month) -> Sheet:
    figures = income(county)[:, QUARTERS.index(quarter)]
    rows: list[Row] = []
    for index, township in enumerate(county.townships):
        for village in county.villages_of(index):
            cells: list[Cell] = [township.name, county.villages[village].name, float(figures[village])]
            rows.append(Row(cells))
        rows.append(Row([township.name, "小计", SUM], kind="subtotal"))
    rows.append(Row(["合计", None, SUM], kind="total"))
    return Sheet(
        f"{'一二三四'[quarter.month // 3 - 1]}季度",
        f"{NAME}村集体经营性收入季报表({quarter.year}年{quarter.month - 2}—{quarter.month}月)",
        f"填报单位:{NAME}农业农村局",
        COLUMNS,
        rows,
        (NOTE,),
        merge_first=True,
    )
