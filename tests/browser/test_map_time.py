"""Time on the map: step keys, slider, play, twelve small maps, two periods side by side."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame

from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.map_frame import (
    choose,
    clean,
    colours,
    drawn,
    heading,
    map_frame,
    params,
    point_of,
    screen_point,
    state,
    tip_at,
)

# It rises and falls with the season: no month looks like the one before.
SEASONAL = "mushroom_bags"
CENTRES = """() => {
  const box = document.querySelector('.gm-other');
  const found = [map, ...Object.values(window).filter((each) => each instanceof L.Map && each !== map)];
  return found.map((each) => [each.getCenter().lat, each.getCenter().lng, each.getZoom()]);
}"""


def words(key: str) -> str:
    """2026-09 as 2026年9月."""
    year, month = key.split("-")
    return f"{year}年{int(month)}月"


def follows(visit: Visit, frame: Frame, key: str) -> None:
    """Wait until all of the page is about the period at which the map stopped."""
    drawn(visit, frame, at=key, period=words(key))
    visit.page.locator(".gm-legend .gm-note", has_text=words(key)).first.wait_for()
    visit.page.locator(".st-key-choose_period", has_text=words(key)).wait_for()
    assert params(visit)["period"] == key


def test_stepping_recolours_at_once_and_the_page_follows(visit: Visit):
    visit.open("map", indicator=SEASONAL, time="逐期播放")
    frame = map_frame(visit)
    frame.evaluate("() => { window.kept = 'yes'; }")
    bar = frame.get_by_role("group", name="按时期播放")
    october = colours(frame)
    assert bar.get_by_role("button", name="下一期").is_disabled()

    bar.get_by_role("button", name="上一期").click()
    assert state(frame)["at"] == "2026-09"
    assert bar.locator("output").inner_text() == "2026年9月"
    september = colours(frame)
    assert september != october
    follows(visit, frame, "2026-09")
    assert colours(frame) == september, "the server's colours are those that were stepped to"

    slider = bar.get_by_role("slider", name="时期")
    slider.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        visit.page.keyboard.press(key)
    assert state(frame)["at"] == "2026-07"
    assert slider.get_attribute("aria-valuetext") == "2026年7月"
    follows(visit, frame, "2026-07")
    assert state(frame)["kept"] == "yes"
    assert heading(visit) == "村级地图"
    clean(visit)


def test_playing_asks_the_server_nothing_and_the_page_follows_when_it_stops(visit: Visit):
    visit.open("map", indicator=SEASONAL, time="逐期播放")
    frame = map_frame(visit)
    before, zoom = colours(frame), state(frame)["zoom"]
    legend = visit.page.locator(".gm-legend li span").all_inner_texts()
    sent: list[str] = []
    visit.page.on("request", lambda request: sent.append(request.url))
    bar = frame.get_by_role("group", name="按时期播放")
    bar.get_by_label("播放快慢").select_option("快")
    bar.get_by_role("button", name="播放", exact=True).click()
    frame.wait_for_function("() => Number(document.getElementById('map_div').dataset.frames) >= 6")
    assert state(frame)["turn"] == "1", "no view has come from the server"
    bar.get_by_role("button", name="暂停").click()
    stopped = state(frame)["at"]
    assert "2023-11" < stopped < "2026-10"
    follows(visit, frame, stopped)
    after = state(frame)
    assert sent == []
    assert colours(frame) != before
    assert after["zoom"] == pytest.approx(zoom)
    assert visit.page.locator(".gm-legend li span").all_inner_texts() == legend, "colours mean the same"
    assert bar.locator("output").inner_text() == words(stopped)

    # To the end: it stops by itself and the page is about the last period again.
    bar.get_by_role("button", name="播放", exact=True).click()
    follows(visit, frame, "2026-10")
    assert bar.get_by_role("button", name="播放", exact=True).is_visible()
    assert colours(frame) == before
    clean(visit)


def test_twelve_small_maps_of_which_one_is_chosen(visit: Visit):
    visit.open("map", indicator=SEASONAL, time="多期小图")
    frame = map_frame(visit)
    drawn(visit, frame, small=12)
    cells = frame.locator(".gm-grid button")
    assert [cell.inner_text().strip() for cell in cells.all()] == [
        *(f"2025年{month}月" for month in (11, 12)),
        *(f"2026年{month}月" for month in range(1, 11)),
    ]
    pictures = cells.locator("canvas").evaluate_all("all => all.map(each => each.toDataURL())")
    assert len(set(pictures)) == 12
    box = cells.first.locator("canvas").bounding_box()
    assert box is not None
    assert box["width"] > 120

    frame.get_by_role("button", name="看2026年3月").click()
    frame.wait_for_function("() => !document.getElementById('map_div').dataset.small", timeout=PATIENCE_MS)
    drawn(visit, frame, period="2026年3月")
    assert cells.count() == 0
    assert params(visit) == {"indicator": SEASONAL, "period": "2026-03"}
    assert "当期" in visit.page.locator(".st-key-time").inner_text() or visit.page.locator(
        ".st-key-time input"
    ).input_value() == "当期"
    assert frame.locator("#map_div").is_visible()
    clean(visit)


def test_two_periods_side_by_side_move_together(visit: Visit):
    visit.open("map", indicator=SEASONAL, time="两期对比")
    frame = map_frame(visit)
    drawn(visit, frame, beside="2025-10")
    captions = frame.locator(".gm-when")
    lefts = {caption.inner_text(): (caption.bounding_box() or {})["x"] for caption in captions.all()}
    assert list(sorted(lefts, key=lambda name: lefts[name])) == ["2025年10月", "2026年10月"]

    left, right = frame.locator(".gm-other"), frame.locator("#map_div")
    for start, other in ((right, left), (left, right)):
        before = [views(each) for each in (left, right)]
        box = start.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        visit.page.mouse.move(x, y)
        visit.page.mouse.down()
        visit.page.mouse.move(x + 60, y + 30, steps=4)
        visit.page.mouse.move(x + 120, y + 60, steps=4)
        visit.page.mouse.up()
        moved = [views(each) for each in (left, right)]
        assert moved[0] == pytest.approx(moved[1], abs=0.5)
        assert moved[0] != pytest.approx(before[0], abs=20)
        visit.page.mouse.wheel(0, -400)
        frame.wait_for_timeout(400)
        assert views(left) == pytest.approx(views(right), abs=0.5)
    clean(visit)
