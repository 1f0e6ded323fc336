"""The editor of an agenda that was built on screen.

In: the page, the agenda's name, the reader's edits. Out: the agenda in the records. Edits wait in the reader's session
until they are saved, and outlive that somebody else was faster.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st
from pydantic import ValidationError

from faults import DataProblem
from records.agendas import MOST_ITEMS, Kept, delete_agenda, save_agenda
from settings.meeting import LONGEST_ITEM, Agenda, AgendaItem
from ui import agenda_words, agendas, cached, notices, rights, view
from ui.add_to_agenda import LONGEST_NAME, LONGEST_SAY, LONGEST_TITLE, NEVER, free_name, name_fault
from ui.agenda_draft import Draft, draft_of, edited, moved, with_item, with_open, without
from ui.agenda_start import hints, start
from ui.frame import Page
from ui.html import note, text
from ui.navigation import PAGES
from wording import markdown_escape

CHOSEN = "agenda"  # in the address: the name of the agenda
DRAFT = "gm_agenda_draft"
_GIVEN_UP = "gm_agenda_given_up"  # how often


@st.fragment
def editor(page: Page, chosen: str) -> None:
    """Moving an item runs this alone and not the page."""
    try:
        rights.need("meet", "议程")
        kept = agendas.built().get(chosen)
    except DataProblem as found:  # nobody else looks after a fragment
        notices.problem(found)
        return
    draft = _current(chosen, kept)
    if draft is None:
        st.rerun()
        return
    items = tuple(item for _, item in draft.items)
    if kept is not None:
        start(page, kept.agenda.name, items, is_changed=draft.is_changed)
    hints(page, items)
    _name_and_save(draft, kept)
    for at, (number, item) in enumerate(draft.items):
        _row(page, draft, at, number, item)
    if not items:
        notices.empty("这个议程里没有内容了。加一页,或者放弃修改。")
    _more(draft)


def _current(chosen: str, kept: Kept | None) -> Draft | None:
    """The draft of that agenda: the one that is being edited, else what the records say."""
    draft: Draft | None = st.session_state.get(DRAFT)
    if (
        draft is not None
        and draft.was == chosen
        and (draft.is_changed or (kept and kept.changed_at == draft.seen))
    ):
        return draft
    st.session_state[DRAFT] = None if kept is None else draft_of(kept)
    return st.session_state[DRAFT]


def _change(change: partial[Draft]) -> None:
    """Apply a change to the draft as it is when the button is pressed."""
    draft: Draft | None = st.session_state.get(DRAFT)
    if draft is not None:
        st.session_state[DRAFT] = replace(change(draft), fault="")


def _name_and_save(draft: Draft, kept: Kept | None) -> None:
    # Another key once edits were given up: the box shows the name that was given up otherwise.
    name = f"agenda_name_{draft.seen}_{st.session_state.get(_GIVEN_UP, 0)}"
    with st.container(key="gm_agenda_save", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "名称", value=draft.name, key=name, max_chars=LONGEST_NAME, width=300, on_change=_renamed, args=(name,),
        )  # fmt: skip
        st.button("保存", key="agenda_save", type="primary", disabled=not draft.is_changed, on_click=_save)
        if draft.is_changed:
            st.button("放弃修改", key="agenda_drop", on_click=_drop)
        _delete(draft)
    others = (
        "这个议程刚刚被别人删除。你的内容还在:改个名称,按“另存为新议程”。"
        if kept is None
        else "这个议程刚刚被别人改过。你的修改还在:可以另存为新议程,或者放弃修改、看别人改了什么。"
        if kept.changed_at != draft.seen
        else ""
    )
    if draft.fault or others:
        st.warning(markdown_escape(draft.fault or others))
        if draft.fault or draft.is_changed:
            st.button("另存为新议程", key="agenda_save_as", on_click=_save_as)


def _row(page: Page, draft: Draft, at: int, number: int, item: AgendaItem) -> None:
    faults = agenda_words.faults(page.data, item)
    seen = agenda_words.seen(page.data, item)
    about = " · ".join(filter(None, [seen, agenda_words.duration(item.seconds), item.speaker]))
    is_open = draft.opened == number
    with st.container(key=f"gm_item_{number}", horizontal=True, vertical_alignment="center", gap=None):
        st.html(
            f'<div class="gm-item{" gm-wrong" if faults else ""}"><i>{at + 1}</i><b>{text(agenda_words.title_of(item))}'
            f"</b><span>{text(about)}</span>{f'<q>{text(item.say)}</q>' if item.say else ''}</div>"
        )
        for label, icon, key, change, is_off in (
            ("上移", "arrow_upward", "up", partial(moved, number=number, by=-1), at == 0),
            (
                "下移",
                "arrow_downward",
                "down",
                partial(moved, number=number, by=1),
                at == len(draft.items) - 1,
            ),
            ("修改", "edit", "edit", partial(with_open, number=None if is_open else number), False),
            ("删除", "delete", "delete", partial(without, number=number), False),
        ):
            st.button(
                f":material/{icon}:", key=f"agenda_{key}_{number}", help=label, type="tertiary", disabled=is_off,
                on_click=_change, args=(change,),
            )  # fmt: skip
    if is_open:
        _fields(page, number, item)


def _fields(page: Page, number: int, item: AgendaItem) -> None:
    """What can be written of an item; its view is changed by adding another one."""

    def write(field: str, key: str) -> None:
        written = st.session_state[key]
        value = int(written or 0) if field == "seconds" else str(written or "").strip()
        _change(partial(edited, number=number, field=field, value=value))

    def keyed(field: str) -> dict[str, Any]:
        key = f"agenda_{field}_{number}"
        return {"key": key, "on_change": write, "args": (field, key)}

    with st.container(key="gm_item_fields", border=True):
        with st.container(horizontal=True, gap="small"):
            st.text_input("标题", item.title, max_chars=LONGEST_TITLE, placeholder=agenda_words.page_title(item), width=320, **keyed("title"))  # fmt: skip
            st.number_input("停留秒数(0为不限时)", 0, LONGEST_ITEM, item.seconds, step=10, width=170, **keyed("seconds"))  # fmt: skip
            st.text_input("讲话人", item.speaker, max_chars=LONGEST_TITLE, width=200, **keyed("speaker"))  # fmt: skip
        st.text_area("讲什么", item.say, max_chars=LONGEST_SAY, height=80, **keyed("say"))  # fmt: skip
        address = agendas.item_address(item, theme=page.view.theme, snapshot=page.view.snapshot)
        st.html(
            f'<p class="gm-note">画面:{text(agenda_words.seen(page.data, item))} '
            f'<a href="{text(address)}" target="_blank">打开看看</a></p>'
        )


def _more(draft: Draft) -> None:
    """One more page without filters; with filters it is added where the filters are."""
    if len(draft.items) >= MOST_ITEMS:
        st.html(note(f"一个议程最多{MOST_ITEMS}项。"))
        return
    titles = {entry.path: entry.title for entry in PAGES if entry.path not in NEVER}
    with st.container(key="gm_agenda_more", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("再加一页", list(titles), format_func=titles.__getitem__, key="agenda_more", width=200)
        st.button("加一页", key="agenda_more_go", on_click=_add_page)
    st.html(note("要加带筛选条件的画面:打开那一页,选好条件,按右上角的“加入议程”。"))


def _add_page() -> None:
    _change(partial(with_item, item=AgendaItem(page=str(st.session_state["agenda_more"]))))


def _renamed(key: str) -> None:
    name = " ".join(str(st.session_state[key] or "").split())
    _change(partial(replace, name=name, is_changed=True))


def _save() -> None:
    _keep(is_new=False)


def _save_as() -> None:
    _keep(is_new=True)


def _keep(*, is_new: bool) -> None:
    draft: Draft = st.session_state[DRAFT]
    name = draft.name
    try:
        rights.need("meet", "议程")
        if is_new and name in agendas.named():
            name = free_name(name)
        if fault := name_fault(name, set(agendas.of_config())):
            raise DataProblem(fault)
        agenda = Agenda(name=name, items=tuple(item for _, item in draft.items))
        folder, now = cached.config().paths.records, datetime.now().astimezone()
        kept = (
            save_agenda(folder, agenda, now, None)
            if is_new
            else save_agenda(folder, agenda, now, draft.seen, was=draft.was)
        )
    except ValidationError:
        st.session_state[DRAFT] = replace(draft, fault="议程里至少要有一项。")
    except DataProblem as found:
        st.session_state[DRAFT] = replace(draft, fault=str(found))
    else:
        st.session_state[DRAFT] = replace(draft_of(kept), opened=None)
        view.choose(CHOSEN, kept.agenda.name)
        st.toast(f"已保存“{markdown_escape(kept.agenda.name)}”")


def _drop() -> None:
    st.session_state[DRAFT] = None
    st.session_state[_GIVEN_UP] = st.session_state.get(_GIVEN_UP, 0) + 1


def _delete(draft: Draft) -> None:
    opened = st.popover("删除议程", key="gm_agenda_delete", type="tertiary", on_change="rerun")
    if opened.open:
        with opened:
            st.write(markdown_escape(f"删除议程“{draft.was}”?删除后不能恢复;会议快照里的议程不受影响。"))
            st.button("确定删除", key="agenda_delete", type="primary", on_click=_delete_now)


def _delete_now() -> None:
    draft: Draft = st.session_state[DRAFT]
    try:
        rights.need("meet", "议程")
        delete_agenda(cached.config().paths.records, draft.was, draft.seen)
    except DataProblem as found:
        st.session_state[DRAFT] = replace(draft, fault=str(found))
        return
    st.session_state[DRAFT] = None
    view.choose(CHOSEN, None)
