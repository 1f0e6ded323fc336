"""总览: what needs a decision, what has changed since the last meeting, and how fresh the figures are."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from settings import Indicator
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from ui import cached, decisions
from ui.decisions import PARTS
from ui.figure_card import _changes

MEETINGS = """
[[overview.meetings]]
name = "三季度调度会"
on = 2026-09-28

[[overview.meetings]]
name = "十月推进会"
on = 2026-10-13

[[overview.meetings]]
name = "还没有开的会"
on = 2026-12-20

[[overview.rules]]
kind = "overdue"

[[overview.rules]]
kind = "dropped"
at_least = 1

[[overview.rules]]
kind = "late"
"""


@pytest.fixture
def met(prepared: Path) -> Path:
    """The county with two meetings behind it and one to come."""
    publish_tables(prepared, county.full(), config=county.CONFIG + MEETINGS)
    return prepared


def changes_html(page: Opened) -> str:
    """The HTML of what has changed."""
    (html,) = [each.proto.body for each in page.app.get("html") if 'class="gm-changes"' in each.proto.body]
    return html


def changes(page: Opened) -> str:
    """What has changed, as a reader sees it."""
    return re.sub(r"<[^>]+>", " ", changes_html(page))


def links(page: Opened) -> dict[str, str]:
    return {link.proto.label: link.proto.query_string for link in page.app.get("page_link")}


class TestSinceMeeting:
    def test_compares_with_the_last_meeting_that_has_been_held(self, met, open_page: Open):
        page = open_page("overview")
        assert "自十月推进会以来" in page.text
        assert "还没有开的会" not in page.text
        assert "从2026年10月13日到2026年11月15日,33天。" in changes(page)
        assert "since" not in page.params

    def test_newly_overdue_with_all_of_them_below(self, met, open_page: Open):
        # W003 was due on 20 October; nothing was struck off after the 13th
        told = changes(open_page("overview"))
        assert re.search(r"新逾期\s+1个问题\s*:石门乡1个", told)
        assert "石门乡 石门村 W003:W003:产业薄弱同质化,请核实(时限2026年10月20日,已逾期26天)" in told
        assert "没有变化:反弹的问题" in told

    def test_another_meeting_from_the_list(self, met, open_page: Open):
        page = open_page("overview")
        page.app.selectbox(key="choose_since").select("2026-09-28").run()
        assert page.params["since"] == "2026-09-28"
        assert "自三季度调度会以来" in page.text

    def test_any_day_from_the_calendar(self, met, open_page: Open):
        page = open_page("overview")
        page.app.date_input(key="choose_since_day").set_value(date(2026, 9, 1)).run()
        assert page.params["since"] == "2026-09-01"
        # W002 was struck off on 28 September, W001 on 18 August
        assert re.search(r"已销号\s+1个问题\s*:云溪镇1个", changes(page))
        page.app.selectbox(key="choose_since").select("2026-10-13").run()
        assert "since" not in page.params

    @pytest.mark.parametrize(
        "asked", ["2027-01-01", "2026-11-15", "0001-01-01", "2026-02-30", county.HOSTILE]
    )
    def test_a_day_that_cannot_be_is_said(self, met, open_page: Open, asked: str):
        html = changes_html(open_page("overview", since=asked))
        assert "现在从2026年10月13日算起" in html
        assert "<img" not in html

    def test_a_day_before_all_is_too_early(self, met, open_page: Open):
        told = changes(open_page("overview", since="1990-01-01"))
        assert "1990年1月1日太早,最早可以选2000年1月1日" in told
        assert "不在数据截至日之前" not in told
        assert "不在数据截至日之前" in changes(open_page("overview", since="2029-01-01"))

    def test_late_reports_of_an_earlier_period_are_not_of_now(self, met, open_page: Open):
        # 松岭乡 has not reported October; in September all had
        now = changes(open_page("overview"))
        assert "现在漏报 1份报表" in re.sub(r"\s+", " ", now)
        assert "不随所选时期变" not in now
        then = changes(open_page("overview", period="2026-09"))
        assert "截至2026年9月没有漏报。" in then
        assert "现在漏报" not in then
        assert "问题按2026年11月15日的状态,不随所选时期变。" in then

    def test_late_reports_name_the_earlier_period(self, prepared, open_page: Open):
        tables = county.full()
        told = tables["observations"]
        is_late = (told["place_code"] == "990102003001") & (told["period"] == "2026-09")
        publish_tables(prepared, tables | {"observations": told[~is_late]}, config=county.CONFIG + MEETINGS)
        then = changes(open_page("overview", period="2026-09"))
        assert "截至2026年9月漏报 1份报表" in re.sub(r"\s+", " ", then)

    def test_links_and_small_print_of_what_is_configured_only(self, met, prepared, open_page: Open):
        page = open_page("overview")
        assert {"逾期问题", "全部名次", "空白村"} <= set(links(page))
        assert "自上次会议以来:问题按两天的状态和时限比,名次、空白村按" in page.text
        cached.forget_everything()
        ranking, rest = county.CONFIG.split("[ranking]")[0], county.CONFIG.split("[[sources]]")[1]
        config = f"{ranking}[[sources]]{rest}"
        tables = county.full()
        publish_tables(prepared, tables | {"problems": tables["problems"].iloc[:0]}, config=config)
        bare = open_page("overview")
        assert set(links(bare)) & {"逾期问题", "已销号问题", "全部名次", "空白村"} == set()
        assert "报送进度" in links(bare)
        for word in ("自上次会议以来", "名次、空白村", "逾期按数据截至日计算"):
            assert word not in bare.text
        assert "较上月、较上季、同比只比两期都报了的单位" in bare.text

    def test_without_meetings_a_month(self, full, open_page: Open):
        page = open_page("overview")
        assert "10月15日以来" in page.text
        assert [box for box in page.app.selectbox if box.key == "choose_since"] == []

    def test_ranks_of_the_month_before_the_meeting_and_now(self, met, open_page: Open):
        told = changes(open_page("overview", place=county.SONGLING))
        assert "名次无法比较:两期里有一期报送不齐,没有名次。" in told  # it has not reported October
        assert "名次无法比较:那时还没有可排名的数据。" in changes(open_page("overview", since="2026-07-01"))

    def test_measures_are_not_newer_than_the_meeting(self, met, open_page: Open):
        assert "空白村无法比较:2026年9月以后还没有新的措施到户台账。" in changes(open_page("overview"))

    def test_a_township_hears_of_itself(self, met, open_page: Open):
        told = changes(open_page("overview", place=county.YUNXI))
        assert "石门" not in told
        assert "没有变化:新逾期的问题" in told

    def test_the_wall_says_the_day_and_has_no_links(self, met, open_page: Open):
        page = open_page("overview", present="1")
        assert "自十月推进会(10月13日)以来" in page.text
        assert "逾期问题" not in links(page)

    def test_nothing_reported_at_all(self, only_places, open_page: Open):
        told = changes(open_page("overview"))
        assert "没有变化:新逾期的问题、反弹的问题" in told
        assert "名次无法比较:那时还没有可排名的数据。" in told

    def test_hostile_names_are_text(self, prepared, open_page: Open):
        tables = county.full()
        tables["problems"].loc[2, ["text", "place_code"]] = [county.HOSTILE, "990102002002"]
        publish_tables(prepared, tables, config=county.CONFIG + MEETINGS)
        html = changes_html(open_page("overview"))
        assert "&lt;img" in html
        assert "<img" not in html


class TestDecisions:
    def test_rules_of_the_config_are_the_only_ones(self, met, open_page: Open):
        tags = {
            re.sub(r".*?\[(.+?)\].*", r"\1", label)
            for label in links(open_page("overview"))
            if "badge" in label
        }
        assert tags <= {"逾期", "退位", "未报"}

    def test_how_many_more_there_are(self, met, open_page: Open, monkeypatch):
        assert "还有" not in open_page("overview").text
        monkeypatch.setattr(decisions, "ON_PAGE", 1)
        monkeypatch.setattr(decisions, "ON_WALL", 1)
        page = open_page("overview")
        # 石门乡 with its overdue problem is listed, 松岭乡 and its missing report are not
        assert "还有1项:" in page.text
        assert "ledger" not in links(page)["未报1项"]
        wall = open_page("overview", present="1")
        assert "需要拍板的事项(共2项,先列1项)" in wall.text
        assert "未报1项" not in links(wall)

    def test_links_are_filtered(self, met, open_page: Open):
        queries = {label: query for label, query in links(open_page("overview")).items() if "badge" in label}
        (overdue,) = [query for label, query in queries.items() if "逾期" in label]
        assert f"place={county.SHIMEN}" in overdue
        assert "show=%E9%80%BE%E6%9C%9F" in overdue  # 逾期
        (late,) = [query for label, query in queries.items() if "未报" in label]
        assert f"place={county.SONGLING}" in late
        assert "ledger=" in late

    def test_parts_named_in_links_are_parts_of_those_pages(self):
        pages = Path(__file__).resolve().parents[2]
        written = "".join(
            (pages / name).read_text(encoding="utf-8")
            for name in (
                "pages/industry.py",
                "pages/rectification.py",
                "ui/ranking_parts.py",
                "ui/problem_filters.py",
            )
        )
        named = {part for parts in PARTS.values() for part in parts.values()}
        assert {part for part in named if f'"{part}"' not in written} == set()

    def test_a_place_without_any_says_what_was_looked_for(self, met, open_page: Open):
        text = open_page("overview", place=county.YUNXI).text
        assert "没有查到要拍板的事项(逾期的问题、名次下滑、漏报的台账)。" in text

    def test_a_villages_own(self, met, open_page: Open):
        found = links(open_page("overview", place="990102002001"))
        assert any("石门村有1个问题逾期未整改" in label for label in found)
        assert not any("石门乡有" in label for label in found)


class TestCards:
    def test_a_township_that_is_late_says_what_it_sent_last(self, full, open_page: Open):
        text = open_page("overview", place=county.SONGLING).text
        # September: 15+2 and 16+2
        assert "上次报送 2026年9月 35.0万袋" in text
        assert "上次报送 2026年9月 当期51头" in text
        assert "其中7个月未报" in text  # the county's ledgers begin in July, and October is not in

    def test_a_months_own_flow_beside_the_sum_of_the_year(self, full, open_page: Open):
        # 20+21+22+23+24 pigs in October, and in September of the same villages
        text = open_page("overview").text
        assert re.search(r"当月 110头.*?较上月 0头", text)

    @pytest.mark.parametrize(
        ("own", "change", "summed", "said"),
        [
            (139_207.0, -252_564.0, 4_782_200.0, ["当月 13.92万公斤", "较上月 -25.26万公斤"]),
            (139_207.0, -812.0, 4_782_200.0, ["当月 13.92万公斤", "较上月 -812公斤"]),
            (1_392_070.0, 252_564.0, 4_782_200.0, ["当月 139.21万公斤", "较上月 +25.26万公斤"]),
            (139_207.0, -252_564.0, 478_220.0, ["当月 139,207公斤", "较上月 -252,564公斤"]),
            (139_207.0, None, 4_782_200.0, []),
        ],
    )
    def test_figures_of_a_card_have_one_size(self, own, change, summed, said):
        spec = Indicator(name="茶叶产量", unit="公斤", measure="flow")
        row = {"period": "2026-10", "value": own, "change": change, "cumulative": summed}
        found = _changes(spec, row | {"cumulative_year_change_pct": 3.2, "year_change_pct": None})
        assert [each.words for each in found] == ["同比 +3.2%", *said]

    def test_a_yearly_figure_is_compared_once(self):
        spec = Indicator(name="茶园面积", unit="亩", measure="stock", frequency="year")
        row = {"period": "2026", "value": 20_020.0, "change": 20.0, "year_change_pct": 0.1}
        assert [each.words for each in _changes(spec, row)] == ["较上年 +20亩"]

    def test_a_quarter_that_is_not_over_is_not_stale(self, full, open_page: Open):
        text = open_page("overview").text
        assert "2026年9月(按季)" in text
        assert "还是" not in text

    def test_a_month_behind_the_others_is_stale(self, prepared, open_page: Open):
        tables = county.full()
        told = tables["observations"]
        is_late = (told["indicator_id"] == "tea_garden_area") & (told["period"] == "2026-10")
        publish_tables(prepared, tables | {"observations": told[~is_late]})
        assert "还是2026年9月的数" in open_page("overview").text


def test_a_place_is_ranked_among_its_like(full, open_page: Open):
    township = open_page("overview", place=county.SHIMEN).text
    assert "在全县各乡镇中的名次" in township
    assert "靠后的乡镇" not in township
    village = open_page("overview", place="990102002001").text
    assert "在本乡镇各村中的名次" in village
