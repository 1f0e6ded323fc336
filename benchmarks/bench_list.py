"""How smoothly the list of problems scrolls in Chromium when it holds thousands.

The demo county six times over has about 5,600 problems; the list shows all of them. Frames are counted
while nothing happens and while the wheel is turned over the table: `frame_ratio` is the median time between two
frames of the one over the other (1 is as smooth as this machine can be), `longest_ms` the longest wait for a frame.
The last line is one JSON object.

    make bench-list             or: python -m benchmarks.bench_list
"""

from __future__ import annotations

import json
import statistics
import tempfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
from playwright.sync_api import Page, sync_playwright

import bootstrap
from benchmarks.map.browser import FLAGS
from benchmarks.map.pages import served
from benchmarks.pages.county import current, prepared
from benchmarks.pages.visits import wait_until_warm

COPIES = 6
TURNS, PIXELS, PAUSE_MS = 60, 400, 30
TABLE = '[data-testid="stDataFrame"] canvas'

_WATCH = """() => {
  window.frames_at = [];
  const note = at => { window.frames_at.push(at); window.watching = requestAnimationFrame(note); };
  window.watching = requestAnimationFrame(note);
}"""
_SEEN = "() => { cancelAnimationFrame(window.watching); return window.frames_at; }"


def main() -> None:
    """Measure and print."""
    county = prepared(COPIES)
    rows = len(pd.read_parquet(current(county) / "problems.parquet", columns=["problem_id"]))
    with tempfile.TemporaryDirectory() as folder, served("ours", county, Path(folder) / "log") as server:
        wait_until_warm(server)
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=bootstrap.found_browser(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(f"{server.address}/rectification?{urlencode({'part': '清单', 'show': '全部'})}")
            page.locator(TABLE).first.wait_for(timeout=60_000)
            page.wait_for_timeout(3_000)
            still = _frames(page, None)
            moving = _frames(page, TABLE)
            passed = page.evaluate("() => document.querySelector('.dvn-scroller').scrollTop")
            browser.close()
    found = {
        "rows": rows,
        "frame_ratio": round(statistics.median(moving) / statistics.median(still), 2),
        "median_ms": round(statistics.median(moving), 1),
        "longest_ms": round(max(moving), 1),
        "scrolled_px": passed,
    }
    print(json.dumps(found))


def _frames(page: Page, table: str | None) -> list[float]:
    """Milliseconds between two frames while the wheel is turned over the table, or while nothing happens."""
    box = page.locator(table).first.bounding_box() if table else None
    if box is not None:
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate(_WATCH)
    for _ in range(TURNS):
        if box is not None:
            page.mouse.wheel(0, PIXELS)
        page.wait_for_timeout(PAUSE_MS)
    return [later - earlier for earlier, later in pairwise(page.evaluate(_SEEN))]


if __name__ == "__main__":
    main()
