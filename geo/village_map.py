"""Tables → the village map: an offline folium map and, for each view, the feature group that recolours it.

In: places with names and points, classes, tooltip texts, addresses of the static layers. Out: folium elements
for streamlit-folium: `VillageMap` stays the same as long as the data version does, `Recolouring` carries what
changes. Refuses to write ledger text into scripts or HTML: names travel as deflated JSON in base64, which no
parser on the way reads as code, and the browser puts them into text nodes.

Folium and Leaflet are the default path. The browser's part (static/map/village_map.js) needs only `start` and
`show`, so another element could drive it with the same payload.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pandas as pd
from folium.template import Template

from geo.classes import MISSING, MISSING_COLOUR, Classes

STATIC = Path(__file__).resolve().parent.parent / "static"

# The frame is served at /component/streamlit_folium.st_folium/index.html: two up is the app's root.
ROOT = "../../"

_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")
_CODE = re.compile(r"[0-9]{12}")

Bounds = tuple[float, float, float, float]


@cache
def static_address(file: str) -> str:
    """Address of a file under static/, as the map's frame sees it; it changes when the file does."""
    digest = hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:12]
    return f"{ROOT}app/static/{file}?v={digest}"


def layer_address(version: str, file: str) -> str:
    """Address of a published map layer (`MapLayer.file`), as the map's frame sees it."""
    return f"{ROOT}geometry/{version}/{Path(file).name}"


class OfflineMap(folium.Map):
    """A folium map that loads nothing from any other host: Leaflet and jQuery from static/vendor, no tiles."""

    default_js = [  # noqa: RUF012 -- folium reads these class attributes and copies them
        ("leaflet", static_address("vendor/leaflet-1.9.4/leaflet.js")),
        ("jquery", static_address("vendor/jquery-3.7.1/jquery.min.js")),
    ]
    default_css = [  # noqa: RUF012
        ("leaflet_css", static_address("vendor/leaflet-1.9.4/leaflet.css")),
        ("map_css", static_address("map/village_map.css")),
    ]

    def __init__(self, bounds: Bounds, **options: Any) -> None:
        west, south, east, north = bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,  # ours has Chinese titles
            attribution_control=False,  # nothing to attribute without tiles, and its prefix is a link
            zoom_snap=0.1,  # the county fills the frame
            zoom_delta=0.5,
            wheel_px_per_zoom_level=90,
            **options,
        )


class _Start(folium.MacroElement):
    """Hands the map to static/map/village_map.js."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            guanmo.start({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Start"
        self.settings = settings


class VillageMap(OfflineMap):
    """The constant part: the county's bounds and the addresses of its layers, level → address."""

    default_js = [  # noqa: RUF012 -- no popups, no jQuery
        ("leaflet", static_address("vendor/leaflet-1.9.4/leaflet.js")),
        ("village_map", static_address("map/village_map.js")),
    ]

    def __init__(self, bounds: Bounds, layers: Mapping[str, str]) -> None:
        super().__init__(bounds)
        west, south, east, north = bounds
        settings = {
            "bounds": [[south, west], [north, east]],
            "layers": dict(layers),
            "missing": MISSING_COLOUR,
        }
        _Start(settings).add_to(self)


class Recolouring(folium.FeatureGroup):
    """What changes: an empty group whose script passes one packed view to the map that is already there."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.featureGroup();
            guanmo.show("{{ this.packed }}", "{{ this.chosen }}");
        {% endmacro %}
        """
    )

    def __init__(self, packed_view: str, chosen: str | None = None) -> None:
        """`packed_view` comes from `packed`; `chosen` is the place to outline, of any level."""
        if not _BASE64.fullmatch(packed_view) or (chosen and not _CODE.fullmatch(chosen)):
            raise ValueError("only packed views and 12-digit codes may be written into the map's script")
        super().__init__()
        self.packed = packed_view
        self.chosen = chosen or ""


def packed(view: Mapping[str, Any]) -> str:
    """The view as base64 of deflated JSON: safe inside any quotes, and small on the wire."""
    text = json.dumps(view, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def unpacked(text: str) -> dict[str, Any]:
    """The view that `packed` packed; for tests."""
    view: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    return view


def view_of(
    places: pd.DataFrame,
    classes: Classes,
    *,
    level: str,
    period: str,
    lines: Mapping[str, Sequence[str | None]],
    labels: pd.DataFrame,
    sizes: pd.Series | None = None,
) -> dict[str, Any]:
    """One view of the map, ready to pack.

    - places: a row per place of `level`: place_code, name, parent_name, lon, lat, geometry_source; `classes`,
      every text list of `lines` and `sizes` are in its order.
    - lines: tooltip label → text per place; None leaves the line out for that place.
    - labels: places whose names are always written, most important first: place_code, name, lon, lat.
    - sizes: values that circles are proportional to, for places that have only a point.
    """
    parent_names = list(dict.fromkeys(places["parent_name"].dropna()))
    position = {name: at for at, name in enumerate(parent_names)}
    parents = [position.get(name) for name in places["parent_name"]]
    located = labels.dropna(subset=["lon", "lat"])
    return {
        "level": level,
        "period": period,
        "codes": list(places["place_code"]),
        "names": list(places["name"]),
        "parents": parents,
        "parentNames": parent_names,
        "classes": "".join("-" if each == MISSING else str(each) for each in classes.of),
        "colours": list(classes.colours),
        "lines": [[label, list(texts)] for label, texts in lines.items()],
        "labels": [
            [code, name, round(lat, 5), round(lon, 5)]
            for code, name, lat, lon in located[["place_code", "name", "lat", "lon"]].itertuples(index=False)
        ],
        "circles": _circles(places, sizes),
    }


def _circles(places: pd.DataFrame, sizes: pd.Series | None) -> list[list[Any]]:
    """[row, lat, lon, radius as a share of the largest]: area is proportional to the value; None: no value."""
    is_point = (places["geometry_source"] == "point").fillna(False) & places["lon"].notna()
    if sizes is None or not is_point.any():
        share = np.full(len(places), 0.4)
    else:
        known = sizes.astype("float64").abs().to_numpy()
        largest = np.nanmax(known, initial=0.0)
        share = np.sqrt(known / largest) if largest > 0 else np.zeros(len(places))
    return [
        [int(at), round(lat, 5), round(lon, 5), None if np.isnan(share[at]) else round(float(share[at]), 3)]
        for at, (lat, lon) in enumerate(zip(places["lat"], places["lon"], strict=True))
        if bool(is_point.iloc[at])
    ]
