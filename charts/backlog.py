"""What is not struck off, by age; and whether it grows, month by month.

In: `backlog.age_counts` and `backlog.by_month`. Out: figures whose bars add up to what is not struck off, and of which
each month's line follows from its bars.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain_list, rows_height, styled_figure, value_ticks
from metrics.backlog import UNKNOWN_AGE
from wording import period_text

SEGMENTS = (
    ("overdue", "逾期", palette.RED),
    ("in_time", "整改中,未逾期", palette.CONTEXT),
    ("awaiting", "待验收", palette.AWAITING),
)
LONG = ("91—180天", "180天以上")
PLOT_PX = 270
TICKS = 4  # that a phone has room for
LOOKED_BACK_MONTHS = 3  # that the title compares: a month alone is chance


def ages_chart(counts: pd.DataFrame, *, scale: float = 1.0) -> go.Figure:
    """A bar per age, stacked 逾期 | 整改中 | 待验收."""
    total = int(counts["left"].sum())
    if not total:
        return empty_chart("积压多久", "没有未销号的问题", scale=scale)
    figure = styled_figure(
        _ages_title(counts, total), "未销号的问题(个),按发现(反弹的按反弹)到今天的天数", height=rows_height(len(counts)) + 40,
        scale=scale, legend=[(name, colour) for _, name, colour in SEGMENTS],
    )  # fmt: skip
    most = float(counts["left"].max())
    for column, name, colour in SEGMENTS:
        figure.add_bar(
            x=counts[column], y=list(range(len(counts))), orientation="h", marker={"color": colour},
            text=[str(v) if v >= max(0.05 * most, 1) else "" for v in counts[column]],
            textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if column == "overdue" else palette.INK},
            customdata=[[bin_, f"{name}{value}个,共{left}个", ""] for bin_, value, left in
                        zip(counts["age_bin"], counts[column], counts["left"], strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=counts["left"], y=list(range(len(counts))), mode="text", textposition="middle right",
        text=[f" {left}" for left in counts["left"]], hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    figure.update_xaxes(range=[0, most * 1.15], **value_ticks(0, most, is_count=True))
    names_axis(figure, plain_list(counts["age_bin"]), scale)
    return figure


def _ages_title(counts: pd.DataFrame, total: int) -> str:
    old, unknown = (
        int(counts.loc[counts["age_bin"].isin(bins), "left"].sum()) for bins in (LONG, (UNKNOWN_AGE,))
    )
    if unknown == total:
        return f"{total}个没有销号,都没有发现日期,不知道积压多久"
    apart = f",{unknown}个没有发现日期" if unknown else ""
    others = "其余都" if unknown else "都"
    return f"{total}个没有销号{apart},{f'其中{old}个积压90天以上' if old else f'{others}没有超过90天'}"


def flow_chart(months: pd.DataFrame, *, scale: float = 1.0) -> go.Figure:
    """Two bars a month (发现, 销号), what came back as a mark of its own, and what is left at the month's end."""
    if months.empty:
        return empty_chart("发现和销号", "没有发现日期和销号日期", scale=scale)
    figure = styled_figure(
        _flow_title(months), "每月发现、销号、反弹(个);线:月末未销号(个)", height=PLOT_PX, scale=scale,
        legend=[("发现", palette.CONTEXT), ("销号", palette.DONE), ("反弹", palette.AMBER), ("月末未销号", palette.INK)],
    )  # fmt: skip
    at = list(range(len(months)))
    rows = [
        [period_text(str(row.period)), said, ""]
        for row, said in zip(months.itertuples(), _hover(months), strict=True)
    ]
    for column, colour in (("found", palette.CONTEXT), ("closed", palette.DONE)):
        figure.add_bar(
            x=at, y=months[column], marker={"color": colour}, customdata=rows,
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    came_back = months["reopened"].where(months["reopened"] > 0)
    figure.add_scatter(
        x=at, y=[None if pd.isna(v) else v for v in came_back], mode="markers", hoverinfo="skip",
        marker={"color": palette.AMBER, "symbol": "diamond", "size": 9 * scale,
                "line": {"color": "#FFFFFF", "width": scale}},
    )  # fmt: skip
    figure.add_scatter(
        x=at, y=months["left"], mode="lines", line={"color": palette.INK, "width": 2.4 * scale}, hoverinfo="skip",
    )  # fmt: skip
    last = int(months["left"].iloc[-1])
    figure.add_annotation(
        x=at[-1], y=last, text=f"<b>{last}</b>", showarrow=False, xanchor="left", xshift=8 * scale,
    )  # fmt: skip
    top = float(months[["found", "closed", "left"]].max().max()) or 1.0
    step = -(-len(months) // TICKS)
    shown = at[::-1][::step][::-1]
    figure.update_xaxes(
        range=[-0.7, len(months) - 0.3], showgrid=False, tickangle=0, tickmode="array", tickvals=shown,
        ticktext=[_short(months["period"].iloc[n]) for n in shown],
    )  # fmt: skip
    figure.update_yaxes(range=[0, top * 1.1], **value_ticks(0, top * 1.1, is_count=True))
    figure.update_layout(barmode="group", bargap=0.2, margin_r=36 * scale)
    return figure


def _short(period: str) -> str:
    year, month = period.split("-")
    return f"{year[2:]}年{int(month)}月"


def _hover(months: pd.DataFrame) -> list[str]:
    return [
        f"发现{row.found}个,销号{row.closed}个,反弹{row.reopened}个<br>月末未销号{row.left}个"
        for row in months.itertuples()
    ]


def _flow_title(months: pd.DataFrame) -> str:
    """Whether what is left has grown since three months ago, or since the beginning when that is later."""
    now = int(months["left"].iloc[-1])
    if len(months) == 1:
        return f"现在未销号{now}个"
    back = min(LOOKED_BACK_MONTHS, len(months) - 1)
    grown = now - int(months["left"].iloc[-1 - back])
    since = f"{period_text(str(months['period'].iloc[-1 - back]))}末"
    if not grown:
        return f"未销号{now}个,和{since}一样多"
    return f"未销号{now}个,比{since}{'多' if grown > 0 else '少'}{abs(grown)}个"
