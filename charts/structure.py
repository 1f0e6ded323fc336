"""What places live on: shares of their products, and pairs of neighbours with the same mix.

In: metrics.concentration.dependence and metrics.sameness. Out: figures. Every bar is a share within one unit; places
that cannot be judged stay in the chart and say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, plain_list, rows_height, styled_figure
from wording import number_text, percent_text

MOST_KINDS = 7  # colours that can be told apart; the smaller products share one more
OTHERS = "其他"
HALF, ALIKE = 50.0, 80.0  # per cent that the titles count by
STATES = {"incomplete": "未报全", "none": "没有这些产业"}


def dependence_chart(
    found: pd.DataFrame,
    names: Mapping[str, str],
    unit: str,
    when: str,
    *,
    kind_of_place: str = "乡镇",
    highlight: str | None = None,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """Shares of the products per place, the most dependent on top; the index beside each bar.

    `found`: `dependence`, in its order; `names`: part → what it is called; `when`: the period in words.
    """
    if found.empty:
        return empty_chart(title or "产业结构", "还没有可以计算的数据", scale=scale)
    rows = found.reset_index(drop=True)
    amounts = _kinds(rows, list(names), names)
    colours = [*palette.CATEGORICAL[:MOST_KINDS], palette.CONTEXT_LIGHT]
    figure = styled_figure(
        _title(rows, kind_of_place) if title is None else title,
        f"{when},各产业占比(按{unit});右为依赖度,1为只有一种",
        height=rows_height(len(rows)),
        scale=scale,
        legend=list(zip(amounts, colours, strict=False)),
    )
    is_scored = rows["state"] == "scored"
    for (kind, amount), colour in zip(amounts.items(), colours, strict=False):
        share = (100 * amount / rows["total"]).where(is_scored)
        hover = [
            _hover(row, kind, a, s, unit, names)
            for row, a, s in zip(rows.to_dict("records"), amount, share, strict=True)
        ]
        is_dark = colour in (
            palette.CATEGORICAL[0],
            palette.CATEGORICAL[2],
            palette.CATEGORICAL[4],
            palette.CATEGORICAL[6],
        )
        figure.add_bar(
            x=share, y=list(range(len(rows))), orientation="h", name=kind, marker={"color": colour},
            text=[percent_text(s, 0) if s >= 13 else "" for s in share], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if is_dark else palette.INK},
            customdata=list(zip(plain_list(rows["name"]), hover, rows["place_code"], strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    figure.add_scatter(
        x=[101 if scored else 1 for scored in is_scored], y=list(range(len(rows))), mode="text",
        text=[number_text(i, decimals=2) if s == "scored" else STATES[s] for i, s in zip(rows["index"], rows["state"], strict=True)],
        textposition="middle right", hoverinfo="skip", cliponaxis=False,
        textfont={"color": [palette.INK if scored else palette.NO_DATA_TEXT for scored in is_scored]},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 114], tickvals=[0, 50, 100], ticktext=["0", "50%", "100%"], showgrid=False)
    bold = [
        f"<b>{plain(name)}</b>" if code == highlight else plain(name)
        for code, name in zip(rows["place_code"], rows["name"], strict=True)
    ]
    names_axis(figure, bold, scale)
    return figure


def sameness_chart(
    pairs: pd.DataFrame,
    names: Mapping[str, str],
    when: str,
    *,
    most: int = 24,
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """The pairs most alike as bars of their overlap in %, with what they have most in common."""
    if pairs.empty:
        return empty_chart(title or "相邻乡镇同质化", "没有可以比较的相邻乡镇", scale=scale)
    rows = pairs.head(most).reset_index(drop=True)
    shown = f"最像的{len(rows)}对" if len(rows) < len(pairs) else f"{len(rows)}对"
    figure = styled_figure(
        _pairs_title(pairs) if title is None else title,
        f"{when},相邻乡镇产业结构重合度,{shown}",
        height=rows_height(len(rows)),
        scale=scale,
    )
    both = [f"{plain(a)}—{plain(b)}" for a, b in zip(rows["name"], rows["other_name"], strict=True)]
    shared = [names.get(key, "") if isinstance(key, str) else "" for key in rows["shared"]]
    hover = [
        f"重合{percent_text(row['similarity'])}"
        + (
            f"<br>共同最多:{plain(what)}<br>{plain(row['name'])}{percent_text(row['share'], 0)},"
            f"{plain(row['other_name'])}{percent_text(row['other_share'], 0)}"
            if what
            else ""
        )
        for row, what in zip(rows.to_dict("records"), shared, strict=True)
    ]
    figure.add_bar(
        x=rows["similarity"], y=list(range(len(rows))), orientation="h", marker={"color": palette.PRIMARY},
        customdata=[[pair, text, ""] for pair, text in zip(both, hover, strict=True)],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=rows["similarity"], y=list(range(len(rows))), mode="text", textposition="middle right", hoverinfo="skip",
        text=[f" {percent_text(s)} {plain(what)}" for s, what in zip(rows["similarity"], shared, strict=True)],
        cliponaxis=False, textfont={"color": palette.INK},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 160], tickvals=[0, 50, 100], ticktext=["0", "50%", "100%"], showgrid=False)
    names_axis(figure, both, scale)
    return figure


def _kinds(rows: pd.DataFrame, parts: Sequence[str], names: Mapping[str, str]) -> dict[str, pd.Series]:
    """Amounts by the name of the product, in the config's order; beyond MOST_KINDS the smallest are together."""
    if len(parts) <= MOST_KINDS + 1:
        return {names[part]: rows[part] for part in parts}
    largest = rows[list(parts)].sum().nlargest(MOST_KINDS).index
    kept = [part for part in parts if part in largest]
    rest = [part for part in parts if part not in largest]
    return {names[part]: rows[part] for part in kept} | {OTHERS: rows[rest].sum(axis=1, min_count=1)}


def _title(rows: pd.DataFrame, kind_of_place: str) -> str:
    scored = rows[rows["state"] == "scored"]
    if scored.empty:
        return "报送不全,还不能计算依赖度"
    most = int((scored["leading_share"] > HALF).sum())
    return f"{len(scored)}个{kind_of_place}里{most}个过半靠一种产业"


def _pairs_title(pairs: pd.DataFrame) -> str:
    alike = int((pairs["similarity"] >= ALIKE).sum())
    return f"{len(pairs)}对相邻乡镇里" + (f"{alike}对重合八成以上" if alike else "没有重合八成以上的")


def _hover(
    row: Mapping[object, object], kind: str, amount: float, share: float, unit: str, names: Mapping[str, str]
) -> str:
    said = f"{plain(kind)} {number_text(amount, unit)},占{percent_text(share)}<br>共{number_text(row['total'], unit)}"
    return f"{said}<br>依赖度{number_text(row['index'], decimals=2)},相当于{number_text(row['equivalent'], decimals=1)}个同样大的产业"
