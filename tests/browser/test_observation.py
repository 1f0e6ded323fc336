"""现场观摩 in a real browser: the route's day, a stop on every wall and in a hand, keys, and the code for the phones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Visit, served, visiting
from tests.conftest import County

WALLS = {"1080p": (1920, 1080), "laptop": (1366, 768), "4K": (3840, 2160), "32:9": (3840, 1080)}
ADDRESS = "http://192.168.1.20:8501"
EAST, WEST = "东线(稻虾、畜禽、加工)", "西线(香菇、茶叶、油茶)"
CARD = ".gm-point-head, .gm-point-figure, .gm-point-told p, .gm-point-problems, .gm-point-code, .gm-point-beside, [data-testid=stImage]"
# What does not lie between head and foot, or is cut off though it may not be: figures, their labels, the code.
OUTSIDE = """card => {
  const foot = document.querySelector('.gm-foot').getBoundingClientRect();
  const gone = [...document.querySelectorAll(card)].filter(each => {
    const box = each.getBoundingClientRect();
    return box.bottom > foot.top + 1 || box.right > innerWidth + 1 || box.left < -1;
  });
  const cut = [...document.querySelectorAll('.gm-point-figure, .gm-point-code')].filter(
    each => each.scrollHeight > each.clientHeight + 2 || each.scrollWidth > each.clientWidth + 2);
  const main = document.querySelector('[data-testid="stMain"]');
  return [...gone, ...cut].map(each => each.className + ' ' + each.textContent.slice(0, 30))
    .concat(main.scrollHeight > innerHeight + 1 || main.scrollWidth > innerWidth + 1 ? ['scrolls'] : [])
    .concat(foot.bottom > innerHeight + 1 ? ['foot'] : []);
}"""
# The smallest text of the card and the smallest figure, in px.
SIZES = """() => {
  const px = each => parseFloat(getComputedStyle(each).fontSize);
  const written = [...document.querySelectorAll('.st-key-gm_point *')].filter(each => each.checkVisibility()
    && [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  return [Math.min(...written.map(px)), Math.min(...[...document.querySelectorAll('.gm-value')].map(px))];
}"""


@pytest.fixture(scope="module")
def hall(demo_county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo county on a machine that phones reach: the same files, an address of its own."""
    folder = tmp_path_factory.mktemp("hall")
    written = demo_county.config.read_text(encoding="utf-8")
    for name in ("data/raw", "data/prepared", "data/records"):
        written = written.replace(f'"{name}', f'"{(demo_county.folder / name).as_posix()}')
    written = written.replace("[observation]\n", f'[observation]\naddress = "{ADDRESS}"\n')
    (folder / "config.toml").write_text(written, encoding="utf-8")
    with served(County(folder)) as address:
        yield address


@pytest.fixture
def wall(profiles: dict[str, BrowserContext], hall: str) -> Iterator[Visit]:
    with visiting(profiles["wall"], hall) as opened:
        yield opened


@pytest.fixture
def thumb(profiles: dict[str, BrowserContext], hall: str) -> Iterator[Visit]:
    with visiting(profiles["phone"], hall) as opened:
        yield opened


def open_stop(visit: Visit, stop: str, route: str = EAST, **query: str) -> Visit:
    visit.open("observation", part="观摩点", route=route, stop=stop, **query)
    visit.page.locator(".gm-point-head").wait_for()
    return visit


def test_the_route_is_drawn_and_leads_to_its_stops(wall: Visit):
    wall.open("observation", route=WEST, present="1")
    page = wall.page
    expect(page.locator(".gm-route-table tbody tr:not(.gm-route-bad)")).to_have_count(6)
    expect(page.locator(".gm-route-bad")).to_contain_text("赶不上")
    page.locator(".stPlotlyChart .main-svg").first.wait_for()
    numbers = page.locator(".stPlotlyChart .scatterlayer .text text").all_text_contents()
    assert {"1", "2", "3", "4", "5", "6"} <= set(numbers)
    assert "滴水沟村" in page.locator(".stPlotlyChart").inner_text()
    assert page.evaluate(OUTSIDE, ".gm-route-head, .gm-route-table tr, .js-plotly-plot") == []
    page.locator("[data-stop='3']").first.click()
    expect(page.locator(".gm-point-head h2")).to_contain_text("枫树垭村")
    assert parse_qs(urlsplit(page.url).query)["stop"] == ["3"]
    assert (wall.outside, wall.errors) == ([], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_stop_fits_every_wall(wall: Visit, theme: str):
    # with a photo, without one, one with problems and an enterprise-less village
    for route, stop in ((EAST, "4"), (EAST, "3"), (WEST, "3"), (WEST, "6")):
        open_stop(wall, stop, route, present="1", theme=theme)
        for name, (width, height) in WALLS.items():
            wall.page.set_viewport_size({"width": width, "height": height})
            assert wall.page.evaluate(OUTSIDE, CARD) == [], (route, stop, name)
            text, figure = wall.page.evaluate(SIZES)
            unit = min(height / 1080, width / 1920)
            assert text >= 27.9 * unit, (stop, name)
            assert figure >= 64 * unit, (stop, name)
    wall.page.set_viewport_size({"width": 1920, "height": 1080})
    assert (wall.outside, wall.errors) == ([], [])


# What a ledger may hold: no end of words, everywhere at once.
WORDY = """() => {
  const long = '说来话长,'.repeat(200);
  const say = (part, words) => document.querySelectorAll(part).forEach(each => { each.textContent = words; });
  document.querySelector('.gm-point-told').classList.remove('gm-few');
  say('.gm-point-told p', long);
  say('.gm-point-head h2, .gm-point-head p span, .gm-point-beside a', long.slice(0, 60));
  say('.gm-point-figure .gm-label', long.slice(0, 30));
  document.querySelector('.gm-point-problems').innerHTML = `<h3>未销号问题</h3><ul><li>${long}</li><li>${long}</li></ul>`;
}"""


@pytest.mark.parametrize("stop", ["4", "3"], ids=["photo", "no photo"])
def test_long_words_end_where_their_room_does(wall: Visit, stop: str):
    open_stop(wall, stop, present="1")
    wall.page.evaluate(WORDY)
    for name, (width, height) in WALLS.items():
        wall.page.set_viewport_size({"width": width, "height": height})
        assert wall.page.evaluate(OUTSIDE, CARD) == [], name
    wall.page.set_viewport_size({"width": 1920, "height": 1080})


def test_the_photo_is_large_on_the_wall(wall: Visit):
    open_stop(wall, "4", present="1")
    picture = wall.page.locator(".st-key-gm_point_photo img")
    expect(picture).to_have_count(1)
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] >= 900
    assert box["height"] >= 520


def test_the_code_on_the_wall_is_the_address_of_the_stop(wall: Visit):
    for theme in ("light", "dark"):
        open_stop(wall, "5", present="1", theme=theme)
        drawn = wall.page.locator(".gm-point-code img")
        box = drawn.bounding_box()
        assert box is not None
        assert box["width"] >= 200
        assert box["height"] >= 200
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(wall.page.screenshot())))
        assert found.text == drawn.get_attribute("data-address")
        parts = urlsplit(found.text)
        assert f"{parts.scheme}://{parts.netloc}" == ADDRESS
        assert parts.path == "/observation"
        assert parse_qs(parts.query) == {"part": ["观摩点"], "route": [EAST], "stop": ["5"]}


def test_what_a_phone_reads_opens_the_same_stop(wall: Visit, thumb: Visit):
    open_stop(wall, "2", WEST, present="1")
    address = urlsplit(wall.page.locator(".gm-point-code img").get_attribute("data-address") or "")
    thumb.page.goto(f"{thumb.base}{address.path}?{address.query}")
    thumb.settle()
    said = wall.page.locator(".gm-point-head h2").inner_text()
    expect(thumb.page.locator(".gm-point-head h2")).to_have_text(said)


def test_keys_lead_along_the_route_and_stay_within_it(wall: Visit):
    open_stop(wall, "1", present="1")
    number = wall.page.locator(".gm-point-head > b")
    for key, expected in (
        ("ArrowLeft", "1"), ("ArrowRight", "2"), ("PageDown", "3"), ("PageUp", "2"), ("ArrowRight", "3"), ("ArrowLeft", "2"),
    ):  # fmt: skip
        wall.page.keyboard.press(key)
        expect(number).to_have_text(expected)
        wall.settle()
    assert urlsplit(wall.page.url).path == "/observation"
    open_stop(wall, "7", present="1")
    wall.page.keyboard.press("ArrowRight")
    wall.settle()
    expect(number).to_have_text("7")
    assert urlsplit(wall.page.url).path == "/observation"


def test_a_phone_reads_it_from_top_to_bottom(thumb: Visit):
    open_stop(thumb, "3", WEST)
    page = thumb.page
    tops = [
        page.locator(part).first.bounding_box()["y"]  # type: ignore[index]
        for part in (".gm-point-head h2", ".gm-point-figure", ".st-key-gm_point_photo img", ".gm-point-look", ".gm-point-problems")
    ]  # fmt: skip
    assert tops == sorted(tops)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    for part in (".st-key-gm_stop_next button", ".gm-point-score", ".gm-point-problems a"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["height"] >= 44, part
    assert page.locator(".gm-point-code").is_hidden()
    assert "score?" in (page.locator(".gm-point-score").get_attribute("href") or "")
    page.locator(".st-key-gm_stop_next button").tap()
    expect(page.locator(".gm-point-head > b")).to_have_text("4")
    thumb.open("observation", route=WEST)
    page.locator(".stPlotlyChart .main-svg").first.wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert (thumb.outside, thumb.errors) == ([], [])
