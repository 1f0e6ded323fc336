"""议程: the agendas that there are, begun with one click; those built on screen can be edited.

In: the page, the agenda in the address (`agenda=`). Out: its views in words, links to the stage, the editor. Refuses to
change an agenda of the config: it is copied under another name.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from faults import DataProblem
from records.agendas import unreadable_agendas
from settings.meeting import Agenda, AgendaItem
from ui import agenda_words, agendas, cached, filters, notices, view
from ui.add_to_agenda import LONGEST_NAME, free_name, keep_new
from ui.agenda_draft import Draft
from ui.agenda_editor import CHOSEN, DRAFT, editor
from ui.agenda_start import hints, start, theme_chooser
from ui.frame import Page
from ui.html import Column, Words, table
from wording import markdown_escape

STYLE = Path(__file__).with_name("meeting.css")


def agenda_part(page: Page) -> None:
    """The chooser, the agenda that is chosen, and what can be done with it."""
    own, built = agendas.of_config(), agendas.built()
    draft: Draft | None = st.session_state.get(DRAFT)
    names = [*own, *built]
    if draft is not None and draft.is_changed and draft.was not in names:
        names.append(draft.was)  # deleted by somebody else meanwhile; what was written is still here
    _unreadable(own)
    if not names:
        notices.empty(
            "还没有议程。打开任何一页,选好要看的内容,按右上角的“加入议程”;也可以在“发言顺序”里生成一个,或写在配置文件里。"
        )
        return
    chosen = _chooser(names, set(own), page)
    if chosen in own:
        agenda = own[chosen]
        start(page, agenda.name, agenda.items)
        hints(page, agenda.items)
        st.html(_table(page, agenda.items))
        if not page.view.present:
            _copy(agenda)
    elif page.view.present:
        if chosen in built:
            start(page, chosen, built[chosen].agenda.items)
            st.html(_table(page, built[chosen].agenda.items))
    else:
        editor(page, chosen)


def _unreadable(own: dict[str, Agenda]) -> None:
    folder = cached.config().paths.records
    lost = unreadable_agendas(folder)
    if lost:
        notices.hints((f"有{len(lost)}个议程是别的版本的程序存的,这一版读不出来:{'、'.join(lost)}。",))
    hidden = [name for name in agendas.agendas(folder) if name in own]
    if hidden:
        notices.hints(
            (f"自己建的议程“{'、'.join(hidden)}”与配置里的同名,现在显示配置里的。把配置里的改名后就能看到。",)
        )


def _chooser(names: list[str], own: set[str], page: Page) -> str:
    asked = st.query_params.get(CHOSEN)
    if asked is not None and asked not in names:
        view.choose(CHOSEN, None)
        notices.hints((f"没有叫“{asked[:LONGEST_NAME]}”的议程。",))
        asked = None
    chosen = asked or names[0]
    said = {name: f"{name}(来自配置)" if name in own else name for name in names}
    with filters.bar("detail_agendas"):
        filters.choice(CHOSEN, "议程", names, chosen, said, default=names[0])
        theme_chooser(page)
    return chosen


def _table(page: Page, items: tuple[AgendaItem, ...]) -> str:
    has_speaker = any(item.speaker for item in items)
    columns = [
        Column("", is_number=True),
        Column("议题", is_wide=page.view.present),
        *([Column("讲话人")] if has_speaker else []),
        Column("画面", is_small_print=True),
        Column("时间", is_number=True),
        *([] if page.view.present else [Column("讲什么", is_wide=True)]),
    ]
    rows = []
    for number, item in enumerate(items, 1):
        cells: list[str | Words] = [Words(str(number), "soft"), Words(agenda_words.title_of(item), "strong")]
        cells += [item.speaker] if has_speaker else []
        cells += [agenda_words.seen(page.data, item), agenda_words.duration(item.seconds)]
        cells += [] if page.view.present else [item.say]
        rows.append((cells, False))
    lines, wall = max(len(items) + 2, 9), " gm-onwall" if page.view.present else ""
    return f'<div class="gm-agenda{wall}" style="--gm-lines:{lines}">{table(columns, rows)}</div>'


def _copy(agenda: Agenda) -> None:
    """复制为新议程: under another name it can be edited."""
    opened = st.popover("复制为新议程", key="gm_agenda_copy", on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.text_input(
            "新议程的名称", value=free_name(agenda.name), key="agenda_copy_name", max_chars=LONGEST_NAME
        )
        st.button("复制", key="agenda_copy_go", type="primary", on_click=_keep_copy, args=(agenda,))
        if fault := st.session_state.pop("gm_agenda_copy_fault", ""):
            st.error(markdown_escape(fault))


def _keep_copy(agenda: Agenda) -> None:
    name = " ".join(str(st.session_state["agenda_copy_name"] or "").split())
    try:
        keep_new(agenda.model_copy(update={"name": name}))
    except DataProblem as found:
        st.session_state["gm_agenda_copy_fault"] = str(found)
        return
    view.choose(CHOSEN, name)
