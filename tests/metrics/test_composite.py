import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.composite import (
    closures_at,
    composite_at,
    composite_history,
    group_of,
    members_of,
    part_names,
    part_scores,
    part_weights,
    scored_periods,
)
from metrics.figures import indicator_values
from settings import Ranking, RankingPart
from tests.metrics.county import (
    AS_OF,
    COUNTY,
    E1,
    E2,
    EAST,
    FEW,
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

OCT, SEP = "2026-10", "2026-09"
AREA, OUTPUT = RankingPart(indicator="area", weight=3), RankingPart(indicator="poor", weight=1)
CLOSURE = RankingPart(metric="closure_rate", weight=1)
TARGETS = targets("area", {(EAST, "2026"): 100.0, (WEST, "2026"): 100.0})


def history(rows, config, register=None, ledger=None, group=None):
    register = places() if register is None else register
    ledger = problems() if ledger is None else ledger
    parts = [part.indicator for part in config.ranking.parts if part.indicator is not None]
    values = {part: indicator_values(rows, register, config.indicators, part, "township") for part in parts}
    closures = closures_at(ledger, scored_periods(values, config) or ["2026-11"], AS_OF)
    return composite_history(values, closures, register, config, members_of(register, config, group))


def ranked(rows, *parts, register=None, ledger=None, period=None, group=None, **more):
    found = composite_at(history(rows, settings(*parts, **more), register, ledger, group), period)
    return found.set_index("place_code")


def test_the_score_is_the_weighted_mean_of_completions():
    rows = together(
        reports("area", {(E1, OCT): 80.0, (W1, OCT): 50.0}),
        reports("output", {(E1, OCT): 0.0}),
        TARGETS,
    )
    ledger = problems(
        problem("1", "已销号", closed_on="2026-02-01"), problem("2"), problem("3", place_code=W1)
    )
    found = ranked(rows, AREA, CLOSURE, ledger=ledger)
    # 东乡 (3 x 80 + 1 x 50) / 4, 西镇 (3 x 50 + 1 x 0) / 4
    assert list(found["score"]) == [72.5, 37.5]
    assert list(found["rank"]) == [1, 2]
    assert (found.loc[EAST, "area"], found.loc[EAST, "closure_rate"]) == (80, 50)
    assert (found.loc[EAST, "points_area"], found.loc[EAST, "points_closure_rate"]) == (60, 12.5)


def test_completion_counts_up_to_the_cap():
    rows = together(reports("area", {(E1, OCT): 180.0, (W1, OCT): 110.0}), TARGETS)
    assert list(ranked(rows, AREA)["score"]) == [100, 100]
    assert list(ranked(rows, AREA)["rank"]) == [1, 1]
    assert list(ranked(rows, AREA, cap=1.2)["score"]) == pytest.approx([120, 110])


def test_a_township_with_a_missing_part_has_no_score_and_says_what_is_missing():
    rows = together(reports("area", {(E1, OCT): 80.0, (W1, OCT): None}), TARGETS)
    west = ranked(rows, AREA, CLOSURE, ledger=problems(problem("1"), problem("2", place_code=W1))).loc[WEST]
    assert pd.isna(west["score"])
    assert pd.isna(west["rank"])
    assert west["missing"] == "茶园面积"
    assert pd.isna(west["points_closure_rate"])  # no stub of a bar for a township that has no score


def test_too_few_reports_are_missing_too():
    rows = together(reports("area", {(E1, OCT): 80.0, (E2, OCT): None, (W1, OCT): 1.0}), TARGETS)
    assert pd.isna(ranked(rows, AREA).loc[EAST, "rank"])
    assert ranked(rows, AREA, min_reported_share=0.5).loc[EAST, "score"] == 80


def test_a_part_that_does_not_apply_leaves_its_weight_to_the_others():
    rows = together(reports("area", {(E1, OCT): 80.0, (W1, OCT): 60.0}), TARGETS)
    found = ranked(rows, AREA, CLOSURE, ledger=problems(problem("1", place_code=W1)))
    east = found.loc[EAST]
    assert (east["score"], east["missing"], east["not_applicable"]) == (80, "", "问题销号率")
    assert found.loc[WEST, "score"] == 45


def test_a_township_without_a_target_that_others_have_is_judged_by_the_rest():
    rows = together(
        reports("area", {(E1, OCT): 80.0, (W1, OCT): 0.0}),
        targets("area", {(EAST, "2026"): 100.0}),
        reports("poor", {(E1, OCT): 1.0, (W1, OCT): 1.0}),
        targets("poor", {(EAST, "2026"): 1.0, (WEST, "2026"): 1.0}),
    )
    found = ranked(rows, AREA, RankingPart(indicator="poor", weight=1))
    assert (found.loc[WEST, "score"], found.loc[WEST, "not_applicable"]) == (100, "茶园面积")
    assert found.loc[EAST, "score"] == 85


def test_a_part_that_nobody_has_a_target_for_is_missing_for_all():
    rows = reports("area", {(E1, OCT): 80.0, (W1, OCT): 60.0})
    found = ranked(rows, AREA)
    assert found["rank"].isna().all()
    assert set(found["missing"]) == {"茶园面积"}


def test_rank_change_counts_the_places_gained_since_the_period_before():
    rows = together(
        reports("area", {(E1, SEP): 10.0, (W1, SEP): 20.0, (E1, OCT): 40.0, (W1, OCT): 30.0}), TARGETS
    )
    found = ranked(rows, AREA)
    assert list(found.loc[EAST, ["rank", "previous_rank", "rank_change"]]) == [1, 2, 1]
    assert list(found.loc[WEST, ["rank", "previous_rank", "rank_change"]]) == [2, 1, -1]
    assert set(found["previous_period"]) == {SEP}
    first = ranked(rows, AREA, period=SEP)
    assert first["rank_change"].isna().all()
    assert first.loc[WEST, "rank"] == 1


def test_a_township_that_did_not_report_lifts_nobody():
    north, far = "990101003000", "990101004000"
    register = places(COUNTY, EAST, WEST, north, far)
    first = {(EAST, SEP): 90.0, (WEST, SEP): 80.0, (north, SEP): 70.0}
    rows = together(
        reports("area", first | {(WEST, OCT): 60.0, (north, OCT): 70.0, (far, OCT): 99.0}),
        targets("area", dict.fromkeys([(code, "2026") for code in (EAST, WEST, north, far)], 100.0)),
    )
    found = ranked(rows, AREA, register=register)
    # 1 far, 2 north, 3 west, east silent; of those ranked in both months north and west changed places
    assert found["rank"].dropna().to_dict() == {far: 1, north: 2, WEST: 3}
    assert found["rank_change"].dropna().to_dict() == {north: 1, WEST: -1}


def test_an_indicator_of_an_earlier_quarter_counts_until_the_next_one():
    rows = together(
        reports("area", {(E1, OCT): 80.0, (W1, OCT): 60.0}),
        reports("poor", {(E1, SEP): 2.0, (W1, SEP): 1.0}),
        TARGETS,
        targets("poor", {(EAST, "2026"): 1.0, (WEST, "2026"): 1.0}),
    )
    found = ranked(
        rows, RankingPart(indicator="area", weight=1), RankingPart(indicator="poor", weight=1), period=OCT
    )
    assert found.loc[EAST, "score"] == (80 + 50) / 2


def test_the_closure_rate_is_that_of_the_period_s_last_day():
    rows = together(reports("area", {(E1, SEP): 80.0, (E1, OCT): 80.0}), TARGETS)
    ledger = problems(problem("1", "已销号", closed_on="2026-10-15"), problem("2"))
    now, then = (ranked(rows, CLOSURE, AREA, ledger=ledger, period=period) for period in (OCT, SEP))
    assert (now.loc[EAST, "closure_rate"], then.loc[EAST, "closure_rate"]) == (50, 0)


def test_nothing_configured_or_reported_ranks_nobody():
    nothing = reports("area", {})
    for found in (ranked(nothing), ranked(nothing, AREA), ranked(nothing, AREA, period="2020-01")):
        assert list(found.index) == [EAST, WEST]
        assert found["rank"].isna().all()
        assert (found["missing"] != "").all()


def test_a_single_township_is_first():
    rows = together(reports("area", {(E1, OCT): 80.0}), targets("area", {(EAST, "2026"): 100.0}))
    assert ranked(rows, AREA, register=places(COUNTY, EAST, E1))["rank"].tolist() == [1]


def test_names_and_shares_of_the_parts():
    config = settings(AREA, CLOSURE)
    assert part_names(config) == {"area": "茶园面积", "closure_rate": "问题销号率"}
    assert part_weights(config) == {"area": 0.75, "closure_rate": 0.25}


def scores(figures, method, lower=(), yardstick=None, **more):
    raw = pd.DataFrame({"part": figures})
    ranking = Ranking(method=method, parts=(RankingPart(indicator="part", weight=1),), **more)
    return part_scores(raw, ranking, {"part"} if lower else (), yardstick)["part"].tolist()


NAN = float("nan")


def test_part_scores_by_each_method_by_hand():
    assert scores([50.0, 120.0, NAN], "target")[:2] == [50, 100]
    # (40 - 20) / (120 - 20)
    assert scores([20.0, 40.0, 120.0, NAN], "minmax")[:3] == [0, 20, 100]
    assert scores([20.0, 40.0, 120.0], "minmax", lower=True) == [100, 80, 0]
    # ranks 4, 2, 2, 1 of four: (4 - rank) / 3
    assert scores([1.0, 5.0, 5.0, 9.0], "rank") == pytest.approx([0, 200 / 3, 200 / 3, 100])
    yardstick = pd.DataFrame({"mean": {"part": 30.0}, "deviation": {"part": 10.0}})
    assert scores([30.0, 45.0, 500.0], "zscore", yardstick=yardstick) == [50, 65, 100]
    assert scores([30.0, 45.0, 500.0], "zscore", lower=True, yardstick=yardstick) == [50, 35, 0]


@pytest.mark.parametrize("method", ["target", "minmax", "rank"])
def test_missing_has_no_part_score_and_counts_for_nobody(method):
    found = scores([10.0, NAN, 90.0], method)
    assert pd.isna(found[1])
    assert found[0] == scores([10.0, 90.0], method)[0]


def test_where_all_are_equal_everybody_has_the_full_mark():
    assert scores([7.0, 7.0], "minmax") == scores([7.0, 7.0], "rank") == [100, 100]
    assert scores([7.0], "minmax") == scores([7.0], "rank") == [100]


def test_without_a_yardstick_nobody_is_scored_by_deviations():
    rows = together(reports("area", {(E1, OCT): 80.0, (W1, OCT): 50.0}), TARGETS)
    assert set(ranked(rows, AREA, method="zscore")["missing"]) == {"茶园面积"}


def test_the_yardstick_is_the_year_before_or_the_configured_period():
    rows = together(
        reports("area", {(E1, "2025-10"): 20.0, (W1, "2025-10"): 40.0, (E1, OCT): 45.0, (W1, OCT): 30.0}),
        reports("area", {(E1, SEP): 0.0, (W1, SEP): 20.0}),
        targets("area", {(EAST, "2025"): 100.0, (WEST, "2025"): 100.0}),
        TARGETS,
    )
    # a year before: mean 30, deviation 10; in September: mean 10, deviation 10
    assert list(ranked(rows, AREA, method="zscore")["score"]) == [65, 50]
    assert list(ranked(rows, AREA, method="zscore", reference=SEP)["score"]) == [85, 70]


def test_nobody_is_measured_by_a_deviation_that_he_moves_himself():
    rows = together(
        reports("area", {(E1, "2025-10"): 20.0, (W1, "2025-10"): 40.0, (E1, OCT): 45.0, (W1, OCT): 30.0}),
        targets("area", {(EAST, "2025"): 100.0, (WEST, "2025"): 100.0}),
        TARGETS,
    )
    a_year_before = list(ranked(rows, AREA, method="zscore")["score"])
    for reference in (OCT, "2026", "2027-01"):
        assert list(ranked(rows, AREA, method="zscore", reference=reference)["score"]) == a_year_before


def test_figures_themselves_can_be_judged_and_less_can_be_better():
    rows = reports("poor", {(E1, OCT): 3.0, (W1, OCT): 1.0})
    found = ranked(rows, RankingPart(indicator="poor", weight=1, of="value"), method="minmax")
    assert list(found.loc[[EAST, WEST], "score"]) == [0, 100]
    assert list(found.loc[[EAST, WEST], "raw_poor"]) == [3, 1]


def test_growth_on_last_year_can_be_judged():
    rows = reports("area", {(E1, "2025-10"): 100.0, (W1, "2025-10"): 10.0, (E1, OCT): 90.0, (W1, OCT): 12.0})
    found = ranked(rows, RankingPart(indicator="area", weight=1, of="year_change"), method="rank")
    assert list(found.loc[[EAST, WEST], "raw_area"]) == [-10, 20]
    assert list(found.loc[[EAST, WEST], "rank"]) == [2, 1]


def test_a_rate_of_too_few_cases_does_not_apply():
    rows = together(reports("area", {(E1, OCT): 80.0, (W1, OCT): 50.0}), TARGETS)
    ledger = problems(
        problem("1"), problem("2"), problem("3", "已销号", place_code=W1, closed_on="2026-02-01")
    )
    guarded = RankingPart(metric="closure_rate", weight=1, min_base=2)
    found = ranked(rows, AREA, guarded, ledger=ledger)
    assert (found.loc[WEST, "score"], found.loc[WEST, "not_applicable"]) == (50, "问题销号率")
    assert found.loc[EAST, "score"] == 60  # (3 x 80 + 1 x 0) / 4


def test_members_of_a_group_are_compared_with_each_other_alone():
    north = "990101003000"
    register = places(COUNTY, EAST, WEST, north, E1, W1)
    rows = reports("area", {(E1, OCT): 10.0, (W1, OCT): 20.0, (north, OCT): 90.0})
    part = RankingPart(indicator="area", weight=1, of="value")
    groups = {"山区": ("东乡", WEST[:9]), "平原": (north,)}
    found = ranked(rows, part, register=register, method="minmax", groups=groups, group="山区")
    assert list(found.loc[[EAST, WEST], "score"]) == [0, 100]
    assert north not in found.index
    assert group_of(register, settings(part, method="minmax", groups=groups), north) == "平原"
    assert group_of(register, settings(part, method="minmax"), north) is None


def test_improvement_is_ranked_by_the_gain_in_score():
    rows = together(
        reports("area", {(E1, SEP): 10.0, (W1, SEP): 60.0, (E1, OCT): 40.0, (W1, OCT): 65.0}), TARGETS
    )
    found = ranked(rows, AREA)
    assert list(found.loc[[EAST, WEST], "score_change"]) == [30, 5]
    assert list(found.loc[[EAST, WEST], "improvement_rank"]) == [1, 2]
    assert list(found.loc[[EAST, WEST], "rank"]) == [2, 1]


def test_figures_of_a_recoded_village_count_for_its_new_township():
    # 西一村 was moved to 东乡; prepare.py places its old ledgers on the new code, and the register has it there.
    moved, stayed = "990101001003", "990101002002"
    register = places(COUNTY, EAST, WEST, E1, moved, stayed)
    rows = together(reports("area", {(E1, OCT): 30.0, (moved, OCT): 20.0, (stayed, OCT): 10.0}), TARGETS)
    assert list(ranked(rows, AREA, register=register).loc[[EAST, WEST], "score"]) == [50, 10]


def test_every_period_is_scored_as_if_it_were_the_last():
    rows = together(
        reports("area", {(E1, SEP): 10.0, (W1, SEP): 60.0, (E1, OCT): 40.0, (W1, OCT): 35.0}), TARGETS
    )
    only_september = rows[rows["period"] != OCT]
    pd.testing.assert_frame_equal(ranked(rows, AREA, period=SEP), ranked(only_september, AREA))


done = st.integers(0, 120).map(float)


METHODS = ["target", "minmax", "zscore", "rank"]


@pytest.mark.parametrize("method", METHODS)
@FEW
@given(
    figures=st.lists(st.tuples(done, done), min_size=2, max_size=6),
    gain=st.integers(1, 200),
    weight=st.integers(1, 9),
    part=st.sampled_from(["a", "b"]),
)
def test_improving_one_figure_never_lowers_the_rank_by_any_method(method, figures, gain, weight, part):
    parts = (RankingPart(indicator="a", weight=weight), RankingPart(indicator="b", weight=3))
    ranking = Ranking(method=method, parts=parts)
    yardstick = pd.DataFrame({"mean": {"a": 60.0, "b": 40.0}, "deviation": {"a": 20.0, "b": 30.0}})

    def rank_of_the_first(raw):
        found = part_scores(raw, ranking, {"b"}, yardstick)
        total = (found["a"] * weight + found["b"] * 3).round(9)
        return total.rank(method="min", ascending=False).iloc[0]

    before = pd.DataFrame(figures, columns=["a", "b"])
    after = before.copy()
    after.loc[0, part] += gain if part == "a" else -gain
    assert rank_of_the_first(after) <= rank_of_the_first(before)


@pytest.mark.parametrize("method", METHODS)
@FEW
@given(st.lists(done, min_size=4, max_size=4), st.sampled_from([0.5, 2.0, 10.0, 1000.0]))
def test_another_unit_for_figure_and_target_changes_no_rank(method, figures, factor):
    def ranks(unit):
        rows = reports(
            "area",
            {
                (place, period): figure * unit
                for figure, (place, period) in zip(
                    figures, [(E1, "2025-10"), (W1, "2025-10"), (E1, OCT), (W1, OCT)], strict=True
                )
            },
        )
        goals = {(EAST, "2025"): 80.0, (WEST, "2025"): 60.0, (EAST, "2026"): 100.0, (WEST, "2026"): 70.0}
        scaled = targets("area", {key: goal * unit for key, goal in goals.items()})
        return ranked(together(rows, scaled), AREA, method=method)["rank"].to_dict()

    assert ranks(1.0) == ranks(factor)


@FEW
@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=5))
def test_weights_are_shares_of_one(weights):
    keys = ["area", "output", "plucked", "poor", "share"]
    parts = [RankingPart(indicator=key, weight=weight) for key, weight in zip(keys, weights, strict=False)]
    assert sum(part_weights(settings(*parts)).values()) == pytest.approx(1)
    used = keys[: len(parts)]
    # … and so are the shares of a township to which one of them does not apply
    rows = together(
        *(reports(key, {(E1, OCT): 1.0, (W1, OCT): 1.0}) for key in used),
        *(targets(key, {(EAST, "2026"): 2.0}) for key in used),
        *(targets(key, {(WEST, "2026"): 2.0}) for key in used[1:]),
    )
    found = ranked(rows, *parts)
    shares = found[[f"share_{part.id}" for part in parts]].sum(axis=1)
    assert shares[EAST] == pytest.approx(1)
    assert shares[WEST] == pytest.approx(1 if len(parts) > 1 else 0)


@FEW
@given(done, done, done, done, st.integers(1, 60))
def test_improving_one_indicator_never_lowers_a_rank(east, west, poor_east, poor_west, gain):
    def rank_of_east(area):
        rows = together(
            reports("area", {(E1, OCT): area, (W1, OCT): west}),
            reports("poor", {(E1, OCT): poor_east, (W1, OCT): poor_west}),
            TARGETS,
            targets("poor", {(EAST, "2026"): 60.0, (WEST, "2026"): 60.0}),
        )
        return ranked(rows, AREA, OUTPUT).loc[EAST, "rank"]

    assert rank_of_east(east + gain) <= rank_of_east(east)


@FEW
@given(done, done, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(east, west, random):
    rows = together(reports("area", {(E1, SEP): 1.0, (E1, OCT): east, (W1, OCT): west}), TARGETS)
    order = list(range(len(rows)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        ranked(rows, AREA), ranked(rows.iloc[order], AREA, register=places().iloc[::-1])
    )
