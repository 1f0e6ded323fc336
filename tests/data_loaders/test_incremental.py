"""A run that reads only what changed publishes exactly what a full run would."""

import json
import shutil

import pytest

import prepare
from data_loaders import file_cache
from data_loaders.store import current_version, open_version
from tests.data_loaders.test_pipeline import PROBLEM, problem
from tests.small_county import CONFIG, TEA_ROWS, tea_sheet, write_county, write_sheets


@pytest.fixture
def county(tmp_path):
    config = write_county(tmp_path)
    write_sheets(tmp_path / "raw" / "月报" / "2026年2月.xlsx", tea_sheet())
    closed = ["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-02-03"]
    write_sheets(tmp_path / "raw" / "问题.xlsx", {"台账": [PROBLEM, problem("甲-1", *closed)]})
    return config


@pytest.fixture
def files_read(monkeypatch):
    """Names of the files that were really read, run by run."""
    seen = []
    real = file_cache.read_file

    def spy(file, source, context):
        seen.append(file.name)
        return real(file, source, context)

    monkeypatch.setattr(file_cache, "read_file", spy)
    return seen


def run(config, *more):
    assert prepare.main(["--config", str(config), *more]) == 0


def manifest(out):
    content = json.loads(
        (out / "versions" / current_version(out) / "manifest.json").read_text(encoding="utf-8")
    )
    return {key: value for key, value in content.items() if key != "prepared_at"}


def change(config, month, value):
    rows = [list(row) for row in TEA_ROWS]
    rows[0][2] = value
    write_sheets(config.parent / "raw" / "月报" / f"2026年{month}月.xlsx", tea_sheet(rows))


def test_a_second_run_reads_only_the_file_that_changed(county, files_read):
    run(county)
    assert set(files_read) == {"代码表.csv", "月报/2026年2月.xlsx", "月报/2026年3月.xlsx", "问题.xlsx"}

    files_read.clear()
    change(county, 3, 125)
    run(county)
    assert files_read == ["月报/2026年3月.xlsx"]


def test_what_it_publishes_is_what_a_full_run_publishes(county, tmp_path):
    run(county)
    change(county, 3, 125)
    run(county)
    run(county, "--out", str(tmp_path / "full"))

    assert manifest(tmp_path / "out") == manifest(tmp_path / "full")


def test_nothing_changed_means_nothing_is_read_and_the_version_stays(county, files_read, capsys):
    run(county)
    before = current_version(county.parent / "out")
    files_read.clear()

    run(county)

    assert files_read == []
    assert current_version(county.parent / "out") == before
    assert "没有变化" in capsys.readouterr().out


def test_a_changed_register_or_layout_reads_everything_again(county, files_read):
    run(county)
    files_read.clear()
    register = county.parent / "raw" / "代码表.csv"
    register.write_text(
        register.read_text(encoding="utf-8-sig").replace("石桥村", "石板桥村"), encoding="utf-8-sig"
    )
    run(county)
    assert "月报/2026年2月.xlsx" in files_read

    files_read.clear()
    county.write_text(CONFIG.replace('"老河村" = "河湾村"', '"老湾村" = "河湾村"'), encoding="utf-8")
    run(county)
    assert "月报/2026年2月.xlsx" in files_read


def test_a_changed_weight_reads_nothing_again(county, files_read):
    run(county)
    files_read.clear()
    county.write_text(CONFIG.replace("weight = 1.0", "weight = 2.0"), encoding="utf-8")

    run(county)

    assert files_read == []


@pytest.mark.parametrize("spoil", [b"", b"not zlib", None])
def test_a_damaged_or_deleted_memory_costs_time_and_nothing_else(county, spoil, tmp_path):
    run(county)
    folder = county.parent / "out" / "cache"
    if spoil is None:
        shutil.rmtree(folder)
    else:
        for path in folder.rglob("*"):
            if path.is_file():
                path.write_bytes(spoil)
    change(county, 2, 77)
    run(county)
    run(county, "--out", str(tmp_path / "full"))

    assert manifest(tmp_path / "out") == manifest(tmp_path / "full")


def test_a_deleted_version_is_published_again(county):
    run(county)
    out = county.parent / "out"
    version = current_version(out)
    shutil.rmtree(out / "versions" / version)

    run(county)

    assert open_version(out, version).version == version
