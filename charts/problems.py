"""Problems by how they stand: per township, source, category or unit; townships by closure.

In: `metrics.responsibility.standing_counts` and what is made of it. Out: figures whose segments add up to the problems
found, or to those not struck off.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import (
    empty_chart,
    names_axis,
    plain,
    plain_list,
    rows_height,
    styled_figure,
    value_ticks,
)
from wording import fraction_text, number_text, percent_text

SEGMENTS = (
    ("red", "逾期", palette.RED),
    ("yellow", "要盯紧", palette.AMBER),
    ("blue", "临期", palette.BLUE),
    ("calm", "其他整改中", palette.CONTEXT),
    ("awaiting", "待验收", palette.AWAITING),
    ("closed", "已销号", palette.DONE),
)
LIGHT_INK = ("red", "awaiting")  # segments on which white reads better


def problem_status_chart(
    counts: pd.DataFrame,
    label: str = "name",
    *,
    highlight: str | None = None,
    title: str | None = None,
    picks: str | None = None,
    only_live: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """A bar per row of `counts`, in its order, stacked by warning, then 待验收 | 已销号; closure rate beside it.

    `label`: the column with the names (name, source, category, lead_unit …); `highlight`: a value of it;
    `picks`: the column whose value a click on a bar chooses; `only_live`: without what is struck off.
    """
    rows = counts[counts["found"] > 0].reset_index(drop=True)
    if rows.empty:
        return empty_chart(title or "问题整改", "没有查出的问题", scale=scale)
    segments = SEGMENTS[:-1] if only_live else SEGMENTS
    ends = rows[[column for column, _, _ in segments]].sum(axis=1)
    small = "未销号的问题(个)" if only_live else "问题数(个)"
    figure = styled_figure(
        _title(rows) if title is None else title, f"{small};右为销号率和逾期数", height=rows_height(len(rows)), scale=scale,
        legend=[(name, colour) for _, name, colour in segments],
    )  # fmt: skip
    names = [plain(name) or "未注明" for name in rows[label]]
    chosen = rows[picks].fillna("") if picks else [""] * len(rows)
    most = max(float(ends.max()), 1.0)
    for column, name, colour in segments:
        values = rows[column]
        figure.add_bar(
            x=values, y=list(range(len(rows))), orientation="h", name=name, marker={"color": colour},
            text=[str(v) if v >= max(0.06 * most, 1) else "" for v in values],
            textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if column in LIGHT_INK else palette.INK},
            customdata=list(zip(names, _hover(rows, values, name), chosen, strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=ends, y=list(range(len(rows))), mode="text", textposition="middle right", showlegend=False,
        text=[_rate_words(row, only_live) for _, row in rows.iterrows()], hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    # The bars without those struck off say nothing of the rate's parts: the words do, and need room.
    figure.update_xaxes(
        range=[0, most * (2.35 if only_live else 1.5)], **value_ticks(0, most * 1.2, is_count=True)
    )
    bold = [f"<b>{n}</b>" if raw == highlight else n for n, raw in zip(names, rows[label], strict=True)]
    names_axis(figure, bold, scale)
    return figure


def closure_chart(ranked: pd.DataFrame, *, highlight: str | None = None, scale: float = 1.0) -> go.Figure:
    """Townships by closure rate, best first: rank, rate with both its parts, and how many were struck off too late.

    `ranked` comes from `closure_ranking`; who has no rank is left out. `highlight`: a place_code.
    """
    rows = ranked[ranked["rank"].notna()].reset_index(drop=True)
    if rows.empty:
        return empty_chart("各乡镇销号率", "没有可以排名的乡镇", scale=scale)
    first, last = rows.iloc[0], rows.iloc[-1]
    title = (
        f"销号率最高{first['name']}{percent_text(first['closure_rate'])};"
        f"最低{last['name']}{percent_text(last['closure_rate'])}"
        if len(rows) > 1
        else f"{first['name']}销号率{percent_text(first['closure_rate'])}"
    )
    figure = styled_figure(
        title, "销号率=已销号/发现(%);括号里是个数;右为逾期以后才销号的", height=rows_height(len(rows)), scale=scale
    )  # fmt: skip
    names = plain_list(rows["name"])
    figure.add_bar(
        x=rows["closure_rate"], y=list(range(len(rows))), orientation="h",
        marker={"color": [palette.PRIMARY if code == highlight else palette.SEQUENTIAL[2] for code in rows["place_code"]]},
        text=[f"{percent_text(rate)}({fraction_text(closed, found)})" for rate, closed, found in zip(rows["closure_rate"], rows["closed"], rows["found"], strict=True)],
        textposition="inside", insidetextanchor="start", textangle=0, constraintext="none",
        textfont={"color": ["#FFFFFF" if code == highlight else palette.INK for code in rows["place_code"]]},
        customdata=list(zip(names, [_ranked_hover(row) for _, row in rows.iterrows()], rows["place_code"], strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[100.0] * len(rows), y=list(range(len(rows))), mode="text", textposition="middle right",
        text=[_late_words(row) for _, row in rows.iterrows()], hoverinfo="skip", cliponaxis=False, showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(range=[0, 132], **value_ticks(0, 100, "%"))
    labels = [
        f"<b>{rank} {name}</b>" if code == highlight else f"{rank} {name}"
        for rank, name, code in zip(rows["rank"], names, rows["place_code"], strict=True)
    ]
    names_axis(figure, labels, scale)
    return figure


def _title(rows: pd.DataFrame) -> str:
    overdue, found, closed = (int(rows[name].sum()) for name in ("overdue", "found", "closed"))
    return f"{overdue}个问题逾期,{closed}/{found}已销号"


def _rate_words(row: pd.Series, with_parts: bool) -> str:
    parts = f"({fraction_text(row['closed'], row['found'])})" if with_parts else ""
    late = f' <span style="color:{palette.RED}"><b>逾期{row["overdue"]}</b></span>' if row["overdue"] else ""
    return f" {percent_text(row['closure_rate'], 0)}{parts}{late}"


def _hover(rows: pd.DataFrame, values: pd.Series, name: str) -> list[str]:
    return [
        f"{name} {number_text(value, '个')}<br>共{found}个,已销号{closed}个,销号率{percent_text(rate)}"
        for value, found, closed, rate in zip(
            values, rows["found"], rows["closed"], rows["closure_rate"], strict=True
        )
    ]


def _late_words(row: pd.Series) -> str:
    if pd.isna(row["late_share"]):
        return " —"
    return f" {fraction_text(row['late'], row['late_base'])} {percent_text(row['late_share'], 0)}"


def _ranked_hover(row: pd.Series) -> str:
    late = (
        "没有能判断是否按期销号的"
        if pd.isna(row["late_share"])
        else f"有时限的已销号问题{row['late_base']}个,其中{row['late']}个逾期以后才验收销号"
    )
    return (
        f"第{row['rank']}名,发现{row['found']}个,已销号{row['closed']}个,销号率{percent_text(row['closure_rate'])}"
        f"<br>{late}"
    )
