"""A wall has room for few large rows: which stay, which stand beside each other, and how many are told."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from charts import palette
from charts.layout import names_axis, rows_height, styled_figure
from charts.wall import Room, on_wall
from tests.charts.drawn import rows_of

TITLE = "二十六个乡镇里有七个完成了全年的目标,还有两个没有报送"


def figure_of(rows: int) -> go.Figure:
    figure = styled_figure(TITLE, "2026年10月,单位:亩;竖线为目标", height=rows_height(rows), legend=[("甲", palette.RED), ("乙", palette.BLUE)])  # fmt: skip
    figure.add_bar(x=[1] * rows, y=list(range(rows)), orientation="h")
    figure.add_scatter(x=[1] * rows, y=list(range(rows)), mode="text", text=[f"数{at}" for at in range(rows)])
    figure.update_layout(
        annotations=[{"x": 1, "xref": "paper", "y": at, "text": f"注{at}"} for at in range(rows)],
        shapes=[{"x0": 0, "x1": 1, "y0": at - 0.3, "y1": at + 0.3} for at in range(rows)],
    )
    names_axis(figure, [f"乡{at}" for at in range(rows)], 1.0)
    return figure


def seen(figure: go.Figure) -> list[str]:
    """Names of the rows within the axis' range."""
    bottom, top = figure.layout.yaxis.range
    return [name for at, name in enumerate(rows_of(figure)) if top < at < bottom]


def test_few_rows_are_all_there():
    (drawn,), left_out = on_wall(figure_of(8), Room())
    assert left_out == 0
    assert seen(drawn) == [f"乡{at}" for at in range(8)]


def test_the_first_rows_stay_and_the_others_are_counted():
    (drawn,), left_out = on_wall(figure_of(40), Room(wide=32, high=29))
    shown = seen(drawn)
    # 29 rem are 377 px; the heading of two lines, a subtitle and a legend takes 100, the axis 30: 247 px. A row of 26 px
    # on the page is 17.9 here, its words 13: 13 rows.
    assert shown == [f"乡{at}" for at in range(13)]
    assert left_out == 40 - 13


def test_what_stands_at_a_row_goes_with_it():
    (drawn,), _ = on_wall(figure_of(40), Room())
    kept = len(seen(drawn))
    assert [mark.text for mark in drawn.layout.annotations] == [f"注{at}" for at in range(kept)]
    assert len(drawn.layout.shapes) == kept
    assert [said for said in drawn.data[1].text if said] == [f"数{at}" for at in range(kept)]


def test_rows_stand_beside_each_other_where_there_is_room():
    (left, right), left_out = on_wall(figure_of(26), Room(wide=65, in_two=True))
    assert left_out == 0
    assert seen(left) == [f"乡{at}" for at in range(13)]
    assert seen(right) == [f"乡{at}" for at in range(13, 26)]
    assert left.layout.margin.t == right.layout.margin.t, "rows of both are at the same height"
    assert TITLE[:10] in left.layout.title.text
    assert TITLE[:10] not in right.layout.title.text


def test_of_very_many_the_last_are_counted_even_in_two():
    (left, right), left_out = on_wall(figure_of(100), Room(wide=65, in_two=True))
    assert len(seen(left)) == len(seen(right)) == 13
    assert left_out == 74


def test_a_heading_takes_the_lines_that_the_wall_needs_and_loses_no_word():
    (narrow,), _ = on_wall(figure_of(5), Room(wide=20))
    (wide,), _ = on_wall(figure_of(5), Room(wide=65))
    for drawn in (narrow, wide):
        flat = drawn.layout.title.text.replace("</b><br><b>", "")
        assert TITLE in flat
        assert flat.count("■") == 2
    assert len(wide.layout.title.text.split("<br>")) == 3
    assert narrow.layout.margin.t > wide.layout.margin.t


def test_a_row_of_two_lines_has_the_height_of_two():
    figure = figure_of(12)
    figure.layout.yaxis.ticktext = [f"合作社<br>乡{at}" for at in range(12)]
    figure.layout.annotations = []
    (drawn,), _ = on_wall(figure, Room())
    bottom, top = drawn.layout.yaxis.range
    plot = 29 * 13 - drawn.layout.margin.t - drawn.layout.margin.b
    assert plot / (bottom - top) >= 2 * 13 * 1.3


@pytest.mark.parametrize("kind", ["course", "empty"])
def test_a_figure_without_rows_is_left_whole(kind: str):
    figure = styled_figure("走势", "单位:亩")
    if kind == "course":
        figure.add_scatter(x=[1, 2], y=[1, 2])
    (drawn,), left_out = on_wall(figure, Room())
    assert left_out == 0
    assert len(drawn.data) == len(figure.data)


def test_until_it_is_measured_a_figure_is_never_higher_than_its_room():
    (drawn,), _ = on_wall(figure_of(60), Room(high=20))
    assert drawn.layout.height <= 20 * 13


def test_the_figure_of_the_desk_is_left_as_it_is():
    figure = figure_of(40)
    before = figure.to_dict()
    on_wall(figure, Room())
    assert figure.to_dict() == before


def test_hostile_names_stay_text():
    figure = styled_figure("<b>甲</b>&乙" * 8, "小字")
    (drawn,), _ = on_wall(figure, Room(wide=65))
    assert "&lt;b&gt;" in drawn.layout.title.text
    assert "<b>甲" not in drawn.layout.title.text.removeprefix("<b>")
