"""What readers ask for first, worked out before they do.

In: a newly opened data set. Out: nothing; the answers are kept (`ui.cached`), and whoever opens the map or switches
the indicator finds them there. Refuses to be in the way: one thread, and between any two answers it lets others work.
"""

from __future__ import annotations

import time
from threading import Thread

from data_loaders.contract import Dataset
from metrics.periods import latest_at
from ui import answers, map_choice, map_view, view
from ui.map_choice import DEFAULT_CLASSES, Choice

PAUSE = 0.05  # s between two answers


def start(data: Dataset) -> None:
    """Begin in the background; several data sets one after the other are fine."""
    Thread(target=warm, args=(data,), name="warming", daemon=True).start()


def warm(data: Dataset, pause: float = PAUSE) -> None:
    """The map of every indicator as it opens: the latest period, the finest level, amounts in natural classes."""
    period = view.latest_period(data)
    for indicator in data.settings.indicators:
        levels = map_choice.levels_of(data, indicator)
        if levels:
            level = levels[-1] if map_choice.has_too_many(data) else levels[0]
            map_view.shown(data, indicator, period, Choice(level, "amount", "natural", DEFAULT_CLASSES))
            at = latest_at(answers.map_periods(data, indicator, level), period)
            answers.map_quantities(data, indicator, level, at)
        time.sleep(pause)
