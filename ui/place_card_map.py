"""The small map on a 一口清 card: the township's villages in the colours of one indicator.

In: the data set, a township, an indicator. Out: a `CardMap` with the map page's own figures and classes; None without
borders or figures. Refuses to colour a village that did not report.
"""

from __future__ import annotations

from dataclasses import replace

from data_loaders.contract import Dataset
from exports.place_card import CardMap
from metrics.figures import figures_at
from ui import answers, map_choice, map_view
from ui.map_choice import DEFAULT_CLASSES, Choice
from ui.picture_content import Wish, picture_of
from ui.view import View
from wording import period_text

LEVEL = "village"


def main_indicator(data: Dataset, township: str, period: str | None) -> str | None:
    """The headline indicator that most of its villages have; shares of everybody tell nothing of a place."""
    within = township if map_choice.has_too_many(data) else None
    best, most = None, 0
    for key in data.settings.overview.headline:
        if data.settings.indicators[key].measure == "ratio" or LEVEL not in map_choice.levels_of(data, key):
            continue
        found = (
            figures_at(answers.map_values(data, key, LEVEL, within), period)
            if within
            else answers.at(data, key, LEVEL, period)
        )
        having = int(((found["parent_code"] == township) & (found["cumulative"] > 0)).sum())
        if having > most:
            best, most = key, having
    return best


def card_map(
    data: Dataset, township: str, indicator: str | None, period: str | None, outlined: str | None = None
) -> CardMap | None:
    """The map as the map page draws it when it opens, of this township alone."""
    if indicator is None or LEVEL not in map_choice.levels_of(data, indicator):
        return None
    within = township if map_choice.has_too_many(data) else None
    shown = map_view.shown(
        data, indicator, period, Choice(LEVEL, "amount", "natural", DEFAULT_CLASSES, within=within)
    )
    if shown is None:
        return None
    whole = View(data.settings.county.place_code, None, period, present=False, chosen=frozenset())
    picture = picture_of(data, whole, shown, Wish(focus=township))
    own = {
        level: {code: shape for code, shape in found.items() if code[:9] == township[:9]}
        for level, found in picture.shapes.items()
    }
    circles = tuple(each for each in picture.circles if each.code[:9] == township[:9])
    if not any(own.values()) and not circles:
        return None
    labels = tuple(replace(each, value="") for each in picture.labels if each.code[:9] == township[:9])
    legend = tuple(row for row in picture.legend if not row.count.startswith("0个"))
    return CardMap(
        f"{shown.title} · 各村({period_text(shown.period)})",
        replace(
            picture,
            shapes=own,
            circles=circles,
            labels=labels,
            legend=legend,
            legend_notes=(),
            outlined=outlined,
        ),
    )
