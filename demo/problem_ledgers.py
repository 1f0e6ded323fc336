"""The problem ledgers as their clerks keep them: one workbook per inspection, and what a township keeps itself.

In: problems. Out: one `Sheet` per ledger. A row is rewritten when its problem is returned or comes back: it has the
dates of the present round, and the day of the last 退回 and 反弹.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from demo.county import NAME, County
from demo.months import AS_OF
from demo.problem_lives import (
    ACCEPTED,
    CLAIMED,
    DONE,
    IMMEDIATE,
    LOOKED_AT,
    OPEN_ENDED,
    REOPENED,
    RETURNED,
    STRUCK,
)
from demo.problems import INSPECTIONS, Inspection, Problem
from demo.workbook import Cell, Column, Row, Sheet

COLUMNS = (
    Column("问题编号", width=11),
    Column("问题来源", width=12),
    Column("批次", width=18),
    Column("意见编号", width=9),
    Column("发现日期", width=12),
    Column("乡镇", width=11),
    Column("行政村", width=12),
    Column("问题类别", width=14),
    Column("问题描述", width=46),
    Column("整改措施", width=40),
    Column("整改类型", width=9),
    Column("牵头单位", width=16),
    Column("配合单位", width=20),
    Column("责任人职务", width=14),
    Column("县级责任领导", width=16),
    Column("计划完成日期", width=13),
    Column("原整改时限", width=12),
    Column("整改时限", width=12),
    Column("认领日期", width=12),
    Column("整改完成日期", width=13),
    Column("退回日期", width=12),
    Column("验收日期", width=12),
    Column("销号日期", width=12),
    Column("反弹日期", width=12),
    Column("回头看日期", width=12),
    Column("状态", width=11),
)
REPEATING, _REPEATED = "双椿镇", 6


def file_name(inspection: Inspection) -> str:
    """Where the inspection's ledger lies in the raw folder."""
    return f"问题台账/{inspection.file}.xlsx"


def ledger_sheet(county: County, inspection: Inspection, listed: Sequence[Problem]) -> Sheet:
    """The inspection's ledger, dates written as its clerk writes them."""
    return _sheet(
        f"{NAME}{inspection.batch}问题整改台账",
        f"{NAME}问题整改工作领导小组办公室",
        county,
        inspection,
        listed,
    )


TOWNSHIP_INSPECTION = INSPECTIONS[-3]
TOWNSHIP_FILE = f"问题台账/{TOWNSHIP_INSPECTION.file}（{REPEATING}报）.xlsx"


def township_sheet(county: County, listed: Sequence[Problem]) -> Sheet:
    """What a township keeps beside the county's ledger: its own problems of one inspection, a second time."""
    township = county.township_named(REPEATING)
    own = [one for one in listed if one.townships == (township,) and not one.is_split and not one.has_rounds]
    first = sorted(own, key=lambda one: one.now(STRUCK) is None)[:_REPEATED]
    title = f"{REPEATING}{TOWNSHIP_INSPECTION.batch}问题整改台账"
    return _sheet(title, f"{REPEATING}人民政府", county, TOWNSHIP_INSPECTION, first)


def _sheet(title: str, by: str, county: County, inspection: Inspection, listed: Sequence[Problem]) -> Sheet:
    return Sheet(
        "问题台账",
        title,
        f"填报单位:{by}                    数据截至{AS_OF.year}年{AS_OF.month}月{AS_OF.day}日",
        COLUMNS,
        [Row(_cells(county, inspection, problem)) for problem in listed],
        ("注:销号须附佐证材料;反弹问题重新计算整改时限。", "审核人:                单位负责人:"),
    )


def day_cell(on: date | None, pattern: str) -> Cell:
    """A day as a real date, or as text in the strftime pattern."""
    if on is None or pattern == "date":
        return on
    # "%m" pads with zeros; ledgers written by hand do not.
    return on.strftime(pattern).replace("年0", "年").replace("月0", "月")


def _cells(county: County, inspection: Inspection, problem: Problem) -> list[Cell]:
    def day(on: date | None) -> Cell:
        return day_cell(on, inspection.dates)

    first, due = _deadlines(inspection, problem)
    return [
        problem.problem_id,
        problem.source,
        problem.batch,
        problem.opinion,
        day(problem.found_on),
        "、".join(county.townships[index].name for index in problem.townships) or None,
        "、".join(county.villages[index].name for index in problem.villages) or None,
        problem.category,
        problem.text,
        problem.measures,
        problem.kind,
        problem.lead_unit,
        problem.supporting_units or None,
        problem.post,
        problem.leader,
        day(problem.planned_on),
        first,
        due,
        day(problem.now(CLAIMED) or problem.last(CLAIMED)),
        day(problem.now(DONE)),
        day(problem.last(RETURNED)),
        day(problem.now(ACCEPTED)),
        day(problem.now(STRUCK)),
        day(problem.last(REOPENED)),
        day(problem.now(LOOKED_AT)),
        problem.status,
    ]


def _deadlines(inspection: Inspection, problem: Problem) -> tuple[Cell, Cell]:
    """原整改时限, which is left blank while it still holds, and 整改时限."""
    if problem.first_due_on is None:
        return None, OPEN_ENDED
    says_so = inspection.says_immediate and problem.kind == IMMEDIATE
    first = IMMEDIATE if says_so else day_cell(problem.first_due_on, inspection.dates)
    if problem.due_on == problem.first_due_on:
        return None, first
    return first, day_cell(problem.due_on, inspection.dates)
