"""Bounds from the config, and how many faults anybody is told."""

from __future__ import annotations

import io

import pytest

from data_loaders.limits import Refusal, check_size, counted_out
from faults import Fault
from settings import ConfigProblem, Limits, parse_settings
from tests.small_county import CONFIG
from tests.workbook_formats import zipped
from zips import lists_more_than


def fault(number, kind="not_a_number", file="a.xlsx"):
    return Fault("error", kind, f"第{number}处", file=file, sheet="茶叶")


def test_bounds_are_read_from_the_config():
    assert parse_settings(CONFIG + "\n[limits]\nrows = 10\n").limits == Limits(rows=10)


@pytest.mark.parametrize("line", ["rows = 0", "ratio = 1", "file_mb = -1", "row = 10"])
def test_a_bound_that_makes_no_sense_is_refused(line):
    with pytest.raises(ConfigProblem, match="limits"):
        parse_settings(f"{CONFIG}\n[limits]\n{line}\n")


def test_a_file_at_the_bound_is_read_and_one_beyond_it_is_not():
    check_size(2_000_000, "a.xlsx", Limits(file_mb=2))
    with pytest.raises(Refusal) as caught:
        check_size(2_000_001, "a.xlsx", Limits(file_mb=2))

    said = caught.value.fault
    assert "超过上限2 MB" in said.message and "file_mb" in said.remedy and said.file == "a.xlsx"


def test_more_faults_than_anybody_reads_are_counted():
    many = [fault(number) for number in range(7)]
    others = [fault(0, kind="unknown_place"), fault(0, file="b.xlsx")]

    kept = counted_out([*many, *others], Limits(faults=3))

    assert kept[:3] == many[:3] and kept[3:5] == others
    assert kept[5].message == "同类问题共7处,只列出前3处"
    assert (kept[5].kind, kept[5].file, kept[5].sheet, kept[5].severity) == (
        "not_a_number",
        "a.xlsx",
        "茶叶",
        "error",
    )


def test_counting_what_was_counted_changes_nothing():
    once = counted_out([fault(number) for number in range(7)], Limits(faults=3))
    assert counted_out(once, Limits(faults=3)) == once


@pytest.mark.parametrize(
    ("files", "allowed", "is_more"), [(10, 10, False), (11, 10, False), (60, 10, True), (60, 60, False)]
)
def test_a_zips_directory_is_weighed_before_it_is_opened(files, allowed, is_more):
    """A few too many are found by counting what was opened; thousands too many are not opened."""
    content = zipped({f"{'很长的文件夹名' * 12}/{number}.xlsx": b"" for number in range(files)})
    assert lists_more_than(io.BytesIO(content), allowed) is is_more


def test_what_is_no_zip_has_no_directory():
    assert lists_more_than(io.BytesIO(b"PK\x03\x04"), 1) is False
