"""督办函: one letter to each lead unit, with its problems that are overdue, came back or were refused.

In: laddered problems with names. Out: a .docx in the form of GB/T 9704-2012 as far as a letter can be made before it
is signed: the number, the day until which an answer is due and the seal are left for the office. Refuses to write to a
unit that has nothing to be urged about, and to take a ledger's text for anything but text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import docx
import pandas as pd
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from metrics.rectification import problem_counts
from wording import date_text, is_missing, percent_text

OFFICE = "问题整改工作领导小组办公室"

# GB/T 9704-2012: title in 小标宋 of size 2, text in 仿宋 of size 3, heads in 黑体, 22 lines a page.
_TITLE_FONT, _BODY_FONT, _HEAD_FONT, _NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
_FALLBACK = {_TITLE_FONT: "宋体", _BODY_FONT: "仿宋"}
_TITLE, _BODY, _SMALL = Pt(22), Pt(16), Pt(10.5)
_LINE = Pt(29)
_RED = RGBColor(0xC0, 0x00, 0x00)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVISIBLE = re.compile("[\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_COLUMNS = (  # head, width in mm: 156 in all
    ("序号", 11), ("问题编号", 23), ("地方", 24), ("存在问题", 46), ("整改时限", 19), ("逾期天数", 13), ("责任人职务", 20),
)  # fmt: skip


@dataclass(frozen=True)
class Sender:
    """Who writes, and as of which day."""

    county: str
    as_of: date
    is_demo: bool = False
    day_unit: str = "天"  # what the county's days to a deadline are

    @property
    def office(self) -> str:
        """The office at the foot of the letter."""
        return self.county + OFFICE


def urged(found: pd.DataFrame) -> pd.DataFrame:
    """The problems a letter is about: open and overdue, come back, or refused; worst first as they come."""
    return found[found["is_open"] & (found["is_overdue"] | found["is_reopened"] | found["is_returned"])]


def units_to_urge(found: pd.DataFrame) -> list[str]:
    """The lead units with such problems, most overdue first."""
    counts = problem_counts(urged(found), ["lead_unit"])
    return [str(unit) for unit in counts["lead_unit"].dropna()]


def supervision_letter(sender: Sender, unit: str, found: pd.DataFrame) -> bytes | None:
    """The letter to `unit` about its problems in `found` (all units' problems); None when it has nothing to urge.

    `found` has the columns of `metrics.rectification.ladder`, township and place.
    """
    own = found[found["lead_unit"] == unit]
    items = urged(own)
    if items.empty:
        return None
    letter = docx.Document()
    _prepared(letter, sender)
    _head(letter, sender)
    _title(
        letter, "关于逾期问题整改的督办函" if items["is_overdue"].any() else "关于反弹和退回问题整改的督办函"
    )
    _paragraph(letter, f"{unit}:", indented=False)
    _paragraph(letter, _opening(sender, own, items))
    _section(letter, "一、请逐条整改的问题")
    _items(letter, items, sender.day_unit)
    _section(letter, "二、有关要求")
    for line in _demands(items):
        _paragraph(letter, line)
    _signature(letter, sender)
    target = io.BytesIO()
    letter.save(target)
    return target.getvalue()


def supervision_letters(sender: Sender, found: pd.DataFrame) -> bytes | None:
    """A zip with a letter to every unit that has something to be urged about; None when there is none."""
    target = io.BytesIO()
    units = units_to_urge(found)
    if not units:
        return None
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, unit in enumerate(units, 1):
            letter = supervision_letter(sender, unit, found)
            if letter is not None:
                packed.writestr(f"{number:02d}_{file_name(sender, unit)}", letter)
    return target.getvalue()


def file_name(sender: Sender, unit: str) -> str:
    """督办函_县农业农村局_20261116.docx, whatever the unit is called."""
    return f"督办函_{_NOT_IN_FILE_NAMES.sub('_', _plain(unit)).strip('._')[:60] or '单位'}_{sender.as_of:%Y%m%d}.docx"


def _opening(sender: Sender, own: pd.DataFrame, items: pd.DataFrame) -> str:
    """How the unit stands, in the page's own figures."""
    count = problem_counts(own).iloc[0]
    number = {name: int(count[name]) for name in count.index if name != "closure_rate"}
    overdue = items[items["is_overdue"]]
    longest = f"(最长逾期{-int(overdue['days_left'].min())}{sender.day_unit})" if len(overdue) else ""
    told = [f"{number['overdue']}个已经逾期{longest}"] if len(overdue) else []
    told += [f"{int(items[flag].sum())}个{word}" for flag, word in _ALSO.items() if items[flag].any()]
    # One that came back may be overdue as well: the parts are more than the whole.
    both = "(同属几种情形的分别计数)" if items[["is_overdue", *_ALSO]].sum().sum() > len(items) else ""
    return (
        f"截至{date_text(sender.as_of)},你单位牵头整改的检查反馈问题共{number['found']}个,已销号{number['closed']}个、"
        f"待验收{number['awaiting']}个、整改中{number['open']}个(含待认领),销号率{percent_text(count['closure_rate'])}"
        f"({number['closed']}/{number['found']}个)。整改中的问题里有{len(items)}个需要督办:{'、'.join(told)}{both}。"
        "按照“事事有回音、件件有着落”的要求,现将这些问题函告你单位,请逐条整改到位。"
    )


_ALSO = {"is_reopened": "销号后反弹", "is_returned": "验收未通过被退回"}


def _demands(items: pd.DataFrame) -> list[str]:
    lines = [
        "(一)请于      年    月    日前完成上表所列问题的整改,报送整改完成情况和佐证材料,由验收单位验收后销号。",
        "(二)确实不能按期完成的,请书面说明原因、新的完成时间和责任人,按程序报批后方可延期。",
    ]
    if items["is_reopened"].any() or items["is_returned"].any():
        lines.append("(三)反弹和退回的问题,请查清原因,一并说明防止再次发生的措施。")
    return lines


def _items(letter: Document, items: pd.DataFrame, day_unit: str) -> None:
    table = letter.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for cell, (head, _) in zip(table.rows[0].cells, _COLUMNS, strict=True):
        _fill(
            cell,
            "逾期工作日" if (head, day_unit) == ("逾期天数", "个工作日") else head,
            _HEAD_FONT,
            centred=True,
        )
    _on_every_page(table)
    for number, row in enumerate(items.to_dict("records"), 1):
        cells = table.add_row().cells
        texts = [str(number), *_item({str(name): value for name, value in row.items()})]
        for at, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            _fill(cell, text, _BODY_FONT, centred=at != 3)
    for row in table.rows:
        _whole(row._tr)
        for cell, (_, width) in zip(row.cells, _COLUMNS, strict=True):
            cell.width = Mm(width)


def _item(row: Mapping[str, Any]) -> list[str]:
    """One problem as the cells behind its number."""
    names = [row[name] for name in ("township", "place") if not is_missing(row[name])]
    where = "".join(dict.fromkeys(map(str, names)))
    said = " ".join(word for flag, word in (("is_reopened", "反弹"), ("is_returned", "退回")) if row[flag])
    late = str(-int(row["days_left"])) if row["is_overdue"] else "—"
    due = "—" if is_missing(row["due_on"]) else f"{pd.Timestamp(row['due_on']):%Y-%m-%d}"
    what = _or_dash(row["text"]) + (f"({said})" if said else "")
    return [_or_dash(row["problem_id"]), where or "—", what, due, late, _or_dash(row["responsible_post"])]


def _or_dash(value: Any) -> str:
    return "—" if is_missing(value) else str(value)


def _prepared(letter: Document, sender: Sender) -> None:
    """Paper, margins, the normal style, header and page numbers."""
    page = letter.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.header_distance, page.footer_distance = Mm(15), Mm(25)
    properties = letter.core_properties
    properties.author, properties.title = _plain(sender.office), "督办函"
    properties.created = properties.modified = datetime.combine(sender.as_of, time.min)
    properties.comments = ""
    style = letter.styles["Normal"]
    style.font.size = _BODY
    _in_font(style.element.get_or_add_rPr(), _BODY_FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    _fonts_known(letter)
    if sender.is_demo:
        top = page.header.paragraphs[0]
        top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(top, "演示数据,不作为公文使用", _HEAD_FONT, Pt(12))
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", _NUMBER_FONT, Pt(14))
    _page_number(_run(foot, "", _NUMBER_FONT, Pt(14)))
    _run(foot, " —", _NUMBER_FONT, Pt(14))


def _head(letter: Document, sender: Sender) -> None:
    """The office in red over a red double line, and the number, which the office fills in."""
    name = letter.add_paragraph()
    name.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # On one line, however long the county's name is: 156 mm across.
    size = max(18, min(30, int(156 / 25.4 * 72 / max(1, len(sender.office)))))
    _run(name, sender.office, _TITLE_FONT, Pt(size)).font.color.rgb = _RED
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "6"), ("color", "C00000")):
        line.set(qn(f"w:{key}"), value)
    border.append(line)
    # The order of these elements is prescribed; python-docx knows none for borders.
    name._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:spacing", "w:ind", "w:jc")
    number = _paragraph(letter, f"〔{sender.as_of.year}〕    号", indented=False)
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _title(letter: Document, text: str) -> None:
    title = letter.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(20)
    _run(title, text, _TITLE_FONT, _TITLE)


def _section(letter: Document, text: str) -> None:
    paragraph = _paragraph(letter, "")
    _run(paragraph, text, _HEAD_FONT, _BODY)
    paragraph.paragraph_format.keep_with_next = True


def _paragraph(letter: Document, text: str, *, indented: bool = True) -> Paragraph:
    paragraph = letter.add_paragraph()
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    if indented:
        form.first_line_indent = Pt(2 * _BODY.pt)
    if text:
        _run(paragraph, text, _BODY_FONT, _BODY)
    return paragraph


def _signature(letter: Document, sender: Sender) -> None:
    """The office and the day, at the right, four characters in from the edge; never alone on a page."""
    _paragraph(letter, "", indented=False).paragraph_format.keep_with_next = True
    for text, indent in ((sender.office, 2), (date_text(sender.as_of), 4)):
        line = _paragraph(letter, text, indented=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(indent * _BODY.pt)
        line.paragraph_format.keep_with_next = indent == 2


def _fill(cell: _Cell, text: str, font: str, *, centred: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    _run(paragraph, text, font, _SMALL)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _run(paragraph: Paragraph, text: str, font: str, size: Pt) -> Run:
    run = paragraph.add_run(_plain(text))
    run.font.size = size
    _in_font(run._r.get_or_add_rPr(), font)
    return run


def _plain(text: str) -> str:
    """What XML can hold, on one line: a ledger's text has no say in how the letter is laid out."""
    kept = _INVISIBLE.sub("", _NOT_XML.sub("", text))
    return re.sub(r"[\t\n\r\v\f]+", " ", kept)


def _in_font(properties: Any, font: str) -> None:
    """Chinese letters in `font`, Latin ones and figures too: python-docx sets the Latin font alone."""
    fonts = properties.get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _fonts_known(letter: Document) -> None:
    """What stands in on a computer that lacks the prescribed fonts."""
    part = next(
        (
            relation.target_part
            for relation in letter.part.rels.values()
            if relation.reltype.endswith("/fontTable")
        ),
        None,
    )
    if part is None:
        return
    told = "".join(
        f'<w:font w:name="{font}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for font, other in _FALLBACK.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", told.encode() + b"</w:fonts>")


def _page_number(run: Run) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _on_every_page(table: Table) -> None:
    head = table.rows[0]._tr.get_or_add_trPr()
    mark = OxmlElement("w:tblHeader")
    head.append(mark)


def _whole(row: Any) -> None:
    """The row is not torn over two pages."""
    row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
