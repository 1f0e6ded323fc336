"""Indicators in the order of their industries, and figures of the places below the one shown.

In: settings and the page. Out: keys and tables. Refuses to put figures of different units side by side: a
page shows one indicator at a time.
"""

from __future__ import annotations

import pandas as pd

from settings import Settings
from ui import answers
from ui.frame import Page


def indicators_by_industry(settings: Settings) -> tuple[str, ...]:
    """All indicators: headline ones' industries first, those without an industry last."""
    order = list(settings.industries)
    position = {key: at for at, key in enumerate(settings.indicators)}

    def place(key: str) -> tuple[int, int]:
        industry = settings.indicators[key].industry
        return (order.index(industry) if industry is not None else len(order), position[key])

    return tuple(sorted(settings.indicators, key=place))


def default_indicator(settings: Settings) -> str | None:
    """The first headline indicator, else the first of all."""
    return next(iter((*settings.overview.headline, *settings.indicators)), None)


def parts_of(page: Page, indicator: str) -> pd.DataFrame:
    """Figures of the townships, or of the villages of the township shown, at the period."""
    if page.township is None:
        return answers.at(page.data, indicator, "township", page.view.period)
    found = answers.at(page.data, indicator, "village", page.view.period)
    return found[found["parent_code"] == page.township]


def behind_below(page: Page, indicator: str) -> float | None:
    """Completion in % under which a place counts as behind: the county's less the configured points."""
    row = answers.of_place(page.data, indicator, page.data.settings.county.place_code, page.view.period)
    if row is None or pd.isna(row["completion"]):
        return None
    return float(row["completion"]) - page.data.settings.overview.behind_points
