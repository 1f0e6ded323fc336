"""The newest version is opened when it is published, not when somebody comes to look.

In: the data folder. Out: nothing; `cached` holds what is found, /healthz tells it. So the first visitor after a publication
does not wait, and a version that is damaged, or a disk that is gone, is known before anybody sees it.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event

from faults import DataProblem
from settings import ConfigProblem
from ui import cached

EVERY_S = 2.0  # a look is one small file


def watch(stop: Event, every: float = EVERY_S) -> None:
    """Look until it is told to stop; the first time at once."""
    while True:
        with suppress(DataProblem, ConfigProblem):  # the page says it, in words
            cached.current()
        if stop.wait(every):
            return
