from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from demo.county import county
from demo.months import AS_OF
from demo.problem_texts import CATEGORIES
from demo.problems import INSPECTIONS, Problem, problems

BEFORE = {
    "认领": {""},
    "延期": {"认领"},
    "报完成": {"认领", "延期", "退回", "反弹"},
    "退回": {"报完成"},
    "验收通过": {"报完成"},
    "销号": {"验收通过"},
    "回头看合格": {"销号"},
    "反弹": {"销号", "回头看合格"},
}
"""What a step may follow."""


@pytest.fixture(scope="module")
def found() -> dict[str, list[Problem]]:
    return problems(county())


@pytest.fixture(scope="module")
def everything(found) -> list[Problem]:
    return [one for listed in found.values() for one in listed]


def is_overdue(one: Problem) -> bool:
    return one.is_open and one.due_on is not None and one.due_on < AS_OF


def times(one: Problem, step: str) -> int:
    return sum(each.name == step for each in one.steps)


def share(listed: list[Problem], step: str, count: int) -> float:
    return sum(times(one, step) == count for one in listed) / len(listed)


def test_steps_follow_each_other_as_they_may_each_on_its_day_and_none_beyond_today(everything):
    assert len({one.problem_id for one in everything}) == len(everything) == 908
    for one in everything:
        for before, step in pairwise(["", *(step.name for step in one.steps)]):
            assert before in BEFORE[step], one.problem_id
        days = [step.on for step in one.steps]
        assert all(earlier < later for earlier, later in pairwise(days)), one.problem_id
        assert not days or one.found_on <= days[0] <= days[-1] <= AS_OF


def test_deadlines_only_ever_move_out(everything):
    for one in everything:
        due = one.first_due_on
        for step in one.steps:
            if step.due_on is not None:
                assert step.name in ("退回", "反弹", "延期")
                assert due is not None
                assert step.due_on > max(due, step.on) if step.name == "延期" else step.due_on > step.on
                due = step.due_on
        assert one.due_on == due
        assert one.planned_on is None or (due is not None and one.planned_on < due)


def test_a_status_is_what_the_last_step_says(everything):
    for one in everything:
        if one.now("回头看合格"):
            assert one.status == "回头看合格"
        elif one.now("销号"):
            assert one.status == "已销号"
        elif one.now("报完成"):
            assert one.status == "待验收"
        else:
            assert one.status == ("整改中" if one.last("认领") else "待认领")


def test_some_lives_have_rounds(everything):
    assert 0.06 <= share(everything, "退回", 1) <= 0.11
    assert 0.01 <= share(everything, "退回", 2) <= 0.025
    assert 0.04 <= share(everything, "延期", 1) <= 0.07
    reopened = [one for one in everything if times(one, "反弹")]
    assert 0.045 <= len(reopened) / len(everything) <= 0.075
    assert 0.4 <= sum(one.now("销号") is not None for one in reopened) / len(reopened) <= 0.7
    assert all(one.has_rounds for one in reopened)


def test_a_backlog_but_no_catastrophe(everything):
    states = Counter(one.status for one in everything)
    assert states.keys() == {"待认领", "整改中", "待验收", "已销号", "回头看合格"}
    assert min(states.values()) >= 4
    open_ones = [one for one in everything if one.is_open]
    assert 0.15 <= len(open_ones) / len(everything) <= 0.25
    assert 35 <= sum(map(is_overdue, everything)) <= 60
    assert sum(one.due_on is not None and 0 <= (one.due_on - AS_OF).days <= 7 for one in open_ones) >= 8
    assert 2 <= sum(not one.steps and (AS_OF - one.found_on).days > 7 for one in everything) <= 8
    behind = [one for one in open_ones if one.planned_on and one.planned_on < AS_OF and not is_overdue(one)]
    assert 10 <= len(behind) <= 40
    assert sum(one.steps != () and one.steps[-1].name == "退回" for one in everything) >= 5
    assert sum(one.first_due_on is None for one in everything) >= 3
    assert sum(not one.townships for one in everything) >= 5


def test_one_township_is_slack_one_perfect_and_half_have_nothing_overdue(everything):
    here = county()
    overdue = Counter(
        here.townships[one.townships[0]].name for one in everything if is_overdue(one) and one.townships
    )
    (worst, most), (_, second) = overdue.most_common(2)
    assert worst == "双椿镇"
    assert most >= 12 > 1.5 * second
    assert 10 <= len(overdue) <= 16
    best = here.township_named("桐梓关镇")
    perfect = [one for one in everything if best in one.townships]
    assert len(perfect) >= 10
    assert not any(one.has_rounds or is_overdue(one) for one in perfect if not one.is_split)


def test_old_inspections_have_stragglers_only_and_late_ones_close_week_by_week(found):
    for prefix in ("P24", "D24", "X25", "S25", "A25"):
        struck = sum(one.now("销号") is not None for one in found[prefix])
        assert 0.86 <= struck / len(found[prefix]) < 1
    for prefix, weeks in (("P26", 20), ("A26", 9)):
        days = [
            on for one in found[prefix] if (on := one.now("销号")) and on > AS_OF - timedelta(weeks=weeks)
        ]
        busy = {(AS_OF - on).days // 7 for on in days}
        assert len(busy) >= 0.9 * weeks, prefix  # something was struck off in nearly every week
        assert max(Counter(days).values()) <= len(days) / 5, prefix  # and never all at once


def test_every_inspection_gives_ten_to_fifteen_opinions_of_several_items(found):
    for listed in found.values():
        items = Counter(one.opinion for one in listed)
        assert 10 <= len(items) <= 15
        assert set(items) == {f"意见{number}" for number in range(1, len(items) + 1)}
        assert max(items.values()) >= 6


def test_a_few_lines_name_several_places(everything):
    split = [one for one in everything if one.is_split]
    assert 8 <= len(split) <= 25
    assert any(len(one.townships) > 1 for one in split)
    assert any(len(one.villages) > 1 for one in split)
    assert not any(len(one.townships) > 1 and one.villages for one in split)


def test_what_is_to_be_put_right_at_once_is_due_in_three_days(everything):
    at_once = [one for one in everything if one.kind == "立行立改"]
    assert 40 <= len(at_once) <= 90
    assert {(one.first_due_on - one.found_on).days for one in at_once if one.first_due_on} == {3}
    assert {one.kind for one in everything if one.first_due_on is None} == {"长期坚持"}


def test_problem_texts_are_many_and_name_no_person(everything):
    texts = [text for category in CATEGORIES for text in category.texts]
    assert len(set(texts)) == len(texts) >= 40
    posts = {one.post for one in everything} | {one.leader for one in everything}
    assert all(post.endswith(("书记", "长", "主席", "主任", "负责人")) for post in posts)
    for one in everything:
        assert one.lead_unit not in one.supporting_units.split("、")


def test_inspections_are_numbered_and_filed_apart():
    assert len({one.prefix for one in INSPECTIONS}) == len({one.file for one in INSPECTIONS}) == 9
