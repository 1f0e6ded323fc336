"""Two reporting systems: whose figure is kept, and how a contradiction is told. Real files through the pipeline."""

from datetime import date

import pytest

from data_loaders.pipeline import prepare
from settings import ConfigProblem, parse_settings, read_settings
from tests.small_county import CONFIG, TEA_ROWS, tea_sheet, write_county, write_sheets

PROVINCE = """
[[sources]]
id = "province"
title = "省系统"
kind = "observations"
files = "省系统/*.xlsx"
is_required = false
period = { source = "file" }

[[sources.tables]]
header = { starts = "乡镇" }
places = { township = "乡镇", village = "村" }
columns = [{ header = "茶园面积", indicator = "tea_area", unit = "亩" }]

[[sources]]
id = "project"
title = "项目系统"
kind = "observations"
files = "项目系统/*.xlsx"
is_required = false
period = { source = "file" }

[[sources.tables]]
header = { starts = "乡镇" }
places = { township = "乡镇" }
columns = [{ header = "茶园面积", indicator = "tea_area", unit = "亩" }]
"""
VILLAGES = [
    ("东山镇", "河湾村", 100),
    ("东山镇", "石桥村", 50),
    ("西岭乡", "河湾村", 30),
    ("西岭乡", "茶坪社区", 0),
]


@pytest.fixture
def county(tmp_path):
    """Prepare the small county with a `[[reconcile]]` and what other systems say of 2026-03."""

    def run(reconcile, province=(), project=(), monthly=None):
        config = write_county(
            tmp_path, f"{CONFIG}\n{PROVINCE}\n[[reconcile]]\nindicator = 'tea_area'\n{reconcile}"
        )
        for name, header, rows in (
            ("省系统", ["乡镇", "村", "茶园面积"], province),
            ("项目系统", ["乡镇", "茶园面积"], project),
        ):
            if rows:
                write_sheets(tmp_path / "raw" / name / "2026年3月.xlsx", {"表": [header, *rows]})
        if monthly is not None:
            write_sheets(tmp_path / "raw" / "月报" / "2026年3月.xlsx", tea_sheet(monthly))
        return prepare(read_settings(config), tmp_path / "raw", date(2026, 3, 31))

    return run


def with_bridge(value):
    return [row if row[1] != "石桥村" else ("东山镇", "石桥村", value) for row in VILLAGES]


def areas(prepared):
    rows = prepared.tables["observations"].query("indicator_id == 'tea_area'")
    return dict(zip(rows["place_code"], rows["value"], strict=True))


def faults(prepared, kind):
    return [fault for fault in prepared.log.faults if fault.kind == kind]


MONTHLY_FIRST = 'sources = ["monthly", "province"]'


def test_a_difference_names_both_figures_both_sources_and_who_must_act(county):
    prepared = county(MONTHLY_FIRST, province=with_bridge(45))

    (fault,) = faults(prepared, "reports_differ")
    assert fault.message == (
        "东山镇石桥村2026年3月茶园面积报表之间不一致:“月报”是50亩,“省系统”是45亩,相差-5亩,看板采用“月报”的数"
    )
    assert (fault.file, fault.cell, fault.found, fault.expected) == (
        "省系统/2026年3月.xlsx",
        "C3",
        "45亩",
        "50亩",
    )
    assert fault.place_code == "990202100000"
    assert "请东山镇对照原始资料" in fault.remedy and "月报/2026年3月.xlsx 茶叶 C5" in fault.remedy
    assert faults(prepared, "duplicate_figure") == []


@pytest.mark.parametrize(("sources", "kept"), [("monthly, province", 50), ("province, monthly", 45)])
def test_the_source_that_is_named_first_is_believed_whatever_the_order_of_reading(county, sources, kept):
    names = ", ".join(f'"{name}"' for name in sources.split(", "))
    prepared = county(f"sources = [{names}]", province=with_bridge(45))

    assert areas(prepared)["990202100002"] == kept
    assert len(areas(prepared)) == 4


def test_a_blank_in_the_first_source_is_filled_by_the_second_and_is_no_contradiction(county):
    rows = [list(row) for row in TEA_ROWS]
    rows[1][2] = "--"
    rows[2][2], rows[6][2] = 100, 130
    prepared = county(MONTHLY_FIRST, province=with_bridge(45), monthly=rows)

    assert areas(prepared)["990202100002"] == 45
    assert faults(prepared, "reports_differ") == []


@pytest.mark.parametrize(
    ("tolerance", "differs"),
    [("tolerance = 0.1", False), ("tolerance = 0.09", True), ("tolerance_absolute = 5", False)],
)
def test_a_tolerated_difference_is_listed_but_no_fault(county, tolerance, differs):
    prepared = county(f"{MONTHLY_FIRST}\n{tolerance}", province=with_bridge(45))

    assert bool(faults(prepared, "reports_differ")) is differs
    (row,) = prepared.tables["report_differences"].to_dict("records")
    assert row == {
        "place_code": "990202100002",
        "indicator_id": "tea_area",
        "period": "2026-03",
        "source_id": "monthly",
        "value": 50,
        "other_source_id": "province",
        "other_value": 45,
        "difference": -5,
        "is_tolerated": not differs,
    }


def test_the_comparison_itself_is_told_and_so_is_one_that_compared_nothing(county):
    (done,) = faults(county(MONTHLY_FIRST, province=with_bridge(45)), "reports_compared")
    assert (done.severity, done.message) == (
        "info",
        "茶园面积:“省系统”与排在它前面的报表对比了4个数,1个不一致",
    )


def test_a_source_without_figures_to_compare_is_a_warning(county):
    (nothing,) = faults(county(MONTHLY_FIRST), "reports_compared")
    assert (nothing.severity, nothing.message) == (
        "warning",
        "茶园面积:“省系统”与排在它前面的报表没有可以对比的数",
    )


def test_a_township_report_is_compared_with_the_sum_of_its_villages_and_not_added_to_it(county):
    prepared = county('sources = ["monthly", "project"]', project=[("东山镇", 160), ("西岭乡", 30)])

    (fault,) = faults(prepared, "reports_differ")
    assert "东山镇2026年3月茶园面积报表之间不一致:“月报”是150亩,“项目系统”是160亩,相差+10亩" in fault.message
    assert "C4:C5" in fault.remedy
    assert set(areas(prepared)) == {"990202100001", "990202100002", "990202200001", "990202200002"}


def test_villages_are_overruled_by_a_township_report_that_is_named_first(county):
    prepared = county('sources = ["project", "monthly"]', project=[("东山镇", 160)])

    assert areas(prepared) == {"990202100000": 160, "990202200001": 30, "990202200002": 0}
    (fault,) = faults(prepared, "reports_differ")
    assert (fault.found, fault.expected, fault.cell) == ("150亩", "160亩", "C4:C5")


def test_a_township_whose_villages_did_not_all_report_is_not_compared(county):
    rows = [list(row) for row in TEA_ROWS]
    rows[1][2] = "--"
    prepared = county('sources = ["monthly", "project"]', project=[("东山镇", 160)], monthly=rows)

    assert faults(prepared, "reports_differ") == []


def test_a_contradiction_within_one_source_is_still_a_duplicate(county, tmp_path):
    write_sheets(
        tmp_path / "raw" / "省系统" / "2026年3月(补).xlsx",
        {"表": [["乡镇", "村", "茶园面积"], ("东山镇", "石桥村", 44)]},
    )
    prepared = county('sources = ["province", "monthly"]', province=with_bridge(45))

    (twice,) = faults(prepared, "duplicate_figure")
    assert "44 " in twice.message or "和 44" in twice.message
    assert len(faults(prepared, "reports_differ")) == 1


def test_without_a_declaration_a_second_figure_is_a_duplicate(tmp_path):
    config = write_county(tmp_path, CONFIG + PROVINCE)
    rows = [["乡镇", "村", "茶园面积"], *with_bridge(45)]
    write_sheets(tmp_path / "raw" / "省系统" / "2026年3月.xlsx", {"表": rows})

    prepared = prepare(read_settings(config), tmp_path / "raw", date(2026, 3, 31))

    assert [f.severity for f in faults(prepared, "duplicate_figure")].count("error") == 1
    assert prepared.tables["report_differences"].empty


def test_a_source_that_does_not_exist_is_refused_by_the_config():
    with pytest.raises(ConfigProblem, match="来源“province”没有在"):
        parse_settings(f"{CONFIG}\n[[reconcile]]\nindicator = 'tea_area'\n{MONTHLY_FIRST}")
