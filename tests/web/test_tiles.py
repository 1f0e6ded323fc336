"""The route /tiles/, with a county's own tiles and with 天地图 played by a server of the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response

from settings import ConfigProblem, Settings, read_settings
from tests.small_county import write_county
from tests.tile_files import png, write_folder, write_mbtiles
from web.tianditu import REST_SECONDS, Tianditu
from web.tiles import TOKEN, TRANSPARENT, tiles

SECRET = "5ecre7T0ken5ecre7T0ken5ecre7T0ken"
TILE = png()
ONLINE = '[map.base]\nkind = "tianditu"\n'
OWN = '[map.base]\nkind = "tiles"\npath = "tiles"\ndatum = "wgs84"\n'


def settings(folder: Path, base: str) -> Settings:
    """The settings of the small county with this base map."""
    config = write_county(folder)
    config.write_text(config.read_text(encoding="utf-8") + base, encoding="utf-8")
    return read_settings(config)


def get(read: Settings, path: str, tianditu: Tianditu | None = None) -> Response:
    endpoint = tiles(lambda: read, tianditu)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "path_params": {"path": path}}

    async def asked() -> Response:
        return await endpoint(Request(scope))

    return asyncio.run(asked())


@pytest.fixture(params=[write_mbtiles, write_folder])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    request.param(tmp_path / "tiles", {(9, 418, 190): TILE})
    return settings(tmp_path, OWN)


class Stub(ThreadingHTTPServer):
    """天地图 as far as it matters: what was asked, and what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.answer: tuple[int, bytes] = (200, TILE)
        self.delay = 0.0
        self.location: str | None = None

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone: that is what the tests are about."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{{layer}}_w/wmts"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        time.sleep(self.server.delay)
        status, content = self.server.answer
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv(TOKEN, SECRET)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Stub()
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def online(tmp_path: Path) -> Settings:
    return settings(tmp_path, ONLINE)


# ── the county's own tiles ────────────────────────────────────────────────────────────────────


def test_a_tile_is_a_picture_that_browsers_keep(own: Settings):
    found = get(own, "own/9/418/190")
    assert (found.status_code, found.media_type, bytes(found.body)) == (200, "image/png", TILE)
    assert "max-age" in found.headers["cache-control"]


def test_where_the_set_has_no_tile_nothing_is_drawn_and_nothing_fails(own: Settings):
    found = get(own, "own/9/419/190")
    assert (found.status_code, found.media_type, bytes(found.body)) == (200, "image/png", TRANSPARENT)


@pytest.mark.parametrize(
    "path",
    [
        "own/9/418",
        "own/9/418/190.png",
        "own/9/418/../../../config.toml",
        "own/9/418/..%2f..%2fconfig.toml",
        "../config.toml",
        "own/9/-1/190",
        "own/9/٤/190",
        "own/9/512/190",
        "own/25/0/0",
        "own/99999999999/0/0",
        "vec/9/418/190",
        "other/9/418/190",
        "own/9/418/190/",
        "own/9/418/190\n",
        "",
    ],
)
def test_any_other_address_is_not_found(own: Settings, path: str):
    found = get(own, path)
    assert found.status_code == 404
    assert found.headers["cache-control"] == "no-store"


def test_without_a_base_map_there_is_nothing(tmp_path: Path):
    assert get(settings(tmp_path, ""), "own/9/418/190").status_code == 404


def test_a_config_that_cannot_be_read_is_no_base_map():
    def broken() -> Settings:
        raise ConfigProblem("坏了")

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [],
        "path_params": {"path": "own/1/0/0"},
    }

    async def asked() -> Response:
        return await tiles(broken)(Request(scope))

    assert asyncio.run(asked()).status_code == 404


def test_a_set_that_is_gone_is_told_in_words(tmp_path: Path):
    found = get(settings(tmp_path, OWN), "own/9/418/190")
    assert found.status_code == 503
    assert "读不出来" in bytes(found.body).decode()
    assert str(tmp_path) not in bytes(found.body).decode()


# ── 天地图 ────────────────────────────────────────────────────────────────────────────────────


def test_the_server_asks_tianditu_and_the_browser_sees_no_token(online: Settings, stub: Stub):
    found = get(online, "vec/12/3340/1680", Tianditu(stub.address))
    assert (found.status_code, found.media_type, bytes(found.body)) == (200, "image/png", TILE)
    assert SECRET not in str(found.headers) and SECRET.encode() not in bytes(found.body)
    asked = urlsplit(stub.asked[0])
    query = {key: values[0] for key, values in parse_qs(asked.query).items()}
    assert asked.path == "/vec_w/wmts"
    assert (query["LAYER"], query["TILEMATRIX"], query["TILECOL"], query["TILEROW"], query["tk"]) == (
        "vec",
        "12",
        "3340",
        "1680",
        SECRET,
    )


def test_a_tile_is_fetched_once(online: Settings, stub: Stub):
    tianditu = Tianditu(stub.address)
    for _ in range(3):
        assert get(online, "cva/12/3340/1680", tianditu).status_code == 200
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    "path", ["img/12/3340/1680", "own/12/3340/1680", "vec/12/3340/1680?tk=1", "vec/12/3340"]
)
def test_only_the_layers_of_the_config_are_asked_for(online: Settings, stub: Stub, path: str):
    assert get(online, path, Tianditu(stub.address)).status_code == 404
    assert stub.asked == []


@pytest.mark.parametrize(
    "answer", [(200, b'{"code":301,"msg":"quota"}'), (403, b"<html>tk</html>"), (500, b""), (200, b"")]
)
def test_what_is_no_picture_is_a_failure_and_not_passed_on(
    online: Settings, stub: Stub, answer: tuple[int, bytes]
):
    stub.answer = answer
    found = get(online, "vec/12/3340/1680", Tianditu(stub.address))
    assert found.status_code == 502
    assert bytes(found.body).decode() == "天地图没有连上。"
    assert found.headers["cache-control"] == "no-store"


def test_a_redirect_is_not_followed(online: Settings, stub: Stub):
    stub.answer, stub.location = (302, b""), f"http://127.0.0.1:{stub.server_port}/elsewhere"
    assert get(online, "vec/12/3340/1680", Tianditu(stub.address)).status_code == 502
    assert len(stub.asked) == 1


def test_a_tile_that_tianditu_does_not_have_is_left_blank(online: Settings, stub: Stub):
    stub.answer = (404, b"")
    tianditu = Tianditu(stub.address)
    assert bytes(get(online, "vec/12/3340/1680", tianditu).body) == TRANSPARENT
    assert bytes(get(online, "vec/19/3340/1680", tianditu).body) == TRANSPARENT
    stub.answer = (200, TILE)
    assert bytes(get(online, "vec/12/3340/1681", tianditu).body) == TILE
    assert len(stub.asked) == 2


def test_when_tianditu_is_silent_nobody_waits_twice(
    online: Settings, stub: Stub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("web.tianditu.SECONDS", 0.3)
    stub.delay = 3.0
    now = [100.0]
    tianditu = Tianditu(stub.address, clock=lambda: now[0])
    started = time.monotonic()
    assert [get(online, f"vec/12/3340/{y}", tianditu).status_code for y in range(20)] == [502] * 20
    assert time.monotonic() - started < 2.5
    assert len(stub.asked) == 1
    stub.delay = 0.0
    now[0] += REST_SECONDS + 1
    assert get(online, "vec/12/3340/5", tianditu).status_code == 200


def test_nobody_listening_is_told_quickly(online: Settings, stub: Stub):
    address = stub.address
    stub.shutdown()
    stub.server_close()
    started = time.monotonic()
    assert get(online, "vec/12/3340/1680", Tianditu(address)).status_code == 502
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("secret", ["", "短", "a&tk=b", "a" * 500])
def test_without_a_usable_token_nothing_is_asked(
    online: Settings, stub: Stub, monkeypatch: pytest.MonkeyPatch, secret: str
):
    monkeypatch.setenv(TOKEN, secret)
    found = get(online, "vec/12/3340/1680", Tianditu(stub.address))
    assert found.status_code == 503
    assert TOKEN in bytes(found.body).decode()
    assert stub.asked == []


def test_the_token_may_lie_in_streamlits_secrets(
    online: Settings, stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delenv(TOKEN)
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'{TOKEN} = "fromTheFile123"\n', encoding="utf-8")
    monkeypatch.setattr("web.tiles.SECRETS", secrets)
    assert get(online, "vec/12/3340/1680", Tianditu(stub.address)).status_code == 200
    assert "tk=fromTheFile123" in stub.asked[0]


def test_kept_tiles_do_not_fill_the_memory(online: Settings, stub: Stub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("web.tianditu.KEPT_BYTES", 3 * len(TILE))
    tianditu = Tianditu(stub.address)
    for y in (1, 2, 3, 4, 4, 1):
        get(online, f"vec/12/3340/{y}", tianditu)
    assert len(stub.asked) == 5  # the first had to make room for the fourth
