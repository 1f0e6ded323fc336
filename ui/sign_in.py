"""Signing in, in mode login: the page before the app, and the place in its head with name and 退出.

In: whoever looks (ui.signed_in). Out: None when they may go on, else the page that they see in place of every other; it
holds nothing of the data but the county's name from the config. Refuses to go on when the provider is not set up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from access.claims import Why
from access.people import NOBODY
from access.rules import Decision
from data_loaders.roster import ROLE_NAMES
from faults import DataProblem
from settings import ConfigProblem
from ui import cached, signed_cookie, signed_in, viewer
from ui.html import text
from ui.navigation import PAGES
from web.sign_in import Desk

STYLE = Path(__file__).with_name("sign_in.css")
STYLES = (STYLE.with_name("style.css"), STYLE)

_log = logging.getLogger("guanmo.access")

# Signs in anew: nothing is wrong with the account.
_AGAIN: dict[Why, str] = {
    "absent": "",
    "expired": "登录已过期,请重新登录。",
    "signed_out": "这次登录已经退出,请重新登录。",
    "early": "登录时间比服务器的时间还晚,没有接受。请重新登录;一直这样的,请管理员核对服务器的时钟。",
}
_REFUSED: dict[Why, str] = {
    "foreign": "这次登录不是给本系统的,没有接受。请联系县里的管理员核对登录设置。",
    "no_account": "统一身份认证没有给出你的账号。请联系县里的管理员。",
    "closed": "你的账号已停用,或名册里这一行有误。请联系县里的管理员。",
    "roster": "名册暂时读不了,所有人都不能进入。请告诉县里的管理员。",
    "no_rule": "你的账号还没有分配查看权限。请联系县里的管理员。",
    "township": "你的账号对应的乡镇不在行政区划里,还不能查看。请联系县里的管理员。",
    "no_data": "还没有可以显示的数据。数据发布后刷新本页。",
    "records": "登录记录读写不了,暂时不能进入。请告诉县里的管理员。",
}


def instead() -> Callable[[], None] | None:
    """The page that stands in place of all others for whoever looks now; None when they may go on."""
    try:
        if cached.config().access.mode != "login":
            return None
        if fault := signed_cookie.fault():
            _say_once(f"nobody can sign in: {fault}", logging.ERROR)
            return _closed
        for file in signed_cookie.open_files():
            _say_once(f"{file} can be read by others on this machine; chmod 600", logging.WARNING)
        decision = signed_in.of_page()
    except ConfigProblem:
        return None  # the pages say what is wrong with the config; nobody is known, so that they show nothing
    return None if decision.principal.kind != NOBODY.kind else lambda: _door(decision)


def place_in_head() -> None:
    """Name, role and 退出, in the head of a page."""
    if not signs_in():
        return
    who = viewer.viewer()
    role = {str(role): name for role, name in ROLE_NAMES.items()}.get(who.kind, "")
    with st.container(key="gm_signed_in", horizontal=True, width="content", vertical_alignment="center"):
        st.html(f'<div class="gm-signed-in"><b>{text(who.name)}</b><span>{text(role)}</span></div>')
        _sign_out_button("tertiary")


def desk(base: str) -> Desk:
    """What web/sign_in.py knows of the app."""
    logging.getLogger(starlette_auth_routes.__name__).addFilter(_in_a_line)
    pages = frozenset(("", *(page.path for page in PAGES)))
    return Desk(
        base,
        pages,
        USER_COOKIE_NAME,
        _county,
        signs_in,
        signed_cookie.is_https,
        _decided,
        _end,
        viewer.rules,
        whole,
    )


def whole(content: bytes) -> tuple[bytes | None, bool]:
    """A page's message as one that runs the whole app, and whether it does; None for one that works on what was shown."""
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return None, False
    kind = message.WhichOneof("type")
    if kind == "rerun_script":
        message.rerun_script.fragment_id = ""
        return message.SerializeToString(), True
    return (content if kind in ("stop_script", "app_heartbeat") else None), False


# ── the page ─────────────────────────────────────────────────────────────────────────────────
def _door(decision: Decision) -> None:
    with st.container(key="gm_door"):
        if decision.why in _AGAIN:
            _say("请登录", _AGAIN[decision.why])
            if st.button("登录", key="gm_sign_in", type="primary", width="stretch"):
                st.login()
        else:
            _say("还不能查看", _REFUSED.get(decision.why, _REFUSED["no_rule"]))
            _sign_out_button("secondary")


def _closed() -> None:
    with st.container(key="gm_door"):
        _say("还不能登录", "登录还没有设置好。请告诉县里的管理员,原因写在服务器日志里。")


def _say(title: str, sentence: str) -> None:
    said = f'<p class="gm-why">{text(sentence)}</p>' if sentence else ""
    st.html(
        f"<style>{_style()}</style>"
        f'<div class="gm-stop"><p class="gm-county">{text(_county())}</p><h1>{title}</h1>{said}</div>'
    )


def _sign_out_button(kind: Literal["secondary", "tertiary"]) -> None:
    if st.button("退出", key="gm_sign_out", type=kind):
        _end({name.lower(): value for name, value in st.context.headers.items()})
        st.logout()
        st.stop()  # what follows would still be drawn for whoever has just gone


@cache
def _style() -> str:
    return "".join(file.read_text(encoding="utf-8") for file in STYLES)


# ── what the server asks; it must be answered whatever happens ───────────────────────────────
def signs_in() -> bool:
    """Whether people sign in here; not while the config cannot be read."""
    rules = viewer.rules()
    return rules is not None and rules.mode == "login"


def _county() -> str:
    with suppress(ConfigProblem):
        return cached.config().county.name
    return ""


def _decided(headers: Mapping[str, str]) -> Decision:
    with suppress(ConfigProblem):
        return signed_in.decided(headers)
    return Decision()


def _end(headers: Mapping[str, str]) -> None:
    try:
        signed_in.end(headers)
    except (DataProblem, ConfigProblem, OSError) as problem:
        _log.error("a sign-out is not kept, the cookie is gone all the same: %s", problem)


def _in_a_line(record: logging.LogRecord) -> bool:
    """A provider that does not answer is no fault of the program: without the traceback."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.exc_info = f"{record.msg} {type(record.exc_info[1]).__name__}", None
    return True


@cache
def _say_once(sentence: str, level: int) -> None:
    _log.log(level, "%s", sentence)
