"""The monthly industry report: 36 workbooks of three sheets, as the county's bureau collects them.

In: the county and its true figures. Out: `Sheet`s per month: villages under merged township cells, 小计, 合计,
notes. Some townships are late, some villages leave their row blank, and every township has its own filler.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from demo.chance import dice
from demo.county import NAME, County
from demo.industries import INDUSTRIES, Figures
from demo.months import MONTHS, Month
from demo.names import bare
from demo.workbook import SUM, Cell, Column, Row, Sheet

PLACES = (Column("乡镇", width=11), Column("行政村", width=13))
SHEETS: dict[str, dict[str, Column]] = {
    "种植业": {
        "mushroom_bags": Column("在棚规模\n(万袋)", "香菇", decimals=1),
        "mushroom_output": Column("本月产量\n(吨)", "香菇", decimals=1),
        "camellia_area": Column("面积\n(亩)", "油茶"),
        "vegetable_area": Column("面积\n(亩)", "蔬菜"),
    },
    "茶叶": {
        "tea_garden_area": Column("年末面积\n(亩)", "茶园"),
        "tea_plucked_area": Column("其中:采摘面积\n(亩)", "茶园", width=13),
        "tea_output": Column("本月干毛茶\n(公斤)", "产量", width=12),
    },
    "养殖业": {
        "pig_sold": Column("本月出栏\n(头)", "生猪"),
        "goose_stock": Column("月末存栏\n(只)", "鹅"),
        "crayfish_area": Column("养殖面积\n(亩)", "小龙虾"),
    },
}
NOTES = {
    "种植业": "注:1.在棚规模指月末在棚出菇及养菌菌袋数;2.产量按鲜菇计算;3.没有该产业的村填0,未统计的不填。",
    "茶叶": "注:1.茶园年末面积包括未投产茶园;2.干毛茶产量按当月实际产量填报,不累计。",
    "养殖业": "注:1.出栏按当月实际出栏数填报,不累计;2.小龙虾养殖面积包括稻虾共养面积。",
}
SIGNATURES = "填表人:                审核人:                单位负责人:"

# Who was late, and when: township index → months. The last report lacks two townships altogether.
_LATE_NOW = ("大垭乡", "马家畈镇")
_LATE_BEFORE = (
    ("大垭乡", Month(2026, 9)),
    ("苦竹乡", Month(2026, 7)),
    ("青屏街道", Month(2026, 5)),
    ("大垭乡", Month(2026, 4)),
    ("双椿镇", Month(2026, 2)),
    ("大垭乡", Month(2025, 8)),
    ("岚口镇", Month(2025, 6)),
    ("沙窝乡", Month(2025, 6)),
    ("黄麦坪镇", Month(2025, 1)),
    ("望军山乡", Month(2024, 2)),
    ("㵲水乡", Month(2024, 2)),
)
_FILLERS: tuple[Cell, ...] = (None, "--", "—", "/", None, "-")


@dataclass(frozen=True)
class Reports:
    """What the townships sent: true figures, and which of them are missing."""

    county: County
    figures: Mapping[str, Figures]

    @cached_property
    def late(self) -> frozenset[tuple[int, int]]:
        """(township, month) pairs without a report."""
        pairs = [(name, MONTHS[-1]) for name in _LATE_NOW] + list(_LATE_BEFORE)
        return frozenset((self.county.township_named(name), MONTHS.index(month)) for name, month in pairs)

    @cached_property
    def blank(self) -> frozenset[tuple[int, int]]:
        """(village, month) pairs whose row was left empty: about one in 150."""
        chance = dice("monthly/blank").random((len(self.county.villages), len(MONTHS)))
        return frozenset(
            (v, m) for v in range(len(chance)) for m in range(len(MONTHS)) if chance[v, m] < 0.007
        )

    def has_reported(self, village: int, month: int) -> bool:
        """Whether the month's report holds figures of the village."""
        late = (self.county.villages[village].township, month) in self.late
        return not late and (village, month) not in self.blank

    def filler(self, township: int) -> Cell:
        """What the township's clerk puts into a cell that has no figure."""
        return _FILLERS[township % len(_FILLERS)]

    def written_name(self, village: int) -> str:
        """The village as its township writes it: most officially, some shorter, some at full length."""
        found = self.county.villages[village]
        if found.name.endswith("社区"):
            return found.name + ("居委会" if found.township % 9 == 4 else "")
        if found.township % 9 == 2:
            return bare(found.name)
        return found.name + ("民委员会" if found.township % 9 == 4 else "")


def file_name(month: Month) -> str:
    """Where the month's report lies in the raw folder."""
    return f"产业月报/{month.text}产业发展月报.xlsx"


def report_sheets(reports: Reports, month: int) -> list[Sheet]:
    """The month's three sheets."""
    return [_sheet(reports, month, name) for name in SHEETS]


def _sheet(reports: Reports, month: int, name: str) -> Sheet:
    when = MONTHS[month]
    sent = date(when.year + when.month // 12, when.month % 12 + 1, 5)
    rows: list[Row] = []
    for township in range(len(reports.county.townships)):
        rows.extend(_township_rows(reports, township, month, tuple(SHEETS[name])))
    rows.append(Row(["合计", None, *[SUM] * len(SHEETS[name])], kind="total"))
    return Sheet(
        name,
        f"{NAME}{when.text}{name}发展情况统计表",
        f"填报单位:{NAME}农业农村局                    填报日期:{sent.year}年{sent.month}月{sent.day}日",
        (*PLACES, *SHEETS[name].values()),
        rows,
        (NOTES[name], *_missing_note(reports, month), SIGNATURES),
        merge_first=True,
    )


def _missing_note(reports: Reports, month: int) -> tuple[str, ...]:
    """Who has been reminded and not reported."""
    late = [
        township.name for i, township in enumerate(reports.county.townships) if (i, month) in reports.late
    ]
    return (f"{'、'.join(late)}经催报至今未报。",) if late else ()


def _township_rows(reports: Reports, township: int, month: int, indicators: Sequence[str]) -> list[Row]:
    name = reports.county.townships[township].name
    if (township, month) in reports.late and name == _LATE_NOW[0]:
        return []  # this one never even sends its empty form
    rows = []
    for village in reports.county.villages_of(township):
        is_there = reports.has_reported(village, month)
        cells: list[Cell] = [name, reports.written_name(village)]
        for indicator in indicators:
            figure = _figure(reports, indicator, village, month) if is_there else reports.filler(township)
            cells.append(figure)
        rows.append(Row(cells))
    return [*rows, Row([name, "小计", *[SUM] * len(indicators)], kind="subtotal")]


def _figure(reports: Reports, indicator: str, village: int, month: int) -> Cell:
    value = float(reports.figures[indicator][village, month])
    return value if INDUSTRIES.get(indicator, INDUSTRIES["tea_garden_area"]).decimals else int(value)
