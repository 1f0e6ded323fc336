"""What a reader is told about a programme's steps: figures, shares, what is missing and what is odd."""

from __future__ import annotations

import pandas as pd

from charts import palette
from charts.funnels import shares_chart, steps_chart
from metrics.funnels import funnel
from tests.charts.drawn import rows_of, said
from tests.metrics.county import COUNTY, EAST, WEST
from tests.metrics.test_funnels import HOUSEHOLDS, INDICATORS, SEP, counts

UNIT = INDICATORS["planned"]


def of(figures, level="township", place=EAST):
    found = funnel(HOUSEHOLDS, counts(figures), level)
    return found[found["place_code"] == place]


def test_steps_are_bars_with_figure_and_share_and_the_greatest_loss_stands_out():
    figure = steps_chart(of({(EAST, SEP): (80, 60, 30, 12)}), UNIT, name="东乡")
    assert rows_of(figure) == ["计划", "批准", "申请", "发放"]
    assert list(figure.data[0].x) == [80, 60, 30, 12]
    assert [text.strip() for text in figure.data[1].text] == ["80户", "60户 75%", "30户 38%", "12户 15%"]
    assert list(figure.data[0].marker.color).index(palette.AMBER) == 2
    title = figure.layout.title.text.replace("</b><br><b>", "")
    assert "东乡计划80户,发放12户,占15%,批准到申请少得最多" in title


def test_a_missing_step_has_a_line_and_no_bar():
    figure = steps_chart(of({(EAST, SEP): (80, None, 30, 12)}), UNIT)
    assert rows_of(figure) == ["计划", "批准", "申请", "发放"]
    assert figure.data[1].text[1].strip() == "未报送"
    assert figure.data[0].x[1] == 0


def test_a_step_larger_than_the_one_before_is_said():
    figure = steps_chart(of({(EAST, SEP): (80, 60, 66, 12)}), UNIT)
    assert figure.data[1].text[2].endswith("申请多于批准")


def test_a_county_s_title_does_not_divide_what_not_all_reported():
    # 12 of 80 is 15 %; 西镇's plan of 20 is in the figure of 100 and not in that share.
    rows = of({(EAST, SEP): (80, 60, 30, 12), (WEST, SEP): (20, 20, 20, None)}, "county", COUNTY)
    assert "计划100户,发放12户,两头都报的占15%" in steps_chart(rows, UNIT).layout.title.text.replace(
        "</b><br><b>", ""
    )


def test_shares_stand_worst_first_and_the_unreported_last():
    figures = {(EAST, SEP): (80, 60, 66, 40), (WEST, SEP): (50, 50, 25, 5)}
    found = funnel(HOUSEHOLDS, counts(figures), "township")
    figure = shares_chart(found, UNIT, highlight=WEST)
    assert rows_of(figure) == ["<b>西镇</b>", "东乡"]
    heat = figure.data[0]
    assert [list(line) for line in heat.z] == [[100, 50, 10], [75, 82.5, 50]]
    cells = next(trace for trace in figure.data if len(trace.text or ()) == 6)
    assert list(cells.text) == ["100%", "50%", "10%", "75%", "82%↑", "50%"]
    assert heat.customdata[0][2][-1] == WEST
    assert "发放:西镇10%最低,东乡50%最高" in figure.layout.title.text


def test_unreported_cells_say_so_and_have_no_colour():
    found = funnel(HOUSEHOLDS, counts({(EAST, SEP): (80, 60, 30, 12), (WEST, SEP): (None,) * 4}), "township")
    figure = shares_chart(found, UNIT)
    assert rows_of(figure) == ["东乡", "西镇"]
    assert pd.isna(pd.Series(figure.data[0].z[1], dtype=float)).all()
    assert said(figure).count("未报送") >= 3


def test_charts_of_nobody():
    nothing = funnel(HOUSEHOLDS, counts({(EAST, SEP): (None,) * 4}), "township")
    assert "还没有报送数据" in said(steps_chart(nothing, UNIT))
    assert "还没有报送数据" in said(shares_chart(nothing, UNIT))
