"""Who looks at the page that is being run, or asks for the file that is being sent.

In: the connection (its peer and headers), and in mode login the claims that the provider signed. Out: a `Principal`.
Refuses by default: without a rule that says otherwise it is NOBODY. In mode `local` whoever sits at the machine itself
sees all; others that reach it, and whatever comes through a proxy, see what is public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.people import NOBODY, OPERATOR, PUBLIC, Action, Principal
from settings import ConfigProblem
from settings.access import Access
from ui import cached, signed_in

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_asking: ContextVar[Principal | Callable[[], Principal] | None] = ContextVar("asking", default=None)


def viewer() -> Principal:
    """Whoever looks. Raises ConfigProblem."""
    asking = _asking.get()
    if asking is not None:
        return asking if isinstance(asking, Principal) else asking()
    if get_script_run_ctx(suppress_warning=True) is None:
        return NOBODY  # a thread of ours that forgot to say for whom it works
    if cached.config().access.mode == "login":
        return signed_in.of_page().principal
    return identified(peer(), {name.lower(): value for name, value in st.context.headers.items()})


def identified(peer: str, headers: Mapping[str, str]) -> Principal:
    """Whoever asks from there with these headers (lower case). Raises ConfigProblem."""
    mode = cached.config().access.mode
    if mode == "open":
        return PUBLIC
    if mode == "local":
        return OPERATOR if is_here(peer, headers) else PUBLIC
    return signed_in.decided(headers).principal


def is_here(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether it comes from this machine itself, and not through a proxy on it."""
    return _is_this_machine(peer) and not any(name in headers for name in FORWARDED)


def requesting(peer: str, headers: Mapping[str, str]) -> Principal:
    """Whoever sends a request from there with these headers (lower case); NOBODY while the config is broken."""
    try:
        return identified(peer, headers)
    except ConfigProblem:
        return NOBODY


@contextmanager
def asking(principal: Principal | Callable[[], Principal]) -> Iterator[None]:
    """Work for somebody outside a page's run: a thread that goes on for a page, a request of ours.

    Who a request comes from is found out when somebody asks: most are for scripts, which are for everybody.
    """
    token = _asking.set(principal)
    try:
        yield
    finally:
        _asking.reset(token)


def may(action: Action) -> bool:
    """Whether whoever looks may do this."""
    return viewer().may(action)


def rules() -> Access | None:
    """What the config says of who may see what; None while it cannot be read: then nobody is shown anything."""
    try:
        return cached.config().access
    except ConfigProblem:
        return None


def peer() -> str:
    """Where the page's socket comes from; "" when it is gone. Streamlit says None for this machine itself, too."""
    return st.context.ip_address or ("127.0.0.1" if st.context.headers else "")


def _is_this_machine(peer: str) -> bool:
    try:
        found = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
