"""Has what the server writes sent at once, and not held back until the reader has acknowledged what went before.

In: uvicorn's connections. Out: the same with TCP_NODELAY. asyncio sets it for sockets that say that they are TCP; the one
that Streamlit 1.67 listens on says nothing (`socket.socket(family=…)`), so its connections are left with Nagle's algorithm,
and every answer in two writes, or page of several messages, waits 40 ms for a delayed acknowledgement.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from functools import wraps
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def begin() -> None:
    """From now on, for every connection; sockets of pages begin as requests, so for them too."""
    for protocol in _protocols():
        made = protocol.connection_made

        @wraps(made)
        def connection_made(self: Any, transport: asyncio.Transport, made: Any = made) -> None:
            found = transport.get_extra_info("socket")
            if found is not None and found.family in (socket.AF_INET, socket.AF_INET6):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made(self, transport)

        protocol.connection_made = connection_made


def _protocols() -> list[Any]:
    found: list[Any] = [H11Protocol]
    with suppress(ImportError):  # faster, where it is installed; then uvicorn takes it
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

        found.append(HttpToolsProtocol)
    return found
