"""How far a programme has come: the steps of one place, and every place's shares beside each other.

In: rows of metrics.funnels of one kind (households or money). Out: figures in one unit. A step without a report keeps
its line and says so.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, plain_list, rows_height, styled_figure, unitless
from settings import Indicator
from wording import NO_SHARE, NOT_PUBLIC, NOT_REPORTED, number_text, percent_text, period_text

STEP_PX = 46
KIND_NAMES = {"households": "户数", "money": "金额"}


def steps_chart(
    rows: pd.DataFrame, indicator: Indicator, *, name: str = "", title: str | None = None, scale: float = 1.0
) -> go.Figure:
    """The steps of one place in one unit, the first on top; the step that loses most is amber."""
    if rows.empty or rows["value"].isna().all():
        return empty_chart(title or name, "还没有报送数据", scale=scale)
    rows = rows.sort_values("step", ignore_index=True)
    figure = styled_figure(
        _steps_title(rows, indicator, name) if title is None else title,
        f"截至{period_text(str(rows['period'].iloc[0]))}累计,单位:{indicator.unit};百分数为占{rows['step_name'].iloc[0]}",
        height=len(rows) * STEP_PX + 20,
        scale=scale,
    )
    figure.add_bar(
        x=rows["value"].fillna(0), y=list(range(len(rows))), orientation="h", width=0.62,
        marker={"color": [palette.AMBER if worst else palette.PRIMARY for worst in rows["is_biggest_loss"]]},
        customdata=list(zip(plain_list(rows["step_name"]), _steps_hover(rows, indicator), [""] * len(rows), strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=rows["value"].fillna(0), y=list(range(len(rows))), mode="text", text=_steps_labels(rows, indicator),
        textposition="middle right", cliponaxis=False, hoverinfo="skip",
        textfont={"color": [palette.NO_DATA_TEXT if pd.isna(v) else palette.INK for v in rows["value"]]},
    )  # fmt: skip
    figure.update_xaxes(range=[0, (float(rows["value"].max()) or 1.0) * 1.9], visible=False)
    figure.update_layout(margin_b=8 * scale)
    names_axis(figure, plain_list(rows["step_name"]), scale)
    return figure


def _steps_title(rows: pd.DataFrame, indicator: Indicator, name: str) -> str:
    """From first to last, and where most was lost."""
    known = rows[rows["value"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    head = f"{name}{_figure(first, indicator)}"
    if len(known) < 2:
        return head
    # A township that reported one end only is in that figure and not in the share.
    of_all = last["of_first_base"] == first["value"] and last["of_first_part"] == last["value"]
    share = f",{'占' if of_all else '两头都报的占'}{percent_text(last['of_first'], 0)}"
    share = "" if pd.isna(last["of_first"]) else share
    return f"{head},{_figure(last, indicator)}{share}{_worst(rows)}"


def _figure(row: pd.Series, indicator: Indicator) -> str:
    return f"{row['step_name']}{number_text(row['value'], indicator.unit, indicator.decimals)}"


def _worst(rows: pd.DataFrame) -> str:
    worst = rows[rows["is_biggest_loss"]]
    if worst.empty:
        return ""
    return f",{worst['previous_step'].iloc[0]}到{worst['step_name'].iloc[0]}少得最多"


def _steps_labels(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    labels = []
    for at, row in enumerate(rows.to_dict("records")):
        if pd.isna(row["value"]):
            labels.append(f" {_why_missing(row)}")
            continue
        said = f" {number_text(row['value'], indicator.unit, indicator.decimals)}"
        if at:
            said += f" {percent_text(row['of_first'], 0)}"
        labels.append(said + (f" {exceeds_text(row)}" if row["exceeds"] else ""))
    return labels


def exceeds_text(row: dict[Any, Any]) -> str:
    """What a step says that is larger than the one before: 申请多于批准."""
    return plain(f"{row['step_name']}多于{row['previous_step']}")


def _steps_hover(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    return [hover_text(row, rows["step_name"].iloc[0], indicator) for row in rows.to_dict("records")]


def _why_missing(row: dict[Any, Any]) -> str:
    return NOT_PUBLIC if row.get("is_hidden") else NOT_REPORTED


def hover_text(row: dict[Any, Any], first: str, indicator: Indicator) -> str:
    """A step's figure and its shares with numerator and denominator."""
    lines = [
        number_text(row["value"], indicator.unit, indicator.decimals)
        if pd.notna(row["value"])
        else _why_missing(row)
    ]
    for name, share in ((first, "of_first"), (row["previous_step"], "of_previous")):
        if pd.notna(row[share]) and name and name != row["step_name"]:
            part, base = (
                unitless(row[f"{share}_{end}"], indicator.unit, indicator.decimals)
                for end in ("part", "base")
            )
            lines.append(f"占{plain(name)}{percent_text(row[share])}({part}/{base})")
    if row["exceeds"]:
        lines.append(exceeds_text(row))
    return "<br>".join(dict.fromkeys(lines))


def shares_chart(
    rows: pd.DataFrame, indicator: Indicator, *, highlight: str | None = None, scale: float = 1.0
) -> go.Figure:
    """Every place's steps in % of the first as a heat map, in the order of `rows` (worst first)."""
    if rows.empty:
        return empty_chart("各乡镇进度", "还没有报送数据", scale=scale)
    first = str(rows.sort_values("step")["step_name"].iloc[0])
    later = rows[rows["step"] > rows["step"].min()]
    codes, steps = list(later["place_code"].unique()), sorted(later["step"].unique())
    cells = {(row["place_code"], row["step"]): row for row in later.to_dict("records")}
    grid = [[cells[code, step] for step in steps] for code in codes]
    figure = styled_figure(
        _shares_title(later),
        f"截至{period_text(str(rows['period'].iloc[0]))},占{first}{KIND_NAMES[rows['kind'].iloc[0]]}的%,低的在前",
        height=rows_height(len(codes) + 1),
        scale=scale,
    )
    shades = palette.sequential(5)
    figure.add_heatmap(
        z=[[row["of_first"] for row in line] for line in grid], x=list(range(len(steps))), y=list(range(len(codes))),
        zmin=0, zmax=100, showscale=False, xgap=2 * scale, ygap=2 * scale,
        colorscale=[[at / (len(shades) - 1), shade] for at, shade in enumerate(shades)],
        customdata=[[[plain(row["name"]), f"{plain(row['step_name'])} {hover_text(row, first, indicator)}", row["place_code"]] for row in line] for line in grid],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    _add_shares(figure, grid)
    figure.update_xaxes(visible=False)
    figure.update_layout(margin_b=8 * scale)
    names = [
        f"<b>{plain(line[0]['name'])}</b>" if line[0]["place_code"] == highlight else plain(line[0]["name"])
        for line in grid
    ]
    names_axis(figure, names, scale)
    _add_heads(figure, grid)
    return figure


def _add_heads(figure: go.Figure, grid: list[list[dict[Any, Any]]]) -> None:
    """The steps' names above their columns, in a line of their own: an axis' would stand in the subtitle."""
    figure.add_scatter(
        x=list(range(len(grid[0]))), y=[-1] * len(grid[0]), mode="text", hoverinfo="skip",
        text=[f"<b>{plain(row['step_name'])}</b>" for row in grid[0]],
    )  # fmt: skip
    figure.update_yaxes(range=[len(grid) - 0.5, -1.5])


def _add_shares(figure: go.Figure, grid: list[list[dict[Any, Any]]]) -> None:
    """The shares in the cells, light on dark; plotly's own text of a heat map has one colour only."""
    points = [(at, below, row) for below, line in enumerate(grid) for at, row in enumerate(line)]
    figure.add_scatter(
        x=[at for at, _, _ in points], y=[below for _, below, _ in points], mode="text", hoverinfo="skip",
        text=[share_text(row) for *_, row in points],
        textfont={"color": [_ink(row) for *_, row in points]},
    )  # fmt: skip


def share_text(row: dict[Any, Any]) -> str:
    """A step's share of the first one in a cell: unreported and incomparable are not the same."""
    missing = NO_SHARE if pd.notna(row["value"]) else _why_missing(row)
    return percent_text(row["of_first"], 0, missing=missing) + ("↑" if row["exceeds"] else "")


def _ink(row: dict[Any, Any]) -> str:
    if pd.isna(row["of_first"]):
        return palette.NO_DATA_TEXT
    return "#FFFFFF" if row["of_first"] >= 65 else palette.INK


def _shares_title(later: pd.DataFrame) -> str:
    last = later[later["step"] == later["step"].max()]
    known = last[last["of_first"].notna()].sort_values(["of_first", "place_code"])
    if known.empty:
        return "各步都没有可以比的数"
    worst, best, name = known.iloc[0], known.iloc[-1], last["step_name"].iloc[0]
    if len(known) == 1:
        return f"{worst['name']}{name}{percent_text(worst['of_first'], 0)}"
    among = f"公开的{len(known)}个里" if "is_hidden" in last and last["is_hidden"].any() else ""
    return (
        f"{name}:{among}{worst['name']}{percent_text(worst['of_first'], 0)}最低,"
        f"{best['name']}{percent_text(best['of_first'], 0)}最高"
    )
