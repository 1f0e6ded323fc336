"""Medians with their intervals, curves, and in whose hands the time goes by."""

from __future__ import annotations

import pandas as pd
import pytest

from charts import palette
from charts.waiting_times import Curve, curves_chart, days_text, medians_chart, parts_chart
from metrics.waiting_times import survival, waiting_times
from tests.charts.drawn import rows_of, said
from tests.metrics.test_waiting_times import MP6, table


def times() -> pd.DataFrame:
    rows = pd.concat([table([10, 20, 30], key="甲"), table([5], [40, 50], key="乙")], ignore_index=True)
    return waiting_times(rows, "key").assign(name=lambda found: "<i>" + found["key"] + "</i>")


def test_rows_stand_slowest_first_and_less_than_half_is_at_least():
    figure = medians_chart(times(), title="多久", highlight="甲")
    assert rows_of(figure) == ["&lt;i&gt;乙&lt;/i&gt;", "<b>&lt;i&gt;甲&lt;/i&gt;</b>"]
    (texts,) = [trace.text for trace in figure.data if trace.mode == "text"]
    assert "至少50天" in texts[0]
    assert "1/3" in texts[0]
    assert "20天" in texts[1]


def test_a_dot_stands_for_its_group():
    (dots,) = [trace for trace in medians_chart(times(), title="多久").data if trace.mode == "markers"]
    assert [row[-1] for row in dots.customdata] == ["乙", "甲"]
    assert "过半数还没有销号,至少50天" in dots.customdata[0][1]
    assert "3个:销过号3个,从来没有0个" in dots.customdata[1][1]


@pytest.mark.parametrize(("median", "words"), [(20, "20天"), (pd.NA, "至少50天"), (None, "至少50天")])
def test_days_in_words(median, words):
    assert days_text({"median": median, "longest": 50}) == words


def test_a_curve_says_how_many_are_left_and_how_many_were_counted():
    figure = curves_chart([Curve("6-MP<", survival(MP6), palette.PRIMARY)], title="缓解")
    line = next(trace for trace in figure.data if trace.customdata is not None)
    assert ["6-MP&lt;", "发现7天后还有80.7%没有销号(当时在算的17个)", ""] in [
        list(row) for row in line.customdata
    ]
    assert line.line.shape == "hv"


def test_the_axis_ends_where_only_a_tenth_is_still_counted():
    # 20 problems; the last one is seen on day 1000, when it is alone.
    curve = survival(table(list(range(1, 20)), [1000]))
    figure = curves_chart([Curve("全部", curve, palette.CONTEXT)], title="")
    assert 18 <= figure.layout.xaxis.range[1] < 40


def test_parts_without_any_report_are_a_dash_and_no_bar():
    found = times().rename(columns=lambda name: name if name in ("key", "name") else f"report_{name}")
    parts = [f"answer_{name}" for name in ("median", "longest", "n", "over", "ongoing")]
    answers = found[["key"]].reindex(columns=["key", *parts])
    figure = parts_chart(found.merge(answers, on="key"), title="时间花在哪里")
    reported, answered = (trace for trace in figure.data if trace.type == "bar")
    assert list(reported.x) == [50, 20]
    assert all(pd.isna(days) for days in answered.x)
    (texts,) = [trace.text for trace in figure.data if trace.type == "scatter"]
    assert "至少50天" in texts[0]
    assert "—" in texts[0]


def test_too_few_to_compare():
    nobody = times().head(0)
    for drawn in (medians_chart(nobody, title="一半要80天"), parts_chart(nobody, title="一半要80天")):
        assert "每组的问题都太少,没有画" in said(drawn)
        assert "一半要80天" in said(drawn)
    assert "能算的太少" in said(curves_chart([], title=""))
