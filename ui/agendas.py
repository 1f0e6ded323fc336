"""The agendas that there are, and the addresses that they lead to.

In: the config as it is now, the agendas built on screen (records), the routes and a snapshot. Out: agendas by name, and
addresses of their views and of the stage that shows them one after the other. An agenda of the config may not be
hidden by one built on screen: the editor refuses its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args
from urllib.parse import quote, urlencode

import pandas as pd

from data_loaders.contract import Dataset
from faults import DataProblem
from records.agendas import MOST_ITEMS, Kept, agendas
from records.snapshots import Snapshot, find
from settings.meeting import Agenda, AgendaItem, Theme
from ui import cached, gate, rights
from ui.navigation import PAGES
from web.stage import Stage, Step
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
    mine = data.stops[data.stops["route"] == route].sort_values("order", kind="stable").head(MOST_ITEMS)
    items = tuple(
        AgendaItem(
            page="observation",
            title=f"第{number}站" if is_missing(title) else str(title),
            choices={"part": STOP_PART, "route": route, "stop": key},
            seconds=0,  # a hall walks on when it walks on
            say="" if is_missing(say) else str(say),
        )
        for key, number, title, say in zip(
            stop_keys(mine), mine["order"], mine["title"], mine["talking_points"], strict=True
        )
    )
    return Agenda(name=route[:60], items=items) if items else None


def stop_keys(rows: pd.DataFrame) -> list[str]:
    """What names each stop in an address: its order; a second one of the same number is 3-2."""
    orders = rows["order"].astype("str")
    again = orders.groupby(orders).cumcount() + 1
    return [order if turn == 1 else f"{order}-{turn}" for order, turn in zip(orders, again, strict=True)]


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


def stage(asked: Mapping[str, str]) -> Stage:
    """The stage that an address asks for. Raises DataProblem or ConfigProblem, in words for the reader."""
    config = cached.config()
    snapshot = find(config.paths.records, asked["snapshot"]) if asked.get("snapshot") else None
    theme: Theme | None = next((each for each in get_args(Theme) if each == asked.get("theme")), None)
    agenda = _asked_agenda(asked, snapshot)
    titles = {page.path: page.title for page in PAGES}
    kept = snapshot.id if snapshot else None
    wall = config.presentation
    steps = tuple(
        Step(
            address=item_address(item, theme=theme, snapshot=kept) if item.page in titles else "",
            title=item.title or titles.get(item.page, item.page),
            seconds=item.seconds,
            say=item.say,
            speaker=item.speaker,
            speaker_seconds=(item.seconds or wall.speaker_seconds) if item.speaker else 0,
        )
        for item in agenda.items
    )
    return Stage(agenda.name, steps, theme or wall.theme, wall.warn_seconds)


def _asked_agenda(asked: Mapping[str, str], snapshot: Snapshot | None) -> Agenda:
    name, route = asked.get("agenda", ""), asked.get("route", "")
    if snapshot:
        rights.need("meet", "会议快照")
    if route:
        data = gate.opened(snapshot.version) if snapshot else gate.current()
        stops = of_route(data, route)
        if stops is None:
            raise DataProblem(f"没有叫“{route[:60]}”的观摩路线。请从“现场观摩”页重新打开。")
        return stops
    rights.need("meet", "议程")  # what somebody is to say, and when; a route's stops are shown to everybody
    if snapshot and snapshot.agenda and name in ("", snapshot.agenda.name):
        return snapshot.agenda  # as it was in that meeting, whatever became of it
    # The config's own first: it can be shown even when the records cannot be read.
    agenda = of_config().get(name) or named().get(name)
    if agenda is None:
        raise DataProblem(
            f"没有叫“{name[:60]}”的议程。请从“会议”页重新打开。" if name else "网址里没有写放映哪个议程。"
        )
    return agenda


def _query(values: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in values.items() if value}, quote_via=quote)
