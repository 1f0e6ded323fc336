"""One indicator by place and over time.

In: the page and the indicator. Out: charts. Places below the one shown are compared; the course is its own.
"""

from __future__ import annotations

from charts.bars import township_bars_chart
from charts.trend import trend_chart
from ui import answers
from ui.draw import chart
from ui.frame import Page
from ui.industries import behind_below, parts_of


def by_place(page: Page, indicator: str) -> None:
    """Townships, or the villages of the township shown, with their targets."""
    view, spec = page.view, page.data.settings.indicators[indicator]
    places, limit, mark = parts_of(page, indicator), behind_below(page, indicator), view.place_or_none()
    chart(
        page,
        ("industry bars", indicator, page.township, mark, view.period),
        lambda: township_bars_chart(places, spec, highlight=mark, behind_below=limit),
    )


def over_time(page: Page, indicator: str) -> None:
    """The place's course against earlier years; of a flow also the sum since January."""
    data, view, spec = page.data, page.view, page.data.settings.indicators[indicator]
    series = answers.series(data, indicator, view.place)
    chart(
        page,
        ("industry trend", indicator, view.place),
        lambda: trend_chart(series, spec, name=page.place_name),
    )
    if spec.measure == "flow":
        chart(
            page,
            ("industry sum", indicator, view.place),
            lambda: trend_chart(series, spec, of="cumulative", name=page.place_name),
        )
