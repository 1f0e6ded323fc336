"""The route map: every stop once, legs only between known positions, one scale in both directions."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from charts.dark import COUNTERPARTS
from charts.route_map import apart, route_map

HOSTILE = "坏村<b>&<img src=x onerror=alert(1)>"
TOWNSHIPS = {
    "990102001000": shapely.box(113.9, 30.9, 114.1, 31.3),
    "990102002000": shapely.box(114.1, 30.9, 114.4, 31.3),
    "990102003000": shapely.MultiPolygon([shapely.box(120, 40, 121, 41)]),  # far off
}
NAMES = {"990102001000": "云溪镇", "990102002000": "石门乡", "990102003000": "远乡"}


def stops(*rows: tuple[float | None, float | None], warning: tuple[str, ...] = ()) -> pd.DataFrame:
    """Stops 1, 2, … at these positions."""
    return pd.DataFrame(
        {
            "lon": pd.Series([lon for lon, _ in rows], dtype="float64"),
            "lat": pd.Series([lat for _, lat in rows], dtype="float64"),
            "number": [str(at) for at in range(1, len(rows) + 1)],
            "key": [str(at) for at in range(1, len(rows) + 1)],
            "label": [f"{HOSTILE}{at}" for at in range(1, len(rows) + 1)],
            "hover": [HOSTILE for _ in rows],
            "place_code": ["990102001001" for _ in rows],
            "leg_km": [None, *(12.34 for _ in rows[1:])],
            "warning": list(warning) or ["" for _ in rows],
        }
    )


def drawn(legs: pd.DataFrame):
    return route_map(legs, TOWNSHIPS, NAMES, "路线图", "直线公里数")


def lines(figure) -> list:
    """The traces of the legs: as planned, and without time for them."""
    return [trace for trace in figure.data if trace.mode == "lines" and trace.fill is None]


def discs(figure):
    return next(trace for trace in figure.data if trace.mode == "markers+text")


def test_numbered_stops_legs_and_kilometres():
    figure = drawn(stops((114.0, 31.0), (114.2, 31.0), (114.2, 31.2)))
    assert list(discs(figure).text) == ["1", "2", "3"]
    assert [row[-1] for row in discs(figure).customdata] == ["1", "2", "3"]
    planned, late = lines(figure)
    assert [x for x in planned.x if x is None] == [None, None]  # two legs
    assert list(late.x) == []
    texts = [note.text for note in figure.layout.annotations]
    assert texts.count("12.3") == 2
    assert sum("坏村" in text for text in texts) == 3


def test_a_leg_for_which_there_is_no_time_stands_out():
    figure = drawn(stops((114.0, 31.0), (114.2, 31.0), (114.2, 31.2), warning=("", "late", "")))
    planned, late = lines(figure)
    assert planned.line.color != late.line.color
    assert len([x for x in late.x if x is None]) == 1


def test_no_leg_to_a_stop_without_a_position():
    figure = drawn(stops((114.0, 31.0), (None, None), (114.2, 31.2), (114.3, 31.2)))
    assert list(discs(figure).text) == ["1", "3", "4"]
    assert len([x for x in lines(figure)[0].x if x is None]) == 1  # 3 – 4 alone


def test_one_scale_in_both_directions_and_true_at_the_middle():
    figure = drawn(stops((114.0, 31.0), (114.2, 31.2)))
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == 1
    first, second = (np.array([discs(figure).x[at], discs(figure).y[at]]) for at in (0, 1))
    # 0.2° of longitude at 31.1°N are 0.2 × 111.32 × cos 31.1° = 19.06 km, 0.2° of latitude 22.26 km
    assert (second - first).tolist() == pytest.approx([19.06, 22.26], abs=0.02)


def test_nothing_of_a_ledger_is_markup():
    written = drawn(stops((114.0, 31.0), (114.2, 31.2))).to_json()
    assert "<img" not in json.loads(json.dumps(written))
    assert "&lt;img" in written


def test_only_townships_near_the_route():
    figure = drawn(stops((114.0, 31.0), (114.2, 31.2)))
    written = figure.to_json().encode().decode("unicode_escape")
    assert "远乡" not in written


def test_without_any_position_and_without_outlines():
    assert "没有位置" in drawn(stops((None, None))).to_json().encode().decode("unicode_escape")
    figure = route_map(stops((114.0, 31.0)), {}, {}, "路线图", "")
    assert list(discs(figure).text) == ["1"]
    assert figure.layout.xaxis.range[1] > 1  # km around a single stop


def test_colours_have_counterparts_on_a_dark_wall():
    figure = drawn(stops((114.0, 31.0), (114.2, 31.2)))
    used = [trace.fillcolor for trace in figure.data if trace.fillcolor]
    used += [trace.line.color for trace in figure.data if trace.line and trace.line.color]
    assert set(used) <= set(COUNTERPARTS)


POINT = st.tuples(st.floats(-20, 20), st.floats(-20, 20))


@given(st.lists(POINT, min_size=1, max_size=8))
def test_numbers_do_not_cover_each_other(points):
    moved = apart(np.array(points, dtype=np.float64), 1.0)
    assert np.isfinite(moved).all()
    gaps = [np.hypot(*(a - b)) for at, a in enumerate(moved) for b in moved[:at]]
    assert all(gap >= 0.8 for gap in gaps)


def test_what_is_far_apart_stays_where_it_is():
    points = np.array([[0.0, 0.0], [5.0, 0.0]])
    assert (apart(points, 1.0) == points).all()
    same = apart(np.zeros((2, 2)), 1.0)
    assert np.hypot(*(same[0] - same[1])) == pytest.approx(1.0)
    assert (apart(np.zeros((2, 2)), 1.0) == same).all()  # the same way every time
