"""材料, 通报: the paper says what the pages say, what is missing is listed, a wrong template is told."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
import streamlit as st
from docx.oxml.ns import qn

from exports import word
from exports.bulletin_template import shipped
from records import snapshots as kept
from tests.conftest import County
from tests.office import rendered
from tests.pages import county
from tests.pages.conftest import Open, publish_tables
from tests.pages.map_page import mapped
from ui import answers, bulletin_facts, cached, view
from ui.bulletin_facts import Subject, _by, _late_reports, indicator_told
from ui.figure_card import figure_card
from ui.html import Card, Words
from ui.problem_cards import whole_figures
from wording import number_text, percent_text

__all__ = ["mapped"]


@dataclass
class Offered:
    """The files that the page offers, by their label; each is made when it is asked for."""

    files: dict[str, tuple[Callable[[], bytes], str]]

    def take(self, label: str) -> bytes:
        return self.files[label][0]()

    def name(self, label: str) -> str:
        return self.files[label][1]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Offered:
    found, button = Offered({}), st.download_button

    def noted(label: str, data: Any, **more: Any) -> Any:
        found.files[label] = data, more["file_name"]
        return button(label, data, **more)

    monkeypatch.setattr(st, "download_button", noted)
    return found


def said(content: bytes) -> str:
    """The paper's text with the marks of the screen and without white space."""
    body = docx.Document(io.BytesIO(content)).element.body
    words = "".join(each.text or "" for each in body.iter(qn("w:t")))
    return "".join(words.translate(str.maketrans("，：；（）", ",:;()")).split())


def with_papers(prepared: Path, lines: str) -> None:
    config = prepared.parent / "config.toml"
    config.write_text(f"{county.CONFIG}\n[papers]\n{lines}\n", encoding="utf-8")


PAPER = "下载通报(Word)"


def test_the_paper_has_the_figures_of_the_pages(
    demo_county: County,
    monkeypatch: pytest.MonkeyPatch,
    open_page: Open,
    offered: Offered,
    tmp_path: Path,
):
    """Overview, ranking, coverage and rectification of the demo county, as the paper says them and as it prints."""
    monkeypatch.setenv("GUANMO_CONFIG", str(demo_county.config))
    page = open_page("papers")
    made = offered.take(PAPER)
    printed = said(made)
    assert len(docx.Document(io.BytesIO(made)).inline_shapes) == 1
    (tmp_path / "bulletin.docx").write_bytes(made)
    on_paper = rendered(tmp_path / "bulletin.docx", tmp_path)
    assert on_paper.undrawn == frozenset()  # 㵲水乡 among them

    data = cached.current()
    period, place = view.latest_period(data), data.settings.county.place_code
    for indicator in data.settings.overview.headline:
        card = figure_card(data, indicator, place, period)
        assert f"{card.value}{card.unit}" in printed
        assert f"{card.value}{card.unit}" in on_paper.text
        (share, fraction), *_ = card.lines
        assert str(share).removeprefix("完成 ") in printed
        assert str(fraction) in printed
        assert str(card.lines[-1][1]) in printed
    for figure in whole_figures(answers.problems(data)):
        assert f"{figure.card.value}{figure.card.unit}" in printed
    ranked = answers.composite(data, period)
    for row in answers.records(ranked[ranked["rank"].notna()]):
        assert f"{row['rank']}{row['name']}{number_text(row['score'], decimals=1)}" in printed
    for row in answers.records(answers.households(data, "township", period)):
        assert (
            f"{row['name']}{number_text(row['households'])}{number_text(row['covered'])}{percent_text(row['covered_share'])}"
            in printed
        )
    problems = answers.problems(data)
    for row in answers.records(problems[problems["is_overdue"]]):
        assert str(row["problem_id"]) in printed
    assert f"数据版本{data.version}" in printed
    # What stands on the screen is what is printed.
    on_screen = "".join(re.sub("<[^>]+>", "", page.text).split())
    for line in bulletin_facts.bulletin_facts(
        data, Subject(place, period, cached.config().papers)
    ).indicators:
        assert line in on_screen


def test_what_is_missing_is_listed_before_it_is_printed(full: Path, open_page: Open):
    text = open_page("papers", period="2026-10").text
    assert "印发前请核对" in text
    assert "2026年10月产业发展月报:1个乡镇没有报送:松岭乡" in text
    assert "1个乡镇没有名次" in text
    assert "没有填写落款单位" in text
    assert "[papers] requirements" in text


def test_small_county_by_hand(full: Path, open_page: Open, offered: Offered):
    with_papers(full, 'issuer = "小河县产业办"\nnumber = "河产办〔2026〕3号"\nrequirements = ["压实责任。"]')
    assert "[papers] number" not in open_page("papers", period="2026-10").text
    printed = said(offered.take(PAPER))
    assert offered.name(PAPER) == "关于2026年10月产业发展和问题整改情况的通报.docx"
    # 400 to 440 亩 in the five villages that reported
    assert "2026年10月茶园面积2,100亩,完成目标的63.3%(2,100/3,320亩)" in printed
    assert "5/7个村已报" in printed
    # W003 was due on 2026-10-20: 26 days
    assert "1W003石门乡石门村W003:产业薄弱同质化,请核实县农业农村局2026-10-20逾期26天" in printed
    assert (
        "检查反馈问题共6个,已销号2个、未销号4个(待验收1个、整改中3个,含待认领),销号率33.3%(2/6个)" in printed
    )
    assert "石门乡一是立即整改逾期问题1个:W003(逾期26天);二是落实1个空白村的产业措施:冷水村。" in printed
    assert "松岭乡补报2026年10月产业发展月报(缺2个村,0/2个村已报)" in printed
    assert "没有排名:松岭乡(香菇在棚规模未报送)" in printed
    assert "石门乡冷水村" in printed  # the blank village
    assert "压实责任。" in printed
    assert printed.count("小河县产业办") >= 2


def test_township_has_its_own_paper(full: Path, open_page: Open, offered: Offered):
    open_page("papers", place=county.SHIMEN, period="2026-10")
    printed = said(offered.take(PAPER))
    assert offered.name(PAPER) == "关于石门乡2026年10月产业发展和问题整改情况的通报.docx"
    assert "石门乡人民政府:" in printed
    assert "石门乡检查反馈问题共2个" in printed  # W003, W004
    assert "W001" not in printed
    assert "http://evil.example/x.png" in printed  # a village's name, as text


@pytest.mark.parametrize("place", [county.COUNTY, county.YUNXI])
def test_nothing_reported_is_a_paper_that_says_so(
    only_places: Path, open_page: Open, offered: Offered, place: str
):
    open_page("papers", place=place)
    printed = said(offered.take(PAPER))
    assert "还没有报送产业措施到户台账" in printed
    assert "没有检查反馈问题" in printed
    assert "还没有乡镇可以排名" in printed
    assert "没有逾期和临期的问题" in printed


def test_countys_own_template_is_used_and_a_wrong_one_told(full: Path, open_page: Open, offered: Offered):
    with_papers(full, 'bulletin_template = "模板.docx"')
    template = full.parent / "模板.docx"
    assert "找不到通报模板 模板.docx" in open_page("papers").text.replace("\\", "")
    assert offered.take("用自带模板下载通报(Word)")

    made = docx.Document()
    made.add_paragraph("本县的样子:{{标题}}")
    template.write_bytes(word.to_bytes(made))
    assert "本县模板 模板.docx" in open_page("papers").text
    assert said(offered.take(PAPER)) == "本县的样子:关于2026年10月产业发展和问题整改情况的通报"

    made.add_paragraph("{{落款}}")
    template.write_bytes(word.to_bytes(made))
    offered.files.clear()
    assert "“落款”不存在" in open_page("papers").text.replace("\\", "")
    assert PAPER not in offered.files
    assert "五、工作要求" in said(offered.take("用自带模板下载通报(Word)"))


def test_shipped_template_can_be_taken_and_its_fields_are_told(full: Path, open_page: Open, offered: Offered):
    text = open_page("papers").text
    assert offered.take("下载模板") == shipped()
    for field in ("{{标题}}", "{{乡镇要求}}", "{{地图}}"):
        assert field in text


def test_snapshot_says_so_on_the_paper(full: Path, open_page: Open, offered: Offered):
    records = cached.config().paths.records
    data = cached.current()
    shot = kept.take(records, "三季度<会>", data.version, data.manifest.as_of, None, datetime(2026, 11, 16))
    publish_tables(full, county.only_places())
    open_page("papers", snapshot=shot.id)
    printed = said(offered.take(PAPER))
    assert "按会议快照“三季度<会>”当时的数据编写" in printed
    assert "茶园面积400亩" not in printed and "茶园面积2,100亩" in printed
    assert f"数据版本{data.version}" in printed


def test_a_map_without_shapes_is_left_out(mapped: Path, open_page: Open, offered: Offered):
    open_page("papers")
    made = docx.Document(io.BytesIO(offered.take(PAPER)))
    assert len(made.inline_shapes) == 0


@pytest.mark.parametrize(
    ("card", "told"),
    [
        # a share whose target is 100 % is not told twice
        (
            Card("覆盖率", "80.2", "%", share=80.2, lines=(("完成 80.2%", "22/27户"), ("9月", "7/7个村已报"))),
            "2026年10月覆盖率80.2%(22/27户);7/7个村已报。",
        ),
        (
            Card("茶叶产量 1—10月累计", "1,234", "公斤", lines=((Words("同比 -2.0%"), Words("当月 20公斤")), ("", "7/7个村已报"))),
            "截至2026年10月,茶叶产量1—10月累计1,234公斤,同比下降2.0%,当月20公斤;7/7个村已报。",
        ),
        (
            Card("采摘率", "0.9", "公斤/亩", lines=(("9/10亩",), (Words("较上月 0公斤/亩"),), ("", "7/7个村已报"))),
            "2026年10月采摘率0.9公斤/亩(9/10亩),较上月持平;7/7个村已报。",
        ),
        (Card("茶园面积", "未报送", "亩", lines=(("上次报送 2026年9月 400亩",), ("", "0/7个村已报"))), "2026年10月茶园面积:未报送,上次报送 2026年9月 400亩(0/7个村已报)。"),
    ],
)  # fmt: skip
def test_a_card_is_told_in_a_sentence(card: Card, told: str):
    assert indicator_told(card, {"period": "2026-10"}) == told


@pytest.mark.parametrize(
    ("what", "change", "decimals", "unit", "told"),
    [
        ("名次", 2, 0, "位", "名次上升2位"),
        ("名次", -1, 0, "位", "名次下降1位"),
        ("得分", -0.44, 1, "分", "得分降低0.4分"),
        ("得分", 0.04, 1, "分", "得分持平"),
        ("名次", None, 0, "位", "名次没有可比的一期"),
    ],
)
def test_a_change_is_told_in_words(what: str, change: float | None, decimals: int, unit: str, told: str):
    assert _by(what, change, decimals, unit) == told


def test_a_townships_own_report_is_not_counted_in_townships(full: Path):
    data = cached.current()
    late = pd.DataFrame(
        [
            {"source_id": "a", "period": "2026-10", "reported": 0, "expected": 1, "reported_by": "township"},
            {"source_id": "b", "period": "2026-10", "reported": 1, "expected": 3, "reported_by": "village"},
        ]
    )
    assert _late_reports(data, late) == "补报2026年10月报表、2026年10月报表(缺2个村,1/3个村已报)"
