"""The map by keyboard alone: choosers, drilling by list, playing, a pin. No pointer is touched."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.map_frame import (
    clean,
    drawn,
    frame_of,
    heading,
    map_frame,
    mark_turn,
    next_turn,
    params,
    register,
    state,
    still,
)
from tests.conftest import County

MOST_TABS = 90
# Whether what has the keyboard's focus, in the page or in the map's frame, is or lies in something.
FOCUSED = """selector => {
  let at = document.activeElement;
  if (at && at.tagName === 'IFRAME') at = at.contentDocument && at.contentDocument.activeElement;
  return Boolean(at && at.closest(selector));
}"""


@pytest.fixture(scope="module")
def places(demo_county: County) -> pd.DataFrame:
    return register(demo_county)


def tab_to(visit: Visit, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is in something."""
    for _ in range(MOST_TABS):
        visit.page.keyboard.press(key)
        if visit.page.evaluate(FOCUSED, selector):
            return
    raise AssertionError(f"{selector} is not reached by {key}")


def choose(visit: Visit, selector: str, words: str, key: str = "Tab") -> None:
    """Open a select box, type what is wanted, take it."""
    tab_to(visit, selector, key)
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.type(words)
    option = visit.page.get_by_role("option", name=words)
    option.first.wait_for()
    visit.page.keyboard.press("Enter")
    still(visit)


def test_places_are_found_and_chosen_by_keyboard(visit: Visit, places: pd.DataFrame):
    township = places[places["level"] == "township"].iloc[3]
    village = places[places["parent_code"] == township["place_code"]].iloc[2]
    visit.open("map", indicator="tea_garden_area")
    frame = map_frame(visit)
    choose(visit, ".st-key-choose_place", township["name"])
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(township["name"])
    choose(visit, ".st-key-choose_village", village["name"])
    visit.page.locator(".gm-village h2", has_text=village["name"]).wait_for()
    assert params(visit)["place"] == village["place_code"]
    mark_turn(frame)
    tab_to(visit, ".st-key-gm_trail button", "Shift+Tab")
    visit.page.keyboard.press("Enter")
    next_turn(visit, frame)
    assert params(visit)["place"] == township["place_code"]

    mark_turn(frame)
    tab_to(visit, ".st-key-find_place")
    visit.page.keyboard.type(village["name"])
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function(
        """() => location.search.length > 0 && (document.querySelector('.st-key-gm_found button')
             || document.querySelector('.st-key-find_place input').value === '')""",
        timeout=PATIENCE_MS,
    )
    still(visit)
    if visit.page.locator(".st-key-gm_found button").count():
        tab_to(visit, f".st-key-found_{village['place_code']}")
        visit.page.keyboard.press("Enter")
    next_turn(visit, frame)
    assert heading(visit).endswith(f"{township['name']} {village['name']}")
    clean(visit)


def test_playing_zooming_and_a_pin_by_keyboard(visit: Visit):
    visit.open("map", indicator="mushroom_bags")
    frame = frame_of(visit)
    map_frame(visit)
    choose(visit, ".st-key-choose_indicator", "茶园面积")
    drawn(visit, frame, turn=2)
    choose(visit, ".st-key-time", "逐期播放")
    frame.locator(".gm-time").wait_for()
    tab_to(visit, ".gm-play")
    visit.page.keyboard.press("Enter")
    frame.wait_for_function("() => Number(document.getElementById('map_div').dataset.frames) >= 2")
    visit.page.keyboard.press("Enter")
    at = state(frame)["at"]
    drawn(visit, frame, at=at, turn=4)
    assert params(visit)["period"] == at
    assert visit.page.evaluate(FOCUSED, ".gm-play"), "the focus stays where it was"

    zoom = state(frame)["zoom"]
    tab_to(visit, "#map_div", "Shift+Tab")
    while not frame.evaluate("() => document.activeElement.id === 'map_div'"):
        visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("+")
    frame.wait_for_function("zoom => map.getZoom() > zoom + 0.3", arg=zoom)

    tab_to(visit, ".st-key-choose_overlays button", "Shift+Tab")
    while not visit.page.evaluate("() => document.activeElement.innerText.startsWith('问题')"):
        visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("Enter")
    frame.wait_for_function("() => Number(document.getElementById('map_div').dataset.pins) > 0")
    still(visit)
    tab_to(visit, ".gm-pin:not(.gm-cluster)")
    frame.locator(".gm-tip").first.wait_for()
    label = frame.evaluate("() => document.activeElement.getAttribute('aria-label')")
    mark_turn(frame)
    visit.page.keyboard.press("Enter")
    next_turn(visit, frame)
    assert heading(visit).removeprefix("村级地图").strip(" ·\n") == label.split(":")[0]
    assert visit.page.locator(".gm-village h2").is_visible()
    assert frame.evaluate("() => document.activeElement.getAttribute('aria-label')") == label
    clean(visit)
