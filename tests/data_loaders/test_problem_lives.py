"""Hand-made ledgers of problems and of their changes: every way through a life, and every way that cannot have been."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import SOURCE, STATUSES, STEPS
from data_loaders.pipeline import Prepared
from data_loaders.problem_lives import assemble
from data_loaders.problems import DAYS
from faults import FaultLog
from metrics.life_cycle import counts_on, standing_on, steps, stretches
from metrics.rectification import ladder, problem_counts
from settings import Settings, parse_settings
from tests.data_loaders.problem_ledgers import (
    AS_OF,
    HEADS,
    PROBLEMS,
    changes,
    faults,
    kinds,
    ledger,
    life,
    prepared_from,
    problem,
    told,
)
from tests.metrics.county import FEW

CLOSED = {
    "claimed_on": "2026-01-12", "done_on": "2026-02-01", "accepted_on": "2026-02-05", "closed_on": "2026-02-10",
}  # fmt: skip
CLOSING = [
    ("P26-001", "2026-01-12", "认领"),
    ("P26-001", "2026-02-01", "报完成"),
    ("P26-001", "2026-02-05", "验收通过"),
    ("P26-001", "2026-02-10", "销号"),
]


# ── by the dates of the ledger alone ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dates", "status", "last_step"),
    [
        ({}, "待认领", "发现"),
        ({"claimed_on": "2026-01-12"}, "整改中", "认领"),
        ({"claimed_on": "2026-01-12", "done_on": "2026-02-01"}, "待验收", "报完成"),
        ({"done_on": "2026-01-10"}, "待验收", "报完成"),  # 立行立改: done the day it was found
        ({**CLOSED, "closed_on": ""}, "待验收", "验收通过"),
        (CLOSED, "已销号", "销号"),
        ({**CLOSED, "accepted_on": ""}, "已销号", "销号"),
        ({**CLOSED, "looked_back_on": "2026-03-01"}, "回头看合格", "回头看合格"),
        ({**CLOSED, "reopened_on": "2026-03-05"}, "整改中", "反弹"),
        ({**CLOSED, "looked_back_on": "2026-03-01", "reopened_on": "2026-03-05"}, "整改中", "反弹"),
        (
            {"claimed_on": "2026-01-12", "done_on": "2026-02-01", "returned_on": "2026-02-05"},
            "整改中",
            "退回",
        ),
        (
            {"claimed_on": "2026-01-12", "done_on": "2026-02-01", "returned_on": "2026-02-01"},
            "整改中",
            "退回",
        ),
    ],
)
def test_every_status_follows_from_the_ledgers_dates(tmp_path, dates, status, last_step):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(**dates)))

    row = told(prepared)
    assert (row["status"], row["last_step"]) == (status, last_step)
    assert life(prepared)[-1][1:] == (last_step, status)
    assert kinds(prepared) == []


def test_a_problem_returned_in_the_ledger_was_done_before_and_its_round_begins_anew(tmp_path):
    # The column of completion holds the present round: done again after the return, the first day is gone.
    dates = {"claimed_on": "2026-01-12", "returned_on": "2026-02-05", "done_on": "2026-02-20"}
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(
            problem(**dates),
            problem("P26-002", claimed_on="2026-01-12", returned_on="2026-02-05"),
            problem("P26-003", claimed_on="2026-01-12", done_on="2026-02-01", returned_on="2026-02-05"),
        ),
    )

    again, blank, left = (told(prepared, f"P26-00{number}") for number in (1, 2, 3))
    assert (again["status"], again["done_on"], again["returned_count"]) == ("待验收", "2026-02-20", 1)
    assert (blank["status"], blank["done_on"], blank["returned_count"]) == ("整改中", None, 1)
    assert (left["status"], left["done_on"], left["returned_count"]) == (
        "整改中",
        None,
        1,
    )  # refused: not done
    assert left["claimed_on"] == "2026-01-12"
    assert kinds(prepared) == []


def test_what_came_back_is_neither_done_nor_struck_off_and_stays_claimed(tmp_path):
    row = told(prepared_from(tmp_path, ledger=ledger(problem(**CLOSED, reopened_on="2026-03-05"))))

    assert [row[name] for name in ("done_on", "accepted_on", "closed_on")] == [None, None, None]
    assert (row["claimed_on"], row["reopened_count"]) == ("2026-01-12", 1)


def test_on_its_deadline_a_problem_is_what_its_dates_say(tmp_path):
    prepared = prepared_from(
        tmp_path, ledger=ledger(problem(claimed_on="2026-01-12", due_on=AS_OF.isoformat(), status="整改中"))
    )

    assert (told(prepared)["status"], told(prepared)["due_on"]) == ("整改中", "2026-03-31")
    assert kinds(prepared) == []


def test_closed_after_the_deadline_is_closed_and_both_days_are_kept(tmp_path):
    row = told(prepared_from(tmp_path, ledger=ledger(problem(**CLOSED, due_on="2026-01-31"))))

    assert (row["status"], row["due_on"], row["closed_on"]) == ("已销号", "2026-01-31", "2026-02-10")


def test_steps_to_come_do_not_count_and_are_said(tmp_path):
    dates = {**CLOSED, "closed_on": "2026-04-10"}
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(**dates), problem("P26-002", found_on="2027-01-10")),
        changes=changes(("P26-001", "2026-05-01", "反弹")),
    )

    assert (told(prepared)["status"], told(prepared)["closed_on"]) == ("待验收", None)
    assert "P26-002" not in set(prepared.tables["problems"]["problem_id"])  # there is nothing to rectify yet
    said = {(fault.file, fault.cell) for fault in faults(prepared, "future_date")}
    assert said == {("问题台账/督查.xlsx", "W2"), ("问题台账/督查.xlsx", "E3"), ("问题变更/变更.xlsx", "C2")}
    assert set(kinds(prepared)) == {"future_date"}


def test_the_same_ledger_some_weeks_later_counts_them(tmp_path):
    prepared = prepared_from(
        tmp_path, as_of=date(2026, 4, 10), ledger=ledger(problem(**{**CLOSED, "closed_on": "2026-04-10"}))
    )
    assert told(prepared)["status"] == "已销号"
    assert kinds(prepared) == []


def test_dates_out_of_order_reject_the_row_when_nothing_explains_them(tmp_path):
    rows = [
        problem(claimed_on="2026-01-05"),  # before it was found
        problem("P26-002", **{**CLOSED, "reopened_on": "2026-02-08"}),  # came back before it was struck off
        problem("P26-003", **CLOSED),
    ]
    prepared = prepared_from(tmp_path, ledger=ledger(*rows))

    assert prepared.tables["problems"]["problem_id"].tolist() == ["P26-003"]
    assert set(prepared.tables["problem_events"]["problem_id"]) == {"P26-003"}
    first, second = faults(prepared, "dates_out_of_order")
    assert (first.cell, first.found) == ("S2", "2026-01-05")
    assert "2026-01-05 早于发现日期 2026-01-10" in first.message
    assert (second.cell, second.expected) == ("X3", "不早于 2026-02-10")
    assert kinds(prepared) == ["dates_out_of_order"] * 2


# ── together with the ledger of changes ────────────────────────────────────────────────────


def test_both_ledgers_tell_the_same_steps_once(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(**CLOSED, status="已销号")),
        changes=changes(("P26-001", "2026-01-10", "发现"), *CLOSING),
    )

    assert life(prepared) == [
        ("01-10", "发现", "待认领"),
        ("01-12", "认领", "整改中"),
        ("02-01", "报完成", "待验收"),
        ("02-05", "验收通过", "待验收"),
        ("02-10", "销号", "已销号"),
    ]
    assert kinds(prepared) == []


def test_the_ledger_of_changes_alone_tells_the_life_and_where_it_stands(tmp_path):
    heads = {name: HEADS[name] for name in ("problem_id", "township", "village", "text")}
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(), heads=heads),
        changes=changes(("P26-001", "2026-01-10", "发现"), *CLOSING),
    )

    row = told(prepared)
    assert (row["status"], row["found_on"], row["closed_on"]) == ("已销号", "2026-01-10", "2026-02-10")
    event = prepared.tables["problem_events"].query("step == '销号'").iloc[0]
    assert (event["source_file"], event["source_row"]) == ("问题变更/变更.xlsx", 6)
    assert (event["from_status"], event["to_status"]) == ("待验收", "已销号")


def test_returned_twice_counts_both_and_the_last_round_is_the_problems_own(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(claimed_on="2026-01-12", done_on="2026-03-10", returned_on="2026-02-25")),
        changes=changes(
            ("P26-001", "2026-02-01", "报完成"),
            ("P26-001", "2026-02-05", "退回", "", "佐证材料不全"),
            ("P26-001", "2026-02-20", "报完成"),
            ("P26-001", "2026-02-25", "退回", "2026-04-30"),
        ),
    )

    row = told(prepared)
    assert (row["status"], row["returned_count"], row["done_on"]) == ("待验收", 2, "2026-03-10")
    assert (row["first_due_on"], row["due_on"]) == ("2026-03-31", "2026-04-30")
    assert [step for _, step, _ in life(prepared)].count("退回") == 2
    notes = prepared.tables["problem_events"].query("step == '退回'")["note"].tolist()
    assert notes[0] == "佐证材料不全"
    assert kinds(prepared) == []


def test_reopened_after_closure_and_closed_again_is_legal_when_the_changes_tell_of_the_first_round(tmp_path):
    # The ledger's own dates are those of the second round; 反弹 lies before them.
    again = {
        "claimed_on": "2026-01-12", "reopened_on": "2026-03-01", "done_on": "2026-03-10", "accepted_on": "2026-03-12",
        "closed_on": "2026-03-15",
    }  # fmt: skip
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(**again, status="已销号"), problem("P26-002", **again)),
        changes=changes(*CLOSING),
    )

    row = told(prepared)
    assert (row["status"], row["closed_on"], row["reopened_count"]) == ("已销号", "2026-03-15", 1)
    assert [step for _, step, _ in life(prepared)] == [
        "发现", "认领", "报完成", "验收通过", "销号", "反弹", "报完成", "验收通过", "销号",
    ]  # fmt: skip
    # Without them nobody knows what came back.
    assert prepared.tables["problems"]["problem_id"].tolist() == ["P26-001"]
    assert kinds(prepared) == ["dates_out_of_order"]


def test_reopened_closed_and_reopened_again(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(reopened_on="2026-03-20")),
        changes=changes(
            *CLOSING,
            ("P26-001", "2026-02-20", "反弹", "2026-05-31"),
            ("P26-001", "2026-03-01", "报完成"),
            ("P26-001", "2026-03-02", "销号"),
        ),
    )

    row = told(prepared)
    assert (row["status"], row["reopened_count"], row["closed_on"]) == ("整改中", 2, None)
    assert (row["first_due_on"], row["due_on"]) == ("2026-03-31", "2026-05-31")
    assert kinds(prepared) == []


def test_steps_of_one_day_come_in_the_only_order_that_is_possible(tmp_path):
    # Returned and done again on the same day; the sheet lists them the other way round.
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(claimed_on="2026-01-12")),
        changes=changes(
            ("P26-001", "2026-02-05", "报完成"),
            ("P26-001", "2026-02-05", "退回"),
            ("P26-001", "2026-02-01", "报完成"),
            ("P26-001", "2026-02-05", "销号"),
            ("P26-001", "2026-02-05", "反弹"),
        ),
    )

    # 退回 of what was done on the 1st, done again, struck off, came back: all within the 5th
    assert [step for day, step, _ in life(prepared) if day == "02-05"] == ["退回", "报完成", "销号", "反弹"]
    assert kinds(prepared) == []


IMPOSSIBLE: list[tuple[Sequence[tuple[str, ...]], str, str, str | None, str]] = [
    ([], "2026-01-05", "认领", None, "发现"),  # before it was found
    ([], "2026-01-20", "发现", "待认领", "认领、报完成、延期"),
    ([], "2026-01-20", "验收通过", "待认领", "认领、报完成、延期"),
    ([], "2026-01-20", "销号", "待认领", "认领、报完成、延期"),
    ([], "2026-01-20", "退回", "待认领", "认领、报完成、延期"),
    ([], "2026-01-20", "反弹", "待认领", "认领、报完成、延期"),
    ([], "2026-01-20", "回头看合格", "待认领", "认领、报完成、延期"),
    (CLOSING[:1], "2026-01-20", "认领", "整改中", "报完成、延期"),  # claimed twice
    (CLOSING[:1], "2026-01-20", "销号", "整改中", "报完成、延期"),  # reported done is asked for first
    (CLOSING[:1], "2026-01-20", "反弹", "整改中", "报完成、延期"),
    (CLOSING[:2], "2026-02-03", "报完成", "待验收", "验收通过、退回、销号、延期"),
    (CLOSING[:2], "2026-02-03", "认领", "待验收", "验收通过、退回、销号、延期"),
    (CLOSING[:2], "2026-02-03", "反弹", "待验收", "验收通过、退回、销号、延期"),
    (CLOSING[:2], "2026-02-03", "回头看合格", "待验收", "验收通过、退回、销号、延期"),
    (CLOSING[:3], "2026-02-08", "验收通过", "待验收", "退回、销号、延期"),
    (CLOSING, "2026-02-20", "销号", "已销号", "反弹、回头看合格"),
    (CLOSING, "2026-02-20", "退回", "已销号", "反弹、回头看合格"),
    (CLOSING, "2026-02-20", "报完成", "已销号", "反弹、回头看合格"),
    (CLOSING, "2026-02-20", "延期", "已销号", "反弹、回头看合格"),
    (
        [*CLOSING, ("P26-001", "2026-02-15", "回头看合格")],
        "2026-02-20",
        "回头看合格",
        "回头看合格",
        "反弹",
    ),
]


@pytest.fixture(scope="module")
def with_impossible(tmp_path_factory: pytest.TempPathFactory) -> tuple[Prepared, Prepared, list[str]]:
    """A problem for each of IMPOSSIBLE, in one county; the same without the impossible steps; the steps' cells."""
    possible: list[tuple[str, ...]] = []
    rows: list[tuple[str, ...]] = []
    cells = []
    for at, (before, day, step, _, _) in enumerate(IMPOSSIBLE):
        own = [(numbered(at), *taken[1:]) for taken in before]
        possible += own
        rows += [*own, (numbered(at), day, step, "2026-06-30")]
        cells.append(f"C{len(rows) + 1}")
    listed = ledger(*(problem(numbered(at), text=f"第{at}个") for at in range(len(IMPOSSIBLE))))
    without, prepared = (
        prepared_from(tmp_path_factory.mktemp("impossible"), ledger=listed, changes=changes(*told_of))
        for told_of in (possible, rows)
    )
    return without, prepared, cells


def numbered(at: int) -> str:
    return f"P26-{at:03d}"


@pytest.mark.parametrize("at", range(len(IMPOSSIBLE)))
def test_an_impossible_step_is_a_fault_at_its_cell_and_changes_nothing(with_impossible, at):
    _, prepared, cells = with_impossible
    _, day, step, status, could = IMPOSSIBLE[at]

    (fault,) = [each for each in faults(prepared, "impossible_change") if each.cell == cells[at]]
    assert (fault.severity, fault.file) == ("error", "问题变更/变更.xlsx")
    assert fault.found == f"{day} {step}"
    assert fault.expected == f"接下来可以是{could}"
    assert ("还没有发现" if status is None else f"当时{'已经验收通过' if status == '待验收' and step == '验收通过' else f'是“{status}”'}") in fault.message  # fmt: skip
    assert fault.place_code == "990202100000"


def test_impossible_steps_leave_all_as_it_was_without_them(with_impossible):
    without, prepared, _ = with_impossible

    assert kinds(prepared) == ["impossible_change"] * len(IMPOSSIBLE)
    assert kinds(without) == []
    same = [name for name in without.tables["problem_events"] if name != "source_row"]
    pd.testing.assert_frame_equal(prepared.tables["problems"], without.tables["problems"])
    pd.testing.assert_frame_equal(
        prepared.tables["problem_events"][same], without.tables["problem_events"][same]
    )


@pytest.mark.parametrize(
    ("dates", "cell", "status"),
    [
        ({"claimed_on": "2026-01-12", "closed_on": "2026-02-10"}, "W2", "整改中"),  # never reported done
        ({"claimed_on": "2026-01-12", "accepted_on": "2026-02-10"}, "V2", "整改中"),
        ({"claimed_on": "2026-01-12", "done_on": "2026-02-01", "reopened_on": "2026-02-10"}, "X2", "待验收"),
        ({"done_on": "2026-02-01", "looked_back_on": "2026-02-10"}, "Y2", "待验收"),
        ({**CLOSED, "returned_on": "2026-02-20"}, "U2", "已销号"),
    ],
)
def test_an_impossible_date_of_the_ledger_keeps_the_problem(tmp_path, dates, cell, status):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(**dates)))

    assert told(prepared)["status"] == status
    (fault,) = faults(prepared, "impossible_change")
    assert (fault.severity, fault.cell) == ("error", cell)
    assert "状态仍按" in fault.message
    assert kinds(prepared) == ["impossible_change"]


def test_ledger_and_changes_that_contradict_each_other_are_a_fault_and_the_earlier_step_counts(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(claimed_on="2026-01-12", done_on="2026-02-03")),
        changes=changes(("P26-001", "2026-02-01", "报完成")),
    )

    assert told(prepared)["done_on"] == "2026-02-01"
    (fault,) = faults(prepared, "impossible_change")
    assert (fault.file, fault.cell, fault.found) == ("问题台账/督查.xlsx", "T2", "2026-02-03")
    assert "当时是“待验收”" in fault.message


def test_a_fault_of_the_changes_does_not_reject_a_row_whose_dates_they_explain(tmp_path):
    again = {"claimed_on": "2026-01-12", "reopened_on": "2026-03-01", "done_on": "2026-03-10"}
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(**again)),
        changes=changes(*CLOSING, ("P26-001", "2026-01-20", "认领")),
    )

    assert told(prepared)["status"] == "待验收"
    assert kinds(prepared) == ["impossible_change"]


def test_a_county_may_allow_to_strike_off_without_acceptance(tmp_path):
    rules = '\n[problems.transitions]\n"待认领" = ["整改中"]\n"整改中" = ["已销号"]\n"已销号" = ["整改中"]\n'
    prepared = prepared_from(
        tmp_path,
        more=rules,
        ledger=ledger(
            problem(claimed_on="2026-01-12", closed_on="2026-02-10"), problem("P26-002", done_on="2026-01-20")
        ),
    )

    assert told(prepared)["status"] == "已销号"
    assert told(prepared, "P26-002")["status"] == "待认领"
    (fault,) = faults(prepared, "impossible_change")
    assert fault.cell == "T3"


def test_a_change_of_a_problem_that_no_ledger_has_is_a_fault(tmp_path):
    prepared = prepared_from(
        tmp_path, ledger=ledger(problem()), changes=changes(("P26-099", "2026-02-01", "认领"))
    )

    (fault,) = faults(prepared, "unknown_problem")
    assert (fault.severity, fault.cell, fault.found) == ("error", "A2", "P26-099")
    assert life(prepared) == [("01-10", "发现", "待认领")]


def test_the_same_change_twice_counts_once(tmp_path):
    claim = ("P26-001", "2026-01-12", "认领")
    prepared = prepared_from(tmp_path, ledger=ledger(problem()), changes=changes(claim, claim))

    (fault,) = faults(prepared, "duplicate_row")
    assert (fault.severity, fault.cell) == ("info", "C3")
    assert "第2行" in fault.message
    assert told(prepared)["status"] == "整改中"


# ── status as stated ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dates", "stated", "differs"),
    [
        (CLOSED, "已销号", False),
        (CLOSED, "办结", False),  # the county's own word
        (
            {**CLOSED, "looked_back_on": "2026-03-01"},
            "已销号",
            False,
        ),  # who was looked back at is struck off, too
        ({**CLOSED, "looked_back_on": "2026-03-01"}, "整改中", True),
        (CLOSED, "整改中", True),
        ({}, "已销号", True),
        (CLOSED, "", False),
    ],
)
def test_a_stated_status_that_differs_is_flagged_and_the_steps_count(tmp_path, dates, stated, differs):
    more = '\n[problems.status_words]\n"办 结" = "已销号"\n'
    prepared = prepared_from(tmp_path, more=more, ledger=ledger(problem(**dates, status=stated)))

    assert [fault.cell for fault in faults(prepared, "status_differs")] == (["Z2"] if differs else [])
    assert told(prepared)["status"] != stated or not differs


# ── deadlines ──────────────────────────────────────────────────────────────────────────────


def test_a_ledgers_two_deadlines_are_both_kept(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(first_due_on="2026-02-28", due_on="2026-04-30")))
    row = told(prepared)
    assert (row["first_due_on"], row["due_on"]) == ("2026-02-28", "2026-04-30")
    assert kinds(prepared) == []


@pytest.mark.parametrize(
    ("first_due_on", "due_on", "kept"),
    [
        ("", "2026-02-28", "2026-02-28"),  # the ledger still has the first one
        ("2026-02-28", "2026-02-28", "2026-02-28"),
        ("2026-02-28", "2026-04-30", "2026-02-28"),  # … or both
        ("", "2026-04-30", None),  # … or the new one alone: nobody knows the first
        ("2026-02-28", "", "2026-02-28"),
    ],
)
def test_an_extension_sets_the_deadline_and_the_first_one_stays(tmp_path, first_due_on, due_on, kept):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(first_due_on=first_due_on, due_on=due_on)),
        changes=changes(
            ("P26-001", "2026-02-01", "延期", "2026-03-31"), ("P26-001", "2026-03-01", "延期", "2026-04-30")
        ),
    )

    row = told(prepared)
    assert (row["first_due_on"], row["due_on"]) == (kept, "2026-04-30")
    assert (row["status"], row["last_step"]) == ("待认领", "延期")
    assert prepared.tables["problem_events"]["due_on"].dt.strftime("%m-%d").dropna().tolist() == [
        "03-31",
        "04-30",
    ]
    assert kinds(prepared) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("2026-03-31", "新的整改时限 2026-03-31 不晚于原来的 2026-03-31"),
        ("2026-03-01", "不晚于原来的"),
        ("", "没有写新的"),
    ],
)
def test_an_extension_to_no_later_day_is_none(tmp_path, new, said):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(first_due_on="2026-03-31")),
        changes=changes(("P26-001", "2026-02-01", "延期", new)),
    )
    (fault,) = faults(prepared, "impossible_change")
    assert said in fault.message
    assert (told(prepared)["due_on"], life(prepared)) == ("2026-03-31", [("01-10", "发现", "待认领")])


def test_an_extension_to_come_does_not_count_yet_even_if_the_ledger_shows_it(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(first_due_on="2026-03-31", due_on="2026-06-30")),
        changes=changes(("P26-001", "2026-04-15", "延期", "2026-06-30")),
    )
    assert told(prepared)["due_on"] == "2026-03-31"
    assert kinds(prepared) == ["future_date"]


def test_a_deadline_that_neither_ledger_explains_is_flagged(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(first_due_on="2026-03-31", due_on="2026-05-31")),
        changes=changes(("P26-001", "2026-02-15", "延期", "2026-04-30")),
    )
    assert told(prepared)["due_on"] == "2026-04-30"
    (fault,) = faults(prepared, "deadline_differs")
    assert (fault.severity, fault.cell, fault.found, fault.expected) == (
        "warning",
        "R2",
        "2026-05-31",
        "2026-04-30",
    )


def test_a_new_deadline_where_none_belongs_is_said_and_not_used(tmp_path):
    prepared = prepared_from(
        tmp_path, ledger=ledger(problem()), changes=changes(("P26-001", "2026-01-12", "认领", "2026-06-30"))
    )
    assert told(prepared)["due_on"] == "2026-03-31"
    assert prepared.tables["problem_events"]["due_on"].isna().all()
    assert kinds(prepared) == ["stray_deadline"]


# ── and metrics agree ──────────────────────────────────────────────────────────────────────

RULES: Settings = parse_settings(PROBLEMS)
FIRST = date(2026, 1, 1)


def raw_row(number: str, **days: str) -> dict[str, object]:
    """A row as problems.py reads it."""
    return {
        "problem_id": number, "ledger_id": number, "place_code": None, "stated_status": None, "first_due_on": None,
        "due_on": None, "cells": {}, "source_id": "problems", "source_file": "督查.xlsx", "source_sheet": "",
        "source_row": 2, **{name: date.fromisoformat(day) for name, day in days.items()},
    }  # fmt: skip


def change(number: str, on: date, step: str, due_on: date | None = None) -> dict[str, object]:
    """A row as problem_changes.py reads it."""
    return {
        "problem_id": number, "on": on, "step": step, "due_on": due_on, "note": None, "cells": {},
        "source_id": "problem_changes", "source_file": "变更.xlsx", "source_sheet": "", "source_row": 2,
    }  # fmt: skip


offsets = st.integers(0, 120)
told_steps = st.lists(
    st.tuples(offsets, st.sampled_from(STEPS), st.one_of(st.none(), st.integers(30, 200))), max_size=14
)


def lives(
    *told: list[tuple[int, str, int | None]],
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """A problem for each list of (day, step, new deadline), all due on day 40."""
    rows = [
        raw_row(str(at), found_on=FIRST.isoformat(), due_on=(FIRST + timedelta(days=40)).isoformat())
        for at in range(len(told))
    ]
    changed = [
        change(
            str(at), FIRST + timedelta(days=on), step, None if due is None else FIRST + timedelta(days=due)
        )
        for at, listed in enumerate(told)
        for on, step, due in listed
        if due != 40  # a deadline that is also the ledger's own leaves the first one unknown
    ]
    return rows, changed


def assembled(rows, changed, as_of):
    return assemble(rows, changed, RULES, as_of, FaultLog())


@FEW
@given(st.lists(told_steps, min_size=1, max_size=4), offsets)
def test_what_stood_on_a_day_is_what_a_run_of_that_day_would_have_said(told, offset):
    rows, changed = lives(*told)
    day, last = FIRST + timedelta(days=offset), FIRST + timedelta(days=200)
    problems, events = assembled(rows, changed, last)
    then, events_then = assembled(rows, changed, day)

    pd.testing.assert_frame_equal(standing_on(problems, events, last), problems)
    pd.testing.assert_frame_equal(standing_on(then, events_then, day), then)
    pd.testing.assert_frame_equal(standing_on(problems, events, day), then)


@FEW
@given(st.lists(told_steps, min_size=1, max_size=4))
def test_no_problem_is_lost_and_every_step_leads_on_from_the_one_before(told):
    rows, changed = lives(*told)
    problems, events = assembled(rows, changed, FIRST + timedelta(days=200))

    assert len(problems) == len(told)
    assert set(problems["status"]) <= set(STATUSES)
    for number, own in events.groupby("problem_id"):
        assert own["on"].is_monotonic_increasing
        assert own["from_status"].iloc[1:].tolist() == own["to_status"].iloc[:-1].tolist()
        assert own["to_status"].iloc[-1] == problems.set_index("problem_id")["status"][number]
    found = problem_counts(ladder(problems, FIRST + timedelta(days=200), RULES.problems)).iloc[0]
    assert found["found"] == found["open"] + found["awaiting"] + found["closed"] == len(told)
    days = [FIRST + timedelta(days=n) for n in range(0, 201, 25)]
    on = counts_on(stretches(problems, steps(problems, events)), days)
    assert (on["found"] == on["open"] + on["awaiting"] + on["closed"]).all()
    assert on["found"].tolist() == [len(told)] * len(days)


@FEW
@given(st.lists(told_steps, min_size=1, max_size=4))
def test_a_ledger_that_was_kept_in_order_beside_its_changes_says_the_same_without_a_fault(told):
    rows, changed = lives(*told)
    last = FIRST + timedelta(days=200)
    problems, events = assembled(rows, changed, last)
    listed = [
        {**row, **{name: None if pd.isna(one[name]) else one[name].date() for name in DAYS if name in one},
         "stated_status": one["status"]}
        for row, one in zip(rows, problems.to_dict("records"), strict=True)
    ]  # fmt: skip
    kept = [
        change(
            one["problem_id"],
            one["on"].date(),
            one["step"],
            None if pd.isna(one["due_on"]) else one["due_on"].date(),
        )
        for one in events.to_dict("records")
    ]
    log = FaultLog()
    again, events_again = assemble(listed, kept, RULES, last, log)

    assert log.faults == []
    pd.testing.assert_frame_equal(again, problems)
    # The later ledger tells of 发现, too, so that some come from it.
    told_by = list(SOURCE)
    pd.testing.assert_frame_equal(events_again.drop(columns=told_by), events.drop(columns=told_by))
