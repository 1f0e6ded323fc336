"""Villages alike where a recurring category of problems has not been found yet: where to look next (举一反三).

In: laddered problems, the register, what villages grow. Out: villages by what they have in common with those where it was
found. Refuses to call a village clean: the ledgers say what was found, never what was looked for, so a village without a
problem of a category is one where it was not found.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from metrics.register import register_of
from settings import Indicator

TRAITS = 3
"""Main industry, township, lead unit."""


def main_industries(
    observations: pd.DataFrame,
    enterprises: pd.DataFrame,
    places: pd.DataFrame,
    indicators: Mapping[str, Indicator],
) -> pd.Series:
    """Each village's main industry, by its code: that in which its part of the county's figure is largest.

    Its own latest figures above zero count (a stock or flow of an industry); the part is of what all villages reported
    last, so that bags and mu can be compared. A village without a figure has the industry with most jobs among its
    enterprises. Neither: the village is not in the answer.
    """
    of = {key: spec.industry for key, spec in indicators.items() if spec.industry and spec.measure != "ratio"}
    villages = places.loc[places["level"] == "village", "place_code"]
    rows = observations.loc[
        observations["indicator_id"].isin(list(of))
        & observations["value"].notna()
        & observations["place_code"].isin(villages),
        ["place_code", "indicator_id", "period", "value"],
    ]
    latest = rows.sort_values("period", kind="stable").drop_duplicates(
        ["place_code", "indicator_id"], keep="last"
    )
    latest = latest[latest["value"] > 0]
    part = latest["value"] / latest.groupby("indicator_id")["value"].transform("sum")
    ranked = latest.assign(part=part, industry=latest["indicator_id"].map(of))
    ranked = ranked.sort_values(["part", "industry"], ascending=[False, True])
    main = ranked.drop_duplicates("place_code").set_index("place_code")["industry"]
    firms = enterprises[enterprises["place_code"].isin(villages) & enterprises["industry"].notna()]
    jobs = (
        firms.assign(jobs=firms["jobs"].fillna(0))
        .groupby(["place_code", "industry"], as_index=False)
        .agg(jobs=("jobs", "sum"))
    )
    jobs = jobs.sort_values(["jobs", "industry"], ascending=[False, True]).drop_duplicates("place_code")
    other = jobs.set_index("place_code")["industry"]
    return pd.concat([main, other[~other.index.isin(main.index)]]).astype("str")


def alike(
    laddered: pd.DataFrame, places: pd.DataFrame, industries: pd.Series, recurring: list[str]
) -> pd.DataFrame:
    """Villages where a recurring category was not found, most alike first, a row per category and village.

    category, place_code, township_code, shared (0 to TRAITS: how much it has in common with the most similar village
    in which the category was found: main industry, township, lead unit), neighbours (how many villages share as much),
    same_industry, same_township, same_unit (what it is), industry, units, others (problems of other categories found
    in the village: who has none may never have been inspected).

    A village's lead units for a category are those that led its problems in the village's township; simple matching of
    traits (Sokal and Michener, 1958), a trait that is not known matches nothing.
    """
    register = register_of(places)
    rows = register.rows("village")
    villages = pd.DataFrame(
        {
            "place_code": register.codes[rows].to_numpy(),
            "township_code": register.parent_codes.iloc[rows].to_numpy(),
        }
    )
    villages["industry"] = villages["place_code"].map(industries).astype("str")
    totals = laddered["place_code"].value_counts()
    parts = []
    for category in recurring:
        of = laddered[laddered["category"] == category]
        if (found := _alike(category, of, villages)) is not None:
            others = found["place_code"].map(totals).fillna(0).astype("int64")
            parts.append(found.assign(others=others))
    columns = [
        "category", "place_code", "township_code", "shared", "neighbours", "same_industry", "same_township",
        "same_unit", "industry", "units", "others",
    ]  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns].sort_values(
        ["shared", "neighbours", "others", "place_code", "category"],
        ascending=[False, False, False, True, True],
        ignore_index=True,
    )


def _alike(category: str, of: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame | None:
    has_it = villages["place_code"].isin(of["place_code"])
    where, rest = villages[has_it], villages[~has_it]
    if where.empty or rest.empty:
        return None
    led = of.dropna(subset=["lead_unit"])
    unit_codes, units = pd.factorize(led["lead_unit"], sort=True)
    hit = _incidence(led["place_code"], unit_codes, where["place_code"], len(units))
    township = _incidence(led["township_code"], unit_codes, rest["township_code"], len(units))
    same_unit = (township.astype(np.int64) @ hit.T.astype(np.int64)) > 0
    same_township = rest["township_code"].to_numpy()[:, None] == where["township_code"].to_numpy()[None, :]
    mine, theirs = (frame["industry"].fillna("").to_numpy(dtype=str) for frame in (rest, where))
    same_industry = (mine[:, None] == theirs[None, :]) & (mine != "")[:, None]
    shared = same_industry.astype(np.int8) + same_township + same_unit
    most = shared.max(axis=1)
    # Of several that share as much, by different traits, one tells: it is industry before township before unit.
    closeness = shared * 8 + same_industry * 4 + same_township * 2 + same_unit
    nearest = closeness.argmax(axis=1)
    at = np.arange(len(rest))
    is_alike = closeness == closeness[at, nearest][:, None]
    both = township & hit[nearest]
    named = ["、".join(str(units[int(each)]) for each in np.flatnonzero(row)) for row in both]
    return rest.assign(
        category=category,
        shared=most.astype(np.int64),
        neighbours=is_alike.sum(axis=1),
        same_industry=same_industry[at, nearest],
        same_township=same_township[at, nearest],
        same_unit=same_unit[at, nearest],
        units=named,
    )


def _incidence(places: pd.Series, units: np.ndarray, wanted: pd.Series, count: int) -> np.ndarray:
    """Which unit (column) led a problem in which of the wanted places (row); a place may be wanted twice."""
    codes = pd.Index(wanted.unique())
    rows = codes.get_indexer(pd.Index(places))
    found = np.zeros((len(codes), count), dtype=bool)
    found[rows[rows >= 0], units[rows >= 0]] = True
    return found[codes.get_indexer(pd.Index(wanted))]


def to_check(likened: pd.DataFrame, least: int = 2) -> pd.DataFrame:
    """The villages to look at next, most categories in common first.

    place_code, township_code, categories (names in order of likeness), count, whole (categories with all TRAITS
    shared), neighbours, industry, others. Only likeness of at least `least` traits counts.
    """
    near = likened[likened["shared"] >= least]
    found = near.groupby("place_code", as_index=False, sort=False).agg(
        township_code=("township_code", "first"),
        categories=("category", tuple),
        whole=("shared", lambda each: int((each == TRAITS).sum())),
        count=("category", "size"),
        neighbours=("neighbours", "sum"),
        industry=("industry", "first"),
        others=("others", "first"),
    )
    return found.sort_values(
        ["whole", "count", "neighbours", "place_code"],
        ascending=[False, False, False, True],
        ignore_index=True,
    )
