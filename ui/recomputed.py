"""One township's score as a sum that anybody can redo: figure, target, part score, weight, points.

In: the data set, the township, the period, the group it is compared with. Out: a line per part, and the table. Refuses to
fill in: a part that was not reported or does not apply says so and has no points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_loaders.contract import Dataset
from metrics.composite import part_names
from metrics.periods import last_day
from settings import RankingPart
from ui import answers
from ui.cached import keep_as
from ui.composite import JUDGED, gap, weight_text
from ui.html import Column, Row, Words, table
from wording import fraction_text, is_missing, number_text, percent_text

NOT_APPLICABLE = "不适用"


@dataclass(frozen=True)
class PartLine:
    """One part of one township's score, in words and as numbers (missing where there is none)."""

    part: str
    name: str
    figure: str  # what was done out of what: 75.0/128.0万袋
    judged: str  # the figure that is scored, as exact as it is multiplied by: 58.59%
    told: str  # the same for reading: 58.6%
    ruler: str  # what it is measured by, for methods that compare: 最低12.0,最高98.3
    score: Any
    share: Any
    points: Any
    lost: Any  # points short of full marks
    state: str  # 不适用, or why there is no score (`composite.gap`); empty when the part counts
    is_gap: bool  # it applies and has no score


def part_lines(data: Dataset, place: str, period: str | None, group: str | None = None) -> list[PartLine]:
    """The parts in the order of the config; none for a township that is not in the ranking."""

    def make() -> list[PartLine]:
        ranking = answers.composite(data, period, group)
        mine = answers.records(ranking[ranking["place_code"] == place])
        return [_line(data, part, mine[0], ranking, group) for part in data.settings.ranking.parts if mine]

    return keep_as(data, ("part lines", place, period, group), make)


def recomputed(data: Dataset, place: str, period: str | None, group: str | None = None) -> str:
    """The sum as a table: every part's score x weight = points, and the total; empty for who is not ranked there."""
    lines = part_lines(data, place, period, group)
    if not lines:
        return ""
    has_ruler = any(line.ruler for line in lines)
    columns = [
        Column("评分项", wraps=True),
        Column("实际/目标", is_number=True),
        Column("计分的数", is_number=True),
        *([Column("全部乡镇", is_number=True)] if has_ruler else []),
        Column("单项得分", is_number=True),
        Column("×权重", is_number=True),
        Column("=得分", is_number=True),
    ]
    rows: list[Row] = []
    for line in lines:
        counts = not line.state
        rows.append(
            (
                [
                    line.name,
                    line.figure,
                    line.judged if counts else Words(line.state, "soft"),
                    *([line.ruler] if has_ruler else []),
                    number_text(line.score, decimals=2, missing="—") if counts else "—",
                    weight_text(line.share) if line.share else "—",
                    number_text(line.points, decimals=2, missing="—"),
                ],
                False,
            )
        )
    ranking = answers.composite(data, period, group)
    row = answers.records(ranking[ranking["place_code"] == place])[0]
    total = number_text(row["score"], decimals=2, missing=f"缺{row['missing'] or '适用的评分项'},没有总分")
    blank = [""] * (len(columns) - 3)
    rows.append(
        (["合计", *blank, weight_text(sum(line.share for line in lines)), Words(total, "strong")], True)
    )
    return f'<div class="gm-sum">{table(columns, rows, is_tight=True)}</div>'


def _line(
    data: Dataset, part: RankingPart, mine: dict[str, Any], ranking: pd.DataFrame, group: str | None
) -> PartLine:
    settings = data.settings
    share, score, raw = mine[f"share_{part.id}"], mine[part.id], mine[f"raw_{part.id}"]
    why = gap(data, part, mine)
    state = why if share else NOT_APPLICABLE
    full = 100 * settings.ranking.cap if settings.ranking.method == "target" else 100.0
    return PartLine(
        part=part.id,
        name=part_names(settings)[part.id],
        figure=_figure(data, part, mine),
        judged=_judged(data, part, raw, 2),
        told=_judged(data, part, raw, 1),
        ruler=_ruler(data, part, mine, ranking, group) if not state else "",
        score=score,
        share=share,
        points=mine[f"points_{part.id}"],
        lost=None if state else share * (full - score),
        state=state,
        is_gap=bool(why),
    )


def _figure(data: Dataset, part: RankingPart, mine: dict[str, Any]) -> str:
    """Done out of what was to be done, with the unit."""
    if part.indicator is None:
        found, rate = mine[f"base_{part.id}"], mine[f"raw_{part.id}"]
        if is_missing(found) or is_missing(rate):
            return "—"
        on = min(data.manifest.as_of, last_day(str(mine["period"])))
        return f"{round(found * rate / 100)}/{found:.0f}个(截至{on.month}月{on.day}日)"
    spec = data.settings.indicators[part.indicator]
    row = answers.of_place(data, part.indicator, mine["place_code"], str(mine["period"]))
    if row is None or is_missing(row["cumulative"]):
        return "—"
    if spec.measure == "ratio" and part.of == "completion":
        counted = data.settings.indicators[spec.denominator[0]]
        cases = fraction_text(row["numerator"], row["denominator"], counted.unit, counted.decimals)
        goal = "" if row["target"] == 100 else f",目标{number_text(row['target'], spec.unit, spec.decimals)}"
        return cases + goal
    if part.of != "completion" or is_missing(row["target"]):
        return number_text(row["cumulative"], spec.unit, spec.decimals)
    return fraction_text(row["cumulative"], row["target"], spec.unit, spec.decimals)


def _judged(data: Dataset, part: RankingPart, raw: Any, decimals: int) -> str:
    if part.of != "value" or part.indicator is None:
        is_ratio = part.indicator is not None and data.settings.indicators[part.indicator].measure == "ratio"
        if part.of == "year_change" and is_ratio:
            unit = data.settings.indicators[str(part.indicator)].unit
            return number_text(raw, "个百分点" if unit == "%" else unit, decimals, signed=True, missing="—")
        word = JUDGED[part.of] if part.of == "year_change" else ""
        return word + percent_text(raw, decimals, signed=part.of == "year_change")
    spec = data.settings.indicators[part.indicator]
    return number_text(raw, spec.unit, spec.decimals)


def _ruler(
    data: Dataset, part: RankingPart, mine: dict[str, Any], ranking: pd.DataFrame, group: str | None
) -> str:
    """What the townships' figures are compared by; nothing for the method target."""
    method, raw = data.settings.ranking.method, ranking[f"raw_{part.id}"]
    known = raw[(ranking[f"share_{part.id}"] > 0) & raw.notna()]
    if method == "target" or known.empty:
        return ""
    if method == "minmax":
        return f"最低{number_text(known.min(), decimals=2)},最高{number_text(known.max(), decimals=2)}"
    if method == "rank":
        place = len(known) - mine[part.id] / 100 * (len(known) - 1)
        return f"第{place:.0f}名/{len(known)}个"
    found = answers.yardstick(data, str(mine["period"]), group)
    if found is None or part.id not in found.index:
        return "—"
    mean, deviation = found.loc[part.id, "mean"], found.loc[part.id, "deviation"]
    return f"平均{number_text(mean, decimals=2)},标准差{number_text(deviation, decimals=2)}"
