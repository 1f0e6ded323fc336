"""Jobs per enterprise: totals beside the spread, by industry and by township.

In: the enterprise ledger. Out: a row per industry or township, most jobs first. Refuses to count an
enterprise without a figure as one with no jobs: it is an enterprise that did not report.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.register import township_codes
from settings import Industry

JOB_COLUMNS = [
    "enterprises", "reported", "jobs", "mean", "median", "q1", "q3", "poor_jobs", "poor_share", "households_carried",
]  # fmt: skip


def jobs_by_industry(enterprises: pd.DataFrame, industries: Mapping[str, Industry]) -> pd.DataFrame:
    """A row per industry that has enterprises: industry, name, group and JOB_COLUMNS, most jobs first.

    Enterprises without a known industry share the row whose `industry` is missing.
    """
    known = enterprises["industry"].where(enterprises["industry"].isin(list(industries)))
    found = _jobs(enterprises.assign(industry=known), "industry")
    names = {key: industry.name for key, industry in industries.items()}
    groups = {key: industry.group for key, industry in industries.items()}
    found.insert(1, "name", found["industry"].map(names).fillna("未注明产业"))
    found.insert(2, "group", found["industry"].map(groups).fillna("未注明"))
    return found.sort_values(["jobs", "name"], ascending=[False, True], ignore_index=True)


def jobs_by_township(enterprises: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """A row per township, also those without enterprises: place_code, name and JOB_COLUMNS, most jobs first.

    Enterprises without a known township share a row whose `place_code` is missing.
    """
    townships = places.loc[places["level"] == "township", ["place_code", "name"]]
    codes = township_codes(enterprises["place_code"])
    found = _jobs(
        enterprises.assign(place_code=codes.where(codes.isin(townships["place_code"]))), "place_code"
    )
    elsewhere = found[found["place_code"].isna()].assign(name="未注明乡镇")
    joined = townships.merge(
        found[found["place_code"].notna()], on="place_code", how="left", validate="one_to_one"
    )
    joined[["enterprises", "reported"]] = joined[["enterprises", "reported"]].fillna(0).astype("Int64")
    everything = pd.concat([joined, elsewhere], ignore_index=True) if len(elsewhere) else joined
    return everything.sort_values(["jobs", "place_code"], ascending=[False, True], ignore_index=True)


def enterprise_jobs(
    enterprises: pd.DataFrame, places: pd.DataFrame, industries: Mapping[str, Industry]
) -> pd.DataFrame:
    """The ledger with industry_name, township_code and township beside each enterprise, most jobs first."""
    named = enterprises.assign(
        industry_name=enterprises["industry"]
        .map({key: industry.name for key, industry in industries.items()})
        .fillna("未注明产业"),
        township_code=township_codes(enterprises["place_code"]),
    )
    names = places[["place_code", "name"]].rename(columns={"place_code": "township_code", "name": "township"})
    joined = named.merge(names, on="township_code", how="left", validate="many_to_one")
    return joined.sort_values(["jobs", "enterprise_id"], ascending=[False, True], ignore_index=True)


def _jobs(enterprises: pd.DataFrame, by: str) -> pd.DataFrame:
    """JOB_COLUMNS per group; sums of nothing reported are missing; poor_share in % of the same enterprises' jobs."""
    numbers = enterprises[[by, "jobs", "poor_jobs", "households_carried"]].astype(
        {"jobs": "float64", "poor_jobs": "float64", "households_carried": "float64"}
    )
    numbers["both_jobs"] = numbers["jobs"].where(numbers["poor_jobs"].notna())
    numbers["both_poor"] = numbers["poor_jobs"].where(numbers["jobs"].notna())
    grouped = numbers.groupby(by, dropna=False, sort=False)
    sums = grouped[["jobs", "poor_jobs", "households_carried", "both_jobs", "both_poor"]].sum(min_count=1)
    jobs = grouped["jobs"]
    out = pd.DataFrame(
        {
            "enterprises": grouped.size().astype("Int64"),
            "reported": jobs.count().astype("Int64"),
            "jobs": sums["jobs"],
            "mean": jobs.mean(),
            "median": jobs.median(),
            "q1": jobs.quantile(0.25),
            "q3": jobs.quantile(0.75),
            "poor_jobs": sums["poor_jobs"],
            "poor_share": 100 * sums["both_poor"] / sums["both_jobs"].where(sums["both_jobs"] > 0),
            "households_carried": sums["households_carried"],
        }
    )
    return out.rename_axis(by).reset_index()[[by, *JOB_COLUMNS]]
