"""带动就业: what the page says of a small ledger, of one with blanks, of one from before there was a last year."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from data_loaders.contract import conform
from tests.pages import county
from tests.pages.conftest import Open, publish_tables

HOSTILE = "=cmd![](http://evil.example/y.png)<img src=x onerror=alert(1)>"
# name, village, industry, jobs, last year, poor, households, honours
ROWS = (
    ("云溪香菇合作社", "990102001001", "mushroom", 40, 50, 12, 60, "五星级基地"),
    ("上湾茶厂", "990102001002", "tea", 25, 25, 5, 0, None),
    (HOSTILE, "990102002001", "mushroom", 80, 60, 20, 90, None),
    ("松岭养殖场", "990102003001", "pig", None, 12, None, 10, None),
    ("石门茶厂", "990102002001", "tea", 10, 12, 2, None, "<b>省级</b>"),
    ("冷水茶厂", "990102002003", "tea", 5, None, 0, 4, None),
)


def ledger(*rows: tuple[object, ...]) -> pd.DataFrame:
    names = [
        "name",
        "place_code",
        "industry",
        "jobs",
        "jobs_last_year",
        "poor_jobs",
        "households_carried",
        "honours",
    ]
    return conform(
        "enterprises",
        [
            dict(zip(names, row, strict=True))
            | {"enterprise_id": f"e{number}", "kind": "企业"}
            | county.source(number + 4, "经营主体台账.xlsx", "台账")
            for number, row in enumerate(rows)
        ],
    )  # fmt: skip


@pytest.fixture
def six(prepared):
    publish_tables(prepared, county.full() | {"enterprises": ledger(*ROWS)})


def figures(page) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.app.get("plotly_chart")]


def test_cards_tell_both_sides_of_every_share(six, open_page: Open):
    text = open_page("enterprises").text
    assert "160<small>人</small>" in text  # 40 + 25 + 80 + 10 + 5
    assert "5/6个主体已报" in text
    assert "39/160人" in text  # of those that told both
    assert "25<small>人</small>" in text  # the median of 5, 10, 25, 40, 80
    assert "平均 32人" in text
    # 40-50, 25-25, 80-60, 10-12: of 147
    assert "比上年+8人(+5.4%)" in text
    assert "2个减少" in text
    assert "1个没有带动农户" in text
    assert "2个有星级、荣誉" in text
    assert "只有5家报了用工" in text


def test_every_enterprise_with_a_figure_is_on_the_charts(six, open_page: Open):
    charts = figures(open_page("enterprises"))
    assert [len(chart["data"][0]["customdata"]) for chart in (charts[0], charts[-1])] == [5, 5]
    assert {row[-1] for row in charts[-1]["data"][0]["customdata"]} == {county.YUNXI, county.SHIMEN}


def test_a_township_has_its_own_cards_beside_all_townships(six, open_page: Open):
    page = open_page("enterprises", place="990102001")
    assert "65<small>人</small>" in page.text
    assert len(figures(page)[-1]["data"][0]["customdata"]) == 5


def test_the_address_finds_an_enterprise_beside_the_charts(six, open_page: Open):
    page = open_page("enterprises", find="石门茶厂")
    assert "★&lt;b&gt;省级&lt;/b&gt;" in page.text
    assert "-2人(-16.7%)" in page.text
    assert "经营主体台账.xlsx 第8行" in page.text
    page.app.button(key="find_none").click().run()
    assert "★" not in page.text
    assert "没有找到" in open_page("enterprises", find="没有的").text


def test_a_mark_for_several_finds_those_with_these_jobs(six, open_page: Open):
    page = open_page("enterprises", part="名单", find="用工5人 茶叶")
    assert page.app.dataframe[0].value["name"].tolist() == ["冷水茶厂"]  # and none with 25


def test_concentration_tells_each_of_the_five(six, open_page: Open):
    page = open_page("enterprises", part="集中度")
    whole = figures(page)[0]
    assert whole["layout"]["yaxis"]["ticktext"][0] == "<b>小河县</b>"
    assert whole["data"][0]["customdata"][0][-1] == HOSTILE  # of 160 jobs 80: the first part
    assert "只有3家" in page.text  # tea


def test_whom_to_ask_worst_first_with_figures_and_source(six, open_page: Open):
    page = open_page("enterprises", part="要关注的主体")
    text = page.text
    (fallen,) = (each.proto.body for each in page.app.get("html") if "50→40" in each.proto.body)
    assert fallen.index("云溪香菇合作社") < fallen.index("石门茶厂")
    assert "4家报了两年用工,2家减少,共少12人" in text
    assert "-10人(-20.0%)" in text
    assert "没有带动农户:1家" in text
    assert "未报送:2家" in text
    assert "用工人数、其中建档立卡" in text
    assert "出处:经营主体台账.xlsx" in text
    assert "第4行" in text


def test_a_button_leads_to_the_whole_list(six, open_page: Open):
    page = open_page("enterprises", part="要关注的主体")
    page.app.button(key="gm_all_3").click().run()
    assert page.app.dataframe[0].value["name"].tolist() == ["松岭养殖场", "石门茶厂"]
    assert page.app.dataframe[0].value["owed"].tolist() == ["用工人数、其中建档立卡", "带动户数"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"show": "用工减少"}, ["云溪香菇合作社", "石门茶厂"]),
        ({"show": "没有带动农户"}, ["上湾茶厂"]),
        ({"show": "有星级荣誉"}, ["云溪香菇合作社", "石门茶厂"]),
        ({"industry": "茶叶"}, ["上湾茶厂", "石门茶厂", "冷水茶厂"]),
        ({"find": "茶厂 石门"}, ["石门茶厂", "冷水茶厂"]),  # 冷水村 lies in 石门乡
        ({"find": "五星级"}, ["云溪香菇合作社"]),
    ],
)
def test_the_list_is_narrowed_by_the_address(six, open_page: Open, query: dict[str, str], names: list[str]):
    page = open_page("enterprises", part="名单", **query)
    assert page.app.dataframe[0].value["name"].tolist() == names


def test_the_map_opens_with_enterprises_and_the_place(six, open_page: Open):
    page = open_page("enterprises", place="990102001")
    link = next(each.proto for each in page.app.get("page_link") if "地图上看" in each.proto.label)
    assert "overlays=enterprises" in link.query_string
    assert f"place={county.YUNXI}" in link.query_string


@pytest.mark.parametrize("part", ["分布", "集中度", "要关注的主体", "名单"])
@pytest.mark.parametrize("present", [{}, {"present": "1"}])
class TestEveryPart:
    def test_hostile_name_is_only_text(self, six, open_page: Open, part: str, present: dict[str, str]):
        page = open_page("enterprises", part=part, find="cmd", **present)
        assert not [each for each in page.app.get("html") if "<img" in each.proto.body]
        assert all("<img" not in each.value for each in page.app.markdown)

    def test_ledger_of_blanks(self, prepared, open_page: Open, part: str, present: dict[str, str]):
        blanks = ledger(*((name, None, None, None, None, None, None, None) for name in ("甲", "乙")))
        publish_tables(prepared, county.full() | {"enterprises": blanks})
        text = open_page("enterprises", part=part, **present).text
        assert "未报送" in text
        assert "0/2个主体已报" in text
        assert "没有上年数,不比较" in text

    def test_one_enterprise(self, prepared, open_page: Open, part: str, present: dict[str, str]):
        publish_tables(prepared, county.full() | {"enterprises": ledger(ROWS[0])})
        assert "40<small>人</small>" in open_page("enterprises", part=part, **present).text

    def test_ledger_without_last_year(self, full, open_page: Open, part: str, present: dict[str, str]):
        text = open_page("enterprises", part=part, **present).text
        assert "没有上年数,不比较" in text
        assert "减少" not in text.replace("用工减少", "")


def test_wall_lists_all_townships_with_median_and_mean(six, open_page: Open):
    text = open_page("enterprises", present="1").text
    assert "每家中位数" in text
    assert "每家平均" in text
    assert "32.5" in text  # 云溪镇: the median of 25 and 40
