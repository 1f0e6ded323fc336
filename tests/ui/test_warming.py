from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from access.people import Principal
from faults import DataProblem
from metrics import coverage, exceptions, figures, firmness, quality
from metrics.village import PlaceFigure
from tests.pages.map_page import mapped
from ui import (
    answers,
    cached,
    decisions,
    gate,
    map_view,
    place_standing,
    since_meeting,
    township_page,
    view,
    viewer,
    village_answers,
    warming,
)
from ui.frame import Page
from ui.map_choice import Choice
from ui.view import View

__all__ = ["mapped"]

TOWNSHIP = "990102001000"


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


def nothing_is_worked_out_again(monkeypatch: pytest.MonkeyPatch, *functions: tuple[ModuleType, str]) -> None:
    """From now on each of these fails."""

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("worked out again")

    for module, name in functions:
        monkeypatch.setattr(module, name, too_late)


def test_what_pages_open_with_is_there_before_anybody_asks(full: Path, monkeypatch: pytest.MonkeyPatch):
    data = cached.current()
    period = view.latest_period(data)
    warming.warm(data, pause=0)

    nothing_is_worked_out_again(
        monkeypatch,
        (exceptions, "found_by_rule"),
        (quality, "reporting_matrix"),
        (quality, "late_reporters"),
        (firmness, "rank_intervals"),
        (figures, "indicator_values"),
        (coverage, "households_by_measures"),
    )
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


def test_what_a_townships_people_open_is_there_before_they_do(full: Path, monkeypatch: pytest.MonkeyPatch):
    data = cached.current()
    period = view.latest_period(data)
    warming.warm(data, pause=0)

    nothing_is_worked_out_again(
        monkeypatch,
        (place_standing, "standing_rows"),
        (township_page, "_card"),
        (village_answers, "_profile"),
        (since_meeting, "_told"),
    )
    for code in (TOWNSHIP, "990102002000"):
        place_standing.standing(data, code, period)
        township_page.card(data, code, period, None)
        village_answers.profile(data, code, period)
        page = Page(data, View(code, None, period, present=False, chosen=frozenset({"place"})))
        since_meeting.all_since_meeting(page, warming._since(data))


def test_in_mode_login_it_is_there_as_each_township_may_see_it(full: Path, monkeypatch: pytest.MonkeyPatch):
    data, config = cached.current(), cached.config()
    access = config.access.model_copy(update={"mode": "login"})
    monkeypatch.setattr(cached, "config", lambda: config.model_copy(update={"access": access}))
    warming.warm(data, pause=0)
    monkeypatch.setattr(gate, "scoped", lambda *_: pytest.fail("scoped again"))
    monkeypatch.setattr(township_page, "_card", lambda *_: pytest.fail("worked out again"))
    with viewer.asking(Principal("township", (TOWNSHIP,))):
        seen = gate.current()
    assert seen.limits is not None
    assert township_page.card(seen, TOWNSHIP, view.latest_period(seen), None)


def test_a_version_that_was_replaced_is_not_warmed_to_the_end(full: Path, monkeypatch: pytest.MonkeyPatch):
    data = cached.current()
    done: list[int] = []

    def work(number: int) -> None:
        done.append(number)
        if number == 1:  # a newer version is shown from now on
            newer = replace(cached.standing(), data=replace(data, manifest=newer_manifest))
            monkeypatch.setattr(cached, "last_standing", lambda: newer)

    newer_manifest = replace(data.manifest, version="20991231-0")
    monkeypatch.setattr(
        warming, "_everything", lambda _: (lambda number=number: work(number) for number in range(5))
    )
    warming.warm(data, pause=0)
    assert done == [0, 1]


def test_a_townships_sentences_are_the_countys_about_it(full: Path):
    data = cached.current()
    period = view.latest_period(data)
    tables = exceptions.Tables(
        values=lambda indicator, level: answers.values(data, indicator, level),
        places=data.places,
        problems=answers.problems(data),
        reporting=answers.reporting(data, period),
        blank=answers.blank_villages(data, period),
        composite=answers.composite(data, period),
    )
    townships = [code for code, place in cached.places(data).items() if place.level == "township"]
    by_itself = [exceptions.found_by_rule(tables, data.settings, period, code) for code in townships]
    assert [answers.urgent_by_rule(data, period, code) for code in townships] == by_itself
    assert any(items for found in by_itself for items in found)


def test_villages_have_the_same_figures_out_of_the_maps_tables(full: Path, monkeypatch: pytest.MonkeyPatch):
    data = cached.current()
    period = view.latest_period(data)
    villages = [place for place in cached.places(data).values() if place.level == "village"]
    quick = [village_answers._of_village(data, place, period)[0] for place in villages]
    settings = data.settings.model_copy(update={"map": data.settings.map.model_copy(update={"max_drawn": 0})})
    large = replace(data, settings=settings)
    thorough = [village_answers._of_village(large, place, period)[0] for place in villages]
    assert any(quick)
    assert [_told(figures) for figures in quick] == [_told(figures) for figures in thorough]


def _told(figures: tuple[PlaceFigure, ...]) -> list[str]:
    """What a card says of them; ranks in a row are among whatever places were worked out together."""
    rows = [{name: value for name, value in figure.row.items() if "rank" not in name} for figure in figures]
    return [
        repr((figure.indicator, row, figure.run, figure.rank, figure.ranked, figure.siblings))
        for figure, row in zip(figures, rows, strict=True)
    ]
