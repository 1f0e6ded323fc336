from __future__ import annotations

import gzip
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from starlette.requests import Request
from starlette.responses import Response

from geo.village_map import BUNDLES, bundle, bundle_address, bundle_digest
from tests.conftest import ROOT
from tests.pages.conftest import _nothing_kept, prepared
from ui.navigation import PAGES

__all__ = ["_nothing_kept", "prepared"]

VERSION = "20261115-0123456789abcdef"
LAYER = "village.0123456789abcdef.geojson"
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


def test_policy_names_no_other_host():
    from server import HEADERS

    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy
    assert policy.startswith("default-src 'self'")


def test_the_maps_element_is_not_imported_before_streamlit_serves():
    """What is declared before Streamlit's runtime is there is never served: the map would stay blank."""
    asked = "import sys, server; sys.exit('streamlit_folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
