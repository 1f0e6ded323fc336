"""汇报: an agenda as a .pptx file, in the words and colours of the county.

In: the page (its data set, or the meeting snapshot's), an agenda. Out: the file's bytes and its name. Every slide carries
data-set version, as-of date and, for the demo county, 演示数据.
"""

from __future__ import annotations

from collections.abc import Callable

from exports.slide_parts import Cover, Slide
from exports.slides import deck
from settings.meeting import Agenda, AgendaItem
from ui import cached
from ui.chart_tools import file_name
from ui.frame import Page
from ui.navigation import PAGES
from ui.slide_blocks import LOOK
from ui.slide_views import slides_of
from ui.snapshots import made_text
from wording import date_text, period_text

Told = Callable[[float, str], None]


def agenda_deck(page: Page, agenda: Agenda, told: Told | None = None) -> bytes:
    """The agenda's views as slides; `told` hears after each which one is done, and what share of the work."""
    chosen = _with_choices(page, agenda)
    count = len(chosen)
    slides: list[Slide] = []
    for number, item in enumerate(chosen, 1):
        if told:
            told((number - 1) / (count + 1), f"第{number}项,共{count}项:{_title(item)}")
        slides += slides_of(page.data, page.snapshot, item)
    if told:
        told(count / (count + 1), f"写入{len(slides)}张幻灯片")
    made = deck(cover_of(page, agenda), slides, LOOK)
    if told:
        told(1.0, "完成")
    return made


def _with_choices(page: Page, agenda: Agenda) -> tuple[AgendaItem, ...]:
    """The items, at the period that the page shows unless they name their own."""
    if "period" not in page.view.chosen or page.view.period is None:
        return agenda.items
    own = {"period": page.view.period}
    return tuple(item.model_copy(update={"choices": own | item.choices}) for item in agenda.items)


def cover_of(page: Page, agenda: Agenda) -> Cover:
    """Who, which meeting, of when; the foot of every slide."""
    data, county = page.data, page.data.settings.county
    as_of = data.manifest.as_of
    issuer = cached.config().papers.issuer
    lines = [
        *([issuer] if issuer else []),
        f"数据截至{date_text(as_of)}"
        + (f",最新报送{period_text(page.view.period)}" if page.view.period else ""),
    ]
    if page.snapshot:
        lines.append(f"会议快照 {page.snapshot.name}({made_text(page.snapshot)})")
    foot = [
        *([county.source_note] if county.source_note else []),
        f"数据截至{date_text(as_of)}",
        f"数据版本 {data.version}",
        *(["演示数据"] if county.is_demo else []),
    ]
    return Cover(
        county=county.name,
        name=agenda.name,
        as_of=as_of,
        lines=tuple(lines),
        foot=" · ".join(foot),
        badge="演示数据" if county.is_demo else "",
    )


def deck_name(page: Page, agenda: Agenda) -> str:
    """青岚县四季度推进会汇报20261115.pptx, whatever the agenda is called."""
    county = page.data.settings.county.name
    return f"{file_name(f'{county}{agenda.name}汇报{page.data.manifest.as_of:%Y%m%d}')}.pptx"


def _title(item: AgendaItem) -> str:
    titles = {page.path: page.title for page in PAGES}
    return item.title or titles.get(item.page, item.page)
