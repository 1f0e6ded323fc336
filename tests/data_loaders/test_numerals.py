import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_loaders.numerals import chinese_number

DIGITS = "零一二三四五六七八九"


def below_ten_thousand(number: int) -> str:
    """The ordinary way to write 0–9999, place by place, one 零 for each run of empty places inside."""
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + name
        gap = not digit if out else gap
    return out


def written(number: int) -> str:
    if number == 0:
        return "零"
    out = ""
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section, number = divmod(number, unit)
        if section:
            out += ("零" if out and section < 1000 else "") + below_ten_thousand(section) + name
    return out


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_every_number_is_read_back_as_it_is_written(number):
    assert chinese_number(written(number)) == number


@pytest.mark.parametrize(("text", "number"), [("十", 10), ("十二", 12), ("两百", 200), ("一万〇五", 10_005)])
def test_usual_variants_are_read(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "万", "百", "三五百", "二百百", "一百五", "一万五", "一千五", "二十多", "零三百", "几百"]
)
def test_what_is_not_one_number_is_not_read(text):
    assert chinese_number(text) is None


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿半多", max_size=12))
def test_no_text_makes_it_raise_and_what_is_read_can_be_written(text):
    number = chinese_number(text)

    if number is not None:
        assert chinese_number(written(number)) == number
