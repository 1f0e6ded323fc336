from metrics.figures import indicator_values
from metrics.ranking import indicator_ranking
from tests.metrics.county import COUNTY, E1, EAST, INDICATORS, W1, WEST, places, reports, targets, together

OCT, SEP = "2026-10", "2026-09"


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
    # 西镇 was first and has not reported: 东乡 has passed nobody.
    assert list(found.loc[EAST, ["rank", "previous_rank", "rank_change"]]) == [1, 2, 0]
    assert found.loc[WEST, ["rank", "rank_change"]].isna().all()
    assert indicator_ranking(values.iloc[:0]).empty


def test_a_sum_that_lacks_the_latest_month_is_not_ranked():
    rows = reports("output", {(E1, SEP): 900.0, (W1, SEP): 1.0, (E1, OCT): None, (W1, OCT): 2.0})
    values = indicator_values(rows, places(), INDICATORS, "output", "township")
    found = indicator_ranking(values).set_index("place_code")
    assert found["rank"].isna()[EAST]
    assert found.loc[WEST, "rank"] == 1
