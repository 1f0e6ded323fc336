"""产业覆盖 of a county small enough to know by heart (tests/pages/county.py), part by part."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geo.layers import ScreenLayer
from settings import Indicator
from tests.pages import county
from tests.pages.conftest import Open, publish_tables
from ui.all_industries import _changes

MIX = """
[[coverage.mixes]]
name = "两种面积"
parts = ["tea_garden_area", "oil_area"]
"""
CONFIG = (
    county.CONFIG.replace(
        "poor_households = {", 'oil_area = { name = "油茶面积", unit = "亩", measure = "stock" }\npoor_households = {', 1
    )
    + MIX
)  # fmt: skip
WEST_TO_EAST = (county.YUNXI, county.SHIMEN, county.SONGLING)


def layer() -> ScreenLayer:
    """Three townships side by side."""
    features = ",".join(
        f'{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":'
        f"{shapely.to_geojson(shapely.box(114 + at / 10, 31, 114.1 + at / 10, 31.1))}}}"
        for at, code in enumerate(WEST_TO_EAST)
    )
    geojson = f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()
    return ScreenLayer("township", geojson, 3, (114.0, 31.0, 114.3, 31.1))


@pytest.fixture
def mixed(prepared: Path) -> Path:
    """The county with 油茶 as well: 云溪 none of it, 石门 as much as tea, 松岭 not in the October ledger."""
    (prepared.parent / "config.toml").write_text(CONFIG, encoding="utf-8")
    tables = county.full()
    rows = tables["observations"]
    tea = rows[(rows["indicator_id"] == "tea_garden_area") & rows["value"].notna()]
    oil = tea.assign(
        indicator_id="oil_area", value=tea["value"].where(tea["place_code"].str.startswith(county.SHIMEN[:9]), 0.0)
    )  # fmt: skip
    tables["observations"] = type(rows)(
        {name: [*rows[name], *oil[name]] for name in rows.columns}
    ).astype(rows.dtypes)  # fmt: skip
    publish_tables(prepared, tables, CONFIG, [layer()])
    return prepared


class TestAll:
    def test_every_industry_in_the_headline_s_order_with_its_own_unit(self, full, open_page: Open):
        page = open_page("industry")
        text = page.text
        # October: 云溪 13+14, 石门 15+16+17 万袋, of 28+60+40
        assert "<b>75.0</b><small>万袋</small>" in text
        assert "完成 <b>58.6%</b>" in text
        assert "75.0/128.0万袋" in text
        assert "3项产业指标,3项有全年目标:都还没有完成,没有落后的" in text
        assert (
            "目标 1,200头,今年有月份没有报送" in text
        )  # no completion of a flow whose January is in no ledger
        ways = [button.label for button in page.app.button if button.label.startswith("看")]
        assert ways == ["看香菇在棚规模", "看茶园面积", "看生猪出栏"]

    def test_a_line_leads_to_its_own_charts(self, full, open_page: Open):
        page = open_page("industry", place="990102001")
        page.app.button(key="gm_go_tea_garden_area").click().run()
        assert page.params["indicator"] == "tea_garden_area"
        assert page.params["place"] == county.YUNXI
        assert page.app.selectbox(key="choose_indicator").value == "tea_garden_area"

    def test_a_link_to_an_indicator_means_its_charts(self, full, open_page: Open):
        page = open_page("industry", indicator="pig_sold")
        assert page.app.selectbox(key="choose_indicator").value == "pig_sold"

    def test_a_township_behind_the_county_says_so(self, full, open_page: Open):
        # 石门 48 of 60 = 80 %, and the county 75 of 128 = 58.6 %
        assert "落后</em>" not in open_page("industry", place="990102002").text
        tables = county.full()
        rows = tables["observations"]
        is_target = (rows["indicator_id"] == "mushroom_bags") & rows["target"].notna()
        rows.loc[is_target & (rows["place_code"] == county.SHIMEN), "target"] = 150.0
        rows.loc[is_target & (rows["place_code"] == county.SONGLING), "target"] = 4.0
        stricter = county.CONFIG.replace("[overview]", "[overview]\nbehind_points = 5")
        publish_tables(full, tables, stricter)
        # 48 of 150 = 32.0 %, the county 75 of 182 = 41.2 %, less 5 points
        assert "落后</em>" in open_page("industry", place="990102002").text
        assert "落后</em>" not in open_page("industry", place="990102001").text

    def test_nothing_reported_is_missing_and_not_zero(self, only_places, open_page: Open):
        text = open_page("industry").text
        assert '<span class="gm-missing">未报送</span>' in text
        assert "<b>0" not in text
        assert "都没有全年目标" in text


def test_a_yearly_figure_is_compared_with_last_year_once():
    spec = Indicator(name="茶园面积", unit="亩", measure="stock", frequency="year")
    row = {"change": 20.0, "year_change": 20.0, "year_change_pct": 0.1}
    assert _changes(spec, row) == "<span>较上年 +20亩</span>"
    assert _changes(spec, row | {"change": None}) == "<span>同比 +0.1%</span>"


class TestMeasures:
    def test_share_of_households_with_any_measure_is_told_with_its_parts(self, full, open_page: Open):
        page = open_page("industry", part="措施到户")
        poor = {code: each[3] for code, each in county.VILLAGES.items()}
        whole, blank = sum(poor.values()), poor["990102002003"]
        assert f"{whole - blank}/{whole}户" in page.text

    def test_blank_villages_lead_to_the_map(self, full, open_page: Open):
        page = open_page("industry", part="措施到户")
        (link,) = [each for each in page.app.get("page_link") if "空白村" in each.proto.label]
        assert link.proto.page == "map"
        assert "overlays=blank" in link.proto.query_string

    def test_villages_of_the_whole_county_are_named_with_their_township(self, full, open_page: Open):
        assert "石门乡冷水村" in open_page("industry", part="措施到户", by="村").text


class TestStructure:
    def test_dependence_and_who_is_left_out(self, mixed, open_page: Open):
        text = open_page("industry", part="结构").text
        # 云溪 only tea; 石门 half and half: 0.5; 松岭 in no October ledger
        assert "<b>云溪镇</b>最依赖单一产业:茶园面积占<b>100.0%</b>" in text
        assert "未报全、不计算:松岭乡(0/2个单位)" in text
        assert "2个乡镇里1个过半靠一种产业" in text

    def test_neighbours_are_compared_by_what_both_grow(self, mixed, open_page: Open):
        text = open_page("industry", part="结构").text
        # 100/0 against 50/50: 50 % in common, of tea; 石门—松岭 cannot be judged
        assert "<b>云溪镇</b>和<b>石门乡</b>最像:产业结构重合<b>50.0%</b>" in text
        assert "1对因报送不全没有比较" in text

    def test_people_by_industry(self, mixed, open_page: Open):
        text = open_page("industry", part="结构", mix="各产业用工").text
        assert "<b>石门乡</b>最依赖单一产业:香菇占<b>100.0%</b>(80/80人)" in text
        assert "松岭乡(0/1个主体)" in text  # its enterprise states no jobs

    def test_without_boundaries_nobody_is_compared(self, full, open_page: Open):
        assert "没有乡镇界线" in open_page("industry", part="结构").text

    def test_villages_of_a_township(self, mixed, open_page: Open):
        text = open_page("industry", part="结构", place="990102002").text
        assert "冷水村" in text
        assert "0.50" in text

    def test_nothing_to_compare(self, only_places, open_page: Open):
        assert "还没有定义可以放在一起比的产业" in open_page("industry", part="结构").text
