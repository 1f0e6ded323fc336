"""Jobs per enterprise, shares of the largest, changes: what each figure says, and that nobody drops out of it."""

import re

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts import jobs, palette
from charts.job_changes import changes_chart, fallen_chart
from charts.job_shares import shares_chart
from charts.jobs import jobs_chart
from metrics.employment import enterprise_jobs, fallen_jobs, jobs_by_industry, jobs_by_township, largest
from tests.charts.drawn import rows_of, said
from tests.metrics.county import COUNTY, E1, E2, EAST, INDUSTRIES, W1, enterprises, places

LEDGER = enterprises(
    {"place_code": E1, "industry": "tea", "jobs": 10, "poor_jobs": 5, "households_carried": 3},
    {"place_code": E2, "industry": "tea", "jobs": 31},
    {"place_code": W1, "industry": "goose", "jobs": None},
    {"place_code": None, "industry": None, "jobs": 4, "name": "<b>甲</b>"},
)


def heading(figure: go.Figure) -> str:
    """Title and subtitle without the marks that break their lines."""
    return re.sub("<[^>]+>", "", figure.layout.title.text)


def by_industry(ledger: pd.DataFrame, **more):
    return jobs_chart(
        enterprise_jobs(ledger, places(), INDUSTRIES), jobs_by_industry(ledger, INDUSTRIES), **more
    )


def by_township(ledger: pd.DataFrame, **more):
    named = enterprise_jobs(ledger, places(), INDUSTRIES)
    return jobs_chart(named, jobs_by_township(ledger, places()), by="township", **more)


def test_every_enterprise_with_a_figure_is_a_point_and_the_others_are_counted():
    figure = by_industry(LEDGER)
    assert rows_of(figure) == ["茶叶<br>2家", "未注明产业<br>1家", "鹅<br>1家(1家未报)"]
    assert sorted(figure.data[0].x) == [4, 10, 31]
    assert figure.layout.annotations[0].text == "<b>中位20.5</b> 均20.5<br>共41人"
    assert figure.layout.annotations[2].text == "未报送"
    assert "&lt;b&gt;甲&lt;/b&gt;" in said(figure)
    townships = by_township(LEDGER, highlight=EAST)
    assert rows_of(townships) == ["东乡<br>2家", "未注明乡镇<br>1家", "西镇<br>1家(1家未报)"]
    assert list(townships.data[0].marker.color).count(palette.PRIMARY) == 2


def test_a_click_finds_the_enterprise_or_its_township():
    assert {row[-1] for row in by_industry(LEDGER).data[0].customdata} == {"企业0", "企业1", "<b>甲</b>"}
    # Who has no township chooses nothing.
    assert sorted(row[-1] for row in by_township(LEDGER).data[0].customdata) == ["", EAST, EAST]
    assert sorted(row[-1] for row in by_township(LEDGER).data[1].customdata) == ["", EAST]


def test_an_enterprise_of_the_county_itself_is_among_the_others_and_chooses_nothing():
    figure = by_township(enterprises({"place_code": E1, "jobs": 9}, {"place_code": COUNTY, "jobs": 5}))
    assert rows_of(figure) == ["东乡<br>1家", "未注明乡镇<br>1家"]
    assert sorted(row[-1] for row in figure.data[0].customdata) == ["", EAST]


def test_the_mean_stands_beside_the_median():
    # 1, 2, 30: median 2, mean 11
    figure = by_industry(enterprises(*({"industry": "tea", "jobs": each} for each in (1, 2, 30))))
    assert list(figure.data[1].x) == [11]
    line = next(shape for shape in figure.layout.shapes if shape.type == "line")
    assert line.x0 == line.x1 == 2


def test_a_giant_is_drawn_at_the_edge_with_its_figure():
    many = enterprises(*({"place_code": E1, "industry": "tea", "jobs": 10} for _ in range(20)),
                       {"place_code": E1, "industry": "tea", "jobs": 900})  # fmt: skip
    figure = by_industry(many)
    assert max(figure.data[0].x) == 20
    assert [text for text in figure.data[0].text if text] == ["900人→"]
    assert "前5家用工占全县" in figure.layout.title.text


def test_very_many_share_marks_and_all_of_them_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "MOST_POINTS", 9)
    rows = [{"place_code": E1, "industry": "tea", "jobs": 7} for _ in range(8)]
    rows += [
        {"place_code": E1, "industry": "tea", "jobs": 9},
        {"place_code": W1, "industry": "goose", "jobs": 7},
    ]
    figure = by_industry(enterprises(*rows))
    marks = {row[0]: row for row in figure.data[0].customdata}
    assert set(marks) == {"8家用工都是7人", "企业8", "企业9"}
    assert len(figure.data[0].x) == 3
    assert marks["8家用工都是7人"][1].startswith("企业0<br>企业1")
    assert marks["8家用工都是7人"][1].endswith("等8家")
    assert marks["8家用工都是7人"][2] == "用工7人 茶叶"
    assert max(figure.data[0].marker.size) == figure.data[0].marker.size[list(marks).index("8家用工都是7人")]
    assert "用工数相同的合为一点" in heading(figure)


def test_more_townships_than_a_screen_holds_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "MOST_ROWS", 1)
    ledger = enterprises({"place_code": E1, "jobs": 9}, {"place_code": W1, "jobs": 7})
    figure = by_township(ledger)
    assert rows_of(figure) == ["东乡<br>1家"]
    assert list(figure.data[0].x) == [9]
    assert "其余1个乡镇见名单" in heading(figure)
    # What is not drawn is not put with those that have no township.
    monkeypatch.setattr(jobs, "MOST_ROWS", 2)
    with_others = enterprises(
        {"place_code": E1, "jobs": 9}, {"place_code": None, "jobs": 8}, {"place_code": W1, "jobs": 7}
    )
    assert sorted(by_township(with_others).data[0].x) == [8, 9]
    monkeypatch.setattr(jobs, "MOST_ROWS", 1)
    assert rows_of(by_township(ledger, highlight="990101002000")) == ["东乡<br>1家", "西镇<br>1家"]


def test_no_jobs_at_all():
    assert "还没有经营主体的用工数据" in said(
        by_industry(enterprises({"place_code": E1, "industry": "tea", "jobs": None}))
    )


def shares(*jobs_of_tea: int, **more):
    rows = [{"place_code": E1, "industry": "tea", "jobs": each} for each in jobs_of_tea]
    ledger = enterprises(*rows, {"place_code": W1, "industry": "goose", "jobs": 3, "name": "<i>鹅场</i>"})
    named = enterprise_jobs(ledger, places(), INDUSTRIES)
    return shares_chart(
        jobs_by_industry(ledger, INDUSTRIES), largest(named, "industry"), "industry", title="谁最集中", **more
    )


def test_five_parts_and_the_rest_make_the_whole():
    figure = shares(40, 20, 10, 10, 10, 6, 4, find_by_name=True)  # of 100: 90 with the first five
    assert rows_of(figure) == ["茶叶", "鹅"]
    tea = [trace.x[list(trace.y).index(0)] for trace in figure.data if 0 in trace.y]
    assert tea == [40, 20, 10, 10, 10, 10]
    assert figure.layout.annotations[0].text == "<b>90.0%</b> 90/100"
    assert figure.data[0].customdata[0][-1] == "企业0"
    assert "其余2家共10人" in said(figure)
    # Seven equal ones would have 5/7 with five.
    assert figure.layout.shapes[0].x0 == pytest.approx(500 / 7)


def test_few_enterprises_are_not_called_concentrated():
    figure = shares(40, 20, 10, 10, 10, 6, 4)
    assert figure.layout.annotations[1].text == "只有1家"
    assert figure.data[0].marker.color[list(figure.data[0].y).index(1)] == palette.CONTEXT
    assert "&lt;i&gt;鹅场&lt;/i&gt;" in said(figure)
    assert len(figure.layout.shapes) == 1


def test_shares_of_nothing():
    ledger = enterprises({"place_code": E1, "industry": "tea", "jobs": None})
    named = enterprise_jobs(ledger, places(), INDUSTRIES)
    nothing = shares_chart(
        jobs_by_industry(ledger, INDUSTRIES), largest(named, "industry"), "industry", title="谁最集中"
    )
    assert "还没有经营主体的用工数据" in said(nothing)


YEARS = enterprises(
    {"place_code": E1, "industry": "tea", "jobs": 90, "jobs_last_year": 100, "name": "青岚县<b>长名字的茶叶专业合作社"},
    {"place_code": None, "industry": "tea", "jobs": 5, "jobs_last_year": 10},
    {"place_code": W1, "industry": "goose", "jobs": 9, "jobs_last_year": 6},
    {"place_code": W1, "industry": None, "jobs": 9},
)  # fmt: skip


def test_who_lost_most_is_on_top_with_both_years():
    fallen = fallen_jobs(enterprise_jobs(YEARS, places(), INDUSTRIES))
    figure = fallen_chart(fallen, title="用工减少", cut="青岚县")
    assert rows_of(figure) == ["&lt;b&gt;长名字的茶叶专…<br>东乡", "企业1"]
    before, now = figure.data
    assert (list(before.x), list(now.x)) == ([100, 10], [90, 5])
    assert [each.text for each in figure.layout.annotations] == [
        "<b>-10人</b>(-10.0%)",
        "<b>-5人</b>(-50.0%)",
    ]
    assert [row[-1] for row in now.customdata] == [EAST, ""]
    assert "另有1家在名单里" in heading(fallen_chart(fallen, title="用工减少", most=1))
    assert "没有减少的" in said(fallen_chart(fallen.iloc[:0], title="用工减少"))


def test_industries_are_compared_by_those_that_told_both_years():
    figure = changes_chart(jobs_by_industry(YEARS, INDUSTRIES), title="比上年")
    assert rows_of(figure) == ["茶叶", "鹅"]
    assert list(figure.data[0].x) == [-15, 3]
    assert list(figure.data[0].marker.color) == [palette.AMBER, palette.PRIMARY]
    assert figure.layout.annotations[0].text == "<b>-15</b>(-13.6%) 2家"
    assert "还不能比较" in said(changes_chart(jobs_by_industry(LEDGER, INDUSTRIES), title="比上年"))


@pytest.mark.parametrize("scale", [1.0, 2.2])
def test_every_text_is_large_enough_on_the_wall(scale: float):
    fallen = fallen_jobs(enterprise_jobs(YEARS, places(), INDUSTRIES))
    for figure in (
        by_industry(LEDGER, scale=scale),
        shares(5, 5, 4, 3, 2, 1, scale=scale),
        fallen_chart(fallen, title="减少", scale=scale),
        changes_chart(jobs_by_industry(YEARS, INDUSTRIES), title="比上年", scale=scale),
    ):
        assert figure.layout.font.size >= 13 * scale
