"""The store: once per version, whoever asks; old versions forgotten; never beyond its bounds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
import pandas as pd
import plotly.graph_objects
import pytest

from tests.pages import county
from tests.pages.conftest import publish_tables
from ui import cached


def test_value_is_made_once_even_if_many_ask_together():
    store, made, start = cached._Store(), [], Event()

    def make() -> str:
        start.wait(5)
        made.append(1)
        return "worked out"

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(store.get, "key", make) for _ in range(8)]
        start.set()
        assert {each.result() for each in asked} == {"worked out"}
    assert len(made) == 1


def test_failure_is_not_kept():
    store = cached._Store()
    with pytest.raises(ZeroDivisionError):
        store.get("key", lambda: 1 / 0)
    assert store.get("key", lambda: 2) == 2


def test_oldest_goes_first_when_room_is_short(monkeypatch: pytest.MonkeyPatch):
    frame = pd.DataFrame({"value": range(1000)})
    monkeypatch.setattr(cached, "KEPT_BYTES", 2 * cached._weight(frame) + 1)
    store = cached._Store()
    for name in ("first", "second"):
        store.get(name, frame.copy)
    store.get("first", frame.copy)  # asked for again: now the second is the oldest
    store.get("third", frame.copy)
    again = []
    store.get("first", lambda: again.append("first"))
    store.get("second", lambda: again.append("second"))
    assert again == ["second"]


def test_forgetting_a_version_leaves_the_others():
    store = cached._Store()
    store.get(("old", "figures"), lambda: "old")
    store.get(("new", "figures"), lambda: "new")
    store.forget(lambda key: key[0] == "old")
    assert store.get(("old", "figures"), lambda: "made again") == "made again"
    assert store.get(("new", "figures"), lambda: "made again") == "new"


def test_many_small_things_do_not_weigh_like_figures():
    @dataclass(frozen=True)
    class Named:
        code: str
        name: str
        parent: str | None

    named = {f"{at:012d}": Named(f"{at:012d}", f"第{at}村", None) for at in range(5000)}
    weight = cached._weight(named)
    # Some 20 letters and five objects each; 5,000 figures would empty the store.
    assert 5000 * 20 < weight < 5000 * 1000
    assert weight < cached.KEPT_BYTES / 50
    assert 5000 * cached.FIGURE_BYTES > cached.KEPT_BYTES / 2


@pytest.mark.parametrize("kind", [bytes, lambda count: "a" * count], ids=["bytes", "text"])
def test_bytes_and_texts_weigh_as_much_as_they_are_long(kind: Callable[[int], bytes | str]):
    empty = cached._weight(kind(0))
    assert 0 < empty < 200
    assert cached._weight(kind(1_000_000)) == 1_000_000 + empty
    assert cached._weight({"map": (kind(1_000_000), kind(2_000_000))}) > 3_000_000
    assert cached._weight([kind(1_000_000)]) > 1_000_000


def test_tables_within_anything_are_weighed():
    @dataclass(frozen=True)
    class Holder:
        numbers: np.ndarray
        frame: pd.DataFrame

    holder = Holder(np.zeros((1000, 100)), pd.DataFrame({"value": np.zeros(100_000)}))
    assert 1_600_000 <= cached._weight(holder) < 1_700_000
    assert cached._weight({"of": (holder,)}) >= cached._weight(holder)


@pytest.mark.parametrize("make", [pd.DataFrame, lambda: pd.Series(index=pd.Index([])), lambda: np.array([])])
def test_table_without_rows_is_kept_and_given_again(make: Callable[[], object]):
    # A county that reports problems alone: no village has a main industry.
    store = cached._Store()
    first = store.get("main industries", make)
    assert store.get("main industries", make) is first


def test_figure_is_taken_to_weigh_as_much_as_figures_do():
    assert cached._weight(plotly.graph_objects.Figure()) == cached.FIGURE_BYTES


def test_bytes_beyond_the_bound_push_the_oldest_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cached, "KEPT_BYTES", 10_000)
    store, again = cached._Store(), []
    for name in ("first", "second"):
        store.get(name, lambda: b"x" * 6_000)
    store.get("second", lambda: again.append("second"))
    store.get("first", lambda: again.append("first"))
    assert again == ["first"]


def test_who_asks_to_be_told_is_told_of_every_version_once(full: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(cached, "_when_opened", [])
    cached.when_opened(lambda data: told.append(data.version))
    first = cached.current().version
    cached.current()
    assert told == [first]
    publish_tables(full, county.only_places())
    second = cached.current().version
    assert told == [first, second]


def test_what_took_long_stays_when_large_things_come_and_go(monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(1000))  # every look at the clock is a second later than the one before
    store, again = cached._Store(), []
    monkeypatch.setattr(cached, "KEPT_BYTES", 10_000)
    monkeypatch.setattr(cached, "perf_counter", lambda: next(clock))
    store.get("answer", lambda: "small")
    for at in range(5):
        store.get(f"table {at}", lambda: b"x" * 8_000)
    store.get("answer", lambda: again.append("answer"))
    assert again == []


def test_what_nobody_asks_for_goes_in_the_end(monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(10_000))
    store, again = cached._Store(), []
    monkeypatch.setattr(cached, "KEPT_BYTES", 10_000)
    monkeypatch.setattr(cached, "perf_counter", lambda: next(clock))
    # A second for 800 bytes against a second for 4,000: worth five of them, and not more.
    store.get("answer", lambda: b"x" * 740)
    for at in range(20):
        store.get(f"table {at}", lambda: b"x" * 3_940)
    store.get("answer", lambda: again.append("answer"))
    assert again == ["answer"]
