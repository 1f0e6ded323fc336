"""Bars of ages add up, and the months' title says whether the backlog grows."""

from __future__ import annotations

import pandas as pd
import pytest

from charts.backlog import ages_chart, flow_chart
from metrics.backlog import BINS, UNKNOWN_AGE
from tests.charts.drawn import rows_of, said


def ages(*left: int) -> pd.DataFrame:
    padded = [*left, *[0] * (len(BINS) - len(left))]
    return pd.DataFrame({"age_bin": BINS, "overdue": 0, "in_time": padded, "awaiting": 0, "left": padded})


def months(*left: int) -> pd.DataFrame:
    periods = pd.period_range("2026-07", periods=len(left), freq="M").astype("str")
    frame = pd.DataFrame({"period": periods, "left": left}).assign(found=5, reopened=1, closed=3)
    return frame.assign(reopened=frame["reopened"].where(frame.index > 0, 0))


def test_bars_stand_youngest_first_and_add_up():
    figure = ages_chart(ages(4, 3, 2, 1, 5))
    assert rows_of(figure) == list(BINS)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert sum(sum(bar.x) for bar in bars) == 15


@pytest.mark.parametrize(
    ("counts", "words"),
    [((4, 3, 2, 1, 5), "15个没有销号,其中6个积压90天以上"), ((4,), "4个没有销号,都没有超过90天"), ((0,), "没有未销号的问题")],
)  # fmt: skip
def test_the_title_says_how_many_are_old(counts, words):
    assert words in said(ages_chart(ages(*counts))).replace("</b><br><b>", "")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ((0, 0, 0, 0, 0, 5), "5个没有销号,都没有发现日期,不知道积压多久"),
        ((4, 0, 0, 0, 0, 1), "5个没有销号,1个没有发现日期,其余都没有超过90天"),
        ((0, 0, 0, 0, 4, 1), "5个没有销号,1个没有发现日期,其中4个积压90天以上"),
    ],
)
def test_of_unknown_age_nothing_is_claimed(left, words):
    rows = pd.DataFrame(
        {"age_bin": [*BINS, UNKNOWN_AGE], "overdue": 0, "in_time": left, "awaiting": 0, "left": left}
    )
    assert words in said(ages_chart(rows)).replace("</b><br><b>", "")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ((90, 10, 12, 14, 30), "未销号30个,比2026年8月末多20个"),  # November against August
        ((40, 30, 20, 10), "未销号10个,比2026年7月末少30个"),
        ((10, 10), "未销号10个,和2026年7月末一样多"),
        ((10,), "现在未销号10个"),
    ],
)
def test_the_title_compares_with_three_months_ago(left, words):
    assert words in said(flow_chart(months(*left))).replace("</b><br><b>", "")


def test_a_month_in_which_nothing_came_back_has_no_mark():
    came_back = next(
        trace
        for trace in flow_chart(months(10, 12, 14)).data
        if trace.type == "scatter" and trace.mode == "markers"
    )
    assert [pd.isna(came_back.y[0]), *came_back.y[1:]] == [True, 1, 1]


def test_nothing_dated():
    assert "没有发现日期" in said(flow_chart(months(1).head(0)))
