"""乡镇排名: the composite and what it is made of, who improved, ranks over time, any single indicator, one township's own page."""

from pathlib import Path

import ui
from ui import filters, frame, limits, ranking_parts
from ui.industries import default_indicator, indicators_by_industry

STYLE = Path(ui.__file__).with_name("ranking.css")

with frame.page("ranking", STYLE) as page:
    data, view = page.data, page.view
    group = indicator = None
    ranking_parts.hints(page)
    with filters.bar():
        filters.place(data, view)
        part = ranking_parts.chosen_part(page)
        if part == ranking_parts.SINGLE:
            options = tuple(
                each for each in indicators_by_industry(data.settings) if limits.can_compare(data, each)
            )
            indicator = filters.indicator(data, view, options, default=default_indicator(data.settings))
        else:
            group = ranking_parts.chosen_group(page)
        filters.period(data, view)

    if part == ranking_parts.SINGLE:
        ranking_parts.single(page, indicator)
    else:
        ranking_parts.composite(page, part, group)
