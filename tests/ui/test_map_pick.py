"""What a browser says was clicked: a place's code, a period, or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from ui.map_pick import Pick, pick_of

KEY = "last_active_drawing"


def picked(properties: object) -> Pick | None:
    return pick_of({KEY: {"type": "Feature", "geometry": None, "properties": properties}}, KEY)


def test_click_picks_a_place_or_a_period():
    assert picked({"kind": "place", "code": "990102001001", "at": 1}) == Pick(place="990102001001")
    assert picked({"kind": "period", "period": "2026-08"}) == Pick(period="2026-08")
    assert picked({"period": "2025", "single": True}) == Pick(period="2025", is_single=True)
    assert picked({"period": "2025", "single": "yes"}) == Pick(period="2025")


@pytest.mark.parametrize(
    "properties",
    [
        None,
        {},
        [],
        "990102001001",
        {"code": "<script>"},
        {"code": ["990102001001"]},
        {"code": "990102001001\n"},
        {"code": "9901020010011"},
        {"period": "2026-10-01"},
        {"period": "2026-10\n"},
        {"period": 2026},
        {"period": "<b>"},
        {"single": True},
    ],
)
def test_what_is_no_place_and_no_period_picks_nothing(properties: Any):
    assert picked(properties) is None


@pytest.mark.parametrize("answer", [None, {}, [], "990102001001", {KEY: None}, {KEY: ["990102001001"]}])
def test_no_click_picks_nothing(answer: Any):
    assert pick_of(answer, KEY) is None
