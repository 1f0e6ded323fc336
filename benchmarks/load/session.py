"""One browser tab without a browser: the page's document, Streamlit's websocket, and what the front end does there.

In: a server's address. Out: for everything that a reader does an `Answer`: how long until the page was whole, how many
bytes came, what went wrong. Refuses to raise for what a reader can meet with (the page shows an error, the connection
is cut, nothing comes for 30 s): that is `Answer.error`, to be counted.

What is sent is what Chromium sends with the front end of Streamlit 1.67 (recorded over its debugging protocol): two
requests for the server's settings, the cookie against forged requests repeated as the websocket's second protocol,
and with each rerun the address's query, every chooser's state, the page's number and the digests of large messages
that are still kept. A link goes on with no chooser's state. Of what comes, only what decides about the next question is
looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.load.widgets import Widget, widget_of
from benchmarks.load.wire import cookie_header, get

TIMEOUT_S = 30.0
KEPT_RUNS = 2  # for so many runs the front end keeps a large message that no longer comes
FOOT = "gm-foot"  # every whole page of ours ends with it (ui/frame.py)
HEADERS = {
    "Accept-Language": "zh-CN,zh;q=0.9",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
}
_ENDS = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


@dataclass
class Answer:
    """What came of one thing that a reader did."""

    ms: float = 0.0  # from the question to the end of the page's run
    first_ms: float = 0.0  # to the first message that came for it
    bytes: int = 0  # of messages, before compression
    messages: int = 0
    error: str | None = None
    finished: bool = False  # the page's script came to its end
    elements: list[Element] = field(default_factory=list, repr=False)

    def has_error(self) -> bool:
        """Whether a reader would say that it did not work."""
        return self.error is not None

    def text(self) -> str:
        """Everything that the page says in HTML and Markdown."""
        return "\n".join(_texts(self.elements))


def _texts(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        kind = element.WhichOneof("type")
        if kind == "exception":
            yield f"{element.exception.type}: {element.exception.message}"
        elif kind in {"html", "markdown", "alert", "heading"}:
            yield getattr(element, kind).body
        elif kind in {"button", "page_link", "selectbox"}:
            yield getattr(element, kind).label


class Lost(Exception):
    """The connection is gone, or was never there."""


class Session:
    """One reader's tab. `finished` tells whether the last page came to its end."""

    def __init__(
        self,
        address: str,
        *,
        timeout_s: float = TIMEOUT_S,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        foot: str = FOOT,
        port: int | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.timeout_s = timeout_s
        self.headers = {**HEADERS, **(headers or {})}
        self.cookies = dict(cookies or {})
        self.foot = foot  # what a whole page holds; "" when nothing is asked of it
        self.port = port  # of one process behind the address, to be asked without the proxy
        self.page = ""
        self.session_id = ""
        self.query: dict[str, str] = {}
        self.widgets: dict[str, Widget] = {}
        self.links: dict[str, tuple[str, str]] = {}  # label → page's number, its query
        self.last = Answer()
        self._scripts: dict[str, str] = {}  # page → its number
        self._script = ""
        self._kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def finished(self) -> bool:
        """Whether the last page's script came to its end."""
        return self.last.finished

    def has_error(self) -> bool:
        """Whether the last thing done did not work."""
        return self.last.has_error()

    # ── what a reader does ───────────────────────────────────────────────────────────────────
    async def connect(self, path: str = "overview") -> None:
        """Load a page's document and open the websocket, as far as a browser gets without asking for the page itself.

        Raises Lost when it cannot; `open` and `reconnect` do not.
        """
        await self.close()
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._document(path)
                await self._connect("")
        except _GONE as problem:
            raise Lost(_said(problem)) from problem
        self.page = path

    async def open(self, path: str, **query: str) -> Answer:
        """Type the page's address: its document, a new session, the page. The time is of all three."""
        started = time.perf_counter()
        try:
            await self.connect(path)
        except Lost as problem:
            return self._noted(Answer(_ms(started), error=str(problem)))
        self.query, self.widgets, self.links = dict(query), {}, {}
        self._scripts, self._script, self._kept, self._runs = {}, "", {}, 0
        return await self._ask(started, page_name=path)

    async def reconnect(self) -> Answer:
        """What the front end does by itself when the connection was cut: ask for the same session and run the page."""
        started = time.perf_counter()
        await self.close()
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._settings()
                await self._connect(self.session_id)
        except _GONE as problem:
            return self._noted(Answer(_ms(started), error=_said(problem)))
        return await self._ask(started)

    async def rerun(self) -> Answer:
        """The same view once more, as a refresh of its figures."""
        return await self._ask(time.perf_counter())

    async def follow(self, path: str, **query: str) -> Answer:
        """A link of ours to another page (st.page_link), which stays in the session."""
        self.page, self._script = path, self._scripts.get(path, "")
        self.query = dict(query) or self.query
        self.widgets = {}
        return await self._ask(time.perf_counter())

    async def choose(self, key: str, value: Any) -> Answer:
        """Choose in the chooser of that key: the text of an option, of several in a tuple, a tick, or words."""
        widget = self.widgets[key]
        if widget.kind == "button_group" and isinstance(value, str):
            value = (value,)
        self.widgets[key] = replace(widget, value=value)
        if widget.parameter:  # the front end writes it into the address itself
            self.query.pop(widget.parameter, None)
            if value != widget.default:
                self.query[widget.parameter] = value if isinstance(value, str) else ",".join(map(str, value))
        return await self._ask(time.perf_counter())

    async def close(self) -> None:
        """Shut the tab."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    # ── how it gets there ────────────────────────────────────────────────────────────────────
    async def _document(self, path: str) -> None:
        status, body = await get(self.address, f"/{path}", self.cookies, self.headers, self.port)
        if status != 200 or b"<html" not in body[:2000]:
            raise Lost(f"/{path} was answered with {status}")
        await self._settings()

    async def _settings(self) -> None:
        for path in ("/_stcore/health", "/_stcore/host-config"):
            status, _ = await get(self.address, path, self.cookies, self.headers, self.port)
            if status >= 400:
                raise Lost(f"{path} was answered with {status}")

    async def _connect(self, session_id: str) -> None:
        protocols = ["streamlit", self.cookies.get("_streamlit_xsrf", "PLACEHOLDER_AUTH_TOKEN")]
        headers = {"Origin": self.address, **self.headers}
        agent = headers.pop("User-Agent")
        if self.cookies:
            headers["Cookie"] = cookie_header(self.cookies)
        self._socket = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=cast(Any, [*protocols, session_id] if session_id else protocols),
            additional_headers=headers,
            user_agent_header=agent,
            max_size=None,
            max_queue=None,
            open_timeout=self.timeout_s,
            close_timeout=2,
            proxy=None,
            **cast(
                dict[str, Any],
                {"host": urlsplit(self.address).hostname, "port": self.port} if self.port else {},
            ),
        )

    async def _ask(self, started: float, page_name: str = "") -> Answer:
        found = Answer()
        try:
            if self._socket is None:
                raise Lost("there is no connection")
            async with asyncio.timeout(self.timeout_s):
                await self._socket.send(self._question(page_name))
                await self._until_finished(found, started)
        except _GONE as problem:
            found.error = _said(problem)
            await self.close()
        found.ms = _ms(started)
        return self._noted(found)

    def _noted(self, answer: Answer) -> Answer:
        self.last = answer
        return answer

    def _question(self, page_name: str) -> bytes:
        question = BackMsg()
        state = question.rerun_script
        state.query_string = urlencode(self.query)
        state.widget_states.SetInParent()
        state.widget_states.widgets.extend(widget.state() for widget in self.widgets.values())
        state.page_script_hash = "" if page_name else self._script
        state.page_name = page_name
        state.cached_message_hashes.extend(self._kept)
        about = state.context_info
        about.timezone, about.timezone_offset, about.locale = "Asia/Shanghai", -480, "zh-CN"
        about.url, about.is_embedded, about.color_scheme = f"{self.address}/{self.page}", False, "light"
        return question.SerializeToString()

    async def _until_finished(self, found: Answer, started: float) -> None:
        assert self._socket is not None
        links: dict[str, tuple[str, str]] = {}
        present: dict[str, Widget] = {}
        is_whole = not self.foot
        foot = self.foot.encode()
        while not found.finished:
            payload = await self._socket.recv(decode=False)
            found.first_ms = found.first_ms or _ms(started)
            found.bytes += len(payload)
            found.messages += 1
            is_whole = is_whole or foot in payload
            message = self._whole(ForwardMsg.FromString(payload))
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._look(message, found, present, links)
            elif kind == "script_finished":
                self._end(message, found)
                if not found.finished:  # it runs itself again: what is there is drawn anew
                    present, links, is_whole = {}, {}, not self.foot
                    found.elements.clear()
            else:
                self._note(message, kind)
        self.widgets, self.links = present, links
        if not is_whole and found.error is None:
            found.error = "the page has no foot"

    def _end(self, message: ForwardMsg, found: Answer) -> None:
        found.finished = message.script_finished in _ENDS
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            found.error = "the script does not compile"
        if found.finished:
            self._runs += 1
            self._kept = {
                digest: (kept, run)
                for digest, (kept, run) in self._kept.items()
                if self._runs - run <= KEPT_RUNS
            }

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, also when only its digest came."""
        digest = message.ref_hash
        if digest:
            if digest not in self._kept:
                return message  # the front end would ask for it anew; the server knows what was named
            kept, _ = self._kept[digest]
            self._kept[digest] = (kept, self._runs)
            return kept
        if message.metadata.cacheable:
            self._kept[message.hash] = (message, self._runs)
        return message

    def _look(
        self,
        message: ForwardMsg,
        found: Answer,
        present: dict[str, Widget],
        links: dict[str, tuple[str, str]],
    ) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        found.elements.append(element)
        kind = element.WhichOneof("type")
        if kind == "exception":
            found.error = found.error or f"{element.exception.type}: {element.exception.message}"
        elif kind == "page_link":
            links[element.page_link.label] = (
                element.page_link.page_script_hash,
                element.page_link.query_string,
            )
        elif widget := widget_of(element):
            known = self.widgets.get(widget.key)
            if known is not None and known.id == widget.id and not _is_set(element):
                widget = replace(widget, value=known.value)
            present[widget.key] = widget

    def _note(self, message: ForwardMsg, kind: str | None) -> None:
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
            self._scripts = {
                each.url_pathname: each.page_script_hash for each in message.navigation.app_pages
            }
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string, keep_blank_values=True))
        elif kind == "new_session":
            self.session_id = message.new_session.initialize.session_id or self.session_id


def _is_set(element: Element) -> bool:
    return bool(getattr(getattr(element, element.WhichOneof("type") or ""), "set_value", False))


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000


_GONE = (OSError, TimeoutError, WebSocketException, Lost)


def _said(problem: BaseException) -> str:
    if isinstance(problem, TimeoutError):
        return "nothing came in time"
    return f"{type(problem).__name__}: {problem}".splitlines()[0]
