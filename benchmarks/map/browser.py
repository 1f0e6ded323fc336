"""One page in Chromium under a stop watch: when it showed what, and what came over the wire for it.

In: a browser, an address, and a probe: JavaScript that says in a string what the page shows now. Out: times in
milliseconds from navigation or from the last press of the mouse to the frame in which that string changed *and was
painted*; the frames of the websocket, decoded; heap; frames a second. Times are taken inside the browser, so that
the driver's own delay is no part of them. Refuses every host but localhost.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from playwright.sync_api import Browser, Frame, Page, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LOCAL = {"localhost", "127.0.0.1"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]
VIEWPORT = {"width": 1920, "height": 1080}

# Runs before the page's own scripts, in every frame. A change is dated by the task after the animation frame in
# which it was seen: by then that frame is painted.
WATCH = """
(probe => {
  const now = () => performance.timeOrigin + performance.now();
  window.addEventListener("pointerup", event => {
    if (event.isTrusted) window.top.benchPressed = performance.timeOrigin + event.timeStamp;
  }, { capture: true });
  if (window !== window.top) return;
  const seen = window.benchSeen = [];
  let last = null;
  const look = () => {
    let state = null;
    try { state = probe(); } catch (error) { state = null; }
    if (state !== last) {
      last = state;
      const painted = new MessageChannel();
      painted.port1.onmessage = () => seen.push([now(), state]);
      painted.port2.postMessage(0);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})(%s)
"""
IDLE = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app) return !document.querySelector('._dash-loading-callback, [data-dash-is-loading=true]');
  return app.getAttribute('data-test-script-state') !== 'running'
    && !document.querySelector('[data-testid="stSkeleton"]');
}"""


class NotShown(Exception):
    """What was waited for did not come in time."""


@dataclass(frozen=True)
class Arrived:
    """One message over the websocket: seconds on the wall clock, bytes, and what it is."""

    at: float
    size: int
    kind: str
    is_map: bool


@dataclass
class Change:
    """What one press of the mouse caused: milliseconds until it was seen, and the messages in between."""

    ms: float
    pressed: float  # ms on the wall clock
    shown: float
    sent: float | None = None  # ms on the wall clock: the browser's question to the server
    messages: list[Arrived] = field(default_factory=list)
    http_bytes: int = 0

    @property
    def bytes(self) -> int:
        """Over the websocket and, for pages that have none, over HTTP."""
        return sum(message.size for message in self.messages) + self.http_bytes

    @property
    def map_bytes(self) -> int:
        """The part that is the map's own element."""
        return sum(message.size for message in self.messages if message.is_map)


class Watched:
    """A page with a fresh profile (nothing cached) that is watched from before its navigation."""

    def __init__(self, browser: Browser, probe: str, answer: Callable[[Route], bool] | None = None) -> None:
        self._context = browser.new_context(
            viewport=VIEWPORT,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            service_workers="block",
        )
        self._context.add_init_script(WATCH % probe)
        self.outside: set[str] = set()
        self.page: Page = self._context.new_page()
        self._arrived: list[Arrived] = []
        self._sent: list[float] = []
        self._http = 0
        self._clock: float | None = None  # wall clock minus the browser's monotonic one, seconds
        self.frames_open = 0

        def local_only(route: Route) -> None:
            if urlsplit(route.request.url).hostname in LOCAL:
                route.continue_()
                return
            self.outside.add(urlsplit(route.request.url).hostname or "")
            if not answer or not answer(route):
                route.abort()

        # A route slows every request down: only pages that ask outside are given one.
        if answer is not None:
            self._context.route("**/*", local_only)
        self._cdp = self._context.new_cdp_session(self.page)
        self._cdp.on("Network.requestWillBeSent", self._asked)
        self._cdp.on("Network.webSocketFrameReceived", self._received)
        self._cdp.on("Network.webSocketFrameSent", lambda event: self._sent.append(event["timestamp"]))
        self._cdp.on("Network.loadingFinished", self._loaded)
        self._cdp.send("Network.enable")

    def close(self) -> None:
        """Forget the profile."""
        self._context.close()

    # ── time ─────────────────────────────────────────────────────────────────────────────
    def open(self, address: str, shown: str, seconds: float) -> float:
        """Milliseconds from navigation until `shown` (JavaScript on `state`) was true and painted."""
        self.page.goto(address, wait_until="commit", timeout=seconds * 1000)
        at = self._first(f"state => {shown}", 0.0, seconds)
        started = float(self.page.evaluate("performance.timeOrigin"))
        return at - started

    def change(self, act: Callable[[], None], shown: str, seconds: float) -> Change:
        """What `act` (which presses the mouse last of all) caused, until `shown` (on `state`, `before`)."""
        before = self.state()
        self._arrived.clear()
        self._sent.clear()
        self._http = 0
        started = time.time() * 1000
        act()
        at = self._first(f"(state, before) => {shown}", started, seconds, before)
        self.settle(seconds)
        pressed = float(self.page.evaluate("window.benchPressed"))
        sent = [self._wall(stamp) * 1000 for stamp in self._sent]
        after = [stamp for stamp in sent if stamp >= pressed - 5]
        messages = [message for message in self._arrived if message.at * 1000 >= pressed - 5]
        return Change(at - pressed, pressed, at, min(after, default=None), messages, self._http)

    def state(self) -> Any:
        """What the probe saw last."""
        return self.page.evaluate("window.benchSeen.length ? window.benchSeen.at(-1)[1] : null")

    def _first(self, condition: str, since: float, seconds: float, before: Any = None) -> float:
        find = f"""([since, before]) => {{
          const found = (window.benchSeen || []).find(([at, state]) =>
            at > since && state !== null && ({condition})(state, before));
          return found ? found[0] : null;
        }}"""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.page.evaluate(find, [since, before])
            if found is not None:
                return float(found)
            self.page.wait_for_timeout(30)
        raise NotShown(f"not shown within {seconds:.0f} s; last seen: {self.state()!r}")

    def settle(self, seconds: float) -> None:
        """Wait until the script ran to its end and nothing has arrived for a fifth of a second."""
        try:
            self.page.wait_for_function(IDLE, timeout=seconds * 1000)
        except PlaywrightTimeout:
            raise NotShown(f"the page did not come to rest within {seconds:.0f} s") from None
        count = -1
        while count != len(self._arrived):
            count = len(self._arrived)
            self.page.wait_for_timeout(200)

    # ── the wire ─────────────────────────────────────────────────────────────────────────
    def _asked(self, event: dict[str, Any]) -> None:
        if self._clock is None:
            self._clock = event["wallTime"] - event["timestamp"]

    def _wall(self, stamp: float) -> float:
        return stamp + (self._clock or 0.0)

    def _loaded(self, event: dict[str, Any]) -> None:
        self._http += int(event["encodedDataLength"])

    def _received(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        is_binary = frame["opcode"] == 2
        payload = base64.b64decode(frame["payloadData"]) if is_binary else frame["payloadData"].encode()
        kind, is_map = described(payload) if is_binary else ("text", False)
        self._arrived.append(Arrived(self._wall(event["timestamp"]), len(payload), kind, is_map))

    # ── the browser ──────────────────────────────────────────────────────────────────────
    def heap_mb(self) -> float:
        """JavaScript heap of the page and its frames after a collection, MB."""
        self._cdp.send("HeapProfiler.collectGarbage")
        self._cdp.send("Performance.enable")
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")) / 1e6

    def pan_fps(self, frame: Frame, centre: tuple[float, float], seconds: float = 2.0) -> float:
        """Animation frames a second while the mouse drags the map about."""
        x, y = centre
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 8, y + 4)
        frame.evaluate(COUNT_FRAMES)
        ended = time.monotonic() + seconds
        step = 0
        while time.monotonic() < ended:
            step += 1
            reach = 220 - abs(step * 6 % 880 - 440)  # there and back, -220..220 px
            mouse.move(x + reach, y + reach / 2)
            self.page.wait_for_timeout(8)
        fps = float(frame.evaluate("window.benchFps()"))
        mouse.up()
        return fps


COUNT_FRAMES = """() => {
  let frames = 0, isOn = true;
  const started = performance.now();
  const count = () => { frames++; if (isOn) requestAnimationFrame(count); };
  requestAnimationFrame(count);
  window.benchFps = () => { isOn = false; return frames * 1000 / (performance.now() - started); };
}"""


def described(payload: bytes) -> tuple[str, bool]:
    """What a message of Streamlit's server is, in words, and whether it is the map's element."""
    message = ForwardMsg()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        return "unknown", False
    kind = message.WhichOneof("type") or "unknown"
    if kind != "delta":
        return kind, False
    change = message.delta.WhichOneof("type") or "delta"
    if change != "new_element":
        return f"delta {change}", False
    element = message.delta.new_element.WhichOneof("type") or "element"
    return f"delta {element}", element in {"component_instance", "bidi_component"}
