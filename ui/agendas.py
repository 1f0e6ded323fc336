"""The agendas that there are, and the addresses that they lead to.

In: the config as it is now, the agendas built on screen (records), the routes and a snapshot. Out: agendas by name, and
addresses of their views and of the stage that shows them one after the other. An agenda of the config may not be
hidden by one built on screen: the editor refuses its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlencode

from data_loaders.contract import Dataset
from records.agendas import Kept, agendas
from settings.meeting import Agenda, AgendaItem, Theme
from ui import cached
from wording import is_missing

STAGE = "stage"  # the address of the stage: web/stage.py
STOP_PART = "观摩点"  # the part of the observation page that shows one stop
Kind = Literal["agenda", "route"]


def of_config() -> dict[str, Agenda]:
    """The agendas that config.toml holds, by name in its order."""
    return {agenda.name: agenda for agenda in cached.config().presentation.agendas}


def built() -> dict[str, Kept]:
    """Those built on screen, by name; the config's own name wins."""
    own = of_config()
    return {name: kept for name, kept in agendas(cached.config().paths.records).items() if name not in own}


def named() -> dict[str, Agenda]:
    """All of them by name: the config's first."""
    return of_config() | {name: kept.agenda for name, kept in built().items()}


def of_route(data: Dataset, route: str) -> Agenda | None:
    """A route's stops in order as an agenda; None when there is no such route."""
    mine = data.stops[data.stops["route"] == route].sort_values("order")
    items = tuple(
        AgendaItem(
            page="observation",
            title=str(title),
            choices={"part": STOP_PART, "route": route, "stop": str(order)},
            seconds=0,  # a hall walks on when it walks on
            say="" if is_missing(say) else str(say),
        )
        for title, order, say in zip(mine["title"], mine["order"], mine["talking_points"], strict=True)
    )
    return Agenda(name=route[:60], items=items) if items else None


def item_address(item: AgendaItem, *, theme: Theme | None = None, snapshot: str | None = None) -> str:
    """Path and query of an item's view in presentation mode, relative to the app's root."""
    room = {"present": "1", "theme": theme, "snapshot": snapshot}
    return f"{item.page}?{_query(item.choices | room)}"


def stage_address(
    kind: Kind, name: str, *, step: int = 1, theme: Theme | None = None, snapshot: str | None = None
) -> str:
    """Path and query of the stage that shows the agenda, or the route, of that name from its view number `step`."""
    asked = {kind: name, "step": str(step) if step > 1 else None, "theme": theme, "snapshot": snapshot}
    return f"{STAGE}?{_query(asked)}"


def _query(values: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in values.items() if value}, quote_via=quote)
