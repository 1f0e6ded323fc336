"""Drilling on the map by clicks, the way back by the breadcrumb, and links that reopen what was on the screen."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import BrowserContext, Frame

from tests.browser.conftest import Visit, visiting
from tests.browser.map_frame import (
    choose,
    clean,
    click_place,
    drawn,
    heading,
    map_frame,
    mark_turn,
    next_turn,
    params,
    register,
    state,
)
from tests.conftest import County

INSIDE = "codes => codes.every(([lat, lon]) => map.getBounds().contains([lat, lon]))"
# Parts of the page that a link must reopen as they were.
SEEN = ".gm-head h1, .st-key-gm_trail, .gm-finding, .gm-legend, .gm-village, .gm-ends, .gm-folded summary"


@pytest.fixture(scope="module")
def places(demo_county: County) -> pd.DataFrame:
    return register(demo_county)


@pytest.fixture(scope="module")
def township(places: pd.DataFrame) -> pd.Series:
    """A township of the demo county that is not the first in the list."""
    return places[places["level"] == "township"].iloc[3]


@pytest.fixture(scope="module")
def village(places: pd.DataFrame, township: pd.Series) -> pd.Series:
    """One of its villages."""
    return places[places["parent_code"] == township["place_code"]].iloc[2]


def trail(visit: Visit) -> list[str]:
    """The breadcrumb's words."""
    buttons = visit.page.locator(".st-key-gm_trail button").all()
    return [button.inner_text().split("\n")[-1] for button in buttons]


def up(visit: Visit, frame: Frame, depth: int) -> None:
    """Press a part of the breadcrumb: 0 is the county."""
    mark_turn(frame)
    visit.page.locator(".st-key-gm_trail button").nth(depth).click()
    next_turn(visit, frame)


def seen(visit: Visit) -> list[str]:
    """The words of the page and what lies on the map, once no place's tooltip is open."""
    return visit.page.locator(SEEN).all_inner_texts()


def test_one_click_leads_down_and_the_breadcrumb_back_up(
    visit: Visit, township: pd.Series, village: pd.Series, places: pd.DataFrame
):
    visit.open("map", level="乡镇", indicator="tea_garden_area")
    frame = map_frame(visit)
    home = state(frame)
    frame.evaluate("() => { window.kept = 'yes'; }")
    assert home["polygons"] == "26"

    click_place(visit, frame, township["place_code"])
    down = state(frame)
    assert (down["level"], down["kept"]) == ("village", "yes")
    assert int(down["polygons"]) >= 400
    assert down["zoom"] > home["zoom"] + 1
    siblings = places[places["parent_code"] == township["place_code"]].dropna(subset=["lon"])
    assert frame.evaluate(INSIDE, siblings[["lat", "lon"]].to_numpy().tolist())
    assert params(visit)["place"] == township["place_code"]
    assert heading(visit).endswith(township["name"])
    assert trail(visit) == ["青岚县", township["name"]]
    finding = visit.page.locator(".gm-finding").inner_text()
    assert finding.startswith(f"{township['name']}{len(siblings)}个村")

    click_place(visit, frame, village["place_code"])
    assert params(visit)["place"] == village["place_code"]
    assert heading(visit).endswith(f"{township['name']} {village['name']}")
    assert trail(visit) == ["青岚县", township["name"], village["name"]]
    card = visit.page.locator(".gm-village")
    assert card.locator("h2").inner_text().startswith(village["name"])
    assert "茶园面积" in card.inner_text()
    assert state(frame)["zoom"] == down["zoom"], "a click on what is in sight moves nothing"

    up(visit, frame, 1)
    assert params(visit)["place"] == township["place_code"]
    assert trail(visit) == ["青岚县", township["name"]]
    up(visit, frame, 0)
    back = state(frame)
    assert (back["level"], back["polygons"], back["kept"]) == ("township", "26", "yes")
    assert back["zoom"] == pytest.approx(home["zoom"])
    assert "place" not in params(visit)
    assert params(visit)["level"] == "乡镇"
    assert trail(visit) == ["青岚县"]
    assert visit.page.locator(".gm-village").count() == 0
    clean(visit)


def test_address_reopens_exactly_this_view(
    visit: Visit, profiles: dict[str, BrowserContext], village: pd.Series
):
    visit.open("map", level="乡镇")
    frame = map_frame(visit)
    choose(visit, "choose_indicator", "茶园面积")
    drawn(visit, frame, turn=2)
    choose(visit, "choose_period", "2026年9月")
    drawn(visit, frame, turn=3, period="2026年9月")
    choose(visit, "quantity", "较上年同期")
    drawn(visit, frame, turn=4)
    choose(visit, "time", "两期对比")
    drawn(visit, frame, turn=5, beside="2025-09")
    for name in ("问题", "观摩点"):
        visit.page.locator(".st-key-choose_overlays button", has_text=name).click()
        frame.wait_for_function(
            f"() => Number(document.getElementById('map_div').dataset.{'pins' if name == '问题' else 'stops'}) > 0"
        )
        visit.settle()
    choose(visit, "choose_place", "白鹭洲镇")
    drawn(visit, frame, level="village")
    choose(visit, "choose_village", village["name"])
    visit.page.locator(".gm-village h2", has_text=village["name"]).wait_for()
    visit.settle()
    assert params(visit) == {
        "level": "乡镇",
        "indicator": "tea_garden_area",
        "period": "2026-09",
        "quantity": "较上年同期",
        "time": "两期对比",
        "overlays": "problems.stops",
        "place": village["place_code"],
    }
    with visiting(profiles["wall"], visit.base) as other:
        other.open("map", **params(visit))
        again = map_frame(other)
        before, after = state(frame), state(again)
        for name in ("level", "period", "polygons", "beside", "stops", "pins", "selected", "blank"):
            assert after[name] == before[name], name
        assert seen(other) == seen(visit)
        assert params(other) == params(visit)
        centre = "() => [map.getCenter().lat, map.getCenter().lng]"
        assert again.evaluate(centre) == pytest.approx(frame.evaluate(centre), abs=1e-3)
        up(other, again, 0)
        assert state(again)["level"] == "township"
        clean(other)
    clean(visit)
