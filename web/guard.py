"""The door: what every request and every socket must pass before anything of the app sees it.

In: connections, the table of addresses (web/guard_routes.py), the names in the config. Out: those that the table lets
through, and on every answer the headers of web/guard_headers.py. Refuses by default, with a status and a sentence: other
names than the server's own (421), addresses that nobody listed (404), other methods (405), posts from other sites (403),
too much of anything (413, 414, 431, 503). What goes wrong behind it is logged and answered without its traceback.

`Guard` stands before everything; `Admission` behind whatever finds out who asks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.people import NOBODY, Principal
from web.guard_body import TooLarge, bounded, tells_too_much, too_long
from web.guard_browser import browser_of, new_cookie
from web.guard_headers import HEADERS, add
from web.guard_hosts import is_cross_site, is_here, is_ours, is_same
from web.guard_routes import Address, Needs, found
from web.guard_socket import FAULT, MOST_SOCKETS, Judge, Socket, refuse

log = logging.getLogger("guanmo.guard")
# Where in a scope the guard leaves what it found for Admission, and where the app's first page is.
FOUND, HOME = "guanmo.address", "guanmo.home"

_SAID = {
    400: "这个请求不完整。",
    403: "这次提交来自别的网页,没有接受。",
    404: "没有这个页面。请从首页进入。",
    405: "这个地址不接受这种请求。",
    413: "提交的内容太长,没有接受。",
    414: "网址太长。请从首页进入,重新选择。",
    421: "服务器不认这个名称。请用数字地址打开;要用名称打开,请管理员把它写进 config.toml 的 [access] hosts。",
    431: "请求头太长。请清除本网站的 Cookie 后再打开。",
    500: "服务器出错了,已经记入日志。请稍后再试。",
    503: "同时打开的页面太多。请关掉不用的页面,过一会儿再刷新。",
}
_NOT_SEEN = "请先登录;已经登录的,请联系县里的管理员分配查看权限。"


@dataclass(frozen=True)
class Door:
    """What the guard knows of the app: it asks for each anew, since the config may change at any time."""

    addresses: Sequence[Address]
    base: str  # the folder that the app is served under, or ""
    hosts: Callable[[], Collection[str]]  # names by which browsers may call the server; raises nothing
    signs_in: Callable[[], bool]  # whether people sign in here; raises nothing
    judge: Judge

    def path(self, scope: Scope) -> str | None:
        """The path below the app's root; None when it is not below it."""
        root, path = (f"/{self.base}/" if self.base else "/"), str(scope["path"])
        if path == root.rstrip("/"):
            return ""
        return path.removeprefix(root) if path.startswith(root) else None

    def found(self, scope: Scope) -> Address | None:
        """What is asked for, as far as there is such a thing at present."""
        path = self.path(scope)
        address = None if path is None else found(self.addresses, path)
        if address is not None and address.needs is Needs.SIGN_IN and not self.signs_in():
            return None
        return address


class Guard:
    """Before everything."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door
        self.sockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass."""
        scope = {**scope, HOME: f"/{self.door.base}"}
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    # ── requests ──────────────────────────────────────────────────────────────────────────
    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = self.door.found(scope)
        has_begun = False

        async def complete(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._complete(scope, message, address)
            await send(message)

        status = self._wrong(scope, address)
        if status is not None:
            await said(status, scope, address)(scope, receive, complete)
            return
        try:
            await self.app({**scope, FOUND: address}, bounded(receive), complete)
        except TooLarge:
            if not has_begun:
                await said(413, scope)(scope, receive, complete)
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            if not has_begun:
                await said(500, scope)(scope, receive, complete)

    def _wrong(self, scope: Scope, address: Address | None) -> int | None:
        """The status that a request is refused with; None when it may pass."""
        headers = Headers(scope=scope)
        if not is_ours(headers.get("host", ""), self.door.hosts()):
            return 421
        status = too_long(scope.get("raw_path") or b"", scope["query_string"], scope["headers"])
        if status is not None:
            return status
        if address is None or "WEBSOCKET" in address.methods:
            return 404
        if scope["method"] not in address.methods:
            return 405
        if is_cross_site(scope["method"], headers):
            return 403
        if tells_too_much(headers):
            return 413
        if self.sockets >= MOST_SOCKETS and address.is_document and address.needs is Needs.ANYONE:
            return 503
        return None

    def _complete(self, scope: Scope, message: Message, address: Address | None) -> None:
        asked, headers = Headers(scope=scope), MutableHeaders(scope=message)
        is_secure = scope["scheme"] == "https" or asked.get("x-forwarded-proto") == "https"
        add(
            headers,
            address.policy if address else HEADERS["Content-Security-Policy"],
            is_trustworthy=is_secure or is_here(asked.get("host", "")),
            is_private=bool(address and address.needs is Needs.VIEWER and self.door.signs_in()),
        )
        if address and address.is_document and message["status"] == 200 and not browser_of(asked):
            headers.append("Set-Cookie", new_cookie(f"/{self.door.base}", is_secure=is_secure))

    # ── sockets ───────────────────────────────────────────────────────────────────────────
    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = self._wrong_socket(scope)
        if status is not None:
            await refuse(scope, receive, send, said(status, scope))
            return
        socket = Socket(receive, send, self.door.judge)
        self.sockets += 1
        try:
            await self.app(scope, socket.receive, socket.send)
        except Exception as fault:
            if socket.is_over:  # Streamlit stumbles when a reader goes while it sends; nobody misses anything
                log.info("WEBSOCKET %s: %r after the reader had gone", scope["path"], fault)
                return
            log.exception("WEBSOCKET %s", scope["path"])
            await socket.close(FAULT)
        finally:
            self.sockets -= 1

    def _wrong_socket(self, scope: Scope) -> int | None:
        headers = Headers(scope=scope)
        if not is_ours(headers.get("host", ""), self.door.hosts()):
            return 421
        address = self.door.found(scope)
        if address is None or "WEBSOCKET" not in address.methods:
            return 404
        # Browsers always say whose page opens a socket; who does not say it is no browser.
        origin = headers.get("origin")
        if origin is not None and not is_same(origin, headers.get("host", "")):
            return 403
        if too_long(scope.get("raw_path") or b"", scope["query_string"], scope["headers"]):
            return 431
        return 503 if self.sockets >= MOST_SOCKETS else None


class Admission:
    """Behind whatever finds out who asks: lets through who may see what the address holds."""

    def __init__(
        self, app: ASGIApp, viewer: Callable[[], Principal], may_have: Callable[[str, str], bool]
    ) -> None:
        self.app, self.viewer = app, viewer
        self.may_have = may_have  # whether the viewer in this browser may have a page's file, by its address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say that it takes more."""
        if scope["type"] == "http":
            address = scope.get(FOUND)
            status = self._wrong(scope, address.needs if address else Needs.CLOSED)
            if status is not None:
                await said(status, scope, sentence=_NOT_SEEN if status == 403 else "")(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _wrong(self, scope: Scope, needs: Needs) -> int | None:
        if needs is Needs.CLOSED:
            return 404
        if needs not in (Needs.VIEWER, Needs.OWNER):
            return None
        if self.viewer().kind == NOBODY.kind:
            return 403
        if needs is Needs.OWNER:
            name = scope["path"].rpartition("/")[2]
            return None if self.may_have(name, browser_of(Headers(scope=scope))) else 404
        return None


def said(status: int, scope: Scope, address: Address | None = None, sentence: str = "") -> Response:
    """A refusal in a sentence: a page for whoever looks at it, plain text for everybody else."""
    words = sentence or _SAID[status]
    headers = {"Cache-Control": "no-store"}
    if status == 405 and address:
        headers["Allow"] = ", ".join(address.methods)
    if status in (413, 431):
        headers["Connection"] = "close"  # the rest of what was sent is not read
    if status == 503:
        headers["Retry-After"] = "60"
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return PlainTextResponse(words, status, headers)
    home = quote(scope.get(HOME, "/"))
    return HTMLResponse(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>观摩</title></head>'
        f'<body style="font:1.1rem/1.7 sans-serif;max-width:36em;margin:15vh auto;padding:0 1em"><p>{escape(words)}</p>'
        f'<p><a href="{home}">回到首页</a></p></body></html>',
        status,
        headers,
    )
