"""Connections are kept for the next use, and only as long as they lead to the file that is there."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from faults import DataProblem
from records import database
from records.database import IDLE, reading, writing

NAMES = "SELECT name FROM agendas ORDER BY name"


def add(folder: Path, name: str) -> None:
    with writing(folder) as records:
        records.execute("INSERT INTO agendas VALUES (?, '{}', '')", (name,))


def names(folder: Path) -> list[str]:
    with reading(folder) as records:
        return [row["name"] for row in records.execute(NAMES)]


def test_the_next_use_gets_the_same_connection(tmp_path: Path):
    with reading(tmp_path) as first:
        pass
    with writing(tmp_path) as second:
        assert second is first
        with reading(tmp_path) as other:  # within the other's use it is another one
            assert other is not first


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path):
    add(tmp_path / "a", "甲")
    add(tmp_path / "b", "乙")
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "b").rename(tmp_path / "a")
    assert names(tmp_path / "a") == ["乙"]


def test_a_file_that_was_there_is_not_made_anew_beside_it(tmp_path: Path):
    """The disk is not mounted: what is written into an empty folder now would be lost to view when it is back."""
    add(tmp_path / "a", "甲")
    (tmp_path / "a").rename(tmp_path / "away")
    for use in (lambda: add(tmp_path / "a", "乙"), lambda: names(tmp_path / "a")):
        with pytest.raises(DataProblem, match="没有保存"):
            use()
    assert not (tmp_path / "a").exists()
    (tmp_path / "away").rename(tmp_path / "a")
    assert names(tmp_path / "a") == ["甲"]


def test_a_use_that_failed_leaves_nothing_to_the_next(tmp_path: Path):
    add(tmp_path, "甲")
    for failure in (RuntimeError, sqlite3.IntegrityError):
        with pytest.raises((RuntimeError, DataProblem)), writing(tmp_path) as records:
            records.execute("INSERT INTO agendas VALUES ('乙', '{}', '')")
            raise failure
        assert names(tmp_path) == ["甲"]
        add(tmp_path, failure.__name__)
        with writing(tmp_path) as records:
            records.execute("DELETE FROM agendas WHERE name = ?", (failure.__name__,))


def test_no_more_are_kept_than_said(tmp_path: Path):
    for at in range(IDLE + 3):
        add(tmp_path / str(at), "甲")
    assert len(database._idle) <= IDLE


def test_a_file_that_can_be_written_again_is_written_after_one_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    add(tmp_path, "甲")
    database._close_idle()

    def refusing(path: Path) -> sqlite3.Connection:
        found = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        found.row_factory = sqlite3.Row
        return found

    with monkeypatch.context() as only_read:
        only_read.setattr(database, "_connected", refusing)
        with reading(tmp_path), reading(tmp_path), reading(tmp_path):  # three are kept
            pass
    with pytest.raises(DataProblem):
        add(tmp_path, "乙")
    add(tmp_path, "丙")
    assert names(tmp_path) == ["丙", "甲"]
