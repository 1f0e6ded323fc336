"""The audit log: complete whoever writes, bounded, and without a word of who somebody is."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from records import audit

ROOT = Path(__file__).resolve().parents[2]


def test_a_line_says_when_what_and_by_whom(tmp_path: Path):
    audit.note(tmp_path, "export", "abc", "township", what="清单\n", rows=3, page=None)
    (line,) = (tmp_path / audit.FILE).read_text(encoding="utf-8").splitlines()
    found = json.loads(line)
    assert datetime.fromisoformat(found.pop("at")).tzinfo is not None
    assert found == {"event": "export", "who": "abc", "kind": "township", "what": "清单\n", "rows": 3}


@pytest.mark.parametrize("facts", [{"name": "张三"}, {"account": "zhang"}, {"ip": "10.0.0.7"}])
def test_facts_that_could_name_somebody_are_refused(tmp_path: Path, facts: dict[str, str]):
    with pytest.raises(ValueError, match="not for the audit log"):
        audit.note(tmp_path, "sign_in", "abc", "county", **facts)
    assert not (tmp_path / audit.FILE).exists()


def test_a_pseudonym_is_the_same_here_and_another_elsewhere(tmp_path: Path):
    here, elsewhere = tmp_path / "a", tmp_path / "b"
    assert audit.pseudonym(here, "zhang") == audit.pseudonym(here, "zhang")
    assert (
        len(
            {audit.pseudonym(here, "zhang"), audit.pseudonym(here, "li"), audit.pseudonym(elsewhere, "zhang")}
        )
        == 3
    )
    audit._keys.clear()
    again = audit.pseudonym(here, "zhang")
    audit._keys.clear()
    assert again == audit.pseudonym(here, "zhang"), "the key is kept on disk"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are of POSIX")
def test_only_the_server_reads_log_and_key(tmp_path: Path):
    audit.note(tmp_path, "sign_in", audit.pseudonym(tmp_path, "zhang"), "county")
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        audit.FILE: 0o600,
        audit.KEY: 0o600,
        audit.LOCK: 0o600,
    }


def test_full_files_are_numbered_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "FULL", 300)
    monkeypatch.setattr(audit, "FILES", 3)
    for number in range(40):
        audit.note(tmp_path, "export", "abc", "county", rows=number)
    kept = [entry["rows"] for entry in audit.entries(tmp_path)]
    assert kept == list(range(kept[0], 40))
    assert 6 <= len(kept) < 20
    files = sorted(path.name for path in tmp_path.glob("audit.jsonl*"))
    assert files == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]
    assert all(path.stat().st_size < 450 for path in tmp_path.glob("audit.jsonl*"))


def test_no_line_is_lost_or_torn_when_processes_write_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # Files turn while others write: without the lock lines of one writer would vanish with a file of another.
    program = (
        "import sys; from pathlib import Path; from records import audit; audit.FULL, audit.FILES = 800, 150\n"
        "for n in range(150): audit.note(Path(sys.argv[1]), 'export', sys.argv[2], 'county', rows=n)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), who], cwd=ROOT)
        for who in ("a", "b", "c")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    monkeypatch.setattr(audit, "FILES", 150)
    found = list(audit.entries(tmp_path))
    for who in ("a", "b", "c"):
        assert [entry["rows"] for entry in found if entry["who"] == who] == list(range(150))


def test_threads_make_one_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: audit.pseudonym(tmp_path, "zhang"), range(16)))) == 1


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "logs").write_text("a file where the folder should be")
    audit.note(tmp_path / "logs", "sign_in", "abc", "county")
    assert "cannot be written" in caplog.text


def test_a_half_written_line_hides_no_other(tmp_path: Path):
    audit.note(tmp_path, "sign_in", "a", "county")
    with (tmp_path / audit.FILE).open("a", encoding="utf-8") as log:
        log.write('{"at": "2026-\n')
    audit.note(tmp_path, "sign_out", "a", "county")
    assert [entry["event"] for entry in audit.entries(tmp_path)] == ["sign_in", "sign_out"]
