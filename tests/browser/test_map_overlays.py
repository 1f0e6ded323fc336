"""What lies over the map, alone on a bare page: Leaflet, the map's core, the overlays, and texts that try to be code."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, Page, Route

from geo.classes import classify
from geo.village_map import packed, view_of
from tests.conftest import ROOT

HOSTILE = "<img src=x onerror=window.hacked=1>"
SCRIPT = "</script><script>window.hacked=1</script>"
WEST, SOUTH, STEP = 114.4, 31.4, 0.1
CODES = [f"99010110100{at}" for at in range(1, 5)]
LOOKS = [
    ["square", "#C0392B", "#FFFFFF", "逾", "逾期"],
    ["diamond", "#DFA02B", "#1B2733", "盯", "要盯紧"],
    ["circle", "#5AA6DD", "#1B2733", "临", "临期"],
    ["hexagon", "#A3AFBA", "#1B2733", "", "其他待整改"],
]
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<link rel="stylesheet" href="/static/vendor/leaflet-1.9.4/leaflet.css">
<link rel="stylesheet" href="/static/map/village_map.css"><link rel="stylesheet" href="/static/map/overlays.css">
<style>html, body, #map_div { margin: 0; width: 100%; height: 100%; }</style>
<body><div id="map_div"></div>
<script>window.reported = []; window.Streamlit = {setComponentValue(value) {
  window.reported.push(value.last_active_drawing.properties); }};</script>
<script src="/static/vendor/leaflet-1.9.4/leaflet.js"></script>
<script src="/static/map/village_map.js"></script><script src="/static/map/canvas.js"></script><script src="/static/map/overlays.js"></script>
<script>
  window.map = L.map('map_div', {preferCanvas: true, zoomSnap: 0.1, zoomControl: false, attributionControl: false});
  guanmo.start(map, {bounds: [[31.4, 114.4], [31.5, 114.8]], missing: '#c9ced3',
    layers: {village: [{url: '/geometry/village.geojson'}]}});
</script>"""

Show = Callable[..., Page]


def village(at: int, dx: float = 0.5, dy: float = 0.5) -> tuple[float, float]:
    """Latitude and longitude in the at-th of four square villages side by side."""
    return round(SOUTH + STEP * dy, 5), round(WEST + STEP * (at + dx), 5)


def pin(at: int, look: int, *days: int | None, number: int | None = None, text: str = "问题") -> list[Any]:
    listed = [[look, f"{text}{row}", each, "县民政局"] for row, each in enumerate(days)]
    return [CODES[at], *village(at), look, number or len(days), listed]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """`show(problems=…, …)` draws four villages with these overlays; called again, the next view of the same map."""
    squares = [shapely.box(WEST + STEP * at, SOUTH, WEST + STEP * (at + 1), SOUTH + STEP) for at in range(4)]
    layer = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(square))}
            for code, square in zip(CODES, squares, strict=True)
        ],
    }  # fmt: skip
    places = pd.DataFrame(
        {
            "place_code": CODES,
            "name": ["河湾村", HOSTILE, "石桥村", "茶坪村"],
            "parent_name": "东山镇",
            "lon": [square.centroid.x for square in squares],
            "lat": [square.centroid.y for square in squares],
            "geometry_source": "boundary",
        }
    )
    view = view_of(
        places, classify([1, 2, 3, 4]), level="village", period="2026年10月", lines={}, labels=places
    )

    def answer(route: Route) -> None:
        path = route.request.url.split("?")[0].removeprefix("http://localhost/")
        if path.startswith("static/"):
            route.fulfill(body=(ROOT / path).read_bytes(), content_type=mimetypes.guess_type(path)[0])
        elif path.startswith("geometry/"):
            route.fulfill(body=json.dumps(layer), content_type="application/geo+json")
        else:
            route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    context = browser.new_context(viewport={"width": 1400, "height": 500})
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.route("**/*", answer)
    page.goto("http://localhost/")

    def show_(chosen: str = "", **overlays: Any) -> Page:
        turn = 1 + int(page.evaluate("() => map.getContainer().dataset.turn || 0"))
        sent = [packed(view), chosen, packed({"overlays": overlays})]
        page.evaluate("sent => guanmo.show(...sent)", sent)
        page.wait_for_function(
            "turn => Number(map.getContainer().dataset.turn) === turn", arg=turn, timeout=5000
        )
        return page

    yield show_
    assert failures == []
    assert page.evaluate("() => window.hacked") is None
    context.close()


def problems(*pins: list[Any]) -> dict[str, Any]:
    return {"looks": LOOKS, "pins": list(pins)}


def colour_at(page: Page, lat: float, lon: float) -> list[int]:
    """The overlay's own paint at a place: red, green, blue, opacity."""
    found: list[int] = page.evaluate(
        """async ([lat, lon]) => {
          await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
          const canvas = document.querySelector('.leaflet-gmOver-pane canvas');
          const at = map.latLngToContainerPoint([lat, lon]);
          const box = canvas.getBoundingClientRect();
          const scale = canvas.width / box.width;
          const [x, y] = [(at.x - box.left) * scale, (at.y - box.top) * scale];
          return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
        }""",
        [lat, lon],
    )
    return found


def test_pins_are_told_apart_by_shape_and_sign_and_tell_how_many(show: Show):
    page = show(
        problems=problems(pin(0, 0, -12, 3, number=9), pin(1, 1, -1), pin(2, 2, 5), pin(3, 3, None, None))
    )
    pins = page.locator(".gm-pin")
    assert pins.count() == 4
    signs = [each.locator("text").all_text_contents() for each in pins.all()]
    assert signs == [["逾", "9"], ["盯"], ["临"], ["2"]]
    shapes = {each.locator("path").first.get_attribute("d") for each in pins.all()}
    assert len(shapes) == 4
    box = pins.first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 26


def test_tooltip_lists_the_worst_first_as_text(show: Show):
    listed = [[0, HOSTILE, -12, SCRIPT], [2, "快到期", 0, None], [3, "没有时限的", None, "县水利局"]]
    page = show(problems=problems([CODES[1], *village(1), 0, 9, listed]))
    page.locator(".gm-pin").hover()
    tip = page.locator(".gm-tip")
    tip.wait_for()
    assert tip.locator("b").inner_text() == f"东山镇 {HOSTILE}"
    rows = tip.locator("li > div").all_inner_texts()
    assert rows == [
        f"{HOSTILE}\n逾期12天 · {SCRIPT}",
        "快到期\n临期,今天到期",
        "没有时限的\n其他待整改,没有时限 · 县水利局",
    ]
    assert tip.locator("p").inner_text() == "还有6件"
    assert page.locator(".gm-tip img, .gm-tip script, .gm-pin img").count() == 0
    assert page.locator(".gm-pin").get_attribute("aria-label") == f"东山镇 {HOSTILE}:问题9件,最急的逾期12天"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keyboard_chooses_the_place_of_a_pin(show: Show, key: str):
    page = show(problems=problems(pin(2, 0, -3)))
    page.locator(".gm-pin").focus()
    assert page.locator(".gm-tip").is_visible()
    page.keyboard.press(key)
    (reported,) = page.evaluate("() => window.reported")
    assert (reported["kind"], reported["code"]) == ("place", CODES[2])


def test_focus_outlives_another_view_and_panning(show: Show):
    page = show(problems=problems(pin(2, 0, -3)))
    page.locator(".gm-pin").focus()
    page.evaluate("() => map.panBy([60, 0], {animate: false})")
    show(problems=problems(pin(2, 2, 4), pin(1, 0, -1)))
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')").startswith(
        "东山镇 石桥村"
    )
    assert page.locator(".gm-pin").count() == 2


def test_near_pins_are_one_cluster_that_a_click_takes_apart(show: Show):
    lat, lon = village(2)
    crowd = [
        [CODES[at], lat, lon + 0.004 * at, look, 2, [[look, "问题", -9 + at, None]] * 2]
        for at, look in enumerate((0, 1, 2))
    ]
    page = show(problems=problems(*crowd))
    cluster = page.locator(".gm-pin")
    assert cluster.count() == 1
    assert cluster.locator("text").all_text_contents() == ["6"]
    assert cluster.get_attribute("aria-label") == "3处共6件:最急的逾期9天"
    before = page.evaluate("() => map.getZoom()")
    cluster.click()
    assert page.locator(".gm-pin").count() == 3
    assert page.evaluate("() => map.getZoom()") > before
    assert page.evaluate("() => window.reported") == []


def test_many_pins_are_drawn_together_so_that_the_map_can_be_seen(show: Show):
    crowd = [
        [f"9901011{at:05d}", *village(at % 20 // 5, 0.1 + 0.2 * (at % 5), 0.1 + 0.1 * (at // 20)), 0, 1, [[0, "问题", -1, None]]]
        for at in range(160)
    ]  # fmt: skip
    page = show(problems=problems(*crowd))
    assert page.locator(".gm-pin").count() <= 60
    numbers = page.locator(".gm-pin text").all_text_contents()
    assert sum(1 if each == "逾" else int(each) for each in numbers) == 160


def test_what_is_not_sent_is_gone_again(show: Show):
    everything: dict[str, Any] = {
        "problems": problems(pin(0, 0, -1)),
        "enterprises": {"colour": "#6B4C7A", "all": [[*village(1), 9, "茶厂", CODES[1], "企业"]]},
        "stops": [["东线", "#12807A", "disc", [["1", *village(2), "茶园", None, CODES[2]]]]],
        "blank": [[CODES[3], *village(3)]],
        "selected": [CODES[0]],
    }
    page = show(**everything)
    assert page.locator(".gm-pin, .gm-job, .gm-stop").count() == 3
    assert page.locator(".gm-sizes").is_visible()
    show()
    assert page.locator(".gm-pin, .gm-job, .gm-stop, .gm-sizes").count() == 0
    state = page.evaluate("() => ({...map.getContainer().dataset})")
    counts = {name: state[name] for name in ("pins", "jobs", "stops", "blank", "selected")}
    assert counts == dict.fromkeys(counts, "0")
    assert colour_at(page, *village(3))[3] == 0


def test_area_of_an_enterprise_is_its_jobs(show: Show):
    rows = [
        [*village(0), 400, HOSTILE, CODES[0], "企业"],
        [*village(1), 100, "合作社", CODES[1], None],
        [*village(2), None, "基地", None, "基地"],
    ]
    page = show(enterprises={"colour": "#6B4C7A", "all": rows})
    circles = page.locator(".gm-job i")
    wide = [box["width"] for each in circles.all() if (box := each.bounding_box())]
    assert wide[0] == pytest.approx(2 * wide[1], rel=0.02)
    assert wide[2] < wide[1]
    assert page.locator(".gm-job i.gm-unknown").count() == 1
    touch = page.locator(".gm-job").last.bounding_box()
    assert touch is not None
    assert touch["width"] >= 24
    page.locator(".gm-job").first.hover()
    tip = page.locator(".gm-tip")
    tip.locator(f"b:has-text('{HOSTILE}')").wait_for()
    assert tip.inner_text().split("\n") == [f"{HOSTILE}企业 · 东山镇 河湾村", "用工400人"]
    assert page.locator(".gm-job").last.get_attribute("aria-label") == "基地:用工未报送"
    page.locator(".gm-job").nth(1).click()
    (reported,) = page.evaluate("() => window.reported")
    assert (reported["kind"], reported["code"]) == ("enterprise", CODES[1])


def test_enterprises_on_one_another_add_up(show: Show):
    rows = [
        [*village(1), jobs, name, CODES[1], None] for name, jobs in (("甲", 300), ("乙", 100), ("丙", None))
    ]
    page = show(enterprises={"colour": "#6B4C7A", "all": rows})
    assert page.locator(".gm-job b").all_text_contents() == ["3"]
    assert page.locator(".gm-job").get_attribute("aria-label") == "3家企业和基地:用工400人"
    page.locator(".gm-job").hover()
    page.locator(".gm-tip li").first.wait_for()
    assert page.locator(".gm-tip li em").all_inner_texts() == ["300人", "100人", "未报送"]


def test_stops_are_numbered_and_joined_in_order(show: Show):
    route = [
        ["1", *village(0), "茶园", "2026年11月18日 08:30", CODES[0]],
        ["2", *village(1), HOSTILE, None, CODES[1]],
        ["3", *village(1, 0.5001), "厂房", None, None],
    ]
    page = show(stops=[["东线", "#12807A", "disc", route]])
    discs = page.locator(".gm-stop")
    assert discs.all_inner_texts() == ["1", "2", "3"]
    second, third = discs.nth(1).bounding_box(), discs.nth(2).bounding_box()
    assert second is not None
    assert third is not None
    assert abs(second["x"] - third["x"]) >= second["width"] - 1  # side by side, though at one place
    lat, lon = village(0)
    line = {tuple(colour_at(page, lat, lon + 0.03 + 0.001 * at)[:3]) for at in range(30)}
    assert (0x12, 0x80, 0x7A) in line
    discs.nth(1).hover()
    page.locator(".gm-tip b").wait_for()
    assert page.locator(".gm-tip b").inner_text() == HOSTILE
    assert page.locator(".gm-tip p").inner_text() == "东线 第2站"
    discs.first.focus()
    page.keyboard.press("Enter")
    (reported,) = page.evaluate("() => window.reported")
    assert (reported["kind"], reported["code"]) == ("stop", CODES[0])


def test_blank_villages_are_hatched_and_selected_ones_stand_out(show: Show):
    page = show(blank=[[CODES[0], *village(0)]], selected=[CODES[2]])
    hatched = {tuple(colour_at(page, *village(0, 0.4 + 0.003 * at))) for at in range(12)}
    assert any(each[3] > 150 and max(each[:3]) < 60 for each in hatched)
    assert colour_at(page, *village(2)) == [0, 0, 0, 0]  # as it was
    assert colour_at(page, *village(3))[3] > 100  # paled
    edge = [colour_at(page, SOUTH + STEP, WEST + STEP * 2.5 + 0.001 * at)[:3] for at in range(3)]
    assert [0xB5, 0x12, 0x7B] in edge


def test_place_with_only_a_point_is_marked_there(show: Show):
    lat, lon = village(1)
    page = show(selected=[["990101109001", lat, lon]], blank=[["990101109002", *village(3)]])
    assert colour_at(page, *village(3))[3] > 0 or colour_at(page, village(3)[0], village(3)[1] + 0.001)[3] > 0
    assert page.evaluate("() => map.getContainer().dataset.selected") == "1"


def test_pins_take_no_click_from_the_places_below(show: Show):
    page = show(problems=problems(pin(0, 0, -1)), selected=[CODES[3]])
    page.mouse.click(1225, 400)
    (reported,) = page.evaluate("() => window.reported")
    assert (reported["kind"], reported["code"]) == ("place", CODES[3])
