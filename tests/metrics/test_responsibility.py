"""Counts that add up at every cut, and a rank that small numbers do not decide."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import STATUSES
from metrics.rectification import counts_by_township, ladder
from metrics.responsibility import (
    MORE,
    closure_ranking,
    counts_by_place,
    heat,
    standing_counts,
    warned_by_reason,
)
from settings import Problems
from tests.metrics.county import AS_OF, COUNTY, E1, E2, EAST, W1, WEST, places, problem, problems

RULES = Problems()
SUMMED = ["found", "closed", "awaiting", "open", "overdue", *MORE]


def laddered(*rows: dict[str, object]) -> pd.DataFrame:
    return ladder(problems(*rows), AS_OF, RULES)


# As of 2026-11-15. 东乡: one overdue, one struck off too late; 西镇: one reported done too late, one struck off in time;
# one of nobody.
LEDGER = laddered(
    problem("1", due_on="2026-11-01", category="措施不实"),
    problem("2", "已销号", due_on="2026-10-01", closed_on="2026-10-09", place_code=E2, category="措施不实"),
    problem("3", "待验收", due_on="2026-11-01", done_on="2026-11-05", place_code=W1, category="数据错误"),
    problem("4", "已销号", due_on="2026-10-01", closed_on="2026-09-30", place_code=WEST, category=None),
    problem("5", due_on="2026-11-20", place_code=None, category="数据错误"),
)


def test_late_is_told_of_those_struck_off_with_a_deadline():
    whole = standing_counts(LEDGER).iloc[0]
    assert (whole["late"], whole["late_base"], whole["late_share"]) == (1, 2, 50)
    assert (whole["red"], whole["blue"], whole["caught_up"], whole["awaiting"]) == (1, 1, 1, 1)
    none = standing_counts(laddered(problem("1", "已销号", closed_on="2026-10-09"))).iloc[0]
    assert none["late_base"] == 0
    assert pd.isna(none["late_share"])


def test_places_are_those_of_the_register_and_one_row_for_the_rest():
    rows = counts_by_place(LEDGER, places()).set_index("name")
    assert list(rows.index) == ["东乡", "县直及未注明", "西镇"]  # one overdue; one open; none open
    assert rows["found"].to_dict() == {"东乡": 2, "县直及未注明": 1, "西镇": 2}
    pd.testing.assert_series_equal(
        rows["found"].sort_index(),
        counts_by_township(LEDGER, places()).set_index("name")["found"].sort_index(),
    )


def test_villages_of_a_township_also_those_without_a_problem():
    mine = LEDGER[LEDGER["township_code"] == EAST]
    rows = counts_by_place(mine[mine["problem_id"] == "1"], places(), EAST)
    assert rows[["name", "found"]].to_numpy().tolist() == [["东一村", 1], ["东二村", 0]]
    west = counts_by_place(LEDGER[LEDGER["township_code"] == WEST], places(), WEST)
    assert west[["name", "found"]].to_numpy().tolist() == [["西一村", 1], ["乡镇本级", 1]]


def test_a_cell_without_a_problem_has_no_row():
    found = heat(LEDGER, places())
    cells = found.cells[["name", "category", "found"]].to_numpy().tolist()
    assert sorted(cells) == [
        ["东乡", "措施不实", 2],
        ["县直及未注明", "数据错误", 1],
        ["西镇", "数据错误", 1],
        ["西镇", "未注明", 1],
    ]
    assert list(found.categories["category"]) == ["措施不实", "数据错误", "未注明"]  # worst first


def test_nothing_found_is_no_row_and_no_crash():
    found = heat(laddered(), places())
    assert found.cells.empty
    assert found.places["found"].tolist() == [0, 0]
    assert pd.isna(found.whole["closure_rate"].iloc[0])


def test_rank_by_the_competition_rule_and_none_for_few():
    counts = pd.DataFrame(
        {
            "place_code": ["11", "12", "13", "14", "15", None],
            "found": [4, 8, 3, 2, 0, 9],
            "closed": [2, 4, 3, 2, 0, 9],
        }
    )
    counts["closure_rate"] = 100 * counts["closed"] / counts["found"].where(counts["found"] > 0)
    ranked = closure_ranking(counts, min_base=3)
    # 3/3 first; 4/8 and 2/4 share the second place; 2/2 is better than all and of too few
    told = [
        (code, None if pd.isna(rank) else rank)
        for code, rank in zip(ranked["place_code"], ranked["rank"], strict=True)
    ]
    assert told == [("13", 1), ("12", 2), ("11", 2), ("14", None), ("15", None)]


def test_reasons_worst_first():
    found = laddered(
        problem("1", due_on="2026-11-01"),
        problem("2", due_on="2026-12-31", reopened_count=1),
        problem("3", due_on="2026-12-31", reopened_count=1),
        problem("4", "待验收", due_on="2026-11-01", done_on="2026-11-05"),
        problem("5", due_on="2026-11-16"),
        problem("6", due_on="2027-11-16"),
    )
    assert warned_by_reason(found).to_numpy().tolist() == [
        ["red", "逾期", 1],
        ["yellow", "反弹", 2],
        ["yellow", "逾期后报完成", 1],
        ["blue", "临期", 1],
    ]


DAYS = [None, "2026-09-01", "2026-11-10", "2026-11-15", "2026-11-18", "2027-01-01"]
rows = st.lists(
    st.tuples(
        st.sampled_from([*STATUSES, None]),
        st.sampled_from([E1, E2, W1, EAST, COUNTY, None, "990101009001"]),
        st.sampled_from(["措施不实", "数据错误", None]),
        st.sampled_from(DAYS),
        st.sampled_from(DAYS),
        st.integers(0, 2),
    ),
    max_size=12,
)


def ledger(drawn: list[tuple[Any, ...]]) -> pd.DataFrame:
    return laddered(
        *(
            problem(
                str(at),
                status,
                place_code=code,
                category=kind,
                due_on=due,
                done_on=done,
                reopened_count=again,
            )
            for at, (status, code, kind, due, done, again) in enumerate(drawn)
        )
    )


@given(rows)
def test_every_cut_adds_up(drawn: list[tuple[Any, ...]]):
    found = ledger(drawn)
    table = heat(found, places())
    whole = table.whole.iloc[0]
    for cut in (table.cells, table.places, table.categories):
        for name in SUMMED:
            assert cut[name].sum() == whole[name], name
        assert (cut["found"] == cut["open"] + cut["awaiting"] + cut["closed"]).all()
        assert (cut["open"] == cut[["red", "yellow", "blue", "calm"]].sum(axis=1)).all()
        assert (cut["caught_up"] <= cut["awaiting"]).all()
        assert (cut["late"] <= cut["late_base"]).all()
    warned = warned_by_reason(found)["problems"].sum()
    calm_waiting = whole["awaiting"] - whole["caught_up"]
    assert warned + whole["calm"] + calm_waiting == whole["open"] + whole["awaiting"]


@pytest.mark.parametrize("least", [1, 3])
@given(found=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_a_rank_is_one_more_than_those_who_are_better(found: list[tuple[int, int]], least: int):
    counts = pd.DataFrame(
        {"place_code": [f"{at:02d}" for at in range(len(found))], "found": [max(pair) for pair in found],
         "closed": [min(pair) for pair in found]}
    )  # fmt: skip
    counts = counts.astype({"found": "int64", "closed": "int64"})
    counts["closure_rate"] = 100 * counts["closed"] / counts["found"].where(counts["found"] > 0)
    ranked = closure_ranking(counts, least)
    base = ranked[ranked["found"] >= least]
    for _, row in base.iterrows():
        # Compared as fractions: closed/found of the one against those of the other.
        better = (base["closed"] * int(row["found"]) > base["found"] * int(row["closed"])).sum()
        assert row["rank"] == better + 1
    assert ranked.loc[ranked["found"] < least, "rank"].isna().all()
