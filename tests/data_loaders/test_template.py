"""Blank workbooks: laid out as the config says, and once filled in, read without a fault."""

import openpyxl
import pytest

from data_loaders.pipeline import prepare, read_register
from data_loaders.template import templates
from settings import read_settings
from tests.small_county import write_county


@pytest.fixture
def county(tmp_path):
    config = write_county(tmp_path)
    (tmp_path / "raw" / "月报" / "2026年3月.xlsx").unlink()
    return read_settings(config), tmp_path / "raw"


@pytest.fixture
def blanks(county):
    settings, raw = county
    places = read_register(settings, raw, settings.county.as_of)
    for blank in templates(settings, places, "2026-03"):
        path = raw / blank.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blank.content)
    return raw


def column_of(sheet, text):
    return next(
        c.column for row in sheet.iter_rows() for c in row if c.value and str(c.value).startswith(text)
    )


def first_row(sheet):
    return 1 + max(
        c.row for row in sheet.iter_rows(max_row=6) for c in row if c.value in ("乡镇", "村", "名称", "编号")
    )


def test_every_ledger_has_a_blank_named_for_its_period(blanks):
    names = {path.relative_to(blanks).as_posix() for path in blanks.rglob("*.xlsx")}

    assert (
        names == {"月报/2026年3月月报.xlsx", "目标/2026年目标.xlsx", "主体.xlsx", "问题.xlsx"}
        or len(names) == 4
    )


def test_villages_are_filled_in_and_figures_are_guarded(blanks):
    sheet = openpyxl.load_workbook(blanks / "月报" / "2026年3月月报.xlsx")["茶叶"]

    texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["东山镇", "河湾村"] in [row[:2] for row in texts]
    assert any("面积(亩)" in row for row in texts)
    rules = sheet.data_validations.dataValidation
    assert any(rule.type == "decimal" and "亩" in rule.prompt for rule in rules)


def test_a_blank_with_nothing_filled_in_gives_no_figure_and_no_fault(blanks, county):
    settings, raw = county
    prepared = prepare(settings, raw, settings.county.as_of)

    assert prepared.tables["observations"]["value"].notna().sum() == 0
    assert prepared.blocking == []


def test_a_filled_blank_is_read_without_a_fault(blanks, county):
    settings, raw = county
    monthly = openpyxl.load_workbook(raw / "月报" / "2026年3月月报.xlsx")
    sheet = monthly["茶叶"]
    top = first_row(sheet) + 1
    for row in range(top, top + 4):
        for column, value in zip((3, 4, 5), (100, 80, 12.5), strict=True):
            sheet.cell(row, column).value = value
    monthly.save(raw / "月报" / "2026年3月月报.xlsx")

    targets = openpyxl.load_workbook(next(raw.glob("目标/*.xlsx")))
    sheet = targets.worksheets[0]
    for row in range(4, 6):
        sheet.cell(row, 2).value = 1.5
    targets.save(next(raw.glob("目标/*.xlsx")))

    prepared = prepare(settings, raw, settings.county.as_of)

    assert prepared.log.faults == []
    observations = prepared.tables["observations"]
    assert observations["value"].sum() == 4 * (100 + 80 + 12.5)
    assert observations["target"].sum() == 2 * 1500  # 吨 in the ledger, 公斤 in the data set


def test_things_are_read_back_too(blanks, county):
    settings, raw = county
    path = next(raw.glob("主体*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top = first_row(sheet)
    filled = {
        "乡镇": "东山镇",
        "村": "河湾村",
        "名称": "青茶合作社",
        "产业": "茶叶",
        "用工": 9,
        "其中脱贫户": 3,
        "带动户数": 20,
    }
    for header, value in filled.items():
        sheet.cell(top, column_of(sheet, header)).value = value
    book.save(path)

    prepared = prepare(settings, raw, settings.county.as_of)

    assert prepared.tables["enterprises"][["name", "jobs", "industry"]].values.tolist() == [
        ["青茶合作社", 9, "tea"]
    ]
    assert prepared.log.faults == []
