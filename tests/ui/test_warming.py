from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.map_page import mapped
from ui import cached, map_view, view, warming
from ui.map_choice import Choice

__all__ = ["mapped"]


def test_the_map_of_every_indicator_is_there_before_anybody_asks(
    mapped: Path, monkeypatch: pytest.MonkeyPatch
):
    data = cached.current()
    warming.warm(data, pause=0)

    def too_late(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(map_view, "_shown", too_late)
    for indicator in ("tea_garden_area", "pig_sold"):
        choice = Choice("village", "amount", "natural", 5)
        assert map_view.shown(data, indicator, view.latest_period(data), choice) is not None


def test_what_is_opened_is_announced_once(mapped: Path):
    opened: list[str] = []
    cached.when_opened(lambda data: opened.append(data.version))
    version = cached.current().version
    cached.current()
    assert opened == [version]
