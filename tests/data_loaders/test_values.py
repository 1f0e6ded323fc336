from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.values import is_filler, parse_date, parse_number, parse_period

FILLERS = ("", "-", "--", "—", "－", "/", "\\", "…", "无")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12, 12.0),
        (3.5, 3.5),
        ("12", 12.0),
        (" 3,470 ", 3470.0),
        ("１２．５", 12.5),
        ("-3", -3.0),
        ("0", 0.0),
        (".5", 0.5),
        ("1,234,567.8", 1234567.8),
    ],
)
def test_a_number_however_it_is_typed(cell, value):
    parsed = parse_number(cell, FILLERS)

    assert (parsed.value, parsed.problem) == (value, "")


@pytest.mark.parametrize("cell", (*FILLERS, None, "  ", "——"[:1], "—"))
def test_a_filler_is_missing_and_not_zero(cell):
    parsed = parse_number(cell, FILLERS)

    assert parsed.value is None
    assert parsed.problem == ""


@pytest.mark.parametrize(
    "cell",
    [
        "约200",
        "三五百",
        "十多",
        "12,34",
        "1.2.3",
        "12亩5",
        "5万元",
        "85%",
        "12-13",
        "abc",
        "亩",
        True,
        date(2024, 1, 1),
    ],
)
def test_an_ambiguous_number_is_refused_with_what_was_found(cell):
    parsed = parse_number(cell, FILLERS, unit="亩")

    assert parsed.value is None
    assert "不是数字" in parsed.problem


def test_the_columns_own_unit_behind_a_number_is_read_and_remarked():
    parsed = parse_number("3,470亩", FILLERS, unit="亩")

    assert parsed.value == 3470
    assert "亩" in parsed.remark
    assert parse_number("3,470公斤", FILLERS, unit="亩").value is None


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("5万", "亩", 50_000),
        ("1.5万亩", "亩", 15_000),
        ("三百亩", "亩", 300),
        ("两万", "户", 20_000),
        ("85%", "%", 85),
    ],
)
def test_a_number_with_a_multiple_or_in_words_is_read_and_remarked(cell, unit, value):
    parsed = parse_number(cell, FILLERS, unit)

    assert parsed.value == value
    assert parsed.remark


def test_a_multiple_in_a_column_that_counts_in_multiples_is_refused():
    assert parse_number("5万", FILLERS, "万袋").value is None
    assert parse_number("5万袋", FILLERS, "万袋").value == 5


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.dates(), st.datetimes()))
def test_no_cell_makes_the_number_parser_raise_or_invents_a_zero(cell):
    parsed = parse_number(cell, FILLERS)

    if is_filler(cell, FILLERS):
        assert parsed.value is None
    assert parsed.value is None or not parsed.problem


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_an_integer_survives_with_thousands_separators(number):
    assert parse_number(f"{number:,}", FILLERS).value == number


@pytest.mark.parametrize(
    "cell",
    [
        date(2024, 8, 1),
        datetime(2024, 8, 1, 9, 30),
        45505,
        45505.0,
        "2024.8.1",
        "2024-08-01",
        "2024/8/1",
        "2024年8月1日",
        "２０２４年８月１日",
        "2024-08-01 00:00:00",
    ],
)
def test_a_day_however_it_is_typed(cell):
    assert parse_date(cell, FILLERS).value == date(2024, 8, 1)


@pytest.mark.parametrize("cell", ["8月底", "待定", "2024.13.1", "2024年13月", "2024-02-30", 12, 3.5, True])
def test_a_day_that_is_none_is_refused_with_what_was_found(cell):
    parsed = parse_date(cell, FILLERS)

    assert parsed.value is None
    assert "日期" in parsed.problem or "日历" in parsed.problem


@pytest.mark.parametrize("cell", ["2024年8月", "2024年8月底", "2024.8", "2024-08"])
def test_a_month_as_a_deadline_is_its_last_day_with_a_remark(cell):
    parsed = parse_date(cell, FILLERS)

    assert parsed.value == date(2024, 8, 31)
    assert "2024-08-31" in parsed.remark


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_no_cell_makes_the_date_parser_raise(cell):
    parsed = parse_date(cell, FILLERS)

    assert parsed.value is None or not parsed.problem


MONTH = r"(?P<year>\d{4})年(?:(?P<month>\d{1,2})月)?"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026年3月产业月报.xlsx", "2026-03"),
        ("填报单位:      20 16 年", "2016"),
        ("２０２６年１０月", "2026-10"),
        ("2026年13月", None),
        ("月报", None),
    ],
)
def test_a_period_is_found_in_a_line_of_text(text, period):
    assert parse_period(text, MONTH) == period
