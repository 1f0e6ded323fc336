"""The progress table of small loans: how much is left after each step, and what is odd in it on purpose."""

from __future__ import annotations

from itertools import pairwise

import pytest

from demo.loans import STEPS, file_name
from tests.demo.conftest import Written

LAST = file_name(2026)


def table(written: Written, file: str, sheet: str) -> dict[str, list]:
    return {row[0]: row[1:] for row in written.table(file, sheet, "乡镇")[1:]}


def test_each_step_leaves_less_and_most_is_lost_at_the_end(written):
    found = [row for row in table(written, LAST, "三季度").values() if isinstance(row[0], (int, float))]
    households = [sum(row[2 * step] for row in found) for step in range(len(STEPS))]
    money = [sum(row[2 * step + 1] for row in found) for step in range(len(STEPS))]
    for steps in (households, money):
        losses = [before - after for before, after in pairwise(steps)]
        assert min(losses) > 0
        assert max(losses) == losses[-1]
    assert households == pytest.approx([8_000, 6_540, 5_847, 2_635], rel=0.05)
    assert money == pytest.approx([40_000, 32_700, 23_900, 13_200], rel=0.05)


def test_what_was_paid_never_shrinks(written):
    quarters = [
        table(written, file_name(year), name)
        for year, names in ((2025, "一二三四"), (2026, "一二三"))
        for name in (f"{each}季度" for each in names)
    ]
    for earlier, later in pairwise(quarters):
        for township, row in later.items():
            if row[6] != "":
                assert row[6] >= earlier[township][6], township


def test_one_township_is_silent_and_in_some_more_apply_than_are_approved(written):
    found = table(written, LAST, "三季度")
    assert [name for name, row in found.items() if row[0] == ""] == ["沙窝乡"]
    assert len(found) == 26
    assert any(row[4] > row[2] for row in found.values() if row[0] != "")
