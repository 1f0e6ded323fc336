"""Many readers at once, on the app as a county serves it: how long they wait, what goes wrong, what it costs.

Starts `make serve` on the demo county in mode login (one process for each core, behind nginx), waits until it has warmed
itself up and other readers have been at it for a while, and lets 20, 50 and 100 readers come who speak Streamlit's own
protocol (benchmarks/load/session.py). They look for 5 s on average, then go on: choosers, links, addresses
(benchmarks/load/readers.py). Then the same with one of the processes
alone, without nginx, and a thousand tabs that are opened and shut on it. Times are from the question to the end of the
page's run; first visits (document, connection, first page) are told apart. An error is a page that shows one or does not
come to its end, a connection that is cut, or 30 s without the whole page. Memory a session is what the server has grown by
since before anybody came, answers kept for everybody included, by sessions that are open.

The last line is one JSON object, sessions → figures of one process per core behind nginx.

    make bench-load             or: python -m benchmarks.load [--sessions 20 --seconds 30] [--processes 2] [--only proxy|alone|cycles]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.load.cycles import held_open, opened_and_shut
from benchmarks.load.processes import rss_mb
from benchmarks.load.rounds import Found, round_of
from benchmarks.load.servers import Served, served
from benchmarks.pages.county import prepared

SESSIONS, SECONDS, THINK_S, CYCLES = (20, 50, 100), 20.0, 5.0, 1000
MORNING, HELD = 50, 50


def main() -> None:
    """Measure and print."""
    asked = _asked()
    county = prepared()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        with served(county, asked.processes, Path(folder)) as app:
            before = rss_mb(app.workers())
            print(
                f"{asked.processes} processes, warm after {time.monotonic() - started:.0f} s: {before:.0f} MB",
                flush=True,
            )
            print(json.dumps(_measured(app, asked, before)))


def _measured(app: Served, asked: argparse.Namespace, before: float) -> dict[str, dict[str, float]]:
    figures: dict[str, dict[str, float]] = {}
    one = app.alone()
    if asked.morning:
        print(f"── the first {asked.morning} readers since the start, not counted below", flush=True)
        _round(app, asked.morning, asked, before, seed=asked.seed + 1)
    if asked.only in ("", "proxy"):
        print(f"── {asked.processes} processes behind nginx", flush=True)
        for sessions in asked.sessions:
            figures[str(sessions)] = _round(app, sessions, asked, before).figures()
    if asked.only in ("", "alone"):
        print("── one process alone", flush=True)
        start = rss_mb(one.workers())
        for sessions in asked.sessions:
            _round(one, sessions, asked, start)
    if asked.only in ("", "cycles") and asked.cycles:
        print("\n".join(asyncio.run(opened_and_shut(one, asked.cycles)).lines()), flush=True)
        print(f"{HELD} tabs that stay open: {asyncio.run(held_open(one, HELD)):.2f} MB each", flush=True)
    return figures


def _round(
    app: Served, sessions: int, asked: argparse.Namespace, before: float, seed: int | None = None
) -> Found:
    found = asyncio.run(round_of(app, sessions, asked.seconds, asked.think, before, seed or asked.seed))
    print("\n".join(found.lines() + (found.slowest() if asked.detail else [])), flush=True)
    return found


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sessions", type=_numbers, default=SESSIONS, help="how many at once, e.g. 20,50,100"
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of each round, after everybody has come"
    )
    parser.add_argument(
        "--think", type=float, default=THINK_S, help="seconds that a reader looks, on average"
    )
    parser.add_argument("--processes", type=int, default=_cores())
    parser.add_argument(
        "--cycles", type=int, default=CYCLES, help="sessions that are opened and shut; 0: none"
    )
    parser.add_argument("--morning", type=int, default=MORNING, help="readers of the first round; 0: none")
    parser.add_argument("--seed", type=int, default=1, help="other readers")
    parser.add_argument("--only", choices=("", "proxy", "alone", "cycles"), default="")
    parser.add_argument("--detail", action="store_true", help="what took longest")
    asked = parser.parse_args()
    if asked.sessions != SESSIONS and asked.only == "" and asked.cycles == CYCLES:
        asked.only = "proxy"  # a quick look
    return asked


def _numbers(typed: str) -> tuple[int, ...]:
    return tuple(int(each) for each in typed.split(","))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
