"""Who has signed in, in mode login: cookie → claims → does it count → role.

In: a request's headers, or the page that is run; config, secrets, roster and register as they are now. Out: a `Decision`.
What it decides is noted in the audit log when it is new or has changed, not at every click. Refuses whenever something
that it must know cannot be read: secrets, roster, the list of those who signed out.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import monotonic

import streamlit as st

from access import claims as claims_of
from access.claims import Claims
from access.people import NOBODY
from access.rules import Decision, account_of, granted
from data_loaders.contract import Dataset
from data_loaders.roster import Roster, read_roster
from faults import DataProblem
from records import audit, sign_ins
from settings import ConfigProblem, Settings
from ui import cached, signed_cookie

SEEN = 5_000  # sign-ins of which this process remembers what it noted
FRESH = 1.0  # s that a decision stands: a page asks some twenty times while it is drawn

_log = logging.getLogger("guanmo.access")
_fresh: dict[str, tuple[Settings, float, Decision]] = {}


def decided(headers: Mapping[str, str]) -> Decision:
    """Who sends these headers (lower case). Raises ConfigProblem."""
    config = cached.config()
    cookies = headers.get("cookie", "")
    found = _fresh.get(cookies)
    if found is not None and found[0] is config and monotonic() - found[1] < FRESH:
        return found[2]
    claims = None if signed_cookie.fault() else signed_cookie.claims(cookies)
    if claims is None:
        return Decision()
    decision = _decided(config, claims)
    if len(_fresh) >= SEEN:
        _fresh.clear()
    _fresh[cookies] = config, monotonic(), decision
    return decision


def of_page() -> Decision:
    """Who looks at the page that is run: by the cookie that its socket came with, and by Streamlit's own reading of it.

    Streamlit's is empty when the socket came from another site's page, and after st.logout. Raises ConfigProblem.
    """
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    user = st.user.to_dict()
    claims = signed_cookie.claims(headers.get("cookie", "")) or {}
    if any(user.get(name) != claims.get(name) for name in ("is_logged_in", "iss", "sub", "iat")):
        return Decision()
    return decided(headers)


def end(headers: Mapping[str, str]) -> None:
    """Whoever sends these headers signs out: here, and wherever else this or an earlier sign-in is used.

    Raises ConfigProblem, DataProblem.
    """
    config, decision = cached.config(), decided(headers)
    who = decision.principal.who
    _fresh.clear()
    if who and sign_ins.end(config.paths.records, who, decision.issued):
        audit.note(config.paths.logs, "sign_out", who, decision.principal.kind)


def _decided(config: Settings, claims: Claims) -> Decision:
    issued = claims_of.issued_at(claims) or 0
    try:
        who = _who(config, claims)
        has_ended = bool(who) and sign_ins.has_ended(config.paths.records, who, issued)
    except (DataProblem, OSError) as problem:
        _log.error("nobody is let in: %s", problem)
        return Decision(why="records")
    if has_ended:
        return Decision(why="signed_out", issued=issued)
    access = config.access
    if why := claims_of.fault_of(claims, signed_cookie.client(), access, time.time()):
        decision = Decision(replace(NOBODY, who=who), why, issued=issued)
    else:
        decision = granted(claims, access, _roster(access.roster), _townships(), who)
        decision = replace(decision, issued=issued)
    _note(config, decision)
    return decision


def _who(config: Settings, claims: Claims) -> str:
    """The account's pseudonym; "" without an account, who is refused anyway. Raises OSError."""
    account = account_of(claims, config.access)
    return _pseudonym(config.paths.logs, account) if account else ""


_pseudonym = lru_cache(maxsize=SEEN)(audit.pseudonym)


# ── roster and register ──────────────────────────────────────────────────────────────────────
_rosters: dict[tuple[Path, int, int], Roster | None] = {}


def _roster(path: Path | None) -> Roster | None:
    """The roster as the file is now, read again when it changes; None when it cannot be read."""
    if path is None:
        return Roster()
    try:
        state = path.stat()
        key = (path, state.st_mtime_ns, state.st_size)
    except OSError:
        key = (path, 0, 0)
    known = _rosters.copy()  # other threads read and forget it too
    if key in known:
        return known[key]
    found = _read(path)
    _rosters.clear()
    _rosters[key] = found
    return found


def _read(path: Path) -> Roster | None:
    try:
        roster = read_roster(path)
    except DataProblem as problem:
        _log.error("nobody is let in: %s", problem)
        return None
    for fault in roster.faults:
        _log.warning("%s", fault)
    return roster


def _townships() -> Mapping[str, str] | None:
    """The register's townships by name; None when nothing is published."""
    try:
        data = cached.current()
    except (DataProblem, ConfigProblem):
        return None
    return cached.keep_as(data, "townships by name", lambda: _by_name(data))


def _by_name(data: Dataset) -> dict[str, str]:
    places = [place for place in cached.places(data).values() if place.level == "township"]
    names = [place.name for place in places]
    return {place.name: place.code for place in places if names.count(place.name) == 1}


# ── what is noted ────────────────────────────────────────────────────────────────────────────
_seen: OrderedDict[tuple[Path, str, int], str] = OrderedDict()


def _note(config: Settings, decision: Decision) -> None:
    """A line in the audit log when this sign-in is new or has become something else."""
    who = decision.principal.who
    if not who or decision.why in ("early", "no_data"):
        return
    state = decision.why or decision.principal.scope or decision.principal.kind
    key = (config.paths.records, who, decision.issued)
    if _seen.get(key) == state:
        return
    _seen[key] = state
    while len(_seen) > SEEN:
        _seen.popitem(last=False)
    try:
        was = sign_ins.noted(config.paths.records, who, decision.issued, state)
    except DataProblem:
        was = None  # noted once a process, then
    if was != state:
        _line(config.paths.logs, decision, was)


def _line(logs: Path, decision: Decision, was: str | None) -> None:
    principal = decision.principal
    if decision.why:
        event: audit.Event = "expired" if decision.why == "expired" else "refused"
        if decision.found:
            _log.warning(
                "%s is not a township of the register: %s sees nothing", ascii(decision.found), principal.who
            )
        audit.note(logs, event, principal.who, principal.kind, why=decision.why, was=was)
    else:
        scope = principal.scope or None
        audit.note(
            logs, "sign_in" if was is None else "role", principal.who, principal.kind, scope=scope, was=was
        )
