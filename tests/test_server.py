from __future__ import annotations

import gzip
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from geo.village_map import BUNDLES, bundle, bundle_address, bundle_digest
from tests.conftest import ROOT
from tests.pages.conftest import _nothing_kept, prepared
from ui.navigation import PAGES
from web.guard_headers import inline_scripts
from web.guard_socket import MESSAGE_BYTES

__all__ = ["_nothing_kept", "prepared"]

VERSION = "20261115-0123456789abcdef"
LAYER = "village.7d09e532fc380630.geojson"  # named by its content, as publishing does
CONTENT = {"type": "FeatureCollection", "features": []}


@pytest.fixture(scope="module", autouse=True)
def server() -> ModuleType:
    return importlib.import_module("server")


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config whose data folder holds one version with one layer, and a secret beside it."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    folder = tmp_path / "data" / "prepared" / "versions" / VERSION
    (folder / "map").mkdir(parents=True)
    (folder / "map" / LAYER).write_text(json.dumps(CONTENT), encoding="utf-8")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("GUANMO_CONFIG", str(tmp_path / "config.toml"))
    return folder


def request(encoding: str = "gzip, br", path: str = "/", **params: str) -> Request:
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("localhost", 80),
        "query_string": b"",
        "path": path,
        "headers": [(b"accept-encoding", encoding.encode())],
        "path_params": params,
    }
    return Request(scope)


def get(version: str, file: str, encoding: str = "gzip, br") -> Response:
    from server import geometry

    return geometry(request(encoding, version=version, file=file))


def get_bundle(digest: str, name: str, encoding: str = "gzip, br") -> Response:
    from server import bundle as answer

    return answer(request(encoding, digest=digest, name=name))


def test_layer_is_compressed_and_kept_for_ever(published: Path):
    found = get(VERSION, LAYER)
    assert found.status_code == 200
    assert found.headers["content-encoding"] == "gzip"
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("application/geo+json")
    assert json.loads(gzip.decompress(bytes(found.body))) == CONTENT


def test_layer_for_who_cannot_unpack(published: Path):
    found = get(VERSION, LAYER, encoding="identity")
    assert "content-encoding" not in found.headers
    assert json.loads(bytes(found.body)) == CONTENT


@pytest.mark.parametrize(
    ("version", "file"),
    [
        (VERSION, "manifest.json"),
        (VERSION, "../manifest.json"),
        (VERSION, "..%2fmanifest.json"),
        (VERSION, "village.0123456789abcdee.geojson"),
        ("20261115-0123456789abcdee", LAYER),
        ("..", LAYER),
        ("", LAYER),
    ],
)
def test_anything_else_is_not_found(published: Path, version: str, file: str):
    found = get(version, file)
    assert found.status_code == 404
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("name", "kind"), [("map.js", "text/javascript"), ("map.css", "text/css")])
def test_maps_scripts_are_one_compressed_file_kept_for_ever(name: str, kind: str):
    found = get_bundle(bundle_digest(name), name)
    assert found.status_code == 200
    assert found.headers["content-type"] == f"{kind}; charset=utf-8"
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["vary"] == "Accept-Encoding"
    assert "immutable" in found.headers["cache-control"]
    assert gzip.decompress(bytes(found.body)) == bundle(name)
    assert len(found.body) < len(bundle(name)) / 2
    plain = get_bundle(bundle_digest(name), name, encoding="identity")
    assert "content-encoding" not in plain.headers
    assert bytes(plain.body) == bundle(name)


@pytest.mark.parametrize(
    ("digest", "name"),
    [
        ("0123456789ab", "map.js"),
        (bundle_digest("map.css"), "map.js"),
        (bundle_digest("map.js"), "../../config.toml"),
        (bundle_digest("map.js"), "village_map.js"),
        (bundle_digest("map.js"), ""),
        ("", "map.js"),
    ],
)
def test_another_or_an_older_bundle_is_not_found(digest: str, name: str):
    found = get_bundle(digest, name)
    assert found.status_code == 404
    assert found.headers["cache-control"] == "no-store"
    assert not found.body


def test_frame_asks_for_bundles_where_they_are_served(server: ModuleType):
    """The frame's page lies two folders below the app's root, wherever that is."""
    for name in BUNDLES:
        _, _, address = bundle_address(name).partition("../../")
        routes = [route for route in server.app._user_routes if route.path == "/bundle/{digest}/{name}"]
        assert len(routes) == 1
        assert re.fullmatch(r"bundle/[0-9a-f]{12}/" + re.escape(name), address)


def test_start_page_opens_without_any_county(server: ModuleType, prepared: Path):
    for path in ("/", "/map/", *(f"/{page.path}" for page in PAGES)):
        found = server.start_page(request(path=path))
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-cache"
        assert "<title>观摩</title>" in bytes(found.body).decode()
        assert "geometry/" not in bytes(found.body).decode()


def test_start_pages_scripts_are_the_only_ones_in_it(server: ModuleType):
    """Both scripts in the document may run; one more, from a ledger, may not."""
    found = server.start_page(request())
    html, policy = bytes(found.body).decode(), found.headers["content-security-policy"]
    inline = inline_scripts(html)
    assert len(inline) == html.count("<script>") == 2
    assert all(source in policy for source in inline)
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert "*" not in policy


def routes_of_the_server() -> set[str]:
    """What the server has registered, ours and Streamlit's: (path below the root), as it is really started."""
    asked = (
        "import json, server; app = server.app._build_starlette_app();"
        "print(json.dumps([getattr(route, 'path') for route in app.routes]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return {path.strip("/") for path in json.loads(done.stdout.splitlines()[-1])}


def test_every_route_is_listed_with_who_may_reach_it(server: ModuleType):
    listed = {address.route.strip("/") for address in server.ADDRESSES}
    assert routes_of_the_server() - listed == set()


def test_security_md_gives_every_address_and_what_it_takes(server: ModuleType):
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `/([^`]*)` \| (\S+) \|", text, re.MULTILINE))
    pages = {page.path for page in PAGES}
    told = {address.route: address.needs.value for address in server.ADDRESSES if address.route not in pages}
    assert rows == {"<page>": "anyone", **told}


def test_hosts_and_mode_are_asked_anew(server: ModuleType, published: Path, monkeypatch: pytest.MonkeyPatch):
    config = Path(os.environ["GUANMO_CONFIG"])
    assert (tuple(server.DOOR.hosts()), server.DOOR.signs_in()) == ((), False)
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[access]\nmode = "login"\nhosts = ["guanmo.county"]\n', encoding="utf-8")
    assert (tuple(server.DOOR.hosts()), server.DOOR.signs_in()) == (("guanmo.county",), True)
    config.write_text("nonsense = ", encoding="utf-8")
    assert (tuple(server.DOOR.hosts()), server.DOOR.signs_in()) == ((), False)


def test_static_holds_the_program_and_no_data():
    kinds = {path.suffix or path.name for path in (ROOT / "static").rglob("*") if path.is_file()}
    assert kinds <= {".js", ".css", ".png", ".txt", "LICENSE"}


def test_the_server_program_does_not_name_itself(server: ModuleType):
    config = uvicorn.Config(server.app, ws_max_size=200_000_000)
    config.load()
    assert config.encoded_headers == []
    assert config.ws_max_size == MESSAGE_BYTES


def test_the_maps_element_is_not_imported_before_streamlit_serves():
    """What is declared before Streamlit's runtime is there is never served: the map would stay blank."""
    asked = "import sys, server; sys.exit('streamlit_folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
