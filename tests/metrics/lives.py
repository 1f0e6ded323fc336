"""Ledgers of problems whose lives are written as steps, and a county whose process of closing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_loaders.contract import ACCEPTED, CLAIMED, DONE, FOUND, RETURNED, STRUCK, conform
from metrics.closing_forecast import Past, past_of
from metrics.life_cycle import steps, stretches

REACHES = {FOUND: "待认领", CLAIMED: "整改中", DONE: "待验收", ACCEPTED: "待验收", RETURNED: "整改中", STRUCK: "已销号"}  # fmt: skip
REACHES |= {"反弹": "整改中", "回头看合格": "回头看合格"}
START = pd.Timestamp("2026-01-01")


def on(day: int) -> pd.Timestamp:
    """Day 0 is 1 January 2026."""
    return START + pd.Timedelta(days=day)


Step = tuple[int, str] | tuple[int, str, int]  # day, step, and the deadline that it sets
Life = tuple[
    str, str, int | None, list[Step]
]  # id, batch, first deadline, steps after 发现 on the first one's day


def ledger(lives: list[Life]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Problems and events of these lives; each life's first step is 发现."""
    rows, events = [], []
    for name, batch, first_due, life in lives:
        status, due, last = None, first_due, None
        for day, step, *moved in life:
            due, last = (moved[0] if moved else due), step
            reached = REACHES.get(step, status)
            events.append(
                {
                    "problem_id": name,
                    "on": on(day),
                    "step": step,
                    "from_status": status,
                    "to_status": reached,
                    "due_on": on(moved[0]) if moved else None,
                }
            )
            status = reached
        rows.append(
            {
                "problem_id": name,
                "batch": batch,
                "found_on": on(life[0][0]),
                "status": status,
                "last_step": last,
                "first_due_on": None if first_due is None else on(first_due),
                "due_on": None if due is None else on(due),
            }
        )
    return conform("problems", rows), conform("problem_events", events)


def past(problems: pd.DataFrame, events: pd.DataFrame) -> Past:
    """What the forecast reads."""
    told = steps(problems, events)
    return past_of(problems, told, stretches(problems, told))


def struck(name: str, batch: str, found: int, due: int | None, done: int, off: int) -> Life:
    """A life without turns: found, reported done, struck off."""
    return (name, batch, due, [(found, FOUND), (done, DONE), (off, STRUCK)])


def opened(name: str, batch: str, found: int, due: int | None) -> Life:
    """One that is still worked on."""
    return (name, batch, due, [(found, FOUND), (found, CLAIMED)])


def known_process(rng: np.random.Generator, batches: int, until: int) -> list[Life]:
    """Batches of 4 to 24 problems found within three weeks of days 0 to 100; each has a speed of its own.

    Every day one that is worked on is reported done with a chance of speed x 2.5 %, and one that waits is judged with
    a chance of speed x 6 %: one judgement in ten sends it back. Deadlines are 15 to 250 days after day 130.
    """
    lives: list[Life] = []
    for batch in range(batches):
        speed = rng.gamma(12, 1 / 12)
        due, first = 130 + int(rng.integers(15, 250)), int(rng.integers(0, 80))
        for number in range(int(rng.integers(4, 25))):
            day = first + int(rng.integers(0, 21))
            life: list[Step] = [(day, FOUND), (day, CLAIMED)]
            while True:
                day += int(rng.geometric(0.025 * speed))
                life.append((day, DONE))
                day += int(rng.geometric(0.06 * speed))
                is_refused = rng.random() < 0.1
                life.append((day, RETURNED if is_refused else STRUCK))
                if not is_refused:
                    break
            lives.append((f"{batch}-{number}", str(batch), due, [step for step in life if step[0] <= until]))
    return lives
