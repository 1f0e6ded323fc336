"""The one seam through which anything leaves as a file: who may, with which mark, and a line in the audit log.

In: the name of an export (EXPORTS), a function that makes the file's bytes, what the button says. Out: the button; the
file is made when somebody presses it, marked with their name and the time where people sign in, and noted. Refuses whoever
may not: they see no button, and one that is pressed all the same (a page left open while a role was taken away) makes
nothing. The log holds the export's own title, never a file's name, in which places, units and people stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from mimetypes import guess_type
from pathlib import PurePosixPath
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.util import calc_hash

from access.people import Action, Principal
from exports.marking import marked
from records import audit
from ui import cached, rights, viewer, watermark
from ui.navigation import PAGES
from ui.paper_fonts import paper_fonts

_OFFICE = "application/vnd.openxmlformats-officedocument"
MIMES = {
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "pdf": "application/pdf",
    "png": "image/png",
    "csv": "text/csv",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class Export:
    """A file that the app offers: what the log calls it, its kind, and what else whoever takes it must be allowed to do."""

    title: str
    kind: str  # the suffix; "": as the file's own name says
    needs: Action = "export"
    is_marked: bool = True


EXPORTS: dict[str, Export] = {
    "chart_png": Export("图片", "png"),  # drawn and marked by the browser: ui/chart_picture.js
    "chart_xlsx": Export("图表数据", "xlsx"),
    "chart_csv": Export("图表数据", "csv"),
    "map_pdf": Export("地图", "pdf"),
    "map_png": Export("地图", "png"),
    "selection_xlsx": Export("选村名单", "xlsx"),
    "selection_csv": Export("选村名单", "csv"),
    "enterprises_xlsx": Export("经营主体名单", "xlsx"),
    "enterprises_csv": Export("经营主体名单", "csv"),
    "recurrence_xlsx": Export("举一反三名单", "xlsx"),
    "recurrence_csv": Export("举一反三名单", "csv"),
    "rectification_list": Export("整改清单", "xlsx"),
    "supervision_letter": Export("督办函", "docx"),
    "supervision_letters": Export("督办函", "zip"),
    "spot_check": Export("抽查清单", "xlsx"),
    # Proof lies in the folder as somebody sent it: it is given away byte by byte, or it would prove nothing.
    "evidence": Export("佐证材料", "", is_marked=False),
    "timetable": Export("观摩时间表", "xlsx"),
    "code_cards": Export("打分码", "pdf", needs="chair"),
    "score_book": Export("评分结果", "xlsx", needs="chair"),
    "bulletin": Export("通报", "docx", needs="papers"),
    "bulletin_template": Export("通报模板", "docx", needs="papers", is_marked=False),  # nobody's figures
    "slides": Export("汇报", "pptx", needs="papers"),
    "place_card": Export("一口清", "pdf"),
    "place_cards": Export("一口清", "pdf"),
    "snapshot_difference": Export("快照对比", "xlsx", needs="meet"),
    "faults": Export("问题清单", "xlsx", needs="faults"),
}
"""Every file that the app offers; tests take each of them and look for what must not be in it."""


def may(name: str) -> bool:
    """Whether whoever looks may take this away: for what stands around the button."""
    return viewer.may("export") and viewer.may(EXPORTS[name].needs)


def offer(
    name: str,
    label: str,
    make: Callable[[], bytes],
    *,
    file_name: str,
    key: str,
    version: str = "",
    **look: Any,
) -> None:
    """The button; nothing for whoever may not. `make` runs when it is pressed.

    `label` is our own text or escaped; `file_name` may hold a ledger's words. `version`: of the data in it.
    """
    if not may(name):
        return
    kind = EXPORTS[name].kind or _suffix(file_name)
    st.download_button(
        label,
        _when_pressed(name, kind, make, version),
        file_name=_with_name(file_name) if kind == "csv" else file_name,
        mime=MIMES.get(kind) or guess_type(file_name)[0] or "application/octet-stream",
        on_click="ignore",
        key=key,
        **look,
    )


def _when_pressed(name: str, kind: str, make: Callable[[], bytes], version: str) -> Callable[[], bytes]:
    """What Streamlit calls in a thread of its own, which knows neither page nor reader."""
    who, page, place, again = viewer.viewer(), page_shown(), place_shown(), _asked_again()
    known, rules = again(), viewer.rules()

    def made() -> bytes:
        # Signed out, expired, another role, or less is public since the page was shown.
        if again() != known or viewer.rules() != rules:
            raise rights.NotAllowed("登录或权限已经变了。请刷新本页再下载。")
        with viewer.asking(who):
            rights.need("export", "下载")
            rights.need(EXPORTS[name].needs, "下载")
            content = make()
            if told := watermark.words(who, datetime.now().astimezone()):
                content = marked(content, kind, told, paper_fonts) if EXPORTS[name].is_marked else content
            noted(name, who, page=page, place=place, version=version, kind=kind, size=len(content))
        return content

    return made


def _asked_again() -> Callable[[], Principal]:
    """Who has this page open, to be asked later in another thread: a page may stay open for longer than a sign-in lasts."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return viewer.viewer
    peer = viewer.peer()
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    return lambda: viewer.requesting(peer, headers)


def noted(
    name: str, who: Principal, *, page: str, place: str, version: str, kind: str, size: int | None = None
) -> None:
    """A line in the audit log."""
    audit.note(
        cached.config().paths.logs,
        "export",
        who.who,
        who.kind,
        what=name,
        file=f"{EXPORTS[name].title}.{kind}",
        page=page or None,
        place=place or None,
        version=version or None,
        bytes=size,
    )


def page_shown() -> str:
    """Address of the page that is being run; fragments are run without it."""
    context = get_script_run_ctx(suppress_warning=True)
    shown = context.page_script_hash if context else ""
    return next((each.path for each in PAGES if calc_hash(each.path) == shown), "")


def place_shown() -> str:
    """The code in the address; anybody may write anything there, and the log takes figures only."""
    asked = st.query_params.get("place", "")
    return asked if re.fullmatch(r"[0-9]{6,12}", asked, re.ASCII) else ""


def _with_name(file_name: str) -> str:
    """A CSV file has no place for a mark, since whatever reads it takes every line for data: its name has it."""
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", watermark.plain(viewer.viewer().name))
    return f"{file_name.removesuffix('.csv')}_{name}.csv" if name else file_name


def _suffix(file_name: str) -> str:
    found = PurePosixPath(file_name).suffix.lower().lstrip(".")
    return found if re.fullmatch(r"[a-z0-9]{1,5}", found) else "bin"
