"""Ledgers of problems as they are written: many places in a row, many units in a cell, words for a deadline."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from data_loaders.contract import TABLES
from data_loaders.file_cache import FileCache
from data_loaders.pipeline import prepare
from settings import read_settings
from tests.data_loaders.problem_ledgers import (
    AS_OF,
    HEADS,
    changes,
    faults,
    kinds,
    ledger,
    life,
    prepared_from,
    problem,
    told,
)
from tests.small_county import write_sheets

EAST, WEST = "990202100000", "990202200000"
RIVER, BRIDGE = "990202100001", "990202100002"


def places(prepared) -> dict[str, str]:
    rows = prepared.tables["problems"]
    return dict(zip(rows["problem_id"], rows["place_code"], strict=True))


# ── one row, many places ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("between", ["、", ",", "\uff0c", ";", "\uff1b", "/", "\uff0f", " 、 ", "\n"])
def test_several_townships_are_an_item_each_in_written_order(tmp_path, between):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(township=f"西岭乡{between}东山镇", village="")))

    assert places(prepared) == {"P26-001-1": WEST, "P26-001-2": EAST}
    assert told(prepared, "P26-001-2")["opinion"] == "P26-001"  # they come from one opinion
    assert life(prepared, "P26-001-1") == [("01-10", "发现", "待认领")]
    assert kinds(prepared) == []


def test_several_villages_of_a_township_are_an_item_each(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(village="石桥村、河湾村", opinion="意见三")))

    assert places(prepared) == {"P26-001-1": BRIDGE, "P26-001-2": RIVER}
    assert told(prepared, "P26-001-1")["opinion"] == "意见三"
    assert prepared.tables["placements"].query("how == 'none'").empty


def test_a_village_of_the_same_name_in_several_townships(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(township="东山镇、西岭乡", village="河湾村")))
    assert places(prepared) == {"P26-001-1": RIVER, "P26-001-2": "990202200001"}


def test_several_townships_with_several_villages_are_nobodys_guess(tmp_path):
    row = problem(township="东山镇、西岭乡", village="河湾村、茶坪社区")
    prepared = prepared_from(tmp_path, ledger=ledger(row, problem("P26-002")))

    assert set(places(prepared)) == {"P26-002"}
    (fault,) = faults(prepared, "unclear_places")
    assert (fault.severity, fault.cell) == ("error", "G2")
    assert "哪个村属于哪个乡镇" in fault.message


def test_a_place_that_is_unknown_loses_its_item_only(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(township="东山镇、无名镇、西岭乡", village="")))

    assert places(prepared) == {"P26-001-1": EAST, "P26-001-3": WEST}
    (fault,) = faults(prepared, "unknown_place")
    assert "“P26-001-2”没有采用" in fault.message
    assert fault.found == "无名镇"


def test_changes_of_the_opinion_are_all_its_items_and_of_one_item_its_own(tmp_path):
    prepared = prepared_from(
        tmp_path,
        ledger=ledger(problem(township="东山镇、西岭乡", village="")),
        changes=changes(
            ("P26-001", "2026-01-12", "认领"),
            ("P26-001-2", "2026-02-01", "报完成"),
            ("P26-001-2", "2026-01-12", "认领"),  # told of both already
            ("P26-001", "2026-02-10", "销号"),  # of neither: the one is not done, the other …
        ),
    )

    assert told(prepared, "P26-001-1")["status"] == "整改中"
    assert told(prepared, "P26-001-2")["status"] == "已销号"
    (fault,) = faults(prepared, "impossible_change")
    assert (fault.cell, fault.place_code) == ("C5", EAST)  # … was, so it is 东山镇's fault alone
    assert kinds(prepared) == ["impossible_change"]


def test_what_is_wrong_with_a_row_is_said_once_for_all_its_items_of_a_township(tmp_path):
    prepared = prepared_from(
        tmp_path, ledger=ledger(problem(village="石桥村、河湾村", closed_on="2026-02-10", status="已销号"))
    )
    assert kinds(prepared) == ["impossible_change", "status_differs"]


@pytest.mark.parametrize("written", ["", "/", "—"])
def test_a_problem_without_a_place_belongs_to_its_unit(tmp_path, written):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(township=written, village=written)))

    assert (told(prepared)["place_code"], told(prepared)["lead_unit"]) == (None, "县茶办")
    assert kinds(prepared) == []


# ── units ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lead", "support", "leads", "supports", "said"),
    [
        ("县茶办", "", "县茶办", None, []),
        ("县茶办、县林业局", "", "县茶办", "县林业局", ["several_lead_units"]),
        ("县茶办,县林业局", "县水利局\uff1b县林业局", "县茶办", "县林业局、县水利局", ["several_lead_units"]),
        ("县茶办", "县水利局,县茶办", "县茶办", "县水利局", []),
        ("县茶办(种植股、加工股)", "", "县茶办(种植股、加工股)", None, []),  # parts of one unit
        (
            "县茶办(种植股、加工股)、县水利局",
            "",
            "县茶办(种植股、加工股)",
            "县水利局",
            ["several_lead_units"],
        ),
        ("县茶办\uff08种植股、加工股\uff09", "", "县茶办\uff08种植股、加工股\uff09", None, []),
        ("", "县水利局", None, "县水利局", []),
    ],
)
def test_one_unit_leads_and_the_others_support_it(tmp_path, lead, support, leads, supports, said):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(lead_unit=lead, supporting_units=support)))

    row = told(prepared)
    assert (row["lead_unit"], row["supporting_units"]) == (leads, supports)
    assert kinds(prepared) == said
    assert all(fault.severity == "info" for fault in prepared.log.faults)


def test_posts_and_all_other_texts_are_kept_as_written(tmp_path):
    texts = {
        "batch": "2026年第一批", "opinion": "意见一", "category": "档案台账不规范", "measures": "补齐档案",
        "responsible_post": "乡镇党委书记", "county_leader": "县委常委、副县长", "planned_on": "2026-03-01",
    }  # fmt: skip
    prepared = prepared_from(tmp_path, ledger=ledger(problem(**texts)))

    row = told(prepared)
    assert {name: row[name] for name in texts} == texts
    assert kinds(prepared) == []


def test_a_column_of_telephones_beside_them_does_not_take_the_posts_along(tmp_path):
    heads = {**HEADS, "telephone": "联系电话", "person": "负责人"}
    row = problem(county_leader="副县长", responsible_post="镇长", telephone="13812345678", person="张三丰")
    prepared = prepared_from(tmp_path, ledger=ledger(row, heads=heads))

    assert (told(prepared)["county_leader"], told(prepared)["responsible_post"]) == ("副县长", "镇长")
    assert len(faults(prepared, "personal_data")) == 2


# ── deadlines in words ─────────────────────────────────────────────────────────────────────

WORKING = """
[problems]
count_days = "working"
immediate_days = 3
holidays = ["2026-01-13"]
workdays = [2026-01-17]
open_ended = ["长期坚持", "持续推进"]
"""


@pytest.mark.parametrize(
    ("written", "due_on", "kind"),
    [
        ("2026-03-31", "2026-03-31", "限期整改"),
        ("长期坚持", None, "长期坚持"),
        ("立行立改", "2026-01-13", "立行立改"),  # found on the 10th
        ("立 行立改", "2026-01-13", "立行立改"),
        ("", None, None),
    ],
)
def test_words_for_a_deadline_say_what_kind_of_rectification_it_is(tmp_path, written, due_on, kind):
    heads = {name: head for name, head in HEADS.items() if name != "kind"}
    prepared = prepared_from(tmp_path, ledger=ledger(problem(due_on=written), heads=heads))

    row = told(prepared)
    assert (row["due_on"], row["first_due_on"], row["kind"]) == (due_on, due_on, kind)
    assert kinds(prepared) == []


def test_days_of_immediate_rectification_may_be_working_days(tmp_path):
    # found on Saturday the 10th: Monday the 12th, not Tuesday, Wednesday, Thursday the 15th
    rows = [problem(due_on="立行立改"), problem("P26-002", due_on="持续推进")]
    prepared = prepared_from(tmp_path, more=WORKING, ledger=ledger(*rows))

    assert told(prepared)["due_on"] == "2026-01-15"
    assert (told(prepared, "P26-002")["due_on"], told(prepared, "P26-002")["kind"]) == (None, "长期坚持")


@pytest.mark.parametrize(
    ("kind", "due_on", "kept"),
    [
        ("限期整改", "2026-03-31", "限期整改"),
        ("", "2026-03-31", None),  # the ledger has the column: blank is blank
        ("限期整改", "长期坚持", "长期坚持"),  # there is no deadline
        ("分类施策", "2026-03-31", "分类施策"),
    ],
)
def test_a_kind_that_the_ledger_states_is_kept(tmp_path, kind, due_on, kept):
    assert told(prepared_from(tmp_path, ledger=ledger(problem(kind=kind, due_on=due_on))))["kind"] == kept


def test_a_deadline_that_nobody_will_see_is_none(tmp_path):
    rows = [problem(due_on="9999-12-31"), problem("P26-002", due_on="2046-01-10")]  # found on 2026-01-10
    prepared = prepared_from(tmp_path, ledger=ledger(*rows))

    assert (told(prepared)["due_on"], told(prepared)["kind"]) == (None, "长期坚持")
    assert told(prepared, "P26-002")["due_on"] == "2046-01-10"
    (fault,) = faults(prepared, "far_deadline")
    assert "9999-12-31" in fault.message


def test_immediately_after_nobody_knows_when_is_no_deadline(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(due_on="立行立改", found_on="")))

    assert (told(prepared)["due_on"], told(prepared)["kind"]) == (None, "立行立改")
    (fault,) = faults(prepared, "missing_value")
    assert (fault.severity, fault.cell) == ("warning", "R2")


@pytest.mark.parametrize("written", ["尽快", "8月底", "2026-13-01"])
@pytest.mark.parametrize(("name", "cell"), [("due_on", "R2"), ("planned_on", "P2")])
def test_a_date_that_says_no_day_is_left_out_and_the_problem_stays(tmp_path, name, cell, written):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(**{name: written})))

    assert (told(prepared)["status"], told(prepared)[name]) == ("待认领", None)
    (fault,) = faults(prepared, "not_a_date")
    assert (fault.severity, fault.cell, fault.found) == ("error", cell, written)
    assert "没有采用" in fault.message


def test_a_deadline_before_the_first_one_is_flagged(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(first_due_on="2026-05-31", due_on="2026-04-30")))
    assert [fault.cell for fault in faults(prepared, "contradiction")] == ["R2"]


# ── two ledgers ────────────────────────────────────────────────────────────────────────────


def test_two_ledgers_that_disagree_are_named_with_every_difference_and_the_first_is_kept(tmp_path):
    one = problem(claimed_on="2026-01-12")
    other = problem(due_on="2026-04-30", village="石桥村", lead_unit="")
    prepared = prepared_from(tmp_path, 甲=ledger(one), 乙=ledger(problem("P26-009"), other))

    # 乙 comes before 甲, whichever was written first
    row = told(prepared)
    assert (row["source_file"], row["due_on"], row["place_code"]) == (
        "问题台账/乙.xlsx",
        "2026-04-30",
        BRIDGE,
    )
    (fault,) = faults(prepared, "ledgers_disagree")
    assert (fault.severity, fault.file, fault.cell) == ("error", "问题台账/甲.xlsx", "第2行")
    assert "问题台账/乙.xlsx 台账 第3行 与 问题台账/甲.xlsx 台账 第2行" in fault.message
    for said in (
        "地点是“东山镇石桥村”与“东山镇河湾村”",
        "牵头单位是“空着”与“县茶办”",
        "整改时限是“2026-04-30”与“2026-03-31”",
        "认领日期是“空着”与“2026-01-12”",
    ):
        assert said in fault.message
    assert fault.message.endswith("采用了 问题台账/乙.xlsx 台账 第3行")
    assert "问题描述" not in fault.message


def test_one_difference_is_marked_in_its_cell(tmp_path):
    prepared = prepared_from(tmp_path, a=ledger(problem()), b=ledger(problem(text="档案丢失")))
    (fault,) = faults(prepared, "ledgers_disagree")
    assert (fault.cell, fault.found, fault.expected) == ("I2", "档案丢失", "档案不全")


def test_two_ledgers_that_say_the_same_are_no_error(tmp_path):
    without = {name: head for name, head in HEADS.items() if name not in ("measures", "lead_unit")}
    prepared = prepared_from(
        tmp_path, a=ledger(problem()), b=ledger(problem()), c=ledger(problem(), heads=without)
    )

    assert len(prepared.tables["problems"]) == len(prepared.tables["problem_events"]) == 1
    assert [(fault.severity, fault.kind) for fault in prepared.log.faults] == [("info", "duplicate_row")] * 2


@pytest.mark.parametrize(
    ("first", "second", "kept", "said"),
    [
        ("东山镇、西岭乡", "东山镇", ["P26-001-1", "P26-001-2"], ["地点是“东山镇等多处”与“东山镇”"]),
        (
            "东山镇",
            "东山镇、西岭乡",
            ["P26-001"],
            ["地点是“东山镇”与“东山镇等多处”", "地点是“东山镇”与“西岭乡等多处”"],
        ),
    ],
)
def test_one_ledger_for_the_opinion_and_another_place_by_place_are_not_added_up(
    tmp_path, first, second, kept, said
):
    prepared = prepared_from(
        tmp_path,
        a=ledger(problem(township=first, village="")),
        b=ledger(problem(township=second, village="")),
    )
    assert prepared.tables["problems"]["problem_id"].tolist() == kept
    told = [fault.message for fault in faults(prepared, "ledgers_disagree")]
    assert [text in message for text, message in zip(said, told, strict=True)] == [True] * len(said)
    assert set(kinds(prepared)) == {"ledgers_disagree"}


def test_a_number_twice_in_one_ledger_is_a_repetition(tmp_path):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(), problem(text="另一个问题")))
    (fault,) = faults(prepared, "duplicate_row")
    assert fault.severity == "error"
    assert "问题描述是“档案不全”与“另一个问题”" in fault.message


def test_the_source_that_the_config_names_first_is_kept(tmp_path):
    second = (
        '\n[[sources]]\nid = "audit"\ntitle = "审计"\nkind = "problems"\nfiles = "0审计/*.xlsx"\n\n[[sources.tables]]\n'
        'header = { starts = "问题编号" }\nfields = { problem_id = "问题编号", text = "问题描述" }\n'
    )
    write_sheets(tmp_path / "raw" / "0审计" / "审计.xlsx", {"台账": ledger(problem(text="审计所见"))})
    prepared = prepared_from(tmp_path, more=second, ledger=ledger(problem()))
    assert told(prepared)["text"] == "档案不全"
    assert kinds(prepared) == ["ledgers_disagree"]


# ── a run that reads nothing again ─────────────────────────────────────────────────────────


def test_rows_from_the_memory_of_an_earlier_run_are_the_same(tmp_path):
    sheets: dict[str, Any] = {
        "ledger": ledger(problem(due_on="立行立改", claimed_on="2026-01-12", done_on="2026-02-01")),
        "changes": changes(("P26-001", "2026-02-05", "退回", "2026-04-30", "证据不足")),
    }
    first = prepared_from(tmp_path, **sheets)
    settings = read_settings(tmp_path / "config.toml")
    cached = [prepare(settings, tmp_path / "raw", AS_OF, cache=FileCache(tmp_path / "out")) for _ in range(2)]
    for again in cached:
        for table in ("problems", "problem_events"):
            pd.testing.assert_frame_equal(again.tables[table], first.tables[table])
            assert list(again.tables[table].columns) == list(TABLES[table])
    assert told(cached[1])["due_on"] == "2026-04-30"
    assert told(cached[1])["first_due_on"] == date(2026, 1, 13).isoformat()


# ── what several columns say of completion ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("is_done", "dates", "differs"),
    [
        ("是", {"done_on": "2026-02-01"}, False),
        ("否", {"done_on": "2026-02-01"}, True),
        (
            "否",
            {"done_on": "2026-02-01", "returned_on": "2026-02-05"},
            False,
        ),  # refused, its old date beside it
        ("否", {"done_on": "2026-02-01", "closed_on": "2026-02-02", "reopened_on": "2026-03-01"}, False),
        ("否", {"done_on": "2026-02-20", "returned_on": "2026-02-05"}, True),  # done again
        ("是", {}, True),
    ],
)
def test_completion_in_words_is_compared_with_the_dates_of_the_present_round(
    tmp_path, is_done, dates, differs
):
    prepared = prepared_from(tmp_path, ledger=ledger(problem(is_done=is_done, **dates)))
    assert kinds(prepared) == (["completion_differs"] if differs else [])
