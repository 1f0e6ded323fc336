"""Composite tables of a few townships, written by hand for the figures that draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

Scores = Mapping[str, float | None]
NAMES = {"a": "东乡", "b": "西镇", "c": "南乡", "d": "北乡", "e": "中乡", "f": "外乡"}
PARTS = {"area": "茶园面积", "closure_rate": "问题销号率"}


def composite(scores: Scores, before: Scores | None = None) -> pd.DataFrame:
    """composite_at of 2026-10: 3/4 of each score is from the area, the rest from closed problems."""
    return _period("2026-10", scores, "2026-09" if before else None, before or {})


def history(*months: Scores, first: int = 1) -> pd.DataFrame:
    """composite_history of the months of 2026 from `first` on."""
    frames: list[pd.DataFrame] = []
    before: Scores = {}
    earlier: str | None = None
    for at, scores in enumerate(months):
        period = f"2026-{first + at:02}"
        frames.append(_period(period, scores, earlier, before))
        before, earlier = scores, period
    return pd.concat(frames, ignore_index=True)


def ranks(*months: Sequence[str]) -> pd.DataFrame:
    """composite_history in which each month's townships stand in the order given, e.g. "abc", "bac"."""
    return history(*({code: 100.0 - at for at, code in enumerate(month)} for month in months))


def intervals(**bounds: tuple[int, int]) -> pd.DataFrame:
    """firmness.rank_intervals with these bounds by place code."""
    rows = [
        {"place_code": code, "rank_low": low, "rank_high": high, "rank_median": low, "near": ()}
        for code, (low, high) in bounds.items()
    ]
    whole = ["rank_low", "rank_high", "rank_median"]
    return pd.DataFrame(rows).astype(dict.fromkeys(whole, "Int64"))


def _period(period: str, scores: Scores, earlier: str | None, before: Scores) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "place_code": list(scores),
            "name": [NAMES.get(code, code) for code in scores],
            "period": period,
            "previous_period": earlier,
            "score": pd.Series(list(scores.values()), dtype="float64"),
            "previous_score": pd.Series([before.get(code) for code in scores], dtype="float64"),
        }
    )
    frame["rank"] = frame["score"].rank(method="min", ascending=False).astype("Int64")
    frame["previous_rank"] = frame["previous_score"].rank(method="min", ascending=False).astype("Int64")
    frame["rank_change"] = frame["previous_rank"] - frame["rank"]
    frame["score_change"] = frame["score"] - frame["previous_score"]
    frame["improvement_rank"] = (
        frame["score_change"].round(9).rank(method="min", ascending=False).astype("Int64")
    )
    for part, share in (("area", 0.75), ("closure_rate", 0.25)):
        frame[part] = frame["score"]
        frame[f"share_{part}"] = share
        frame[f"points_{part}"] = share * frame["score"]
    frame["missing"] = ["茶园面积、问题销号率" if pd.isna(score) else "" for score in frame["score"]]
    return frame.sort_values(["rank", "place_code"], na_position="last", ignore_index=True)
