"""The composite score of townships: weighted part scores in every period, with rank, change and what is missing.

In: the parts' figures (`figures.indicator_values` at township level), closure rates of problems, settings. Out: a row
per township and period. Refuses to score a gap as zero: a township with a missing part has no score and no rank, and
the row says what is missing. docs/METRICS.md has the formulas with an example.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.comparison import at_columns, divided
from metrics.periods import last_day, latest_at, period_key, sorted_periods, year_before
from metrics.rectification import closure_rates
from metrics.register import Matrix
from settings import Ranking, RankingPart, Settings

Values = Callable[[str, str], pd.DataFrame]
"""(indicator, level) → `figures.indicator_values`: how metrics that need many indicators are given them."""

Bools = NDArray[np.bool_]

Z_POINTS = 10  # points of a standard deviation, around 50: what psychometrics calls a T-score
NO_PARTS = "没有配置评分项"
NEVER = "0000"  # stands in for the period while nothing has been reported at all


@dataclass(frozen=True)
class _Judged:
    """One part in matrices of township x period."""

    raw: Matrix  # the figure that is judged, in %, or in the indicator's unit when `of` is value
    base: Matrix  # what a rate is a share of: target, denominator, problems found
    applies: Bools


def composite_history(
    values: Mapping[str, pd.DataFrame],
    closures: pd.DataFrame,
    places: pd.DataFrame,
    settings: Settings,
    members: Collection[str] | None = None,
) -> pd.DataFrame:
    """Every township x period, ordered by period, rank (unranked last) and place_code.

    `values` holds a table per indicator among the parts; `closures` is `closures_at`; `members` are the townships
    that are compared with each other (None: all of them), and scores that depend on others depend on these alone.

    - score: the sum of points, 0-100 (100 x cap for the method `target`); rank: competition rank (1, 2, 2, 4) by it.
    - previous_rank, previous_score: of the period before (previous_period); rank_change: places gained among the
      townships that have a score in both, for one that did not report lifts nobody; score_change; improvement_rank: competition rank by score_change, greatest gain first.
    - Per part P: `raw_P` the judged figure, `base_P` its target or denominator or problems found, `P` its score,
      `share_P` the weight that counts for this township (0-1, together 1), `points_P` = P x share_P.
    - missing: parts without a figure, or with less than `min_reported_share` of its reports, or without a target
      anywhere; such a township has no score. not_applicable: parts that leave the township out, for it has no
      target while others have, no problem was found there, or the base is below the part's `min_base`; their
      weight is shared among its other parts in proportion.

    A part reported more rarely than others stands with its latest figure until the next one comes.
    """
    ranking = settings.ranking
    townships = _townships(places, members)
    periods = scored_periods(values, settings) or sorted_periods(closures["period"]) or [NEVER]
    judged = {
        part.id: _judged(part, values, closures, settings, townships, periods) for part in ranking.parts
    }
    shape = (len(townships), len(periods))
    raw = {part: np.where(each.applies, each.raw, np.nan) for part, each in judged.items()}
    scores = _scored(raw, ranking, lower_is_better(settings), periods, shape)
    shares = _shares(ranking.parts, judged, shape)
    is_missing = {part: np.isnan(scores[part]) & judged[part].applies for part in judged}
    has_score = _any(judged[part].applies for part in judged) if judged else np.zeros(shape, dtype=bool)
    for flags in is_missing.values():
        has_score = has_score & ~flags
    points = {
        part: np.where(has_score & judged[part].applies, scores[part] * shares[part], np.nan)
        for part in judged
    }
    total = np.where(has_score, sum(np.nan_to_num(each) for each in points.values()), np.nan)
    before = np.arange(len(periods)) - 1
    rank, previous_score = _ranks(total), at_columns(total, before)
    previous_rank = at_columns(rank, before)
    gained = total - previous_score
    matrices = {
        "score": total,
        "rank": rank,
        "previous_rank": previous_rank,
        "rank_change": _ranks(np.where(np.isnan(total), np.nan, previous_score))
        - _ranks(np.where(np.isnan(previous_score), np.nan, total)),
        "previous_score": previous_score,
        "score_change": gained,
        "improvement_rank": _ranks(gained),
    }
    for part, each in judged.items():
        matrices |= {
            part: np.where(each.applies, scores[part], np.nan),
            f"raw_{part}": each.raw,
            f"base_{part}": each.base,
            f"share_{part}": shares[part],
            f"points_{part}": points[part],
        }
    names = part_names(settings)
    words = {
        "missing": _named(is_missing, names, shape) if judged else np.full(shape, NO_PARTS, dtype=object),
        "not_applicable": _named({part: ~each.applies for part, each in judged.items()}, names, shape),
    }
    return _long(townships, periods, matrices, words)


def composite_at(history: pd.DataFrame, period: str | None = None) -> pd.DataFrame:
    """The townships at the latest period not after `period`, best first, unranked last."""
    at = latest_at(history["period"].dropna().unique(), period)
    if at is not None:
        return history[history["period"] == at].reset_index(drop=True)
    # Nobody had reported anything by then: the townships are there, and everything of them is missing.
    found = history.sort_values(["place_code", "period"]).drop_duplicates("place_code", ignore_index=True)
    is_never = found["period"].isna()
    known = ["place_code", "name", "missing", "not_applicable"]
    nothing = found.drop(columns=known).columns
    found[nothing] = found[nothing].where(is_never)
    return found.assign(missing=found["missing"].where(is_never & (found["missing"] != ""), "全部评分项"))


def part_scores(
    raw: pd.DataFrame, ranking: Ranking, lower: Collection[str], yardstick: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Judged figures of townships (rows) by part (columns) → part scores 0-100, by the configured method.

    target: the figure in %, at most 100 x cap. minmax: 100 x (x - min) / (max - min). zscore: 50 + 10 x (x - mean) /
    deviation, `yardstick` with a row per part holding both. rank: 100 x (n - rank) / (n - 1). `lower`: parts of
    which less is better. Where all figures are equal everybody has 100.
    """
    columns = {}
    for part in raw.columns:
        figures = raw[part].to_numpy(dtype=np.float64)[:, None]
        mean = deviation = np.array([np.nan])
        if yardstick is not None and part in yardstick.index:
            mean, deviation = (yardstick.loc[[part], name].to_numpy() for name in ("mean", "deviation"))
        columns[part] = _one_part(figures, ranking, part in lower, mean, deviation)[:, 0]
    return pd.DataFrame(columns, index=raw.index)


def yardstick_of(history: pd.DataFrame, ranking: Ranking, period: str) -> pd.DataFrame:
    """Mean and (population) deviation of each part's figures in the yardstick's period, a row per part."""
    reference = composite_at(history, _yardstick_period(ranking, period))
    rows = {}
    for part in ranking.parts:
        figures = reference[f"raw_{part.id}"].to_numpy(dtype=np.float64)
        rows[part.id] = _mean_and_deviation(
            np.where(reference[f"share_{part.id}"] > 0, figures, np.nan)[:, None]
        )
    return pd.DataFrame(
        {part: {"mean": mean[0], "deviation": deviation[0]} for part, (mean, deviation) in rows.items()}
    ).T.reindex(columns=["mean", "deviation"])


def scored_periods(values: Mapping[str, pd.DataFrame], settings: Settings) -> list[str]:
    """Months for which any part was reported; bare years only where nobody reports by month."""
    parts = [part.indicator for part in settings.ranking.parts if part.indicator is not None]
    known = sorted_periods(period for part in parts for period in values[part]["period"].unique())
    return [period for period in known if len(period) > 4] or known


def closures_at(
    problems: pd.DataFrame, periods: Iterable[str], as_of: date, events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """`closure_rates` at the end of each period, or on the as-of date if that is earlier; with `period`."""
    days = {period: min(as_of, last_day(period)) for period in sorted_periods(periods)}
    rates = closure_rates(problems, list(dict.fromkeys(days.values())), events)
    found = [rates[rates["on"] == pd.Timestamp(day)].assign(period=period) for period, day in days.items()]
    everything = pd.concat(found, ignore_index=True) if found else rates.assign(period=pd.Series(dtype="str"))
    return everything.drop(columns="on")


def members_of(places: pd.DataFrame, settings: Settings, group: str | None) -> list[str]:
    """Codes of the townships of a configured group, by name or code; all townships when `group` is None."""
    townships = places[places["level"] == "township"]
    if group is None:
        return sorted(townships["place_code"])
    wanted = settings.ranking.groups.get(group, ())
    codes = {each.ljust(12, "0") for each in wanted if each.isdigit()}
    is_member = townships["place_code"].isin(codes) | townships["name"].isin(wanted)
    return sorted(townships.loc[is_member, "place_code"])


def group_of(places: pd.DataFrame, settings: Settings, place_code: str) -> str | None:
    """The configured group that a township belongs to."""
    return next(
        (name for name in settings.ranking.groups if place_code in members_of(places, settings, name)), None
    )


def part_names(settings: Settings) -> dict[str, str]:
    """Part id → its name on screen."""
    return {
        part.id: settings.indicators[part.indicator].name if part.indicator is not None else "问题销号率"
        for part in settings.ranking.parts
    }


def part_weights(settings: Settings) -> dict[str, float]:
    """Part id → its share of the whole weight, 0-1; together 1."""
    whole = sum(part.weight for part in settings.ranking.parts)
    return {part.id: part.weight / whole for part in settings.ranking.parts}


def lower_is_better(settings: Settings) -> frozenset[str]:
    """Parts of whose judged figure less is better; a completion has been turned round already."""
    return frozenset(
        part.id
        for part in settings.ranking.parts
        if part.indicator is not None
        and part.of != "completion"
        and settings.indicators[part.indicator].better == "lower"
    )


def _townships(places: pd.DataFrame, members: Collection[str] | None) -> pd.DataFrame:
    found = places.loc[places["level"] == "township", ["place_code", "name"]]
    if members is not None:
        found = found[found["place_code"].isin(list(members))]
    return found.sort_values("place_code", ignore_index=True)


def _judged(
    part: RankingPart,
    values: Mapping[str, pd.DataFrame],
    closures: pd.DataFrame,
    settings: Settings,
    townships: pd.DataFrame,
    periods: list[str],
) -> _Judged:
    codes = pd.Index(townships["place_code"])
    if part.indicator is None:
        rate, found = (_matrix(closures, name, codes, periods) for name in ("closure_rate", "found"))
        return _Judged(rate, found, np.nan_to_num(found) >= max(part.min_base, 1))
    spec, table = settings.indicators[part.indicator], values[part.indicator]
    figure = {
        "completion": "completion",
        "value": "cumulative",
        "year_change": {"flow": "cumulative_year_change_pct", "ratio": "year_change"}.get(
            spec.measure, "year_change_pct"
        ),
    }[part.of]
    raw = _matrix(table, figure, codes, periods)
    reported = _matrix(table, "reported_share", codes, periods)
    raw = np.where(np.nan_to_num(reported) >= settings.ranking.min_reported_share, raw, np.nan)
    base = _matrix(table, "denominator" if spec.measure == "ratio" else "target", codes, periods)
    applies = np.ones(raw.shape, dtype=bool)
    if part.of == "completion":
        has_target = ~np.isnan(_matrix(table, "target", codes, periods))
        # Where nobody has a target the part is missing for all, not waived for all.
        applies = has_target | ~has_target.any(axis=0, keepdims=True)
    return _Judged(raw, base, applies & ~(base < part.min_base))


def _matrix(table: pd.DataFrame, column: str, codes: pd.Index, periods: list[str]) -> Matrix:
    """A column as townships x periods; each period has the latest figures that are not after it."""
    known = sorted_periods(table["period"].unique())
    own = np.full((len(codes), len(known)), np.nan)
    row = codes.get_indexer(pd.Index(table["place_code"]))
    at = pd.Index(known).get_indexer(pd.Index(table["period"]))
    own[row[row >= 0], at[row >= 0]] = table[column].to_numpy(dtype=np.float64, na_value=np.nan)[row >= 0]
    keys = [period_key(period) for period in known]
    latest = np.searchsorted(keys, [period_key(period) for period in periods], side="right") - 1
    if not known:
        return np.full((len(codes), len(periods)), np.nan)
    return at_columns(own, latest.astype(np.intp))


def _scored(
    raw: Mapping[str, Matrix],
    ranking: Ranking,
    lower: Collection[str],
    periods: list[str],
    shape: tuple[int, int],
) -> dict[str, Matrix]:
    """Part scores of all periods."""
    nothing = np.full(shape[1], np.nan)
    reference = _reference_columns(periods, ranking) if ranking.method == "zscore" else None
    out = {}
    for part, figures in raw.items():
        mean = deviation = nothing
        if reference is not None and shape[1]:
            mean, deviation = _mean_and_deviation(at_columns(figures, reference))
        out[part] = _one_part(figures, ranking, part in lower, mean, deviation)
    return out


def _yardstick_period(ranking: Ranking, period: str) -> str:
    """The configured reference, a year before where that does not lie before the period.

    Measured by the mean and deviation that it moves itself, a township could gain and lose a place by it.
    """
    reference = ranking.reference
    return reference if reference and period_key(reference) < period_key(period) else year_before(period)


def _reference_columns(periods: list[str], ranking: Ranking) -> NDArray[np.intp]:
    """For each period the column of the period whose mean and deviation are its yardstick; -1 for none."""
    position = {period: at for at, period in enumerate(periods)}
    wanted = (latest_at(periods, _yardstick_period(ranking, period)) for period in periods)
    return np.array([-1 if period is None else position[period] for period in wanted], dtype=np.intp)


def _one_part(
    figures: Matrix, ranking: Ranking, is_lower_better: bool, mean: Matrix, deviation: Matrix
) -> Matrix:
    """Scores of one part, column by column; missing stays missing."""
    upward = -figures if is_lower_better else figures
    known = ~np.isnan(upward)
    if ranking.method == "target":
        return np.clip(upward, 0, 100 * ranking.cap)
    if ranking.method == "zscore":
        away = divided(figures - mean, np.broadcast_to(deviation, figures.shape))
        return np.clip(50 + Z_POINTS * (-away if is_lower_better else away), 0, 100)
    if ranking.method == "rank":
        count = known.sum(axis=0)
        worse = divided(count - _ranks(upward), np.broadcast_to(count - 1.0, upward.shape))
        return np.where(known, np.where(count == 1, 100.0, 100 * worse), np.nan)
    low = np.where(known, upward, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, upward, -np.inf).max(axis=0, initial=-np.inf)
    width = np.where(high > low, high - low, np.nan)
    spread = 100 * (upward - np.where(np.isfinite(low), low, 0)) / width
    return np.where(known, np.where(np.isnan(width), 100.0, np.clip(spread, 0, 100)), np.nan)


def _mean_and_deviation(figures: Matrix) -> tuple[Matrix, Matrix]:
    """Of each column's known figures; missing where fewer than two are known or all are equal."""
    known = ~np.isnan(figures)
    count = np.where(known.sum(axis=0) > 1, known.sum(axis=0), np.nan)
    mean = np.nansum(figures, axis=0) / count
    deviation = np.sqrt(np.nansum((figures - mean) ** 2, axis=0) / count)
    return mean, np.where(deviation > 0, deviation, np.nan)


def _shares(
    parts: Iterable[RankingPart], judged: Mapping[str, _Judged], shape: tuple[int, int]
) -> dict[str, Matrix]:
    """Weights of the parts that apply, as shares of their sum."""
    weights = {part.id: np.where(judged[part.id].applies, part.weight, 0.0) for part in parts}
    whole = sum(weights.values(), np.zeros(shape))
    return {part: np.nan_to_num(divided(weight, whole)) for part, weight in weights.items()}


def _any(flags: Iterable[Bools]) -> Bools:
    found = list(flags)
    return np.asarray(np.logical_or.reduce(found), dtype=np.bool_)


def _ranks(figures: Matrix) -> Matrix:
    """Competition ranks within each column, the greatest first; equal to nine digits is equal."""
    return pd.DataFrame(figures).round(9).rank(method="min", ascending=False).to_numpy(dtype=np.float64)


def _named(
    flags: Mapping[str, Bools], names: Mapping[str, str], shape: tuple[int, int]
) -> NDArray[np.object_]:
    """The names of the flagged parts, joined by 、; few combinations occur, so each is written once."""
    code = np.zeros(shape, dtype=np.int64)
    for at, flagged in enumerate(flags.values()):
        code += flagged.astype(np.int64) << at
    texts = {
        int(each): "、".join(names[part] for at, part in enumerate(flags) if int(each) >> at & 1)
        for each in np.unique(code)
    }
    out = np.empty(shape, dtype=object)
    for each, text in texts.items():
        out[code == each] = text
    return out


def _long(
    townships: pd.DataFrame,
    periods: list[str],
    matrices: Mapping[str, Matrix],
    words: Mapping[str, NDArray[np.object_]],
) -> pd.DataFrame:
    """Matrices as a long table."""
    columns = len(periods)
    labels = pd.Series([None if period == NEVER else period for period in periods], dtype="str")
    at = np.tile(np.arange(columns), len(townships))
    row = np.repeat(np.arange(len(townships)), columns)
    frame = pd.DataFrame(
        {
            "place_code": townships["place_code"].to_numpy()[row],
            "name": townships["name"].to_numpy()[row],
            "period": labels.take(at).array,
            "previous_period": labels.shift(1).take(at).array,
        }
        | {name: matrix.ravel() for name, matrix in matrices.items()}
        | {name: pd.Series(each.ravel(), dtype="str") for name, each in words.items()}
    )
    whole = ["rank", "previous_rank", "rank_change", "improvement_rank"]
    frame[whole] = frame[whole].astype("Int64")
    order = frame.assign(_at=at).sort_values(["_at", "rank", "place_code"], na_position="last").index
    return frame.loc[order].reset_index(drop=True)
