"""The enterprise ledger's column of last year's jobs: read where it is, missing where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_loaders import publish, store
from data_loaders.pipeline import prepare
from settings import read_settings
from tests.pages import county as pages_county
from tests.pages.conftest import prepared, publish_tables
from tests.small_county import CONFIG, write_county, write_sheets

__all__ = ["prepared"]

HEADER: list[object] = ["乡镇", "村", "名称", "产业", "用工", "其中脱贫户", "带动户数"]
ROWS: list[list[object]] = [
    ["东山镇", "河湾村", "青茶合作社", "茶叶", 12, 5, 40],
    ["东山镇", "石桥村", "新办茶厂", "茶叶", 3, 1, 0],
]
FIELD = 'households_carried = "带动户数",'
WITH = CONFIG.replace(FIELD, f'{FIELD} jobs_last_year = "上年用工人数",').replace(
    'optional_fields = ["lon", "lat"]', 'optional_fields = ["jobs_last_year", "lon", "lat"]'
)
assert WITH.count("jobs_last_year") == 2


def read(folder: Path, rows: Sequence[Sequence[object]]):
    """The small county with this ledger of enterprises, prepared."""
    config = write_county(folder, WITH)
    write_sheets(folder / "raw" / "主体.xlsx", {"主体": rows})
    return prepare(read_settings(config), folder / "raw", date(2026, 3, 31))


def test_last_year_is_read_and_a_blank_stays_missing(tmp_path: Path):
    rows = [[*HEADER, "上年用工人数"], [*ROWS[0], 15], [*ROWS[1], ""]]
    found = read(tmp_path, rows).tables["enterprises"]
    assert found["jobs_last_year"].tolist()[0] == 15
    assert found["jobs_last_year"].isna().tolist() == [False, True]
    assert found["households_carried"].tolist() == [40, 0]  # reported zero is no blank


def test_a_ledger_without_the_column_is_read_all_the_same(tmp_path: Path):
    found = read(tmp_path, [HEADER, *ROWS])
    assert found.log.faults == []
    table = found.tables["enterprises"]
    assert table["jobs"].tolist() == [12, 3]
    assert table["jobs_last_year"].isna().all()


def test_half_a_person_last_year_is_a_fault(tmp_path: Path):
    rows = [[*HEADER, "上年用工人数"], [*ROWS[0], 15.5]]
    found = read(tmp_path, rows)
    (fault,) = found.log.faults
    assert (fault.kind, fault.cell) == ("out_of_range", "H2")
    assert "上年用工人数" in fault.message


def test_version_from_before_the_column_opens_without_last_year(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
):
    old = {name: dict(columns) for name, columns in publish.TABLES.items()}
    del old["enterprises"]["jobs_last_year"]
    with monkeypatch.context() as earlier:
        earlier.setattr(publish, "TABLES", old)
        tables = pages_county.full()
        tables["enterprises"] = pd.DataFrame(tables["enterprises"].drop(columns="jobs_last_year"))
        version = publish_tables(prepared, tables)
    enterprises = store.open_version(prepared, version).enterprises
    assert len(enterprises) == 4
    assert enterprises["jobs_last_year"].isna().all()
    assert str(enterprises["jobs_last_year"].dtype) == "Int64"
