"""Requests that are too large are refused before anybody reads them.

In: what the server receives of a request. Out: the same, no more than a form takes. Refuses longer addresses, headers
and bodies, whether a length is told or the parts just keep coming.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.types import Message, Receive

BODY_BYTES = 64 * 1024  # the only forms here are of a few hundred bytes
PATH_BYTES, QUERY_BYTES = 2_000, 8_000  # a deep link with every choice made takes about a thousand
HEADER_BYTES = 32 * 1024


class TooLarge(Exception):
    """More came than a form can be."""


def too_long(raw_path: bytes, query: bytes, headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    """The status with which an address or headers that no browser of ours sends are refused."""
    if len(raw_path) > PATH_BYTES or len(query) > QUERY_BYTES:
        return 414
    if sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        return 431
    return None


def tells_too_much(headers: Mapping[str, str]) -> bool:
    """Whether the length that a request tells of itself is too large, or no length."""
    told = headers.get("content-length", "0")
    return not told.isdecimal() or len(told) > 12 or int(told) > BODY_BYTES


def bounded(receive: Receive) -> Receive:
    """Receive no more than a form. Raises TooLarge."""
    had = 0

    async def part() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        if had > BODY_BYTES:
            raise TooLarge
        return message

    return part
