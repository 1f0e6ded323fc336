"""The workbook that goes back: lists, one per township, and the faulty sheets with their cells marked."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

import prepare
from data_loaders.contract import conform
from data_loaders.fault_cells import Range, ranges
from data_loaders.fault_workbook import fault_workbook
from data_loaders.faulty_sheets import MOST_SHEETS, FaultySheets, faulty_sheets
from data_loaders.sheet_copy import FILLS
from data_loaders.store import current_version, fault_workbook_path, open_version
from data_loaders.workbook import Sheet
from settings import read_settings
from tests.small_county import TEA_HEADER, TEA_ROWS, tea_sheet, write_county, write_sheets

EAST = "990202100000"
AS_OF = date(2026, 3, 31)


def fault(**said: str) -> dict[str, str]:
    """An error in C4 of 茶叶, unless said otherwise."""
    common = {"severity": "error", "kind": "not_a_number", "file": "月报/2026年3月.xlsx", "sheet": "茶叶"}
    texts = {
        "cell": "C4",
        "found": "约",
        "expected": "数字(亩)",
        "message": "“约”不是数字",
        "remedy": "请改正。",
    }
    return common | texts | {"place_code": EAST} | said


def workbook(faults: list[dict[str, str]], *sheets: Sheet, left_out: int = 0) -> openpyxl.Workbook:
    """What is written for these faults, opened again."""
    faulty = FaultySheets(sheets, left_out)
    content = fault_workbook(conform("faults", faults), {EAST: "东山镇"}, "小试县", AS_OF, faulty)
    return openpyxl.load_workbook(io.BytesIO(content))


def tea(*rows: list[object]) -> Sheet:
    return Sheet("月报/2026年3月.xlsx", "茶叶", [*map(list, TEA_HEADER), *map(list, rows or TEA_ROWS)])


def texts(sheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def copy_of(book: openpyxl.Workbook):
    return book[book.sheetnames[-1]]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("C17", [Range(16, 2, 16, 2)]),
        ("C4、AA5", [Range(3, 2, 3, 2), Range(4, 26, 4, 26)]),
        ("C207:F223", [Range(206, 2, 222, 5)]),
        ("F3、F4、F5、F6、F7等9格", [Range(row, 5, row, 5) for row in range(2, 7)]),
        ("H列", [Range(0, 7, 1_048_575, 7)]),
        ("第3行", []),
        ("", []),
        ("A0", []),
    ],
)
def test_where_a_fault_points(cell, found):
    assert ranges(cell) == found


def test_the_faulty_cell_is_filled_and_says_what_is_wrong_and_what_to_do():
    doubt = fault(severity="warning", cell="D4:E5", message="照抄上期", remedy="请核对。", expected="")

    page = copy_of(workbook([fault(), doubt], tea()))

    assert page.title == "附1 茶叶 2026年3月"
    assert page["C4"].value == 100
    assert page["C4"].fill.fgColor.rgb[-6:] == FILLS["error"][1:]
    assert page["C4"].comment.text == "错误:“约”不是数字\n应该是:数字(亩)\n怎么改:请改正。"
    filled = {
        cell.coordinate
        for row in page.iter_rows()
        for cell in row
        if cell.fill.fill_type and cell.fill.fgColor.rgb[-6:] == FILLS["warning"][1:]
    }
    assert filled == {"D4", "E4", "D5", "E5"}
    assert "照抄上期" in page["D4"].comment.text
    assert page["D5"].comment is None


def test_a_cell_with_two_faults_has_the_worse_colour_and_both_sentences():
    page = copy_of(workbook([fault(severity="warning", message="甲"), fault(message="乙")], tea()))

    assert page["C4"].fill.fgColor.rgb[-6:] == FILLS["error"][1:]
    assert "甲" in page["C4"].comment.text and "乙" in page["C4"].comment.text


def test_a_blank_cell_is_marked_too():
    page = copy_of(workbook([fault(cell="H4")], tea()))
    assert page["H4"].fill.fgColor.rgb[-6:] == FILLS["error"][1:]


def test_merged_cells_are_merged_again_and_marked_at_their_corner():
    cells = [["东山镇", "河湾村"], ["东山镇", "石桥村"], ["西岭乡", "西岭乡"]]
    sheet = Sheet("a.xlsx", "表", cells, merged=frozenset({(1, 0), (2, 1)}))

    page = copy_of(workbook([fault(file="a.xlsx", sheet="表", cell="A2")], sheet))

    assert sorted(map(str, page.merged_cells.ranges)) == ["A1:A2", "A3:B3"]
    assert page["A1"].comment is not None
    assert page["B2"].value == "石桥村"


def test_a_township_has_its_own_list_with_title_day_and_what_is_due():
    page = workbook([fault(), fault(severity="info", message="别的事", place_code="")])["东山镇"]

    said = texts(page)
    assert said[0] == "东山镇 需要核对改正的数据(数据截至2026年3月31日),共1条"
    assert "错误1条,没有采用,请改正后重报" in said[1]
    assert {"C4", "“约”不是数字", "数字(亩)", "请改正。", "错误"} <= set(said)
    assert "别的事" not in said
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$3:$3"


def test_a_row_of_the_list_leads_to_the_cell_in_the_copy():
    book = workbook([fault()], tea())
    for name in ("全部问题", "东山镇"):
        (link,) = [cell.hyperlink for row in book[name].iter_rows() for cell in row if cell.hyperlink]
        assert link.location == "'附1 茶叶 2026年3月'!C4"


def test_names_of_sheets_are_safe_and_each_is_used_once():
    same = [Sheet(f"{n}/很长的文件名[2026]:" + "长" * 40 + ".xlsx", "a/b*?𠮷", [["1"]]) for n in range(3)]
    names = workbook([fault()], *same).sheetnames
    assert len(set(names)) == len(names) == 5
    assert all(len(name.encode("utf-16-le")) <= 62 and not set(name) & set("[]:*?/\\'") for name in names)


def test_hostile_content_stays_text():
    page = tea(['=HYPERLINK("http://bad")', "http://bad", 1, float("inf"), True], ["+1", "{=A1}", 1e17])
    book = workbook([fault(found="=1+1", message='=cmd|"/c calc"!A0')], page)

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert copy_of(book)["A4"].value == '=HYPERLINK("http://bad")'
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]


def test_the_same_faults_give_the_same_bytes():
    made = [
        fault_workbook(conform("faults", [fault()]), {}, "小试县", AS_OF, FaultySheets((tea(),)))
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_no_faults_is_a_list_that_says_so():
    book = workbook([])
    assert book.sheetnames == ["全部问题"]
    assert "没有需要改正的。" in texts(book["全部问题"])


def test_sheets_that_do_not_fit_are_counted():
    assert "另有3张" in "".join(texts(workbook([fault()], tea(), left_out=3)["全部问题"]))


class TestReadAgain:
    def test_only_files_with_faults_and_no_more_than_can_be_worked_through(self, tmp_path):
        config = write_county(tmp_path)
        faults = []
        for month in range(1, MOST_SHEETS + 4):
            name = f"月报/{2020 + month // 12}年{month % 12 + 1}月.xlsx"
            write_sheets(tmp_path / "raw" / name, tea_sheet())
            faults.append(fault(file=name))

        found = faulty_sheets(read_settings(config), tmp_path / "raw", conform("faults", faults))

        assert (len(found.sheets), found.left_out) == (MOST_SHEETS, 3)

    def test_an_info_alone_or_a_fault_without_a_cell_brings_back_no_sheet(self, tmp_path):
        config = write_county(tmp_path)
        faults = conform("faults", [fault(severity="info"), fault(cell="")])
        assert faulty_sheets(read_settings(config), tmp_path / "raw", faults) == FaultySheets()

    def test_personal_data_is_not_sent_back(self, tmp_path):
        config = write_county(tmp_path)
        rows = [[*row, ""] for row in TEA_ROWS]
        rows[0][2:] = ["约", 80, 10, "联系电话:13812345678"]
        write_sheets(tmp_path / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))

        assert prepare.main(["--config", str(config)]) == 0

        book = openpyxl.load_workbook(tmp_path / "out" / "faults.xlsx")
        said = "".join(text for sheet in book for text in texts(sheet))
        assert "13812345678" not in said and "联系电话" in said

    def test_the_version_keeps_its_own_workbook(self, tmp_path):
        config = write_county(tmp_path)
        rows = [["东山镇", "河湾村", "约200", 80, 10], *TEA_ROWS[1:]]
        write_sheets(tmp_path / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(rows))

        prepare.main(["--config", str(config)])

        out = tmp_path / "out"
        version = current_version(out)
        path = fault_workbook_path(out, version)
        assert path is not None and path.read_bytes() == (out / "faults.xlsx").read_bytes()
        assert "faults.xlsx" in open_version(out, version).manifest.files
        page = copy_of(openpyxl.load_workbook(path))
        assert page["C4"].value == "约200" and "不是数字" in page["C4"].comment.text

    def test_a_version_without_one(self, tmp_path):
        assert fault_workbook_path(tmp_path, "20260331-0123456789abcdef") is None
        assert fault_workbook_path(tmp_path, "../20260331-0123456789abcdef") is None
