"""The base map's tiles at /tiles/<layer>/<z>/<x>/<y>: the county's own, or 天地图's by way of this server.

In: requests from the map, the config as it is now. Out: pictures; a transparent one where a set has none. Refuses
every other shape of address, and layers that the config does not name; without [map.base] there is nothing here.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import tomllib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from data_loaders.tile_set import MAX_ZOOM, image_type, read_tile
from faults import DataProblem
from settings import BaseMap, ConfigProblem, Settings
from web.tianditu import Tianditu, Unreachable

TOKEN = "GUANMO_TIANDITU_TOKEN"
SECRETS = Path(__file__).resolve().parent.parent / ".streamlit" / "secrets.toml"
OWN = "own"
OVERLAYS = {"vec": "cva", "img": "cia", "ter": "cta"}
"""Each 天地图 style and the layer with its Chinese names."""

_TILE = re.compile(r"([a-z]{1,8})/([0-9]{1,2})/([0-9]{1,8})/([0-9]{1,8})")
_TOKEN = re.compile(r"[0-9A-Za-z]{8,128}")
_KEPT = {"Cache-Control": "public, max-age=604800"}  # the address changes when an own set does
_NOT_KEPT = {"Cache-Control": "no-store"}
TRANSPARENT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
)
"""A picture of one pixel: an empty answer would count as a failure in the browser."""


def layers_of(base: BaseMap) -> tuple[str, ...]:
    """Names of the layers in addresses, the lowest first."""
    return (OWN,) if base.kind == "tiles" else (base.style, OVERLAYS[base.style])


def token() -> str | None:
    """The 天地图 token, from the environment or .streamlit/secrets.toml; None when there is none to be used."""
    found = os.environ.get(TOKEN)
    if found is None and SECRETS.is_file():
        try:
            found = str(tomllib.loads(SECRETS.read_text(encoding="utf-8-sig")).get(TOKEN, ""))
        except (OSError, ValueError):
            return None
    return found if found and _TOKEN.fullmatch(found) else None


def tiles(
    config: Callable[[], Settings], tianditu: Tianditu | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """The route's endpoint for paths below /tiles/, with `path` as its parameter; `config` may raise ConfigProblem."""
    upstream = tianditu or Tianditu()
    # Threads of its own: while 天地图 is slow, pages and polygons must not wait for one.
    workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="tiles")

    async def tile(request: Request) -> Response:
        path = request.path_params["path"]
        return await asyncio.get_running_loop().run_in_executor(workers, _answer, path, config, upstream)

    return tile


def _answer(path: str, config: Callable[[], Settings], tianditu: Tianditu) -> Response:
    asked = _TILE.fullmatch(path)
    try:
        base = config().map.base
    except ConfigProblem:
        base = None
    if asked is None or base is None or asked[1] not in layers_of(base):
        return _refused(404, "没有这张底图。")
    z, x, y = (int(number) for number in asked.groups()[1:])
    if z > MAX_ZOOM or max(x, y) >= 1 << z:
        return _refused(404, "没有这张底图。")
    try:
        content = _content(base, asked[1], z, x, y, tianditu)
    except DataProblem as problem:
        return _refused(503, str(problem))
    except Unreachable:
        return _refused(502, "天地图没有连上。")
    return Response(content, media_type=image_type(content), headers=_KEPT)


def _content(base: BaseMap, layer: str, z: int, x: int, y: int, tianditu: Tianditu) -> bytes:
    if base.path is not None:
        return read_tile(base.path, z, x, y) or TRANSPARENT
    secret = token()
    if secret is None:
        raise DataProblem(f"没有天地图的密钥。请写进环境变量 {TOKEN} 或 .streamlit/secrets.toml。")
    return tianditu.tile(secret, layer, z, x, y) or TRANSPARENT


def _refused(status: int, why: str) -> Response:
    return Response(why, status_code=status, media_type="text/plain", headers=_NOT_KEPT)
