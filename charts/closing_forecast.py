"""When the last problem is foreseen to be struck off, beside the deadline.

In: `metrics.closing_forecast` with names. Out: a figure, and the words for a chance. Refuses to draw a forecast where
there is none: such a row has its deadline and says what is missing.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, names_axis, plain, rows_height, styled_figure
from wording import date_text, is_missing, number_text

LIKELY, UNLIKELY = 60.0, 40.0  # % from which on it will rather be met, below which it will rather not
SURE, HOPELESS = 90.0, 10.0
MOST_TICKS = 5
MONTHS = (1, 2, 3, 6, 12)
LEGEND = (("八成可能在这段时间销完", palette.CONTEXT), ("一半可能", palette.PRIMARY), ("时限", palette.INK))


def chance_text(chance: float) -> str:
    """约30%: draws and a county's short past bear no more digits than that."""
    if chance < 5:
        return "不到5%"
    return "95%以上" if chance > 95 else f"约{5 * round(chance / 5)}%"


def outlook(chance: float) -> str:
    """The chance in words."""
    if chance >= LIKELY:
        return "基本能按期" if chance >= SURE else "多半能按期"
    if chance >= UNLIKELY:
        return "说不准"
    return "多半赶不上" if chance >= HOPELESS else "基本赶不上"


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The groups that are a batch or a township: what lies in none is shown, but is not one of them."""
    return table[table["group"] != ""]


def finding(table: pd.DataFrame, kind: str) -> str:
    """What the table says, in a sentence; `kind`: 批次 or 乡镇."""
    rows = named(table[table["remaining"] > 0])
    if rows.empty:
        return f"没有哪个{kind}还有带时限的问题没销号"
    counts = (
        ((rows["state"].isin(["passed", "today"])).sum(), "时限已到没销完"),
        ((rows["chance"] < UNLIKELY).sum(), "多半赶不上时限"),
        ((rows["chance"].between(UNLIKELY, LIKELY, inclusive="left")).sum(), "说不准"),
        ((rows["chance"] >= LIKELY).sum(), "多半能按期"),
        ((rows["state"] == "short").sum(), "历史不够不预测"),
    )
    return f"{len(rows)}个{kind}没销完:" + ",".join(f"{count}个{said}" for count, said in counts if count)


def forecast_chart(
    table: pd.DataFrame,
    as_of: pd.Timestamp,
    kind: str,
    *,
    highlight: str | None = None,
    picks_places: bool = False,
    most: int | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A row for each group that has something left, in the table's order: interval, middle, deadline, chance in words.

    `table` has a column `name` beside those of the forecast; `highlight`: a group. With `picks_places` a click on a
    row chooses its group as a place. `most`: so many rows are drawn; the title speaks of all.
    """
    left = table[table["remaining"] > 0].reset_index(drop=True)
    rows = left.head(most or len(left))
    if rows.empty:
        return empty_chart(finding(table, kind), "带时限的问题都已销号", scale=scale)
    last = _last(rows, as_of)
    figure = styled_figure(
        finding(left, kind), f"从{date_text(as_of)}往后推算;右为按期可能", height=rows_height(len(rows)), scale=scale,
        legend=LEGEND,
    )  # fmt: skip
    places = [row if picks_places else "" for row in rows["group"]]
    custom = [
        [plain(name), said, place]
        for name, said, place in zip(rows["name"], _hovers(rows), places, strict=True)
    ]
    at = list(range(len(rows)))
    hover = "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>"
    _intervals(figure, rows, last, scale)
    figure.add_scatter(
        x=rows["median_on"].astype(object).where(rows["median_on"] <= last, None), y=at, mode="markers", customdata=custom, hovertemplate=hover,
        marker={"size": 10 * scale, "color": palette.PRIMARY},
    )  # fmt: skip
    over = rows["state"].isin(["passed", "today"])
    figure.add_scatter(
        x=rows["due_on"].where(rows["due_on"] >= as_of, as_of), y=at, mode="markers", customdata=custom, hovertemplate=hover,
        marker={
            "symbol": "line-ns", "size": 10 * scale,
            "line": {"width": 3 * scale, "color": [palette.RED if is_over else palette.INK for is_over in over]},
        },
    )  # fmt: skip
    figure.add_scatter(
        x=[last] * len(rows), y=at, mode="text", text=[f"  {said}" for said in map(_label, _records(rows))],
        textposition="middle right", cliponaxis=False, customdata=custom, hovertemplate=hover,
        textfont={"color": [_colour(row) for row in _records(rows)]},
    )  # fmt: skip
    room = (last - as_of) * 0.42
    ticks = _months(as_of, last)
    figure.update_xaxes(
        type="date", range=[as_of - (last - as_of) * 0.02, last + room], tickmode="array", tickvals=ticks,
        ticktext=[_month_text(tick, first=number == 0) for number, tick in enumerate(ticks)], tickangle=0,
    )  # fmt: skip
    shown = [f"{plain(name)} {left}" for name, left in zip(rows["name"], rows["remaining"], strict=True)]
    bold = [
        f"<b>{name}</b>" if group == highlight else name
        for name, group in zip(shown, rows["group"], strict=True)
    ]
    names_axis(figure, bold, scale)
    return figure


def _last(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.Timestamp:
    """Where the axis ends: all deadlines and most middles are on it; a far end of an interval need not be."""
    known = rows["median_on"].dropna()
    middles = known.sort_values().iloc[: max(1, round(0.8 * len(known)))]
    ends = [rows["due_on"].max(), as_of + pd.Timedelta(days=60), *middles.tail(1)]
    latest = max(ends)
    return latest + (latest - as_of) * 0.08


def _intervals(figure: go.Figure, rows: pd.DataFrame, last: pd.Timestamp, scale: float) -> None:
    x: list[Any] = []
    y: list[Any] = []
    beyond = []
    for at, row in enumerate(_records(rows)):
        if is_missing(row["low_on"]):
            if row["history"] == "enough":
                beyond.append(at)
            continue
        goes_on = is_missing(row["high_on"]) or row["high_on"] > last
        if row["low_on"] > last:
            beyond.append(at)
            continue
        x += [row["low_on"], last if goes_on else row["high_on"], None]
        y += [at, at, None]
        if goes_on:
            beyond.append(at)
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": palette.CONTEXT, "width": 5 * scale}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=[last] * len(beyond), y=beyond, mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "triangle-right", "size": 9 * scale, "color": palette.CONTEXT},
    )  # fmt: skip


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _label(row: dict[str, Any]) -> str:
    """What stands at the row's end."""
    if row["state"] == "passed":
        return f"已过{-row['days_left']}天"
    if row["state"] == "today":
        return "今天到期"
    return chance_text(row["chance"]) if row["state"] == "ahead" else "历史不够"


def _colour(row: dict[str, Any]) -> str:
    if row["state"] == "passed":
        return palette.RED
    if row["state"] != "ahead":
        return palette.NO_DATA_TEXT
    return palette.AMBER_TEXT if row["chance"] < UNLIKELY else palette.INK


def _hovers(rows: pd.DataFrame) -> list[str]:
    return [
        "<br>".join(
            [
                f"还剩{number_text(row['remaining'], '个')},其中待验收{row['awaiting']}个",
                f"时限{date_text(row['due_on'])}",
                f"最后一个:{when_text(row)}",
                *([f"按期可能{chance_text(row['chance'])}"] if row["state"] == "ahead" else []),
            ]
        )
        for row in _records(rows)
    ]


def when_text(row: dict[str, Any]) -> str:
    """When the last one is foreseen to be struck off, and the interval."""
    if row["history"] != "enough":
        return "历史不够,不预测"
    middle = "推算期内看不到" if is_missing(row["median_on"]) else short_date(row["median_on"])
    if is_missing(row["low_on"]):
        return middle
    end = "推算期以后" if is_missing(row["high_on"]) else short_date(row["high_on"])
    return f"{middle}({short_date(row['low_on'])}至{end})"


def short_date(day: pd.Timestamp) -> str:
    """2027年3月: a forecast months ahead knows no day."""
    return f"{day.year}年{day.month}月"


def _months(as_of: pd.Timestamp, last: pd.Timestamp) -> list[pd.Timestamp]:
    """Firsts of months, at most MOST_TICKS."""
    firsts = pd.date_range(as_of, last, freq="MS").normalize()
    step = next((step for step in MONTHS if len(firsts) / step <= MOST_TICKS), 12)
    chosen = [first for first in firsts if (first.month - 1) % step == 0]
    return chosen or list(firsts[:1])


def _month_text(tick: pd.Timestamp, *, first: bool) -> str:
    return f"{tick.month}月<br>{tick.year}年" if first or tick.month == 1 else f"{tick.month}月"
