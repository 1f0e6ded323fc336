"""The analytical pages part by part, as a phone shows them (walls: test_wall.py); what their choosers do; names that try to be code."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.analytics import (
    BY_CODE,
    HEIGHTS,
    TOWNSHIPS,
    VIEWS,
    WIDTHS,
    View,
    at_place,
    charts,
    clean,
    click_mark,
    csv_rows,
    harmless,
    open_files,
    params,
    places_drawn,
    sheet_rows,
    still,
    taken,
    write_many_townships,
)
from tests.browser.conftest import SIZES, Visit, served, visiting
from tests.browser.odd_county import FORMULA, HOSTILE, IMAGE, SCRIPT
from tests.conftest import County

TOWNSHIP = "990101107000"
PLACED: tuple[View, ...] = (
    ("overview", {"place": TOWNSHIP}),
    ("industry", {"part": "按产业看", "place": TOWNSHIP}),
    ("ranking", {"place": TOWNSHIP}),
)
EVERY_VIEW = (*VIEWS, *PLACED)
NAMES = [" ".join([path, *asked.values()]) for path, asked in EVERY_VIEW]


# ── every page and part on a phone ──────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def phone(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    with visiting(profiles["phone"], server) as visit:
        yield visit.open("overview")


@pytest.mark.parametrize(("path", "asked"), EVERY_VIEW, ids=NAMES)
def test_a_phone_scrolls_one_way_only(phone: Visit, path: str, asked: dict[str, str]):
    phone.go(path, **asked)
    clean(phone)
    assert max(phone.page.evaluate(WIDTHS)) <= SIZES["phone"][0]


# ── 总览 ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_another_meeting_changes_the_sentences_and_the_address(visit: Visit):
    visit.open("overview")
    changes = visit.page.locator(".gm-changes")
    before = changes.inner_text()
    assert "从2026年10月13日到2026年11月15日" in before
    visit.page.locator(".st-key-choose_since").get_by_role("combobox").click()
    visit.page.get_by_role("option", name="二季度调度会").click()
    visit.page.wait_for_url("**since=2026-07-16**")
    expect(changes).to_contain_text("从2026年7月16日到2026年11月15日")
    still(visit)
    assert visit.page.get_by_role("heading", name="自二季度调度会以来").is_visible()
    after = changes.inner_text()
    assert after.replace("2026年7月16日", "2026年10月13日") != before
    # Sent to somebody, the address says the same.
    visit.page.reload()
    still(visit)
    assert changes.inner_text() == after
    visit.page.go_back()
    expect(changes).to_contain_text("从2026年10月13日到2026年11月15日")
    clean(visit)


def test_a_decision_leads_to_the_page_that_shows_it_filtered(visit: Visit, demo_county: County):
    places = pd.read_parquet(demo_county.published / "places.parquet").set_index("place_code")["name"]
    visit.open("overview")
    decision = visit.page.locator(".st-key-gm_decisions a", has_text="逾期").first
    said = decision.inner_text()
    decision.click()
    visit.page.wait_for_url("**/rectification?**")
    still(visit)
    asked = params(visit)
    assert asked["show"] == "逾期"
    name = places[asked["place"]]
    assert name in said
    assert visit.page.get_by_role("heading", level=1).inner_text().endswith(name)
    visit.page.go_back()
    visit.page.wait_for_url("**/overview")
    still(visit)
    blank = visit.page.locator(".st-key-gm_decisions a", has_text="没有任何产业措施").first
    blank.click()
    visit.page.wait_for_url("**/industry?**")
    still(visit)
    assert params(visit)["part"] == "措施到户"
    assert visit.page.get_by_role("heading", name="空白村").is_visible()
    clean(visit)


# ── 乡镇排名 ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_group_is_ranked_among_its_like(visit: Visit):
    visit.open("ranking", by="名次")
    table = visit.page.locator(".gm-ranks tbody tr")
    assert table.count() == 26
    visit.page.locator(".st-key-group").get_by_role("combobox").click()
    visit.page.get_by_role("option", name="城区").click()
    expect(table).to_have_count(3)
    still(visit)
    assert params(visit)["group"] == "城区"
    assert set(visit.page.locator(".gm-ranks tbody a").all_inner_texts()) == {
        "城关街道",
        "青屏街道",
        "临河街道",
    }
    assert table.first.inner_text().startswith("1")
    # The chart beside the table ranks the same three.
    drawn = {mark["name"] for mark in places_drawn(charts(visit).first)}
    assert drawn == {"城关街道", "青屏街道", "临河街道"}
    clean(visit)


def test_a_score_can_be_redone_by_hand(visit: Visit):
    visit.open("ranking", by="名次")
    # So many names that the list holds only some of them until one types.
    visit.page.locator(".st-key-redo").get_by_role("combobox").click()
    visit.page.keyboard.type("柳溪", delay=20)
    visit.page.get_by_role("option", name="柳溪镇").click()
    visit.page.wait_for_url("**redo=**")
    still(visit)
    assert params(visit)["redo"] == "柳溪镇"
    lines = [row.locator("td").all_inner_texts() for row in visit.page.locator(".gm-sum tbody tr").all()]
    *parts, total = lines
    counted = [row for row in parts if row[-1] != "—"]
    assert len(counted) >= 4
    for *_, score, weight, points in counted:
        assert float(score) * float(weight.rstrip("%")) / 100 == pytest.approx(float(points), abs=0.011)
    assert sum(float(row[-1]) for row in counted) == pytest.approx(float(total[-1]), abs=0.031)
    row = visit.page.locator(".gm-ranks tbody tr", has_text="柳溪镇").locator("td").all_inner_texts()
    assert float(row[2]) == pytest.approx(float(total[-1]), abs=0.051)
    clean(visit)


def test_ranks_over_time_are_drawn_for_every_township(visit: Visit):
    visit.open("ranking", by="走势")
    chart = charts(visit).first
    lines = chart.evaluate(
        """box => box.querySelector('.js-plotly-plot')._fullData
             .filter((trace) => trace.mode && trace.mode.includes('lines')).map((trace) => trace.name)"""
    )
    assert len(lines) == len(set(lines)) == 26
    # Each has a path that can be seen (several where a month is missing), over several periods.
    drawn = chart.locator(".scatterlayer .trace").evaluate_all(
        """traces => traces.filter((trace) => [...trace.querySelectorAll('path.js-line')]
             .some((path) => path.getTotalLength() > 50)).length"""
    )
    assert drawn == 26
    assert min(len([m for m in places_drawn(chart) if m["name"] == name]) for name in lines) >= 3


def test_a_name_in_the_table_leads_to_the_township(visit: Visit):
    visit.open("ranking", by="名次", group="山区")
    link = visit.page.locator(".gm-ranks tbody a").nth(1)
    name = link.inner_text()
    link.click()
    visit.page.wait_for_url("**place=**")
    still(visit)
    assert params(visit)["group"] == "山区"
    assert name in visit.page.get_by_role("heading", level=1).inner_text()
    card = visit.page.locator(".gm-township")
    assert "第2名" in card.inner_text()
    assert card.locator("section h3").count() >= 4
    clean(visit)


def test_a_township_fits_one_phone_screen(profiles: dict[str, BrowserContext], server: str):
    with visiting(profiles["phone"], server) as visit:
        visit.open("ranking", place=TOWNSHIP)
        box = visit.page.locator(".gm-township").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= SIZES["phone"][1]
        clean(visit)


# ── names that try to be code; more townships than a wall holds ───────────────────────────────────────────────────
@pytest.fixture(scope="module")
def many_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    county = County(tmp_path_factory.mktemp("many") / "county")
    write_many_townships(county.folder)
    county.prepare()
    with served(county) as address:
        yield address


@pytest.fixture
def many_visit(profiles: dict[str, BrowserContext], many_server: str) -> Iterator[Visit]:
    with visiting(profiles["wall"], many_server) as opened:
        yield opened


HOSTILE_PLACE = TOWNSHIPS[HOSTILE.index(IMAGE)]
# All of their names stand in these; every other page and part is walked in test_attack.py.
WHOLE: tuple[View, ...] = (
    ("enterprises", {"part": "要关注的主体"}),
    ("ranking", {"by": "名次"}),
    ("ranking", {"by": "单项指标"}),
)


@pytest.mark.parametrize(
    ("path", "asked"),
    [*WHOLE, ("overview", {"place": HOSTILE_PLACE})],
    ids=lambda each: each if isinstance(each, str) else "-".join(each.values()),
)
def test_hostile_names_are_text(many_visit: Visit, path: str, asked: dict[str, str]):
    many_visit.open(path, **asked)
    still(many_visit)
    said = many_visit.page.evaluate(
        "() => document.body.innerText + [...document.querySelectorAll('svg text')].map((t) => t.textContent)"
    )
    harmless(many_visit)
    if "place" in asked:
        assert many_visit.page.get_by_role("heading", level=1).inner_text().endswith(IMAGE)
    else:
        assert all(name in said for name in HOSTILE)
    # What a pointer is told of a mark is text too.
    for chart in charts(many_visit).all()[:2]:
        if found := [mark for mark in places_drawn(chart) if mark["name"].startswith("&lt;")]:
            many_visit.page.mouse.move(found[0]["x"] - 3, found[0]["y"])
            many_visit.page.mouse.move(found[0]["x"], found[0]["y"], steps=2)
            many_visit.page.wait_for_timeout(150)
    harmless(many_visit)


def test_hostile_names_in_files(many_visit: Visit):
    many_visit.open("ranking", by="名次")
    open_files(many_visit, charts(many_visit).first)
    name, content = taken(many_visit, "表格(XLSX)")
    assert not set(name) & set('<>:"/\\|?*')
    assert set(HOSTILE) <= {row["乡镇"] for row in sheet_rows(content)}
    rows = csv_rows(taken(many_visit, "CSV")[1])
    written = {cell for row in rows for cell in row}
    assert {f"'{FORMULA}", IMAGE, SCRIPT} <= written
    assert not [cell for cell in written if cell.startswith(("=", "@"))]
    assert taken(many_visit, "图片(PNG)")[1].startswith(b"\x89PNG\r\n\x1a\n")
    harmless(many_visit)


def test_a_click_on_a_hostile_bar_shows_that_township(many_visit: Visit):
    many_visit.open("ranking", by="名次")
    chart = charts(many_visit).first
    click_mark(many_visit, chart, HOSTILE_PLACE)
    at_place(many_visit, HOSTILE_PLACE)
    assert many_visit.page.get_by_role("heading", level=1).inner_text().endswith(BY_CODE[HOSTILE_PLACE])
    assert IMAGE in many_visit.page.locator(".st-key-choose_place").get_by_role("combobox").input_value()
    harmless(many_visit)


def test_more_townships_than_the_wall_holds_roll_by_without_a_jump(many_visit: Visit):
    many_visit.open("ranking", present="1")
    roll = many_visit.page.locator(".gm-roll")
    sets = roll.locator("table")
    assert [each.locator("tbody tr").count() for each in sets.all()] == [34, 34]
    assert max(many_visit.page.evaluate(HEIGHTS)) <= 0
    # The end of the roll is exactly where the second set stands in the place of the first.
    moved = roll.evaluate(
        """roll => {
             const [first, second] = [...roll.querySelectorAll('table')].map((each) => each.getBoundingClientRect());
             const animation = roll.getAnimations()[0];
             animation.pause();
             const at = (time) => {
               animation.currentTime = time;
               return roll.getBoundingClientRect().top;
             };
             const seconds = animation.effect.getComputedTiming();
             return { set: second.top - first.top, way: at(0) - at(seconds.duration - 0.001), half: at(0) - at(seconds.duration / 2),
                      loops: seconds.iterations === Infinity };
           }"""
    )
    assert moved["loops"]
    assert moved["set"] > 500
    assert moved["way"] == pytest.approx(moved["set"], abs=0.5)
    assert moved["half"] == pytest.approx(moved["set"] / 2, abs=1)
    assert many_visit.page.locator(".gm-window").evaluate("box => box.scrollHeight > box.clientHeight")
    harmless(many_visit)
