"""Progress funnel 资金进度: how much of a programme is left after each step, in households and in money.

In: a configured funnel and figures by place and period. Out: a row per place, kind (households or money) and step.
Refuses to mix: each kind is a funnel of its own, and a share is computed only over townships that reported
both its parts. A step that nobody reported is missing; the next is compared with the last one that is known.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from metrics.composite import Values
from metrics.periods import latest_at
from metrics.register import Matrix
from settings import Funnel

Kind = Literal["households", "money"]
KINDS: tuple[Kind, ...] = ("households", "money")
KEYS = ["place_code", "name", "parent_code"]
COLUMNS = (
    *KEYS, "period", "kind", "step", "step_name", "value", "reported", "expected", "of_first", "of_first_part",
    "of_first_base", "previous_step", "of_previous", "of_previous_part", "of_previous_base", "loss", "is_biggest_loss",
    "exceeds",
)  # fmt: skip


def funnel(spec: Funnel, values: Values, level: str, period: str | None = None) -> pd.DataFrame:
    """A row per place, kind and step at the latest period not after `period` with two steps of a kind.

    Places come worst first by their last step's share of the first (households before money), unreported last.

    - value: the step's figure so far (a flow: since January); a kind has no row for a step that does not count it.
    - of_first, of_previous: in % of the first step, and of the nearest earlier step with a figure (previous_step);
      ..._part and ..._base are numerator and denominator. A base of zero, or a missing one, has no share.
    - loss: base less part towards the previous step; negative where the step is larger (exceeds).
      is_biggest_loss: the step that loses most; none where nothing is lost.
    - reported, expected: places behind value. For the county the shares count only townships that reported both
      steps, unless the county reported the programme itself.
    """
    steps = _steps(spec, values, level)
    at = _period(steps, period)
    steps = steps[steps["period"] == at]
    parts = _steps(spec, values, "township") if level == "county" else steps
    parts = parts[parts["period"] == at]
    made = [
        _of_kind(steps[steps["kind"] == kind], parts[parts["kind"] == kind], level, _names(spec, kind))
        for kind in KINDS
        if (steps["kind"] == kind).any()
    ]
    if not made:
        return pd.DataFrame(columns=list(COLUMNS))
    return _worst_first(pd.concat(made, ignore_index=True))


def _steps(spec: Funnel, values: Values, level: str) -> pd.DataFrame:
    """Every figure of the funnel with its kind and the number of its step; places that take no part left out."""
    columns = [*KEYS, "period", "cumulative", "reported", "expected", "is_direct"]
    found = []
    for number, step in enumerate(spec.steps):
        for kind in KINDS:
            indicator = getattr(step, kind)
            if indicator is not None:
                rows = values(indicator, level)[columns].rename(columns={"cumulative": "value"})
                found.append(rows.assign(kind=kind, step=number, step_name=step.name))
    rows = pd.concat(found, ignore_index=True)
    takes_part = (rows["value"].notna() | (rows["expected"] > 0)).groupby(rows["place_code"]).transform("any")
    return rows[takes_part]


def _period(steps: pd.DataFrame, period: str | None) -> str | None:
    """The latest period at which there is anything to compare."""
    known = steps[steps["value"].notna()]
    counts = known.groupby(["period", "kind"])["step"].nunique()
    whole = counts[counts > 1].index.get_level_values("period")
    return latest_at(list(whole) or list(known["period"].unique()), period)


def _names(spec: Funnel, kind: Kind) -> dict[int, str]:
    """The steps that count this kind, by number."""
    return {number: step.name for number, step in enumerate(spec.steps) if getattr(step, kind) is not None}


def _of_kind(rows: pd.DataFrame, parts: pd.DataFrame, level: str, names: dict[int, str]) -> pd.DataFrame:
    """One kind at one period, with the shares and losses of every place; every step has a row."""
    mine = _matrix(rows, names)
    is_summed = level == "county" and not parts.empty and not rows["is_direct"].any()
    bases = _paired(_matrix(parts, names).to_numpy()) if is_summed else _own(mine.to_numpy())
    firsts, previous, which = bases
    loss = previous[1] - previous[0]
    most = np.nanmax(np.where(loss > 0, loss, 0.0), axis=1, keepdims=True)
    figures = {
        "of_first": _percent(*firsts),
        "of_first_part": firsts[0],
        "of_first_base": firsts[1],
        "previous_step": np.array([*names.values(), None], dtype=object)[which],
        "of_previous": _percent(*previous),
        "of_previous_part": previous[0],
        "of_previous_base": previous[1],
        "loss": loss,
        "is_biggest_loss": (loss == most) & (most > 0),
        "exceeds": loss < 0,
    }
    keys = pd.MultiIndex.from_product([mine.index, list(names)], names=["place_code", "step"])
    found = pd.DataFrame({name: matrix.ravel() for name, matrix in figures.items()}, index=keys).reset_index()
    told = rows[["place_code", "step", "value", "reported", "expected"]]
    found = found.merge(told, on=["place_code", "step"], how="left", validate="one_to_one")
    told = rows.drop_duplicates("place_code")[[*KEYS, "period", "kind"]]
    found = found.merge(told, on="place_code", validate="many_to_one")
    counts = found[["reported", "expected"]].fillna(0).astype(np.int64)  # a step that is in no ledger
    return found.assign(step_name=found["step"].map(names), **counts)[list(COLUMNS)]


def _matrix(rows: pd.DataFrame, names: dict[int, str]) -> pd.DataFrame:
    """A row per place, a column per step."""
    wide = rows.pivot_table(index="place_code", columns="step", values="value", aggfunc="first")
    return wide.reindex(index=rows["place_code"].unique(), columns=list(names))


Pair = tuple[Matrix, Matrix]  # part and base
Bases = tuple[Pair, Pair, np.ndarray]  # towards the first step, towards the previous one, and which that is


def _own(figures: Matrix) -> Bases:
    """Each place's own figures beside its first step and its nearest earlier one that is known."""
    which = np.full(figures.shape, -1)
    for step in range(1, figures.shape[1]):
        before = which[:, step - 1]
        which[:, step] = np.where(np.isnan(figures[:, step - 1]), before, step - 1)
    earlier = np.take_along_axis(figures, np.maximum(which, 0), axis=1)
    previous = _both(figures, np.where(which < 0, np.nan, earlier))
    which = np.where(np.isnan(previous[0]), -1, which)
    return _both(figures, np.repeat(figures[:, :1], figures.shape[1], axis=1)), previous, which


def _paired(figures: Matrix) -> Bases:
    """All places together, each pair of steps over the places that reported both."""
    steps = figures.shape[1]
    known = set(np.flatnonzero(np.any(~np.isnan(figures), axis=0)))
    which = np.array([max((at for at in range(step) if at in known), default=-1) for step in range(steps)])
    firsts = [_sums(figures[:, step], figures[:, 0]) for step in range(steps)]
    previous = [
        _sums(figures[:, step], figures[:, at]) if at >= 0 else (np.nan, np.nan)
        for step, at in enumerate(which)
    ]
    which = np.where(np.isnan([part for part, _ in previous]), -1, which)
    return _row(firsts), _row(previous), which[None, :]


def _both(part: Matrix, base: Matrix) -> Pair:
    known = ~np.isnan(part) & ~np.isnan(base)
    return np.where(known, part, np.nan), np.where(known, base, np.nan)


def _sums(part: Matrix, base: Matrix) -> tuple[float, float]:
    known = ~np.isnan(part) & ~np.isnan(base)
    return (float(part[known].sum()), float(base[known].sum())) if known.any() else (np.nan, np.nan)


def _row(pairs: list[tuple[float, float]]) -> Pair:
    return np.array([[part for part, _ in pairs]]), np.array([[base for _, base in pairs]])


def _percent(part: Matrix, base: Matrix) -> Matrix:
    return np.divide(100 * part, base, out=np.full(part.shape, np.nan), where=base > 0)


def _worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    kind = rows["kind"].iloc[0]
    mine = rows[rows["kind"] == kind]
    end = mine[mine["step"] == mine["step"].max()].set_index("place_code")["of_first"]
    rows = rows.assign(_end=rows["place_code"].map(end), _kind=rows["kind"].map(KINDS.index))
    rows = rows.sort_values(["_end", "place_code", "_kind", "step"], ignore_index=True)
    return rows[list(COLUMNS)]
