"""The list that is taken along: text stays text, blanks stay blank, long problems have room, one page across."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pandas as pd

from exports.spot_check_sheet import WIDTHS, spot_check_workbook

ROWS = pd.DataFrame(
    [
        {"乡镇": "云溪镇", "村": "=1+1", "编号": "A1", "问题": "长" * 200, "状态": "逾期", "整改时限": pd.Timestamp("2026-10-20")},
        {"乡镇": "云溪镇", "村": "上湾村", "问题": "入户核查", "农户": "按花名册第17、43户", "整改时限": pd.NaT},
    ],
    columns=list(WIDTHS),
)  # fmt: skip
PLACES = pd.DataFrame({"乡镇": ["云溪镇"], "风险分": [3.0]})


def made() -> bytes:
    return spot_check_workbook(["标题", "说明"], ROWS, ["抽签说明", "=evil"], PLACES, datetime(2026, 11, 15))


def test_list_and_how_it_was_drawn():
    book = openpyxl.load_workbook(io.BytesIO(made()))
    page = book["抽查清单"]
    assert [cell.value for cell in page[3]] == list(WIDTHS)
    assert [page.cell(4, at).value for at in (1, 2, 3, 5, 6)] == [
        "云溪镇",
        "=1+1",
        "A1",
        "逾期",
        datetime(2026, 10, 20),
    ]
    assert page.cell(4, 2).data_type == "s"
    assert [page.cell(4, at).value for at in (8, 9)] == [None, None]
    assert page.cell(4, 9).border.left.style == "thin"  # blank, and there to be written in
    assert page.row_dimensions[4].height >= 10 * 15
    assert page.print_title_rows == "$3:$3"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0  # one page across (the default), as many down as it takes
    assert book["抽签说明"]["A2"].data_type == "s"
    assert book["抽签说明"]["B5"].value == 3


def test_same_draw_same_file():
    assert made() == made()
