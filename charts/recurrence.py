"""In how many villages each category of problems was found, and how it stands there: came back, open, struck off.

In: `metrics.recurrence.categories`. Out: a figure whose segments add up to the villages.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure, value_ticks
from wording import number_text

SEGMENTS = (
    ("again", "又出现", palette.AMBER),
    ("unclosed_only", "还没有全部销号", palette.CONTEXT),
    ("closed_only", "都已销号", palette.DONE),
)


def recurrence_chart(counts: pd.DataFrame, *, highlight: str | None = None, scale: float = 1.0) -> go.Figure:
    """A bar of villages per category, in the order of `counts`; beside it how often it came back.

    A click chooses the category; `highlight` is the one chosen already.
    """
    rows = counts[counts["villages"] > 0].reset_index(drop=True)
    if rows.empty:
        return empty_chart("哪些问题反复出现", "没有落到村的问题", scale=scale)
    figure = styled_figure(
        _title(rows), "查出过这一类问题的村数(个);右为又出现的问题数(个)", height=rows_height(len(rows)), scale=scale,
        legend=[(name, colour) for _, name, colour in SEGMENTS],
    )  # fmt: skip
    names = [plain(name) for name in rows["category"]]
    at, most = list(range(len(rows))), float(rows["villages"].max())
    for column, name, colour in SEGMENTS:
        figure.add_bar(
            x=rows[column], y=at, orientation="h", name=name, marker={"color": colour},
            text=[str(value) if value >= max(0.06 * most, 1) else "" for value in rows[column]],
            textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": palette.INK},
            customdata=list(zip(names, _hover(rows, column, name), rows["category"], strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=rows["villages"], y=at, mode="text", textposition="middle right", showlegend=False, text=_beside(rows),
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    figure.update_xaxes(range=[0, most * 1.62], **value_ticks(0, most * 1.1, is_count=True))
    bold = [
        f"<b>{name}</b>" if raw == highlight else name
        for name, raw in zip(names, rows["category"], strict=True)
    ]
    names_axis(figure, bold, scale)
    return figure


def _title(rows: pd.DataFrame) -> str:
    came_back = rows[rows["came_back"] + rows["found_again"] > 0]
    if came_back.empty:
        return f"{len(rows)}类问题在村里查出过,销号后都没有再出现"
    if len(came_back) == len(rows):
        return f"{len(rows)}类问题销号后都又出现过"
    return f"{len(rows)}类问题中{len(came_back)}类销号后又出现"


def _beside(rows: pd.DataFrame) -> list[str]:
    said = []
    for came_back, again in zip(rows["came_back"], rows["found_again"], strict=True):
        parts = [f"反弹{came_back}"] * bool(came_back) + [f"再次查出{again}"] * bool(again)
        said.append(f' <span style="color:{palette.AMBER_TEXT}">{" ".join(parts)}</span>' if parts else "")
    return said


def _hover(rows: pd.DataFrame, column: str, name: str) -> list[str]:
    return [
        f"{name} {number_text(value, '个村')}<br>共{villages}个村、{townships}个乡镇,{found}个问题,未销号{unclosed}个"
        for value, villages, townships, found, unclosed in rows[
            [column, "villages", "townships", "found", "unclosed"]
        ].itertuples(index=False)
    ]
