"""整改清单 go out, are filled in and come back: what was filled in is taken, what both sides changed is told.

Every test writes a real workbook, edits it as a township would, and reads it back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import Any

import openpyxl
import pandas as pd
import pytest

from data_loaders.contract import conform
from data_loaders.file_reading import Context, read_file
from data_loaders.problem_lives import assemble
from data_loaders.problem_updates import apply_updates
from data_loaders.register import Register
from exports.rectification_book import ListInfo, rectification_book
from faults import Fault, FaultLog
from metrics.life_cycle import steps
from metrics.rectification import ladder
from settings import County, Limits, Paths, Settings, Source

AS_OF, EXPORTED = date(2026, 11, 30), date(2026, 11, 15)
SOURCE = Source(id="updates", title="回填的整改清单", kind="problem_updates", files="整改清单回填/*.xlsx")
SETTINGS = Settings(
    county=County(name="小试县", code="990202"),
    paths=Paths(raw="raw", prepared="out"),  # type: ignore[arg-type]
    sources=(SOURCE,),
)
PLACES = conform(
    "places",
    [
        {"place_code": "990202000000", "name": "小试县", "level": "county"},
        {"place_code": "990202100000", "name": "东山镇", "level": "township", "parent_code": "990202000000"},
        {"place_code": "990202100001", "name": "河湾村", "level": "village", "parent_code": "990202100000"},
    ],
)
CONTEXT = Context(SETTINGS, AS_OF, Register(PLACES, {}, ()))
HEAD = 4  # the row of the list's header
Edit = Callable[["Sent"], None]


def problem(number: str, **more: Any) -> dict[str, Any]:
    """A ledger's row: found, claimed, due at the end of the year."""
    texts = ("source", "batch", "opinion", "category", "text", "measures", "kind", "lead_unit",
             "supporting_units", "responsible_post", "county_leader")  # fmt: skip
    days = ("planned_on", "first_due_on", "done_on", "returned_on", "accepted_on", "closed_on", "reopened_on",
            "looked_back_on")  # fmt: skip
    row: dict[str, Any] = dict.fromkeys((*texts, *days))
    return row | {
        "problem_id": number,
        "ledger_id": number,
        "text": f"{number}的问题",
        "measures": "逐户核实",
        "lead_unit": "县农业农村局",
        "place_code": "990202100001",
        "place": "东山镇河湾村",
        "found_on": date(2026, 8, 1),
        "claimed_on": date(2026, 8, 3),
        "due_on": date(2026, 12, 31),
        "stated_status": "整改中",
        "cells": {"problem_id": "A2", "stated_status": "K2", "due_on": "J2"},
        "source_id": "problems",
        "source_file": "问题台账.xlsx",
        "source_sheet": "台账",
        "source_row": 2,
    } | more  # fmt: skip


def change(number: str, on: date, step: str, due_on: date | None = None) -> dict[str, Any]:
    return {
        "problem_id": number, "on": on, "step": step, "due_on": due_on, "note": None, "cells": {},
        "source_id": "changes", "source_file": "变更台账.xlsx", "source_sheet": "变更", "source_row": 9,
    }  # fmt: skip


@dataclass(frozen=True)
class Returned:
    """A file of the raw folder that lies in no folder."""

    name: str
    content: bytes

    def read(self, limits: Limits) -> bytes:
        return self.content


@dataclass
class Sent:
    """A list in the hands of a township."""

    book: openpyxl.Workbook

    def put(self, number: str, **cells: Any) -> None:
        """Fill in cells of a problem's row, by the heads of their columns."""
        page = self.book["东山镇"]
        heads = [cell.value for cell in page[HEAD]]
        row = next(row for row in page.iter_rows(min_row=HEAD + 1) if row[1].value == number)
        for head, value in cells.items():
            row[heads.index(head)].value = value


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def exported(
    rows: list[dict[str, Any]],
    changes: list[dict[str, Any]],
    made: str = "2026-11-15T08:00:00+00:00",
    county: str = "小试县",
) -> bytes:
    """The list as it goes out on the day of the export."""
    problems, events = assemble(rows, changes, SETTINGS, EXPORTED, FaultLog())
    found = ladder(problems, EXPORTED, SETTINGS.problems)
    told = steps(problems, events)

    def last(step: str) -> pd.Series:
        days = told[told["step"] == step].groupby("problem_id")["on"].max()
        return days.reindex(found["problem_id"]).astype("datetime64[s]").set_axis(found.index)

    listed = found.assign(
        township="东山镇", village="河湾村", returned_on=last("退回"), reopened_on=last("反弹")
    )
    return rectification_book(ListInfo(county, EXPORTED, "v1", made), {"东山镇": listed})


def returned(sent: bytes, edit: Edit, name: str = "东山镇.xlsx") -> Returned:
    """The list, edited and saved by another program than the one that wrote it."""
    book = openpyxl.load_workbook(BytesIO(sent))
    edit(Sent(book))
    saved = BytesIO()
    book.save(saved)
    return Returned(name, saved.getvalue())


@dataclass
class Outcome:
    problems: pd.DataFrame
    events: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, number: str) -> dict[Hashable, Any]:
        return self.problems.set_index("problem_id").loc[number].to_dict()

    def wrong(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.severity != "info"]

    def only(self) -> Fault:
        (fault,) = self.wrong()
        return fault


def prepared(
    rows: list[dict[str, Any]], changes: list[dict[str, Any]], *files: Returned, as_of: date = AS_OF
) -> Outcome:
    """What the ledgers of now and the returned files make together."""
    log = FaultLog()
    updates: list[dict[str, Any]] = []
    for file in files:
        read = read_file(file, SOURCE, CONTEXT)  # type: ignore[arg-type]
        updates += read.records.get("problem_updates", [])
        log.faults += read.faults
    told = partial(assemble, settings=SETTINGS, as_of=as_of)
    merged = apply_updates(rows, changes, updates, told, SETTINGS.problems, log)
    return Outcome(*assemble(*merged, SETTINGS, as_of, log), log.faults)


def round_trip(
    edit: Edit,
    rows: list[dict[str, Any]] | None = None,
    changes: list[dict[str, Any]] | None = None,
    now: list[dict[str, Any]] | None = None,
) -> Outcome:
    """Sent out from `rows`, edited, and read beside what the ledgers say `now` (the same, if nothing is said)."""
    sent = exported(rows or [problem("S-1")], changes or [])
    return prepared(now or rows or [problem("S-1")], changes or [], returned(sent, edit))


def test_a_list_that_nobody_touched_changes_nothing():
    rows = [problem("S-1"), problem("S-2", done_on=date(2026, 10, 1), stated_status="待验收")]
    out = round_trip(lambda sent: None, rows)
    before, events = assemble(rows, [], SETTINGS, AS_OF, FaultLog())
    pd.testing.assert_frame_equal(out.problems, before)
    pd.testing.assert_frame_equal(out.events, events)
    assert out.faults == []


def test_what_was_filled_in_is_taken_and_can_be_traced():
    def edit(sent: Sent) -> None:
        sent.put(
            "S-1", 整改完成日期=day("2026-11-18"), 验收日期="2026年11月20日", 销号日期=day("2026-11-20"), 状态="已销号",
            整改措施="已逐户核实,共12户", 责任人职务="镇长", 备注="佐证材料已报",
        )  # fmt: skip

    out = round_trip(edit)
    assert out.wrong() == []
    row = out["S-1"]
    assert (row["status"], row["closed_on"]) == ("已销号", pd.Timestamp("2026-11-20"))
    assert (row["measures"], row["responsible_post"]) == ("已逐户核实,共12户", "镇长")
    steps = out.events.set_index("step")
    assert list(steps.index) == ["发现", "认领", "报完成", "验收通过", "销号"]
    assert [steps.loc["销号", name] for name in ("source_file", "source_sheet", "note")] == [
        "东山镇.xlsx", "东山镇", "佐证材料已报",
    ]  # fmt: skip
    assert steps.loc["销号", "source_row"] == 5
    assert steps.loc["认领", "source_file"] == "问题台账.xlsx"
    taken = {fault.message for fault in out.faults}
    assert "读到回填的销号日期1处:X5" in taken
    assert "读到回填的整改措施1处:J5" in taken


def test_an_extension_keeps_both_deadlines():
    out = round_trip(lambda sent: sent.put("S-1", 整改时限=day("2027-01-31")))
    row = out["S-1"]
    assert (row["first_due_on"], row["due_on"]) == (pd.Timestamp("2026-12-31"), pd.Timestamp("2027-01-31"))
    extended = out.events.set_index("step").loc["延期"]
    assert extended["on"] == pd.Timestamp(EXPORTED)  # nobody says when: known since the list was made
    assert out.wrong() == []


def test_a_deadline_that_nobody_will_see_is_no_extension():
    out = round_trip(lambda sent: sent.put("S-1", 整改时限=day("2099-12-31")))
    assert out["S-1"]["due_on"] == pd.Timestamp("2026-12-31")
    assert (out.only().kind, "超过20年" in out.only().message) == ("update_ignored", True)


def test_a_second_extension_does_not_contradict_the_first():
    rows = [problem("S-1", first_due_on=date(2026, 10, 31), due_on=date(2026, 12, 31))]
    out = round_trip(lambda sent: sent.put("S-1", 整改时限=day("2027-01-31")), rows)
    row = out["S-1"]
    assert (row["first_due_on"], row["due_on"]) == (pd.Timestamp("2026-10-31"), pd.Timestamp("2027-01-31"))
    assert out.wrong() == []


def test_a_deadline_is_not_brought_forward_by_a_list():
    out = round_trip(lambda sent: sent.put("S-1", 整改时限=day("2026-12-01")))
    assert out["S-1"]["due_on"] == pd.Timestamp("2026-12-31")
    assert (out.only().kind, out.only().cell) == ("update_ignored", "S5")


def test_refused_and_done_again_keeps_the_first_round():
    rows = [problem("S-1", done_on=date(2026, 10, 1), stated_status="待验收")]

    def edit(sent: Sent) -> None:
        sent.put(
            "S-1", 退回日期=day("2026-11-01"), 整改完成日期=day("2026-11-10"), 整改时限=day("2027-01-15")
        )

    out = round_trip(edit, rows)
    assert out.wrong() == []
    told = [(row.step, f"{row.on:%m-%d}") for row in out.events.itertuples()]
    assert told == [
        ("发现", "08-01"),
        ("认领", "08-03"),
        ("报完成", "10-01"),
        ("退回", "11-01"),
        ("报完成", "11-10"),
    ]
    row = out["S-1"]
    assert (row["status"], row["returned_count"], row["done_on"]) == ("待验收", 1, pd.Timestamp("2026-11-10"))
    assert row["due_on"] == pd.Timestamp("2027-01-15")  # the refusal set it


def test_refused_and_the_date_cleared_is_rectified_again():
    rows = [problem("S-1", done_on=date(2026, 10, 1), stated_status="待验收")]
    out = round_trip(lambda sent: sent.put("S-1", 退回日期=day("2026-11-01"), 整改完成日期=None), rows)
    assert out.wrong() == []
    assert (out["S-1"]["status"], out["S-1"]["last_step"]) == ("整改中", "退回")


def test_a_date_of_the_list_is_corrected_in_place():
    rows = [problem("S-1", done_on=date(2026, 10, 1), stated_status="待验收")]
    out = round_trip(lambda sent: sent.put("S-1", 整改完成日期=day("2026-10-03")), rows)
    assert out.wrong() == []
    assert out.events["step"].tolist() == ["发现", "认领", "报完成"]
    assert out["S-1"]["done_on"] == pd.Timestamp("2026-10-03")


def test_dates_of_the_ledger_of_changes_are_known_to_both_sides():
    changes = [
        change("S-1", date(2026, 9, 1), "报完成"),
        change("S-1", date(2026, 9, 10), "退回"),
        change("S-1", date(2026, 10, 1), "报完成"),
    ]
    rows = [problem("S-1", stated_status="待验收")]
    out = round_trip(lambda sent: sent.put("S-1", 验收日期=day("2026-11-18")), rows, changes)
    assert out.wrong() == []
    assert out["S-1"]["accepted_on"] == pd.Timestamp("2026-11-18")
    # A wrong day of the ledger of changes can be corrected, and nothing else of it.
    out = round_trip(lambda sent: sent.put("S-1", 整改完成日期=day("2026-10-02")), rows, changes)
    assert out.wrong() == []
    assert out.events["step"].tolist().count("报完成") == 2
    assert out["S-1"]["done_on"] == pd.Timestamp("2026-10-02")


def test_what_only_the_ledger_changed_stays():
    now = [problem("S-1", measures="台账里新写的", done_on=date(2026, 11, 20), stated_status="待验收")]
    out = round_trip(lambda sent: sent.put("S-1", 责任人职务="镇长"), now=now)
    row = out["S-1"]
    assert (row["measures"], row["status"], row["responsible_post"]) == ("台账里新写的", "待验收", "镇长")
    assert out.wrong() == []


def test_both_changed_alike_is_no_conflict():
    now = [problem("S-1", measures="换了", done_on=date(2026, 11, 20), stated_status="待验收")]
    edit: Edit = lambda sent: sent.put("S-1", 整改措施="换了", 整改完成日期=day("2026-11-20"))  # noqa: E731
    out = round_trip(edit, now=now)
    assert out.faults == []
    assert out["S-1"]["done_on"] == pd.Timestamp("2026-11-20")


@pytest.mark.parametrize(
    ("head", "filled", "ledger", "stays"),
    [
        ("整改措施", "回填的", {"measures": "台账的"}, ("measures", "台账的")),
        (
            "整改完成日期",
            day("2026-11-18"),
            {"done_on": date(2026, 11, 20), "stated_status": "待验收"},
            ("done_on", pd.Timestamp("2026-11-20")),
        ),
    ],
)
def test_changed_on_both_sides_is_a_conflict_and_the_ledger_stays(head, filled, ledger, stays):
    out = round_trip(lambda sent: sent.put("S-1", **{head: filled}), now=[problem("S-1", **ledger)])
    fault = out.only()
    assert (fault.severity, fault.kind, fault.place_code) == ("warning", "update_conflict", "990202100000")
    assert out["S-1"][stays[0]] == stays[1]
    said = {
        "整改措施": ("“逐户核实”", "“回填的”", "“台账的”"),
        "整改完成日期": ("空白", "“2026-11-18”", "“2026-11-20”"),
    }
    assert all(value in fault.message for value in said[head])
    assert "问题台账.xlsx 台账 第2行" in fault.message
    assert fault.cell == {"整改措施": "J5", "整改完成日期": "U5"}[head]


def test_a_status_without_its_date_changes_nothing():
    out = round_trip(lambda sent: sent.put("S-1", 状态="已销号"))
    assert out["S-1"]["status"] == "整改中"
    fault = out.only()
    assert (fault.kind, fault.cell) == ("status_without_date", "AA5")
    assert "状态改成“已销号”,没有填销号日期" in fault.message
    assert "销号日期" in fault.remedy


def test_a_step_that_cannot_have_been_is_the_same_fault_as_in_a_ledger():
    out = round_trip(lambda sent: sent.put("S-1", 销号日期=day("2026-11-18")))  # never reported done
    assert out["S-1"]["status"] == "整改中"
    assert (out.only().kind, out.only().file, out.only().cell) == ("impossible_change", "东山镇.xlsx", "X5")


def test_a_date_to_come_waits():
    out = round_trip(lambda sent: sent.put("S-1", 整改完成日期=day("2026-12-25")))
    assert out["S-1"]["status"] == "整改中"
    assert out.only().kind == "future_date"


def test_a_date_that_is_none_is_told_and_the_rest_is_taken():
    out = round_trip(lambda sent: sent.put("S-1", 整改完成日期="快了", 整改措施="换了"))
    assert out["S-1"]["measures"] == "换了"
    assert (out.only().kind, out.only().cell) == ("not_a_date", "U5")


def test_grey_cells_and_cleared_cells_change_nothing():
    def edit(sent: Sent) -> None:
        sent.put("S-1", 问题描述="没有问题", 整改措施=None)

    out = round_trip(edit)
    assert (out["S-1"]["text"], out["S-1"]["measures"]) == ("S-1的问题", "逐户核实")
    assert [(fault.kind, fault.cell) for fault in out.wrong()] == [
        ("update_ignored", "I5"),
        ("update_ignored", "J5"),
    ]


def test_rows_may_be_deleted_and_sorted_and_columns_dropped():
    rows = [problem("S-1"), problem("S-2"), problem("S-3")]

    def edit(sent: Sent) -> None:
        sent.put("S-3", 整改完成日期=day("2026-11-18"))
        page = sent.book["东山镇"]
        page.delete_rows(HEAD + 1)  # S-1
        page.delete_cols(3, 5)  # where it comes from, and from where

    out = round_trip(edit, rows)
    assert out.wrong() == []
    assert out.problems.set_index("problem_id")["status"].to_dict() == {
        "S-1": "整改中", "S-2": "整改中", "S-3": "待验收",
    }  # fmt: skip


def test_rows_that_were_added_are_told():
    def edit(sent: Sent) -> None:
        page = sent.book["东山镇"]
        page.append([2, "S-99", *[None] * 7, "新的"])
        page.append([3, "S-1", *[None] * 7, "又一行"])
        page.append([4, None, *[None] * 7, "没有编号"])

    out = round_trip(edit)
    assert [(fault.kind, fault.cell) for fault in out.wrong()] == [
        ("missing_value", "B8"), ("unknown_problem", "B6"), ("duplicate_row", "B7"),
    ]  # fmt: skip
    assert out["S-1"]["measures"] == "逐户核实"


def test_a_problem_of_another_list_is_not_compared_with_nothing():
    rows = [problem("S-1"), problem("S-2")]
    sent = exported(rows[:1], [])
    file = returned(sent, lambda sent: sent.book["东山镇"].append([2, "S-2", *[None] * 7, "新的"]))
    out = prepared(rows, [], file)
    assert (out.only().kind, out.only().cell) == ("unknown_problem", "B6")
    assert out["S-2"]["measures"] == "逐户核实"


def test_the_list_of_another_county_is_not_taken_for_ours():
    # Both count S-1, S-2 …; nothing but what the inspection said tells them apart.
    fill: Edit = lambda sent: sent.put("S-1", 整改完成日期=day("2026-11-20"))  # noqa: E731
    out = round_trip(fill, now=[problem("S-1", text="本县的问题", found_on=date(2026, 7, 1))])
    assert (out.only().severity, out.only().kind, out.only().cell) == ("error", "unknown_problem", "B5")
    assert "另一个问题" in out.only().message
    assert pd.isna(out["S-1"]["done_on"])


def test_words_that_the_ledger_put_right_since_do_not_stop_what_was_filled_in():
    fill: Edit = lambda sent: sent.put("S-1", 整改完成日期=day("2026-11-20"))  # noqa: E731
    out = round_trip(fill, now=[problem("S-1", text="S-1的问题,更正后")])
    assert out.wrong() == []
    assert out["S-1"]["done_on"] == pd.Timestamp("2026-11-20")


def _without_baseline(sent: Sent) -> None:
    del sent.book["导出时"]


def _with_another_value(sent: Sent) -> None:
    sent.book["导出时"]["J5"].value = "改了"


def _with_another_day(sent: Sent) -> None:
    sent.book["导出时"]["F2"].value = "2026-01-01"


def _without_a_row(sent: Sent) -> None:
    sent.book["导出时"].delete_rows(5)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (_without_baseline, "baseline_missing"),
        (_with_another_value, "baseline_changed"),
        (_with_another_day, "baseline_changed"),
        (_without_a_row, "baseline_changed"),
    ],
)
def test_without_a_sound_baseline_the_whole_file_is_refused(spoil: Edit, kind: str):
    def edit(sent: Sent) -> None:
        sent.put("S-1", 整改措施="换了")
        spoil(sent)

    out = round_trip(edit)
    assert out["S-1"]["measures"] == "逐户核实"
    assert (out.only().kind, out.only().severity) == (kind, "error")
    assert "重新下载整改清单" in out.only().remedy


def test_the_list_of_another_county_is_refused_though_its_numbers_are_the_same():
    rows = [problem("S-1")]
    sent = exported(rows, [], county="邻 县")
    out = prepared(rows, [], returned(sent, lambda sent: sent.put("S-1", 整改措施="换了")))
    assert out["S-1"]["measures"] == "逐户核实"
    assert (out.only().kind, "邻县" in out.only().message) == ("foreign_list", True)


def test_two_files_are_taken_in_the_order_in_which_their_lists_were_made():
    rows = [problem("S-1")]
    first = returned(exported(rows, []), lambda sent: sent.put("S-1", 整改措施="第一次"), "乙.xlsx")
    after = [problem("S-1", measures="第一次")]
    later = exported(after, [], made="2026-11-16T08:00:00+00:00")
    second = returned(later, lambda sent: sent.put("S-1", 整改措施="第二次"), "甲.xlsx")
    out = prepared(rows, [], second, first)
    assert out["S-1"]["measures"] == "第二次"
    assert out.wrong() == []


def test_two_files_of_the_same_list_that_differ_are_a_conflict():
    sent = exported([problem("S-1")], [])
    one = returned(sent, lambda sent: sent.put("S-1", 整改措施="甲的"), "甲.xlsx")
    other = returned(sent, lambda sent: sent.put("S-1", 整改措施="乙的"), "乙.xlsx")
    out = prepared([problem("S-1")], [], one, other)
    assert out["S-1"]["measures"] == "乙的"  # 乙 comes before 甲 by name
    assert out.only().kind == "update_conflict"
    assert "乙.xlsx 东山镇 J5" in out.only().message


def test_hostile_texts_survive_as_text():
    hostile = '=HYPERLINK("http://evil.example")'
    rows = [problem("S-1", text=hostile, measures="+1+1")]
    out = round_trip(lambda sent: sent.put("S-1", 责任人职务="@SUM(A1)"), rows)
    assert out.wrong() == []
    assert (out["S-1"]["text"], out["S-1"]["measures"], out["S-1"]["responsible_post"]) == (
        hostile, "+1+1", "@SUM(A1)",
    )  # fmt: skip


def test_an_item_of_a_split_opinion_is_corrected_alone():
    rows = [problem("P-1-1", ledger_id="P-1"), problem("P-1-2", ledger_id="P-1")]
    changes = [change("P-1", date(2026, 10, 1), "报完成")]
    rows = [{**row, "stated_status": None} for row in rows]
    out = round_trip(lambda sent: sent.put("P-1-1", 整改完成日期=day("2026-10-05")), rows, changes)
    assert out.wrong() == []
    days = out.problems.set_index("problem_id")["done_on"]
    assert days.tolist() == [pd.Timestamp("2026-10-05"), pd.Timestamp("2026-10-01")]


def test_rows_that_the_cache_gave_back_as_text_are_compared_the_same():
    # file_cache.py keeps dates as text.
    row = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in problem("S-1").items()
    }
    sent = exported([problem("S-1", done_on=date(2026, 10, 1))], [])
    row["done_on"] = "2026-10-01"
    row["stated_status"] = None
    out = prepared([row], [], returned(sent, lambda sent: sent.put("S-1", 整改完成日期=day("2026-10-03"))))
    assert out.wrong() == []
    assert out["S-1"]["done_on"] == pd.Timestamp("2026-10-03")
