"""The base map's script in a real browser: tiles under polygons, the line that says they are missing, the datum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from geo.crs import wgs84_to_gcj02
from tests.browser.conftest import PATIENCE_MS
from tests.conftest import ROOT
from tests.tile_files import png

LEAFLET = ROOT / "static" / "vendor" / "leaflet-1.9.4"
NOTE = "底图没有连上,村界照常显示"
CREDIT = "县自然资源局 <img src=x onerror=window.hacked=1>"
# As much of the map's core as a part needs.
CORE = """
  const parts = [];
  window.guanmo = { part: (made) => parts.push(made) };
"""
START = """([base, zoom]) => {
  const map = L.map("map", { zoomSnap: 0.1, attributionControl: false, zoomControl: false, preferCanvas: true });
  if (base) map.options.crs = guanmo.crs(base.datum);
  map.setView([31.5, 114.5], zoom);
  const line = (parent, name, words) => {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = words;
    return made;
  };
  window.ctx = { map, box: map.getContainer(), options: { base }, isNarrow: false, line };
  window.shape = L.polygon([[31.4, 114.4], [31.4, 114.6], [31.6, 114.5]]).addTo(map);
  window.map = map;
  parts.forEach((part) => part.start(window.ctx));
}"""
SHOW = "(base) => parts.forEach((part) => part.show({ base }, window.ctx))"
TILES = "() => [...document.querySelectorAll('.leaflet-tile-pane img.leaflet-tile-loaded')].map((each) => each.src)"
PANES = "() => ['tilePane', 'overlayPane'].map((name) => Number(getComputedStyle(map.getPane(name)).zIndex))"


class Server:
    """What answers the page: tiles, or a failure; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200

    def __call__(self, route: Route) -> None:
        url = route.request.url
        if "/tiles/" in url:
            self.asked.append(url)
            route.fulfill(
                status=self.status, content_type="image/png", body=png() if self.status == 200 else b""
            )
        elif url.endswith("/index.html"):
            route.fulfill(
                content_type="text/html",
                body='<!doctype html><body><div id="map" style="width:900px;height:600px">',
            )
        else:
            route.abort()


@pytest.fixture
def served(browser: Browser) -> Iterator[tuple[Page, Server]]:
    page = browser.new_page(viewport={"width": 900, "height": 600})
    page.set_default_timeout(PATIENCE_MS)
    server = Server()
    page.route("**/*", server)
    page.goto("http://localhost:1/component/index.html")
    page.add_style_tag(path=LEAFLET / "leaflet.css")
    page.add_script_tag(path=LEAFLET / "leaflet.js")
    page.add_script_tag(content=CORE)
    page.add_script_tag(path=ROOT / "static" / "map" / "base.js")
    yield page, server
    page.close()


def base(**changed: Any) -> dict[str, Any]:
    layers = [
        {"url": f"/tiles/{name}/{{z}}/{{x}}/{{y}}", "minNative": 8, "maxNative": 12}
        for name in ("vec", "cva")
    ]
    return {"layers": layers, "attribution": CREDIT, "title": "底图", "datum": "wgs84"} | changed


def loaded(page: Page, more_than: int = 0) -> list[str]:
    page.wait_for_function(f"() => ({TILES})().length > {more_than}")
    found: list[str] = page.evaluate(TILES)
    return found


def levels(addresses: list[str]) -> set[int]:
    return {int(re.search(r"/tiles/\w+/(\d+)/", each)[1]) for each in addresses}  # type: ignore[index]


def test_nothing_is_asked_for_without_a_base_map_or_before_it_is_wanted(served: tuple[Page, Server]):
    page, server = served
    page.evaluate(START, [None, 10])
    page.evaluate(SHOW, True)
    assert page.locator(".leaflet-tile-pane img").count() == 0
    page.evaluate("() => { map.remove(); document.getElementById('map').replaceChildren(); }")
    page.evaluate(START, [base(), 10])
    page.evaluate(SHOW, False)
    page.wait_for_timeout(200)
    assert server.asked == []
    assert "自然资源局" not in page.locator("body").inner_text()


def test_tiles_lie_below_the_polygons_and_can_be_turned_off_again(served: tuple[Page, Server]):
    page, server = served
    page.evaluate(START, [base(), 10])
    page.evaluate(SHOW, True)
    found = loaded(page)
    assert {each.split("/tiles/")[1].split("/")[0] for each in found} <= {"vec", "cva"}
    assert levels(server.asked) == {10}
    tiles, polygons = page.evaluate(PANES)
    assert tiles < polygons
    assert page.locator(".gm-credit").inner_text() == CREDIT
    assert page.evaluate("() => window.hacked") is None
    assert page.get_by_text(NOTE).count() == 0
    page.evaluate(SHOW, False)
    assert page.locator(".leaflet-tile-pane img").count() == 0
    assert page.locator(".gm-credit").count() == 0


def test_beyond_their_own_levels_tiles_are_stretched_and_the_map_zooms_freely(served: tuple[Page, Server]):
    page, server = served
    page.evaluate(START, [base(), 15])
    page.evaluate(SHOW, True)
    loaded(page)
    assert levels(server.asked) == {12}
    server.asked.clear()
    page.evaluate("() => map.setZoom(7, { animate: false })")
    loaded(page)
    assert page.evaluate("() => map.getZoom()") == 7
    assert levels(server.asked) == {8}
    server.asked.clear()
    page.evaluate("() => map.setZoom(3.3, { animate: false })")
    page.wait_for_timeout(300)
    assert page.evaluate("() => map.getZoom()") == pytest.approx(3.3)
    assert server.asked == [], "a whole country of fine tiles"


def test_while_no_tile_comes_a_line_says_so_and_the_polygons_stay(served: tuple[Page, Server]):
    page, server = served
    server.status = 502
    page.evaluate(START, [base(), 10])
    page.evaluate(SHOW, True)
    note = page.get_by_text(NOTE)
    note.wait_for()
    assert note.count() == 1
    assert "gm-note" in (note.get_attribute("class") or "")
    assert page.evaluate("() => map.hasLayer(shape)")
    server.status = 200
    page.evaluate("() => map.panBy([900, 0], { animate: false })")
    note.wait_for(state="detached")
    server.status = 502
    page.evaluate("() => map.panBy([1800, 0], { animate: false })")
    page.wait_for_timeout(300)
    assert note.count() == 0, "some tiles are there: the reader sees where they are missing"


def test_the_line_goes_with_the_base_map(served: tuple[Page, Server]):
    page, server = served
    server.status = 502
    page.evaluate(START, [base(), 10])
    page.evaluate(SHOW, True)
    page.get_by_text(NOTE).wait_for()
    page.evaluate(SHOW, False)
    assert page.get_by_text(NOTE).count() == 0
    page.evaluate(SHOW, True)
    page.get_by_text(NOTE).wait_for()


def test_tiles_are_asked_for_again_by_itself(served: tuple[Page, Server]):
    page, server = served
    page.clock.install()
    server.status = 502
    page.evaluate(START, [base(), 10])
    page.evaluate(SHOW, True)
    page.get_by_text(NOTE).wait_for()
    server.status = 200
    page.clock.run_for(31_000)
    page.get_by_text(NOTE).wait_for(state="detached")


def test_the_shift_to_gcj02_is_that_of_the_program(served: tuple[Page, Server]):
    page, _ = served
    random = np.random.default_rng(7)
    lon = np.append(random.uniform(73, 137, 400), [0.0, 140.0, 72.0])
    lat = np.append(random.uniform(3.5, 54, 400), [51.0, 35.0, 30.0])
    turned = page.evaluate(
        """(places) => {
          const shifted = guanmo.crs("gcj02").projection, plain = L.Projection.SphericalMercator;
          return places.map(([lng, lat]) => {
            const point = shifted.project(L.latLng(lat, lng));
            const there = plain.unproject(point), back = shifted.unproject(point);
            return [there.lng, there.lat, back.lng, back.lat];
          });
        }""",
        np.column_stack([lon, lat]).tolist(),
    )
    there_lon, there_lat, back_lon, back_lat = np.array(turned).T
    wanted_lon, wanted_lat = wgs84_to_gcj02(lon, lat)
    # a nanometre or so: Mercator and back costs the last digits
    assert np.abs(there_lon - wanted_lon).max() < 1e-11
    assert np.abs(there_lat - wanted_lat).max() < 1e-11
    assert np.abs(back_lon - lon).max() < 1e-9
    assert np.abs(back_lat - lat).max() < 1e-9
    assert np.abs(wanted_lon - lon)[:400].max() > 0.003


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02"])
def test_polygons_lie_where_the_tiles_datum_has_them(served: tuple[Page, Server], datum: str):
    page, _ = served
    page.evaluate(START, [base(datum=datum), 16])
    page.evaluate(SHOW, True)
    loaded(page)
    lon, lat = 114.5, 31.5
    if datum == "gcj02":
        lon, lat = (float(value) for value in wgs84_to_gcj02(lon, lat))
    # Where tile arithmetic has that position, in pixels of the map's zoom, against where Leaflet draws the place.
    world = 256 * 2**16
    column = (lon + 180) / 360 * world
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * world
    drawn = page.evaluate("() => { const at = map.project([31.5, 114.5]); return [at.x, at.y]; }")
    assert drawn == pytest.approx([column, row], abs=0.01)
    # And the tile that is drawn at the middle of the frame is the one that holds it.
    name = f"/12/{int(column / world * 2**12)}/{int(row / world * 2**12)}"
    middle = page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-tile-pane img')].filter((each) => {
          const at = each.getBoundingClientRect();
          return at.left <= 450 && at.right > 450 && at.top <= 300 && at.bottom > 300;
        }).map((each) => each.src)"""
    )
    assert middle and all(each.endswith(name) for each in middle)
