"""How fast the village map is, beside an empty page, a bare rerun, a naive st_folium page and Vizro.

In real Chromium, with counties of real borders prepared by prepare.py. The measured pages take turns, visit after
visit, so that a busy machine slows all of them alike; the medians' ratios are the result, not the times. A switch is
to an indicator and period that no visit asked for before (`again`: one that was shown already). Prints a table; the
last line is one JSON object. Every run is appended to benchmarks/history/map.jsonl.

    make bench-map              or: python -m benchmarks.bench_map [--only ours,v2] [--sizes 600,5000] [--detail]

The naive page gets Leaflet and jQuery from this machine and nothing for its other outside files, as if the internet
were there and took no time. Vizro, which is no dependency, lives in an environment below the temporary folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

import bootstrap
from benchmarks.map import report
from benchmarks.map.browser import FLAGS
from benchmarks.map.county import County, TooSlow, prepared
from benchmarks.map.pages import Kind, NotInstalled, Server, kinds, served
from benchmarks.map.sessions import Samples, play, visit

SIZES = (600, 5_000, 50_000)
ALL = ("empty", "rerun", "ours", "v2", "naive", "vizro")
FLOORS = ("empty", "rerun")  # what everything is divided by: measured again at every size
SMALL_ONLY = {"naive", "vizro"}  # at 600 villages they take long enough
PREPARE_S = {600: 120, 5_000: 400, 50_000: 900}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(ALL), help="of " + ",".join(ALL))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of villages")
    parser.add_argument("--rounds", type=int, default=3, help="visits to each page")
    parser.add_argument(
        "--detail", action="store_true", help="every message of a switch, and where its time goes"
    )
    parser.add_argument("--no-history", action="store_true", help="do not append to the history")
    options = parser.parse_args()
    wanted = [*FLOORS, *(name for name in options.only.split(",") if name not in FLOORS)]
    executable = bootstrap.found_browser()
    if executable is None:
        raise SystemExit("no Chromium, Chrome or Edge was found")
    results: report.Results = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for villages in map(int, options.sizes.split(",")):
            measured = _measured(browser, villages, wanted, options.rounds)
            results |= {(name, villages): samples for name, samples in measured.items()}
        version = browser.version
        browser.close()
    for line in report.table(results):
        print(line)
    if options.detail:
        for line in report.detail(results):
            print(line)
    summary = report.summary(results)
    if not options.no_history:
        report.append(results, summary, version, options.rounds)
    print(json.dumps(summary))


def _measured(browser: Browser, villages: int, wanted: list[str], rounds: int) -> dict[str, Samples]:
    """Every wanted page at one size, visit by visit in turn."""
    found = {name: Samples() for name in wanted if villages == SIZES[0] or name not in SMALL_ONLY}
    try:
        county = prepared(villages, PREPARE_S.get(villages, 900))
    except TooSlow as problem:
        for name, samples in found.items():
            samples.reason = None if name in FLOORS else str(problem)
        return {name: samples for name, samples in found.items() if name not in FLOORS}
    of = kinds(villages)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers: dict[str, Server] = {}
        for name, samples in found.items():
            try:
                servers[name] = stack.enter_context(served(name, county, folder / f"{name}.log"))
            except NotInstalled as problem:
                samples.reason = str(problem)
        for turn in range(-1, rounds):
            for name, server in servers.items():
                if found[name].reason is None:
                    _turn(browser, of[name], server, county, turn, found[name])
        for name, server in servers.items():
            if of[name].is_app and villages <= 5_000 and found[name].reason is None:
                for _ in range(rounds):
                    play(browser, of[name], server, county, found[name])
    return found


def _turn(browser: Browser, kind: Kind, server: Server, county: County, turn: int, into: Samples) -> None:
    """One visit; the first of all, on a period of its own, only warms the server up and is thrown away."""
    print(f"{county.villages} {kind.name} {turn + 1}", file=sys.stderr, flush=True)
    if turn >= 0:
        visit(browser, kind, server, county, turn, into)
        return
    warming = Samples()
    visit(browser, replace(kind, has_switch=False, has_map=False), server, county, turn, warming)
    into.reason = warming.reason


if __name__ == "__main__":
    main()
