"""Keys and clicks that lead through the list of problems.

In: whether a problem is open, whether it fills the wall, and what to do. Out: the call back, before the page is run:
→/J/PageDown the next problem, ←/K/PageUp the one before, Esc closes; a click on what names a problem (data-problem)
opens it. PageUp and PageDown (what a clicker sends) are only taken on the wall: elsewhere they scroll.
"""

from __future__ import annotations

from collections.abc import Callable

from ui.list_keys import Move, list_keys

_KEY = "gm_problem_keys"


def problem_keys(
    *, is_open: bool, on_wall: bool, on_move: Callable[[Move], None], on_open: Callable[[str], None]
) -> None:
    """Listen for the keys that mean something now, and for clicks."""
    meant = keys(is_open=is_open, on_wall=on_wall)
    list_keys(_KEY, keys=meant, opens="problem", on_move=on_move, on_open=on_open)


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
