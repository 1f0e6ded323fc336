"""One township's own page: its rank, what it is weak in, what would gain or lose a place, what is due.

In: the page with a township chosen, and the group that it is compared with. Out: HTML that fits one phone screen without
a map; on a screen the same in columns. Every text from a ledger is escaped. Refuses to guess: without a rank it says what
is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.figures import figures_at
from metrics.gains import GAIN, LOSE
from settings import Indicator
from ui import answers, view
from ui.cached import keep_as
from ui.composite import WHOLE_COUNTY, band_words, gained, gaps, moved, rank_text, standing
from ui.frame import Page
from ui.html import Words, text, words_html
from ui.navigation import entry
from ui.problem_words import standing as problem_standing
from ui.recomputed import PartLine, part_lines
from wording import date_text, is_missing, number_text, percent_text, period_text

WEAKEST, LAGGARDS, DEADLINES, GAINS = 3, 3, 3, 2
# Where villages have no targets of their own, they are compared with last year, else with the period before.
COMPARED = {
    "completion": "完成率",
    "cumulative_year_change_pct": "同比",
    "change_pct": "较上期",
}


@dataclass(frozen=True)
class Laggards:
    """Villages that are last in one indicator, and how they were compared; `silent` reported nothing."""

    indicator: str
    by: str  # a key of COMPARED
    rows: pd.DataFrame
    are_behind: (
        bool  # below the township's completion and the target, or gone the wrong way; else only last in order
    )
    silent: tuple[str, ...]


def township_page(page: Page, group: str | None) -> None:
    """The card and the links to the details."""
    data, place, period = page.data, str(page.township), page.view.period
    kept = card(data, place, period, group)
    wall = " gm-onwall" if page.view.present else ""
    st.html(f'<article class="gm-township{wall}">{kept}</article>')
    with st.container(horizontal=True, key="gm_townshiplinks", gap="small"):
        for path, label, part in (
            ("rectification", "问题清单", {"part": "清单"}),
            ("industry", "各村产业", {}),
            ("map", "看地图", {}),
        ):
            st.page_link(entry(path).script, label=label, query_params=view.params(page.view) | part)


def laggards(data: Dataset, place: str, period: str | None, group: str | None = None) -> Laggards | None:
    """The last villages in the township's weakest part for which they can be compared; None when there is none."""
    for line in weakest(part_lines(data, place, period, group), None):
        if line.part not in data.settings.indicators:
            continue
        values = figures_at(answers.map_values(data, line.part, "village", place), period)
        known = values[values["value"].notna()]
        for by in COMPARED:
            # A completion has been turned round already where less is better.
            best_first = by != "completion" and data.settings.indicators[line.part].better == "lower"
            rows = known[known[by].notna()].sort_values([by, "place_code"], ascending=[not best_first, True])
            if len(rows):
                silent = tuple(values.loc[values["value"].isna() & (values["expected"] > 0), "name"])
                behind = rows[_is_behind(data, line.part, by, place, period, rows[by], best_first)]
                last = behind if len(behind) else rows
                return Laggards(line.part, by, last.head(LAGGARDS), len(behind) > 0, silent)
    return None


def _is_behind(
    data: Dataset, indicator: str, by: str, place: str, period: str | None, figures: pd.Series, is_lower: bool
) -> pd.Series:
    if by != "completion":
        return figures > 0 if is_lower else figures < 0
    own = answers.of_place(data, indicator, place, period)
    whole = None if own is None or is_missing(own["completion"]) else own["completion"]
    return figures < (100 if whole is None else min(100, whole))


def weakest(lines: list[PartLine], n: int | None = WEAKEST) -> list[PartLine]:
    """Parts without a figure first, then those that cost most points; parts that cost nothing are left out."""
    missing = [line for line in lines if line.is_gap]
    short = [line for line in lines if not is_missing(line.lost) and round(line.lost, 9) > 0]
    return [*missing, *sorted(short, key=lambda line: -line.lost)][:n]


def card(data: Dataset, place: str, period: str | None, group: str | None) -> str:
    """The card's HTML, kept; the same for everybody who may see the same."""
    return keep_as(data, ("township page", place, period, group), lambda: _card(data, place, period, group))


def _card(data: Dataset, place: str, period: str | None, group: str | None) -> str:
    ranking = standing(data, period, group)
    mine = answers.records(ranking[ranking["place_code"] == place])
    if not mine:
        name = text(answers.names(data).get(place, ""))
        head = f'<p class="gm-note">{name}不在“{text(group)}”里,这里没有它的名次。</p>'
        return f"{head}{_problems(data, place)}"
    lines = part_lines(data, place, period, group)
    return (
        f"{_head(data, ranking, mine[0], group)}{_weak(lines, mine[0])}"
        f"{'' if is_missing(mine[0]['rank']) else _steps(data, place, period, group)}"
        f"{_villages(data, place, period, group)}{_problems(data, place)}"
    )


def _head(data: Dataset, ranking: pd.DataFrame, mine: Mapping[str, Any], group: str | None) -> str:
    """Rank of how many, change, score."""
    ranked = int(ranking["rank"].notna().sum())
    if is_missing(mine["rank"]):
        return (
            f'<header><div class="gm-myrank"><b>没有名次</b></div>'
            f'<p class="gm-is-warn">{text(gaps(data, mine))}</p></header>'
        )
    changes = ""
    if not is_missing(mine["previous_period"]):
        changes = f",较{text(period_text(mine['previous_period']))} {words_html(moved(mine['rank_change']))}"
        changes += f",得分 {words_html(gained(mine['score_change']))}"
    place, _, firm = rank_text(mine).partition("(")
    interval = f"({firm}" if firm else ""
    return (
        f'<header><div class="gm-myrank"><b>{text(place)}<small>{text(interval)}/{ranked}</small></b>'
        f"{words_html(band_words(mine['band']))}"
        f'<span class="gm-myscore"><b>{number_text(mine["score"], decimals=1)}</b>分</span></div>'
        f"<p>{text(group or WHOLE_COUNTY)},{text(period_text(mine['period']))}{changes}</p></header>"
    )


def _weak(lines: list[PartLine], mine: Mapping[str, Any]) -> str:
    found = weakest(lines)
    if not found:
        return _section("weak", "弱项", "<p>各项都是满分。</p>" if not is_missing(mine["rank"]) else "")
    rows = "".join(
        f"<li><span>{text(line.name)}<small>{text(line.figure)}</small></span>"
        f"<b>{text(line.state or line.told)}"
        f"<small>{text('失' + number_text(line.lost, '分', 1)) if not line.state else '没有名次'}</small></b></li>"
        for line in found
    )
    return _section("weak", "失分最多的项", f"<ul>{rows}</ul>")


def _steps(data: Dataset, place: str, period: str | None, group: str | None) -> str:
    """The smallest changes that move the rank, and what cannot."""
    steps = answers.rank_steps(data, place, period, group)
    parts = []
    for direction, head, most in ((GAIN, "要升一名", GAINS), (LOSE, "会掉一名", 1)):
        mine = steps[steps["direction"] == direction]
        possible = mine[mine["possible"]].head(most)
        said = list(possible["sentence"]) or list(dict.fromkeys(mine["why"]))[:1]
        rows = "".join(f"<li>{text(each)}</li>" for each in said)
        if rows:
            parts.append(_section(f"step gm-{direction}", head, f"<ul>{rows}</ul>"))
    return "".join(parts)


def _villages(data: Dataset, place: str, period: str | None, group: str | None) -> str:
    found = laggards(data, place, period, group)
    if found is None:
        return ""
    spec = data.settings.indicators[found.indicator]
    rows = "".join(_village(row, spec, found.by) for row in answers.records(found.rows))
    silent = ""
    if found.silent:
        shown = "、".join(found.silent[:LAGGARDS]) + ("等" if len(found.silent) > LAGGARDS else "")
        silent = f"<p>{text(f'未报送{len(found.silent)}个村:{shown}')}</p>"
    return _section("villages", _villages_head(spec, found), f"<ul>{rows}</ul>{silent}")


def _villages_head(spec: Indicator, found: Laggards) -> str:
    """落后的村 are those that are below or fell; where all others did better the last ones have only grown least."""
    compared = COMPARED[found.by]
    if found.by == "completion":
        return f"落后的村:{spec.name}完成率最低" if found.are_behind else f"完成率最低的村:{spec.name}"
    wrong, right = ("上升", "下降") if spec.better == "lower" else ("下降", "增长")
    return (
        f"落后的村:{spec.name}{compared}{wrong}"
        if found.are_behind
        else f"{compared}{right}最慢的村:{spec.name}"
    )


def _village(row: Mapping[str, Any], spec: Indicator, by: str) -> str:
    """Its figure and what it is compared by; one number where both are the same."""
    figure = number_text(row["cumulative"], spec.unit, spec.decimals)
    compared = percent_text(row[by], signed=by != "completion")
    small = f"<small>{text(figure)}</small>" if figure != compared else ""
    return f"<li><span>{text(row['name'])}{small}</span><b>{text(compared)}</b></li>"


def _problems(data: Dataset, place: str) -> str:
    """Overdue: how many and the first; then the next deadlines."""
    mine = answers.within(answers.problems(data), place, "township")
    overdue = mine[mine["is_overdue"]].sort_values(["days_left", "problem_id"])
    coming = mine[mine["is_open"] & (mine["days_left"] >= 0).fillna(False).astype(bool)]
    coming = coming.sort_values(["days_left", "problem_id"]).head(DEADLINES)
    first = "".join(_problem(row, problem_standing(row)) for row in answers.records(overdue.head(1)))
    count = f'<b class="gm-is-bad">{len(overdue)}个</b>' if len(overdue) else "没有"
    rows = "".join(
        _problem(row, f"{date_text(row['due_on'])[5:]}({_days(row['days_left'])})")
        for row in answers.records(coming)
    )
    return (
        f'<section class="gm-overdue"><h3>逾期问题 {count}</h3><ul>{first}</ul></section>'
        f'<section class="gm-due"><h3>最近到期</h3>{f"<ul>{rows}</ul>" if rows else "<p>没有。</p>"}</section>'
    )


def _problem(row: Mapping[str, Any], when: str) -> str:
    where = row["place"] if not is_missing(row["place"]) else row["township"]
    tone: Words = Words(when, "bad" if row["is_overdue"] else "strong")
    # Most problems begin with the village that they are about.
    said = str(row["text"]) if str(where) in str(row["text"]) else f"{where} {row['text']}"
    return f'<li class="gm-oneline">{words_html(tone)} {text(said)}</li>'


def _days(left: Any) -> str:
    return "今天" if left == 0 else f"还剩{left}天"


def _section(kind: str, head: str, body: str) -> str:
    return f'<section class="gm-{kind}"><h3>{text(head)}</h3>{body}</section>' if body else ""
