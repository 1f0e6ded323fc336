import pandas as pd

from metrics.employment import enterprise_jobs, jobs_by_industry, jobs_by_township
from tests.metrics.county import E1, E2, EAST, INDUSTRIES, W1, WEST, enterprises, places

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
