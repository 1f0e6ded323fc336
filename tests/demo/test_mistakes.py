from __future__ import annotations

import re
import string

import pandas as pd
import pytest

from demo.mistakes import MISTAKES


def row_of(cell: str) -> int:
    match = re.search(r"\d+", cell)
    assert match is not None, cell
    return int(match[0])


@pytest.fixture(scope="module")
def faults(demo_county) -> pd.DataFrame:
    found = pd.read_parquet(demo_county.published / "faults.parquet")
    return found.assign(row=found["cell"].fillna("").str.extract(r"(\d+)", expand=False).astype("Int64"))


def test_each_kind_is_planted_once(written):
    assert sorted(one.kind for one in written.planted) == sorted(mistake.kind for mistake in MISTAKES)
    assert len({one.kind for one in written.planted}) == len(MISTAKES) <= 18
    assert len({(one.file, one.sheet, row_of(one.cell)) for one in written.planted}) == len(MISTAKES)


def test_planted_cells_hold_what_they_should(written):
    def cell(kind: str):
        spot = written.spoilt(kind)
        column = string.ascii_uppercase.index(spot.cell[0])
        return written.rows(spot.file, spot.sheet)[row_of(spot.cell) - 1][column]

    assert cell("text_for_number") == "约200"
    assert cell("negative") == -35
    assert cell("unknown_village").endswith("弯村")
    assert cell("no_deadline") == "8月底"
    assert cell("unknown_industry") == "中药材"


def test_the_copied_township_repeats_last_month(written):
    def figures(month: int) -> list:
        rows = written.table(f"产业月报/2026年{month}月产业发展月报.xlsx", "种植业", "乡镇")
        start = next(i for i, row in enumerate(rows) if row[0] == "黄麦坪镇")
        return [row[2:] for row in rows[start : start + 17]]

    assert figures(8) == figures(7)
    assert figures(7) != figures(6)


@pytest.mark.parametrize("kind", [mistake.kind for mistake in MISTAKES])
def test_checking_finds_it(written, faults, kind):
    spot = written.spoilt(kind)
    at = faults[(faults["file"] == spot.file) & (faults["sheet"] == spot.sheet)]
    assert row_of(spot.cell) in set(at["row"]), f"{kind}: {spot}"


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("struck_off_undone", "impossible_change"),
        ("unknown_problem", "unknown_problem"),
        ("ledgers_disagree", "ledgers_disagree"),
    ],
)
def test_what_is_wrong_in_a_problems_life_is_told_as_what_it_is(written, faults, planted, kind):
    spot = written.spoilt(planted)
    (told,) = faults[faults["kind"] == kind].to_dict("records")
    assert (told["file"], told["cell"]) == (spot.file, spot.cell)


def test_nothing_is_rejected_that_was_meant_to_be_right(written, faults):
    planted = {(one.file, one.sheet, row_of(one.cell)) for one in written.planted}
    errors = faults[faults["severity"] == "error"]
    found = set(zip(errors["file"], errors["sheet"], errors["row"], strict=True))
    assert found <= planted


def test_the_route_leads_past_none_of_them(faults):
    assert faults[faults["file"] == "观摩路线.xlsx"].empty
