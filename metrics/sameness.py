"""Sameness 同质化 of neighbours: how much of what two places grow is the same.

In: `metrics.concentration.dependence` of one mix, and pairs of places that touch. Out: a row per pair. Refuses to
compare a place that has no index: with a gap in its shares it would look like nobody, or like everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from metrics.register import Matrix

COLUMNS = [
    "place_code", "other_code", "name", "other_name", "similarity", "shared", "share", "other_share",
]  # fmt: skip


def sameness(
    found: pd.DataFrame, parts: Sequence[str], pairs: Iterable[tuple[str, str]]
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """A row per pair of scored places, the most alike first; and the pairs that could not be compared.

    similarity: in %, the overlap of both product mixes (`overlap`); shared: the part of which both have most in
    common, share and other_share what it is of each, in %. `place_code` is the smaller code of the two.
    """
    scored = found[found["state"] == "scored"].set_index("place_code") if len(found) else found
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    usable = [pair for pair in ordered if pair[0] in scored.index and pair[1] in scored.index]
    if not usable:
        return pd.DataFrame(columns=COLUMNS), ordered
    left, right = (scored.loc[[pair[side] for pair in usable]] for side in (0, 1))
    p, q = (shares(side[list(parts)].to_numpy(dtype=np.float64)) for side in (left, right))
    common = np.minimum(p, q)
    top, row = common.argmax(axis=1), np.arange(len(usable))
    frame = pd.DataFrame(
        {
            "place_code": left.index,
            "other_code": right.index,
            "name": left["name"].to_numpy(),
            "other_name": right["name"].to_numpy(),
            "similarity": 100 * overlap(p, q),
            "shared": np.array(list(parts), dtype=object)[top],
            "share": 100 * p[row, top],
            "other_share": 100 * q[row, top],
        }
    )
    # Nothing in common has no product in common either.
    frame.loc[frame["similarity"].round(9) == 0, "shared"] = None
    ordered_frame = frame.sort_values(
        ["similarity", "place_code", "other_code"], ascending=[False, True, True], ignore_index=True
    )
    return ordered_frame, [pair for pair in ordered if pair not in set(usable)]


def shares(amounts: Matrix) -> Matrix:
    """Rows of amounts as shares of their sum."""
    return np.asarray(amounts / amounts.sum(axis=1, keepdims=True))


def overlap(p: Matrix, q: Matrix) -> Matrix:
    """1 - half the sum of |p - q|, row by row: 0 nothing in common, 1 the same mix (Finger & Kreinin 1979)."""
    return np.asarray(1 - np.abs(p - q).sum(axis=1) / 2)
