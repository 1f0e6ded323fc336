"""Where one township or village stands among its like, for the first page: ranks of the headline figures.

In: the page with a place chosen. Out: a table, the worst rank first. Refuses to rank what did not report.
"""

from __future__ import annotations

import streamlit as st

from data_loaders.contract import Dataset
from metrics.map_quantities import rank_in_parent
from ui import answers, cached, limits, notices, view
from ui.cached import keep_as
from ui.composite import BY, gaps, moved
from ui.frame import Page
from ui.html import Column, Row, Words, table
from ui.navigation import entry
from wording import NOT_REPORTED, is_missing, number_text, percent_text

COLUMNS = [
    Column("名次", is_number=True),
    Column("指标", is_wide=True),
    Column("数值", is_number=True),
    Column("完成、升降", is_number=True),
]


def place_standing(page: Page) -> None:
    """The place's ranks among the townships of the county, or among the villages of its township."""
    data, place, period = page.data, page.view.place, page.view.period
    st.subheader("在全县各乡镇中的名次" if page.level == "township" else "在本乡镇各村中的名次", anchor=False)
    rows = standing(data, place, period)
    if rows:
        st.html(table(COLUMNS, rows))
    else:
        notices.empty("还没有可以比较的数据。")
    ways = {"township": ("ranking", "查看本乡镇的名次"), "village": ("map", "在地图上看本村")}
    path, label = ways[page.level]
    st.page_link(entry(path).script, label=label, query_params=view.params(page.view))


def standing(data: Dataset, place: str, period: str | None) -> list[Row]:
    """The same rows, kept."""
    return keep_as(data, ("place standing", place, period), lambda: standing_rows(data, place, period))


def standing_rows(data: Dataset, place: str, period: str | None) -> list[Row]:
    """The ranks, the composite first, then the worst."""
    found = [_figure(data, indicator, place, period) for indicator in data.settings.overview.headline]
    # The share of the others that are ahead says how bad a rank is; unranked ones last.
    ordered = sorted((each for each in found if each is not None), key=lambda each: each[0])
    first = _composite(data, place, period)
    return [*([first] if first else []), *(row for _, row in ordered)]


def _figure(data: Dataset, indicator: str, place: str, period: str | None) -> tuple[float, Row] | None:
    spec, at = data.settings.indicators[indicator], cached.places(data)[place]
    everyone = answers.at(data, indicator, at.level, period)
    siblings = everyone[everyone["parent_code"] == at.parent]
    by = "completion_rank" if siblings["completion"].notna().any() else "rank"
    # Of a data set that is not whole: of a township the rank among all of them, also those that are not shown.
    is_whole = at.level != "township" or limits.shows_every_township(data, indicator)
    ranks = rank_in_parent(siblings.assign(rank=siblings[by]))["rank_in_parent"] if is_whole else siblings[by]
    mine = answers.records(siblings.assign(place_rank=ranks)[siblings["place_code"] == place])
    if not mine:
        return None
    row, whole = mine[0], int(ranks.notna().sum())
    shown = row["cumulative"] if spec.measure == "flow" else row["value"]
    if shown == 0 and is_missing(row["target"]):  # no such industry there: first of many noughts is no honour
        return None
    is_ranked = not is_missing(row["place_rank"])
    value = number_text(shown, spec.unit, spec.decimals)
    cells: list[str | Words] = [
        (f"{int(row['place_rank'])}/{whole}" if is_whole else f"第{int(row['place_rank'])}名")
        if is_ranked
        else Words("—", "soft"),
        f"{spec.name}({BY[by]})",
        Words(value, "soft") if value == NOT_REPORTED else value,
        percent_text(row["completion"]),
    ]
    share = -row["place_rank"] / whole if is_ranked else 1.0
    return float(share), (cells, False)


def _composite(data: Dataset, place: str, period: str | None) -> Row | None:
    ranking = answers.composite(data, period)
    mine = answers.records(ranking[ranking["place_code"] == place])
    if not mine or not data.settings.ranking.parts:
        return None
    row, name = mine[0], data.settings.ranking.name
    if is_missing(row["rank"]):
        return [Words("—", "soft"), name, Words(gaps(data, row), "soft"), ""], True
    whole = int(ranking["rank"].notna().sum())
    cells: list[str | Words] = [
        f"{row['rank']}/{whole}",
        name,
        number_text(row["score"], "分", 1),
        moved(row["rank_change"]),
    ]
    return cells, True
