"""A folder full of hostile and broken files: a clear fault each, nothing published, bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import prepare
from data_loaders.store import current_version
from tests.data_loaders.hostile_files import ALL, GOOD, LITTER
from tests.small_county import CONFIG, write_county

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = (
    CONFIG.replace('files = "月报/*.xlsx"', 'files = "月报/*"')
    + """
[[sources]]
id = "boundaries"
title = "界线"
kind = "boundaries"
files = "界线/*"
level = "village"
code_field = "code"
lon_field = "lon"
lat_field = "lat"
is_required = false
"""
)

MOST_MB = 1_000
MOST_SECONDS = 5.0


def run(config):
    """One prepare.main in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.data_loaders.hostile_run", str(config)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return {**json.loads(done.stdout), "stderr": done.stderr}


def snapshot(out):
    return {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """A county that was published once, then received every hostile file together with its good ones."""
    folder = tmp_path_factory.mktemp("hostile")
    config = write_county(folder, EVERYTHING)
    assert prepare.main(["--config", str(config)]) == 0
    out = folder / "out"
    before = snapshot(out)
    for file in ALL:
        file.write(folder / "raw")
    for name, content in LITTER.items():
        (folder / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "raw" / name).write_bytes(content)
    return {**run(config), "out": out, "before": before}


def test_there_are_enough_of_them():
    assert len(ALL) >= 40
    assert len({file.name for file in ALL}) == len(ALL)


@pytest.mark.parametrize("file", ALL, ids=lambda file: f"{file.name}: {file.why}")
def test_every_file_gives_one_clear_fault(outcome, file):
    own = [
        fault
        for fault in outcome["faults"]
        if fault["file"] == file.name or fault["file"].startswith(f"{file.name}/")
    ]

    (fault,) = own
    assert (fault["kind"], fault["severity"]) == (file.kind, "error")
    assert fault["message"] and fault["remedy"]
    assert file.says in fault["message"] + fault["remedy"] + fault["sheet"]


def test_the_good_files_are_read_all_the_same(outcome):
    mentioned = [
        fault for fault in outcome["faults"] if fault["file"] in ("月报/2026年3月.xlsx", "代码表.csv")
    ]
    assert mentioned == []
    assert "月报 " in outcome["said"]


def test_what_programs_leave_behind_is_passed_over(outcome):
    texts = json.dumps(outcome["faults"], ensure_ascii=False)
    assert not any(Path(name).name in texts for name in LITTER)


def test_nothing_is_published_and_the_old_version_is_as_it_was(outcome):
    after = snapshot(outcome["out"])

    assert outcome["code"] == 2
    changed = {path for path, content in after.items() if outcome["before"].get(path) != content}
    assert {path for path in changed if path.parts[0] != "cache"} == {Path("faults.xlsx")}
    assert {path for path in outcome["before"] if path.parts[0] != "cache"} <= set(after)


def test_nothing_crashes_and_nothing_is_left_unsaid(outcome):
    said = outcome["said"] + outcome["stderr"]

    assert "Traceback" not in said and "panicked" not in said
    assert "没有发布" in outcome["said"]


def test_memory_and_time_are_bounded(outcome):
    assert len(outcome["seconds"]) >= 40
    slow = {name: seconds for name, seconds in outcome["seconds"].items() if seconds > MOST_SECONDS}

    assert slow == {}
    assert outcome["peak_mb"] < MOST_MB
    listing = outcome["total_seconds"] - sum(outcome["seconds"].values())
    assert listing < MOST_SECONDS * 2  # the folder and its zips, and all the rest of the run


@pytest.mark.parametrize("name", ["月报/corner.xlsx", "up.zip", "月报/program.xlsx", "代码表.csv"])
def test_one_is_enough_to_keep_the_old_version(tmp_path, name, capsys):
    config = write_county(tmp_path, EVERYTHING)
    assert prepare.main(["--config", str(config)]) == 0
    old = current_version(tmp_path / "out")
    known = {file.name: file for file in ALL}
    if name in known:
        known[name].write(tmp_path / "raw")
    else:
        (tmp_path / "raw" / name).write_bytes(b"MZ" + bytes(99))
    capsys.readouterr()

    assert prepare.main(["--config", str(config)]) == 2

    assert current_version(tmp_path / "out") == old
    said = capsys.readouterr().out.replace("\n", "")
    assert Path(name).stem in said and "请" in said and "Traceback" not in said


def test_allow_missing_publishes_what_is_good(tmp_path):
    config = write_county(tmp_path, EVERYTHING)
    (tmp_path / "raw" / "月报" / "2026年4月.xlsx").write_bytes(GOOD[:500])

    assert prepare.main(["--config", str(config)]) == 2
    assert prepare.main(["--config", str(config), "--allow-missing"]) == 0
