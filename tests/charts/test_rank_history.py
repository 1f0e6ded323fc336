"""Ranks over time: every township can be followed, gaps are gaps, and very many are cut with a word."""

import itertools

import pytest

from charts import palette
from charts.rank_history import END, MOST, rank_history_chart
from tests.charts.composites import history, ranks
from tests.charts.drawn import said


def lines(figure):
    """Name → the heights of its line."""
    return {trace.name: list(trace.y) for trace in figure.data if "lines" in trace.mode}


def labels(figure):
    """Texts at the left and at the right end, from the top down."""
    return [
        [text.replace("\u2002", "") for text in trace.text] for trace in figure.data if trace.mode == "text"
    ]


def test_each_township_is_a_line_of_its_ranks():
    figure = rank_history_chart(ranks("abc", "bac", "bca"))
    assert lines(figure) == {"东乡": [1, 2, 3], "西镇": [2, 1, 1], "南乡": [3, 3, 2]}
    left, right = labels(figure)
    assert left == ["<b>东乡 1</b>", "<b>西镇 2</b>", "南乡 3"]
    assert right == ["<b>1 西镇</b>", "2 南乡", "<b>3 东乡</b>"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first rank is on top"


def test_without_a_choice_the_greatest_rise_and_fall_stand_out():
    figure = rank_history_chart(ranks("abcd", "bcda"))
    colours = {trace.name: trace.line.color for trace in figure.data if "lines" in trace.mode}
    assert colours["东乡"] == palette.AMBER
    assert colours["西镇"] == palette.PRIMARY
    assert colours["南乡"] == palette.CONTEXT_LIGHT
    assert "西镇上升最多(第2→第1名)" in said(figure).replace("</b><br><b>", "")
    assert "东乡下降最多(第1→第4名)" in said(figure).replace("</b><br><b>", "")


def test_the_chosen_township_is_in_front_with_its_rank_at_the_points_between():
    figure = rank_history_chart(ranks("abc", "bac", "bca"), highlight="a")
    front = [trace for trace in figure.data if "lines" in trace.mode][-1]
    assert front.name == "东乡"
    assert list(front.text) == ["", "<b>2</b>", ""], "at the ends stand name and rank"
    assert front.line.color == palette.PRIMARY
    assert "东乡从第1名退到第3名" in said(figure)
    assert "西镇从第2名升到第1名" in said(rank_history_chart(ranks("abc", "bac"), highlight="b"))
    assert "南乡仍在第3名" in said(rank_history_chart(ranks("abc", "bac"), highlight="c"))


def test_a_period_without_a_rank_is_a_gap_and_never_a_last_place():
    figure = rank_history_chart(
        history({"a": 9.0, "b": 8.0}, {"a": None, "b": 8.0}, {"a": 9.0, "b": 8.0}, {"a": None, "b": 8.0})
    )
    assert lines(figure)["东乡"] == [1, None, 1, None]
    assert all(not trace.connectgaps for trace in figure.data if "lines" in trace.mode)
    left, right = labels(figure)
    assert [len(left), len(right)] == [2, 1]
    assert "1个最近一期没有名次" in said(figure).replace("\n", "")


def test_names_that_share_a_rank_do_not_lie_on_each_other():
    figure = rank_history_chart(history({"a": 9.0, "b": 9.0, "c": 1.0}, {"a": 9.0, "b": 9.0, "c": 1.0}))
    names = [trace for trace in figure.data if trace.mode == "text"]
    for trace in names:
        heights = list(trace.y)
        assert all(below - above >= 0.9 for above, below in itertools.pairwise(heights))
    assert [text.replace("\u2002", "") for text in names[0].text] == ["东乡 1", "西镇 1", "南乡 3"]


def test_only_the_last_periods_up_to_the_one_shown_are_drawn():
    table = ranks("ab", "ba", "ab", "ba")
    figure = rank_history_chart(table, until="2026-03", periods=2)
    assert lines(figure) == {"东乡": [2, 1], "西镇": [1, 2]}
    assert "2026年2月至2026年3月" in said(figure)


def test_of_very_many_the_first_the_last_and_the_chosen_are_drawn():
    codes = [f"{at:03}" for at in range(200)]
    figure = rank_history_chart(ranks(codes, codes), highlight="100")
    assert set(lines(figure)) == {*codes[:END], *codes[-END:], "100"}
    left, _ = labels(figure)
    assert left[0] == "000 1"
    assert left[END] == "<b>100 101</b>"
    assert left[-1] == "199 200"
    assert "共200个" in said(figure)
    heights = [line[0] for line in lines(figure).values()]
    assert max(heights) < MOST
    assert all(each >= 1 for each in heights)


def test_a_click_on_a_point_names_its_township():
    figure = rank_history_chart(ranks("ab", "ba"))
    for trace in figure.data:
        assert {row[-1] for row in trace.customdata} <= {"a", "b"}


@pytest.mark.parametrize("table", [ranks("ab"), history({"a": None}, {"a": None})])
def test_one_period_or_nobody_ranked_is_no_course(table):
    assert "至少要有两期名次" in said(rank_history_chart(table))


def test_nobody_moved():
    assert "2期里名次没有变化" in said(rank_history_chart(ranks("ab", "ab")))


def test_hostile_and_long_names_are_short_text():
    table = ranks("ab", "ba").assign(name="<i>很长很长的乡镇名字</i>")
    figure = rank_history_chart(table)
    assert "<i>" not in said(figure)
    assert "&lt;i&gt;很长…" in said(figure)


@pytest.mark.parametrize("scale", [1.0, 2.2])
def test_names_are_large_enough_on_the_wall(scale):
    figure = rank_history_chart(ranks("ab", "ba"), scale=scale)
    assert all(trace.textfont.size >= 13 * scale for trace in figure.data if trace.mode == "text")
