"""整改清单 as a workbook: what stands in it, how it prints, and what it keeps for the way back."""

from __future__ import annotations

import io
import re
from datetime import datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from data_loaders.contract import STATUSES
from exports.rectification_book import ListInfo, counts_text, rectification_book, sheet_names
from metrics.rectification import problem_counts
from tests.exports.listed_problems import AS_OF, HOSTILE, listed

INFO = ListInfo("小试&县", AS_OF, "20261115-abc", "2026-11-15T08:00:00+00:00")
HEAD = 4  # the row of the header


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(rectification_book(INFO, {"东山镇": listed()})))


@pytest.fixture(scope="module")
def page(book: openpyxl.Workbook) -> Worksheet:
    return book["东山镇"]


def rows_of(page: Worksheet) -> list[dict[str, object]]:
    heads = [cell.value for cell in page[HEAD]]
    return [dict(zip(heads, row, strict=True)) for row in page.iter_rows(min_row=HEAD + 1, values_only=True)]


def test_the_list_has_the_usual_columns_and_the_worst_first(page: Worksheet):
    heads = (
        "序号 问题编号 问题来源 批次 意见编号 乡镇 行政村 问题类别 问题描述 整改措施 整改类型 牵头单位 配合单位 责任人职务 "
        "县级责任领导 发现日期 计划完成日期 原整改时限 整改时限 认领日期 整改完成日期 退回日期 验收日期 销号日期 反弹日期 "
        "回头看日期 状态 预警 剩余天数 备注"
    )
    assert " ".join(str(cell.value) for cell in page[HEAD]) == heads
    rows = rows_of(page)
    # Overdue by 30 and 14 days (S-1, S-8), refused, nearly due; then what is in time, awaits, is struck off.
    assert [row["问题编号"] for row in rows] == ["S-2", "S-1", "S-8", "S-6", "S-3", "S-7", "S-4", "S-5"]
    assert [row["预警"] for row in rows[:5]] == ["逾期", "逾期", "逾期", "退回", "临期"]
    assert [row["剩余天数"] for row in rows[:5]] == [-30, -14, -14, 46, 5]


def test_dates_are_dates_and_nothing_missing_is_filled_in(page: Worksheet):
    row = {row["问题编号"]: row for row in rows_of(page)}
    assert row["S-2"]["整改时限"] == datetime(2026, 10, 16)
    assert row["S-6"]["退回日期"] == datetime(2026, 11, 12)
    assert [row["S-7"]["整改时限"], row["S-7"]["行政村"], row["S-5"]["剩余天数"]] == [None] * 3


def test_the_line_above_says_the_pages_own_figures(page: Worksheet):
    count = problem_counts(listed()).iloc[0]
    assert [count["found"], count["open"], count["awaiting"], count["closed"]] == [8, 6, 1, 1]
    said = "发现8个 = 整改中6个(含待认领) + 待验收1个 + 已销号1个;销号率12.5%(1/8个);逾期3个、7天内到期1个、反弹0个、退回1个"
    assert counts_text(listed()) == said
    assert page["A2"].value == f"数据截至2026年11月15日,数据版本 20261115-abc。{said}"


def test_a_part_has_no_rate():
    found = listed()
    said = counts_text(found[~found["is_closed"]], is_part=True)
    assert (
        said
        == "清单中7个 = 整改中6个(含待认领) + 待验收1个 + 已销号0个;逾期3个、7天内到期1个、反弹0个、退回1个"
    )


def test_an_empty_list_has_no_rate():
    assert "销号率—(0/0个)" in counts_text(listed([]))
    empty = openpyxl.load_workbook(io.BytesIO(rectification_book(INFO, {"东山镇": listed([])})))
    assert rows_of(empty["东山镇"]) == []


def test_hostile_text_stays_text_everywhere(book: openpyxl.Workbook):
    texts = [cell for page in book for row in page.iter_rows() for cell in row if "evil" in str(cell.value)]
    assert len(texts) == 2  # in the list and in 导出时
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in texts)
    assert {cell.value for cell in texts} == {HOSTILE.replace("\x07", "").replace("\x0b", "")}
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)


def test_it_prints_on_a4_across(page: Worksheet):
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (
        1,
        0,
    )  # 1 is what is not written
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$4:$4"
    assert page.print_area == "'东山镇'!$A$1:$AD$12"
    assert page.oddFooter.right.text == "第&P页 共&N页"
    assert page.oddFooter.left.text == "小试&&县 数据截至2026年11月15日"
    assert page.page_margins.left == pytest.approx(0.25)


def test_it_scrolls_under_its_header_and_filters(page: Worksheet):
    assert page.freeze_panes == "C5"
    assert page.auto_filter.ref == "A4:AD12"
    assert all(cell.alignment.wrap_text for cell in page[5])


def test_colours_follow_what_the_warning_says(page: Worksheet):
    (area,) = page.conditional_formatting
    assert str(area.sqref) == "AB5:AC12"
    rules = {rule.formula[0]: rule.dxf.fill.bgColor.rgb for rule in area.rules}
    assert rules == {
        '$AB5="逾期"': "FFFFC7CE",
        'AND($AB5<>"",$AB5<>"逾期",$AB5<>"临期")': "FFFFEB9C",
        '$AB5="临期"': "FFDDEBF7",
    }


def test_status_is_chosen_and_dates_are_dates(page: Worksheet):
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    statuses = rules.pop("AA5:AA12")
    assert (statuses.type, statuses.formula1) == ("list", f'"{",".join(STATUSES)}"')
    assert len(rules) == 11
    assert {rule.type for rule in rules.values()} == {"date"}


def test_what_it_said_is_kept_apart(book: openpyxl.Workbook):
    base = book["导出时"]
    assert base.protection.sheet
    assert "请勿修改" in base["A1"].value
    assert [base[cell].value for cell in ("B2", "D2", "F2")] == ["小试&县", "20261115-abc", "2026-11-15"]
    assert re.fullmatch("[a-p]{32}", base["J2"].value)
    kept = {row[0]: row for row in base.iter_rows(min_row=5, values_only=True)}
    assert len(kept) == 8
    heads = [cell.value for cell in base[4]]
    assert kept["S-2"][heads.index("整改时限")] == "2026-10-16"
    assert kept["S-2"][heads.index("状态")] == "整改中"


def test_several_lists_have_a_sheet_each_and_a_summary_that_adds_up():
    found = listed()
    lists = {str(name): own for name, own in found.groupby("township", sort=False)}
    book = openpyxl.load_workbook(io.BytesIO(rectification_book(INFO, lists)))
    assert book.sheetnames == ["汇总", *lists, "导出时"]
    *rows, total = list(book["汇总"].iter_rows(min_row=4, values_only=True))
    assert {row[0]: row[1] for row in rows} == {"东山镇": 6, "西岭乡": 1, "县直及未注明": 1}
    assert total == ("合计", 8, 1, 1, 6, 3, 1, 0, 1, 12.5)
    assert [sum(row[at] for row in rows) for at in range(1, 9)] == list(total[1:9])
    assert sum(len(rows_of(book[name])) for name in lists) == 8


def test_sheets_can_be_called_anything():
    hostile = ["a/b", "a:b", "汇总", "导出时", "'x'", "", "长" * 40, "长" * 41, "History"]
    names = sheet_names(hostile)
    assert len({name.lower() for name in names.values()}) == len(hostile)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names.values())
    assert {"汇总", "导出时"}.isdisjoint(names.values())
    rectification_book(INFO, {name: listed([]) for name in hostile})  # Excel's rules are xlsxwriter's too


def test_the_same_list_is_the_same_file():
    first, second = (rectification_book(INFO, {"东山镇": listed()}) for _ in range(2))
    assert first == second
