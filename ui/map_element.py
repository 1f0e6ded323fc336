"""The village map as a Streamlit element.

In: the constant map and one view of it (geo/village_map.py). Out: the map, and a call back with what the reader
clicked. Panning, zooming, stepping and playing stay in the browser and cause no run; a new view recolours the map
that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit_folium import st_folium

from data_loaders.contract import Dataset
from geo.village_map import Bounds, LayerFile, Recolouring, VillageMap, layer_address
from ui import cached
from ui.base_map import base_options
from ui.map_pick import Pick, pick_of

# Only the click comes back: with the default, every pan and zoom would be a run.
_RETURNED = "last_active_drawing"


def map_element(
    data: Dataset,
    packed: Sequence[str],
    *,
    chosen: str | None,
    key: str,
    height: int,
    on_pick: Callable[[Pick], None],
    is_on_wall: bool = False,
    is_dark: bool = False,
) -> None:
    """Draw a view (`geo.village_map.packed`: places first, then what lies over them) with the chosen place outlined.

    `on_pick` runs before the rerun that a click causes. Wants a data set in which at least one place has a boundary
    or a point. On a phone the map is no taller than it is wide.
    """

    def picked() -> None:
        pick = pick_of(st.session_state.get(key), _RETURNED)
        if pick is not None:
            on_pick(pick)

    st_folium(
        constant_map(data, is_on_wall=is_on_wall, is_dark=is_dark),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[_RETURNED],
        feature_group_to_add=Recolouring(packed[0], chosen, *packed[1:]),
        on_change=picked,
    )


def constant_map(data: Dataset, *, is_on_wall: bool = False, is_dark: bool = False) -> VillageMap:
    """The part of the map that is the same for every view of a data set; a new object, as folium changes it."""
    layers = data.manifest.layers
    corners = [layer.bounds for layer in layers] or [_around_points(data)]
    west, south = (float(min(corner[side] for corner in corners)) for side in (0, 1))
    east, north = (float(max(corner[side] for corner in corners)) for side in (2, 3))
    files: dict[str, list[LayerFile]] = {}
    for layer in layers:
        ends = (layer.townships[0], layer.townships[-1]) if layer.townships else ()
        files.setdefault(layer.level, []).append(LayerFile(layer_address(data.version, layer.file), *ends))
    drawn = cached.config().map  # of this machine, not of the data set
    return VillageMap(
        (west, south, east, north),
        files,
        base=base_options(cached.config()),
        review=f"审图号:{drawn.map_number}" if drawn.map_number else "",
        is_on_wall=is_on_wall,
        is_dark=is_dark,
    )


def _around_points(data: Dataset) -> Bounds:
    """What holds all places of a county that has points only."""
    points = data.places[["lon", "lat"]].dropna()
    return (*points.min(), *points.max())
