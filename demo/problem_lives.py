"""How a problem lives: the steps from being claimed until it is struck off and looked back at.

In: the day it was found, its deadline, how much drive its township has, dice. Out: `Step`s in order, each on a day
of its own, up to AS_OF. Most lives are straight; some are returned by those who accept, extended, or come back after
they were struck off. Offices rest on weekends and on the long holidays; 立行立改 does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from demo.months import AS_OF
from demo.problem_texts import CHECKED_NOTE, EXTEND_NOTES, REOPEN_NOTES, RETURN_NOTES

CLAIMED, DONE, RETURNED, ACCEPTED = "认领", "报完成", "退回", "验收通过"
STRUCK, REOPENED, LOOKED_AT, EXTENDED = "销号", "反弹", "回头看合格", "延期"

IMMEDIATE, TIMED, OPEN_ENDED = "立行立改", "限期整改", "长期坚持"
IMMEDIATE_DAYS = 3

_PERFECT = 1.09  # the one township with that much drive keeps every deadline
_KEEPS_WORD = 0.86  # half of the townships have more: they are late by days, the others by months
_SLACK = 0.63  # and one lets them lie
_HOLIDAYS = (  # the long ones, and those of the present year
    (date(2024, 2, 10), date(2024, 2, 17)),
    (date(2024, 10, 1), date(2024, 10, 7)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
)


@dataclass(frozen=True)
class Step:
    """What happened on a day; `due_on` is the deadline that it sets."""

    on: date
    name: str
    due_on: date | None = None
    note: str = ""


def life(
    found_on: date, due_on: date | None, kind: str, drive: float, rng: np.random.Generator, *, is_plain: bool
) -> tuple[Step, ...]:
    """The steps up to AS_OF. A plain life is never returned, extended or reopened."""
    walk = _Walk(found_on, due_on, drive, rng)
    walk.claim(kind)
    if due_on is not None:
        walk.live(kind, is_plain or drive >= _PERFECT)
    return tuple(step for step in walk.steps if step.on <= AS_OF)


class _Walk:
    """A life while it is thrown: its steps so far and the deadline that holds."""

    def __init__(self, found_on: date, due_on: date | None, drive: float, rng: np.random.Generator) -> None:
        self.found_on = found_on
        self.due_on = due_on or AS_OF
        self.drive = drive
        self.rng = rng
        self.steps: list[Step] = []

    @property
    def last(self) -> date:
        return self.steps[-1].on if self.steps else self.found_on

    def take(self, name: str, on: date, note: str = "", due_on: date | None = None) -> None:
        """The next step, on that day or the first working day after it and after the step before."""
        on = _working_day(max(on, self.last + timedelta(days=1)))
        self.steps.append(Step(on, name, due_on, note))
        self.due_on = due_on or self.due_on

    def later(self, low: int, high: int) -> date:
        return self.last + timedelta(days=int(self.rng.integers(low, high + 1)))

    def one_of(self, notes: tuple[str, ...]) -> str:
        return notes[int(self.rng.integers(len(notes)))]

    def claim(self, kind: str) -> None:
        if kind == IMMEDIATE:
            self.steps.append(Step(self.found_on + timedelta(days=int(self.rng.integers(0, 2))), CLAIMED))
            return
        slow = 6 if self.drive > 0.75 else 9
        is_forgotten = self.rng.random() < 0.25 * (1.1 - self.drive)
        days = self.rng.integers(20, 60) if is_forgotten else self.rng.integers(1, slow + 1)
        self.take(CLAIMED, self.found_on + timedelta(days=int(days)))

    def live(self, kind: str, is_plain: bool) -> None:
        rng = self.rng
        is_extended, returns, comes_back = rng.random() < 0.08, _returns(rng), rng.random()
        if kind == IMMEDIATE:
            self._do_at_once()
        elif not (is_extended and not is_plain and self._extend()):
            self._do(self.found_on)
        for _ in range(0 if is_plain else returns):
            self._return()
        self._strike_off()
        if not is_plain and comes_back < 0.12 * (1.6 - self.drive):
            self._come_back()
        if rng.random() < 0.88:
            self.take(LOOKED_AT, self.later(45, 170), CHECKED_NOTE)

    def _do(self, since: date) -> None:
        """Reports it done: the time that was allowed, times a pace."""
        allowed = (self.due_on - since).days
        self.take(DONE, since + timedelta(days=max(1, round(allowed * _pace(self.drive, self.rng)))))

    def _do_at_once(self) -> None:
        is_slow = self.rng.random() < 0.5 * (1.1 - self.drive)
        days = self.rng.integers(4, 15) if is_slow else self.rng.integers(1, IMMEDIATE_DAYS + 1)
        on = max(self.found_on + timedelta(days=int(days)), self.last + timedelta(days=1))
        self.steps.append(Step(on, DONE))

    def _extend(self) -> bool:
        """Asks for more time some days before the deadline and gets it; too late to ask is no."""
        asked = _working_day(self.due_on - timedelta(days=int(self.rng.integers(3, 12))))
        more = int(self.rng.choice([30, 45, 60]))
        if asked >= self.due_on or asked <= self.last:
            return False
        old = self.due_on
        self.take(EXTENDED, asked, self.one_of(EXTEND_NOTES), old + timedelta(days=more))
        self.take(DONE, old + timedelta(days=round(more * self.rng.uniform(0.1, 1.15 - 0.1 * self.drive))))
        return True

    def _return(self) -> None:
        """Whoever came to accept refused; who has little time left is given some."""
        on = self.later(2, 10)
        due_on = on + timedelta(days=15) if (self.due_on - on).days < 10 else None
        self.take(RETURNED, on, self.one_of(RETURN_NOTES), due_on)
        slow = 20 if self.drive > _KEEPS_WORD else 55
        self.take(DONE, self.later(5, slow))

    def _strike_off(self) -> None:
        is_late = self.last > self.due_on  # nobody hurries to accept what is late anyway
        self.take(ACCEPTED, self.later(4, 28) if is_late else self.later(2, 10))
        self.take(STRUCK, self.later(1, 7))

    def _come_back(self) -> None:
        """It is found again; a few had been looked back at and were well."""
        soon, late = self.later(20, 330), AS_OF - timedelta(days=int(self.rng.integers(4, 95)))
        # The last campaign of 回头看 found half of them, also among the old.
        on = _working_day(late if self.rng.random() < 0.7 and late > soon else soon)
        if (on - self.last).days > 200:
            self.take(LOOKED_AT, self.later(60, 150), CHECKED_NOTE)
        due_on = on + timedelta(days=int(self.rng.choice([30, 45, 60])))
        self.take(REOPENED, on, self.one_of(REOPEN_NOTES), due_on)
        self._do(on)
        self._strike_off()


def _returns(rng: np.random.Generator) -> int:
    """How often acceptance is refused."""
    return int(rng.choice([0, 1, 2], p=[0.88, 0.105, 0.015]))


def _pace(drive: float, rng: np.random.Generator) -> float:
    """The share of the allowed time that is used."""
    pace = rng.lognormal(-0.36, 0.36) * (1 + 0.5 * max(0.0, 0.9 - drive))
    left_lying, wait, kept = rng.random(), rng.uniform(2.2, 7.5), rng.uniform(0.5, 0.98)
    if drive >= _PERFECT:
        return min(pace, 0.85)
    if drive >= _KEEPS_WORD:
        return min(pace, kept)
    forgets = 0.08 + 1.2 * (_KEEPS_WORD - drive) + (0.45 if drive < _SLACK else 0.0)
    return pace * wait if left_lying < forgets else pace


def _working_day(on: date) -> date:
    """The day, or the first one after it on which offices work."""
    while on.weekday() >= 5 or any(first <= on <= last for first, last in _HOLIDAYS):
        on += timedelta(days=1)
    return on
