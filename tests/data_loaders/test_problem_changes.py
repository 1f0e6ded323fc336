"""The ledger of changes as it is written: what is read, and what is refused."""

import io
from datetime import date

import openpyxl
import pytest

from data_loaders.contract import STEPS
from data_loaders.pipeline import prepare, read_register
from data_loaders.template import templates
from settings import read_settings
from tests.data_loaders.problem_ledgers import (
    AS_OF,
    changes,
    faults,
    kinds,
    ledger,
    life,
    prepared_from,
    problem,
)


@pytest.mark.parametrize(
    ("day", "written", "due_on", "note"),
    [
        ("2026-01-12", "认领", "", ""),
        ("2026年1月12日", "认 领", "/", "—"),
        (46034, "接收任务", "", ""),  # a serial number, and the county's own word
    ],
)
def test_days_and_words_are_read_as_in_every_ledger(tmp_path, day, written, due_on, note):
    prepared = prepared_from(
        tmp_path,
        more='\n[problems.step_words]\n"接收任务" = "认领"\n',
        ledger=ledger(problem()),
        changes=changes(("P26-001", day, written, due_on, note)),
    )
    assert life(prepared)[-1] == ("01-12", "认领", "整改中")
    assert prepared.tables["problem_events"]["note"].isna().all()
    assert kinds(prepared) == []


@pytest.mark.parametrize(
    ("row", "kind", "cell"),
    [
        (("", "2026-01-12", "认领"), "missing_value", "A2"),
        (("P26-001", "", "认领"), "missing_value", "B2"),
        (("P26-001", "一月", "认领"), "not_a_date", "B2"),
        (("P26-001", "2026-01-12", ""), "missing_value", "C2"),
        (("P26-001", "2026-01-12", "接单"), "unknown_step", "C2"),
        (("P26-001", "2026-01-12", "延期", "四月底"), "not_a_date", "D2"),
    ],
)
def test_a_row_that_does_not_say_what_happened_when_is_rejected(tmp_path, row, kind, cell):
    prepared = prepared_from(tmp_path, ledger=ledger(problem()), changes=changes(row))

    (fault,) = prepared.log.faults
    assert (fault.severity, fault.kind, fault.cell) == ("error", kind, cell)
    assert life(prepared) == [("01-10", "发现", "待认领")]
    (source,) = [one for one in prepared.sources if one.source_id == "problem_changes"]
    assert (source.rows_kept, source.rows_rejected) == (0, 1)


def test_an_unknown_word_is_told_the_known_ones_and_where_to_declare_it(tmp_path):
    prepared = prepared_from(
        tmp_path, ledger=ledger(problem()), changes=changes(("P26-001", "2026-01-12", "接单"))
    )
    (fault,) = faults(prepared, "unknown_step")
    assert "认领、报完成" in fault.expected
    assert "step_words" in fault.remedy


def test_personal_numbers_in_a_note_go_nowhere(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem()),
        changes=changes(("P26-001", "2026-01-12", "认领", "", "联系13812345678")),
    )
    assert "13812345678" not in str(prepared.tables["problem_events"].to_dict("records"))
    assert [fault.kind for fault in prepared.log.faults] == ["personal_data"]


def test_a_blank_ledger_offers_the_steps_and_is_read_back(tmp_path):
    prepared_from(tmp_path, ledger=ledger(problem()))
    settings = read_settings(tmp_path / "config.toml")
    register = read_register(settings, tmp_path / "raw", AS_OF)
    (blank,) = [one for one in templates(settings, register, "2026-03") if one.name.startswith("问题变更/")]
    book = openpyxl.load_workbook(io.BytesIO(blank.content))
    sheet = book.worksheets[0]
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert offered == [f'"{",".join(STEPS)}"']

    for column, cell in enumerate(("P26-001", date(2026, 1, 12), "认领"), start=1):
        sheet.cell(4, column).value = cell
    path = tmp_path / "raw" / blank.name
    path.parent.mkdir(parents=True)
    book.save(path)
    prepared = prepare(settings, tmp_path / "raw", AS_OF)
    assert life(prepared)[-1] == ("01-12", "认领", "整改中")
    assert kinds(prepared) == []
