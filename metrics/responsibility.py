"""Whose problems they are: by place and category, by who answers for them, and townships in order of closure.

In: the laddered problems and the register. Out: counts whose parts add up at every cut. Refuses to rank a township of
which too few problems were found to say anything, and to take a place without problems for one that solved them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.rectification import COUNT_COLUMNS, problem_counts

UNNAMED = "未注明"
ELSEWHERE = "县直及未注明"  # problems that lie in no township
NO_VILLAGE = "乡镇本级"  # problems of a township that lie in none of its villages
WARNED = ["red", "yellow", "blue", "calm"]  # open problems by their warning; together they are `open`
MORE = [*WARNED, "caught_up", "late", "late_base"]


@dataclass(frozen=True)
class Heat:
    """Places x categories: `standing_counts` of every pair with a problem, of both margins and of all together."""

    cells: pd.DataFrame  # place_code (missing for ELSEWHERE), name, category
    places: pd.DataFrame  # place_code, name; also those without a problem; worst first
    categories: pd.DataFrame  # category; worst first
    whole: pd.DataFrame  # one row


def standing_counts(laddered: pd.DataFrame, by: list[str] | None = None) -> pd.DataFrame:
    """`problem_counts` with what a bar is made of, and how much was struck off too late.

    - red, yellow, blue, calm: open problems by their warning; together they are `open`.
    - caught_up: awaiting acceptance, reported done after the deadline (yellow, and counted as awaiting).
    - late: struck off, accepted after the deadline; late_base: struck off ones of which that can be told;
      late_share: the one in % of the other, missing without any.
    """
    is_open, stopped = laddered["is_open"], laddered["accepted_on"].fillna(laddered["closed_on"])
    flags = {
        name: is_open & laddered["warning"].eq("none" if name == "calm" else name) for name in WARNED
    } | {
        "caught_up": laddered["is_caught_up"],
        "late": laddered["is_late"],
        "late_base": laddered["is_closed"] & laddered["due_on"].notna() & stopped.notna(),
    }
    more = pd.DataFrame(flags).fillna(False).astype("int64")
    counts = problem_counts(laddered, by)
    if by:
        sums = pd.concat([laddered[by], more], axis=1).groupby(by, dropna=False, as_index=False)[MORE].sum()
        counts = counts.merge(sums, on=by, how="left", validate="one_to_one")
    else:
        counts = counts.assign(**more.sum())
    return _with_late_share(counts)


def counts_by_place(laddered: pd.DataFrame, places: pd.DataFrame, within: str | None = None) -> pd.DataFrame:
    """`standing_counts` per township, or per village of the township `within`; also those without a problem.

    place_code, name and the counts; most overdue first. What lies in none of them has a row without place_code.
    """
    members = _members(places, within)
    counts = standing_counts(_at_members(laddered, members, within), ["place_code"])
    joined = members.merge(
        counts[counts["place_code"].notna()], on="place_code", how="left", validate="one_to_one"
    )
    numbers = [name for name in [*COUNT_COLUMNS, *MORE] if name != "closure_rate"]
    joined[numbers] = joined[numbers].fillna(0).astype("int64")
    others = counts[counts["place_code"].isna()].assign(name=ELSEWHERE if within is None else NO_VILLAGE)
    every = pd.concat([joined, others], ignore_index=True) if len(others) else joined
    return every.sort_values(
        ["overdue", "open", "found", "place_code"], ascending=[False, False, False, True], ignore_index=True
    )


def heat(laddered: pd.DataFrame, places: pd.DataFrame, within: str | None = None) -> Heat:
    """Townships (or the villages of one) x categories; a pair of which nothing was found has no row."""
    members = _members(places, within)
    named = laddered.assign(category=laddered["category"].fillna(UNNAMED))
    rows = counts_by_place(named, places, within)
    cells = standing_counts(_at_members(named, members, within), ["place_code", "category"])
    elsewhere = ELSEWHERE if within is None else NO_VILLAGE
    names = cells["place_code"].map(members.set_index("place_code")["name"]).astype("str").fillna(elsewhere)
    return Heat(
        cells=cells.assign(name=names),
        places=rows,
        categories=standing_counts(named, ["category"]),
        whole=standing_counts(named),
    )


def closure_ranking(counts: pd.DataFrame, min_base: int) -> pd.DataFrame:
    """The townships of `counts_by_place` by closure rate, best first, with their rank; the unranked last.

    Standard competition rule: equal rates share a rank, and the next one is counted on. Of fewer than `min_base`
    problems a rate says little: no rank. What lies in no township is left out.
    """
    townships = counts[counts["place_code"].notna()]
    is_ranked = townships["found"] >= min_base
    rank = townships["closure_rate"].where(is_ranked).rank(method="min", ascending=False)
    return townships.assign(rank=rank.astype("Int64")).sort_values(
        ["rank", "found", "place_code"], ascending=[True, False, True], na_position="last", ignore_index=True
    )


def warned_by_reason(laddered: pd.DataFrame) -> pd.DataFrame:
    """How many problems have which warning for which reason: warning, reason, problems; red, yellow, blue."""
    found = laddered[laddered["reason"].notna()]
    counts = found.groupby(["warning", "reason"], as_index=False).size().rename(columns={"size": "problems"})
    step = counts["warning"].map({"red": 0, "yellow": 1, "blue": 2})
    order = counts.assign(step=step).sort_values(
        ["step", "problems", "reason"], ascending=[True, False, True], ignore_index=True
    )
    return order[["warning", "reason", "problems"]]


def _members(places: pd.DataFrame, within: str | None) -> pd.DataFrame:
    is_member = (
        places["level"].eq("township")
        if within is None
        else places["level"].eq("village") & places["parent_code"].eq(within)
    )
    return places.loc[is_member, ["place_code", "name"]]


def _at_members(laddered: pd.DataFrame, members: pd.DataFrame, within: str | None) -> pd.DataFrame:
    """The problems with the code of the township, or village, that they lie in; missing for all others."""
    codes = laddered["township_code" if within is None else "place_code"]
    return laddered.assign(place_code=codes.where(codes.isin(members["place_code"])))


def _with_late_share(counts: pd.DataFrame) -> pd.DataFrame:
    base = counts["late_base"]
    return counts.assign(late_share=100 * counts["late"] / base.where(base > 0))
