"""Jobs per enterprise: every enterprise a point, the median beside the mean.

In: enterprise_jobs and one of the jobs_by_… tables. Out: a figure. Enterprises that reported no figure are
counted in the row's label, not drawn at zero. Refuses to leave an enterprise out where there are very many: those of
a row with equal jobs share a mark, which says how many they are and names them.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, plain_list, styled_figure, value_ticks
from wording import NOT_REPORTED, is_missing, number_text, percent_text

ROW_PX = 40
MOST_ROWS = 40  # more townships than that are in the list only, and the chart says so
MOST_POINTS = 1500  # a browser without a graphics card draws so many at once
NAMED = 6  # enterprises that a shared mark names

By = Literal["industry", "township"]


def jobs_chart(
    enterprises: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    by: By = "industry",
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A strip of enterprises per industry or township in `summary`'s order, with quartiles, median and mean.

    `enterprises`: enterprise_jobs; `summary`: jobs_by_industry or jobs_by_township. `highlight`: the key (industry
    or place code) whose points stand out. A mark's customdata ends in what a click on it chooses: the township's
    code, or by industry the words that find the enterprise in the list.
    """
    key = "industry" if by == "industry" else "place_code"
    own_key = "industry" if by == "industry" else "township_code"
    rows = summary[summary["enterprises"] > 0].reset_index(drop=True)
    if rows.empty or not rows["jobs"].notna().any():
        return empty_chart(title or "带动就业", "还没有经营主体的用工数据", scale=scale)
    rows, left_out = _most(rows, key, highlight)
    points = _placed(enterprises, rows[key], own_key, set(summary[key].dropna()))
    is_shared = len(points) > MOST_POINTS
    figure = styled_figure(
        _title(enterprises, summary) if title is None else title,
        _subtitle(is_shared, left_out),
        height=len(rows) * ROW_PX + 30,
        scale=scale,
    )
    edge = _edge(points["jobs"])
    marks = _shared(points) if is_shared else points.assign(count=1)
    _add_marks(figure, marks, edge, [highlight in (None, own) for own in marks[own_key]], by, scale)
    _add_means(figure, rows, edge, "" if by == "industry" else key, scale)
    figure.update_layout(
        shapes=_quartiles(rows, edge, scale), annotations=_each(rows, scale), margin_r=104 * scale
    )
    figure.update_xaxes(range=[-0.03 * edge, edge * 1.06], **value_ticks(0, edge, "人", is_count=True))
    names_axis(figure, [f"{plain(row['name'])}<br>{_firms(row)}" for row in rows.to_dict("records")], scale)
    return figure


def each_text(value: Any, unit: str = "") -> str:
    """A median or mean of people: one decimal unless it is whole."""
    return number_text(value, unit, 0 if is_missing(value) or float(value).is_integer() else 1)


def _most(rows: pd.DataFrame, key: str, highlight: str | None) -> tuple[pd.DataFrame, int]:
    """The first MOST_ROWS and the highlighted row, and how many others there are."""
    shown = (pd.Series(range(len(rows))) < MOST_ROWS) | (rows[key] == highlight).fillna(False).astype(bool)
    return rows[shown].reset_index(drop=True), int((~shown).sum())


def _subtitle(is_shared: bool, left_out: int) -> str:
    point = "用工数相同的合为一点,点越大家数越多" if is_shared else "每点一家用工人数"
    others = f";其余{number_text(left_out)}个乡镇见名单" if left_out else ""
    return f"{point};竖线为中位数,◇为平均数,灰条为中间一半;单位:人{others}"


def _placed(enterprises: pd.DataFrame, keys: pd.Series, own_key: str, known: set[str]) -> pd.DataFrame:
    """The enterprises with a figure and the row (`at`) that each belongs to; `is_known`: it is not the row of others.

    `known`: the keys of all rows, also of those that are not drawn: what lies there is no other.
    """
    position = {key: at for at, key in enumerate(keys) if pd.notna(key)}
    others = next((at for at, key in enumerate(keys) if pd.isna(key)), None)
    is_known = enterprises[own_key].isin(known)
    at = enterprises[own_key].map(position).astype("float64")
    if others is not None:
        at = at.mask(~is_known, others)
    points = enterprises.assign(at=at, is_known=is_known)
    return points[points["at"].notna() & points["jobs"].notna()].reset_index(drop=True)


def _shared(points: pd.DataFrame) -> pd.DataFrame:
    """A row per mark: the first enterprise of those of a row with equal jobs, how many, and the names of some."""
    grouped = points.groupby(["at", "jobs"], sort=False)
    number = grouped.cumcount()
    marks = points[number == 0].copy()
    marks["count"] = grouped["name"].transform("size")[marks.index]
    some = points[number < NAMED]
    names = some.groupby(["at", "jobs"], sort=False)["name"].agg(list)
    marks["names"] = names.loc[pd.MultiIndex.from_frame(marks[["at", "jobs"]])].to_numpy()
    return marks.reset_index(drop=True)


def _edge(jobs: pd.Series) -> float:
    """Where the axis ends, so that a few giants do not press the many small ones into a heap.

    What lies beyond is drawn at the edge with its figure.
    """
    figures = jobs.astype("float64")
    most, wide = float(figures.max()), 2 * float(figures.quantile(0.9))
    return max(wide if most > 1.4 * wide else most, 1.0)


def _add_marks(
    figure: go.Figure, marks: pd.DataFrame, edge: float, is_shown: list[bool], by: By, scale: float
) -> None:
    is_shared = bool((marks["count"] > 1).any())
    size = (4 if is_shared else 8) * scale
    sizes = [size * min(float(count) ** 0.5, 3.5) for count in marks["count"]]
    figure.add_scatter(
        x=marks["jobs"].astype("float64").clip(upper=edge), y=marks["at"] + _spread(marks),
        mode="markers+text", cliponaxis=False, textposition="middle left",
        text=_giants(marks, edge),
        marker={
            "size": sizes if is_shared else size, "opacity": 0.6,
            "line": {"width": 0.8, "color": "#FFFFFF"},
            "color": [palette.PRIMARY if shown else palette.CONTEXT for shown in is_shown],
        },
        customdata=list(zip(plain_list(_heads(marks)), _hover(marks), _choices(marks, by), strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _add_means(figure: go.Figure, rows: pd.DataFrame, edge: float, key: str, scale: float) -> None:
    """A diamond at each row's mean; it chooses the row's township."""
    told = rows[rows["mean"].notna()]
    figure.add_scatter(
        x=told["mean"].clip(upper=edge), y=list(told.index), mode="markers", cliponaxis=False,
        marker={"symbol": "diamond-open", "size": 9 * scale, "color": palette.INK, "line": {"width": 1.6 * scale}},
        customdata=[
            [plain(row["name"]), _row_hover(row), row[key] if key and not is_missing(row[key]) else ""]
            for row in told.to_dict("records")
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip


def _row_hover(row: dict[Hashable, Any]) -> str:
    poor = ""
    if not is_missing(row["poor_share"]):
        base = f"{number_text(row['poor_told'])}/{number_text(row['poor_base'], '人')}"
        poor = f"<br>建档立卡用工占{percent_text(row['poor_share'])}({base})"
    return (
        f"每家用工中位数{each_text(row['median'], '人')},平均{each_text(row['mean'], '人')}"
        f"<br>{number_text(row['reported'], '家')}共{number_text(row['jobs'], '人')}{poor}"
        f"<br>带动{number_text(row['households_carried'], '户')}({number_text(row['carried_reported'], '家')}已报)"
    )


def _giants(points: pd.DataFrame, edge: float) -> list[str]:
    """A label at the largest of each row's enterprises beyond the edge: 329人等4家→."""
    beyond = points[points["jobs"] > edge].sort_values("jobs", ascending=False)
    counts = beyond.groupby("at")["count"].sum()
    largest = {}
    for enterprise, row in beyond.drop_duplicates("at").iterrows():
        more = f"等{counts[row['at']]}家" if counts[row["at"]] > 1 else ""
        largest[enterprise] = f"{number_text(row['jobs'], '人')}{more}→"
    return [largest.get(enterprise, "") for enterprise in points.index]


def _firms(row: dict[Hashable, Any]) -> str:
    unknown = row["enterprises"] - row["reported"]
    return number_text(row["enterprises"], "家") + (f"({number_text(unknown, '家')}未报)" if unknown else "")


def _each(rows: pd.DataFrame, scale: float) -> list[dict[str, Any]]:
    """Median, mean and total beside each row."""
    return [
        {
            "x": 1, "xref": "paper", "y": at, "xanchor": "left", "showarrow": False, "xshift": 6 * scale,
            "align": "left", "text": _each_words(row), "font": {"color": palette.INK},
        }
        for at, row in enumerate(rows.to_dict("records"))
    ]  # fmt: skip


def _each_words(row: dict[Hashable, Any]) -> str:
    if is_missing(row["jobs"]):
        return NOT_REPORTED
    return f"<b>中位{each_text(row['median'])}</b> 均{each_text(row['mean'])}<br>共{number_text(row['jobs'], '人')}"


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


def _heads(marks: pd.DataFrame) -> list[str]:
    return [
        str(name) if count == 1 else f"{count}家用工都是{number_text(jobs, '人')}"
        for name, count, jobs in zip(marks["name"], marks["count"], marks["jobs"], strict=True)
    ]


def _choices(marks: pd.DataFrame, by: By) -> list[str]:
    """What a click chooses: the township's code; by industry the words that find the enterprise, or those alike."""
    if by == "township":
        codes = zip(marks["township_code"], marks["is_known"], strict=True)
        return [str(code) if is_known else "" for code, is_known in codes]
    return [
        str(name) if count == 1 else f"用工{jobs}人 {industry}"
        for name, count, jobs, industry in zip(
            marks["name"], marks["count"], marks["jobs"], marks["industry_name"], strict=True
        )
    ]


def _hover(marks: pd.DataFrame) -> list[str]:
    texts = []
    for row in marks.to_dict("records"):
        if row["count"] > 1:
            more = f" 等{row['count']}家" if row["count"] > NAMED else ""
            texts.append("<br>".join(plain_list(row["names"])) + more)
            continue
        poor = "" if pd.isna(row["poor_jobs"]) else f",其中建档立卡{number_text(row['poor_jobs'], '人')}"
        texts.append(
            f"{plain(row['township'])} {plain(row['industry_name'])}<br>用工{number_text(row['jobs'], '人')}{poor}"
            f"<br>带动{number_text(row['households_carried'], '户')}{_change(row)}{_honours(row)}"
        )
    return texts


def _change(row: dict[Hashable, Any]) -> str:
    if is_missing(row["change"]):
        return ""
    return f"<br>比上年{number_text(row['change'], '人', signed=True)}" if row["change"] else "<br>与上年持平"


def _honours(row: dict[Hashable, Any]) -> str:
    return f"<br>{plain(row['honours'])}" if row["is_starred"] else ""


def _title(enterprises: pd.DataFrame, rows: pd.DataFrame) -> str:
    jobs = enterprises["jobs"].dropna().astype("float64").sort_values(ascending=False)
    if len(jobs) >= 10 and jobs.sum() > 0:
        return f"前5家用工占全县{percent_text(100 * jobs.head(5).sum() / jobs.sum(), 0)}"
    return f"{len(jobs)}家经营主体用工{number_text(jobs.sum(), '人')}"
