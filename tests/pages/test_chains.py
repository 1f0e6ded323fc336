"""产业链 and 资金进度 of the industry page, in the county of tests/pages/county.py."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_loaders.contract import conform
from tests.pages import county
from tests.pages.conftest import Open, publish_tables
from tests.pages.county import SHIMEN, SONGLING, YUNXI

CONFIG = (
    county.CONFIG.replace(
        "[indicators.measures_coverage]",
        """
goose_hatched = { name = "鹅苗孵化", unit = "只", measure = "flow" }
goose_capacity = { name = "鹅每月加工能力", unit = "只", measure = "stock" }
planned = { name = "计划户数", unit = "户", measure = "stock" }
paid = { name = "发放户数", unit = "户", measure = "stock" }
planned_money = { name = "计划金额", unit = "元", measure = "stock" }
paid_money = { name = "发放金额", unit = "元", measure = "stock" }

[indicators.measures_coverage]""",
    )
    + """
[[chains]]
name = "鹅:孵化到加工"
capacity = "goose_capacity"
supply = "goose_hatched"

[[funnels]]
name = "小额信贷"
steps = [
    { name = "计划", households = "planned", money = "planned_money" },
    { name = "发放", households = "paid", money = "paid_money" },
]
"""
)
FIGURES: dict[tuple[str, str], dict[str, float | None]] = {
    # 云溪镇 has a plant and a hatchery, 石门乡 only hatches, 松岭乡 is late.
    ("goose_capacity", "2026-09"): {YUNXI: 1000, SHIMEN: 0, SONGLING: 500},
    ("goose_hatched", "2026-09"): {YUNXI: 300, SHIMEN: 200, SONGLING: 100},
    ("goose_capacity", "2026-10"): {YUNXI: 1000, SHIMEN: 0, SONGLING: 500},
    ("goose_hatched", "2026-10"): {YUNXI: 210, SHIMEN: 200, SONGLING: None},
    ("planned", "2026-10"): {YUNXI: 80, SHIMEN: 20, SONGLING: 50},
    ("paid", "2026-10"): {YUNXI: 20, SHIMEN: 10, SONGLING: None},
    ("planned_money", "2026-10"): {YUNXI: 3_000_000, SHIMEN: 1_000_000, SONGLING: 2_000_000},
    ("paid_money", "2026-10"): {YUNXI: 600_000, SHIMEN: 600_000, SONGLING: None},
}


@pytest.fixture
def linked(prepared: Path) -> Path:
    rows = [
        {"place_code": place, "indicator_id": indicator, "period": period, "value": value} | county.source(9)
        for (indicator, period), figures in FIGURES.items()
        for place, value in figures.items()
    ]
    tables = county.full()
    both = pd.concat([tables["observations"], conform("observations", rows)], ignore_index=True)
    (prepared.parent / "config.toml").write_text(CONFIG, encoding="utf-8")
    publish_tables(prepared, tables | {"observations": both}, CONFIG)
    return prepared


class TestChains:
    def test_the_county_compares_those_who_reported_both(self, linked, open_page: Open):
        text = open_page("industry", part="产业链").text
        # 210 + 200 goslings for the plant of 1,000: 松岭乡 is in neither.
        assert "鹅每月加工能力1,000只," in text
        assert "鹅苗孵化只够41%" in text
        assert "410/1,000只" in text
        assert "2/3个乡镇两头都报" in text
        for state in ("吃不饱1个", "供给外送1个", "未报送1个"):
            assert state in text

    def test_the_sum_since_january_says_how_many_months(self, linked, open_page: Open):
        text = open_page("industry", part="产业链").text
        # September 600 of 1,500, October 410 of 1,000.
        assert "1—10月累计够用" in text
        assert "1,010/2,500只" in text
        assert "2/10个月可比" in text

    def test_an_earlier_period(self, linked, open_page: Open):
        assert "600/1,500只" in open_page("industry", part="产业链", period="2026-09").text

    def test_a_township_that_villages_do_not_report_for(self, linked, open_page: Open):
        text = open_page("industry", part="产业链", place="990102001").text
        assert "云溪镇鹅每月加工能力1,000只," in text.replace("</b><br><b>", "")
        assert "210/1,000只" in text
        assert "没有分村的数" in text

    def test_a_township_that_is_late_has_no_figures(self, linked, open_page: Open):
        text = open_page("industry", part="产业链", place="990102003").text
        assert "没有可比的数" in text
        assert ">0/500只" not in text
        assert "100/500只" in text  # September
        assert "1/10个月可比" in text

    def test_places_stand_with_their_state(self, linked, open_page: Open):
        page = open_page("industry", part="产业链")
        (frame,) = (each.value for each in page.app.dataframe if "state_name" in each.value)
        assert list(frame["name"]) == ["云溪镇", "石门乡", "松岭乡"]
        assert list(frame["state_name"]) == ["吃不饱", "供给外送", "未报送"]


class TestFunnels:
    def test_steps_with_numerator_and_denominator(self, linked, open_page: Open):
        text = open_page("industry", part="资金进度").text
        # Paid 30 of the 100 that the two townships planned which reported both; 150 are planned in all.
        assert "占比 30.0%" in text
        assert "30/100户" in text
        assert "2/3个乡镇已报" in text
        # Money: 1.2 of 4 million.
        assert "120.00万元 占比 30.0%" in text

    def test_townships_stand_worst_first(self, linked, open_page: Open):
        page = open_page("industry", part="资金进度")
        (frame,) = (each.value for each in page.app.dataframe if "households share" in each.value)
        assert list(frame["name"]) == ["云溪镇", "石门乡", "松岭乡"]
        assert list(frame["households share"].iloc[:2]) == [25, 50]
        assert frame["households share"].isna().iloc[2]
        assert list(frame["money share"].iloc[:2]) == [20, 60]

    def test_a_township_alone(self, linked, open_page: Open):
        text = open_page("industry", part="资金进度", place="990102001").text
        assert "云溪镇计划80户,发放20户,占25%" in text.replace("</b><br><b>", "")
        assert "没有分村的数" in text

    def test_a_late_township_is_not_zero(self, linked, open_page: Open):
        text = open_page("industry", part="资金进度", place="990102003").text
        assert "计划50户" in text
        assert "未报送" in text

    def test_money_can_be_compared_too(self, linked, open_page: Open):
        assert "发放:云溪镇20%最低" in open_page("industry", part="资金进度", by="按金额").text


@pytest.mark.parametrize("part", ["产业链", "资金进度"])
def test_nobody_has_reported(prepared, open_page: Open, part: str):
    (prepared.parent / "config.toml").write_text(CONFIG, encoding="utf-8")
    publish_tables(prepared, county.only_places(), CONFIG)
    text = open_page("industry", part=part).text
    assert "还没有" in text


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("产业链", "2026年8月及以前没有都报了鹅每月加工能力和鹅苗孵化的乡镇,最早是2026年9月。"),
        ("资金进度", "2026年8月及以前没有小额信贷进度,最早是2026年10月。"),
    ],
)
def test_a_period_before_the_first_report(linked, open_page: Open, part: str, said: str):
    assert said in open_page("industry", part=part, period="2026-08").text


@pytest.mark.parametrize("part", ["产业链", "资金进度"])
@pytest.mark.parametrize("place", ["990102", "990102003", "990102001001"])
def test_every_place_opens_on_the_wall(linked, open_page: Open, part: str, place: str):
    assert "2026年" in open_page("industry", part=part, present="1", place=place).text
