"""Tables → the village map: an offline folium map and, for each view, the feature group that recolours it.

In: places with names and points, classes, tooltip texts, addresses of the static layers. Out: folium elements
for streamlit-folium: `VillageMap` stays the same as long as the data version does, `Recolouring` carries what
changes. Refuses to write ledger text into scripts or HTML: names travel as deflated JSON in base64, which no
parser on the way reads as code, and the browser puts them into text nodes.

Folium and Leaflet are the default path. The browser's part (static/map/) needs only `start` and `show`, so another
element could drive it with the same payload.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import folium
import numpy as np
import pandas as pd
from folium.template import Template
from numpy.typing import NDArray

from geo.classes import MISSING, MISSING_COLOUR, Classes

STATIC = Path(__file__).resolve().parent.parent / "static"

# The frame is served at /component/streamlit_folium.st_folium/index.html: two up is the app's root.
ROOT = "../../"

_BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")
_CODE = re.compile(r"[0-9]{12}")

TimeMode = Literal["play", "grid", "pair"]
Bounds = tuple[float, float, float, float]

LEAFLET = "vendor/leaflet-1.9.4/leaflet"

# The map's files under static/ in the order in which they run: the core, then its parts; names find their room last.
BUNDLES = {
    "map.js": (
        f"{LEAFLET}.js",
        *(
            f"map/{part}.js"
            for part in ("village_map", "canvas", "base", "controls", "overlays", "time", "labels")
        ),
    ),
    "map.css": (f"{LEAFLET}.css", "map/village_map.css", "map/overlays.css"),
}
"""One file each: streamlit-folium loads scripts one after the other, and each would be a way there and back."""


@dataclass(frozen=True)
class LayerFile:
    """A file of a level's polygons: its address, and the first and last township whose places it holds."""

    url: str
    first: str = ""
    last: str = ""


@cache
def bundle(name: str) -> bytes:
    """The files of a bundle one after the other. KeyError for any other name."""
    return b"\n".join((STATIC / file).read_bytes() for file in BUNDLES[name])


@cache
def bundle_digest(name: str) -> str:
    """What a bundle's address changes with."""
    return hashlib.sha256(bundle(name)).hexdigest()[:12]


def bundle_address(name: str) -> str:
    """Address of a bundle, as the map's frame sees it."""
    return f"{ROOT}bundle/{bundle_digest(name)}/{name}"


def layer_address(version: str, file: str) -> str:
    """Address of a published map layer (`MapLayer.file`), as the map's frame sees it."""
    return f"{ROOT}geometry/{version}/{Path(file).name}"


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


class VillageMap(folium.Map):
    """The constant part: the county's bounds and the addresses of its layers.

    It loads nothing from any other host: no CDN scripts, no tiles but this server's.
    """

    # folium reads these class attributes and copies them
    default_js = [("map", bundle_address("map.js"))]  # noqa: RUF012
    default_css = [("map_css", bundle_address("map.css"))]  # noqa: RUF012

    def __init__(
        self,
        bounds: Bounds,
        layers: Mapping[str, Sequence[LayerFile]],
        *,
        base: Mapping[str, Any] | None = None,
        review: str = "",
        is_on_wall: bool = False,
        is_dark: bool = False,
    ) -> None:
        """`layers`: level → its files, more than one where they are drawn a township at a time.

        `base` is the optional base map; `review` the line with the map's approval number 审图号.
        `is_on_wall`: type of the page around it, which is larger there; `is_dark`: a dark ground around the county.
        """
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
        )
        settings: dict[str, Any] = {
            "bounds": [[south, west], [north, east]],
            "layers": {
                level: [{"url": file.url, "first": file.first, "last": file.last} for file in files]
                for level, files in layers.items()
            },
            "missing": MISSING_COLOUR,
            "review": review,
            "wall": is_on_wall,
            "dark": is_dark,
        }
        if base:
            settings["base"] = dict(base)
        _Start(settings).add_to(self)


class Recolouring(folium.FeatureGroup):
    """What changes: an empty group whose script passes one packed view to the map that is already there."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.featureGroup();
            guanmo.show("{{ this.packed|join('", "') }}");
        {% endmacro %}
        """
    )

    def __init__(self, packed_view: str, chosen: str | None = None, *more: str) -> None:
        """`packed_view` and `more` come from `packed`; `chosen` is the place to outline, of any level."""
        all_packed = all(_BASE64.fullmatch(each) for each in (packed_view, *more))
        if not all_packed or (chosen and not _CODE.fullmatch(chosen)):
            raise ValueError("only packed views and 12-digit codes may be written into the map's script")
        super().__init__()
        self.packed = (packed_view, chosen or "", *more)


def packed(view: Mapping[str, Any]) -> str:
    """The view as base64 of deflated JSON: safe inside any quotes, and small on the wire."""
    text = json.dumps(view, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode("ascii")


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
    coloured: str | None = None,
    within: str | None = None,
) -> dict[str, Any]:
    """One view of the map, ready to pack.

    - places: a row per place of `level`: place_code, name, parent_name, lon, lat, geometry_source; `classes`,
      every text list of `lines` and `sizes` are in its order.
    - lines: tooltip label → text per place; None leaves the line out for that place. `coloured` is the label of
      the line that the colours stand for, whose text is written below a village's name where it fits.
    - within: the township to which the places belong when only its villages are drawn.
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
        "codes": _steps(places["place_code"]),
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
        "classLabels": [each.label for each in classes.classes],
        "coloured": coloured if coloured in lines else None,
        "within": within,
    }


def _steps(codes: pd.Series) -> list[int]:
    """Each code's distance from the one before it, the first as it is: a few digits for most of them."""
    return [int(step) for step in np.diff(codes.astype("int64").to_numpy(), prepend=0)]


def codes_of(view: Mapping[str, Any]) -> list[str]:
    """The 12-digit codes of a view's places; for tests."""
    return [f"{code:012d}" for code in np.cumsum(view["codes"], dtype="int64")]


def time_of(
    mode: TimeMode,
    periods: Mapping[str, str],
    codes: NDArray[np.int8],
    *,
    at: str,
    beside: str | None = None,
    texts: Sequence[str | None] | None = None,
) -> dict[str, Any]:
    """What the browser steps through by itself, ready to pack and to send along with a view.

    - periods: key → words, earliest first; `at` is the chosen one, `beside` the one it is compared with.
    - codes: places x periods, the class of each place in the view's order, MISSING where nothing was reported.
    - texts: the figure of each place in the period `beside`.
    """
    keys = list(periods)
    marks = np.where(codes == MISSING, ord("-"), codes.astype(np.uint8) + ord("0")).astype(np.uint8)
    return {
        "time": {
            "mode": mode,
            "keys": keys,
            "names": list(periods.values()),
            "at": keys.index(at),
            "with": keys.index(beside) if beside else None,
            # Place after place: a place seldom changes class, so that this packs to a fraction.
            "classes": marks.tobytes().decode("ascii"),
            "texts": None if texts is None else list(texts),
        }
    }


def _circles(places: pd.DataFrame, sizes: pd.Series | None) -> list[list[Any]]:
    """[row, lat, lon, radius as a share of the largest]: area is proportional to the value; None: no value."""
    is_point = (places["geometry_source"] == "point").fillna(False) & places["lon"].notna()
    rows = np.flatnonzero(is_point.to_numpy(dtype=bool))
    if sizes is None or not len(rows):
        share = np.full(len(places), 0.4)
    else:
        known = sizes.astype("float64").abs().to_numpy()
        largest = np.nanmax(known, initial=0.0)
        share = np.sqrt(known / largest) if largest > 0 else np.zeros(len(places))
    lat, lon = places["lat"].to_numpy(), places["lon"].to_numpy()
    return [
        [
            int(row),
            round(float(lat[row]), 5),
            round(float(lon[row]), 5),
            None if np.isnan(share[row]) else round(float(share[row]), 3),
        ]
        for row in rows
    ]
