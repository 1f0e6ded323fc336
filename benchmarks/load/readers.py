"""Readers as they use the app on a working day: which pages, what they choose there, how long they look.

In: a server's address and a number. Out: what each thing done took (`Taken`), first visits apart from what follows.
Refuses to depend on the day's luck: a reader with the same number does the same things, as far as the pages offer them.

A visit begins with a page of MIX, mostly by a link of ours within the session, sometimes by its address, which is a new
session as in a browser; then a few choices are made with the choosers that are there. Periods are asked for the newer the
oftener, everything else alike. Between any two the reader looks, for `think_s` on average.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

from benchmarks.load.people import Person
from benchmarks.load.session import Answer, Session
from benchmarks.load.widgets import Widget

VILLAGE = "a village"  # stands for any of them

# (how often, page, its address): what is looked at most on a county's working day.
MIX: tuple[tuple[int, str, dict[str, str]], ...] = (
    (22, "overview", {}),
    (14, "map", {}),
    (10, "map", {"place": VILLAGE}),  # 村情卡
    (8, "industry", {}),
    (5, "industry", {"part": "按产业看"}),
    (14, "ranking", {}),
    (7, "rectification", {}),
    (8, "rectification", {"part": "清单"}),
    (6, "quality", {}),
    (6, "observation", {"part": "观摩点"}),
)
BY_ADDRESS = 0.15  # of visits: a bookmark, a link in a message, an HTML link of ours
CHOICES = (1, 4)  # on a page, before going on
# What readers choose with; any other chooser of one option counts once.
OFTEN = {"choose_place": 4, "choose_indicator": 3, "choose_period": 2, "part": 4, "by": 3}
NEWER = 0.7  # a period is asked for about half as often as the one after it
LONGEST = 4  # times the average that anybody looks at a page


@dataclass(frozen=True)
class Taken:
    """One thing done: what, where it led, when (monotonic s), with what answer."""

    what: str
    address: str
    at: float
    is_first: bool  # a page's address was opened, in a session of its own
    answer: Answer


@dataclass
class Reader:
    """One of many; `number` decides what it does."""

    address: str
    number: int
    person: Person
    think_s: float
    taken: Callable[[Taken], None]
    port: int | None = None  # of the one process to ask
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(f"reader {self.number}")

    async def read(self, start_within_s: float, until: float) -> None:
        """Come some time within so many seconds, then read until then (monotonic s)."""
        await asyncio.sleep(self.chance.uniform(0, start_within_s))
        async with Session(self.address, cookies=self.person.cookies, port=self.port) as session:
            while time.monotonic() < until:
                await self._visit(session)
                for _ in range(self.chance.randint(*CHOICES)):
                    if not await self._think(until):
                        return
                    if session.has_error() or not await self._choose(session):
                        break
                if not await self._think(until):
                    return

    async def _visit(self, session: Session) -> None:
        _, page, asked = self.chance.choices(MIX, [weight for weight, _, _ in MIX])[0]
        query = {name: self._of(value) for name, value in asked.items()}
        # After an error a reader loads the page anew.
        is_first = not session.page or session.has_error() or self.chance.random() < BY_ADDRESS
        at = time.monotonic()
        answer = await (session.open(page, **query) if is_first else session.follow(page, **query))
        self._note(session, " ".join((page, *query)), at, is_first, answer)

    def _of(self, value: str) -> str:
        return self.chance.choice(self.person.villages) if value == VILLAGE else value

    async def _choose(self, session: Session) -> bool:
        """Choose anything; False when the page offers nothing."""
        offered = {key: each for key, each in sorted(session.widgets.items()) if others(each)}
        if not offered:
            return False
        key = self.chance.choices(list(offered), [OFTEN.get(key, 1) for key in offered])[0]
        options = others(offered[key])
        at_most = len(options) - 1
        at = (
            int(self.chance.expovariate(NEWER)) if key == "choose_period" else self.chance.randint(0, at_most)
        )
        value = options[min(at, at_most)]
        started = time.monotonic()
        answer = await session.choose(key, value)
        self._note(session, f"{session.page} {key}", started, False, answer)
        return True

    async def _think(self, until: float) -> bool:
        """Look for a while; False when it is time to go."""
        looks = min(self.chance.expovariate(1 / self.think_s), LONGEST * self.think_s) if self.think_s else 0
        await asyncio.sleep(max(0.0, min(looks, until - time.monotonic())))
        return time.monotonic() < until

    def _note(self, session: Session, what: str, at: float, is_first: bool, answer: Answer) -> None:
        answer.elements.clear()  # nobody looks at them again
        address = f"reader {self.number} /{session.page}?{urlencode(session.query)}"
        self.taken(Taken(what, address, at, is_first, answer))


def others(widget: Widget) -> list[str]:
    """What else could be chosen where one option is chosen; nothing for other widgets."""
    if widget.kind not in {"selectbox", "button_group"}:
        return []
    chosen = widget.value if isinstance(widget.value, tuple) else (widget.value,)
    return [option for option in widget.options if option not in chosen]
