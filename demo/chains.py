"""The chain ledger: what two processing industries can take in each month, and what reaches them.

In: the county and its true figures. Out: a workbook per year with a sheet per month, townships only. Far more geese
could be slaughtered than are hatched, tea comes all at once in April; some townships have only one end of a chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demo.chance import dice
from demo.county import NAME, County
from demo.industries import Figures
from demo.months import MONTHS, Month
from demo.workbook import SUM, Cell, Column, Row, Sheet

COLUMNS: dict[str, Column] = {
    "goose_hatched": Column("本月鹅苗孵化\n(只)", "鹅", width=13),
    "goose_capacity": Column("每月屠宰加工能力\n(只)", "鹅", width=16),
    "tea_leaf": Column("本月鲜叶产量\n(公斤)", "茶叶", width=13),
    "tea_capacity": Column("每月干茶加工能力\n(公斤)", "茶叶", width=16),
}
NOTE = "注:1.加工能力按设备每月满负荷能加工的数量填报,茶叶按干茶计算;2.没有该环节的填0,未统计的不填。"

_HATCHERIES = 7  # townships, by geese
_GARDENS = 11  # townships, by tea
_HATCHED = 117_000  # the county's in the last month
_HATCH_SEASON = (0.75, 0.85, 1.20, 1.30, 1.25, 1.05, 0.85, 0.80, 0.95, 1.0, 0.90, 0.80)
# By place among the hatcheries; the second line of the first plant is what the hatcheries cannot feed.
_GOOSE_PLANTS = {0: 92_000, 1: 41_000, 3: 9_500}
_SECOND_LINE = (Month(2025, 6), 62_000)
_TOWN_PLANT = 80_500  # in the town itself, where nobody hatches geese
_LEAF_PER_TEA = 4.5
# Of the April crop that each township with tea can process, the largest first; 0: no plant.
_TEA_PLANTS = (0.80, 1.15, 0.55, 0.0, 0.90, 0.70, 1.40, 0.0, 0.60, 1.05, 0.85)


@dataclass(frozen=True)
class Chains:
    """Figures by township and month, named as config.toml names them, and who is in the ledger at all."""

    figures: Mapping[str, Figures]
    members: tuple[int, ...]
    late: int  # the member that has sent nothing for the last month


def chains(county: County, figures: Mapping[str, Figures]) -> Chains:
    """The true chain figures behind `figures` of the monthly report."""
    hatched, geese, breeders = _geese(county, _by_township(county, figures["goose_stock"]))
    leaf, tea = _tea(_by_township(county, figures["tea_output"]))
    found = {"goose_hatched": hatched, "goose_capacity": geese, "tea_leaf": leaf, "tea_capacity": tea}
    members = np.flatnonzero(np.sum([each.max(axis=1) for each in found.values()], axis=0) > 0)
    # A hatchery without a plant: the county's supply is short of it until it reports.
    return Chains(found, tuple(int(member) for member in members), breeders[2])


def _by_township(county: County, figures: Figures) -> Figures:
    return np.array(
        [figures[county.villages_of(index)].sum(axis=0) for index in range(len(county.townships))]
    )


def _geese(county: County, stock: Figures) -> tuple[Figures, Figures, list[int]]:
    """Goslings hatched, capacity, and the townships with hatcheries, most geese first."""
    rng = dice("chains/goose")
    breeders = [int(at) for at in np.argsort(-stock.mean(axis=1))[:_HATCHERIES]]
    season = np.array([_HATCH_SEASON[month.month - 1] for month in MONTHS])
    yearly = stock.mean(axis=1, keepdims=True) * (1 + 0.05 * (np.arange(len(MONTHS)) - len(MONTHS)) / 12)
    path = np.zeros_like(stock)
    path[breeders] = (yearly * season * np.exp(rng.normal(0, 0.07, size=stock.shape)))[breeders]
    hatched = np.round(path * _HATCHED / path[:, -1].sum() / 10) * 10
    capacity = np.zeros_like(stock)
    for place, size in _GOOSE_PLANTS.items():
        capacity[breeders[place]] = size
    start, more = _SECOND_LINE
    capacity[breeders[0], MONTHS.index(start) :] += more
    capacity[_town(county, breeders)] = _TOWN_PLANT
    return hatched, capacity, breeders


def _town(county: County, taken: list[int]) -> int:
    """The first street without a hatchery."""
    return next(
        i for i, township in enumerate(county.townships) if township.kind == "街道" and i not in taken
    )


def _tea(output: Figures) -> tuple[Figures, Figures]:
    """Fresh leaf and capacity in dry tea, of the townships with most tea."""
    rng = dice("chains/tea")
    growers = [int(at) for at in np.argsort(-output.sum(axis=1))[:_GARDENS]]
    leaf, capacity = np.zeros_like(output), np.zeros_like(output)
    wet = rng.uniform(_LEAF_PER_TEA - 0.15, _LEAF_PER_TEA + 0.15, size=len(output))[:, None]
    leaf[growers] = np.round((output * wet)[growers])
    april = output[:, MONTHS.index(Month(2026, 4))]
    for grower, share in zip(growers, _TEA_PLANTS, strict=True):
        capacity[grower] = np.round(april[grower] * share, -2)
    return leaf, capacity


def file_name(year: int) -> str:
    """Where the year's ledger lies in the raw folder."""
    return f"产业链/{year}年产业链供需月报.xlsx"


def ledger_sheets(county: County, found: Chains, year: int) -> list[Sheet]:
    """A sheet per month of the year."""
    return [_sheet(county, found, month) for month in MONTHS if month.year == year]


def _sheet(county: County, found: Chains, month: Month) -> Sheet:
    at = MONTHS.index(month)
    rows = []
    for member in found.members:
        is_late = member == found.late and month == MONTHS[-1]
        cells: list[Cell] = ["—" if is_late else int(found.figures[name][member, at]) for name in COLUMNS]
        rows.append(Row([county.townships[member].name, *cells]))
    rows.append(Row(["合计", *[SUM] * len(COLUMNS)], kind="total"))
    return Sheet(
        f"{month.month}月",
        f"{NAME}{month.text}产业链供需情况统计表",
        f"填报单位:{NAME}产业发展领导小组办公室",
        (Column("乡镇", width=13), *COLUMNS.values()),
        rows,
        (NOTE,),
    )
