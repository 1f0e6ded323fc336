"""通报: the facts as they were given, the form of the standard, a template that anybody may have got wrong."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from PIL import Image

from exports import word
from exports.bulletin import FIELDS, MAP, TABLES, BulletinFacts, bulletin, context_of, fields_told
from exports.bulletin_template import shipped
from faults import DataProblem
from tests.office import rendered

HOSTILE = "{{ 7*7 }}{% raw %}<w:p/>&amp; ]]> {_{x}_} \x00\x08\ufffe‮evil\n第二行"
SAFE = "{{ 7*7 }}{% raw %}<w:p/>&amp; ]]> {{x}} evil 第二行"
FACTS = BulletinFacts(
    issuer="小河县产业发展领导小组办公室",
    number="河产办〔2026〕3号",
    title="关于2026年10月产业发展和问题整改情况的通报",
    recipients="各乡镇人民政府,县直有关单位",
    opening="现将全县情况通报如下。",
    warning="",
    indicators=("2026年10月茶园面积1,234亩,完成目标的61.7%(1,234/2,000亩);6/7个村已报。",),
    reporting=("产业月报:1个乡镇没有报送:松岭乡。",),
    ranking_told=("3个乡镇中有2个参加排名。",),
    score_change_head="较2026年9月",
    ranking=(
        ("1", "云溪镇", "91.5", "+2.0", "持平", "稳", "山区 第1/2名", "红榜"),
        ("—", "松岭乡", "未报送", "—", "—", "—", "山区 —", ""),
    ),
    honours=("红榜:云溪镇(第1名)。",),
    unranked=("没有排名:松岭乡(茶园面积未报送)。",),
    method=("得分=各项单项得分×权重。",),
    coverage_told=("建档立卡户185户。",),
    covered_head="3项及以上(户)",
    place_head="乡镇",
    coverage=(("石门乡", "80", "44", "55.0%", "15", "3/3"),),
    map_caption="小河县覆盖率",
    problems_told=("问题共80个。",),
    problem_counts=(("石门乡", "80", "0", "0", "80", "80", "0.0%"),),
    deadlines=tuple(
        (str(n), f"W{n:03d}", "石门乡石门村", f"第{n}个问题:台账和实地不一致,数目相差很多。", "县农业农村局", "2026-10-20", f"逾期{100 - n}天")
        for n in range(1, 61)
    ),
    deadlines_note="",
    general=("压实责任。", "常态调度。"),
    demands=(("石门乡", "一是立即整改逾期问题80个;二是补报。"),),
    signed_on="2026年11月15日",
    notes=("数据截至2026年11月15日,数据版本v1。",),
)  # fmt: skip


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def written(document: Document) -> str:
    """All that the body says, tables included."""
    return "".join(each.text or "" for each in document.element.body.iter(qn("w:t")))


def template(*paragraphs: str) -> bytes:
    made = docx.Document()
    for each in paragraphs:
        made.add_paragraph(each)
    return word.to_bytes(made)


def map_png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (1200, 900), "#7ab").save(target, "PNG", dpi=(300, 300))
    return target.getvalue()


# The paper


def test_it_opens_and_prints_as_the_standard_has_it(tmp_path: Path):
    """One document for all that only LibreOffice can tell."""
    path = tmp_path / "通报.docx"
    path.write_bytes(bulletin(replace(FACTS, warning="演示数据"), map_png()))
    drawn = rendered(path, tmp_path)
    assert len(drawn.pages) > 4
    assert {(round(wide), round(high)) for wide, high in drawn.sizes_mm} == {(210, 297)}
    assert drawn.undrawn == frozenset()
    assert drawn.not_embedded == frozenset()
    # 1,234 stands on one line with its comma; the sentence's own marks are as wide as its letters.
    assert "2026年10月茶园面积1,234亩，完成目标的61.7%（1,234/2,000亩）；6/7个村已报。" in drawn.text
    for number, page in enumerate(drawn.texts, 1):
        assert f"—{number}—" in "".join(page.split())
        assert "演示数据" in page
    # A table of three pages has its head on each of them, and no row is torn: number and words are together.
    pages = ["".join(page.split()) for page in drawn.texts]
    listed = [page for page in pages if re.search(r"W\d{3}", page)]
    assert len(listed) >= 3
    for page in listed:
        assert "序号问题编号地方" in page
        assert len(re.findall(r"W\d{3}", page)) == len(re.findall("相差很多", page))
    # The signature is never alone on a page.
    (signed,) = (page for page in pages if "2026年11月15日附注" in page)
    assert "常态调度" in signed


def test_tables_are_words_own_and_hold_what_was_given():
    made = opened(bulletin(FACTS))
    rows = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    assert [tuple(tuple(row) for row in table[1:]) for table in rows[:4]] == [
        FACTS.ranking,
        FACTS.coverage,
        FACTS.problem_counts,
        FACTS.deadlines,
    ]
    assert rows[4][1] == ["石门乡", "一是立即整改逾期问题80个；二是补报。"]
    assert rows[0][0][3] == "较2026年9月"
    for table in made.tables:
        head, *others = table.rows
        assert head._tr.trPr is not None and head._tr.trPr.find(qn("w:tblHeader")) is not None
        for row in (head, *others):
            assert row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None


def test_form_is_that_of_an_official_paper():
    made = opened(bulletin(FACTS))
    page = made.sections[0]
    sides = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [37, 35, 28, 26]
    by_text = {paragraph.text: paragraph for paragraph in made.paragraphs}
    title = by_text["关于2026年10月产业发展\n和问题整改情况的通报"].runs[0]
    body, head, sub = (by_text[each].runs[0] for each in ("压实责任。", "一、主要指标", "（一）综合排名"))
    found = [
        (run._r.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt if run.font.size else 0)
        for run in (title, body, head, sub)
        if run._r.rPr is not None and run._r.rPr.rFonts is not None
    ]
    assert found == [("方正小标宋简体", 22), ("仿宋_GB2312", 16), ("黑体", 16), ("楷体_GB2312", 16)]
    # 22 lines are the 225 mm between the margins, and 28 characters the 156 mm of a line.
    assert 22 * word.LINE.pt <= 225 / 25.4 * 72 < 22.1 * word.LINE.pt
    assert by_text["压实责任。"].paragraph_format.line_spacing == word.LINE
    assert 28 * (word.BODY.pt + word.CLOSER.pt) <= 156 / 25.4 * 72
    assert made.settings.odd_and_even_pages_header_footer
    assert page.footer.paragraphs[0].alignment != page.even_page_footer.paragraphs[0].alignment
    table = zipfile.ZipFile(io.BytesIO(bulletin(FACTS))).read("word/fontTable.xml").decode()
    assert re.search('w:name="方正小标宋简体"><w:altName w:val="[^"]*宋体', table)
    assert re.search('w:name="仿宋_GB2312"><w:altName w:val="仿宋', table)


def test_hostile_text_is_text(tmp_path: Path):
    hostile = replace(
        FACTS,
        issuer=HOSTILE,
        title=HOSTILE,
        number=HOSTILE,
        demands=((HOSTILE, HOSTILE),),
        deadlines=((HOSTILE,) * len(TABLES["deadlines"]),),
        honours=(HOSTILE,),
        map_caption="",
    )
    made = opened(bulletin(hostile))
    said = written(made)
    assert "49" not in said.replace("W049", "")
    # A ledger's own words keep their marks; those of a sentence are set as in print.
    assert [cell.text for cell in made.tables[3].rows[1].cells] == [SAFE] * 7
    assert "{{ 7*7 }}" in said and "<w:p/>" in said
    assert not list(made.element.body.iter(qn("w:hyperlink")))
    names = zipfile.ZipFile(io.BytesIO(bulletin(hostile))).namelist()
    assert len(names) == len(set(names))


def test_a_county_without_anything_has_a_paper():
    nothing: dict[str, Any] = {
        each.name: () if isinstance(getattr(FACTS, each.name), tuple) else "" for each in fields(FACTS)
    }
    made = opened(bulletin(BulletinFacts(**nothing)))
    assert made.tables == []
    assert "四、问题整改" in written(made)
    assert not list(made.element.body.iter(qn("w:drawing")))


def test_the_map_has_the_dots_of_a_printer():
    (picture,) = opened(bulletin(FACTS, map_png())).inline_shapes
    # 1200 x 900 dots at 300 to the inch
    assert (round(picture.width.inches, 2), round(picture.height.inches, 2)) == (4, 3)
    assert not opened(bulletin(FACTS)).inline_shapes


# The template


def test_every_field_is_told_and_every_told_field_is_there():
    told = {name.strip("{}") for name, _, _ in fields_told()}
    assert told == set(context_of(FACTS)) | {MAP.name}
    assert set(FIELDS) == {each.name for each in fields(BulletinFacts)}
    for name, parts in TABLES.items():
        (row, *_) = context_of(FACTS)[FIELDS[name].name]
        assert tuple(row) == parts


def test_shipped_template_is_the_same_every_time():
    again = shipped.__wrapped__()
    first, second = (zipfile.ZipFile(io.BytesIO(each)) for each in (shipped(), again))
    assert first.namelist() == second.namelist()
    assert all(first.read(name) == second.read(name) for name in first.namelist())


def test_the_countys_own_template_is_filled_in():
    made = opened(
        bulletin(
            FACTS,
            None,
            template("{{标题}}", "{%p for 行 in 排名 %}", "{{行.名次}} {{行.乡镇}}", "{%p endfor %}"),
        )
    )
    assert [each.text for each in made.paragraphs] == [
        "关于2026年10月产业发展\n和问题整改情况的通报",
        "1 云溪镇",
        "— 松岭乡",
    ]


@pytest.mark.parametrize(
    ("paragraphs", "said"),
    [
        (("{{标题2}}和{{落款}}",), "“标题2”、“落款”不存在"),
        (("{%p for 行 in 排名 %}", "{{行.名字}}", "{%p endfor %}"), "“名字”不存在"),
        (("平常的一段", "{{标题"), "“{{标题”附近"),
        (("{%p for 行 in 排名 %}", "{{行.名次}}"), "缺少 {% endfor %}"),
        (("{%p endfor %}",), "不认得或多余的标记“{% endfor %}”"),
        (("{{标题|tojson}}",), "不能用的写法“|tojson”"),
        (("{{ 标题.__class__.__mro__ }}",), "“__class__”不存在"),
        (("{{ ''.__class__.__base__.__subclasses__() }}",), "“__class__”不存在"),
        (("{{ 'a' * 1000000000 }}",), "不许用的写法"),
        (("{{ 排名 + 排名 }}",), "不许用的写法"),
        (("{% include 'x' %}",), "写法不对"),
        (("{{ 标题(1) }}",), "写法不对"),
        (("{{ range(3) }}",), "“range”不存在"),
        (("{{ 1/0 }}",), "通报模板用不了"),
        (("{%tr for 行 in 排名 %}", "{%tr endfor %}"), "要单独占表格的一行"),
        (("{%p for 行 in 排名 %}中间{%p endfor %}",), "通报模板用不了"),
    ],
)
def test_a_wrong_template_is_told_in_a_sentence(paragraphs: tuple[str, ...], said: str):
    with pytest.raises(DataProblem) as fault:
        bulletin(FACTS, None, template(*paragraphs))
    assert said in str(fault.value)
    assert not re.search("Traceback|jinja|Error", str(fault.value))


def _zip(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def _many() -> bytes:
    return _zip(**{f"word/{number}.xml": b"" for number in range(3000)})


def _leading_out() -> bytes:
    return _zip(**{"../../x.xml": b"x"})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "不是 Word 文件"),
        (lambda: b"\xd0\xcf\x11\xe0 an old .doc", "不是 Word 文件"),
        (lambda: shipped()[:2000], "不是 Word 文件"),
        (lambda: _zip(**{"hello.txt": b"x"}), "不是 Word 文件"),
        (_leading_out, "不是 Word 文件"),
        (_many, "太大"),
        (lambda: _zip(**{"word/document.xml": b" " * 60_000_000}), "展开以后太大"),
        (lambda: b"PK\x03\x04" + bytes(11_000_000), "不是 Word 文件"),
    ],
    ids=["empty", "doc", "cut off", "another zip", "leads out", "many", "bomb", "large"],
)
def test_what_is_no_template_is_told(make: Callable[[], bytes], said: str):
    with pytest.raises(DataProblem, match=said):
        bulletin(FACTS, None, make())


# Words


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("共3个,已报2个;", "共3个，已报2个；"),
        ("1,234/2,000亩", "1,234/2,000亩"),
        ("82.3%(7,238.8万袋),较上月", "82.3%（7,238.8万袋），较上月"),
        ("红榜:云溪镇", "红榜：云溪镇"),
        ("09:30到场", "09:30到场"),
        ("共3个,2个", "共3个，2个"),
    ],
)
def test_marks_are_those_of_print_but_in_figures(typed: str, printed: str):
    assert word.chinese_marks(typed) == printed


def test_a_pictures_name_stands_below_it_on_the_same_page():
    template = docx.Document(io.BytesIO(shipped()))
    lines = [each.text for each in template.paragraphs]
    at = lines.index("{{地图}}")
    assert lines[at + 1] == "{{图名}}"
    assert template.paragraphs[at].paragraph_format.keep_with_next
