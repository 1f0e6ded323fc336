"""What tests of the map share: its frame, where a place lies on the screen, what is written on it.

In: a visit to /map. Out: places by their codes as points to click, tooltips, the map's data attributes. Whatever a
test waits for is such an attribute or a text, never a span of time.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import pandas as pd
from playwright.sync_api import Download, Frame, Locator, Page

from tests.browser.conftest import PATIENCE_MS, Visit
from tests.conftest import County

ELEMENT = "iframe[title*=folium]"
DRAWN = "turn => Number(document.getElementById('map_div')?.dataset.turn) >= turn"
STATE = "() => ({...document.getElementById('map_div').dataset, zoom: map.getZoom(), kept: window.kept})"
REACHED = """wanted => {
  const state = document.getElementById('map_div').dataset;
  return Object.entries(wanted).every(([name, value]) => state[name] === value);
}"""
COLOURS = """() => {
  const found = {};
  map.eachLayer(({ options }) => {
    if (!options.code || !options.fill) return;
    found[options.code] = typeof options.fillColor === 'string' ? options.fillColor : 'stripes';
  });
  return found;
}"""
# A run may be followed by another, which takes the files of the first away: quiet for a while is what counts.
STILL = """() => {
  const script = document.querySelector('[data-testid="stApp"]').getAttribute('data-test-script-state');
  if (script !== 'notRunning') window.busyAt = performance.now();
  return performance.now() - window.busyAt > 300;
}"""
# A point of the screen at which the place itself is hit: inside its polygon, under no button and no mark.
POINT = """([code, part]) => {
  const container = map.getContainer().getBoundingClientRect();
  const found = [];
  map.eachLayer((layer) => {
    if (layer.options.code !== code || !layer.options.fill || !layer._containsPoint) return;
    const shape = layer.getLatLngs ? layer.getLatLngs() : null;
    const isMany = shape && shape[0][0].lat === undefined;
    const extent = isMany ? L.latLngBounds(shape[part || 0][0]) : layer.getBounds();
    const corners = [extent.getNorthWest(), extent.getSouthEast()].map((each) => map.latLngToContainerPoint(each));
    const [low, high] = corners;
    const middle = low.add(high).divideBy(2);
    for (let row = 1; row < 24; row += 1) {
      for (let column = 1; column < 24; column += 1) {
        const at = L.point(low.x + ((high.x - low.x) * column) / 24, low.y + ((high.y - low.y) * row) / 24);
        const screen = at.add([container.left, container.top]);
        const hit = document.elementFromPoint(screen.x, screen.y);
        if (!hit || hit.tagName !== 'CANVAS' || !map.getContainer().contains(hit)) continue;
        const around = [[0, 0], [-3, 0], [3, 0], [0, -3], [0, 3]].map((by) => map.containerPointToLayerPoint(at.add(by)));
        if (!around.every((each) => layer._containsPoint(each))) continue; // not on its border
        found.push([at.distanceTo(middle), screen.x, screen.y]);
      }
    }
  });
  found.sort((one, other) => one[0] - other[0]);
  return found.length ? found[0].slice(1) : null;
}"""


def frame_of(visit: Visit) -> Frame:
    """The map's frame, drawn or not."""
    handle = visit.page.wait_for_selector(ELEMENT, timeout=PATIENCE_MS)
    frame = handle.content_frame() if handle else None
    assert frame is not None
    return frame


def map_frame(visit: Visit, turn: int = 1) -> Frame:
    """The map's frame once its `turn`-th view is drawn."""
    frame = frame_of(visit)
    frame.wait_for_function(DRAWN, arg=turn, timeout=PATIENCE_MS)
    return frame


def drawn(visit: Visit, frame: Frame, **wanted: object) -> dict[str, Any]:
    """Wait until the map's attributes are as `wanted` and the page has run to its end; all of the attributes."""
    frame.wait_for_function(
        REACHED, arg={name: str(value) for name, value in wanted.items()}, timeout=PATIENCE_MS
    )
    visit.settle()
    return state(frame)


def still(visit: Visit) -> None:
    """Wait until the page has answered what was just done, if that was a widget of the page's own."""
    visit.page.evaluate("() => { window.busyAt = performance.now(); }")
    visit.page.wait_for_function(STILL, timeout=PATIENCE_MS)
    visit.settle()


def state(frame: Frame) -> dict[str, Any]:
    """The map's data attributes, its zoom, and what a test kept in its window."""
    found: dict[str, Any] = frame.evaluate(STATE)
    return found


def next_turn(visit: Visit, frame: Frame) -> None:
    """Wait for the view after the one that was shown when `mark_turn` was called."""
    frame.wait_for_function(
        "() => Number(document.getElementById('map_div').dataset.turn) > window.turnBefore",
        timeout=PATIENCE_MS,
    )
    visit.settle()


def mark_turn(frame: Frame) -> None:
    """Remember which view is shown."""
    frame.evaluate("() => { window.turnBefore = Number(document.getElementById('map_div').dataset.turn); }")


def screen_point(visit: Visit, x: float, y: float) -> tuple[float, float]:
    """A point of the frame as a point of the page, in pixels."""
    box = visit.page.locator(ELEMENT).bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def point_of(visit: Visit, frame: Frame, code: str, part: int = 0) -> tuple[float, float]:
    """Where on the page a place can be clicked; `part` of a place of several parts."""
    visit.page.locator(ELEMENT).scroll_into_view_if_needed()
    found = frame.evaluate(POINT, [code, part])
    assert found, f"{code} is nowhere to be hit"
    return screen_point(visit, *found)


def click_place(visit: Visit, frame: Frame, code: str, part: int = 0) -> None:
    """Click a polygon and wait for the page that follows."""
    mark_turn(frame)
    visit.page.mouse.click(*point_of(visit, frame, code, part))
    next_turn(visit, frame)


def tip_at(visit: Visit, frame: Frame, x: float, y: float, words: str) -> Locator:
    """The tooltip at a point of the page, once it holds `words`."""
    # Leaflet looks at the pointer every 32 ms at most, so that a lone jump may go unseen.
    visit.page.mouse.move(x - 3, y - 3)
    visit.page.wait_for_timeout(50)
    visit.page.mouse.move(x, y)
    tip = frame.locator(".gm-tip", has_text=words).first
    tip.wait_for(state="visible", timeout=PATIENCE_MS)
    return tip


def tip_of(visit: Visit, frame: Frame, code: str, words: str, part: int = 0) -> str:
    """What the tooltip of a place says; it must hold `words`."""
    return tip_at(visit, frame, *point_of(visit, frame, code, part), words).inner_text()


def downloaded(page: Page, button: str) -> bytes:
    """The file that a button gives."""
    return download(page, button).path().read_bytes()


def download(page: Page, button: str) -> Download:
    """The same with the name under which it is saved."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    return waiting.value


def register(county: County) -> pd.DataFrame:
    """The places of a prepared county, by code."""
    return pd.read_parquet(county.published / "places.parquet").set_index("place_code", drop=False)


def colours(frame: Frame) -> dict[str, str]:
    """The colour of each place; "stripes" where nothing was reported."""
    found: dict[str, str] = frame.evaluate(COLOURS)
    return found


def choose(visit: Visit, chooser: str, option: str, *, by_touch: bool = False) -> None:
    """Choose in a select box by its key; wait with `drawn` for what follows."""
    box = visit.page.locator(f".st-key-{chooser}").get_by_role("combobox")
    wanted = visit.page.get_by_role("option", name=option).first
    for part in (box, wanted):
        if by_touch:
            part.tap()
        else:
            part.click()


def params(visit: Visit) -> dict[str, str]:
    """The address's parameters as they are meant."""
    return {name: unquote_plus(value) for name, value in visit.params.items()}


def shown(words: str) -> str:
    """Words of a button as a reader sees them: what keeps Markdown from making links of them is invisible."""
    return words.replace("\u2060", "").strip()


def heading(visit: Visit) -> str:
    """The page's heading."""
    return visit.page.get_by_role("heading", level=1).inner_text()


def clean(visit: Visit) -> None:
    """Nothing was asked of another host, nothing complained, and no name has run."""
    assert visit.outside == []
    assert visit.errors == []
    assert [frame.evaluate("() => window.hacked") for frame in visit.page.frames] == [None] * len(
        visit.page.frames
    )
