"""A meeting run on the wall: one key to go on, the next view at once, rotation, jump list, the speaker's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Frame, expect

from records.agendas import delete_agenda, save_agenda
from settings.meeting import Agenda
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.conftest import County
from ui.navigation import entry

AGENDA = "四季度推进会"  # of config.toml
PAGES = ("overview", "map", "map", "industry", "enterprises", "ranking", "rectification", "rectification")
AT_ONCE_MS = 300
WALLS = ((1920, 1080), (1366, 768), (3840, 2160), (3840, 1080))

# Before any script of ours, in every frame: when a key went down.
KEY_TIMES = """
addEventListener('keydown', (event) => {
  if (event.isTrusted) top.keyAt = performance.timeOrigin + event.timeStamp;
}, true);
"""
# How long after the key a view was painted with its foot.
TIMES = """() => {
  window.times = [];
  let last = document.querySelector('iframe.shown');
  new MutationObserver(() => {
    const shown = document.querySelector('iframe.shown');
    if (!shown || shown === last) return;
    last = shown;
    requestAnimationFrame(() => requestAnimationFrame(() => times.push(
      shown.contentDocument.querySelector('.gm-foot') ? performance.timeOrigin + performance.now() - keyAt : Infinity)));
  }).observe(document.querySelector('.frames'), { subtree: true, childList: true, attributeFilter: ['class'] });
}"""
READY = "(step) => Boolean(document.querySelector(`iframe[data-step='${step}'][data-ready]`))"
SHOWN = "(step) => document.querySelector('iframe.shown')?.dataset.step === String(step)"
ALIVE = "() => document.querySelectorAll('iframe').length"
BOTTOM = "(selector) => document.querySelector(selector).getBoundingClientRect().bottom"
TOP = "(selector) => document.querySelector(selector).getBoundingClientRect().top"
TYPE = "(selector) => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"
SCROLLS = """() => {
  const root = document.scrollingElement;
  return root.scrollWidth > innerWidth || root.scrollHeight > innerHeight;
}"""
BUTTONS = """() => [...document.querySelectorAll('.strip button')].filter((each) => each.offsetParent).map((each) => {
  const box = each.getBoundingClientRect();
  return [box.left, box.top, innerWidth - box.right, innerHeight - box.bottom, box.width - 44, box.height - 44];
}).flat().reduce((least, each) => Math.min(least, each))"""


# The progress bar's length every 0.1 s.
BAR = """async () => {
  const lengths = [];
  for (let at = 0; at < 12; at += 1) {
    lengths.push(new DOMMatrix(getComputedStyle(document.querySelector('.progress')).transform).a);
    await new Promise((done) => setTimeout(done, 100));
  }
  return lengths;
}"""


class Stage:
    """The stage in the browser, and what can be asked of it."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.page.add_init_script(KEY_TIMES)

    def open(self, agenda: str = AGENDA, **query: str) -> Stage:
        asked = {"agenda": agenda, **query}
        self.page.goto(
            f"{self.visit.base}/stage?" + "&".join(f"{name}={value}" for name, value in asked.items())
        )
        self.shown(int(query.get("step", "1")))
        return self

    def shown(self, step: int) -> Stage:
        self.page.wait_for_function(SHOWN, arg=step, timeout=PATIENCE_MS)
        return self

    def ready(self, *steps: int) -> Stage:
        """Wait until these views are there, whether on the wall or behind it."""
        for step in steps:
            self.page.wait_for_function(READY, arg=step, timeout=PATIENCE_MS)
        return self

    def press(self, *keys: str) -> Stage:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    @property
    def step(self) -> int:
        return int(self.visit.params.get("step", "1"))

    @property
    def frame(self) -> Frame:
        """The page that is on the wall."""
        found = self.page.query_selector("iframe.shown")
        assert found is not None
        frame = found.content_frame()
        assert frame is not None
        return frame

    def click_a_village(self) -> None:
        """Drill down on the map that is on the wall, as a leader does."""
        self.page.mouse.click(700, 500)
        self.frame.wait_for_url("**place=**", timeout=PATIENCE_MS)


@pytest.fixture
def stage(visit: Visit) -> Stage:
    return Stage(visit)


@contextmanager
def kept(folder: Path, name: str, *items: Mapping[str, object]) -> Iterator[str]:
    """An agenda that is there for a test; whatever page it shows, figures are the demo county's."""
    save_agenda(folder, Agenda.model_validate({"name": name, "items": items}), datetime.now(), None)
    try:
        yield name
    finally:
        delete_agenda(folder, name)


@pytest.fixture
def records(demo_county: County) -> Path:
    return demo_county.folder / "data" / "records"


def test_a_whole_agenda_there_and_back_by_keys(stage: Stage):
    stage.open()
    stage.page.evaluate(TIMES)
    forward = ("ArrowRight", "PageDown", " ", "Enter", "ArrowRight", "PageDown", "ArrowRight")
    for step, key in enumerate(forward, start=2):
        stage.ready(step).press(key).shown(step)
        assert stage.step == step
        assert stage.page.evaluate(ALIVE) <= 3
        assert stage.frame.locator("h1").first.inner_text().startswith(entry(PAGES[step - 1]).title)
    stage.press("ArrowRight")  # the last one stays
    assert stage.step == 8
    expect(stage.page.locator(".said")).to_contain_text("已是最后一项")
    for step, key in zip(range(7, 0, -1), ("ArrowLeft", "PageUp") * 4, strict=False):
        stage.ready(step).press(key).shown(step)
    stage.page.wait_for_function("() => times.length === 14")
    times = stage.page.evaluate("times")
    # Every view was there before its key (`ready`). One turn may meet a machine that does something else just then; a
    # view that is loaded by the key takes ten times as long.
    assert median(times) <= AT_ONCE_MS, f"ms from key to view: {times}"
    assert max(times) <= 5 * AT_ONCE_MS, f"ms from key to view: {times}"

    stage.press("End").shown(8)
    stage.press("Home").shown(1)
    stage.press("4")
    expect(stage.page.locator(".said")).to_contain_text("第 4 项")
    stage.press("Enter").shown(4)
    stage.press("9", "Enter")
    expect(stage.page.locator(".said")).to_contain_text("没有第 9 项")
    assert stage.step == 4

    for key in ("b", "."):
        stage.press(key)
        expect(stage.page.locator(".black")).to_be_visible()
        stage.press("ArrowRight")  # any key lights it again, and does no more
        expect(stage.page.locator(".black")).to_be_hidden()
    assert stage.step == 4

    stage.ready(5)
    for _ in range(5):
        stage.page.keyboard.down("ArrowRight")  # held: the browser repeats it
    stage.page.keyboard.up("ArrowRight")
    assert stage.step == 5
    stage.page.reload()
    stage.shown(5)
    assert stage.visit.outside == []
    assert stage.visit.errors == []


def test_what_a_leader_clicks_stays_while_it_is_there_and_esc_keeps_it(stage: Stage):
    stage.open(step="2").ready(2, 3)
    stage.click_a_village()
    assert stage.step == 2
    # The focus is in the map's frame now: keys are the stage's all the same.
    stage.press("ArrowRight").shown(3)
    stage.page.wait_for_function(
        "() => !document.querySelector(\"iframe[data-step='2']\")"
    )  # what was clicked is gone
    stage.ready(2).press("ArrowLeft").shown(2)
    assert "place=" not in stage.frame.url

    stage.press("g")
    listed = stage.page.locator(".list")
    expect(listed).to_be_visible()
    assert listed.locator("li").count() == 8
    expect(listed.locator(".marked")).to_contain_text("香菇分布")
    stage.press("Escape")
    expect(listed).to_be_hidden()
    stage.press("g", "ArrowDown", "Enter").shown(3)
    stage.press("g")
    listed.get_by_text("香菇分布").click()
    stage.shown(2)

    stage.page.keyboard.press("h")
    expect(stage.page.get_by_text("发言计时:重新开始")).to_be_visible()
    stage.press("Escape")
    stage.click_a_village()
    # The village's card fills the wall: Esc closes it first.
    stage.frame.get_by_role("button", name="全屏村情卡").wait_for()
    stage.press("k")
    stage.frame.wait_for_url("**card=**")
    stage.press("Escape")
    stage.frame.wait_for_url(lambda url: "card=" not in url)
    inside = stage.frame.url
    stage.press("Escape")
    stage.page.wait_for_url("**/map?**")
    assert stage.page.url == inside.replace("&present=1", "")
    assert "indicator=mushroom_bags" in inside
    stage.page.go_back()
    stage.shown(2)
    assert stage.visit.outside == []
    assert stage.visit.errors == []


def test_views_change_by_themselves_until_somebody_touches_one(stage: Stage, records: Path):
    items = ({"page": "overview", "seconds": 2}, {"page": "quality", "seconds": 2})
    with kept(records, "自动放映的会", *items) as name:
        stage.open(name, rotate="1").ready(1, 2)
        stage.shown(2).shown(1)  # on, and from the last to the first again
        bar = stage.page.locator(".progress")
        expect(bar).to_be_visible()
        expect(stage.page.locator(".stays")).to_contain_text("还剩")
        grown = stage.page.evaluate(BAR)
        assert sum(before < after for before, after in pairwise(grown)) >= 6, f"the bar's lengths: {grown}"

        stage.page.mouse.click(900, 300)
        sign = stage.page.get_by_role("button", name="已暂停")
        expect(sign).to_be_visible()
        there = stage.step
        stage.page.wait_for_timeout(2500)
        assert stage.step == there
        stage.press(" ")
        expect(sign).to_be_hidden()
        stage.shown(3 - there)
        stage.press("p")
        sign.click()
        expect(sign).to_be_hidden()
        stage.press("a")
        expect(bar).to_be_hidden()
        assert "rotate" not in stage.visit.params
    assert stage.visit.errors == []


def test_a_speakers_time_is_shown_below_the_view_warns_and_goes_over(stage: Stage, records: Path):
    items = ({"page": "overview"}, {"page": "ranking", "speaker": "<b>红土坡乡</b>", "seconds": 6})
    with kept(records, "发言的会", *items) as name:
        stage.open(name).ready(1, 2)
        band = stage.page.locator(".band")
        expect(band).to_be_hidden()
        stage.press("ArrowRight").shown(2)
        expect(band).to_contain_text("<b>红土坡乡</b>")
        expect(band).to_have_attribute("data-state", "running")
        expect(band).to_have_attribute("data-state", "warning")
        expect(band).to_contain_text("还剩3秒")
        assert stage.page.evaluate(BOTTOM, "iframe.shown") <= stage.page.evaluate(TOP, ".band")
        assert stage.page.evaluate(TYPE, ".band .who") >= 28
        assert stage.page.evaluate(TYPE, ".band .words") >= 28
        assert stage.page.evaluate(TYPE, ".band .figures") >= 64
        expect(band).to_have_attribute("data-state", "over")
        expect(band).to_contain_text("超时")
        expect(band.locator(".figures")).to_have_text("00:02")
        # Leafing back and forth is no new speech.
        stage.press("ArrowLeft").shown(1).press("ArrowRight").shown(2)
        expect(band).to_have_attribute("data-state", "over")
        stage.press("r")
        expect(band).to_have_attribute("data-state", "running")
        for width, height in WALLS:
            stage.page.set_viewport_size({"width": width, "height": height})
            stage.page.mouse.move(width / 2, height / 2)
            stage.page.mouse.move(width / 2 + 9, height / 2 + 9)
            expect(stage.page.locator(".strip")).to_have_class("strip there")
            assert not stage.page.evaluate(SCROLLS)
            assert stage.page.evaluate(BUTTONS) >= 0, (
                f"a button is too small or off the wall at {width}×{height}"
            )
            assert stage.page.evaluate(BOTTOM, ".band") == height
    assert stage.visit.errors == []


def test_a_view_that_cannot_be_loaded_is_asked_for_again(stage: Stage, records: Path):
    with kept(records, "断线的会", {"page": "overview"}, {"page": "quality"}) as name:
        stage.page.route("**/quality?**", lambda route: route.abort())
        stage.open(name).press("ArrowRight")
        cover = stage.page.locator(".cover")
        expect(cover).to_contain_text("正在打开 2 / 2:数据质量")
        expect(cover).to_contain_text("正在重新连接")
        stage.page.unroute("**/quality?**")
        stage.shown(2)
        expect(cover).to_be_hidden()


def test_without_such_an_agenda_there_is_a_sentence_and_a_way_back(visit: Visit):
    answer = visit.page.goto(f"{visit.base}/stage?agenda=没有的会")
    assert answer is not None
    assert answer.status == 404
    assert "没有叫“没有的会”的议程" in visit.text
    visit.page.get_by_role("link", name="回到“会议”页").click()
    visit.page.wait_for_url("**/meeting")
