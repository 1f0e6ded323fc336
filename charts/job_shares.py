"""How much of the jobs hangs on a few enterprises: the largest five of each industry or township.

In: `employment.largest` and one of the jobs_by_… tables. Out: a figure in which each of the five is a part of its
row's bar. Refuses to call five of five concentrated: rows with no more enterprises than that are grey and say so,
and every other row says what its five would have if all enterprises were equal.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure
from wording import fraction_text, is_missing, number_text, percent_text

TOP = 5
MOST_ROWS = 40
_HOVER = "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>"
_COLOURS = palette.SEQUENTIAL[:1:-1]  # the largest is the darkest


def shares_chart(
    summary: pd.DataFrame,
    largest: pd.DataFrame,
    key: str,
    *,
    title: str,
    whole: str | None = None,
    highlight: str | None = None,
    find_by_name: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """A bar of 100 % a row: its largest enterprises one by one, and all others; the most concentrated first.

    `key` is the column of `summary` and of `largest` that tells the rows, without missing ones; a row named `whole` stays on top.
    A click chooses the township in `key`, or with `find_by_name` the enterprise's name.
    """
    rows = _ordered(summary[summary["reported"] > 0], whole)
    if rows.empty:
        return empty_chart(title, "还没有经营主体的用工数据", scale=scale)
    left_out = len(rows) - MOST_ROWS
    rows = rows.head(MOST_ROWS)
    figure = styled_figure(
        title,
        f"每段是用工最多的5家之一,竖线是家家一样多时5家该占的;单位:人{f';其余{left_out}行见下载' if left_out > 0 else ''}",
        height=rows_height(len(rows)),
        scale=scale,
    )
    at = {value: position for position, value in enumerate(rows[key])}
    is_few = {value: bool(count <= TOP) for value, count in zip(rows[key], rows["reported"], strict=True)}
    parts = largest[largest[key].isin(list(at))]
    for position in range(1, TOP + 1):
        _add_part(figure, parts[parts["position"] == position], key, at, is_few, position, find_by_name)
    _add_rest(figure, rows, key, find_by_name)
    figure.update_layout(
        barmode="stack", annotations=_labels(rows, scale), shapes=_even(rows, scale), margin_r=136 * scale
    )
    figure.update_xaxes(range=[0, 100], ticksuffix="%", nticks=5)
    shown = [
        f"<b>{plain(row['name'])}</b>"
        if row["name"] == whole or row[key] == highlight
        else plain(row["name"])
        for row in rows.to_dict("records")
    ]
    names_axis(figure, shown, scale)
    return figure


def _ordered(rows: pd.DataFrame, whole: str | None) -> pd.DataFrame:
    """The whole, then most concentrated first, then those with too few enterprises to compare."""
    order = rows.assign(
        is_first=rows["name"] == whole, is_few=(rows["reported"] <= TOP).astype(bool), by=rows["top_share"]
    )
    order["by"] = order["by"].mask(order["is_few"], order["jobs"])
    return order.sort_values(
        ["is_first", "is_few", "by", "name"], ascending=[False, True, False, True], ignore_index=True
    )


def _add_part(
    figure: go.Figure,
    part: pd.DataFrame,
    key: str,
    at: dict[Any, int],
    is_few: dict[Any, bool],
    position: int,
    find_by_name: bool,
) -> None:
    colour = _COLOURS[position - 1]
    rows = part.to_dict("records")
    figure.add_bar(
        x=[row["share"] for row in rows], y=[at[row[key]] for row in rows], orientation="h",
        marker={
            "color": [palette.CONTEXT if is_few[row[key]] else colour for row in rows],
            "line": {"width": 1, "color": "#FFFFFF"},
        },
        customdata=[[plain(row["name"]), _hover(row), _choice(row, key, find_by_name)] for row in rows],
        hovertemplate=_HOVER,
    )  # fmt: skip


def _choice(row: dict[Hashable, Any], key: str, find_by_name: bool) -> str:
    chosen = row["name"] if find_by_name else row[key]
    return "" if is_missing(chosen) else str(chosen)


def _hover(row: dict[Hashable, Any]) -> str:
    where = " ".join(plain(row[name]) for name in ("township", "industry_name") if not is_missing(row[name]))
    return (
        f"{where}<br>第{row['position']}:用工{number_text(row['jobs'], '人')},占{percent_text(row['share'])}"
    )


def _add_rest(figure: go.Figure, rows: pd.DataFrame, key: str, find_by_name: bool) -> None:
    rest = rows[(rows["reported"] > TOP) & rows["top_share"].notna()]
    records = rest.to_dict("records")
    figure.add_bar(
        x=[100 - row["top_share"] for row in records], y=list(rest.index), orientation="h",
        marker={"color": palette.GRID, "line": {"width": 0}},
        customdata=[
            [
                plain(row["name"]),
                f"其余{number_text(row['reported'] - TOP, '家')}共{number_text(row['jobs'] - row['top_jobs'], '人')}",
                "" if find_by_name or is_missing(row[key]) else str(row[key]),
            ]
            for row in records
        ],
        hovertemplate=_HOVER,
    )  # fmt: skip


def _labels(rows: pd.DataFrame, scale: float) -> list[dict[str, Any]]:
    """The share and its two numbers beside each bar."""
    return [
        {
            "x": 1, "xref": "paper", "y": at, "xanchor": "left", "showarrow": False, "xshift": 6 * scale,
            "text": _label(row), "font": {"color": palette.INK},
        }
        for at, row in enumerate(rows.to_dict("records"))
    ]  # fmt: skip


def _even(rows: pd.DataFrame, scale: float) -> list[dict[str, Any]]:
    """A line where five would be if all had equal jobs: five of seven are much, and no concentration."""
    return [
        {
            "type": "line", "x0": 100 * TOP / row["reported"], "x1": 100 * TOP / row["reported"],
            "y0": at - 0.46, "y1": at + 0.46, "line": {"color": palette.INK, "width": 2 * scale},
        }
        for at, row in enumerate(rows.to_dict("records"))
        if row["reported"] > TOP
    ]  # fmt: skip


def _label(row: dict[Hashable, Any]) -> str:
    if row["reported"] <= TOP:
        return f"只有{row['reported']}家"
    if is_missing(row["top_share"]):
        return "用工为0"
    return f"<b>{percent_text(row['top_share'])}</b> {fraction_text(row['top_jobs'], row['jobs'])}"
