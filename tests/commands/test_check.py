"""What is damaged is named, what is whole is said to be, and nothing is changed by looking."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from commands import check
from data_loaders import store
from records import database
from tests.pages import county
from tests.pages.conftest import full, prepared, publish_tables, published
from tests.records.test_schema import written_at

__all__ = ["full", "prepared", "published"]  # fixtures


def looked(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = check.main(["--config", str(config)])
    return code, capsys.readouterr().out.replace("\n", "")


@pytest.fixture
def config(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check, "LOW_DISK_MB", 0)
    return tmp_path / "config.toml"


def test_a_whole_county_is_well_and_unchanged(config: Path, full: Path, capsys: pytest.CaptureFixture[str]):
    before = {path: path.read_bytes() for path in config.parent.rglob("*") if path.is_file()}
    code, said = looked(config, capsys)
    assert code == check.WELL
    assert f"{store.current_version(full)}(现在显示):完好" in said
    assert {path: path.read_bytes() for path in config.parent.rglob("*") if path.is_file()} == before


def test_what_is_damaged_or_gone_is_named(config: Path, full: Path, capsys: pytest.CaptureFixture[str]):
    old = store.current_version(full)
    store.pin(full, old)
    gone = "20260101-0123456789abcdef"
    (full / "pinned" / gone).touch()
    tables = county.full()
    tables["places"].loc[1, "name"] = "新镇"
    newest = publish_tables(full, tables)
    (full / "versions" / newest / "problems.parquet").write_bytes(b"spoilt")
    code, said = looked(config, capsys)
    assert code == check.NOT_WELL
    assert f"要处理 数据版本 {newest}(现在显示):" in said and "problems.parquet 与清单不符" in said
    assert f"要处理 数据版本 {gone}(会议快照要用):" in said
    assert f"数据版本 {old}(会议快照要用):完好" in said


def test_records_of_an_older_program_are_not_stepped_up_by_looking(
    config: Path, capsys: pytest.CaptureFixture[str]
):
    records = config.parent / "data" / "records"
    written_at(records, 1)
    code, said = looked(config, capsys)
    assert code == check.WELL and "第1步,下次打开时自动升级" in said
    with sqlite3.connect(records / database.FILE) as found:
        assert found.execute("PRAGMA user_version").fetchone()[0] == 1
        found.execute("PRAGMA user_version = 99")
    assert "新版程序写的" in looked(config, capsys)[1]
    for part in records.iterdir():
        part.unlink()
    (records / database.FILE).write_bytes(b"spoilt" * 999)
    code, said = looked(config, capsys)
    assert code == check.NOT_WELL and "会议记录已损坏" in said


def test_data_that_a_newer_program_prepared_is_named(
    config: Path, full: Path, capsys: pytest.CaptureFixture[str]
):
    path = full / "versions" / store.current_version(full) / "manifest.json"
    path.write_text(
        json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"spec_version": 9}), encoding="utf-8"
    )
    code, said = looked(config, capsys)
    assert code == check.NOT_WELL and "新版程序准备的" in said


def test_nothing_published_and_a_disk_that_is_almost_full(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert looked(tmp_path / "config.toml", capsys)[0] == check.NOT_WELL
    prepared.mkdir()
    monkeypatch.setattr(check, "LOW_DISK_MB", 10**9)
    assert "请清理磁盘" in looked(tmp_path / "config.toml", capsys)[1]
