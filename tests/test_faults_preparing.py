"""prepare.py when the disk is full, the clock jumps, it is killed, or somebody else is at it: nothing half-done, and it says so."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

import prepare
from data_loaders import folder, lock
from data_loaders.folder import published_order
from data_loaders.publish import KEEP
from data_loaders.store import current_version, earlier_versions, open_version
from faults import DataProblem
from tests.conftest import ROOT
from tests.pages import county as tables
from tests.pages.conftest import prepared, publish_tables
from tests.small_county import TEA_ROWS, tea_sheet, write_county, write_sheets

__all__ = ["prepared"]  # the fixture

UNIX = pytest.mark.skipif(os.name == "nt", reason="只在类 Unix 系统上有")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return write_county(tmp_path)


def out_of(config: Path) -> Path:
    return config.parent / "out"


def run(config: Path) -> int:
    return prepare.main(["--config", str(config)])


def change_area(config: Path, value: float) -> None:
    rows = [list(row) for row in TEA_ROWS]
    rows[0][2] = value
    write_sheets(config.parent / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))


def left_over(out: Path) -> list[str]:
    """Whatever stands in the data folder that no reader knows."""
    known = {"CURRENT", "PUBLISHED", "faults.xlsx", "versions", "cache", "pinned", lock.LOCK}
    found = [path.name for path in out.iterdir() if path.name not in known]
    found += [path.name for path in (out / "versions").iterdir() if path.name.startswith(".")]
    return found + [path.name for path in (out / "cache").rglob("*.part")]


# ── a disk that is full ──────────────────────────────────────────────────────────────────────
@contextmanager
def full_at(write: int) -> Iterator[list[int]]:
    """The n-th thing that is written finds the disk full; so does everything after it."""
    real, seen = os.fsync, [0]

    def fsync(descriptor: int) -> None:
        seen[0] += 1
        if seen[0] >= write:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield seen


def test_a_disk_that_fills_up_at_any_write_leaves_the_old_version_alone(
    county: Path, capsys: pytest.CaptureFixture[str]
):
    run(county)
    out = out_of(county)
    old, there = current_version(out), sorted(path.name for path in (out / "versions").iterdir())
    change_area(county, 120)
    codes: list[int] = []
    for write in (1, 2, 3, 5, 13, 15, *range(17, 60)):  # between them tables, all written alike
        capsys.readouterr()
        with full_at(write):
            codes.append(run(county))
        said = capsys.readouterr().out.replace("\n", "")
        if codes[-1] == prepare.DONE:
            break
        assert "磁盘写满了" in said and "没有发布,原来的版本没有动" in said, (write, said)
        assert current_version(out) == old
        assert open_version(out, old).version == old
        assert sorted(path.name for path in (out / "versions").iterdir()) == there, write
        assert left_over(out) == [], write
    # What fails last is the memory that spares the next run its work: the version is published without it.
    assert codes[-1] == prepare.DONE and codes.count(prepare.NOTHING_PUBLISHED) == len(codes) - 1 >= 8
    assert current_version(out) != old


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
import prepare
sys.exit(prepare.main(["--config", sys.argv[1]]))
"""


@UNIX
@pytest.mark.parametrize("most", [40, 9000])  # bytes: less than the lock's note; less than a table
def test_a_file_that_does_not_fit_is_told_in_words(county: Path, most: int):
    """The real thing: the system refuses the bytes, also those that the Parquet library writes."""
    run(county)
    old = current_version(out_of(county))
    change_area(county, 120)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(county), str(most)],
        cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == prepare.NOTHING_PUBLISHED
    assert "磁盘写满了" in done.stdout and "Traceback" not in done.stdout + done.stderr
    assert current_version(out_of(county)) == old
    assert left_over(out_of(county)) == []


def test_what_is_no_fault_of_the_disk_crashes_loudly():
    with pytest.raises(OSError, match="ours"), folder.told_in_words("没有发布"):
        raise OSError(errno.EINVAL, "ours")


def test_a_data_folder_that_cannot_be_made_is_told_in_words(county: Path, capsys: pytest.CaptureFixture[str]):
    out_of(county).write_text("a file where the folder should be")
    assert run(county) == prepare.NOTHING_PUBLISHED
    assert "没有完成" in capsys.readouterr().out


# ── a version that a disk has spoilt ─────────────────────────────────────────────────────────
def test_to_prepare_again_mends_a_damaged_version(county: Path):
    """Nothing has changed in the raw folder: the same version under the same name, and whole."""
    run(county)
    out = out_of(county)
    version = current_version(out)
    for spoilt in ("observations.parquet", "manifest.json"):
        (out / "versions" / version / spoilt).write_bytes(b"spoilt")
        with pytest.raises(DataProblem):
            open_version(out, version)
        assert run(county) == prepare.DONE
        assert open_version(out, current_version(out)).version == version
        assert left_over(out) == []


# ── two at once ──────────────────────────────────────────────────────────────────────────────
HOLDING = """
import sys, time
from pathlib import Path
from data_loaders.lock import preparing
with preparing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(out: Path) -> Iterator[subprocess.Popen[str]]:
    """The lock, held by another process."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(out)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        yield other
    finally:
        other.kill()
        other.wait()


def test_who_comes_second_is_told_who_is_at_it_and_does_nothing(
    county: Path, capsys: pytest.CaptureFixture[str]
):
    run(county)
    old = current_version(out_of(county))
    change_area(county, 120)
    with held(out_of(county)) as other:
        assert run(county) == prepare.NOTHING_PUBLISHED
        said = capsys.readouterr().out.replace("\n", "")
        assert f"进程号 {other.pid}" in said and "开始" in said and "没有运行" in said
        assert current_version(out_of(county)) == old
        other.kill()  # SIGKILL: it has no time to give anything back
        other.wait()
        assert run(county) == prepare.DONE
    assert current_version(out_of(county)) != old
    assert left_over(out_of(county)) == []


@UNIX
def test_two_real_runs_at_once_publish_whole_versions(county: Path):
    """Started together, each on the same folder: each publishes or says that the other is at it."""
    command = [sys.executable, "prepare.py", "--config", str(county)]
    both = [
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"}, stdout=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(2)
    ]
    told = [process.communicate()[0] for process in both]
    codes = [process.returncode for process in both]
    assert prepare.DONE in codes
    for code, said in zip(codes, told, strict=True):
        assert code == prepare.DONE or "另一个程序正在准备" in said
    out = out_of(county)
    assert open_version(out, current_version(out)).version == current_version(out)
    assert left_over(out) == []


@UNIX
def test_what_a_killed_run_left_is_swept_by_the_next_at_once(county: Path):
    out = out_of(county)
    with held(out) as other:
        (out / "versions" / ".writing-ab").mkdir(parents=True)
        (out / ".CURRENT-ab").write_text("")
        (out / "cache" / "files").mkdir(parents=True)
        (out / "cache" / "files" / "ab.part").write_text("")
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert run(county) == prepare.DONE
    assert left_over(out) == []


# ── clocks ───────────────────────────────────────────────────────────────────────────────────
def publish_marked(out: Path, mark: int) -> str:
    found = tables.full()
    found["places"].loc[1, "name"] = f"第{mark}镇"
    return publish_tables(out, found)


def test_a_clock_that_jumps_back_sweeps_nothing_that_was_just_published(prepared: Path):
    """Six versions, the last three of them a day "before" the others: the last five stay, in their order."""
    day, now, made = 86_400, time.time(), []
    for mark in range(KEEP + 1):
        made.append(publish_marked(prepared, mark))
        at = now - day if mark >= 3 else now
        os.utime(prepared / "versions" / made[-1], (at, at))
    assert {path.name for path in (prepared / "versions").iterdir()} == set(made[1:])
    assert published_order(prepared)[-KEEP:] == made[1:]
    assert earlier_versions(prepared, made[-1]) == made[-2:0:-1]


def test_the_order_is_that_of_publication_even_if_an_old_version_comes_back(prepared: Path):
    first, second = publish_marked(prepared, 1), publish_marked(prepared, 2)
    assert publish_marked(prepared, 1) == first
    assert published_order(prepared) == [second, first]
    assert earlier_versions(prepared, first) == [second]


def test_a_run_that_died_before_the_switch_is_not_fallen_back_to(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
):
    """PUBLISHED is written, CURRENT is not: the version was never current."""
    first, second = publish_marked(prepared, 1), publish_marked(prepared, 2)
    real = folder.replace_file

    def dies(path: Path, content: bytes) -> None:
        real(path, content)
        if path.name == "PUBLISHED":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("data_loaders.publish.replace_file", dies)
        publish_marked(prepared, 3)
    assert current_version(prepared) == second
    assert earlier_versions(prepared, second) == [first]
    fourth = publish_marked(prepared, 4)
    assert earlier_versions(prepared, fourth) == [second, first]


def test_versions_from_before_there_was_a_list_are_told_apart_by_what_they_say(prepared: Path):
    made = [publish_marked(prepared, mark) for mark in range(3)]
    (prepared / "PUBLISHED").unlink()
    for at, version in enumerate(made):
        path = prepared / "versions" / version / "manifest.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(raw | {"prepared_at": f"2026-11-1{at}T08:00:00+00:00"}), encoding="utf-8")
    assert earlier_versions(prepared, made[2]) == [made[1], made[0]]
    latest = publish_marked(prepared, 9)
    assert earlier_versions(prepared, latest)[0] == made[2]


def test_a_machine_whose_day_is_before_the_datas_is_told_of(
    county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Deadlines are counted from the as-of day: a clerk whose clock is wrong must see it."""
    text = county.read_text(encoding="utf-8").replace("as_of = 2026-03-31\n", "")
    county.write_text(text, encoding="utf-8")
    monkeypatch.setattr(prepare, "_today", lambda: date(2026, 4, 2))
    run(county)
    assert "请先看日期" not in capsys.readouterr().out
    monkeypatch.setattr(prepare, "_today", lambda: date(2026, 4, 1))
    assert run(county) == prepare.DONE
    said = capsys.readouterr().out.replace("\n", "")
    assert "2026年4月1日" in said and "2026年4月2日还早" in said


def test_publish_by_itself_sweeps_nobody_elses_work(prepared: Path):
    """Only who holds the lock may take away what looks abandoned."""
    publish_marked(prepared, 1)
    other = prepared / "versions" / ".writing-other"
    other.mkdir()
    os.utime(other, (0, 0))
    publish_marked(prepared, 2)
    assert other.is_dir()
