"""The traps in files that nobody on this project wrote; each has a hand-made twin in tests that runs without them.

tests/examples and tests/geo hold the traps that a whole run or a boundary file alone shows: totals, aliases,
the forestry bureau, blanks, datums, GBK text. What is here takes a layout of its own.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_loaders.pipeline import Prepared, prepare
from data_loaders.tables import read_ledger
from data_loaders.workbook import Sheet, read_workbook
from faults import Fault, FaultLog
from settings import Header, Limits, Settings, Table, parse_settings
from tests.small_county import CONFIG, write_county

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples" / "shennongjia" / "config.toml").read_text(encoding="utf-8")
HEAD = EXAMPLE[: EXAMPLE.index('[[sources]]\nid = "outline"')]  # the county, its indicators and its code list
YEARBOOK = "2016年农村统计年报汇总表.xls"
TOWNSHIPS = {"松柏镇", "阳日镇", "木鱼镇", "红坪镇", "新华镇", "宋洛乡", "九湖镇", "下谷乡"}
OVERWRITTEN = "农村基层组织及户数、人口、从业人员情况_二）"


def faults(prepared: Prepared, kind: str) -> list[Fault]:
    return [fault for fault in prepared.log.faults if fault.kind == kind]


# ── the yearbook ───────────────────────────────────────────────────────────────────────────


def yearbook(real: Path, table: str, period: str = '{ source = "file" }', head: str = HEAD) -> Prepared:
    """The yearbook read by one layout."""
    source = (
        f'[[sources]]\nid = "yearbook"\ntitle = "年报"\nkind = "observations"\nfiles = "{YEARBOOK}"\n'
        f"period = {period}\n\n[[sources.tables]]\n{table}\n"
    )
    return prepare(parse_settings(head + source), real / "shennongjia", date(2016, 12, 20))


def figures(prepared: Prepared, indicator: str) -> pd.Series:
    found = prepared.tables["observations"].query("indicator_id == @indicator and period == '2016'")
    return found.set_index("place_code")["value"].dropna().sort_index()


TEA = """
sheet = "年末茶叶水果园情况"
header = { starts = "指标名称", rows = 4 }
places = { township = "指标名称" }
columns = [{ header = "年末实有茶园面积", indicator = "tea_garden_area", unit = "亩" }]
"""


def test_rows_that_are_no_townships_are_neither_places_nor_faults(real):
    prepared = yearbook(real, TEA)

    # 合|本年, 计|上年, 增减, 增减%, 横向合计, 说明 and 第16页 are all told apart; only 林管局 is left over.
    assert set(prepared.tables["placements"]["label"]) == {*TOWNSHIPS, "林管局"}
    assert {fault.found for fault in faults(prepared, "unknown_place")} == {"林管局"}
    assert faults(prepared, "total_differs") == []


def test_running_numbers_in_a_code_column_are_not_place_codes(real):
    by_name = yearbook(real, TEA)
    by_both = yearbook(real, TEA.replace("places = { ", 'places = { code = "编号", '))
    by_number = yearbook(real, TEA.replace('township = "指标名称"', 'code = "编号"'))

    pd.testing.assert_series_equal(figures(by_both, "tea_garden_area"), figures(by_name, "tea_garden_area"))
    assert figures(by_number, "tea_garden_area").empty
    assert {"04", "11"} <= {fault.found for fault in faults(by_number, "unknown_place")}


def test_every_filler_of_a_column_is_missing_and_none_is_zero(real):
    prepared = yearbook(
        real,
        'sheet = "经济作物生产情况（六）"\nheader = { starts = "指标名称", rows = 6 }\n'
        'places = { township = "指标名称" }\n'
        'columns = [{ header = "食用菌/面积", indicator = "tea_garden_area", unit = "亩" }]',
    )

    written = prepared.tables["observations"]
    assert {"--", "—", ""} <= set(written["source_text"])
    assert written["value"].isna().all()
    assert faults(prepared, "not_a_number") == []


def test_a_unit_that_differs_from_the_layout_is_refused_and_a_declared_one_converted(real):
    layout = (
        'sheet = "经济作物生产情况（八）"\nheader = { starts = "指标名称", rows = 7 }\n'
        'places = { township = "指标名称" }\n'
        'columns = [{ header = "茶叶/总产量", indicator = "tea_output", unit = "公斤" }]'
    )
    in_tonnes = (
        HEAD.replace('"茶叶产量", unit = "公斤"', '"茶叶产量", unit = "吨"')
        + '[units.conversions]\n"吨" = { "公斤" = 1000 }\n\n'
    )

    (fault,) = yearbook(real, layout.replace("公斤", "吨"), head=in_tonnes).blocking
    assert (fault.kind, fault.found, fault.expected) == ("unit_mismatch", "公斤", "吨")
    assert figures(yearbook(real, layout, head=in_tonnes), "tea_output").sum() == pytest.approx(86.789)


def test_a_title_that_still_says_last_year_is_reported(real):
    prepared = yearbook(
        real,
        'sheet = "其它畜牧业生产情况表"\nheader = { starts = "指标名称", rows = 6 }\n'
        'places = { township = "指标名称" }\n'
        'columns = [{ header = "活牲畜", indicator = "rural_households", unit = "头" }]',
        '[{ source = "file" }, { source = "title" }]',
        HEAD.replace('"乡村户数", unit = "户"', '"牲畜", unit = "头"'),
    )

    (fault,) = faults(prepared, "period_conflict")
    assert (fault.expected, fault.found) == ("2016", "2015")
    assert figures(prepared, "rural_households").sum() == 25


@pytest.fixture(scope="module")
def sheets(real: Path) -> list[Sheet]:
    path = real / "shennongjia" / YEARBOOK
    return read_workbook(path.read_bytes(), path.name, Limits(), FaultLog())


def read_any(sheet: Sheet, settings: Settings, log: FaultLog) -> bool:
    table = Table(header=Header(starts="指标名称", rows=3))
    return read_ledger(sheet, table, settings.reading, {"亩"}, log) is not None


def test_cover_contents_overwritten_and_empty_sheets_are_the_only_ones_without_a_ledger(sheets):
    settings, log = parse_settings(HEAD), FaultLog()

    without = [sheet.name for sheet in sheets if not read_any(sheet, settings, log)]

    assert len(sheets) == 29  # the README's 28, and the empty one
    assert without == ["年报封面", "目录", OVERWRITTEN, "Sheet1"]
    assert [fault.kind for fault in log.faults] == ["missing_header"] * 4
    said = {fault.sheet: fault.message for fault in log.faults}
    assert "各工作表的名称(年报封面、目录、" in said[OVERWRITTEN]
    assert "各工作表的名称" not in said["目录"] + said["年报封面"] + said["Sheet1"]


def test_the_overwritten_sheet_stops_publication_and_gives_no_places(real):
    layout = (
        f'sheet = "{OVERWRITTEN}"\nheader = {{ starts = "指标名称", rows = 6 }}\n'
        'places = { township = "指标名称" }\n'
        'columns = [{ header = "批发零售贸易业", indicator = "rural_households", unit = "户" }]'
    )
    (fault,) = yearbook(real, layout).blocking
    assert (fault.kind, fault.sheet, fault.cell) == ("missing_header", OVERWRITTEN, "A列")
    assert "请从原表恢复第一列" in fault.remedy

    # Told that the pasted name is the header, it is refused all the same.
    name = "农村基层组织及户数、人口、从业人员情况(二）"
    (fault,) = yearbook(real, layout.replace("指标名称", name)).blocking
    assert (fault.kind, fault.sheet) == ("ambiguous_column", OVERWRITTEN)
    assert fault.found.endswith("等15列")


def test_an_empty_sheet_is_no_sheet(real):
    (fault,) = yearbook(real, TEA.replace("年末茶叶水果园情况", "Sheet1")).blocking
    assert (fault.kind, fault.expected) == ("missing_sheet", "Sheet1")


# ── points and outlines ────────────────────────────────────────────────────────────────────


def test_seats_with_the_codes_of_2016_are_placed_by_name_and_said_so(real):
    seats = EXAMPLE[
        EXAMPLE.index('[[sources]]\nid = "seats"') : EXAMPLE.index('[[sources]]\nid = "yearbook"')
    ]
    prepared = prepare(parse_settings(HEAD + seats), real / "shennongjia", date(2016, 12, 20))

    (moved,) = faults(prepared, "boundary_by_name")
    assert "宋洛乡(429021200000→429021201)" in moved.message
    assert "下谷坪土家族乡(429021202000→429021203)" in moved.message
    (unmapped,) = faults(prepared, "no_geometry")
    assert "1个乡镇" in unmapped.message and "九湖镇" in unmapped.message
    assert len(prepared.tables["places"].query("geometry_source == 'point'")) == 7


YANQING = """
[county]
name = "延庆区"
code = "110119"
as_of = 2024-12-31

[paths]
raw = "raw"
prepared = "out"

[[sources]]
id = "townships"
title = "乡镇代码"
kind = "places"
files = "townships.csv"

[[sources.tables]]
header = { starts = "code" }
fields = { code = "code", name = "name" }

[[sources]]
id = "outlines"
title = "乡镇界线"
kind = "boundaries"
files = "townships.geojson"
level = "township"
code_field = "code"
name_field = "Name"
datum = "wgs84"
"""


def test_integer_codes_of_12_digits_meet_text_codes_of_9(real):
    prepared = prepare(parse_settings(YANQING), real / "yanqing", date(2024, 12, 31))
    places = prepared.tables["places"]

    assert places["geometry_source"].value_counts().to_dict() == {"boundary": 18, "dissolved": 1}
    # labelPoint is written latitude first; nothing reads it, so every place lies where its polygon lies.
    assert places["lon"].between(115.7, 116.6).all() and places["lat"].between(40.2, 40.8).all()
    assert places["area_km2"].iloc[0] == pytest.approx(1_994, rel=0.02)  # the district's published area
    assert [fault.kind for fault in prepared.blocking] == []


# ── the audit ledger ───────────────────────────────────────────────────────────────────────

BASE = CONFIG[: CONFIG.index('[[sources]]\nid = "monthly"')]
AUDIT = """
[[sources]]
id = "audit"
title = "审计问题整改台账"
kind = "problems"
files = "*公司.xlsx"

[[sources.tables]]
header = { starts = "序号" }

[sources.tables.fields]
problem_id = "问题编号"
source = "问题来源"
batch = "问题来源"
text = "问题简述"
category = "问题分类"
measures = "整改计划及措施"
lead_unit = "所属责任公司"
due_on = "目标设定完成时间"
done_on = "整改完成时间"
is_done = "是否整改完成"
done_count = "整改完成数量"
open_count = "未完成整改数量"
"""


def audited(real: Path, tmp_path: Path, layout: str) -> Prepared:
    """The ledger read by one layout; it is copied for the run only."""
    config = write_county(tmp_path, BASE + layout)
    (tmp_path / "raw" / "月报" / "2026年3月.xlsx").unlink()
    shutil.copyfile(real / "audit_ledger" / "A公司.xlsx", tmp_path / "raw" / "A公司.xlsx")
    settings = parse_settings(config.read_text(encoding="utf-8"))
    return prepare(settings, tmp_path / "raw", date(2024, 9, 30))


@pytest.fixture
def audit(real: Path, tmp_path: Path) -> Prepared:
    return audited(real, tmp_path, AUDIT)


def test_a_ledger_without_places_is_mapped_by_config_alone(audit):
    problems = audit.tables["problems"].set_index("problem_id")

    assert len(problems) == 35  # and the empty Sheet1 is passed over
    assert audit.blocking == []
    assert problems["place_code"].isna().all()
    assert set(problems["lead_unit"]) == {"A公司"}
    assert problems.loc["33", "due_on"] == pd.Timestamp("2024-08-01")  # a serial number in the file
    assert problems.loc["33", "source"] == "国资委全面审计"
    assert problems.loc["33", "category"] == "应收款项"
    assert (problems["measures"] == problems["text"]).all()  # as in the file
    assert set(problems["kind"]) == {"限期整改"}  # every row has a deadline
    assert problems["status"].value_counts().to_dict() == {
        "待验收": 28,
        "待认领": 7,
    }  # 28 dates of completion
    assert set(audit.tables["problem_events"]["step"]) == {"报完成"}  # its only date of a step


def test_what_fills_a_blank_cell_is_nothing(real, tmp_path):
    audit = audited(real, tmp_path, AUDIT.replace("整改计划及措施", "本月非金额类整改进展"))
    assert audit.tables["problems"]["measures"].isna().all()  # `\\`, ` /` and blanks


def test_names_of_persons_are_in_no_table(audit):
    # 整改责任领导, 整改责任人 and 验收负责人 hold names: no field asks for them.
    written = "".join(str(table.to_dict("records")) for table in audit.tables.values())
    assert "A公司" in written
    assert [name for name in ("陈宫", "曹操") if name in written] == []


def test_its_only_faults_are_contradictions_on_completion(audit):
    assert {fault.kind for fault in audit.log.faults} == {"completion_differs"}


def test_contradictions_on_completion_are_named_with_all_that_the_row_says(audit):
    said = {fault.cell: fault.message for fault in faults(audit, "completion_differs")}

    # Two cells above each other: 否 although one is done, 是 although none is.
    assert "是否整改完成“否”、整改完成数量1、未完成整改数量0、整改完成时间空着" in said["I4"]
    assert "是否整改完成“是”、整改完成数量0、未完成整改数量1、整改完成时间空着" in said["I5"]
    assert "是否整改完成“否”、整改完成数量0、未完成整改数量1、整改完成时间2021-08-10" in said["I2"]
    assert "I8" not in said  # 否, nothing done, no date
    assert "I13" not in said  # 是, done, with its date
    assert len(said) == 24
