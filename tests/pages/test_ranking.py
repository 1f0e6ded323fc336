"""乡镇排名: the order, how firm it is, what it is made of, and one township's own page."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.pages import county
from tests.pages.conftest import Open, publish_tables

# October: 云溪 bags 27/28, measures 36/50, problems 2/2 closed; 石门 48/60, 51/80, 0/2; 松岭 has not reported bags.


def cells(text: str, head: str) -> list[list[str]]:
    """Rows of the first table that has this head, as texts."""
    tables = [each for each in re.findall(r"<table.*?</table>", text, re.S) if head in each]
    rows = re.findall(r"<tr.*?</tr>", tables[0], re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row, re.S)] for row in rows[1:]
    ]


@pytest.fixture
def publish(prepared: Path):
    """Publish the county with other words in its config, or other tables."""

    def publish_(*changes: tuple[str, str], tables=None) -> None:
        config = county.CONFIG
        for old, new in changes:
            assert old in config
            config = config.replace(old, new)
        publish_tables(prepared, tables or county.full(), config)

    return publish_


class TestOrder:
    def test_best_first_and_the_unranked_last_as_not_reported(self, full, open_page: Open):
        rows = cells(open_page("ranking").text, "名次(可能)")
        assert [row[1] for row in rows] == ["云溪镇", "石门乡", "松岭乡"]
        assert rows[0][0] == "1(稳)"
        assert rows[2][0] == "—"
        assert rows[2][2] == "未报送"
        assert rows[2][5] == "缺"

    def test_says_who_is_missing_what_and_how_the_score_is_made(self, full, open_page: Open):
        text = open_page("ranking").text
        assert "没有排名:松岭乡(香菇在棚规模未报送)" in text
        assert "香菇在棚规模 40%、3项产业措施覆盖率 30%、问题销号率 30%" in text
        assert "单项得分=完成率(%),最高按100%计" in text

    def test_names_lead_to_the_township_and_keep_the_other_choices(self, full, open_page: Open):
        text = open_page("ranking", by="进步", period="2026-09").text
        (href,) = set(re.findall(r'href="([^"]*990102002000)"', text))
        assert "period=2026-09" in href
        assert "by=%E8%BF%9B%E6%AD%A5" in href
        assert href.endswith("place=990102002000")

    def test_anybody_can_recompute_a_score_from_the_numbers_shown(self, full, open_page: Open):
        text = open_page("ranking", place="990102002").text
        *parts, total = cells(text, "=得分")
        assert [row[0] for row in parts] == ["香菇在棚规模", "3项产业措施覆盖率", "问题销号率"]
        assert parts[0][1] == "48.0/60.0万袋"
        assert parts[2][1] == "0/2个(截至10月31日)"
        points = 0.0
        for _, figure, judged, score, weight, gained in parts:
            done, due = (float(each) for each in re.findall(r"[\d.]+", figure)[:2])
            assert float(judged.removesuffix("%")) == pytest.approx(100 * done / due, abs=0.06)
            assert float(score) == min(float(judged.removesuffix("%")), 100)
            assert float(gained) == pytest.approx(
                float(score) * float(weight.removesuffix("%")) / 100, abs=0.006
            )
            points += float(gained)
        # 80 x 0.4 + 63.75 x 0.3 + 0 x 0.3
        assert float(total[-1]) == pytest.approx(points, abs=0.011) == pytest.approx(51.125, abs=0.011)
        assert total[-2] == "100%"

    def test_a_part_that_does_not_apply_has_no_weight_in_the_sum(self, publish, open_page: Open):
        publish(
            ('metric = "closure_rate", weight = 0.3', 'metric = "closure_rate", weight = 0.3, min_base = 3')
        )
        *parts, total = cells(open_page("ranking", place="990102002").text, "=得分")
        assert parts[2][2:] == ["不适用", "—", "—", "—"]
        assert [row[4] for row in parts[:2]] == ["57.14%", "42.86%"]
        assert float(total[-1]) == pytest.approx(0.5714 * 80 + 0.4286 * 63.75, abs=0.011)

    def test_a_method_that_compares_shows_what_it_compares_with(self, publish, open_page: Open):
        publish(("[ranking]\n", '[ranking]\nmethod = "minmax"\n'))
        text = open_page("ranking", place="990102002").text
        assert "100×(本乡镇−最低)÷(最高−最低)" in text
        # 云溪 96.43 %, 石门 80 %, 松岭 did not report
        assert cells(text, "=得分")[0][3] == "最低80.00,最高96.43"

    def test_lists_are_named_in_words(self, publish, open_page: Open):
        tables = county.full()
        late = (tables["observations"]["indicator_id"] == "mushroom_bags") & (
            tables["observations"]["period"] == "2026-10"
        )
        tables["observations"].loc[late & tables["observations"]["value"].isna(), "value"] = 5.0
        publish(tables=tables)
        text = open_page("ranking").text
        assert "<b>红榜</b>云溪镇(第1名)" in text
        assert "<b>黑榜</b>" in text


class TestGroups:
    GROUPS = ("[coverage]", '[ranking.groups]\n"山区" = ["石门乡", "松岭乡"]\n\n[coverage]')

    def test_townships_are_ranked_among_their_like(self, publish, open_page: Open):
        publish(self.GROUPS)
        page = open_page("ranking", group="山区")
        assert [row[1] for row in cells(page.text, "名次(可能)")] == ["石门乡", "松岭乡"]
        assert cells(page.text, "名次(可能)")[0][0] == "1(稳)"

    def test_without_groups_there_is_no_chooser(self, full, open_page: Open):
        assert "和谁比" not in open_page("ranking").text

    def test_a_township_outside_the_group_is_told_so(self, publish, open_page: Open):
        publish(self.GROUPS)
        assert "云溪镇不在“山区”里" in open_page("ranking", group="山区", place="990102001").text


class TestParts:
    def test_old_links_still_work(self, full, open_page: Open):
        assert "名次(可能)" in open_page("ranking", by="综合得分", indicator="tea_garden_area").text
        assert "数值(亩)" in open_page("ranking", by="单项指标", indicator="tea_garden_area").text

    def test_single_indicator(self, full, open_page: Open):
        page = open_page("ranking", indicator="tea_garden_area")
        assert "数值(亩)" in page.text
        assert page.app.selectbox(key="choose_indicator").value == "tea_garden_area"

    def test_progress_is_ordered_by_the_change_of_the_score(self, full, open_page: Open):
        # bags: 云溪 25 → 27 of 28 (+7.14 points x 0.4), 石门 45 → 48 of 60 (+5 x 0.4); nothing else has moved
        text = open_page("ranking", by="进步").text
        rows = cells(text, "进步名次")
        assert [(row[1], row[2]) for row in rows] == [("云溪镇", "+2.9"), ("石门乡", "+2.0"), ("松岭乡", "—")]
        assert "云溪镇进步最大" in text

    def test_course_has_a_line_per_township(self, full, open_page: Open):
        text = open_page("ranking", by="走势").text
        assert "2026年7月至2026年10月" in text
        assert "1个最近一期没有名次" in text

    def test_county_without_a_composite_ranks_by_indicator(self, publish, open_page: Open):
        config = (
            county.CONFIG[: county.CONFIG.index("[ranking]")]
            + county.CONFIG[county.CONFIG.index("[coverage]") :]
        )
        publish((county.CONFIG, config))
        page = open_page("ranking")
        assert page.app.selectbox(key="choose_indicator").value == "mushroom_bags"
        assert "看什么" not in page.text

    @pytest.mark.parametrize("by", ["名次", "进步", "走势"])
    def test_nothing_reported(self, only_places, open_page: Open, by: str):
        text = open_page("ranking", by=by).text
        assert "还没有乡镇可以排名" in text
        assert "云溪镇" in text

    @pytest.mark.parametrize("by", ["名次", "进步", "走势"])
    @pytest.mark.parametrize("place", ["", "990102001"])
    def test_one_township(self, publish, open_page: Open, by: str, place: str):
        tables = county.full()
        gone = (county.SHIMEN[:9], county.SONGLING[:9])
        for name in ("places", "observations", "enterprises", "problems"):
            codes = tables[name]["place_code"].fillna("")
            tables[name] = tables[name][~codes.str.startswith(gone)]
        publish(tables=tables)
        text = open_page("ranking", by=by, **({"place": place} if place else {})).text
        assert "云溪镇" in text


class TestTownship:
    def test_sees_its_rank_and_what_it_lost(self, full, open_page: Open):
        text = open_page("ranking", place="990102002").text
        assert "第2名" in text
        assert "(稳)/2" in text
        # weights 0.4, 0.3, 0.3: no problem closed costs 30 points, measures 10.9, bags 8
        weak = re.findall(r"<li><span>(.*?)<small>", text.split("失分最多的项")[1])[:3]
        assert weak == ["问题销号率", "3项产业措施覆盖率", "香菇在棚规模"]
        assert "失30.0分" in text

    def test_is_told_what_would_gain_a_place(self, full, open_page: Open):
        text = open_page("ranking", place="990102002").text
        assert "要升一名" in text
        assert "会掉一名" in text

    def test_sees_laggard_villages_overdue_problems_and_deadlines(self, full, open_page: Open):
        text = open_page("ranking", place="990102002").text
        # 冷水村: none of 15 households with three measures
        assert "落后的村:3项产业措施覆盖率完成率最低" in text
        assert re.search(r"冷水村</span><b>0\.0%</b>", text)
        assert '逾期问题 <b class="gm-is-bad">1个</b>' in text
        assert "逾期26天" in text
        assert "11月18日(还剩3天)" in text

    def test_hostile_village_names_are_text(self, full, open_page: Open):
        text = open_page("ranking", place="990102002").text
        assert "<img" not in text

    def test_unranked_township_sees_why_and_is_not_scored(self, full, open_page: Open):
        text = open_page("ranking", place="990102003").text
        assert "没有名次" in text
        assert "香菇在棚规模未报送" in text
        assert "要升一名" not in text
        *_, total = cells(text, "=得分")
        assert total[-1] == "缺香菇在棚规模,没有总分"


class TestWall:
    def test_full_table_with_intervals_and_no_method(self, full, open_page: Open):
        text = open_page("ranking", present="1").text
        assert "第1名(稳)" in text
        assert 'class="gm-wall gm-rolling"' not in text
        assert "全县3个乡镇" in text
        assert "自己算一遍" not in text

    def test_township_on_the_wall(self, full, open_page: Open):
        assert 'class="gm-township gm-onwall"' in open_page("ranking", present="1", place="990102002").text


class TestGaps:
    """Why there is no rank: what was not reported is the township's, a target that was not set is not."""

    def test_a_part_without_any_target_is_not_called_unreported(self, publish, open_page: Open):
        tables = county.full()
        told = tables["observations"]
        no_goal = (told["indicator_id"] == "mushroom_bags") & told["target"].notna()
        publish(tables=tables | {"observations": told[~no_goal]})
        text = open_page("ranking").text
        assert "还没有乡镇可以排名:香菇在棚规模没有下达目标。" in text
        # 松岭乡 has not reported its bags either, but with a report it would have no rank all the same.
        assert "未报送" not in text
        card = open_page("ranking", place=county.SHIMEN).text
        assert '没有名次</b></div><p class="gm-is-warn">香菇在棚规模没有下达目标' in card
        assert "未报送" not in card

    def test_too_few_reports_are_counted(self, publish, open_page: Open):
        tables = county.full()
        told = tables["observations"]
        # 石门乡: one of its three villages is late, 2/3 is less than 80 %.
        is_late = (
            (told["indicator_id"] == "mushroom_bags")
            & (told["period"] == "2026-10")
            & (told["place_code"] == "990102002003")
        )
        told.loc[is_late, "value"] = None
        publish(tables=tables)
        text = open_page("ranking").text
        assert "石门乡(香菇在棚规模只报了2/3,不到80%)" in text
        assert "松岭乡(香菇在棚规模未报送)" in text
        card = open_page("ranking", place=county.SHIMEN).text
        assert "<b>只报了2/3,不到80%<small>没有名次" in card
        overview = open_page("overview", place=county.SHIMEN).text
        assert "香菇在棚规模只报了2/3,不到80%" in overview


class TestAddress:
    def test_unknown_parts_and_groups_are_told(self, publish, open_page: Open):
        publish(TestGroups.GROUPS)
        text = open_page("ranking", by="乱写", group="没有").text
        assert "没有“乱写”这一部分,现在显示“名次”。" in text
        assert "没有“没有”这个分组,现在和全县比。" in text

    @pytest.mark.parametrize(
        "query", [{}, {"by": "综合得分"}, {"by": "进步", "group": "山区"}, {"group": "全县"}]
    )
    def test_known_ones_are_not(self, publish, open_page: Open, query: dict[str, str]):
        publish(TestGroups.GROUPS)
        text = open_page("ranking", **query).text
        assert "现在显示" not in text
        assert "现在和" not in text

    def test_a_village_is_told_whose_rank_it_sees(self, full, open_page: Open):
        for query in ({}, {"by": "进步"}, {"indicator": "tea_garden_area"}):
            text = open_page("ranking", place="990102002001", **query).text
            assert "名次是石门村所在的石门乡的,村不参加乡镇排名。" in text
        assert "村不参加乡镇排名" not in open_page("ranking", place=county.SHIMEN).text


def test_the_rank_of_one_indicator_says_by_what(full, open_page: Open):
    bags = open_page("ranking", indicator="mushroom_bags").text
    assert "名次(按完成率)" in bags
    assert "按完成率排名" in bags
    overview = open_page("overview", place=county.SHIMEN).text
    assert "香菇在棚规模(按完成率)" in overview
    # villages have no targets of their own
    assert "香菇在棚规模(按数量)" in open_page("overview", place="990102002001").text


class TestVillages:
    @staticmethod
    def last_year(values: dict[str, float]):
        """The county with October 2025 of 石门乡's bags; now they are 15, 16, 17 and no village has a target."""
        tables = county.full()
        told = tables["observations"]
        now = told[(told["indicator_id"] == "mushroom_bags") & (told["period"] == "2026-10")]
        then = now[now["place_code"].isin(values)].assign(
            period="2025-10", value=lambda rows: rows["place_code"].map(values)
        )
        measures = told["indicator_id"].str.contains("measures|poor")
        return tables | {"observations": pd.concat([told[~measures], then], ignore_index=True)}

    def test_villages_that_grew_are_not_called_laggards(self, publish, open_page: Open):
        tables = self.last_year({"990102002001": 14.0, "990102002003": 10.0})
        tables["problems"] = tables["problems"].head(0)
        publish(tables=tables)
        text = open_page("ranking", place=county.SHIMEN).text
        assert "同比增长最慢的村:香菇在棚规模" in text
        assert "落后的村" not in text

    def test_only_those_that_fell_are(self, publish, open_page: Open):
        tables = self.last_year({"990102002001": 20.0, "990102002003": 10.0})
        tables["problems"] = tables["problems"].head(0)
        publish(tables=tables)
        villages = open_page("ranking", place=county.SHIMEN).text.split("落后的村:香菇在棚规模同比下降")[1]
        assert "石门村" in villages.split("</section>")[0]
        assert "冷水村" not in villages.split("</section>")[0]
