"""Our page with another element under the map: st.components.v2 instead of streamlit-folium.

Everything but the element is ours: the server, the page, the figures, and the very same files under static/map.
Only `st_folium` is replaced in ui.map_element, by a component that keeps Leaflet in the page itself (no frame) and
runs the script of the feature group that streamlit-folium would have run. For `streamlit run`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import folium
import streamlit as st
from streamlit.components.v2 import component

import server
import ui.map_element
from benchmarks.map.county import ROOT
from geo.village_map import ROOT as FRAME_TO_ROOT

JS = """
const loaded = {};
function load(address) {
  loaded[address] = loaded[address] || new Promise((done, failed) => {
    const made = document.createElement(address.includes(".css") ? "link" : "script");
    if (made.tagName === "LINK") { made.rel = "stylesheet"; made.href = address; } else { made.src = address; }
    made.onload = done;
    made.onerror = failed;
    document.head.append(made);
  });
  return loaded[address];
}

export default function ({ data, parentElement, setStateValue }) {
  const box = parentElement.querySelector("#map_div");
  box.report = setStateValue;
  box.latest = data.show;
  box.ready = box.ready || (async () => {
    await Promise.all(data.css.map(load));
    for (const address of data.js) await load(address);
    box.style.height = `${data.height}px`;
    window.Streamlit = {
      setFrameHeight() {},
      setComponentValue(value) { box.report("last_active_drawing", value.last_active_drawing); },
    };
    window.map_div = L.map(box, { ...data.options, crs: L.CRS.EPSG3857 });
    window.map = window.map_div;
    new Function(data.start)();
  })();
  box.ready.then(() => { if (box.shown !== data.show) { box.shown = data.show; new Function(data.show)(); } });
}
"""

mount = component(
    "bench_village_map", html='<div id="map_div" class="folium-map"></div>', js=JS, isolate_styles=False
)


def v2_folium(
    made: folium.Map,
    *,
    key: str,
    height: int,
    feature_group_to_add: Any,
    on_change: Callable[[], None],
    **_: Any,
) -> None:
    """Takes what ui.map_element passes to st_folium."""
    groups = feature_group_to_add if isinstance(feature_group_to_add, list) else [feature_group_to_add]
    for group in groups:
        group.add_to(made)
    show = "\n".join(_script(group) for group in groups)
    start = "\n".join(
        _script(child) for child in made._children.values() if child not in groups and _is_ours(child)
    ).replace(made.get_name(), "map_div")
    mount(
        key=key,
        height=height,
        default={"last_active_drawing": None},
        data={
            "js": [_from_root(address) for _, address in made.default_js],
            "css": [_from_root(address) for _, address in made.default_css],
            "options": _camel(made.options) | {"center": made.location},
            "height": height,
            "start": start.replace(FRAME_TO_ROOT, "/"),
            "show": show,
        },
        on_last_active_drawing_change=on_change,
    )


def _is_ours(child: Any) -> bool:
    return type(child).__module__.startswith("geo.")


def _script(element: Any) -> str:
    return str(element._template.module.script(element, {}))


def _from_root(address: str) -> str:
    return address.replace(FRAME_TO_ROOT, "/")


def _camel(options: dict[str, Any]) -> dict[str, Any]:
    def name(snake: str) -> str:
        first, *rest = snake.split("_")
        return first + "".join(word.title() for word in rest)

    return {name(key): value for key, value in options.items() if isinstance(value, (int, float, bool, list))}


# pages/map.py asks ui.map_element on every run, which asks for st_folium by this name.
ui.map_element.st_folium = v2_folium

# Streamlit recognises an app by this call, so that server.app itself would not do.
app = st.App(
    str(ROOT / "app.py"),
    routes=server.app._user_routes,
    middleware=server.app._user_middleware,
)
