"""Rounds and scores: who may score what and when, and that nothing is shown before the chair shows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from faults import DataProblem
from records import scores
from records.database import writing
from records.scores import ALPHABET, LENGTH, NotOpen, Round, Rules, Stop, UnknownCode
from settings.meeting import Criterion

NOW = datetime(2026, 11, 18, 9, 30, 5, tzinfo=UTC)
LATER = NOW.replace(minute=45)
RULES = Rules(
    criteria=(Criterion(name="规模", points=60), Criterion(name="带农", points=40)),
    trim_share=0.1,
    min_scores=2,
)
ROUTE = "西线"
YUNXI, SHIMEN = "990102001001", "990102002003"


def stop(number: int, title: str, place: str | None = YUNXI) -> Stop:
    return Stop(scores.stop_key(ROUTE, number, title), number, title, place, "云溪镇 云溪村")


STOPS = (stop(1, "香菇基地"), stop(2, "冷水村", SHIMEN))
FIRST, SECOND = (each.key for each in STOPS)


@pytest.fixture
def round(tmp_path: Path) -> Round:
    holders = [("云溪镇党委书记", "990102001000"), ("县委办", None), (None, None)]
    return scores.create_round(tmp_path, ROUTE, "第1轮", RULES, STOPS, holders, NOW)


@pytest.fixture
def codes(tmp_path: Path, round: Round) -> list[str]:
    return [each.code for each in scores.codes(tmp_path, round.id)]


def points(folder: Path, round: Round) -> dict[str, list[tuple[int, ...]]]:
    scores.close_stops(folder, round.id, NOW)
    scores.reveal(folder, round.id, 1, NOW)
    return scores.points(folder, round.id)


# ── codes ────────────────────────────────────────────────────────────────────────────────────
def test_codes_cannot_be_misread(codes: list[str]):
    assert len(set(codes)) == 3
    for code in codes:
        assert len(code) == LENGTH and set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0OQ1IL2Z5S8BUVG")


@examples(
    st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH), st.integers(0, LENGTH), st.sampled_from(" -–  ·")
)
def test_case_blanks_and_hyphens_are_forgiven(code: str, at: int, between: str):
    for typed in (code, scores.shown_code(code), f" {code[:at]}{between}{code[at:].lower()}\n"):
        assert scores.plain_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "ACD", "ACDE34790", "ACDE-3470", "ACDE347%", "'; DROP T", "ACDE" * 400]
)
def test_what_can_be_no_code_is_none(typed: str):
    assert scores.plain_code(typed) == ""


def test_full_width_letters_of_a_chinese_keyboard_are_a_code_too():
    assert scores.plain_code("ＡＣＤＥ－３４７９") == "ACDE3479"


def test_the_longest_townships_name_counts():
    townships = {"城关镇": "1", "城关镇北街道": "2"}
    assert scores.recused_township("城关镇北街道办主任", townships) == "2"
    assert scores.recused_township(" 城关镇 张三", townships) == "1"
    assert scores.recused_township("县城关镇办", townships) is None


# ── scoring ──────────────────────────────────────────────────────────────────────────────────
def test_a_score_is_kept_and_the_later_one_counts(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    assert scores.give(tmp_path, codes[1], FIRST, [55, 35], LATER).scored_at == LATER
    assert scores.seat(tmp_path, codes[1]).given[FIRST].points == (55, 35)
    assert points(tmp_path, round)[FIRST] == [(55, 35)]


def test_sent_twice_is_received_once_at_its_first_time(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    scores.close_stops(tmp_path, round.id, NOW)
    # The answer was lost, and the chair has closed meanwhile: what is on disk is thanked for all the same.
    assert scores.give(tmp_path, codes[1], FIRST, [50, 30], LATER).scored_at == NOW


def test_nobody_scores_before_it_is_opened_or_after_it_is_closed(
    tmp_path: Path, round: Round, codes: list[str]
):
    with pytest.raises(NotOpen, match="还没有开始"):
        scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    scores.open_stops(tmp_path, round.id, NOW, FIRST)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    with pytest.raises(NotOpen, match="还没有开始"):
        scores.give(tmp_path, codes[1], SECOND, [50, 30], NOW)
    scores.close_stops(tmp_path, round.id, NOW, FIRST)
    with pytest.raises(NotOpen, match="已经结束"):
        scores.give(tmp_path, codes[1], FIRST, [1, 1], NOW)
    assert points(tmp_path, round)[FIRST] == [(50, 30)]


def test_a_township_does_not_score_itself(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    with pytest.raises(NotOpen, match="回避"):
        scores.give(tmp_path, codes[0], FIRST, [50, 30], NOW)
    scores.give(tmp_path, codes[0], SECOND, [50, 30], NOW)
    counted = scores.progress(tmp_path, round.id)
    assert (counted[FIRST].given, counted[FIRST].expected) == (0, 2)
    assert (counted[SECOND].given, counted[SECOND].expected) == (1, 3)


@pytest.mark.parametrize("wrong", [[61, 0], [0, 41], [-1, 0], [10], [10, 10, 10], []])
def test_points_beyond_the_criteria_are_refused(
    tmp_path: Path, round: Round, codes: list[str], wrong: list[int]
):
    scores.open_stops(tmp_path, round.id, NOW)
    with pytest.raises(DataProblem):
        scores.give(tmp_path, codes[1], FIRST, wrong, NOW)
    assert scores.progress(tmp_path, round.id)[FIRST].given == 0


def test_no_score_without_a_code(tmp_path: Path, round: Round):
    scores.open_stops(tmp_path, round.id, NOW)
    for code in ("", "ACDE3479"):
        with pytest.raises(UnknownCode):
            scores.give(tmp_path, code, FIRST, [1, 1], NOW)
        with pytest.raises(UnknownCode):
            scores.seat(tmp_path, code)


def test_a_hall_that_scores_at_once_loses_nothing(tmp_path: Path):
    round = scores.create_round(tmp_path, ROUTE, "满场", RULES, STOPS, [(None, None)] * 60, NOW)
    scores.open_stops(tmp_path, round.id, NOW)
    held = [each.code for each in scores.codes(tmp_path, round.id)]
    with ThreadPoolExecutor(60) as hall:
        list(
            hall.map(
                lambda code: [scores.give(tmp_path, code, at, [9, 9], NOW) for at in (FIRST, SECOND)], held
            )
        )
    assert {each.given for each in scores.progress(tmp_path, round.id).values()} == {60}


# ── the reveal ───────────────────────────────────────────────────────────────────────────────
def test_points_are_shown_to_nobody_before_the_reveal(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    with pytest.raises(DataProblem, match="还没有揭晓"):
        scores.points(tmp_path, round.id)
    with pytest.raises(DataProblem, match="还没有结束"):
        scores.reveal(tmp_path, round.id, 1, NOW)
    scores.close_stops(tmp_path, round.id, NOW)
    with pytest.raises(DataProblem, match="还没有揭晓"):
        scores.points(tmp_path, round.id)
    assert scores.reveal(tmp_path, round.id, 2, NOW) == 2
    assert scores.reveal(tmp_path, round.id, 1, NOW) == 2  # a key pressed twice goes on once, and never back


def test_the_order_of_points_tells_nothing_of_who_gave_them(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    for code, given in zip(codes, ([1, 1], [60, 40], [5, 5]), strict=True):
        scores.give(tmp_path, code, SECOND, given, NOW)
    assert points(tmp_path, round)[SECOND] == [(60, 40), (5, 5), (1, 1)]


def test_reopening_after_the_reveal_is_deliberate_hides_it_and_is_on_record(
    tmp_path: Path, round: Round, codes: list[str]
):
    scores.open_stops(tmp_path, round.id, NOW, FIRST)
    scores.close_stops(tmp_path, round.id, NOW)
    scores.reveal(tmp_path, round.id, 1, NOW)
    with pytest.raises(DataProblem, match="已经揭晓"):
        scores.open_stops(tmp_path, round.id, NOW)
    scores.open_stops(tmp_path, round.id, LATER, anew=True)
    with pytest.raises(DataProblem, match="还没有揭晓"):
        scores.points(tmp_path, round.id)
    told = [(each.step, each.title) for each in scores.steps(tmp_path, round.id)]
    assert told == [
        ("建立", None),
        ("开始打分", "香菇基地"),
        ("结束打分", None),
        ("开始揭晓", None),
        ("揭晓后重新开放打分", None),
    ]


# ── rounds and the ledger ────────────────────────────────────────────────────────────────────
def test_a_round_needs_a_name_of_its_own_and_something_to_score(tmp_path: Path, round: Round):
    for name, rules, stops, holders, said in (
        (" 第1轮 ", RULES, STOPS, [(None, None)], "另取一个名称"),
        ("", RULES, STOPS, [(None, None)], "起一个名称"),
        ("二", RULES, [], [(None, None)], "没有观摩点"),
        ("三", RULES.model_copy(update={"criteria": ()}), STOPS, [(None, None)], "没有打分项目"),
        ("四", RULES, STOPS, [], "1到2000"),
        ("五", RULES, STOPS, [(None, None)] * 2001, "1到2000"),
    ):
        with pytest.raises(DataProblem, match=said):
            scores.create_round(tmp_path, ROUTE, name, rules, stops, holders, NOW)
    assert [each.name for each in scores.rounds(tmp_path)] == ["第1轮"]


def test_a_changed_ledger_moves_no_score_to_another_stop(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    # The first stop got another title, the second went, a third came.
    new = [stop(1, "茶叶基地"), stop(3, "油茶基地")]
    scores.follow_ledger(tmp_path, round.id, new, LATER)
    found = scores.find_round(tmp_path, round.id)
    assert sorted(each.title for each in found.stops) == ["油茶基地", "茶叶基地", "香菇基地"]
    assert {each.title: each.state for each in found.stops}["香菇基地"] == "open"
    with pytest.raises(NotOpen, match="刚刚改过"):
        scores.give(tmp_path, codes[1], SECOND, [1, 1], NOW)
    assert points(tmp_path, round) == {FIRST: [(50, 30)], new[0].key: [], new[1].key: []}


def test_a_scored_stop_keeps_the_place_that_it_was_scored_by(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    for code in codes:
        if code != codes[0]:
            scores.give(tmp_path, code, FIRST, [50, 30], NOW)
    scores.give(tmp_path, codes[0], SECOND, [50, 30], NOW)
    # The ledger moves the second stop to the township of the code that has scored it.
    scores.follow_ledger(tmp_path, round.id, [STOPS[0], stop(2, "冷水村", YUNXI)], LATER)
    counted = scores.progress(tmp_path, round.id)[SECOND]
    assert (counted.given, counted.expected) == (1, 3)


def test_a_damaged_score_is_told(tmp_path: Path, round: Round, codes: list[str]):
    scores.open_stops(tmp_path, round.id, NOW)
    scores.give(tmp_path, codes[1], FIRST, [50, 30], NOW)
    for damage in ("UPDATE scores SET points = '{'", "UPDATE rounds SET made_at = 'x'"):
        with writing(tmp_path) as database:
            database.execute(damage)
        with pytest.raises(DataProblem, match="读不出来"):
            scores.seat(tmp_path, codes[1])


def test_more_codes_go_on_in_number(tmp_path: Path, round: Round):
    scores.add_codes(tmp_path, round.id, [("晚到的人", None)], NOW)
    assert [(each.number, each.holder) for each in scores.codes(tmp_path, round.id)][-1] == (4, "晚到的人")


def test_an_unknown_round_is_told(tmp_path: Path):
    with pytest.raises(DataProblem, match="没有这一轮"):
        scores.find_round(tmp_path, "nonsense")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataProblem, match="会议记录读写不了"):
        scores.give(tmp_path / "file" / "records", "ACDE3479", FIRST, [1, 1], NOW)
