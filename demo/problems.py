"""The problems of nine inspections: what was found where, by whom it is put right, and how far it has come.

In: the county. Out: `Problem`s by inspection. Each has the steps of its life up to AS_OF (demo.problem_lives); what a
ledger's row says of it follows from them. Old inspections are nearly closed, late ones open, slack townships overdue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from demo.chance import dice
from demo.county import County
from demo.problem_lives import (
    ACCEPTED,
    CLAIMED,
    DONE,
    EXTENDED,
    IMMEDIATE,
    IMMEDIATE_DAYS,
    LOOKED_AT,
    OPEN_ENDED,
    REOPENED,
    RETURNED,
    STRUCK,
    TIMED,
    Step,
    life,
)
from demo.problem_texts import (
    CATEGORIES,
    COUNTY_PROBLEMS,
    Category,
    county_leader,
    filled,
    is_of_village,
    responsible_post,
    supporting_units,
)


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
    says_immediate: bool = False  # whether 立行立改 stands in the deadline's column, or a date
    patience: float = 1.0  # late inspections allow more time than the usual


INSPECTIONS: tuple[Inspection, ...] = (
    Inspection("2024年省级第三方评估问题整改台账", "第三方评估", "2024年省级第三方评估", "P24", date(2024, 3, 11), 12, 124),
    Inspection("2024年省级督查问题整改台账", "省级督查", "2024年省级督查", "D24", date(2024, 7, 15), 10, 87),
    Inspection("2025年巡视“回头看”问题整改台账", "巡视“回头看”", "2025年巡视“回头看”", "X25", date(2025, 3, 3), 25, 76, True, "%Y.%m.%d", True),
    Inspection("2025年审计问题整改台账", "审计", "2025年审计", "S25", date(2025, 5, 12), 30, 63, True),
    Inspection("2025年暗访第一批问题整改台账", "暗访", "2025年暗访第一批", "A25", date(2025, 9, 8), 6, 98, says_immediate=True),
    Inspection("2026年市级核查问题整改台账", "市级核查", "2026年市级核查", "H26", date(2026, 3, 9), 9, 112, False, "%Y年%m月%d日", patience=1.4),
    Inspection("2026年第三方评估问题整改台账", "第三方评估", "2026年第三方评估", "P26", date(2026, 6, 15), 12, 136, True, patience=1.9),
    Inspection("2026年暗访问题整改台账", "暗访", "2026年暗访", "A26", date(2026, 8, 24), 8, 109, says_immediate=True, patience=1.15),
    Inspection("2026年自查问题整改台账", "自查", "2026年自查", "Z26", date(2026, 10, 12), 28, 103),
)  # fmt: skip

_LASTING = (
    "责任不落实",
    "人居环境",
    "政策宣讲不到位",
    "产业薄弱同质化",
)  # some of these are never done for good
_ROUNDS = (15, 30, 45, 60, 90, 120, 150)
_QUICK_DAYS = 15  # what usually takes no longer may be 立行立改


@dataclass(frozen=True)
class Problem:
    """One line of a ledger: what was found, and the steps since."""

    problem_id: str
    source: str
    batch: str
    townships: tuple[int, ...]  # none: a county bureau's own problem; several: one line for all of them
    villages: tuple[int, ...]  # several: of the one township
    category: str
    text: str
    measures: str
    lead_unit: str
    supporting_units: str
    post: str
    leader: str
    kind: str
    found_on: date
    first_due_on: date | None  # None: 长期坚持, there is no deadline
    opinion: str = ""
    planned_on: date | None = None
    steps: tuple[Step, ...] = ()

    @property
    def is_split(self) -> bool:
        """Whether the line stands for several places."""
        return len(self.townships) > 1 or len(self.villages) > 1

    @property
    def has_rounds(self) -> bool:
        """Whether it was returned, reopened or extended: then its row does not tell the whole life."""
        return any(step.name in (RETURNED, REOPENED, EXTENDED) for step in self.steps)

    @property
    def due_on(self) -> date | None:
        """The deadline that holds now."""
        return next((step.due_on for step in reversed(self.steps) if step.due_on), self.first_due_on)

    @property
    def status(self) -> str:
        """待认领, 整改中, 待验收, 已销号 or 回头看合格."""
        names = [step.name for step in self.steps if step.name != EXTENDED]
        if not names:
            return "待认领"
        return {DONE: "待验收", ACCEPTED: "待验收", STRUCK: "已销号", LOOKED_AT: LOOKED_AT}.get(
            names[-1], "整改中"
        )

    @property
    def is_open(self) -> bool:
        """Whether it is neither reported done nor struck off."""
        return self.status in ("待认领", "整改中")

    @property
    def reopened_on(self) -> date | None:
        """The last time that it came back."""
        return self.last(REOPENED)

    def last(self, name: str) -> date | None:
        """The day of the last such step, of whatever round."""
        return next((step.on for step in reversed(self.steps) if step.name == name), None)

    def now(self, name: str) -> date | None:
        """The day of that step in the present round: what was done before 退回 or 反弹 is undone."""
        for step in reversed(self.steps):
            if step.name == name:
                return step.on
            if step.name in (RETURNED, REOPENED):
                break
        return None


@lru_cache(maxsize=1)
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
        found.append(_lived(problem, drive))
    return _with_opinions(found, inspection)


def _of_place(
    county: County, inspection: Inspection, number: int, township: int, category: Category, found_on: date,
    rng: np.random.Generator,
) -> Problem:  # fmt: skip
    text = str(rng.choice(category.texts))
    townships, villages = _where(county, township, is_of_village(text), rng)
    name = "、".join(county.townships[index].name for index in townships)
    village_names = "、".join(county.villages[index].name for index in villages)
    lead_unit = str(rng.choice(category.units))
    kind, due_on = _deadline(category, inspection, found_on, rng)
    return Problem(
        problem_id=f"{inspection.prefix}-{number:03d}",
        source=inspection.source,
        batch=inspection.batch,
        townships=townships,
        villages=villages,
        category=category.name,
        text=filled(text, name, village_names, rng),
        measures=filled(str(rng.choice(category.measures)), name, "", rng),
        lead_unit=lead_unit,
        supporting_units=supporting_units(category, lead_unit, name, rng) if len(townships) == 1 else "",
        post=responsible_post(county.townships[township].name, village_names, rng),
        leader=county_leader(lead_unit),
        kind=kind,
        found_on=found_on,
        first_due_on=due_on,
    )


def _where(
    county: County, township: int, is_in_village: bool, rng: np.random.Generator
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The townships and villages of one line: mostly one place, now and then two or three."""
    villages = county.villages_of(township)
    places = int(rng.integers(2, 4)) if rng.random() < 0.018 else 1
    if is_in_village:
        return (township,), tuple(sorted(map(int, rng.choice(villages, size=places, replace=False))))
    others = [index for index in range(len(county.townships)) if index != township]
    more = rng.choice(others, size=places - 1, replace=False)
    return tuple(sorted({township, *map(int, more)})), ()


def _deadline(
    category: Category, inspection: Inspection, found_on: date, rng: np.random.Generator
) -> tuple[str, date | None]:
    is_quick = category.days <= _QUICK_DAYS and rng.random() < 0.35
    is_lasting = category.name in _LASTING and rng.random() < 0.03
    usual = category.days * inspection.patience * rng.uniform(0.7, 1.5)
    days = min(_ROUNDS, key=lambda round_days: abs(round_days - usual))
    if is_lasting:
        return OPEN_ENDED, None
    if is_quick:
        return IMMEDIATE, found_on + timedelta(days=IMMEDIATE_DAYS)
    return TIMED, found_on + timedelta(days=days)


def _of_bureau(inspection: Inspection, number: int, found_on: date, rng: np.random.Generator) -> Problem:
    category, unit, text = COUNTY_PROBLEMS[int(rng.integers(len(COUNTY_PROBLEMS)))]
    return Problem(
        problem_id=f"{inspection.prefix}-{number:03d}",
        source=inspection.source,
        batch=inspection.batch,
        townships=(),
        villages=(),
        category=category,
        text=filled(text, "", "", rng),
        measures="由牵头单位制定整改方案,明确责任人和时限,分管副县长每周调度。",
        lead_unit=unit,
        supporting_units="" if unit == "县财政局" else "县财政局",
        post=f"{unit}主要负责人",
        leader=county_leader(unit),
        kind=TIMED,
        found_on=found_on,
        first_due_on=found_on + timedelta(days=60),
    )


def _lived(problem: Problem, drive: float) -> Problem:
    """With its steps and its own timetable."""
    rng = dice(f"problems/life/{problem.problem_id}")
    share = rng.uniform(0.6, 0.92)
    steps = life(problem.found_on, problem.first_due_on, problem.kind, drive, rng, is_plain=problem.is_split)
    lived = replace(problem, steps=steps)
    return replace(lived, planned_on=_planned(lived, share))


def _planned(problem: Problem, share: float) -> date | None:
    """When it is to be done by its own timetable, which whoever claims it draws up, and anew with each new deadline."""
    claimed_on = problem.last(CLAIMED)
    if problem.kind != TIMED or problem.due_on is None or claimed_on is None:
        return None
    since = next((step.on for step in reversed(problem.steps) if step.due_on), problem.found_on)
    planned = since + timedelta(days=round((problem.due_on - since).days * share))
    return planned if claimed_on < planned < problem.due_on else None


def _with_opinions(found: Sequence[Problem], inspection: Inspection) -> list[Problem]:
    """Problems of a category are one opinion; the rarest categories share theirs with the next rarest."""
    rng = dice(f"problems/opinions/{inspection.prefix}")
    wanted = int(rng.integers(10, 15))
    groups = [[category] for category, _ in Counter(problem.category for problem in found).most_common()]
    while len(groups) > wanted:
        last = groups.pop()
        groups[-1] += last
    numbers = rng.permutation(len(groups)) + 1
    opinion = {
        category: f"意见{numbers[at]}" for at, categories in enumerate(groups) for category in categories
    }
    return [replace(problem, opinion=opinion[problem.category]) for problem in found]
