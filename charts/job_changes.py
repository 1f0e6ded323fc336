"""Jobs against last year: enterprises whose jobs fell, and the sum of each industry.

In: `employment.fallen_jobs`; jobs_by_industry. Out: figures, most jobs lost first. Refuses to show more enterprises
than fit on a screen without saying how many others there are, and to draw an industry in which none told both years.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure, value_ticks
from wording import fraction_text, is_missing, number_text, percent_text

ROW_PX = 34
SHORT = 11  # characters of a name that leave a phone room for the figures


def fallen_chart(
    fallen: pd.DataFrame, *, title: str, most: int = 12, cut: str = "", scale: float = 1.0
) -> go.Figure:
    """A line from last year's jobs (hollow) to now (filled) an enterprise, and how many were lost.

    `cut`: what the names begin with and need not say, e.g. the county's name. A click chooses the township.
    """
    if fallen.empty:
        return empty_chart(title, "两年都报了用工的主体里,没有减少的", scale=scale)
    rows = fallen.head(most).reset_index(drop=True)
    others = len(fallen) - len(rows)
    figure = styled_figure(
        title,
        f"空心为上年,实心为现在;单位:人{f';减少最多的{most}家,另有{others}家在名单里' if others else ''}",
        height=len(rows) * ROW_PX + 30,
        scale=scale,
    )
    shown = rows.to_dict("records")
    figure.update_layout(
        shapes=[_line(at, row, scale) for at, row in enumerate(shown)],
        annotations=[_beside(at, _lost(row), scale) for at, row in enumerate(shown)],
        margin_r=108 * scale,
    )
    now, before = ("jobs", "circle", palette.AMBER), ("jobs_last_year", "circle-open", palette.MUTED)
    for column, symbol, colour in (before, now):
        figure.add_scatter(
            x=rows[column].astype("float64"), y=list(rows.index), cliponaxis=False,
            mode="markers",
            marker={
                "symbol": symbol, "size": 10 * scale, "color": colour,
                "line": {"width": 2 * scale, "color": colour},
            },
            customdata=[[plain(row["name"]), _hover(row), _township(row)] for row in shown],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    wide = float(rows["jobs_last_year"].max())
    figure.update_xaxes(range=[-0.03 * wide, wide * 1.05], **value_ticks(0, wide, "人", is_count=True))
    names_axis(figure, [_name(row, cut) for row in shown], scale)
    return figure


def changes_chart(summary: pd.DataFrame, *, title: str, scale: float = 1.0) -> go.Figure:
    """A bar per industry: people more or fewer than last year, of the enterprises that told both years."""
    rows = summary[summary["compared"] > 0].sort_values(["change", "name"], ignore_index=True)
    if rows.empty:
        return empty_chart(title, "台账里没有上年用工人数,还不能比较", scale=scale)
    records = rows.to_dict("records")
    figure = styled_figure(
        title, "只算两年都报了用工的主体(右为家数);单位:人", height=rows_height(len(rows)), scale=scale
    )
    figure.add_bar(
        x=rows["change"].astype("float64"), y=list(rows.index), orientation="h", cliponaxis=False,
        marker={"color": [palette.AMBER if change < 0 else palette.PRIMARY for change in rows["change"]]},
        customdata=[[plain(row["name"]), _years(row), ""] for row in records],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    low, high = min(float(rows["change"].min()), 0.0), max(float(rows["change"].max()), 0.0)
    room = 0.04 * max(high - low, 1.0)
    figure.update_xaxes(range=[low - room, high + room], **value_ticks(low, high, "人", is_count=True))
    figure.update_layout(
        annotations=[_beside(at, _more(row), scale) for at, row in enumerate(records)],
        shapes=[
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": palette.LINE},
            }
        ],
        margin_r=152 * scale,
    )
    names_axis(figure, [plain(row["name"]) for row in records], scale)
    return figure


def _years(row: dict[Hashable, Any]) -> str:
    before, now = row["jobs_before"], row["jobs_before"] + row["change"]
    return f"上年{number_text(before, '人')},现在{number_text(now, '人')}<br>{fraction_text(row['compared'], row['enterprises'], '家')}两年都报了"


def _more(row: dict[Hashable, Any]) -> str:
    share = 100 * row["change"] / row["jobs_before"] if row["jobs_before"] > 0 else None
    told = "" if share is None else f"({percent_text(share, signed=True)})"
    return f"<b>{number_text(row['change'], signed=True)}</b>{told} {number_text(row['compared'], '家')}"


def _beside(at: int, words: str, scale: float) -> dict[str, Any]:
    """Words to the right of a row."""
    return {
        "x": 1, "xref": "paper", "y": at, "xanchor": "left", "showarrow": False, "xshift": 6 * scale,
        "text": words, "font": {"color": palette.INK},
    }  # fmt: skip


def _line(at: int, row: dict[Hashable, Any], scale: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": row["jobs"], "x1": row["jobs_last_year"], "y0": at, "y1": at, "layer": "below",
        "line": {"color": palette.AMBER, "width": 3 * scale},
    }  # fmt: skip


def _lost(row: dict[Hashable, Any]) -> str:
    share = percent_text(row["change_percent"], signed=True)
    return f"<b>{number_text(row['change'], '人', signed=True)}</b>({share})"


def _township(row: dict[Hashable, Any]) -> str:
    return "" if is_missing(row["township"]) else str(row["township_code"])


def _name(row: dict[Hashable, Any], cut: str) -> str:
    name = str(row["name"]).removeprefix(cut)
    short = name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"
    small = "" if is_missing(row["township"]) else f"<br>{plain(row['township'])}"
    return f"{plain(short)}{small}"


def _hover(row: dict[Hashable, Any]) -> str:
    where = " ".join(plain(row[name]) for name in ("township", "industry_name") if not is_missing(row[name]))
    return (
        f"{where}<br>上年{number_text(row['jobs_last_year'], '人')},现在{number_text(row['jobs'], '人')}"
        f"<br>{_lost(row)}"
    )
