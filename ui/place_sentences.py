"""记住五句话: what a leader must be able to say of a township or a village without looking.

In: what the cards know of the place. Out: five plain sentences with their figures, units and ranks, hostile where the
ledgers' own words are in them. Refuses to say a missing figure as 0, or a rank of what was not reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.place_card import FigureLine
from metrics.employment import JobTotals
from settings import Coverage
from wording import NOT_REPORTED, number_text, percent_text

NAMED = 3


@dataclass(frozen=True)
class Standing:
    """A township's composite score: among how many, the change on the period before, and in its group."""

    score: str
    rank: int | None
    ranked: int
    change: int | None
    gaps: str  # why there is no rank
    group: str | None
    group_rank: int | None
    group_ranked: int


@dataclass(frozen=True)
class Judged:
    """An indicator's line with what it is judged by; `rank` among `ranked` places."""

    line: FigureLine
    rank: int | None
    ranked: int


def of_rank(standing: Standing | None) -> str:
    """The score, the rank among how many, what has changed, the rank among its like."""
    if standing is None:
        return "综合得分没有计算。"
    if standing.rank is None:
        return f"综合得分没有名次:{standing.gaps}。"
    said = f"综合得分{standing.score}分,居全县第{standing.rank}名({standing.ranked}个乡镇有名次)"
    if standing.change is not None:
        moved = "升" if standing.change > 0 else "降"
        said += f",比上期{moved}{abs(standing.change)}名" if standing.change else ",名次与上期持平"
    if standing.group_rank is not None:
        said += f";在{standing.group}有名次的{standing.group_ranked}个乡镇中排第{standing.group_rank}名"
    return said + "。"


def of_figures(judged: Sequence[Judged], where: str = "全县") -> str:
    """The indicator that stands best, the one that stands worst, and those that were not reported."""
    told = [each for each in judged if not each.line.is_missing]
    # Without a target nobody knows whether 0 is much or little.
    known = sorted([each for each in told if each.line.share is not None] or told, key=_goodness)
    silent = [each.line.name for each in judged if each.line.is_missing]
    parts = []
    if known:
        parts.append(f"{'最好的是' if len(known) > 1 else ''}{_figure(known[-1], where)}")
    if len(known) > 1:
        parts.append(f"最要抓的是{_figure(known[0], where)}")
    if silent:
        parts.append(f"{_listed(silent)}{NOT_REPORTED}")
    return ";".join(parts) + "。" if parts else f"主要指标都{NOT_REPORTED}。"


def _goodness(judged: Judged) -> tuple[float, float]:
    """From worst to best: by completion where there are targets, then by rank."""
    rank = judged.rank / judged.ranked if judged.rank is not None and judged.ranked else 1.0
    return judged.line.share or 0.0, -rank


def _figure(judged: Judged, where: str) -> str:
    line = judged.line
    said = f"{line.name}{line.figure}"
    done = line.done.removeprefix("完成 ")
    if done and done != line.figure:  # a share whose target is 100 % is its own completion
        said += f",占目标的{done}"
    elif line.change.startswith("同比"):
        said += f",{line.change.replace(' ', '')}"
    return said + (f",居{where}第{judged.rank}名" if judged.rank is not None else "")


def of_village_figures(judged: Sequence[Judged], where: str) -> str:
    """The two indicators in which the village stands best in its township."""
    known = [each for each in judged if not each.line.is_missing and each.rank is not None]
    best = sorted(known, key=lambda each: (each.rank or 0) / max(each.ranked, 1))[:2]
    silent = [each.line.name for each in judged if each.line.is_missing]
    parts = [_figure(each, where) for each in best]
    if silent:
        parts.append(f"{_listed(silent)}{NOT_REPORTED}")
    return ";".join(parts) + "。" if parts else "各项产业指标都报0或者没有报送。"


def of_households(row: Mapping[str, Any] | None, rules: Coverage, blank: Sequence[str] | None = None) -> str:
    """How many have enough measures, how many have none; for a township its 空白村."""
    if row is None:
        return f"产业措施到户{NOT_REPORTED}。" if rules.measures else "没有产业措施到户台账。"
    share = percent_text(row["covered_share"])
    said = (
        f"建档立卡{number_text(row['households'], '户')},{rules.target}项及以上产业措施的"
        f"{number_text(row['covered'], '户')},占{share};一项也没有的{number_text(row['measures_0'], '户')}"
    )
    if blank is not None:
        said += f";空白村{len(blank)}个:{_listed(blank)}" if blank else ";没有空白村"
    elif row["households"] > 0 and row["measures_0"] == row["households"]:
        said += ",是空白村"
    return said + "。"


def of_jobs(totals: JobTotals) -> str:
    """Enterprises, jobs, households carried."""
    if totals.enterprises == 0:
        return "台账里没有经营主体和基地。"
    said = (
        f"经营主体和基地{totals.enterprises}家,用工{number_text(totals.jobs, '人')}"
        f",其中建档立卡{number_text(totals.poor_told, '人')},带动{number_text(totals.households_carried, '户')}"
    )
    if totals.unreported:
        said += f";有{totals.unreported}家没有报全"
    return said + "。"


def of_problems(counts: Mapping[str, Any], longest: str) -> str:
    """Found, closed, awaiting, open and overdue; and for how long at most."""
    if not counts["found"]:
        return "台账里没有发现问题。"
    said = (
        f"发现问题{counts['found']}个,已销号{counts['closed']}个,待验收{counts['awaiting']}个,"
        f"整改中{counts['open']}个,其中逾期{counts['overdue']}个"
    )
    return said + (f",最久的逾期{longest}。" if longest else "。")


def of_place(name: str, above: str, register: Mapping[str, Any]) -> str:
    """A village's households, as the register has them."""
    counts = (number_text(register[key], "户") for key in ("households", "poor_households"))
    total, poor = counts
    return f"{name}属{above},总户数{total},建档立卡{poor}。"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return "、".join(every[:NAMED]) + (f"等{len(every)}个" if len(every) > NAMED else "")
