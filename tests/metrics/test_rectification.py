from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import STATUSES, conform
from metrics.rectification import (
    closure_rates,
    counts_by_township,
    due_within,
    ladder,
    problem_counts,
)
from settings import Problems
from tests.metrics.county import AS_OF, COUNTY, E1, EAST, FEW, W1, WEST, places, problem, problems

WINDOWS = Problems(nearly_due_days=7, due_windows=(7, 30))


def warned(**more):
    return ladder(problems(problem("1", **more)), AS_OF, WINDOWS).iloc[0]


@pytest.mark.parametrize(
    ("due_on", "warning", "days_left"),
    [
        ("2026-11-14", "red", -1),
        ("2026-11-15", "blue", 0),  # a deadline on the as-of day is not overdue
        ("2026-11-22", "blue", 7),
        ("2026-11-23", "none", 8),
    ],
)
def test_the_ladder_by_days_left(due_on, warning, days_left):
    row = warned(due_on=due_on)
    assert (row["warning"], row["days_left"]) == (warning, days_left)
    assert (row["is_overdue"], row["is_nearly_due"]) == (warning == "red", warning == "blue")


def test_without_a_deadline_nothing_is_due():
    row = warned(due_on=None)
    assert row["warning"] == "none"
    assert pd.isna(row["days_left"])
    assert row["is_open"]


@pytest.mark.parametrize("status", ["待认领", "整改中"])
def test_open_problems_can_be_overdue(status):
    assert warned(status=status, due_on="2026-11-01")["is_overdue"]


def test_who_reported_done_is_not_overdue():
    row = warned(status="待验收", due_on="2026-11-01")
    assert (row["is_awaiting"], row["is_open"], row["is_overdue"], row["warning"]) == (
        True,
        False,
        False,
        "none",
    )


def test_a_closed_problem_is_never_overdue_but_may_have_been_late():
    late = warned(status="已销号", due_on="2026-11-01", accepted_on="2026-11-02", closed_on="2026-11-05")
    assert (late["is_overdue"], late["is_late"]) == (False, True)
    assert pd.isna(late["days_left"])
    # Accepted in time, struck off after the deadline: the clock had stopped.
    in_time = warned(status="已销号", due_on="2026-11-01", accepted_on="2026-11-01", closed_on="2026-11-05")
    assert not in_time["is_late"]


def test_what_was_done_on_the_working_day_after_a_deadline_on_a_day_off_was_in_time():
    # 14 November 2026 is a Saturday: such a deadline is over on Tuesday, whoever looks at it.
    rules = Problems(count_days="working")

    def on(done_on, **more):
        row = problem("1", due_on="2026-11-14", done_on=done_on, **more)
        return ladder(problems(row), date(2026, 11, 18), rules).iloc[0]

    assert not on("2026-11-16", status="待验收")["is_caught_up"]
    assert on("2026-11-17", status="待验收")["is_caught_up"]
    assert not on("2026-11-16", status="已销号", accepted_on="2026-11-16")["is_late"]
    assert on("2026-11-16", status="已销号", accepted_on="2026-11-17")["is_late"]
    planned = problems(problem("1", status="整改中", due_on="2026-12-31", planned_on="2026-11-14"))
    assert [ladder(planned, date(2026, 11, day), rules)["is_behind"].item() for day in (16, 17)] == [
        False,
        True,
    ]


def test_a_reopened_problem_is_yellow_until_it_is_overdue_or_closed():
    assert warned(reopened_count=1, due_on="2026-12-31")["warning"] == "yellow"
    assert warned(reopened_count=1, due_on="2026-11-16")["warning"] == "yellow"
    assert warned(reopened_count=1, due_on="2026-11-16")["is_nearly_due"]
    assert warned(reopened_count=1, due_on="2026-11-01")["warning"] == "red"
    closed = warned(reopened_count=1, status="已销号")
    assert (closed["warning"], closed["is_reopened"]) == ("none", False)


@pytest.mark.parametrize(
    ("row", "warning", "reason"),
    [
        ({"due_on": "2026-11-14"}, "red", "逾期"),
        ({"due_on": "2026-12-31", "last_step": "退回", "returned_count": 1}, "yellow", "退回"),
        ({"due_on": "2026-11-16", "last_step": "退回"}, "yellow", "退回"),  # and nearly due
        ({"due_on": "2026-11-14", "last_step": "退回"}, "red", "逾期"),  # the worst counts
        ({"due_on": "2026-12-31", "last_step": "延期", "returned_count": 1}, "yellow", "退回"),
        ({"due_on": "2026-12-31", "last_step": "延期", "returned_count": 0}, "none", None),
        ({"due_on": "2026-12-31", "reopened_count": 1, "last_step": "反弹"}, "yellow", "反弹"),
        ({"due_on": "2026-12-31", "planned_on": "2026-11-14"}, "yellow", "未按计划完成"),
        ({"due_on": "2026-12-31", "planned_on": "2026-11-15"}, "none", None),  # today it can still be done
        ({"status": "待认领", "found_on": "2026-11-07"}, "yellow", "超过7天未认领"),
        ({"status": "待认领", "found_on": "2026-11-08"}, "none", None),
        ({"due_on": "2026-11-20"}, "blue", "临期"),
        # caught up after red: yellow until it is accepted
        ({"status": "待验收", "due_on": "2026-11-01", "done_on": "2026-11-02"}, "yellow", "逾期后报完成"),
        ({"status": "待验收", "due_on": "2026-11-01", "done_on": "2026-11-01"}, "none", None),
        (
            {
                "status": "待验收",
                "due_on": "2026-11-01",
                "done_on": "2026-11-02",
                "accepted_on": "2026-11-03",
            },
            "none",
            None,
        ),
        ({"status": "回头看合格", "due_on": "2026-11-01"}, "none", None),
        ({"status": "已销号", "reopened_count": 1, "due_on": "2026-11-01"}, "none", None),
    ],
)
def test_why_it_warns(row, warning, reason):
    found = warned(**row)
    assert (found["warning"], None if pd.isna(found["reason"]) else found["reason"]) == (warning, reason)


def test_the_clock_runs_until_acceptance():
    waiting = warned(status="待验收", due_on="2026-11-01", done_on="2026-11-02")
    accepted = warned(status="待验收", due_on="2026-11-01", done_on="2026-11-02", accepted_on="2026-11-04")
    assert (waiting["days_left"], accepted["days_left"]) == (-14, -3)


def test_a_deadline_extended_keeps_both():
    row = warned(due_on="2026-12-31", first_due_on="2026-10-31")
    assert (row["is_extended"], row["is_overdue"]) == (True, False)
    assert not warned(due_on="2026-12-31", first_due_on="2026-12-31")["is_extended"]
    assert not warned(due_on="2026-12-31")["is_extended"]


def test_looked_back_at_counts_as_struck_off():
    rows = problems(problem("1", "回头看合格"), problem("2", "已销号"), problem("3"))
    counts = problem_counts(ladder(rows, AS_OF, WINDOWS)).iloc[0]
    assert (counts["found"], counts["closed"], counts["open"]) == (3, 2, 1)


def test_working_days_move_the_ladder():
    # The as-of day is Sunday the 15th: a deadline on Friday is over on Monday, when there is work again.
    rows = problems(problem("1", due_on="2026-11-13"))
    assert ladder(rows, AS_OF, WINDOWS).iloc[0]["warning"] == "red"
    working = WINDOWS.model_copy(update={"count_days": "working"})
    assert ladder(rows, AS_OF, working).iloc[0]["warning"] == "blue"


def test_an_unknown_status_is_open_for_nobody_struck_it_off():
    assert warned(status=None)["is_open"]
    assert warned(status="不知道", due_on="2026-11-01")["is_overdue"]


def test_worst_first():
    rows = problems(
        problem("closed", "已销号"),
        problem("calm", due_on="2027-01-01"),
        problem("late", due_on="2026-11-10"),
        problem("awaiting", "待验收"),
        problem("later", due_on="2026-11-01"),
        problem("soon", due_on="2026-11-16"),
    )
    assert list(ladder(rows, AS_OF, WINDOWS)["problem_id"]) == [
        "later",
        "late",
        "soon",
        "calm",
        "awaiting",
        "closed",
    ]


def test_counts_by_source_with_their_closure_rate():
    rows = problems(
        problem("1", "已销号"), problem("2", "已销号"), problem("3", "待验收"), problem("4", due_on="2026-11-01"),
        problem("5", due_on="2026-11-16", source="暗访"), problem("6", source=None),
    )  # fmt: skip
    counts = problem_counts(ladder(rows, AS_OF, WINDOWS), ["source"])
    assert counts["source"].iloc[0] == "审计"  # the one overdue first
    audit = counts.iloc[0]
    assert list(audit[["found", "closed", "awaiting", "open", "overdue", "nearly_due"]]) == [4, 2, 1, 1, 1, 0]
    assert audit["closure_rate"] == 50
    assert counts["found"].sum() == 6  # the one without a source is not lost


def test_counts_of_nothing():
    nothing = ladder(problems(), AS_OF, WINDOWS)
    whole = problem_counts(nothing).iloc[0]
    assert whole["found"] == 0
    assert pd.isna(whole["closure_rate"])
    assert problem_counts(nothing, ["source"]).empty
    assert list(counts_by_township(nothing, places())["found"]) == [0, 0]
    assert due_within(nothing, WINDOWS) == {7: 0, 30: 0}


def test_townships_with_problems_of_their_villages_and_the_unit_s_own_apart():
    rows = problems(
        problem("1"),
        problem("2", place_code=EAST),
        problem("3", place_code=None),
        problem("4", place_code=COUNTY),
    )
    counts = counts_by_township(ladder(rows, AS_OF, WINDOWS), places()).set_index("name")
    assert counts["found"].to_dict() == {"东乡": 2, "西镇": 0, "县直及未注明": 2}
    assert counts["closure_rate"].isna()["西镇"]


def test_due_within_counts_neither_overdue_nor_awaiting():
    rows = problems(
        problem("1", due_on="2026-11-14"), problem("2", due_on="2026-11-15"), problem("3", due_on="2026-12-15"),
        problem("4", "待验收", due_on="2026-11-16"), problem("5"),
    )  # fmt: skip
    assert due_within(ladder(rows, AS_OF, WINDOWS), WINDOWS) == {7: 1, 30: 2}


def test_closure_rates_as_they_stood_on_a_day():
    rows = problems(
        problem("1", "已销号", closed_on="2026-03-01"),
        problem("2", "已销号", closed_on="2026-09-01"),
        problem("3", found_on="2026-08-01"),
        problem("4", "已销号", closed_on="2026-02-01", place_code=W1),
    )
    june = closure_rates(rows, [date(2026, 6, 30)]).set_index("place_code")
    assert (june.loc[EAST, "found"], june.loc[EAST, "closed"], june.loc[EAST, "closure_rate"]) == (2, 1, 50)
    assert june.loc[WEST, "closure_rate"] == 100
    assert closure_rates(rows, [date(2025, 1, 1)]).empty


statuses = st.sampled_from([*STATUSES, None])
days = st.one_of(st.none(), st.integers(-400, 400).map(lambda n: (AS_OF + timedelta(n)).isoformat()))
several = st.lists(
    st.builds(
        lambda status, due_on, place, source, reopened: problem(
            "p", status, due_on, place_code=place, source=source, reopened_count=reopened
        ),
        statuses,
        days,
        st.sampled_from([E1, W1, EAST, COUNTY, None]),
        st.sampled_from(["审计", "暗访", None]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@FEW
@given(
    several,
    st.sampled_from([[], ["source"], ["township_code"], ["source", "township_code"], ["status"]]),
    days,
)
def test_found_is_open_and_awaiting_and_closed_at_every_date_and_cut(rows, by, day):
    rows = problems(*({**row, "problem_id": str(at)} for at, row in enumerate(rows)))
    found = ladder(rows, date.fromisoformat(day) if day else AS_OF, WINDOWS)
    for counts in (problem_counts(found, by), counts_by_township(found, places())):
        assert (counts["found"] == counts["open"] + counts["awaiting"] + counts["closed"]).all()
        assert counts["found"].sum() == len(rows)
        assert (counts["overdue"] + counts["nearly_due"] <= counts["open"]).all()
    flags = found[["is_open", "is_awaiting", "is_closed"]].sum(axis=1)
    assert (flags == 1).all()


def test_what_was_struck_off_then_and_reopened_since_counts_as_struck_off_then():
    rows = problems(problem("1", "整改中", closed_on=None, reopened_count=1))
    changes = conform(
        "problem_events",
        [
            {"problem_id": "1", "on": pd.Timestamp(on), "from_status": before, "to_status": after}
            for on, before, after in (("2026-08-01", "待验收", "已销号"), ("2026-11-01", "已销号", "整改中"))
        ],
    )
    found = closure_rates(rows, [date(2026, 7, 31), date(2026, 9, 30), AS_OF], changes)
    assert found["closed"].tolist() == [0, 1, 0]


@FEW
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    rows = problems(*({**row, "problem_id": str(at)} for at, row in enumerate(rows)))
    order = list(range(len(rows)))
    random.shuffle(order)
    mixed = rows.iloc[order]
    pd.testing.assert_frame_equal(ladder(rows, AS_OF, WINDOWS), ladder(mixed, AS_OF, WINDOWS))
    pd.testing.assert_frame_equal(closure_rates(rows, [AS_OF]), closure_rates(mixed, [AS_OF]))
