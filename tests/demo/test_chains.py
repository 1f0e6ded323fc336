"""The chain ledger: underfed plants, tea all at once, townships with one end only, and one that is late."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from demo.chains import chains
from demo.county import county
from demo.industries import Figures, figures
from demo.months import MONTHS, Month

LATEST = "产业链/2026年产业链供需月报.xlsx"


@pytest.fixture(scope="module")
def true() -> Mapping[str, Figures]:
    here = county()
    return chains(here, figures(here)).figures


def test_geese_that_could_be_slaughtered_are_far_more_than_are_hatched(true):
    hatched, capacity = (true[name].sum(axis=0) for name in ("goose_hatched", "goose_capacity"))
    assert 0.35 < hatched[-1] / capacity[-1] < 0.45
    assert (hatched < capacity).all()


def test_tea_comes_all_at_once_and_feeds_the_plants_in_no_other_month(true):
    leaf, capacity = (true[name].sum(axis=0) for name in ("tea_leaf", "tea_capacity"))
    share = dict(zip(MONTHS, leaf / capacity / 4.5, strict=True))
    assert share[Month(2026, 4)] > 1
    assert share[Month(2026, 5)] < 1
    assert share[Month(2026, 1)] == 0


def test_some_townships_have_only_one_end_of_a_chain(true):
    hatched, slaughtered = (true[name].max(axis=1) > 0 for name in ("goose_hatched", "goose_capacity"))
    assert (hatched & slaughtered).sum() >= 2
    assert (hatched & ~slaughtered).sum() >= 2
    assert (~hatched & slaughtered).sum() == 1


def test_a_sheet_per_month_lists_the_townships_that_take_part(written):
    rows = written.rows(LATEST, "10月")
    assert rows[0][0] == "青岚县2026年10月产业链供需情况统计表"
    body = written.table(LATEST, "10月", "乡镇")[1:]
    assert 10 <= len(body) < len(county().townships)


def test_one_township_is_late_and_the_total_adds_up_the_rest(written):
    body = written.table(LATEST, "10月", "乡镇")[1:]
    late = [row[0] for row in body if not isinstance(row[1], (int, float))]
    assert late == ["石佛店镇"]
    total = next(row for row in written.rows(LATEST, "10月") if row[0] == "合计")
    assert total[1] == sum(row[1] for row in body if row[0] not in late)


def test_nobody_hatches_a_part_of_a_goose(true):
    for figure in true.values():
        assert (figure >= 0).all()
        assert (figure == np.round(figure)).all()
