"""Published polygons of one level, by place code, read once per data version.

In: a data set. Out: shapely geometry in EPSG:4326. A version without that level has none.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from data_loaders.contract import Dataset, MapLayer
from data_loaders.store import map_layer_path
from exports.picture import shapes_of
from ui import cached
from ui.cached import keep_as


def level_shapes(data: Dataset, level: str) -> dict[str, Any]:
    """All polygons of the level."""
    found: dict[str, Any] = {}
    for layer in data.manifest.layers:
        if layer.level == level:
            found |= layer_shapes(data, layer)
    return found


def layer_shapes(data: Dataset, layer: MapLayer) -> dict[str, Any]:
    """The polygons of one published file."""
    return keep_as(data, ("map shapes", layer.file), partial(_read, data, layer))


def _read(data: Dataset, layer: MapLayer) -> dict[str, Any]:
    path = map_layer_path(cached.config().paths.prepared, data.version, Path(layer.file).name)
    return shapes_of(path.read_bytes()) if path is not None else {}
