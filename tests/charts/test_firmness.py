"""How firm a rank is: the interval around it, in words too, and nobody without a rank given one."""

from charts.firmness import firmness_chart, interval_text
from tests.charts.composites import composite, intervals
from tests.charts.drawn import rows_of, said

TABLE = composite({"a": 90.0, "b": 80.0, "c": 79.0, "d": None})
BOUNDS = intervals(a=(1, 1), b=(2, 3), c=(2, 3))


def test_each_row_has_its_rank_and_its_interval():
    figure = firmness_chart(TABLE, BOUNDS, 0.25)
    assert rows_of(figure) == ["东乡 1", "西镇 2", "南乡 3", "北乡 —"]
    line, dots, labels = figure.data
    # One stretch per ranked township, broken by None
    assert list(line.x) == [1, 1, None, 2, 3, None, 2, 3, None]
    assert list(dots.x[:3]) == [1, 2, 3]
    assert [text.strip() for text in labels.text] == ["1", "2–3", "2–3", "未报送:缺茶园面积等2项"]
    assert "权重上下浮动25%,3个乡镇中1个名次不变" in said(figure).replace("</b><br><b>", "")


def test_the_finding_is_told_also_where_all_or_none_are_firm():
    two = composite({"a": 90.0, "b": 80.0})
    assert "名次都不变" in said(firmness_chart(two, intervals(a=(1, 1), b=(2, 2)), 0.25))
    assert "名次都会动" in said(firmness_chart(two, intervals(a=(1, 2), b=(1, 2)), 0.25))


def test_a_click_names_the_township():
    figure = firmness_chart(TABLE, BOUNDS, 0.25)
    assert [row[-1] for row in figure.data[1].customdata] == ["a", "b", "c", "d"]


def test_nobody_has_a_rank():
    nobody = composite({"a": None})
    assert "还没有乡镇有名次" in said(firmness_chart(nobody, BOUNDS, 0.25))


def test_an_interval_of_one_rank_is_one_number():
    assert interval_text(3, 3) == "3"
    assert interval_text(2, 5) == "2–5"
