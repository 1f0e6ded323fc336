"""Villages in two parts, with a hole, or without any border: each is on the map or listed beside it."""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.map_frame import (
    clean,
    click_place,
    colours,
    drawn,
    map_frame,
    params,
    shown,
    state,
    still,
    tip_of,
)
from tests.browser.odd_county import BETWEEN, INNER, NAMES, NOWHERE, PARTS, RING, SCRIPT

# The colour of the map's canvas at a point of the earth.
PAINT = """([lat, lon]) => {
  const canvas = map.getPane('overlayPane').querySelector('canvas');
  const at = map.latLngToContainerPoint([lat, lon]);
  const box = canvas.getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  const scale = canvas.width / box.width;
  const place = [(at.x + frame.left - box.left) * scale, (at.y + frame.top - box.top) * scale];
  const [red, green, blue] = canvas.getContext('2d').getImageData(...place, 1, 1).data;
  return '#' + [red, green, blue].map((each) => each.toString(16).padStart(2, '0')).join('');
}"""


def test_exclave_and_hole_show_and_tell_the_right_village(odd_visit: Visit):
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    assert state(frame)["polygons"] == "5"
    tips = [
        tip_of(odd_visit, frame, code, words, part)
        for code, words, part in (
            (PARTS, "330亩", 0),
            (BETWEEN, "430亩", 0),
            (PARTS, "330亩", 1),
            (INNER, "230亩", 0),
            (RING, "130亩", 0),
        )
    ]
    for tip, code in zip(tips, (PARTS, BETWEEN, PARTS, INNER, RING), strict=True):
        assert tip.startswith(NAMES[code])
    wanted = {code: colour.lower() for code, colour in colours(frame).items()}
    # Middles of both parts, of the hole, of the ring's rim, of what lies between the parts.
    for code, lat, lon in (
        (PARTS, 31.21, 114.36),
        (PARTS, 31.17, 114.57),
        (INNER, 31.17, 114.17),
        (RING, 31.17, 114.05),
        (BETWEEN, 31.3, 114.46),
    ):
        assert frame.evaluate(PAINT, [lat, lon]) == wanted[code]
    assert len(set(wanted.values())) >= 4

    click_place(odd_visit, frame, PARTS, part=1)
    assert params(odd_visit)["place"] == PARTS
    click_place(odd_visit, frame, INNER)
    assert params(odd_visit)["place"] == INNER
    clean(odd_visit)


def test_village_without_a_border_is_listed(odd_visit: Visit):
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    # Its figure counts, and its name in the list leads to its card.
    assert "6个村中6个已报送" in odd_visit.page.locator(".gm-finding").inner_text()
    # Its figure counts, it is listed with its township, and from the list leads a click to its card.
    assert "6个村中6个已报送" in odd_visit.page.locator(".gm-finding").inner_text()
    listed = odd_visit.page.locator(".st-key-gm_off_map")
    listed.get_by_text("全县不在地图上:1个村").click()
    button = listed.get_by_role("button").last
    assert shown(button.inner_text()) == f"{SCRIPT}({SCRIPT})"
    button.click()
    still(odd_visit)
    assert params(odd_visit)["place"] == NOWHERE
    drawn(odd_visit, frame, polygons=5)
    card = odd_visit.page.locator(".gm-village")
    assert card.locator("h2").inner_text().startswith(SCRIPT)
    assert "530" in card.inner_text()
    clean(odd_visit)


def test_polygons_are_there_when_the_base_map_is_not(odd_visit: Visit):
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    before = colours(frame)
    odd_visit.page.get_by_text("底图", exact=True).click()
    frame.get_by_text("底图没有连上,村界照常显示").wait_for()
    drawn(odd_visit, frame, base=1)
    assert state(frame)["polygons"] == "5"
    assert colours(frame) == before
    assert params(odd_visit)["base"] == "true"
    assert tip_of(odd_visit, frame, RING, "130亩").startswith(NAMES[RING])
    odd_visit.page.get_by_text("底图", exact=True).click()
    frame.get_by_text("底图没有连上,村界照常显示").wait_for(state="detached")
    odd_visit.settle()
    # A tile that is not there is an error on the console, and the only one.
    odd_visit.errors[:] = [each for each in odd_visit.errors if "/tiles/" not in each]
    clean(odd_visit)
