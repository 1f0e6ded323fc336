"""How many sentences a wall takes, and that a shortened one says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from charts.layout import text_width
from ui.fitting import fitting, lines_of, shortened

WORDS = st.text(alphabet="逾期未整改,12ab。", max_size=80)


def test_so_many_fit_as_there_are_lines():
    # 19 characters are a line of 20, 25 are two.
    assert lines_of("整" * 19, 20) == 1
    assert lines_of("整" * 25, 20) == 2
    assert fitting(["整" * 19] * 5, 3, 20) == 3
    assert fitting(["整" * 25] * 5, 3, 20) == 1
    assert fitting(["整" * 19] * 5, 3, 20, between=0.5) == 2
    assert fitting([], 3, 20) == 0


def test_what_fits_is_whole_and_what_does_not_ends_in_three_points():
    assert shortened("双椿镇", 4) == "双椿镇"
    assert shortened("双椿镇王家湖村", 5) == "双椿镇王…"


@given(WORDS, st.integers(2, 40))
def test_a_shortened_sentence_always_fits(sentence: str, wide: int):
    said = shortened(sentence, wide)
    assert text_width(said) <= wide
    assert said == sentence or sentence.startswith(said[:-1])


@given(st.lists(WORDS, max_size=12), st.integers(1, 12), st.integers(5, 40))
def test_no_more_fit_than_there_are_lines(sentences: list[str], lines: int, wide: int):
    fit = fitting(sentences, lines, wide)
    assert sum(lines_of(each, wide) for each in sentences[:fit]) <= lines
