"""Ranks over time: a line per township from its rank then to its rank now (a bump chart).

In: `composite.composite_history`. Out: a figure. A period without a rank is a gap in the line, never bridged and never
the last place. Of very many townships the first and last ten of today are drawn; the ranks between share a narrow band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from charts import palette
from charts.layout import TEXT_PX, empty_chart, plain, styled_figure
from metrics.periods import sorted_periods
from wording import period_text

PERIODS = 12
MOST = 40  # lines that can still be followed
END = 10  # of more, so many at either end
BAND = 3.0  # rows of height for all ranks between the ends
ROW_PX = 23
NAME_CHARS = 6
TICKS = 4


def rank_history_chart(
    history: pd.DataFrame,
    *,
    until: str | None = None,
    periods: int = PERIODS,
    highlight: str | None = None,
    title: str | None = None,
    apart: float = 0.0,
    scale: float = 1.0,
) -> go.Figure:
    """composite_history as lines over its last `periods` periods not after `until`, the first rank on top.

    `highlight`: the township in front, with its rank at every point; without one the greatest rise and the greatest
    fall stand out. Names and ranks stand at both ends of the lines; `apart`: only of those so many ranks from each other, on a wall
    whose rows are lower than its words.
    """
    shown = sorted_periods(p for p in history["period"].dropna().unique() if until is None or p <= until)
    shown = shown[-periods:]
    ranks = _ranks(history, shown)
    known = ranks[ranks.notna().any(axis=1)]
    if len(shown) < 2 or known.empty:
        return empty_chart(title or "名次走势", "至少要有两期名次才画得出走势", scale=scale)
    names = dict(zip(history["place_code"], history["name"].astype("str"), strict=True))
    drawn, height_of, rows = _layout(known, highlight)
    accents = _accents(drawn, highlight)
    figure = styled_figure(
        _title(drawn, names, accents, highlight) if title is None else title,
        _subtitle(shown, ranks, known, drawn),
        height=rows * ROW_PX + 34,
        scale=scale,
    )
    runs = {str(code): run for code, run in drawn.iterrows()}
    for code in sorted(runs, key=lambda each: (each in accents, each)):
        _add_line(figure, code, names[code], runs[code], height_of, accents, highlight, scale)
    widest = max(_add_names(figure, drawn, names, height_of, accents, side, apart, scale) for side in (0, -1))
    if len(drawn) < len(known):
        figure.add_hrect(y0=END + 0.6, y1=END + BAND + 0.4, fillcolor=palette.GRID, opacity=0.5, line_width=0,
                         layer="below")  # fmt: skip
    figure.update_layout(margin={"l": widest * scale, "r": widest * scale})
    figure.update_xaxes(range=[-0.15, len(shown) - 0.85], showgrid=False, **_ticks(shown))
    figure.update_yaxes(
        range=[rows + 0.7, 0.3], showticklabels=False, showgrid=False, showline=False, automargin=False
    )
    return figure


def _ranks(history: pd.DataFrame, shown: list[str]) -> pd.DataFrame:
    """Ranks as township x period."""
    table = history[history["period"].isin(shown)]
    columns = {
        period: rows.set_index("place_code")["rank"].astype("float64")
        for period, rows in table.groupby("period")
    }
    return pd.DataFrame(columns).reindex(columns=shown)


def _layout(
    known: pd.DataFrame, highlight: str | None
) -> tuple[pd.DataFrame, Callable[[Any], NDArray[np.float64]], float]:
    """The townships to draw, the height of each rank in rows from the top, and the rows in all."""
    last = float(known.max().max())
    if len(known) <= MOST:
        return known, lambda rank: np.asarray(rank, dtype=np.float64), last
    now = known.iloc[:, -1].sort_values()
    now = now[now.notna()]
    wanted = {*now.index[:END], *now.index[-END:], highlight}
    bottom = END + BAND + 1
    marks = ([1, END, last - END + 1, last], [1, END, bottom, bottom + END - 1])
    return (
        known[known.index.isin(wanted)],
        lambda rank: np.interp(np.asarray(rank, dtype=np.float64), *marks),
        bottom + END - 1,
    )


def _accents(drawn: pd.DataFrame, highlight: str | None) -> dict[str, str]:
    """Township → its colour, for those that are not pale: the chosen one, else the greatest rise and fall."""
    if highlight is not None and highlight in drawn.index:
        return {highlight: palette.PRIMARY}
    moves = (drawn.iloc[:, 0] - drawn.iloc[:, -1]).dropna()
    found: dict[str, str] = {}
    if len(moves) and moves.max() > 0:
        found[str(moves.idxmax())] = palette.PRIMARY
    if len(moves) and moves.min() < 0:
        found[str(moves.idxmin())] = palette.AMBER
    return found


def _add_line(
    figure: go.Figure,
    code: str,
    name: str,
    ranks: pd.Series,
    height_of: Callable[[Any], NDArray[np.float64]],
    accents: dict[str, str],
    highlight: str | None,
    scale: float,
) -> None:
    colour = accents.get(code, palette.CONTEXT_LIGHT)
    heights = [None if np.isnan(each) else float(each) for each in height_of(ranks)]
    is_chosen = code == highlight
    figure.add_scatter(
        x=list(range(len(ranks))), y=heights, connectgaps=False, name=plain(name),
        mode="lines+markers+text" if is_chosen else "lines+markers",
        text=_inner_ranks(ranks) if is_chosen else None,
        textposition="top center", textfont={"color": palette.PRIMARY, "size": TEXT_PX * scale},
        line={"color": colour, "width": (3.5 if code in accents else 1.6) * scale},
        marker={"size": (8 if code in accents else 5) * scale, "color": colour},
        customdata=[
            [plain(name), f"{period_text(str(period))} 第{rank:.0f}名" if not np.isnan(rank) else "", code]
            for period, rank in ranks.items()
        ],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _inner_ranks(ranks: pd.Series) -> list[str]:
    """The ranks between both ends, where names and ranks stand already."""
    ends = (0, len(ranks) - 1)
    return ["" if at in ends or np.isnan(rank) else f"<b>{rank:.0f}</b>" for at, rank in enumerate(ranks)]


def _add_names(
    figure: go.Figure,
    drawn: pd.DataFrame,
    names: Mapping[str, str],
    height_of: Callable[[Any], NDArray[np.float64]],
    accents: dict[str, str],
    side: int,
    apart: float,
    scale: float,
) -> float:
    """Names with ranks at the first (0) or last (-1) period; returns the px they take at scale 1."""
    ranks = drawn.iloc[:, side].dropna().sort_index().sort_values(kind="stable")
    if ranks.empty:
        return 0.0
    # Competition ranks leave a gap below those who share one: room for the second name.
    heights, below = [], 0.0
    for height in height_of(ranks):
        below = max(float(height), below + 0.95)
        heights.append(below)
    labels, colours, widest = [], [], 0.0
    kept = _spaced(ranks, heights, accents, apart)
    ranks, heights = ranks.iloc[kept], [heights[at] for at in kept]
    codes = [str(code) for code in ranks.index]
    for code, rank in zip(codes, ranks, strict=True):
        name = names[code]
        short = name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"
        label = f"{plain(short)} {rank:.0f}\u2002" if side == 0 else f"\u2002{rank:.0f} {plain(short)}"
        labels.append(f"<b>{label}</b>" if code in accents else label)
        colours.append(_word_colour(accents.get(code)))
        widest = max(widest, TEXT_PX * (len(short) + 0.6 * len(f"{rank:.0f}") + 1.1))
    figure.add_scatter(
        x=[0 if side == 0 else drawn.shape[1] - 1] * len(ranks), y=heights, mode="text", text=labels,
        textposition="middle left" if side == 0 else "middle right", cliponaxis=False,
        textfont={"color": colours, "size": TEXT_PX * scale}, hoverinfo="skip",
        customdata=[[plain(names[code]), "", code] for code in codes],
    )  # fmt: skip
    return widest


def _spaced(ranks: pd.Series, heights: list[float], accents: Mapping[str, str], apart: float) -> list[int]:
    """Positions of those to be named: what stands out first, then from the top whoever has room, the last one too."""
    order = sorted(
        range(len(ranks)), key=lambda at: (ranks.index[at] not in accents, at not in (0, len(ranks) - 1))
    )
    found: list[int] = []
    for at in order:
        if all(abs(heights[at] - heights[other]) >= apart for other in found):
            found.append(at)
    return sorted(found)


def _word_colour(accent: str | None) -> str:
    if accent is None:
        return palette.MUTED
    return palette.AMBER_TEXT if accent == palette.AMBER else palette.PRIMARY


def _title(
    drawn: pd.DataFrame, names: Mapping[str, str], accents: dict[str, str], highlight: str | None
) -> str:
    if not accents:
        return f"{drawn.shape[1]}期里名次没有变化"
    runs = {str(code): run.dropna().astype("int64").tolist() for code, run in drawn.iterrows()}
    if highlight is not None and highlight in accents:
        first, last = runs[highlight][0], runs[highlight][-1]
        if first == last:
            return f"{names[highlight]}{'仍在' if set(runs[highlight]) == {last} else '回到'}第{last}名"
        word = "升到" if last < first else "退到"
        return f"{names[highlight]}从第{first}名{word}第{last}名"
    said = []
    for code, colour in accents.items():
        word = "上升" if colour == palette.PRIMARY else "下降"
        said.append(f"{names[code]}{word}最多(第{runs[code][0]}→第{runs[code][-1]}名)")
    return ",".join(said)


def _subtitle(shown: list[str], ranks: pd.DataFrame, known: pd.DataFrame, drawn: pd.DataFrame) -> str:
    told = f"名次,{period_text(shown[0])}至{period_text(shown[-1])}"
    unranked = int(ranks.iloc[:, -1].isna().sum())
    if unranked:
        told += f";{unranked}个最近一期没有名次,线断开处为没有名次"
    if len(drawn) < len(known):
        told += f";共{len(known)}个,画出现在的前{END}名和后{END}名,中间名次挤在灰色带里"
    return told


def _ticks(shown: list[str]) -> dict[str, Any]:
    """Few enough for a phone, counted back from the last; the year where it begins."""
    step = -(-len(shown) // TICKS)
    at = list(range(len(shown) - 1, -1, -step))[::-1]
    texts, year = [], ""
    for each in at:
        period = shown[each]
        month = f"{int(period[5:])}月" if len(period) > 4 else ""
        texts.append("<br>".join(filter(None, [month, f"{period[:4]}年" if period[:4] != year else ""])))
        year = period[:4]
    return {"tickmode": "array", "tickvals": at, "ticktext": texts, "tickangle": 0}
