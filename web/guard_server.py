"""What the server program itself must not do, before a request reaches the app: name itself, take huge messages.

In: uvicorn's settings, which Streamlit makes without asking us. Out: the same with two of them fixed. Refuses nothing; it
must run where the app is imported, and works although the settings exist by then: they are read anew per connection.
"""

from __future__ import annotations

from uvicorn import Config

from web.guard_socket import MESSAGE_BYTES


def bound() -> None:
    """No header that names the program; no message that is larger, unpacked, than a page's."""
    # Streamlit fixes the limit at server.maxMessageSize, which also limits what is sent: 200 MB.
    _fix("encoded_headers", [])
    _fix("ws_max_size", MESSAGE_BYTES)


def _fix(name: str, value: object) -> None:
    def get(_: Config) -> object:
        return value

    def forget(_: Config, __: object) -> None:
        """What Streamlit wants it to be."""

    setattr(Config, name, property(get, forget))
