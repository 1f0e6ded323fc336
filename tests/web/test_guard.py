"""The door in front of an app that would do anything for anybody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocket, WebSocketDisconnect

from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from web import guard
from web.guard import Admission, Door, Guard
from web.guard_body import BODY_BYTES
from web.guard_browser import COOKIE
from web.guard_routes import Address, Needs, found, table
from web.guard_socket import MESSAGE_BYTES, Verdict

BROWSER = "0123456789abcdef" * 2
LOCAL = "http://localhost:8501"


class Behind:
    """What stands behind the door, and what it was given."""

    def __init__(self) -> None:
        self.viewer: Principal = OPERATOR
        self.hosts: tuple[str, ...] = ()
        self.signs_in = False
        self.got: list[bytes] = []
        self.asked_for: list[tuple[str, str]] = []

    def door(self, base: str = "") -> Door:
        return Door(table(("", "map")), base, lambda: self.hosts, lambda: self.signs_in, self.judged)

    def may_have(self, name: str, browser: str) -> bool:
        self.asked_for.append((name, browser))
        return browser == BROWSER

    @staticmethod
    def judged(content: bytes) -> Verdict:
        return {b"bad": Verdict.CLOSE, b"unwanted": Verdict.DROP}.get(content, Verdict.PASS)

    async def answer(self, request: Request) -> Response:
        if request.url.path.endswith("/score"):
            self.got.append(await request.body())
        if request.url.path == "/bundle/1/broken.js":
            raise ValueError("绝密")
        headers = {"Access-Control-Allow-Origin": "*", "Server": "secret/1.0"}
        if "geometry" in request.url.path:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return PlainTextResponse("内容", headers=headers)

    async def socket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                self.got.append(await websocket.receive_bytes())
                await websocket.send_bytes(b"heard")
        except WebSocketDisconnect:
            pass

    def client(self, base: str = "") -> TestClient:
        app = Starlette(
            routes=[
                WebSocketRoute(f"{'/' + base if base else ''}/_stcore/stream", self.socket),
                Route("/{path:path}", self.answer, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
            ],
            middleware=[
                Middleware(Guard, door=self.door(base)),
                Middleware(Admission, viewer=lambda: self.viewer, may_have=self.may_have),
            ],
        )
        return TestClient(app, base_url=LOCAL, raise_server_exceptions=False)


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def client(behind: Behind) -> Iterator[TestClient]:
    yield behind.client()


# ── names ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "LOCALHOST.", "127.0.0.1:1", "10.2.3.4", "[::1]:8501", "[fe80::1]"],
)
def test_called_by_a_number_or_from_here(client: TestClient, host: str):
    assert client.get("/map", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "localhost:80:80",
        "localhost:99999",
        "evil.example#localhost",
        "::1",
        "2130706433",
        "",
        "a b",
    ],
)
def test_another_name_is_misdirected(client: TestClient, host: str):
    answer = client.get("/map", headers={"Host": host})
    assert answer.status_code == 421
    assert "[access] hosts" in answer.text


def test_a_name_in_the_config_counts_from_the_moment_it_stands_there(behind: Behind, client: TestClient):
    assert client.get("/map", headers={"Host": "guanmo.county:8501"}).status_code == 421
    behind.hosts = ("guanmo.county",)
    assert client.get("/map", headers={"Host": "Guanmo.County.:8501"}).status_code == 200
    assert client.get("/map", headers={"Host": "x.guanmo.county"}).status_code == 421


def opened(client: TestClient, path: str = "/_stcore/stream", **headers: str) -> WebSocketTestSession:
    return client.websocket_connect(path, headers={"Host": "localhost:8501", **headers})


def denied(client: TestClient, path: str = "/_stcore/stream", **headers: str) -> int:
    """The status with which a socket is refused."""
    with pytest.raises(WebSocketDenialResponse) as refusal, opened(client, path, **headers):
        pass
    return int(refusal.value.status_code)


def test_sockets_know_the_servers_name_and_pages(client: TestClient):
    assert denied(client, Host="evil.example", Origin="http://evil.example") == 421
    assert denied(client, Origin="http://localhost:9999") == 403
    assert denied(client, Origin="http://127.0.0.1:8501") == 403
    assert denied(client, Origin="null") == 403
    assert denied(client, Origin="http://[") == 403
    assert denied(client, path="/map") == 404
    for origin in (LOCAL, "http://LOCALHOST:8501"):
        with opened(client, Origin=origin) as socket:
            socket.send_bytes(b"hello")
            assert socket.receive_bytes() == b"heard"
    with opened(client, Host="10.0.0.9", Origin="http://10.0.0.9:80"):
        pass


# ── posts from other sites ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": LOCAL}, 200),
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": LOCAL}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_posts_come_from_our_own_pages(
    behind: Behind, client: TestClient, headers: dict[str, str], status: int
):
    answer = client.post("/score", content=b"p0=9", headers=headers)
    assert answer.status_code == status
    assert behind.got == ([b"p0=9"] if status == 200 else [])


# ── what there is ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/_stcore/metrics",
        "/_stcore/upload_file/a/b",
        "/_stcore/script-health-check",
        "/_stcore/bidi-components/a/b.js",
        "/_stcore/agent/mcp",
        "/app/static/icon.png",
        "/map/x",
        "/component/other.thing/index.html",
        "/component/streamlit_folium.st_folium/../../server.py",
        "/static/../server.py",
        "/static/.git",
        "/geometry/a/..",
        "/geometry/../b",
        "/geometry/a/b%00.json",
        "/geometry/a%5cb/c",
        "/bundle//map.js",
        "/media/../../etc/passwd",
        "/media/abc",
        "/tiles/own/1/1/-1",
        "/auth/login",  # where nobody signs in
    ],
)
def test_what_is_not_listed_is_not_there(client: TestClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_methods_are_those_of_the_table(client: TestClient):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        answer = client.request(method, "/map")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert client.request("OPTIONS", "/score").status_code == 405


def test_a_reader_is_told_in_a_page_where_to_go(behind: Behind):
    answer = behind.client("county").get("/county/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert '<a href="/county">' in answer.text


def test_below_a_folder(behind: Behind):
    client = behind.client("county")
    assert client.get("/county/map").status_code == 200
    assert client.get("/county").status_code == 200
    assert client.get("/map").status_code == 404
    assert client.get("/countymap").status_code == 404


def test_signing_in_is_there_where_people_sign_in(behind: Behind, client: TestClient):
    behind.signs_in = True
    assert client.get("/auth/login").status_code == 200


def test_closed_is_closed_even_if_its_shape_would_fit():
    closed = Address("a", Needs.CLOSED)
    assert found([closed], "a") is None
    assert found([replace(closed, needs=Needs.ANYONE)], "a") is not None


# ── who may see it ────────────────────────────────────────────────────────────────────────────
GEOMETRY = "/geometry/20261115-0123456789abcdef/village.0123456789abcdef.geojson"
DATA = [GEOMETRY, "/stage", "/tiles/own/1/1/1"]


@pytest.mark.parametrize("path", DATA)
def test_data_is_for_viewers(behind: Behind, client: TestClient, path: str):
    for viewer, status in ((OPERATOR, 200), (PUBLIC, 200), (NOBODY, 403)):
        behind.viewer = viewer
        answer = client.get(path)
        assert answer.status_code == status
        assert ("内容" in answer.text) == (status == 200)


def test_a_pages_file_is_for_its_owner(behind: Behind, client: TestClient):
    path = f"/media/{'a' * 40}.png"
    assert client.get(path).status_code == 404
    assert client.get(path, headers={"Cookie": f"{COOKIE}={BROWSER}"}).status_code == 200
    assert client.get(path, headers={"Cookie": f"{COOKIE}=made-up"}).status_code == 404
    assert behind.asked_for[:2] == [(f"{'a' * 40}.png", ""), (f"{'a' * 40}.png", BROWSER)]
    behind.viewer = NOBODY
    assert client.get(path, headers={"Cookie": f"{COOKIE}={BROWSER}"}).status_code == 403


def test_nobody_passes_admission_without_the_guard(behind: Behind):
    app = Starlette(
        routes=[Route("/{path:path}", behind.answer)],
        middleware=[Middleware(Admission, viewer=lambda: OPERATOR, may_have=behind.may_have)],
    )
    assert TestClient(app).get("/map").status_code == 404


# ── headers ───────────────────────────────────────────────────────────────────────────────────
def test_every_answer_carries_the_headers(behind: Behind, client: TestClient):
    for path in ("/map", "/nowhere", "/bundle/1/broken.js", GEOMETRY):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src "))
        assert "unsafe" not in scripts
        assert "frame-ancestors 'self'" in policy
        assert "*" not in policy
        assert "http" not in policy
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_the_maps_frame_alone_evaluates(client: TestClient):
    frame = client.get("/component/streamlit_folium.st_folium/index.html").headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval'" in frame
    assert "script-src-attr 'none'" in frame


def test_browsers_complain_about_opener_policies_over_plain_http(client: TestClient):
    assert "cross-origin-opener-policy" not in client.get("/map", headers={"Host": "10.0.0.9"}).headers
    behind_proxy = {"Host": "10.0.0.9", "X-Forwarded-Proto": "https"}
    assert "cross-origin-opener-policy" in client.get("/map", headers=behind_proxy).headers


def test_what_does_not_say_so_is_not_kept(behind: Behind, client: TestClient):
    assert client.get("/stage").headers["cache-control"] == "no-store"
    assert client.get(GEOMETRY).headers["cache-control"].startswith("public")
    behind.signs_in = True
    assert client.get(GEOMETRY).headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_browser_is_given_a_name_once(behind: Behind):
    told = behind.client().get("/map").headers["set-cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told
    assert "Secure" not in told
    other = behind.client().get("/map").headers["set-cookie"]
    assert told.split(";")[0] != other.split(";")[0]
    known = {"Cookie": f"other=1; {COOKIE}={BROWSER}"}
    assert "set-cookie" not in behind.client().get("/map", headers=known).headers
    assert "set-cookie" not in behind.client().get(GEOMETRY).headers
    assert (
        "Secure" in behind.client().get("/map", headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    )


# ── too much ──────────────────────────────────────────────────────────────────────────────────
def test_bodies_are_no_longer_than_a_form(behind: Behind, client: TestClient):
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    assert client.post("/score", content=b"a" * BODY_BYTES).status_code == 200
    assert client.post("/score", content=b"a" * (BODY_BYTES + 1)).status_code == 413
    assert client.post("/score", content=parts()).status_code == 413  # without a length told
    assert client.post("/score", content=b"", headers={"Content-Length": "-1"}).status_code == 413
    assert len(behind.got) == 1


def test_addresses_and_headers_have_an_end(client: TestClient):
    assert client.get("/map?" + "a" * 8_001).status_code == 414
    assert client.get("/" + "a" * 2_001).status_code == 414
    assert client.get("/map", headers={"Cookie": "a" * 33_000}).status_code == 431


def test_no_more_pages_than_a_process_bears(monkeypatch: pytest.MonkeyPatch, client: TestClient):
    monkeypatch.setattr(guard, "MOST_SOCKETS", 1)
    with opened(client) as socket:
        socket.send_bytes(b"one")
        assert denied(client) == 503
        answer = client.get("/map", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert "同时打开的页面太多" in answer.text
        assert client.get("/score").status_code == 200  # a hall's phones go on scoring
        assert socket.receive_bytes() == b"heard"
    assert client.get("/map").status_code == 200


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────
def test_a_fault_is_logged_and_not_shown(client: TestClient, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR, logger="guanmo.guard"):
        answer = client.get("/bundle/1/broken.js")
    assert answer.status_code == 500
    assert "服务器出错了" in answer.text
    assert "绝密" not in answer.text
    assert "Traceback" not in answer.text
    assert "绝密" in caplog.text


@pytest.mark.parametrize(("leaves_first", "is_logged"), [(False, True), (True, False)])
def test_a_fault_behind_a_socket(
    behind: Behind, caplog: pytest.LogCaptureFixture, leaves_first: bool, is_logged: bool
):
    async def faulty(websocket: WebSocket) -> None:
        await websocket.accept()
        if leaves_first:
            await websocket.receive()
        raise ValueError("绝密")

    behind.socket = faulty  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR, logger="guanmo.guard"), opened(behind.client()) as socket:
        if not leaves_first:
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_bytes()
            assert closed.value.code == 1011
            assert "绝密" not in closed.value.reason
    assert ("绝密" in caplog.text) == is_logged


# ── messages ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("message", "code"),
    [(b"bad", 1002), ("words", 1003), (b"a" * (MESSAGE_BYTES + 1), 1009)],
    ids=["bad", "words", "large"],
)
def test_a_message_that_no_page_sends_closes_its_socket(
    behind: Behind, client: TestClient, message: bytes | str, code: int
):
    with opened(client) as other:
        with opened(client) as socket:
            socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message)
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_bytes()
            assert closed.value.code == code
        other.send_bytes(b"still here")
        assert other.receive_bytes() == b"heard"
    assert behind.got == [b"still here"]


def test_what_a_reader_never_needs_is_left_out(behind: Behind, client: TestClient):
    with opened(client) as socket:
        socket.send_bytes(b"unwanted")
        socket.send_bytes(b"wanted")
        assert socket.receive_bytes() == b"heard"
    assert behind.got == [b"wanted"]


def test_messages_come_no_faster_than_a_reader_clicks(
    behind: Behind, client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    waits: list[float] = []

    async def waited(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("web.guard_socket.asyncio.sleep", waited)
    with opened(client) as socket:
        for _ in range(60):
            socket.send_bytes(b"x")
            socket.receive_bytes()
    assert len(behind.got) == 60  # nothing is lost
    assert 10 <= len(waits) <= 20  # 40 at once, the others wait
    assert max(waits) <= 2.0
