"""Every format in, whatever its file is called; what formulas hide; and how far a sheet may reach."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_loaders.biff import check_ole
from data_loaders.compound import CompoundFile, compound_file
from data_loaders.limits import Refusal
from data_loaders.pipeline import prepare
from data_loaders.workbook import read_workbook
from faults import FaultLog
from settings import Limits, read_settings
from tests.small_county import TEA_HEADER, TEA_ROWS, write_county
from tests.workbook_formats import ods, record, xls, xls_cells, xlsb, xlsx, xlsx_parts, xlsx_sheet, zipped

ROWS: list[list[Any]] = [["乡镇", "村", "面积(亩)"], ["东山镇", "河湾村", 100.0], ["", "石桥村", 50.5]]
FORMATS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xlsm": xlsx, "xlsb": xlsb, "ods": ods, "xls": xls}
LIMITS = Limits()


def sheets(content, name="表.xlsx", limits=LIMITS):
    log = FaultLog()
    return read_workbook(content, name, limits, log), log.faults


def refused(content, name="表.xlsx", limits=LIMITS):
    with pytest.raises(Refusal) as caught:
        read_workbook(content, name, limits, FaultLog())
    return caught.value.fault


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("called", ["its own", "xls", "xlsx", "csv", "dat"])
def test_a_workbook_is_what_its_content_says(suffix, called):
    name = f"表.{suffix if called == 'its own' else called}"
    (sheet,), faults = sheets(FORMATS[suffix]({"茶叶": ROWS}), name)

    assert (sheet.name, sheet.cells, faults) == ("茶叶", ROWS, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("name", "delimiter"), [("表.csv", ","), ("表.tsv", "\t"), ("表.csv", "\t"), ("表.xls", "\t")]
)
def test_delimited_text_is_read_in_every_usual_encoding(encoding, name, delimiter):
    text = "\r\n".join(
        delimiter.join(row) for row in [["乡镇", "村"], ["东山镇", "𠮷塘村"], ["", "“河湾”村"]]
    )
    (sheet,), _ = sheets(text.encode(encoding), name)

    assert sheet.cells == [["乡镇", "村"], ["东山镇", "𠮷塘村"], ["", "“河湾”村"]]


def test_quotes_line_breaks_and_blank_columns_of_a_csv():
    (sheet,), _ = sheets('名称,备注,,,\n"甲,乙","一\n二",,,\n5",x\n,,,\n'.encode(), "表.csv")
    assert sheet.cells == [["名称", "备注"], ["甲,乙", "一\n二"], ['5"', "x"]]


def test_a_table_of_one_column_is_a_csv_and_no_workbook():
    (sheet,), _ = sheets("村\n河湾村\n".encode(), "表.csv")
    assert sheet.cells == [["村"], ["河湾村"]]
    assert refused("村\n河湾村\n".encode(), "表.xlsx").kind == "foreign_file"


def test_merged_cells_are_filled_and_remembered():
    merged = xlsx_sheet([["香菇", "", 1]]).replace(
        b"</worksheet>", b'<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'
    )
    (sheet,), _ = sheets(xlsx({"表": merged}))
    assert sheet.cells == [["香菇", "香菇", 1.0]]
    assert sheet.merged == {(0, 1)}


def test_control_codes_are_no_text():
    (sheet,), _ = sheets(xls({"表": [["河湾\x1b[31m村\x07\u202e", 1.0]]}), "表.xls")
    assert sheet.cells == [["河湾[31m村", 1.0]]


# ── how far a sheet reaches ──
def test_cells_that_are_only_formatted_do_not_count():
    """WPS formats whole rows to the last column; nothing stands there."""
    blanks = "".join(f'<c r="{letters}1" s="1"/>' for letters in ("B", "XFC", "XFD"))
    far = '<row r="1048576"><c r="A1048576" s="1"/></row>'
    body = (
        f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c>{blanks}</row>{far}</sheetData></worksheet>'
    )
    (sheet,), faults = sheets(xlsx({"表": body.encode()}))
    assert (sheet.cells, faults) == ([[1.0]], [])


def test_rows_that_an_ods_repeats_at_its_end_do_not_count():
    rest = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="1"/>'
        f'{rest}</table:table-row><table:table-row table:number-rows-repeated="1048575">{rest}</table:table-row>'
    )
    (sheet,), faults = sheets(ods({"表": rows}))
    assert (sheet.cells, faults) == ([[1.0]], [])


def test_what_a_sheet_claims_of_its_size_does_not_matter():
    dimensions = record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))
    (sheet,), _ = sheets(xls({"表": dimensions + xls_cells([[1.0]])}))
    assert sheet.cells == [[1.0]]


BOUNDS = {
    "rows": Limits(rows=2),
    "columns": Limits(columns=2),
    "cells": Limits(cells=8),
    "sheets": Limits(sheets=1),
    "file_mb": Limits(file_mb=0.0001),
    "unpacked_mb": Limits(unpacked_mb=0.000001),
}


@pytest.mark.parametrize(("key", "limits"), BOUNDS.items())
@pytest.mark.parametrize("suffix", ["xlsx", "xlsb", "ods", "xls"])
def test_the_bounds_are_config_and_the_fault_names_the_key(suffix, key, limits):
    two = {"茶叶": ROWS, "附表": ROWS}
    content = FORMATS[suffix](two if key == "sheets" else {"茶叶": ROWS})
    if (suffix, key) == ("xls", "unpacked_mb"):  # only texts that cells share grow when it is opened
        strings = record(0xFC, struct.pack("<IIHB", 1, 1, 9, 0) + b"x" * 9)
        content = xls({"茶叶": record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0))}, strings)
    fault = refused(content, limits=limits)

    assert fault.kind == "over_limit"
    assert key in fault.remedy and fault.found and fault.expected.startswith("不超过")


def test_a_text_that_is_too_long_is_left_out_and_the_rest_is_read():
    (sheet,), (fault,) = sheets(xlsx({"茶叶": [["甲", "字" * 40]]}), limits=Limits(cell_chars=30))

    assert sheet.cells == [["甲", ""]]
    assert (fault.kind, fault.sheet, fault.cell, fault.found) == ("long_text", "茶叶", "B1", "40个字")


# ── what formulas hide ──
@pytest.fixture
def county(tmp_path):
    config = write_county(tmp_path)

    def run(content):
        (tmp_path / "raw" / "月报" / "2026年3月.xlsx").write_bytes(content)
        prepared = prepare(read_settings(config), tmp_path / "raw", date(2026, 3, 31))
        rows = prepared.tables["observations"].query(
            "place_code == '990202100001' and indicator_id == 'tea_area'"
        )
        return rows["value"].tolist(), prepared

    return run


def with_area(cell) -> list[list[Any]]:
    rows = [list(row) for row in TEA_ROWS]
    rows[0][2] = cell
    return [*TEA_HEADER, *rows]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ('<c t="e"><f>Z9</f><v>#REF!</v></c>', "error_cell"),
        ('<c t="e"><v>#DIV/0!</v></c>', "error_cell"),
        ("#N/A", "error_cell"),
        ("<c><f>SUM(C4:C5)</f><v>0</v></c>", "circular_formula"),
        ("<c><f>$C$4+1</f><v>0</v></c>", "circular_formula"),
        ("<c><f>SUM(C:C)</f><v>0</v></c>", "circular_formula"),
        ("<c><f>D4+E4</f></c>", "uncalculated_formula"),
        ("<c><f>D4+E4</f><v></v></c>", "uncalculated_formula"),
    ],
)
def test_a_value_that_is_none_counts_as_not_reported_and_is_said(county, cell, kind):
    values, prepared = county(xlsx({"茶叶": with_area(cell)}))

    assert len(values) == 1 and values[0] != values[0]
    (fault,) = [fault for fault in prepared.log.faults if fault.severity == "error"]
    assert (fault.kind, fault.file, fault.sheet, fault.cell) == (kind, "月报/2026年3月.xlsx", "茶叶", "C4")
    assert prepared.blocking == []


@pytest.mark.parametrize(
    "formula",
    [
        "ROW(C4)*25",
        "SUM(D4:E4)+10",
        "Sheet2!C4",
        "'附 表'!C4+1",
        'IF("C4"="",1,100)',
        "C40+CC4",
        "Table1[2024]",
    ],
)
def test_an_honest_formula_is_taken_at_its_value(county, formula):
    values, prepared = county(
        xlsx({"茶叶": with_area(f"<c><f>{formula.replace('&', '&amp;')}</f><v>100</v></c>")})
    )

    assert values == [100]
    assert prepared.log.faults == []


@pytest.mark.parametrize("formula", ["[1]茶叶!C4", "'[2]三月 报'!$C$4*2", "'[旧表.xlsx]茶叶'!C4"])
def test_a_value_from_another_file_is_kept_and_flagged(county, formula):
    values, prepared = county(xlsx({"茶叶": with_area(f"<c><f>{formula}</f><v>100</v></c>")}))

    assert values == [100]
    (fault,) = prepared.log.faults
    assert (fault.kind, fault.severity, fault.cell) == ("external_link", "warning", "C4")


def test_errors_in_cells_that_nobody_reads_concern_nobody(county):
    rows = with_area(100)
    rows[3] = [*rows[3], '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>']
    values, prepared = county(xlsx({"茶叶": rows}))

    assert values == [100]
    assert prepared.log.faults == []


@pytest.mark.parametrize("body", [bytes([0x17, 1]), bytes([0x07, 1])])
def test_an_error_in_an_excel_97_file_is_found(body):
    cell = record(0x0205, struct.pack("<HHH", 0, 0, 0) + body)
    formula = record(0x06, struct.pack("<HHH", 0, 1, 0) + bytes([2, 0, 0x2A, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    (sheet,), _ = sheets(xls({"表": cell + formula + xls_cells([["", "", 1.0]])}))

    assert sheet.cells == [["", "", 1.0]]
    assert sheet.findings.errors == {(0, 0): "#REF!" if body[0] == 0x17 else "#DIV/0!", (0, 1): "#N/A"}


def test_links_of_an_excel_97_file_are_said_once():
    link = record(0x01AE, struct.pack("<HH", 1, 9) + b"old.xls")
    own = record(0x01AE, struct.pack("<HH", 1, 0x0401))
    assert [fault.kind for fault in sheets(xls({"表": ROWS}, link))[1]] == ["external_link"]
    assert sheets(xls({"表": ROWS}, own))[1] == []


# ── containers ──
@given(st.binary(min_size=1, max_size=20_000))
@settings(max_examples=30, deadline=None)
def test_a_container_gives_back_its_stream(stream):
    assert CompoundFile(compound_file("Workbook", stream)).stream("Workbook")[: len(stream)] == stream


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_flipped_bytes_give_sheets_or_one_refusal(data):
    """Whatever a bad disk or a bad person does to a file: never a crash, never an endless loop."""
    suffix = data.draw(st.sampled_from(sorted(FORMATS)))
    content = bytearray(FORMATS[suffix]({"茶叶": ROWS}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read, _ = sheets(bytes(content))
    except Refusal as refusal:
        assert refusal.fault.message and refusal.fault.remedy
    else:
        assert all(sheet.name is not None for sheet in read)


def test_the_real_yearbook_reads_the_same_after_it_was_rebuilt(real):
    from python_calamine import CalamineWorkbook

    path = next((real / "shennongjia").glob("*.xls"))
    with CalamineWorkbook.from_path(str(path)) as book:
        expected = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }

    checked = check_ole(path.read_bytes(), path.name, LIMITS)
    read, _ = sheets(path.read_bytes(), path.name)

    assert list(checked.sheets) == list(expected) == [sheet.name for sheet in read]
    for sheet in read:
        found = [
            [cell for at, cell in enumerate(row) if (row_at, at) not in sheet.merged]
            for row_at, row in enumerate(sheet.cells)
        ]
        plain = [
            [cell for at, cell in enumerate(row) if (row_at, at) not in sheet.merged]
            for row_at, row in enumerate(expected[sheet.name])
        ]
        assert found == plain


def test_parts_without_cells_are_never_opened():
    """A workbook full of photos is as quick as one without."""
    parts = {
        **xlsx_parts({"茶叶": ROWS}),
        "xl/media/image1.jpeg": bytes(3_000_000),
        "xl/vbaProject.bin": b"x",
    }
    (sheet,), _ = sheets(zipped(parts), limits=Limits(unpacked_mb=0.01))
    assert sheet.cells == ROWS
