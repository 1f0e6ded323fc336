"""Published polygons of one level, by place code, read once per data version.

In: a data set. Out: shapely geometry in EPSG:4326. A version without that level has none.
Raises DataProblem when the file cannot be read; nothing is kept then, and it is read when the disk is back.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from data_loaders.contract import Dataset, MapLayer
from data_loaders.store import layer_content
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
    return shapes_of(layer_content(cached.config().paths.prepared, data.version, layer))
