"""Townships in order: by the configured composite, or by one indicator, with the change in rank.

In: observations, places, problems and settings. Out: a row per township. Refuses to score a gap as zero: a
township with a missing part has no score and no rank, and the row says what is missing.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from metrics.figures import figures_at, indicator_values
from metrics.periods import last_day, latest_at, sorted_periods
from metrics.rectification import closure_rates
from settings import RankingPart, Settings

RANK_COLUMNS = ["place_code", "name", "score", "rank", "previous_rank", "rank_change"]


def township_ranking(
    observations: pd.DataFrame,
    places: pd.DataFrame,
    problems: pd.DataFrame,
    settings: Settings,
    period: str | None,
    as_of: date,
) -> pd.DataFrame:
    """The composite at `period` (None: the latest), best first, unranked townships last.

    Each part's score is its target completion in %, at most 100 x cap; the closure rate of problems stands for
    itself, as on the last day of the period or the as-of date if that is earlier. score: the weighted mean of
    the scores. A column per part id holds its score, `points_<id>` its contribution to the score.

    A part that a township has no target for while others have, or no problem for, does not apply to it: its
    weight is shared among the others and `not_applicable` names it. A part without a figure, with less than
    `min_reported_share` of its reports, or that nobody has a target for is named in `missing`: no score, no rank.
    previous_rank: by the same rule at the preceding period (`previous_period`); rank_change: places gained.
    """
    values = {
        part.indicator: indicator_values(
            observations, places, settings.indicators, part.indicator, "township"
        )
        for part in settings.ranking.parts
        if part.indicator is not None
    }
    periods = sorted_periods(p for frame in values.values() for p in frame["period"].unique())
    at = latest_at(periods, period)
    before = periods[periods.index(at) - 1] if at is not None and periods.index(at) > 0 else None
    townships = places.loc[places["level"] == "township", ["place_code", "name"]].reset_index(drop=True)
    now = _scored(townships, values, problems, settings, at, as_of)
    if before is None:
        previous = pd.Series(pd.NA, index=now.index, dtype="Int64")
    else:
        previous = _scored(townships, values, problems, settings, before, as_of)["rank"]
    ranked = now.assign(
        previous_rank=previous, rank_change=previous - now["rank"], period=at, previous_period=before
    )
    others = [name for name in ranked if name not in RANK_COLUMNS]
    return ranked.sort_values(["rank", "place_code"], na_position="last", ignore_index=True)[
        [*RANK_COLUMNS, *others]
    ]


def indicator_ranking(
    values: pd.DataFrame, period: str | None = None, by: Literal["cumulative", "completion"] = "cumulative"
) -> pd.DataFrame:
    """One indicator's places at the latest period not after `period`, best first, missing last and unranked.

    figures_at's columns with `rank` by the chosen figure, previous_rank and rank_change (places gained).
    """
    column = "rank" if by == "cumulative" else "completion_rank"
    now = figures_at(values, period)
    ranked = now.assign(rank=now[column])
    earlier = now["previous_period"].iloc[0] if len(now) else None
    then = values.loc[values["period"] == earlier, ["place_code", column]]
    joined = ranked.merge(
        then.rename(columns={column: "previous_rank"}), on="place_code", how="left", validate="one_to_one"
    )
    joined["rank_change"] = joined["previous_rank"] - joined["rank"]
    return joined.sort_values(["rank", "place_code"], na_position="last", ignore_index=True)


def part_names(settings: Settings) -> dict[str, str]:
    """Part id → its name on screen."""
    return {part.id: _part_name(part, settings) for part in settings.ranking.parts}


def part_weights(settings: Settings) -> dict[str, float]:
    """Part id → its share of the whole weight, 0-1."""
    whole = sum(part.weight for part in settings.ranking.parts)
    return {part.id: part.weight / whole for part in settings.ranking.parts}


def _part_name(part: RankingPart, settings: Settings) -> str:
    return settings.indicators[part.indicator].name if part.indicator is not None else "问题销号率"


def _scored(
    townships: pd.DataFrame,
    values: dict[str, pd.DataFrame],
    problems: pd.DataFrame,
    settings: Settings,
    period: str | None,
    as_of: date,
) -> pd.DataFrame:
    """Score, rank, part scores, points, missing and not_applicable of each township at one period."""
    names, cap = part_names(settings), 100 * settings.ranking.cap
    rates, applies = {}, {}
    for part in settings.ranking.parts:
        if part.indicator is None:
            rates[part.id], applies[part.id] = _closure(townships, problems, period, as_of)
        else:
            guard = settings.ranking.min_reported_share
            rates[part.id], applies[part.id] = _completion(townships, values[part.indicator], period, guard)
    scores = pd.DataFrame(rates, index=townships.index, dtype="float64").clip(upper=cap)
    applicable = pd.DataFrame(applies, index=townships.index, dtype="bool")
    weights = applicable * pd.Series(
        {part.id: part.weight for part in settings.ranking.parts}, dtype="float64"
    )
    shares = weights.div(weights.sum(axis=1).replace(0, np.nan), axis=0)
    is_missing = scores.isna() & applicable
    points = (scores * shares).where(applicable)
    has_score = ~is_missing.any(axis=1) & applicable.any(axis=1)
    score = points.sum(axis=1).where(has_score)
    return townships.assign(
        score=score,
        rank=score.round(9).rank(method="min", ascending=False).astype("Int64"),
        **{name: scores[name] for name in names},
        **{f"points_{name}": points[name].where(has_score) for name in names},
        missing=_named(is_missing, names) if len(names) else "没有配置评分项",
        not_applicable=_named(~applicable, names),
    )


def _completion(
    townships: pd.DataFrame, values: pd.DataFrame, period: str | None, guard: float
) -> tuple[pd.Series, pd.Series]:
    """Completion per township, and whether the part applies to it; too few reports make it missing."""
    wanted = ["place_code", "completion", "target", "reported_share"]
    found = figures_at(values, period)[wanted] if period is not None else values.iloc[:0][wanted]
    joined = townships[["place_code"]].merge(found, on="place_code", how="left", validate="one_to_one")
    enough = joined["reported_share"].fillna(0) >= guard
    has_target = joined["target"].notna()
    # Where nobody has a target the part is missing for all, not waived for all.
    return joined["completion"].where(enough), has_target | (not has_target.any())


def _closure(
    townships: pd.DataFrame, problems: pd.DataFrame, period: str | None, as_of: date
) -> tuple[pd.Series, pd.Series]:
    """Closure rate per township at the end of the period; it does not apply where no problem was found."""
    on = as_of if period is None else min(as_of, last_day(period))
    found = closure_rates(problems, on)
    joined = townships[["place_code"]].merge(found, on="place_code", how="left", validate="one_to_one")
    return joined["closure_rate"], joined["found"].fillna(0) > 0


def _named(flags: pd.DataFrame, names: dict[str, str]) -> pd.Series:
    """Per row the names of the flagged columns, joined by 、."""
    lists = [
        "、".join(names[str(part)] for part, flag in row.items() if flag) for row in flags.to_dict("records")
    ]
    return pd.Series(lists, index=flags.index, dtype="str")
