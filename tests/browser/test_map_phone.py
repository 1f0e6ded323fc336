"""The map on a phone: everything within reach of a thumb and no scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import SIZES, Visit, visiting
from tests.browser.map_frame import (
    ELEMENT,
    choose,
    clean,
    drawn,
    map_frame,
    mark_turn,
    next_turn,
    params,
    point_of,
    register,
    state,
)
from tests.conftest import County

WIDTHS = """() => [...document.querySelectorAll('html, [data-testid="stMain"], [data-testid="stMainBlockContainer"]')]
  .map((box) => box.scrollWidth)"""


@pytest.fixture
def phone(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """A fresh visitor with a phone held upright."""
    with visiting(profiles["phone"], server) as opened:
        yield opened


def fits(visit: Visit) -> None:
    """The page and the map are no wider than the screen."""
    visit.settle()
    wide = SIZES["phone"][0]
    assert max(visit.page.evaluate(WIDTHS)) <= wide
    box = visit.page.locator(ELEMENT).bounding_box()
    assert box is not None
    assert box["width"] <= wide
    frame = map_frame(visit)
    assert frame.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_drill_card_and_find_by_touch(phone: Visit, demo_county: County):
    places = register(demo_county)
    township = places[places["level"] == "township"].iloc[3]
    village = places[places["parent_code"] == township["place_code"]].iloc[2]
    phone.open("map", indicator="tea_garden_area")
    frame = map_frame(phone)
    fits(phone)
    box = phone.page.locator(ELEMENT).bounding_box()
    assert box is not None
    assert 260 <= box["height"] <= 500

    choose(phone, "choose_place", township["name"], by_touch=True)
    phone.page.locator(".gm-village h2", has_text=township["name"]).wait_for()
    fits(phone)
    mark_turn(frame)
    phone.page.touchscreen.tap(*point_of(phone, frame, village["place_code"]))
    next_turn(phone, frame)
    assert params(phone)["place"] == village["place_code"]
    card = phone.page.locator(".gm-village")
    assert card.locator("h2").inner_text().startswith(village["name"])
    place = card.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= SIZES["phone"][0]
    fits(phone)

    find = phone.page.get_by_label("找村")
    find.fill("东风村")
    find.press("Enter")
    expect(phone.page.locator(".st-key-gm_found button")).to_have_count(3)
    fits(phone)
    phone.page.locator(".st-key-gm_found button").first.tap()
    expect(card.locator("h2")).to_contain_text("东风村")
    fits(phone)
    clean(phone)


def test_tools_and_time_fit_a_phone(phone: Visit):
    phone.open(
        "map",
        indicator="mushroom_bags",
        overlays="problems.enterprises.stops.blank",
        where="mushroom_bags>10",
    )
    frame = map_frame(phone)
    assert all(int(state(frame)[name]) > 0 for name in ("pins", "jobs", "stops", "blank", "selected"))
    fits(phone)
    for button in (".st-key-gm_where", ".st-key-map_picture", ".st-key-gm_map_classes"):
        phone.page.locator(button).get_by_role("button").first.tap()
        body = phone.page.get_by_test_id("stPopoverBody")
        body.wait_for()
        phone.settle()
        box = body.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SIZES["phone"][0]
        fits(phone)
        phone.page.keyboard.press("Escape")
        body.wait_for(state="detached")
    choose(phone, "time", "逐期播放", by_touch=True)
    frame.get_by_role("button", name="上一期").tap()
    drawn(phone, frame, at="2026-09", period="2026年9月")
    fits(phone)
    choose(phone, "time", "两期对比", by_touch=True)
    drawn(phone, frame, beside="2025-09")
    one, other = frame.locator("#map_div").bounding_box(), frame.locator(".gm-other").bounding_box()
    assert one is not None
    assert other is not None
    assert other["y"] >= one["y"] + one["height"] - 1, "one below the other"
    fits(phone)
    choose(phone, "time", "多期小图", by_touch=True)
    drawn(phone, frame, small=12)
    fits(phone)
    frame.get_by_role("button", name="看2026年3月").tap()
    drawn(phone, frame, period="2026年3月")
    fits(phone)
    clean(phone)
