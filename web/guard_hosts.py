"""By which names this server may be called, and whether a request comes from a page of its own.

In: the headers Host, Origin and Sec-Fetch-Site, the names in the config's [access] hosts. Out: yes or no. Refuses every
name that the config does not say: a page of somebody else's whose name suddenly points here (DNS rebinding) calls the
server by that name. A number cannot be pointed elsewhere, so numbers are always taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL = "localhost"
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_USUAL = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_SAFE = frozenset({"GET", "HEAD"})


def is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names this server: localhost, a number, or one of `names`."""
    found = _HOST.fullmatch(host)
    if found is None or (found[2] and not 0 < int(found[2]) < 65536):
        return False
    name = found[1].lower().rstrip(".")
    return name == LOCAL or name in names or is_number(name)


def is_number(name: str) -> bool:
    """Whether it is an address in numbers, as a Host header writes it."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return name.startswith("[") == (":" in name)


def is_here(host: str) -> bool:
    """Whether the browser stands on this machine, by the name it calls it."""
    found = _HOST.fullmatch(host)
    name = found[1].strip("[]").lower() if found else ""
    return name == LOCAL or (bool(name) and is_number(found[1]) and ip_address(name).is_loopback)  # type: ignore[index]


def is_same(origin: str, host: str) -> bool:
    """Whether a page of `origin` was loaded from this very server, to the port."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False  # half a number in brackets
    if parts.scheme not in _USUAL:
        return False  # "null": a sandboxed frame, a file
    usual = _USUAL[parts.scheme]
    return _named(parts.netloc, usual) == _named(host, usual)


def _named(place: str, usual: str) -> tuple[str, str]:
    found = _HOST.fullmatch(place)
    return (found[1].lower(), found[2] or usual) if found else ("", place)


def is_cross_site(method: str, headers: Mapping[str, str]) -> bool:
    """Whether another site's page sent something that may change what we keep (CSRF).

    As in Go's net/http.CrossOriginProtection (2025): browsers tell Sec-Fetch-Site over https only, Origin always; who
    sends neither is no browser, and nobody's cookie is in its hands.
    """
    if method in _SAFE:
        return False
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and not is_same(origin, headers.get("host", ""))
