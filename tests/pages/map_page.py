"""The small county with a map: published with boundaries, and what its page sends to the browser and gets from it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from streamlit.testing.v1.element_tree import Block, Element

from data_loaders.contract import conform
from geo.layers import ScreenLayer
from geo.village_map import unpacked
from tests.pages import county
from tests.pages.conftest import Opened, publish_tables

BOUNDS = (110.0, 30.9, 110.1, 31.1)
DRAWN = {"village": "boundary", "township": "dissolved", "county": "dissolved"}
VILLAGES = list(county.VILLAGES)
CLICKS = itertools.count()  # a second click on the same place is another click


def layer(level: str, townships: tuple[str, ...] = ()) -> ScreenLayer:
    """A file of the map; what is in it never reaches the page."""
    return ScreenLayer(level, b'{"type":"FeatureCollection","features":[]}', 7, BOUNDS, townships)


def publish_map(
    prepared: Path,
    tables: dict[str, pd.DataFrame] | None = None,
    *,
    drawn: Mapping[str, str] = DRAWN,
    levels: Iterable[str] = ("village", "township", "county"),
    config: str = county.CONFIG,
) -> None:
    """Publish the small county (or `tables`), the places of each level having the geometry that is named.

    As prepare.py has it, whatever is drawn has a point inside.
    """
    tables = dict(tables or county.full())
    places = tables["places"]
    tables["places"] = places.assign(
        geometry_source=places["level"].map(drawn).astype("str"),
        lon=places["lon"].fillna(110.05),
        lat=places["lat"].fillna(31.05),
    )
    publish_tables(prepared, tables, config, layers=[layer(level) for level in levels])


def tables_with(rows: Iterable[tuple[str, str, str, float | None]]) -> dict[str, pd.DataFrame]:
    """The county's tables with these figures besides: place, indicator, period, value."""
    tables = county.full()
    more = [
        {"place_code": place, "indicator_id": indicator, "period": period, "value": value}
        | {"source_cell": "C5"}
        | county.source(at + 100, file="2025年产业月报.xlsx")
        for at, (place, indicator, period, value) in enumerate(rows)
    ]
    figures = [tables["observations"], conform("observations", more)]
    tables["observations"] = pd.concat(figures, ignore_index=True)
    return tables


def tea_of_last_year() -> list[tuple[str, str, str, float | None]]:
    """Tea of October 2025: 云溪村 the same, 上湾村 half, the villages of 石门乡 400 亩 each, 松岭村 nothing."""
    figures = (400.0, 205.0, 400.0, 400.0, 400.0, 0.0)
    return [(code, "tea_garden_area", "2025-10", area) for code, area in zip(VILLAGES, figures, strict=False)]


def component(page: Opened) -> Any:
    """The map's element."""
    stack: list[Block | Element] = [page.app._tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Block):
            stack.extend(node.children.values())
        elif node.type == "component_instance":
            return node.proto
    raise AssertionError("no map on the page")


def sent(page: Opened) -> dict[str, Any]:
    """What streamlit-folium sends to its frame."""
    arguments: dict[str, Any] = json.loads(component(page).json_args)
    return arguments


def view(page: Opened) -> dict[str, Any]:
    """What the browser is told to show, its parts put together as it does, and the `chosen` place."""
    found = re.search(r'guanmo\.show\("(.+)"\)', sent(page)["feature_group"])
    assert found is not None
    first, chosen, *more = found.group(1).split('", "')
    shown = unpacked(first) | {"chosen": chosen}
    for part in map(unpacked, more):
        shown |= part
    return shown


def lines(page: Opened) -> dict[str, list[str | None]]:
    """The tooltips' lines: label → text per place."""
    return dict(view(page)["lines"])


def click(page: Opened, **what: object) -> None:
    """A click on the map, told as the browser tells it: `code` of a place, or a `period`, perhaps `single`."""
    answer = {"last_active_drawing": {"properties": {**what, "at": next(CLICKS)}}}
    states = page.app._tree.get_widget_states()
    states.widgets.add(id=component(page).id, json_value=json.dumps(answer))
    page.app._run(states)
    assert not page.app.exception, [each.value for each in page.app.exception]


@pytest.fixture
def mapped(prepared: Path) -> Path:
    """The small county; every village and township has a polygon."""
    publish_map(prepared)
    return prepared


def squares(level: str, codes: list[str], townships: tuple[str, ...] = ()) -> ScreenLayer:
    """A square for each place, one beside the other."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": json.loads(
                shapely.to_geojson(shapely.box(110 + at / 100, 31, 110.01 + at / 100, 31.01))
            ),
        }
        for at, code in enumerate(codes)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    return ScreenLayer(level, text.encode(), len(codes), (109.9, 30.9, 110.3, 31.1), townships)
