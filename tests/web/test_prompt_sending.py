"""Answers and messages leave at once: no connection is left with Nagle's algorithm."""

from __future__ import annotations

import asyncio
import socket
from inspect import unwrap
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

from web import prompt_sending


@pytest.fixture(autouse=True)
def as_uvicorn_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test of this process may have imported the server, which begins at once."""
    for protocol in prompt_sending._protocols():
        monkeypatch.setattr(protocol, "connection_made", unwrap(protocol.connection_made))


async def app(scope: object, receive: object, send: object) -> None:
    pass


async def _delay_is_off() -> bool:
    """Whether a connection to a socket like that of Streamlit 1.67, which does not say that it is TCP, sends at once."""
    listening = socket.socket(family=socket.AF_INET)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    listening.setblocking(False)
    taken: list[socket.socket] = []
    config = Config(app, lifespan="off", log_config=None)
    config.load()
    protocols: Any = AutoHTTPProtocol

    def made() -> asyncio.Protocol:
        protocol = protocols(config=config, server_state=ServerState(), app_state={})
        kept = protocol.connection_made

        def connection_made(transport: asyncio.BaseTransport) -> None:
            kept(transport)
            taken.append(transport.get_extra_info("socket"))

        protocol.connection_made = connection_made
        return cast(asyncio.Protocol, protocol)

    server = await asyncio.get_running_loop().create_server(made, sock=listening)
    _, writer = await asyncio.open_connection(*listening.getsockname())
    while not taken:
        await asyncio.sleep(0.01)
    found = bool(taken[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    writer.close()
    server.close()
    return found


def test_what_is_written_is_sent_at_once():
    prompt_sending.begin()
    assert asyncio.run(_delay_is_off())


def test_it_is_still_needed():
    """When this fails, asyncio or Streamlit does it: web/prompt_sending.py can go."""
    assert not asyncio.run(_delay_is_off())
