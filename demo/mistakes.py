"""What is wrong on purpose: a few faults, one of each kind, such as every county's ledgers hold.

In: sheets about to be written. Out: the same sheets with the fault in place, and a `Planted` that says where.
Each shows what one check is for; none of them stops publication. Everything else the demo writes is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xlsxwriter.utility import xl_rowcol_to_cell

from demo.county import County
from demo.industries import Figures
from demo.months import MONTHS, Month
from demo.workbook import Cell, Row, Sheet, added_up

_COPYING, _COPIED_IN = "黄麦坪镇", Month(2026, 8)

Spot = tuple[int, int]  # row within sheet.rows, column


@dataclass(frozen=True)
class Mistake:
    """One fault: in which file and sheet, what it is, and how it comes about."""

    kind: str
    file: str
    sheet: str
    what: str
    plant: Callable[[Sheet], Spot]


@dataclass(frozen=True)
class Planted:
    """Where a fault now stands, as Excel shows it."""

    kind: str
    file: str
    sheet: str
    cell: str
    what: str


def with_copied_month(county: County, figures: Mapping[str, Figures]) -> dict[str, Figures]:
    """The figures as reported by a township that sent last month's report once more."""
    township, month = county.township_named(_COPYING), MONTHS.index(_COPIED_IN)
    reported = {name: values.copy() for name, values in figures.items()}
    for values in reported.values():
        values[county.villages_of(township), month] = values[county.villages_of(township), month - 1]
    return reported


def plant(file: str, sheets: Sequence[Sheet]) -> list[Planted]:
    """Plants the file's faults into its sheets."""
    planted = []
    for mistake in MISTAKES:
        if mistake.file != file:
            continue
        sheet = next(sheet for sheet in sheets if sheet.name == mistake.sheet)
        row, column = mistake.plant(sheet)
        cell = xl_rowcol_to_cell(sheet.first_row + row, column)
        planted.append(Planted(mistake.kind, file, sheet.name, cell, mistake.what))
    return planted


def _column(sheet: Sheet, header: str) -> int:
    """Index of the first column whose header starts with that line."""
    return next(index for index, column in enumerate(sheet.columns) if column.header.split("\n")[0] == header)


def _grown(sheet: Sheet, township: str, column: int, nth: int = 0) -> int:
    """The nth village row of the township with a figure in the column."""
    rows = [
        index
        for index, row in enumerate(sheet.rows)
        if row.kind == "row"
        and row.cells[0] == township
        and isinstance(n := row.cells[column], (int, float))
        and n > 0
    ]
    return rows[nth]


def _subtotal(sheet: Sheet, township: str) -> int:
    return next(i for i, row in enumerate(sheet.rows) if row.kind == "subtotal" and row.cells[0] == township)


def _about_two_hundred(sheet: Sheet) -> Spot:
    """A clerk who was not sure said so."""
    column = _column(sheet, "在棚规模")
    row = _grown(sheet, "岚口镇", column, 1)
    sheet.rows[row].cells[column] = "约200"
    return row, column


def _misspelt_village(sheet: Sheet) -> Spot:
    """湾 and 弯 sound alike: no village has this name. It grows no tea, so that no sum is wrong because of it."""
    row = next(i for i, r in enumerate(sheet.rows) if "湾" in str(r.cells[1]) and r.cells[2] == 0)
    sheet.rows[row].cells[1] = str(sheet.rows[row].cells[1]).replace("湾", "弯")
    return row, 1


def _wrong_township(sheet: Sheet) -> Spot:
    """A row pasted one block too low stands under the neighbouring township."""
    below = _subtotal(sheet, "竹沟镇")
    last = sheet.rows[below - 1]
    at = next(i for i in range(below + 1, len(sheet.rows)) if sheet.rows[i].kind == "row")
    heir = sheet.rows[at].cells[0]
    sheet.rows.pop(below - 1)
    sheet.rows.insert(at, Row([heir, *last.cells[1:]]))
    return at, 1


def _typed_subtotal(sheet: Sheet) -> Spot:
    """Someone typed a rounder 小计 over the formula."""
    column = _column(sheet, "在棚规模")
    row = _subtotal(sheet, "茶山铺镇")
    members = [r for r in sheet.rows if r.cells[0] == "茶山铺镇"]
    sheet.rows[row].cells[column] = round(added_up(members, column) + 36, 1)
    return row, column


def _copied_month(sheet: Sheet) -> Spot:
    """Nothing to do here: `with_copied_month` has put last month's figures into the township's rows."""
    return next(i for i, row in enumerate(sheet.rows) if row.cells[0] == _COPYING), 2


def _plucked_above_garden(sheet: Sheet) -> Spot:
    """More tea plucked than there is garden: two digits swapped, or two columns."""
    garden, plucked = _column(sheet, "年末面积"), _column(sheet, "其中:采摘面积")
    row = _grown(sheet, "桐梓关镇", plucked, 2)
    cells = sheet.rows[row].cells
    cells[garden], cells[plucked] = cells[plucked], cells[garden]
    return row, plucked


def _row_twice(sheet: Sheet) -> Spot:
    """The same village twice, one below the other."""
    column = _column(sheet, "本月出栏")
    row = _grown(sheet, "柳溪镇", column, 3)
    sheet.rows.insert(row + 1, Row(list(sheet.rows[row].cells)))
    return row + 1, 1


def _negative(sheet: Sheet) -> Spot:
    """A correction of last month booked as a minus."""
    column = _column(sheet, "本月出栏")
    row = _grown(sheet, "鹿鸣乡", column, 0)
    sheet.rows[row].cells[column] = -35
    return row, column


def _parts_differ(sheet: Sheet) -> Spot:
    """The households by number of measures are three more than there are households."""
    total = _column(sheet, "建档立卡户")
    row = _grown(sheet, "红土坡乡", total, 4)
    count = sheet.rows[row].cells[total + 4]
    assert isinstance(count, int)
    sheet.rows[row].cells[total + 4] = count + 3
    return row, total


def _position_swapped(sheet: Sheet) -> Spot:
    """Longitude in the column of latitude: no such place has a latitude of 114."""
    lon, lat = _column(sheet, "经度"), _column(sheet, "纬度")
    row = [i for i, r in enumerate(sheet.rows) if r.kind == "row" and isinstance(r.cells[lon], float)][20]
    cells = sheet.rows[row].cells
    cells[lon], cells[lat] = cells[lat], cells[lon]
    return row, lon


def _more_poor_than_jobs(sheet: Sheet) -> Spot:
    """One digit too many: more poor workers than workers."""
    jobs = _column(sheet, "用工人数")
    middling = [i for i, r in enumerate(sheet.rows) if isinstance(n := r.cells[jobs], int) and 20 < n < 40]
    sheet.rows[middling[5]].cells[jobs + 1] = 96
    return middling[5], jobs + 1


def _unknown_industry(sheet: Sheet) -> Spot:
    """An industry that the county does not count."""
    column = _column(sheet, "产业")
    row = [i for i, r in enumerate(sheet.rows) if r.kind == "row" and r.cells[column] == "油茶"][4]
    sheet.rows[row].cells[column] = "中药材"
    return row, column


def _straight(sheet: Sheet) -> list[int]:
    """Rows of problems that were struck off at the first attempt: no other ledger tells of them."""
    told = [_column(sheet, header) for header in ("退回日期", "反弹日期", "原整改时限")]
    struck = _column(sheet, "销号日期")
    return [
        index
        for index, row in enumerate(sheet.rows)
        if isinstance(row.cells[struck], date) and not any(row.cells[column] for column in told)
    ]


def _closed_before_found(sheet: Sheet) -> Spot:
    """In March people still write last year: closed before it was found."""
    column = _column(sheet, "销号日期")
    row = _straight(sheet)[17]
    closed = sheet.rows[row].cells[column]
    assert isinstance(closed, date)
    sheet.rows[row].cells[column] = closed.replace(year=closed.year - 1)
    return row, column


def _no_deadline(sheet: Sheet) -> Spot:
    """A month's end is no day: nobody can say whether it is overdue."""
    column = _column(sheet, "整改时限")
    row = _straight(sheet)[9]
    sheet.rows[row].cells[column] = "8月底"
    return row, column


def _struck_off_undone(sheet: Sheet) -> Spot:
    """Struck off in the ledger of changes while its rectification is still under way."""
    steps: dict[Cell, list[Cell]] = {}
    for each in sheet.rows:
        steps.setdefault(each.cells[0], []).append(each.cells[2])
    row = next(
        i for i, r in enumerate(sheet.rows) if r.cells[2] == "延期" and steps[r.cells[0]][-1] == "延期"
    )
    extended = sheet.rows[row].cells[1]
    assert isinstance(extended, date)
    on = extended + timedelta(days=7)
    at = next(
        (i for i, r in enumerate(sheet.rows) if isinstance(d := r.cells[1], date) and d > on), len(sheet.rows)
    )
    sheet.rows.insert(at, Row([sheet.rows[row].cells[0], on, "销号", None, None]))
    return at, 2


def _unknown_problem(sheet: Sheet) -> Spot:
    """A number that no ledger has: a digit too many."""
    row = len(sheet.rows) // 2
    cells = sheet.rows[row].cells
    sheet.rows.insert(row + 1, Row([f"{str(cells[0])[:4]}901", cells[1], "报完成", None, None]))
    return row + 1, 0


def _other_date(sheet: Sheet) -> Spot:
    """The township struck it off two days before the county did."""
    struck, accepted = _column(sheet, "销号日期"), _column(sheet, "验收日期")
    for row, cells in enumerate(row.cells for row in sheet.rows):
        told, before = cells[struck], cells[accepted]
        if isinstance(told, date) and isinstance(before, date) and (told - before).days > 2:
            cells[struck] = told - timedelta(days=2)
            return row, struck
    raise LookupError("no problem was struck off later than two days after it was accepted")


MISTAKES: tuple[Mistake, ...] = (
    Mistake("text_for_number", "产业月报/2026年9月产业发展月报.xlsx", "种植业", "数字格里写了“约200”", _about_two_hundred),
    Mistake("unknown_village", "产业月报/2026年10月产业发展月报.xlsx", "茶叶", "村名写错字,代码表里没有", _misspelt_village),
    Mistake("wrong_township", "产业月报/2026年10月产业发展月报.xlsx", "养殖业", "村写在了邻近乡镇名下", _wrong_township),
    Mistake("total_differs", "产业月报/2026年8月产业发展月报.xlsx", "种植业", "手填的小计与各行之和不符", _typed_subtotal),
    Mistake("copied_month", "产业月报/2026年8月产业发展月报.xlsx", "养殖业", "整个乡镇照抄上月", _copied_month),
    Mistake("plucked_above_garden", "产业月报/2026年10月产业发展月报.xlsx", "茶叶", "采摘面积大于茶园面积", _plucked_above_garden),
    Mistake("row_twice", "产业月报/2026年7月产业发展月报.xlsx", "养殖业", "同一个村填了两行", _row_twice),
    Mistake("negative", "产业月报/2026年5月产业发展月报.xlsx", "养殖业", "出栏数为负数", _negative),
    Mistake("parts_differ", "措施到户/产业措施到户台账(2026年三季度).xlsx", "到户台账", "分项户数之和不等于总数", _parts_differ),
    Mistake("position_swapped", "经营主体台账.xlsx", "经营主体", "经度和纬度写反", _position_swapped),
    Mistake("more_poor_than_jobs", "经营主体台账.xlsx", "经营主体", "建档立卡用工多于用工总数", _more_poor_than_jobs),
    Mistake("unknown_industry", "经营主体台账.xlsx", "经营主体", "产业名称不在配置里", _unknown_industry),
    Mistake("closed_before_found", "问题台账/2025年审计问题整改台账.xlsx", "问题台账", "销号日期早于发现日期", _closed_before_found),
    Mistake("no_deadline", "问题台账/2024年省级督查问题整改台账.xlsx", "问题台账", "整改时限不是日期", _no_deadline),
    Mistake("struck_off_undone", "问题变更/2026年问题整改状态变更台账.xlsx", "状态变更", "没有报完成就销号", _struck_off_undone),
    Mistake("unknown_problem", "问题变更/2025年问题整改状态变更台账.xlsx", "状态变更", "问题编号不在任何台账里", _unknown_problem),
    Mistake("ledgers_disagree", "问题台账/2026年第三方评估问题整改台账（双椿镇报）.xlsx", "问题台账", "乡镇和县的台账销号日期不同", _other_date),
)  # fmt: skip
