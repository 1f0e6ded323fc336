"""评分 as the chair sees it: rounds, counts, and nothing of the points before the reveal."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1.element_tree import Button

from records import scores
from records.scores import Round
from tests.pages import county
from tests.pages.conftest import Open, Opened, publish_tables, unfold
from ui import cached, scoring_chair

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
ROUTE = "第一路线"
HERE = {"part": "评分", "route": ROUTE}
CRITERIA = """
[observation]
address = "http://192.168.1.20:8501"
criteria = [{ name = "规模", points = 60 }, { name = "带农", points = 40 }]
trim_share = 0
min_scores = 2
"""


@pytest.fixture
def route(prepared: Path) -> Path:
    """A published county with the small route of two stops, whose criteria make 100 points."""
    (prepared.parent / "config.toml").write_text(county.CONFIG + CRITERIA, encoding="utf-8")
    publish_tables(prepared, county.full(), county.CONFIG + CRITERIA)
    return prepared


def made(lines: str = "", codes: int = 3) -> Round:
    return scoring_chair.make_round(cached.current(), ROUTE, "第1轮", codes, lines)


def scored(round: Round, first: list[list[int]], second: list[list[int]]) -> None:
    """The hall scores the two stops, is then closed."""
    folder = scoring_chair.folder()
    scores.open_stops(folder, round.id, NOW)
    held = scores.codes(folder, round.id)
    for stop, given in zip(round.stops, (first, second), strict=True):
        for code, each in zip(held, given, strict=False):
            scores.give(folder, code.code, stop.key, each, NOW)
    scores.close_stops(folder, round.id, NOW)


def button(page: Opened, label: str) -> Button:
    return next(each for each in page.app.button if each.label == label)


def test_without_a_round_the_page_says_what_to_do(route: Path, open_page: Open):
    assert "还没有安排打分" in open_page("observation", **HERE).text


def test_a_round_takes_over_the_ledgers_stops_and_recuses_townships(route: Path, open_page: Open):
    round = made("云溪镇党委书记\n\n县委办  张三\n石门乡", codes=5)
    assert [(stop.number, stop.title) for stop in round.stops] == [(1, "云溪香菇基地"), (2, "冷水村")]
    held = scores.codes(scoring_chair.folder(), round.id)
    assert [(each.holder, each.township) for each in held] == [
        ("云溪镇党委书记", county.YUNXI),
        ("县委办 张三", None),
        ("石门乡", county.SHIMEN),
        (None, None),
        (None, None),
    ]
    page = open_page("observation", **HERE)
    # Five codes, one of them of the stop's own township, at each of two stops.
    assert "第1轮:未开始,共收到0/8份" in page.text and "已评 0/4" in page.text
    assert "规模60 + 带农40 = 满分100分;取平均,不足2份的不排名。" in page.text


def test_a_third_round_is_made_and_chosen_while_the_chooser_is_on_the_page(route: Path, open_page: Open):
    page = open_page("observation", **HERE)
    for turn in (1, 2, 3):
        unfold(page, "score_new")
        button(page, "建立").click().run()
        assert not page.app.exception, [each.value for each in page.app.exception]
        assert f"第{turn}轮:未开始" in page.text


def test_between_two_stops_no_key_on_the_wall_begins_the_reveal(route: Path, open_page: Open):
    round, folder = made(), scoring_chair.folder()
    first, second = (stop.key for stop in round.stops)
    scores.open_stops(folder, round.id, NOW, first)
    for code in scores.codes(folder, round.id):
        scores.give(folder, code.code, first, [50, 30], NOW)
    scores.close_stops(folder, round.id, NOW)
    wall = open_page("observation", **HERE, present="1")
    assert "还有1站没有开始打分" in wall.text
    assert "data-steps" not in wall.text
    # The chair may leave a stop out, at the desk and told.
    desk = open_page("observation", **HERE)
    assert "还有1站没有开始打分" in desk.text and button(desk, "开始揭晓")
    scores.open_stops(folder, round.id, NOW, second)
    scores.close_stops(folder, round.id, NOW)
    wall = open_page("observation", **HERE, present="1")
    assert 'data-steps="1"' in wall.text


def test_opening_and_closing_are_the_chairs(route: Path, open_page: Open):
    round = made()
    page = open_page("observation", **HERE)
    button(page, "开始打分(全部)").click().run()
    assert scores.find_round(scoring_chair.folder(), round.id).state == "open"
    assert "打分中" in page.text and "已开始" in page.text
    button(page, "结束这一站").click().run()
    states = [stop.state for stop in scores.find_round(scoring_chair.folder(), round.id).stops]
    assert states == ["closed", "open"]
    button(page, "结束打分(全部)").click().run()
    assert scores.find_round(scoring_chair.folder(), round.id).state == "closed"


def test_no_mean_is_on_any_page_before_the_reveal(route: Path, open_page: Open):
    round = made()
    scored(round, [[51, 36], [51, 36]], [[11, 13], [11, 13]])
    for choices in ({}, {"present": "1"}):
        text = open_page("observation", **HERE, **choices).text
        assert "已评 2/3" in text or "2</strong> / 3" in text
        assert not re.search(r"87|24", re.sub(r"(?s)<style>.*?</style>|data:image[^\"]*", "", text))


def test_places_are_revealed_from_the_last_and_no_further_than_asked(route: Path, open_page: Open):
    scored(made(), [[51, 36], [51, 36]], [[11, 13], [11, 13]])
    page = open_page("observation", **HERE)
    button(page, "开始揭晓").click().run()
    assert "24.00" in page.text and "87.00" not in page.text
    assert "87.00" not in open_page("observation", **HERE, present="1").text
    assert "下载评分结果(Excel)" not in page.text
    button(page, "揭晓第1名").click().run()
    assert "87.00" in page.text
    assert "下载评分结果(Excel)" in page.text


def test_too_few_scores_are_not_ranked(route: Path, open_page: Open):
    scored(made(), [[51, 36]], [])
    assert "没有一个观摩点满2份评分,不能排名" in open_page("observation", **HERE).text


def test_a_wall_shows_the_address_to_score_at(route: Path, open_page: Open):
    made()
    text = open_page("observation", **HERE, present="1").text
    assert "http://192.168.1.20:8501/score" in text and "data:image/png" in text


def test_a_changed_ledger_is_told_and_taken_over_when_asked(route: Path, open_page: Open):
    round = made()
    tables = county.full()
    stops = tables["stops"].copy()
    stops.loc[stops["title"] == "冷水村", "title"] = "冷水村新棚"
    publish_tables(route, tables | {"stops": stops}, county.CONFIG + CRITERIA)
    page = open_page("observation", **HERE)
    assert "本轮有、台账已改掉的:第2站“冷水村”" in page.text
    assert "台账新有、本轮没有的:第2站“冷水村新棚”" in page.text
    button(page, "按现在的台账更新(打过分的保留)").click().run()
    found = scores.find_round(scoring_chair.folder(), round.id)
    assert [stop.title for stop in found.stops] == ["云溪香菇基地", "冷水村新棚"]


def test_reopening_after_the_reveal_warns_and_hides(route: Path, open_page: Open):
    round = made()
    scored(round, [[51, 36], [51, 36]], [[11, 13], [11, 13]])
    scoring_chair.reveal(round, 2)
    page = open_page("observation", **HERE)
    assert "名次已经揭晓。重新开放后,名次收回" in page.text
    button(page, "我知道,重新开放").click().run()
    assert "87.00" not in page.text and "打分中" in page.text


def test_hostile_titles_are_text(route: Path, open_page: Open):
    round = scoring_chair.make_round(cached.current(), county.HOSTILE, "<script>", 2, county.HOSTILE)
    assert round.stops[0].title == county.HOSTILE
    for choices in ({}, {"present": "1"}):
        page = open_page("observation", part="评分", route=county.HOSTILE, **choices)
        drawn = [each.proto.body for each in page.app.get("html")]
        assert any("&lt;img src=x" in each for each in drawn)
        assert not any("<img src=x" in each or "<script>" in each for each in drawn)
