"""What happens around signing in and out: the provider's silence, the way back, cookies, sockets that stay open.

In: requests and sockets in mode login; what the app knows (`Desk`). Out: the same, but a provider that does not answer
ends in a page that says so, whoever opened a link is led back to it, signing out ends the sign-in and not only the
cookie, cookies carry Secure where readers come by https, and what comes by a socket runs the whole app from its first
line once more, in every mode, as soon as whoever opened it has signed out, expired or got another role, or the config
says otherwise who may see what. Refuses to lead anywhere but to a page of the app, to take up a session again that may
have shown more, and to sign anybody out for another site's page.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.people import NOBODY
from access.rules import Decision
from web.guard_hosts import is_same

LOGIN, LOGOUT, CALLBACK = "auth/login", "auth/logout", "oauth2callback"
PATIENCE = 20.0  # s that the provider has for all of its answers
AFTER = "guanmo_after"  # the page that was asked for before the sign-in
LONGEST_AFTER = 1_500
REMEMBERED = 10_000  # sign-ins

_log = logging.getLogger("guanmo.access")


@dataclass(frozen=True)
class Desk:
    """What the app knows."""

    base: str  # the folder that the app is served under, or ""
    pages: Collection[str]
    cookie: str  # by which Streamlit knows who has signed in
    county: Callable[[], str]  # raises nothing
    signs_in: Callable[[], bool]  # whether people sign in here; raises nothing
    is_https: Callable[[], bool]
    decided: Callable[[Mapping[str, str]], Decision]  # who sends these headers; raises nothing
    end: Callable[[Mapping[str, str]], None]  # whoever sends these headers signs out; raises nothing
    rules: Callable[[], object]  # what the config says of who may see what; raises nothing
    # A page's message as one that runs the whole app, or None where it cannot be one; and whether it does run it.
    whole: Callable[[bytes], tuple[bytes | None, bool]]


class SignIn:
    """Stands before Streamlit's own routes and its socket."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk
        self.states: dict[Hashable, Hashable] = {}  # by sign-in; None: it has changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request or the socket on."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] != "http" or not self.desk.signs_in():
            await self.app(scope, receive, send)
        else:
            await self._request(scope, receive, self._secure(send))

    # ── requests ──────────────────────────────────────────────────────────────────────────
    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"]).removeprefix(f"/{self.desk.base}/" if self.desk.base else "/")
        if path == LOGOUT:
            if not _is_from_here(Headers(scope=scope)):
                await RedirectResponse(f"/{self.desk.base}", 303)(scope, receive, send)
                return
            await run_sync(self.desk.end, _headers(scope))
        if path not in (LOGIN, CALLBACK):
            await self.app(scope, receive, send)
            return
        answer = await self._answer(scope, receive)
        if (
            answer is None
            or answer.status >= 400
            or (path == CALLBACK and not self._has_signed_in(scope, answer))
        ):
            await self._unfinished(answer)(scope, receive, send)
            return
        headers = MutableHeaders(scope=answer.start)
        if path == LOGIN:
            self._remember(Headers(scope=scope), headers)
        else:
            self._lead_back(Headers(scope=scope), headers)
        await send(answer.start)
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer | None:
        """What Streamlit answers, as a whole; None when it fails or the provider keeps it waiting."""
        answer = _Answer()
        try:
            await asyncio.wait_for(self.app(scope, receive, answer.send), PATIENCE)
        except Exception as error:
            _log.warning("signing in failed at %s: %s", scope["path"], type(error).__name__)
            return None
        return answer

    def _has_signed_in(self, scope: Scope, answer: _Answer) -> bool:
        """Whether the provider's answer ended as it should: signed in now or before, or come back from signing out."""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        if not asked.keys() & {"code", "error"}:
            return True
        set_now = [value for name, value in answer.start["headers"] if name.lower() == b"set-cookie"]
        mine = f"{self.desk.cookie}=".encode()
        if any(value.startswith(mine) and not value.startswith(mine + b'""') for value in set_now):
            return True
        # Somebody who is signed in and pressed "back" sends an old answer once more.
        return not set_now and self.desk.decided(_headers(scope)).principal.kind != NOBODY.kind

    def _unfinished(self, answer: _Answer | None) -> HTMLResponse:
        response = HTMLResponse(
            page(self.desk.county(), f"/{self.desk.base}"),
            status_code=503,
            headers={"Cache-Control": "no-store"},
        )
        for name, value in answer.start["headers"] if answer else ():
            if name.lower() == b"set-cookie":
                response.raw_headers.append((name, value))
        return response

    # ── the way back ──────────────────────────────────────────────────────────────────────
    def _remember(self, asked: Headers, headers: MutableHeaders) -> None:
        came_from = urlsplit(asked.get("referer", ""))
        page = came_from.path + (f"?{came_from.query}" if came_from.query else "")
        if came_from.netloc == asked.get("host") and self._is_page(page):
            kept = base64.urlsafe_b64encode(page.encode()).decode()
            headers.append("Set-Cookie", self._after(kept, 900))

    def _lead_back(self, asked: Headers, headers: MutableHeaders) -> None:
        kept = cookie_parser(asked.get("cookie", "")).get(AFTER)
        if kept is None:
            return
        try:
            page = base64.urlsafe_b64decode(kept.encode()).decode("ascii")
        except (binascii.Error, ValueError):
            page = ""
        if self._is_page(page):
            headers["Location"] = page
        headers.append("Set-Cookie", self._after("", 0))

    def _is_page(self, address: str) -> bool:
        """Whether it is a page of the app, as an address of this server that names no server."""
        path = address.partition("?")[0]  # and not as a browser splits it: //elsewhere/ranking names a server
        root = f"/{self.desk.base}/" if self.desk.base else "/"
        return (
            len(address) <= LONGEST_AFTER
            and address.isascii()
            and address.isprintable()
            and path.startswith(root)
            and path.removeprefix(root) in self.desk.pages
        )

    def _after(self, kept: str, seconds: int) -> str:
        return f"{AFTER}={kept}; Path=/{self.desk.base}; Max-Age={seconds}; HttpOnly; SameSite=Lax"

    def _secure(self, send: Send) -> Send:
        """`send`, with Secure on every cookie where readers come by https: Streamlit leaves it out."""
        if not self.desk.is_https():
            return send

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {
                    **message,
                    "headers": [(name, _secured(name, value)) for name, value in message["headers"]],
                }
            await send(message)

        return sent

    # ── sockets ───────────────────────────────────────────────────────────────────────────
    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        decision, shown_under = await run_sync(self._standing, headers)
        if decision is not None and not self._is_as_before(decision):
            scope = {**scope, "headers": _without_session(scope["headers"])}

        async def received() -> Message:
            nonlocal shown_under
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                decision, now = await run_sync(self._standing, headers)
                if decision is not None:
                    self._is_as_before(decision)
                if now == shown_under and (decision is None or decision.principal.kind != NOBODY.kind):
                    return message
                # A part of a page that is run by itself never comes by the app's first lines, where everybody is asked
                # who they are, and works with what it was given then.
                content, is_run = self.desk.whole(message["bytes"])
                if is_run:
                    shown_under = now
                if content is not None:
                    return {**message, "bytes": content}

        await self.app(scope, received, send)

    def _standing(self, headers: Mapping[str, str]) -> tuple[Decision | None, object]:
        """Who it is where people sign in, and all that decides about what they are shown."""
        decision = self.desk.decided(headers) if self.desk.signs_in() else None
        return decision, (decision and _state(decision), self.desk.rules())

    def _is_as_before(self, decision: Decision) -> bool:
        """Whether a session of this sign-in may be taken up again: nothing has changed since it was first seen here."""
        if decision.principal.kind == NOBODY.kind:
            return False
        key = decision.principal.who, decision.issued
        if self.states.setdefault(key, _state(decision)) != _state(decision):
            self.states[key] = None
        while len(self.states) > REMEMBERED:
            del self.states[next(iter(self.states))]
        return self.states.get(key) is not None


def page(county: str, home: str) -> str:
    """The page for when signing in did not come to its end."""
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>登录没有完成</title><style>body{font:17px/1.8 'Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC',"
        "sans-serif;color:#1B2733;max-width:40rem;margin:12vh auto;padding:0 1rem}h1{font-size:1.7rem}"
        "a{display:inline-block;padding:.4rem 1.2rem;border-radius:4px;background:#1F5F8B;color:#fff;"
        "text-decoration:none}p{margin:.6rem 0}.who{color:#5A6B7A}</style>"
        f'<p class="who">{escape(county)}</p><h1>登录没有完成</h1>'
        "<p>统一身份认证没有响应,或没有确认你的身份。已经登录的人不受影响。</p>"
        "<p>请稍后再试;一直这样的,请告诉县里的管理员。</p>"
        f'<p><a href="{escape(home)}">重新登录</a></p></html>'
    )


class _Answer:
    """An answer that is kept until it is known whether it is sent."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = b""

    @property
    def status(self) -> int:
        return int(self.start["status"])

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = {**message, "headers": list(message["headers"])}
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _is_from_here(headers: Headers) -> bool:
    """Whether a page of ours, or nobody's page, leads there: a picture or a link of another site signs nobody out."""
    fetched = headers.get("sec-fetch-site")  # told over https only
    if fetched is not None:
        return fetched in ("same-origin", "none")
    came_from = headers.get("referer")
    return came_from is not None and is_same(came_from, headers.get("host", ""))


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _state(decision: Decision) -> Hashable:
    return decision.principal, decision.why


def _secured(name: bytes, value: bytes) -> bytes:
    if name.lower() != b"set-cookie" or b"; secure" in value.lower():
        return value
    return value + b"; Secure"


def _without_session(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without the third word of the subprotocols, which names the session that the page would like to go on with."""
    return [
        (name, b",".join(value.split(b",")[:2]) if name.lower() == b"sec-websocket-protocol" else value)
        for name, value in headers
    ]
