"""The life of a problem: every way through it, on every day, and that no problem is ever lost on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import (
    ACCEPTED,
    AWAITING,
    CLAIMED,
    CLOSED,
    DONE,
    EXTENDED,
    FOUND,
    LOOKED_AT,
    LOOKED_BACK,
    RECTIFYING,
    REOPENED,
    RETURNED,
    STRUCK,
    UNCLAIMED,
)
from metrics.life_cycle import (
    EVER,
    counts_on,
    spells,
    standing,
    standing_on,
    steps,
    stretches,
    with_step_between,
)
from metrics.rectification import ladder, problem_counts
from settings import Problems
from tests.metrics.county import AS_OF, E1, FEW, W1, events, problem, problems, steps_of

ROUNDS = steps_of(
    "1",
    ("2026-01-10", FOUND),
    ("2026-01-12", CLAIMED),
    ("2026-02-01", DONE),
    ("2026-02-05", RETURNED),
    ("2026-02-20", DONE),
    ("2026-02-25", RETURNED, "2026-04-30"),
    ("2026-03-10", DONE),
    ("2026-03-15", ACCEPTED),
    ("2026-03-20", STRUCK),
    ("2026-06-01", REOPENED, "2026-08-31"),
    ("2026-07-01", DONE),
    ("2026-07-05", ACCEPTED),
    ("2026-07-10", STRUCK),
    ("2026-10-01", LOOKED_AT),
)
# As the ledger has it in the end: the dates of the last round.
LEDGER = problems(
    problem("1", LOOKED_BACK, "2026-08-31", first_due_on="2026-03-01", claimed_on="2026-01-12", done_on="2026-07-01",
            accepted_on="2026-07-05", closed_on="2026-07-10", looked_back_on="2026-10-01", last_step=LOOKED_AT,
            reopened_count=1, returned_count=2)
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "status", "done", "closed", "due", "returned", "reopened"),
    [
        ("2026-01-11", UNCLAIMED, None, None, "2026-03-01", 0, 0),
        ("2026-01-12", RECTIFYING, None, None, "2026-03-01", 0, 0),
        ("2026-02-04", AWAITING, "2026-02-01", None, "2026-03-01", 0, 0),
        ("2026-02-05", RECTIFYING, None, None, "2026-03-01", 1, 0),  # what was refused was not done
        ("2026-02-25", RECTIFYING, None, None, "2026-04-30", 2, 0),  # with a new deadline
        ("2026-03-20", CLOSED, "2026-03-10", "2026-03-20", "2026-04-30", 2, 0),
        ("2026-05-31", CLOSED, "2026-03-10", "2026-03-20", "2026-04-30", 2, 0),
        ("2026-06-01", RECTIFYING, None, None, "2026-08-31", 2, 1),
        ("2026-07-10", CLOSED, "2026-07-01", "2026-07-10", "2026-08-31", 2, 1),
        ("2026-10-01", LOOKED_BACK, "2026-07-01", "2026-07-10", "2026-08-31", 2, 1),
    ],
)
def test_a_problem_as_it_stood_on_any_day_of_its_life(day, status, done, closed, due, returned, reopened):
    (row,) = standing_on(LEDGER, events(ROUNDS), date.fromisoformat(day)).to_dict("records")
    shown = [None if pd.isna(row[name]) else f"{row[name]:%Y-%m-%d}" for name in ("done_on", "closed_on", "due_on")]  # fmt: skip
    assert (row["status"], *shown) == (status, done, closed, due)
    assert (row["returned_count"], row["reopened_count"]) == (returned, reopened)


def test_the_days_of_a_round_that_was_refused_are_gone_and_the_claim_stays():
    (row,) = standing_on(LEDGER, events(ROUNDS), date(2026, 2, 5)).to_dict("records")
    assert row["claimed_on"] == pd.Timestamp("2026-01-12")
    assert row["last_step"] == RETURNED


def test_stretches_follow_each_other_without_a_gap():
    made = stretches(LEDGER, steps(LEDGER, events(ROUNDS)))
    assert made["status"].tolist() == [
        UNCLAIMED, RECTIFYING, AWAITING, RECTIFYING, AWAITING, RECTIFYING, AWAITING, CLOSED, RECTIFYING, AWAITING,
        CLOSED, LOOKED_BACK,
    ]  # fmt: skip
    assert made["until"].iloc[:-1].tolist() == made["since"].iloc[1:].tolist()
    assert pd.isna(made["until"].iloc[-1])


def test_a_spell_lasts_until_the_problem_is_struck_off():
    found = spells(stretches(LEDGER, steps(LEDGER, events(ROUNDS))))
    assert found["number"].tolist() == [1, 2]
    assert found["since"].dt.strftime("%m-%d").tolist() == ["01-10", "06-01"]
    assert found["until"].dt.strftime("%m-%d").tolist() == ["03-20", "07-10"]


def test_a_spell_that_lasts_has_no_end():
    ledger = problems(problem("1", AWAITING, done_on="2026-03-01"))
    (row,) = spells(stretches(ledger, steps(ledger, events()))).to_dict("records")
    assert (row["since"], row["until"]) == (pd.Timestamp("2026-01-10"), pd.NaT) or pd.isna(row["until"])


def test_a_problem_without_any_date_was_there_from_the_start():
    ledger = problems(problem("1", RECTIFYING, found_on=None))
    (row,) = stretches(ledger, steps(ledger, events())).to_dict("records")
    assert (row["status"], row["since"]) == (RECTIFYING, EVER)
    assert counts_on(stretches(ledger, steps(ledger, events())), [date(2020, 1, 1)])["open"].tolist() == [1]


def test_steps_of_a_ledger_without_events_follow_from_its_dates():
    ledger = problems(
        problem("1", CLOSED, claimed_on="2026-01-12", done_on="2026-02-01", closed_on="2026-02-01")
    )
    told = steps(ledger, events())
    assert told["step"].tolist() == [FOUND, CLAIMED, DONE, STRUCK]
    assert told["from_status"].fillna("").tolist() == ["", UNCLAIMED, RECTIFYING, AWAITING]


def test_steps_that_an_older_version_does_not_name_follow_from_the_statuses():
    told = events(ROUNDS)
    unnamed = told.assign(step=pd.Series(pd.NA, index=told.index, dtype="str"))
    assert steps(LEDGER, unnamed)["step"].tolist() == told["step"].tolist()


def test_counts_on_days_before_within_and_after():
    made = stretches(LEDGER, steps(LEDGER, events(ROUNDS)))
    days = [date(2026, 1, 9), date(2026, 1, 10), date(2026, 2, 1), date(2026, 3, 20), date(2026, 6, 1), AS_OF]
    found = counts_on(made, days)
    assert found[["found", "open", "awaiting", "closed"]].to_numpy().tolist() == [
        [0, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0], [1, 0, 0, 1],
    ]  # fmt: skip


def test_who_took_a_step_after_one_day_and_by_the_other():
    told = steps(LEDGER, events(ROUNDS))
    assert with_step_between(told, REOPENED, date(2026, 5, 31), date(2026, 6, 1)).tolist() == ["1"]
    assert with_step_between(told, REOPENED, date(2026, 6, 1), AS_OF).tolist() == []


NEXT = {
    None: [FOUND],
    UNCLAIMED: [CLAIMED, DONE],
    RECTIFYING: [DONE, EXTENDED],
    AWAITING: [ACCEPTED, STRUCK, RETURNED],
    CLOSED: [LOOKED_AT, REOPENED],
    LOOKED_BACK: [REOPENED],
}


@st.composite
def lives(draw):
    """One legal life of up to ten steps that ends by the as-of day."""
    life, status = [], None
    day = AS_OF - timedelta(days=draw(st.integers(0, 400)))
    for _ in range(draw(st.integers(1, 10))):
        step = draw(st.sampled_from(NEXT[status]))
        due = [day + timedelta(days=draw(st.integers(1, 90)))] if step in (EXTENDED, REOPENED) else []
        life.append((day, step, *due))
        status = steps_of("x", *life)[-1]["to_status"]
        day += timedelta(days=draw(st.integers(0, 60)))
        if day > AS_OF:
            break
    return life


@st.composite
def ledgers(draw):
    """Problems with their events; what the ledger shows of each is what its steps make of it."""
    told = [steps_of(str(n), *life) for n, life in enumerate(draw(st.lists(lives(), max_size=6)))]
    rows = problems(
        *(
            problem(str(n), life[-1]["to_status"], draw(st.sampled_from(["2026-06-30", "2026-12-31", None])),
                    found_on=str(life[0]["on"].date()), place_code=draw(st.sampled_from([E1, W1, None])))
            for n, life in enumerate(told)
        )
    )  # fmt: skip
    return rows, events(*told)


@FEW
@given(ledgers(), st.integers(0, 500))
def test_found_is_open_and_awaiting_and_closed_on_every_day_and_as_the_list_has_it(county, back):
    rows, told = county
    every = steps(rows, told)
    made = stretches(rows, every)
    day = AS_OF - timedelta(days=back)
    (counts,) = counts_on(made, [day]).to_dict("records")
    assert counts["found"] == counts["open"] + counts["awaiting"] + counts["closed"]
    then = ladder(standing(rows, every, day), day, Problems())
    listed = problem_counts(then).iloc[0]
    assert [counts[name] for name in ("found", "open", "awaiting", "closed")] == list(
        listed[["found", "open", "awaiting", "closed"]]
    )


@FEW
@given(ledgers())
def test_every_cut_adds_up_to_the_whole_on_every_day(county):
    rows, told = county
    made = stretches(rows, steps(rows, told))
    days = [AS_OF - timedelta(days=back) for back in range(0, 500, 50)]
    whole = counts_on(made, days).drop(columns="on")
    ids = rows.groupby(rows["place_code"].fillna(""))["problem_id"]
    parts = [counts_on(made[made["problem_id"].isin(here)], days).drop(columns="on") for _, here in ids]
    if parts:
        summed = pd.concat(parts).groupby(level=0).sum()
        pd.testing.assert_frame_equal(summed, whole)
    assert (whole["found"].diff().dropna() <= 0).all()  # days run backwards: nothing found is ever lost


@FEW
@given(ledgers())
def test_spells_begin_when_found_or_reopened_and_end_when_struck_off(county):
    rows, told = county
    found = spells(stretches(rows, steps(rows, told)))
    begun = told["step"].isin([FOUND, REOPENED]).sum()
    assert len(found) == begun
    assert found["until"].notna().sum() == (told["step"] == STRUCK).sum()
