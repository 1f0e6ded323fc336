"""Hand-made twins of the traps in ../shared/real (tests/real/test_traps.py): small enough to see why.

Twins of what lies in boundary files stand in tests/geo; merged headers, totals, aliases and blanks in test_pipeline,
test_headers and test_register.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from data_loaders.pipeline import Prepared, prepare
from faults import Fault
from settings import read_settings
from tests.small_county import CONFIG, write_county, write_sheets

BASE = CONFIG[: CONFIG.index('[[sources]]\nid = "monthly"')]


def faults(prepared: Prepared, kind: str) -> list[Fault]:
    return [fault for fault in prepared.log.faults if fault.kind == kind]


def run(folder: Path, config: str) -> Prepared:
    """What the county's raw folder gives; the monthly report of the small county is not in it."""
    path = write_county(folder, config)
    (folder / "raw" / "月报" / "2026年3月.xlsx").unlink()
    return prepare(read_settings(path), folder / "raw", date(2026, 3, 31))


# ── a statistics yearbook ──────────────────────────────────────────────────────────────────

ROWS = """
[[reading.rows]]
match = '^(合|合计)?本年$'
row = "total"

[[reading.rows]]
match = '^(计|合计)?上年$'
row = "county"
year_shift = -1

[[reading.rows]]
match = '^增减%?$'
row = "skip"

[[reading.rows]]
match = '^横向合计$'
row = "total"

[[reading.rows]]
match = '^(说明|第\\d+页)'
row = "end"
"""
HEAD = ROWS + BASE.replace("[aliases]", '[aliases]\n"东岭乡" = "东山镇"')
LAYOUT = """
[[sources]]
id = "yearbook"
title = "年报"
kind = "observations"
files = "*年报.xlsx"
period = [{ source = "file", pattern = '(?P<year>\\d{4})年' }, { source = "title", pattern = '(?P<year>\\d{4})年' }]

[[sources.tables]]
sheet = "茶园"
header = { starts = "指标名称", rows = 3 }
places = { township = "指标名称" }
columns = [{ header = "实有茶园面积", indicator = "tea_area", unit = "亩" }]
"""
HEADER: list[list[Any]] = [
    ["年末茶园情况"],
    ["填报单位:    20 16 年"],
    ["指标名称", "", "编  号", "一、实有茶园面积", "其中:采摘"],
    ["计算单位", "", "--", "亩", "亩"],
    ["汇总代码", "", "--", "01", "02"],
]
FIGURES: list[list[Any]] = [
    ["合", "本    年", "00", 150, 110],
    ["计", "上    年", "01", 140, "—"],
    ["增减", "", "02", 10, "--"],
    ["增减%", "", "03", 7.14, ""],
    ["东岭乡", "", "04", 150, 110],
    ["西岭乡", "", "05", "—", "--"],
    ["林管局", "", "06", "", ""],
    ["", "", "07", "", ""],
    ["横向合计", "", "16", 150, 110],
    ["    说明:面积按年末统计"],
    ["第16页"],
]
COVER: list[list[Any]] = [["", "小试县"], ["", "国民经济统计表"]]
CONTENTS: list[list[Any]] = [["", "目    录"], ["", "一、茶园………第01页"]]


def write_yearbook(folder: Path, **sheets: list[list[Any]]) -> None:
    """A book with cover, contents and an empty sheet; headers that span two columns are merged, as they come."""
    path = folder / "raw" / "2016年报.xlsx"
    path.parent.mkdir(parents=True)
    book = {"封面": COVER, "目录": CONTENTS, "茶园": [*HEADER, *FIGURES], "Sheet1": []} | sheets
    with xlsxwriter.Workbook(path) as out:
        for name, rows in book.items():
            sheet = out.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(row, column, cell)
                if len(cells) > 2 and cells[:2] != ["", ""] and cells[1] == "":
                    sheet.merge_range(row, 0, row, 1, cells[0])


def test_a_yearbook_gives_its_townships_and_last_years_county_and_nothing_else(tmp_path):
    write_yearbook(tmp_path)
    prepared = run(tmp_path, HEAD + LAYOUT)

    found = prepared.tables["observations"].set_index(["place_code", "period"])["value"]
    assert found.dropna().to_dict() == {("990202100000", "2016"): 150, ("990202000000", "2015"): 140}
    assert found.isna().sum() == 1  # 西岭乡 wrote —
    assert set(prepared.tables["placements"]["label"]) == {"东岭乡", "西岭乡", "林管局"}
    (unknown,) = faults(prepared, "unknown_place")
    assert (unknown.severity, unknown.found, unknown.cell) == ("info", "林管局", "A12")
    assert prepared.blocking == []


def test_running_numbers_in_a_code_column_are_not_place_codes(tmp_path):
    write_yearbook(tmp_path)
    by_both = LAYOUT.replace("places = { ", 'places = { code = "编号", ')
    prepared = run(tmp_path, HEAD + by_both)

    assert prepared.tables["observations"]["place_code"].tolist() == [
        "990202000000",
        "990202100000",
        "990202200000",
    ]


@pytest.mark.parametrize("name", ["封面", "目录"])
def test_a_cover_or_contents_sheet_has_no_header(tmp_path, name):
    write_yearbook(tmp_path)
    prepared = run(tmp_path, HEAD + LAYOUT.replace('"茶园"', f'"{name}"'))

    (fault,) = prepared.blocking
    assert (fault.kind, fault.sheet) == ("missing_header", name)


def test_an_empty_sheet_is_no_sheet(tmp_path):
    write_yearbook(tmp_path)
    prepared = run(tmp_path, HEAD + LAYOUT.replace('"茶园"', '"Sheet1"'))

    (fault,) = prepared.blocking
    assert (fault.kind, fault.expected) == ("missing_sheet", "Sheet1")


def test_a_first_column_overwritten_by_sheet_names_is_refused(tmp_path):
    names = ["封面", "目录", "茶园", "Sheet1", "户数"]
    pasted = [[name, *row[1:]] for name, row in zip(names, [*HEADER, *FIGURES], strict=False)]
    write_yearbook(tmp_path, 户数=[*pasted, *FIGURES])
    prepared = run(tmp_path, HEAD + LAYOUT.replace('"茶园"', '"户数"'))

    (fault,) = prepared.blocking
    assert (fault.kind, fault.sheet, fault.cell) == ("missing_header", "户数", "A列")
    assert "第一列写的是本文件各工作表的名称(封面、目录、茶园……)" in fault.message
    assert prepared.tables["observations"].empty


def test_a_title_that_still_says_last_year_is_reported(tmp_path):
    write_yearbook(tmp_path, 茶园=[HEADER[0], ["填报单位:  20  15 年"], *HEADER[2:], *FIGURES])
    (fault,) = faults(run(tmp_path, HEAD + LAYOUT), "period_conflict")

    assert (fault.expected, fault.found) == ("2016", "2015")


def test_a_unit_row_that_differs_from_the_layout_is_refused(tmp_path):
    write_yearbook(tmp_path)
    in_tonnes = LAYOUT.replace(
        'indicator = "tea_area", unit = "亩"', 'indicator = "tea_output", unit = "公斤"'
    )
    (fault,) = run(tmp_path, HEAD + in_tonnes).blocking

    assert (fault.kind, fault.found, fault.expected) == ("unit_mismatch", "亩", "公斤")


# ── points and outlines ────────────────────────────────────────────────────────────────────

SEATS = """
[[sources]]
id = "seats"
title = "乡镇驻地"
kind = "boundaries"
files = "驻地.*"
level = "township"
code_field = "code"
name_field = "name"
"""


def test_seats_with_old_codes_are_placed_by_name_and_one_without_position_is_listed(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "驻地.csv").write_text(
        "code,name,lon,lat\n990202101,东山镇,114.5,31.5\n990202200,西岭乡,,\n", encoding="utf-8"
    )
    prepared = run(tmp_path, BASE + SEATS + 'lon_field = "lon"\nlat_field = "lat"\n')

    (moved,) = faults(prepared, "boundary_by_name")
    assert "东山镇(990202101000→990202100)" in moved.message
    (unmapped,) = faults(prepared, "no_geometry")
    assert "西岭乡" in unmapped.message
    assert prepared.tables["places"].set_index("name").loc["东山镇", "geometry_source"] == "point"


def test_a_name_in_a_boundary_file_and_a_label_point_count_for_nothing_beside_the_code(tmp_path):
    """The code is an integer, the name is an old one, labelPoint has latitude first: the polygon says where."""
    corners = [[114.4, 31.4], [114.5, 31.4], [114.5, 31.5], [114.4, 31.4]]
    feature = {
        "type": "Feature",
        "properties": {"code": 990202100000, "name": "东山公社", "labelPoint": [31.45, 114.45]},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }
    (tmp_path / "raw").mkdir()
    path = tmp_path / "raw" / "驻地.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    prepared = run(tmp_path, BASE + SEATS)

    place = prepared.tables["places"].set_index("name").loc["东山镇"]
    assert (place["lon"], place["lat"]) == (pytest.approx(114.47, abs=0.05), pytest.approx(31.43, abs=0.05))
    assert prepared.blocking == []


def test_seats_as_kml_from_a_phone(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "驻地.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        "<name>东山镇</name><Point><coordinates>114.5,31.5,0</coordinates></Point></Placemark></Document></kml>",
        encoding="utf-8",
    )
    prepared = run(tmp_path, BASE + SEATS.replace('code_field = "code"\n', ""))

    assert prepared.tables["places"].set_index("name").loc["东山镇", "lon"] == pytest.approx(114.5)


# ── a ledger of problems that belong to no place ───────────────────────────────────────────

AUDIT = """
[[sources]]
id = "audit"
title = "整改台账"
kind = "problems"
files = "*公司.xlsx"

[[sources.tables]]
header = { starts = "序号" }
fields = { problem_id = "问题编号", text = "问题", measures = "措施", lead_unit = "责任公司", due_on = "目标时间", done_on = "完成时间", is_done = "是否完成", done_count = "完成数量", open_count = "未完成数量" }
optional_fields = ["open_count"]
"""
AUDIT_HEADER = ["序号", "责任公司", "问题编号", "问题", "措施", "是否完成", "完成时间", "目标时间", "完成数量", "未完成数量"]  # fmt: skip


def audited(folder: Path, *rows: list[object]) -> Prepared:
    numbered = [[at, "甲公司", 100 + at, "无制度", *row] for at, row in enumerate(rows, start=1)]
    width = len(numbered[0])
    write_sheets(folder / "raw" / "甲公司.xlsx", {"甲": [AUDIT_HEADER[:width], *numbered], "Sheet1": []})
    return run(folder, BASE + AUDIT)


def test_fillers_serials_and_dates_as_text_in_a_ledger_without_places(tmp_path):
    prepared = audited(
        tmp_path,
        ["\\", "是", 45300, "2024.8.1", 1, 0],
        [" /", "否", "\\", "2024年9月底", 0, 1],
        ["建章立制", "否", " /", 45536, "\\", "\\"],
    )

    problems = prepared.tables["problems"].set_index("problem_id")
    assert problems["measures"].fillna("").tolist() == ["", "", "建章立制"]
    assert problems["due_on"].dt.date.tolist() == [date(2024, 8, 1), date(2024, 9, 30), date(2024, 9, 1)]
    assert problems["status"].tolist() == ["待验收", "待认领", "待认领"]
    assert problems["place_code"].isna().all()
    assert set(problems["lead_unit"]) == {"甲公司"}
    assert faults(prepared, "completion_differs") == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "否", "", "", 1, 0], "是否完成“否”、完成数量1、未完成数量0、完成时间空着"),
        (["", "是", "", "", 0, 1], "是否完成“是”、完成数量0、未完成数量1、完成时间空着"),
        (["", "否", "2024.8.1", "", "", ""], "是否完成“否”、完成时间2024-08-01"),
        (["", "是", "", "", "", ""], "是否完成“是”、完成时间空着"),
        (
            ["", "已完成", "2024.8.1", "", 1, 2],
            "是否完成“已完成”、完成数量1、未完成数量2、完成时间2024-08-01",
        ),
        (["", "", "2024.8.1", "", 0], "完成数量0、完成时间2024-08-01"),
    ],
)
def test_contradictions_on_completion_are_named_and_the_dates_count(tmp_path, row, said):
    prepared = audited(tmp_path, row)

    (fault,) = faults(prepared, "completion_differs")
    assert said in fault.message
    assert (fault.severity, fault.cell) == ("warning", "F2")
    assert prepared.tables["problems"]["status"].tolist() == ["待验收" if row[2] else "待认领"]


@pytest.mark.parametrize(
    "row",
    [
        ["", "否", "", "", 3, 2],  # three of five are done: not all
        ["", "是", "2024.8.1", "", 5, 0],
        ["", "", "", "", "", ""],
        ["", "无", "", "", 0],
    ],
)
def test_columns_on_completion_that_agree_are_no_fault(tmp_path, row):
    assert faults(audited(tmp_path, row), "completion_differs") == []


def test_an_answer_that_is_neither_yes_nor_no_is_said_and_the_problem_kept(tmp_path):
    prepared = audited(tmp_path, ["", "基本完成", "", "", "若干", 1])

    (fault,) = faults(prepared, "unknown_answer")
    assert (fault.found, fault.expected) == ("基本完成", "是或否")
    (fault,) = faults(prepared, "not_a_number")
    assert (fault.severity, fault.found) == ("warning", "若干")
    assert len(prepared.tables["problems"]) == 1
