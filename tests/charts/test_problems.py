"""Bars of problems: what they add up to, what a click on one chooses; townships by closure."""

import pandas as pd

from charts.problems import closure_chart, problem_status_chart
from metrics.rectification import ladder
from metrics.responsibility import closure_ranking, counts_by_place, standing_counts
from settings import Problems
from tests.metrics.county import AS_OF, E1, EAST, WEST, places, problem, problems

LEDGER = problems(
    problem("1", place_code=E1, source="<b>审计</b>"), problem("2", place_code=None, source=None)
)
FOUND = ladder(LEDGER, AS_OF, Problems())


def chosen(figure):
    return [row[-1] for row in figure.data[0].customdata]


def test_a_townships_bar_stands_for_it_and_that_of_the_county_for_nothing():
    figure = problem_status_chart(counts_by_place(FOUND, places()), picks="place_code")
    assert chosen(figure) == [EAST, ""]


def test_a_sources_bar_stands_for_its_name_as_it_was_written():
    figure = problem_status_chart(standing_counts(FOUND, ["source"]), "source", picks="source")
    assert sorted(chosen(figure)) == ["", "<b>审计</b>"]
    assert sorted(row[0] for row in figure.data[0].customdata) == ["&lt;b&gt;审计&lt;/b&gt;", "未注明"]


def test_without_picks_nothing_is_chosen():
    assert chosen(problem_status_chart(counts_by_place(FOUND, places()))) == ["", ""]


def test_live_problems_alone_and_the_rate_with_both_its_parts():
    found = ladder(
        problems(
            problem("1", "已销号", closed_on="2026-02-01"),
            problem("2", due_on="2026-11-01"),
            problem("3", "待验收", due_on="2026-11-01", done_on="2026-11-03"),
            problem("4", reopened_count=1),
        ),
        AS_OF,
        Problems(),
    )
    figure = problem_status_chart(standing_counts(found, ["source"]), "source", only_live=True)
    bars = {trace.name: list(trace.x) for trace in figure.data if trace.type == "bar"}
    # What was reported done too late waits for acceptance: it is counted there, not twice.
    assert bars == {"逾期": [1], "要盯紧": [1], "临期": [0], "其他整改中": [0], "待验收": [1]}
    (words,) = figure.data[-1].text
    assert words.strip().startswith("25%(1/4)")
    assert "逾期1" in words


def test_closure_names_best_and_worst_and_leaves_out_who_has_no_rank():
    counts = pd.DataFrame(
        {"place_code": [EAST, WEST, "13"], "name": ["<i>东乡", "西镇", "北乡"], "found": [4, 5, 1], "closed": [3, 2, 1],
         "late": [1, 0, 0], "late_base": [3, 0, 0]}
    )  # fmt: skip
    counts["closure_rate"] = 100 * counts["closed"] / counts["found"]
    counts["late_share"] = 100 * counts["late"] / counts["late_base"].where(counts["late_base"] > 0)
    figure = closure_chart(closure_ranking(counts, 3), highlight=WEST)
    assert list(figure.data[0].x) == [75, 40]
    assert chosen(figure) == [EAST, WEST]
    assert list(figure.layout.yaxis.ticktext) == ["1 &lt;i&gt;东乡", "<b>2 西镇</b>"]
    assert list(figure.data[0].text) == ["75.0%(3/4)", "40.0%(2/5)"]
    assert [text.strip() for text in figure.data[1].text] == ["1/3 33%", "—"]
    assert "最低西镇40.0%" in figure.layout.title.text


def test_nobody_can_be_ranked():
    counts = counts_by_place(FOUND, places())
    figure = closure_chart(closure_ranking(counts, 3))
    assert "没有可以排名的乡镇" in figure.layout.annotations[0].text
