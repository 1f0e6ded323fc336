"""The files of a table: no text becomes a formula, nothing missing becomes zero."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from exports.table_book import table_csv, table_workbook

ON = datetime(2026, 11, 15)
FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("http://evil.example")']
TABLE = pd.DataFrame({"村": [*FORMULAS, "云溪村"], "面积(亩)": [1.5, None, 0, -3, 4, 5, 6, 7]})


def test_workbook_writes_texts_as_texts_and_numbers_as_numbers():
    book = openpyxl.load_workbook(io.BytesIO(table_workbook(["=标题", "条件"], {"选出": TABLE}, ON)))
    page = book["选出"]
    assert [page["A1"].value, page["A2"].value] == ["=标题", "条件"]
    rows = list(page.iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == [*FORMULAS, "云溪村"]
    assert [row[1] for row in rows] == [1.5, None, 0, -3, 4, 5, 6, 7]
    assert not any(cell.data_type == "f" or cell.hyperlink for row in page.iter_rows() for cell in row)


KINDS = pd.DataFrame(
    {
        "乡镇": ["东乡", "西镇"],
        "户数(户)": pd.array([12, None], dtype="Int64"),
        "时限": pd.Series(["2026-11-15", None], dtype="datetime64[us]"),
        "是否逾期": [True, False],
    }
)


def test_whole_numbers_dates_and_answers_are_written_as_such():
    page = openpyxl.load_workbook(io.BytesIO(table_workbook([], {"表": KINDS}, ON)))["表"]
    assert list(page.iter_rows(min_row=3, values_only=True)) == [
        ("东乡", 12, datetime(2026, 11, 15), "是"),
        ("西镇", None, None, "否"),
    ]
    assert table_csv([], KINDS).decode("utf-8-sig").splitlines()[1:] == ["东乡,12,2026-11-15,是", "西镇,,,否"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_begins_no_cell_with_a_formula(formula: str):
    written = table_csv([formula], pd.DataFrame({formula: [formula]})).decode("utf-8-sig")
    for (cell,) in csv.reader(io.StringIO(written, newline="")):
        assert cell == f"'{formula}"


def test_csv_keeps_numbers_and_leaves_missing_blank():
    rows = list(csv.reader(io.StringIO(table_csv([], TABLE).decode("utf-8-sig"), newline="")))
    assert rows[2][1] == ""
    assert rows[4][1] == "-3.0"


def test_same_selection_is_the_same_file():
    first, second = (table_workbook(["标题"], {"选出": TABLE}, ON) for _ in range(2))
    assert first == second


def test_same_head_twice_is_two_columns():
    twice = pd.DataFrame([[1, 2]], columns=["户数", "户数"])
    page = openpyxl.load_workbook(io.BytesIO(table_workbook([], {"选出": twice}, ON)))["选出"]
    assert [cell.value for cell in page[2]] == ["户数", "户数"]
