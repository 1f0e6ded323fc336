from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.socket_messages import MOST_WIDGETS, QUERY_CHARACTERS, judged
from web.guard_socket import Verdict


def operation(kind: str) -> BackMsg:
    message = BackMsg()
    getattr(message.backend_operation_request, kind).SetInParent()
    return message


def rerun(query: str = "", widgets: int = 0) -> BackMsg:
    message = BackMsg()
    message.rerun_script.query_string = query
    for at in range(widgets):
        message.rerun_script.widget_states.widgets.add(id=str(at))
    return message


@pytest.mark.parametrize(
    "message",
    [
        rerun("place=990101103000&present=1", 200),
        BackMsg(stop_script=True),
        BackMsg(app_heartbeat=True),
        operation("deferred_file"),
        operation("dataframe_chunk"),
    ],
)
def test_what_a_page_sends_passes(message: BackMsg):
    assert judged(message.SerializeToString()) is Verdict.PASS


@pytest.mark.parametrize(
    "kind",
    [
        field.name
        for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields
        if field.name not in ("rerun_script", "stop_script", "app_heartbeat", "backend_operation_request")
    ],
)
def test_everything_else_that_streamlit_knows_is_left_out(kind: str):
    """Also what a later Streamlit adds: the list is its own."""
    message = BackMsg()
    found = getattr(message, kind)
    found.SetInParent() if hasattr(found, "SetInParent") else setattr(message, kind, True)
    assert judged(message.SerializeToString()) is Verdict.DROP


@pytest.mark.parametrize("kind", ["install_skills", "dismiss_skills_nudge"])
def test_nothing_is_written_on_the_server(kind: str):
    assert judged(operation(kind).SerializeToString()) is Verdict.DROP


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 100,
        rerun("a" * 100).SerializeToString()[:-1],  # cut off
        b"\xfa\x01\x00",  # a field that nobody knows
        rerun("a" * (QUERY_CHARACTERS + 1)).SerializeToString(),
        rerun(widgets=MOST_WIDGETS + 1).SerializeToString(),
    ],
)
def test_what_is_no_message_closes(content: bytes):
    assert judged(content) is Verdict.CLOSE


def test_a_message_in_a_message_in_a_message_is_no_fault():
    content = b""
    for _ in range(2_000):  # each a field of the one around it, deeper than any parser goes
        content = b"\x5a" + _varint(len(content)) + content
    assert judged(content) in Verdict


@given(st.binary(max_size=300))
def test_nothing_that_comes_is_a_fault(content: bytes):
    assert judged(content) in Verdict


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])
