"""天地图 tiles, fetched by this server for the browser: the page asks nobody else and never sees the token.

In: a layer of 天地图 and a tile's column and row. Out: its picture. Off unless the config names it.
Refuses any other address, redirects, and answers that are not pictures. While 天地图 cannot be reached, it is
asked again only every half minute, so that nobody waits for it.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from data_loaders.tile_set import image_type

# The tile service as published on tianditu.gov.cn: a host for every eighth tile, spherical Mercator (_w).
ADDRESS = "https://t{host}.tianditu.gov.cn/{layer}_w/wmts"
HOSTS = 8
SECONDS = 4.0  # to connect, and between two packets
REST_SECONDS = 30.0
TILE_BYTES = 2_000_000  # a picture of 256 pixels stays far below
FINEST = {"ter": 14, "cta": 14}
"""The finest level of a layer where it is not 18; the coarsest is 1."""
KEPT_BYTES = 64_000_000


class Unreachable(Exception):
    """天地图 does not answer, or not with a picture."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the token would go along."""


class Tianditu:
    """Fetches tiles and keeps the latest; made once per process, used from several threads."""

    def __init__(self, address: str = ADDRESS, clock: Callable[[], float] = time.monotonic) -> None:
        """`address` has the fields {host} and {layer}."""
        self._address = address
        self._clock = clock
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._tiles: OrderedDict[tuple[str, int, int, int], bytes] = OrderedDict()
        self._bytes = 0
        self._rests_until = float("-inf")
        self._lock = Lock()

    def tile(self, token: str, layer: str, z: int, x: int, y: int) -> bytes | None:
        """The picture; None where there is none. Raises Unreachable, at once while 天地图 rests after a failure."""
        if not 1 <= z <= FINEST.get(layer, 18):
            return None
        key = (layer, z, x, y)
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
            if self._clock() < self._rests_until:
                raise Unreachable
        try:
            content = self._fetched(token, layer, z, x, y)
        # Their texts may hold the address, and with it the token: nothing of them is passed on.
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            content = b""
        except (OSError, http.client.HTTPException, ValueError):
            content = b""
        if image_type(content) is None or len(content) > TILE_BYTES:
            with self._lock:
                self._rests_until = self._clock() + REST_SECONDS
            raise Unreachable
        self._keep(key, content)
        return content

    def _fetched(self, token: str, layer: str, z: int, x: int, y: int) -> bytes:
        asked = {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": layer,
            "STYLE": "default",
            "TILEMATRIXSET": "w",
            "FORMAT": "tiles",
            "TILEMATRIX": z,
            "TILEROW": y,
            "TILECOL": x,
            "tk": token,
        }
        address = self._address.format(host=(x + y) % HOSTS, layer=layer)
        with self._opener.open(f"{address}?{urlencode(asked)}", timeout=SECONDS) as answer:
            content: bytes = answer.read(TILE_BYTES + 1)
        return content

    def _keep(self, key: tuple[str, int, int, int], content: bytes) -> None:
        with self._lock:
            self._bytes += len(content) - len(self._tiles.pop(key, b""))
            self._tiles[key] = content
            while self._bytes > KEPT_BYTES:
                self._bytes -= len(self._tiles.popitem(last=False)[1])
