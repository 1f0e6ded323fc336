"""Keys and clicks that lead through a list: of problems, of a route's stops.

In: what each key means, what a click opens, and what to do. Out: the call back, before the page is run. A click on what
names a thing (data-problem, data-stop) opens it. Refuses to take keys from whoever types, and words that a browser made
up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

import streamlit as st

Move = Literal["next", "previous", "close"]
MOVES: tuple[Move, ...] = get_args(Move)
_listen = st.components.v2.component(
    "guanmo_list_keys",
    js=Path(__file__).with_name("list_keys.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def list_keys(
    name: str,
    *,
    keys: Mapping[str, Move],
    opens: str,
    on_move: Callable[[Move], None],
    on_open: Callable[[str], None],
    is_alone: bool = False,
) -> None:
    """Listen for the keys, by the names that browsers give them, and for clicks on what carries data-`opens`.

    `name` is the widget's key. `is_alone`: on the stage, which has keys of its own, only clicks are taken.
    """

    def moved() -> None:
        asked = getattr(st.session_state.get(name), "move", None)
        for move in MOVES:  # a browser may send anything
            if asked == move:
                on_move(move)

    def opened() -> None:
        asked = getattr(st.session_state.get(name), "open", None)
        if isinstance(asked, str):
            on_open(asked)

    _listen(
        key=name,
        data={"keys": dict(keys), "opens": opens, "alone": is_alone},
        on_move_change=moved,
        on_open_change=opened,
    )
