"""The store: once per version, whoever asks; old versions forgotten; never beyond its bounds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pandas as pd
import pytest

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
