"""Waits that are not over yet are counted for what they tell: against published values, by hand, at random."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.contract import (
    AWAITING,
    CLAIMED,
    CLOSED,
    DONE,
    FOUND,
    RECTIFYING,
    REOPENED,
    RETURNED,
    STRUCK,
    STRUCK_OFF,
)
from metrics.life_cycle import steps, stretches
from metrics.rectification import ladder
from metrics.waiting_times import AGAIN, ANSWER, CLOSURE, REPORT, survival, waiting_times, waits
from settings import Problems
from tests.metrics.county import AS_OF, EAST, FEW, events, problem, problems, steps_of
from tests.metrics.test_life_cycle import ledgers


def table(over: Sequence[int], ongoing: Sequence[int] = (), key: str | None = "甲") -> pd.DataFrame:
    days, ended = [*over, *ongoing], [True] * len(over) + [False] * len(ongoing)
    return pd.DataFrame({"days": days, "is_over": ended, "key": pd.Series([key] * len(days), dtype="str")})


# Weeks in remission under 6-MP; + was still in remission (Freireich et al., Blood 21, 1963).
MP6 = table([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])


def of(rows, told):
    found = waits(ladder(rows, AS_OF, Problems()), stretches(rows, steps(rows, told)), AS_OF)
    return {wait: each for wait, each in found.groupby("wait")}


class TestPublished:
    @pytest.mark.parametrize(
        ("weeks", "share"),
        [(0, 1), (6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)],
    )
    def test_shares_in_remission(self, weeks, share):
        curve = survival(MP6).set_index("days")
        assert curve.loc[weeks, "survival"] == pytest.approx(share, abs=0.0005)

    def test_the_median_is_23_weeks(self):
        (row,) = waiting_times(MP6, "key").to_dict("records")
        assert (row["n"], row["over"], row["ongoing"], row["median"]) == (21, 9, 12, 23)

    def test_the_interval_stays_between_0_and_1(self):
        # log-log at 6 weeks, by hand: S = 18/21, Greenwood's sum = 3/(21*18), S**exp(±1.96 * sqrt(sum) / ln S)
        at_6 = survival(MP6).set_index("days").loc[6]
        assert (at_6["low"], at_6["high"]) == (
            pytest.approx(0.620, abs=0.0005),
            pytest.approx(0.952, abs=0.0005),
        )

    def test_how_many_are_still_counted(self):
        curve = survival(MP6).set_index("days")["at_risk"]
        assert [curve[week] for week in (0, 6, 7, 10, 13, 22, 23)] == [21, 21, 17, 15, 12, 7, 6]

    def test_those_that_are_over_alone_say_far_too_little(self):
        (row,) = waiting_times(MP6, "key").to_dict("records")
        assert row["median_over"] == 10
        assert row["mean_over"] == pytest.approx(109 / 9)  # 6+6+6+7+10+13+16+22+23


class TestMedians:
    def test_all_over_is_the_common_median(self):
        (row,) = waiting_times(table([1, 2, 3, 4, 5]), "key").to_dict("records")
        assert (row["median"], row["median_over"]) == (3, 3)

    def test_exactly_half_is_half(self):
        (row,) = waiting_times(table([2, 4, 6, 8]), "key").to_dict("records")
        assert row["median"] == 4

    def test_less_than_half_over_is_at_least_the_longest(self):
        (row,) = waiting_times(table([5], [20, 34]), "key").to_dict("records")
        assert pd.isna(row["median"])
        assert row["longest"] == 34

    def test_nothing_over_at_all(self):
        (row,) = waiting_times(table([], [7, 9]), "key").to_dict("records")
        assert (row["over"], row["ongoing"], row["longest"]) == (0, 2, 9)
        assert pd.isna(row["median"])
        assert pd.isna(row["mean_over"])

    def test_one_that_was_struck_off_on_the_day_itself(self):
        (row,) = waiting_times(table([0]), "key").to_dict("records")
        assert (row["n"], row["median"]) == (1, 0)
        assert survival(table([0]))["days"].tolist() == [0]

    def test_nobody_waits(self):
        assert waiting_times(table([]), "key").empty
        assert survival(table([])).empty

    def test_slowest_first_and_who_has_no_name_stays(self):
        rows = pd.concat(
            [table([10, 10, 10]), table([30, 30], key=None), table([1], [50, 60], key="丙")],
            ignore_index=True,
        )
        assert waiting_times(rows, "key")["key"].tolist() == ["丙", "", "甲"]


class TestWaits:
    def test_a_life_of_two_rounds_and_a_return(self):
        told = events(
            steps_of(
                "1", ("2026-01-10", FOUND), ("2026-01-12", CLAIMED), ("2026-02-01", DONE), ("2026-02-05", RETURNED),
                ("2026-02-20", DONE), ("2026-03-02", STRUCK), ("2026-10-01", REOPENED), ("2026-11-11", DONE),
            )
        )  # fmt: skip
        found = of(problems(problem("1", AWAITING, done_on="2026-11-11", reopened_count=1)), told)
        days = {wait: list(zip(rows["days"], rows["is_over"], strict=True)) for wait, rows in found.items()}
        assert days == {
            CLOSURE: [(51, True)],  # 10 January to 2 March
            AGAIN: [(45, False)],  # since 1 October
            REPORT: [(22, True)],  # to the first report
            ANSWER: [(4, True), (10, True), (4, False)],  # returned; struck off; since 11 November
        }

    def test_one_that_is_open_waits_until_today(self):
        found = of(problems(problem("1", found_on="2026-11-01")), events())
        assert found[CLOSURE][["days", "is_over"]].to_numpy().tolist() == [[14, False]]
        assert found[REPORT][["days", "is_over"]].to_numpy().tolist() == [[14, False]]
        assert ANSWER not in found

    def test_what_nobody_dated_is_left_out(self):
        rows = problems(
            problem("1", found_on=None),
            problem("2", CLOSED, claimed_on="2026-02-01"),  # struck off, nobody knows when
            problem("3", CLOSED, closed_on="2026-02-01"),  # … and never reported done
        )
        found = of(rows, events())
        assert {wait: each["problem_id"].tolist() for wait, each in found.items()} == {CLOSURE: ["3"]}

    def test_waits_know_their_groups(self):
        rows = problems(problem("1", category="措施不实", batch=None))
        (row,) = of(rows, events())[CLOSURE].to_dict("records")
        assert (row["township_code"], row["category"], row["batch"]) == (EAST, "措施不实", "未注明批次")

    def test_no_problem_no_wait(self):
        assert of(problems(), events()) == {}


@FEW
@given(ledgers())
def test_every_problem_waits_once_for_its_first_closure(county):
    rows, told = county
    struck_on = told[told["step"] == STRUCK].groupby("problem_id")["on"].max().reindex(rows["problem_id"])
    rows = rows.assign(closed_on=struck_on.to_numpy()).assign(
        closed_on=lambda all_: all_["closed_on"].where(all_["status"].isin(STRUCK_OFF))
    )
    closures = of(rows, told).get(CLOSURE)
    assert sorted([] if closures is None else closures["problem_id"]) == sorted(rows["problem_id"])
    if closures is not None:
        struck = set(told.loc[told["step"] == STRUCK, "problem_id"])
        assert set(closures.loc[closures["is_over"], "problem_id"]) == struck


@FEW
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=30))
def test_curves_fall_from_1_and_the_closed_alone_are_never_slower(drawn):
    rows = table([d for d, over in drawn if over], [d for d, over in drawn if not over])
    curve = survival(rows)
    assert curve["survival"].is_monotonic_decreasing
    assert curve["survival"].between(0, 1).all()
    known = curve.dropna()
    assert ((known["low"] <= known["survival"]) & (known["survival"] <= known["high"])).all()
    (row,) = waiting_times(rows, "key").to_dict("records")
    assert row["n"] == row["over"] + row["ongoing"] == len(drawn)
    if not pd.isna(row["median"]):
        assert row["median_over"] <= row["median"]


def test_status_words_of_the_tests_above_are_those_of_the_contract():
    assert {RECTIFYING, AWAITING, CLOSED} == {"整改中", "待验收", "已销号"}
