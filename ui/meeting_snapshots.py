"""会议快照: what a meeting looks at is kept under a name, and opened again later with the same figures.

In: the page, the agendas, a name. Out: a snapshot in the records, its data pinned before; a list with the ways to open
each on the desk and on the wall, and to compare it. Refuses to freeze a snapshot's own data once more.
"""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from data_loaders.store import pin
from faults import DataProblem
from records.snapshots import Snapshot, snapshots, take
from settings.meeting import Theme
from ui import agenda_words, agendas, cached, notices, rights
from ui import snapshots as known
from ui.add_to_agenda import LONGEST_NAME
from ui.frame import Page
from ui.html import note, text
from ui.links import to
from wording import date_text, markdown_escape

NO_AGENDA = "不带议程"
_NAME, _AGENDA, _OUTCOME = "gm_snapshot_name", "gm_snapshot_agenda", "gm_snapshot_outcome"
NOT_FROZEN = (
    "快照记下数据版本、数据截至日和议程,以后打开,各页数字、名单、地图和当时一样。"
    "不随快照保存的:佐证材料和观摩照片文件夹里的照片(按现在文件夹里的显示)、"
    "投影颜色和每人发言秒数等开会设置、观摩评分(按现在的)。快照占用的数据版本不会被新数据清掉,要和会议记录一起备份。"
)


def snapshots_part(page: Page) -> None:
    """The form, then the list, the newest first."""
    found = snapshots(cached.config().paths.records)
    if not page.view.present:
        _form(page, found)
    if not found:
        notices.empty("还没有会议快照。开会前后按“存为快照”,以后随时能打开当时的数字,并和最新数据对比。")
    else:
        rows = "".join(_row(each, page.view.theme, page.view.present) for each in found)
        st.html(f'<div class="gm-snapshots">{rows}</div>')
    st.html(note(NOT_FROZEN))


def proposed_name(page: Page, found: list[Snapshot], today: date) -> str:
    """The meeting of the config that is held today, else the first agenda's name, else the day; not one that is taken."""
    held = [meeting.name for meeting in cached.config().overview.meetings if meeting.on == today]
    first = next(iter(agendas.named()), None)
    name = next(iter(held), first) or f"{date_text(today)}会议"
    taken = {each.name for each in found}
    if name not in taken:
        return name
    name = f"{name[: LONGEST_NAME - 12]}({today.month}月{today.day}日)"
    at, offered = 2, name
    while offered in taken:
        offered, at = f"{name}{at}", at + 1
    return offered


def _form(page: Page, found: list[Snapshot]) -> None:
    if page.snapshot is not None:
        st.html(note("现在看的是会议快照。要存新的快照,请先按右上角的“回到最新数据”。"))
        return
    names = [*agendas.named(), NO_AGENDA]
    default = proposed_name(page, found, datetime.now().astimezone().date())
    with st.container(key="gm_snapshot_form", horizontal=True, vertical_alignment="bottom", gap="small"):
        # Named by what is proposed: after one was kept the box proposes another name.
        st.text_input("快照名称", value=default, key=f"{_NAME}_{default}", max_chars=LONGEST_NAME, width=320)
        st.selectbox("带上哪个议程", names, key=_AGENDA, width=240)
        st.button("存为快照", key="snapshot_take", type="primary", on_click=_take, args=(page.data.version, page.data.manifest.as_of, f"{_NAME}_{default}"))  # fmt: skip
    st.html(
        note(f"存的是现在的数据:数据截至{date_text(page.data.manifest.as_of)},数据版本 {page.data.version}。")
    )
    kind, said = st.session_state.pop(_OUTCOME, ("", ""))
    if kind:
        (st.success if kind == "done" else st.error)(markdown_escape(said))


def _take(version: str, as_of: date, key: str) -> None:
    name = " ".join(str(st.session_state[key] or "").split())
    chosen = str(st.session_state[_AGENDA])
    try:
        if not name:
            raise DataProblem("请写快照的名称。")
        made = keep(name, version, as_of, chosen if chosen != NO_AGENDA else None)
    except DataProblem as found:
        st.session_state[_OUTCOME] = "fault", str(found)
        return
    st.session_state[_OUTCOME] = "done", f"已存为快照“{made.name}”。"


def keep(name: str, version: str, as_of: date, agenda: str | None) -> Snapshot:
    """Take a snapshot of that version, with the agenda of that name. Raises DataProblem, NotAllowed.

    Pinned first: a record that names a version which is swept away a moment later would be worth nothing.
    """
    rights.need("meet", "会议快照")
    paths = cached.config().paths
    pin(paths.prepared, version)
    return take(
        paths.records, name, version, as_of, agendas.named().get(agenda or ""), datetime.now().astimezone()
    )


def _row(each: Snapshot, theme: Theme | None, is_wall: bool) -> str:
    agenda = (
        "议程读不出来"
        if each.is_agenda_lost
        else f"议程“{each.agenda.name}”{len(each.agenda.items)}项,{agenda_words.total(each.agenda.items)}"
        if each.agenda
        else NO_AGENDA
    )
    about = [
        f"{known.made_text(each)}存",
        f"数据截至{date_text(each.as_of)}",
        agenda,
        f"数据版本 {each.version}",
    ]
    is_there = known.is_there(each)
    links = _links(each, theme) if is_there and not is_wall else ""
    gone = "" if is_there else '<em class="gm-is-warn">数据版本已不在数据文件夹里,打不开</em>'
    return f'<div class="gm-snap"><b>{text(each.name)}</b><span>{text(" · ".join(about))}</span>{gone}{links}</div>'


def _links(each: Snapshot, theme: Theme | None) -> str:
    room = {"theme": theme, "snapshot": each.id}
    wall = (
        to("overview", present="1", **room)
        if each.agenda is None
        else agendas.stage_address("agenda", each.agenda.name, theme=theme, snapshot=each.id)
    )
    ways = (
        ("打开", to("overview", **room)),
        ("上墙", wall),
        ("和最新数据对比", to("meeting", part="快照对比", then=each.id, theme=theme)),
    )
    return (
        "<nav>"
        + "".join(f'<a href="{text(href)}" target="_self">{said}</a>' for said, href in ways)
        + "</nav>"
    )
