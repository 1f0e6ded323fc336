"""One reader's session without a browser: Streamlit's own websocket, spoken as a browser speaks it.

In: a server's address. Out: for every address that the reader goes to, how long the server took from the question to
the end of its answer, how many bytes came, and what was on the page. Refuses an answer that holds an error: a page
that fails is fast.

What a browser keeps (large messages that it has seen) this keeps too, or the server would send more than it does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

WAIT_S = 180


class Failed(Exception):
    """The page showed an error, or did not come to its end; the message says which."""


@dataclass
class Answer:
    """One run of a page's script."""

    ms: float = 0.0  # from the question to the end of the run
    first_ms: float = 0.0  # to the first message that came for it
    bytes: int = 0
    messages: int = 0
    choosers: list[ButtonGroup] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)  # of the page's widgets


class Session:
    """One open page; use as a context manager."""

    def __init__(self, address: str, page: str) -> None:
        self._socket = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=60,
        )
        self._address, self._page, self._script = address, page, ""
        self._kept: dict[str, ForwardMsg] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def go(self, **query: str) -> Answer:
        """Run the page with these choices in its address, as a link or a choice does."""
        question = BackMsg()
        state = question.rerun_script
        state.query_string = urlencode(query)
        state.page_name = self._page
        state.page_script_hash = self._script
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone = "Asia/Shanghai"
        state.context_info.locale = "zh-CN"
        state.context_info.url = f"{self._address}/{self._page}"
        # The browser asks after what it shows is there; the server keeps no runs waiting for each other.
        asked = question.SerializeToString()
        started = time.perf_counter()
        self._socket.send(asked)
        return self._until_finished(started)

    def _until_finished(self, started: float) -> Answer:
        found, came = Answer(), []
        while True:
            payload = self._socket.recv(timeout=WAIT_S)
            now = time.perf_counter()
            if isinstance(payload, str):
                continue
            found.first_ms = found.first_ms or (now - started) * 1000
            found.bytes += len(payload)
            message = ForwardMsg.FromString(payload)
            came.append(message)
            # A page that goes on to another, or runs itself again, is not at its end.
            if message.WhichOneof("type") == "script_finished" and message.script_finished in _ENDS:
                found.ms = (now - started) * 1000
                break
        found.messages = len(came)
        for message in came:
            self._look(message, found)
        return found

    def _look(self, message: ForwardMsg, found: Answer) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            metadata = message.metadata
            message = self._kept[message.ref_hash]
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._kept[message.hash] = message
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise Failed("the script does not compile")
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._look_at(message.delta.new_element, found)

    def _look_at(self, element: Element, found: Answer) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise Failed(f"{element.exception.type}: {element.exception.message}")
        if kind == "button_group":
            found.choosers.append(element.button_group)
        widget = getattr(element, kind or "", None)
        identity = getattr(widget, "id", "")
        if identity:
            found.keys.add(identity.rpartition("-")[2])


_ENDS = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR}
