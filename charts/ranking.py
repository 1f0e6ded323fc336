"""Townships in order: what the composite score is made of, and who rose or fell.

In: township_ranking or indicator_ranking tables. Out: figures. An unranked township is listed last with what
is missing, never at zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import TEXT_PX, empty_chart, names_axis, plain, plain_list, rows_height, styled_figure
from wording import number_text, period_text


def ranking_chart(
    ranking: pd.DataFrame,
    names: Mapping[str, str],
    *,
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """township_ranking as bars stacked from each part's points to the score, best on top.

    `names`: metrics.ranking.part_names; `highlight`: the township whose name is bold and whose bar is full-toned.
    """
    if ranking.empty or not ranking["score"].notna().any():
        return empty_chart(title or "乡镇综合得分", "还没有乡镇有全部评分项的数据", scale=scale)
    rows = ranking.reset_index(drop=True)
    figure = styled_figure(
        _title(rows) if title is None else title,
        f"{period_text(str(rows['period'].iloc[0]))}综合得分,各段为评分项得分",
        height=rows_height(len(rows)),
        scale=scale,
        legend=[
            (name, palette.CATEGORICAL[at % len(palette.CATEGORICAL)])
            for at, name in enumerate(names.values())
        ],
    )
    opacity = [1.0 if highlight in (None, code) else 0.45 for code in rows["place_code"]]
    for at, (part, name) in enumerate(names.items()):
        points = rows[f"points_{part}"]
        figure.add_bar(
            x=points, y=list(range(len(rows))), orientation="h", name=plain(name),
            marker={"color": palette.CATEGORICAL[at % len(palette.CATEGORICAL)], "opacity": opacity},
            customdata=list(zip(plain_list(rows["name"]), _part_hover(name, points, rows[part]), strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=rows["score"].fillna(0), y=list(range(len(rows))), mode="text", textposition="middle right",
        text=[f" {_score_label(row)}" for row in rows.to_dict("records")], hoverinfo="skip", showlegend=False,
        cliponaxis=False,
        textfont={"color": [palette.INK if pd.notna(s) else palette.NO_DATA_TEXT for s in rows["score"]]},
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    figure.update_xaxes(range=[0, float(rows["score"].max()) * 1.15], nticks=5)
    names_axis(figure, _ranked_names(rows, highlight), scale)
    return figure


def rank_change_chart(
    ranking: pd.DataFrame, *, highlight: str | None = None, title: str | None = None, scale: float = 1.0
) -> go.Figure:
    """Each township's rank now (point) and one period before (tail), best on top; who rose and who fell.

    Takes township_ranking or indicator_ranking. Unranked townships are left out and counted in the subtitle.
    """
    rows = ranking[ranking["rank"].notna()].reset_index(drop=True)
    if rows.empty:
        return empty_chart(title or "位次变化", "还没有可比的位次", scale=scale)
    unranked = len(ranking) - len(rows)
    figure = styled_figure(
        _change_title(rows) if title is None else title,
        _change_subtitle(rows) + (f";{unranked}个未排名" if unranked else ""),
        height=rows_height(len(rows)),
        scale=scale,
    )
    moves = rows["rank_change"].astype("float64")
    _add_tails(figure, rows, moves, scale)
    figure.add_scatter(
        x=rows["rank"].astype("float64"), y=list(range(len(rows))), mode="markers",
        marker={"size": 11 * scale, "color": [_move_colour(move) for move in moves]},
        customdata=list(zip(plain_list(rows["name"]), _move_hover(rows), strict=True)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        annotations=[
            {
                "x": 1, "xref": "paper", "y": at, "xanchor": "right", "showarrow": False,
                "text": _move_text(move), "font": {"color": _word_colour(move), "size": TEXT_PX * scale},
            }
            for at, move in enumerate(moves)
        ]
    )  # fmt: skip
    last = float(max(rows["rank"].max(), rows["previous_rank"].fillna(1).max()))
    figure.update_xaxes(
        range=[0.2, last * 1.18 + 0.5], tickvals=[1, *range(5, int(last) + 1, 5)], ticksuffix="名"
    )
    names_axis(figure, _ranked_names(rows, highlight), scale)
    return figure


def _add_tails(figure: go.Figure, rows: pd.DataFrame, moves: pd.Series, scale: float) -> None:
    """Where each came from, with a line to where it is: one trace for those who rose, one for those who fell."""
    before, now = rows["previous_rank"].astype("float64"), rows["rank"].astype("float64")
    for colour, is_mine in ((palette.PRIMARY, moves > 0), (palette.AMBER, moves < 0)):
        x: list[float | None] = []
        y: list[float | None] = []
        for at in moves.index[is_mine]:
            x += [before[at], now[at], None]
            y += [at, at, None]
        figure.add_scatter(
            x=x, y=y, mode="lines", line={"color": colour, "width": 3 * scale}, hoverinfo="skip"
        )
    figure.add_scatter(
        x=before, y=list(range(len(rows))), mode="markers", hoverinfo="skip",
        marker={"size": 7 * scale, "color": palette.CONTEXT_LIGHT},
    )  # fmt: skip


def _ranked_names(rows: pd.DataFrame, highlight: str | None) -> list[str]:
    labels = []
    for code, name, rank in zip(rows["place_code"], rows["name"], rows["rank"], strict=True):
        label = f"{plain(name)} {'—' if pd.isna(rank) else rank}"
        labels.append(f"<b>{label}</b>" if code == highlight else label)
    return labels


def _score_label(row: dict[Hashable, Any]) -> str:
    if pd.notna(row["score"]):
        return number_text(row["score"], decimals=1)
    missing = str(row["missing"]).split("、")
    if missing == [""]:
        return "无适用评分项"
    return f"缺{plain(missing[0])}" + (f"等{len(missing)}项" if len(missing) > 1 else "")


def _part_hover(name: str, points: pd.Series, scores: pd.Series) -> list[str]:
    return [
        f"{plain(name)} 得{number_text(point, '分', 1)}(完成{number_text(score, '%', 1)})"
        for point, score in zip(points, scores, strict=True)
    ]


def _title(rows: pd.DataFrame) -> str:
    known = rows[rows["rank"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    return f"{first['name']}第一,{last['name']}末位"


def _change_title(rows: pd.DataFrame) -> str:
    moves = rows["rank_change"].astype("float64")
    if not moves.notna().any():
        return "没有上期位次可比"
    return f"{int((moves > 0).sum())}个乡镇上升,{int((moves < 0).sum())}个下降"


def _change_subtitle(rows: pd.DataFrame) -> str:
    if not rows["rank_change"].notna().any():
        return period_text(_first(rows, "period"))
    return f"{period_text(_first(rows, 'period'))}与{period_text(_first(rows, 'previous_period'))}相比"


def _move_colour(move: float) -> str:
    if pd.isna(move) or move == 0:
        return palette.CONTEXT
    return palette.PRIMARY if move > 0 else palette.AMBER


def _word_colour(move: float) -> str:
    if pd.isna(move) or move == 0:
        return palette.MUTED
    return palette.PRIMARY if move > 0 else palette.AMBER_TEXT


def _move_text(move: float) -> str:
    if pd.isna(move):
        return "—"
    return f"↑{int(move)}" if move > 0 else f"↓{int(-move)}" if move < 0 else "持平"


def _move_hover(rows: pd.DataFrame) -> list[str]:
    return [
        f"现第{now}名" + ("" if pd.isna(before) else f",上期第{before}名")
        for now, before in zip(rows["rank"], rows["previous_rank"], strict=True)
    ]


def _first(rows: pd.DataFrame, column: str) -> str | None:
    known = rows[column].dropna()
    return None if known.empty else str(known.iloc[0])
