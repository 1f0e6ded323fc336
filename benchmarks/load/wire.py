"""The few HTTP requests that a browser makes before its websocket, without a browser or a client library.

In: an address. Out: status, body, and cookies kept as a browser keeps them. Refuses nothing: who asks looks at the
status. A request has a connection of its own, as through a proxy that closes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from urllib.parse import urlsplit


async def get(
    address: str,
    path: str,
    cookies: MutableMapping[str, str],
    headers: Mapping[str, str],
    port: int | None = None,
) -> tuple[int, bytes]:
    """What the server answers; cookies that it sets are added to `cookies`. `port`: where it listens, if not there."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, port or parts.port or 80)
    try:
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Connection: close",
            "Accept-Encoding: identity",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if cookies:
            lines.append(f"Cookie: {cookie_header(cookies)}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status, *fields = head.decode("latin-1").split("\r\n")
    if not status:
        raise ConnectionError(f"{address}{path}: the connection was closed without an answer")
    for field in fields:
        name, _, value = field.partition(":")
        if name.strip().lower() == "set-cookie":
            cookie, _, content = value.strip().partition(";")[0].partition("=")
            cookies[cookie] = content
    return int(status.split()[1]), body


def cookie_header(cookies: Mapping[str, str]) -> str:
    """Cookies as they are sent."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
