"""Data sets of older specs open through every step; newer ones are refused with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_loaders import contract, publish, store, upgrades
from data_loaders.contract import ADDED, SPEC_VERSION, TABLES
from data_loaders.upgrades import STEPS, Step
from faults import DataProblem
from tests.pages import county
from tests.pages.conftest import prepared, publish_tables

__all__ = ["prepared"]  # the fixture


def without_later_columns() -> tuple[dict[str, dict[str, str]], dict[str, pd.DataFrame]]:
    """The contract and the county's tables as they were before the columns of ADDED."""
    columns = {
        name: {column: kind for column, kind in each.items() if column not in ADDED.get(name, ())}
        for name, each in TABLES.items()
    }
    return columns, {
        name: table.reindex(columns=list(columns[name])) for name, table in county.full().items()
    }


def rewritten(prepared: Path, version: str, **changes: Any) -> None:
    path = prepared / "versions" / version / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(raw | changes, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def of_spec_0(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A version as the first contract had it: no later columns, layers that name no townships."""
    columns, tables = without_later_columns()
    with monkeypatch.context() as earlier:
        earlier.setattr(publish, "TABLES", columns)
        earlier.setattr(publish, "SPEC_VERSION", 0)
        version = publish_tables(prepared, tables)
    layer = {"level": "village", "file": "map/village.ab.geojson", "features": 3, "bounds": [1, 2, 3, 4]}
    rewritten(prepared, version, layers=[layer])
    return prepared, version


def test_there_is_a_step_from_every_spec_to_the_next():
    """Whoever raises SPEC_VERSION says how older versions are read: snapshots of past meetings are such versions."""
    assert list(STEPS) == list(range(SPEC_VERSION))


def test_the_first_spec_opens_with_what_it_had_and_the_rest_missing(of_spec_0: tuple[Path, str]):
    data = store.open_version(*of_spec_0)
    assert data.manifest.spec_version == 0
    now = county.full()
    for name, columns in TABLES.items():
        table = data.tables[name]
        assert list(table.columns) == list(columns)
        assert len(table) == len(now[name])
        for column in columns:
            if column in ADDED.get(name, ()):
                assert table[column].isna().all(), column
            else:
                pd.testing.assert_series_equal(table[column], contract.conform(name, now[name])[column])
    assert [layer.townships for layer in data.manifest.layers] == [()]


def test_reading_an_old_version_writes_nothing(of_spec_0: tuple[Path, str]):
    folder, version = of_spec_0
    files = sorted((folder / "versions" / version).rglob("*"))
    before = [path.read_bytes() for path in files if path.is_file()]
    store.open_version(folder, version)
    assert [path.read_bytes() for path in files if path.is_file()] == before


def test_steps_are_taken_in_order_and_none_is_left_out(
    of_spec_0: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
):
    """Two imagined specs: 2 renames the county in manifest and config, 3 says the name of a place twice over."""

    def named(raw: dict[str, Any]) -> dict[str, Any]:
        raw["county"]["name"] += "(第2版)"
        return raw

    def places(tables: dict[str, pd.DataFrame], more: str) -> dict[str, pd.DataFrame]:
        return tables | {"places": tables["places"].assign(name=tables["places"]["name"] + more)}

    more = {
        1: Step(manifest=named, config=named, tables=lambda tables: places(tables, "·2")),
        2: Step(tables=lambda tables: places(tables, "·3")),
    }
    monkeypatch.setattr(upgrades, "STEPS", {**STEPS, **more})
    monkeypatch.setattr(upgrades, "SPEC_VERSION", 3)
    monkeypatch.setattr(store, "SPEC_VERSION", 3)
    data = store.open_version(*of_spec_0)
    assert data.manifest.county["name"] == data.settings.county.name == "小河县(第2版)"
    assert data.places["name"].iloc[0] == "小河县·2·3"


def test_a_spec_that_no_step_leads_from_is_refused_in_words(prepared: Path):
    version = publish_tables(prepared, county.full())
    rewritten(prepared, version, spec_version=-1)
    with pytest.raises(DataProblem, match=r"第-1版格式准备的,太旧.*prepare\.py"):
        store.open_version(prepared, version)


def test_data_of_a_newer_program_is_refused_with_both_ways_out(prepared: Path):
    version = publish_tables(prepared, county.full())
    rewritten(prepared, version, spec_version=SPEC_VERSION + 1)
    with pytest.raises(store.NewerData, match=r"新版程序准备的.*更新回新版.*prepare\.py"):
        store.open_version(prepared, version)


def test_a_table_that_a_step_does_not_make_is_told_in_words(
    of_spec_0: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
):
    def without_problems(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        return {name: table for name, table in tables.items() if name != "problems"}

    monkeypatch.setattr(upgrades, "STEPS", {0: Step(manifest=STEPS[0].manifest, tables=without_problems)})
    with pytest.raises(DataProblem, match="problems 表缺"):
        store.open_version(*of_spec_0)


@pytest.mark.parametrize("spec", [None, "1", [], {}])
def test_a_manifest_whose_spec_is_no_number_is_damaged(prepared: Path, spec: object):
    version = publish_tables(prepared, county.full())
    rewritten(prepared, version, spec_version=spec)
    with pytest.raises(DataProblem, match="清单缺了内容"):
        store.open_version(prepared, version)
