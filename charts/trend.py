"""One indicator over time: this year against the years before, or year by year; and a sparkline.

In: series_of tables. Out: figures. A month that nobody reported is a gap in the line, never bridged.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from charts import palette
from charts.layout import empty_chart, styled_figure, unitless, value_ticks
from settings import Indicator
from wording import is_missing, number_text, percent_text, period_text, reported_text

PLOT_PX = 270
YEARS_SHOWN = 3
LABEL_SHARE = 0.08  # of the plot's height that a line's label takes


def trend_chart(
    series: pd.DataFrame,
    indicator: Indicator,
    *,
    of: Literal["value", "cumulative"] = "value",
    name: str = "",
    title: str | None = None,
    scale: float = 1.0,
) -> go.Figure:
    """A place's series: months of this year in bold over those of earlier years in grey, the target dashed.

    Yearly series: a bar per year. `of` cumulative: the sum since January. `name`: the place's name for the title.
    """
    known = series[series[of].notna()]
    if known.empty:
        return empty_chart(title or indicator.name, f"还没有{indicator.name}的数据", scale=scale)
    last = known.iloc[-1]
    figure = styled_figure(
        _trend_title(last, indicator, of, name) if title is None else title,
        _trend_subtitle(indicator, of, last),
        height=PLOT_PX,
        scale=scale,
    )
    if (known["period"].str.len() > 4).any():
        _add_months(figure, series[series["period"].str.len() > 4], indicator, of, scale)
    else:
        _add_years(figure, known, indicator, of, scale)
    return figure


def _add_months(figure: go.Figure, series: pd.DataFrame, indicator: Indicator, of: str, scale: float) -> None:
    """A line per year over the months 1-12, the last year in front."""
    step = _month_step(series["period"])
    years = _whole_years(series[series[of].notna()], step)[-YEARS_SHOWN:]
    for year in years:
        rows = series[series["period"].str[:4] == year]
        by_month = dict(zip(rows["period"].str[5:].astype(int), rows[of], strict=True))
        months = list(range(step, 13, step))
        values = [by_month.get(month) for month in months]
        is_last = year == years[-1]
        is_before = len(years) > 1 and year == years[-2]
        colour = palette.PRIMARY if is_last else palette.CONTEXT if is_before else palette.CONTEXT_LIGHT
        figure.add_scatter(
            x=months, y=[None if is_missing(v) else v for v in values], mode="lines+markers" if is_last else "lines",
            name=f"{year}年", line={"color": colour, "width": (3 if is_last else 1.8) * scale},
            marker={"size": 6 * scale}, connectgaps=False,
            customdata=[number_text(v, indicator.unit, indicator.decimals) for v in values],
            hovertemplate=f"{year}年%{{x}}月  %{{customdata}}<extra></extra>",
        )  # fmt: skip
    target = _target(series, years[-1])
    shows_target = target is not None and (indicator.measure != "flow" or of == "cumulative")
    if shows_target and target is not None:
        _add_target(figure, target, f"{years[-1]}年目标{_short(target, indicator)}", scale)
    top = max(float(series[of].max()), target or 0 if shows_target else 0)
    low = float(min(series[of].min(), 0))
    _label_lines(figure, years, top - low or 1.0, scale)
    figure.update_xaxes(
        tickmode="array", tickvals=[1, 3, 5, 7, 9, 11] if step == 1 else list(range(step, 13, step)),
        ticktext=[f"{m}月" for m in ([1, 3, 5, 7, 9, 11] if step == 1 else range(step, 13, step))],
        range=[0.6, 12.3], showgrid=False,
    )  # fmt: skip
    figure.update_layout(margin_r=52 * scale)  # room for the years' names
    figure.update_yaxes(range=[low, top * 1.15 or 1], **value_ticks(low, top * 1.15, indicator.unit))


def _whole_years(known: pd.DataFrame, step: int) -> list[str]:
    """Years known from their first month on, and always the last: two months of a year are no comparison."""
    first = known.groupby(known["period"].str[:4])["period"].min()
    return [str(year) for year, period in first.items() if int(period[5:]) <= step or year == first.index[-1]]


def _label_lines(figure: go.Figure, years: list[str], tall: float, scale: float) -> None:
    """Each year's name at the end of its line, moved up where two would meet; `tall` is the plot's height."""
    ends = []
    for trace in figure.data:
        points = [(x, y) for x, y in zip(trace.x, trace.y, strict=True) if y is not None]
        ends.append((*points[-1], trace.name, trace.line.color))
    last_name = f"{years[-1]}年"
    ceiling = float("-inf")
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        if name == last_name and x < 12:
            figure.add_annotation(
                x=x, y=y, yshift=16 * scale, text=f"<b>{name}</b>", showarrow=False, font={"color": colour},
                bgcolor="rgba(255,255,255,.7)", borderpad=0,
            )  # fmt: skip
            continue
        height = max(y / tall, ceiling + LABEL_SHARE)
        ceiling = height
        figure.add_annotation(
            x=x, y=height * tall, text=f"<b>{name}</b>" if name == last_name else name, showarrow=False,
            xanchor="left", xshift=7 * scale, font={"color": colour if name == last_name else palette.MUTED},
        )  # fmt: skip


def _add_years(figure: go.Figure, known: pd.DataFrame, indicator: Indicator, of: str, scale: float) -> None:
    labels = [unitless(v, indicator.unit, indicator.decimals) for v in known[of]]
    figure.add_bar(
        x=[period_text(p) for p in known["period"]], y=known[of], text=labels, textposition="outside",
        cliponaxis=False, width=0.5,
        marker={"color": [palette.CONTEXT] * (len(known) - 1) + [palette.PRIMARY]},
        customdata=[number_text(v, indicator.unit, indicator.decimals) for v in known[of]],
        hovertemplate="%{x}  %{customdata}<extra></extra>",
    )  # fmt: skip
    target = _target(known, str(known["period"].iloc[-1])[:4])
    if target is not None:
        _add_target(figure, target, f"目标{_short(target, indicator)}", scale)
    figure.update_xaxes(type="category", showgrid=False)
    top = max(float(known[of].max()), target or 0)
    low = float(min(known[of].min(), 0))
    figure.update_yaxes(range=[low, top * 1.18 or 1], **value_ticks(low, top * 1.18, indicator.unit))


def _add_target(figure: go.Figure, target: float, label: str, scale: float) -> None:
    figure.add_hline(y=target, line={"color": palette.INK, "width": 1.5 * scale, "dash": "dash"})
    figure.add_annotation(
        x=0, xref="paper", y=target, text=label, showarrow=False, xanchor="left", yanchor="bottom",
        font={"color": palette.INK},
    )  # fmt: skip


def _target(series: pd.DataFrame, year: str) -> float | None:
    known = series.loc[(series["period"].str[:4] == year) & series["target"].notna(), "target"]
    return None if known.empty else float(known.iloc[-1])


def _month_step(periods: pd.Series) -> int:
    """3 when only quarter ends occur, 6 for half years, else 1."""
    months = set(periods.str[5:].astype(int))
    return next((step for step in (6, 3) if all(month % step == 0 for month in months)), 1)


def _short(value: float, indicator: Indicator) -> str:
    """The figure without its unit, which the subtitle names; a target of 100 % has no decimals."""
    is_whole = indicator.unit == "%" and value == round(value)
    return unitless(value, indicator.unit, 0 if is_whole else indicator.decimals)


def _trend_title(last: pd.Series, indicator: Indicator, of: str, name: str) -> str:
    change = last["cumulative_year_change_pct"] if of == "cumulative" else last["year_change_pct"]
    head = f"{name}{indicator.name}"
    if not is_missing(change):
        word = "增长" if change > 0 else "下降" if change < 0 else "持平"
        return f"{head}同比{word}" + (percent_text(abs(change)) if change else "")
    if indicator.unit == "%" and not is_missing(last["year_change"]):
        change = last["year_change"]
        word = "提高" if change > 0 else "下降"
        return f"{head}同比{word}{number_text(abs(change), '个百分点', 1)}" if change else f"{head}同比持平"
    return f"{head} {number_text(last[of], indicator.unit, indicator.decimals)}"


def _trend_subtitle(indicator: Indicator, of: str, last: pd.Series) -> str:
    what = ""
    if indicator.measure == "flow" and len(last["period"]) > 4:
        what = "1月起累计," if of == "cumulative" else "当月,"
    elif indicator.since_january and len(last["period"]) > 4:
        what = "1月起累计,"
    partial = (
        f"({reported_text(last['reported'], last['expected'], last['reported_by'])})"
        if last["reported"] < last["expected"]
        else ""
    )
    return f"{what}单位:{indicator.unit},截至{period_text(last['period'])}{partial}"
