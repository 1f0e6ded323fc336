import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.employment import (
    carrying_nobody,
    enterprise_jobs,
    fallen_jobs,
    holders_of_half,
    is_starred,
    job_totals,
    jobs_by_industry,
    jobs_by_township,
    largest,
    unreported,
    with_change,
)
from tests.metrics.county import E1, E2, EAST, FEW, INDUSTRIES, W1, WEST, enterprises, places

LEDGER = enterprises(
    {"place_code": E1, "industry": "tea", "jobs": 10, "poor_jobs": 5, "households_carried": 3},
    {"place_code": E2, "industry": "tea", "jobs": 30, "poor_jobs": None},
    {"place_code": EAST, "industry": "tea", "jobs": 20, "poor_jobs": 1},
    {"place_code": W1, "industry": "goose", "jobs": None, "poor_jobs": 2},
    {"place_code": None, "industry": "绣花", "jobs": 4, "poor_jobs": 0},
)


def test_totals_beside_the_spread_by_industry():
    tea = jobs_by_industry(LEDGER, INDUSTRIES).set_index("industry").loc["tea"]
    assert (tea["name"], tea["group"], tea["enterprises"], tea["reported"]) == ("茶叶", "种植", 3, 3)
    assert (tea["jobs"], tea["mean"], tea["median"], tea["q1"], tea["q3"]) == (60, 20, 20, 15, 25)
    assert (tea["poor_jobs"], tea["poor_share"]) == (6, 20)  # 6 of the 30 jobs whose enterprises told both
    assert tea["households_carried"] == 3


def test_an_enterprise_without_a_figure_is_counted_and_adds_nothing():
    goose = jobs_by_industry(LEDGER, INDUSTRIES).set_index("industry").loc["goose"]
    assert (goose["enterprises"], goose["reported"]) == (1, 0)
    assert pd.isna(goose["jobs"])
    assert pd.isna(goose["poor_share"])
    assert pd.isna(goose["households_carried"])


def test_an_unknown_industry_and_a_missing_place_keep_their_enterprises():
    by_industry = jobs_by_industry(LEDGER, INDUSTRIES)
    other = by_industry[by_industry["industry"].isna()].iloc[0]
    assert (other["name"], other["jobs"]) == ("未注明产业", 4)
    by_township = jobs_by_township(LEDGER, places())
    assert by_township["enterprises"].sum() == by_industry["enterprises"].sum() == 5
    assert by_township.loc[by_township["place_code"].isna(), "name"].item() == "未注明乡镇"


def test_townships_most_jobs_first_also_those_with_none():
    found = jobs_by_township(LEDGER[LEDGER["place_code"] != W1], places()).set_index("place_code")
    assert found.index[0] == EAST
    assert found.loc[EAST, "jobs"] == 60
    assert found.loc[WEST, "enterprises"] == 0
    assert found["jobs"].isna()[WEST]


def test_an_empty_ledger():
    nothing = LEDGER.iloc[:0]
    assert jobs_by_industry(nothing, INDUSTRIES).empty
    assert list(jobs_by_township(nothing, places())["enterprises"]) == [0, 0]
    assert enterprise_jobs(nothing, places(), INDUSTRIES).empty


def test_the_ledger_with_names_beside_the_codes_most_jobs_first():
    found = enterprise_jobs(LEDGER, places(), INDUSTRIES)
    assert list(found["jobs"].iloc[:2]) == [30, 20]
    assert found.iloc[0][["industry_name", "township"]].tolist() == ["茶叶", "东乡"]
    assert found.loc[found["industry"] == "绣花", "industry_name"].item() == "未注明产业"
    assert len(found) == len(LEDGER)


def last_year(*pairs: tuple[int | None, int | None]) -> pd.DataFrame:
    """Enterprises by (jobs now, jobs last year)."""
    return enterprises(
        *({"place_code": E1, "industry": "tea", "jobs": now, "jobs_last_year": then} for now, then in pairs)
    )


def test_a_change_is_told_only_where_both_years_are():
    ledger = last_year((10, 8), (30, 40), (5, None), (None, 7), (4, 4), (3, 0))
    found = with_change(ledger)
    assert found["change"].tolist()[:2] == [2, -10]
    assert found["change"].isna().tolist() == [False, False, True, True, False, False]
    assert found["change_percent"].iloc[:2].tolist() == [25, -25]
    assert pd.isna(found["change_percent"].iloc[5])  # from nobody to three is no per cent
    totals = job_totals(ledger)
    # 10-8, 30-40, 4-4, 3-0: +2-10+0+3 of 8+40+4+0
    assert (totals.compared, totals.jobs_before, totals.change) == (4, 52, -5)
    assert totals.change_percent == pytest.approx(-5 / 52 * 100)
    assert totals.jobs == 52  # all that reported this year, which is another sum


def test_jobs_fallen_most_lost_first_and_of_equals_the_larger_share():
    ledger = last_year((90, 100), (15, 20), (5, 10), (10, 10), (11, 10), (None, 50), (20, None))
    fallen = fallen_jobs(ledger)
    assert fallen["enterprise_id"].tolist() == ["E0", "E2", "E1"]
    assert fallen["change"].tolist() == [-10, -5, -5]
    assert fallen["change_percent"].tolist() == [-10, -50, -25]


def test_last_year_by_group_is_compared_with_the_same_enterprises():
    ledger = last_year((10, 8), (30, None), (None, 7))
    tea = jobs_by_industry(ledger, INDUSTRIES).set_index("industry").loc["tea"]
    assert (tea["jobs"], tea["compared"], tea["jobs_before"], tea["change"]) == (40, 1, 8, 2)
    without = jobs_by_industry(LEDGER, INDUSTRIES).set_index("industry").loc["tea"]
    assert without["compared"] == 0
    assert pd.isna(without["change"])


def test_reported_zero_is_nobody_carried_and_a_blank_is_owed():
    ledger = enterprises(
        {"jobs": 10, "poor_jobs": 1, "households_carried": 0},
        {"jobs": 30, "poor_jobs": 1, "households_carried": 0},
        {"jobs": None, "poor_jobs": None, "households_carried": 0},
        {"jobs": 50, "poor_jobs": 1, "households_carried": None},
        {"jobs": 50, "poor_jobs": 1, "households_carried": 9},
        {"jobs": None, "poor_jobs": None, "households_carried": None},
    )
    assert carrying_nobody(ledger)["enterprise_id"].tolist() == ["E1", "E0", "E2"]
    owing = unreported(ledger)
    assert owing["enterprise_id"].tolist() == ["E5", "E2", "E3"]
    assert owing["owed"].tolist() == [
        "用工人数、其中建档立卡、带动户数",
        "用工人数、其中建档立卡",
        "带动户数",
    ]
    totals = job_totals(ledger)
    assert (totals.carrying_nobody, totals.unreported, totals.carried_reported) == (3, 3, 4)


def jobs_of(*jobs: int | None) -> pd.DataFrame:
    return enterprises(*({"industry": "tea", "place_code": E1, "jobs": each} for each in jobs))


def test_share_of_the_largest_five():
    # 50+20+10+10+5 of 100; the two of 5 are equal, and the one that comes first is the fifth
    ledger = jobs_of(5, 10, 50, 5, 10, 20, None)
    totals = job_totals(ledger)
    assert (totals.top_jobs, totals.top_share, totals.reported) == (95, 95, 6)
    five = largest(ledger, "industry")
    assert five["enterprise_id"].tolist() == ["E2", "E5", "E1", "E4", "E0"]
    assert five["share"].tolist() == [50, 20, 10, 10, 5]
    assert five["position"].tolist() == [1, 2, 3, 4, 5]


@given(order=st.permutations(range(7)))
@FEW
def test_the_order_of_the_ledger_changes_nothing(order: list[int]):
    ledger = jobs_of(5, 10, 50, 5, 10, 20, 5).assign(jobs_last_year=7, households_carried=0)
    mixed = ledger.iloc[order]
    assert job_totals(mixed) == job_totals(ledger)
    for listed in (lambda rows: largest(rows, "industry"), fallen_jobs, carrying_nobody):
        assert listed(mixed)["enterprise_id"].tolist() == listed(ledger)["enterprise_id"].tolist()


def test_a_single_enterprise_has_all_jobs_and_jobs_of_zero_have_no_share():
    assert job_totals(jobs_of(8)).top_share == 100
    assert holders_of_half(jobs_of(8)) == 1
    none = job_totals(jobs_of(0, 0))
    assert (none.jobs, none.top_share, none.poor_share) == (0, None, None)
    assert largest(jobs_of(0, 0), "industry").empty
    assert holders_of_half(jobs_of(0, 0)) is None


def test_fewest_that_have_half_of_the_jobs():
    assert holders_of_half(jobs_of(50, 30, 10, 10)) == 1  # exactly half is half
    assert holders_of_half(jobs_of(40, 30, 20, 10)) == 2
    assert holders_of_half(jobs_of(None)) is None


def test_largest_of_each_group_also_of_the_one_without_a_name():
    ledger = enterprises(
        {"industry": "tea", "jobs": 30}, {"industry": "tea", "jobs": 10}, {"industry": None, "jobs": 4}
    )
    found = largest(ledger, "industry", top=1)
    assert found["enterprise_id"].tolist() == ["E0", "E2"]
    assert found["share"].tolist() == [75, 100]


def test_honours_that_say_nothing_are_none():
    ledger = enterprises({"honours": "五星级基地"}, {"honours": None}, {"honours": " "})
    assert is_starred(ledger).tolist() == [True, False, False]
    assert (
        enterprise_jobs(ledger, places(), INDUSTRIES)["is_starred"].sum() == job_totals(ledger).starred == 1
    )


def test_a_ledger_of_blanks_has_counts_and_no_figures():
    totals = job_totals(jobs_of(None, None))
    assert (totals.enterprises, totals.reported, totals.unreported, totals.fallen) == (2, 0, 2, 0)
    figures = (
        totals.jobs,
        totals.mean,
        totals.median,
        totals.top_share,
        totals.change,
        totals.households_carried,
    )
    assert figures == (None,) * 6
    nothing = job_totals(LEDGER.iloc[:0])
    assert (nothing.enterprises, nothing.jobs, nothing.top_share) == (0, None, None)


def test_share_of_the_poor_tells_its_two_numbers():
    totals = job_totals(LEDGER)
    # 5 of 10, 1 of 20, 0 of 4; the one with 30 jobs did not tell, nor the one with 2 poor of unknown
    assert (totals.poor_told, totals.poor_base) == (6, 34)
    assert totals.poor_share == pytest.approx(6 / 34 * 100)
