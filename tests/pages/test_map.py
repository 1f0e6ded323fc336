"""村级地图 with polygons, with points only, without any geometry; what it sends to the browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1.element_tree import Block

from geo.village_map import unpacked
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables

BOUNDS = (110.0, 30.9, 110.1, 31.1)
LAYER = (b'{"type":"FeatureCollection","features":[]}', 7, BOUNDS)


def publish_with(prepared: Path, geometry_source: dict[str, str], levels: tuple[str, ...]) -> None:
    """The small county, its places of each level having the geometry that is named."""
    tables = county.full()
    places = tables["places"]
    tables["places"] = places.assign(geometry_source=places["level"].map(geometry_source).astype("str"))
    publish_tables(prepared, tables, layers=dict.fromkeys(levels, LAYER))


@pytest.fixture
def mapped(prepared: Path) -> Path:
    """Every village and township has a polygon."""
    drawn = {"village": "boundary", "township": "dissolved", "county": "dissolved"}
    publish_with(prepared, drawn, ("village", "township", "county"))
    return prepared


def component(page: Opened) -> dict[str, Any]:
    """What streamlit-folium sends to its frame."""
    stack: list[Any] = [page.app._tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Block):
            stack.extend(node.children.values())
        elif node.type == "component_instance":
            arguments: dict[str, Any] = json.loads(node.proto.json_args)
            return arguments
    raise AssertionError("no map on the page")


def view(page: Opened) -> dict[str, Any]:
    """What the browser is told to show."""
    found = re.search(r'guanmo\.show\("([^"]+)", "(\d*)"\)', component(page)["feature_group"])
    assert found is not None
    return unpacked(found.group(1)) | {"chosen": found.group(2)}


def test_villages_are_classed_and_counted(mapped: Path, open_page: Open):
    page = open_page("map", indicator="tea_garden_area", period="2026-10")
    shown = view(page)
    assert shown["level"] == "village"
    assert shown["period"] == "2026年10月"
    # 400, 410, 420, 430, 440 亩; the two villages of 松岭乡 have not reported
    assert shown["classes"] == "01234--"
    assert "全县7个村中5个已报送、2个未报送" in page.text
    assert "全县未报送:2个村" in page.text
    assert "松岭村(松岭乡)、长坪村(松岭乡)" in page.text
    assert "不满410亩" in page.text
    assert "440亩及以上" in page.text


def test_map_asks_no_other_host_for_anything(mapped: Path, open_page: Open):
    sent = component(open_page("map"))
    assert not [link for link in (*sent["js_links"], *sent["css_links"]) if "//" in link]
    assert "http" not in sent["script"]
    assert sent["returned_objects"] == ["last_active_drawing"]


def test_hostile_name_travels_as_data_only(mapped: Path, open_page: Open):
    page = open_page("map")
    assert county.HOSTILE in view(page)["names"]
    assert "onerror" not in json.dumps(component(page))
    assert "<img" not in page.text


def test_another_view_leaves_the_constant_part_alone(mapped: Path, open_page: Open):
    """streamlit-folium keeps the map mounted as long as its script does not change."""
    first, second = (
        component(open_page("map", indicator=indicator)) for indicator in ("tea_garden_area", "pig_sold")
    )
    assert first["script"] == second["script"]
    assert first["key"] == second["key"]
    assert first["feature_group"] != second["feature_group"]


def test_chosen_place_is_outlined_and_words_follow(mapped: Path, open_page: Open):
    page = open_page("map", place=county.SHIMEN[:9], indicator="tea_garden_area")
    assert view(page)["chosen"] == county.SHIMEN
    assert "石门乡3个村中3个已报送" in page.text
    assert "石门乡最高" in page.text


def test_townships_by_target_completion(mapped: Path, open_page: Open):
    page = open_page(
        "map", indicator="tea_garden_area", period="2026-10", level="乡镇", quantity="目标完成率"
    )
    shown = view(page)
    assert shown["level"] == "township"
    # 云溪镇 810 of 820 亩, 石门乡 1,290 of 1,500 亩, 松岭乡 not reported
    assert dict(shown["lines"])["完成目标"] == ["98.8%", "86.0%", None]
    assert "全县3个乡镇中2个已报送、1个未报送;2个尚未达到年度目标" in page.text


def test_flow_is_shown_as_the_sum_since_january(mapped: Path, open_page: Open):
    page = open_page("map", indicator="pig_sold", period="2026-10")
    lines = dict(view(page)["lines"])
    assert lines["本月"][0] == "20头"
    assert lines["本年累计"][0] == "80头"
    assert "生猪出栏(1—10月累计)" in page.text


def test_points_become_circles(prepared: Path, open_page: Open):
    publish_with(prepared, {"village": "point", "county": "boundary"}, ("county",))
    page = open_page("map", indicator="tea_garden_area", period="2026-10")
    circles = view(page)["circles"]
    assert len(circles) == 7
    assert circles[4][3] == 1.0  # 440 亩, the most
    assert circles[5][3] is None  # not reported
    assert "圆的面积与数值成正比" in page.text


def test_places_without_geometry_are_listed(prepared: Path, open_page: Open):
    tables = county.full()
    places = tables["places"]
    drawn = places["geometry_source"].mask(places["level"] == "village", "boundary")
    tables["places"] = places.assign(geometry_source=drawn.mask(places["place_code"] == "990102001002"))
    publish_tables(prepared, tables, layers={"village": LAYER})
    page = open_page("map", indicator="tea_garden_area")
    assert "全县不在地图上:1个村" in page.text
    assert "上湾村(云溪镇)" in page.text


def test_no_boundaries_at_all(full: Path, open_page: Open):
    assert "还没有村界或县界" in open_page("map").text


def test_nothing_reported(prepared: Path, open_page: Open):
    tables = county.only_places()
    tables["places"] = tables["places"].assign(geometry_source="boundary")
    publish_tables(prepared, tables, layers={"village": LAYER})
    assert "还没有能画到地图上的数据" in open_page("map").text


def test_nothing_published(prepared: Path, open_page: Open):
    assert "还没有可以显示的数据" in open_page("map").text


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        "990102001001",
        {"last_active_drawing": None},
        {"last_active_drawing": {"properties": {"code": "<script>"}}},
        {"last_active_drawing": {"properties": {"code": ["990102001001"]}}},
    ],
)
def test_what_is_no_place_code_picks_nothing(answer: Any):
    from ui.map_element import _code

    assert _code(answer) is None
    assert _code({"last_active_drawing": {"properties": {"code": "990102001001"}}}) == "990102001001"


def test_lowest_shares_include_zero(mapped: Path, open_page: Open):
    # 冷水村 has no household with three measures: of a share, 0 is the worst
    shown = open_page("map", indicator="measures_coverage").text
    assert re.search(r"<span>冷水村<small>石门乡</small></span><b>0\.0%</b>", shown)
