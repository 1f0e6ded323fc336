"""Which of Streamlit's messages a reader's page may send, and what Streamlit's own must not tell.

In: a message as it came over the socket. Out: whether it passes, is left out, or is none at all. Refuses by default: of
what Streamlit does for anybody who asks, a reader needs little (`clear_cache` empties everybody's, `install_skills`
writes files on the server), and what a later Streamlit adds must be looked at first.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

from web.guard_socket import Verdict

ALLOWED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "backend_operation_request"})
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})  # a file made when it is asked for; a long table
MOST_WIDGETS = 2_000  # the largest page has two hundred
QUERY_CHARACTERS = 8_000


def judged(content: bytes) -> Verdict:
    """What becomes of it."""
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except (DecodeError, RecursionError):
        return Verdict.CLOSE
    kind = message.WhichOneof("type")
    if kind is None:
        return Verdict.CLOSE  # empty, or of fields that nobody knows
    if kind not in ALLOWED:
        return Verdict.DROP
    if kind == "backend_operation_request":
        operation = message.backend_operation_request.WhichOneof("payload")
        return Verdict.PASS if operation in OPERATIONS else Verdict.DROP
    if kind == "rerun_script":
        asked = message.rerun_script
        if len(asked.query_string) > QUERY_CHARACTERS or len(asked.widget_states.widgets) > MOST_WIDGETS:
            return Verdict.CLOSE
    return Verdict.PASS


def tell_no_folder() -> None:
    """Have Streamlit tell browsers the name of its script and not the folder in which the program lies here."""
    made = AppSession._create_new_session_message
    if getattr(made, "tells_no_folder", False):
        return

    def without_folder(session: AppSession, *told: Any, **more: Any) -> ForwardMsg:
        message = made(session, *told, **more)
        message.new_session.main_script_path = PurePath(message.new_session.main_script_path).name
        return message

    without_folder.tells_no_folder = True  # type: ignore[attr-defined]
    AppSession._create_new_session_message = without_folder  # type: ignore[method-assign, assignment]
