"""How firm a rank is: what becomes of it when each weight of the composite could as well be a little different.

In: the composite's rows of one period and the configured ranking. Out: an interval of ranks per township, and how often
one township stays ahead of another. Refuses to give an interval to a township without a rank, and to tell two
townships apart when the order of both hangs on the choice of weights.

Method: uncertainty analysis of a composite indicator by Monte Carlo (Saisana, Saltelli & Tarantola 2005, Journal of
the Royal Statistical Society A 168, 307-323; OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 7).
Weights are drawn within ±25 % as the JRC does in its audits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from settings import Ranking

SEED = 20_050_307  # any fixed number: the same table has the same intervals on every screen and every day
LOW, MIDDLE, HIGH = 5, 50, 95  # percentiles of the interval
SURE = 95.0  # % of the draws that a township must be ahead in to be called better

Ranks = NDArray[np.int32]


@dataclass(frozen=True)
class _Draws:
    """The ranked townships, best first, and their rank in every draw (townships x draws)."""

    codes: list[str]
    actual: Ranks
    ranks: Ranks


def rank_intervals(at: pd.DataFrame, ranking: Ranking, seed: int = SEED) -> pd.DataFrame:
    """A row per township of `composite_at`, in rank order, those without a rank last.

    - rank_low, rank_high: the 5th and 95th percentile (nearest rank) of the ranks that the township has over
      `weight_draws` draws, widened to hold its actual rank; rank_median: the 50th. Missing without a rank.
    - near: codes of the townships that cannot honestly be told apart from it, in rank order: neither is ahead in
      more than SURE % of the draws (a tie counts half to each).
    """
    drawn = _draws(at, ranking, seed)
    ordered = np.sort(drawn.ranks, axis=1)
    low, middle, high = (ordered[:, _nearest(percent, ordered.shape[1])] for percent in (LOW, MIDDLE, HIGH))
    ranked = pd.DataFrame(
        {
            "place_code": pd.Series(drawn.codes, dtype="str"),
            "rank_low": pd.array(np.minimum(low, drawn.actual), dtype="Int64"),
            "rank_high": pd.array(np.maximum(high, drawn.actual), dtype="Int64"),
            "rank_median": pd.array(middle, dtype="Int64"),
            "near": pd.Series(_near(drawn), dtype=object),
        }
    )
    others = sorted(at.loc[at["rank"].isna(), "place_code"])
    rows = ranked.reindex(range(len(drawn.codes) + len(others)))
    rows["place_code"] = pd.Series([*drawn.codes, *others], dtype="str")
    rows["near"] = pd.Series([*ranked["near"], *[()] * len(others)], dtype=object)
    return rows


def pair_wins(at: pd.DataFrame, ranking: Ranking, seed: int = SEED, reach: int | None = 1) -> pd.DataFrame:
    """Pairs of ranked townships up to `reach` rows apart in rank order (None: all pairs), best first.

    ahead_code and behind_code as they stand now; share: % of the draws in which the first is ahead, a tie counting
    half; is_apart: whether that is more than SURE %, so that the order does not hang on the choice of weights.
    """
    drawn = _draws(at, ranking, seed)
    codes, pairs = drawn.codes, []
    for first, code in enumerate(codes):
        behind = np.arange(first + 1, len(codes) if reach is None else min(len(codes), first + 1 + reach))
        shares = _shares_ahead(drawn, first, behind)
        pairs += [(code, codes[other], share) for other, share in zip(behind, shares, strict=True)]
    found = pd.DataFrame(pairs, columns=["ahead_code", "behind_code", "share"])
    found = found.astype({"ahead_code": "str", "behind_code": "str", "share": "float64"})
    return found.assign(is_apart=found["share"] > SURE)


def _draws(at: pd.DataFrame, ranking: Ranking, seed: int) -> _Draws:
    """Ranks of the ranked townships in every draw of weights."""
    rows = at[at["rank"].notna()].sort_values(["rank", "place_code"], ignore_index=True)
    top = np.zeros((ranking.weight_draws, len(rows)))
    whole = np.zeros_like(top)
    # In the order of their names and one by one: sums must not depend on the order in the config or in a library.
    for part in sorted(ranking.parts, key=lambda part: part.id):
        counts = rows[f"share_{part.id}"].to_numpy(dtype=np.float64) > 0
        if not counts.any():
            continue
        scores = rows[part.id].to_numpy(dtype=np.float64, na_value=np.nan)
        weights = part.weight * _factors(part.id, ranking, seed)
        top += np.outer(weights, np.where(counts, scores, 0.0))
        whole += np.outer(weights, counts)
    ranks = _competition_ranks(np.round(top / np.where(whole > 0, whole, np.nan), 9))
    return _Draws(
        rows["place_code"].tolist(), rows["rank"].to_numpy(dtype=np.int32), np.ascontiguousarray(ranks.T)
    )


def _factors(part: str, ranking: Ranking, seed: int) -> NDArray[np.float64]:
    """What a part's weight is multiplied by in each draw; a part's own numbers, whatever other parts there are."""
    own = np.random.default_rng([seed, *part.encode()])
    return own.uniform(1 - ranking.weight_shift, 1 + ranking.weight_shift, ranking.weight_draws)


def _competition_ranks(scores: NDArray[np.float64]) -> Ranks:
    """Ranks 1, 2, 2, 4 within each row, the greatest score first."""
    order = np.argsort(-scores, axis=1)
    ordered = np.take_along_axis(scores, order, axis=1)
    place = np.broadcast_to(np.arange(1, scores.shape[1] + 1, dtype=np.int32), scores.shape).copy()
    place[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    out = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(out, order, np.maximum.accumulate(place, axis=1), axis=1)
    return out


def _nearest(percent: int, draws: int) -> int:
    """Position of a percentile among so many ordered draws, by the nearest-rank rule."""
    return -(-percent * draws // 100) - 1


def _near(drawn: _Draws) -> list[tuple[str, ...]]:
    """Per township the codes of those that cannot be told apart from it, best first.

    All pairs are compared, one township against those behind it at a time, so that no array of all pairs x draws is
    made. Who never even reaches the township's ranks in any draw is left out unseen: the result is the same.
    """
    best, worst = drawn.ranks.min(axis=1, initial=1 << 30), drawn.ranks.max(axis=1, initial=0)
    near: list[list[int]] = [[] for _ in drawn.codes]
    for first in range(len(drawn.codes)):
        behind = first + 1 + np.flatnonzero(best[first + 1 :] <= worst[first])
        shares = _shares_ahead(drawn, first, behind)
        for other in behind[(shares <= SURE) & (shares >= 100 - SURE)].tolist():
            near[first].append(other)
            near[other].append(first)
    return [tuple(drawn.codes[at] for at in sorted(each)) for each in near]


def _shares_ahead(drawn: _Draws, first: int, others: NDArray[np.intp]) -> NDArray[np.float64]:
    """In how many % of the draws a township is ahead of each of the others; a tie counts half."""
    own, theirs = drawn.ranks[first], drawn.ranks[others]
    ahead = np.count_nonzero(own < theirs, axis=1)
    not_behind = np.count_nonzero(own <= theirs, axis=1)
    return np.asarray(50 * (ahead + not_behind) / drawn.ranks.shape[1], dtype=np.float64)
