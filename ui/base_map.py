"""The optional base map, as the browser's part (static/map/base.js) is told of it.

In: the settings of the config as it is now, since tiles lie on this machine. Out: what it needs to ask this server
for tiles, never another. The token of 天地图 is no part of it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from data_loaders.tile_set import Zooms, zooms
from faults import DataProblem
from geo.village_map import ROOT
from settings import BaseMap, Settings
from web.tianditu import FINEST
from web.tiles import layers_of

_ANY = Zooms(0, 18)  # of a set that cannot be read: its tiles fail, and the map says so
_TIANDITU = "底图:天地图(国家地理信息公共服务平台)"


def base_options(settings: Settings) -> dict[str, Any] | None:
    """`options.base` of the map, None without [map.base]: layers, lowest first, title, attribution, datum.

    Give it `cached.config()`: an opened version's settings name a folder that was never there.
    """
    base = settings.map.base
    if base is None:
        return None
    return {
        "layers": [_layer(base, name) for name in layers_of(base)],
        "title": base.title,
        "attribution": base.attribution or (_TIANDITU if base.kind == "tianditu" else ""),
        "datum": base.datum,
    }


def _layer(base: BaseMap, name: str) -> dict[str, Any]:
    url = f"{ROOT}tiles/{name}/{{z}}/{{x}}/{{y}}"
    if base.path is None:
        return {"url": url, "minNative": 1, "maxNative": FINEST.get(name, 18)}
    try:
        levels = zooms(base.path)
    except DataProblem:
        return {"url": url, "minNative": _ANY.least, "maxNative": _ANY.most}
    # Browsers keep tiles for a week: another set has another address.
    url += f"?v={_state(base.path)}"
    return {"url": url, "minNative": levels.least, "maxNative": levels.most}


def _state(path: Path) -> str:
    state = path.stat()
    return hashlib.sha256(f"{path} {state.st_mtime_ns} {state.st_size}".encode()).hexdigest()[:12]
