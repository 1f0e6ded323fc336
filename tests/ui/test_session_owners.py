"""Whose a session is, before a runtime that keeps sessions as Streamlit does."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from access.people import NOBODY, OPERATOR, PUBLIC, Principal
from ui import session_owners, viewer
from web.guard_browser import COOKIE

MINE, THEIRS = "a" * 32, "b" * 32


class Session:
    """An AppSession, as far as it matters whose it is."""


@dataclass
class Files:
    """Streamlit's media files: addresses made of what they hold."""

    _deferred_callables: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, data: str, *_: str) -> str:
        return f"/media/{data}.png"

    def execute_deferred(self, file_id: str) -> str:
        return f"/media/made-{file_id}.csv"


class Runtime:
    """Resumes whatever session it is asked for, as Streamlit does for people who did not sign in."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.media_file_mgr = Files()
        self._session_mgr = self
        self.heard: list[BackMsg] = []

    def get_session_info(self, session_id: str) -> Any:
        found = self.sessions.get(session_id)
        return SimpleNamespace(session=found) if found else None

    def connect_session(self, client: Any, user_info: Any, existing: str | None, override: str | None) -> str:
        session_id = existing or f"session-{len(self.sessions)}"
        self.sessions.setdefault(session_id, Session())
        return session_id

    def handle_backmsg(self, session_id: str, message: BackMsg, *, client: Any = None) -> None:
        self.heard.append(message)


def client(browser: str = MINE, peer: str = "127.0.0.1", **headers: str) -> Any:
    cookie = {"Cookie": f"_streamlit_xsrf=2|a|b|1; {COOKIE}={browser}"} if browser else {}
    told = SimpleNamespace(headers=list({**cookie, **headers}.items()), remote_ip=peer)
    return SimpleNamespace(client_context=told)


@pytest.fixture
def runtime() -> Any:
    found: Any = Runtime()
    session_owners.bind(found)
    return found


def test_a_session_is_resumed_in_its_own_browser_alone(runtime: Any):
    mine = runtime.connect_session(client(), {})
    assert runtime.connect_session(client(), {}, mine) == mine
    for other in (
        client(THEIRS),
        client(""),
        client("not a name"),
        client(**{"X-Forwarded-For": "10.0.0.1"}),
    ):
        assert runtime.connect_session(other, {}, mine) != mine
    assert runtime.connect_session(client(), {}, mine) == mine  # still there


def test_without_a_name_nothing_is_resumed(runtime: Any):
    nameless = runtime.connect_session(client(""), {})
    assert runtime.connect_session(client(""), {}, nameless) != nameless


def test_a_session_of_another_process_begins_anew(runtime: Any):
    assert runtime.connect_session(client(), {}, "of-another-process") == "session-0"


def test_who_signs_in_as_somebody_else_takes_no_session_along(runtime: Any, monkeypatch: pytest.MonkeyPatch):
    people = {
        "first": Principal("county", who="1"),
        "second": Principal("township", ("990101103000",), who="2"),
    }
    monkeypatch.setattr(
        viewer, "requesting", lambda peer, headers: people.get(headers.get("user", ""), NOBODY)
    )
    session = runtime.connect_session(client(User="first"), {})
    assert runtime.connect_session(client(User="second"), {}, session) != session
    assert runtime.connect_session(client(), {}, session) != session  # the sign-in has expired
    assert runtime.connect_session(client(User="first"), {}, session) == session


def test_a_file_is_its_sessions_owners(runtime: Any, monkeypatch: pytest.MonkeyPatch):
    mine = runtime.connect_session(client(), {})
    runtime.connect_session(client(THEIRS), {})
    running = SimpleNamespace(session_id=mine)
    monkeypatch.setattr(session_owners, "get_script_run_ctx", lambda suppress_warning: running)
    runtime.media_file_mgr.add("photo")
    runtime.media_file_mgr._deferred_callables["x"] = {"session_id": mine}
    runtime.media_file_mgr.execute_deferred("x")
    for file in ("photo.png", "made-x.csv"):
        with viewer.asking(OPERATOR):
            assert session_owners.may_have(file, MINE)
            assert not session_owners.may_have(file, THEIRS)
            assert not session_owners.may_have(file, "")
            assert not session_owners.may_have(f"other-{file}", MINE)
        with viewer.asking(PUBLIC):
            assert not session_owners.may_have(file, MINE)


def test_a_file_goes_with_its_session(runtime: Any, monkeypatch: pytest.MonkeyPatch):
    mine = runtime.connect_session(client(), {})
    running = SimpleNamespace(session_id=mine)
    monkeypatch.setattr(session_owners, "get_script_run_ctx", lambda suppress_warning: running)
    runtime.media_file_mgr.add("last")
    with viewer.asking(OPERATOR):
        assert session_owners.may_have("last.png", MINE)
        held = runtime.sessions.pop(mine)  # whoever else may still hold it
        assert not session_owners.may_have("last.png", MINE)
    assert isinstance(held, Session)


def test_a_new_session_runs_its_whole_page_first(runtime: Any):
    mine = runtime.connect_session(client(), {})
    for _ in range(2):
        message = BackMsg()
        message.rerun_script.fragment_id = "list"
        message.rerun_script.query_string = "show=1"
        runtime.handle_backmsg(mine, message)
    assert [each.rerun_script.fragment_id for each in runtime.heard] == ["", "list"]
    assert runtime.heard[0].rerun_script.query_string == "show=1"
