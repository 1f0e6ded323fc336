"""HTML from ledgers' texts: nothing of theirs is markup, nothing missing is zero."""

from __future__ import annotations

import pandas as pd

from ui.html import Card, Column, Words, cards, facts, note, table, text
from wording import NOT_REPORTED

HOSTILE = "<img src=x onerror=alert(1)>\"'"


def test_every_piece_escapes():
    pieces = [
        cards([Card(HOSTILE, HOSTILE, HOSTILE, lines=((HOSTILE, Words(HOSTILE, "good")),))]),
        table([Column(HOSTILE)], [([Words(HOSTILE, bar=50)], True)]),
        facts([(HOSTILE, HOSTILE)]),
        note(HOSTILE),
    ]
    for piece in pieces:
        assert "<img" not in piece
        assert "&lt;img" in piece


def test_missing_is_empty_text():
    assert [text(value) for value in (None, pd.NA, pd.NaT, float("nan"))] == [""] * 4
    assert text(0) == "0"


def test_missing_figure_has_no_unit():
    piece = cards([Card("茶园面积", NOT_REPORTED, "亩")])
    assert NOT_REPORTED in piece
    assert "亩" not in piece


def test_bar_stays_within_its_box():
    assert "width:100.0%" in cards([Card("完成", "130", "%", share=130.0)])
    assert "width:0.0%" in cards([Card("完成", "-5", "%", share=-5.0)])


def test_sparkline_leaves_out_what_is_missing():
    assert "gm-spark" not in cards([Card("产量", "1", trend=[1.0, None, 2.0])])
    drawn = cards([Card("产量", "1", trend=[1.0, None, 2.0, 3.0])])
    assert "33.3%" not in drawn  # the second of four periods
    assert "66.7%" in drawn


def test_up_to_six_figures_share_a_row():
    seven = [Card(str(number), str(number)) for number in range(7)]
    assert "--gm-across:6" in cards(seven[:6])
    assert "--gm-across:4" in cards(seven)
