"""The order of the townships: what a score is made of, who improved, who moved, and nobody dropped unsaid."""

import pandas as pd
import pytest

from charts import palette
from charts.ranking import END, MOST, improvement_chart, rank_change_chart, ranking_chart
from tests.charts.composites import PARTS, composite, intervals
from tests.charts.drawn import rows_of, said

NOW = {"a": 42.5, "b": 22.5, "c": None}
BEFORE = {"a": 20.0, "b": 32.5, "c": 10.0}


def many(count: int) -> pd.DataFrame:
    return composite({f"{at:03}": 100.0 - at / 10 for at in range(count)})


def test_the_parts_of_a_score_add_up_to_its_label():
    table = composite(NOW)
    figure = ranking_chart(table, PARTS)
    assert rows_of(figure) == ["东乡 1", "西镇 2", "南乡 —"]
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [sum(bar.x[at] for bar in bars) for at in (0, 1)] == pytest.approx(list(table["score"])[:2])
    assert [text.strip() for text in figure.data[-1].text[:2]] == ["42.5", "22.5"]
    assert figure.layout.title.text.startswith("<b>东乡第一,西镇末位</b>")
    assert "■</span>\u00a0茶园面积" in figure.layout.title.text


def test_a_township_without_a_score_is_last_with_what_is_missing():
    figure = ranking_chart(composite(NOW), PARTS)
    assert figure.data[-1].text[2].strip() == "未报送:缺茶园面积等2项"
    assert pd.isna(figure.data[0].x[2])


def test_the_interval_of_ranks_stands_beside_the_score():
    figure = ranking_chart(composite(NOW), PARTS, intervals=intervals(a=(1, 1), b=(2, 4)))
    assert [text.strip() for text in figure.data[-1].text[:2]] == ["42.5(稳)", "22.5(2–4)"]


def test_the_chosen_township_is_what_the_chart_is_about():
    figure = ranking_chart(composite(NOW), PARTS, highlight="b")
    assert figure.layout.title.text.startswith("<b>西镇第2名,距前一名差20.00分</b>")
    assert rows_of(figure)[1] == "<b>西镇 2</b>"
    assert list(figure.data[0].marker.opacity) == [0.45, 1.0, 0.45]


def test_gains_are_ordered_and_told_with_both_scores():
    # a: +22.5, b: -10, c has lost its score
    figure = improvement_chart(composite(NOW, BEFORE))
    assert rows_of(figure) == ["东乡 1", "西镇 2", "南乡 —"]
    assert list(figure.data[0].x[:2]) == [22.5, -10.0]
    assert list(figure.data[0].marker.color[:2]) == [palette.PRIMARY, palette.AMBER]
    labels = [text.strip() for text in figure.data[1].text]
    assert labels == ["+22.5分(20.0→42.5)", "-10.0分(32.5→22.5)", "未报送:缺茶园面积等2项"]
    assert "东乡进步最大(+22.5分),西镇退步最大(-10.0分)" in said(figure).replace("</b><br><b>", "")
    assert "2026年10月与2026年9月相比" in said(figure)


def test_a_new_township_has_no_bar_but_is_listed():
    figure = improvement_chart(composite({"a": 42.5, "b": 22.5}, {"a": 20.0}))
    assert rows_of(figure) == ["东乡 1", "西镇 —"]
    assert figure.data[1].text[1].strip() == "上期没有得分"


def test_moves_up_and_down_are_told_by_sign_colour_and_arrow():
    figure = rank_change_chart(composite({"a": 42.5, "b": 22.5}, {"a": 20.0, "b": 32.5}), highlight="a")
    assert rows_of(figure) == ["<b>东乡 1</b>", "西镇 2"]
    assert [note.text for note in figure.layout.annotations] == ["↑1", "↓1"]
    assert list(figure.data[-1].marker.color) == [palette.PRIMARY, palette.AMBER]
    assert "1个乡镇上升,1个下降" in figure.layout.title.text
    assert "2026年10月与2026年9月相比" in figure.layout.title.text


def test_a_click_on_any_mark_names_its_township():
    table = composite(NOW, BEFORE)
    for figure in (ranking_chart(table, PARTS), improvement_chart(table), rank_change_chart(table)):
        clickable = [trace for trace in figure.data if trace.customdata is not None]
        assert clickable
        for trace in clickable:
            assert [row[-1] for row in trace.customdata] == ["a", "b", "c"][: len(trace.customdata)]


def test_of_very_many_both_ends_and_the_chosen_one_are_drawn_and_it_is_said():
    figure = ranking_chart(many(200), PARTS, highlight="100")
    rows = rows_of(figure)
    assert len(rows) == 2 * END + 1
    assert rows[0] == "000 1"
    assert rows[END] == "<b>100 101</b>"
    assert rows[-1] == "199 200"
    assert f"共200个,画出前{END}名和后{END}名" in said(figure)
    assert len(rows_of(ranking_chart(many(MOST), PARTS))) == MOST


def test_rankings_of_nobody():
    nobody = composite({"a": None, "b": None})
    assert "还没有乡镇有全部评分项的数据" in said(ranking_chart(nobody, PARTS))
    assert "还没有两期得分可比" in said(improvement_chart(nobody))
    assert "还没有可比的位次" in said(rank_change_chart(nobody))


def test_one_township_and_equal_scores_are_no_first_and_last():
    assert "只有东乡有名次" in said(ranking_chart(composite({"a": 50.0}), PARTS))
    assert "2个乡镇得分相同" in said(ranking_chart(composite({"a": 50.0, "b": 50.0}), PARTS))


def test_hostile_names_are_text():
    table = composite(NOW, BEFORE).assign(name="<b>乡</b>")
    for figure in (ranking_chart(table, PARTS), improvement_chart(table), rank_change_chart(table)):
        assert "<b>乡" not in said(figure)
        assert "&lt;b&gt;乡" in said(figure)


def test_inputs_are_left_as_they_were():
    table = composite(NOW, BEFORE)
    copy = table.copy()
    ranking_chart(table, PARTS, highlight="a")
    improvement_chart(table)
    rank_change_chart(table)
    pd.testing.assert_frame_equal(table, copy)
