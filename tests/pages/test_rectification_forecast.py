"""能否按期: what may be foreseen of a small county's batches and townships, and what is said where nothing may."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_loaders.contract import conform, empty
from tests.pages import county
from tests.pages.conftest import Open, publish_tables

HOSTILE = "<img src=x onerror=alert(1)>批"


def problem(name: str, batch: str, place: str, found: str, due: str | None, closed: str | None) -> dict:
    done = None if closed is None else pd.Timestamp(closed) - pd.Timedelta(days=4)
    return {
        "problem_id": name, "source": "督查", "batch": batch, "found_on": pd.Timestamp(found), "place_code": place,
        "category": "措施不实", "text": name, "lead_unit": "县农业农村局", "due_on": due and pd.Timestamp(due),
        "claimed_on": pd.Timestamp(found), "done_on": done, "closed_on": closed and pd.Timestamp(closed),
        "status": "已销号" if closed else "整改中", "reopened_count": 0, "returned_count": 0,
    }  # fmt: skip


@pytest.fixture
def steady(prepared: Path) -> Path:
    """云溪镇 strikes one off a week and has two left; 石门乡's last deadline is over; 松岭乡 has one without a deadline."""
    tables = county.full()
    village, other, third = "990102001001", "990102002001", "990102003001"
    weekly = [
        problem(
            f"A{n:02}", HOSTILE, village, "2026-06-01", "2026-12-31", f"{pd.Timestamp('2026-11-12') - pd.Timedelta(weeks=n):%Y-%m-%d}"
        )
        for n in range(18)
    ]  # fmt: skip
    rows = [
        *weekly,
        problem("A90", HOSTILE, village, "2026-06-01", "2026-12-31", None),
        problem("A91", HOSTILE, village, "2026-06-01", "2027-01-31", None),
        problem("B1", "暗访", other, "2026-06-01", "2026-11-05", None),
        problem("C1", "暗访", third, "2026-06-01", None, None),
    ]
    tables |= {"problems": conform("problems", rows), "problem_events": empty("problem_events")}
    publish_tables(prepared, tables)
    return prepared


def opened(open_page: Open, **query: str) -> str:
    return open_page("rectification", part="能否按期", **query).text.replace("</b>", "").replace("<b>", "")


class TestForecast:
    def test_batches_with_their_chance_or_the_reason_why_there_is_none(self, steady, open_page: Open):
        text = opened(open_page)
        assert "2个批次没销完" in text.replace("<br>", "")
        assert "1个时限已到没销完" in text.replace("<br>", "")
        assert "时限已过10天,还剩1个" in text  # 5 to 15 November: a fact, no chance
        assert "2027年1月31日" in text and "还有77天" in text
        assert "每周1.0个" in text  # twelve in twelve weeks
        assert "没有时限的(长期坚持等)另有1个" in text

    def test_townships_are_the_other_choice_and_in_the_address(self, steady, open_page: Open):
        page = open_page("rectification", part="能否按期", forecast="按乡镇")
        assert "2个乡镇没销完" in page.text.replace("<br>", "").replace("</b>", "").replace("<b>", "")
        assert "<th>云溪镇</th>" in page.text and "<th>石门乡</th>" in page.text
        assert page.params["forecast"] == "按乡镇"

    def test_of_one_township_only_its_own(self, steady, open_page: Open):
        text = opened(open_page, place="990102002")
        assert "1个批次没销完" in text.replace("<br>", "")
        assert "云溪" not in text.split("推算准不准")[0].split("gm-forecast")[-1]

    def test_the_method_and_how_well_it_did_are_told(self, steady, open_page: Open):
        text = opened(open_page)
        assert "怎么推算" in text and "推演1000次" in text and "不是承诺" in text
        assert "推算准不准" in text

    def test_without_history_nothing_is_foreseen(self, full, open_page: Open):
        text = opened(open_page)
        assert "历史不够" in text
        assert "按期可能约" not in text

    def test_hostile_names_stay_text(self, steady, open_page: Open):
        assert "<img src=x" not in open_page("rectification", part="能否按期").text

    def test_a_place_where_everything_is_struck_off(self, steady, open_page: Open):
        text = opened(open_page, place="990102003")
        assert "松岭乡有时限的问题都已销号" in text and "另有1个没有时限" in text

    def test_on_the_wall_without_choosers(self, steady, open_page: Open):
        assert "线是八成可能的范围" in opened(open_page, present="1")
