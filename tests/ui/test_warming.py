from __future__ import annotations

from pathlib import Path

import pytest

from faults import DataProblem
from metrics import coverage, exceptions, figures, firmness, quality
from tests.pages.map_page import mapped
from ui import answers, cached, decisions, map_view, view, warming
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


def test_what_pages_open_with_is_there_before_anybody_asks(full: Path, monkeypatch: pytest.MonkeyPatch):
    data = cached.current()
    period = view.latest_period(data)
    warming.warm(data, pause=0)

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("worked out again")

    for module, name in (
        (exceptions, "found_by_rule"),
        (quality, "reporting_matrix"),
        (quality, "late_reporters"),
        (firmness, "rank_intervals"),
        (figures, "indicator_values"),
        (coverage, "households_by_measures"),
    ):
        monkeypatch.setattr(module, name, too_late)
    answers.urgent(data, period, None, decisions.ON_PAGE)
    answers.late(data, period)
    answers.intervals(data, period)
    answers.values(data, "tea_garden_area", "township")
    answers.households(data, "village", period)


def test_a_table_that_cannot_be_worked_out_does_not_stop_the_rest(
    full: Path, monkeypatch: pytest.MonkeyPatch
):
    data = cached.current()

    def broken(*_: object) -> None:
        raise DataProblem("没有问题台账。")

    monkeypatch.setattr(answers, "problems", broken)
    warming.warm(data, pause=0)
    monkeypatch.setattr(firmness, "rank_intervals", broken)
    answers.intervals(data, view.latest_period(data))  # kept all the same
