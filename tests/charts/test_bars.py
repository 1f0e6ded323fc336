import pandas as pd

from charts import palette
from charts.bars import township_bars_chart
from metrics.figures import figures_at, indicator_values
from tests.charts.drawn import rows_of, said
from tests.metrics.county import E1, EAST, INDICATORS, W1, WEST, places, reports, targets, together

OCT = "2026-10"


def bars(rows, indicator_id="area", register=None, **more):
    values = indicator_values(
        rows, places() if register is None else register, INDICATORS, indicator_id, "township"
    )
    return township_bars_chart(figures_at(values), INDICATORS[indicator_id], **more)


AREA = together(
    reports("area", {(E1, OCT): 30.0, (W1, OCT): 90.0}),
    targets("area", {(EAST, "2026"): 60.0, (WEST, "2026"): 60.0}),
)


def test_the_largest_is_on_top_with_its_figure_completion_and_unit():
    figure = bars(AREA)
    assert rows_of(figure) == ["西镇", "东乡"]
    assert list(figure.data[0].x) == [90, 30]
    labels = figure.data[1]
    assert [text.strip() for text in labels.text] == ["90 (150%)", "30 (50%)"]
    assert list(labels.x) == [90, 60]  # beside the mark of the target, not across it
    assert figure.layout.title.text.startswith("<b>茶园面积:2个中1个完成目标</b>")
    assert "2026年10月(亩;竖线为目标)" in figure.layout.title.text
    assert [x for x in figure.data[2].x if x is not None] == [60, 60, 60, 60]


def test_a_township_that_did_not_report_is_there_in_grey():
    figure = bars(together(reports("area", {(E1, OCT): 30.0, (W1, OCT): None})))
    assert rows_of(figure) == ["东乡", "西镇"]
    assert figure.data[1].text[1].strip() == "未报送"
    assert figure.data[1].textfont.color[1] == palette.NO_DATA_TEXT
    assert "1个未报" in figure.layout.title.text


def test_a_target_mark_does_not_cross_the_words_of_one_that_did_not_report():
    rows = together(AREA, reports("area", {(E1, "2026-11"): 60.0, (W1, "2026-11"): None}))
    figure = bars(rows)
    assert list(figure.data[1].x) == [60, 0]
    assert [x for x in figure.data[2].x if x is not None] == [60, 60]


def test_red_is_for_those_behind_only():
    colours = bars(AREA, behind_below=80).data[0].marker.color
    assert list(colours) == [palette.PRIMARY, palette.RED]
    assert palette.RED not in bars(AREA).data[0].marker.color


def test_the_chosen_township_stands_out():
    figure = bars(AREA, highlight=EAST)
    assert rows_of(figure) == ["西镇", "<b>东乡</b>"]
    assert list(figure.data[0].marker.color) == [palette.CONTEXT, palette.PRIMARY]


def test_completion_with_its_line_at_100():
    figure = bars(AREA, by="completion")
    assert list(figure.data[0].x) == [150, 50]
    assert figure.layout.shapes[0].x0 == 100
    assert "完成全年目标 %" in figure.layout.title.text


def test_a_flow_names_the_months_it_adds_up():
    rows = reports("output", {(E1, "2026-09"): 1.0, (E1, OCT): 2.0})
    assert "2026年1月至10月(公斤)" in bars(rows, "output").layout.title.text


def test_a_ratio_shows_both_its_parts():
    rows = together(reports("area", {(E1, OCT): 80.0}), reports("plucked", {(E1, OCT): 20.0}))
    figure = bars(rows, "share")
    assert figure.data[1].text[0].strip() == "25.0%"
    assert "20/80" in figure.data[0].customdata[0][1]


def test_hostile_names_are_shown_as_typed():
    register = places().assign(name=lambda frame: frame["name"].replace("西镇", '<a href="x">西</a>%{x}'))
    assert "<a" not in said(bars(AREA, register=register))
    assert '&lt;a href="x"&gt;西&lt;/a&gt;%{x}' in rows_of(bars(AREA, register=register))


def test_single_township_falling_figures_and_nothing_at_all():
    assert rows_of(bars(reports("area", {(E1, OCT): -5.0}), register=places(EAST, E1))) == ["东乡"]
    assert "还没有茶园面积的数据" in said(bars(reports("area", {})))
    everyone_late = bars(reports("area", {(E1, "2026-09"): 1.0})).data[1].text
    assert len(everyone_late) == 2
    assert bars(AREA, title="").layout.title.text == ""


def test_inputs_are_left_as_they_were():
    values = figures_at(indicator_values(AREA, places(), INDICATORS, "area", "township"))
    before = values.copy()
    township_bars_chart(values, INDICATORS["area"], highlight=EAST)
    pd.testing.assert_frame_equal(values, before)


def test_a_bar_tells_which_place_it_stands_for():
    figure = bars(AREA)
    assert [row[-1] for row in figure.data[0].customdata] == [WEST, EAST]


def test_a_figure_of_a_unit_that_counts_in_wan_itself_is_not_told_in_wan_again():
    # 1,200,000万袋 is no 120.00万 under a heading that says 万袋; the axis says 1,000,000 likewise.
    bags = INDICATORS["area"].model_copy(update={"unit": "万袋"})
    values = indicator_values(
        reports("area", {(E1, OCT): 1_200_000.0}), places(), INDICATORS, "area", "township"
    )
    figure = township_bars_chart(figures_at(values), bags)
    assert figure.data[1].text[0].strip() == "1,200,000"
    assert not any("万" in tick for tick in figure.layout.xaxis.ticktext)
