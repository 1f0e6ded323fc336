"""Two versions of the data beside each other: who changed figures afterwards, and a figure then and now.

In: tables of `metrics.snapshot_difference`. Out: figures. Who has a figure in one version alone stays in the chart and
is said to have none in the other; it is not drawn at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import (
    TEXT_PX,
    empty_chart,
    names_axis,
    plain,
    plain_list,
    rows_height,
    styled_figure,
    value_ticks,
)
from settings import Indicator
from wording import is_missing, number_text, period_text

KINDS = {
    "changed": ("改过", palette.PRIMARY),
    "withdrawn": ("撤回", palette.AMBER),
    "added": ("补报", palette.CONTEXT_LIGHT),
}
_HOVER = "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>"


def restated_chart(counts: pd.DataFrame, *, highlight: str | None = None, scale: float = 1.0) -> go.Figure:
    """Figures changed, withdrawn and added by township: place_code, name and a column per kind; most changed on top."""
    if counts.empty:
        return empty_chart("会后改数", "没有改过数", scale=scale)
    first = counts.iloc[0]
    few = f"{first['name']}最多,改、撤、补{sum(int(first[kind]) for kind in KINDS)}处"
    figure = styled_figure(
        f"谁改得多:{few}",
        "数字处数(一个村一项指标一个时期算一处)",
        legend=[KINDS[kind] for kind in KINDS if counts[kind].any()],
        height=rows_height(len(counts)),
        scale=scale,
    )
    said = [
        "、".join(f"{name}{row[kind]}处" for kind, (name, _) in KINDS.items() if row[kind])
        for row in counts.to_dict("records")
    ]
    data = list(zip(plain_list(counts["name"]), said, counts["place_code"].fillna(""), strict=True))
    for kind, (_, colour) in KINDS.items():
        figure.add_bar(
            x=counts[kind], y=list(range(len(counts))), orientation="h", marker={"color": colour},
            customdata=data, hovertemplate=_HOVER,
        )  # fmt: skip
    whole = counts[list(KINDS)].sum(axis=1)
    figure.add_scatter(
        x=whole, y=list(range(len(counts))), mode="text", text=[f" {number}" for number in whole],
        textposition="middle right", cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_xaxes(
        range=[0, 1.12 * float(whole.max())], **value_ticks(0, float(whole.max()), is_count=True)
    )
    names_axis(figure, _names(counts, highlight), scale)
    return figure


def then_now_chart(
    rows: pd.DataFrame, spec: Indicator, *, highlight: str | None = None, scale: float = 1.0
) -> go.Figure:
    """`figure_differences` of townships: a ring then, a dot now, the difference in words; the largest on top."""
    known = rows[rows["state"] != "neither"]
    if known.empty:
        return empty_chart(spec.name, "两边都没有报送", scale=scale)
    rose, fell = int((rows["difference"] > 0).sum()), int((rows["difference"] < 0).sum())
    figure = styled_figure(
        f"{spec.name}:{rose}个乡镇增加,{fell}个减少" if rose or fell else f"{spec.name}:没有变化",
        f"{_periods(rows)}({spec.unit});圆圈为那时,圆点为现在",
        height=rows_height(len(rows)),
        scale=scale,
    )
    at = list(range(len(rows)))
    hover = [_hover(row, spec) for row in rows.to_dict("records")]
    data = list(zip(plain_list(rows["name"]), hover, rows["place_code"], strict=True))
    lines = [(first, last, each) for first, last, each in zip(rows["then"], rows["now"], at, strict=True)]
    figure.add_scatter(
        x=[x for first, last, _ in lines for x in (first, last, None)],
        y=[y for _, _, each in lines for y in (each, each, None)],
        mode="lines", line={"color": palette.CONTEXT, "width": 3 * scale}, hoverinfo="skip",
    )  # fmt: skip
    for name, marker in (
        ("then", {"color": "#FFFFFF", "line": {"color": palette.MUTED, "width": 2 * scale}}),
        ("now", {"color": palette.PRIMARY}),
    ):
        figure.add_scatter(
            x=rows[name], y=at, mode="markers", marker={"size": 11 * scale, **marker}, customdata=data, hovertemplate=_HOVER,
        )  # fmt: skip
    figure.update_layout(
        annotations=[
            {
                "x": 1, "xref": "paper", "y": each, "xanchor": "right", "showarrow": False, "text": plain(words),
                "font": {"color": palette.MUTED, "size": TEXT_PX * scale},
            }
            for each, words in zip(at, [difference_text(row, spec) for row in rows.to_dict("records")], strict=True)
        ]
    )  # fmt: skip
    values = pd.concat([rows["then"], rows["now"]]).dropna()
    low, high = min(0.0, float(values.min())), float(values.max())
    # Room at the right for the words.
    span = (high - low) or 1.0
    figure.update_xaxes(range=[low - 0.03 * span, high + 0.45 * span], **value_ticks(low, high, spec.unit))
    names_axis(figure, _names(rows, highlight), scale)
    return figure


def difference_text(row: Mapping[Any, Any], spec: Indicator) -> str:
    """+12亩, 没有变化, 新报, 撤回, 不能相减, 未报送."""
    state, difference = row["state"], row["difference"]
    if state != "both":
        return {"new": "那时未报送", "withdrawn": "现在未报送"}.get(str(state), "未报送")
    if is_missing(difference):
        return "不能相减"
    unit = "个百分点" if spec.unit == "%" else spec.unit
    return number_text(difference, unit, spec.decimals, signed=True) if difference else "没有变化"


def _hover(row: Mapping[Any, Any], spec: Indicator) -> str:
    then, now = (number_text(row[side], spec.unit, spec.decimals) for side in ("then", "now"))
    return f"{then} → {now},{plain(difference_text(row, spec))}"


def _periods(rows: pd.DataFrame) -> str:
    found = [
        period_text(rows[f"{side}_period"].dropna().max())
        if rows[f"{side}_period"].notna().any()
        else "未报送"
        for side in ("then", "now")
    ]
    return found[0] if found[0] == found[1] else f"{found[0]} → {found[1]}"


def _names(rows: pd.DataFrame, highlight: str | None) -> list[str]:
    return [
        f"<b>{name}</b>" if code == highlight and highlight else name
        for name, code in zip(plain_list(rows["name"]), rows["place_code"], strict=True)
    ]
