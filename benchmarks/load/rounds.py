"""A round of the load benchmark: so many readers for so long, and what came of it.

In: a served app and a number of sessions. Out: `Found`: times of interactions and of first visits, errors with what they
said, memory and processor time of the server and of this program. Refuses to count what was asked while readers were still
coming: only the first visits are timed then.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load.processes import cpu_s, rss_mb
from benchmarks.load.readers import Reader, Taken
from benchmarks.load.servers import Served

COMING_S = 8.0  # within which all readers have come


@dataclass
class Found:
    """What a round found; times in milliseconds."""

    sessions: int
    seconds: float = 0.0
    interactions: list[float] = field(default_factory=list)
    first_visits: list[float] = field(default_factory=list)
    by_what: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    server_cpu_s: float = 0.0  # while interactions were timed
    own_cpu_s: float = 0.0
    rss_mb_before: float = 0.0  # before anybody came to this server
    rss_mb: float = 0.0  # with everybody there

    def add(self, taken: Taken, counted_from: float) -> None:
        """One more thing done."""
        if taken.answer.error:
            self.errors[f"{taken.what}: {taken.answer.error[:60]} ({taken.address})"] += 1
        elif taken.is_first:
            self.first_visits.append(taken.answer.ms)
        elif taken.at >= counted_from:
            self.interactions.append(taken.answer.ms)
            self.by_what[taken.what].append(taken.answer.ms)

    @property
    def mb_per_session(self) -> float:
        """Growth of the server by sessions; answers that are kept for everybody are counted in."""
        return (self.rss_mb - self.rss_mb_before) / self.sessions

    def figures(self) -> dict[str, float]:
        """What is promised, for the last line."""
        return {
            "p50_ms": round(share(self.interactions, 0.50)),
            "p95_ms": round(share(self.interactions, 0.95)),
            "p99_ms": round(share(self.interactions, 0.99)),
            "errors": sum(self.errors.values()),
            "rss_mb_per_session": round(self.mb_per_session, 2),
        }

    def lines(self) -> list[str]:
        """Everything, for people."""
        done = max(len(self.interactions), 1)
        found = [
            f"{self.sessions:>4} sessions  {len(self.interactions)} interactions in {self.seconds:.0f} s:"
            f" p50 {share(self.interactions, 0.5):.0f} ms, p95 {share(self.interactions, 0.95):.0f} ms,"
            f" p99 {share(self.interactions, 0.99):.0f} ms; errors {sum(self.errors.values())}",
            f"      first visits {len(self.first_visits)}: p50 {share(self.first_visits, 0.5):.0f} ms,"
            f" p95 {share(self.first_visits, 0.95):.0f} ms",
            f"      server: {1000 * self.server_cpu_s / done:.0f} ms of CPU for each interaction,"
            f" {self.server_cpu_s / max(self.seconds, 1e-9):.2f} cores;"
            f" {self.rss_mb:.0f} MB, {self.mb_per_session:+.2f} MB a session;"
            f" this program: {self.own_cpu_s / max(self.seconds, 1e-9):.2f} cores",
        ]
        return found + [f"      ! {count} × {error}" for error, count in self.errors.most_common(5)]

    def slowest(self, at_most: int = 12) -> list[str]:
        """What took longest, in the middle."""
        kinds = sorted(self.by_what.items(), key=lambda each: -median(each[1]))[:at_most]
        return [
            f"      {median(times):6.0f} ms  max {max(times):6.0f}  {len(times):>4} ×  {what}"
            for what, times in kinds
        ]


def share(values: list[float], part: float) -> float:
    """The value that so great a part of all does not exceed; 0 without any."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else 0.0


async def round_of(
    served: Served, sessions: int, seconds: float, think_s: float, rss_mb_before: float, seed: int
) -> Found:
    """Let so many readers come, then read for so long."""
    coming_s = min(COMING_S, seconds)
    found = Found(sessions, seconds, rss_mb_before=rss_mb_before)
    counted_from = time.monotonic() + coming_s
    until = counted_from + seconds
    readers = [
        Reader(
            served.address,
            1000 * seed + number,
            served.people.person(number),
            think_s,
            lambda taken: found.add(taken, counted_from),
            served.port,
        )
        for number in range(sessions)
    ]
    tasks = [asyncio.create_task(reader.read(coming_s, until)) for reader in readers]
    await asyncio.sleep(counted_from - time.monotonic())
    before, own = cpu_s(served.pids()), time.process_time()
    await asyncio.sleep(max(0.0, until - time.monotonic() - 0.2))
    found.server_cpu_s, found.own_cpu_s = cpu_s(served.pids()) - before, time.process_time() - own
    found.rss_mb = rss_mb(served.workers())  # while they are all there
    await asyncio.gather(*tasks)
    return found
