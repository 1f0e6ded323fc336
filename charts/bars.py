"""Bars: one indicator by township.

In: figures_at tables. Out: figures. Places that did not report stay in the chart, in
grey, last.
"""

from __future__ import annotations

from typing import Any, Literal

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
    unitless,
    value_ticks,
)
from settings import Indicator
from wording import NOT_REPORTED, number_text, percent_text, period_text, reported_text

By = Literal["cumulative", "completion"]


def township_bars_chart(
    figures: pd.DataFrame,
    indicator: Indicator,
    *,
    by: By = "cumulative",
    highlight: str | None = None,
    behind_below: float | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """figures_at as sorted bars, largest on top; a mark at the target, figure and completion beside the bar.

    `highlight`: the place code of the bar that stands out. `behind_below`: completion in % under which a bar is
    red. `title` None: a sentence written from the figures; "" : no title.
    """
    if figures.empty:
        return empty_chart(title or indicator.name, f"还没有{indicator.name}的数据", scale=scale)
    column = "completion" if by == "completion" else "cumulative"
    rows = figures.sort_values([column, "place_code"], ascending=[False, True], ignore_index=True)
    period = str(rows["period"].iloc[0])
    has_figure = rows[column].notna()
    has_target = by == "cumulative" and bool(rows["target"].notna().any()) and indicator.target is None
    figure = styled_figure(
        _bars_title(rows, indicator, by) if title is None else title,
        _bars_subtitle(indicator, by, period, has_target),
        height=rows_height(len(rows)),
        scale=scale,
    )
    figure.add_bar(
        x=rows[column].fillna(0),
        y=list(range(len(rows))),
        orientation="h",
        marker={"color": _bar_colours(rows, highlight, behind_below)},
        customdata=list(
            zip(plain_list(rows["name"]), _bar_hover(rows, indicator), rows["place_code"], strict=True)
        ),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )
    # Beside the bar or the target mark, whichever reaches further: a figure is never crossed by a line.
    mark = rows["target"] if has_target else pd.Series(100.0 if by == "completion" else 0.0, index=rows.index)
    figure.add_scatter(
        x=pd.concat([rows[column], mark], axis=1).max(axis=1).clip(lower=0).where(has_figure, 0),
        y=list(range(len(rows))),
        mode="text",
        text=[f" {label}" for label in _bar_labels(rows, indicator, by)],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        textfont={"color": [palette.INK if known else palette.NO_DATA_TEXT for known in has_figure]},
    )
    if has_target:
        _add_target_marks(figure, rows["target"].where(has_figure), scale)
    _value_axis(figure, rows[column], rows["target"] if has_target else None, indicator, by)
    names_axis(figure, _bold(rows, highlight), scale)
    return figure


def _whole_line(colour: str) -> dict[str, Any]:
    """The line at 100 %, from top to bottom."""
    line = {"color": colour, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 100, "x1": 100, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _bars_title(rows: pd.DataFrame, indicator: Indicator, by: By) -> str:
    """What the bars show, as a sentence."""
    missing = int(rows["value"].isna().sum())
    tail = f",{missing}个未报" if missing else ""
    if rows["completion"].notna().any() and indicator.measure != "ratio":
        done, due = int((rows["completion"] >= 100).sum()), int(rows["target"].notna().sum())
        return f"{indicator.name}:{due}个中{done}个完成目标{tail}"
    known = rows[rows["cumulative"].notna()]
    if known.empty:
        return f"{indicator.name}:都未报送"
    best = known.sort_values("cumulative", ascending=indicator.better == "lower").iloc[0]
    word = "最高" if indicator.measure == "ratio" else "最多"
    return f"{indicator.name}:{best['name']}{word if indicator.better == 'higher' else '最少'}{tail}"


def _bars_subtitle(indicator: Indicator, by: By, period: str, has_target: bool) -> str:
    is_sum = indicator.measure == "flow" or indicator.since_january
    since = "1月至" if is_sum and len(period) > 4 and not period.endswith("-01") else ""
    when = period_text(period).replace("年", f"年{since}", 1) if since else period_text(period)
    what = "完成全年目标 %" if by == "completion" else indicator.unit
    return f"{when}({what}{';竖线为目标' if has_target else ''})"


def _bar_labels(rows: pd.DataFrame, indicator: Indicator, by: By) -> list[str]:
    labels = []
    for value, completion in zip(rows["cumulative"], rows["completion"], strict=True):
        if pd.isna(value):
            labels.append(NOT_REPORTED)
        elif by == "completion":
            labels.append(percent_text(completion, missing="无目标"))
        elif indicator.measure == "ratio":
            labels.append(number_text(value, indicator.unit, indicator.decimals))
        else:
            share = "" if pd.isna(completion) else f" ({percent_text(completion, 0)})"
            labels.append(unitless(value, indicator.unit, indicator.decimals) + share)
    return labels


def _bar_hover(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    texts = []
    for row in rows.to_dict("records"):
        lines = [f"{indicator.name} {number_text(row['cumulative'], indicator.unit, indicator.decimals)}"]
        if pd.notna(row["target"]):
            lines.append(
                f"目标 {number_text(row['target'], indicator.unit, indicator.decimals)},"
                f"完成{percent_text(row['completion'])}"
            )
        if indicator.measure == "ratio" and pd.notna(row["denominator"]):
            lines.append(f"{number_text(row['numerator'])}/{number_text(row['denominator'])}")
        if row["expected"] > 1:
            lines.append(reported_text(row["reported"], row["expected"], row["reported_by"]))
        if row["months_missing"]:
            lines.append(f"今年有{row['months_missing']}个月没有数据")
        texts.append("<br>".join(lines))
    return texts


def _bar_colours(rows: pd.DataFrame, highlight: str | None, behind_below: float | None) -> list[str]:
    colours = []
    for code, completion in zip(rows["place_code"], rows["completion"], strict=True):
        is_behind = behind_below is not None and completion < behind_below
        plain_colour = palette.PRIMARY if highlight in (None, code) else palette.CONTEXT
        colours.append(palette.RED if is_behind else plain_colour)
    return colours


def _bold(rows: pd.DataFrame, highlight: str | None) -> list[str]:
    return [
        f"<b>{plain(name)}</b>" if code == highlight else plain(name)
        for code, name in zip(rows["place_code"], rows["name"], strict=True)
    ]


def _add_target_marks(figure: go.Figure, targets: pd.Series, scale: float) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for at, target in enumerate(targets):
        if pd.notna(target):
            x += [target, target, None]
            y += [at - 0.42, at + 0.42, None]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": palette.INK, "width": 2 * scale}, hoverinfo="skip",
    )  # fmt: skip


def _value_axis(
    figure: go.Figure, values: pd.Series, targets: pd.Series | None, indicator: Indicator, by: By
) -> None:
    """Room on the right for the labels; negative figures to the left of zero."""
    known = pd.concat([values, targets]) if targets is not None else values
    top, low = float(known.max(skipna=True) or 0), float(min(known.min(skipna=True) or 0, 0))
    if pd.isna(top):
        top, low = 1.0, 0.0
    unit = "%" if by == "completion" else indicator.unit
    high = max(top, 0.0) or 1.0
    figure.update_xaxes(
        range=[low * 1.3, high * 1.45], zeroline=True, zerolinecolor=palette.LINE,
        **value_ticks(low, high * 1.2, unit, aim=3),
    )  # fmt: skip
    if by == "completion":
        figure.update_layout(shapes=[_whole_line(palette.INK)])
