"""The views of an agenda as slides: a maker for each part of each page that an agenda can name.

In: a data set and an agenda's item. Out: what its slides say (`exports.slide_parts.Slide`), from the answers that the page
draws from. An item that can no longer be shown becomes a slide with the sentence that says so: nothing is left out
silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from data_loaders.contract import Dataset
from exports.slide_parts import Slide
from faults import DataProblem
from records.snapshots import Snapshot
from settings.meeting import AgendaItem
from ui import slide_enterprises as firms
from ui import slide_industry as industry
from ui import slide_observation as observation
from ui import slide_quality as quality
from ui import slide_ranking as ranking
from ui import slide_rectification as problems
from ui.agendas import STOP_PART
from ui.navigation import PAGES
from ui.ranking_parts import COURSE, PROGRESS, RANKS, SINGLE
from ui.slide_asked import Asked, asked
from ui.slide_map import map_of
from ui.slide_overview import overview

Maker = Callable[[Asked], list[Slide]]
WHOLE = ""  # the only part of a page without parts

MAKERS: dict[str, dict[str, Maker]] = {
    "overview": {WHOLE: overview},
    "map": {WHOLE: map_of},
    "industry": {
        industry.ALL: industry.whole,
        industry.BY_INDUSTRY: industry.by_industry,
        industry.MEASURES: industry.by_measures,
        industry.STRUCTURE: industry.by_structure,
        industry.CHAINS: industry.by_chain,
        industry.FUNNELS: industry.by_funnel,
    },
    "enterprises": {
        "分布": partial(firms.part, make=firms.distribution),
        "集中度": partial(firms.part, make=firms.concentration),
        "要关注的主体": partial(firms.part, make=firms.attention),
        "名单": partial(firms.part, make=firms.listing),
    },
    "ranking": {
        RANKS: ranking.ranks,
        PROGRESS: ranking.progress,
        COURSE: ranking.course,
        SINGLE: ranking.single,
    },
    "rectification": {
        "总体": partial(problems.part, make=problems.overview),
        "责任": partial(problems.part, make=problems.responsibility),
        "进度": partial(problems.part, make=problems.progress),
        "能否按期": partial(problems.part, make=problems.forecast),
        "举一反三": partial(problems.part, make=problems.recurring),
        "清单": partial(problems.part, make=problems.listing),
        "随机抽查": partial(problems.part, make=problems.drawing),
    },
    "observation": {
        observation.ROUTE: partial(observation.part, make=observation.route),
        STOP_PART: partial(observation.part, make=observation.stop),
        observation.SCORES: partial(observation.part, make=observation.scoring),
    },
    "quality": {
        quality.REPORTING: quality.reporting,
        quality.FAULTS: quality.faults,
        quality.SUSPICIOUS: quality.suspicious,
        quality.NAMES: quality.names,
        quality.REPORTS: quality.reports,
    },
}


def slides_of(data: Dataset, snapshot: Snapshot | None, item: AgendaItem) -> list[Slide]:
    """The slides of one item; at least one."""
    titles = {page.path: page.title for page in PAGES if page.for_wall}
    if item.page not in titles or item.page not in MAKERS:
        sentence = f"议程里的页面“{item.page[:40]}”不能放映,请在“会议”页改议程。"
        return [Slide(item.title or "不能放映", says=sentence, notes=(item.say,))]
    wanted = asked(data, snapshot, item)
    try:
        found = MAKERS[item.page][part_of(wanted)](wanted)
    except DataProblem as problem:
        found = wanted.says(str(problem))
    # What the item asked for and is not there any more; the page says the same.
    said = "".join(wanted.page.view.notices)
    if not said:
        return found
    return [replace(found[0], says=f"{said}{found[0].says}"), *found[1:]]


def part_of(wanted: Asked) -> str:
    """The part that the page would open for the item's choices."""
    makers, choices = MAKERS[wanted.item.page], wanted.item.choices
    if wanted.item.page == "ranking":
        return ranking.chosen_part(wanted)
    first = _first(wanted)
    if wanted.item.page == "industry" and "indicator" in wanted.page.view.chosen:
        first = industry.BY_INDUSTRY  # where the page leads whom a link named an indicator
    return _named(makers, choices.get("part", ""), first)


def _first(wanted: Asked) -> str:
    """The page's own first part."""
    return next(iter(MAKERS[wanted.item.page]))


def _named(makers: Mapping[str, Maker], part: str, first: str) -> str:
    return part if part in makers else first
