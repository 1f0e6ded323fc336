"""How long it takes: medians per group with their intervals, curves of what is not over yet, and whose part is long.

In: `waiting_times.waiting_times` with a `name` column, and `waiting_times.survival`. Out: figures in days. A group of
which less than half is over has no median, only a time that it is at least.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure, value_ticks
from wording import NO_SHARE, is_missing, percent_text

PLOT_PX = 300
FEW_SHARE = 0.1
PARTS = (("report", palette.PRIMARY), ("answer", palette.AWAITING))
PART_NAMES = {"report": "从发现到报完成", "answer": "从报完成到销号或退回"}


@dataclass(frozen=True)
class Curve:
    """One line of `curves_chart`: who, since when how many are not over, and how it is drawn."""

    name: str
    rows: pd.DataFrame  # of waiting_times.survival
    colour: str
    has_band: bool = True


def days_text(row: Any) -> str:
    """87天; 至少34天 where less than half is over."""
    return f"至少{int(row['longest'])}天" if is_missing(row["median"]) else f"{int(row['median'])}天"


def medians_chart(
    times: pd.DataFrame, *, title: str, highlight: str | None = None, picks: bool = True, scale: float = 1.0
) -> go.Figure:
    """A row per group, in the table's order: the median as a dot with its interval; an arrow where it is not known yet.

    `highlight`: the key of the group in front; `picks`: whether a click on a dot chooses its key.
    """
    if times.empty:
        return empty_chart(title or "多久能销号", "每组的问题都太少,没有画", scale=scale)
    figure = styled_figure(
        title,
        "从发现到销号的中位天数,横线:95%可信范围;右:销过号/问题数",
        height=rows_height(len(times)),
        scale=scale,
    )
    names = [plain(name) for name in times["name"]]
    here = times["median"].fillna(times["longest"]).astype("float64")
    highest = times["median_high"].astype("float64")
    reach = (float(pd.concat([here, highest]).max()) or 1.0) * 1.05
    low = times["median_low"].astype("float64").fillna(here).where(times["median"].notna(), here)
    for n, (start, end) in enumerate(zip(low, highest.fillna(reach), strict=True)):
        is_known = not is_missing(times["median"].iloc[n])
        figure.add_shape(
            type="line", x0=start, x1=end if is_known else reach, y0=n, y1=n, layer="below",
            line={"color": palette.CONTEXT, "width": 3 * scale, "dash": "solid" if is_known else "dot"},
        )  # fmt: skip
    figure.add_scatter(
        x=here, y=list(range(len(times))), mode="markers", cliponaxis=False,
        marker={
            "size": 10 * scale,
            "symbol": ["triangle-right" if is_missing(v) else "circle" for v in times["median"]],
            "color": [palette.MUTED if is_missing(v) else palette.PRIMARY for v in times["median"]],
        },
        customdata=[[name, said, str(key) if picks else ""] for name, said, key in
                    zip(names, _medians_hover(times), times["key"], strict=True)],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[reach] * len(times), y=list(range(len(times))), mode="text", textposition="middle right",
        text=[
            f'<b>{days_text(row)}</b> <span style="color:{palette.MUTED}">{row["over"]}/{row["n"]}</span>'
            for row in times.to_dict("records")
        ], hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(margin_r=116 * scale)
    figure.update_xaxes(range=[0, reach], **value_ticks(0, reach))
    bold = [
        f"<b>{name}</b>" if key == highlight else name for name, key in zip(names, times["key"], strict=True)
    ]
    names_axis(figure, bold, scale)
    return figure


def _medians_hover(times: pd.DataFrame) -> list[str]:
    said = []
    for row in times.to_dict("records"):
        if is_missing(row["median"]):
            head = f"过半数还没有销号,至少{int(row['longest'])}天"
        else:
            high = "未知" if is_missing(row["median_high"]) else f"{int(row['median_high'])}天"
            head = f"一半在{int(row['median'])}天内销号<br>95%可信范围{int(row['median_low'])}天到{high}"
        said.append(f"{head}<br>{row['n']}个:销过号{row['over']}个,从来没有{row['ongoing']}个")
    return said


def curves_chart(curves: Sequence[Curve], *, title: str, scale: float = 1.0) -> go.Figure:
    """Shares not struck off yet against days since found, one step line per curve, the last in front."""
    if not curves or all(curve.rows.empty for curve in curves):
        return empty_chart("多久能销号", "能算的太少", scale=scale)
    figure = styled_figure(
        title, "发现以后还没有销号的占比(%);浅色:95%可信范围", height=PLOT_PX, scale=scale,
        legend=[(curve.name, curve.colour) for curve in curves],
    )  # fmt: skip
    figure.add_shape(
        type="line", x0=0, x1=1, xref="paper", y0=50, y1=50, layer="below",
        line={"color": palette.LINE, "width": 1.5 * scale, "dash": "dash"},
    )  # fmt: skip
    for curve in curves:
        _add_curve(figure, curve, scale)
    until = max(_told_until(curve.rows) for curve in curves)
    figure.update_xaxes(range=[0, until * 1.02 or 1], title_text="发现后的天数", **value_ticks(0, until))
    figure.update_yaxes(
        range=[0, 104], tickmode="array", tickvals=[0, 25, 50, 75, 100], ticktext=["0", "25%", "50%", "75%", "100%"]
    )  # fmt: skip
    figure.update_layout(margin_b=48 * scale)
    return figure


def _told_until(rows: pd.DataFrame) -> int:
    """The last day on which a tenth were still counted: beyond it a curve is a few problems' story (Pocock 2002)."""
    return int(rows.loc[rows["at_risk"] >= FEW_SHARE * rows["at_risk"].max(), "days"].max())


def _add_curve(figure: go.Figure, curve: Curve, scale: float) -> None:
    rows = curve.rows
    if curve.has_band:
        banded = rows[rows["low"].notna()]
        red, green, blue = (int(curve.colour[n : n + 2], 16) for n in (1, 3, 5))
        for column, fill in (("high", None), ("low", "tonexty")):
            figure.add_scatter(
                x=banded["days"], y=100 * banded[column], mode="lines", hoverinfo="skip", fill=fill,
                line={"width": 0, "shape": "hv"}, fillcolor=f"rgba({red},{green},{blue},.14)",
            )  # fmt: skip
    figure.add_scatter(
        x=rows["days"], y=100 * rows["survival"], mode="lines",
        line={"color": curve.colour, "width": 2.6 * scale, "shape": "hv"},
        customdata=[
            [plain(curve.name), f"发现{day}天后还有{percent_text(100 * share)}没有销号(当时在算的{at_risk}个)", ""]
            for day, share, at_risk in zip(rows["days"], rows["survival"], rows["at_risk"], strict=True)
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def parts_chart(
    times: pd.DataFrame, *, title: str, highlight: str | None = None, picks: bool = True, scale: float = 1.0
) -> go.Figure:
    """A row per group: days until reported done, and days that acceptance takes, as two marks on one scale.

    `times`: name, key, and report_ and answer_ before the columns of `waiting_times`.
    """
    if times.empty:
        return empty_chart(title or "时间花在哪里", "每组的问题都太少,没有画", scale=scale)
    figure = styled_figure(
        title, "中位天数", height=rows_height(len(times)), scale=scale,
        legend=[(PART_NAMES[part], colour) for part, colour in PARTS],
    )  # fmt: skip
    names, rows = [plain(name) for name in times["name"]], times.to_dict("records")
    here = {part: [_part_days(row, part) for row in rows] for part, _ in PARTS}
    reach = 1.05 * max([1.0, *(days for part in here.values() for days in part if days is not None)])
    for (part, colour), offset in zip(PARTS, (-0.38, 0.02), strict=True):
        figure.add_bar(
            x=here[part], y=list(range(len(times))), orientation="h", width=0.36, offset=offset,
            marker={"color": colour},
            customdata=[
                [name, _part_hover(row, part), str(row["key"]) if picks else ""]
                for name, row in zip(names, rows, strict=True)
            ],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[reach] * len(times), y=list(range(len(times))), mode="text", textposition="middle right",
        text=["\u2002".join(_part_text(row, part, colour) for part, colour in PARTS) for row in rows],
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(
        margin_r=(132 if times[["report_median", "answer_median"]].isna().any(axis=None) else 88) * scale
    )
    figure.update_xaxes(range=[0, reach], **value_ticks(0, reach))
    bold = [
        f"<b>{name}</b>" if key == highlight else name for name, key in zip(names, times["key"], strict=True)
    ]
    names_axis(figure, bold, scale)
    return figure


def _part(row: Mapping[Any, Any], part: str) -> dict[str, Any] | None:
    """The columns of one part; None where there was no such wait."""
    if is_missing(row[f"{part}_n"]):
        return None
    return {name: row[f"{part}_{name}"] for name in ("median", "longest", "n", "over", "ongoing")}


def _part_days(row: Mapping[Any, Any], part: str) -> float | None:
    found = _part(row, part)
    return (
        None if found is None else float(found["longest"] if is_missing(found["median"]) else found["median"])
    )


def _part_text(row: Mapping[Any, Any], part: str, colour: str) -> str:
    found = _part(row, part)
    return f'<span style="color:{colour}"><b>{days_text(found) if found else NO_SHARE}</b></span>'


def _part_hover(row: Mapping[Any, Any], part: str) -> str:
    found = _part(row, part)
    if found is None:
        return "还没有"
    return (
        f"{days_text(found)};共{found['n']:.0f}次,有结果{found['over']:.0f}次,还在等{found['ongoing']:.0f}次"
    )
