"""进度 of 问题整改, in the county of tests/pages/county.py: six problems found on 10 July, four of them left.

省级督查: 3 found, W003 is left, its deadline of 20 October is 26 days over. 暗访: W004 and W005 (reported done) are left,
the last deadline is 30 November. 审计: W006 of a unit, until 31 March.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables
from tests.pages.county import SHIMEN

BACKLOG, TIMES = "积压多久", "多久销号"


def progress(open_page: Open, when: str = "还剩多少", **query: str) -> Opened:
    return open_page("rectification", part="进度", when=when, **query)


def joined(page: Opened) -> str:
    return page.text.replace("</b><br><b>", "")


def with_problems(prepared: Path, **columns: Any) -> None:
    tables = county.full()
    publish_tables(prepared, tables | {"problems": tables["problems"].assign(**columns)})


class TestLeft:
    def test_all_batches_in_one_sentence_and_each_in_its_chart(self, full, open_page: Open):
        text = joined(progress(open_page))
        assert "3批6个问题;还剩<b>4个</b>,其中待验收1个," in text
        assert "逾期1个" in text
        assert "3个还剩1个,逾期1个;时限已过26天" in text
        assert "2个还剩2个;时限还有15天" in text
        assert "1个还剩1个;时限还有136天" in text

    def test_one_batch_large_with_who_still_has_its_problems(self, full, open_page: Open):
        text = joined(progress(open_page, batch="暗访第1批"))
        assert "暗访第1批:2个还剩2个;时限还有15天" in text
        assert "石门乡" in text
        assert "松岭乡" in text
        assert "省级督查第1批:" not in text

    def test_a_township_has_its_own_course(self, full, open_page: Open):
        text = joined(progress(open_page, place=SHIMEN[:9]))
        assert "2批2个问题;还剩<b>2个</b>" in text
        assert "1个还剩1个,逾期1个;时限已过26天" in text

    def test_a_batch_that_is_finished_says_so(self, full, open_page: Open):
        text = joined(progress(open_page, place="990102001", batch="省级督查第1批"))
        assert "2个全部销号" in text

    def test_no_deadline_and_no_date_of_finding(self, prepared, open_page: Open):
        with_problems(prepared, due_on=pd.NaT, first_due_on=pd.NaT, found_on=pd.NaT)
        text = joined(progress(open_page))
        assert "还剩<b>4个</b>" in text
        assert "没有发现日期,画不出进度" in text

    def test_problems_without_a_batch_share_one(self, prepared, open_page: Open):
        with_problems(prepared, batch=None)
        assert "未注明批次:6个还剩4个,逾期1个;最后时限还有136天" in joined(progress(open_page))

    def test_one_problem(self, prepared, open_page: Open):
        tables = county.full()
        publish_tables(prepared, tables | {"problems": tables["problems"].iloc[[3]]})
        assert "暗访第1批:1个还剩1个;时限还有3天" in joined(progress(open_page))

    def test_a_batch_that_nobody_knows_gives_way_to_all(self, full, open_page: Open):
        assert "3批6个问题" in joined(progress(open_page, batch="没有这一批"))


class TestBacklog:
    def test_ages_months_and_the_oldest(self, full, open_page: Open):
        page = progress(open_page, BACKLOG)
        text = joined(page)
        # 128 days since 10 July; W001 was struck off on 18 August, W002 on 28 September.
        assert "4个没有销号,其中4个积压90天以上" in text
        assert "未销号4个,比2026年8月末少1个" in text
        oldest = [each for each in page.app.button if (each.key or "").startswith("oldest_")]
        assert len(oldest) == 4
        assert oldest[0].label.startswith("**128天** ")

    def test_the_oldest_leads_to_its_place_in_the_list(self, full, open_page: Open):
        page = progress(open_page, BACKLOG)
        page.app.button("oldest_W003").click().run()
        assert not page.app.exception
        assert page.params["find"] == "W003"
        assert page.app.session_state["part"] == "清单"

    def test_hostile_words_stay_words(self, prepared, open_page: Open):
        with_problems(prepared, lead_unit="![](http://evil.example/x.png)局", batch="<img src=x>批")
        labels = [each.label for each in progress(open_page, BACKLOG).app.button]
        assert any("evil" in label for label in labels)
        assert not any("![](" in label for label in labels)
        assert "<img src=x>" not in progress(open_page).text.replace("\\u003c", "<").replace(
            '"<img src=x>批"', ""
        )

    def test_nobody_wrote_down_when(self, prepared, open_page: Open):
        dates = ("found_on", "claimed_on", "done_on", "accepted_on", "closed_on")
        with_problems(prepared, **dict.fromkeys(dates, pd.NaT))
        text = joined(progress(open_page, BACKLOG))
        assert "发现日期不详" in text
        assert "没有发现日期,不知道积压了多久" in text


class TestTimes:
    def test_open_ones_are_counted_for_what_they_tell(self, full, open_page: Open):
        text = joined(progress(open_page, TIMES))
        assert "过半数还没有销号,至少128天" in text
        assert "共6个,销过号的2个;从来没有销号的4个" in text
        # 39 and 80 days: the lower of the two is the day by which half of them were.
        assert "只算销过号的会偏短:中位39天" in text

    def test_groups_of_too_few_are_listed_and_not_drawn(self, full, open_page: Open):
        text = joined(progress(open_page, TIMES, wait_by="按批次"))
        assert "问题太少,没有画:" in text
        assert "暗访第1批(2个)" in text
        assert "审计第1批(1个)" in text
        assert "<b>80天</b>" in text.replace("\\u003c", "<").replace("\\u003e", ">")  # 省级督查: 39, 80, 128+

    def test_by_township_a_township_is_among_all(self, full, open_page: Open):
        text = joined(progress(open_page, TIMES, place=SHIMEN[:9]))
        assert "共6个" in text
        assert "云溪镇(2个)" in text

    def test_by_category_within_the_township(self, full, open_page: Open):
        text = joined(progress(open_page, TIMES, place=SHIMEN[:9], wait_by="按类别"))
        assert "共2个" in text

    def test_what_has_no_date_is_left_out_and_counted(self, prepared, open_page: Open):
        found_on = county.full()["problems"]["found_on"]
        found_on.iloc[0] = pd.NaT
        with_problems(prepared, found_on=found_on)
        assert "1个没有发现日期或销号日期,没有算" in joined(progress(open_page, TIMES))

    def test_no_dates_at_all(self, prepared, open_page: Open):
        dates = ("found_on", "claimed_on", "done_on", "accepted_on", "closed_on")
        with_problems(prepared, **dict.fromkeys(dates, pd.NaT))
        assert "没有发现日期,算不出多久销号" in progress(open_page, TIMES).text


@pytest.mark.parametrize("when", ["还剩多少", BACKLOG, TIMES])
@pytest.mark.parametrize("place", ["990102", "990102002", "990102001001"])
def test_every_part_opens_on_the_wall(full, open_page: Open, when: str, place: str):
    assert "问题整改" in progress(open_page, when, present="1", place=place).text


def test_no_problem_at_all(only_places, open_page: Open):
    assert "没有检查反馈问题" in progress(open_page).text


class TestLookedAt:
    def three_of_each(self, prepared: Path) -> None:
        category = ["措施不实", "措施不实", "措施不实", "数据错误", "数据错误", "数据错误"]
        with_problems(prepared, category=category)

    def test_a_link_to_one_group_puts_it_in_front(self, prepared, open_page: Open):
        self.three_of_each(prepared)
        text = joined(progress(open_page, TIMES, wait_by="按类别", wait_category="措施不实"))
        assert "措施不实一半的问题在80天内销号;全部至少128天" in text  # 39, 80, 128+
        assert "发现90天后,措施不实还有33%没有销号,全部67%" in text

    def test_a_group_that_there_is_not_gives_way_to_the_ends(self, prepared, open_page: Open):
        self.three_of_each(prepared)
        page = progress(open_page, TIMES, wait_by="按类别", wait_category="措施不实")
        page.app.query_params["place"] = SHIMEN[:9]
        page.app.run()
        assert not page.app.exception

    def test_the_slowest_and_the_fastest_otherwise(self, prepared, open_page: Open):
        self.three_of_each(prepared)
        text = joined(progress(open_page, TIMES, wait_by="按类别"))
        assert "数据错误最慢,至少128天" in text
        assert "发现90天后,还有67%没有销号" in text
