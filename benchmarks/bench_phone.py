"""How soon a telephone on a slow link shows what a township head came for, beside an empty Streamlit page.

A telephone's screen (390×844) and a link of 1.6 Mbit/s with 150 ms of delay (what Chromium's own tools call slow 4G).
`first` opens the page with nothing in the browser's store, `again` with what the first visit left there. A page shows
its first content when its own figures can be read: `ratio` is the median of that time over the empty page's. The last
line is one JSON object.

    make bench-phone            or: python -m benchmarks.bench_phone
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

import bootstrap
from benchmarks.map.browser import FLAGS
from benchmarks.map.pages import served
from benchmarks.pages.county import prepared
from benchmarks.pages.visits import wait_until_warm

ROUNDS = 3
PHONE = {"width": 390, "height": 844}
LINK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}  # bytes a second
TOWNSHIP, VILLAGE = "990101103000", "990101103201"

# What each page is opened for, and what shows that it is there.
PAGES = {
    "overview": (f"overview?place={TOWNSHIP}", ".gm-value"),
    "ranking": (f"ranking?place={TOWNSHIP}", ".gm-township"),
    "my problems": (f"rectification?place={TOWNSHIP}&part=清单&show=全部", ".gm-case-line"),
    "village card": (f"map?place={VILLAGE}", ".gm-village"),
}
EMPTY = ("", '[data-testid="stMarkdownContainer"]')


def main() -> None:
    """Measure and print."""
    county = prepared(1)
    times: dict[str, dict[str, list[float]]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        served("ours", county, Path(folder) / "ours.log") as ours,
        served("empty", county, Path(folder) / "empty.log") as empty,
        sync_playwright() as player,
    ):
        wait_until_warm(ours)
        browser = player.chromium.launch(executable_path=bootstrap.found_browser(), args=FLAGS)
        for _ in range(ROUNDS):  # in turn, so that what else the machine does falls on all of them
            for name, (path, sign) in {"empty": EMPTY, **PAGES}.items():
                address = f"{(empty if name == 'empty' else ours).address}/{path}"
                first, again = _visits(browser, address, sign)
                of_page = times.setdefault(name, {"first": [], "again": []})
                of_page["first"].append(first)
                of_page["again"].append(again)
                print(f"{name:14} first {first:6.2f} s   again {again:6.2f} s", flush=True)
        browser.close()
    print(json.dumps({name: _compared(of_page, times["empty"]) for name, of_page in times.items()}))


def _visits(browser: Browser, address: str, sign: str) -> tuple[float, float]:
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN")  # type: ignore[arg-type]
    try:
        return _seconds(context, address, sign), _seconds(context, address, sign)
    finally:
        context.close()


def _seconds(context: BrowserContext, address: str, sign: str) -> float:
    page = context.new_page()
    link = context.new_cdp_session(page)
    link.send("Network.enable")
    link.send("Network.emulateNetworkConditions", LINK)
    started = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=120_000)
    page.locator(sign).first.wait_for(timeout=120_000)
    took = time.perf_counter() - started
    page.close()
    return took


def _compared(page: dict[str, list[float]], empty: dict[str, list[float]]) -> dict[str, float]:
    found = {}
    for visit, seconds in page.items():
        median = statistics.median(seconds)
        found[f"{visit}_s"] = round(median, 2)
        found[f"{visit}_ratio"] = round(median / statistics.median(empty[visit]), 2)
    return found


if __name__ == "__main__":
    main()
