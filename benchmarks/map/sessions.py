"""One visit to a page: cold load, switches, clicks, pan, play; and the medians over many visits.

In: a kind of page, its server, a browser. Out: samples by name ("visible", "switch", "again", "click", "ws_kb" …),
each a list of numbers, milliseconds unless the name says otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from playwright.sync_api import Browser, Frame
from playwright.sync_api import Error as PlaywrightError

from benchmarks.map.browser import Change, NotShown, Watched
from benchmarks.map.county import County
from benchmarks.map.pages import CARD_CHANGED, MAP_CHANGED, NAMES, Kind, Server, stand_in
from ui.map_choice import TIMES

CLICKS = 2


@dataclass
class Samples:
    """Everything that was measured of one kind of page at one size; `reason` when something was not."""

    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reason: str | None = None
    last: Change | None = None  # the last fresh switch, for the breakdown

    def add(self, name: str, value: float) -> None:
        """One more sample."""
        self.of[name].append(value)


def visit(browser: Browser, kind: Kind, server: Server, county: County, turn: int, into: Samples) -> None:
    """One session with an empty profile; the `turn`-th looks at a period that no other has asked for."""
    watched = Watched(browser, kind.probe, stand_in if kind.asks_outside else None)
    try:
        _visit(watched, kind, server, county, turn, into)
    except (NotShown, PlaywrightError) as problem:
        into.reason = str(problem).splitlines()[0]
    finally:
        watched.close()


def _visit(watched: Watched, kind: Kind, server: Server, county: County, turn: int, into: Samples) -> None:
    query = {"period": county.periods[-1 - turn % len(county.periods)]} if kind.is_app else {}
    into.add("visible", watched.open(_address(kind, server, query), "true", kind.limit_s))
    watched.settle(kind.limit_s)
    if kind.has_switch:
        _switches(watched, kind, server, NAMES[1 : 1 + kind.switches], "switch", into)
        # What was shown already; a wall does this all day.
        _switches(watched, kind, server, NAMES[kind.again - 1 :: -1][: kind.again], "again", into)
    if not kind.has_map:
        return
    into.add("heap_mb", watched.heap_mb())
    frame = _map_frame(watched)
    if frame is not None:
        box = _box(frame)
        into.add(
            "pan_fps", watched.pan_fps(frame, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        )
    if kind.is_app and frame is not None:
        into.add("polygons", float(frame.evaluate("document.querySelector('[data-turn]').dataset.polygons")))
        _clicks(watched, kind, server, county, query, into)


def _address(kind: Kind, server: Server, query: dict[str, str]) -> str:
    return f"{server.address}/{kind.path}" + (f"?{urlencode(query)}" if query else "")


def _switches(watched: Watched, kind: Kind, server: Server, to: list[str], name: str, into: Samples) -> None:
    for indicator in to:
        before = server.cpu_s()
        change = watched.change(lambda to=indicator: kind.switch(watched.page, to), MAP_CHANGED, kind.limit_s)  # type: ignore[misc]
        into.add(name, change.ms)
        into.add(f"{name}_cpu", (server.cpu_s() - before) * 1000)
        into.add(f"{name}_kb", change.bytes / 1000)
        into.add(f"{name}_map_kb", change.map_bytes / 1000)
        for phase, ms in phases(change).items():
            into.add(f"{name}: {phase}", ms)
        if name == "switch":
            into.last = change


def phases(change: Change) -> dict[str, float]:
    """Where the time of a switch goes, in milliseconds since the press."""
    found: dict[str, float] = {}
    if change.sent is not None:
        found["asked"] = change.sent - change.pressed
    at = {message.kind: message.at * 1000 - change.pressed for message in change.messages}
    first = min((message.at for message in change.messages), default=None)
    if first is not None:
        found["first answer"] = first * 1000 - change.pressed
    ours = [message.at for message in change.messages if message.is_map]
    if ours:
        found["map's message"] = ours[0] * 1000 - change.pressed
    if "script_finished" in at:
        found["script ended"] = at["script_finished"]
    found["shown"] = change.ms
    return found


# ── the map in its frame ─────────────────────────────────────────────────────────────────────
def _map_frame(watched: Watched) -> Frame | None:
    """The frame in which Leaflet's map is, the page itself when there is no frame; None without Leaflet."""
    for frame in reversed(watched.page.frames):
        if frame.evaluate("Boolean(window.L && window.map && window.map.getContainer)"):
            return frame
    return None


def _box(frame: Frame) -> dict[str, float]:
    """The map's rectangle on the page, in pixels."""
    handle = frame.query_selector(".leaflet-container")
    box = handle.bounding_box() if handle else None
    if box is None:
        raise NotShown("the map has no size")
    return dict(x=box["x"], y=box["y"], width=box["width"], height=box["height"])


def _clicks(
    watched: Watched, kind: Kind, server: Server, county: County, query: dict[str, str], into: Samples
) -> None:
    places = pd.read_parquet(
        county.published / "places.parquet", columns=["place_code", "level", "lon", "lat"]
    )
    for at in range(CLICKS):
        # Wherever the last click led, the next one starts from the county.
        watched.open(_address(kind, server, query), "true", kind.limit_s)
        watched.settle(kind.limit_s)
        frame = _map_frame(watched)
        if frame is None:
            raise NotShown("the map was not found again")
        level = frame.evaluate("document.querySelector('[data-turn]').dataset.level")
        of_level = places[(places["level"] == level) & places["lon"].notna()].reset_index(drop=True)
        place = of_level.iloc[len(of_level) * (at + 1) // (CLICKS + 2)]
        box = _box(frame)
        point: dict[str, Any] = frame.evaluate(
            "at => window.map.latLngToContainerPoint(at)", [float(place["lat"]), float(place["lon"])]
        )
        x, y = box["x"] + point["x"], box["y"] + point["y"]
        watched.page.mouse.move(x - 3, y)
        watched.page.wait_for_timeout(80)
        change = watched.change(lambda x=x, y=y: watched.page.mouse.click(x, y), CARD_CHANGED, kind.limit_s)  # type: ignore[misc]
        into.add("click", change.ms)
        into.add("click_kb", change.bytes / 1000)


# ── play ─────────────────────────────────────────────────────────────────────────────────────
PLAY = """(milliseconds) => new Promise(done => {
  const box = document.querySelector("[data-turn]");
  const at = [];
  new MutationObserver(() => at.push(performance.now()))
    .observe(box, { attributes: true, attributeFilter: ["data-frames"] });
  const tempo = document.querySelector(".gm-time select");
  if (tempo) { tempo.value = [...tempo.options].map(each => Number(each.value)).sort((a, b) => a - b)[0];
    tempo.dispatchEvent(new Event("change")); }
  document.querySelector(".gm-play").click();
  setTimeout(() => done(at.length > 2 ? (at.length - 1) * 1000 / (at.at(-1) - at[0]) : null), milliseconds);
})"""


def play(browser: Browser, kind: Kind, server: Server, county: County, into: Samples) -> None:
    """Recolourings a second while the map plays all its periods at the fastest tempo it offers."""
    watched = Watched(browser, kind.probe)
    try:
        watched.open(_address(kind, server, {"time": TIMES["play"]}), "true", kind.limit_s)
        watched.settle(kind.limit_s)
        frame = _map_frame(watched)
        if frame is None or frame.query_selector(".gm-play") is None:
            return
        fps = frame.evaluate(PLAY, 4000)
        if fps is not None:
            into.add("play_fps", float(fps))
    except (NotShown, PlaywrightError) as problem:
        into.reason = str(problem).splitlines()[0]
    finally:
        watched.close()
