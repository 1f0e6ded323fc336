"""The pages' sockets: how many at once, how large and how fast messages may come, and of which kinds.

In: an accepted connection and a judge of single messages, who knows Streamlit's. Out: the messages that a reader's page
sends. Refuses, by closing that one socket with the code that says why, whatever no page of ours sends; leaves out
what Streamlit would do for anybody and a reader never needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_SOCKETS = 400
"""Open pages per process: several times what a process serves well, and each keeps a megabyte or two."""
MESSAGE_BYTES = 1_000_000  # a click on the map tells the village's outline, which is the largest by far
BURST, PER_SECOND = (
    40,
    10.0,
)  # a slider that is drawn tells ten times a second at most; what comes faster waits

PROTOCOL, WRONG_KIND, TOO_LARGE, FAULT = 1002, 1003, 1009, 1011  # RFC 6455, 7.4.1


class Verdict(Enum):
    """What becomes of a message."""

    PASS = "pass"
    DROP = "drop"
    CLOSE = "close"


Judge = Callable[[bytes], Verdict]


class Closed(OSError):
    """Sent after the socket was closed; Starlette takes an OSError for a reader who has gone."""


class Socket:
    """One page's socket, between the server and Streamlit."""

    def __init__(self, receive: Receive, send: Send, judge: Judge) -> None:
        self._receive, self._send, self._judge = receive, send, judge
        self._is_closed = False
        self.is_over = False  # the reader has gone, or was shown out
        self._left, self._at = float(BURST), monotonic()

    async def receive(self) -> Message:
        """The next message that may pass; a disconnection when one came that no page sends."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                self.is_over = message["type"] == "websocket.disconnect"
                return message
            code = await self._verdict(message)
            if code:
                await self.close(code)
                return {"type": "websocket.disconnect", "code": code}
            if code is None:
                return message

    async def _verdict(self, message: Message) -> int | None:
        """The code to close with, 0 to leave it out, None to let it pass."""
        await self._paced()
        content = message.get("bytes")
        if content is None:
            return WRONG_KIND
        if len(content) > MESSAGE_BYTES:
            return TOO_LARGE
        judged = self._judge(content)
        return {Verdict.PASS: None, Verdict.DROP: 0, Verdict.CLOSE: PROTOCOL}[judged]

    async def _paced(self) -> None:
        """Wait while messages come faster than a reader clicks; the network holds back the rest."""
        now = monotonic()
        self._left, self._at = min(BURST, self._left + (now - self._at) * PER_SECOND), now
        self._left -= 1
        if self._left < 0:
            await asyncio.sleep(-self._left / PER_SECOND)

    async def send(self, message: Message) -> None:
        """Pass on what Streamlit sends while the socket is open."""
        if self._is_closed:
            raise Closed
        try:
            await self._send(message)
        except OSError:
            self.is_over = True
            raise

    async def close(self, code: int) -> None:
        """Close it for good."""
        if not self._is_closed:
            self._is_closed = self.is_over = True
            await self._send({"type": "websocket.close", "code": code})


async def refuse(scope: Scope, receive: Receive, send: Send, answer: ASGIApp) -> None:
    """Answer a handshake with an ordinary response; a server that cannot do so closes the door."""
    if (await receive())["type"] != "websocket.connect":
        return
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return

    async def as_denial(message: Message) -> None:
        await send({**message, "type": message["type"].replace("http.", "websocket.http.")})

    await answer({**scope, "type": "http", "method": "GET"}, receive, as_denial)
