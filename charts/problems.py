"""Problems by status: per township, source, category or unit.

In: problem_counts or counts_by_township. Out: a figure whose segments add up to the problems found.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure, value_ticks
from wording import number_text, percent_text

SEGMENTS = (
    ("overdue", "逾期", palette.RED),
    ("nearly_due", "临期", palette.BLUE),
    ("other_open", "整改中", palette.CONTEXT),
    ("awaiting", "待验收", palette.AMBER),
    ("closed", "已销号", palette.DONE),
)


def problem_status_chart(
    counts: pd.DataFrame,
    label: str = "name",
    *,
    highlight: str | None = None,
    title: str | None = None,
    picks: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A bar per row of `counts`, in its order, stacked 逾期 | 临期 | 整改中 | 待验收 | 已销号; closure rate beside it.

    `label`: the column with the names (name, source, category, lead_unit …); `highlight`: a value of it;
    `picks`: the column whose value a click on a bar chooses.
    """
    rows = counts[counts["found"] > 0].reset_index(drop=True)
    if rows.empty:
        return empty_chart(title or "问题整改", "没有查出的问题", scale=scale)
    parts = rows.assign(other_open=rows["open"] - rows["overdue"] - rows["nearly_due"])
    figure = styled_figure(
        _title(rows) if title is None else title, "问题数(个);右为销号率和逾期数", height=rows_height(len(rows)), scale=scale,
        legend=[(name, colour) for _, name, colour in SEGMENTS],
    )  # fmt: skip
    names = [plain(name) or "未注明" for name in rows[label]]
    chosen = rows[picks].fillna("") if picks else [""] * len(rows)
    for column, name, colour in SEGMENTS:
        values = parts[column]
        figure.add_bar(
            x=values, y=list(range(len(rows))), orientation="h", name=name, marker={"color": colour},
            text=[str(v) if v >= max(0.06 * rows["found"].max(), 1) else "" for v in values],
            textposition="inside", insidetextanchor="middle", textangle=0, constraintext="none",
            textfont={"color": "#FFFFFF" if column == "overdue" else palette.INK},
            customdata=list(zip(names, _hover(rows, values, name), chosen, strict=True)),
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=rows["found"], y=list(range(len(rows))), mode="text", textposition="middle right", showlegend=False,
        text=[
            f" {percent_text(rate, 0)}" + (f' <span style="color:{palette.RED}"><b>逾期{overdue}</b></span>' if overdue else "")
            for rate, overdue in zip(rows["closure_rate"], rows["overdue"], strict=True)
        ], hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.update_layout(barmode="stack", barcornerradius=0)
    most = float(rows["found"].max())
    figure.update_xaxes(range=[0, most * 1.42], **value_ticks(0, most * 1.2, is_count=True))
    bold = [f"<b>{n}</b>" if raw == highlight else n for n, raw in zip(names, rows[label], strict=True)]
    names_axis(figure, bold, scale)
    return figure


def _title(rows: pd.DataFrame) -> str:
    overdue, found, closed = (int(rows[name].sum()) for name in ("overdue", "found", "closed"))
    return f"{overdue}个问题逾期,{closed}/{found}已销号"


def _hover(rows: pd.DataFrame, values: pd.Series, name: str) -> list[str]:
    return [
        f"{name} {number_text(value, '个')}<br>共{found}个,已销号{closed}个,销号率{percent_text(rate)}"
        for value, found, closed, rate in zip(
            values, rows["found"], rows["closed"], rows["closure_rate"], strict=True
        )
    ]
