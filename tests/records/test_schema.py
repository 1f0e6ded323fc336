"""The file's steps: whatever program wrote it, its rows are there afterwards; and there is a way back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from faults import DataProblem
from records import database
from records.database import FILE, STEPS, copy_of, earlier_copy, reading, writing

# A row for every table, by the step that made the table; columns by name, so that later steps may add some.
ROWS: dict[int, tuple[str, ...]] = {
    1: (
        "INSERT INTO agendas (name, agenda, changed_at) VALUES ('会', '{}', '2026-11-15')",
        "INSERT INTO snapshots (id, name, version, as_of, made_at) VALUES ('ab', '照', 'v', '2026-11-15', '2026')",
    ),
    2: (
        "INSERT INTO rounds (id, route, name, rules, made_at) VALUES ('r', '线', '轮', '{}', '2026')",
        "INSERT INTO round_stops (round, stop, position, title, place) VALUES ('r', 's', 1, '站', '村')",
        "INSERT INTO codes (code, round, number) VALUES ('ACDEFHJK', 'r', 1)",
        "INSERT INTO scores (code, round, stop, title, points, scored_at) "
        "VALUES ('ACDEFHJK', 'r', 's', '站', '[9]', '2026')",
        "INSERT INTO round_steps (round, done_at, step) VALUES ('r', '2026', 'open')",
    ),
    3: (
        "INSERT INTO sign_outs (who, issued) VALUES ('p', 1)",
        "INSERT INTO sign_ins (who, issued, state) VALUES ('p', 2, 'in')",
    ),
}
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def written_at(folder: Path, step: int) -> dict[str, int]:
    """A file as the program of that step left it, with a row in every table it knew."""
    folder.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(folder / FILE) as made:
        made.execute("PRAGMA journal_mode = WAL")
        for at in range(1, step + 1):
            made.executescript(STEPS[at - 1])
            for row in ROWS.get(at, ()):
                made.execute(row)
        made.execute(f"PRAGMA user_version = {step}")
        return counted(made)


def counted(records: sqlite3.Connection) -> dict[str, int]:
    tables = [row[0] for row in records.execute(TABLES)]
    return {name: records.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def test_there_is_a_row_of_every_table(tmp_path: Path):
    """Whoever adds a step adds its rows above: else nothing is known of how they fare."""
    assert all(written_at(tmp_path, len(STEPS)).values())


@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
def test_a_file_of_every_earlier_program_opens_with_all_its_rows(tmp_path: Path, step: int):
    before = written_at(tmp_path, step)
    with reading(tmp_path) as records:
        after = counted(records)
        assert records.execute("PRAGMA user_version").fetchone()[0] == len(STEPS)
        assert not records.execute("PRAGMA foreign_key_check").fetchall()
        assert records.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert {name: after[name] for name in before} == before
    with writing(tmp_path) as records:
        records.execute("INSERT INTO agendas VALUES ('新', '{}', '')")


@pytest.mark.parametrize("step", range(1, len(STEPS)))
def test_an_older_program_finds_the_file_as_it_was_and_is_told_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    before = written_at(tmp_path, step)
    with writing(tmp_path) as records:  # the newer program
        records.execute("INSERT INTO agendas VALUES ('新', '{}', '')")
    monkeypatch.setattr(database, "STEPS", STEPS[:step])  # and back to the older one
    database._close_idle()
    kept = earlier_copy(tmp_path / FILE, step)
    with pytest.raises(DataProblem, match=f"(?s)更新程序.*{kept.name}.*改名为 {FILE}"), reading(tmp_path):
        pass
    for part in tmp_path.glob(f"{FILE}*"):
        part.unlink()
    kept.rename(tmp_path / FILE)
    with reading(tmp_path) as records:
        assert counted(records) == before


def test_a_new_file_leaves_no_copy(tmp_path: Path):
    with reading(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir() if "step" in path.name] == []


def test_without_a_copy_the_way_back_is_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written_at(tmp_path, len(STEPS))
    monkeypatch.setattr(database, "STEPS", STEPS[:1])
    with pytest.raises(DataProblem, match="恢复更新前的备份"), reading(tmp_path):
        pass


def test_a_copy_is_one_moment_and_one_file(tmp_path: Path):
    written_at(tmp_path, len(STEPS))
    with writing(tmp_path) as records:
        records.execute("INSERT INTO agendas VALUES ('未定', '{}', '')")
        copy_of(tmp_path / FILE, tmp_path / "copy.sqlite3")
    assert not list(tmp_path.glob("copy.sqlite3-*"))
    with sqlite3.connect(tmp_path / "copy.sqlite3") as copy:
        assert [row[0] for row in copy.execute("SELECT name FROM agendas")] == ["会"]
