"""The rectification ledgers: nine inspections, each with its problems and how far they have come.

In: the county. Out: `Problem`s and one `Sheet` per inspection. Every problem lives the same life, found,
claimed, done, accepted, closed, perhaps reopened, and is shown as it stands on AS_OF: what would happen later
is not in the ledger. Old inspections are nearly closed, late ones open, slack townships overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from demo.chance import dice
from demo.county import NAME, County
from demo.months import AS_OF
from demo.problem_texts import CATEGORIES, COUNTY_PROBLEMS, Category, filled, is_of_village, responsible_post
from demo.workbook import Cell, Column, Row, Sheet


@dataclass(frozen=True)
class Inspection:
    """One inspection: where its ledger is filed, how its problems are numbered, when it was in the county."""

    file: str
    source: str
    batch: str
    prefix: str
    start: date
    days: int
    count: int
    finds_bureaus: bool = False  # whether county bureaus are inspected too
    dates: str = "date"  # how its clerk writes dates: real ones, or text in this strftime pattern


INSPECTIONS: tuple[Inspection, ...] = (
    Inspection("2024年省级第三方评估问题整改台账", "第三方评估", "2024年省级第三方评估", "P24", date(2024, 3, 11), 12, 124),
    Inspection("2024年省级督查问题整改台账", "省级督查", "2024年省级督查", "D24", date(2024, 7, 15), 10, 87),
    Inspection("2025年巡视“回头看”问题整改台账", "巡视“回头看”", "2025年巡视“回头看”", "X25", date(2025, 3, 3), 25, 76, True, "%Y.%m.%d"),
    Inspection("2025年审计问题整改台账", "审计", "2025年审计", "S25", date(2025, 5, 12), 30, 63, True),
    Inspection("2025年暗访第一批问题整改台账", "暗访", "2025年暗访第一批", "A25", date(2025, 9, 8), 6, 98),
    Inspection("2026年市级核查问题整改台账", "市级核查", "2026年市级核查", "H26", date(2026, 3, 9), 9, 112, False, "%Y年%m月%d日"),
    Inspection("2026年第三方评估问题整改台账", "第三方评估", "2026年第三方评估", "P26", date(2026, 6, 15), 12, 136, True),
    Inspection("2026年暗访问题整改台账", "暗访", "2026年暗访", "A26", date(2026, 8, 24), 8, 109),
    Inspection("2026年自查问题整改台账", "自查", "2026年自查", "Z26", date(2026, 10, 12), 28, 103),
)  # fmt: skip

COLUMNS = (
    Column("问题编号", width=11),
    Column("问题来源", width=12),
    Column("批次", width=18),
    Column("发现日期", width=12),
    Column("乡镇", width=11),
    Column("行政村", width=12),
    Column("问题类别", width=14),
    Column("问题描述", width=46),
    Column("整改措施", width=40),
    Column("牵头单位", width=16),
    Column("责任人职务", width=14),
    Column("整改时限", width=12),
    Column("认领日期", width=12),
    Column("整改完成日期", width=13),
    Column("验收日期", width=12),
    Column("销号日期", width=12),
    Column("反弹日期", width=12),
    Column("状态", width=9),
)
_LASTING = (
    "责任不落实",
    "人居环境",
    "政策宣讲不到位",
    "产业薄弱同质化",
)  # some of these are never done for good
OPEN_ENDED = "长期坚持"
_ROUNDS = (7, 15, 30, 45, 60, 90)


@dataclass(frozen=True)
class Problem:
    """One line of a ledger; dates are None until they have happened."""

    problem_id: str
    source: str
    batch: str
    township: int | None  # None: a county bureau's own problem
    village: int | None
    category: str
    text: str
    measures: str
    lead_unit: str
    post: str
    found_on: date
    due_on: date | None  # None: 长期坚持, there is no deadline
    claimed_on: date | None = None
    done_on: date | None = None
    accepted_on: date | None = None
    closed_on: date | None = None
    reopened_on: date | None = None

    @property
    def status(self) -> str:
        """待认领, 整改中, 待验收 or 已销号; a reopened one is 整改中 again."""
        if self.reopened_on:
            return "整改中"
        if self.closed_on:
            return "已销号"
        if self.done_on:
            return "待验收"
        return "整改中" if self.claimed_on else "待认领"


def file_name(inspection: Inspection) -> str:
    """Where the inspection's ledger lies in the raw folder."""
    return f"问题台账/{inspection.file}.xlsx"


def problems(county: County) -> dict[str, list[Problem]]:
    """The problems of each inspection, by its number prefix, in the order of their numbers."""
    return {inspection.prefix: _found_by(county, inspection) for inspection in INSPECTIONS}


def _found_by(county: County, inspection: Inspection) -> list[Problem]:
    rng = dice(f"problems/{inspection.prefix}")
    # Slack townships have more of them, but nobody has none.
    weights = np.array([(1.55 - township.drive) ** 2 for township in county.townships])
    days = np.sort(rng.integers(0, inspection.days, size=inspection.count))
    townships = rng.choice(len(weights), size=inspection.count, p=weights / weights.sum())
    shares = np.array([category.weight for category in CATEGORIES])
    categories = rng.choice(len(CATEGORIES), size=inspection.count, p=shares / shares.sum())
    found = []
    for number in range(inspection.count):
        found_on = inspection.start + timedelta(days=int(days[number]))
        if inspection.finds_bureaus and rng.random() < 0.05:
            problem, drive = _of_bureau(inspection, number + 1, found_on, rng), 0.9
        else:
            township, category = int(townships[number]), CATEGORIES[categories[number]]
            problem = _of_place(county, inspection, number + 1, township, category, found_on, rng)
            drive = county.townships[township].drive
        found.append(_as_of(_life(problem, drive, rng)))
    return found


def _of_place(
    county: County, inspection: Inspection, number: int, township: int, category: Category, found_on: date,
    rng: np.random.Generator,
) -> Problem:  # fmt: skip
    text = str(rng.choice(category.texts))
    village = int(rng.choice(county.villages_of(township))) if is_of_village(text) else None
    name = county.townships[township].name
    village_name = "" if village is None else county.villages[village].name
    said = filled(text, name, village_name, rng)
    is_open_ended = category.name in _LASTING and rng.random() < 0.03
    days = min(_ROUNDS, key=lambda usual: abs(usual - category.days * rng.uniform(0.7, 1.5)))
    return Problem(
        problem_id=f"{inspection.prefix}-{number:03d}",
        source=inspection.source,
        batch=inspection.batch,
        township=township,
        village=village,
        category=category.name,
        text=said,
        measures=filled(str(rng.choice(category.measures)), name, "", rng),
        lead_unit=str(rng.choice(category.units)),
        post=responsible_post(name, village_name, rng),
        found_on=found_on,
        due_on=None if is_open_ended else found_on + timedelta(days=days),
    )


def _of_bureau(inspection: Inspection, number: int, found_on: date, rng: np.random.Generator) -> Problem:
    category, unit, text = COUNTY_PROBLEMS[int(rng.integers(len(COUNTY_PROBLEMS)))]
    return Problem(
        problem_id=f"{inspection.prefix}-{number:03d}",
        source=inspection.source,
        batch=inspection.batch,
        township=None,
        village=None,
        category=category,
        text=filled(text, "", "", rng),
        measures="由牵头单位制定整改方案,明确责任人和时限,分管副县长每周调度。",
        lead_unit=unit,
        post=f"{unit}主要负责人",
        found_on=found_on,
        due_on=found_on + timedelta(days=60),
    )


def _life(problem: Problem, drive: float, rng: np.random.Generator) -> Problem:
    """The whole life, as if nobody stopped looking; slack townships run over their time."""

    def later(start: date, low: int, high: int) -> date:
        return start + timedelta(days=int(rng.integers(low, high + 1)))

    if problem.due_on is None:
        return replace(problem, claimed_on=later(problem.found_on, 2, 12))
    allowed = (problem.due_on - problem.found_on).days
    claimed = later(problem.found_on, 2, 12 if drive > 0.75 else 20)
    pace = rng.lognormal(-0.12, 0.45) * (1 + 1.3 * max(0.0, 0.92 - drive))
    if rng.random() < 0.14 * (1.5 - drive):
        pace *= rng.uniform(3.0, 9.0)  # left lying
    done = max(problem.found_on + timedelta(days=round(allowed * pace) + 1), claimed + timedelta(days=1))
    accepted = later(done, 4, 32)
    closed = later(accepted, 1, 8)
    lived = replace(problem, claimed_on=claimed, done_on=done, accepted_on=accepted, closed_on=closed)
    # Those that came back long ago have been put right since, and their line rewritten.
    if rng.random() < 0.07 * (1.6 - drive) and closed > AS_OF - timedelta(days=480):
        return _reopened(
            lived, max(later(closed, 20, 200), AS_OF - timedelta(days=int(rng.integers(5, 110)))), rng
        )
    return lived


def _reopened(problem: Problem, on: date, rng: np.random.Generator) -> Problem:
    """It came back and is open again, with a new deadline; the dates of its first life stand."""
    if on > AS_OF:
        return problem
    return replace(problem, reopened_on=on, due_on=on + timedelta(days=int(rng.choice([30, 45, 60]))))


def _as_of(problem: Problem) -> Problem:
    """What of it has happened."""

    def happened(on: date | None) -> date | None:
        return on if on is not None and on <= AS_OF else None

    return replace(
        problem,
        claimed_on=happened(problem.claimed_on),
        done_on=happened(problem.done_on),
        accepted_on=happened(problem.accepted_on),
        closed_on=happened(problem.closed_on),
    )


def ledger_sheet(county: County, inspection: Inspection, listed: Sequence[Problem]) -> Sheet:
    """The inspection's ledger, dates written as its clerk writes them."""
    rows = [Row(_cells(county, inspection, problem)) for problem in listed]
    return Sheet(
        "问题台账",
        f"{NAME}{inspection.batch}问题整改台账",
        f"填报单位:{NAME}问题整改工作领导小组办公室                    数据截至{AS_OF.year}年{AS_OF.month}月{AS_OF.day}日",
        COLUMNS,
        rows,
        ("注:销号须附佐证材料;反弹问题重新计算整改时限。", "审核人:                单位负责人:"),
    )


def _cells(county: County, inspection: Inspection, problem: Problem) -> list[Cell]:
    def day(on: date | None) -> Cell:
        if on is None or inspection.dates == "date":
            return on
        # "%m" pads with zeros; ledgers written by hand do not.
        return on.strftime(inspection.dates).replace("年0", "年").replace("月0", "月")

    return [
        problem.problem_id,
        problem.source,
        problem.batch,
        day(problem.found_on),
        None if problem.township is None else county.townships[problem.township].name,
        None if problem.village is None else county.villages[problem.village].name,
        problem.category,
        problem.text,
        problem.measures,
        problem.lead_unit,
        problem.post,
        day(problem.due_on) or OPEN_ENDED,
        day(problem.claimed_on),
        day(problem.done_on),
        day(problem.accepted_on),
        day(problem.closed_on),
        day(problem.reopened_on),
        problem.status,
    ]
