"""Who reported when.

In: reporting_matrix of one source. Out: a figure in which a gap is as loud as it should be: amber for nothing
sent, paler the more came.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain_list, rows_height, styled_figure
from metrics.periods import sorted_periods
from wording import LEVEL_COUNTS, number_text, period_text

SHARES = ((0.0, palette.AMBER), (0.5, "#F3DDB0"), (0.999, "#EAF1F5"), (1.0, "#DDE9F0"))


def reporting_heatmap_chart(
    matrix: pd.DataFrame, *, title: str | None = None, scale: float = 1.0
) -> go.Figure:
    """Township x period of one source: blank-blue when all came, amber when nothing did; the missing counted.

    The townships that owe most are on top.
    """
    if matrix.empty:
        return empty_chart(title or "报送情况", "还没有报送记录", scale=scale)
    periods = sorted_periods(matrix["period"])
    owed = matrix.assign(missing=matrix["expected"] - matrix["reported"])
    latest = owed[owed["period"] == periods[-1]].set_index("place_code")["missing"]
    order = owed.groupby("place_code")["missing"].sum().to_frame("all").assign(now=latest)
    codes = list(order.sort_values(["now", "all"], ascending=False, kind="stable").index)
    names = owed.drop_duplicates("place_code").set_index("place_code")["name"]
    share, missing, reported, expected = (
        owed.pivot_table(index="place_code", columns="period", values=column, aggfunc="sum").reindex(
            codes, columns=periods
        )
        for column in ("share", "missing", "reported", "expected")
    )
    unit = LEVEL_COUNTS[matrix["reported_by"].iloc[0]]
    late = int((latest > 0).sum())
    figure = styled_figure(
        (f"{period_text(periods[-1])}{late}个乡镇没报齐" if late else f"{period_text(periods[-1])}全部报齐")
        if title is None
        else title,
        "横排为时期;格中为未报单位数,橙色为全部未报",
        height=rows_height(len(codes)),
        scale=scale,
    )
    shown = plain_list(names.loc[codes])
    figure.add_heatmap(
        z=share.to_numpy(), x=list(range(len(periods))), y=list(range(len(codes))), zmin=0, zmax=100,
        colorscale=[list(stop) for stop in SHARES], showscale=False, xgap=2 * scale, ygap=2 * scale,
        text=[[str(n) if n > 0 else "" for n in row] for row in missing.to_numpy()], texttemplate="%{text}",
        customdata=[
            [[shown[i], f"{period_text(p)} {number_text(reported.iloc[i, j])}/{number_text(expected.iloc[i, j])}{unit}已报", codes[i]] for j, p in enumerate(periods)]
            for i in range(len(codes))
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>", textfont={"color": palette.INK},
    )  # fmt: skip
    figure.update_xaxes(
        tickmode="array", tickvals=list(range(len(periods))), ticktext=[_short(p, at) for at, p in enumerate(periods)],
        showgrid=False, tickangle=0,
    )  # fmt: skip
    names_axis(figure, shown, scale)
    return figure


def _short(period: str, at: int) -> str:
    """The month's number, with the year below where it begins."""
    if len(period) == 4:
        return period
    month = f"{int(period[5:])}"
    return f"{month}<br>{period[:4]}年" if at == 0 or period.endswith("-01") else month
