"""通报: what the paper will say, what is missing for it, and the paper to take along.

In: the page. Out: that part of 材料: the check list, the Word file, and the text on the screen, which is the same facts.
The file is made when somebody presses the button. Refuses a template of the county's that is wrong: it says where, and
offers the paper from our own.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import streamlit as st

from data_loaders.contract import Dataset
from exports.bulletin import LARGEST_TEMPLATE, TABLES, BulletinFacts, Rows, bulletin, fields_told
from exports.bulletin_template import shipped
from exports.fonts import Fonts
from exports.map_picture import map_pdf, png_of
from exports.picture import Paper
from exports.word import WIDTH_MM, file_part
from faults import DataProblem
from geo.classes import Method
from settings import Settings
from settings.meeting import Papers
from ui import cached, downloads, notices, rights
from ui.bulletin_facts import Subject, bulletin_facts, gaps
from ui.cached import keep_as
from ui.frame import Page
from ui.html import Column, note, table, text
from ui.map_choice import DEFAULT_CLASSES, Choice, levels_of
from ui.map_view import Shown, shown
from ui.paper_fonts import paper_fonts
from ui.picture_content import Wish, picture_of
from wording import period_text

STYLE = Path(__file__).with_name("papers.css")
DPI = 300  # of the map: what a printer's office asks for
_MAP_PAPER = Paper("通报", 120, WIDTH_MM, 0.72)
_CONFIGURED = "[papers] bulletin_template"


def bulletin_part(page: Page) -> None:
    """The part 通报 of the page 材料. Raises NotAllowed."""
    rights.need("papers", "通报")
    data, papers = page.data, cached.config().papers
    subject = Subject(
        page.township or data.settings.county.place_code,
        page.view.period,
        papers,
        page.snapshot.name if page.snapshot else None,
    )
    drawn = _map_shown(data, subject)
    fonts, why = _fonts()
    map_caption = "" if drawn is None or fonts is None else _caption(data, subject, drawn)
    facts = bulletin_facts(data, subject, map_caption)

    def picture() -> bytes | None:
        return None if drawn is None or fonts is None else map_png(page, subject, drawn, fonts)

    _check_list([*gaps(data, subject), *([why] if why else [])])
    _downloads(page, subject, facts, picture)
    st.html(keep_as(data, ("bulletin preview", subject, map_caption), lambda: preview(facts)))
    with st.expander("模板里能用的字段", key="bulletin_fields"):
        st.html(_fields())


def template_of(papers: Papers) -> bytes | None:
    """The county's own template; None when it has none. Raises DataProblem when it cannot be read."""
    path = papers.bulletin_template
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_TEMPLATE + 1)
    except OSError as error:
        raise DataProblem(
            f"找不到通报模板 {path.name}。请把它放到配置文件 {_CONFIGURED} 写的地方,或删去这一行。"
        ) from error


def made(
    data: Dataset,
    subject: Subject,
    facts: BulletinFacts,
    template: bytes | None,
    picture: Callable[[], bytes | None],
) -> bytes:
    """The .docx, made once per version and template. Raises DataProblem when the template is wrong."""
    digest = sha256(template).hexdigest() if template else ""
    key = ("bulletin", subject, facts.map_caption, digest)
    return keep_as(data, key, lambda: bulletin(facts, picture(), template))


def map_png(page: Page, subject: Subject, drawn: Shown, fonts: Fonts) -> bytes | None:
    """The map in the size that it has on the paper; None when its layers are empty."""
    data = page.data

    def make() -> bytes | None:
        focus = subject.place if drawn.choice.level == "village" else None
        picture = picture_of(data, page.view, drawn, Wish(focus=focus))
        if not any(picture.shapes.values()):
            return None
        return png_of(map_pdf(picture, _MAP_PAPER, fonts), DPI)

    return keep_as(data, ("bulletin map", subject.place, drawn.indicator, drawn.period, fonts), make)


def covered_indicator(settings: Settings) -> str | None:
    """The ratio that is the coverage by enough measures."""
    coverage = settings.coverage
    enough = coverage.measures[coverage.target :]
    for name, spec in settings.indicators.items():
        if spec.measure == "ratio" and enough and set(spec.numerator) == set(enough):
            return name
    return None


def _map_shown(data: Dataset, subject: Subject) -> Shown | None:
    """The coverage of the townships, or of the township's villages, as the map page draws it; None without borders."""
    indicator, county = covered_indicator(data.settings), data.settings.county.place_code
    if indicator is None:
        return None
    level = "township" if subject.place == county else "village"
    has_borders = any(layer.level == level for layer in data.manifest.layers)
    if not has_borders or level not in levels_of(data, indicator):
        return None
    method: Method = "configured" if data.settings.indicators[indicator].thresholds else "natural"
    within = None if level == "township" else subject.place
    return shown(
        data, indicator, subject.period, Choice(level, "amount", method, DEFAULT_CLASSES, within=within)
    )


def _caption(data: Dataset, subject: Subject, drawn: Shown) -> str:
    by = "分乡镇" if drawn.choice.level == "township" else "分村"
    where = cached.places(data)[subject.place].name
    return f"{where}{period_text(drawn.period)}{by}{drawn.title}"


def _fonts() -> tuple[Fonts | None, str]:
    """The font for the map, or why there is none."""
    try:
        return paper_fonts(), ""
    except DataProblem as problem:
        return None, f"通报里没有地图:{problem}"


def _check_list(missing: list[str]) -> None:
    if missing:
        items = "".join(f"<li>{text(each)}</li>" for each in missing)
        st.html(
            f'<section class="gm-checks"><h3>印发前请核对({len(missing)}项)</h3><ul>{items}</ul></section>'
        )
    else:
        st.html('<section class="gm-checks gm-whole"><h3>台账都已报齐,文号和要求都已填写。</h3></section>')


def _downloads(
    page: Page, subject: Subject, facts: BulletinFacts, picture: Callable[[], bytes | None]
) -> None:
    data = page.data
    wrong = _template_fault(page, subject, facts)
    if wrong is not None:
        notices.problem(wrong)
    template = None if wrong is not None else template_of(subject.papers)
    with st.container(horizontal=True, key="gm_papers", vertical_alignment="center", gap="small"):
        downloads.offer(
            "bulletin",
            "下载通报(Word)" if wrong is None else "用自带模板下载通报(Word)",
            lambda: made(data, subject, facts, template, picture),
            file_name=f"{file_part(facts.title, 80) or '通报'}.docx",
            key="bulletin_download",
            version=data.version,
            type="primary",
            icon=":material/description:",
        )
        downloads.offer(
            "bulletin_template", "下载模板", shipped, file_name="通报模板.docx", key="bulletin_template"
        )
        own = subject.papers.bulletin_template
        whose = "自带模板" if own is None or template is None else f"本县模板 {own.name}"
        st.html(note(f"{whose};可以用 Word 改模板,改好后把文件名写进配置文件的 {_CONFIGURED}。"))


def _template_fault(page: Page, subject: Subject, facts: BulletinFacts) -> DataProblem | None:
    """What is wrong with the county's template, found by making the paper from it once, without the map."""
    try:
        template = template_of(subject.papers)
    except DataProblem as problem:
        return problem
    if template is None:
        return None

    def find() -> DataProblem | None:
        try:
            bulletin(facts, None, template)
        except DataProblem as problem:
            return problem
        return None

    digest = sha256(template).hexdigest()
    with st.spinner("正在检查模板…"):
        return keep_as(page.data, ("bulletin template", digest, subject, facts.map_caption), find)


def preview(facts: BulletinFacts) -> str:
    """The paper's text as HTML, in its order."""
    parts = [
        f'<p class="gm-issuer">{text(facts.issuer)}</p>',
        f'<p class="gm-number">{text(facts.number)}</p>',
        f"<h2>{text(facts.title)}</h2>",
        f'<p class="gm-to">{text(facts.recipients)}:</p>',
        _lines((facts.opening,)),
        "<h3>一、主要指标</h3>",
        _lines(facts.indicators + facts.reporting),
        "<h3>二、乡镇排名</h3><h4>(一)综合排名</h4>",
        _lines(facts.ranking_told),
        _rows(facts, "ranking"),
        _lines(facts.unranked),
        "<h4>(二)红榜和黑榜</h4>",
        _lines(facts.honours),
        "<h3>三、产业措施到户</h3>",
        _lines(facts.coverage_told),
        _rows(facts, "coverage"),
        _lines((f"(图:{facts.map_caption})",) if facts.map_caption else ()),
        "<h3>四、问题整改</h3>",
        _lines(facts.problems_told),
        _rows(facts, "problem_counts"),
        _rows(facts, "deadlines"),
        _lines((facts.deadlines_note,) if facts.deadlines_note else ()),
        "<h3>五、工作要求</h3>",
        "<h4>(一)各乡镇事项</h4>",
        _rows(facts, "demands"),
        "<h4>(二)共性要求</h4>" if facts.general else "",
        _lines(facts.general),
        f'<p class="gm-signed">{text(facts.issuer)}<br>{text(facts.signed_on)}</p>',
        f'<div class="gm-smallprint">{_lines(facts.notes + facts.method)}</div>',
    ]
    return f'<article class="gm-paper">{"".join(parts)}</article>'


def _lines(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{text(line)}</p>" for line in lines)


_LONG = ("内容", "要求")


def _rows(facts: BulletinFacts, name: str) -> str:
    """A table of the facts under the heads that it has on the paper."""
    rows: Rows = getattr(facts, name)
    if not rows:
        return ""
    told = {
        "地方": facts.place_head if name == "coverage" else "地方",
        "得分变化": facts.score_change_head,
        "建档立卡户": "建档立卡户(户)",
        "达标户": facts.covered_head,
        "没有措施户": "没有措施(户)",
        "已报": "已报/应报(个村)",
    }
    counted = (
        {each: f"{each}(个)" for each in TABLES["problem_counts"][1:-1]} if name == "problem_counts" else {}
    )
    heads = told | counted
    columns = [Column(heads.get(head, head), is_wide=head in _LONG) for head in TABLES[name]]
    return table(columns, ((row, False) for row in rows), is_tight=True)


def _fields() -> str:
    columns = [Column("字段"), Column("是什么", is_wide=True), Column("表格每行有", is_wide=True)]
    how = note(
        "每行文字:单独一段写 {%p for 行 in 字段 %},下一段写 {{行}},再下一段写 {%p endfor %}。"
        "表格:单独一行写 {%tr for 行 in 字段 %},下一行各格写 {{行.名次}} 等,再下一行写 {%tr endfor %}。"
    )
    return table(columns, ((row, False) for row in fields_told())) + how
