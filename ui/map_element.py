"""The village map as a Streamlit element.

In: the constant map and one view of it (geo/village_map.py). Out: the map, and a call back with the code of
a place when the reader clicks on it. Panning and zooming stay in the browser and cause no run; a new view
recolours the map that is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from data_loaders.contract import Dataset
from geo.village_map import Recolouring, VillageMap, layer_address

# Only the click comes back: with the default, every pan and zoom would be a run.
_RETURNED = "last_active_drawing"


def map_element(
    data: Dataset,
    packed_view: str,
    *,
    chosen: str | None,
    key: str,
    height: int,
    on_pick: Callable[[str], None],
) -> None:
    """Draw a view (`geo.village_map.packed`) with the chosen place outlined.

    `on_pick(place_code)` runs before the rerun that a click causes. Wants a data set in which at least one place has a boundary or a point. On a phone the map is no taller than it is wide.
    """

    def picked() -> None:
        code = _code(st.session_state.get(key))
        if code is not None:
            on_pick(code)

    st_folium(
        constant_map(data),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[_RETURNED],
        feature_group_to_add=Recolouring(packed_view, chosen),
        on_change=picked,
    )


def constant_map(data: Dataset) -> VillageMap:
    """The part of the map that is the same for every view of a data set; a new object, as folium changes it."""
    layers = data.manifest.layers
    points = data.places[["lon", "lat"]].dropna()
    corners = [layer.bounds for layer in layers] or [(*points.min(), *points.max())]
    west, south = (float(min(corner[side] for corner in corners)) for side in (0, 1))
    east, north = (float(max(corner[side] for corner in corners)) for side in (2, 3))
    addresses = {layer.level: layer_address(data.version, layer.file) for layer in layers}
    return VillageMap((west, south, east, north), addresses)


def _code(answer: Any) -> str | None:
    """The clicked place's code; None for anything else that a browser may send."""
    feature = answer.get(_RETURNED) if isinstance(answer, Mapping) else None
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    code = properties.get("code") if isinstance(properties, Mapping) else None
    return code if isinstance(code, str) and re.fullmatch(r"\d{12}", code) else None
