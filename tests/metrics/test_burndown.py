"""What is left of a batch: counts of every week, the schedule beside them, and no future."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import AWAITING, CLAIMED, CLOSED, DONE, FOUND, RECTIFYING, STRUCK
from metrics.batches import UNNAMED, batch_of
from metrics.burndown import COURSE_COLUMNS, batches_left, burn_down
from metrics.life_cycle import steps, stretches
from metrics.rectification import ladder
from settings import Problems
from tests.metrics.county import AS_OF, E1, FEW, W1, events, problem, problems, steps_of
from tests.metrics.test_life_cycle import ledgers

RULES = Problems()
COUNTS = ["found", "open", "awaiting", "closed"]


def prepared(rows: pd.DataFrame, told: pd.DataFrame, day: date = AS_OF) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ladder(rows, day, RULES), stretches(rows, steps(rows, told))


# Found on Sunday 1 November: 甲 struck off on the 10th, 乙 reported done on the 12th, 丙 open; 丁 was found on the 9th.
LEDGER = problems(
    problem("甲", CLOSED, "2026-11-08", found_on="2026-11-01", closed_on="2026-11-10"),
    problem("乙", AWAITING, "2026-11-20", found_on="2026-11-01", done_on="2026-11-12"),
    problem("丙", RECTIFYING, "2026-11-10", found_on="2026-11-01"),
    problem("丁", RECTIFYING, None, found_on="2026-11-09"),
)
TOLD = events(
    steps_of("甲", ("2026-11-01", FOUND), ("2026-11-03", DONE), ("2026-11-10", STRUCK)),
    steps_of("乙", ("2026-11-01", FOUND), ("2026-11-12", DONE)),
    steps_of("丙", ("2026-11-01", FOUND), ("2026-11-02", CLAIMED)),
    steps_of("丁", ("2026-11-09", FOUND)),
)


def test_every_seventh_day_back_from_today_and_the_first():
    course = burn_down(*prepared(LEDGER, TOLD), AS_OF)
    assert course["on"].dt.strftime("%m-%d").tolist() == ["11-01", "11-08", "11-15", "11-21"]
    past = course.iloc[:3]
    assert past[COUNTS].to_numpy().tolist() == [[3, 3, 0, 0], [3, 2, 1, 0], [4, 2, 1, 1]]
    assert past["left"].tolist() == [3, 3, 3]


def test_a_course_that_began_between_two_weeks_begins_on_its_first_day():
    course = burn_down(*prepared(LEDGER, TOLD, date(2026, 11, 12)), date(2026, 11, 12))
    assert course["on"].dt.strftime("%m-%d").tolist()[:3] == ["11-01", "11-05", "11-12"]


def test_on_its_deadline_one_is_still_due_and_without_one_never():
    # 8 November is the deadline of 甲, over on the 9th; the 15th: 甲 and 丙 were due, 丁 is there by then and stays.
    course = burn_down(*prepared(LEDGER, TOLD), AS_OF)
    assert course["scheduled"].tolist() == [3, 3, 2, 1]


def test_after_today_there_are_deadlines_and_no_counts():
    ahead = burn_down(*prepared(LEDGER, TOLD), AS_OF).iloc[3]
    assert ahead["on"] == pd.Timestamp("2026-11-21")  # the day after the last deadline
    assert ahead[[*COUNTS, "left"]].isna().all()


def test_a_deadline_far_off_is_looked_at_for_two_years():
    rows = problems(problem("甲", due_on="2026-12-01"), problem("乙", due_on="2046-01-01"))
    course = burn_down(*prepared(rows, events()), AS_OF)
    assert course["on"].iloc[-1] == pd.Timestamp("2028-11-13")  # 104 weeks and a day
    assert course["scheduled"].iloc[-1] == 1


def test_without_a_date_of_finding_there_is_no_course():
    rows = problems(problem("甲", found_on=None), problem("乙", found_on=None))
    course = burn_down(*prepared(rows, events()), AS_OF)
    assert course.empty
    assert list(course) == COURSE_COLUMNS


def test_one_without_a_date_among_others_was_there_from_the_start():
    rows = problems(problem("甲", found_on=None), problem("乙", found_on="2026-11-09"))
    course = burn_down(*prepared(rows, events()), AS_OF)
    assert course[["found", "scheduled"]].to_numpy().tolist() == [[2, 2], [2, 2]]


def test_batches_by_what_is_overdue_with_days_to_their_last_deadline():
    rows = problems(
        problem("1", batch="甲批", due_on="2026-11-01"),
        problem("2", batch="甲批", due_on="2026-11-20", first_due_on="2026-11-10"),
        problem("3", batch="乙批", due_on="2026-11-05", status=AWAITING),
        problem("4", batch=None, due_on=None),
        problem("5", batch="丙批", due_on="2026-06-30", status=CLOSED, closed_on="2026-06-01"),
        problem("6", batch="丙批", due_on=None),
    )
    found = batches_left(ladder(rows, AS_OF, RULES), AS_OF, RULES).set_index("batch")
    assert found.index[0] == "甲批"
    assert found["left"].to_dict() == {"甲批": 2, "乙批": 1, UNNAMED: 1, "丙批": 1}
    assert found["days_left"].astype("object").fillna("").to_dict() == {
        "甲批": 5, "乙批": -10, UNNAMED: "", "丙批": -138,
    }  # fmt: skip
    assert found["is_extended"].to_dict() == {"甲批": True, "乙批": False, UNNAMED: False, "丙批": False}
    # The deadline of 丙批 was that of the one struck off; what is left has none.
    assert found["left_without_deadline"].to_dict() == {"甲批": 0, "乙批": 0, UNNAMED: 1, "丙批": 1}


CATEGORIES, BATCHES, UNITS = ("甲类", "乙类", None), ("甲批", "乙批", None), ("甲局", None)


@st.composite
def cut_ledgers(draw):
    """Random lives whose problems have a category, a batch and a unit, or none."""
    rows, told = draw(ledgers())
    drawn = [
        (draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from(BATCHES)), draw(st.sampled_from(UNITS)))
        for _ in range(len(rows))
    ]
    for at, name in enumerate(["category", "batch", "lead_unit"]):
        rows = rows.assign(**{name: pd.Series([each[at] for each in drawn], dtype="str")})
    return rows, told


@FEW
@given(cut_ledgers(), st.integers(0, 400))
def test_found_is_open_awaiting_and_closed_at_every_date_and_every_cut_adds_up(county, back):
    rows, told = county
    if rows.empty:
        return
    day = AS_OF - timedelta(days=back)
    laddered, lives = prepared(rows, told)
    whole = burn_down(laddered, lives, day)
    past = whole[whole["found"].notna()]
    assert (past["found"] == past["open"] + past["awaiting"] + past["closed"]).all()
    assert (past["left"] == past["open"] + past["awaiting"]).all()
    assert past["found"].is_monotonic_increasing
    # What is drawn on its last day is what the cards say of that day.
    if day == AS_OF:
        (last,) = past.tail(1).to_dict("records")
        assert [last["open"], last["awaiting"], last["closed"]] == [
            laddered[name].sum() for name in ("is_open", "is_awaiting", "is_closed")
        ]
    cuts = {
        "township": laddered["township_code"].fillna(""),
        "category": laddered["category"].fillna(""),
        "batch": batch_of(laddered),
        "unit": laddered["lead_unit"].fillna(""),
    }
    for name, keys in cuts.items():
        parts = [burn_down(part, lives, day) for _, part in laddered.groupby(keys)]
        for column in [*COUNTS, "left", "scheduled"]:
            assert _on(parts, column, day) == _on([whole], column, day), (name, column)


def _on(courses: list[pd.DataFrame], column: str, day: date) -> int:
    return sum(int(course.loc[course["on"] == pd.Timestamp(day), column].sum()) for course in courses)


def test_places_of_the_small_county_lie_in_two_townships():
    assert E1[:9] != W1[:9]  # the cut by township above would otherwise say nothing
