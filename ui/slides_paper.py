"""汇报 on the page 材料: choose an agenda or a route, make the slides, take them along.

In: the page. Out: the chooser, the list of views, a progress bar while the slides are made, the file. Nothing is made until
somebody asks; what was made is kept for this version of the data and this agenda as it is.
"""

from __future__ import annotations

import streamlit as st

from exports.slide_parts import clean
from settings.meeting import Agenda
from ui import agendas, downloads, filters, notices, rights, stops
from ui.frame import Page
from ui.html import note, text
from ui.navigation import PAGES
from ui.slides import agenda_deck, deck_name
from wording import markdown_escape

AGENDA = "agenda"  # in the address: what the slides are of
MADE, ASKED = "gm_slides_made", "gm_slides_asked"


def slides_part(page: Page) -> None:
    """The part 汇报. Raises NotAllowed."""
    rights.need("papers", "汇报")
    offered = offered_agendas(page)
    if not offered:
        notices.empty("还没有议程,也没有观摩路线。请先在“会议”页编一个议程。")
        return
    chosen = filters.one_of(AGENDA, "议程或路线", list(offered), width=320)
    agenda = offered[chosen or next(iter(offered))]
    st.html(_listed(agenda))
    key = _key(page, agenda)
    st.button(
        "生成汇报(PPT)",
        icon=":material/slideshow:",
        type="primary",
        key="slides_make",
        on_click=_ask,
        args=(key,),
    )
    if st.session_state.pop(ASKED, None) == key:
        _make(page, agenda, key)
    made = st.session_state.get(MADE)
    if made and made[0] == key:
        downloads.offer(
            "slides",
            "下载汇报(PPT)",
            lambda: made[1],
            file_name=deck_name(page, agenda),
            key="slides_take",
            version=page.data.version,
            icon=":material/download:",
        )
        st.html(note(f"{len(made[1]) / 1e6:.1f}兆。图表和表格都可以在PPT里改数、改色;讲稿在备注里。"))
    st.html(note("图表、表格是可编辑的;数据版本、截止日期写在每张页脚。用现在的数据,或网址里的会议快照。"))


def offered_agendas(page: Page) -> dict[str, Agenda]:
    """Agendas by name (of the snapshot first, where one is shown), then the routes."""
    found: dict[str, Agenda] = {}
    if page.snapshot and page.snapshot.agenda:
        found[f"{page.snapshot.agenda.name}(会议快照)"] = page.snapshot.agenda
    found |= agendas.named()
    for route in stops.routes(page.data):
        name = f"路线:{route}"
        agenda = agendas.of_route(page.data, route)
        if agenda is not None:
            found.setdefault(name, agenda)
    return {_plain(name): agenda for name, agenda in found.items()}


def _plain(name: str) -> str:
    return clean(name) or "未命名"


def _key(page: Page, agenda: Agenda) -> tuple[object, ...]:
    """What the file depends on."""
    period = page.view.period if "period" in page.view.chosen else None
    snapshot = page.snapshot.id if page.snapshot else None
    return (*page.data.key, snapshot, period, agenda.model_dump_json())


def _ask(key: tuple[object, ...]) -> None:
    """Ask for the file. For callbacks: they run before the page, which may be run twice."""
    st.session_state[ASKED] = key


def _make(page: Page, agenda: Agenda, key: tuple[object, ...]) -> None:
    """Make the file while a bar tells how far it is; kept for this reader."""
    bar = st.progress(0.0, text="正在生成")

    def told(share: float, said: str) -> None:
        bar.progress(share, text=markdown_escape(said))

    try:
        made = agenda_deck(page, agenda, told)
    finally:
        bar.empty()
    st.session_state[MADE] = (key, made)


def _listed(agenda: Agenda) -> str:
    """The views in order, each with its talking line."""
    titles = {page.path: page.title for page in PAGES}
    rows = "".join(
        f"<li><b>{text(item.title or titles.get(item.page, item.page))}</b> {text(item.say)}</li>"
        for item in agenda.items
    )
    return f'<ol class="gm-slides">{rows}</ol>'
