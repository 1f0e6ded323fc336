"""What each page says about a county small enough to know by heart (tests/pages/county.py)."""

from __future__ import annotations

from tests.pages import county
from tests.pages.conftest import Open, publish_tables


class TestOverview:
    def test_headline_has_value_unit_target_and_who_reported(self, full, open_page: Open):
        text = open_page("overview").text
        # October: 云溪 13+14, 石门 15+16+17, 松岭 has not reported; target 28+60+40.
        assert "75.0<small>万袋</small>" in text
        assert "完成 58.6%" in text
        assert "75.0/128.0万袋" in text
        assert "5/7个村已报" in text

    def test_flow_is_summed_since_january(self, full, open_page: Open):
        assert "生猪出栏 1—10月累计" in open_page("overview").text

    def test_urgent_items_lead_to_the_filtered_page(self, full, open_page: Open):
        page = open_page("overview")
        overdue = [link.proto for link in page.app.get("page_link") if "[逾期]" in link.proto.label]
        assert len(overdue) == 1
        assert "石门乡有1个问题逾期" in overdue[0].label
        assert f"place={county.SHIMEN}" in overdue[0].query_string

    def test_township_shows_its_own_figures(self, full, open_page: Open):
        text = open_page("overview", place="990102001").text
        assert "27.0<small>万袋</small>" in text

    def test_nothing_reported_is_missing_not_zero(self, only_places, open_page: Open):
        text = open_page("overview").text
        assert "未报送" in text
        assert "没有查到要拍板的事项" in text
        assert "没有检查反馈问题" in text


class TestIndustry:
    def test_default_is_the_first_headline_indicator(self, full, open_page: Open):
        page = open_page("industry", part="按产业看")
        assert page.app.selectbox(key="choose_indicator").value == "mushroom_bags"

    def test_indicator_in_the_address_is_shown(self, full, open_page: Open):
        text = open_page("industry", indicator="tea_garden_area").text
        assert "茶园面积" in text
        assert "数值(亩)" in text

    def test_villages_of_a_township_with_their_source(self, full, open_page: Open):
        text = open_page("industry", place="990102001", part="按产业看").text
        assert "云溪村" in text
        assert "来源文件" in text
        assert "2026年10月产业月报.xlsx" in text

    def test_quarterly_indicator_names_its_own_period(self, full, open_page: Open):
        assert "2026年9月" in open_page("industry", indicator="measures_coverage").text

    def test_blank_villages_are_listed(self, full, open_page: Open):
        page = open_page("industry", part="措施到户")
        assert "空白村 1 个" in page.text
        assert "冷水村" in page.text

    def test_nothing_reported(self, only_places, open_page: Open):
        assert "香菇在棚规模还没有报送数据" in open_page("industry", part="按产业看").text


class TestEnterprises:
    def test_totals_tell_who_reported(self, full, open_page: Open):
        text = open_page("enterprises").text
        assert "145<small>人</small>" in text  # 40 + 25 + 80, the farm did not report
        assert "3/4个主体已报" in text
        assert "37/145人" in text

    def test_search_narrows_the_list(self, full, open_page: Open):
        page = open_page("enterprises", part="名单")
        page.app.text_input(key="find").set_value("茶厂").run()
        assert "1 个经营主体和基地" in page.text
        page.app.text_input(key="find").set_value("没有的").run()
        assert "没有找到" in page.text

    def test_nothing_reported(self, only_places, open_page: Open):
        assert "还没有经营主体和基地台账" in open_page("enterprises").text


class TestRectification:
    def test_headline_adds_up(self, full, open_page: Open):
        text = open_page("rectification").text
        assert "=2已销号+1待验收+3整改中" in text
        assert "已销号2/6个" in text

    def test_village_without_a_problem(self, full, open_page: Open):
        assert "长坪村没有检查反馈问题" in open_page("rectification", place="990102003002").text

    def test_problem_without_a_place_belongs_to_the_county(self, full, open_page: Open):
        assert "县直及未注明" in open_page("rectification", part="清单", show="全部").text


class TestQuality:
    def test_who_has_not_reported(self, full, open_page: Open):
        text = open_page("quality").text
        assert "没有报齐的乡镇 1 个" in text
        assert "0/2" in text

    def test_fault_says_where_and_what_to_do(self, full, open_page: Open):
        text = open_page("quality", part="检查问题").text
        for expected in ("C17", "“三百亩”不是数字", "请填写数字(单位:亩)。", "石门乡"):
            assert expected in text

    def test_faults_of_a_township(self, full, open_page: Open):
        assert "三百亩" not in open_page("quality", place="990102001", part="检查问题").text

    def test_no_faults(self, only_places, open_page: Open):
        assert "没有发现问题" in open_page("quality", part="检查问题").text
        assert "产业发展月报还没有任何单位报送" in open_page("quality").text


def test_yearly_county_without_months(prepared, open_page: Open):
    """A yearbook knows years only; every page must do without months."""
    tables = county.full()
    observed = tables["observations"]
    yearly = observed[
        observed["period"].isin(["2026-09", "2026-10"]) | (observed["period"].str.len() == 4)
    ].copy()
    yearly["period"] = yearly["period"].replace({"2026-09": "2015", "2026-10": "2016"})
    publish_tables(prepared, tables | {"observations": yearly})
    for path in ("overview", "industry", "ranking", "quality"):
        page = open_page(path)
        assert "最新报送 2016年" in page.text
        assert page.app.selectbox(key="choose_period").options[0] == "2016年"


def test_hostile_enterprise_name_is_only_text(full, open_page: Open):
    page = open_page("enterprises", part="名单")
    names = page.app.dataframe[0].value["name"].tolist()
    assert "=cmd![](http://evil.example/y.png)" in names
    assert all("evil.example" not in element.value for element in page.app.markdown)


def test_register_without_townships(prepared, open_page: Open):
    """The county alone, e.g. before the register has come: no page may break."""
    tables = county.only_places()
    tables["places"] = tables["places"].head(1)
    publish_tables(prepared, tables)
    for path in ("overview", "industry", "enterprises", "ranking", "rectification", "observation", "quality"):
        assert "小河县" in open_page(path).text
