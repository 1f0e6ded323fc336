"""A whole meeting and a whole tour, walked through in a real browser on the demo county, as pictures for docs/.

In: nothing; it writes the demo county anew into a folder of its own. Out: docs/rehearsal/NN-<what>.png, small ones, in
the order of the day. What is on them is what the county's people see: the same server, config and code. No test, but
made of the tests' own parts; docs/MEETING.md shows the pictures.

    make rehearsal              or: python -m tests.browser.rehearsal
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import bootstrap
from records import scores
from records.agendas import save_agenda
from settings import read_settings
from settings.meeting import Agenda, AgendaItem
from tests.browser.conftest import CHROMIUM_FLAGS, END_OF_PAGE, PATIENCE_MS, SETTLED, served
from tests.conftest import ROOT, County, run_python
from tests.office import rendered

PICTURES = ROOT / "docs" / "rehearsal"
WALL, DESK, PHONE = (1920, 1080), (1366, 768), (390, 844)
WIDE, COLOURS = {WALL: 960, DESK: 960, PHONE: 300}, 96
PAPER = 560
AGENDA, ROUTE = "四季度推进会", "西线(香菇、茶叶、油茶)"
TOWNSHIP = "990101103000"
STOPS, HALL = 6, 12
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
READY = "(step) => Boolean(document.querySelector(`iframe.shown[data-step='${step}'][data-ready]`))"


class Album:
    """The pictures in order."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
        self._folder, self._number = folder, 0

    def keep(self, content: bytes, name: str, width: int) -> None:
        """One more picture, made small: fewer pixels and colours than a screen has."""
        self._number += 1
        with Image.open(BytesIO(content)) as picture:
            small = picture.convert("RGB")
            small.thumbnail((width, 4 * width), Image.Resampling.LANCZOS)
            small.quantize(COLOURS).save(self._folder / f"{self._number:02}-{name}.png", optimize=True)
        print(f"{self._number:02} {name}", flush=True)

    def shoot(self, page: Page, name: str) -> None:
        """What the screen shows now."""
        size = page.viewport_size or {"width": WALL[0], "height": WALL[1]}
        self.keep(page.screenshot(), name, WIDE[(size["width"], size["height"])])


def main() -> int:
    """Walk through the day; 1 when there is no browser."""
    executable = bootstrap.found_browser()
    if executable is None:
        print("没有找到浏览器。No browser was found.", file=sys.stderr)
        return 1
    album = Album(PICTURES)
    with tempfile.TemporaryDirectory() as folder:
        county = County(Path(folder))
        county.config.write_bytes((ROOT / "config.toml").read_bytes())
        run_python("-m", "demo", "--raw", county.raw)
        county.prepare()
        with served(county) as base, sync_playwright() as player:
            county.config.write_text(_reached_at(county, base), encoding="utf-8")
            browser = player.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
            for act in (_before, _meeting, _tour, _scoring, _papers):
                act(album, browser, base, county)
            browser.close()
    return 0


def _reached_at(county: County, base: str) -> str:
    told = county.config.read_text(encoding="utf-8")
    return told.replace("[observation]\n", f'[observation]\naddress = "{base}"\n', 1)


def _before(album: Album, browser: Browser, base: str, county: County) -> None:
    """At a desk, before the meeting: the agenda, who speaks, and the data frozen."""
    page = _screen(browser, DESK)
    for part in ("议程", "发言顺序"):
        _open(page, f"{base}/meeting?part={part}")
        album.shoot(page, part)
    _open(page, f"{base}/meeting?part=会议快照")
    page.get_by_role("button", name="存为快照").first.click()
    page.wait_for_timeout(1_500)
    album.shoot(page, "会议快照")
    page.context.close()


def _meeting(album: Album, browser: Browser, base: str, county: County) -> None:
    """The agenda of eight views by one key, the jump list, and a township that reports against the clock."""
    page = _screen(browser, WALL)
    page.goto(f"{base}/stage?agenda={AGENDA}")
    for step in range(1, 9):
        _shown(page, step)
        album.shoot(page, f"议程{step}")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("g")
    page.wait_for_timeout(500)
    album.shoot(page, "目录")
    speaker = AgendaItem(page="overview", choices={"place": TOWNSHIP}, speaker="岚口镇", seconds=300)
    save_agenda(read_settings(county.config).paths.records, Agenda(name="发言", items=(speaker,)), NOW, None)
    page.goto(f"{base}/stage?agenda=发言&theme=dark")
    _shown(page, 1)
    album.shoot(page, "乡镇发言")
    page.context.close()


def _tour(album: Album, browser: Browser, base: str, county: County) -> None:
    """The route and its stops on the wall, and one of them on a phone in the hall."""
    page = _screen(browser, WALL)
    _open(page, f"{base}/observation?part=路线&route={quote(ROUTE)}&present=1")
    album.shoot(page, "路线")
    page.goto(f"{base}/stage?route={quote(ROUTE)}")
    for step in range(1, STOPS + 1):
        _shown(page, step)
        album.shoot(page, f"观摩点{step}")
        page.keyboard.press("ArrowRight")
    page.context.close()
    held = _screen(browser, PHONE)
    _open(held, f"{base}/observation?part=观摩点&route={quote(ROUTE)}&stop=1")
    album.shoot(held, "手机上的观摩点")
    held.context.close()


def _scoring(album: Album, browser: Browser, base: str, county: County) -> None:
    """A hall of twelve scores; the chair closes and reveals from the last place to the first."""
    asked = f"{base}/observation?part=评分&route={quote(ROUTE)}"
    desk = _screen(browser, DESK)
    _open(desk, asked)
    desk.get_by_role("button", name="新建一轮打分").click()
    desk.get_by_label("多少个打分码").fill(str(HALL))
    desk.get_by_label("多少个打分码").press("Tab")
    desk.get_by_role("button", name="建立", exact=True).click()
    desk.locator(".gm-finding").first.wait_for()
    desk.wait_for_timeout(1_500)
    records = read_settings(county.config).paths.records
    round = scores.rounds(records)[0]
    scores.open_stops(records, round.id, NOW)
    held = _screen(browser, PHONE)
    codes = scores.codes(records, round.id)
    held.goto(f"{base}/score?code={codes[0].code}")
    album.shoot(held, "打分码登录")
    held.locator("li a").first.click()
    held.wait_for_timeout(500)
    album.shoot(held, "手机打分")
    for at, code in enumerate(codes[: HALL - 2]):
        for number, stop in enumerate(round.stops):
            scores.give(records, code.code, stop.key, [26 - number, 36 - at % 4, 24 - (at + number) % 5], NOW)
    _open(desk, asked)
    desk.wait_for_timeout(2_500)
    album.shoot(desk, "主持人看进度")
    scores.close_stops(records, round.id, NOW)
    wall = _screen(browser, WALL)
    _open(wall, f"{asked}&present=1")
    album.shoot(wall, "揭晓之前")
    for _ in round.stops:
        wall.keyboard.press("Enter")
        wall.wait_for_timeout(1_200)
    album.shoot(wall, "揭晓")
    for page in (desk, held, wall):
        page.context.close()


def _papers(album: Album, browser: Browser, base: str, county: County) -> None:
    """The papers on screen, and some of their pages as they are printed."""
    page = _screen(browser, DESK)
    folder = county.folder / "papers"
    folder.mkdir()
    _open(page, f"{base}/papers?part=通报")
    album.shoot(page, "材料")
    bulletin = _downloaded(page, "下载通报(Word)", folder / "bulletin.docx")
    _open(page, f"{base}/papers?part=汇报")
    page.get_by_role("button", name="生成汇报", exact=False).click()
    slides = _downloaded(page, "下载汇报", folder / "slides.pptx")
    _open(page, f"{base}/papers?part=一口清&place={TOWNSHIP}")
    cards = _downloaded(page, "下载这一张(PDF)", folder / "card.pdf")
    page.context.close()
    for path, name, shown in ((bulletin, "通报", (1, 3)), (slides, "汇报", (1, 2, 4))):
        drawn = rendered(path, folder)
        for number in shown:
            album.keep(drawn.pages[number - 1].read_bytes(), f"{name}第{number}页", PAPER)
    card = BytesIO()
    pypdfium2.PdfDocument(cards)[0].render(scale=1.5).to_pil().save(card, "PNG")
    album.keep(card.getvalue(), "一口清", PAPER)


def _downloaded(page: Page, label: str, path: Path) -> Path:
    button = page.get_by_role("button", name=label, exact=False).first
    button.wait_for(timeout=4 * PATIENCE_MS)  # slides take their time
    with page.expect_download(timeout=4 * PATIENCE_MS) as waited:
        button.click()
    waited.value.save_as(path)
    return path


def _screen(browser: Browser, size: tuple[int, int]) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        is_mobile=size == PHONE,
        has_touch=size == PHONE,
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(END_OF_PAGE).first.wait_for(timeout=PATIENCE_MS)
    page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
    page.wait_for_timeout(800)


def _shown(page: Page, step: int) -> None:
    page.wait_for_function(READY, arg=step, timeout=PATIENCE_MS)
    page.wait_for_timeout(1_200)  # maps and charts come to rest


if __name__ == "__main__":
    sys.exit(main())
