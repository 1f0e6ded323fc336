"""Tabs that are opened and shut, a thousand times: what a server keeps of those who have gone.

In: a served app. Out: its memory after every hundred, and the slope from the first hundred on in KB a session; what it
grows by when tabs stay open (`held_open`). Streamlit keeps a session for two minutes after its tab is shut, 128 at most, for
the case that the line was cut: the first hundred fill that store and are no leak; what grows after them is. Refuses to
hurry: only so many tabs at once as a server has time for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.load.processes import cpu_s, rss_mb
from benchmarks.load.servers import Served
from benchmarks.load.session import Session

AT_ONCE = 4
EVERY = 100
PAGES = ("overview", "ranking", "rectification", "map")


@dataclass
class Cycles:
    """Memory by sessions opened so far."""

    rss_mb: dict[int, float] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0

    @property
    def kb_per_session(self) -> float:
        """Growth from the first look to the last: the store of sessions that are kept for a while is full by then."""
        counts = sorted(self.rss_mb)
        if len(counts) < 2:
            return 0.0
        return 1000 * (self.rss_mb[counts[-1]] - self.rss_mb[counts[0]]) / (counts[-1] - counts[0])

    def lines(self) -> list[str]:
        """For people."""
        marks = ", ".join(f"{count}: {mb:.0f}" for count, mb in sorted(self.rss_mb.items()))
        found = [
            f"opened and shut {max(self.rss_mb, default=0)} sessions: MB after {marks};"
            f" {self.kb_per_session:+.1f} KB a session after the first {min(self.rss_mb, default=0)};"
            f" {1000 * self.cpu_s / max(self.rss_mb, default=1):.0f} ms of CPU each"
        ]
        return found + [f"      ! {count} × {error}" for error, count in self.errors.most_common(5)]


async def opened_and_shut(served: Served, sessions: int, every: int = EVERY) -> Cycles:
    """So many tabs, one page each, by several people."""
    found = Cycles()
    before, done = cpu_s(served.workers()), 0
    numbers = iter(range(sessions))

    async def visitor() -> None:
        nonlocal done
        for number in numbers:
            # The same few people over and over: what pages keep for everybody is there after the first hundred.
            cookies = served.people.person(number % 10).cookies
            async with Session(served.address, cookies=cookies, port=served.port) as session:
                answer = await session.open(PAGES[number % len(PAGES)])
                if answer.error:
                    found.errors[answer.error] += 1
            done += 1
            if done % every == 0:
                found.rss_mb[done] = rss_mb(served.workers())

    await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))
    found.cpu_s = cpu_s(served.workers()) - before
    return found


async def held_open(served: Served, sessions: int) -> float:
    """MB that each of so many tabs takes that stay open, on pages whose answers are kept already."""
    async with AsyncExitStack() as shut:
        turns = asyncio.Semaphore(AT_ONCE)

        async def open_one(number: int) -> Session:
            cookies = served.people.person(number % 10).cookies
            session = await shut.enter_async_context(
                Session(served.address, cookies=cookies, port=served.port)
            )
            async with turns:
                await session.open(PAGES[number % len(PAGES)])
            return session

        # What earlier sessions left free is taken first: so the first tenth is not counted.
        await asyncio.gather(*map(open_one, range(sessions // 10)))
        before = rss_mb(served.workers())
        await asyncio.gather(*map(open_one, range(sessions)))
        return (rss_mb(served.workers()) - before) / sessions
