import pandas as pd

from metrics.coverage import blank_villages, households_by_measures
from settings import Coverage
from tests.metrics.county import COUNTY, COVERAGE, E1, E2, EAST, W1, WEST, places, reports, together

SEP = "2026-09"


def ledger(**villages):
    """The household ledger: village=(households, m0, m1, m2, m3)."""
    codes = {"e1": E1, "e2": E2, "w1": W1}
    columns = ("households", "m0", "m1", "m2", "m3")
    return together(
        *(
            reports(name, {(codes[key], SEP): counts[at] for key, counts in villages.items()})
            for at, name in enumerate(columns)
        )
    )


def test_classes_mean_and_share_of_each_township_and_of_the_county():
    rows = ledger(e1=(10, 1, 2, 3, 4), e2=(10, 9, 1, 0, 0), w1=(5, 0, 0, 0, 5))
    found = households_by_measures(rows, places(), COVERAGE, "township").set_index("place_code")
    east = found.loc[EAST]
    assert list(east[["measures_0", "measures_1", "measures_2", "measures_3"]]) == [10, 3, 3, 4]
    assert (east["households"], east["covered"], east["covered_share"], east["rest"]) == (20, 4, 20, 0)
    assert east["mean_measures"] == (3 * 1 + 3 * 2 + 4 * 3) / 20
    assert (east["carried"], east["carried_share"]) == (10, 50)  # 3 + 3 + 4 of 20 have one or more
    assert list(found.index) == [EAST, WEST]  # the least covered first
    county = households_by_measures(rows, places(), COVERAGE, "county").iloc[0]
    assert (county["covered_share"], county["reported"], county["expected"]) == (36, 3, 3)


def test_a_village_that_left_a_class_blank_counts_for_nothing():
    rows = ledger(e1=(10, 1, 2, 3, 4), e2=(10, None, 1, 0, 0))
    found = households_by_measures(rows, places(), COVERAGE, "township").set_index("place_code")
    assert (found.loc[EAST, "households"], found.loc[EAST, "reported"], found.loc[EAST, "expected"]) == (
        10,
        1,
        2,
    )
    assert found.loc[[WEST], ["households", "covered_share"]].isna().all(axis=None)


def test_a_ledger_that_contradicts_itself_shows_the_rest():
    found = households_by_measures(ledger(e1=(10, 1, 1, 1, 1)), places(), COVERAGE, "village")
    assert found.loc[found["place_code"] == E1, "rest"].item() == 6


def test_a_village_without_households_has_no_share():
    found = households_by_measures(ledger(e1=(0, 0, 0, 0, 0)), places(), COVERAGE, "village")
    row = found[found["place_code"] == E1].iloc[0]
    assert row["households"] == 0
    assert pd.isna(row["covered_share"])
    assert pd.isna(row["mean_measures"])


def test_without_a_configured_total_the_classes_make_it():
    own = Coverage(measures=("m0", "m1", "m2", "m3"), target=3)
    found = households_by_measures(ledger(e1=(99, 1, 1, 1, 1)), places(), own, "county")
    assert (found["households"].item(), found["rest"].item()) == (4, 0)


def test_the_latest_ledger_not_after_the_period():
    rows = ledger(e1=(10, 1, 2, 3, 4))
    assert households_by_measures(rows, places(), COVERAGE, "county", "2026-10")["period"].item() == SEP
    assert households_by_measures(rows, places(), COVERAGE, "county", "2026-08").empty


def test_blank_villages_are_those_where_every_household_has_nothing_largest_first():
    rows = ledger(e1=(4, 4, 0, 0, 0), e2=(9, 8, 1, 0, 0), w1=(7, 7, 0, 0, 0))
    found = blank_villages(rows, places(), COVERAGE)
    assert list(zip(found["name"], found["township"], found["households"], strict=True)) == [
        ("西一村", "西镇", 7),
        ("东一村", "东乡", 4),
    ]


def test_no_household_and_no_report_is_not_blank():
    rows = ledger(e1=(0, 0, 0, 0, 0), e2=(None, None, None, None, None))
    assert blank_villages(rows, places(), COVERAGE).empty


def test_nothing_configured_or_reported_gives_no_rows_but_the_columns():
    for coverage in (COVERAGE, Coverage()):
        found = households_by_measures(ledger(), places(COUNTY, EAST), coverage, "township")
        assert found.empty
        assert "covered_share" in found
        assert blank_villages(ledger(), places(), coverage).empty
