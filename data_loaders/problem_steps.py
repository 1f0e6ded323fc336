"""The steps of one problem in order → those that are possible, and those that cannot have been.

In: what the ledgers tell of one problem, and the county's transitions. Out: every possible step with the status before
and after it, and every impossible one with the reason. An impossible step changes nothing: the problem keeps the status
that it had, and the next step is judged from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data_loaders.contract import (
    ACCEPTED,
    AWAITING,
    CLAIMED,
    DONE,
    EXTENDED,
    FOUND,
    LOOKED_AT,
    REACHES,
    RECTIFYING,
    REOPENED,
    RETURNED,
    STEPS,
    STRUCK,
    STRUCK_OFF,
    UNCLAIMED,
)
from settings import Status

LIFE = (FOUND, EXTENDED, CLAIMED, DONE, ACCEPTED, RETURNED, STRUCK, LOOKED_AT, REOPENED)
"""In which order steps of one day were taken, as far as that is possible."""

SETS_DEADLINE = (EXTENDED, RETURNED, REOPENED)

_ONLY_FROM: dict[str, tuple[str, ...]] = {
    CLAIMED: (UNCLAIMED,),
    ACCEPTED: (AWAITING,),
    RETURNED: (AWAITING,),
    REOPENED: STRUCK_OFF,
    EXTENDED: (UNCLAIMED, RECTIFYING, AWAITING),
}

Transitions = Mapping[Status, tuple[Status, ...]]


@dataclass(frozen=True)
class Step:
    """One step as a ledger tells it."""

    on: date
    name: str  # one of contract.STEPS
    due_on: date | None = None
    note: str | None = None
    column: str = ""  # what the cell is called
    cell: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)  # source columns
    number: str = ""  # of the problem, as it stands there
    is_dated: bool = False  # by a date of the problem's own row, not by a row of the ledger of changes
    was_done: bool = False  # 退回: it must have been reported done before, on a day that nobody tells


@dataclass(frozen=True)
class Taken:
    """A step that was possible, with the status before it (None for 发现) and after it."""

    step: Step
    before: str | None
    after: str


@dataclass(frozen=True)
class Refused:
    """A step that cannot have been: from this status (None: not yet found), why, and what could come instead."""

    step: Step
    before: str | None
    why: str
    possible: tuple[str, ...]


@dataclass
class _State:
    status: str | None
    deadline: date | None
    is_accepted: bool = False


def walk(
    told: Iterable[Step], deadline: date | None, transitions: Transitions
) -> tuple[list[Taken], list[Refused]]:
    """The steps in the order of their days, as far as they are possible, and the others.

    `deadline` is the first one, None where there is none or nobody knows it.
    """
    left = sorted(told, key=lambda step: (step.on, LIFE.index(step.name)))
    is_found = not any(step.name == FOUND for step in left)
    state = _State(UNCLAIMED if is_found else None, deadline)
    taken: list[Taken] = []
    refused: list[Refused] = []
    while left:
        today = [step for step in left if step.on == left[0].on]
        step = next((step for step in today if not _obstacle(step, state, transitions)), None)
        if step is not None:
            taken.append(_take(step, state))
        else:
            step = today[0]
            why = _obstacle(step, state, transitions)
            refused.append(Refused(step, state.status, why, _possible(state, transitions)))
        left.remove(step)
    return taken, refused


def _take(step: Step, state: _State) -> Taken:
    before, after = state.status, REACHES.get(step.name, state.status or UNCLAIMED)
    state.status = after
    if step.name in SETS_DEADLINE:
        state.deadline = step.due_on or state.deadline
    if step.name != EXTENDED:
        state.is_accepted = step.name == ACCEPTED
    return Taken(step, before, after)


def _obstacle(step: Step, state: _State, transitions: Transitions) -> str:
    """Why the step cannot be taken now; "" when it can."""
    if not _is_possible(step.name, state, transitions):
        if not (step.was_done and state.status in (UNCLAIMED, RECTIFYING)):
            return _because(step.name, state)
    elif step.name == EXTENDED:
        if step.due_on is None:
            return "没有写新的整改时限"
        if state.deadline is not None and step.due_on <= state.deadline:
            return f"新的整改时限 {step.due_on} 不晚于原来的 {state.deadline}"
    return ""


def _is_possible(name: str, state: _State, transitions: Transitions) -> bool:
    status = state.status
    if status is None or name == FOUND:
        return status is None and name == FOUND
    if name in _ONLY_FROM and status not in _ONLY_FROM[name]:
        return False
    if name == EXTENDED:
        return True
    if name == ACCEPTED:
        return not state.is_accepted
    return REACHES[name] in transitions.get(status, ())  # type: ignore[call-overload]


def _because(name: str, state: _State) -> str:
    if state.status is None:
        return "当时还没有发现这个问题"
    if name == ACCEPTED and state.is_accepted:
        return "当时已经验收通过"
    return f"当时是“{state.status}”"


def _possible(state: _State, transitions: Transitions) -> tuple[str, ...]:
    return tuple(name for name in STEPS if _is_possible(name, state, transitions))


def last_round(taken: Sequence[Taken]) -> list[Step]:
    """The steps after the last 退回 or 反弹: those make all that was done before them undone."""
    begun = max((at for at, one in enumerate(taken) if one.step.name in (RETURNED, REOPENED)), default=-1)
    return [one.step for one in taken[begun + 1 :]]
