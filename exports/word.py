"""The form that our Word papers share: paper, fonts, heads, tables, page numbers, after GB/T 9704-2012.

In: texts, ledgers' texts among them. Out: paragraphs and tables of a python-docx document. Refuses to take a text for
anything but text: what XML cannot hold is dropped, and a line end is a blank.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

# Title in 小标宋 of size 2, text in 仿宋 of size 3, heads in 黑体, heads below them in 楷体, page numbers in 宋体.
TITLE_FONT, BODY_FONT, HEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
SUBHEAD_FONT, NUMBER_FONT = "楷体_GB2312", "宋体"
TITLE, BODY, SMALL, TINY, NUMBER = Pt(22), Pt(16), Pt(12), Pt(10.5), Pt(14)
LINE = Pt(28.95)  # 22 lines of it are the 225 mm between the margins; 22 of 29 pt would be too many
CLOSER = Pt(-0.25)  # 28 characters of size 3 to a line of 156 mm
RED = RGBColor(0xC0, 0x00, 0x00)
WIDTH_MM = 156

# What stands in on a computer that lacks the prescribed fonts: names, kind, and the shape by which Word looks for
# the nearest one.
_FALLBACK = {
    TITLE_FONT: ("小标宋,宋体,SimSun,Noto Serif CJK SC,思源宋体", "roman", "02010600030101010101"),
    BODY_FONT: ("仿宋,FangSong,STFangsong,华文仿宋,Noto Serif CJK SC", "modern", "02010609060101010101"),
    SUBHEAD_FONT: ("楷体,KaiTi,STKaiti,华文楷体,Noto Serif CJK SC", "modern", "02010609060101010101"),
    HEAD_FONT: ("SimHei,微软雅黑,Noto Sans CJK SC,思源黑体", "modern", "02010609060101010101"),
    NUMBER_FONT: ("SimSun,Noto Serif CJK SC,思源宋体", "roman", "02010600030101010101"),
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVISIBLE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width in mm, and whether its texts are long and begin at the left."""

    head: str
    width: float
    is_text: bool = False


def plain(text: str) -> str:
    """What XML can hold, on one line: a ledger's text has no say in how a paper is laid out."""
    kept = _INVISIBLE.sub("", _NOT_XML.sub("", text))
    return re.sub(r"[\t\n\r\v\f]+", " ", kept)


def chinese_marks(text: str) -> str:
    """Our own sentence with the punctuation of a printed paper: , : ; ( ) as wide as a Chinese letter.

    The comma and the colon within figures stay: 1,234 and 09:30.
    """
    wide = text.translate(str.maketrans("();", "（）；"))
    wide = re.sub(r"(?<!\d),|,(?!\d)", "，", wide)
    return re.sub(r"(?<![0-9A-Za-z]):|:(?![0-9/\\])", "：", wide)


def file_part(text: str, most: int = 60) -> str:
    """A text as part of a file's name, whatever it holds; empty when nothing is left."""
    return _NOT_IN_FILE_NAMES.sub("_", plain(text)).strip("._")[:most]


def new_paper(title: str, author: str, on: date, *, warning: str = "") -> Document:
    """A4 with the standard's margins and page numbers; `warning` stands at the head of every page."""
    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.header_distance, page.footer_distance = Mm(15), Mm(25)
    properties = paper.core_properties
    properties.author, properties.title = plain(author), plain(title)
    properties.created = properties.modified = datetime.combine(on, time.min)
    properties.last_modified_by, properties.comments = "", ""
    _normal(paper)
    _fonts_known(paper)
    paper.settings.odd_and_even_pages_header_footer = True
    for foot, side in (
        (page.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _numbered(foot, side)
    for head in (page.header, page.even_page_header):
        top = head.paragraphs[0]
        top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if warning:
            run(top, warning, HEAD_FONT, SMALL)
    return paper


def to_bytes(paper: Document) -> bytes:
    """The .docx."""
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def red_head(paper: Document, name: str, *, fits: int, is_double: bool = False) -> None:
    """Who writes, in red letters on one line; `fits` is how many characters they are cut to fit for."""
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    size = max(18, min(36, int(WIDTH_MM / 25.4 * 72 / max(1, fits))))
    run(line, name, TITLE_FONT, Pt(size)).font.color.rgb = RED
    if is_double:
        underline(line, "thickThinSmallGap")


def underline(paragraph: Paragraph, kind: str = "single") -> None:
    """A red line below the paragraph, from margin to margin."""
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", kind), ("sz", "24"), ("space", "6"), ("color", "C00000")):
        line.set(qn(f"w:{key}"), value)
    border.append(line)
    # The order of these elements is prescribed; python-docx knows none for borders.
    paragraph._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:spacing", "w:ind", "w:jc")


def title(paper: Document, text: str) -> None:
    """The paper's title, in the middle."""
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(20)
    _spaced(line, Pt(34))
    run(line, text, TITLE_FONT, TITLE)


def section(paper: Document, text: str) -> None:
    """A head of the first order: 一、…."""
    line = paragraph(paper, "")
    run(line, text, HEAD_FONT, BODY)
    line.paragraph_format.keep_with_next = True


def subsection(paper: Document, text: str) -> None:
    """A head of the second order: (一)…."""
    line = paragraph(paper, "")
    run(line, text, SUBHEAD_FONT, BODY)
    line.paragraph_format.keep_with_next = True


def paragraph(paper: Document, text: str, *, indented: bool = True) -> Paragraph:
    """A paragraph of the text, 28 characters to a line and 22 lines to a page."""
    line = paper.add_paragraph()
    _spaced(line, LINE)
    line.paragraph_format.widow_control = False  # 22 lines to every page
    if indented:
        line.paragraph_format.first_line_indent = Pt(2 * (BODY.pt + CLOSER.pt))
    if text:
        run(line, text, BODY_FONT, BODY)
    return line


def small_print(paper: Document, text: str) -> Paragraph:
    """A note below a table, or at the end."""
    line = paper.add_paragraph()
    _spaced(line, Pt(18))
    run(line, text, BODY_FONT, SMALL)
    return line


def gap(paper: Document) -> None:
    """A little room between a table and what follows."""
    line = paper.add_paragraph()
    _spaced(line, Pt(10))


def caption(paper: Document, text: str) -> Any:
    """The name of the table that follows, and it stays with it; of a picture it stands below."""
    line = paper.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(10), Pt(4)
    line.paragraph_format.keep_with_next = True
    run(line, text, HEAD_FONT, NUMBER)
    return line


def signature(paper: Document, office: str, day: str) -> None:
    """Who writes and the day, at the right; never alone on a page."""
    paragraph(paper, "", indented=False).paragraph_format.keep_with_next = True
    for text, indent in ((office, 2), (day, 4)):
        line = paragraph(paper, text, indented=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(indent * BODY.pt)
        line.paragraph_format.keep_with_next = indent == 2


def table(paper: Document, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Table:
    """A ruled table whose head is repeated on every page, and whose rows are not torn over two."""
    made = paper.add_table(rows=1, cols=len(columns))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _close_cells(made)
    head = made.rows[0]
    fill(head, [column.head for column in columns], columns, HEAD_FONT)
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for texts in rows:
        fill(made.add_row(), texts, columns, BODY_FONT)
    for row in made.rows:
        _whole(row)
        for cell, column in zip(row.cells, columns, strict=True):
            cell.width = Mm(column.width)
    for grid, column in zip(made.columns, columns, strict=True):
        grid.width = Mm(column.width)
    return made


def fill(row: _Row, texts: Sequence[str], columns: Sequence[Column], font: str) -> None:
    """Write a row."""
    for cell, text, column in zip(row.cells, texts, columns, strict=True):
        _write(cell, text, font, centred=font == HEAD_FONT or not column.is_text)


def run(line: Paragraph, text: str, font: str, size: Length) -> Run:
    """A piece of a line in one font."""
    piece = line.add_run(plain(text))
    piece.font.size = size
    in_font(piece._r.get_or_add_rPr(), font)
    if size == BODY and font in (BODY_FONT, HEAD_FONT, SUBHEAD_FONT):
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(round(20 * CLOSER.pt)))
        piece._r.get_or_add_rPr().insert_element_before(closer, "w:w", "w:kern", "w:position", "w:sz")
    return piece


def in_font(properties: Any, font: str) -> None:
    """Chinese letters in `font`, Latin ones and figures too: python-docx sets the Latin font alone."""
    fonts = properties.get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # “” and — are Chinese letters here
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _spaced(line: Paragraph, pitch: Pt) -> None:
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = pitch


def _write(cell: _Cell, text: str, font: str, *, centred: bool) -> None:
    line = cell.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    run(line, text, font, TINY)
    # An empty cell is as high as the sign at the end of its paragraph.
    mark, size = OxmlElement("w:rPr"), OxmlElement("w:sz")
    size.set(qn("w:val"), str(round(2 * TINY.pt)))
    mark.append(size)
    line._p.get_or_add_pPr().append(mark)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _close_cells(made: Table) -> None:
    """A cell's rules 1 mm from its text at the sides, not 1.9, for the room is narrow; a little above and below."""
    around = OxmlElement("w:tblCellMar")
    for side, room in (("top", 0.4), ("left", 1), ("bottom", 0.4), ("right", 1)):
        width = OxmlElement(f"w:{side}")
        width.set(qn("w:w"), str(round(Mm(room).twips)))
        width.set(qn("w:type"), "dxa")
        around.append(width)
    made._tbl.tblPr.insert_element_before(around, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _normal(paper: Document) -> None:
    style = paper.styles["Normal"]
    style.font.size = BODY
    properties = style.element.get_or_add_rPr()
    in_font(properties, BODY_FONT)
    language = OxmlElement("w:lang")
    language.set(
        qn("w:val"), "en-US"
    )  # of figures: as Chinese ones they would be parted at the end of a line
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _numbered(foot: _Footer, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 — on the outer side of the leaf, one character in from the edge."""
    line = foot.paragraphs[0]
    line.alignment = side
    form = line.paragraph_format
    form.left_indent = form.right_indent = NUMBER
    run(line, "— ", NUMBER_FONT, NUMBER)
    number = run(line, "", NUMBER_FONT, NUMBER)
    for kind in ("begin", "", "end"):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = "PAGE"
        number._r.append(mark)
    run(line, " —", NUMBER_FONT, NUMBER)


def _fonts_known(paper: Document) -> None:
    """Which fonts stand in for the prescribed ones."""
    relations = paper.part.rels.values()
    part = next((each.target_part for each in relations if each.reltype.endswith("/fontTable")), None)
    if part is None:
        return
    told = "".join(
        f'<w:font w:name="{font}"><w:altName w:val="{others}"/><w:panose1 w:val="{shape}"/>'
        f'<w:charset w:val="86"/><w:family w:val="{kind}"/><w:pitch w:val="fixed"/></w:font>'
        for font, (others, kind, shape) in _FALLBACK.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", told.encode() + b"</w:fonts>")


def _whole(row: _Row) -> None:
    """The row is not torn over two pages."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
