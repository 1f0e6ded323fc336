from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.conftest import ROOT

VERSION = "20261115-0123456789abcdef"
LAYER = "village.0123456789abcdef.geojson"
CONTENT = {"type": "FeatureCollection", "features": []}


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


def get(version: str, file: str, encoding: str = "gzip, br") -> Response:
    from server import geometry

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept-encoding", encoding.encode())],
        "path_params": {"version": version, "file": file},
    }
    return geometry(Request(scope))


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


def test_policy_names_no_other_host():
    from server import HEADERS

    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy
    assert policy.startswith("default-src 'self'")
