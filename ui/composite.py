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
from ui import answers, notices, view
from ui.html import Card, Column, Words, cards, table
from ui.navigation import entry
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
        *(Column(name, is_number=True, on_phone=False) for name in parts.values()),
    ]
    rows = []
    for row in ranking.to_dict("records"):
        if is_missing(row["rank"]):
            state: list[str | Words] = [Words("—", "soft"), row["name"], Words("未报送", "soft"), Words("", "")]
        else:
            score = Words(number_text(row["score"], decimals=1), "strong")
            state = [str(row["rank"]), row["name"], score, moved(row["rank_change"])]
        scores = [_part(row[part]) for part in parts]
        rows.append(([*state, *scores], row["place_code"] == place))
    return table(columns, rows)


def township_cards(data: Dataset, ranking: pd.DataFrame, place: str) -> None:
    """One township: rank, score, change, and its parts with most points lost first."""
    row = ranking[ranking["place_code"] == place].to_dict("records")[0]
    ranked = int(ranking["rank"].notna().sum())
    if is_missing(row["rank"]):
        notices.empty(f"{row['name']}没有名次:{row['missing']}未报送。")
    else:
        before = row["previous_period"]
        lines = ((Words(f"较{period_text(before)}"), moved(row["rank_change"])),) if before else ()
        st.html(
            cards(
                [
                    Card("全县名次", f"第{row['rank']}名", f"/共{ranked}个乡镇", lines=lines),
                    Card(data.settings.ranking.name, number_text(row["score"], decimals=1), "分"),
                ],
                small=True,
            )
        )
    st.html(_parts_table(data, row))


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
    columns = [Column("名次", is_number=True), Column("乡镇", is_wide=True), Column("得分", is_number=True), Column("升降", is_number=True)]
    rows = [
        ([f"{row['rank']}/{len(ranked)}", row["name"], number_text(row["score"], decimals=1), moved(row["rank_change"])], row["place_code"] == chosen.place)
        for row in ranked.tail(LAST).iloc[::-1].to_dict("records")
    ]  # fmt: skip
    st.html(table(columns, rows))
    st.page_link(entry("ranking").script, label="查看全部名次", query_params=view.params(chosen))


def _parts_table(data: Dataset, row: Mapping[str, Any]) -> str:
    names, weights = part_names(data.settings), part_weights(data.settings)
    full = {part: 100 * data.settings.ranking.cap * weight for part, weight in weights.items()}

    def lost(part: str) -> float:
        points = row[f"points_{part}"]
        return -1.0 if is_missing(points) else full[part] - float(points)

    columns = [Column("评分项", is_wide=True), Column("权重", is_number=True), Column("完成率", is_number=True), Column("失分", is_number=True)]
    rows = [
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
