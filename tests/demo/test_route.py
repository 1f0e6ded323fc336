"""The observation routes: who is visited when, what is said there, and whose picture is missing."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from demo.county import county
from demo.enterprises import enterprises
from demo.industries import figures
from demo.route_photos import FOLDER, VIEWS, _photo
from settings import Observation

ROUTE, TITLE, TOWNSHIP, VILLAGE, ENTERPRISE, AT, MINUTES, LOOK_AT, SAID, PHOTOS = (
    0,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
)


@pytest.fixture(scope="module")
def stops(written) -> list[list[Any]]:
    return written.table("观摩路线.xlsx", 0, "路线")


def test_every_stop_names_an_enterprise_of_the_ledger(written, stops):
    ledger = {row[1]: (row[3], row[4]) for row in written.table("经营主体台账.xlsx", 0, "序号")[1:]}
    assert list(Counter(stop[ROUTE] for stop in stops).values()) == [7, 6]
    assert sum(stop[ENTERPRISE] == "" for stop in stops) == 1  # one stop is a village
    for stop in stops:
        if stop[ENTERPRISE]:
            assert ledger[stop[ENTERPRISE]] == (stop[TOWNSHIP], stop[VILLAGE])


def test_what_to_look_at_stands_apart_from_what_is_said(stops):
    for stop in stops:
        assert stop[LOOK_AT] and stop[SAID].startswith("数字:") and "启示:" in stop[SAID]
        assert "看点" not in stop[SAID]
    assert Counter(stop[MINUTES] for stop in stops) == {20: 11, 30: 1, "": 1}


def test_one_leg_takes_longer_than_the_plan_allows_and_no_other(stops):
    """At the speed that the config has when nobody says otherwise; lunch is long enough."""
    here, rule = county(), Observation()
    where = {one.name: (one.lon, one.lat) for one in enterprises(here, figures(here))}
    tight = []
    for one, other in pairwise(stops):
        if one[ROUTE] != other[ROUTE] or not other[ENTERPRISE]:
            continue
        (x, y), (to_x, to_y) = where[one[ENTERPRISE]], where[other[ENTERPRISE]]
        assert x is not None and y is not None and to_x is not None and to_y is not None
        km = np.hypot((to_x - x) * np.cos(np.radians(y)) * 111.32, (to_y - y) * 110.9) * rule.road_factor
        gap = _minutes(other[AT]) - _minutes(one[AT]) - (one[MINUTES] or rule.stay_minutes)
        if gap < km / rule.road_kmh * 60:
            tight.append((one[VILLAGE], other[VILLAGE]))
    assert tight == [("枫树垭村", "白果溪村")]


def _minutes(at: str) -> int:
    hours, _, minutes = at.split()[1].partition(":")
    return 60 * int(hours) + int(minutes)


def test_every_picture_that_is_named_is_there_but_one(written, stops):
    named = [name for stop in stops for name in stop[PHOTOS].split("、")]
    files = {path.name: path.read_bytes() for path in (written.raw / FOLDER).iterdir()}
    assert set(named) - files.keys() == {"东3-方家桥村稻草绳加工车间1.jpg"}
    assert files.keys() < set(named) and len(named) == len(set(named))
    assert len(set(files.values())) == len(files)
    assert sum(map(len, files.values())) < 1_500_000
    for content in files.values():
        Image.open(BytesIO(content)).load()


@pytest.mark.parametrize("kind", VIEWS)
def test_every_industry_has_a_picture_that_is_drawn_the_same_each_time(kind):
    first = _photo("甲1.jpg", kind, 0)
    assert first == _photo("甲1.jpg", kind, 0)
