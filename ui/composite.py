"""The composite score in tables: the townships' order, one township's parts.

In: `metrics.ranking.township_ranking`. Out: HTML tables. A township without a score is listed with what is
missing, never with 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.ranking import part_names, part_weights
from settings import Indicator, Settings
from ui import answers, notices, view
from ui.frame import Page
from ui.html import Card, Column, Row, Words, cards, table
from ui.navigation import entry
from ui.problem_cards import problem_cards
from ui.view import View
from wording import is_missing, number_text, period_text

LAST = 5


def moved(change: Any) -> Words:
    """A change of rank in words: ↑2, ↓1, 持平."""
    if is_missing(change):
        return Words("—", "soft")
    places = int(change)
    if places == 0:
        return Words("持平", "soft")
    return Words(f"↑{places}", "good") if places > 0 else Words(f"↓{-places}", "warn")


def ranking_table(data: Dataset, ranking: pd.DataFrame, place: str | None) -> str:
    """All townships, best first, with score, change of rank and each part's score."""
    parts = part_names(data.settings)
    columns = [
        Column("名次", is_number=True),
        Column("乡镇"),
        Column("得分", is_number=True),
        Column("升降", is_number=True),
        *(Column(name, is_number=True, wraps=True, is_small_print=True) for name in parts.values()),
    ]
    rows: list[Row] = []
    for row in answers.records(ranking):
        if is_missing(row["rank"]):
            state: list[str | Words] = [
                Words("—", "soft"),
                row["name"],
                Words("未报送", "soft"),
                Words("", ""),
            ]
        else:
            score = Words(number_text(row["score"], decimals=1), "strong")
            state = [str(row["rank"]), row["name"], score, moved(row["rank_change"])]
        scores = [_part(row[part]) for part in parts]
        rows.append(([*state, *scores], row["place_code"] == place))
    return table(columns, rows)


def indicator_table(spec: Indicator, ranking: pd.DataFrame, place: str | None) -> str:
    """One indicator's townships, best first, with figure, target, completion and change of rank."""
    has_target = bool(ranking["completion"].notna().any())
    columns = [
        Column("名次", is_number=True),
        Column("乡镇"),
        Column(f"{'累计' if spec.measure == 'flow' else '数值'}({spec.unit})", is_number=True),
        *(
            [Column("全年目标", is_number=True, is_small_print=True), Column("完成率", is_number=True)]
            if has_target
            else []
        ),
        Column("升降", is_number=True),
        Column("已报", is_number=True, is_small_print=True),
    ]
    rows: list[Row] = []
    for row in answers.records(ranking):
        unknown = is_missing(row["rank"])
        cells: list[str | Words] = [Words("—", "soft") if unknown else str(row["rank"]), str(row["name"])]
        figure = number_text(row["cumulative"], decimals=spec.decimals)
        cells.append(Words(figure, "soft" if is_missing(row["cumulative"]) else "strong"))
        if has_target:
            cells += [
                number_text(row["target"], decimals=spec.decimals, missing="—"),
                _part(row["completion"]),
            ]
        cells += [moved(row["rank_change"]), f"{row['reported']}/{row['expected']}"]
        rows.append((cells, row["place_code"] == place))
    return table(columns, rows)


def unranked(ranking: pd.DataFrame) -> str:
    """Townships without a rank, each with what is missing; empty when all are ranked."""
    rows = answers.records(ranking[ranking["rank"].isna()])
    listed = ";".join(f"{row['name']}(缺{row['missing']})" for row in rows)
    return f"没有排名:{listed}。" if listed else ""


def formula(settings: Settings) -> str:
    """How the score is made, in one sentence that anybody can recompute."""
    names, weights = part_names(settings), part_weights(settings)
    parts = "、".join(f"{name} {100 * weights[part]:.0f}%" for part, name in names.items())
    return (
        f"{settings.ranking.name}=各项完成率(最高按{100 * settings.ranking.cap:.0f}%计)×权重之和:{parts}。"
        f"某项报送不到{100 * settings.ranking.min_reported_share:.0f}%的乡镇不排名,列明缺什么;并列的名次相同。"
    )


def township_cards(page: Page, ranking: pd.DataFrame) -> None:
    """One township: rank, score, change, its parts with most points lost first, its problems."""
    data, place = page.data, str(page.township)
    row = answers.records(ranking[ranking["place_code"] == place])[0]
    ranked = int(ranking["rank"].notna().sum())
    if is_missing(row["rank"]):
        notices.empty(f"{row['name']}没有名次:缺{row['missing']}。")
    else:
        lines: tuple[tuple[str | Words, ...], ...] = ()
        if row["previous_period"]:
            lines = ((f"较{period_text(row['previous_period'])}", moved(row["rank_change"])),)
        score = number_text(row["score"], decimals=1)
        st.html(
            cards(
                [
                    Card("全县名次", f"第{row['rank']}名", f"/{ranked}", lines=lines),
                    Card(data.settings.ranking.name, score, "分", lines=((_gap(ranking, row),),)),
                ],
                kind="small",
            )
        )
    st.html(_parts_table(data, row))
    found = answers.within(answers.problems(data), place, "township")
    if len(found):
        st.html(cards(problem_cards(found, data.settings.problems, short=True), kind="small"))
    links = (("rectification", "看本乡镇的问题"), ("industry", "看本乡镇各村的产业"))
    for path, label in links:
        st.page_link(entry(path).script, label=label, query_params=view.params(page.view))


def _gap(ranking: pd.DataFrame, row: Mapping[str, Any]) -> str:
    """How far the next township above is."""
    above = ranking.loc[ranking["score"] > row["score"], "score"]
    if above.empty:
        return "全县第一"
    return f"距前一名差{number_text(above.min() - row['score'], '分', 2)}"


def last_places(data: Dataset, chosen: View) -> None:
    """The last townships of the composite, for the first page."""
    if not data.settings.ranking.parts:
        return
    ranking = answers.composite(data, chosen.period)
    ranked = ranking[ranking["rank"].notna()]
    st.subheader(f"{data.settings.ranking.name}靠后的乡镇", anchor=False)
    if ranked.empty:
        notices.empty("报送还不齐,没有乡镇可以排名。")
        return
    columns = [
        Column("名次", is_number=True),
        Column("乡镇", is_wide=True),
        Column("得分", is_number=True),
        Column("升降", is_number=True),
    ]
    rows = [
        ([f"{row['rank']}/{len(ranked)}", row["name"], number_text(row["score"], decimals=1), moved(row["rank_change"])], row["place_code"] == chosen.place)
        for row in answers.records(ranked.tail(LAST).iloc[::-1])
    ]  # fmt: skip
    st.html(table(columns, rows))
    st.page_link(entry("ranking").script, label="查看全部名次", query_params=view.params(chosen))


def _parts_table(data: Dataset, row: Mapping[str, Any]) -> str:
    names, weights = part_names(data.settings), part_weights(data.settings)
    full = {part: 100 * data.settings.ranking.cap * weight for part, weight in weights.items()}

    def lost(part: str) -> float:
        points = row[f"points_{part}"]
        return -1.0 if is_missing(points) else full[part] - float(points)

    columns = [
        Column("评分项", is_wide=True),
        Column("权重", is_number=True),
        Column("完成率", is_number=True),
        Column("失分", is_number=True),
    ]
    rows: list[Row] = [
        ([names[part], f"{100 * weights[part]:.0f}%", _part(row[part]), _lost(lost(part))], False)
        for part in sorted(names, key=lost, reverse=True)
    ]
    return table(columns, rows)


def _lost(points: float) -> Words:
    return Words("—", "soft") if points < 0 else Words(f"{points:.1f}分", "strong" if points >= 1 else "")


def _part(score: Any) -> Words:
    if is_missing(score):
        return Words("—", "soft")
    return Words(number_text(score, "%", 1), bar=float(score))
