"""Townships in order: what the composite score is made of, who improved, who rose or fell.

In: `composite.composite_at` or `ranking.indicator_ranking` tables. Out: figures. An unranked township is listed last
with what is missing, never at zero. Of very many townships both ends are drawn and the subtitle says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
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
from wording import is_missing, number_text, percent_text, period_text

MOST = 60  # bars that can still be read one below the other
END = 20  # of more, so many are drawn at either end
FEWEST_FOR_MEDIAN = 5


def ranking_chart(
    ranking: pd.DataFrame,
    names: Mapping[str, str],
    *,
    intervals: pd.DataFrame | None = None,
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """composite_at as bars stacked from each part's points to the score, best on top.

    `names`: composite.part_names; `intervals`: firmness.rank_intervals, told beside the score; `highlight`: the
    township whose name is bold and whose bar is full-toned.
    """
    if ranking.empty or not ranking["score"].notna().any():
        return empty_chart(title or "乡镇综合得分", "还没有乡镇有全部评分项的数据", scale=scale)
    rows, cut = both_ends(ranking, highlight)
    figure = styled_figure(
        _title(ranking, highlight) if title is None else title,
        f"{period_text(_first(rows, 'period'))}综合得分(分),各段为评分项得分{cut}",
        height=rows_height(len(rows)),
        scale=scale,
        legend=[
            (name, palette.CATEGORICAL[at % len(palette.CATEGORICAL)])
            for at, name in enumerate(names.values())
        ],
    )
    opacity = [1.0 if highlight in (None, code) else 0.45 for code in rows["place_code"]]
    for at, (part, name) in enumerate(names.items()):
        figure.add_bar(
            x=rows[f"points_{part}"], y=list(range(len(rows))), orientation="h", name=plain(name),
            marker={"color": palette.CATEGORICAL[at % len(palette.CATEGORICAL)], "opacity": opacity},
            customdata=_customdata(rows, _part_hover(name, rows, part)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    bounds = _bounds(rows, intervals)
    labels = [_score_label(row, bounds) for row in rows.to_dict("records")]
    figure.add_scatter(
        x=rows["score"].fillna(0), y=list(range(len(rows))), mode="text", textposition="middle right",
        text=[f" {label}" for label in labels], hoverinfo="skip", showlegend=False,
        cliponaxis=False, customdata=_customdata(rows, labels),
        textfont={"color": [palette.INK if pd.notna(s) else palette.NO_DATA_TEXT for s in rows["score"]]},
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    figure.update_xaxes(range=[0, float(rows["score"].max()) * (1.5 if bounds else 1.15)], nticks=5)
    names_axis(figure, ranked_names(rows, highlight), scale)
    return figure


def improvement_chart(
    ranking: pd.DataFrame, *, highlight: str | None = None, title: str | None = None, scale: float = 1.0
) -> go.Figure:
    """composite_at by the change of the score since the period before: gains to the right, losses to the left.

    The greatest gain on top with its improvement rank, both scores beside the bar. A township without one of the two
    scores is listed last with what is missing, without a bar.
    """
    order = ranking.sort_values(["improvement_rank", "place_code"], na_position="last", ignore_index=True)
    known = order[order["score_change"].notna()]
    if known.empty:
        return empty_chart(title or "谁进步大", "还没有两期得分可比", scale=scale)
    rows, cut = both_ends(order, highlight, "improvement_rank")
    figure = styled_figure(
        _improvement_title(known) if title is None else title,
        f"得分变化(分),{_change_subtitle(known)}{cut}",
        height=rows_height(len(rows)),
        scale=scale,
    )
    changes = rows["score_change"]
    hover = [_score_hover(row) for row in rows.to_dict("records")]
    figure.add_bar(
        x=changes, y=list(range(len(rows))), orientation="h", customdata=_customdata(rows, hover),
        marker={
            "color": [palette.PRIMARY if change >= 0 else palette.AMBER for change in changes.fillna(0)],
            "opacity": [1.0 if highlight in (None, code) else 0.45 for code in rows["place_code"]],
        },
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    # Always to the right of the axis or of the bar: a label left of a long loss would run into the names.
    figure.add_scatter(
        x=changes.fillna(0).clip(lower=0), y=list(range(len(rows))), mode="text", textposition="middle right",
        text=[f" {_improvement_label(row)}" for row in rows.to_dict("records")], hoverinfo="skip",
        cliponaxis=False, customdata=_customdata(rows, hover),
        textfont={"color": [palette.INK if pd.notna(c) else palette.NO_DATA_TEXT for c in changes]},
    )  # fmt: skip
    low, high = min(float(changes.min()), 0.0), max(float(changes.max()), 0.0)
    span = (high - low) or 1.0
    figure.update_xaxes(
        range=[low - 0.04 * span, high + 0.75 * span], zeroline=True, zerolinecolor=palette.CONTEXT,
        zerolinewidth=1.5 * scale, **value_ticks(low, high, "分", aim=3),
    )  # fmt: skip
    if len(known) >= FEWEST_FOR_MEDIAN:
        _add_median(figure, float(known["score_change"].median()), scale)
    names_axis(figure, ranked_names(rows, highlight, "improvement_rank"), scale)
    return figure


def _add_median(figure: go.Figure, median: float, scale: float) -> None:
    """The change that half of the townships exceed: figures that grow all year lift everybody's score."""
    # A line of the heading's height for its label, which would else run into the subtitle.
    room = TEXT_PX * 1.3 * scale
    figure.update_layout(margin_t=figure.layout.margin.t + room, height=figure.layout.height + room)
    figure.add_vline(x=median, line={"color": palette.CONTEXT, "width": 1.5 * scale, "dash": "dot"})
    figure.add_annotation(
        x=median, y=1, yref="paper", yanchor="bottom", showarrow=False, yshift=-2 * scale,
        text=f"中位 {number_text(median, '分', 1, signed=True)}",
        font={"color": palette.MUTED, "size": TEXT_PX * scale},
    )  # fmt: skip


def rank_change_chart(
    ranking: pd.DataFrame, *, highlight: str | None = None, title: str | None = None, scale: float = 1.0
) -> go.Figure:
    """Each township's rank now (point) and one period before (tail), best on top; who rose and who fell.

    Takes composite_at or indicator_ranking. Unranked townships are left out and counted in the subtitle.
    """
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return empty_chart(title or "位次变化", "还没有可比的位次", scale=scale)
    unranked = len(ranking) - len(ranked)
    rows, cut = both_ends(ranked, highlight)
    figure = styled_figure(
        _change_title(ranked) if title is None else title,
        _change_subtitle(ranked) + (f";{unranked}个未排名" if unranked else "") + cut,
        height=rows_height(len(rows)),
        scale=scale,
    )
    moves = rows["rank_change"].astype("float64")
    _add_tails(figure, rows, moves, scale)
    figure.add_scatter(
        x=rows["rank"].astype("float64"), y=list(range(len(rows))), mode="markers",
        marker={"size": 11 * scale, "color": [_move_colour(move) for move in moves]},
        customdata=_customdata(rows, _move_hover(rows)),
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        annotations=[
            {
                "x": 1, "xref": "paper", "y": at, "xanchor": "right", "showarrow": False,
                "text": move_text(move), "font": {"color": _word_colour(move), "size": TEXT_PX * scale},
            }
            for at, move in enumerate(moves)
        ]
    )  # fmt: skip
    last = float(max(rows["rank"].max(), rows["previous_rank"].fillna(1).max()))
    step = 5 if last <= 60 else 10 ** (len(str(int(last))) - 1)
    figure.update_xaxes(
        range=[0.2, last * 1.18 + 0.5], tickvals=[1, *range(step, int(last) + 1, step)], ticksuffix="名"
    )
    names_axis(figure, ranked_names(rows, highlight), scale)
    return figure


def both_ends(rows: pd.DataFrame, highlight: str | None, column: str = "rank") -> tuple[pd.DataFrame, str]:
    """The rows that can be drawn, and what to say of the others: of very many the first, the last and the chosen."""
    if len(rows) <= MOST:
        return rows.reset_index(drop=True), ""
    ranked = rows[rows[column].notna()]
    chosen = rows["place_code"] == (highlight or "")
    drawn = rows.index.isin([*ranked.index[:END], *ranked.index[-END:]]) | chosen
    without = len(rows) - len(ranked)
    tail = f",{without}个没有名次" if without else ""
    return rows[drawn].reset_index(drop=True), f";共{len(rows)}个{tail},画出前{END}名和后{END}名"


def move_text(move: float) -> str:
    """Places gained or lost as an arrow: ↑2, ↓1, 持平; — when there is nothing to compare with."""
    if is_missing(move):
        return "—"
    return f"↑{int(move)}" if move > 0 else f"↓{int(-move)}" if move < 0 else "持平"


def _customdata(rows: pd.DataFrame, hover: list[str]) -> list[list[str]]:
    """[name, hover, place_code] per mark: a click on it filters the page by the code."""
    return [list(each) for each in zip(plain_list(rows["name"]), hover, rows["place_code"], strict=True)]


def _add_tails(figure: go.Figure, rows: pd.DataFrame, moves: pd.Series, scale: float) -> None:
    """Where each came from, with a line to where it is: one trace for those who rose, one for those who fell."""
    # As many places as told: who is not ranked in both periods is not counted.
    now = rows["rank"].astype("float64")
    before = now + moves
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


def ranked_names(rows: pd.DataFrame, highlight: str | None, column: str = "rank") -> list[str]:
    """Names with their ranks for the left side, the chosen one bold; — without a rank."""
    labels = []
    for code, name, rank in zip(rows["place_code"], rows["name"], rows[column], strict=True):
        label = f"{plain(name)} {'—' if pd.isna(rank) else rank}"
        labels.append(f"<b>{label}</b>" if code == highlight else label)
    return labels


def _bounds(rows: pd.DataFrame, intervals: pd.DataFrame | None) -> dict[str, tuple[int, int]]:
    """Lowest and highest rank by place code."""
    if intervals is None:
        return {}
    known = intervals[intervals["place_code"].isin(rows["place_code"]) & intervals["rank_low"].notna()]
    return {
        code: (int(low), int(high))
        for code, low, high in zip(known["place_code"], known["rank_low"], known["rank_high"], strict=True)
    }


def _score_label(row: dict[Hashable, Any], bounds: Mapping[str, tuple[int, int]]) -> str:
    if pd.isna(row["score"]):
        return f"未报送:{missing_text(row)}"
    score = number_text(row["score"], decimals=1)
    if row["place_code"] not in bounds:
        return score
    low, high = bounds[row["place_code"]]
    return f"{score}({f'{low}–{high}' if low != high else '稳'})"


def missing_text(row: Mapping[Hashable, Any]) -> str:
    """What an unranked township lacks, short: 缺香菇在棚规模等2项."""
    missing = [each for each in str(row["missing"] or "").split("、") if each]
    if not missing:
        return "无适用评分项"
    return f"缺{plain(missing[0])}" + (f"等{len(missing)}项" if len(missing) > 1 else "")


def _part_hover(name: str, rows: pd.DataFrame, part: str) -> list[str]:
    return [
        f"{plain(name)} 得{number_text(points, '分', 2)}"
        f"=单项{number_text(score, '分', 1)}×权重{percent_text(100 * share)}"
        for points, score, share in zip(
            rows[f"points_{part}"], rows[part], rows[f"share_{part}"], strict=True
        )
    ]


def _title(rows: pd.DataFrame, highlight: str | None) -> str:
    known = rows[rows["rank"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    mine = known[known["place_code"] == highlight]
    if len(mine) and len(known) > 1:
        return _own_title(known, mine.iloc[0])
    if len(known) == 1:
        return f"只有{first['name']}有名次"
    if first["rank"] == last["rank"]:
        return f"{len(known)}个乡镇得分相同"
    return f"{first['name']}第一,{last['name']}末位"


def _own_title(known: pd.DataFrame, mine: pd.Series) -> str:
    """The chosen township's rank, and how far the next one above is."""
    head = f"{mine['name']}第{mine['rank']}名"
    above = known.loc[known["rank"] < mine["rank"], "score"]
    if above.empty:
        return head
    return f"{head},距前一名差{number_text(above.min() - mine['score'], '分', 2)}"


def _improvement_title(known: pd.DataFrame) -> str:
    best, worst = known.iloc[0], known.iloc[-1]
    parts = []
    if best["score_change"] > 0:
        parts.append(f"{best['name']}进步最大({number_text(best['score_change'], '分', 1, signed=True)})")
    if worst["score_change"] < 0:
        parts.append(f"{worst['name']}退步最大({number_text(worst['score_change'], '分', 1, signed=True)})")
    return ",".join(parts) or "各乡镇得分都没有变化"


def _improvement_label(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["score_change"]):
        return f"未报送:{missing_text(row)}" if pd.isna(row["score"]) else "上期没有得分"
    before, now = (number_text(row[name], decimals=1) for name in ("previous_score", "score"))
    return f"{number_text(row['score_change'], '分', 1, signed=True)}({before}→{now})"


def _score_hover(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["score_change"]):
        return _improvement_label(row)
    return (
        f"{period_text(row['previous_period'])} {number_text(row['previous_score'], '分', 2)},第{row['previous_rank']}名<br>"
        f"{period_text(row['period'])} {number_text(row['score'], '分', 2)},第{row['rank']}名"
    )


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


def _move_hover(rows: pd.DataFrame) -> list[str]:
    return [
        f"现第{now}名" + ("" if pd.isna(before) else f",上期第{before}名")
        for now, before in zip(rows["rank"], rows["previous_rank"], strict=True)
    ]


def _first(rows: pd.DataFrame, column: str) -> str | None:
    known = rows[column].dropna()
    return None if known.empty else str(known.iloc[0])
