"""Will it be met: hand-made ledgers, what may be said when, and a county whose process of closing is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_loaders.contract import ACCEPTED, CLAIMED, DONE, EXTENDED, FOUND, REOPENED, RETURNED, STRUCK
from metrics.back_test import DRAWS, back_test, decided, reliability, scores
from metrics.closing_forecast import Past, closing_forecast
from metrics.life_cycle import standing, steps
from metrics.problem_phases import OFF, WAITING, WORKED_ON, courses, days_of, deadlines_on
from settings import Forecast
from tests.metrics.lives import START, Life, known_process, ledger, on, opened, past, struck

RULES = Forecast(weeks=12, min_closed=5, draws=1000, horizon_weeks=104)
TODAY = 112  # sixteen weeks after day 0


def forecast(known: Past, rules: Forecast = RULES, today: int = TODAY) -> Any:
    groups = known.problems.set_index("problem_id")["batch"]
    return closing_forecast(known, groups, on(today).date(), rules).set_index("group")


def steady(due: int | None = 200, batch: str = "甲", waiting: int = 7) -> list:
    """Found on day 0; one reported done and one struck off every week, and two still open."""
    lives = [
        struck(f"{batch}{week}", batch, 0, 150, 7 * week - waiting + 3, 7 * week + 3) for week in range(1, 16)
    ]
    return [*lives, opened(f"{batch}x", batch, 0, due), opened(f"{batch}y", batch, 0, due)]


class TestWhatIsSaid:
    def test_the_weeks_and_the_pace_that_would_be_needed(self):
        lives = [*steady(), ("甲z", "甲", 200, [(0, FOUND), (100, DONE)])]
        row = forecast(past(*ledger(lives))).loc["甲"]
        # Open x and y, awaiting z; day 200 is 88 days ahead: 3 ÷ (88/7)
        assert (row["remaining"], row["open"], row["awaiting"]) == (3, 2, 1)
        assert row["due_on"] == on(200) and row["days_left"] == 88
        assert row["needed"] == pytest.approx(3 / (88 / 7))
        # Struck off on day 10, 17 … 108: one in each of the twelve weeks before day 112
        assert row["weekly"] == (1,) * 12
        assert (row["weeks"], row["struck"], row["pace"]) == (12, 12, 1.0)
        assert row["state"] == "ahead" and 0 < row["chance"] < 100
        assert on(TODAY) < row["low_on"] <= row["median_on"] <= row["high_on"]
        assert row["left_low"] <= row["left_over"] <= row["left_high"] <= 3

    def test_a_deadline_that_is_over_is_a_fact_and_has_no_chance(self):
        lives = [*steady(due=100), *steady(due=112, batch="乙"), *steady(due=113, batch="丙")]
        table = forecast(past(*ledger(lives)))
        assert list(table.index) == ["甲", "乙", "丙"]  # the worst first
        assert table.loc["甲", ["state", "days_left", "remaining", "overdue"]].tolist() == [
            "passed",
            -12,
            2,
            2,
        ]
        assert table.loc["乙", ["state", "days_left", "overdue"]].tolist() == ["today", 0, 0]
        assert table.loc[["甲", "乙"], "chance"].isna().all() and table.loc["甲", "needed"] != 0
        assert pd.isna(table.loc["甲", "needed"])  # no pace meets a deadline that is over
        assert table.loc["丙", "needed"] == 14  # two in one day
        assert table["median_on"].notna().all()  # when the last one comes off can still be foreseen

    def test_what_has_no_deadline_stands_apart(self):
        lives = [*steady(), opened("甲长", "甲", 0, None), opened("丁长", "丁", 0, None)]
        table = forecast(past(*ledger(lives)))
        assert table.loc["甲", ["remaining", "without_deadline"]].tolist() == [2, 1]
        assert table.loc["丁", ["state", "remaining", "without_deadline"]].tolist() == ["open_ended", 0, 1]
        assert pd.isna(table.loc["丁", "due_on"])

    def test_too_little_history_is_said_to_be_too_little(self):
        few = [struck(f"乙{n}", "乙", 0, 150, 60, 70) for n in range(4)] + [opened("乙x", "乙", 0, 150)]
        # Found three weeks ago: five struck off, and no pace yet
        young = [struck(f"丙{n}", "丙", 92, 150, 95, 100) for n in range(5)] + [opened("丙x", "丙", 92, 150)]
        done = [struck("丁", "丁", 0, 150, 60, 70)]
        table = forecast(past(*ledger([*steady(), *few, *young, *done])))
        assert table.loc["乙", ["state", "history", "struck"]].tolist() == ["short", "few", 4]
        assert table.loc["丙", ["state", "history", "weeks", "struck"]].tolist() == ["short", "young", 3, 5]
        assert table.loc["丁", "state"] == "done"
        assert table.loc[["乙", "丙", "丁"], ["chance", "median_on"]].isna().all(axis=None)
        # With one more struck off there is a forecast.
        more = forecast(past(*ledger([*steady(), *few, struck("乙5", "乙", 0, 150, 60, 71)])))
        assert more.loc["乙", "history"] == "enough"

    def test_a_county_that_has_struck_nothing_off_foresees_nothing(self):
        row = forecast(past(*ledger([opened("a", "甲", 0, 150)]))).loc["甲"]
        assert (row["state"], row["history"], row["remaining"]) == ("short", "county", 1)

    def test_weeks_without_anything_to_strike_off_do_not_count_as_idle(self):
        # Six struck off on day 50, nothing there until day 98: of the last twelve weeks those up to day 56 count,
        # and those from day 98 on.
        lives = [struck(f"a{n}", "甲", 0, 90, 40, 50) for n in range(6)] + [opened("b", "甲", 98, 150)]
        row = forecast(past(*ledger([*steady(batch="乙"), *lives]))).loc["甲"]
        assert row["weekly"] == (0, 0, 0, 6, 0, 0, 0)

    def test_a_longer_time_never_lowers_the_chance(self):
        chances = [forecast(past(*ledger(steady(due)))).loc["甲", "chance"] for due in (130, 170, 250, 400)]
        assert chances == sorted(chances) and chances[0] < chances[-1]

    def test_the_same_ledger_has_the_same_forecast_and_neighbours_do_not_change_it(self):
        one = forecast(past(*ledger([*steady(), *steady(batch="乙")])))
        again = forecast(past(*ledger([*steady(batch="乙"), *steady()])))
        pd.testing.assert_frame_equal(one, again.loc[one.index])
        assert one.loc["甲", "chance"] == one.loc["乙", "chance"]

    def test_beyond_the_horizon_no_day_is_told(self):
        # Nineteen of twenty lie since day 0 and nobody has touched them
        lives = [*steady(), *(opened(f"甲o{n}", "甲", 0, 130) for n in range(19))]
        row = forecast(past(*ledger(lives)), Forecast(horizon_weeks=4, draws=200)).loc["甲"]
        assert pd.isna(row["high_on"]) and row["chance"] == 0


class TestPhases:
    def test_stragglers_leave_more_slowly_and_the_course_says_so(self):
        # Ten of twenty are done within two weeks, the others after twenty and more.
        days = [5, 6, 7, 8, 9, 10, 11, 12, 13, 13, *range(150, 200, 5)]
        known = past(*ledger([struck(str(n), "甲", 0, 300, day, day + 3) for n, day in enumerate(days)]))
        phases = known.phases
        every = np.ones(len(phases.phase), bool)
        found = courses(phases, WORKED_ON, every, 100_000, np.ones((1, len(days))))
        assert found is not None
        early, late = (float(np.diff(found.upto(np.array(span, float)))[0]) for span in ((7, 14), (140, 147)))
        assert early > 5 * late

    def test_a_refused_one_begins_anew_and_a_reopened_one_too(self):
        life = [
            (0, FOUND),
            (2, CLAIMED),
            (10, DONE),
            (15, RETURNED),
            (30, DONE),
            (32, ACCEPTED),
            (35, STRUCK),
        ]
        known = past(*ledger([("a", "甲", 90, [*life, (60, REOPENED, 120), (70, DONE)])])).phases
        day0 = int(days_of(pd.Series([START]))[0])
        assert (known.since - day0).tolist() == [0, 10, 15, 30, 60, 70]
        assert known.phase.tolist() == [WORKED_ON, WAITING] * 3
        assert known.then.tolist() == [WAITING, WORKED_ON, WAITING, OFF, WAITING, -1]

    def test_a_deadline_is_the_one_that_held_on_the_day(self):
        lives: list[Life] = [
            ("a", "甲", 30, [(0, FOUND), (20, EXTENDED, 60), (40, DONE), (50, STRUCK), (80, REOPENED, 110)]),
            ("b", "甲", 40, [(5, FOUND), (9, DONE), (12, STRUCK)]),
        ]
        problems, events = ledger(lives)
        told = steps(problems, events)
        for day in (0, 19, 20, 45, 79, 80, 200):
            then = standing(problems, told, on(day).date()).set_index("problem_id")["due_on"]
            number = int(days_of(pd.Series([on(day)]))[0])
            due = deadlines_on(problems, told, pd.Index(["a", "b"]), [number])[:, 0]
            assert due[: len(then)].tolist() == days_of(then.reindex(["a", "b"]).dropna()).tolist(), day


def _on_day_130(seed: int) -> pd.DataFrame:
    """One forecast for each batch of a county, and what came of it in the 560 days after."""
    whole = past(*ledger(known_process(np.random.default_rng(seed), batches=100, until=130 + 560)))
    groups = whole.problems.set_index("problem_id")["batch"]
    return back_test(whole, {"batch": groups}, on(130 + 560).date(), Forecast(draws=400), every=560)


def until(lives: list, day: int) -> list:
    """What was written by the day."""
    cut = [(*life[:3], [step for step in life[3] if step[0] <= day]) for life in lives]
    return [life for life in cut if life[3]]


class TestBackTest:
    @settings(max_examples=12)
    @given(st.integers(0, 1000))
    def test_knows_no_more_than_was_known(self, seed: int):
        lives = known_process(np.random.default_rng(seed), batches=4, until=400)
        whole = past(*ledger(lives))
        groups = whole.problems.set_index("problem_id")["batch"]
        cases = back_test(whole, {"batch": groups}, on(200).date(), Forecast(draws=DRAWS))
        if cases.empty:
            return
        day = int(cases["day"].iloc[0])
        today = (pd.Timestamp(day, unit="D") - START).days
        then = forecast(past(*ledger(until(lives, today))), Forecast(draws=DRAWS), today)
        for case in cases[cases["day"] == day].to_dict("records"):
            row = then.loc[case["group"]]
            assert (row["remaining"], row["days_left"]) == (case["remaining"], case["days_left"])
            assert row["chance"] == case["chance"] or (pd.isna(row["chance"]) and pd.isna(case["chance"]))

    def test_what_happened_stands_beside_it(self):
        # As steady, and the last two are struck off on day 130 and 190, before the deadline of day 200.
        lives = [*steady()[:-2], struck("甲x", "甲", 0, 200, 120, 130), struck("甲y", "甲", 0, 200, 180, 190)]
        whole = past(*ledger(lives))
        groups = whole.problems.set_index("problem_id")["batch"]
        cases = back_test(whole, {"batch": groups}, on(TODAY + 140).date(), RULES)
        then = cases[cases["day"] == cases["day"].max()]
        case = cases[cases["since"] == 140].iloc[0]  # made on day 112
        assert (case["remaining"], case["days_left"], case["took"]) == (2, 88, 78)
        assert case["really_left"] == 0
        assert len(then) == 1
        assert decided(cases[cases["since"] == 140])["is_true"].tolist() == [True]
        assert scores(cases[cases["since"] == 140]).brier == pytest.approx((1 - case["chance"] / 100) ** 2)

    def test_a_chance_is_judged_when_its_deadline_has_passed_not_before(self):
        columns = ["grouping", "group", "chance", "days_left", "since", "took", "low", "high"]
        rows = [
            ("batch", "甲", 10.0, 30, 30, np.nan, 20, 40),  # the deadline is today: it was missed
            ("batch", "甲", 90.0, 30, 29, np.nan, 5, 20),  # not decided; its interval ended without it
            ("batch", "乙", 90.0, 30, 60, 25.0, 5, 25),  # came true, on the last day of its interval
            ("batch", "乙", 20.0, 30, 60, 31.0, 5, 100),  # a day late
            ("batch", "丙", np.nan, -3, 60, 10.0, 5, 20),  # was over already
        ]
        cases = pd.DataFrame(rows, columns=columns).assign(remaining=1, left_over=0.5, really_left=1)
        found = scores(cases)
        assert (found.chances, found.groups) == (3, 2)
        assert found.brier == pytest.approx((0.1**2 + 0.1**2 + 0.2**2) / 3)
        assert found.came_true == pytest.approx(100 / 3)
        # Ended: the second (later), the third and the last (within); the first two others end after today
        assert (found.intervals, found.within, found.later) == (
            3,
            pytest.approx(200 / 3),
            pytest.approx(100 / 3),
        )
        bins = reliability(cases)
        assert bins["forecasts"].tolist() == [2, 0, 0, 0, 1]
        assert bins.loc[0, "came_true"] == 0 and bins.loc[4, "came_true"] == 100
        assert bins.loc[0, "mean_chance"] == 15 and bins["came_true"].isna()[1]

    def test_nothing_found_nothing_tested(self):
        none = past(*ledger([]))
        groups = none.problems.set_index("problem_id")["batch"]
        assert back_test(none, {"batch": groups}, on(100).date(), RULES).empty
        assert forecast(none).empty


class TestKnownProcess:
    """Six counties of 100 batches whose process is known (`known_process`): what is foreseen is what happens."""

    @pytest.fixture(scope="class")
    @staticmethod
    def cases() -> pd.DataFrame:
        return pd.concat([_on_day_130(seed) for seed in range(6)], ignore_index=True)

    def test_chances_come_true_as_often_as_they_say(self, cases):
        table = reliability(cases)
        assert table["forecasts"].min() >= 40
        # With n forecasts of mean chance p, the share that comes true is p ± 2.6 sqrt(p(1-p)/n) in 99 of 100 cases;
        # 5 points more for what the batches of one county have in common.
        p = table["mean_chance"] / 100
        band = 5 + 260 * np.sqrt(p * (1 - p) / table["forecasts"])
        assert ((table["came_true"] - table["mean_chance"]).abs() <= band).all(), table.assign(band=band)

    def test_they_tell_more_than_the_base_rate(self, cases):
        found = scores(cases)
        assert found.chances > 200
        assert found.brier < 0.8 * found.brier_of_base

    def test_four_of_five_end_within_their_interval(self, cases):
        # Of all batches it is known when they ended; 80 % ± 2.6 sqrt(0.8 x 0.2 / n), and 5 as above
        assert cases["took"].notna().all()
        within = 100 * cases["took"].between(cases["low"], cases["high"]).mean()
        assert abs(within - 80) <= 5 + 260 * np.sqrt(0.16 / len(cases))

    def test_as_many_are_left_over_as_foreseen(self, cases):
        found = scores(cases)
        # The forecast is a little too dark: who is left belongs to slow batches, which the bands tell as well as the pace.
        assert found.left_over == pytest.approx(found.really_left, rel=0.15)
