"""Then and now beside each other: who changed figures, and what has no figure on one side is not drawn at zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

from charts.then_and_now import difference_text, restated_chart, then_now_chart
from settings import Indicator

TEA = Indicator(name="茶园面积", unit="亩", measure="stock")


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place_code": ["1", "2", "3"],
            "name": ["甲<b>镇", "乙乡", "丙镇"],
            "then": [100.0, np.nan, 50.0],
            "now": [140.0, 30.0, np.nan],
            "difference": [40.0, np.nan, np.nan],
            "state": ["both", "new", "withdrawn"],
            "then_period": ["2026-09"] * 3,
            "now_period": ["2026-10"] * 3,
        }
    )


def test_then_and_now():
    figure = then_now_chart(rows(), TEA)
    assert "茶园面积:1个乡镇增加,0个减少" in figure.layout.title.text
    assert "2026年9月 → 2026年10月(亩)" in figure.layout.title.text
    _, then, now = figure.data
    assert list(np.isnan(then.x)) == [False, True, False]  # a gap has no ring
    assert list(np.isnan(now.x)) == [False, False, True]
    assert [row[-1] for row in now.customdata] == ["1", "2", "3"]
    assert [each.text for each in figure.layout.annotations] == ["+40亩", "那时未报送", "现在未报送"]
    assert figure.layout.yaxis.ticktext[0] == "甲&lt;b&gt;镇"


def test_nothing_on_either_side_is_said():
    nobody = rows().assign(then=np.nan, now=np.nan, difference=np.nan, state="neither")
    assert "两边都没有报送" in then_now_chart(nobody, TEA).layout.annotations[0].text


def test_differences_in_words():
    share = TEA.model_copy(update={"unit": "%", "decimals": 1})
    assert difference_text({"state": "both", "difference": 1.5}, share) == "+1.5个百分点"
    assert difference_text({"state": "both", "difference": 0.0}, TEA) == "没有变化"
    assert difference_text({"state": "both", "difference": np.nan}, TEA) == "不能相减"


def test_who_changed_most():
    counts = pd.DataFrame(
        {
            "place_code": ["1", "2"],
            "name": ["甲<b>镇", "乙乡"],
            "changed": [3, 0],
            "withdrawn": [1, 0],
            "added": [0, 2],
        }
    )
    figure = restated_chart(counts)
    assert "甲&lt;b&gt;镇最多,改、撤、补4处" in figure.layout.title.text
    assert [list(bar.x) for bar in figure.data[:3]] == [[3, 0], [1, 0], [0, 2]]
    assert list(figure.data[0].customdata[0]) == ["甲&lt;b&gt;镇", "改过3处、撤回1处", "1"]
    assert "没有改过数" in restated_chart(counts.head(0)).layout.annotations[0].text
