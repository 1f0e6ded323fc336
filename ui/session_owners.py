"""Whose a session is: the browser and the viewer that opened it, the only ones who may take it up again or have its files.

In: Streamlit's runtime. Out: a runtime that resumes a session for its owner only, and an answer to who may have a file
of a page (/media). Refuses by default: a browser without a name owns nothing, and a file that no living session was given
is nobody's. A session's id travels in the page's messages and a file's address in its HTML: neither is a key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.session_manager import SessionClient

from access.people import NOBODY, Principal
from ui import viewer
from web.guard_browser import browser_of


@dataclass(frozen=True)
class Owner:
    """Who opened a session. `browser` is the name in its cookie, "" without one."""

    browser: str
    who: Principal


@dataclass
class _Owned:
    owner: Owner
    lives: Callable[[], bool]  # whether the runtime still has the session, though its socket may have dropped
    files: set[str] = field(default_factory=set)  # that the session was given, also those of its former runs
    has_run: bool = False


# A session that is gone takes what is known of it along.
_sessions: WeakKeyDictionary[AppSession, _Owned] = WeakKeyDictionary()


def bind(runtime: Runtime) -> None:
    """Have the runtime resume a session for its owner alone, and remember whom it gives which file."""
    _bind_sessions(runtime)
    _bind_first_run(runtime)
    _bind_files(runtime)


def may_have(address: str, browser: str) -> bool:
    """Whether whoever asks (ui.viewer) in that browser may have the file at /media/<address>."""
    asking, file = Owner(browser, viewer.viewer()), _file_of(address)
    return bool(browser) and any(
        file in owned.files and owned.owner == asking and owned.lives() for owned in _sessions.values()
    )


def _bind_sessions(runtime: Runtime) -> None:
    connect = runtime.connect_session

    def connect_session(
        client: SessionClient,
        user_info: dict[str, Any],
        existing_session_id: str | None = None,
        session_id_override: str | None = None,
    ) -> str:
        owner = _owner_of(client)
        if existing_session_id and not _is_of(_session(runtime, existing_session_id), owner):
            existing_session_id = None  # somebody else's, or of another process: begin anew
        session_id = connect(client, user_info, existing_session_id, session_id_override)
        session = _session(runtime, session_id)
        if session is not None and session not in _sessions:
            # By its id: what holds the session itself would keep it for ever.
            _sessions[session] = _Owned(owner, lambda: _session(runtime, session_id) is not None)
        return session_id

    runtime.connect_session = connect_session  # type: ignore[method-assign]


def _bind_first_run(runtime: Runtime) -> None:
    """A page whose session is lost (a restart, another process) goes on in a new one, whatever is clicked first.

    Its first message may ask for a part of the page alone, which a new session does not know: Streamlit would do nothing.
    """
    handle = runtime.handle_backmsg

    def handle_backmsg(session_id: str, msg: BackMsg, *, client: SessionClient | None = None) -> None:
        session = _session(runtime, session_id)
        owned = _sessions.get(session) if session is not None else None
        if owned is not None and msg.WhichOneof("type") == "rerun_script":
            if not owned.has_run:
                msg.rerun_script.ClearField("fragment_id")
            owned.has_run = True
        handle(session_id, msg, client=client)

    runtime.handle_backmsg = handle_backmsg  # type: ignore[method-assign]


def _bind_files(runtime: Runtime) -> None:
    """Both ways in which a page is given a file: in its run, and made when it is asked for."""
    files = runtime.media_file_mgr
    add, execute = files.add, files.execute_deferred

    def added(*args: Any, **kwargs: Any) -> str:
        running = get_script_run_ctx(suppress_warning=True)
        return _given(runtime, running.session_id if running else "", lambda: add(*args, **kwargs))

    def executed(file_id: str) -> str:
        asked = files._deferred_callables.get(file_id)
        return _given(runtime, asked["session_id"] if asked else "", lambda: execute(file_id))

    files.add = added  # type: ignore[method-assign]
    files.execute_deferred = executed  # type: ignore[method-assign]


def _given(runtime: Runtime, session_id: str, make: Callable[[], str]) -> str:
    address, session = make(), _session(runtime, session_id)
    if session is not None and session in _sessions:
        _sessions[session].files.add(_file_of(address))
    return address


def _session(runtime: Runtime, session_id: str) -> AppSession | None:
    """The session of that id, also one whose socket has dropped for the moment."""
    found = runtime._session_mgr.get_session_info(session_id)
    return found.session if found else None


def _is_of(session: AppSession | None, owner: Owner) -> bool:
    owned = _sessions.get(session) if session is not None else None
    return bool(owner.browser) and owned is not None and owned.owner == owner


def _owner_of(client: SessionClient) -> Owner:
    told = client.client_context
    if told is None:
        return Owner("", NOBODY)
    headers: Mapping[str, str] = {name.lower(): value for name, value in told.headers}
    return Owner(browser_of(headers), viewer.requesting(told.remote_ip or "", headers))


def _file_of(address: str) -> str:
    return address.rpartition("/")[2].partition(".")[0]
