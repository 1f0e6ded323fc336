"""A hall scores: from the printed card to the award, with a chair's screen, phones and a wall."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from records import scores
from records.agendas import save_agenda
from records.scores import Round
from settings import read_settings
from settings.meeting import Agenda, AgendaItem
from tests.browser.conftest import PATIENCE_MS, Visit, served, visiting
from tests.conftest import County

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
ROUTE = "西线(香菇、茶叶、油茶)"
HERE = {"part": "评分", "route": ROUTE}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
}
WALLS = [(1366, 768), (1920, 1080), (3840, 1080), (3840, 2160)]


@dataclass
class Hall:
    """A county whose phones come in at the server's own address."""

    county: County
    base: str

    @property
    def folder(self) -> Path:
        return read_settings(self.county.config).paths.records

    def round(self) -> Round:
        return scores.rounds(self.folder)[0]


@pytest.fixture(scope="module")
def hall(demo_county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("scoring") / "county"
    shutil.copytree(demo_county.folder, folder)
    county = County(folder)
    with served(county) as base:
        told = county.config.read_text(encoding="utf-8")
        county.config.write_text(
            told.replace("[observation]\n", f'[observation]\naddress = "{base}"\n', 1), "utf-8"
        )
        yield Hall(county, base)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(**PHONE) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def chair(profiles: dict[str, BrowserContext], hall: Hall) -> Iterator[Visit]:
    with visiting(profiles["wall"], hall.base) as opened:
        yield opened


def scanned(pdf: Path) -> list[str]:
    """Addresses of the codes on the first sheet, as a phone's camera reads them, in the order of the cards."""
    picture = pypdfium2.PdfDocument(pdf.read_bytes())[0].render(scale=2).to_pil()
    found = zxingcpp.read_barcodes(picture)
    found.sort(key=lambda each: (each.position.top_left.y // 40, each.position.top_left.x))
    return [each.text for each in found]


def fills(page: Page, *points: int) -> None:
    for at, each in enumerate(points):
        page.fill(f"#p{at}", str(each))
    page.click(".send")


def test_from_the_card_to_the_award(hall: Hall, chair: Visit, phone: BrowserContext, tmp_path: Path):
    # The chair makes a round of eight codes, the first of them for a township.
    desk = chair.open("observation", **HERE).page
    desk.get_by_role("button", name="新建一轮打分").click()
    desk.get_by_label("多少个打分码").fill("8")
    desk.get_by_label("发给谁").fill("竹沟镇党委书记\n县委办")
    desk.get_by_label("发给谁").press("Tab")
    desk.get_by_role("button", name="建立", exact=True).click()
    # A list waits for one sentence that says so: between two runs the page holds the old one beside the new.
    expect(desk.locator(".gm-finding")).to_have_text([re.compile("未开始")])
    desk.get_by_role("button", name="打分码", exact=False).last.click()
    with desk.expect_download() as waited:
        desk.get_by_role("button", name="打印打分码(PDF)").click()
    waited.value.save_as(tmp_path / "cards.pdf")
    cards = scanned(tmp_path / "cards.pdf")
    assert len(cards) == 8

    # A phone comes in by its card; nothing can be scored yet.
    held = Visit(phone.new_page(), hall.base)
    held.watch()
    page = held.page
    page.goto(cards[1])
    assert "code=" not in page.url and urlsplit(page.url).path == "/score"
    page.get_by_role("link", name="石垱村").click()
    expect(page.locator(".told")).to_contain_text("还没有开始打分")

    # The chair opens; the phone scores; the count goes up on the chair's screen by itself.
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="开始打分(全部)").click()
    expect(desk.locator(".gm-finding")).to_have_text([re.compile("打分中")])
    expect(desk.locator(".gm-score-line").first).to_contain_text("已评 0/7")
    page.reload()
    page.locator("button[aria-label='产业规模加1分']").tap()
    assert page.input_value("#p0") == "15"  # the middle of 30
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = """() => [...document.querySelectorAll("input:not([type=hidden]), button, a")].filter(each => each.offsetParent
      && each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""
    assert page.evaluate(small) == []
    fills(page, 28, 36, 41)
    expect(page.locator(".told.wrong").first).to_contain_text("“现场组织”要打0到30的整数")
    assert page.input_value("#p1") == "36"
    fills(page, 28, 36, 26)
    expect(page.locator(".told").first).to_contain_text("打了90分,可以改到主持人结束为止")
    expect(desk.locator(".gm-score-line").first).to_contain_text("已评 1/7", timeout=6_000)

    # The township's own stop is left out for its holder.
    other = phone.new_page()
    other.goto(cards[0])
    expect(other.locator("li").first).to_contain_text("本乡镇,回避")
    other.close()

    # The rest of the hall scores; the chair closes; the phone is refused with a sentence.
    round = hall.round()
    for at, code in enumerate(scores.codes(hall.folder, round.id)[2:]):
        for number, stop in enumerate(round.stops):
            scores.give(hall.folder, code.code, stop.key, [30 - number - at % 2, 40 - 2 * number, 20], NOW)
    page.goto(cards[1])
    page.get_by_role("link", name="石垱村").click()
    desk.get_by_role("button", name="结束打分(全部)").click()
    expect(desk.locator(".gm-finding")).to_have_text([re.compile("已结束")])
    fills(page, 1, 1, 1)
    expect(page.locator(".told.wrong").first).to_contain_text("已经结束,不能再改。刚才填的没有保存")
    expect(page.locator("body")).to_contain_text("打了90分,打分已结束")
    assert held.outside == [] and chair.outside == []

    # On the wall: nothing of a mean, then place by place with the chair's keys, then the page's own key.
    wall = chair.open("observation", **HERE, present="1").page
    expect(wall.locator(".gm-score-board")).to_contain_text("打分已结束")
    assert "分," not in wall.locator(".gm-score-cards").inner_text()
    for key, place in zip(
        ["Enter", "ArrowRight", "PageDown", "Enter", "Enter", "ArrowRight"], range(6, 0, -1), strict=True
    ):
        wall.keyboard.press(key)
        expect(wall.locator(".gm-score-rank")).to_have_text(f"第{place}名")
        hidden = wall.locator(".gm-score-hidden")
        expect(hidden).to_have_count(place - 1)
    # Stop 1: 90, 89, 90, 89, 90, 89 and the phone's own 90; of seven none is left out: 627 / 7.
    expect(wall.locator(".gm-score-mean")).to_have_text("89.57分")
    wall.wait_for_timeout(500)
    wall.keyboard.press("ArrowRight")
    wall.wait_for_url("**/quality**")
    assert chair.errors == []


def test_without_scripts_a_phone_scores_all_the_same(hall: Hall, browser: Browser):
    round = scores.create_round(
        hall.folder, ROUTE, "无脚本", hall.round().rules, hall.round().stops, [(None, None)], NOW
    )
    scores.open_stops(hall.folder, round.id, NOW)
    code = scores.codes(hall.folder, round.id)[0].code
    with browser.new_context(**PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{hall.base}/score?route={ROUTE}&stop=2")
        page.fill("#code", scores.shown_code(code).lower())
        page.click(".send")
        assert page.locator("button", has_text="+").count() == 0
        fills(page, 20, 30, 20)
        expect(page.locator(".told").first).to_contain_text("打了70分")
        page.reload()
        assert next(iter(scores.seat(hall.folder, code).given.values())).points == (20, 30, 20)


def test_on_the_stage_the_key_reveals_before_it_goes_on(hall: Hall, chair: Visit):
    rules, name = hall.round().rules, "放映"
    stops = [scores.Stop(f"stage{at}", at, f"第{at}点", None, "") for at in (1, 2)]
    round = scores.create_round(hall.folder, ROUTE, name, rules, stops, [(None, None)] * 5, NOW)
    scores.open_stops(hall.folder, round.id, NOW)
    for code in scores.codes(hall.folder, round.id):
        for number, stop in enumerate(stops):
            scores.give(hall.folder, code.code, stop.key, [20 - number, 20, 20], NOW)
    scores.close_stops(hall.folder, round.id, NOW)
    items = (AgendaItem(page="observation", choices=HERE | {"round": name}), AgendaItem(page="quality"))
    save_agenda(hall.folder, Agenda(name="评分会", items=items), NOW, None)
    page = chair.page
    page.goto(f"{hall.base}/stage?agenda=评分会")
    shown = page.frame_locator("iframe.shown")
    expect(shown.locator(".gm-score-board")).to_contain_text("打分已结束", timeout=PATIENCE_MS)
    for key, place in (("ArrowRight", 2), ("Enter", 1)):
        page.keyboard.press(key)
        expect(shown.locator(".gm-score-rank")).to_have_text(f"第{place}名")
    page.wait_for_timeout(500)
    page.keyboard.press("PageDown")
    expect(shown.locator("h1", has_text="数据质量")).to_be_visible(timeout=PATIENCE_MS)


def test_screens_of_any_size_show_all_of_it(hall: Hall, browser: Browser):
    """Twelve stops, long names: nothing is cut off and nothing scrolls, while it is scored and when it is revealed."""
    rules, name = hall.round().rules, "满墙"
    stops = [
        scores.Stop(f"stop{at}", at, f"第{at}个名称相当长的标准化产业示范基地", None, "青石岭镇 滴水沟村")
        for at in range(1, 13)
    ]
    round = scores.create_round(hall.folder, ROUTE, name, rules, stops, [(None, None)] * 6, NOW)
    scores.open_stops(hall.folder, round.id, NOW)
    for at, code in enumerate(scores.codes(hall.folder, round.id)):
        for number, stop in enumerate(stops):
            scores.give(hall.folder, code.code, stop.key, [20 + at, 40 - number, 20], NOW)
    address = f"{hall.base}/observation?part=评分&route={ROUTE}&round={name}"
    with browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(address)
        page.locator(".gm-score-line").nth(11).wait_for(timeout=PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.goto(f"{address}&present=1")
        page.locator(".gm-score-board").wait_for(timeout=PATIENCE_MS)
        _fits_all(page, ".gm-score-card")
        scores.close_stops(hall.folder, round.id, NOW)
        scores.reveal(hall.folder, round.id, 12, NOW)
        page.locator(".gm-score-scene").wait_for()
        _fits_all(page, ".gm-score-list li, .gm-score-hero article")


def _fits_all(page: Page, parts: str) -> None:
    for width, height in WALLS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(800)
        found = page.evaluate(
            """parts => {
              const root = document.documentElement, foot = document.querySelector(".gm-foot").getBoundingClientRect();
              const all = [...document.querySelectorAll(parts)];
              const box = all[0].closest(".gm-score-board, .gm-score-scene").getBoundingClientRect();
              return {
                scrolls: root.scrollWidth > innerWidth || root.scrollHeight > innerHeight,
                foot: foot.bottom <= innerHeight + 1,
                out: all.filter(each => { const at = each.getBoundingClientRect();
                  return at.bottom > box.bottom + 1 || at.right > innerWidth || at.top < box.top - 1; }).length,
                cut: all.filter(each => each.scrollHeight > each.clientHeight + 2 || each.scrollWidth > each.clientWidth + 2).length,
                least: Math.min(...[...document.querySelectorAll(".gm-score-board *, .gm-score-scene *")]
                  .filter(each => each.textContent.trim() && each.children.length === 0)
                  .map(each => parseFloat(getComputedStyle(each).fontSize))) * 1080 / Math.min(innerHeight, innerWidth * 9 / 16),
              };
            }""",
            parts,
        )
        assert found["scrolls"] is False and found["foot"] is True, (width, height, found)
        assert (found["out"], found["cut"]) == (0, 0), (width, height, found)
        assert found["least"] >= 26.5, (width, height, found)
