"""The ledgers of changes 状态变更台账: a line for every step of problems whose life has rounds, one workbook a year.

In: all problems. Out: one `Sheet` per year. Listed are those that were returned, came back or were given more time:
their rows in the problem ledgers tell the present round only.
"""

from __future__ import annotations

from collections.abc import Iterable

from demo.county import NAME
from demo.months import AS_OF
from demo.problem_ledgers import day_cell
from demo.problem_lives import Step
from demo.problems import Problem
from demo.workbook import Column, Row, Sheet

YEARS = (2024, 2025, 2026)
COLUMNS = (
    Column("问题编号", width=11),
    Column("日期", width=12),
    Column("变更事项", width=12),
    Column("新整改时限", width=12),
    Column("说明", width=40),
)
_DATES = {2025: "%Y.%m.%d"}  # that year's clerk typed them


def file_name(year: int) -> str:
    """Where the year's ledger lies in the raw folder."""
    return f"问题变更/{year}年问题整改状态变更台账.xlsx"


def changes_sheet(problems: Iterable[Problem], year: int) -> Sheet:
    """The year's steps, day by day, as they were entered."""
    steps = [
        (problem.problem_id, step)
        for problem in problems
        if problem.has_rounds
        for step in problem.steps
        if step.on.year == year
    ]
    steps.sort(key=lambda entered: (entered[1].on, entered[0]))
    until = f"{AS_OF.month}月{AS_OF.day}日" if year == AS_OF.year else "12月31日"
    return Sheet(
        "状态变更",
        f"{NAME}{year}年问题整改状态变更台账",
        f"填报单位:{NAME}问题整改工作领导小组办公室                    数据截至{year}年{until}",
        COLUMNS,
        [_row(problem_id, step, _DATES.get(year, "date")) for problem_id, step in steps],
        (
            "注:登记退回、反弹、延期问题的全部变更事项;延期须经县整改办同意。",
            "审核人:                单位负责人:",
        ),
    )


def _row(problem_id: str, step: Step, pattern: str) -> Row:
    return Row(
        [problem_id, day_cell(step.on, pattern), step.name, day_cell(step.due_on, pattern), step.note or None]
    )
