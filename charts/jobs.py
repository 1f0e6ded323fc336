"""Jobs per enterprise: every enterprise a point, the median beside the mean.

In: enterprise_jobs and one of the jobs_by_… tables. Out: a figure. Enterprises that reported no figure are
counted in the row's label, not drawn at zero.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, plain_list, styled_figure
from wording import number_text, percent_text

ROW_PX = 40


def jobs_chart(
    enterprises: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    by: Literal["industry", "township"] = "industry",
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A strip of enterprises per industry or township in `summary`'s order, with quartiles, median and mean.

    `enterprises`: enterprise_jobs; `summary`: jobs_by_industry or jobs_by_township. `highlight`: the key (industry
    or place code) whose points stand out.
    """
    key = "industry" if by == "industry" else "place_code"
    own_key = "industry" if by == "industry" else "township_code"
    rows = summary[summary["enterprises"] > 0].reset_index(drop=True)
    if rows.empty or not rows["jobs"].notna().any():
        return empty_chart(title or "带动就业", "还没有经营主体的用工数据", scale=scale)
    figure = styled_figure(
        _title(enterprises, rows) if title is None else title,
        "每点一家用工人数;竖线为中位数,灰条为中间一半;右为中位数和合计(人)",
        height=len(rows) * ROW_PX + 30,
        scale=scale,
    )
    points = _placed(enterprises, rows[key], own_key)
    edge = _edge(points["jobs"])
    _add_points(figure, points, edge, [highlight in (None, own) for own in points[own_key]], scale)
    figure.update_layout(
        shapes=_quartiles(rows, edge, scale), annotations=_sums(rows, scale), margin_r=84 * scale
    )
    figure.update_xaxes(range=[-0.03 * edge, edge * 1.06], nticks=4, tickformat=",~f")
    names_axis(figure, [f"{plain(row['name'])}<br>{_firms(row)}" for row in rows.to_dict("records")], scale)
    return figure


def _placed(enterprises: pd.DataFrame, keys: pd.Series, own_key: str) -> pd.DataFrame:
    """The enterprises with a figure and the row (`at`) that each belongs to."""
    position = {key: at for at, key in enumerate(keys) if pd.notna(key)}
    others = next((at for at, key in enumerate(keys) if pd.isna(key)), None)
    at = enterprises[own_key].map(position).astype("float64")
    points = enterprises.assign(at=at if others is None else at.fillna(others))
    return points[points["at"].notna() & points["jobs"].notna()]


def _edge(jobs: pd.Series) -> float:
    """Where the axis ends, so that a few giants do not press the many small ones into a heap.

    What lies beyond is drawn at the edge with its figure.
    """
    figures = jobs.astype("float64")
    most, wide = float(figures.max()), 2 * float(figures.quantile(0.9))
    return max(wide if most > 1.4 * wide else most, 1.0)


def _add_points(
    figure: go.Figure, points: pd.DataFrame, edge: float, is_shown: list[bool], scale: float
) -> None:
    figure.add_scatter(
        x=points["jobs"].astype("float64").clip(upper=edge), y=points["at"] + _spread(points),
        mode="markers+text", cliponaxis=False, textposition="middle left",
        text=_giants(points, edge),
        marker={
            "size": 8 * scale, "opacity": 0.6, "line": {"width": 0.8, "color": "#FFFFFF"},
            "color": [palette.PRIMARY if shown else palette.CONTEXT for shown in is_shown],
        },
        customdata=list(zip(plain_list(points["name"]), _hover(points), strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _giants(points: pd.DataFrame, edge: float) -> list[str]:
    """A label at the largest of each row's enterprises beyond the edge: 329人等4家→."""
    beyond = points[points["jobs"] > edge].sort_values("jobs", ascending=False)
    counts = beyond.groupby("at").size()
    largest = {}
    for enterprise, row in beyond.drop_duplicates("at").iterrows():
        more = f"等{counts[row['at']]}家" if counts[row["at"]] > 1 else ""
        largest[enterprise] = f"{number_text(row['jobs'], '人')}{more}→"
    return [largest.get(enterprise, "") for enterprise in points.index]


def _firms(row: dict[Hashable, Any]) -> str:
    unknown = row["enterprises"] - row["reported"]
    return f"{row['enterprises']}家" + (f"({unknown}家未报)" if unknown else "")


def _sums(rows: pd.DataFrame, scale: float) -> list[dict[str, Any]]:
    """Median and total beside each row."""
    return [
        {
            "x": 1, "xref": "paper", "y": at, "xanchor": "left", "showarrow": False, "xshift": 6 * scale,
            "text": f"<b>{number_text(row['median'])}</b>\u2002{number_text(row['jobs'])}",
            "font": {"color": palette.INK},
        }
        for at, row in enumerate(rows.to_dict("records"))
    ]  # fmt: skip


def _quartiles(rows: pd.DataFrame, edge: float, scale: float) -> list[dict[str, Any]]:
    """A band over the middle half and a line at the median, row by row."""
    shapes: list[dict[str, Any]] = []
    for at, row in enumerate(rows.to_dict("records")):
        if pd.isna(row["median"]):
            continue
        q1, median, q3 = (min(row[name], edge) for name in ("q1", "median", "q3"))
        shapes += [
            {
                "type": "rect", "x0": q1, "x1": q3, "y0": at - 0.3, "y1": at + 0.3, "layer": "below",
                "fillcolor": palette.CONTEXT_LIGHT, "opacity": 0.6, "line": {"width": 0},
            },
            {
                "type": "line", "x0": median, "x1": median, "y0": at - 0.38, "y1": at + 0.38,
                "line": {"color": palette.INK, "width": 2.5 * scale},
            },
        ]  # fmt: skip
    return shapes


def _spread(points: pd.DataFrame) -> list[float]:
    """Steps up and down so that equal enterprises do not hide each other; the same at every drawing."""
    order = points.groupby("at").cumcount()
    return [((number * 7) % 11 - 5) * 0.05 for number in order]


def _hover(points: pd.DataFrame) -> list[str]:
    texts = []
    for row in points.to_dict("records"):
        poor = "" if pd.isna(row["poor_jobs"]) else f",其中建档立卡{number_text(row['poor_jobs'], '人')}"
        texts.append(
            f"{plain(row['township'])} {plain(row['industry_name'])}<br>用工{number_text(row['jobs'], '人')}{poor}"
            f"<br>带动{number_text(row['households_carried'], '户')}"
        )
    return texts


def _title(enterprises: pd.DataFrame, rows: pd.DataFrame) -> str:
    jobs = enterprises["jobs"].dropna().astype("float64").sort_values(ascending=False)
    if len(jobs) >= 10 and jobs.sum() > 0:
        return f"前5家用工占全县{percent_text(100 * jobs.head(5).sum() / jobs.sum(), 0)}"
    return f"{len(jobs)}家经营主体用工{number_text(jobs.sum(), '人')}"
