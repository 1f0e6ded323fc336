"""Data are held once for the process, and never by a session: a session keeps a reader's choices."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from data_loaders.contract import Dataset
from tests.pages.conftest import Open, _nothing_kept, full, open_page, prepared, published
from ui import cached
from ui.navigation import PAGES

__all__ = ["_nothing_kept", "full", "open_page", "prepared", "published"]  # the small county of tests/pages

LARGE = (pd.DataFrame, pd.Series, go.Figure, Dataset, bytes)


def inside(value: Any) -> Iterator[Any]:
    """The value and all that it is made of."""
    yield value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from inside(key)
            yield from inside(each)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from inside(each)


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_no_session_holds_data(full: Path, open_page: Open, path: str):
    state = open_page(path).app.session_state.to_dict()
    held = {
        key: type(each) for key, value in state.items() for each in inside(value) if isinstance(each, LARGE)
    }
    assert held == {}


def test_ten_sessions_share_one_data_set_and_its_tables(full: Path, open_page: Open):
    opened = [open_page(path) for path in ("overview", "ranking") for _ in range(5)]
    gc.unfreeze()  # what stays for good is out of the collector's sight
    gc.collect()
    data = cached.current()
    known = [each for each in gc.get_objects() if isinstance(each, Dataset) and each.version == data.version]
    assert known == [data]
    observations = [
        each
        for each in gc.get_objects()
        if isinstance(each, pd.DataFrame) and len(each) == len(data.observations)
    ]
    whole = [each for each in observations if list(each.columns) == list(data.observations.columns)]
    assert len(whole) == 1
    assert len(opened) == 10
