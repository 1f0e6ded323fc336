"""Going through the list of problems: which comes next, what keys mean, what a browser may not do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rectification import ladder
from settings import Problems
from tests.pages import county
from ui import cached, list_keys, problem_keys
from ui.problem_filters import (
    ALWAYS,
    EVERYTHING,
    FIELDS,
    SHOW,
    STATES,
    UNFINISHED,
    Chosen,
    Narrowed,
    states_of,
    within,
)
from ui.problem_keys import keys
from ui.problem_list import beside, counted, in_order, place_in
from ui.problem_words import deadline, standing, warned

IDS = ["P1", "P2", "P3"]


class TestGoingThrough:
    @pytest.mark.parametrize(
        ("opened", "move", "aim"),
        [
            ("P1", "next", "P2"),
            ("P3", "previous", "P2"),
            ("P1", "previous", None),
            ("P3", "next", None),
            (None, "next", "P1"),
            (None, "previous", None),
            ("elsewhere", "next", "P1"),
        ],
    )
    def test_the_one_beside(self, opened, move, aim):
        assert beside(IDS, opened, move) == aim

    def test_an_empty_list_leads_nowhere(self):
        assert beside([], "P1", "next") is None

    def test_place_in_the_list(self):
        assert place_in(IDS, "P2") == "第2个,共3个"
        assert place_in(IDS, "P9") == "不在当前清单里"

    def test_how_many(self):
        assert counted(41, 908) == "41 个问题(共908个)"
        assert counted(1200, 1200) == "1,200 个问题"

    def test_nothing_overdue_is_said_to_come_first_where_nothing_is(self):
        def said(*rows: tuple[bool, bool]) -> str:
            return in_order(pd.DataFrame(rows, columns=["is_closed", "is_overdue"]))

        assert said((False, True), (True, False)) == ",逾期久的在前"
        assert said((False, False), (True, False)) == ",急的在前"
        assert said((True, False)) == ""


class TestKeys:
    def test_pages_are_turned_and_scrolled_while_nothing_is_open(self):
        assert keys(is_open=False, on_wall=False) == {"j": "next"}
        assert keys(is_open=False, on_wall=True) == {"j": "next", "PageDown": "next"}

    def test_an_open_problem_takes_the_arrows(self):
        found = keys(is_open=True, on_wall=False)
        assert (found["ArrowRight"], found["ArrowLeft"], found["Escape"]) == ("next", "previous", "close")
        assert "PageDown" not in found  # scrolls
        assert keys(is_open=True, on_wall=True)["PageUp"] == "previous"

    def test_a_browser_may_send_anything(self, monkeypatch):
        heard: list[object] = []

        class Sent:
            move, open = "drop table", {"a": 1}

        def listen(*, on_move_change, on_open_change, **_):
            on_move_change()
            on_open_change()

        monkeypatch.setattr(list_keys, "_listen", listen)
        monkeypatch.setattr(list_keys.st, "session_state", {"gm_problem_keys": Sent()})
        problem_keys.problem_keys(is_open=True, on_wall=True, on_move=heard.append, on_open=heard.append)
        assert heard == []


class TestStates:
    def test_every_window_of_the_county_is_a_state(self):
        names = list(states_of(Problems(due_windows=(5, 10))))
        assert names.index("5天内到期") == names.index("临期") + 1
        assert within(10) in names
        assert set(ALWAYS) <= set(names)

    def test_struck_off_and_not_are_everything(self):
        found = ladder(county.problems(), county.AS_OF, Problems())
        unfinished, closed = STATES[UNFINISHED](found), STATES["已销号"](found)
        assert (unfinished ^ closed).all()
        assert STATES[EVERYTHING](found).all()


@given(
    show=st.sampled_from(list(states_of(Problems()))),
    source=st.sampled_from([None, "省级督查", "暗访", "审计"]),
    words=st.sampled_from(["", "石门", "措施", " "]),
    rows=st.sets(st.integers(0, 5)),
)
def test_an_option_says_what_choosing_it_lists(full_data, show, source, words, rows):
    """Whatever is chosen: the count beside an option is the length of the list that it leads to."""
    at = np.array(sorted(rows), dtype=int)
    fields = {} if source is None else {"source": source}
    narrowed = Narrowed(full_data, at, Chosen(show, fields, words))
    for state, count in narrowed.states().items():
        assert Narrowed(full_data, at, Chosen(state, fields, words)).left().sum() == count
    for value, count in narrowed.options("category").items():
        assert (
            Narrowed(full_data, at, Chosen(show, fields | {"category": value}, words)).left().sum() == count
        )
    left = {name for name, _ in Chosen(show, fields, words).told()}
    assert left <= {SHOW, "find", *FIELDS}


@pytest.fixture(scope="module")
def full_data(tmp_path_factory):
    """The small county as the app reads it."""
    from tests.pages.conftest import publish_tables

    folder = tmp_path_factory.mktemp("list")
    (folder / "config.toml").write_text(county.CONFIG, encoding="utf-8")
    publish_tables(folder / "prepared", county.full())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUANMO_CONFIG", str(folder / "config.toml"))
        cached.forget_everything()
        data = cached.current()
    yield data
    cached.forget_everything()


class TestWords:
    @pytest.fixture
    def rows(self):
        problems = county.problems()
        problems.loc[problems["problem_id"] == "W004", "last_step"] = "退回"
        found = ladder(problems, county.AS_OF, Problems())
        return {row["problem_id"]: row for row in found.to_dict("records")}

    def test_why_the_ladder_warns(self, rows):
        assert warned(rows["W003"]) == "逾期26天"
        assert warned(rows["W004"]) == "退回 · 整改中,还剩3天"
        assert warned(rows["W006"]) == "超过7天未认领 · 待认领,还剩136天"
        assert warned(rows["W005"]) == standing(rows["W005"]) == "待验收"

    def test_deadlines(self, rows):
        assert deadline(rows["W003"], "个工作日") == "2026年10月20日,已逾期26个工作日"
        assert deadline(rows["W001"]) == "2026年8月20日"  # struck off in time
        assert deadline(rows["W003"] | {"due_on": pd.NaT}) == "没有时限"
        assert deadline(rows["W001"] | {"is_late": True}) == "2026年8月20日,超期完成"
