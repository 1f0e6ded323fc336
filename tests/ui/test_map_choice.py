"""How far down, which periods, what a click does: kept in the address, and never more than the figures can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_loaders.contract import conform
from geo.village_map import codes_of
from tests.pages import county
from tests.pages.conftest import Open, Opened, open_page
from tests.pages.map_page import (
    VILLAGES,
    click,
    lines,
    mapped,
    publish_map,
    tables_with,
    tea_of_last_year,
    view,
)
from ui.map_choice import TIMES

__all__ = ["mapped", "open_page"]

TOWNSHIPS = [county.YUNXI, county.SHIMEN, county.SONGLING]
OF_SHIMEN = [code for code in VILLAGES if code.startswith(county.SHIMEN[:9])]
FEW = county.CONFIG + "\n[map]\nmax_drawn = 6\n"  # the county has 7 villages
TEA = {"indicator": "tea_garden_area", "period": "2026-10"}


@pytest.fixture
def crowded(prepared: Path) -> Path:
    """The small county with more villages than may be drawn at once."""
    publish_map(prepared, config=FEW)
    return prepared


def choosers(page: Opened) -> list[str]:
    return [each.label for each in (*page.app.selectbox, *page.app.button_group)]


# ── how far down ─────────────────────────────────────────────────────────────────────────────


def test_county_is_drawn_by_villages_or_by_townships(mapped: Path, open_page: Open):
    page = open_page("map", **TEA)
    assert (view(page)["level"], codes_of(view(page))) == ("village", VILLAGES)
    levels = next(each for each in page.app.button_group if each.label == "全县显示到")
    assert list(levels.options) == ["村", "乡镇"]
    page.app.session_state["level"] = "乡镇"
    page.app.run()
    assert (view(page)["level"], codes_of(view(page))) == ("township", TOWNSHIPS)


def test_chosen_township_is_drawn_by_villages_even_where_the_county_is_not(mapped: Path, open_page: Open):
    page = open_page("map", **TEA, level="乡镇", place=county.SHIMEN)
    shown = view(page)
    assert (shown["level"], shown["chosen"], shown["within"]) == ("village", county.SHIMEN, None)
    assert "石门乡3个村中3个已报送" in page.text


def test_level_without_figures_is_not_offered(prepared: Path, open_page: Open):
    tables = county.full()
    known = tables["observations"]
    is_tea = known["indicator_id"] == "tea_garden_area"
    rows = [
        {"place_code": code, "indicator_id": "tea_garden_area", "period": "2026-10", "value": 800.0}
        | {"source_cell": "C5"}
        | county.source(at + 4)
        for at, code in enumerate(TOWNSHIPS)
    ]
    publish_map(prepared, tables | {"observations": conform("observations", rows)})
    page = open_page("map", **TEA, level="村")
    assert view(page)["level"] == "township"
    assert "全县显示到" not in choosers(page)
    publish_map(prepared, tables | {"observations": known[~is_tea]})
    assert "茶园面积还没有能画到地图上的数据" in open_page("map", **TEA).text


def test_level_without_places_on_the_map_is_not_offered(prepared: Path, open_page: Open):
    publish_map(prepared, drawn={"township": "boundary"}, levels=["township"])
    page = open_page("map", **TEA)
    assert view(page)["level"] == "township"
    assert "全县显示到" not in choosers(page)


# ── too many villages ────────────────────────────────────────────────────────────────────────


def test_county_with_too_many_villages_shows_townships(crowded: Path, open_page: Open):
    for query in ({}, {"level": "村"}):
        page = open_page("map", **TEA, **query)
        assert (view(page)["level"], view(page)["within"]) == ("township", None)
        assert "全县显示到" not in choosers(page)


@pytest.mark.parametrize("place", [county.SHIMEN, OF_SHIMEN[0]])
def test_within_a_township_its_villages_alone_are_drawn(crowded: Path, open_page: Open, place: str):
    page = open_page("map", **TEA, place=place)
    shown = view(page)
    assert (shown["level"], shown["within"], shown["chosen"]) == ("village", county.SHIMEN, place)
    assert codes_of(shown) == OF_SHIMEN
    assert shown["classes"] == "012"
    assert "石门乡3个村中3个已报送" in page.text
    assert "只在本乡镇内分级" in page.text
    assert "全县显示到" not in choosers(page)


def test_limit_is_the_number_that_may_still_be_drawn(prepared: Path, open_page: Open):
    publish_map(prepared, config=FEW.replace("= 6", "= 7"))
    assert view(open_page("map", **TEA))["level"] == "village"


def test_clicks_lead_down_and_back_up_step_by_step(crowded: Path, open_page: Open):
    page = open_page("map", **TEA)
    click(page, code=county.SHIMEN)
    assert page.params["place"] == view(page)["within"] == county.SHIMEN
    click(page, code=OF_SHIMEN[1])
    assert page.params["place"] == view(page)["chosen"] == OF_SHIMEN[1]
    click(page, code=OF_SHIMEN[1])
    assert page.params["place"] == view(page)["within"] == county.SHIMEN
    click(page, code=county.SHIMEN)
    assert "place" not in page.params
    assert (view(page)["level"], view(page)["within"]) == ("township", None)


def test_all_times_and_quantities_work_within_a_township(prepared: Path, open_page: Open):
    publish_map(prepared, tables_with(tea_of_last_year()), config=FEW)
    for time in TIMES.values():
        assert codes_of(view(open_page("map", **TEA, place=county.SHIMEN, time=time))) == OF_SHIMEN
    page = open_page("map", **TEA, place=county.SHIMEN, quantity="较上年同期")
    assert lines(page)["较上年同期"] == ["+5.0%", "+7.5%", "+10.0%"]


def test_period_that_only_other_townships_have_does_not_break_a_townships_map(
    prepared: Path, open_page: Open
):
    publish_map(prepared, tables_with(tea_of_last_year()[:2]), config=FEW)  # 云溪镇 alone has last year's
    page = open_page("map", **TEA, place=county.SHIMEN, time="两期对比", beside="2025-10")
    assert codes_of(view(page)) == OF_SHIMEN


def test_township_that_did_not_report_is_not_shown_by_an_older_month(crowded: Path, open_page: Open):
    page = open_page("map", **TEA, place=county.SONGLING)
    assert view(page)["period"] == "2026年10月"
    assert "松岭乡2个村中0个已报送、2个未报送" in page.text


def test_rank_within_a_township_is_not_called_the_countys(crowded: Path, open_page: Open):
    page = open_page("map", **TEA, place=county.YUNXI, quantity="位次")
    assert lines(page)["位次"] == ["第2名", "第1名"]
    assert "全县第1名" not in page.text
    assert "全县按数量排位" not in page.text


def test_completion_is_not_offered_for_villages_without_targets(crowded: Path, open_page: Open):
    page = open_page("map", **TEA, place=county.SHIMEN, quantity="目标完成率")
    assert view(page)["classLabels"]


# ── clicks ───────────────────────────────────────────────────────────────────────────────────


def test_click_on_a_township_leads_to_its_villages_and_a_second_one_back(mapped: Path, open_page: Open):
    page = open_page("map", **TEA, level="乡镇")
    click(page, code=county.YUNXI)
    assert page.params["place"] == view(page)["chosen"] == county.YUNXI
    assert view(page)["level"] == "village"
    click(page, code=county.YUNXI)
    assert page.params == TEA | {"level": "乡镇"}
    assert (view(page)["level"], view(page)["chosen"]) == ("township", "")


def test_click_on_a_village_chooses_it_and_a_second_one_shows_the_county(mapped: Path, open_page: Open):
    page = open_page("map", **TEA)
    click(page, code=VILLAGES[0])
    assert page.params["place"] == VILLAGES[0]
    assert "云溪镇 云溪村" in page.text
    click(page, code=VILLAGES[1])
    assert page.params["place"] == VILLAGES[1]
    click(page, code=VILLAGES[1])
    assert page.params == TEA


def test_second_click_goes_back_to_the_township_that_she_came_down_by(mapped: Path, open_page: Open):
    page = open_page("map", **TEA, level="乡镇")
    click(page, code=county.YUNXI)
    click(page, code=VILLAGES[0])
    click(page, code=VILLAGES[0])
    assert page.params.get("place") == county.YUNXI


@pytest.mark.parametrize("what", [{"code": "990199001001"}, {"code": "1"}, {"period": "1999-01"}, {}])
def test_click_on_what_is_not_there_does_not_break_the_page(
    mapped: Path, open_page: Open, what: dict[str, str]
):
    page = open_page("map", **TEA)
    click(page, **what)
    assert view(page)["chosen"] == ""
    assert "place" not in page.params


def test_picked_period_goes_into_the_address(mapped: Path, open_page: Open):
    page = open_page("map", indicator="tea_garden_area", time="逐期播放")
    click(page, period="2026-08")
    assert page.params["period"] == "2026-08"
    assert view(page)["period"] == "2026年8月"
    time = view(page)["time"]
    assert (time["mode"], time["keys"][time["at"]]) == ("play", "2026-08")


def test_small_map_that_is_picked_is_shown_alone(mapped: Path, open_page: Open):
    page = open_page("map", indicator="tea_garden_area", time="多期小图")
    click(page, period="2026-08", single=True)
    assert page.params["period"] == "2026-08"
    assert view(page)["period"] == "2026年8月"
    assert "time" not in view(page)
    assert page.app.selectbox(key="time").value == "当期"


# ── periods ──────────────────────────────────────────────────────────────────────────────────


def test_one_period_offers_no_other_times(mapped: Path, open_page: Open):
    page = open_page("map", indicator="measures_coverage", time="两期对比", beside="2026-08")
    assert "时间" not in choosers(page)
    assert "对比时期" not in choosers(page)
    assert "time" not in view(page)


def test_compared_period_is_the_last_years_unless_another_is_chosen(prepared: Path, open_page: Open):
    publish_map(prepared, tables_with(tea_of_last_year()))
    page = open_page("map", **TEA, time="两期对比")
    beside = page.app.selectbox(key="choose_beside")
    assert beside.label == "对比时期"
    assert (beside.value, beside.options[0]) == ("2025-10", "2026年9月")
    assert "2026年10月" not in beside.options
    beside.set_value("2026-08").run()
    assert page.params["beside"] == "2026-08"
    assert view(page)["time"]["keys"] == ["2026-08", "2026-10"]


@pytest.mark.parametrize("beside", ["1999-01", "2026-10", "<b>", "2026"])
def test_unknown_period_beside_gives_way_to_one_that_is_known(mapped: Path, open_page: Open, beside: str):
    page = open_page("map", **TEA, time="两期对比", beside=beside)
    assert view(page)["time"]["keys"] == ["2026-07", "2026-10"]
    assert page.app.selectbox(key="choose_beside").value == "2026-07"


# ── classes ──────────────────────────────────────────────────────────────────────────────────


def test_method_and_number_of_classes_are_the_readers(mapped: Path, open_page: Open):
    page = open_page("map", **TEA, method="每级数量相近", classes="3")
    assert view(page)["classes"] == "00122--"  # natural breaks: 01122--
    assert "每级数量相近分级" in page.text
    page.app.slider(key="classes").set_value(4).run()
    assert len(view(page)["colours"]) == 4


def test_ranks_have_one_method_and_configured_bounds_want_a_config(mapped: Path, open_page: Open):
    def methods(**query: str) -> list[str]:
        page = open_page("map", **TEA, **query)
        return [name for each in page.app.selectbox if each.key == "method" for name in each.options]

    assert methods() == ["自然断点", "每级数量相近", "等距", "整数分级"]
    assert methods(quantity="位次") == []
    assert "配置的界限" in methods(level="乡镇", quantity="目标完成率")
