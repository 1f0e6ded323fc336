"""Declared rules: each kind of rule on rows that break it, and on rows that do not."""

import pytest

from data_loaders.checks import check_rules
from data_loaders.contract import conform
from faults import DataProblem, FaultLog
from settings import ConfigProblem
from tests.data_loaders.reported import TOWNSHIPS, figure, observations, places, register, settings, village

RIVER, BRIDGE = village("东山镇", 1), village("东山镇", 2)
WEST = village("西岭乡", 1)


def broken(rule, *rows, **tables):
    """The faults that one declared rule gives."""
    log = FaultLog()
    frames = {"observations": observations(*rows), **{n: conform(n, given) for n, given in tables.items()}}
    check_rules(frames, register(), settings("\n[[checks]]\n" + rule), log)
    return log.faults


def area(place_code, value, period="2026-03"):
    return figure(place_code, "tea_area", period, value)


def test_at_most_names_both_figures_and_both_cells():
    rule = 'rule = "at_most"\nwhole = "tea_area"\nparts = ["tea_plucked"]'
    rows = [area(RIVER, 100), figure(RIVER, "tea_plucked", "2026-03", 110)]

    (fault,) = broken(rule, *rows, area(BRIDGE, 50), figure(BRIDGE, "tea_plucked", "2026-03", 50))

    assert fault.message == "东山镇河湾村2026年3月:采摘面积 110亩 不应大于茶园面积 100亩"
    assert (fault.severity, fault.kind, fault.cell) == ("warning", "rule_broken", "C11、D11")
    assert (fault.found, fault.expected, fault.place_code) == ("110", "≤ 100", TOWNSHIPS["东山镇"])


def test_sum_equals_allows_the_declared_share_and_no_more():
    rule = 'rule = "sum_equals"\nwhole = "tea_area"\nparts = ["tea_plucked"]\ntolerance = 0.1'
    rows = [area(RIVER, 100), figure(RIVER, "tea_plucked", "2026-03", 91)]
    rows += [area(BRIDGE, 100), figure(BRIDGE, "tea_plucked", "2026-03", 89)]

    (fault,) = broken(rule, *rows)

    assert "石桥村2026年3月:采摘面积 89亩 应等于茶园面积 100亩" in fault.message


def test_a_missing_figure_breaks_no_relation():
    rule = 'rule = "sum_equals"\nwhole = "tea_area"\nparts = ["tea_plucked"]'

    assert broken(rule, area(RIVER, None), figure(RIVER, "tea_plucked", "2026-03", 5)) == []


@pytest.mark.parametrize(
    ("bounds", "should"),
    [
        ("min = 1\nmax = 500", "在1亩到500亩之间"),
        ("max = 500", "不大于500亩"),
        ("min = 600", "不小于600亩"),
    ],
)
def test_range_says_the_bounds_and_the_figure(bounds, should):
    inside, outside = (600, 20) if "600" in bounds else (500, 501)
    rows = [area(RIVER, outside), area(BRIDGE, inside), area(WEST, None)]

    (fault,) = broken(f'rule = "range"\nof = ["tea_area"]\n{bounds}', *rows)

    assert fault.kind == "outside_range"
    assert fault.message == f"“茶园面积”应{should}:东山镇河湾村2026年3月是{outside}亩"
    assert (fault.cell, fault.found, fault.expected) == ("C11", str(outside), should)


def test_a_townships_mistyped_column_is_one_fault_with_every_cell():
    rows = [area(village("东山镇", number), 1000 * number) for number in range(1, 7)]

    faults = broken('rule = "range"\nof = ["tea_area"]\nmax = 500', *rows, area(WEST, 900))

    assert [fault.place_code for fault in faults] == [TOWNSHIPS["东山镇"], TOWNSHIPS["西岭乡"]]
    assert faults[0].cell == "C11、C12、C13、C14、C15、C16"
    assert "河湾村2026年3月是1000亩" in faults[0].message and faults[0].message.endswith("等6处")


def test_whole_numbers():
    (fault,) = broken('rule = "whole_numbers"\nof = ["tea_area"]', area(RIVER, 12.5), area(BRIDGE, 12))

    assert fault.kind == "not_whole"
    assert fault.message == "“茶园面积”应是整数:东山镇河湾村2026年3月是12.5亩"


def test_a_cumulative_figure_may_fall_only_at_the_turn_of_the_year():
    rows = [area(RIVER, 90, "2025-12"), area(RIVER, 30, "2026-01"), area(RIVER, 20, "2026-03")]

    (fault,) = broken('rule = "never_falling"\nof = ["tea_area"]', *rows, area(BRIDGE, 5, "2026-03"))

    assert fault.kind == "falling_total"
    assert "河湾村2026年3月是20亩,2026年1月已是30亩" in fault.message
    assert fault.file == "月报/2026-03.xlsx"


def test_required_figures_may_not_be_blank():
    faults = broken('rule = "required"\nof = ["tea_area"]', area(RIVER, None), area(BRIDGE, 0))

    assert [fault.kind for fault in faults] == ["missing_figure"]
    assert faults[0].message == "“茶园面积”应每行都填:东山镇河湾村2026年3月没有填"


def test_a_blank_target_is_no_report_that_is_missing():
    target = figure(RIVER, "tea_area", "2026", None, source_id="targets")

    assert broken('rule = "required"\nof = ["tea_area"]', target) == []


def problem(number, category, place_code=RIVER):
    source = {"source_id": "problems", "source_file": "问题.xlsx", "source_sheet": "台账"}
    return {
        "problem_id": number,
        "lead_unit": category,
        "place_code": place_code,
        **source,
        "source_row": int(number[-1]) + 1,
    }


def test_one_of_lists_what_is_allowed_under_the_ledgers_own_header():
    rows = [problem("甲-1", "县茶办"), problem("甲-2", "县委办", None), problem("甲-3", None)]
    rule = 'rule = "one_of"\ntable = "problems"\nof = ["lead_unit"]\nvalues = ["县茶办", "县农业农村局"]'

    (fault,) = broken(rule, problems=rows)

    assert fault.kind == "not_in_list"
    assert fault.message == "“牵头单位”应填县茶办、县农业农村局:甲-2填的是“县委办”"
    assert (fault.cell, fault.place_code) == ("第3行", None)


def test_unique_keeps_the_first_and_reports_the_others():
    rows = [problem("甲-1", "县茶办"), problem("甲-2", "县茶办"), problem("甲-3", None)]

    (fault,) = broken('rule = "unique"\ntable = "problems"\nof = ["lead_unit"]', problems=rows)

    assert fault.kind == "repeated_value"
    assert "应不重复:甲-2填的是“县茶办”" in fault.message


def test_columns_of_a_ledger_are_compared_row_by_row():
    rows = places().assign(households=100, poor_households=[*[20] * 20, 120, 20])
    rule = 'rule = "at_most"\ntable = "places"\nwhole = "households"\nparts = ["poor_households"]'

    (fault,) = broken(rule, places=rows)

    assert fault.message == "水口村:poor_households 120 不应大于households 100"
    assert fault.place_code == TOWNSHIPS["南坪镇"]


def test_a_number_rule_for_a_text_column_is_refused():
    with pytest.raises(DataProblem, match="“牵头单位”不是数字"):
        broken(
            'rule = "range"\ntable = "problems"\nof = ["lead_unit"]\nmax = 1',
            problems=[problem("甲-1", "茶")],
        )


def test_a_column_that_the_table_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(DataProblem, match=r"problems 表没有“bureau”这一列.*lead_unit"):
        broken('rule = "required"\ntable = "problems"\nof = ["bureau"]', problems=[])


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ('rule = "at_most"\nwhole = "tea_area"', "要写 whole 和 parts"),
        ('rule = "range"\nof = ["tea_area"]', "要写 min 或 max"),
        ('rule = "range"\nof = ["tea_area"]\nmin = 5\nmax = 1', "min 5 大于 max 1"),
        ('rule = "whole_numbers"', "要写 of"),
        ('rule = "one_of"\ntable = "problems"\nof = ["category"]', "要写 values"),
        ('rule = "one_of"\nof = ["tea_area"]\nvalues = ["1"]', "请写明 table"),
        ('rule = "never_falling"\ntable = "enterprises"\nof = ["jobs"]', "只用于指标"),
        ('rule = "whole_numbers"\nof = ["tea_aera"]', "没有定义的指标“tea_aera”"),
    ],
)
def test_a_rule_that_lacks_a_key_is_refused_by_the_config(rule, says):
    with pytest.raises(ConfigProblem, match=says):
        settings("\n[[checks]]\n" + rule)
