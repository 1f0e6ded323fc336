from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import AWAITING, CLOSED, RECTIFYING, UNCLAIMED, conform
from metrics.composite import closures_at, composite_history
from metrics.coverage import households_by_measures
from metrics.figures import indicator_values
from metrics.life_cycle import standing_on
from metrics.rectification import ladder
from metrics.since_meeting import (
    coverage_changes,
    default_since,
    period_known,
    problem_changes,
    rank_changes,
)
from settings import Meeting, Problems, RankingPart
from tests.metrics.county import (
    AS_OF,
    COUNTY,
    COVERAGE,
    E1,
    E2,
    EAST,
    FEW,
    INDICATORS,
    W1,
    WEST,
    places,
    problem,
    problems,
    reports,
    settings,
    targets,
    together,
)

MEETING = date(2026, 10, 13)
WINDOWS = Problems()
JUN, SEP, OCT = "2026-06", "2026-09", "2026-10"


def events(**steps: list[tuple[str, str | None, str]]) -> pd.DataFrame:
    """Changes of status: problem_id=[(day, before, after), …]."""
    return conform(
        "problem_events",
        [
            {"problem_id": each, "on": pd.Timestamp(on), "from_status": before, "to_status": after}
            for each, changes in steps.items()
            for on, before, after in changes
        ],
    )


NONE = events()


def changed(ledger: pd.DataFrame, told: pd.DataFrame = NONE, since: date = MEETING, until: date = AS_OF):
    found = problem_changes(ledger, told, WINDOWS, since, until)
    return {
        kind: getattr(found, kind)["problem_id"].tolist()
        for kind in ("closed", "overdue", "reopened", "found")
    }


def kinds(**found: list[str]):
    return {"closed": [], "overdue": [], "reopened": [], "found": []} | found


class TestProblems:
    def test_struck_off_since(self):
        ledger = problems(
            problem("before", CLOSED, "2026-09-01", closed_on="2026-10-13"),
            problem("after", CLOSED, "2026-09-01", closed_on="2026-10-14"),
            problem("later", CLOSED, "2026-12-01", closed_on="2026-11-15"),
        )
        assert changed(ledger) == kinds(closed=["later", "after"])

    def test_newly_overdue_the_longest_first(self):
        ledger = problems(
            problem("long ago", due_on="2026-10-12"),  # overdue at the meeting already
            problem("that day", due_on="2026-10-13"),  # a deadline on the day is not overdue on it
            problem("since", due_on="2026-11-14"),
            problem("today", due_on="2026-11-15"),
            problem("none"),
        )
        assert changed(ledger) == kinds(overdue=["that day", "since"])

    def test_done_in_time_at_the_meeting_and_struck_off_since_is_not_overdue(self):
        ledger = problems(problem("1", AWAITING, "2026-10-20", done_on="2026-10-25"))
        assert changed(ledger) == kinds()

    def test_reopened_since_was_not_overdue_while_it_was_struck_off(self):
        ledger = problems(problem("1", RECTIFYING, "2026-09-01", reopened_count=1))
        told = events(**{"1": [("2026-01-10", None, UNCLAIMED), ("2026-08-01", UNCLAIMED, CLOSED),
                               ("2026-10-20", CLOSED, RECTIFYING)]})  # fmt: skip
        assert changed(ledger, told) == kinds(overdue=["1"], reopened=["1"])

    def test_closed_and_reopened_after_the_meeting_is_reopened_alone(self):
        ledger = problems(problem("1", RECTIFYING, "2026-12-01", reopened_count=1))
        told = events(**{"1": [("2026-01-10", None, RECTIFYING), ("2026-10-20", RECTIFYING, CLOSED),
                               ("2026-11-01", CLOSED, RECTIFYING)]})  # fmt: skip
        assert changed(ledger, told) == kinds(reopened=["1"])

    def test_reopened_and_struck_off_again_is_struck_off(self):
        ledger = problems(problem("1", CLOSED, "2026-12-01", closed_on="2026-11-10"))
        told = events(**{"1": [("2026-01-10", None, RECTIFYING), ("2026-10-20", RECTIFYING, CLOSED),
                               ("2026-11-01", CLOSED, RECTIFYING), ("2026-11-10", RECTIFYING, CLOSED)]})  # fmt: skip
        assert changed(ledger, told) == kinds(closed=["1"])

    def test_reopened_before_the_meeting_is_no_news(self):
        ledger = problems(problem("1", RECTIFYING, "2026-09-01", reopened_count=1))
        told = events(**{"1": [("2026-01-10", None, CLOSED), ("2026-10-13", CLOSED, RECTIFYING)]})
        assert changed(ledger, told) == kinds()

    def test_reopened_without_a_date_cannot_be_placed_in_time(self):
        assert changed(problems(problem("1", RECTIFYING, "2026-12-01", reopened_count=1))) == kinds()

    def test_found_since_and_already_overdue_or_struck_off(self):
        ledger = problems(
            problem("quick", CLOSED, "2026-11-01", found_on="2026-10-14", closed_on="2026-10-30"),
            problem("slow", due_on="2026-11-01", found_on="2026-10-14"),
            problem("old", due_on="2026-12-01", found_on="2026-10-13"),
            problem("undated", due_on="2026-12-01", found_on=None),
        )
        assert changed(ledger) == kinds(closed=["quick"], overdue=["slow"], found=["slow", "quick"])

    def test_a_meeting_before_all_data(self):
        ledger = problems(problem("1", CLOSED, closed_on="2026-02-01"), problem("2", due_on="2026-11-01"))
        assert changed(ledger, since=date(2001, 1, 1)) == kinds(closed=["1"], overdue=["2"], found=["2", "1"])

    @pytest.mark.parametrize("since", [AS_OF, date(2027, 1, 1)])
    def test_a_meeting_on_or_after_the_as_of_day(self, since):
        ledger = problems(problem("1", due_on="2026-11-01"), problem("2", CLOSED, closed_on="2026-11-15"))
        assert changed(ledger, since=since) == kinds()

    def test_no_problems(self):
        assert changed(problems()) == kinds()


class TestStandingOn:
    LEDGER = problems(problem("1", CLOSED, "2026-03-01", claimed_on="2026-02-01", done_on="2026-04-01", closed_on="2026-05-01"))  # fmt: skip

    @pytest.mark.parametrize(
        ("day", "status"),
        [
            ("2026-01-10", UNCLAIMED),
            ("2026-02-01", RECTIFYING),
            ("2026-04-01", AWAITING),
            ("2026-05-01", CLOSED),
        ],
    )
    def test_status_by_the_dates_when_no_change_is_recorded(self, day, status):
        (row,) = standing_on(self.LEDGER, NONE, date.fromisoformat(day)).to_dict("records")
        assert row["status"] == status

    def test_not_there_before_it_was_found(self):
        assert standing_on(self.LEDGER, NONE, date(2026, 1, 9)).empty

    def test_later_days_are_not_known_yet(self):
        (row,) = standing_on(self.LEDGER, NONE, date(2026, 4, 30)).to_dict("records")
        assert row["done_on"] == pd.Timestamp("2026-04-01")
        assert pd.isna(row["closed_on"])

    def test_reopenings_up_to_the_day(self):
        ledger = problems(problem("1", reopened_count=1))
        told = events(**{"1": [("2026-03-01", None, CLOSED), ("2026-06-01", CLOSED, RECTIFYING)]})
        (before,) = standing_on(ledger, told, date(2026, 5, 31)).to_dict("records")
        (after,) = standing_on(ledger, told, date(2026, 6, 1)).to_dict("records")
        assert (before["status"], before["reopened_count"]) == (CLOSED, 0)
        assert (after["status"], after["reopened_count"]) == (RECTIFYING, 1)

    @FEW
    @given(
        st.lists(
            st.tuples(*[st.one_of(st.none(), st.integers(0, 400))] * 4, st.sampled_from([UNCLAIMED, RECTIFYING, AWAITING, CLOSED])),
            max_size=6,
        )
    )  # fmt: skip
    def test_on_the_as_of_day_everything_stands_as_it_stands(self, rows):
        def day(at):
            return None if at is None else str(AS_OF - timedelta(days=at))

        ledger = problems(
            *(
                problem(str(number), status, day(due), found_on=day(found), done_on=day(done), closed_on=day(closed))
                for number, (found, due, done, closed, status) in enumerate(rows)
            )
        )  # fmt: skip
        now = ladder(ledger, AS_OF, WINDOWS)
        again = ladder(standing_on(ledger, NONE, AS_OF), AS_OF, WINDOWS)
        pd.testing.assert_frame_equal(now, again)


class TestRanks:
    PART = RankingPart(indicator="area", weight=1)
    # September: east 100 %, west 50 %; October: east 100 %, west 100 %
    ROWS = together(
        reports("area", {(E1, JUN): 80.0, (W1, JUN): 10.0, (E1, SEP): 80.0, (W1, SEP): 5.0,
                         (E1, OCT): 40.0, (W1, OCT): 10.0}),
        targets("area", {(EAST, "2026"): 80.0, (WEST, "2026"): 10.0}),
    )  # fmt: skip

    def history(self, rows, register=None):
        register = places(COUNTY, EAST, WEST, E1, W1) if register is None else register
        chosen = settings(self.PART)
        values = {"area": indicator_values(rows, register, INDICATORS, "area", "township")}
        return composite_history(values, closures_at(problems(), [], AS_OF), register, chosen)

    def moves(self, rows, since=MEETING, period=None, register=None):
        found = rank_changes(self.history(rows, register), since, period)
        table = found.table.astype(object).where(found.table.notna(), None)
        return found.then, found.now, table[["place_code", "then", "now", "moved"]].to_numpy().tolist()

    def test_rank_at_the_last_period_that_had_ended_and_now_the_greatest_fall_first(self):
        assert self.moves(self.ROWS) == (SEP, OCT, [[EAST, 1, 2, -1], [WEST, 2, 1, 1]])

    def test_ties_share_a_rank(self):
        # in June both had their whole target
        assert self.moves(self.ROWS, date(2026, 7, 16)) == (JUN, OCT, [[EAST, 1, 2, -1], [WEST, 1, 1, 0]])

    def test_missing_then_or_now_has_not_moved(self):
        rows = self.ROWS[~((self.ROWS["place_code"] == W1) & (self.ROWS["period"] == SEP))]
        # 东乡 is compared with nobody but itself: who reports anew costs nobody a place.
        assert self.moves(rows) == (SEP, OCT, [[EAST, 1, 1, 0], [WEST, None, None, None]])

    def test_nothing_newer_than_the_meeting(self):
        then, now, table = self.moves(self.ROWS, date(2026, 11, 3))
        assert then == now == OCT
        assert [row[-1] for row in table] == [0, 0]

    def test_the_period_that_is_shown_is_now(self):
        assert self.moves(self.ROWS, MEETING, JUN)[:2] == (JUN, JUN)

    def test_a_meeting_before_all_data(self):
        then, now, table = self.moves(self.ROWS, date(2001, 1, 1))
        assert (then, now) == (None, OCT)
        assert [row[-1] for row in table] == [None, None]

    def test_a_single_township_stays_first(self):
        register = places(COUNTY, WEST, W1)
        assert self.moves(self.ROWS, register=register) == (SEP, OCT, [[WEST, 1, 1, 0]])

    def test_nobody_has_reported(self):
        assert self.moves(self.ROWS.iloc[:0])[:2] == (None, None)


def measured(**villages: dict[str, tuple[float, float] | None]) -> pd.DataFrame:
    """period=…{place: (households, of them without a measure)}; None is a report left blank."""
    rows = []
    for period, figures in villages.items():
        for place, figure in figures.items():
            whole, none = figure or (None, None)
            for name, value in (
                ("households", whole), ("m0", none), ("m1", figure and figure[0] - figure[1]),
                ("m2", whole and 0.0), ("m3", whole and 0.0),
            ):  # fmt: skip
                rows.append(reports(name, {(place, period[1:].replace("_", "-")): value}))
    return together(*rows)


class TestCoverage:
    def changes(self, rows, register=None, since=MEETING):
        register = places() if register is None else register
        then, now = (
            households_by_measures(rows, register, COVERAGE, "village", period)
            for period in (period_known(since, None), None)
        )
        found = coverage_changes(then, now, register)
        return found.then, found.now, found.blank["name"].tolist(), found.filled["name"].tolist()

    def test_newly_blank_and_blank_no_longer(self):
        rows = measured(
            p2026_09={E1: (6.0, 6.0), E2: (4.0, 1.0), W1: (5.0, 5.0)},
            p2026_10={E1: (6.0, 0.0), E2: (4.0, 4.0), W1: (5.0, 5.0)},
        )
        assert self.changes(rows) == (SEP, OCT, ["东二村"], ["东一村"])

    def test_most_households_first(self):
        rows = measured(p2026_09={E1: (2.0, 1.0), W1: (5.0, 1.0)}, p2026_10={E1: (2.0, 2.0), W1: (5.0, 5.0)})
        assert self.changes(rows)[2] == ["西一村", "东一村"]

    def test_who_did_not_report_is_neither(self):
        rows = measured(
            p2026_09={E1: (6.0, 6.0), E2: None, W1: (5.0, 0.0)},
            p2026_10={E1: None, E2: (4.0, 4.0), W1: (5.0, 0.0)},
        )
        assert self.changes(rows) == (SEP, OCT, [], [])

    def test_a_village_without_households_is_not_blank(self):
        rows = measured(p2026_09={E1: (6.0, 0.0)}, p2026_10={E1: (0.0, 0.0)})
        assert self.changes(rows)[2:] == ([], [])

    def test_a_recoded_village_is_neither(self):
        # E1 has become E2; the rows under its old code lie on no place of the register any more
        rows = measured(p2026_09={E1: (6.0, 6.0), W1: (5.0, 1.0)}, p2026_10={E2: (6.0, 0.0), W1: (5.0, 1.0)})
        assert self.changes(rows, places(COUNTY, EAST, WEST, E2, W1)) == (SEP, OCT, [], [])

    def test_nothing_by_then_and_nothing_at_all(self):
        rows = measured(p2026_10={E1: (6.0, 6.0)})
        assert self.changes(rows) == (None, OCT, [], [])
        assert self.changes(rows.iloc[:0]) == (None, None, [], [])


@pytest.mark.parametrize(
    ("day", "shown", "known"),
    [
        ("2026-10-13", None, "2026-09"),
        ("2026-10-31", None, "2026-09"),  # a month has ended when its last day is over
        ("2026-11-01", None, "2026-10"),
        ("2026-01-05", None, "2025"),  # sorts after 2025-12
        ("2026-10-13", "2026-06", "2026-06"),
        ("2026-10-13", "2026", "2026-09"),
    ],
)
def test_period_known_on_a_day(day, shown, known):
    assert period_known(date.fromisoformat(day), shown) == known


@pytest.mark.parametrize(
    ("held", "as_of", "since"),
    [
        (["2026-07-16", "2026-10-13", "2026-11-15", "2026-12-20"], "2026-11-15", "2026-10-13"),
        (["2026-12-20"], "2026-11-15", "2026-10-15"),
        ([], "2026-03-31", "2026-02-28"),
        ([], "2026-01-31", "2025-12-31"),
    ],
)
def test_last_meeting_or_a_month_before(held, as_of, since):
    meetings = [Meeting(name="调度会", on=date.fromisoformat(day)) for day in held]
    assert default_since(meetings, date.fromisoformat(as_of)) == date.fromisoformat(since)
