"""Names that try to be code, everywhere on the map's page: they are read as text and nothing runs."""

from __future__ import annotations

import io
import re

import openpyxl
import pypdfium2
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.map_frame import (
    choose,
    clean,
    click_place,
    downloaded,
    drawn,
    map_frame,
    mark_turn,
    next_turn,
    params,
    point_of,
    shown,
    state,
    still,
    tip_at,
    tip_of,
)
from tests.browser.odd_county import (
    BETWEEN,
    EAST,
    FORMULA,
    HOSTILE,
    IMAGE,
    INNER,
    LAST,
    LINK,
    MARKDOWN,
    NAMES,
    NOWHERE,
    PARTS,
    RING,
    SCRIPT,
    TEMPLATE,
    VILLAGES,
    WEST,
)

FIGURES = {code: f"{100 * at + 30}亩" for at, code in enumerate(VILLAGES, start=1)}  # of March
ON_MAP = tuple(code for code in VILLAGES if code != NOWHERE)
# What a name would have become if anything had taken it for HTML or Markdown.
BECOME = "img[src='x'], [onerror], [onload], a[href^='javascript'], [src*='evil'], [href*='evil']"


def harmless(visit: Visit) -> None:
    """No name has become an element in any frame, and nothing was asked for or ran."""
    for frame in visit.page.frames:
        assert frame.locator(BECOME).count() == 0
    clean(visit)


def test_tooltips_labels_and_lists(odd_visit: Visit):
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    for code in ON_MAP:
        assert tip_of(odd_visit, frame, code, FIGURES[code]).startswith(NAMES[code])
    labels = frame.locator(".gm-label span")
    written = set(labels.all_inner_texts())  # long ones, of which only some find room
    assert written
    assert written <= {NAMES[WEST], SCRIPT}
    ends = odd_visit.page.locator(".gm-ends").inner_text()
    assert all(name in ends for name in HOSTILE)

    # Near enough, villages have their names written too.
    frame.evaluate("() => map.setZoom(map.getZoom() + 1.6, {animate: false})")
    frame.locator(".gm-village").first.wait_for()
    written = {each.split("\n")[0] for each in frame.locator(".gm-village").all_inner_texts()}
    assert written <= set(HOSTILE)
    harmless(odd_visit)


def test_breadcrumb_card_and_choosers(odd_visit: Visit):
    page = odd_visit.page
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    click_place(odd_visit, frame, RING)
    assert page.get_by_role("heading", level=1).inner_text().endswith(f"{NAMES[WEST]} {NAMES[RING]}")
    buttons = map(shown, page.locator(".st-key-gm_trail button").all_inner_texts())
    assert [each.split("\n")[-1] for each in buttons] == ["奇形县", NAMES[WEST], NAMES[RING]]
    expect(page.locator(".st-key-choose_place").get_by_role("combobox")).to_have_value(IMAGE)
    page.locator(".st-key-choose_village").get_by_role("combobox").click()
    options = page.get_by_role("option").all_inner_texts()
    assert {MARKDOWN, TEMPLATE, FORMULA} <= set(options)
    page.keyboard.press("Escape")
    card = page.locator(".gm-village")
    assert card.locator("h2").inner_text().startswith(MARKDOWN)
    # The village of the problem, then that of the enterprise, small and as large as the wall.
    for code, inside in ((BETWEEN, (SCRIPT, IMAGE)), (LAST, (IMAGE,))):
        click_place(odd_visit, frame, code)
        page.locator(".gm-village h2", has_text=NAMES[code]).wait_for()
        words = card.inner_text()
        assert all(each in words for each in inside)
    page.keyboard.press("k")
    big = page.locator(".gm-bigcard")
    big.wait_for()
    odd_visit.settle()
    assert FORMULA in big.inner_text()
    assert IMAGE in big.inner_text()
    harmless(odd_visit)


def test_find_list_and_near_misses(odd_visit: Visit):
    page = odd_visit.page
    odd_visit.open("map")
    frame = map_frame(odd_visit)
    box = page.get_by_label("找村")
    found = page.locator(".st-key-gm_found")
    box.fill("window.hacked")
    box.press("Enter")
    expect(found.get_by_role("button")).to_have_count(6)
    assert set(map(shown, found.get_by_role("button").all_inner_texts())) == {
        *(NAMES[code] for code in (WEST, EAST)),
        f"{TEMPLATE} · {IMAGE}",
        *(f"{NAMES[code]} · {SCRIPT}" for code in (PARTS, BETWEEN, NOWHERE)),
    }
    box.fill("<img src=x onerror=window.hacked=2>")
    box.press("Enter")
    found.get_by_text("没有找到").wait_for()
    assert "“<img src=x onerror=window.hacked=2>”" in found.inner_text()
    near = [shown(each) for each in found.get_by_role("button").all_inner_texts()]
    mark_turn(frame)
    found.get_by_role("button").nth(near.index(f"{IMAGE} · {SCRIPT}")).click()
    next_turn(odd_visit, frame)
    assert params(odd_visit)["place"] == PARTS
    harmless(odd_visit)


def test_overlays(odd_visit: Visit):
    odd_visit.open("map", overlays="problems.enterprises.stops")
    frame = map_frame(odd_visit)
    drawn(odd_visit, frame, pins=1, jobs=1, stops=2)
    for mark, words in (
        (frame.locator(".gm-pin"), (f"{SCRIPT} {LINK}", SCRIPT, IMAGE)),
        (frame.locator(".gm-job"), (IMAGE, f"{IMAGE} {FORMULA}")),
        (frame.locator(".gm-stop").first, (MARKDOWN, f"{TEMPLATE} 第1站", f"{SCRIPT} {IMAGE}")),
        (frame.locator(".gm-stop").last, (IMAGE, f"{TEMPLATE} 第2站", f"{IMAGE} {MARKDOWN}")),
    ):
        mark.focus()  # as the keyboard does: it opens the tooltip as a pointer would
        tip = frame.locator(".gm-tip", has_text=words[0]).first
        tip.wait_for()
        said = tip.inner_text()
        assert all(each in said for each in words)
        assert words[0] in (mark.get_attribute("aria-label") or "")
        mark.blur()
        expect(frame.locator(".gm-tip")).to_have_count(0)
    notes = odd_visit.page.locator(".gm-over").all_inner_texts()
    assert len(notes) == 3
    assert TEMPLATE in notes[2]
    harmless(odd_visit)


def test_playing_small_maps_and_two_periods(odd_visit: Visit):
    odd_visit.open("map", time="逐期播放")
    frame = map_frame(odd_visit)
    bar = frame.get_by_role("group", name="按时期播放")
    bar.get_by_role("button", name="上一期").click()
    drawn(odd_visit, frame, at="2026-02", period="2026年2月")
    for code in ON_MAP:
        tip_of(odd_visit, frame, code, NAMES[code])
    choose(odd_visit, "time", "多期小图")
    drawn(odd_visit, frame, small=2)
    frame.get_by_role("button", name="看2026年1月").click()
    drawn(odd_visit, frame, period="2026年1月")
    choose(odd_visit, "time", "两期对比")
    drawn(odd_visit, frame, beside="2026-02")
    other, own = frame.locator(".gm-other").bounding_box(), frame.locator("#map_div").bounding_box()
    assert other is not None
    assert own is not None
    for code in (RING, INNER, PARTS, BETWEEN):
        x, y = point_of(odd_visit, frame, code)
        assert "2026年1月" in tip_at(odd_visit, frame, x, y, NAMES[code]).inner_text()
        x -= own["x"] - other["x"]
        odd_visit.page.mouse.move(x - 3, y - 3)
        odd_visit.page.wait_for_timeout(50)
        odd_visit.page.mouse.move(x, y)
        beside = frame.locator(".gm-other .gm-tip", has_text=NAMES[code])
        beside.wait_for()
        assert "2026年2月" in beside.inner_text()
    harmless(odd_visit)


def test_table_and_files(odd_visit: Visit):
    page = odd_visit.page
    odd_visit.open("map", where="tea_area>0", overlays="problems.stops")
    frame = map_frame(odd_visit)
    drawn(odd_visit, frame, selected=5)
    page.get_by_test_id("stDataFrame").wait_for()
    still(odd_visit)
    sheets = openpyxl.load_workbook(io.BytesIO(downloaded(page, "下载名单(Excel)")))
    cells = [cell for row in sheets["选出"].iter_rows() for cell in row]
    written = {str(cell.value).removeprefix("'") for cell in cells}
    assert set(HOSTILE) <= written
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    lines = downloaded(page, "下载名单(CSV)").decode("utf-8-sig").splitlines()
    row = next(line for line in lines if LAST in line)
    assert "HYPERLINK" in row
    assert not re.search(r'(^|,)"?=', row), "a spreadsheet would run it"

    page.locator(".st-key-map_picture").get_by_role("button").first.click()
    page.locator(".st-key-picture_download").wait_for()
    still(odd_visit)
    document = pypdfium2.PdfDocument(downloaded(page, "下载"))
    said = re.sub(r"\s", "", document[0].get_textpage().get_text_bounded())
    assert re.sub(r"\s", "", IMAGE) in said
    assert pypdfium2.raw.FPDFPage_GetAnnotCount(document[0]) == 0, "a picture links to nothing"
    assert state(frame)["polygons"] == "5"
    harmless(odd_visit)
