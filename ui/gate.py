"""Data sets as whoever looks may see them: the only way from the store to a page, a paper or a file.

In: the store (ui.cached) and the viewer. Out: the published `Dataset`, or that of a snapshot, with what the viewer may
not see left out (access.scope). Pages, papers and routes take data from here and nowhere else (tests/test_layers.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from access.people import NOBODY
from access.published import Work
from access.scope import scope_name, scoped
from data_loaders.contract import Dataset
from faults import DataProblem
from ui import answers, cached, viewer


class NoAccess(DataProblem):
    """Whoever looks may see nothing."""


def current() -> Dataset:
    """The version that is published now, for whoever looks. Call once per run. Raises DataProblem or ConfigProblem."""
    return _seen(cached.current)


def opened(version: str) -> Dataset:
    """That version, for whoever looks. Raises DataProblem or ConfigProblem."""
    return _seen(lambda: cached.opened(version))


def _seen(whole: Callable[[], Dataset]) -> Dataset:
    who = viewer.viewer()
    if who.kind == NOBODY.kind:
        raise NoAccess("你的账号还没有分配查看权限。请联系县里的管理员。")
    data = whole()
    if who.sees_all:
        return data
    public = cached.config().access.public
    # Figures of the whole are worked out once, for everybody: what is left out of them is left out afterwards.
    work = Work(
        partial(answers.values, data),
        partial(answers.composite_history, data),
        partial(cached.keep_as, data),
    )
    return cached.keep_as(data, ("seen by", scope_name(who, public)), lambda: scoped(data, who, public, work))
