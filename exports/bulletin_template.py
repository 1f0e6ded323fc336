"""The template of the 通报 that ships with the program: a .docx with fields in braces, to be edited in Word.

In: nothing. Out: the .docx, the same for every county; it is made here and no file of the repository, so that it cannot
differ from the form that `exports.word` gives all papers. The fields are listed in `exports.bulletin`.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from exports import word
from exports.word import Column

_MADE_ON = date(2026, 11, 1)  # what the file says of itself; it says nothing of when it is used
_PRINTED = 16  # characters that fit across in the largest red letters


@cache
def shipped() -> bytes:
    """The template."""
    paper = word.new_paper("通报模板", "", _MADE_ON, warning="{{提醒}}")
    _head(paper)
    _facts(paper)
    _ranking(paper)
    _coverage(paper)
    _problems(paper)
    _demands(paper)
    word.signature(paper, "{{发文机关}}", "{{成文日期}}")
    _notes(paper)
    return word.to_bytes(paper)


def _head(paper: Document) -> None:
    word.red_head(paper, "{{发文机关}}", fits=_PRINTED)
    number = word.paragraph(paper, "{{文号}}", indented=False)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number.paragraph_format.space_before = Pt(16)
    word.underline(number)
    word.title(paper, "{{标题}}")
    word.paragraph(paper, "{{主送}}：", indented=False)
    word.paragraph(paper, "{{开头}}")


def _facts(paper: Document) -> None:
    word.section(paper, "一、主要指标")
    _lines(paper, "指标情况")
    _lines(paper, "报送情况")


def _ranking(paper: Document) -> None:
    word.section(paper, "二、乡镇排名")
    word.subsection(paper, "（一）综合排名")
    _lines(paper, "排名情况")
    columns = {
        "名次": Column("名次", 12),
        "乡镇": Column("乡镇", 26),
        "得分": Column("得分", 16),
        "得分变化": Column("{{得分变化表头}}", 21),
        "升降": Column("升降", 15),
        "可能名次": Column("可能名次", 19),
        "同类名次": Column("同类名次", 32),
        "榜": Column("榜", 15),
    }
    _table(paper, "排名", "乡镇综合排名", columns)
    _lines(paper, "未排名")
    word.subsection(paper, "（二）红榜和黑榜")
    _lines(paper, "红黑榜")


def _coverage(paper: Document) -> None:
    word.section(paper, "三、产业措施到户")
    _lines(paper, "覆盖情况")
    columns = {
        "地方": Column("{{地方表头}}", 38),
        "建档立卡户": Column("建档立卡户（户）", 25),
        "达标户": Column("{{达标表头}}", 25),
        "覆盖率": Column("覆盖率", 20),
        "没有措施户": Column("没有措施（户）", 22),
        "已报": Column("已报/应报（个村）", 26),
    }
    _table(paper, "覆盖", "产业措施到户情况（覆盖率低的在前）", columns)
    _tag(paper, "{%p if 图名 %}")
    picture = paper.add_paragraph()
    picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture.paragraph_format.keep_with_next = True
    word.run(picture, "{{地图}}", word.BODY_FONT, word.BODY)
    # A table's name stands above it, a picture's below.
    word.caption(paper, "{{图名}}").paragraph_format.keep_with_next = False
    _tag(paper, "{%p endif %}")


def _problems(paper: Document) -> None:
    word.section(paper, "四、问题整改")
    _lines(paper, "问题情况")
    columns = {
        "乡镇": Column("乡镇", 36),
        "发现": Column("发现（个）", 19),
        "已销号": Column("已销号（个）", 21),
        "待验收": Column("待验收（个）", 21),
        "整改中": Column("整改中（个）", 21),
        "逾期": Column("逾期（个）", 18),
        "销号率": Column("销号率", 20),
    }
    _table(paper, "问题汇总", "各乡镇问题整改情况（逾期多的在前）", columns)
    columns = {
        "序号": Column("序号", 10),
        "编号": Column("问题编号", 18),
        "地方": Column("地方", 21, is_text=True),
        "内容": Column("存在问题", 42, is_text=True),
        "牵头单位": Column("牵头单位", 19, is_text=True),
        "时限": Column("整改时限", 24),
        "逾期": Column("逾期或剩余", 22),
    }
    _table(paper, "问题", "逾期和临期问题（逾期最久的在前）", columns)
    _tag(paper, "{%p if 问题说明 %}")
    word.paragraph(paper, "{{问题说明}}")
    _tag(paper, "{%p endif %}")


def _demands(paper: Document) -> None:
    word.section(paper, "五、工作要求")
    word.subsection(paper, "（一）各乡镇事项")
    _table(
        paper,
        "乡镇要求",
        "各乡镇要落实的事项",
        {"乡镇": Column("乡镇", 30), "要求": Column("要落实的事项", 126, is_text=True)},
    )
    _tag(paper, "{%p if 共性要求 %}")
    word.subsection(paper, "（二）共性要求")
    _lines(paper, "共性要求", kept=True)  # so that the signature is not alone on its page
    _tag(paper, "{%p endif %}")


def _notes(paper: Document) -> None:
    word.paragraph(paper, "", indented=False)
    word.paragraph(paper, "附注：", indented=False).paragraph_format.keep_with_next = True
    for name in ("附注", "计分办法"):
        _tag(paper, f"{{%p for 行 in {name} %}}")
        word.small_print(paper, "{{行}}")
        _tag(paper, "{%p endfor %}")


def _lines(paper: Document, name: str, *, kept: bool = False) -> None:
    """A paragraph for every line of the field; `kept` on the page of what follows."""
    _tag(paper, f"{{%p for 行 in {name} %}}")
    word.paragraph(paper, "{{行}}").paragraph_format.keep_with_next = kept
    _tag(paper, "{%p endfor %}")


def _table(paper: Document, name: str, caption: str, columns: dict[str, Column]) -> None:
    """The field as a table with its name above; nothing when it has no rows."""
    _tag(paper, f"{{%p if {name} %}}")
    word.caption(paper, caption)
    blank = [""] * (len(columns) - 1)
    rows = [
        [f"{{%tr for 行 in {name} %}}", *blank],
        [f"{{{{行.{part}}}}}" for part in columns],
        ["{%tr endfor %}", *blank],
    ]
    word.table(paper, list(columns.values()), rows)
    # Between this table and what follows: without it two tables would be one.
    word.gap(paper)
    _tag(paper, "{%p endif %}")


def _tag(paper: Document, text: str) -> None:
    """A tag in a paragraph of its own, which is gone when the bulletin is made."""
    word.paragraph(paper, text, indented=False)
