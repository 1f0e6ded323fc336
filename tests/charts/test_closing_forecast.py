"""The chart of foreseen closings: what a reader is told, and that nothing is told where nothing is known."""

import pandas as pd
import pytest

from charts.closing_forecast import chance_text, finding, forecast_chart, outlook
from tests.charts.drawn import rows_of, said

AS_OF = pd.Timestamp("2026-11-15")


def row(name: str, state: str, **known: object) -> dict[str, object]:
    day = pd.Timestamp
    base = {
        "group": name, "name": name, "state": state, "history": "enough", "remaining": 4, "awaiting": 1,
        "due_on": day("2026-12-15"), "days_left": 30, "chance": None, "low_on": day("2026-12-10"),
        "median_on": day("2027-01-05"), "high_on": day("2027-03-01"),
    }  # fmt: skip
    return base | known


def table(*rows: dict[str, object]) -> pd.DataFrame:
    dates = ["due_on", "low_on", "median_on", "high_on"]
    frame = pd.DataFrame(list(rows)).astype(dict.fromkeys(dates, "datetime64[s]") | {"chance": "float64"})
    return frame.astype({"days_left": "Int64"})


NONE = {"low_on": None, "median_on": None, "high_on": None}
FOUR = table(
    row("甲", "passed", days_left=-5, due_on="2026-11-10"),
    row("乙", "ahead", chance=31.2),
    row("丙", "ahead", chance=93.0),
    row("丁", "short", history="few", **NONE),
)


def test_the_title_says_how_many_will_rather_be_late():
    told = said(forecast_chart(FOUR, AS_OF, "批次")).replace("</b><br><b>", "")
    assert "4个批次没销完:1个时限已到没销完,1个多半赶不上时限,1个多半能按期,1个历史不够不预测" in told


def test_what_lies_in_no_township_is_shown_and_is_not_one():
    nowhere = FOUR.assign(group=["甲", "乙", "丙", ""])
    told = said(forecast_chart(nowhere, AS_OF, "乡镇")).replace("</b><br><b>", "")
    assert "3个乡镇没销完" in told
    assert len(rows_of(forecast_chart(nowhere, AS_OF, "乡镇"))) == 4


def test_each_row_says_its_chance_or_why_there_is_none():
    figure = forecast_chart(FOUR, AS_OF, "批次")
    assert rows_of(figure) == ["甲 4", "乙 4", "丙 4", "丁 4"]
    labels = figure.data[-1]
    assert [label.strip() for label in labels.text] == ["已过5天", "约30%", "约95%", "历史不够"]
    # Red is what is over, nothing else
    red = [colour for colour in labels.textfont.color if colour == "#C0392B"]
    assert len(red) == 1 and labels.textfont.color[0] == "#C0392B"


def test_what_is_not_foreseen_is_not_drawn():
    line, _, middles, deadlines, _ = forecast_chart(FOUR, AS_OF, "批次").data
    assert 3 not in list(line.y)  # 丁 has no interval, only its deadline
    assert middles.x[3] is None and len(deadlines.x) == 4
    assert pd.Timestamp(deadlines.x[0]) == AS_OF  # a deadline long ago stands at the edge


def test_an_interval_beyond_the_horizon_goes_on_past_the_axis():
    figure = forecast_chart(table(row("甲", "ahead", chance=10.0, high_on=None)), AS_OF, "批次")
    assert list(figure.data[1].y) == [0]
    bounded = forecast_chart(table(row("甲", "ahead", chance=10.0)), AS_OF, "批次")
    assert list(bounded.data[1].y) in ([], [0])


def test_a_click_chooses_a_township_and_no_batch():
    for picks, expected in ((True, ["甲", "乙", "丙", "丁"]), (False, [""] * 4)):
        figure = forecast_chart(FOUR, AS_OF, "乡镇", picks_places=picks)
        assert [each[-1] for each in figure.data[-1].customdata] == expected


def test_names_from_the_ledger_are_plain():
    hostile = table(row("<b>x</b>", "ahead", chance=50.0))
    assert "<b>x" not in said(forecast_chart(hostile, AS_OF, "批次", picks_places=False)).replace(
        "&lt;b>", ""
    )


def test_nothing_left():
    done = table(row("甲", "done", remaining=0, **NONE))
    assert "都已销号" in said(forecast_chart(done, AS_OF, "批次"))
    assert finding(done, "批次") == "没有哪个批次还有带时限的问题没销号"


@pytest.mark.parametrize(
    ("chance", "percent", "words"),
    [
        (0, "不到5%", "基本赶不上"),
        (4.9, "不到5%", "基本赶不上"),
        (10, "约10%", "多半赶不上"),
        (31, "约30%", "多半赶不上"),
        (40, "约40%", "说不准"),
        (60, "约60%", "多半能按期"),
        (94, "约95%", "基本能按期"),
        (100, "95%以上", "基本能按期"),
    ],
)
def test_a_chance_in_words(chance, percent, words):
    assert chance_text(chance) == percent
    assert outlook(chance) == words


def test_a_wall_draws_the_first_rows_and_its_title_speaks_of_all():
    figure = forecast_chart(FOUR, AS_OF, "批次", most=2)
    assert len(rows_of(figure)) == 2
    assert (
        figure.layout.title.text.split("从")[0]
        == forecast_chart(FOUR, AS_OF, "批次").layout.title.text.split("从")[0]
    )
