"""The real server before those who do not ask nicely: raw HTTP, raw sockets, and pages of other sites in a real browser."""

from __future__ import annotations

import http.client
import http.server
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.browser.conftest import PATIENCE_MS, Visit, visiting
from tests.browser.map_frame import still
from web.guard_browser import COOKIE
from web.scoring import COOKIE as SCORERS_CODE

MINE, THEIRS = "a" * 32, "b" * 32


# ── how to speak ──────────────────────────────────────────────────────────────────────────────
def asked(
    server: str, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, str, dict]:
    """Status, text and headers of an answer; the path goes out as it stands here."""
    place = urlsplit(server)
    line = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    line.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        line.putheader(name.replace("_", "-"), value)
    if body:
        line.putheader("Content-Length", str(len(body)))
    line.endheaders(body or None)
    answer = line.getresponse()
    found = answer.read().decode("utf-8", "replace")
    told = {name.lower(): value for name, value in answer.getheaders()}
    line.close()
    return answer.status, found, told


@contextmanager
def page_socket(
    server: str, browser: str = MINE, session: str = "", name: str = "localhost", **headers: str
) -> Iterator[ClientConnection]:
    """A page's socket as Streamlit's script opens it; `name` is what the browser takes the server for."""
    port = urlsplit(server).port
    told = {"Origin": server, **({"Cookie": f"{COOKIE}={browser}"} if browser else {}), **headers}
    with connect(
        f"ws://{name}:{port}/_stcore/stream",
        sock=socket.create_connection(("127.0.0.1", port)),
        subprotocols=["streamlit", "none", *([session] if session else [])],  # type: ignore[list-item]
        additional_headers=told,
        max_size=None,
        open_timeout=30,
        close_timeout=2,
    ) as opened:
        yield opened


def rerun(page: str = "overview") -> bytes:
    message = BackMsg()
    message.rerun_script.page_name = page
    return message.SerializeToString()


def run(line: ClientConnection, page: str = "overview") -> tuple[str, list[bytes]]:
    """Have the page run to its end: the session's id, and everything that was sent."""
    line.send(rerun(page))
    session, sent = "", []
    while True:
        content = line.recv(timeout=PATIENCE_MS / 1000)
        assert isinstance(content, bytes)
        sent.append(content)
        message = ForwardMsg.FromString(content)
        if message.WhichOneof("type") == "new_session":
            session = message.new_session.initialize.session_id
        if message.WhichOneof("type") == "script_finished":
            return session, sent


def icon_of(sent: list[bytes]) -> str:
    """Address of the file that every page is given: its icon."""
    for content in sent:
        message = ForwardMsg.FromString(content)
        if message.page_config_changed.favicon:
            return message.page_config_changed.favicon
    raise AssertionError("no icon")


# ── names, other sites ────────────────────────────────────────────────────────────────────────
def test_dns_rebinding_meets_a_closed_door(server: str):
    port = urlsplit(server).port
    for path in ("/overview", "/_stcore/health", "/stage", "/static/js/x.js"):
        status, text, _ = asked(server, path, Host=f"evil.example:{port}")
        assert status == 421
        assert "[access] hosts" in text
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", "10.1.2.3", f"[::1]:{port}"):
        assert asked(server, "/overview", Host=host)[0] == 200
    for name, origin, status in (
        ("evil.example", f"http://evil.example:{port}", 421),
        ("localhost", "http://localhost:1", 403),
        ("localhost", "http://evil.example", 403),
    ):
        with pytest.raises(InvalidStatus) as refused, page_socket(server, name=name, Origin=origin):
            pass
        assert refused.value.response.status_code == status


def test_somebody_with_a_long_cookie_opens_pages_like_anybody_else(server: str):
    """A provider's token that lists many groups: the socket's handshake has it in one line."""
    with page_socket(server, Cookie=f"{COOKIE}={MINE}; _streamlit_user={'a' * 14_000}") as line:
        assert run(line)[0]


def test_other_sites_pages_post_nothing(server: str):
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    evil = {"Origin": "http://evil.example", **form}
    assert asked(server, "/score", "POST", b"do=enter&code=1", **evil)[0] == 403
    assert asked(server, "/score", "POST", b"do=enter&code=1", Sec_Fetch_Site="cross-site", **form)[0] == 403
    status, text, _ = asked(
        server,
        "/score",
        "POST",
        b"do=enter&code=1",
        Origin=server.replace("localhost", "127.0.0.1"),
        Host=server[7:].replace("localhost", "127.0.0.1"),
        **form,
    )
    assert (status, "打分码" in text) == (403, True)  # the form's own answer: no such code
    assert asked(server, "/_stcore/upload_file/x/y", "PUT", b"x")[0] == 404


@contextmanager
def other_site(html: str) -> Iterator[str]:
    """A site of somebody else's on this machine, which browsers let speak to the server; its address."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def test_another_site_neither_frames_nor_reads_a_page(profiles: dict[str, BrowserContext], server: str):
    frame = f"<iframe src='{server}/overview'></iframe>"
    with other_site(frame) as evil, visiting(profiles["wall"], server) as visit:
        visit.page.goto(evil)
        visit.page.wait_for_timeout(1000)
        assert visit.page.frames[1].url.startswith("chrome-error:")
        read = "url => fetch(url).then(() => 'read', () => 'refused')"
        assert visit.page.evaluate(read, f"{server}/_stcore/health") == "refused"


# ── sessions and their files ──────────────────────────────────────────────────────────────────
def test_a_sessions_id_and_files_are_no_keys(server: str):
    with page_socket(server) as mine:
        session, sent = run(mine)
        icon = icon_of(sent)
        assert asked(server, icon, Cookie=f"{COOKIE}={MINE}")[0] == 200
        for other in (
            {"Cookie": f"{COOKIE}={THEIRS}"},
            {},
            {"Cookie": f"{COOKIE}={MINE}", "X_Forwarded_For": "10.0.0.9"},
        ):
            assert asked(server, icon, "GET", b"", **other)[0] == 404
        with page_socket(server, THEIRS, session) as other_line:
            assert run(other_line)[0] != session
        with page_socket(server, "", session) as nameless:
            assert run(nameless)[0] != session
        assert run(mine)[0] == session  # and was not thrown out
    with page_socket(server, MINE, session) as again:
        assert run(again)[0] == session


@pytest.mark.parametrize(("is_lost", "clicks"), [(False, 1), (True, 2)])
def test_after_a_dropped_socket_the_page_goes_on(
    profiles: dict[str, BrowserContext], server: str, is_lost: bool, clicks: int
):
    """A click in a part of the page counts as before; where the session is lost, the first brings the page back."""
    with visiting(profiles["wall"], server) as visit:
        visit.page.add_init_script(
            "window.lines = []; const Real = WebSocket;"
            "window.WebSocket = class extends Real { constructor(...told) { super(...told); lines.push(this); } };"
        )
        visit.open("rectification", part="清单")
        still(visit)  # else the browser runs the page anew by itself
        if is_lost:  # as after a restart: the server knows the session no more
            visit.page.context.clear_cookies(name=COOKIE)
        visit.page.evaluate("lines.at(-1).close()")
        is_back = "() => lines.length > 1 && lines.at(-1).readyState === 1"
        visit.page.wait_for_function(is_back, timeout=PATIENCE_MS)
        for _ in range(clicks):
            visit.page.locator("[data-testid=stButtonGroup] button").filter(has_text="退回").first.click()
            still(visit)
        visit.page.wait_for_function(
            "() => decodeURIComponent(location.search).includes('退回')", timeout=PATIENCE_MS
        )
        assert visit.errors == []


# ── messages ──────────────────────────────────────────────────────────────────────────────────
def test_streamlit_does_not_do_what_a_reader_never_needs(server: str):
    """Asked for places to upload files to, Streamlit answers with them at once."""
    with page_socket(server) as line:
        run(line)
        message = BackMsg()
        message.file_urls_request.request_id = "x"
        message.file_urls_request.file_names.append("x")
        line.send(message.SerializeToString())
        line.send(BackMsg(clear_cache=True).SerializeToString())
        time.sleep(0.5)  # it answers in a few milliseconds
        _, sent = run(line)
    kinds = {ForwardMsg.FromString(each).WhichOneof("type") for each in sent}
    assert "file_urls_response" not in kinds


def closed_with(server: str, message: bytes | str) -> int:
    with page_socket(server) as line:
        line.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                line.recv(timeout=20)
        assert closed.value.rcvd is not None
        return int(closed.value.rcvd.code)


def test_bad_messages_hurt_nobody_else(server: str):
    """Fuzz, floods and giants beside a reader, whose page comes as ever."""
    dice = random.Random(8)
    whole = rerun()
    bad = [
        *(dice.randbytes(dice.randrange(1, 3000)) for _ in range(15)),
        *(whole[:cut] for cut in range(1, len(whole) - 1, 3)),
        b"\x5a\x80\x80\x80\x80\x10",
    ]
    with page_socket(server) as reader:
        run(reader)
        alone = min(_seconds(reader) for _ in range(3))
        flood = Thread(target=_flood, args=(server,))
        flood.start()
        codes = {closed_with(server, message) for message in bad}
        assert codes <= {1002}
        assert closed_with(server, "words") == 1003
        assert closed_with(server, b"a" * 10_000_000) == 1009
        beside = max(_seconds(reader) for _ in range(3))
        flood.join()
        assert beside < max(5.0, 20 * alone)
    assert asked(server, "/_stcore/health")[0] == 200


def _seconds(line: ClientConnection) -> float:
    started = time.perf_counter()
    run(line)
    return time.perf_counter() - started


def _flood(server: str) -> None:
    """A thousand clicks as fast as the network takes them; then gone without a word."""
    with page_socket(server, THEIRS) as line:
        line.socket.settimeout(5)
        try:
            for _ in range(1000):
                line.send(rerun())
        except (OSError, ConnectionClosed):
            pass  # the server takes no more for now, which is the point
        line.socket.shutdown(socket.SHUT_RDWR)


# ── requests that no browser sends ────────────────────────────────────────────────────────────
CLIMBS = (
    "..",
    "%2e%2e",
    "..%2f",
    "%2e%2e%2f",
    "..%5c",
    "%5c..%5c",
    "..%00",
    "%252e%252e",
    ".%2e",
    "%c0%ae%c0%ae",
    "/etc",
    "C:%5c",
)
ROOTS = (
    "geometry",
    "geometry/20261115-0123456789abcdef",
    "bundle/1",
    "tiles",
    "stage/1",
    "app/static",
    "media",
    "static",
    "component/streamlit_folium.st_folium",
)


def test_no_path_leads_out_of_its_folder(server: str):
    for root in ROOTS:
        for climb in CLIMBS:
            for tail in ("config.toml", "../config.toml", "server.py"):
                status, text, _ = asked(server, f"/{root}/{climb}/{tail}")
                assert status in (400, 404)
                assert "[county]" not in text
                assert "import" not in text


def test_what_is_too_large_is_refused(server: str):
    port = urlsplit(server).port
    assert asked(server, "/score", "POST", b"a" * 100_000, Host=f"localhost:{port}")[0] == 413
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request(
        "POST",
        "/score",
        (b"a" * 1000 for _ in range(200)),
        {"Content-Type": "application/x-www-form-urlencoded"},
        encode_chunked=True,
    )
    assert line.getresponse().status == 413
    line.close()
    assert asked(server, "/overview?" + "a" * 9_000)[0] == 414
    assert asked(server, "/overview", Cookie="a" * 40_000)[0] in (400, 431)  # uvicorn's own limit, or ours
    for method in ("DELETE", "TRACE", "PUT", "PATCH", "OPTIONS"):
        assert asked(server, "/overview", method)[0] == 405


def test_answers_do_not_name_the_program(server: str):
    for path in ("/overview", "/_stcore/health", "/nowhere", "/static/nothing.js"):
        _, _, headers = asked(server, path, Origin="http://evil.example")
        assert "server" not in headers
        assert not any(name.startswith("access-control-") for name in headers)
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "content-security-policy" in headers
    with page_socket(server) as line:
        assert line.response is not None
        assert "server" not in line.response.headers


# ── scripts ───────────────────────────────────────────────────────────────────────────────────
HOSTILE = """() => {
  document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = 1">');
  const written = document.createElement('div');
  written.innerHTML = '<a href="javascript:window.ran = 2" id="gm-hostile">x</a><script>window.ran = 3</' + 'script>';
  document.body.append(written);
}"""
# One of each machinery: dataframe and keys, plotly with pictures, our own stage, the phones' page.
PARTS = (
    ("rectification", {"part": "清单"}),
    ("industry", {"part": "资金进度"}),
    ("papers", {"part": "一口清"}),
    ("ranking", {"present": "1"}),
    ("observation", {"part": "评分"}),
)


def test_parts_run_without_a_single_violation(profiles: dict[str, BrowserContext], server: str):
    """Every page itself is looked at by test_pages.py, which fails on any word on the console."""
    with visiting(profiles["wall"], server) as visit:
        for path, query in PARTS:
            visit.open(path, **query)
        # Cookies know no ports: a code that another test's server gave this browser is unknown here, and answered 403.
        visit.page.context.clear_cookies(name=SCORERS_CODE)
        for path in ("stage?agenda=没有", "score"):
            visit.page.goto(f"{server}/{path}")
        assert [said for said in visit.errors if "404" not in said] == []


def test_scripts_from_text_do_not_run(visit: Visit):
    """Not in a page, and not in the map's frame, which has to evaluate what Python tells it."""
    visit.open("map")
    frame = visit.drawn_map()
    for place in (visit.page.main_frame, frame):
        place.evaluate(HOSTILE)
        visit.page.wait_for_timeout(300)
        assert place.evaluate("window.ran") is None
    # In a page no link runs a script, and no string is evaluated.
    visit.page.evaluate("document.querySelector('#gm-hostile').click()")
    visit.page.evaluate("setTimeout('window.ran = 4', 0)")
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in said for said in visit.errors)
