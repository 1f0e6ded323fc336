"""Capacity against supply: place by place, and over time.

In: tables of metrics.chains. Out: figures whose title says how far the supply goes. Both sides are drawn in the
supply's unit, since different units have no common axis; a period that cannot be compared is a gap.
"""

from __future__ import annotations

from typing import Any

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
from metrics.periods import year_before
from settings import Chain, Indicator
from wording import NOT_REPORTED, number_text, percent_text, period_text

STATES = {
    "underfed": "吃不饱",
    "balanced": "基本匹配",
    "oversupplied": "供大于能",
    "no_supply": "全靠外购",
    "no_capacity": "供给外送",
    "not_reported": NOT_REPORTED,
}
PLOT_PX = 270


def balance_title(row: dict[str, Any], capacity: Indicator, supply: Indicator) -> str:
    """How far the supply of the row's period goes, as a sentence with the gap."""
    can = number_text(row["capacity"], capacity.unit, capacity.decimals)
    comes = number_text(row["supply"], supply.unit, supply.decimals)
    spare = number_text(abs(row["supply_gap"]), supply.unit, supply.decimals)
    return {
        "underfed": f"{capacity.name}{can},{supply.name}只够{percent_text(row['used_share'], 0)}",
        "balanced": f"{capacity.name}{can},{supply.name}够{percent_text(row['used_share'], 0)}",
        "oversupplied": f"{supply.name}{comes},比加工得了的多{spare}",
        "no_supply": f"{capacity.name}{can},全靠外购",
        "no_capacity": f"{supply.name}{comes},全部外送",
    }.get(row["state"], f"{capacity.name}和{supply.name}没有报齐")


def balance_chart(
    balance: pd.DataFrame,
    chain: Chain,
    capacity: Indicator,
    supply: Indicator,
    *,
    title: str,
    highlight: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """chain_balance as bullets in its order: a pale bar is what a full load needs, the dark one in it what came."""
    if balance.empty:
        return empty_chart(title, f"还没有{capacity.name}和{supply.name}的数据", scale=scale)
    rows = balance.reset_index(drop=True)
    figure = styled_figure(
        title,
        f"{period_text(str(rows['period'].iloc[0]))},单位:{supply.unit}{rate_text(chain, capacity, supply)}",
        height=rows_height(len(rows)),
        scale=scale,
        legend=[("满负荷需要", palette.CONTEXT_LIGHT), (supply.name, palette.PRIMARY)],
    )
    at = list(range(len(rows)))
    marks = {
        "customdata": list(
            zip(plain_list(rows["name"]), _hover(rows, capacity, supply), rows["place_code"], strict=True)
        ),
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    }
    is_known = rows["is_compared"]
    comes = rows["supply"].fillna(0.0).where(is_known)
    figure.add_bar(
        x=rows["needed_supply"].fillna(0), y=at, orientation="h", width=0.72,
        marker={"color": palette.CONTEXT_LIGHT}, **marks,
    )  # fmt: skip
    figure.add_bar(
        x=comes.fillna(0), y=at, orientation="h", width=0.36, marker={"color": palette.PRIMARY}, **marks
    )
    figure.update_layout(barmode="overlay")
    reach = pd.concat([rows["needed_supply"], comes], axis=1).max(axis=1).fillna(0)
    figure.add_scatter(
        x=reach, y=at, mode="text", text=[f" {label}" for label in _labels(rows, supply)],
        textposition="middle right", cliponaxis=False, hoverinfo="skip",
        textfont={"color": [palette.INK if known else palette.NO_DATA_TEXT for known in is_known]},
    )  # fmt: skip
    top = float(reach.max()) or 1.0
    # Room for the longest label beside the longest bar, also on a phone.
    figure.update_xaxes(range=[0, top * 1.62], **value_ticks(0, top * 1.1, supply.unit))
    names = [
        f"<b>{plain(name)}</b>" if code == highlight else plain(name)
        for code, name in zip(rows["place_code"], rows["name"], strict=True)
    ]
    names_axis(figure, names, scale)
    return figure


def course_chart(
    course: pd.DataFrame,
    chain: Chain,
    capacity: Indicator,
    supply: Indicator,
    *,
    name: str = "",
    scale: float = 1.0,
) -> go.Figure:
    """One place's chain_course: what a full load needs as a grey step, what came as a blue line."""
    known = course[course["is_compared"]]
    if known.empty:
        return empty_chart(f"{name}{chain.name}", "没有两头都报齐的时期", scale=scale)
    rows = course.reset_index(drop=True)
    figure = styled_figure(
        _course_title(rows, name),
        f"{period_text(rows['period'].iloc[0])}—{period_text(rows['period'].iloc[-1])},单位:{supply.unit}",
        height=PLOT_PX,
        scale=scale,
        legend=[("满负荷需要", palette.CONTEXT), (supply.name, palette.PRIMARY)],
    )
    hover = _hover(rows, capacity, supply)
    comes = rows["supply"].fillna(0.0).where(rows["is_compared"])
    lines = (
        (rows["needed_supply"], "lines", {"color": palette.CONTEXT, "width": 2 * scale, "shape": "hvh"}),
        (comes, "lines+markers", {"color": palette.PRIMARY, "width": 3 * scale}),
    )
    for values, mode, line in lines:
        figure.add_scatter(
            x=list(range(len(rows))), y=[None if pd.isna(v) else v for v in values], mode=mode, line=line,
            marker={"size": 4 * scale}, connectgaps=False,
            customdata=list(zip(map(period_text, rows["period"]), hover, strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    top = float(pd.concat([rows["needed_supply"], comes]).max()) or 1.0
    figure.update_yaxes(range=[0, top * 1.1], **value_ticks(0, top * 1.1, supply.unit))
    ticks = [
        at
        for at, period in enumerate(rows["period"])
        if at == 0 or period.endswith("-01") or len(period) == 4
    ]
    if len(ticks) > 1 and ticks[1] < len(rows) / 6:
        ticks = ticks[1:]  # two years' names would run into each other
    figure.update_xaxes(
        tickmode="array", tickvals=ticks, ticktext=[period_text(rows["period"][at]) for at in ticks],
        range=[-0.6, len(rows) - 0.4], showgrid=False, tickangle=0,
    )  # fmt: skip
    return figure


def _course_title(rows: pd.DataFrame, name: str) -> str:
    """In how many periods of the last year the plants were fed."""
    last = str(rows.loc[rows["is_compared"], "period"].iloc[-1])
    year = rows[rows["is_compared"] & (rows["period"] > year_before(last)) & (rows["period"] <= last)]
    unit = "个月" if len(last) > 4 else "年"
    counts = year["state"].value_counts()
    said = [f"{counts[state]}{unit}{word}" for state, word in STATES.items() if state in counts]
    return (
        f"{name}近一年:{','.join(said)}"
        if len(last) > 4
        else f"{name}{period_text(last)}{STATES[str(year['state'].iloc[-1])]}"
    )


def rate_text(chain: Chain, capacity: Indicator, supply: Indicator) -> str:
    """How much supply one unit of capacity takes, where it is not one; begins with a mark."""
    if chain.supply_per_unit == 1:
        return ""
    return f";每1{capacity.unit}加工能力需供给{chain.supply_per_unit:g}{supply.unit}"


def _labels(rows: pd.DataFrame, supply: Indicator) -> list[str]:
    labels = []
    for row in rows.to_dict("records"):
        said = STATES[row["state"]]
        if row["state"] in ("underfed", "balanced", "oversupplied"):
            lacks = row["supply_gap"] >= 0
            gap = unitless(abs(row["supply_gap"]), supply.unit, supply.decimals)
            said = f"{percent_text(row['used_share'], 0)} {'缺' if lacks else '多'}{gap}"
        labels.append(said)
    return labels


def _hover(rows: pd.DataFrame, capacity: Indicator, supply: Indicator) -> list[str]:
    texts = []
    for row in rows.to_dict("records"):
        lines = [
            f"{spec.name} {number_text(row[side], spec.unit, spec.decimals, missing=_absent(row, side))}"
            for side, spec in (("capacity", capacity), ("supply", supply))
        ]
        if pd.notna(row["used_share"]):
            needed = number_text(row["needed_supply"], supply.unit, supply.decimals)
            lines.append(f"满负荷需要{needed},够{percent_text(row['used_share'])}")
        texts.append("<br>".join([*lines, STATES[row["state"]]]))
    return texts


def _absent(row: dict[Any, Any], side: str) -> str:
    """A stage that the place does not have is not a report that is missing."""
    return "没有这一环节" if row["is_compared"] else NOT_REPORTED
