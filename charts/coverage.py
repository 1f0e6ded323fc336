"""Households by number of industry measures, place by place.

In: households_by_measures. Out: a figure that shows the whole distribution, so that a mean cannot hide those
who have nothing.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, plain_list, rows_height, styled_figure
from settings import Coverage
from wording import NOT_REPORTED, number_text, percent_text, period_text

SPLIT = 0.68  # of the width is for the distribution, the rest for the mean
NO_HOUSEHOLDS = "没有建档立卡户"


def measures_distribution_chart(
    households: pd.DataFrame,
    coverage: Coverage,
    *,
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """Left the share of households with 0, 1, … measures per place, right their mean against the target.

    Expects the order of households_by_measures (least covered first); the bold name is `highlight`. A mean alone
    hides those who have nothing, so both stand on one line.
    """
    classes = [name for name in households.columns if name.startswith("measures_")]
    if households.empty or not classes:
        return empty_chart(title or "产业措施覆盖", "还没有产业措施到户的数据", scale=scale)
    rows = households.reset_index(drop=True)
    colours = palette.class_colours(len(classes))
    figure = styled_figure(
        _title(rows, coverage.target) if title is None else title,
        f"{period_text(str(rows['period'].iloc[0]))};左:各户产业措施项数占比;右:户均项数,虚线为目标{coverage.target}项",
        height=rows_height(len(rows)),
        scale=scale,
        legend=[(_class_name(at, len(classes)), colour) for at, colour in enumerate(colours)],
    )
    _add_shares(figure, rows, classes, colours)
    _add_means(figure, rows, coverage.target, scale)
    names = [
        f"<b>{plain(name)}</b>" if code == highlight else plain(name)
        for code, name in zip(rows["place_code"], rows["name"], strict=True)
    ]
    names_axis(figure, names, scale)
    return figure


def _add_shares(figure: go.Figure, rows: pd.DataFrame, classes: list[str], colours: tuple[str, ...]) -> None:
    """The stacked bars; a place without figures says why."""
    total = rows[classes].sum(axis=1, min_count=1)
    for number, (name, colour) in enumerate(zip(classes, colours, strict=True)):
        what = _class_name(number, len(classes))
        share = 100 * rows[name] / total.where(total > 0)
        hover = zip(
            plain_list(rows["name"]), _hover(rows, name, share, what), rows["place_code"], strict=True
        )
        figure.add_bar(
            x=share, y=list(range(len(rows))), orientation="h", name=what, marker={"color": colour},
            text=[percent_text(s, 0) if s >= 16 else "" for s in share], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if number == len(classes) - 1 else palette.INK},
            customdata=list(hover), hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    why = [NOT_REPORTED if pd.isna(n) else "" if n else NO_HOUSEHOLDS for n in total]
    figure.add_scatter(
        x=[1] * len(rows), y=list(range(len(rows))), mode="text", text=why, textposition="middle right",
        hoverinfo="skip", cliponaxis=False, textfont={"color": palette.NO_DATA_TEXT},
    )  # fmt: skip
    figure.update_xaxes(
        domain=[0, SPLIT],
        range=[0, 100],
        tickvals=[0, 50, 100],
        ticktext=["0", "50%", "100%"],
        showgrid=False,
    )


def _add_means(figure: go.Figure, rows: pd.DataFrame, target: int, scale: float) -> None:
    """A dot per place at its mean, the target as a line from top to bottom."""
    means = rows["mean_measures"]
    texts = [f"户均{number_text(m, '项', 2)},目标{target}项" for m in means]
    figure.add_scatter(
        x=means, y=list(range(len(rows))), xaxis="x2", mode="markers+text",
        marker={"size": 9 * scale, "color": palette.PRIMARY},
        text=["" if pd.isna(m) else number_text(m, decimals=1) for m in means], textposition="middle left",
        customdata=list(zip(plain_list(rows["name"]), texts, rows["place_code"], strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(
        xaxis2={
            **figure.layout.xaxis.to_plotly_json(), "domain": [SPLIT + 0.05, 1], "range": [0, target * 1.12],
            "anchor": "y", "tickvals": [0, target], "ticktext": ["0", f"{target}项"],
        },
        shapes=[
            {
                "type": "line", "xref": "x2", "x0": target, "x1": target, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": palette.INK, "width": 1.5 * scale, "dash": "dash"},
            }
        ],
    )  # fmt: skip


def _class_name(number: int, classes: int) -> str:
    return f"{number}项" + ("及以上" if number == classes - 1 else "")


def _title(rows: pd.DataFrame, target: int) -> str:
    households, covered = rows["households"].sum(min_count=1), rows["covered"].sum(min_count=1)
    none = rows["measures_0"].sum(min_count=1)
    if pd.isna(households) or not households:
        return "还没有产业措施到户的数据"
    return (
        f"{percent_text(100 * covered / households, 0)}的户达到{target}项,{number_text(none, '户')}没有措施"
    )


def _hover(rows: pd.DataFrame, name: str, share: pd.Series, what: str) -> list[str]:
    return [
        f"{what} {number_text(count, '户')},占{percent_text(part)}<br>共{number_text(whole, '户')},户均{number_text(mean, '项', 2)}"
        for count, part, whole, mean in zip(
            rows[name], share, rows["households"], rows["mean_measures"], strict=True
        )
    ]
