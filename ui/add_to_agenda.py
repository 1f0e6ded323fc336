"""加入议程: the view as it now stands becomes an item of an agenda.

In: the page's address, what the reader writes. Out: the item at the end of an agenda in the records. The button stands
in the head of every page that a hall may look at, outside presentation mode; closed it costs nothing. Refuses to touch
an agenda of the config: that one is copied on the 会议 page first.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import streamlit as st

from faults import DataProblem
from records.agendas import Kept, append_item, save_agenda
from settings.meeting import LONGEST_ITEM, ROOM_CHOICES, Agenda, AgendaItem
from ui import agenda_words, agendas, cached, notices, rights, viewer
from ui.navigation import PageEntry
from wording import markdown_escape

if TYPE_CHECKING:
    from ui.frame import Page

NEW = "新议程"
NEVER = ("papers",)  # what is made at a desk and shown to nobody
SECONDS = 60
LONGEST_NAME, LONGEST_TITLE, LONGEST_SAY = 60, 40, 300
_KEY = "gm_add"
_NAME = re.compile(r"[a-z_]{1,40}")


def button(page: Page, entry: PageEntry) -> None:
    """“加入议程” in the head of the page at that address; nothing for whoever may not."""
    if page.view.present or entry.path in NEVER or not viewer.may("meet"):
        return
    opened = st.popover("加入议程", key=_KEY, type="tertiary", width="content", on_change="rerun")
    if not opened.open:
        return
    with opened:
        try:
            _form(page, entry)
        except DataProblem as found:  # the page itself can be shown all the same
            notices.problem(found)


def item_here(path: str) -> AgendaItem:
    """The view that the address stands for, without how the room shows it."""
    chosen = st.query_params.to_dict()
    return AgendaItem(
        page=path,
        choices={
            name: value
            for name, value in chosen.items()
            if value and name not in ROOM_CHOICES and _NAME.fullmatch(name)
        },
    )


def _form(page: Page, entry: PageEntry) -> None:
    here = item_here(entry.path)
    st.caption(markdown_escape(f"现在的画面:{agenda_words.seen(page.data, here)}"))
    names = [*agendas.built(), NEW]
    fresh = f"{_KEY}_fresh"
    if st.session_state.get(f"{_KEY}_to") not in names:
        st.session_state[f"{_KEY}_to"] = names[0]
    aim = st.selectbox("加到哪个议程", names, key=f"{_KEY}_to")
    if aim == NEW:
        st.text_input("新议程的名称", key=fresh, max_chars=LONGEST_NAME, placeholder="例如:四季度推进会")
    # Another view has a title of its own; what was written for this one stays while it is shown.
    view_key = sha256(repr(here).encode()).hexdigest()[:8]
    title = f"{_KEY}_title_{view_key}"
    st.text_input(
        "标题", value=_proposed(page, here), key=title, max_chars=LONGEST_TITLE, placeholder=entry.title
    )
    with st.container(horizontal=True, gap="small"):
        st.number_input(
            "停留秒数(0为不限时)", 0, LONGEST_ITEM, SECONDS, step=10, key=f"{_KEY}_seconds", width=150
        )
        st.text_input("谁来讲(可不填)", key=f"{_KEY}_speaker_{view_key}", max_chars=LONGEST_TITLE, width=170)
    st.text_area("讲什么(可不填)", key=f"{_KEY}_say_{view_key}", max_chars=LONGEST_SAY, height=80)
    st.button("加入", key=f"{_KEY}_go", type="primary", on_click=_add, args=(here, view_key))
    _outcome()


def _proposed(page: Page, here: AgendaItem) -> str:
    """The filters in words: in a list the page's own title stands beside them."""
    return " ".join(agenda_words.filters(page.data, here))[:LONGEST_TITLE]


def _outcome() -> None:
    """What became of pressing the button, once."""
    kind, said = st.session_state.pop(f"{_KEY}_outcome", ("", ""))
    if kind == "done":
        st.success(markdown_escape(said))
    elif kind == "fault":
        st.error(markdown_escape(said))


def _add(here: AgendaItem, view_key: str) -> None:
    state = st.session_state
    name = str(state[f"{_KEY}_to"])
    is_new = name == NEW
    name = " ".join(str(state.get(f"{_KEY}_fresh") or "").split()) if is_new else name
    item = here.model_copy(
        update={
            "title": str(state[f"{_KEY}_title_{view_key}"] or "").strip(),
            "seconds": int(state[f"{_KEY}_seconds"] or 0),
            "say": str(state[f"{_KEY}_say_{view_key}"] or "").strip(),
            "speaker": str(state[f"{_KEY}_speaker_{view_key}"] or "").strip(),
        }
    )
    try:
        rights.need("meet", "议程")
        if fault := name_fault(name, set(agendas.named()) if is_new else set()):
            return _say("fault", fault)
        kept = append_item(cached.config().paths.records, name, item, datetime.now().astimezone())
    except DataProblem as found:
        return _say("fault", str(found))
    state[f"{_KEY}_to"] = name
    return _say("done", f"已加入“{name}”,第{len(kept.agenda.items)}项。在“会议”页可以调整。")


def _say(kind: Literal["done", "fault"], said: str) -> None:
    st.session_state[f"{_KEY}_outcome"] = kind, said


def name_fault(name: str, taken: set[str]) -> str:
    """Why an agenda cannot have that name; "" when it can."""
    if not name:
        return "请写议程的名称。"
    if name == NEW:
        return f"“{NEW}”不能作名称。"
    if len(name) > LONGEST_NAME:
        return f"名称最多{LONGEST_NAME}个字。"
    if name in taken:
        return f"已经有叫“{name}”的议程。请另取一个名称,或在上面选它。"
    return ""


def free_name(name: str) -> str:
    """The name with the first number that nobody has: 四季度推进会(2)."""
    taken = set(agendas.named())
    at = 2
    while (offered := f"{name[: LONGEST_NAME - 5]}({at})") in taken:
        at += 1
    return offered


def keep_new(agenda: Agenda) -> Kept:
    """Save an agenda under a name that nobody has yet. Raises DataProblem, NotAllowed."""
    rights.need("meet", "议程")
    if fault := name_fault(agenda.name, set(agendas.named())):
        raise DataProblem(fault)
    return save_agenda(cached.config().paths.records, agenda, datetime.now().astimezone(), None)
