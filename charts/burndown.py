"""What is left of a batch, week by week, against its deadline.

In: `burndown.burn_down` and the batch's row of `burndown.batches_left`. Out: a figure, large or small enough to stand
among others. Open problems are the bold line; what awaits acceptance lies on top of them.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, styled_figure, value_ticks
from wording import date_text, is_missing

PLOT_PX, SMALL_PX = 290, 128
LEGEND = (("整改中", palette.PRIMARY), ("待验收", palette.AWAITING), ("按时限应剩", palette.CONTEXT))
TICKS, SMALL_TICKS = 6, 3
HOVER = (
    "<b>%{x|%Y年%-m月%-d日}</b><br>整改中%{customdata[0]}个,待验收%{customdata[1]}个,已销号%{customdata[2]}个"
    "<br>按时限应剩%{customdata[3]}个<extra></extra>"
)
AWAITING_FILL = "rgba(78,156,146,.35)"  # palette.AWAITING, so that the grid shows through


def burn_down_chart(
    course: pd.DataFrame,
    batch: dict[str, Any],
    *,
    is_small: bool = False,
    day_unit: str = "天",
    scale: float = 1.0,
) -> go.Figure:
    """`course` of one batch; `batch` is its row of `batches_left`.

    A click on the line chooses the batch (last element of customdata). `day_unit`: what days_left are counted in.
    """
    name = str(batch["batch"])
    if course.empty:
        return empty_chart(name, "没有发现日期,画不出进度", scale=scale)
    said = left_text(batch, day_unit)
    figure = styled_figure(
        name if is_small else f"{name}:{said}", said if is_small else _subtitle(batch),
        height=SMALL_PX if is_small else PLOT_PX, scale=scale, legend=() if is_small else LEGEND,
    )  # fmt: skip
    known = course[course["found"].notna()]
    top = float(known["left"].max()) or 1.0
    _add_lines(figure, course, known, name, scale)
    _add_deadlines(figure, batch, course, is_small, scale)
    _add_end(figure, known.iloc[-1], batch, is_small, scale)
    figure.update_xaxes(showgrid=False, **_dates(course["on"], SMALL_TICKS if is_small else TICKS))
    aim = 2 if is_small else 4
    figure.update_yaxes(
        range=[0, top * 1.2], rangemode="tozero", **value_ticks(0, top, aim=aim, is_count=True)
    )
    figure.update_layout(margin_r=(34 if is_small else 76) * scale)
    return figure


def left_text(batch: dict[str, Any], day_unit: str = "天") -> str:
    """136个还剩23个,逾期14个;最后时限还有48天."""
    found, left, overdue = (int(batch[name]) for name in ("found", "left", "overdue"))
    if not left:
        return f"{found}个全部销号"
    late = f",逾期{overdue}个" if overdue else ""
    return f"{found}个还剩{left}个{late};{deadline_text(batch, day_unit)}"


def deadline_text(batch: dict[str, Any], day_unit: str = "天") -> str:
    """How far the batch's deadline is away."""
    days = batch["days_left"]
    if is_missing(days):
        return "没有时限"
    if batch["left_without_deadline"] == batch["left"]:
        return "剩下的没有时限"
    if days == 0:
        return "时限就是今天"
    last = "最后时限" if batch["overdue"] else "时限"  # that of some is over
    return f"{last}还有{days}{day_unit}" if days > 0 else f"时限已过{-days}{day_unit}"


def _subtitle(batch: dict[str, Any]) -> str:
    first = f"(原时限{date_text(batch['first_due_on'])})" if batch["is_extended"] else ""
    due = "" if is_missing(batch["due_on"]) else f";最后时限{date_text(batch['due_on'])}{first}"
    return f"每周还没有销号的问题(个){due}"


def _add_lines(figure: go.Figure, course: pd.DataFrame, known: pd.DataFrame, name: str, scale: float) -> None:
    """The schedule behind, what awaits acceptance on top of what is open, the open line in front."""
    days = _written(course["on"])
    past = days[: len(known)]
    figure.add_scatter(
        x=days, y=course["scheduled"], mode="lines", hoverinfo="skip",
        line={"color": palette.CONTEXT, "width": 1.6 * scale, "dash": "dot", "shape": "hv"},
    )  # fmt: skip
    figure.add_scatter(
        x=past, y=known["left"], mode="lines", hoverinfo="skip",
        line={"color": palette.AWAITING, "width": 1.2 * scale},
    )  # fmt: skip
    told = known[["open", "awaiting", "closed", "scheduled"]].to_numpy("int64").tolist()
    figure.add_scatter(
        x=past, y=known["open"], mode="lines", fill="tonexty", fillcolor=AWAITING_FILL,
        line={"color": palette.PRIMARY, "width": 3 * scale},
        customdata=[[*counts, name] for counts in told], hovertemplate=HOVER,
    )  # fmt: skip


def _written(days: pd.Series) -> list[str]:
    """Days as they go to the browser: plotly writes a timestamp three times as long, and there are many weeks."""
    return days.dt.strftime("%Y-%m-%d").tolist()


def _add_deadlines(
    figure: go.Figure, batch: dict[str, Any], course: pd.DataFrame, is_small: bool, scale: float
) -> None:
    """Where the batch has to be done, and where it first had to."""
    marks = [("due_on", "时限", palette.INK)]
    if batch["is_extended"]:
        marks.append(("first_due_on", "原时限", palette.MUTED))
    span = course["on"].iloc[-1] - course["on"].iloc[0]
    for column, label, colour in marks:
        day = batch[column]
        if is_missing(day) or day > course["on"].iloc[-1]:  # too far off to be drawn; the subtitle has it
            continue
        figure.add_shape(
            type="line", x0=day, x1=day, y0=0, y1=1, yref="paper",
            line={"color": colour, "width": 1.4 * scale, "dash": "dash"},
        )  # fmt: skip
        if is_small and column == "first_due_on":
            continue  # no room for two names
        is_left = day - course["on"].iloc[0] > span / 2
        figure.add_annotation(
            x=day, y=1, yref="paper", text=label, showarrow=False, xanchor="right" if is_left else "left",
            yanchor="top", font={"color": colour}, bgcolor="rgba(255,255,255,.75)", borderpad=1,
        )  # fmt: skip


def _add_end(figure: go.Figure, last: pd.Series, batch: dict[str, Any], is_small: bool, scale: float) -> None:
    """How many are open now, red when some of them are overdue."""
    colour = palette.RED if batch["overdue"] else palette.PRIMARY
    waiting = f'<br><span style="color:{palette.AWAITING}">待验收{last["awaiting"]}</span>'
    said = f"<b>{last['open']}</b>" if is_small else f"<b>整改中{last['open']}</b>{waiting}"
    figure.add_scatter(
        x=[last["on"]], y=[last["open"]], mode="markers", cliponaxis=False, hoverinfo="skip",
        marker={"color": colour, "size": 8 * scale},
    )  # fmt: skip
    figure.add_annotation(
        x=last["on"], y=int(last["open"]), text=said, showarrow=False, xanchor="left", xshift=8 * scale, align="left",
        font={"color": colour}, bgcolor="rgba(255,255,255,.75)", borderpad=1,
    )  # fmt: skip


def _dates(days: pd.Series, aim: int) -> dict[str, Any]:
    """Firsts of months along the axis, the year with the first and with every January."""
    first, last = days.iloc[0], days.iloc[-1]
    starts = pd.date_range(first, last, freq="MS")
    if starts.empty:
        starts = pd.DatetimeIndex([first])
        return {"tickmode": "array", "tickvals": [first], "ticktext": [f"{first.month}月{first.day}日"]}
    starts = starts[:: -(-len(starts) // aim)]
    texts = [
        f"{day.year}年{day.month}月" if at == 0 or day.year != starts[at - 1].year else f"{day.month}月"
        for at, day in enumerate(starts)
    ]
    return {"tickmode": "array", "tickvals": list(starts), "ticktext": texts}
