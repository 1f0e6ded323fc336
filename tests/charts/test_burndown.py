"""What a reader sees of a batch: how much is left, until when, and which lines say so."""

from __future__ import annotations

import pandas as pd
import pytest

from charts import palette
from charts.burndown import burn_down_chart, left_text
from metrics.burndown import COURSE_COLUMNS
from tests.charts.drawn import said

BATCH = {
    "batch": "2026年<b>督查</b>", "found": 136, "left": 41, "open": 30, "awaiting": 11, "overdue": 0, "days_left": 18,
    "due_on": pd.Timestamp("2026-12-03"), "first_due_on": pd.Timestamp("2026-12-03"), "is_extended": False,
    "left_without_deadline": 0,
}  # fmt: skip


def course() -> pd.DataFrame:
    days = pd.to_datetime(["2026-11-01", "2026-11-08", "2026-11-15", "2026-12-04"])
    counts = {
        "found": [136, 136, 136, None],
        "open": [136, 60, 30, None],
        "awaiting": [0, 10, 11, None],
        "closed": [0, 66, 95, None],
        "left": [136, 70, 41, None],
    }
    frame = pd.DataFrame({"on": days, **{name: pd.array(v, dtype="Int64") for name, v in counts.items()}})
    return frame.assign(scheduled=[136, 100, 90, 0])[COURSE_COLUMNS]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "136个还剩41个;时限还有18天"),
        ({"days_left": -12, "overdue": 30}, "136个还剩41个,逾期30个;时限已过12天"),
        ({"overdue": 4}, "136个还剩41个,逾期4个;最后时限还有18天"),
        ({"days_left": 0}, "136个还剩41个;时限就是今天"),
        ({"days_left": pd.NA, "due_on": pd.NaT}, "136个还剩41个;没有时限"),
        ({"days_left": -500, "left_without_deadline": 41}, "136个还剩41个;剩下的没有时限"),
        ({"left": 0, "open": 0, "awaiting": 0}, "136个全部销号"),
    ],
)
def test_the_title_states_what_is_left_and_until_when(more, words):
    assert left_text(BATCH | more) == words
    assert words in said(burn_down_chart(course(), BATCH | more)).replace("</b><br><b>", "")


def test_days_are_named_as_the_county_counts_them():
    assert "还有18个工作日" in said(burn_down_chart(course(), BATCH, day_unit="个工作日"))


def test_open_is_the_bold_line_and_nothing_is_counted_after_today():
    figure = burn_down_chart(course(), BATCH)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    bold = max(lines, key=lambda line: line.line.width)
    assert list(bold.y) == [136, 60, 30]
    assert bold.customdata[1][:-1] == [60, 10, 66, 100]
    assert bold.x[1] == "2026-11-08"
    assert "整改中%{customdata[0]}个,待验收%{customdata[1]}个,已销号%{customdata[2]}个" in bold.hovertemplate


def test_the_end_is_red_only_when_something_is_overdue():
    assert burn_down_chart(course(), BATCH).data[-1].marker.color == palette.PRIMARY
    assert burn_down_chart(course(), BATCH | {"overdue": 1}).data[-1].marker.color == palette.RED


def test_a_deadline_that_was_put_off_stands_beside_the_first():
    later = BATCH | {"is_extended": True, "first_due_on": pd.Timestamp("2026-11-10")}
    figure = burn_down_chart(course(), later)
    assert "(原时限2026年11月10日)" in said(figure).replace("<br>", "")
    assert len(figure.layout.shapes) == 2
    assert len(burn_down_chart(course(), later, is_small=True).layout.shapes) == 2
    assert len(burn_down_chart(course(), BATCH).layout.shapes) == 1


def test_a_small_one_is_headed_by_its_batch_and_chooses_it_as_it_was_written():
    figure = burn_down_chart(course(), BATCH, is_small=True)
    assert figure.layout.title.text.startswith("<b>2026年&lt;b&gt;督查&lt;/b&gt;</b>")
    assert {row[-1] for trace in figure.data if trace.customdata is not None for row in trace.customdata} == {
        BATCH["batch"]
    }


def test_a_batch_of_one_day():
    one = course().head(1)
    assert list(burn_down_chart(one, BATCH).layout.xaxis.ticktext) == ["2026年11月"]
    middle = one.assign(on=pd.Timestamp("2026-11-15"))
    assert list(burn_down_chart(middle, BATCH).layout.xaxis.ticktext) == ["11月15日"]


def test_no_dates_at_all():
    assert "没有发现日期" in said(burn_down_chart(course().head(0), BATCH))
