"""prepare.py from the outside: exit codes, what it leaves behind, and what a kill leaves behind."""

import multiprocessing
import os
import signal
import sys

import openpyxl
import pytest

import prepare
from data_loaders.store import current_version, open_version
from faults import DataProblem
from tests.small_county import TEA_ROWS, tea_sheet, write_county, write_sheets


@pytest.fixture
def county(tmp_path):
    return write_county(tmp_path)


def published(config):
    out = config.parent / "out"
    return open_version(out, current_version(out))


def area(dataset, place_code="990202100001"):
    rows = dataset.observations.query("place_code == @place_code and indicator_id == 'tea_area'")
    return rows["value"].iloc[0]


def change_area(config, value):
    rows = [list(row) for row in TEA_ROWS]
    rows[0][2] = value
    write_sheets(config.parent / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))


def test_a_run_publishes_a_version_that_can_be_read(county, capsys):
    assert prepare.main(["--config", str(county)]) == 0

    dataset = published(county)
    assert area(dataset) == 100
    assert dataset.manifest.county == {"name": "小试县", "code": "990202", "is_demo": False}
    assert dataset.manifest.periods == ("2026-03",)
    assert (county.parent / "out" / "CURRENT").read_text() == dataset.version
    assert "已发布" in capsys.readouterr().out


def test_the_same_input_gives_the_same_version_and_another_input_another(county):
    prepare.main(["--config", str(county)])
    first = published(county).version
    prepare.main(["--config", str(county)])
    assert published(county).version == first

    change_area(county, 120)
    prepare.main(["--config", str(county)])
    assert published(county).version != first
    assert area(published(county)) == 120


def test_raw_and_out_can_be_elsewhere(county, tmp_path):
    (tmp_path / "raw").rename(tmp_path / "收到的文件")

    code = prepare.main(
        ["--config", str(county), "--raw", str(tmp_path / "收到的文件"), "--out", str(tmp_path / "别处")]
    )

    assert code == 0
    assert (tmp_path / "别处" / "CURRENT").exists()


def test_a_missing_column_publishes_nothing_and_leaves_the_old_version(county, capsys):
    prepare.main(["--config", str(county)])
    old = published(county).version
    write_sheets(
        county.parent / "raw" / "月报" / "2026年3月.xlsx",
        {"茶叶": [["乡镇", "村"], ["", ""], ["东山镇", "河湾村"]]},
    )

    assert prepare.main(["--config", str(county)]) == 2

    assert published(county).version == old
    said = capsys.readouterr().out.replace("\n", "")
    assert "没有发布" in said and "缺少列" in said


def test_allow_missing_publishes_the_rest(county):
    write_sheets(county.parent / "raw" / "月报" / "2026年4月.xlsx", {"茶叶": [["乡镇", "村"], ["", ""]]})

    assert prepare.main(["--config", str(county)]) == 2
    assert prepare.main(["--config", str(county), "--allow-missing"]) == 0
    assert area(published(county)) == 100


@pytest.mark.parametrize("missing", ["config", "raw", "register"])
def test_what_cannot_start_says_so_without_a_traceback(county, capsys, missing):
    if missing == "config":
        county = county.with_name("没有.toml")
    elif missing == "raw":
        (county.parent / "raw").rename(county.parent / "走了")
    else:
        (county.parent / "raw" / "代码表.csv").unlink()

    assert prepare.main(["--config", str(county)]) == 2
    said = capsys.readouterr().out
    assert "没有完成" in said and "Traceback" not in said


def test_the_fault_workbook_has_a_sheet_for_the_township_that_must_act(county):
    change_area(county, "约200")

    assert prepare.main(["--config", str(county)]) == 0

    book = openpyxl.load_workbook(county.parent / "out" / "faults.xlsx")
    assert book.sheetnames == ["全部问题", "东山镇", "附1 茶叶 2026年3月"]
    cells = [cell.value for row in book["东山镇"].iter_rows() for cell in row if cell.value]
    assert "C4" in cells and any("约200" in str(cell) for cell in cells)


def test_text_of_a_ledger_cannot_become_a_formula_in_the_fault_workbook(county):
    change_area(county, '=HYPERLINK("http://bad")')

    prepare.main(["--config", str(county)])

    book = openpyxl.load_workbook(county.parent / "out" / "faults.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda out, version: (out / "CURRENT").unlink(),
        lambda out, version: (out / "CURRENT").write_text("../../etc"),
        lambda out, version: (out / "versions" / version / "manifest.json").write_text("{"),
        lambda out, version: (out / "versions" / version / "observations.parquet").write_bytes(b"PAR1"),
        lambda out, version: (out / "versions" / version / "places.parquet").unlink(),
        lambda out, version: (out / "versions" / version / "config.toml").write_text(""),
    ],
)
def test_a_damaged_version_is_refused_with_a_sentence_that_says_what_to_do(county, spoil):
    prepare.main(["--config", str(county)])
    out = county.parent / "out"
    spoil(out, published(county).version)

    with pytest.raises(DataProblem, match=r"prepare\.py"):
        open_version(out, current_version(out))


def test_old_versions_are_kept_for_their_readers_and_then_removed(county):
    seen = []
    for value in range(100, 108):
        change_area(county, value)
        prepare.main(["--config", str(county)])
        seen.append(published(county).version)

    kept = {path.name for path in (county.parent / "out" / "versions").iterdir()}
    assert seen[-1] in kept
    assert 3 <= len(kept) <= 6


# What a run imports is loaded once, in the process that the runs are forked from.
RUNS = ("tests.test_prepare", "commands.publishing", "commands.summary")


def die_at_sync(sync: int, config: str) -> None:
    real, left = os.fsync, [sync]

    def fsync(descriptor):
        real(descriptor)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync
    sys.exit(prepare.main(["--config", config]))


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL 只在类 Unix 系统上有")
def test_a_kill_at_any_write_leaves_one_whole_version(county):
    """Every write is synced, so dying right after the n-th sync visits every state that a kill can leave."""
    prepare.main(["--config", str(county)])
    old = published(county).version
    runs = multiprocessing.get_context("forkserver")
    runs.set_forkserver_preload(list(RUNS))
    outcomes = []
    allowed = {100.0}
    for sync in (*range(1, 21), 99):
        change_area(county, 200 + sync)
        allowed.add(200.0 + sync)
        run = runs.Process(target=die_at_sync, args=(sync, str(county)))
        run.start()
        run.join()
        dataset = published(county)  # whole and verified, or it would raise
        outcomes.append((run.exitcode, area(dataset)))
        assert run.exitcode in (0, -signal.SIGKILL)
        assert area(dataset) in allowed
        assert dataset.version == old or area(dataset) > 100

    killed = [code for code, _ in outcomes if code == -signal.SIGKILL]
    print(f"{len(killed)} kills: {outcomes}")
    assert outcomes[0] == (-signal.SIGKILL, 100)
    assert outcomes[-1] == (0, 299)
    assert len(killed) >= 15
