"""The mark of whoever takes a file away, put into the file: their name and the time, small, where nothing stands.

In: a finished file's bytes, its kind (the suffix without a dot), one line of text. Out: the bytes of the same file with the
mark: xlsx in the header that is printed, docx and pptx as small text at the head of every page and the foot of every slide,
pdf at the foot of every page, png on a strip of its own below, zip in each of its files. A file that has a mark already has
the new one instead. Refuses to touch what the file says: cells, formats, charts, texts and figures stay as they are. A CSV file
has no place for a line that is not data, and comes back as it is; so does whatever is none of these kinds.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any

import docx
import pypdfium2
import pypdfium2.raw as pdfium
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from lxml import etree  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from exports.fonts import Fonts, rare_faces
from exports.map_picture import PDFIUM
from exports.sheet import Sheet
from exports.small_fonts import small_fonts
from exports.word import BODY_FONT, plain, run

NAME = "guanmo_mark"  # by which a mark is found again
GREY = "#8A94A0"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SIZE = 7.0  # points
_FOOT = (
    15.0  # points from the lower edge: within the margin of all our papers, and where printers still print
)
_A4 = 595.0  # points across
_STRIP = 0.022  # of a picture's height

Font = Callable[[], Fonts]


def marked(content: bytes, kind: str, text: str, fonts: Font) -> bytes:
    """The file with the mark. `fonts`: what it is written in where the file must bring its own; asked for only then.

    Raises DataProblem where there is no Chinese font and one is needed.
    """
    line = plain(text).strip()
    if not line:
        return content
    if kind == "zip":
        return _members(content, lambda name, inner: marked(inner, _suffix(name), line, fonts))
    known: dict[str, Callable[[bytes, str], bytes]] = {
        "xlsx": _xlsx,
        "docx": _docx,
        "pptx": _pptx,
        "pdf": partial(_pdf, fonts=fonts),
        "png": partial(_png, fonts=fonts),
    }
    return known[kind](content, line) if kind in known else content


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _members(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The zip with each file as `change` leaves it; order, names and dates stay, what is packed already is not packed again."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(target, "w") as made:
        for entry in packed.infolist():
            inner = packed.read(entry)
            is_packed = _suffix(entry.filename) in ("png", "jpg", "jpeg", "xlsx", "docx", "zip")
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            made.writestr(entry, change(entry.filename, inner), compresslevel=6)
    return target.getvalue()


# ── workbooks ────────────────────────────────────────────────────────────────────────────────
# What may stand behind a worksheet's header, in the order that the schema asks for.
_BEHIND = (
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROOT = re.compile(rb"<worksheet\b[^>]*>")
_RIGHT = re.compile(r"&R&8&K8A94A0 .*$", re.DOTALL)


def _xlsx(content: bytes, line: str) -> bytes:
    return _members(content, lambda name, inner: _sheet(inner, line) if _SHEET.fullmatch(name) else inner)


def _sheet(xml: bytes, line: str) -> bytes:
    """The worksheet with the mark at the right of its header.

    Only what follows the cells is read: a sheet may hold a hundred thousand of them.
    """
    cut = max(
        xml.rfind(b"</sheetData>") + len(b"</sheetData>"), xml.rfind(b"<sheetData/>") + len(b"<sheetData/>")
    )
    root = _ROOT.search(xml)
    if root is None or cut <= root.end():
        return xml
    page = etree.fromstring(root[0] + xml[cut:], etree.XMLParser(resolve_entities=False, no_network=True))
    found = page.find(f"{{{_MAIN}}}headerFooter")
    if found is None:
        found = etree.Element(f"{{{_MAIN}}}headerFooter")
        behind = next((each for each in page if etree.QName(each).localname in _BEHIND), None)
        page.append(found) if behind is None else behind.addprevious(found)
    for at, name in enumerate(("oddHeader", "evenHeader", "firstHeader")):
        head = found.find(f"{{{_MAIN}}}{name}")
        if head is None and name != "oddHeader":
            continue  # there is none of its own: the one of all pages counts
        if head is None:
            head = etree.Element(f"{{{_MAIN}}}{name}")
            found.insert(at, head)
        before = _RIGHT.sub("", head.text or "")[:180].rstrip("&")
        # The size must not run into the line's own figures; 255 signs are the most that a header holds.
        head.text = f"{before}&R&8&K8A94A0 {line[:60].replace('&', '&&')}"
    written: bytes = etree.tostring(page, encoding="UTF-8", xml_declaration=False)
    return xml[:cut] + written[written.index(b">") + 1 :]


# ── Word ─────────────────────────────────────────────────────────────────────────────────────
def _docx(content: bytes, line: str) -> bytes:
    """At the head: below it a page has room, while the foot is as high as the page number."""
    paper = docx.Document(io.BytesIO(content))
    for at, section in enumerate(paper.sections):
        heads = [section.header]
        if paper.settings.odd_and_even_pages_header_footer:
            heads.append(section.even_page_header)
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        for head in heads:
            if at == 0 or not head.is_linked_to_previous:  # what is linked shows the one before
                _head(head, line)
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def _head(head: Any, line: str) -> None:
    for old in head._element.xpath(f'./w:p[w:bookmarkStart[@w:name="{NAME}"]]'):
        head._element.remove(old)
    made = head.add_paragraph()
    made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.paragraph_format.line_spacing_rule, made.paragraph_format.line_spacing = (
        WD_LINE_SPACING.EXACTLY,
        Pt(10),
    )
    run(made, line, BODY_FONT, Pt(8)).font.color.rgb = RGBColor.from_string(GREY.lstrip("#"))
    for kind in ("bookmarkStart", "bookmarkEnd"):
        mark = OxmlElement(f"w:{kind}")
        mark.set(qn("w:id"), "9990")
        if kind == "bookmarkStart":
            mark.set(qn("w:name"), NAME)
        made._p.append(mark)


# ── slides ───────────────────────────────────────────────────────────────────────────────────
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_OLD_BOX = re.compile(rb'<p:sp><p:nvSpPr><p:cNvPr id="\d+" name="guanmo_mark"/>.*?</p:sp>', re.DOTALL)
_BOX = (
    '<p:sp><p:nvSpPr><p:cNvPr id="{id}" name="guanmo_mark"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
    '<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
    '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0"/><a:p><a:pPr algn="r"/>'
    '<a:r><a:rPr lang="zh-CN" sz="700"><a:solidFill><a:srgbClr val="8A94A0"/></a:solidFill>'
    '<a:latin typeface="微软雅黑"/><a:ea typeface="微软雅黑"/></a:rPr><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>'
)


def _pptx(content: bytes, line: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = re.search(rb'<p:sldSz cx="(\d+)" cy="(\d+)"', packed.read("ppt/presentation.xml"))
    wide, high = (int(size[1]), int(size[2])) if size else (12_192_000, 6_858_000)
    return _members(
        content, lambda name, inner: _slide(inner, line, wide, high) if _SLIDE.fullmatch(name) else inner
    )


def _slide(xml: bytes, line: str, wide: int, high: int) -> bytes:
    bare = _OLD_BOX.sub(b"", xml)
    end = bare.rfind(b"</p:spTree>")
    if end < 0 or b'xmlns:a="' not in bare[:2000]:
        return xml
    ids = [int(each) for each in re.findall(rb'<p:cNvPr id="(\d+)"', bare)]
    box = _BOX.format(
        id=max(ids, default=1) + 1,
        words=_escaped(line),
        x=wide - 4_400_000,
        y=high - 126_000,
        wide=4_300_000,
        high=112_000,
    )
    return bare[:end] + box.encode() + bare[end:]


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ── papers and pictures ──────────────────────────────────────────────────────────────────────
def _pdf(content: bytes, line: str, fonts: Font) -> bytes:
    """At the foot of every page, at the right, as text that can be searched, its letters embedded."""
    strip, width = _line_of_type(line, fonts())
    with PDFIUM:
        paper, source = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument(strip)
        try:
            drawn = source.page_as_xobject(0, paper)
            for page in paper:
                for old in [each for each in page.get_objects(max_depth=1) if _is_mark(each)]:
                    page.remove_obj(old)
                each = drawn.as_pageobject()
                large = max(1.0, min(page.get_size()) / _A4)  # a sheet for the wall is read from further away
                x = max(page.get_width() - (width + 2 * _FOOT) * large, 0)
                each.set_matrix(pypdfium2.PdfMatrix().scale(large, large).translate(x, 0.85 * _FOOT * large))
                pdfium.FPDFPageObj_AddMark(each, NAME.encode())
                page.insert_obj(each)
                page.gen_content()
                page.close()
            target = io.BytesIO()
            paper.save(target)
        finally:
            source.close()
            paper.close()
    return target.getvalue()


def _is_mark(item: Any) -> bool:
    name, length = (pdfium.FPDF_WCHAR * 64)(), pdfium.c_ulong()
    for at in range(pdfium.FPDFPageObj_CountMarks(item)):
        mark = pdfium.FPDFPageObj_GetMark(item, at)
        pdfium.FPDFPageObjMark_GetName(mark, name, 128, length)
        if bytes(name)[: max(length.value - 2, 0)].decode("utf-16-le") == NAME:
            return True
    return False


@lru_cache(maxsize=64)
def _line_of_type(line: str, fonts: Fonts) -> tuple[bytes, float]:
    """The line as a page of its own, and how wide it is in points."""
    small = _letters("".join(sorted(set(line) - set("0123456789-: "))), fonts)
    probe = Sheet(10, 10, small, rare=rare_faces())
    width = probe.measure(line, _SIZE) + 1
    sheet = Sheet(width, _SIZE * 1.4, small, rare=rare_faces())
    sheet.text(0.5, 0.3 * _SIZE, line, _SIZE, colour=GREY)
    return sheet.output(), width


@lru_cache(maxsize=64)
def _letters(letters: str, fonts: Fonts) -> Fonts:
    """The fonts with one person's letters only: opening a Chinese font takes a fifth of a second."""
    return small_fonts(Fonts(fonts.regular, fonts.regular), letters)


def _png(content: bytes, line: str, fonts: Font) -> bytes:
    """On a strip of its own below: nothing of the picture is covered."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        picture, about = opened.convert("RGB"), dict(opened.info)
    bare = picture.height - int(about.get(NAME, "0") or 0)
    picture = picture.crop((0, 0, picture.width, bare))
    strip = max(20, round(_STRIP * bare))
    made = Image.new("RGB", (picture.width, bare + strip), "#FFFFFF")
    made.paste(picture, (0, 0))
    face = fonts().regular
    size, room = round(0.62 * strip), made.width - 0.8 * strip
    letters = ImageFont.truetype(str(face.path), size, index=face.number)
    if (wide := letters.getlength(line)) > room:
        letters = letters.font_variant(size=max(6, int(size * room / wide)))
    at = (made.width - 0.4 * strip, bare + strip / 2)
    ImageDraw.Draw(made).text(at, line, fill=GREY, font=letters, anchor="rm")
    told = PngInfo()
    told.add_text(NAME, str(strip))
    target = io.BytesIO()
    made.save(target, "PNG", pnginfo=told, **({"dpi": about["dpi"]} if "dpi" in about else {}))
    return target.getvalue()
