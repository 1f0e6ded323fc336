"""Jobs per enterprise: totals beside the spread, who holds most of them, whose jobs fell, who carries nobody.

In: the enterprise ledger. Out: rows per industry or township, most jobs first; lists of enterprises, worst first.
Refuses to count an enterprise without a figure as one with no jobs, and to tell a change from one figure alone:
it is an enterprise that did not report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.register import township_codes
from settings import Industry

TOP = 5  # enterprises whose share of all jobs says how concentrated these are

JOB_COLUMNS = [
    "enterprises", "reported", "jobs", "mean", "median", "q1", "q3",
    "poor_jobs", "poor_told", "poor_base", "poor_share", "households_carried", "carried_reported",
    "top_jobs", "top_share", "compared", "jobs_before", "change",
]  # fmt: skip
_COUNTS = ["enterprises", "reported", "carried_reported", "compared"]
_OWED = {"jobs": "用工人数", "poor_jobs": "其中建档立卡", "households_carried": "带动户数"}


@dataclass(frozen=True)
class JobTotals:
    """The figures of some enterprises together; None where nobody reported, or nothing to divide by.

    `poor_share` is `poor_told` in % of `poor_base`, both of the enterprises that told jobs and poor jobs;
    `change_percent` is `change` in % of `jobs_before`, both of the `compared` enterprises that told both years.
    """

    enterprises: int
    reported: int
    jobs: float | None
    mean: float | None
    median: float | None
    poor_told: float | None
    poor_base: float | None
    poor_share: float | None
    households_carried: float | None
    carried_reported: int
    top_jobs: float | None
    top_share: float | None
    compared: int
    jobs_before: float | None
    change: float | None
    change_percent: float | None
    fallen: int
    carrying_nobody: int
    unreported: int
    starred: int


def job_totals(enterprises: pd.DataFrame) -> JobTotals:
    """All of these enterprises as one; an empty ledger has counts of 0 and no figures."""
    found = _jobs(enterprises.assign(together="all"), "together")
    row: dict[str, Any] = dict.fromkeys(JOB_COLUMNS) | dict.fromkeys(_COUNTS, 0)
    if len(found):
        row |= {str(name): _known(value) for name, value in found.iloc[0].items()}
    before, change = row["jobs_before"], row["change"]
    return JobTotals(
        **{name: row[name] for name in JobTotals.__dataclass_fields__ if name in row},
        change_percent=100 * change / before if before else None,
        fallen=len(fallen_jobs(enterprises)),
        carrying_nobody=len(carrying_nobody(enterprises)),
        unreported=len(unreported(enterprises)),
        starred=int(is_starred(enterprises).sum()),
    )


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
    joined[_COUNTS] = joined[_COUNTS].fillna(0).astype("Int64")
    everything = pd.concat([joined, elsewhere], ignore_index=True) if len(elsewhere) else joined
    return everything.sort_values(["jobs", "place_code"], ascending=[False, True], ignore_index=True)


def enterprise_jobs(
    enterprises: pd.DataFrame, places: pd.DataFrame, industries: Mapping[str, Industry]
) -> pd.DataFrame:
    """The ledger with industry_name, township_code, township, change, change_percent and is_starred, most jobs first.

    `change` is in people, and missing unless both years were reported; `change_percent` also when there was nobody.
    """
    named = with_change(enterprises).assign(
        industry_name=enterprises["industry"]
        .map({key: industry.name for key, industry in industries.items()})
        .fillna("未注明产业"),
        township_code=township_codes(enterprises["place_code"]),
        is_starred=is_starred(enterprises),
    )
    names = places[["place_code", "name"]].rename(columns={"place_code": "township_code", "name": "township"})
    joined = named.merge(names, on="township_code", how="left", validate="many_to_one")
    return joined.sort_values(["jobs", "enterprise_id"], ascending=[False, True], ignore_index=True)


def with_change(enterprises: pd.DataFrame) -> pd.DataFrame:
    """The rows with `change` in people and `change_percent` on last year."""
    change = enterprises["jobs"] - enterprises["jobs_last_year"]
    before = enterprises["jobs_last_year"].astype("Float64")
    return enterprises.assign(change=change, change_percent=100 * change / before.where(before > 0))


def fallen_jobs(enterprises: pd.DataFrame) -> pd.DataFrame:
    """Enterprises with fewer jobs than last year, with_change, most jobs lost first."""
    found = with_change(enterprises)
    fallen = found[(found["change"] < 0).fillna(False).astype(bool)]
    return fallen.sort_values(["change", "change_percent", "enterprise_id"], ignore_index=True)


def carrying_nobody(enterprises: pd.DataFrame) -> pd.DataFrame:
    """Enterprises that reported 0 households carried, most jobs first; those that reported nothing are not among them."""
    found = enterprises[(enterprises["households_carried"] == 0).fillna(False).astype(bool)]
    return found.sort_values(["jobs", "enterprise_id"], ascending=[False, True], ignore_index=True)


def unreported(enterprises: pd.DataFrame) -> pd.DataFrame:
    """Enterprises that owe a figure of this year, with `owed` naming which, those that owe most first."""
    missing = pd.DataFrame({name: enterprises[name].isna() for name in _OWED})
    owed = pd.Series("", index=enterprises.index)
    for name, words in _OWED.items():
        owed = owed + missing[name].map({True: f"、{words}", False: ""})
    found = enterprises.assign(owed=owed.str.removeprefix("、"), owes=missing.sum(axis=1))
    found = found[found["owes"] > 0].sort_values(["owes", "enterprise_id"], ascending=[False, True])
    return found.drop(columns="owes").reset_index(drop=True)


def is_starred(enterprises: pd.DataFrame) -> pd.Series:
    """Whether the enterprise or base has stars or another honour."""
    honours = enterprises["honours"]
    return honours.notna() & (honours.fillna("").str.strip() != "")


def largest(enterprises: pd.DataFrame, by: str, top: int = TOP) -> pd.DataFrame:
    """The `top` enterprises with most jobs of each group, with `position` from 1 and `share`, % of the group's jobs.

    Of equals the one whose identifier comes first; who did not report, or has no jobs, is not among them. A missing
    `by` is a group of its own.
    """
    told = enterprises[(enterprises["jobs"] > 0).fillna(False).astype(bool)]
    told = told.sort_values(["jobs", "enterprise_id"], ascending=[False, True], ignore_index=True)
    grouped = told.groupby(by, dropna=False, sort=False)["jobs"]
    jobs = told["jobs"].astype("float64")
    found = told.assign(position=grouped.cumcount() + 1, share=100 * jobs / grouped.transform("sum"))
    return found[found["position"] <= top].reset_index(drop=True)


def holders_of_half(enterprises: pd.DataFrame) -> int | None:
    """The fewest enterprises that have half of all reported jobs together; None when there are no jobs."""
    jobs = enterprises["jobs"].dropna().astype("float64").sort_values(ascending=False)
    if not jobs.sum() > 0:
        return None
    return int((jobs.cumsum() < jobs.sum() / 2).sum()) + 1


def _jobs(enterprises: pd.DataFrame, by: str) -> pd.DataFrame:
    """JOB_COLUMNS per group; sums of nothing reported are missing; shares in %, each of the same enterprises' jobs."""
    names = ["jobs", "jobs_last_year", "poor_jobs", "households_carried"]
    numbers = enterprises[[by, *names]].astype(dict.fromkeys(names, "float64"))
    told = numbers["jobs"].notna()
    has_poor = told & numbers["poor_jobs"].notna()
    numbers["poor_base"] = numbers["jobs"].where(has_poor)
    numbers["poor_told"] = numbers["poor_jobs"].where(has_poor)
    numbers["jobs_before"] = numbers["jobs_last_year"].where(told)
    numbers["change"] = numbers["jobs"] - numbers["jobs_last_year"]
    position = numbers["jobs"].groupby(numbers[by], dropna=False).rank(method="first", ascending=False)
    numbers["top_jobs"] = numbers["jobs"].where(position <= TOP)
    grouped = numbers.groupby(by, dropna=False, sort=False)
    summed = [
        "poor_jobs",
        "poor_told",
        "poor_base",
        "households_carried",
        "jobs_before",
        "change",
        "top_jobs",
    ]
    sums = grouped[["jobs", *summed]].sum(min_count=1)
    jobs = grouped["jobs"]
    out = pd.DataFrame(
        {
            "enterprises": grouped.size().astype("Int64"),
            "reported": jobs.count().astype("Int64"),
            "carried_reported": grouped["households_carried"].count().astype("Int64"),
            "compared": grouped["change"].count().astype("Int64"),
            "jobs": sums["jobs"],
            "mean": jobs.mean(),
            "median": jobs.median(),
            "q1": jobs.quantile(0.25),
            "q3": jobs.quantile(0.75),
            "poor_share": 100 * sums["poor_told"] / sums["poor_base"].where(sums["poor_base"] > 0),
            "top_share": 100 * sums["top_jobs"] / sums["jobs"].where(sums["jobs"] > 0),
            **{name: sums[name] for name in summed},
        }
    )
    return out.rename_axis(by).reset_index()[[by, *JOB_COLUMNS]]


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
