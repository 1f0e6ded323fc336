"""Around signing in: a provider that is silent, the way back, cookies behind https, and sockets that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from access.people import NOBODY, Principal
from access.rules import Decision
from web import sign_in
from web.sign_in import AFTER, Desk, SignIn

COUNTY = Decision(Principal("county", who="abc"), "", issued=100)
OUT = Decision(replace(NOBODY, who="abc"), "signed_out", issued=100)


class Streamlit:
    """Stands for Streamlit's routes: answers as the test says."""

    def __init__(self) -> None:
        self.login: Any = RedirectResponse("http://provider/authorize")
        self.callback: Any = RedirectResponse("/")
        self.protocols: list[str] = []
        self.received: list[bytes] = []
        self.ended: list[str] = []
        self.decision = COUNTY
        self.signs_in, self.is_https, self.base = True, False, ""
        self.rules = "as they were"

    async def answer(self, request: Request) -> Response:
        given = self.login if request.url.path.endswith("login") else self.callback
        if isinstance(given, Exception):
            raise given
        if isinstance(given, float):
            await asyncio.sleep(given)
            return PlainTextResponse("late")
        return given

    async def stream(self, socket: WebSocket) -> None:
        self.protocols.append(socket.headers.get("sec-websocket-protocol", ""))
        await socket.accept(subprotocol="streamlit")
        try:
            while True:
                self.received.append(await socket.receive_bytes())
                await socket.send_bytes(b"data of the county")
        except WebSocketDisconnect:
            pass

    def client(self) -> TestClient:
        def end(headers: Mapping[str, str]) -> None:
            self.ended.append(headers.get("cookie", ""))

        desk = Desk(
            self.base,
            frozenset(("", "overview", "ranking")),
            "_streamlit_user",
            lambda: "小试县<b>",
            lambda: self.signs_in,
            lambda: self.is_https,
            lambda headers: self.decision,
            end,
            lambda: self.rules,
            lambda content: (b"whole" if content == b"part" else None, content == b"part"),
        )
        root = f"/{self.base}/" if self.base else "/"
        routes = [
            Route(root + "auth/login", self.answer),
            Route(root + "oauth2callback", self.answer),
            Route(root + "auth/logout", lambda _: RedirectResponse("/")),
            WebSocketRoute(root + "_stcore/stream", self.stream),
        ]
        return TestClient(
            SignIn(Starlette(routes=routes), desk), base_url="http://guanmo", follow_redirects=False
        )


def signed_in_answer() -> Response:
    response = RedirectResponse("/")
    response.set_cookie("_streamlit_user", "signed", httponly=True, samesite="lax")
    return response


# ── the provider ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "failure", [RuntimeError("secret"), PlainTextResponse("Authentication error", 400), 5.0]
)
@pytest.mark.parametrize("path", ["/auth/login", "/oauth2callback?code=a&state=b"])
def test_a_provider_that_fails_ends_in_a_page_that_says_so(
    monkeypatch: pytest.MonkeyPatch, failure: Any, path: str
):
    monkeypatch.setattr(sign_in, "PATIENCE", 0.2)
    streamlit = Streamlit()
    streamlit.login = streamlit.callback = failure
    answer = streamlit.client().get(path)
    assert answer.status_code == 503
    assert "登录没有完成" in answer.text
    assert "小试县&lt;b&gt;" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_that_is_refused_ends_in_the_same_page_and_takes_old_cookies_away():
    streamlit = Streamlit()
    streamlit.callback = RedirectResponse("/")
    streamlit.callback.delete_cookie("_streamlit_user")
    answer = streamlit.client().get("/oauth2callback?code=a&state=b")
    assert answer.status_code == 503
    assert '_streamlit_user=""' in answer.headers["set-cookie"]


def test_who_declines_at_the_provider_is_told_too():
    streamlit = Streamlit()
    streamlit.decision = OUT
    assert streamlit.client().get("/oauth2callback?error=access_denied&state=b").status_code == 503


def test_an_old_answer_that_is_sent_again_disturbs_nobody_who_is_signed_in():
    assert Streamlit().client().get("/oauth2callback?code=a&state=b").headers["location"] == "/"


def test_coming_back_from_signing_out_leads_home():
    streamlit = Streamlit()
    streamlit.decision = OUT
    assert streamlit.client().get("/oauth2callback").headers["location"] == "/"


# ── the way back ─────────────────────────────────────────────────────────────────────────────
def way_back(base: str, came_from: str, **headers: str) -> str:
    """Where somebody ends who pressed 登录 on that page."""
    streamlit = Streamlit()
    streamlit.base = base
    streamlit.callback = signed_in_answer()
    root = f"/{base}/" if base else "/"
    with streamlit.client() as client:
        asked = client.get(root + "auth/login", headers={"referer": came_from, **headers})
        assert asked.status_code == 307
        back = client.get(root + "oauth2callback?code=a&state=b")
        assert AFTER not in client.cookies, "it is used once"
    return back.headers["location"]


def test_a_link_that_was_opened_is_where_one_ends():
    assert way_back("", "http://guanmo/ranking?place=990202100000") == "/ranking?place=990202100000"
    assert way_back("gm", "http://guanmo/gm/ranking?place=1") == "/gm/ranking?place=1"


@pytest.mark.parametrize(
    "came_from",
    [
        "http://elsewhere.cn/ranking",
        "http://guanmo//elsewhere.cn/ranking",
        "http://guanmo/elsewhere",
        "http://guanmo/ranking/../../elsewhere",
        "http://guanmo/auth/logout",
        "http://guanmo/ranking?" + "x" * 2_000,
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_led_anywhere_else(came_from: str):
    assert way_back("", came_from) == "/"


@pytest.mark.parametrize(
    "kept", ["aHR0cDovL2Vsc2V3aGVyZS5jbg==", "Ly9lbHNld2hlcmUuY24=", "%%%", "cmFua2luZw=="]
)
def test_a_way_back_that_somebody_else_wrote_leads_home(kept: str):
    # http://elsewhere.cn, //elsewhere.cn, no base64, ranking
    streamlit = Streamlit()
    streamlit.callback = signed_in_answer()
    client = streamlit.client()
    assert (
        client.get("/oauth2callback?code=a", headers={"cookie": f"{AFTER}={kept}"}).headers["location"] == "/"
    )


# ── cookies, signing out ─────────────────────────────────────────────────────────────────────
def test_cookies_are_secure_where_readers_come_by_https():
    streamlit = Streamlit()
    streamlit.callback = signed_in_answer()
    plain = streamlit.client().get("/oauth2callback?code=a").headers["set-cookie"]
    assert "secure" not in plain.lower()
    streamlit.is_https = True
    assert "; Secure" in streamlit.client().get("/oauth2callback?code=a").headers["set-cookie"]
    assert (
        "; Secure"
        in streamlit.client().get("/auth/login", headers={"referer": "http://guanmo/"}).headers["set-cookie"]
    )


OURS = {"referer": "http://guanmo/overview"}


@pytest.mark.parametrize("told", [OURS, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
def test_signing_out_ends_the_sign_in_and_not_only_the_cookie(told: dict[str, str]):
    streamlit = Streamlit()
    streamlit.client().get("/auth/logout", headers={"cookie": "_streamlit_user=x", **told})
    assert streamlit.ended == ["_streamlit_user=x"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"referer": "http://guanmo.evil.cn/"},
        {"sec-fetch-site": "cross-site", **OURS},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_sites_picture_or_link_signs_nobody_out(told: dict[str, str]):
    streamlit = Streamlit()
    answer = streamlit.client().get("/auth/logout", headers={"cookie": "_streamlit_user=x", **told})
    assert streamlit.ended == []
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers


def test_where_nobody_signs_in_nothing_of_this_happens():
    streamlit = Streamlit()
    streamlit.signs_in = False
    streamlit.login = PlainTextResponse("as it was", 400)
    assert streamlit.client().get("/auth/login").text == "as it was"
    streamlit.client().get("/auth/logout")
    assert streamlit.ended == []


# ── sockets ──────────────────────────────────────────────────────────────────────────────────
PROTOCOLS = ["streamlit", "xsrf", "session-of-before"]


@pytest.mark.parametrize(
    "now",
    [
        OUT,
        Decision(Principal("township", ("1",), who="abc"), "", issued=100),
        Decision(NOBODY, "expired", issued=100),
    ],
)
def test_when_a_sign_in_ends_or_changes_every_click_runs_the_whole_app(now: Decision):
    streamlit = Streamlit()
    with streamlit.client() as client:
        with client.websocket_connect("/_stcore/stream", PROTOCOLS) as socket:
            for message in (b"part", b"chunk"):
                socket.send_bytes(message)
                socket.receive_bytes()
            streamlit.decision = now
            for message in (b"chunk", b"part"):
                socket.send_bytes(message)
            socket.receive_bytes()
            streamlit.decision = COUNTY  # what is on the page now was not shown to the county
            socket.send_bytes(b"part")
            socket.receive_bytes()
            socket.send_bytes(b"chunk")  # and now it was
            socket.receive_bytes()
        with client.websocket_connect("/_stcore/stream", PROTOCOLS):
            pass
    assert streamlit.received == [b"part", b"chunk", b"whole", b"whole", b"chunk"]
    if now.principal.kind == "township":
        assert streamlit.protocols == ["streamlit, xsrf, session-of-before", "streamlit, xsrf"], (
            "what was shown in that session is not taken up again"
        )


@pytest.mark.parametrize("signs_in", [True, False])
def test_when_the_config_says_otherwise_who_sees_what_the_next_click_runs_the_whole_app(signs_in: bool):
    streamlit = Streamlit()
    streamlit.signs_in = signs_in
    with streamlit.client() as client, client.websocket_connect("/_stcore/stream", PROTOCOLS) as socket:
        for rules in ("as they were", "less is public", "less is public"):
            streamlit.rules = rules
            socket.send_bytes(b"part")
            socket.receive_bytes()
    assert streamlit.received == [b"part", b"whole", b"part"]


def test_a_page_opened_while_the_config_was_broken_is_asked_who_it_is_as_soon_as_it_is_mended():
    streamlit = Streamlit()
    streamlit.signs_in, streamlit.rules = False, ""
    with streamlit.client() as client, client.websocket_connect("/_stcore/stream", PROTOCOLS) as socket:
        streamlit.signs_in, streamlit.rules = True, "as they were"
        for decision in (COUNTY, COUNTY, OUT):
            streamlit.decision = decision
            socket.send_bytes(b"part")
            socket.receive_bytes()
    assert streamlit.received == [b"whole", b"part", b"whole"]


def test_a_session_is_taken_up_again_by_whoever_is_still_signed_in():
    streamlit = Streamlit()
    with streamlit.client() as client:
        for _ in range(2):
            with client.websocket_connect("/_stcore/stream", PROTOCOLS):
                pass
    assert streamlit.protocols == ["streamlit, xsrf, session-of-before"] * 2


def test_nobody_takes_up_a_session_or_runs_a_part_of_a_page():
    streamlit = Streamlit()
    streamlit.decision = Decision()
    with streamlit.client() as client, client.websocket_connect("/_stcore/stream", PROTOCOLS) as socket:
        socket.send_bytes(b"part")
        socket.receive_bytes()
    assert streamlit.protocols == ["streamlit, xsrf"]
    assert streamlit.received == [b"whole"]
