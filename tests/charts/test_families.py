"""Problems, jobs, measures, reporting: what each figure says, and that nobody drops out of it."""

import pandas as pd
import pytest

from charts.coverage import measures_distribution_chart
from charts.jobs import jobs_chart
from charts.problems import problem_status_chart
from charts.quality import reporting_heatmap_chart
from metrics.coverage import households_by_measures
from metrics.employment import enterprise_jobs, jobs_by_industry
from metrics.quality import reporting_matrix
from metrics.rectification import ladder
from metrics.responsibility import counts_by_place, standing_counts
from settings import Problems
from tests.charts.drawn import rows_of, said
from tests.metrics.county import (
    AS_OF,
    COVERAGE,
    E1,
    E2,
    EAST,
    INDUSTRIES,
    W1,
    WEST,
    enterprises,
    places,
    problem,
    problems,
    reports,
    targets,
    together,
)

SEP, OCT = "2026-09", "2026-10"
HOSTILE = places().assign(name=lambda frame: frame["name"].replace("西镇", "<b>西镇</b>"))
AREA = together(
    reports("area", {(E1, SEP): 10.0, (W1, SEP): 40.0, (E1, OCT): 40.0, (W1, OCT): 30.0}),
    targets("area", {(EAST, "2026"): 100.0, (WEST, "2026"): 100.0}),
)
LEDGER = problems(
    problem("1", "已销号", closed_on="2026-02-01"), problem("2", due_on="2026-11-01"),
    problem("3", place_code=W1, due_on="2026-11-16"), problem("4", "待验收", place_code=W1), problem("5", place_code=None),
)  # fmt: skip


def laddered(ledger=LEDGER):
    return ladder(ledger, AS_OF, Problems())


def test_the_segments_of_a_bar_are_the_problems_found():
    counts = counts_by_place(laddered(), places())
    figure = problem_status_chart(counts)
    assert rows_of(figure) == ["东乡", "西镇", "县直及未注明"]
    bars = {trace.name: list(trace.x) for trace in figure.data if trace.type == "bar"}
    assert bars == {
        "逾期": [1, 0, 0],
        "要盯紧": [0, 0, 0],
        "临期": [0, 1, 0],
        "其他整改中": [0, 0, 1],
        "待验收": [0, 1, 0],
        "已销号": [1, 0, 0],
    }
    assert "1个问题逾期,1/5已销号" in figure.layout.title.text
    labels = figure.data[-1].text
    assert "50%" in labels[0]
    assert "逾期1" in labels[0]
    assert "逾期" not in labels[1]


def test_problems_by_source_also_without_one():
    counts = standing_counts(laddered(problems(problem("1"), problem("2", source=None))), ["source"])
    assert sorted(rows_of(problem_status_chart(counts, "source", highlight="审计"))) == [
        "<b>审计</b>",
        "未注明",
    ]
    assert "没有查出的问题" in said(problem_status_chart(counts.iloc[:0], "source"))


JOBS = enterprises(
    {"place_code": E1, "industry": "tea", "jobs": 10, "poor_jobs": 5, "households_carried": 3},
    {"place_code": E2, "industry": "tea", "jobs": 30},
    {"place_code": W1, "industry": "goose", "jobs": None},
    {"place_code": None, "industry": None, "jobs": 4, "name": "<b>甲</b>"},
)


def test_the_whole_distribution_beside_the_mean():
    rows = together(*(reports(name, {(E1, SEP): n, (W1, SEP): None}) for name, n in
                      (("households", 10.0), ("m0", 4.0), ("m1", 0.0), ("m2", 0.0), ("m3", 6.0))))  # fmt: skip
    figure = measures_distribution_chart(
        households_by_measures(rows, HOSTILE, COVERAGE, "township"), COVERAGE
    )
    assert rows_of(figure) == ["东乡", "&lt;b&gt;西镇&lt;/b&gt;"]
    assert [trace.x[0] for trace in figure.data if trace.type == "bar"] == [40, 0, 0, 60]
    *_, why, means = figure.data
    assert list(means.text) == ["1.8", ""]
    assert [words for _, words, _ in means.customdata] == ["户均1.80项,目标3项", "户均未报送,目标3项"]
    assert list(figure.layout.xaxis2.ticktext) == ["0", "3项"]
    assert list(why.text) == ["", "未报送"]
    assert "60%的户达到3项,4户没有措施" in figure.layout.title.text
    assert "3项及以上" in figure.layout.title.text


def test_no_measures_at_all():
    nothing = households_by_measures(AREA, places(), COVERAGE, "township")
    assert "还没有产业措施到户的数据" in said(measures_distribution_chart(nothing, COVERAGE))


def test_who_owes_most_is_on_top_and_the_missing_are_counted():
    rows = reports("area", {(E1, SEP): 1.0, (E2, SEP): 1.0, (W1, SEP): 1.0, (W1, OCT): 1.0})
    figure = reporting_heatmap_chart(reporting_matrix(rows, HOSTILE, ["monthly"]))
    assert rows_of(figure) == ["东乡", "&lt;b&gt;西镇&lt;/b&gt;"]
    assert [list(row) for row in figure.data[0].z] == [[100, 0], [100, 100]]
    assert [list(row) for row in figure.data[0].text] == [["", "2"], ["", ""]]
    assert "2026年10月1个乡镇没报齐" in figure.layout.title.text
    assert "还没有报送记录" in said(reporting_heatmap_chart(reporting_matrix(rows, places(), [])))


@pytest.mark.parametrize("scale", [1.0, 2.2])
def test_every_text_is_large_enough_on_the_wall(scale):
    figures = [
        problem_status_chart(counts_by_place(laddered(), places()), scale=scale),
        jobs_chart(
            enterprise_jobs(JOBS, places(), INDUSTRIES), jobs_by_industry(JOBS, INDUSTRIES), scale=scale
        ),
    ]
    for figure in figures:
        sizes = [size for size in _sizes(figure.to_plotly_json()) if size is not None]
        assert min(sizes) >= 13 * scale


def _sizes(part):
    """Every font size that the figure sets."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("font") and isinstance(value, dict):
                yield value.get("size")
            yield from _sizes(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _sizes(value)


def test_inputs_are_left_as_they_were():
    counts = counts_by_place(laddered(), places())
    copy = counts.copy()
    problem_status_chart(counts)
    pd.testing.assert_frame_equal(counts, copy)
