"""The table of places and categories: sums, blanks, colours that words repeat, what a click means."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts import palette
from charts.heat import MOST_CATEGORIES, OTHERS, SETTLED, gathered, heat_chart, rest_in_one
from metrics.rectification import ladder
from metrics.responsibility import Heat, heat
from settings import Problems
from tests.metrics.county import AS_OF, E2, EAST, W1, WEST, places, problem, problems


def table(*rows: dict[str, Any]) -> Heat:
    return heat(ladder(problems(*rows), AS_OF, Problems()), places())


# 东乡: 措施不实 one overdue of two; 西镇: 数据错误 one struck off; a unit's problem without a place.
TABLE = table(
    problem("1", due_on="2026-11-01", category="措施不实"),
    problem("2", "已销号", closed_on="2026-10-09", place_code=E2, category="措施不实"),
    problem("3", "已销号", closed_on="2026-10-09", place_code=W1, category="<b>错</b>"),
    problem("4", place_code=None, category="措施不实"),
)


def cells(figure: go.Figure) -> dict[tuple[str, str], tuple[str, str]]:
    """Row and column → words and what a click stands for, of the cells that are drawn."""
    names, heads = figure.layout.yaxis.ticktext, figure.layout.xaxis.ticktext
    return {
        (names[y], heads[x]): (trace.text[y][x], trace.customdata[y][x][-1])
        for trace in figure.data
        for y, row in enumerate(trace.z)
        for x, value in enumerate(row)
        if value is not None
    }


def test_each_cell_says_how_many_are_left_and_the_sums_stand_first():
    found = cells(heat_chart(TABLE))
    words = {key: text for key, (text, _) in found.items()}
    assert words == {
        ("东乡", "措施不实"): "<b>逾1</b> 1/2 50%",
        ("西镇", "&lt;b&gt;错<br>&lt;/b&gt;"): "0/1 100%",
        ("县直及未注明", "措施不实"): "1/1 0%",
        ("<b>合计</b>", "<b>合计</b>"): "<b>2/4 50%</b>",
        ("<b>合计</b>", "措施不实"): "<b>2/3 33%</b>",
        ("<b>合计</b>", "&lt;b&gt;错<br>&lt;/b&gt;"): "<b>0/1 100%</b>",
        ("东乡", "<b>合计</b>"): "<b>1/2 50%</b>",
        ("西镇", "<b>合计</b>"): "<b>0/1 100%</b>",
        ("县直及未注明", "<b>合计</b>"): "<b>1/1 0%</b>",
    }


def test_a_click_stands_for_place_and_category_and_of_no_place_for_nothing():
    found = cells(heat_chart(TABLE))
    picks = {key: json.loads(pick) if pick else None for key, (_, pick) in found.items()}
    assert picks["东乡", "措施不实"] == [EAST, "措施不实"]
    assert picks["西镇", "&lt;b&gt;错<br>&lt;/b&gt;"] == [WEST, "<b>错</b>"]
    assert picks["东乡", "<b>合计</b>"] == [EAST, ""]
    assert picks["<b>合计</b>", "措施不实"] == ["", "措施不实"]
    assert picks["县直及未注明", "措施不实"] is None
    assert picks["<b>合计</b>", "<b>合计</b>"] is None


def colour_of(trace: Any, value: float) -> str:
    at = (value - trace.zmin) / (trace.zmax - trace.zmin)
    return next(colour for stop, colour in reversed(trace.colorscale) if stop <= at + 1e-9)


def test_red_is_for_what_is_overdue_and_for_nothing_else():
    reds = {"#F7D6D0", "#EFB0A6", "#E28476"}
    figure = heat_chart(TABLE)
    for trace in figure.data:
        for row, words in zip(trace.z, trace.text, strict=True):
            for value, said in zip(row, words, strict=True):
                if value is not None:
                    is_red = colour_of(trace, min(value, trace.zmax)) in reds
                    assert is_red == ("逾" in said), said
    assert SETTLED not in reds
    assert not reds & {
        stop for trace in heat_chart(TABLE, colour="closure").data for _, stop in trace.colorscale
    }


@pytest.mark.parametrize(("rate", "colour"), [(0, 1), (59.9, 1), (60, 2), (79.9, 2), (80, 3), (99.9, 3)])
def test_a_bound_of_the_closure_rate_belongs_to_the_upper_class(rate: float, colour: int):
    trace = heat_chart(TABLE, colour="closure").data[0]
    assert colour_of(trace, rate) == palette.DIVERGING[colour]


def test_many_categories_share_the_last_column_and_the_sums_stay():
    many = table(*(problem(str(at), category=f"第{at:02d}类") for at in range(MOST_CATEGORIES + 5)))
    few = gathered(many)
    assert len(few.categories) == MOST_CATEGORIES
    assert few.categories["category"].iloc[-1] == OTHERS
    for cut in (few.cells, few.categories):
        assert cut["found"].sum() == MOST_CATEGORIES + 5
    last = few.categories.iloc[-1]
    assert (last["found"], last["closure_rate"]) == (6, 0)
    heads = heat_chart(many).layout.xaxis.ticktext
    assert heads[-1] == "其他类别"
    assert cells(heat_chart(many))["东乡", "其他类别"][1] == ""  # no list is of just these


def test_nothing_found():
    assert "没有查出的问题" in heat_chart(table()).layout.annotations[0].text


def test_title_counts_what_is_overdue_or_what_is_left():
    assert "逾期1个,东乡最多(1个)" in heat_chart(TABLE).layout.title.text
    calm = table(problem("1"), problem("2", "已销号"))
    assert "没有逾期的问题,未销号1个" in heat_chart(calm).layout.title.text
    assert "查出的问题全部销号" in heat_chart(table(problem("2", "已销号"))).layout.title.text


def test_inputs_are_left_as_they_were():
    before = TABLE.cells.copy()
    heat_chart(TABLE)
    pd.testing.assert_frame_equal(TABLE.cells, before)


def test_on_the_wall_a_cell_says_only_what_its_colour_means():
    words = {key: text for key, (text, _) in cells(heat_chart(TABLE, on_wall=True)).items()}
    assert words["东乡", "措施不实"] == "<b>逾1</b> 1/2"
    assert words["<b>合计</b>", "<b>合计</b>"] == "<b>逾1 2/4</b>"
    shares = {
        key: text for key, (text, _) in cells(heat_chart(TABLE, colour="closure", on_wall=True)).items()
    }
    assert shares["东乡", "措施不实"] == "1/2 50%"


def test_places_that_a_wall_has_no_room_for_are_added_up_and_lead_nowhere():
    # Worst first: 东乡 (1 overdue), 县直及未注明, 西镇; with room for two the last two are one row.
    few = rest_in_one(TABLE, most=2)
    assert few.places["name"].tolist() == ["东乡", "其余2个"]
    assert few.places["found"].tolist() == [2, 2]
    assert few.places["closed"].tolist() == [1, 1]
    assert few.places["closure_rate"].tolist() == [50.0, 50.0]
    assert few.cells["found"].sum() == TABLE.cells["found"].sum()
    found = cells(heat_chart(few))
    assert found["其余2个", "措施不实"] == ("1/1 0%", "")
    assert found["其余2个", "<b>合计</b>"][1] == ""


def test_the_place_that_is_shown_keeps_its_row_on_the_wall():
    assert rest_in_one(TABLE, WEST, most=2).places["name"].tolist() == ["其余2个", "西镇"]
