"""What readers ask for first, worked out before they do.

In: a newly opened data set. Out: nothing; the answers are kept (`ui.cached`), and whoever opens a page, or switches
the map's indicator, finds them there. Refuses to be in the way: one thread, and between any two answers it lets
others work.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import islice
from threading import Thread

from access.people import PUBLIC, Principal
from data_loaders.contract import Dataset
from faults import DataProblem
from metrics.periods import latest_at
from metrics.since_meeting import default_since
from settings import ConfigProblem
from ui import (
    answers,
    cached,
    decisions,
    figure_card,
    gate,
    map_choice,
    map_view,
    place_standing,
    since_meeting,
    township_page,
    view,
    viewer,
    village_answers,
)
from ui.frame import Page
from ui.industries import default_indicator
from ui.map_choice import DEFAULT_CLASSES, Choice
from ui.view import View

PAUSE = 0.05  # s between two answers, at most
Work = Callable[[], object]


def start(data: Dataset) -> None:
    """Begin in the background; several data sets one after the other are fine."""
    Thread(target=warm, args=(data,), name="warming", daemon=True).start()


def warm(data: Dataset, pause: float = PAUSE) -> None:
    """What pages open with at the latest period: of the county, of every township, and then as its own people see it."""
    was_shown = False
    for work in _everything(data):
        is_shown = _is_shown(data)
        if was_shown and not is_shown:
            return  # a newer version is, and nobody comes for this one any more
        was_shown = is_shown
        began = time.perf_counter()
        with suppress(DataProblem):  # the page says it, in words
            work()
        time.sleep(min(pause, time.perf_counter() - began))


def _everything(data: Dataset) -> Iterator[Work]:
    period = view.latest_period(data)
    townships = [place.code for place in cached.places(data).values() if place.level == "township"]
    for steps in (_overview, _map, _ranking, _industries, _rectification):
        yield from steps(data, period)
    for before in _before(data, period):  # what a meeting compares with
        for steps in (_overview, _ranking):
            yield from steps(data, before)
    for township in townships:
        yield from _township(data, period, township)
        yield from _village_cards(data, period, township)
    for who in _limited(townships):
        with suppress(DataProblem, ConfigProblem):
            with viewer.asking(who):
                seen = gate.opened(data.version)
            yield from _seen_by(seen, who)


def _before(data: Dataset, period: str | None) -> list[str]:
    known = view.periods(data)
    at = known.index(period) if period in known else 0
    return known[at - 1 : at] if at else []


def _limited(townships: Iterable[str]) -> Iterator[Principal]:
    """Those who do not see all: everybody in mode open, each township's own people in mode login."""
    rules = viewer.rules()
    if rules is None or rules.mode == "local":
        return
    if rules.mode == "open":
        yield PUBLIC
    else:
        yield from (Principal("township", (township,)) for township in townships)


def _seen_by(data: Dataset, who: Principal) -> Iterator[Work]:
    """Only what pages open with: there are as many of these data sets as townships."""
    period = view.latest_period(data)
    yield from _overview(data, period)
    opens_with = default_indicator(data.settings)
    if opens_with is not None:
        yield partial(_map_of, data, opens_with, period)
    for township in who.townships:
        yield from _township(data, period, township)


def _is_shown(data: Dataset) -> bool:
    with suppress(ConfigProblem):
        standing = cached.last_standing()
        return standing is not None and standing.data.version == data.version
    return False


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
    since = _since(data)
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


def _township(data: Dataset, period: str | None, code: str) -> Iterator[Work]:
    """What a township's people come for: their first page and their rank."""
    page = Page(data, View(code, None, period, present=False, chosen=frozenset({"place"})))
    yield partial(figure_card.figure_cards, data, data.settings.overview.headline, code, period)
    yield partial(answers.urgent, data, period, code, decisions.ON_PAGE)
    yield partial(place_standing.standing, data, code, period)
    yield partial(since_meeting.all_since_meeting, page, _since(data))
    yield partial(township_page.card, data, code, period, None)


def _village_cards(data: Dataset, period: str | None, township: str) -> Iterator[Work]:
    """The township's card on the map and one of a village's; with it come its neighbours' figures."""
    below = (place.code for place in cached.places(data).values() if place.parent == township)
    for code in (township, *islice(below, 1)):
        yield partial(village_answers.profile, data, code, period)


def _since(data: Dataset) -> date:
    return default_since(data.settings.overview.meetings, data.manifest.as_of)
