"""For how long what is left has been there; and that every month's line follows from its bars."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given

from data_loaders.contract import AWAITING, CLOSED, DONE, FOUND, RECTIFYING, REOPENED, STRUCK
from metrics.backlog import BINS, UNKNOWN_AGE, age_counts, aged, by_month
from metrics.life_cycle import steps, stretches
from metrics.rectification import ladder
from settings import Problems
from tests.metrics.county import AS_OF, FEW, events, problem, problems, steps_of
from tests.metrics.test_life_cycle import ledgers


def prepared(rows: pd.DataFrame, told: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ladder(rows, AS_OF, Problems()), stretches(rows, steps(rows, told))


def days_ago(days: int) -> str:
    return str((pd.Timestamp(AS_OF) - pd.Timedelta(days=days)).date())


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, BINS[0]), (30, BINS[0]), (31, BINS[1]), (60, BINS[1]), (61, BINS[2]), (90, BINS[2]), (91, BINS[3]),
     (180, BINS[3]), (181, BINS[4]), (2000, BINS[4])],
)  # fmt: skip
def test_the_bin_of_an_age(days, name):
    (row,) = aged(*prepared(problems(problem("1", found_on=days_ago(days))), events()), AS_OF).to_dict(
        "records"
    )
    assert (row["age"], row["age_bin"]) == (days, name)


def test_one_that_came_back_is_as_old_as_its_coming_back():
    rows = problems(problem("1", RECTIFYING, found_on=days_ago(300), reopened_count=1))
    told = events(
        steps_of("1", (days_ago(300), FOUND), (days_ago(250), DONE), (days_ago(240), STRUCK), (days_ago(20), REOPENED))
    )  # fmt: skip
    assert aged(*prepared(rows, told), AS_OF)["age"].tolist() == [20]


def test_the_oldest_first_and_the_unknown_last_and_apart():
    rows = problems(
        problem("1", found_on=None),
        problem("2", found_on=days_ago(5), due_on=days_ago(1)),
        problem("3", found_on=days_ago(200), status=AWAITING, done_on=days_ago(3)),
        problem("4", found_on=days_ago(400), status=CLOSED, closed_on=days_ago(9)),
    )
    old = aged(*prepared(rows, events()), AS_OF)
    assert old["problem_id"].tolist() == ["3", "2", "1"]
    counts = age_counts(old).set_index("age_bin")
    assert list(counts.index) == [*BINS, UNKNOWN_AGE]
    assert counts.loc[BINS[0], ["overdue", "in_time", "awaiting", "left"]].to_numpy().tolist() == [1, 0, 0, 1]
    assert counts.loc[BINS[4], ["overdue", "in_time", "awaiting", "left"]].to_numpy().tolist() == [0, 0, 1, 1]
    assert counts.loc[UNKNOWN_AGE, "in_time"] == 1


def test_nothing_left_is_no_bar_anywhere():
    rows = problems(problem("4", found_on=days_ago(400), status=CLOSED, closed_on=days_ago(9)))
    counts = age_counts(aged(*prepared(rows, events()), AS_OF))
    assert counts["age_bin"].tolist() == list(BINS)
    assert counts["left"].sum() == 0


def test_months_with_what_was_found_struck_off_and_came_back():
    rows = problems(
        problem("1", RECTIFYING, found_on="2026-08-20", reopened_count=1),
        problem("2", CLOSED, found_on="2026-09-30", closed_on="2026-10-31"),
        problem("3", found_on="2026-10-01"),
    )
    told = events(
        steps_of("1", ("2026-08-20", FOUND), ("2026-09-01", DONE), ("2026-09-05", STRUCK), ("2026-11-02", REOPENED)),
        steps_of("2", ("2026-09-30", FOUND), ("2026-10-10", DONE), ("2026-10-31", STRUCK)),
        steps_of("3", ("2026-10-01", FOUND)),
    )  # fmt: skip
    months = by_month(stretches(rows, steps(rows, told)), AS_OF)
    assert months.to_numpy().tolist() == [
        # period, found, reopened, closed, left
        ["2026-08", 1, 0, 0, 1],
        ["2026-09", 1, 0, 1, 1],
        ["2026-10", 1, 0, 1, 1],
        ["2026-11", 0, 1, 0, 2],
    ]


def test_no_date_at_all_is_no_month():
    rows = problems(problem("1", found_on=None))
    assert by_month(stretches(rows, steps(rows, events())), AS_OF).empty
    # Nobody knows when it was found, however well it is known when it was reported done.
    rows = problems(problem("1", AWAITING, found_on=None, done_on="2026-10-01"))
    assert by_month(stretches(rows, steps(rows, events())), AS_OF).empty


@FEW
@given(ledgers())
def test_every_month_follows_from_the_one_before(county):
    rows, told = county
    laddered, lives = prepared(rows, told)
    months = by_month(lives, AS_OF)
    follows = months["left"].shift() + months["found"] + months["reopened"] - months["closed"]
    assert (follows.iloc[1:] == months["left"].iloc[1:]).all()
    left = int((~laddered["is_closed"]).sum())
    assert int(age_counts(aged(laddered, lives, AS_OF))["left"].sum()) == left
    if len(months):
        assert int(months["left"].iloc[-1]) == left
