"""What came back: by reopening, or found again after it had been struck off; and what only looks like it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data_loaders.contract import CLOSED, FOUND, REOPENED, STRUCK
from metrics.life_cycle import steps
from metrics.rectification import ladder
from metrics.recurrence import CAME_BACK, FOUND_AGAIN, categories, returns
from settings import Problems
from tests.metrics.county import AS_OF, COUNTY, E1, E2, EAST, W1, events, problem, problems, steps_of

RULES = Problems(recurring_villages=2)


def told(
    *rows: dict[str, Any], lives: tuple[list[dict[str, Any]], ...] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Laddered problems and their returns."""
    table = problems(*rows)
    laddered = ladder(table, AS_OF, RULES)
    return laddered, returns(laddered, steps(table, events(*lives)))


def struck(name: str, closed_on: str, **more: Any) -> dict[str, Any]:
    return problem(name, CLOSED, category="数据错误", batch="第一批", closed_on=closed_on, **more)


def later(name: str, found_on: str | None, **more: Any) -> dict[str, Any]:
    return problem(name, **({"category": "数据错误", "batch": "第二批", "found_on": found_on} | more))


def test_found_again_in_the_same_village_after_it_was_struck_off():
    _, found = told(struck("1", "2026-03-01"), later("2", "2026-05-01", due_on="2026-06-01"))
    row = found.iloc[0]
    assert len(found) == 1
    assert (row["how"], row["earlier_id"], row["problem_id"], row["place_code"]) == (
        FOUND_AGAIN,
        "1",
        "2",
        E1,
    )
    assert (row["struck_on"], row["returned_on"]) == (pd.Timestamp("2026-03-01"), pd.Timestamp("2026-05-01"))
    assert (row["is_closed"], row["is_overdue"]) == (False, True)


def test_what_is_no_return():
    _, found = told(
        struck("1", "2026-03-01"),
        later("before it was struck off", "2026-02-28"),
        later("on the same day", "2026-03-01"),
        later("same batch, written down later", "2026-05-01", batch="第一批"),
        later("other village", "2026-05-01", place_code=E2),
        later("other category", "2026-05-01", category="人居环境"),
        later("no category", "2026-05-01", category=None),
        later("no place", "2026-05-01", place_code=None),
        later("nobody knows when", None),
        problem("no day of striking off", CLOSED, category="形式主义", batch="第一批"),
        later("after that", "2026-05-01", category="形式主义"),
    )
    assert found.empty


def test_one_that_follows_several_is_one_return_of_the_last():
    _, found = told(struck("1", "2026-03-01"), struck("2", "2026-04-01"), later("3", "2026-05-01"))
    assert found["earlier_id"].tolist() == ["2"]


def test_reopened_problem_came_back_each_time_and_was_struck_off_each_time_before():
    life = steps_of(
        "1", ("2026-01-10", FOUND), ("2026-02-01", STRUCK), ("2026-03-01", REOPENED), ("2026-04-01", STRUCK),
        ("2026-06-01", REOPENED),
    )  # fmt: skip
    _, found = told(problem("1", category="数据错误", reopened_count=2), lives=(life,))
    assert found["how"].tolist() == [CAME_BACK, CAME_BACK]
    assert found["returned_on"].tolist() == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-03-01")]
    assert found["struck_on"].tolist() == [pd.Timestamp("2026-04-01"), pd.Timestamp("2026-02-01")]


def test_first_striking_off_counts_though_it_was_reopened_and_struck_off_later():
    life = steps_of(
        "1", ("2026-01-10", FOUND), ("2026-02-01", STRUCK), ("2026-08-01", REOPENED), ("2026-09-01", STRUCK)
    )  # fmt: skip
    _, found = told(struck("1", "2026-09-01", reopened_count=1), later("2", "2026-05-01"), lives=(life,))
    assert sorted(zip(found["how"], found["problem_id"], strict=True)) == [
        (FOUND_AGAIN, "2"),
        (CAME_BACK, "1"),
    ]


def test_categories_worst_first_and_villages_by_state_add_up():
    laddered, found = told(
        struck("1", "2026-03-01"),  # E1, comes back
        later("2", "2026-05-01"),
        later("3", "2026-05-01", place_code=E2, due_on="2026-05-02"),  # not struck off, overdue
        struck("4", "2026-03-01", place_code=W1),
        later("5", "2026-05-01", place_code=EAST),  # of the township itself: no village
        later("6", "2026-05-01", place_code=COUNTY),
        later("7", "2026-05-01", place_code=None),
        later("8", "2026-05-01", category="人居环境"),
        later("9", "2026-05-01", category=None),
    )
    counts = categories(laddered, found, RULES).set_index("category")
    assert counts.index.tolist() == ["数据错误", "人居环境"]
    row = counts.loc["数据错误"]
    assert (row["villages"], row["townships"], row["found"], row["unclosed"], row["overdue"]) == (
        3,
        2,
        7,
        5,
        1,
    )
    assert (row["again"], row["unclosed_only"], row["closed_only"]) == (1, 1, 1)
    assert (row["came_back"], row["found_again"]) == (0, 1)
    assert counts["is_recurring"].tolist() == [True, False]


def test_nothing_found_recurs_nowhere():
    laddered, found = told()
    assert found.empty
    assert categories(laddered, found, RULES).empty
