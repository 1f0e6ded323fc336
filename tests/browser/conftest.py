"""A real browser before the real server; whatever either of them asks the outside world for is a failure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

import bootstrap
from tests.browser.odd_county import write_odd_county
from tests.conftest import ROOT, County

ARTIFACTS = ROOT / "test-artifacts"
LOCAL = {"localhost", "127.0.0.1"}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Both cores are busy with tests: collecting and compiling beside the page only takes from the next one.
    "--js-flags=--single-threaded",
    # No name but this machine's resolves, as on an intranet without internet.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]
SIZES = {"wall": (1920, 1080), "phone": (390, 844)}
PATIENCE_MS = 30_000  # a cold start on two busy cores


@dataclass
class Visit:
    """A page in the browser and what it did that it should not."""

    page: Page
    base: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note requests to other hosts, from every frame and socket, and errors on the console."""
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda opened: self._asked(opened.url))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL:
            self.outside.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, path: str, **query: str) -> Visit:
        """Open a page by its address and wait until all of it is there."""
        self.page.goto(f"{self.base}/{path}" + (f"?{urlencode(query)}" if query else ""))
        return self.settle()

    def go(self, path: str, **query: str) -> Visit:
        """The same within the session, as the browser's own "back" does it: the program's scripts are not loaded anew."""
        self.page.evaluate(GO, f"/{path}" + (f"?{urlencode(query)}" if query else ""))
        try:
            self.page.wait_for_function("() => window.gmRan", timeout=5_000)
        except PlaywrightTimeout:  # a page that was still at something else took no notice
            self.page.reload()
        return self.settle()

    def settle(self) -> Visit:
        """Wait until the script has run to its end, which the foot of every page is, charts are drawn and keys heard."""
        self.page.locator(END_OF_PAGE).first.wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
        return self

    @property
    def text(self) -> str:
        """What can be read on the page, frames included."""
        return "\n".join(frame.locator("body").inner_text() for frame in self.page.frames)

    @property
    def params(self) -> dict[str, str]:
        """The query parameters in the address."""
        query = urlsplit(self.page.url).query
        return dict(part.split("=", 1) for part in query.split("&") if part)

    def drawn_map(self) -> Frame:
        """The frame in which Leaflet draws the map, once its villages are there."""
        self.page.locator("iframe").first.wait_for()
        frame = self.page.locator("iframe").first.element_handle().content_frame()
        assert frame is not None
        frame.wait_for_function(f"({POLYGONS}).length >= {MAP_POLYGONS}", timeout=PATIENCE_MS)
        return frame


MAP_POLYGONS = 400  # the demo county has about 420 villages
POLYGONS = """(() => {
  const map = window.L && Object.values(window).find(value => value instanceof L.Map);
  const drawn = [];
  if (map) map.eachLayer(layer => {
    if (layer instanceof L.Polygon && layer.options.fill && layer.options.code) drawn.push(layer);
  });
  return drawn;
})()"""
GO = """address => {
  const app = document.querySelector('[data-testid="stApp"]');
  const state = 'data-test-script-state';
  window.gmRan = false;
  new MutationObserver((changes, observer) => {
    const ended = changes.some(each => each.oldValue === 'running') && app.getAttribute(state) !== 'running';
    if (ended) { observer.disconnect(); window.gmRan = true; }
  }).observe(app, {attributeFilter: [state], attributeOldValue: true});
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate", {state: null}));
}"""
# The foot, the page that says what to do without data, or a crash.
END_OF_PAGE = ".gm-foot, .gm-stop, [data-testid=stException]"
SETTLED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app || app.getAttribute('data-test-script-state') === 'running') return false;
  if (document.querySelector('[data-testid="stSkeleton"]')) return false;
  const keys = document.querySelectorAll('[class*="st-key-gm_"][class*="_keys"]'); // of ui/list_keys.py
  if ([...keys].some(each => !each.querySelector('[data-listens]'))) return false;
  return [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
    .every(chart => chart.querySelector('.main-svg'));
}"""


@contextmanager
def served(county: County, *options: str) -> Iterator[str]:
    """The real app on a free port, as `bootstrap.py run` starts it, with these options of Streamlit; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ARTIFACTS.mkdir(exist_ok=True)
    log = ARTIFACTS / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "server.py", "--server.port", str(port), *options],
            cwd=ROOT,
            # Without working out beforehand what most tests never ask for (tests/ui/test_warming.py).
            env={
                **os.environ,
                **bootstrap.serving(port, bootstrap.LOCAL)[1],
                "GUANMO_CONFIG": str(county.config),
                "GUANMO_WARMING": "no",
                "PYTHONUTF8": "1",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(port, process, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace"), f"the server's log, {log}"
    log.unlink()


def wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server to answer; its log is the message when it does not."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


# Playwright's event loop runs in this thread while it is open: it must be gone before other packages' tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("GUANMO_BROWSER") or bootstrap.found_browser()
    if executable is None:
        pytest.skip("没有找到 Chromium、Chrome 或 Edge;make test 会安装或说明怎样安装")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)


@pytest.fixture(scope="package")
def server(demo_county: County) -> Iterator[str]:
    """The app showing the demo county, shared by all tests that change nothing."""
    with served(demo_county) as address:
        yield address


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> dict[str, BrowserContext]:
    """One browser profile per size of screen, so that the program's own scripts are loaded once."""
    return {
        size: browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=size == "phone",
            has_touch=size == "phone",
            service_workers="block",
        )
        for size, (width, height) in SIZES.items()
    }


@contextmanager
def visiting(profile: BrowserContext, base: str) -> Iterator[Visit]:
    """A fresh session: one empty page that is watched from the start."""
    profile.set_default_timeout(PATIENCE_MS)
    visit = Visit(profile.new_page(), base)
    visit.watch()
    try:
        yield visit
    finally:
        visit.page.close()


@pytest.fixture
def visit(profiles: dict[str, BrowserContext], server: str) -> Iterator[Visit]:
    """A fresh visitor at the wall, for tests that click."""
    with visiting(profiles["wall"], server) as opened:
        yield opened


@pytest.fixture(scope="package")
def changing_county(demo_county: County, tmp_path_factory: pytest.TempPathFactory) -> County:
    """A copy of the demo county that tests may change and publish anew."""
    folder = tmp_path_factory.mktemp("changing") / "county"
    shutil.copytree(demo_county.folder, folder)
    return County(folder)


@pytest.fixture(scope="package")
def changing_server(changing_county: County) -> Iterator[str]:
    """The app showing the county that changes."""
    with served(changing_county) as address:
        yield address


@pytest.fixture(scope="package")
def odd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app showing the county of hostile names and odd shapes; nothing changes it."""
    county = County(tmp_path_factory.mktemp("odd") / "county")
    write_odd_county(county.folder)
    county.prepare()
    with served(county) as address:
        yield address


@pytest.fixture
def odd_visit(profiles: dict[str, BrowserContext], odd_server: str) -> Iterator[Visit]:
    """A fresh visitor of that county at the wall."""
    with visiting(profiles["wall"], odd_server) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep a picture of the page on which a test failed."""
    report = yield
    if report.when == "call" and report.failed:  # type: ignore[attr-defined]
        arguments = getattr(item, "funcargs", {}).values()
        for shown in (argument for argument in arguments if isinstance(argument, Visit)):
            ARTIFACTS.mkdir(exist_ok=True)
            name = "".join(letter if letter.isalnum() else "-" for letter in item.name)
            shown.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
    return report
