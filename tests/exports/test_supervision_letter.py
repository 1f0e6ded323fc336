"""督办函: the figures of the page, every overdue problem once, the form of an official letter."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from exports.supervision_letter import (
    Sender,
    supervision_letter,
    supervision_letters,
    units_to_urge,
    urged,
)
from metrics.rectification import problem_counts
from tests.exports.listed_problems import AS_OF, OTHER, PROBLEMS, UNIT, listed, problem

SENDER = Sender("小试县", AS_OF)


def opened(content: bytes | None) -> Document:
    assert content is not None
    return docx.Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def letter() -> Document:
    return opened(supervision_letter(SENDER, UNIT, listed()))


def texts(letter: Document) -> list[str]:
    return [paragraph.text for paragraph in letter.paragraphs]


def items(letter: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in letter.tables[0].rows]


def test_every_overdue_problem_of_the_unit_is_there_once(letter: Document):
    head, *rows = items(letter)
    assert head == ["序号", "问题编号", "地方", "存在问题", "整改时限", "逾期天数", "责任人职务"]
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == [
        ("1", "S-2", "2026-10-16", "30"),
        ("2", "S-1", "2026-11-01", "14"),
        ("3", "S-6", "2026-12-31", "—"),  # refused, and not overdue
    ]
    found = listed()
    own = found[found["lead_unit"] == UNIT]
    assert sum(row[5] != "—" for row in rows) == problem_counts(own).iloc[0]["overdue"] == 2


def test_it_tells_how_the_unit_stands(letter: Document):
    said = "\n".join(texts(letter))
    # Of its six: one struck off, one awaiting, four open.
    assert "共6个,已销号1个、待验收1个、整改中4个(含待认领),销号率16.7%(1/6个)" in said
    assert "有3个需要督办:2个已经逾期(最长逾期30天)、1个验收未通过被退回。" in said


def test_it_is_a_letter(letter: Document):
    said = texts(letter)
    assert said[:4] == [
        "小试县问题整改工作领导小组办公室",
        "〔2026〕    号",
        "关于逾期问题整改的督办函",
        f"{UNIT}:",
    ]
    assert said[-2:] == ["小试县问题整改工作领导小组办公室", "2026年11月15日"]
    assert any("请于      年    月    日前" in line for line in said)


def test_paper_and_fonts_are_those_of_the_standard(letter: Document):
    page = letter.sections[0]
    assert page.page_width is not None and page.page_height is not None
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert page.left_margin is not None and page.top_margin is not None
    assert (round(page.left_margin.mm), round(page.top_margin.mm)) == (28, 37)
    used = {fonts.get(qn("w:eastAsia")) for fonts in letter.element.body.iter(qn("w:rFonts"))}
    assert used == {"方正小标宋简体", "仿宋_GB2312", "黑体"}
    head = letter.tables[0].rows[0]._tr.trPr
    assert head is not None and head.find(qn("w:tblHeader")) is not None


def test_hostile_text_is_text():
    found = listed()
    hostile = '=cmd|"/C calc"!A0 <w:p/> {{ \x00\x08\ufffe ‮evil\n第二行'
    made = opened(supervision_letter(SENDER, UNIT, found.assign(text=hostile, responsible_post=hostile)))
    row = items(made)[1]
    assert row[3] == row[6] == '=cmd|"/C calc"!A0 <w:p/> {{  evil 第二行'
    assert len(list(made.element.body.iter(qn("w:hyperlink")))) == 0


def test_a_unit_may_be_called_anything():
    hostile = "县局/../..\\x:<局>\n\x07"
    found = listed([problem("1", due_on="2026-11-01", lead_unit=hostile)])
    content = supervision_letters(SENDER, found)
    assert content is not None
    (name,) = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert name.endswith("_20261115.docx")
    assert not set(name) & set('/\\:*?"<>|\n')


def test_nothing_to_urge_is_no_letter():
    assert supervision_letter(SENDER, OTHER, listed()) is None
    assert supervision_letter(SENDER, "没有这个单位", listed()) is None
    assert supervision_letters(SENDER, listed([])) is None


def test_one_zip_has_the_letter_of_every_unit():
    found = listed([*PROBLEMS, problem("S-9", lead_unit=OTHER, due_on="2026-11-14")])
    assert units_to_urge(found) == [UNIT, OTHER]
    content = supervision_letters(SENDER, found)
    assert content is not None
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert packed.namelist() == [f"01_督办函_{UNIT}_20261115.docx", f"02_督办函_{OTHER}_20261115.docx"]
    numbers = [row[1] for name in packed.namelist() for row in items(opened(packed.read(name)))[1:]]
    named = urged(found).dropna(subset=["lead_unit"])
    assert sorted(numbers) == sorted(named["problem_id"])


def test_days_that_are_worked_are_not_called_days():
    made = opened(supervision_letter(Sender("小试县", AS_OF, day_unit="个工作日"), UNIT, listed()))
    assert "(最长逾期30个工作日)" in "\n".join(texts(made))
    assert items(made)[0][5] == "逾期工作日"


def test_demo_data_say_so(letter: Document):
    demo = opened(supervision_letter(Sender("小试县", AS_OF, is_demo=True), UNIT, listed()))
    assert "演示数据" in demo.sections[0].header.paragraphs[0].text
    assert letter.sections[0].header.paragraphs[0].text == ""


def test_who_came_back_without_being_overdue_gets_another_title():
    found = listed([problem("1", reopened_count=1, last_step="反弹")])
    made = opened(supervision_letter(SENDER, UNIT, found))
    assert "关于反弹和退回问题整改的督办函" in texts(made)
    assert items(made)[1][3] == "第1个问题(反弹)"
