"""Ledgers as real files → tables and faults, through the same pipeline as prepare.py."""

from datetime import date

import pandas as pd
import pytest

from data_loaders.pipeline import prepare
from settings import read_settings
from tests.small_county import TEA_ROWS, tea_sheet, write_county, write_sheets

AS_OF = date(2026, 3, 31)


@pytest.fixture
def county(tmp_path):
    """Write the small county, then prepare it with whatever files a test adds or replaces."""
    config = write_county(tmp_path)

    def run(**files):
        for name, sheets in files.items():
            write_sheets(tmp_path / "raw" / f"{name}.xlsx", sheets)
        return prepare(read_settings(config), tmp_path / "raw", AS_OF)

    return run


@pytest.fixture
def raw(county, tmp_path):
    """The small county's raw folder."""
    return tmp_path / "raw"


def figure(prepared, place_code, indicator_id, column="value"):
    rows = prepared.tables["observations"].query(
        "place_code == @place_code and indicator_id == @indicator_id"
    )
    return rows[column].iloc[0]


def faults(prepared, kind):
    return [fault for fault in prepared.log.faults if fault.kind == kind]


def with_row(index, row):
    rows = [list(r) for r in TEA_ROWS]
    rows[index] = row
    return tea_sheet(rows)


def test_every_village_gets_its_figures_with_the_cell_they_came_from(county):
    prepared = county()

    assert figure(prepared, "990202100001", "tea_area") == 100
    row = (
        prepared.tables["observations"]
        .query("place_code == '990202100002' and indicator_id == 'tea_area'")
        .iloc[0]
    )
    assert (row.source_file, row.source_sheet, row.source_row, row.source_cell) == (
        "月报/2026年3月.xlsx",
        "茶叶",
        5,
        "C5",
    )
    assert prepared.log.faults == []


def test_totals_are_not_places_and_a_filler_is_missing_not_zero(county):
    observations = county().tables["observations"]

    assert len(observations) == 4 * 3
    assert pd.isna(figure(county(), "990202200001", "tea_output"))
    assert figure(county(), "990202200002", "tea_output") == 0


def test_a_total_that_differs_from_its_rows_is_reported_with_both_figures(county):
    prepared = county(**{"月报/2026年3月": with_row(2, ["", "小计", 155, 130, 15])})

    (fault,) = faults(prepared, "total_differs")
    assert "155亩" in fault.message and "150亩" in fault.message and "+5" in fault.message
    assert (fault.cell, fault.place_code) == ("C6", "990202100000")


def test_a_text_that_is_no_number_rejects_that_cell_alone(county):
    prepared = county(**{"月报/2026年3月": with_row(0, ["东山镇", "河湾村", "约200", 80, 10])})

    (fault,) = faults(prepared, "not_a_number")
    assert "约200" in fault.message
    assert (fault.file, fault.sheet, fault.cell) == ("月报/2026年3月.xlsx", "茶叶", "C4")
    assert prepared.tables["observations"].query("place_code == '990202100001'")["indicator_id"].tolist() == [
        "tea_output",
        "tea_plucked",
    ]


def test_a_negative_figure_is_rejected(county):
    prepared = county(**{"月报/2026年3月": with_row(0, ["东山镇", "河湾村", -100, 80, 10])})

    assert "不能小于0" in faults(prepared, "out_of_range")[0].message


def test_an_unknown_village_rejects_its_row_and_names_who_must_act(county):
    prepared = county(**{"月报/2026年3月": with_row(1, ["", "石侨村", 50, 50, 5])})

    (fault,) = faults(prepared, "unknown_place")
    assert fault.severity == "error" and fault.place_code == "990202100000" and "石桥村" in fault.remedy
    assert prepared.sources[-1].rows_rejected == 1


def test_a_figure_reported_twice_differently_keeps_the_first_and_shows_both(county):
    prepared = county(**{"月报/2026年3月(补报)": with_row(0, ["东山镇", "河湾村", 120, 80, 10])})

    (fault,) = [f for f in faults(prepared, "duplicate_figure") if f.severity == "error"]
    assert "120" in fault.message and "100" in fault.message
    assert len(prepared.tables["observations"]) == 12


def test_a_broken_rule_between_figures_is_a_warning_with_both_cells(county):
    prepared = county(**{"月报/2026年3月": with_row(0, ["东山镇", "河湾村", 100, 110, 10])})

    (fault,) = faults(prepared, "rule_broken")
    assert "110亩" in fault.message and "100亩" in fault.message and fault.cell == "C4、D4"
    assert figure(prepared, "990202100001", "tea_plucked") == 110


def test_targets_are_converted_to_the_indicators_unit_and_belong_to_the_year(county):
    prepared = county(
        **{"目标/2026年目标": {"目标": [["乡镇", "产量(吨)"], ["东山镇", 1.2], ["西岭乡", "--"]]}}
    )

    targets = prepared.tables["observations"].query("period == '2026'")
    assert targets["target"].dropna().tolist() == [1200.0]
    assert targets["value"].isna().all()


def test_a_missing_column_blocks_publication_and_names_the_nearest(county):
    header = [["题"], ["乡镇", "村", "茶园", "", "产出"], ["", "", "面积(亩)", "其中采摘", "本月"]]
    prepared = county(**{"月报/2026年3月": {"茶叶": [*header, *TEA_ROWS]}})

    (fault,) = prepared.blocking
    assert (
        fault.kind == "missing_column"
        and "产量/本月" in fault.message
        and "本月" in fault.message.split("相近的列")[1]
    )


def test_another_unit_in_the_header_blocks_publication(county):
    header = [["题"], ["乡镇", "村", "茶园", "", "产量"], ["", "", "面积(亩)", "其中采摘(亩)", "本月(吨)"]]
    prepared = county(**{"月报/2026年3月": {"茶叶": [*header, *TEA_ROWS]}})

    (fault,) = prepared.blocking
    assert fault.kind == "unit_mismatch" and "吨" in fault.message and "公斤" in fault.message


def test_a_file_that_is_no_workbook_blocks_publication_and_the_others_are_still_read(county, raw):
    (raw / "月报" / "2026年2月.xlsx").write_bytes(b"not a workbook")
    prepared = county()

    assert [fault.kind for fault in prepared.blocking] == ["foreign_file"]
    assert figure(prepared, "990202100001", "tea_area") == 100


def test_a_file_name_without_a_month_blocks_publication(county):
    prepared = county(**{"月报/最新月报": tea_sheet()})

    assert [fault.kind for fault in prepared.blocking] == ["missing_period"]


ENTERPRISE = ["乡镇", "村", "名称", "产业", "用工", "其中脱贫户", "带动户数", "经度", "纬度"]


def test_enterprises_are_typed_and_contradictions_rejected(county):
    rows = [
        ENTERPRISE,
        ["东山镇", "河湾村", "青茶合作社", "茶业", 12, 5, 40, 114.1, 31.2],
        ["东山镇", "石桥村", "多报公司", "茶叶", 3, 5, "", "", ""],
        ["西岭乡", "河湾村", "新业公司", "航天", "", "", "", 114.1, ""],
    ]
    prepared = county(**{"主体": {"主体": rows}})

    enterprises = prepared.tables["enterprises"]
    assert enterprises["name"].tolist() == ["青茶合作社", "新业公司"]
    assert enterprises["industry"].tolist()[0] == "tea" and pd.isna(enterprises["industry"].tolist()[1])
    assert pd.isna(enterprises["jobs"].tolist()[1])
    assert {f.kind for f in prepared.log.faults} == {"contradiction", "unknown_industry", "half_position"}


PROBLEM = [
    "编号",
    "来源",
    "问题",
    "乡镇",
    "村",
    "牵头单位",
    "发现",
    "认领",
    "完成",
    "验收",
    "销号",
    "反弹",
    "时限",
    "状态",
]


def problem(number, *dates, village="河湾村", status="", due="2026-03-31"):
    found, claimed, done, accepted, closed, reopened = [*dates, *[""] * 6][:6]
    return [
        number,
        "省级督查",
        "档案不全",
        "东山镇",
        village,
        "县茶办",
        found,
        claimed,
        done,
        accepted,
        closed,
        reopened,
        due,
        status,
    ]


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        (["2026-01-01"], "待认领"),
        (["2026-01-01", "2026-01-02"], "整改中"),
        (["2026-01-01", "2026-01-02", "2026-02-01"], "待验收"),
        (["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02"], "待验收"),
        (["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-02-03"], "已销号"),
        (["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-02-03", "2026-03-01"], "整改中"),
        (
            ["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-04-03"],
            "待验收",
        ),  # closes after the as-of day
    ],
)
def test_a_problems_status_follows_from_its_dates(county, dates, status):
    prepared = county(**{"问题": {"台账": [PROBLEM, problem("甲-1", *dates)]}})

    (row,) = prepared.tables["problems"].to_dict("records")
    assert row["status"] == status
    assert prepared.tables["problem_events"]["to_status"].tolist()[-1] == status


def test_a_reopened_problem_is_open_again_and_says_so(county):
    dates = ["2026-01-01", "2026-01-02", "2026-02-01", "2026-02-02", "2026-02-03", "2026-03-01"]
    prepared = county(**{"问题": {"台账": [PROBLEM, problem("甲-1", *dates)]}})

    (row,) = prepared.tables["problems"].to_dict("records")
    assert row["reopened_count"] == 1
    assert pd.isna(row["closed_on"]) and pd.isna(row["accepted_on"])
    assert len(prepared.tables["problem_events"]) == 6


def test_a_problem_to_be_kept_up_for_good_has_no_deadline(county):
    prepared = county(**{"问题": {"台账": [PROBLEM, problem("甲-1", "2026-01-01", due="长期坚持")]}})

    assert pd.isna(prepared.tables["problems"]["due_on"]).tolist() == [True]
    assert prepared.log.faults == []


def test_dates_out_of_order_reject_the_problem_and_its_events(county):
    rows = [PROBLEM, problem("甲-1", "2026-02-01", "2026-01-01"), problem("甲-2", "2026-02-01")]
    prepared = county(**{"问题": {"台账": rows}})

    assert prepared.tables["problems"]["problem_id"].tolist() == ["甲-2"]
    assert prepared.tables["problem_events"]["problem_id"].tolist() == ["甲-2"]
    assert "早于" in faults(prepared, "dates_out_of_order")[0].message


def test_a_stated_status_that_contradicts_the_dates_is_flagged_and_the_dates_count(county):
    prepared = county(
        **{"问题": {"台账": [PROBLEM, problem("甲-1", "2026-01-01", "2026-01-02", status="已销号")]}}
    )

    assert prepared.tables["problems"]["status"].tolist() == ["整改中"]
    assert "整改中" in faults(prepared, "status_differs")[0].message


def test_a_problem_without_a_place_belongs_to_its_unit(county):
    row = problem("甲-1", "2026-01-01", village="")
    row[3] = ""
    prepared = county(**{"问题": {"台账": [PROBLEM, row]}})

    assert pd.isna(prepared.tables["problems"]["place_code"]).tolist() == [True]
    assert prepared.log.faults == []


def test_the_same_problem_number_twice_is_kept_once(county):
    rows = [PROBLEM, problem("甲-1", "2026-01-01"), problem("甲-1", "2026-01-05", "2026-01-06")]
    prepared = county(**{"问题": {"台账": rows}})

    assert len(prepared.tables["problems"]) == 1
    assert len(prepared.tables["problem_events"]) == 1
    assert "重复" in faults(prepared, "duplicate_row")[0].message
