"""村情卡: every figure with unit, period and rank, what is open, and nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import county
from tests.pages.conftest import Opened
from tests.ui.elements import LINKS, run_element

YUNXI_VILLAGE, SHIMEN_VILLAGE, BLANK, SILENT = "990102001001", "990102002001", "990102002003", "990102003001"
HOSTILE_VILLAGE = "990102002002"
BIG = 'class="gm-village gm-bigcard"'


def card() -> None:
    from ui import cached, view, village_card

    data = cached.current()
    chosen = view.read(data)
    village_card.card_button(data, chosen)
    village_card.village_card(data, chosen, big=village_card.is_big(data, chosen))


@pytest.fixture
def open_card(full: Path, monkeypatch: pytest.MonkeyPatch):
    def open_(place: str, **query: str) -> Opened:
        return run_element(card, monkeypatch, place=place, **query)

    return open_


def test_figure_has_unit_period_change_and_rank_in_its_township(open_card):
    shown = open_card(YUNXI_VILLAGE).text
    # 13.0 万袋 in October after 12.0; 上湾村 has 14.0
    for said in (
        "香菇在棚规模",
        "13.0<small>万袋</small>",
        "较上月 +1.0万袋",
        "2026年10月",
        "按数量第2名/共2村",
    ):
        assert said in shown
    assert "生猪出栏 1—10月累计" in shown
    assert "80<small>头</small>" in shown


def test_ratio_shows_both_its_parts(open_card):
    shown = open_card(YUNXI_VILLAGE).text
    assert "完成 76.7%" in shown
    assert "23/30户" in shown


def test_village_that_did_not_report_is_not_ranked(open_card):
    shown = open_card(SILENT, period="2026-10").text
    assert "未报送" in shown
    assert "未报送,不排名" in shown
    assert "0.0<small>万袋" not in shown


def test_households_by_measures_with_their_total(open_card):
    shown = open_card(YUNXI_VILLAGE).text
    assert "产业措施到户 共30户" in shown
    for said in ("0项 <b>0户</b>", "1项 <b>2户</b>", "2项 <b>5户</b>", "3项及以上 <b>23户</b>", "2026年9月"):
        assert said in shown


def test_open_problem_stands_with_days_unit_and_post(open_card):
    shown = open_card(SHIMEN_VILLAGE).text
    assert "gm-warning-red" in shown
    assert "逾期26天" in shown
    assert "县农业农村局 · 副局长" in shown
    assert "谁负责" in shown
    assert "还剩3天" in open_card(BLANK).text


def test_closed_problem_is_gone_and_nobody_is_responsible(open_card):
    shown = open_card(YUNXI_VILLAGE).text
    assert "没有未销号的问题" in shown
    assert "W001" not in shown
    assert "谁负责" not in shown


def test_enterprises_with_jobs_and_the_poor_among_them(open_card):
    shown = open_card(YUNXI_VILLAGE).text
    assert "云溪香菇合作社" in shown
    assert "40人" in shown
    assert "建档立卡 12人" in shown
    assert "建档立卡 未报送" in open_card(SILENT).text


@pytest.mark.parametrize("query", [{}, {"present": "1", "card": "1"}])
@pytest.mark.parametrize("place", [HOSTILE_VILLAGE, SHIMEN_VILLAGE])
def test_hostile_names_are_text(open_card, place: str, query: dict[str, str]):
    shown = open_card(place, **query).text
    assert "<img" not in shown
    assert ("&lt;img" if place == HOSTILE_VILLAGE else "=cmd![](http") in shown


def test_township_has_targets_and_its_rank_in_the_county(open_card):
    shown = open_card(county.YUNXI).text
    # 27.0 of 28.0 万袋 in October
    assert "27.0/28.0万袋" in shown
    assert "2/2个村已报" in shown
    assert "按数量第2名/已报2个乡镇" in shown


def test_links_lead_to_the_place_on_other_pages(open_card):
    open_card(YUNXI_VILLAGE)
    assert {script for script, _ in LINKS} >= {"pages/rectification.py", "pages/enterprises.py"}
    assert all(named["query_params"]["place"] == YUNXI_VILLAGE for _, named in LINKS)


def test_county_has_no_card(full: Path, monkeypatch: pytest.MonkeyPatch):
    assert "gm-village" not in run_element(card, monkeypatch).text
    assert "gm-village" not in run_element(card, monkeypatch, card="1").text


def test_key_lets_the_card_fill_the_wall_and_puts_it_back(open_card):
    page = open_card(YUNXI_VILLAGE)
    assert BIG not in page.text
    page.app.button(key="gm_card").click().run()
    assert page.params["card"] == page.params["present"] == "1"
    assert BIG in page.text
    page.app.button(key="gm_card").click().run()
    assert "card" not in page.params
    assert BIG not in page.text
    assert page.app.button(key="gm_card").proto.shortcut == "k"


def test_leaving_presentation_mode_leaves_the_big_card_too(open_card):
    page = open_card(YUNXI_VILLAGE, card="1")
    assert BIG not in page.text
    assert "card" not in page.params


def test_source_of_a_figure_opens_from_the_card(open_card):
    page = open_card(YUNXI_VILLAGE)
    assert "算法" not in page.text
    page.app.session_state["card_source"] = True
    page.app.run()
    assert "算法" in page.text
    assert "2026年10月产业月报.xlsx" in page.text
