"""The web server: the Streamlit app, and beside it the map layers as immutable files.

In: HTTP requests. Out: the app at /, published geometry at /geometry/<version>/<file>, compressed once and
kept by browsers for ever (a file's name is its content's digest). Refuses any name that is not exactly a
version's and a layer's, and tells browsers to load nothing from any other host, whatever a page contains.

Started by `streamlit run server.py`; app.py alone runs too, but without its maps' polygons.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config as streamlit_config

from data_loaders.store import map_layer_path
from settings import ConfigProblem
from ui import cached

KEPT_LAYERS = 24  # a few versions' layers; each is some tens of KB compressed

# streamlit-folium evaluates the map's script, Streamlit and plotly write inline styles and use workers from
# blobs: those must stay allowed. What this forbids is every other host, for scripts, images and data alike.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}


class SafetyHeaders:
    """Adds HEADERS to every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only HTTP responses have headers to add."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


@lru_cache(maxsize=KEPT_LAYERS)
def _compressed(layer: Path) -> bytes:
    # Safe to keep by path: a version's files never change.
    return gzip.compress(layer.read_bytes(), compresslevel=9, mtime=0)


def geometry(request: Request) -> Response:
    """One published map layer; 404 for anything else."""
    try:
        prepared = cached.config().paths.prepared
        layer = map_layer_path(prepared, request.path_params["version"], request.path_params["file"])
        packed = _compressed(layer) if layer is not None else None
    except (ConfigProblem, FileNotFoundError):
        packed = None  # an old version may be swept away between the two steps
    if packed is None:
        return Response("没有这个图层。", status_code=404, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type="application/geo+json", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(packed, media_type="application/geo+json", headers=headers)


_base = str(streamlit_config.get_option("server.baseUrlPath") or "").strip("/")

app = st.App(
    str(Path(__file__).resolve().parent / "app.py"),
    routes=[Route(f"/{_base}/geometry/{{version}}/{{file}}".replace("//", "/"), geometry)],
    middleware=[Middleware(SafetyHeaders)],
)
