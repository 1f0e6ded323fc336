"""Time on the map: step keys, slider, play, twelve small maps, two periods side by side."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Frame, Locator, expect

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
    register,
    state,
    tip_at,
)
from tests.conftest import County

# It rises and falls with the season: no month looks like the one before.
SEASONAL = "mushroom_bags"
CENTRES = "() => [map, second].map((each) => [each.getCenter().lat, each.getCenter().lng, each.getZoom()])"
SAME = """() => {
  const [one, other] = [map, second].map((each) => [...Object.values(each.getCenter()), each.getZoom()]);
  return one.every((value, at) => Math.abs(value - other[at]) < 1e-6);
}"""
IS_PAINTED = """() => {
  const canvas = document.querySelector('.gm-other canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4 * 97) if (data[at + 3] > 250) seen.add(data.slice(at, at + 3).join());
  return seen.size > 3;
}"""


def words(key: str) -> str:
    """2026-09 as 2026年9月."""
    year, month = key.split("-")
    return f"{year}年{int(month)}月"


def follows(visit: Visit, frame: Frame, key: str) -> None:
    """Wait until all of the page is about the period at which the map stopped."""
    drawn(visit, frame, at=key, period=words(key))
    visit.page.locator(".gm-legend .gm-note", has_text=words(key)).first.wait_for()
    expect(visit.page.locator(".st-key-choose_period").get_by_role("combobox")).to_have_value(words(key))
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
    assert sent == []
    bar.get_by_role("button", name="暂停").click()
    stopped = state(frame)["at"]
    assert "2023-11" < stopped < "2026-10"
    follows(visit, frame, stopped)
    after = state(frame)
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
    expect(visit.page.locator(".st-key-time").get_by_role("combobox")).to_have_value("当期")
    assert frame.locator("#map_div").is_visible()
    clean(visit)


def test_two_periods_side_by_side_move_together(visit: Visit):
    visit.open("map", indicator=SEASONAL)
    frame = map_frame(visit)
    frame.evaluate("() => L.Map.addInitHook(function () { window.second = this; })")
    choose(visit, "time", "两期对比")
    drawn(visit, frame, beside="2025-10")
    left, right = frame.locator(".gm-other"), frame.locator("#map_div")
    assert left.locator(".gm-when").inner_text() == "2025年10月"
    assert right.locator(".gm-when").inner_text() == "2026年10月"
    assert edges(left)[1] <= edges(right)[0]
    assert frame.evaluate(IS_PAINTED)

    for handle in (right, left):
        box = handle.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = frame.evaluate(CENTRES)
        visit.page.mouse.move(x, y)
        visit.page.mouse.down()
        visit.page.mouse.move(x + 90, y + 40, steps=6)
        visit.page.mouse.up()
        frame.wait_for_function(f"before => JSON.stringify(({CENTRES})()) !== before", arg=json.dumps(before))
        visit.page.mouse.wheel(0, -400)
        frame.wait_for_function(f"zoom => ({CENTRES})()[0][2] > zoom + 0.2", arg=before[0][2])
        frame.wait_for_function(SAME, timeout=PATIENCE_MS)
        one, other = frame.evaluate(CENTRES)
        assert one[2] == other[2] > before[0][2]
        assert one[:2] != pytest.approx(before[0][:2], abs=1e-3)
    clean(visit)


def test_each_of_two_maps_tells_the_figure_of_its_own_period(visit: Visit, demo_county: County):
    places = register(demo_county)
    village = places[(places["level"] == "village") & places["lon"].notna()].iloc[200]
    visit.open("map", indicator=SEASONAL, time="两期对比", beside="2026-03")
    frame = map_frame(visit)
    drawn(visit, frame, beside="2026-03")
    here = point_of(visit, frame, village["place_code"])
    assert "2026年10月" in tip_at(visit, frame, *here, village["name"]).inner_text()
    shift = edges(frame.locator("#map_div"))[0] - edges(frame.locator(".gm-other"))[0]
    there = frame.locator(".gm-other .gm-tip")
    visit.page.mouse.move(here[0] - shift - 3, here[1] - 3)
    visit.page.wait_for_timeout(50)
    visit.page.mouse.move(here[0] - shift, here[1])
    there.filter(has_text=village["name"]).wait_for()
    assert "2026年3月" in there.inner_text()
    visit.page.mouse.click(here[0] - shift, here[1])
    visit.page.wait_for_url(f"**place={village['place_code']}**")
    visit.settle()
    assert heading(visit).endswith(village["name"])
    clean(visit)


def edges(box: Locator) -> tuple[float, float]:
    """Left and right edge on the page, in pixels."""
    found = box.bounding_box()
    assert found is not None
    return found["x"], found["x"] + found["width"]
