"""What stands behind a figure: cells, original text, conversion, faults."""

import pytest

import prepare
from data_loaders.explain import explain
from data_loaders.store import current_version, open_version
from faults import DataProblem
from tests.small_county import TEA_ROWS, tea_sheet, write_county, write_sheets


@pytest.fixture
def county(tmp_path):
    config = write_county(tmp_path)
    rows = [list(row) for row in TEA_ROWS]
    rows[0] = ["东山镇", "河湾村", "1,00亩", "110亩", 10]
    rows[0][2] = "100亩"
    write_sheets(tmp_path / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))
    assert prepare.main(["--config", str(config)]) == 0
    return config


@pytest.fixture
def dataset(county):
    out = county.parent / "out"
    return open_version(out, current_version(out))


def test_a_villages_figure_is_one_cell_with_its_original_text_and_its_faults(dataset):
    found = explain(dataset, "990202100001", "tea_area", "2026-03")

    (cell,) = found.cells
    assert (cell.file, cell.sheet, cell.cell, cell.text) == ("月报/2026年3月.xlsx", "茶叶", "C4", "100亩")
    assert found.value == 100
    assert set(found.faults["kind"]) == {"unit_in_cell", "rule_broken"}


def test_a_townships_figure_is_the_sum_of_its_villages_cells(dataset):
    found = explain(dataset, "990202200", "tea_output", "2026-03")

    assert [cell.text for cell in found.cells] == ["--", "0"]
    assert found.value == 0
    assert "2格中1格有数" in found.how


@pytest.mark.parametrize(
    ("place", "indicator", "period", "said"),
    [
        ("990202999", "tea_area", "2026-03", "没有代码"),
        ("990202", "tee", "2026-03", "没有“tee”"),
        ("990202", "tea_area", "2031-01", "没有 2031-01"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(dataset, place, indicator, period, said):
    with pytest.raises(DataProblem, match=said):
        explain(dataset, place, indicator, period)


def test_the_command_line_prints_the_same(county, capsys):
    assert prepare.main(["explain", "990202100001", "tea_area", "2026-03", "--config", str(county)]) == 0

    said = capsys.readouterr().out
    assert "100亩" in said and "C4" in said and "河湾村" in said


def test_the_command_line_says_what_is_wrong_without_a_traceback(county, capsys):
    assert prepare.main(["explain", "1", "tea_area", "2026-03", "--config", str(county)]) == 2
    assert "没有代码为" in capsys.readouterr().out
