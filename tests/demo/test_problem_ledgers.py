from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from demo.mistakes import MISTAKES
from demo.months import AS_OF
from demo.problem_changes import YEARS, file_name
from demo.problem_ledgers import COLUMNS, TOWNSHIP_FILE
from demo.problems import INSPECTIONS

HEADERS = [column.header for column in COLUMNS]
ROUNDS = {"退回", "反弹", "延期"}


def on(cell: object) -> date | None:
    """A day however it is written."""
    if isinstance(cell, date):
        return cell
    parts = re.findall(r"\d+", str(cell))
    return date(*map(int, parts)) if len(parts) == 3 else None


@pytest.fixture(scope="module")
def rows(written) -> dict[str, dict]:
    """Every row of the county's ledgers by its number."""
    found = {}
    for inspection in INSPECTIONS:
        for row in written.table(f"问题台账/{inspection.file}.xlsx", 0, "问题编号"):
            found[row[0]] = dict(zip(HEADERS, row, strict=True))
    return found


@pytest.fixture(scope="module")
def steps(written) -> dict[str, list[tuple]]:
    """(day, step, new deadline) of every problem in the ledgers of changes, but those that are wrong on purpose."""
    wrong = {(one.file, int("".join(filter(str.isdigit, one.cell)))) for one in written.planted}
    found: dict[str, list[tuple]] = {}
    for file in map(file_name, YEARS):
        body = written.table(file, 0, "问题编号")
        top = next(i for i, row in enumerate(written.rows(file), start=1) if row[0] == "问题编号") + 1
        for number, (problem_id, day, step, due, _) in enumerate(body, start=top):
            if (file, number) not in wrong:
                found.setdefault(problem_id, []).append((on(day), step, on(due)))
    return found


def test_the_columns_are_those_of_the_usual_ledger(written):
    sheet = written.rows("问题台账/2026年自查问题整改台账.xlsx")
    assert sheet[0][0] == "青岚县2026年自查问题整改台账"
    assert sheet[2] == [
        "问题编号", "问题来源", "批次", "意见编号", "发现日期", "乡镇", "行政村", "问题类别", "问题描述", "整改措施",
        "整改类型", "牵头单位", "配合单位", "责任人职务", "县级责任领导", "计划完成日期", "原整改时限", "整改时限",
        "认领日期", "整改完成日期", "退回日期", "验收日期", "销号日期", "反弹日期", "回头看日期", "状态",
    ]  # fmt: skip


def test_dates_are_written_in_more_than_one_way(written):
    first = {}
    for file in ("2026年自查", "2025年巡视“回头看”", "2026年市级核查"):
        first[file] = written.table(f"问题台账/{file}问题整改台账.xlsx", 0, "问题编号")[0][4]
    assert isinstance(first["2026年自查"], date)
    assert first["2025年巡视“回头看”"].startswith("2025.03.")
    assert first["2026年市级核查"].startswith("2026年3月")


def test_at_once_is_written_in_words_or_as_a_day(rows):
    written = Counter(
        isinstance(row["整改时限"], str) and row["整改时限"] == "立行立改"
        for row in rows.values()
        if row["整改类型"] == "立行立改"
    )
    assert min(written[True], written[False]) >= 5


def test_only_lives_with_rounds_are_in_the_ledger_of_changes(rows, steps):
    assert steps.keys() <= rows.keys()
    for problem_id, told in steps.items():
        assert ROUNDS & {step for _, step, _ in told}, problem_id
    for problem_id, row in rows.items():
        if row["退回日期"] or row["反弹日期"]:
            assert problem_id in steps


def test_a_row_shows_the_present_round_of_what_the_changes_tell(rows, steps):
    for problem_id, told in steps.items():
        row = rows[problem_id]
        assert [day for day, *_ in told] == sorted(day for day, *_ in told)
        begun = max((i for i, (_, step, _) in enumerate(told) if step in ("退回", "反弹")), default=-1)
        last = {step: day for day, step, _ in told}
        now = {step: day for day, step, _ in told[begun + 1 :]}
        assert on(row["认领日期"]) == last["认领"]
        for header, step in (("退回日期", "退回"), ("反弹日期", "反弹")):
            assert on(row[header]) == last.get(step), (problem_id, header)
        for header, step in (
            ("整改完成日期", "报完成"), ("验收日期", "验收通过"), ("销号日期", "销号"), ("回头看日期", "回头看合格"),
        ):  # fmt: skip
            assert on(row[header]) == now.get(step), (problem_id, header)
        set_by = [due for _, _, due in told if due]
        if set_by:
            assert on(row["整改时限"]) == set_by[-1], problem_id
            assert row["原整改时限"], problem_id
        else:
            assert not row["原整改时限"], problem_id


def test_the_township_repeats_what_the_county_has_but_for_one_date(written, rows):
    repeated = [dict(zip(HEADERS, row, strict=True)) for row in written.table(TOWNSHIP_FILE, 0, "问题编号")]
    assert len(repeated) >= 4
    differing = [
        (row["问题编号"], header)
        for row in repeated
        for header in HEADERS
        if row[header] != rows[row["问题编号"]][header]
    ]
    assert len(differing) == 1
    assert differing[0][1] == "销号日期"


def test_nothing_lies_ahead_but_deadlines(rows):
    for row in rows.values():
        for header in HEADERS:
            if header.endswith("日期") and header != "计划完成日期" and (day := on(row[header])):
                assert day <= AS_OF


def test_mistakes_in_the_ledger_of_changes_lie_in_different_files():
    # A row put in moves those below it: a second fault in the same file would no longer stand where it was planted.
    files = [mistake.file for mistake in MISTAKES if mistake.file.startswith("问题变更/")]
    assert len(set(files)) == len(files) == 2
