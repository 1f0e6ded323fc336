"""The bars of a category add up to its villages, and a click chooses the category as the ledger writes it."""

from __future__ import annotations

import pandas as pd

from charts.recurrence import recurrence_chart

COUNTS = pd.DataFrame(
    {
        "category": ["数据<b>错误", "人居环境", "没有落到村"], "villages": [6, 3, 0], "townships": [2, 1, 1],
        "found": [8, 3, 1], "unclosed": [2, 0, 1], "came_back": [1, 0, 0], "found_again": [2, 0, 0], "again": [1, 0, 0],
        "unclosed_only": [2, 0, 0], "closed_only": [3, 3, 0],
    }
)  # fmt: skip


def test_segments_add_up_and_titles_say_the_finding():
    figure = recurrence_chart(COUNTS)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [sum(trace.x[at] for trace in bars) for at in (0, 1)] == [6, 3]
    assert len(bars[0].x) == 2  # what lies in no village has no bar
    assert "2类问题中1类销号后又出现" in figure.layout.title.text
    assert [row[-1] for row in bars[0].customdata] == ["数据<b>错误", "人居环境"]
    assert bars[0].customdata[0][0] == "数据&lt;b&gt;错误"
    beside = figure.data[-1].text
    assert "反弹1 再次查出2" in beside[0]
    assert beside[1] == ""


def test_none_came_back_and_none_at_all():
    quiet = COUNTS.assign(came_back=0, found_again=0)
    assert "销号后都没有再出现" in recurrence_chart(quiet).layout.title.text
    assert "没有落到村的问题" in recurrence_chart(COUNTS.iloc[2:]).to_json().encode().decode("unicode_escape")
