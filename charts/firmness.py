"""How firm each rank is: the rank as it stands, and the ranks that other weights as reasonable would give.

In: `composite.composite_at` and `firmness.rank_intervals`. Out: a figure. A township without a rank is listed last with
what is missing; of very many both ends are drawn.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure
from charts.ranking import both_ends, missing_text, ranked_names
from wording import percent_text, period_text


def firmness_chart(
    ranking: pd.DataFrame,
    intervals: pd.DataFrame,
    shift: float,
    *,
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A row per township, best on top: a dot at its rank, a line over the interval of ranks, both told beside it.

    `shift`: how far each weight was drawn to either side, as a share of it (`settings.ranking.weight_shift`).
    """
    wanted = ["place_code", "rank_low", "rank_high", "rank_median"]
    joined = ranking.merge(intervals[wanted], on="place_code", how="left", validate="one_to_one")
    ranked = joined[joined["rank"].notna()]
    if ranked.empty:
        return empty_chart(title or "名次稳不稳", "还没有乡镇有名次", scale=scale)
    rows, cut = both_ends(joined, highlight)
    figure = styled_figure(
        _title(ranked, shift) if title is None else title,
        f"{period_text(str(ranked['period'].iloc[0]))};点=现在的名次,线=换了权重多半会落在的名次{cut}",
        height=rows_height(len(rows)),
        scale=scale,
    )
    low, high, now = (rows[name].astype("float64") for name in ("rank_low", "rank_high", "rank"))
    x: list[float | None] = []
    y: list[float | None] = []
    for at, (left, right) in enumerate(zip(low, high, strict=True)):
        if pd.notna(left):
            x += [left, right, None]
            y += [at, at, None]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": palette.CONTEXT, "width": 5 * scale}, hoverinfo="skip"
    )
    hover = _hover(rows)
    customdata = [
        [plain(name), said, code]
        for name, said, code in zip(rows["name"], hover, rows["place_code"], strict=True)
    ]
    figure.add_scatter(
        x=now, y=list(range(len(rows))), mode="markers", customdata=customdata,
        marker={
            "size": 11 * scale, "color": palette.PRIMARY,
            "opacity": [1.0 if highlight in (None, code) else 0.55 for code in rows["place_code"]],
        },
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    last = float(ranked["rank_high"].max())
    figure.add_scatter(
        x=high.fillna(0.5), y=list(range(len(rows))), mode="text", textposition="middle right",
        text=[f"\u2002\u2002{label}" for label in _labels(rows)], cliponaxis=False, hoverinfo="skip",
        customdata=customdata,
        textfont={"color": [palette.INK if pd.notna(rank) else palette.NO_DATA_TEXT for rank in now]},
    )  # fmt: skip
    step = 5 if last <= 60 else 10 ** (len(str(int(last))) - 1)
    figure.update_xaxes(
        range=[0.3, last * 1.2 + 1], tickvals=[1, *range(step, int(last) + 1, step)], ticksuffix="名"
    )
    names_axis(figure, ranked_names(rows, highlight), scale)
    return figure


def interval_text(low: object, high: object) -> str:
    """The interval without its rank: 4–7; one number where it has one."""
    return f"{low}" if low == high else f"{low}–{high}"


def _title(ranked: pd.DataFrame, shift: float) -> str:
    firm = int((ranked["rank_low"] == ranked["rank_high"]).sum())
    head = f"权重上下浮动{percent_text(100 * shift, 0)},"
    if firm == len(ranked):
        return head + "名次都不变"
    if firm == 0:
        return f"{head}{len(ranked)}个乡镇的名次都会动"
    return f"{head}{len(ranked)}个乡镇中{firm}个名次不变"


def _labels(rows: pd.DataFrame) -> list[str]:
    return [
        f"未报送:{missing_text(row)}"
        if pd.isna(row["rank"])
        else interval_text(row["rank_low"], row["rank_high"])
        for row in rows.to_dict("records")
    ]


def _hover(rows: pd.DataFrame) -> list[str]:
    return [
        f"未报送:{missing_text(row)}"
        if pd.isna(row["rank"])
        else f"现第{row['rank']}名,可能第{interval_text(row['rank_low'], row['rank_high'])}名"
        for row in rows.to_dict("records")
    ]
