"""通报: the county's (or one township's) state in an official notice, from a .docx that the county can edit.

In: `BulletinFacts`, every word and figure of it as the pages show it; a picture of the map; a template. Out: a .docx.
Refuses to read a ledger's text as anything but text, and a template that is no .docx, unfolds beyond all measure, asks
for a field that there is not, or runs anything: a sentence says where it is wrong.
"""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import zips
from exports.bulletin_template import shipped
from exports.word import chinese_marks, plain
from faults import DataProblem

Rows = tuple[tuple[str, ...], ...]

MOST_FILES, MOST_BYTES, LARGEST_TEMPLATE = 500, 40_000_000, 10_000_000
LINES = "每行是一段文字"
TITLE_END, LONG_TITLE = "和问题整改情况的通报", 20


@dataclass(frozen=True)
class BulletinFacts:
    """What a bulletin says. Tables hold a tuple of texts per row, in the order of TABLES."""

    issuer: str
    number: str
    title: str
    recipients: str
    opening: str
    warning: str  # stands at the head of every page: 演示数据 …
    indicators: tuple[str, ...]
    reporting: tuple[str, ...]
    ranking_told: tuple[str, ...]
    score_change_head: str
    ranking: Rows
    honours: tuple[str, ...]
    unranked: tuple[str, ...]
    method: tuple[str, ...]
    coverage_told: tuple[str, ...]
    covered_head: str
    place_head: str
    coverage: Rows
    map_caption: str
    problems_told: tuple[str, ...]
    problem_counts: Rows
    deadlines: Rows
    deadlines_note: str
    general: tuple[str, ...]
    demands: Rows
    signed_on: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A field of the template: what it is called there and what it holds."""

    name: str
    about: str


FIELDS: dict[str, Field] = {
    "issuer": Field("发文机关", "落款的单位"),
    "number": Field("文号", "没有填写时是空的"),
    "title": Field("标题", ""),
    "recipients": Field("主送", "主送机关,不带冒号"),
    "opening": Field("开头", "第一段"),
    "warning": Field("提醒", "每页页眉上的提醒,只有演示县才有,平时是空的"),
    "indicators": Field("指标情况", f"主要指标,{LINES}"),
    "reporting": Field("报送情况", f"谁没有报、没有报齐,{LINES}"),
    "ranking_told": Field("排名情况", LINES),
    "score_change_head": Field("得分变化表头", "得分和哪一期比"),
    "ranking": Field("排名", "表格"),
    "honours": Field("红黑榜", LINES),
    "unranked": Field("未排名", LINES),
    "method": Field("计分办法", LINES),
    "coverage_told": Field("覆盖情况", LINES),
    "covered_head": Field("达标表头", "例如:3项及以上(户)"),
    "place_head": Field("地方表头", "乡镇或村"),
    "coverage": Field("覆盖", "表格"),
    "map_caption": Field("图名", "没有图时是空的"),
    "problems_told": Field("问题情况", LINES),
    "problem_counts": Field("问题汇总", "表格,每个乡镇一行"),
    "deadlines": Field("问题", "表格,逾期和临期的问题,逾期最久的在前"),
    "deadlines_note": Field("问题说明", "表里没有列完时说明还有多少"),
    "general": Field("共性要求", f"配置文件 [papers] requirements,{LINES}"),
    "demands": Field("乡镇要求", "表格,每个乡镇一行"),
    "signed_on": Field("成文日期", "数据截至的那一天"),
    "notes": Field("附注", f"数据版本、截至日期、来源,{LINES}"),
}
MAP = Field("地图", "覆盖率分乡镇的图,没有时是空的")

TABLES: dict[str, tuple[str, ...]] = {
    "ranking": ("名次", "乡镇", "得分", "得分变化", "升降", "可能名次", "同类名次", "榜"),
    "coverage": ("地方", "建档立卡户", "达标户", "覆盖率", "没有措施户", "已报"),
    "problem_counts": ("乡镇", "发现", "已销号", "待验收", "整改中", "逾期", "销号率"),
    "deadlines": ("序号", "编号", "地方", "内容", "牵头单位", "时限", "逾期"),
    "demands": ("乡镇", "要求"),
}


def bulletin(facts: BulletinFacts, picture: bytes | None = None, template: bytes | None = None) -> bytes:
    """The .docx; `picture` is a PNG of the map, `template` the county's own .docx.

    Raises DataProblem when the county's template is wrong; ours is not.
    """
    if template is None:
        return _rendered(DocxTemplate(io.BytesIO(shipped())), facts, picture)
    opened = _opened(template)
    try:
        return _rendered(opened, facts, picture)
    except DataProblem:
        raise
    # Its expressions and its XML are whatever somebody wrote: all that they raise is the template's fault.
    except Exception as error:
        raise DataProblem(
            f"通报模板用不了:{_reason(error)}。请对照自带的模板改,或先用自带的模板。"
        ) from error


def context_of(facts: BulletinFacts) -> dict[str, Any]:
    """Template field → text, lines, or rows as dictionaries; every text is plain."""
    found: dict[str, Any] = {}
    for each in fields(facts):
        value = getattr(facts, each.name)
        if each.name in TABLES:
            names = TABLES[each.name]
            held: Any = [dict(zip(names, map(plain, row), strict=True)) for row in value]
        elif isinstance(value, tuple):
            held = [chinese_marks(plain(line)) for line in value]
        else:
            held = chinese_marks(plain(value))
        found[FIELDS[each.name].name] = held
    found[FIELDS["demands"].name] = [
        {name: chinese_marks(text) for name, text in row.items()} for row in found[FIELDS["demands"].name]
    ]
    found[FIELDS["title"].name] = _in_lines(found[FIELDS["title"].name])
    return found


def _in_lines(title: str) -> str:
    """A long title in two lines that each make sense."""
    about = title.removesuffix(TITLE_END)
    return f"{about}\n{TITLE_END}" if about != title and len(title) > LONG_TITLE else title


class _Unknown(StrictUndefined):
    """A field that there is not, by its name."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise DataProblem(_unknown([str(self._undefined_name)]))

    __str__ = __iter__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __add__ = __radd__ = __getitem__ = __call__ = __html__ = _fail_with_undefined_error


class _Sandbox(ImmutableSandboxedEnvironment):
    """No code, no attribute of Python's own, and nothing that makes a short template a long job."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and not isinstance(left, str | list):
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"模板里不能用“{operator}”运算")


def _environment() -> _Sandbox:
    found = _Sandbox(undefined=_Unknown, autoescape=True)
    found.globals.clear()  # range, cycler …: a bulletin needs none
    kept = ("length", "join", "default", "first", "last", "upper", "lower", "trim", "replace", "escape", "e")
    found.filters = {name: found.filters[name] for name in kept}
    return found


def _rendered(template: DocxTemplate, facts: BulletinFacts, picture: bytes | None) -> bytes:
    environment, context = _environment(), context_of(facts)
    context[MAP.name] = ""
    if picture is not None:
        # As large as its own dots per inch make it: they are the printer's.
        context[MAP.name] = InlineImage(template, io.BytesIO(picture))
    with suppress(TemplateSyntaxError):  # told below, with the words around it
        if unknown := template.get_undeclared_template_variables(environment) - set(context):
            raise DataProblem(_unknown(sorted(unknown)))
    template.render(context, environment, autoescape=True)
    properties = template.docx.core_properties
    properties.title = plain(facts.title)[:250]
    properties.author = context[FIELDS["issuer"].name][:250]
    written = io.BytesIO()
    template.save(written)
    return written.getvalue()


def _unknown(names: list[str]) -> str:
    told = "、".join(f"“{name[:40]}”" for name in names[:5])
    return f"通报模板里的字段{told}不存在。能用的字段见本页“模板里能用的字段”;字段名要一字不差。"


_TOO_LARGE = "通报模板太大。请去掉里面的图片和附件,不超过10 MB。"


def _opened(content: bytes) -> DocxTemplate:
    """The county's template. Raises DataProblem for what is no .docx, or one that is too large unfolded."""
    wrong = DataProblem("通报模板不是 Word 文件(.docx)。请用 Word 另存为“Word 文档(*.docx)”,不能只改扩展名。")
    file = io.BytesIO(content)
    if not zipfile.is_zipfile(file):
        raise wrong
    if len(content) > LARGEST_TEMPLATE or zips.lists_more_than(file, MOST_FILES):
        raise DataProblem(_TOO_LARGE)
    try:
        with zipfile.ZipFile(file) as archive:
            left = MOST_BYTES
            if len(archive.infolist()) > MOST_FILES:
                raise DataProblem(_TOO_LARGE)
            for entry in archive.infolist():
                if zips.leads_outside(entry.orig_filename):
                    raise wrong
                left -= sum(map(len, zips.chunks(archive, entry, left)))
    except zips.BROKEN as error:
        if "longer than allowed" in str(error):
            raise DataProblem("通报模板展开以后太大,不打开它。请用自带的模板重新改。") from error
        raise wrong from error
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
    except Exception as error:  # python-docx raises whatever the parts of a forged package lead it to
        raise wrong from error
    return template


_TAGS = {
    "endfor": "{% endfor %}",
    "endif": "{% endif %}",
    "for": "{% for … in … %}",
    "if": "{% if … %}",
    "tr": "{%tr … %}”(要单独占表格的一行)“",
    "p": "{%p … %}”(要单独占一段)“",
}


def _reason(error: Exception) -> str:
    """What is wrong with the template, in a clerk's words, with the place in its text."""
    if isinstance(error, TemplateSyntaxError):
        return f"{_syntax(error)}{_near(error)}"
    if isinstance(error, SecurityError):
        return "用了模板里不许用的写法(只能写字段、for 和 if)"
    if isinstance(error, UndefinedError):
        return "用了没有的字段"
    if isinstance(error, TemplateError | TypeError):
        return "有写法不对的花括号(只能写字段、for 和 if)"
    return "花括号的标记没有成对,或放的位置不对(例如 {%tr … %} 要单独占一行表格)"


def _syntax(error: TemplateSyntaxError) -> str:
    said = error.message or ""
    if found := re.search(r"unknown tag '(\w+)'", said, re.IGNORECASE):
        return f"有不认得或多余的标记“{_TAGS.get(found[1], found[1])}”".replace("“”", "")
    if "end of template" in said or "end of print" in said:
        return "有标记没有写完,或缺少 {% endfor %}、{% endif %}"
    if found := re.search(r"No filter named '(.{1,30})'", said):
        return f"用了不能用的写法“|{found[1]}”"
    return "有花括号的写法不对"


def _near(error: TemplateSyntaxError) -> str:
    """The template's own words at the fault: docxtpl gives the paragraphs from the third before it on."""
    lines = [plain(str(line)).strip() for line in getattr(error, "docx_context", ())]
    told = lines[min(3, error.lineno - 1, len(lines) - 1)] if lines else ""
    return f",在“{told[:60]}”附近" if told else ""


def fields_told() -> list[tuple[str, str, str]]:
    """Every field for the reader: how it is written, what it is, and of tables what a row holds."""
    rows = [
        (each.name, each.about, "、".join(TABLES.get(name, ())))
        for name, each in [*FIELDS.items(), ("map", MAP)]
    ]
    return [(f"{{{{{name}}}}}", about, parts) for name, about, parts in rows]
