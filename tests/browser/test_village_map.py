"""The village map in a real browser: polygons, tooltip, click, recolouring, and names that try to be code."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator

import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, Frame, Page, Request, Route

from geo.classes import classify
from geo.village_map import LayerFile, Recolouring, VillageMap, bundle, bundle_address, packed, view_of
from tests.browser.conftest import Visit
from tests.browser.map_frame import STATE, clean, map_frame
from tests.conftest import ROOT, County


def point_on_screen(visit: Visit, frame: Frame, lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies on the page, in pixels."""
    box = visit.page.locator("iframe[title*=folium]").bounding_box()
    at = frame.evaluate("([lat, lon]) => map.latLngToContainerPoint([lat, lon])", [lat, lon])
    assert box is not None
    return box["x"] + at["x"], box["y"] + at["y"]


@pytest.fixture(scope="module")
def village(demo_county: County) -> pd.Series:
    places = pd.read_parquet(demo_county.published / "places.parquet")
    return places[(places["level"] == "village") & places["lon"].notna()].iloc[200]


def test_villages_are_drawn_and_tell_what_they_are(visit: Visit, village: pd.Series):
    visit.open("map", indicator="tea_garden_area", period="2026-10")
    frame = map_frame(visit)
    assert int(frame.evaluate(STATE)["polygons"]) >= 400
    visit.page.mouse.move(*point_on_screen(visit, frame, village["lon"], village["lat"]))
    tip = frame.locator(".gm-tip")
    tip.wait_for(state="visible")
    assert village["name"] in tip.inner_text()
    assert "茶园面积" in tip.inner_text()
    assert "2026年10月" in tip.inner_text()
    clean(visit)


def test_click_chooses_the_village_and_a_second_click_the_county(visit: Visit, village: pd.Series):
    visit.open("map")
    frame = map_frame(visit)
    visit.page.mouse.click(*point_on_screen(visit, frame, village["lon"], village["lat"]))
    map_frame(visit, turn=2)
    visit.settle()
    assert visit.params["place"] == village["place_code"]
    assert village["name"] in visit.page.get_by_role("heading", level=1).inner_text()
    visit.page.mouse.click(*point_on_screen(visit, frame, village["lon"], village["lat"]))
    map_frame(visit, turn=3)
    visit.settle()
    assert "place" not in visit.params
    clean(visit)


def test_recolouring_keeps_the_map_and_asks_for_no_geometry(visit: Visit):
    visit.open("map", indicator="tea_garden_area")
    frame = map_frame(visit)
    frame.evaluate("() => { window.kept = 'yes'; map.setZoom(map.getZoom() + 1, {animate: false}); }")
    zoom = frame.evaluate(STATE)["zoom"]
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.locator(".st-key-choose_indicator").get_by_role("combobox").click()
    visit.page.keyboard.type("油茶面积")  # the list is long: only what is near the top is drawn
    visit.page.get_by_role("option", name="油茶面积").click()
    state = map_frame(visit, turn=2).evaluate(STATE)
    assert state["kept"] == "yes"
    assert state["zoom"] == zoom
    assert not [url for url in asked if "/geometry/" in url or "/bundle/" in url]
    clean(visit)


def test_switching_to_townships_and_back_loads_each_layer_once(visit: Visit):
    asked: list[str] = []

    def note(request: Request) -> None:
        if (
            request.resource_type == "fetch"
        ):  # by the map; the start page has the browser fetch them in advance
            asked.append(request.url.split("?")[0])

    visit.page.on("request", note)
    visit.open("map")
    map_frame(visit)
    buttons = visit.page.locator(".st-key-level button")
    buttons.filter(has_text="乡镇").click()
    assert int(map_frame(visit, turn=2).evaluate(STATE)["polygons"]) == 26
    buttons.filter(has_text="村").first.click()
    assert int(map_frame(visit, turn=3).evaluate(STATE)["polygons"]) >= 400
    layers = [url for url in asked if "/geometry/" in url]
    assert len(layers) == len(set(layers)) == 3
    clean(visit)


def test_link_to_a_village_shows_it(visit: Visit, village: pd.Series, demo_county: County):
    visit.open("map", place=village["place_code"])
    frame = map_frame(visit)
    manifest = json.loads((demo_county.published / "manifest.json").read_text(encoding="utf-8"))
    west, south, east, north = manifest["layers"][0]["bounds"]
    county = [[south, west], [north, east]]
    assert frame.evaluate("at => map.getBounds().contains(at)", [village["lat"], village["lon"]])
    assert frame.evaluate("county => map.getZoom() > map.getBoundsZoom(county) + 0.5", county)
    clean(visit)


def test_layer_that_is_gone_is_said_in_words(visit: Visit):
    visit.page.route("**/geometry/**", lambda route: route.fulfill(status=404, body="没有这个图层。"))
    visit.open("map")
    handle = visit.page.wait_for_selector("iframe[title*=folium]")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.get_by_text("界线没有读到。数据可能刚更新过,请刷新页面。").wait_for()
    assert visit.outside == []


# ── hostile names: the map alone, without the app around it ────────────────────────────────

HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    "${window.hacked=1}`",
    "</script><script>window.hacked=1</script>",
    "{{ 7*7 }}<svg onload=window.hacked=1>",
]
FRAME = "http://localhost/component/streamlit_folium.st_folium/index.html"
STUB = """<script>
  window.reported = [];
  window.Streamlit = {setFrameHeight() {}, setComponentValue(value) { window.reported.push(value); }};
</script>"""


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """A page with folium's own output for four hostile villages in a row; everything comes from this test."""
    squares = [shapely.box(114.4 + 0.1 * at, 31.4, 114.5 + 0.1 * at, 31.5) for at in range(4)]
    codes = [f"99010110100{at}" for at in range(1, 5)]
    places = pd.DataFrame(
        {
            "place_code": codes,
            "name": HOSTILE,
            "parent_name": HOSTILE[0],
            "lon": [square.centroid.x for square in squares],
            "lat": 31.45,
            "geometry_source": "boundary",
        }
    )
    layer = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code},
                "geometry": json.loads(shapely.to_geojson(square)),
            }
            for code, square in zip(codes, squares, strict=True)
        ],
    }
    view = view_of(
        places,
        classify([1, 2, 3, 4]),
        level="village",
        period=HOSTILE[1],
        lines={HOSTILE[2]: HOSTILE},
        labels=places,
    )
    made = VillageMap(
        (114.4, 31.4, 114.8, 31.5), {"village": [LayerFile("../../geometry/v/village.geojson")]}
    )
    Recolouring(packed(view)).add_to(made)
    html = made.get_root().render().replace("<head>", f"<head>{STUB}", 1)

    def answer(route: Route) -> None:
        path = route.request.url.split("?")[0].removeprefix("http://localhost/")
        if path.startswith("app/static/"):
            file = ROOT / path.removeprefix("app/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])
        elif path.startswith("bundle/"):
            name = path.rsplit("/", 1)[-1]
            assert bundle_address(name).endswith(path)
            route.fulfill(body=bundle(name), content_type=mimetypes.guess_type(name)[0])
        elif path.startswith("geometry/"):
            route.fulfill(body=json.dumps(layer), content_type="application/geo+json")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    context = browser.new_context(viewport={"width": 1400, "height": 500})
    page = context.new_page()
    page.route("**/*", answer)
    page.goto(FRAME)
    page.wait_for_function("() => document.querySelector('.folium-map')?.dataset.turn === '1'")
    yield page
    context.close()


def test_hostile_names_are_shown_as_text(alone: Page):
    # Labels: those that do not collide are there, letter for letter.
    shown = alone.locator(".gm-label span").all_inner_texts()
    assert shown
    assert set(shown) <= set(HOSTILE)
    for at, name in enumerate(HOSTILE):
        x = 1400 * (at + 0.5) / 4
        # Leaflet looks at the pointer every 32 ms at most, so that a lone jump may go unseen.
        alone.mouse.move(x, 240)
        alone.wait_for_timeout(60)
        alone.mouse.move(x, 250)
        alone.wait_for_function("name => document.querySelector('.gm-tip b')?.textContent === name", arg=name)
        assert alone.locator(".gm-tip span").inner_text() == HOSTILE[0]
        assert alone.locator(".gm-tip dt").inner_text() == HOSTILE[2]
        assert alone.locator(".gm-tip dd").inner_text() == name
        assert alone.locator(".gm-tip p").inner_text() == HOSTILE[1]
        alone.mouse.click(x, 250)
    assert alone.evaluate("() => window.hacked") is None
    assert alone.locator(".gm-tip img, .gm-label img, .gm-tip svg, .gm-tip script").count() == 0


def test_click_reports_the_code_and_no_border(alone: Page):
    alone.mouse.click(175, 250)
    (value,) = alone.evaluate("() => window.reported")
    feature = value["last_active_drawing"]
    assert feature["properties"]["code"] == "990101101001"
    assert feature["geometry"] is None
