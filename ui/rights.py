"""What whoever looks may do: asked for by the function that acts, not only around its button.

In: an action (access.people.Action). Out: nothing, or NotAllowed, whose sentence says whom the action is open to. Refuses
in mode `open` whatever writes or leaves, for everybody: nobody there has any right but to look.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from access.people import Action, who_may
from data_loaders.roster import ROLE_NAMES
from faults import DataProblem
from settings.access import Mode
from ui import cached, notices, viewer

_HERE = "坐在运行本程序的电脑前的人"


class NotAllowed(DataProblem):
    """Whoever looks may not do this."""


def need(action: Action, what: str = "这项操作") -> None:
    """Refuse whoever may not do this. Raises NotAllowed."""
    if not viewer.may(action):
        raise NotAllowed(only_for(action, what))


def open_parts(name: str, parts: Mapping[str, Action | None]) -> tuple[str, ...]:
    """Those of a page's parts that whoever looks may open; of the one that the address asks for, whom it is open to."""
    asked = st.query_params.get(name, "")
    if (needed := parts.get(asked)) and not viewer.may(needed):
        notices.hints((only_for(needed, f"“{asked}”"),))
    return tuple(part for part, needed in parts.items() if needed is None or viewer.may(needed))


def only_for(action: Action, what: str) -> str:
    """“这一页只对县级账号、讲解账号开放。”: whom the action is open to, in the mode of this server."""
    mode: Mode = cached.config().access.mode
    if mode == "open":
        return f"{what}在这台服务器上不开放:它只供查看。"
    if mode == "local":
        return f"{what}只对{_HERE}开放。"
    may = who_may(action)
    return f"{what}只对{'、'.join(name for role, name in ROLE_NAMES.items() if role in may)}账号开放。"
