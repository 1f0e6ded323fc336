"""Keys and clicks that lead through the list of problems.

In: whether a problem is open, whether it fills the wall, and what to do. Out: the call back, before the page is run:
→/J/PageDown the next problem, ←/K/PageUp the one before, Esc closes; a click on what names a problem (data-problem)
opens it. PageUp and PageDown (what a clicker sends) are only taken on the wall: elsewhere they scroll. Refuses to take
keys from whoever types.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import streamlit as st

Move = Literal["next", "previous", "close"]
MOVES: tuple[Move, ...] = get_args(Move)
_KEY = "gm_problem_keys"
_listen = st.components.v2.component(
    "guanmo_problem_keys",
    js=Path(__file__).with_name("problem_keys.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def problem_keys(
    *, is_open: bool, on_wall: bool, on_move: Callable[[Move], None], on_open: Callable[[str], None]
) -> None:
    """Listen for the keys that mean something now, and for clicks."""

    def moved() -> None:
        asked = getattr(st.session_state.get(_KEY), "move", None)
        for move in MOVES:  # a browser may send anything
            if asked == move:
                on_move(move)

    def opened() -> None:
        asked = getattr(st.session_state.get(_KEY), "open", None)
        if isinstance(asked, str):
            on_open(asked)

    _listen(
        key=_KEY,
        data={"keys": keys(is_open=is_open, on_wall=on_wall)},
        on_move_change=moved,
        on_open_change=opened,
    )


def keys(*, is_open: bool, on_wall: bool) -> dict[str, Move]:
    """What each key means, by the name that browsers give it."""
    found: dict[str, Move] = {"j": "next"}
    if on_wall:
        found |= {"PageDown": "next"}
    if is_open:
        found |= {"ArrowRight": "next", "ArrowLeft": "previous", "k": "previous", "Escape": "close"}
        if on_wall:
            found |= {"PageUp": "previous"}
    return found
