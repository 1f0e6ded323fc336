"""What a 一口清 card says: the small county's figures by heart, and nothing invented for who did not report."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.place_card import CardFacts, FigureLine, Section
from tests.pages.county import HOSTILE, SHIMEN, SONGLING, YUNXI
from ui import cached
from ui.place_card_facts import card_facts

BLANK, SILENT, BUSY, HOSTILE_VILLAGE = "990102002003", "990102003001", "990102001001", "990102002002"


@pytest.fixture
def facts(full: Path):
    return lambda code: card_facts(cached.current(), code, "2026-10")


def line(card: CardFacts, name: str) -> FigureLine:
    return next(each for each in card.figures if each.name == name)


def section(card: CardFacts, title: str) -> Section:
    return next(each for each in (*card.left, *card.right) if each.title.startswith(title))


def tallies(found: Section) -> dict[str, str]:
    return {each.label: each.number for each in found.tallies}


def test_a_township_is_told_in_five_sentences(facts):
    said = facts(YUNXI).sentences
    assert len(said) == 5
    # 13 + 14 = 27 of 28 万袋; 400 + 410 = 810 of 820 亩; 36 of 50 households
    assert "最好的是茶园面积810亩，占目标的98.8%，居全县第1名" in said[1]
    assert "最要抓的是3项产业措施覆盖率72.0%，居全县第2名" in said[1]
    # 30 + 20 households, 7 of each village's with fewer than three measures
    assert said[2] == "建档立卡50户，3项及以上产业措施的36户，占72.0%；一项也没有的0户；没有空白村。"
    assert said[3] == "经营主体和基地2家，用工65人，其中建档立卡17人，带动90户。"
    assert said[4] == "发现问题2个，已销号2个，待验收0个，整改中0个，其中逾期0个。"


def test_a_line_has_figure_completion_rank_and_course(facts):
    found = line(facts(YUNXI), "香菇在棚规模")
    assert (found.figure, found.done, found.fraction) == ("27.0万袋", "完成 96.4%", "27.0/28.0万袋")
    assert found.rank == "第1名/2"  # 松岭乡 did not report
    assert "按完成率" in found.rank_note
    assert found.run == (21.0, 23.0, 25.0, 27.0)
    assert line(facts(YUNXI), "生猪出栏").note == "2026年1—10月累计"


def test_problems_are_counted_and_the_worst_stands_with_its_deadline(facts):
    found = section(facts(SHIMEN), "问题整改")
    assert tallies(found) == {"发现": "2个", "整改中": "2个", "逾期": "1个", "待验收": "0个", "已销号": "0个"}
    worst, next_ = found.rows
    assert (worst.lead, worst.tone) == ("【逾期26天，时限10月20日】", "bad")
    assert worst.text == "W003:产业薄弱同质化,请核实"
    assert next_.lead.startswith("【整改中，还剩3天")
    assert facts(SHIMEN).sentences[4].endswith("其中逾期1个，最久的逾期26天。")


def test_blank_villages_and_households_by_number_of_measures(facts):
    card = facts(SHIMEN)
    assert section(card, "空白村").title == "空白村 1个" and section(card, "空白村").notes == ("冷水村",)
    # 石门村 2, 5, 33 and the hostile one 2, 5, 18; 冷水村 has 15 with nothing
    assert [(each.label, each.value) for each in section(card, "产业措施到户").parts] == [
        ("0项", 15), ("1项", 4), ("2项", 10), ("3项及以上", 51),
    ]  # fmt: skip
    assert "空白村1个：冷水村" in card.sentences[2]


def test_who_did_not_report_is_said_so_and_never_zero(facts):
    card = facts(SONGLING)
    bags = line(card, "香菇在棚规模")
    assert bags.is_missing and bags.figure == "未报送" and bags.rank == "不排名"
    assert bags.change.startswith("上次报送 2026年9月") and bags.fraction == "目标40.0万袋"
    assert "综合得分没有名次" in card.sentences[0]
    assert "香菇在棚规模、茶园面积未报送" in card.sentences[1]
    assert [each.number for each in card.tallies] == ["没有名次"]
    late = section(card, "迟报漏报 1项").rows[0]
    assert (late.text, late.figure) == ("产业发展月报(2026年10月)", "没有报")
    assert tallies(section(card, "经营主体"))["用工"] == "未报送"


def test_a_village_stands_with_its_rank_in_the_township(facts):
    card = facts(BUSY)
    assert card.title == "云溪村" and card.above == "小河县 云溪镇"
    assert [each.number for each in card.tallies] == ["120户", "30户", "1家", "0个", "0个"]
    assert line(card, "香菇在棚规模").rank == "第2名/2"
    assert card.sentences[0] == "云溪村属云溪镇，总户数120户，建档立卡30户。"
    assert "居全镇第2名" in card.sentences[1]


def test_a_blank_village_is_called_so_and_a_silent_one_not_ranked(facts):
    assert facts(BLANK).sentences[2].endswith("一项也没有的15户，是空白村。")
    silent = facts(SILENT)
    assert line(silent, "香菇在棚规模").figure == "未报送"
    assert "未报送" in silent.sentences[1]


def test_of_its_problem_a_village_says_who_answers(facts):
    assert section(facts(BLANK), "问题整改").rows[0].note == "县农业农村局 · 副局长"


def test_every_card_names_version_day_and_source(facts):
    card = facts(HOSTILE_VILLAGE)
    assert card.title == HOSTILE
    assert "2026年11月15日" in card.dates and "2026年10月" in card.dates
    assert (
        cached.current().version in card.foot[0]
        and "测试数据" in card.foot[0]
        and "产业发展月报" in card.foot[0]
    )
    assert card.badge == "演示数据"
