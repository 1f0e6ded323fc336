from __future__ import annotations

import numpy as np
import pytest

from demo.county import county
from demo.industries import figures
from demo.months import MONTHS, Month
from demo.targets import COLUMNS, target_sheet


@pytest.fixture(scope="module")
def true() -> dict[str, np.ndarray]:
    return figures(county())


def total(true, name: str, year: int, month: int) -> float:
    return float(true[name][:, MONTHS.index(Month(year, month))].sum())


def test_totals_are_those_of_such_a_county(true):
    assert total(true, "mushroom_bags", 2026, 2) == pytest.approx(9_000, rel=0.02)
    assert total(true, "tea_garden_area", 2026, 2) == pytest.approx(180_000, rel=0.02)
    assert 230_000 < true["pig_sold"][:, -12:].sum() < 290_000
    assert 28_000 < total(true, "crayfish_area", 2026, 10) < 38_000


def test_mushrooms_stand_in_winter_and_tea_is_plucked_in_spring(true):
    assert total(true, "mushroom_bags", 2026, 8) < 0.3 * total(true, "mushroom_bags", 2026, 2)
    april = total(true, "tea_output", 2026, 4)
    assert total(true, "tea_output", 2026, 1) == 0
    assert 0 < total(true, "tea_output", 2026, 9) < 0.4 * april


def test_industries_grow(true):
    assert total(true, "mushroom_bags", 2026, 1) > 1.1 * total(true, "mushroom_bags", 2024, 1)
    assert total(true, "tea_garden_area", 2026, 10) > 1.05 * total(true, "tea_garden_area", 2023, 11)


def test_the_freeze_and_the_flood_can_be_seen(true):
    assert total(true, "mushroom_output", 2024, 2) < 0.6 * total(true, "mushroom_output", 2025, 2)
    assert total(true, "tea_output", 2024, 4) < 0.8 * total(true, "tea_output", 2025, 4)
    assert total(true, "crayfish_area", 2025, 6) < 0.8 * total(true, "crayfish_area", 2025, 5)


def test_no_more_is_plucked_than_there_is_and_nothing_is_negative(true):
    assert (true["tea_plucked_area"] <= true["tea_garden_area"]).all()
    assert all((values >= 0).all() for values in true.values())


def test_many_villages_grow_none_and_some_have_nothing_at_all(true):
    assert 150 < (true["mushroom_bags"].max(axis=1) == 0).sum() < 260
    nothing = np.logical_and.reduce([values.max(axis=1) == 0 for values in true.values()])
    assert 10 <= nothing.sum() <= 40


@pytest.mark.parametrize("name", ["mushroom_bags", "tea_garden_area", "pig_sold"])
def test_every_township_has_what_is_asked_of_everyone(true, name):
    here = county()
    for index, township in enumerate(here.townships):
        assert true[name][here.villages_of(index)].max() > 0, township.name


def test_completions_spread_from_laggards_to_leaders(true):
    here = county()
    column = 1 + list(COLUMNS).index("tea_output")
    asked = [row.cells[column] for row in target_sheet(here, true, 2026).rows[:-1]]
    plucked = slice(MONTHS.index(Month(2026, 1)), MONTHS.index(Month(2026, 10)) + 1)
    done = [true["tea_output"][here.villages_of(i), plucked].sum() / 1000 for i in range(26)]  # 吨
    completion = [d / a for d, a in zip(done, asked, strict=True)]
    assert 0.5 < min(completion) < 0.7
    assert 1.0 < max(completion) < 1.25
