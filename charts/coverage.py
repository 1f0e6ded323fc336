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


def measures_distribution_chart(
    households: pd.DataFrame,
    coverage: Coverage,
    *,
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """Share of households with 0, 1, … measures per place, least covered on top; the mean beside each bar.

    Expects the order of households_by_measures (worst first); the bold name is `highlight`.
    """
    classes = [name for name in households.columns if name.startswith("measures_")]
    if households.empty or not classes:
        return empty_chart(title or "产业措施覆盖", "还没有产业措施到户的数据", scale=scale)
    rows = households.reset_index(drop=True)
    colours = palette.class_colours(len(classes))
    figure = styled_figure(
        _title(rows, coverage.target) if title is None else title,
        f"{period_text(str(rows['period'].iloc[0]))},各户产业措施项数占比;右为户均项数",
        height=rows_height(len(rows)),
        scale=scale,
        legend=[(_class_name(at, len(classes)), colour) for at, colour in enumerate(colours)],
    )
    total = rows[classes].sum(axis=1, min_count=1)
    for number, (name, colour) in enumerate(zip(classes, colours, strict=True)):
        what = _class_name(number, len(classes))
        share = 100 * rows[name] / total.where(total > 0)
        figure.add_bar(
            x=share, y=list(range(len(rows))), orientation="h", name=what, marker={"color": colour},
            text=[percent_text(s, 0) if s >= 13 else "" for s in share], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if number == len(classes) - 1 else palette.INK},
            customdata=list(zip(plain_list(rows["name"]), _hover(rows, name, share, what), strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    labels = [
        NOT_REPORTED if pd.isna(mean) else f"{number_text(mean, decimals=1)}项"
        for mean in rows["mean_measures"]
    ]
    figure.add_scatter(
        x=[101 if pd.notna(mean) else 1 for mean in rows["mean_measures"]], y=list(range(len(rows))), mode="text",
        text=labels, textposition="middle right", showlegend=False, hoverinfo="skip", cliponaxis=False,
        textfont={"color": [palette.INK if pd.notna(m) else palette.NO_DATA_TEXT for m in rows["mean_measures"]]},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 116], tickvals=[0, 25, 50, 75, 100], ticksuffix="%", showgrid=False)
    names = [
        f"<b>{plain(name)}</b>" if code == highlight else plain(name)
        for code, name in zip(rows["place_code"], rows["name"], strict=True)
    ]
    names_axis(figure, names, scale)
    return figure


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
