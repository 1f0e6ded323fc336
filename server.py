"""The web server: the Streamlit app, and beside it the map layers as immutable files.

In: HTTP requests. Out: the app at /, published geometry at /geometry/<version>/<file> and the map's scripts at
/bundle/, compressed once and kept by browsers for ever (the address changes with the content), the optional base map
at /tiles/. Refuses any name that is not exactly a version's and a layer's; what stands before it (web/guard.py) refuses
every address that is not listed in web/guard_routes.py. Each page's address answers with Streamlit's start page
(web/start_page.py).

Started by `streamlit run server.py`; app.py alone runs too, but without its maps' polygons.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import Event, Thread

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config as streamlit_config
from streamlit import file_util
from streamlit.runtime import get_instance
from streamlit.runtime.pages_manager import PagesManager

from data_loaders.contract import Dataset
from data_loaders.store import map_layer, map_layer_path
from geo.village_map import BUNDLES, bundle_digest
from geo.village_map import bundle as bundle_bytes
from settings import ConfigProblem
from ui import agendas, cached, health, server_logs, session_owners, sign_in, viewer, warming, watching
from ui.navigation import PAGES
from ui.socket_messages import judged, tell_no_folder
from web import guard_headers, guard_server, prompt_sending
from web.guard import Admission, Door, Guard
from web.guard_routes import table
from web.health import health as health_route
from web.scoring import scoring
from web.sign_in import SignIn
from web.stage import file as stage_bytes
from web.stage import stage
from web.start_page import document
from web.tiles import tiles

# A few versions' layers; each is some tens of KB compressed, a part of very many villages 300.
KEPT_LAYERS = 96


class Asking:
    """Has every request answered for whoever asks, as far as our own routes go; pages find out by themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        peer = (scope.get("client") or ("", 0))[0]
        with viewer.asking(lambda: viewer.requesting(peer, headers)):
            await self.app(scope, receive, send)


@lru_cache(maxsize=KEPT_LAYERS)
def _compressed(layer: Path) -> bytes:
    # Safe to keep by path: a version's files never change.
    content = map_layer(layer)
    if content is None:
        raise FileNotFoundError(layer)
    return gzip.compress(content, compresslevel=9, mtime=0)


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
    return _for_ever(request, packed, "application/geo+json")


def _keep_layers(data: Dataset) -> None:
    """In the background: a map that nobody has looked at yet is drawn all the same when the data folder goes away."""
    prepared = cached.config().paths.prepared
    paths = [map_layer_path(prepared, data.version, Path(each.file).name) for each in data.manifest.layers]

    def keep() -> None:
        for path in paths[: KEPT_LAYERS // 2]:
            if path is not None:
                with suppress(FileNotFoundError):
                    _compressed(path)

    Thread(target=keep, name="layers", daemon=True).start()


def _for_ever(request: Request, packed: bytes, kind: str) -> Response:
    """What never changes under its address, compressed where the browser takes it."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=kind, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(packed, media_type=kind, headers=headers)


def bundle(request: Request) -> Response:
    """The map's scripts, or styles, as one file; 404 for another name or for an older one's address."""
    name = request.path_params["name"]
    if name not in BUNDLES or request.path_params["digest"] != bundle_digest(name):
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    kind = "text/javascript" if name.endswith(".js") else "text/css"
    return _for_ever(request, gzipped_bundle(name), f"{kind}; charset=utf-8")


def stage_file(request: Request) -> Response:
    """A script of the stage, or its styles; 404 for another name or for an older one's address."""
    found = stage_bytes(request.path_params["digest"], request.path_params["file"])
    if found is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    return _for_ever(request, *found)


@lru_cache(maxsize=len(BUNDLES))
def gzipped_bundle(name: str) -> bytes:
    """A bundle as it is sent."""
    return gzip.compress(bundle_bytes(name), compresslevel=9, mtime=0)


def start_page(_: Request) -> Response:
    """The document at a page's address; what is on the page comes over the socket."""
    html = document(Path(file_util.get_static_dir()), _base)
    policy = guard_headers.policy(*guard_headers.APP, *guard_headers.inline_scripts(html))
    return Response(
        html, media_type="text/html", headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy}
    )


def _at(path: str) -> str:
    return "/" + "/".join(part for part in (_base, path) if part)


# A folder called pages/ makes Streamlit 1.67 run pages/map.py by itself when /map is the first address that is
# opened after a start, without app.py and its navigation. Here it is told what st.navigation tells it later.
PagesManager.uses_pages_directory = False


@asynccontextmanager
async def while_serving(_: st.App) -> AsyncIterator[None]:
    """The data set is open, and what is asked for first worked out, before the first visitor comes."""
    session_owners.bind(get_instance())
    tell_no_folder()
    if os.environ.get("GUANMO_WARMING") != "no":
        cached.when_opened(warming.start)
    cached.when_opened(server_logs.opened)
    cached.when_opened(_keep_layers)
    stop = Event()
    Thread(target=watching.watch, args=(stop,), name="watching", daemon=True).start()
    yield
    stop.set()


server_logs.start()
_base = str(streamlit_config.get_option("server.baseUrlPath") or "").strip("/")


def _hosts() -> Collection[str]:
    rules = viewer.rules()
    return rules.hosts if rules else ()


guard_server.bound()
prompt_sending.begin()
ADDRESSES = table(("", *(page.path for page in PAGES)))
DOOR = Door(ADDRESSES, _base, _hosts, sign_in.signs_in, judged)

app = st.App(
    str(Path(__file__).resolve().parent / "app.py"),
    routes=[
        Route(_at("geometry/{version}/{file}"), geometry),
        Route(_at("bundle/{digest}/{name}"), bundle),
        Route(_at("tiles/{path:path}"), tiles(cached.config)),
        Route(_at("score"), scoring(cached.config, _at("score")), methods=["GET", "POST"]),
        Route(_at("healthz"), health_route(health.look, health.may_know)),
        Route(_at("stage"), stage(agendas.stage)),
        Route(_at("stage/{digest}/{file}"), stage_file),
        *(Route(_at(path), start_page) for path in ("", *(page.path for page in PAGES))),
    ],
    middleware=[
        Middleware(Guard, door=DOOR),
        Middleware(SignIn, desk=sign_in.desk(_base)),
        Middleware(Asking),
        Middleware(Admission, viewer=viewer.viewer, may_have=session_owners.may_have),
    ],
    lifespan=while_serving,
    on_script_error=server_logs.script_failed,
)
