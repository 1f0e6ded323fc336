"""The file of the records: whole or unchanged, shared by processes, and never opened by a program that does not know it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faults import DataProblem
from records import agendas, database
from records.database import FILE, reading, writing
from settings.meeting import Agenda, AgendaItem

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)


def agenda(name: str) -> Agenda:
    return Agenda(name=name, items=(AgendaItem(page="overview"),))


def test_a_new_folder_is_made_with_an_empty_file(tmp_path: Path):
    assert agendas.agendas(tmp_path / "not" / "yet") == {}


def test_what_fails_half_way_leaves_nothing(tmp_path: Path):
    with pytest.raises(RuntimeError), writing(tmp_path) as records:
        records.execute("INSERT INTO agendas VALUES ('会', '{}', '')")
        raise RuntimeError
    assert agendas.agendas(tmp_path) == {}


def test_a_reader_sees_one_moment(tmp_path: Path):
    agendas.save_agenda(tmp_path, agenda("一"), NOW, None)
    count = "SELECT count(*) FROM agendas"
    with reading(tmp_path) as records:
        before = records.execute(count).fetchone()[0]
        agendas.save_agenda(tmp_path, agenda("二"), NOW, None)
        assert records.execute(count).fetchone()[0] == before == 1
    assert len(agendas.agendas(tmp_path)) == 2


def test_many_write_at_once_and_nothing_is_lost(tmp_path: Path):
    names = [f"会{n}" for n in range(40)]
    with ThreadPoolExecutor(16) as hall:  # the first sixteen also want to make the file
        list(hall.map(lambda name: agendas.save_agenda(tmp_path, agenda(name), NOW, None), names))
    assert sorted(agendas.agendas(tmp_path)) == sorted(names)


def test_processes_share_the_file(tmp_path: Path):
    write = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from records.agendas import save_agenda
from settings.meeting import Agenda, AgendaItem
for n in range(10):
    made = Agenda(name=f"{sys.argv[2]}-{n}", items=(AgendaItem(page="map"),))
    save_agenda(Path(sys.argv[1]), made, datetime.now(UTC), None)
"""
    running = [
        subprocess.Popen([sys.executable, "-c", write, str(tmp_path), str(each)], cwd=ROOT)
        for each in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len(agendas.agendas(tmp_path)) == 30


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path):
    agendas.save_agenda(tmp_path, agenda("会"), NOW, None)
    with sqlite3.connect(tmp_path / FILE) as newer:
        newer.execute(f"PRAGMA user_version = {len(database.STEPS) + 1}")
    with pytest.raises(DataProblem, match="新版程序"):
        agendas.agendas(tmp_path)


def test_a_file_of_an_older_program_takes_the_steps_that_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    agendas.save_agenda(tmp_path, agenda("会"), NOW, None)
    more = "CREATE TABLE minutes (line TEXT) STRICT; CREATE INDEX by_line ON minutes (line)"
    monkeypatch.setattr(database, "STEPS", (*database.STEPS, more))
    with writing(tmp_path) as records:
        records.execute("INSERT INTO minutes VALUES ('散会')")
    assert list(agendas.agendas(tmp_path)) == ["会"]


def test_a_step_that_fails_is_not_half_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    agendas.save_agenda(tmp_path, agenda("会"), NOW, None)
    steps = database.STEPS
    monkeypatch.setattr(database, "STEPS", (*steps, "CREATE TABLE minutes (line TEXT); CREATE NONSENSE"))
    with pytest.raises(DataProblem):
        agendas.agendas(tmp_path)
    monkeypatch.setattr(database, "STEPS", steps)
    assert list(agendas.agendas(tmp_path)) == ["会"]


def test_a_damaged_file_is_told_in_words(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(DataProblem, match="会议记录读写不了"):
        agendas.agendas(tmp_path)


def test_every_commit_is_on_disk_before_anybody_is_thanked(tmp_path: Path):
    with reading(tmp_path) as records:
        assert records.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert records.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
