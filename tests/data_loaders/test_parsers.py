"""Whatever stands in a cell: parsers of numbers, days, periods and names never raise, and give back what was written."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_loaders.contract import conform
from data_loaders.headers import normalised
from data_loaders.register import Register, bare_name, full_code, level_of
from data_loaders.values import EXCEL_EPOCH, parse_date, parse_number, parse_period, squeezed
from settings import PeriodRule
from tests.small_county import PLACES

FILLERS = ("", "-", "--", "—", "/", "\\", "…", "无")
MONTH = PeriodRule(source="title").pattern
PATTERNS = (
    MONTH,
    r"(?P<year>\d{4})",
    r"(?:(?P<year>\d{4})年)?(?P<month>\d+)月",
    r"(?P<year>\w+)年(?P<month>\w+)月",
)

quickly = settings(max_examples=60, deadline=None)
anything = st.text(max_size=40)
# Text that is nearly a date or a name: digits of several scripts, separators, suffixes.
dateish = st.text("0123456789２０²٢०年月日份底末前-./— 〇二十", max_size=16)
nameish = st.text("东山镇西岭乡河湾石桥村茶坪社区委会民居 \u3000()/𠀀", max_size=12)
years = st.integers(1954, 2119)
months = st.integers(1, 12)


def full_width(text: str) -> str:
    return "".join(
        chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isdigit() else letter for letter in text
    )


# ── periods ────────────────────────────────────────────────────────────────────────────────


@quickly
@given(st.one_of(anything, dateish), st.sampled_from(PATTERNS))
def test_no_text_makes_the_period_parser_raise_or_give_half_a_period(text, pattern):
    period = parse_period(text, pattern)

    assert period is None or re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2]))?", period)


@pytest.mark.parametrize("text", ["٢٠٢٦年٣月", "२०२६年३月", "２０２６年３月"])
def test_digits_of_any_script_are_the_same_period(text):
    assert parse_period(text, MONTH) == "2026-03"


@quickly
@given(years, months)
def test_a_month_is_the_same_period_however_it_is_written(year, month):
    period = f"{year}-{month:02d}"

    for text in (f"{year}年{month}月", f"{year}年{month:02d}月份", f"{year}-{month:02d}", f"{year}.{month}", f"{year}/{month}"):  # fmt: skip
        assert parse_period(text, MONTH) == period
        assert parse_period(full_width(text), MONTH) == period
        assert parse_period("  " + "  ".join(text) + " ", MONTH) == period
    assert parse_period(f"东山镇{year}年{month}月茶叶月报.xlsx", MONTH) == period
    assert parse_period(f"{year}年", MONTH) == str(year)


# ── days and numbers ───────────────────────────────────────────────────────────────────────


@quickly
@given(dateish)
def test_nearly_a_date_is_read_or_refused_and_never_raises(text):
    parsed = parse_date(text, FILLERS)

    assert (parsed.value is None) or not parsed.problem


@quickly
@given(st.dates(date(1955, 1, 1), date(2118, 12, 31)))
def test_a_day_is_the_same_however_it_is_written(day):
    year, month, number = day.year, day.month, day.day
    texts = [f"{year}.{month}.{number}", f"{year}/{month:02d}/{number}", f"{year}年{month}月{number}日", day.isoformat()]  # fmt: skip

    for text in [*texts, *map(full_width, texts)]:
        assert parse_date(text, FILLERS).value == day
    assert parse_date((day - EXCEL_EPOCH).days, FILLERS).value == day
    assert parse_date(float((day - EXCEL_EPOCH).days), FILLERS).value == day


@quickly
@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False))
def test_a_number_is_the_same_however_it_is_written(number):
    for text in (f"{number}", f"{number:,}", full_width(f"{number}"), f"  {number} "):
        assert parse_number(text, FILLERS).value == float(number)


@quickly
@given(st.one_of(anything, dateish, nameish))
def test_only_a_zero_is_read_as_zero(text):
    if parse_number(text, FILLERS).value == 0:
        assert re.search(r"[0零〇]", squeezed(text)) or any(
            c.isdecimal() and int(c) == 0 for c in squeezed(text)
        )


# ── names ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def register() -> Register:
    rows = [{"place_code": full_code(code), "name": name} for code, name in PLACES[1:]]
    return Register(pd.DataFrame(conform("places", rows)), aliases={"老河村": "河湾村"})


@quickly
@given(st.one_of(anything, nameish), st.sampled_from(["township", "village"]))
def test_a_bare_name_is_the_names_beginning_and_never_nothing(name, level):
    bare = bare_name(name, level)

    assert squeezed(name).startswith(bare)
    assert bool(bare) == bool(squeezed(name))


@quickly
@given(st.text("甲乙丙丁河石桥湾坪𠀀", min_size=1, max_size=6))
def test_a_name_meets_itself_under_every_suffix(name):
    villages = ("村", "村委会", "村民委员会", "社区", "社区居委会", "社区居民委员会", "居委会", "行政村", "")
    townships = ("镇", "乡", "街道", "街道办事处", "办事处", "民族乡", "")

    assert {bare_name(name + suffix, "village") for suffix in villages} == {name}
    assert {bare_name(name + suffix, "township") for suffix in townships} == {name}


@quickly
@given(code=st.one_of(anything, dateish), township=st.one_of(anything, nameish), village=nameish)
def test_no_name_makes_the_register_raise_or_guess(register, code, township, village):
    for names in ((township, village), ("东山镇", village), ("", village)):
        found = register.find(code, *names)
        if found.place_code is None:
            assert found.problem
        elif found.how in ("name", "suffix"):
            written = names[1] or names[0]
            level = level_of(found.place_code)
            assert bare_name(register.name(found.place_code), level) == bare_name(written, level)


@quickly
@given(place=st.sampled_from(PLACES[2:]), gap=st.sampled_from(["", " ", "\u3000", "\n", "\u00a0"]))
def test_every_registered_place_is_found_by_its_code_and_by_its_name(register, place, gap):
    code, name = place
    full = full_code(code)
    spaced = gap.join(name)
    home = dict(PLACES)[code[:9]]

    assert register.find(full_width(code)).place_code == full
    found = register.find("", home, spaced) if len(code) == 12 else register.find("", spaced)
    assert (found.place_code, found.how) == (full, "name")


@quickly
@given(st.one_of(anything, dateish))
def test_a_full_code_is_twelve_plain_digits_or_nothing(text):
    code = full_code(text)

    assert code is None or re.fullmatch(r"[0-9]{12}", code)
    assert full_code("٩٩٠٢٠٢") is None


@quickly
@given(st.one_of(anything, nameish))
def test_a_header_text_normalises_without_raising_and_white_space_never_counts(text):
    assert normalised(text) == normalised("".join(f" {letter}\n" for letter in squeezed(text)))
