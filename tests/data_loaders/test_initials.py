"""Pinyin initials of names: every reading, within bounds, whatever the name is; old versions do without."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from data_loaders import store
from data_loaders.initials import READINGS, initials
from faults import DataProblem
from tests.pages import county
from tests.pages.conftest import prepared, publish_tables

__all__ = ["prepared"]  # the fixture


def test_likeliest_reading_first_others_after_it():
    assert initials("桃花村").split("|")[0] == "thc"
    assert initials("重阳店村").split("|")[:2] == ["cydc", "zydc"]
    assert {"cldc", "zldc"} <= set(initials("长乐店村").split("|"))


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "\U00020bb7村", "", "A 3区", "嗯村", "重长乐单行曾朝盛" * 3]
)
def test_only_letters_and_a_few_readings(name: str):
    said = initials(name)
    assert re.fullmatch(r"[a-z0-9|]*", said)
    assert len(said.split("|")) <= READINGS


def test_version_from_before_the_column_opens_without_initials(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
):
    from data_loaders import publish

    old = {name: dict(columns) for name, columns in publish.TABLES.items()}
    del old["places"]["initials"]
    with monkeypatch.context() as earlier:
        earlier.setattr(publish, "TABLES", old)
        tables = county.full()
        tables["places"] = pd.DataFrame(tables["places"].drop(columns="initials"))
        version = publish_tables(prepared, tables)
    places = store.open_version(prepared, version).places
    assert len(places) == len(county.places())
    assert places["initials"].isna().all()
    assert str(places["initials"].dtype) == "str"


def test_any_other_missing_column_is_refused(prepared: Path, monkeypatch: pytest.MonkeyPatch):
    from data_loaders import publish

    old = {name: dict(columns) for name, columns in publish.TABLES.items()}
    del old["places"]["lon"]
    with monkeypatch.context() as earlier:
        earlier.setattr(publish, "TABLES", old)
        version = publish_tables(prepared, county.full() | {"places": county.places().drop(columns="lon")})
    with pytest.raises(DataProblem):
        store.open_version(prepared, version)
