"""村级地图 with polygons, with points only, without any geometry; what it sends to the browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from geo.village_map import codes_of
from tests.pages import county
from tests.pages.conftest import Open, publish_tables
from tests.pages.map_page import VILLAGES, layer, lines, mapped, publish_map, sent, view

__all__ = ["mapped"]

HOSTILE_VILLAGE = "990102002002"
BASE = '\n[map.base]\nkind = "tiles"\npath = "tiles"\ndatum = "cgcs2000"\ntitle = "影像图"\n'


def test_villages_are_classed_and_counted(mapped: Path, open_page: Open):
    page = open_page("map", indicator="tea_garden_area", period="2026-10")
    shown = view(page)
    assert (shown["level"], shown["within"], codes_of(shown)) == ("village", None, VILLAGES)
    assert shown["period"] == "2026年10月"
    # 400, 410, 420, 430, 440 亩; the two villages of 松岭乡 have not reported
    assert shown["classes"] == "01234--"
    assert "全县7个村中5个已报送、2个未报送" in page.text
    assert "全县未报送:2个村" in page.text
    assert "松岭村(松岭乡)、长坪村(松岭乡)" in page.text
    assert "不满410亩" in page.text
    assert "440亩及以上" in page.text


def test_map_asks_no_other_host_for_anything(mapped: Path, open_page: Open):
    told = sent(open_page("map"))
    assert not [link for link in (*told["js_links"], *told["css_links"]) if "//" in link]
    assert "http" not in told["script"]
    assert told["returned_objects"] == ["last_active_drawing"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"quantity": "位次"},
        {"time": "两期对比"},
        {"overlays": "problems.enterprises.stops.blank"},
        {"where": "tea_garden_area>=400"},
        {"place": HOSTILE_VILLAGE},
        {"level": "乡镇", "place": county.SHIMEN},
        {
            "quantity": county.HOSTILE,
            "time": county.HOSTILE,
            "beside": county.HOSTILE,
            "level": county.HOSTILE,
        },
    ],
    ids=lambda query: "+".join(query) or "plain",
)
def test_hostile_name_travels_as_data_only(mapped: Path, open_page: Open, query: dict[str, str]):
    page = open_page("map", indicator="tea_garden_area", period="2026-10", **query)
    assert county.HOSTILE in view(page)["names"]
    told = json.dumps(sent(page), ensure_ascii=False)
    assert "onerror" not in told
    assert "evil.example" not in told
    assert not [element for element in page.app.get("html") if "<img" in element.proto.body]
    said = [*page.app.markdown, *page.app.caption]
    rendered = [*(element.value for element in said), *(button.label for button in page.app.button)]
    assert not [words for words in rendered if re.search(r"(?<!\\)<img|(?<!\\)!\[\]\(", words)]


def test_another_view_leaves_the_constant_part_alone(mapped: Path, open_page: Open):
    """streamlit-folium keeps the map mounted as long as its script does not change."""
    first, *others = (
        sent(open_page("map", **({"indicator": "tea_garden_area"} | query)))
        for query in (
            {},
            {"indicator": "pig_sold"},
            {"level": "乡镇"},
            {"time": "多期小图"},
            {"overlays": "stops"},
        )
    )
    for other in others:
        assert (other["script"], other["key"]) == (first["script"], first["key"])
        assert other["feature_group"] != first["feature_group"]


def test_chosen_place_is_outlined_and_words_follow(mapped: Path, open_page: Open):
    page = open_page("map", place=county.SHIMEN[:9], indicator="tea_garden_area")
    assert view(page)["chosen"] == county.SHIMEN
    assert "石门乡3个村中3个已报送" in page.text
    assert "石门乡最高" in page.text


def test_flow_is_shown_as_the_sum_since_january(mapped: Path, open_page: Open):
    page = open_page("map", indicator="pig_sold", period="2026-10")
    assert lines(page)["本月"][0] == "20头"
    assert lines(page)["本年累计"][0] == "80头"
    assert view(page)["coloured"] == "本年累计"
    assert "生猪出栏(1—10月累计)" in page.text


def test_points_become_circles(prepared: Path, open_page: Open):
    publish_map(prepared, drawn={"village": "point", "county": "boundary"}, levels=["county"])
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
    publish_tables(prepared, tables, layers=[layer("village")])
    page = open_page("map", indicator="tea_garden_area")
    assert [each.label for each in page.app.expander] == ["全县不在地图上:1个村"]
    page.app.button(key="off_map_990102001002").click().run()
    assert page.params["place"] == "990102001002"
    assert "上湾村" in page.text


def test_no_boundaries_at_all(full: Path, open_page: Open):
    assert "还没有村界或县界" in open_page("map").text


def test_nothing_reported(prepared: Path, open_page: Open):
    publish_map(prepared, county.only_places())
    assert "还没有能画到地图上的数据" in open_page("map").text


def test_nothing_published(prepared: Path, open_page: Open):
    assert "还没有可以显示的数据" in open_page("map").text


def test_lowest_shares_include_zero(mapped: Path, open_page: Open):
    # 冷水村 has no household with three measures: of a share, 0 is the worst
    shown = open_page("map", indicator="measures_coverage").text
    assert re.search(r"<span>冷水村<small>石门乡</small></span><b>0\.0%</b>", shown)


def test_overlays_of_the_address_reach_the_browser(mapped: Path, open_page: Open):
    assert view(open_page("map"))["overlays"] == {}
    page = open_page("map", overlays="blank.problems")
    over = view(page)["overlays"]
    assert set(over) == {"problems", "blank", "names"}
    assert [each[0] for each in over["blank"]] == ["990102002003"]
    assert over["names"] == {}  # the view brings the villages' names already
    assert "待整改问题" in page.text


def test_conditions_of_the_address_reach_the_browser(mapped: Path, open_page: Open):
    page = open_page("map", period="2026-10", where="tea_garden_area>=430")
    assert view(page)["overlays"]["selected"] == [HOSTILE_VILLAGE, "990102002003"]
    assert "7个村中选出2个" in page.text
    of_townships = open_page("map", period="2026-10", level="乡镇", where="tea_garden_area>1000")
    assert view(of_townships)["overlays"]["selected"] == [county.SHIMEN]
    assert "3个乡镇中选出1个" in of_townships.text


def test_base_map_is_offered_only_where_there_is_one(prepared: Path, tmp_path: Path, open_page: Open):
    publish_map(prepared)
    page = open_page("map", base="true")
    assert not page.app.toggle
    assert view(page)["base"] is False
    assert "影像图" not in sent(page)["script"]

    (tmp_path / "config.toml").write_text(county.CONFIG + BASE, encoding="utf-8")
    page = open_page("map")
    assert (page.app.toggle[0].label, page.app.toggle[0].value) == ("影像图", False)
    assert view(page)["base"] is False
    script = sent(page)["script"]
    page.app.toggle[0].set_value(True).run()
    assert view(page)["base"] is True
    assert view(open_page("map", base="true"))["base"] is True
    # The polygons are not loaded again for it.
    assert sent(page)["script"] == script
    assert "../../tiles/own/" in script


@pytest.mark.parametrize(
    "query",
    [
        {"quantity": "xyz"},
        {"time": "foo"},
        {"level": "foo"},
        {"method": "foo"},
        {"classes": "99"},
        {"classes": "abc"},
        {"base": "foo"},
        {"overlays": "foo.."},
        {"where": "foo"},
        {"card": "1"},
        {"quantity": "较上年同期"},  # nobody has figures of last year
    ],
    ids=lambda query: "=".join(*query.items()),
)
def test_unknown_values_show_the_default(mapped: Path, open_page: Open, query: dict[str, str]):
    page = open_page("map", indicator="tea_garden_area", period="2026-10", **query)
    shown = view(page)
    assert (shown["level"], shown["classes"], shown["coloured"]) == ("village", "01234--", "茶园面积")
    assert "time" not in shown
