"""Every address that this server answers, and what it takes to be answered there: the one place that says so.

In: the pages' addresses. Out: the table by which the guard lets requests through. Refuses what it does not list: a
route that nobody entered here answers 404, whoever wrote it. SECURITY.md lists the same addresses with the reasons
(tests/test_server.py compares the two with what the server really has).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from web.guard_headers import MAP_FRAME, STRICT

READ = ("GET", "HEAD")


class Needs(Enum):
    """What it takes to be answered."""

    ANYONE = "anyone"  # nothing of the county in it
    SIGN_IN = "sign-in"  # anyone, and only where people sign in
    CODE = "code"  # whoever has a scorer's code: the handler asks for it
    VIEWER = "viewer"  # whoever may see anything at all
    OWNER = "owner"  # the browser and the viewer to whose page the file belongs
    CLOSED = "closed"  # nobody


@dataclass(frozen=True)
class Address:
    """One kind of address below the app's root."""

    route: str  # as the server has it registered
    needs: Needs
    shape: str = ""  # what such an address looks like (a regular expression); "": as the route is written
    methods: tuple[str, ...] = READ
    is_document: bool = False  # a window shows it: the browser is given its name here
    policy: str = STRICT

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a path must match as a whole to be let through."""
        return re.compile(self.shape or re.escape(self.route))


_NAME = r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,99}"  # of a file: nothing that leads to another folder

OURS = (
    Address("geometry/{version}/{file}", Needs.VIEWER, f"geometry/{_NAME}/{_NAME}"),
    Address("tiles/{path:path}", Needs.VIEWER, r"tiles/[a-z]{1,8}/[0-9]{1,2}/[0-9]{1,8}/[0-9]{1,8}"),
    Address("bundle/{digest}/{name}", Needs.ANYONE, f"bundle/{_NAME}/{_NAME}"),
    Address("stage", Needs.VIEWER, is_document=True),
    Address("stage/{digest}/{file}", Needs.ANYONE, f"stage/{_NAME}/{_NAME}"),
    Address("score", Needs.CODE, methods=(*READ, "POST"), is_document=True),
    Address("healthz", Needs.ANYONE),
)

STREAMLITS = (
    Address("_stcore/health", Needs.ANYONE, is_document=True),
    Address("_stcore/host-config", Needs.ANYONE),
    Address("_stcore/stream", Needs.ANYONE, methods=("WEBSOCKET",)),
    Address("media/{file_id:path}", Needs.OWNER, r"media/[0-9a-f]{32,128}(\.[0-9A-Za-z]{1,12})?"),
    Address(
        "component/{path:path}",
        Needs.ANYONE,
        rf"component/streamlit_folium\.st_folium/({_NAME}/)*{_NAME}",
        policy=MAP_FRAME,
    ),
    # The program's own scripts, styles and fonts: a Mount, whose path is the app's root.
    Address("", Needs.ANYONE, rf"static/({_NAME}/)*{_NAME}|favicon\.png|manifest\.json"),
    Address("auth/login", Needs.SIGN_IN),
    Address("auth/logout", Needs.SIGN_IN),
    Address("oauth2callback", Needs.SIGN_IN),
    Address("_stcore/metrics", Needs.CLOSED),
    Address("_stcore/upload_file/{session_id}/{file_id}", Needs.CLOSED),
    Address("_stcore/bidi-components/{path:path}", Needs.CLOSED),
    Address("_stcore/agent/interact", Needs.CLOSED),
    Address("_stcore/agent/openapi.json", Needs.CLOSED),
    Address("_stcore/agent/mcp", Needs.CLOSED),
)


def table(pages: Iterable[str]) -> tuple[Address, ...]:
    """All of them; `pages` are the addresses of the app's pages below its root ("" is the root itself)."""
    documents = (
        Address(page, Needs.ANYONE, f"{re.escape(page)}/?" if page else "", is_document=True)
        for page in pages
    )
    return (*documents, *OURS, *STREAMLITS)


def found(addresses: Iterable[Address], path: str) -> Address | None:
    """What kind of address a path below the app's root is; None where there is nothing."""
    for each in addresses:
        if each.needs is not Needs.CLOSED and each.pattern.fullmatch(path):
            return each
    return None
