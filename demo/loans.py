"""The progress table of small loans: planned, approved, applied for, disbursed, in households and in money.

In: the county. Out: a workbook per year with a sheet per quarter, townships only. The programme loses most between
application and payment; in a few townships more households apply than are approved, one has not reported.
"""

from __future__ import annotations

import numpy as np

from demo.chance import dice
from demo.county import NAME, County
from demo.industries import Figures
from demo.months import QUARTER_ENDS, Month
from demo.workbook import SUM, Cell, Column, Row, Sheet

QUARTERS = tuple(quarter for quarter in QUARTER_ENDS if quarter.year >= 2025)  # the programme began then
YEARS = tuple(sorted({quarter.year for quarter in QUARTERS}))
STEPS = ("计划", "批准", "申请", "发放")
COLUMNS = tuple(
    column
    for step in STEPS
    for column in (Column("户数\n(户)", step), Column("金额\n(万元)", step, width=11, decimals=1))
)
NOTE = "注:1.各项均为项目开始以来累计数;2.申请户数包括尚未批准的户;3.未统计的不填。"

_HOUSEHOLDS = (8_000, 6_540, 5_847, 2_635)  # the county's at the end
_MONEY = (40_000.0, 32_700.0, 23_900.0, 13_200.0)  # 万元
# How far each step is on its way to that, quarter by quarter; the plan stands from the start.
_REACHED = (
    (1.0,) * 7,
    (0.34, 0.52, 0.66, 0.78, 0.87, 0.95, 1.0),
    (0.12, 0.27, 0.43, 0.58, 0.73, 0.88, 1.0),
    (0.04, 0.12, 0.24, 0.40, 0.57, 0.79, 1.0),
)
_DRIVE_COUNTS = (0.0, 0.3, 0.7, 1.8)  # a plan is written anywhere; paying out takes drive
_SILENT = "沙窝乡"  # nothing for the last quarter


def file_name(year: int) -> str:
    """Where the year's table lies in the raw folder."""
    return f"小额信贷/{year}年小额信贷发放进度表.xlsx"


def progress_sheets(county: County, year: int) -> list[Sheet]:
    """A sheet per quarter of the year."""
    households, money = _at_the_end(county)
    return [_sheet(county, quarter, households, money) for quarter in QUARTERS if quarter.year == year]


def _at_the_end(county: County) -> tuple[Figures, Figures]:
    """Households and 万元 per township and step once everything up to the last quarter is done."""
    rng = dice("loans")
    poor = np.array(
        [
            sum(county.villages[v].poor_households for v in county.villages_of(i))
            for i in range(len(county.townships))
        ]
    )
    drive = np.array([township.drive for township in county.townships])
    wish = poor * np.clip(rng.normal(1, 0.12, size=len(poor)), 0.7, 1.3)
    households, money = [], []
    for total, amount, counts in zip(_HOUSEHOLDS, _MONEY, _DRIVE_COUNTS, strict=True):
        share = (
            wish * (drive / drive.mean()) ** counts * np.clip(rng.normal(1, 0.05, size=len(poor)), 0.85, 1.15)
        )
        households.append(total * share / share.sum())
        each = amount / total * np.clip(rng.normal(1, 0.04, size=len(poor)), 0.9, 1.1)
        money.append(households[-1] * each * amount / (households[-1] * each).sum())
    return np.array(households).T, np.array(money).T


def _sheet(county: County, quarter: Month, households: Figures, money: Figures) -> Sheet:
    at = QUARTERS.index(quarter)
    rows = []
    for index, township in enumerate(county.townships):
        cells: list[Cell] = [township.name]
        for step, reached in enumerate(_REACHED):
            if township.name == _SILENT and quarter == QUARTERS[-1]:
                cells += [None, None]
                continue
            count = round(float(households[index, step]) * reached[at])
            amount = round(float(money[index, step] * reached[at]), 1) if count else 0
            cells += [count, amount]
        rows.append(Row(cells))
    rows.append(Row(["合计", *[SUM] * len(COLUMNS)], kind="total"))
    return Sheet(
        f"{'一二三四'[quarter.month // 3 - 1]}季度",
        f"{NAME}小额信贷发放进度表(截至{quarter.text})",
        f"填报单位:{NAME}金融服务中心",
        (Column("乡镇", width=13), *COLUMNS),
        rows,
        (NOTE,),
    )
