"""What readers ask for first, worked out before they do.

In: a newly opened data set. Out: nothing; the answers are kept (`ui.cached`), and whoever opens a page, or switches
the map's indicator, finds them there. Refuses to be in the way: one thread, and between any two answers it lets
others work.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from threading import Thread

from data_loaders.contract import Dataset
from faults import DataProblem
from metrics.periods import latest_at
from metrics.since_meeting import default_since
from ui import answers, decisions, map_choice, map_view, view
from ui.map_choice import DEFAULT_CLASSES, Choice

PAUSE = 0.05  # s between two answers
Work = Callable[[], object]


def start(data: Dataset) -> None:
    """Begin in the background; several data sets one after the other are fine."""
    Thread(target=warm, args=(data,), name="warming", daemon=True).start()


def warm(data: Dataset, pause: float = PAUSE) -> None:
    """What every page opens with at the latest period, and the townships' figures of every indicator."""
    period = view.latest_period(data)
    for steps in (_overview, _map, _ranking, _industries, _rectification):
        for work in steps(data, period):
            with suppress(DataProblem):  # the page says it, in words
                work()
            time.sleep(pause)


def _map(data: Dataset, period: str | None) -> Iterator[Work]:
    """The map of every indicator as it opens: the finest level that can be drawn, amounts in natural classes."""
    for indicator in data.settings.indicators:
        yield partial(_map_of, data, indicator, period)


def _map_of(data: Dataset, indicator: str, period: str | None) -> None:
    levels = map_choice.levels_of(data, indicator)
    if levels:
        level = levels[-1] if map_choice.has_too_many(data) else levels[0]
        map_view.shown(data, indicator, period, Choice(level, "amount", "natural", DEFAULT_CLASSES))
        at = latest_at(answers.map_periods(data, indicator, level), period)
        answers.map_quantities(data, indicator, level, at)


def _overview(data: Dataset, period: str | None) -> Iterator[Work]:
    """Small steps first, so that a page that is opened meanwhile finds at least those."""
    county = data.settings.county.place_code
    for indicator in data.settings.overview.headline:
        yield partial(answers.of_place, data, indicator, county, period)
        yield partial(answers.series, data, indicator, county)
    yield partial(answers.problems, data)
    yield partial(answers.late, data, period)
    yield partial(answers.blank_villages, data, period)
    yield partial(answers.composite_history, data)
    for limit in (decisions.ON_PAGE, decisions.ON_WALL):
        yield partial(answers.urgent, data, period, None, limit)
    since = default_since(data.settings.overview.meetings, data.manifest.as_of)
    yield partial(answers.problem_changes, data, since)
    yield partial(answers.rank_changes, data, since, period)
    yield partial(answers.coverage_changes, data, since, period)


def _ranking(data: Dataset, period: str | None) -> Iterator[Work]:
    yield partial(answers.intervals, data, period)
    yield partial(answers.rank_bands, data, period)


def _industries(data: Dataset, period: str | None) -> Iterator[Work]:
    for level in ("township", "village"):
        yield partial(answers.households, data, level, period)
    yield partial(answers.enterprises, data)
    for indicator in data.settings.indicators:
        for level in ("county", "township"):
            yield partial(answers.at, data, indicator, level, period)
        yield partial(answers.ranked, data, indicator, period)


def _rectification(data: Dataset, period: str | None) -> Iterator[Work]:
    county = data.settings.county.place_code
    yield partial(answers.problem_stretches, data)
    yield partial(answers.recurring, data, county, "county")
    yield partial(answers.villages_alike, data)
    yield partial(answers.place_risks, data)
    yield partial(answers.problem_past, data)
    yield partial(answers.forecast_back_test, data)
    yield partial(
        importlib.import_module, "scipy.stats"
    )  # what waiting times are worked out with takes a second to load
