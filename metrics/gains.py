"""What would gain a township one place, and what would lose it one: the smallest change of a single figure.

In: the composite's rows of one period, the indicators' figures, settings. Out: a row per part and direction, in natural
units (亩, 户, 个问题). Refuses to promise: every step is found by scoring everybody
afresh with `composite.part_scores`, so that one unit less would not do; what one part alone cannot do is said to be
impossible, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.composite import lower_is_better, part_names, part_scores
from metrics.levers import PROBLEM_UNIT, Lever, lever_of
from settings import RankingPart, Settings
from wording import number_text, scale_of

GAIN, LOSE = "gain", "lose"

STEP_COLUMNS = {
    "part": "str", "name": "str", "direction": "str", "other_code": "str", "other_name": "str", "change": "float64",
    "unit": "str", "figure_from": "float64", "figure_to": "float64", "possible": "bool", "why": "str",
    "sentence": "str", "rank_to": "Int64", "decimals": "Int64", "relative": "float64",
}  # fmt: skip

Scores = NDArray[np.float64]


def steps(
    at: pd.DataFrame,
    figures: Mapping[str, pd.DataFrame],
    settings: Settings,
    place_code: str,
    yardstick: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The smallest change of each part's figure alone that moves a township's rank by one place or more.

    `at` is `composite_at`, `figures` holds `indicator_values` of each part's indicator at township level, `yardstick`
    (method zscore) is `yardstick_of`. Two rows per part, none for a place that is not in `at`:

    - direction: GAIN, a better rank number, or LOSE, a worse one. change: how much, above 0, in `unit`, a multiple of
      the last of the figure's `decimals`: of a stock or flow the figure itself, of a ratio the cases of its numerator
      while the denominator stays, of the closure rate problems struck off. figure_from, figure_to: that figure.
    - other_code, other_name: the nearest township that is passed, drawn level with, or that passes; where the step is
      not possible, who stands next. rank_to: the rank afterwards.
    - possible; where it is not, why (and sentence) says what stands against it, and change is missing.
    - relative: change as a share of the target or of the problems found; without either, of the figure.

    No step is looked for beyond full marks; for methods other than target these are one unit more than the best (to
    lose: the worst) township, or twice the own figure, whichever is more. Gains first, in either direction the possible
    steps first, the smallest relative change first. Texts hold names from ledgers: escape them like any other.
    """
    mine = at[at["place_code"] == place_code]
    rows = []
    if len(mine) and pd.isna(mine["rank"].iloc[0]):
        missing = mine["missing"].iloc[0]
        why = f"没有名次:缺{missing}" if missing else "没有名次:没有一项计入本乡镇"
        rows = [_unmoved(part, settings, way, why) for part in settings.ranking.parts for way in (GAIN, LOSE)]
    elif len(mine):
        board = _Board(at, settings, place_code, yardstick)
        for part in settings.ranking.parts:
            rows += _steps_of(part, mine.iloc[0], board, figures, settings)
    found = pd.DataFrame(rows, columns=list(STEP_COLUMNS)).astype(STEP_COLUMNS)
    keys = found.assign(_lose=found["direction"] == LOSE, _cannot=~found["possible"])
    order = keys.sort_values(["_lose", "_cannot", "relative"], kind="stable", na_position="last").index
    return found.loc[order].reset_index(drop=True)


class _Board:
    """All townships with their points, and what becomes of the scores when one figure of one township moves."""

    def __init__(
        self, at: pd.DataFrame, settings: Settings, place_code: str, yardstick: pd.DataFrame | None
    ) -> None:
        self.ranking, self.lower, self.yardstick = settings.ranking, lower_is_better(settings), yardstick
        self.rows = at.sort_values("place_code", ignore_index=True)
        self.me = self.rows["place_code"].tolist().index(place_code)
        self.is_ranked = self.rows["rank"].notna().to_numpy(dtype=bool)
        self.shares = {part.id: self._column(f"share_{part.id}") for part in settings.ranking.parts}
        self.raw = {
            part: np.where(share > 0, self._column(f"raw_{part}"), np.nan)
            for part, share in self.shares.items()
        }
        self.points = {part: self._points(part, raw) for part, raw in self.raw.items()}
        self._must_agree()
        self.now = self._scores(self.points)
        self.rank = self.rank_in(self.now)

    def scores_if(self, part: str, judged: float) -> Scores:
        """Everybody's score if the township's judged figure were this one; missing without a rank."""
        raw = self.raw[part].copy()
        raw[self.me] = judged
        return self._scores(self.points | {part: self._points(part, raw)})

    def rank_in(self, scores: Scores) -> int:
        """The township's competition rank among these scores."""
        return 1 + int((scores > scores[self.me]).sum())

    def gap(self, scores: Scores, direction: str) -> float:
        """What the township's score is short of for the rank to be another one; not above 0 when it is."""
        others = -np.sort(-np.delete(scores, self.me)[np.delete(self.is_ranked, self.me)])
        if direction == GAIN:
            return float(others[self.rank - 2] - scores[self.me])
        # To be level with the next one costs no place yet.
        return float(np.nextafter(scores[self.me], np.inf) - others[self.rank - 1])

    def next_to(self, direction: str) -> list[int]:
        """Rows of the others above (or level and below), the nearest first."""
        above = self.now > self.now[self.me]
        sign, others = (1, above) if direction == GAIN else (-1, self.is_ranked & ~above)
        found = [at for at in np.flatnonzero(others).tolist() if at != self.me]
        return sorted(found, key=lambda at: (sign * self.now[at], at))

    def _column(self, name: str) -> Scores:
        return self.rows[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def _points(self, part: str, raw: Scores) -> Scores:
        scored = part_scores(pd.DataFrame({part: raw}), self.ranking, self.lower, self.yardstick)[part]
        share = self.shares[part]
        return np.where(share > 0, scored.to_numpy(dtype=np.float64) * share, 0.0)

    def _scores(self, points: Mapping[str, Scores]) -> Scores:
        whole = np.sum(list(points.values()), axis=0)
        return np.where(self.is_ranked, np.round(whole, 9), np.nan)

    def _must_agree(self) -> None:
        """Steps counted from other scores than those on the screen would be wrong, and nobody would notice."""
        for part, points in self.points.items():
            shown = np.where(self.shares[part] > 0, self._column(f"points_{part}"), 0.0)
            if not np.allclose(points[self.is_ranked], shown[self.is_ranked], rtol=0, atol=1e-6):
                raise ValueError(f"steps: {part} was scored with other settings or with another yardstick")


def _steps_of(
    part: RankingPart, row: pd.Series, board: _Board, figures: Mapping[str, pd.DataFrame], settings: Settings
) -> list[dict[str, object]]:
    """Both rows of one part."""
    if not row[f"share_{part.id}"] > 0:
        return [_unmoved(part, settings, way, "这一项不计入本乡镇") for way in (GAIN, LOSE)]
    lever = lever_of(part, row, figures, settings)
    return [_step(lever, board, direction) for direction in (GAIN, LOSE)]


def _unmoved(part: RankingPart, settings: Settings, direction: str, why: str) -> dict[str, object]:
    """A row of a part that counts for nothing here."""
    unit = PROBLEM_UNIT if part.indicator is None else settings.indicators[part.indicator].unit
    named = {"part": part.id, "name": part_names(settings)[part.id], "unit": unit}
    return named | {"direction": direction, "possible": False, "why": why, "sentence": why}


def _step(lever: Lever, board: _Board, direction: str) -> dict[str, object]:
    """One row of `steps`."""
    row = {
        "part": lever.part,
        "name": lever.name,
        "direction": direction,
        "unit": lever.unit,
        "figure_from": lever.now,
        "decimals": lever.decimals,
    }
    others = board.next_to(direction)
    units = _fewest(lever, board, direction) if others else None
    if units is None:
        why = _why_not(lever, board, direction, others)
        return row | _named(board, others) | {"possible": False, "why": why, "sentence": why}
    to = lever.moved(_way(lever, direction) * units)
    after = board.scores_if(lever.part, lever.judged(to))
    mine = after[board.me]
    passed = [at for at in others if (after[at] > mine) == (direction == LOSE)]
    change = round(abs(to - lever.now), lever.decimals)
    found = {
        "change": change,
        "figure_to": to,
        "possible": True,
        "why": "",
        "sentence": _sentence(lever, board, direction, change, passed, after),
        "rank_to": board.rank_in(after),
        "relative": change / abs(lever.whole) if lever.whole else math.inf,
    }
    return row | _named(board, passed) | found


def _named(board: _Board, others: list[int]) -> dict[str, object]:
    """The first of them."""
    if not others:
        return {"other_code": None, "other_name": None}
    first = board.rows.iloc[others[0]]
    return {"other_code": first["place_code"], "other_name": first["name"]}


def _way(lever: Lever, direction: str) -> int:
    """Whether the figure goes up (1) or down (-1)."""
    return 1 if lever.more_is_better == (direction == GAIN) else -1


def _fewest(lever: Lever, board: _Board, direction: str) -> int | None:
    """The smallest number of units that moves the rank; None when even the most that is looked for does not."""
    way = _way(lever, direction)

    def gap(units: int) -> float:
        scores = board.scores_if(lever.part, lever.judged(lever.moved(way * units)))
        return board.gap(scores, direction)

    low, high = 0, _most_units(lever, board, way)
    if high <= 0 or (gap_high := gap(high)) > 0:
        return None
    gap_low, is_halving = board.gap(board.now, direction), False
    # More of the same never moves the rank back, so the border can be closed in on from both sides: where a straight
    # line between the gaps puts it, and, for gaps are not always straight, by halving every other time.
    while high - low > 1:
        share = 0.5 if is_halving else gap_low / (gap_low - gap_high) if gap_low > gap_high else 0.5
        units = min(max(low + math.floor((high - low) * share), low + 1), high - 1)
        found = gap(units)
        if found > 0:
            low, gap_low = units, found
        else:
            high, gap_high = units, found
        is_halving = not is_halving
    return high


def _most_units(lever: Lever, board: _Board, way: int) -> int:
    """How many units a step has at most: up to full marks, or down to nothing."""
    if way < 0:
        return math.floor(max(lever.now, 0.0) / lever.unit_step + 1e-9)
    if board.ranking.method == "target" and lever.more_is_better:
        wanted = lever.figure(100 * board.ranking.cap)
    else:
        raw = board.raw[lever.part]
        furthest = float(np.nanmin(raw) if lever.limit is not None else np.nanmax(raw))
        level = lever.figure(furthest)
        # One unit more: to be level with the best need not be enough.
        wanted = max((level if math.isfinite(level) else lever.now) + lever.unit_step, 2 * lever.now)
    units = math.ceil((wanted - lever.now) / lever.unit_step - 1e-9)
    if math.isfinite(lever.most):
        units = min(units, math.floor((lever.most - lever.now) / lever.unit_step + 1e-9))
    return units


def _sentence(
    lever: Lever, board: _Board, direction: str, change: float, passed: list[int], after: Scores
) -> str:
    """茶园面积再增120亩,可超过东乡,升到第4名."""
    first, rank = board.rows["name"].iloc[passed[0]], board.rank_in(after)
    who = first if len(passed) == 1 else f"{first}等{len(passed)}个乡镇"
    amount = _at_least(change, lever.unit, lever.decimals)
    is_up = _way(lever, direction) > 0
    what = lever.what if lever.what == lever.name else f"{lever.name}:{lever.what}"
    if direction == GAIN:
        verb = "可追平" if after[passed[0]] == after[board.me] else "可超过"
        done = (
            f"期末前多销号{amount}问题" if lever.is_closure else f"{what}再{'增' if is_up else '减'}{amount}"
        )
        return f"{done},{verb}{who},升到第{rank}名"
    lost = (
        f"若有{amount}已销号的问题反弹" if lever.is_closure else f"{what}若{'多' if is_up else '少'}{amount}"
    )
    return f"{lost},会被{who}超过,降到第{rank}名"


def _at_least(change: float, unit: str, decimals: int) -> str:
    """The change in words; where large numbers are told in 万 it is rounded up, for less would not do."""
    factor, name = scale_of(change, unit)
    shown = math.ceil(change / factor * 100 - 1e-9) / 100 * factor if name else change
    return number_text(shown, unit, decimals)


def _why_not(lever: Lever, board: _Board, direction: str, others: list[int]) -> str:
    """Why this part alone does not move the rank."""
    if not others:
        return "已是第1名" if direction == GAIN else "后面没有别的乡镇"
    who, is_up = board.rows["name"].iloc[others[0]], _way(lever, direction) > 0
    if direction == LOSE:
        if lever.is_closure:
            return "即使已销号的问题全部反弹,也不会掉名次"
        return "即使增加一倍,或比最差的乡镇还差,也不会掉名次" if is_up else "即使减到0,也不会掉名次"
    if _full_marks(lever, board):
        return "这一项已得满分"
    if lever.is_closure:
        return f"剩下的{number_text(lever.most - lever.now)}个问题全部销号,也超不过{who}"
    if not is_up:
        return f"即使减到0,也超不过{who}"
    if math.isfinite(lever.most) and lever.moved(_most_units(lever, board, 1) + 1) > lever.most:
        return f"{lever.what}最多{number_text(lever.most, lever.unit, lever.decimals)},全部达到也超不过{who}"
    if board.ranking.method == "target":
        return f"即使达到满分(完成率{number_text(100 * board.ranking.cap)}%),也超不过{who}"
    return f"即使增加一倍,或超过最好的乡镇,也超不过{who}"


def _full_marks(lever: Lever, board: _Board) -> bool:
    """Whether the part gives the township no more points, whatever its figure."""
    full = 100 * (board.ranking.cap if board.ranking.method == "target" else 1.0)
    share = board.shares[lever.part][board.me]
    return bool(board.points[lever.part][board.me] >= full * share - 1e-9)
