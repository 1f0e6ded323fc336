import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.figures import indicator_values
from metrics.ranking import indicator_ranking, part_names, part_weights, township_ranking
from settings import RankingPart
from tests.metrics.county import (
    AS_OF,
    COUNTY,
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

OCT, SEP = "2026-10", "2026-09"
AREA, OUTPUT = RankingPart(indicator="area", weight=3), RankingPart(indicator="poor", weight=1)
CLOSURE = RankingPart(metric="closure_rate", weight=1)
TARGETS = targets("area", {(EAST, "2026"): 100.0, (WEST, "2026"): 100.0})


def ranked(rows, *parts, register=None, ledger=None, period=None, **more):
    config = settings(*parts, **more)
    found = township_ranking(
        rows,
        places() if register is None else register,
        problems() if ledger is None else ledger,
        config,
        period,
        AS_OF,
    )
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
    config = settings(CLOSURE, AREA)
    now, then = (
        township_ranking(rows, places(), ledger, config, period, AS_OF).set_index("place_code")
        for period in (OCT, SEP)
    )
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


def test_one_indicator_by_figure_or_by_completion():
    rows = together(
        reports("area", {(E1, SEP): 1.0, (W1, SEP): 2.0, (E1, OCT): 30.0, (W1, OCT): 20.0}),
        targets("area", {(EAST, "2026"): 100.0, (WEST, "2026"): 25.0}),
    )
    values = indicator_values(rows, places(), INDICATORS, "area", "township")
    by_figure = indicator_ranking(values).set_index("place_code")
    by_target = indicator_ranking(values, by="completion").set_index("place_code")
    assert list(by_figure.index) == [EAST, WEST]
    assert list(by_target.index) == [WEST, EAST]
    assert list(by_figure.loc[EAST, ["rank", "previous_rank", "rank_change"]]) == [1, 2, 1]
    assert list(by_target.loc[EAST, ["rank", "previous_rank", "rank_change"]]) == [2, 2, 0]


def test_yearly_tea_gardens_are_ranked_and_blanks_are_not():
    rows = reports(
        "area", {(EAST, "2015"): 5.0, (WEST, "2015"): 9.0, (EAST, "2016"): 12.0, (WEST, "2016"): None}
    )
    values = indicator_values(rows, places(COUNTY, EAST, WEST), INDICATORS, "area", "township")
    found = indicator_ranking(values).set_index("place_code")
    assert list(found.loc[EAST, ["rank", "previous_rank", "rank_change"]]) == [1, 2, 1]
    assert found.loc[WEST, ["rank", "rank_change"]].isna().all()
    assert indicator_ranking(values.iloc[:0]).empty


done = st.integers(0, 120).map(float)


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
