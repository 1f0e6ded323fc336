"""What two versions of the data say differently: figures changed afterwards, ranks, problems, reports.

In: tables of both versions, or metrics' answers for both; the earlier one is `then`. Out: tables in which nothing that
either side has is lost. Refuses to subtract what cannot be: figures of different units or measures, sums of different
years, and a figure from a gap, for missing is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.register import township_codes
from settings import Indicator, Ranking

BOTH, NEW, WITHDRAWN, NEITHER = "both", "new", "withdrawn", "neither"
CHANGED, ADDED = "changed", "added"
VALUE, TARGET = "value", "target"
KEY = ["place_code", "indicator_id", "period"]
SOURCE = ["source_file", "source_sheet", "source_row", "source_cell", "source_text"]
_SAME = 1e-9  # relative: what a sum's rounding may differ by


@dataclass(frozen=True)
class Side:
    """One version: its figures, its register and what it calls its indicators."""

    observations: pd.DataFrame
    places: pd.DataFrame
    indicators: Mapping[str, Indicator]


@dataclass(frozen=True)
class IndicatorChange:
    """An indicator that the two configs do not have alike; None: that side does not have it."""

    indicator_id: str
    then: Indicator | None
    now: Indicator | None

    @property
    def is_comparable(self) -> bool:
        """Whether its figures may be subtracted."""
        return comparable(self.then, self.now)


@dataclass(frozen=True)
class ProblemDifferences:
    """Problems by what became of them; a problem may be among several. Rows of the ladder of now, but for `gone`."""

    found: pd.DataFrame  # not in the earlier version
    closed: pd.DataFrame  # struck off now, and not then
    reopened: pd.DataFrame  # came back since, and not struck off
    overdue: pd.DataFrame  # overdue now, and not then
    put_off: pd.DataFrame  # another deadline: `then_due_on`, `due_on`
    gone: pd.DataFrame  # in the earlier version alone: rows of its ladder


def comparable(then: Indicator | None, now: Indicator | None) -> bool:
    """Whether figures of the two are of one kind: the same unit, and both stocks, both flows or both ratios."""
    return then is not None and now is not None and (then.unit, then.measure) == (now.unit, now.measure)


def indicator_changes(then: Mapping[str, Indicator], now: Mapping[str, Indicator]) -> list[IndicatorChange]:
    """Indicators that only one config has, or with another name, unit, measure or formula; in the configs' order."""
    found = [IndicatorChange(each, then.get(each), now.get(each)) for each in dict.fromkeys([*now, *then])]

    def what(spec: Indicator | None) -> object:
        return spec and (spec.name, spec.unit, spec.measure, spec.numerator, spec.denominator)

    return [each for each in found if what(each.then) != what(each.now)]


def has_same_rules(then: Ranking, now: Ranking) -> bool:
    """Whether both ranks were found by one method, so that a rank that moved says something of the township."""
    return then.model_dump(exclude={"name", "groups"}) == now.model_dump(exclude={"name", "groups"})


# ── figures that were changed afterwards ─────────────────────────────────────────────────────
def restated(then: Side, now: Side) -> pd.DataFrame:
    """Figures of the same place, indicator and period that the two versions give differently; the gravest first.

    - what: value, or target (of a year). kind: changed; added (missing then, although others had reported that
      indicator for that period); withdrawn (missing now).
    - then, now, difference (now - then, of `changed` alone), change_pct (in % of then; missing from 0).
    - impact_pct: how much of what all places of its level had then it is: |difference| (of a figure that was added or
      withdrawn: its own size) in % of their sum. By it the list is sorted, since it can be compared across units.
    - township_code, level; then_X and now_X for each X of SOURCE.

    Indicators whose unit or measure is not the same are left out (`indicator_changes` has them), and those that only
    one version knows; periods that nobody had reported then are `reports_since`.
    """
    shared = [each for each in then.indicators if comparable(then.indicators[each], now.indicators.get(each))]
    parts = [_compared(then.observations, now.observations, shared, what) for what in (VALUE, TARGET)]
    found = pd.concat(parts, ignore_index=True)
    levels = pd.concat([then.places, now.places]).drop_duplicates("place_code", keep="last")
    found["level"] = found["place_code"].map(levels.set_index("place_code")["level"])
    found["impact_pct"] = _impact(found)
    found["township_code"] = township_codes(found["place_code"])
    found = found[found["kind"] != BOTH]
    order = ["impact_pct", "size", *KEY, "what"]
    found = found.sort_values(order, ascending=[False, False, True, True, True, True], ignore_index=True)
    return found.drop(columns="size")


def _compared(then: pd.DataFrame, now: pd.DataFrame, shared: list[str], what: str) -> pd.DataFrame:
    """Every figure of either side beside that of the other, with kind (BOTH: the same) and size."""
    before, after = (_figures(each, shared, what) for each in (then, now))
    both = before.merge(after, on=KEY, how="outer", suffixes=("_then", "_now"), validate="one_to_one")
    first, last = both["figure_then"], both["figure_now"]
    known = first.notna() | last.notna()
    both, first, last = both[known], first[known], last[known]
    reported = before.loc[before["figure"].notna(), ["indicator_id", "period"]].drop_duplicates()
    was_reported = pd.MultiIndex.from_frame(both[["indicator_id", "period"]]).isin(
        pd.MultiIndex.from_frame(reported)
    )
    is_same = np.isclose(first, last, rtol=_SAME, atol=0)
    kind = np.select(
        [is_same, first.notna() & last.notna(), first.isna() & was_reported, last.isna()],
        [BOTH, CHANGED, ADDED, WITHDRAWN],
        default="",
    )
    difference = (last - first).where(kind == CHANGED)
    found = both[KEY].assign(
        what=what,
        kind=kind,
        then=first,
        now=last,
        difference=difference,
        change_pct=(100 * difference / first.abs()).where(first != 0),
        size=difference.abs().fillna(first.abs().fillna(last.abs())),
    )
    for name in SOURCE:
        found[f"then_{name}"], found[f"now_{name}"] = both[f"{name}_then"], both[f"{name}_now"]
    return found[found["kind"] != ""]


def _figures(observations: pd.DataFrame, shared: list[str], what: str) -> pd.DataFrame:
    """The rows that can hold such a figure, a key once; blank cells among them, for their source."""
    rows = observations[observations["indicator_id"].isin(shared)]
    # A bare year without a value is a target's row, or a year's report that is missing: it may be either.
    rows = (
        rows[rows["value"].isna() & (rows["period"].str.len() == 4)]
        if what == TARGET
        else rows[rows["target"].isna()]
    )
    figures = rows[[*KEY, *SOURCE]].assign(figure=rows[what])
    is_blank = figures["figure"].isna()
    return pd.concat([figures[~is_blank], figures[is_blank]]).drop_duplicates(KEY)


def _impact(found: pd.DataFrame) -> pd.Series:
    by = ["what", "level", "indicator_id", "period"]
    whole = found.assign(whole=found["then"].abs()).groupby(by, dropna=False)["whole"].transform("sum")
    return (100 * found["size"] / whole).where(whole > 0, 100.0)


# ── figures of places, each version at its own latest period ─────────────────────────────────
def figure_differences(
    then: pd.DataFrame, now: pd.DataFrame, *, is_comparable: bool, is_flow: bool
) -> pd.DataFrame:
    """Two tables of `figures.figures_at` side by side: a row for every place of either, the largest difference first.

    place_code, name, then_period, now_period, then, now (the year so far of a flow), difference, state (both, new:
    missing then, withdrawn: missing now, neither), then_reported, then_expected, now_reported, now_expected. No
    difference where the figures are not of one kind, or are a flow's sums of different years.
    """
    columns = ["place_code", "name", "period", "cumulative", "reported", "expected"]
    before, after = then[columns], now[columns]
    both = before.merge(
        after, on="place_code", how="outer", suffixes=("_then", "_now"), validate="one_to_one"
    )
    first, last = both["cumulative_then"], both["cumulative_now"]
    years = both["period_then"].str[:4] == both["period_now"].str[:4]
    may = (years.fillna(False).astype(bool) | (not is_flow)) & is_comparable
    found = pd.DataFrame(
        {
            "place_code": both["place_code"],
            "name": both["name_now"].fillna(both["name_then"]),
            "then_period": both["period_then"],
            "now_period": both["period_now"],
            "then": first,
            "now": last,
            "difference": (last - first).where(may),
            "state": np.select(
                [first.notna() & last.notna(), last.notna(), first.notna()],
                [BOTH, NEW, WITHDRAWN],
                default=NEITHER,
            ),
        }
    )
    for side in ("then", "now"):
        for name in ("reported", "expected"):
            found[f"{side}_{name}"] = both[f"{name}_{side}"]
    size = found["difference"].abs()
    return found.assign(size=size).sort_values(
        ["size", "place_code"], ascending=[False, True], na_position="last", ignore_index=True
    ).drop(columns="size")  # fmt: skip


def rank_differences(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Two tables of `composite.composite_at` side by side: every township of either, the greatest fall first.

    place_code, name, then, now (ranks as they were shown), then_score, now_score, moved: places gained among the
    townships that have a rank in both, for one that did not report lifts nobody; missing without both.
    """
    columns = ["place_code", "name", "rank", "score"]
    both = then[columns].merge(
        now[columns], on="place_code", how="outer", suffixes=("_then", "_now"), validate="one_to_one"
    )
    is_known = both["rank_then"].notna() & both["rank_now"].notna()
    before, after = (both[f"rank_{side}"].where(is_known).rank(method="min") for side in ("then", "now"))
    found = pd.DataFrame(
        {
            "place_code": both["place_code"],
            "name": both["name_now"].fillna(both["name_then"]),
            "then": both["rank_then"].astype("Int64"),
            "now": both["rank_now"].astype("Int64"),
            "moved": (before - after).astype("Int64"),
            "then_score": both["score_then"],
            "now_score": both["score_now"],
        }
    )
    return found.sort_values(["moved", "place_code"], na_position="last", ignore_index=True)


# ── problems and reports ─────────────────────────────────────────────────────────────────────
def problem_differences(then: pd.DataFrame, now: pd.DataFrame) -> ProblemDifferences:
    """Two tables of `rectification.ladder`, each as of its own day, told apart by the problems' numbers."""
    before = then.set_index("problem_id")
    known = now["problem_id"].isin(before.index)
    was_closed, was_overdue = (
        now["problem_id"].isin(before.index[before[flag]]) for flag in ("is_closed", "is_overdue")
    )

    def earlier(name: str) -> pd.Series:
        return before[name].reindex(now["problem_id"]).set_axis(now.index)

    times, times_then = (
        each.fillna(0).astype("int64") for each in (now["reopened_count"], earlier("reopened_count"))
    )
    came_back = known & ~now["is_closed"] & (was_closed | (times > times_then))
    due = earlier("due_on")
    other_due = known & (due.notna() | now["due_on"].notna()) & ~(due == now["due_on"])

    def rows(which: pd.Series) -> pd.DataFrame:
        return now[which].reset_index(drop=True)

    return ProblemDifferences(
        found=rows(~known),
        closed=rows(now["is_closed"] & ~was_closed),
        reopened=rows(came_back),
        overdue=rows(now["is_overdue"] & ~was_overdue),
        put_off=now.assign(then_due_on=due)[other_due].reset_index(drop=True),
        gone=then[~then["problem_id"].isin(now["problem_id"])].reset_index(drop=True),
    )


def reports_since(then: pd.DataFrame, now: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Figures that are in `now` and were missing in `then`, by township, source and period: the latest first.

    township_code (missing: the county's own), township, source_id, period, figures, places.
    """
    before, after = (
        each.loc[each["value"].notna(), [*KEY, "source_id"]].drop_duplicates(KEY) for each in (then, now)
    )
    is_new = ~pd.MultiIndex.from_frame(after[KEY]).isin(pd.MultiIndex.from_frame(before[KEY]))
    new = after[is_new]
    new = new.assign(township_code=township_codes(new["place_code"]))
    by = ["township_code", "source_id", "period"]
    counts = new.groupby(by, dropna=False, as_index=False).agg(
        figures=("place_code", "size"), places=("place_code", "nunique")
    )
    counts.insert(1, "township", counts["township_code"].map(places.set_index("place_code")["name"]))
    return counts.sort_values(
        ["period", "figures", "township_code"], ascending=[False, False, True], ignore_index=True
    )


def place_differences(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Places that only one register has, or that have another name: place_code, then, now (names)."""
    both = then[["place_code", "name"]].merge(
        now[["place_code", "name"]],
        on="place_code",
        how="outer",
        suffixes=("_then", "_now"),
        validate="one_to_one",
    )
    both = both.rename(columns={"name_then": "then", "name_now": "now"})
    is_other = both["then"].fillna("") != both["now"].fillna("")
    return both[is_other].reset_index(drop=True)
