"""The routes and their stops as the observation page goes through them.

In: the data set and the address. Out: a route's legs, the stop that is open, the way to the ones beside it. Refuses a
stop that the route does not have, with a sentence.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data_loaders.contract import Dataset
from metrics.routes import route_legs
from ui import answers, cached, view
from ui.agendas import STOP_PART, stop_keys
from ui.cached import keep_as
from ui.list_keys import Move
from ui.view import View
from wording import is_missing

STOP = "stop"  # in the address: the open stop's place in the order
Record = dict[str, Any]


def routes(data: Dataset) -> tuple[str, ...]:
    """Names of the routes in the ledger's order; hostile text."""
    return tuple(str(name) for name in data.stops["route"].dropna().unique())


def legs(data: Dataset, route: str) -> pd.DataFrame:
    """`routes.route_legs` of one route, with each stop's key, names, and number to show."""
    rules = cached.config().observation

    def make() -> pd.DataFrame:
        mine = data.stops[data.stops["route"] == route]
        found = route_legs(mine, data.enterprises, data.places, rules, data.manifest.as_of.year)
        known = answers.names(data)
        return found.assign(
            key=stop_keys(found),
            number=found["order"].astype("str"),
            township=(found["place_code"].str[:9] + "000").map(known),
            village=found["place_code"]
            .map(known)
            .where(~found["place_code"].str.endswith("000").fillna(True)),
        )

    return keep_as(data, ("legs", route, rules), make)


def opened(rows: pd.DataFrame) -> tuple[int, str]:
    """Position of the stop that the address names, else of the first; and a sentence when there is none such."""
    keys = rows["key"].tolist()
    asked = st.query_params.get(STOP)
    if not asked:
        return 0, ""
    if asked in keys:
        return keys.index(asked), ""
    return 0, f"这条路线没有第“{asked[:20]}”站,现在显示第一站。"


def open_stop(rows: pd.DataFrame, key: str) -> None:
    """Open a stop that there is. For callbacks."""
    if key in rows["key"].tolist():
        st.session_state["part"] = STOP_PART  # the chooser's own: its place in the address follows
        view.choose(STOP, key)


def move(rows: pd.DataFrame, at: int, aim: Move) -> None:
    """Go to the stop beside; nothing beyond the ends. For callbacks."""
    to = at + (1 if aim == "next" else -1)
    if 0 <= to < len(rows):
        view.choose(STOP, rows["key"].iloc[to])


def room(shown: View, **choices: str | None) -> dict[str, str | None]:
    """Choices of an address that others open: with the snapshot that is shown, and nothing of this room."""
    return {**choices, "snapshot": shown.snapshot}


def where(row: Record) -> str:
    """Township and village of a stop, as far as they are known; hostile text."""
    names = (str(row[name]) for name in ("township", "village") if not is_missing(row[name]))
    return " ".join(dict.fromkeys(names)) or "未注明地点"
