"""One indicator by place and over time.

In: the page and the indicator. Out: charts, each with the rows behind it. Places below the one shown are compared;
the course is its own.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from charts.bars import township_bars_chart
from charts.trend import trend_chart
from ui import answers
from ui.chart_note import chart_note
from ui.draw import MOST, Behind, chart
from ui.frame import Page
from ui.industries import behind_below, columns_of, parts_of
from ui.tables import Columns, Shown


def by_place(page: Page, indicator: str) -> None:
    """Townships, or the villages of the township shown, with their targets."""
    view, spec = page.view, page.data.settings.indicators[indicator]
    places, limit, mark = parts_of(page, indicator), behind_below(page, indicator), view.place_or_none()

    def behind() -> Behind:
        at = str(places["period"].iloc[0]) if len(places) else None
        note = chart_note(page.data, indicators=[indicator], unit=spec.unit, period=at)
        if limit is not None:
            note += f";红色:完成率比全县已报部分低{page.data.settings.overview.behind_points:g}个百分点以上"
        title = f"{page.place_name}{spec.name}{'各村' if page.township else '各乡镇'}"
        return Behind(title, places, columns_of(page, indicator, places), note)

    chart(
        page,
        ("industry bars", indicator, page.township, mark, view.period),
        lambda: township_bars_chart(places, spec, highlight=mark, behind_below=limit),
        behind=behind,
        pick="place",
        room=MOST,
    )


def over_time(page: Page, indicator: str) -> None:
    """The place's course against earlier years; of a flow also the sum since January, and on the wall that alone."""
    is_flow = page.data.settings.indicators[indicator].measure == "flow"
    if not (is_flow and page.view.present):
        _course(page, indicator, "value")
    if is_flow:
        _course(page, indicator, "cumulative")


def _course(page: Page, indicator: str, of: Literal["value", "cumulative"]) -> None:
    spec, view = page.data.settings.indicators[indicator], page.view
    series = answers.series(page.data, indicator, view.place)
    chart(
        page,
        ("industry trend", of, indicator, view.place),
        lambda: trend_chart(series, spec, of=of, name=page.place_name),
        behind=lambda: Behind(
            f"{page.place_name}{spec.name}{'累计' if of == 'cumulative' else '逐期'}",
            series,
            _course_columns(page, indicator, series, of),
            chart_note(page.data, indicators=[indicator], unit=spec.unit),
        ),
    )


def _course_columns(page: Page, indicator: str, series: pd.DataFrame, of: str) -> Columns:
    spec = page.data.settings.indicators[indicator]
    head = f"今年累计({spec.unit})" if of == "cumulative" else f"{spec.name}({spec.unit})"
    columns: Columns = {"period": "时期", of: Shown(head, "number", spec.decimals)}
    if spec.measure == "ratio" or series["target"].notna().any():
        own = columns_of(page, indicator, series)
        columns |= {name: own[name] for name in ("numerator", "denominator", "target") if name in own}
    return columns | {"reported": Shown("已报单位", "number"), "expected": Shown("应报单位", "number")}
