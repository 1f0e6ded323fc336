"""Registered poor households by number of industry measures, per village and quarter.

In: the county. Out: one `Sheet` per quarter. The county's mean climbs from about 2.1 to 2.7 measures while
some villages stay at nothing and some are done: the mean hides both, which is the point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demo.chance import dice
from demo.county import NAME, County
from demo.months import QUARTER_ENDS, Month
from demo.workbook import SUM, Cell, Column, Row, Sheet

COLUMNS = (
    Column("乡镇", width=11),
    Column("行政村", width=13),
    Column("建档立卡户\n总数(户)", width=12),
    Column("0项\n(户)", "按产业措施项数分"),
    Column("1项\n(户)", "按产业措施项数分"),
    Column("2项\n(户)", "按产业措施项数分"),
    Column("3项及以上\n(户)", "按产业措施项数分", width=12),
)
# How far each quarter is on the way from nothing (0) to every household at three or more (1).
_REACHED = (0.40, 0.44, 0.49, 0.55, 0.60, 0.63, 0.68, 0.72, 0.75, 0.78, 0.81, 0.84)

Counts = NDArray[np.int_]


def file_name(quarter: Month) -> str:
    """Where the quarter's ledger lies in the raw folder."""
    return f"措施到户/产业措施到户台账({quarter.year}年{'一二三四'[quarter.month // 3 - 1]}季度).xlsx"


def household_sheets(county: County) -> list[Sheet]:
    """A sheet per quarter, in the order of QUARTER_ENDS."""
    poor = np.array([village.poor_households for village in county.villages])
    readiness = _readiness(county)
    blank_until = _blank_until(county)
    sheets = []
    for index, quarter in enumerate(QUARTER_ENDS):
        counts = _counts(poor, readiness, _REACHED[index], quarter)
        nothing = blank_until > index
        counts[nothing] = 0
        counts[nothing, 0] = poor[nothing]
        sheets.append(_sheet(county, quarter, counts))
    return sheets


def _readiness(county: County) -> NDArray[np.float64]:
    """How far ahead of the county each village is; the drive of its township tells most of it."""
    drive = np.array([county.townships[v.township].drive for v in county.villages])
    return 1.9 * (drive - 0.84) + dice("households/readiness").normal(0, 0.42, size=len(drive))


def _blank_until(county: County) -> Counts:
    """Villages without a single measure, and the quarter in which that ends (some: never)."""
    rng = dice("households/blank")
    drive = np.array([county.townships[v.township].drive for v in county.villages])
    rural = np.array([v.terrain != "street" for v in county.villages])
    chosen = (rng.random(len(drive)) < np.clip(1.02 - drive, 0, 1) * 0.55) & rural
    ends = rng.integers(2, 16, size=len(drive))
    return np.where(chosen, ends, 0)


def _counts(poor: Counts, readiness: NDArray[np.float64], reached: float, quarter: Month) -> Counts:
    """Households with 0, 1, 2, 3+ measures: each household's chance climbs with its village."""
    rng = dice(f"households/{quarter.text}")
    made = np.zeros((len(poor), 4), dtype=int)
    level = np.clip(1 / (1 + np.exp(-(np.log(reached / (1 - reached)) + 1.6 * readiness))), 0.02, 1)
    for village, total in enumerate(poor):
        a = level[village]
        if a > 0.975:
            made[village, 3] = total
            continue
        shares = np.array([(1 - a) ** 1.6 * 0.30, (1 - a) * 0.32, (1 - a) * 0.55 * a + 0.02, a])
        made[village] = rng.multinomial(int(total), shares / shares.sum())
    return made


def _sheet(county: County, quarter: Month, counts: Counts) -> Sheet:
    rows: list[Row] = []
    for index, township in enumerate(county.townships):
        for village in county.villages_of(index):
            cells: list[Cell] = [township.name, county.villages[village].name, int(counts[village].sum())]
            rows.append(Row([*cells, *(int(n) for n in counts[village])]))
        rows.append(Row([township.name, "小计", *[SUM] * 5], kind="subtotal"))
    rows.append(Row(["合计", None, *[SUM] * 5], kind="total"))
    return Sheet(
        "到户台账",
        f"{NAME}产业扶持措施到户情况统计表(截至{quarter.text})",
        f"填报单位:{NAME}农业农村局",
        COLUMNS,
        rows,
        (
            "注:1.产业措施包括种植、养殖、加工、入股分红、务工就业、公益岗位、光伏、小额信贷等;2.同一户享受多项的只统计一次。",
            "填表人:                审核人:                单位负责人:",
        ),
        merge_first=True,
    )
