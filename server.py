"""The web server: the Streamlit app, and beside it the map layers as immutable files.

In: HTTP requests. Out: the app at /, published geometry at /geometry/<version>/<file>, compressed once and
kept by browsers for ever (a file's name is its content's digest). Refuses any name that is not exactly a
version's and a layer's, and tells browsers to load nothing from any other host, whatever a page contains.
Each page's address answers with Streamlit's start page, told where its server is.

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
from streamlit import file_util
from streamlit.runtime.pages_manager import PagesManager

from data_loaders.store import map_layer_path
from settings import ConfigProblem
from ui import cached
from ui.navigation import PAGES

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


@lru_cache(maxsize=1)
def _start_page() -> str:
    """Streamlit's index.html, in Chinese and with the server's address in it.

    Without that the browser looks for the server below the page's own address first: two requests more and two
    errors on its console whenever somebody opens a link.
    """
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    server = f'window.__streamlit = {{BACKEND_BASE_URL: location.origin + "/{_base}"}}'
    for old, new in (
        ("<head>", f"<head><script>{server}</script>"),
        ('<html lang="en">', '<html lang="zh-CN">'),
        ("<title>Streamlit</title>", "<title>观摩</title>"),
    ):
        page = page.replace(old, new, 1)
    return page


def start_page(request: Request) -> Response:
    """The document at a page's address; what is on the page comes over the socket."""
    return Response(_start_page(), media_type="text/html", headers={"Cache-Control": "no-cache"})


def _at(path: str) -> str:
    return "/" + "/".join(part for part in (_base, path) if part)


# A folder called pages/ makes Streamlit 1.67 run pages/map.py by itself when /map is the first address that is
# opened after a start, without app.py and its navigation. Here it is told what st.navigation tells it later.
PagesManager.uses_pages_directory = False

_base = str(streamlit_config.get_option("server.baseUrlPath") or "").strip("/")

app = st.App(
    str(Path(__file__).resolve().parent / "app.py"),
    routes=[
        Route(_at("geometry/{version}/{file}"), geometry),
        *(Route(_at(path), start_page) for path in ("", *(page.path for page in PAGES))),
    ],
    middleware=[Middleware(SafetyHeaders)],
)
