"""汇报: the views of an agenda as a .pptx file of 16:9 whose charts and tables can be edited.

In: a `Cover`, `Slide`s, a `Look`. Out: the file's bytes. Every slide has its title, a line with period, unit and place,
its source with data-set version at the foot, its number, and what is said to it as notes. Refuses to leave anything out
unsaid: what does not fit is continued on a further slide, a text that is cut ends with an ellipsis.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from exports import slide_parts
from exports.slide_charts import FONT, Box, draw_chart, rgb, set_font
from exports.slide_parts import (
    Cell,
    Chart,
    Cover,
    Figure,
    Look,
    Picture,
    Slide,
    Table,
    cut,
    in_parts,
    lines_of,
    untold,
    width,
)
from exports.word import chinese_marks

INCH = 914_400
WIDE, HIGH = int(13.333 * INCH), int(7.5 * INCH)
LEFT, RIGHT = int(0.5 * INCH), WIDE - int(0.5 * INCH)
TOP, BOTTOM = int(1.32 * INCH), int(6.86 * INCH)  # of what lies between head and foot
GAP = int(0.16 * INCH)
POINT = 12_700
MOST_ROWS = 15  # of a table on one slide
TEXT, SMALL = 12.0, 10.0
MOST_TOLD = 255  # characters of a file's own properties
NOTE_LINES = 2  # that names without a figure may take under a chart

Done = Callable[[int, int], None]


def clean(text: object) -> str:
    """A text as it is written on a slide: harmless, with the punctuation of print; a chart's names stay as they are."""
    return chinese_marks(slide_parts.clean(text))


def deck(cover: Cover, slides: Sequence[Slide], look: Look, done: Done | None = None) -> bytes:
    """The .pptx file; `done` is told after each slide how many of how many there are."""
    file = Presentation()
    _prepare(file, cover, look)
    _cover(file, cover, look)
    pages = [page for slide in slides for part in in_parts(slide) for page in _pages(part)]
    for number, page in enumerate(pages, 1):
        _slide(file, page, cover, look)
        if done:
            done(number, len(pages))
    target = io.BytesIO()
    file.save(target)
    return target.getvalue()


# ── the file ─────────────────────────────────────────────────────────────────────────────────
def _prepare(file: Any, cover: Cover, look: Look) -> None:
    """Size, typefaces and colours of the master; the layouts that are used, and no others."""
    file.slide_width, file.slide_height = Emu(WIDE), Emu(HIGH)
    for layout in list(file.slide_layouts):
        if layout.name not in ("Title Slide", "Title Only"):
            file.slide_layouts.remove(layout)
    for part in (file.slide_master, *file.slide_layouts):
        for shape in list(part.placeholders):
            kind = shape.placeholder_format.type
            if "DATE" in str(kind) or "FOOTER" in str(kind):
                shape._element.getparent().remove(shape._element)
    for part in (file.slide_master, *file.slide_layouts):
        for shape in part.placeholders:
            _place(shape, _box_of(str(shape.placeholder_format.type), part.name == "Title Slide"))
    _theme(file.slide_master.part, look)
    for properties in file.slide_master._element.iter(qn("a:defRPr")):
        properties.set("lang", "zh-CN")
    _theme(file.notes_master.part, look)
    package = file.part.package
    for key, relation in list(package._rels.items()):
        if relation.reltype == RT.THUMBNAIL:  # of the empty deck that this one began as
            package._rels.pop(key)
    told = file.core_properties
    told.title, told.author, told.language = (
        clean(cover.name)[:MOST_TOLD],
        clean(cover.county)[:MOST_TOLD],
        "zh-CN",
    )
    told.created = told.modified = datetime.combine(cover.as_of, time.min)
    told.keywords = clean(cover.foot)[:MOST_TOLD]


def _box_of(kind: str, is_cover: bool) -> Box:
    if "SLIDE_NUMBER" in kind:
        return RIGHT - INCH, int(7.0 * INCH), INCH, int(0.3 * INCH)
    if is_cover:
        top = 4.05 if "SUBTITLE" in kind else 2.5
        return int(0.9 * INCH), int(top * INCH), WIDE - int(1.8 * INCH), int(1.4 * INCH)
    if "TITLE" in kind:
        return LEFT, int(0.3 * INCH), RIGHT - LEFT, int(0.6 * INCH)
    return LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Emu(each) for each in box)


def _theme(part: Any, look: Look) -> None:
    """The theme's own typefaces and colours, so that what somebody adds to the file looks like the rest."""
    theme = part.part_related_by(RT.THEME)
    is_read = hasattr(theme, "_element")  # the notes' theme is kept as XML, the slides' as bytes
    root = theme._element if is_read else etree.fromstring(theme.blob)
    for scheme in root.iter(qn("a:majorFont"), qn("a:minorFont")):
        for name in ("a:latin", "a:ea", "a:cs"):
            scheme.find(qn(name)).set("typeface", FONT)
        for font in scheme.findall(qn("a:font")):
            if font.get("script") == "Hans":
                font.set("typeface", FONT)
    accents = [look.accent, *(look.tones[tone] for tone in ("warn", "good", "info", "soft", "bad"))]
    for number, colour in enumerate(accents, 1):
        found = next(root.iter(qn(f"a:accent{number}")))
        for old in list(found):
            found.remove(old)
        etree.SubElement(found, qn("a:srgbClr"), val=colour.lstrip("#").upper())
    if not is_read:
        theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _layout(file: Any, name: str) -> Any:
    return next(each for each in file.slide_layouts if each.name == name)


def _cover(file: Any, cover: Cover, look: Look) -> None:
    slide = file.slides.add_slide(_layout(file, "Title Slide"))
    title, subtitle = slide.shapes.title, slide.placeholders[1]
    name = cut(clean(cover.name), 2 * _across(WIDE - int(1.8 * INCH), 40))
    _write(title.text_frame, [name], 40, look.accent, bold=True, align=PP_ALIGN.CENTER)
    lines = [clean(cover.county), *(clean(line) for line in cover.lines)]
    _write(subtitle.text_frame, lines, 18, look.muted, align=PP_ALIGN.CENTER)
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Emu(e) for e in (0, 0, WIDE, int(0.22 * INCH))))
    _paint(bar, look.accent)
    if cover.badge:
        _badge(slide, cover.badge, (WIDE // 2 - INCH, int(1.7 * INCH), 2 * INCH, int(0.42 * INCH)), 16, look)
    _foot(slide, cover.foot, look)
    _notes(slide, (cover.foot,))


# ── a slide ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Page:
    """A slide that fits: each table has the rows that there is room for."""

    slide: Slide
    blocks: tuple[tuple[Box, Any], ...]
    figures: tuple[tuple[Box, Figure], ...]
    says: tuple[Box, str] | None


def _pages(slide: Slide) -> Iterator[_Page]:
    """The slide, and those on which its tables go on."""
    says, top = _says(slide)
    figures, top = _figure_boxes(slide, top)
    wanted: list[Any] = [*([slide.picture] if slide.picture else []), *slide.charts, *slide.tables]
    blocks, rest = [], []
    for box, block in zip(_boxes(wanted, top), wanted, strict=True):
        if isinstance(block, Table):
            first, more = _fitting(block, box)
            blocks.append((box, first))
            rest += [more] if more else []
        else:
            blocks.append((box, block))
    yield _Page(slide, tuple(blocks), figures, says)
    for table in rest:
        title = table.title or slide.title
        left: Table | None = replace(table, title=f"{title}(续)")
        box = (LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP)
        while left:
            first, left = _fitting(left, box)
            bare = replace(slide, figures=(), picture=None, charts=(), tables=(first,), says="")
            yield _Page(bare, ((box, first),), (), None)


def _says(slide: Slide) -> tuple[tuple[Box, str] | None, int]:
    if not slide.says:
        return None, TOP
    is_alone = not (slide.figures or slide.charts or slide.tables or slide.picture)
    if is_alone:
        return ((LEFT, int(2.6 * INCH), RIGHT - LEFT, int(1.6 * INCH)), slide.says), BOTTOM
    lines = min(2, lines_of(clean(slide.says), (RIGHT - LEFT) / POINT / 15))
    high = int((lines * 15 * 1.3 + 6) * POINT)
    return ((LEFT, TOP - int(0.04 * INCH), RIGHT - LEFT, high), slide.says), TOP + high


def _figure_boxes(slide: Slide, top: int) -> tuple[tuple[tuple[Box, Figure], ...], int]:
    """Up to six side by side; where nothing else is on the slide fewer in a row, and larger."""
    count = len(slide.figures)
    if not count:
        return (), top
    is_alone = not (slide.charts or slide.tables or slide.picture)
    alone = 2 if count == 4 else 3 if count <= 6 else 4
    most = alone if is_alone else 4 if count in (7, 8) else 6
    across = min(count, most)
    across = -(-count // -(-count // across))  # rows as even as can be
    rows = -(-count // across)
    wide = (RIGHT - LEFT - (across - 1) * GAP) // across
    told = max(_figure_lines(each, wide) for each in slide.figures)
    high = (BOTTOM - top - (rows - 1) * GAP) // rows if is_alone else int((54 + 15 * told) * POINT)
    boxes = [
        (LEFT + (at % across) * (wide + GAP), top + (at // across) * (high + GAP), wide, high)
        for at in range(count)
    ]
    return tuple(zip(boxes, slide.figures, strict=True)), top + rows * (high + GAP)


def _figure_lines(figure: Figure, wide: int) -> int:
    return sum(min(2, lines_of(clean(line), _across(wide, SMALL))) for line in figure.lines)


def _across(wide: int, size: float) -> float:
    """Full-width characters of that size in so many EMU, within a box's own margins."""
    return (wide / POINT - 12) / size


def _boxes(blocks: Sequence[Any], top: int) -> list[Box]:
    """One fills the slide, two stand side by side, of three the first is large, more make a grid."""
    count, wide, high = len(blocks), RIGHT - LEFT, BOTTOM - top
    if count <= 1:
        return [(LEFT, top, wide, high)] * count
    if count <= 3:
        left = int((wide - GAP) * _share(blocks))
        right: Box = (LEFT + left + GAP, top, wide - GAP - left, high)
        if count == 2:
            return [(LEFT, top, left, high), right]
        half = (high - GAP) // 2
        return [
            (LEFT, top, left, high),
            (*right[:3], half),
            (right[0], top + half + GAP, right[2], half),
        ]
    across = 2 if count == 4 else 3
    rows = -(-count // across)
    each_wide, each_high = (wide - (across - 1) * GAP) // across, (high - (rows - 1) * GAP) // rows
    return [
        (
            LEFT + (at % across) * (each_wide + GAP),
            top + (at // across) * (each_high + GAP),
            each_wide,
            each_high,
        )
        for at in range(count)
    ]


def _share(blocks: Sequence[Any]) -> float:
    """How much of the width the first of two or three takes: a table what its columns need."""
    if isinstance(blocks[0], Picture):
        return 0.5 if isinstance(blocks[1], Table) else 0.64
    last = blocks[1]
    if isinstance(last, Table) and not isinstance(blocks[0], Table):
        return 1 - min(0.56, max(0.34, _natural(last) * (TEXT * POINT) / (RIGHT - LEFT)))
    return 0.54 if len(blocks) == 3 else 0.5


def _slide(file: Any, page: _Page, cover: Cover, look: Look) -> None:
    told = page.slide
    slide = file.slides.add_slide(_layout(file, "Title Only"))
    room = _across(RIGHT - LEFT - (int(1.3 * INCH) if cover.badge else 0), 26)
    _write(slide.shapes.title.text_frame, [cut(clean(told.title), room)], 26, look.ink, bold=True)
    _margins(slide.shapes.title.text_frame, 0)
    if cover.badge:
        _badge(
            slide,
            cover.badge,
            (RIGHT - int(1.1 * INCH), int(0.42 * INCH), int(1.1 * INCH), int(0.32 * INCH)),
            12,
            look,
        )
    line = slide.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, *(Emu(e) for e in (0, int(0.38 * INCH), int(0.14 * INCH), int(0.46 * INCH)))
    )
    _paint(line, look.accent)
    _text(
        slide,
        (LEFT, int(0.88 * INCH), RIGHT - LEFT, int(0.34 * INCH)),
        [clean(told.subtitle)],
        13,
        look.muted,
    )
    if page.says:
        is_alone = not page.blocks and not page.figures
        box, words = page.says
        size = 22 if is_alone else 15
        fitted = cut(clean(words), _across(box[2], size) * (4 if is_alone else 2))
        _text(slide, box, [fitted], size, look.muted if is_alone else look.accent, bold=not is_alone,
              align=PP_ALIGN.CENTER if is_alone else None)  # fmt: skip
    for box, figure in page.figures:
        _figure(slide, figure, box, look)
    for box, block in page.blocks:
        _block(slide, block, box, look)
    _foot(slide, " · ".join(clean(each) for each in (told.source, cover.foot) if each), look)
    _number(slide, file)
    _notes(slide, told.notes)


def _block(slide: Any, block: Any, box: Box, look: Look) -> None:
    if isinstance(block, Picture):
        _picture(slide, block, box)
    elif isinstance(block, Table):
        _table(slide, block, box, look)
    else:
        _chart(slide, block, box, look)


def _chart(slide: Any, chart: Chart, box: Box, look: Look) -> None:
    """Title above, who has no figure below, the chart between."""
    left, top, wide, high = box
    head = _heading(slide, chart.title, box, look)
    missing = chinese_marks(untold(chart))
    foot = 0
    if missing:
        lines = min(NOTE_LINES, lines_of(missing, _across(wide, SMALL)))
        foot = int((lines * SMALL * 1.35 + 4) * POINT)
        words = cut(missing, _across(wide, SMALL) * lines)
        _text(slide, (left, top + high - foot, wide, foot), [words], SMALL, look.muted)
    if all(value is None for series in chart.series for value in series.points):
        _text(
            slide, (left, top + high // 3, wide, INCH), ["还没有数据"], 16, look.muted, align=PP_ALIGN.CENTER
        )
        return
    draw_chart(slide, chart, (left, top + head, wide, high - head - foot), look)


def _heading(slide: Any, title: str, box: Box, look: Look) -> int:
    """A block's title; returns the height that it takes."""
    if not title:
        return 0
    words = clean(title)
    lines = min(2, lines_of(words, _across(box[2], 14)))
    high = int((lines * 14 * 1.3 + 5) * POINT)
    _text(slide, (*box[:3], high), [cut(words, _across(box[2], 14) * lines)], 14, look.ink, bold=True)
    return high


def _picture(slide: Any, picture: Picture, box: Box) -> None:
    """As large as the box, whole, in the middle."""
    left, top, wide, high = box
    drawn = slide.shapes.add_picture(io.BytesIO(picture.png), Emu(left), Emu(top))
    scale = min(wide / drawn.width, high / drawn.height)
    size = int(drawn.width * scale), int(drawn.height * scale)
    _place(drawn, (left + (wide - size[0]) // 2, top + (high - size[1]) // 2, *size))
    drawn._element.nvPicPr.cNvPr.set("descr", clean(picture.words))


def _figure(slide: Any, figure: Figure, box: Box, look: Look) -> None:
    """A card: label, value with its unit, small print."""
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Emu(each) for each in box))
    _paint(shape, "#FFFFFF", look.line)
    frame = shape.text_frame
    _margins(frame, 7)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    # A card has large figures where it is alone with others of its kind.
    sizes = ((1.9, (16, 40, 13)), (1.2, (14, 32, 12)), (0, (TEXT, 24, SMALL)))
    tall = box[3] if box[2] > 2.2 * INCH else 0
    label, value, small = next(each for least, each in sizes if tall >= least * INCH)
    across = _across(box[2], 1)
    first, second = frame.paragraphs[0], frame.add_paragraph()
    _run(first, cut(clean(figure.label), (across - 4) / label), label, look.muted)
    words, unit = clean(figure.value), clean(figure.unit)
    room = (across - width(unit) * 0.5 * value) / max(width(words), 1)
    colour = look.tones[figure.tone] if figure.tone else look.ink
    _run(second, words, max(12.0, min(value, room)), colour, bold=True)
    if unit:
        _run(second, f" {unit}", max(SMALL, value * 0.5), look.muted)
    for line in figure.lines:
        said = _broken(clean(line), across / small)
        for part in said:
            room = across / small * (1 if len(said) > 1 else 2)
            _run(frame.add_paragraph(), cut(part, room), small, look.muted)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT


def _broken(line: str, across: float) -> list[str]:
    """The line, in two where it does not fit, between its parts: a minus sign must not stay behind its figure."""
    first, *others = line.split(" · ")
    rows = [first]
    for part in others:
        joined = f"{rows[-1]} · {part}"
        if width(joined) > across:
            rows.append(part)
        else:
            rows[-1] = joined
    return rows if len(rows) == 2 else [line]


# ── tables ───────────────────────────────────────────────────────────────────────────────────
def _words(cell: Cell | str) -> str:
    return clean(cell.words if isinstance(cell, Cell) else cell)


def _widths(table: Table) -> list[float]:
    """What each column needs, in full-width characters."""
    needs = []
    for at, head in enumerate(table.heads):
        longest = max([width(_words(row[at])) for row in table.rows[:200]], default=0.0)
        title = width(clean(head.words))
        # A long head breaks into two lines before it takes room from the figures.
        needs.append(max(longest * 1.06, title if title <= 5 else title / 2 + 1.2) + 1.7)
    return needs


def _natural(table: Table) -> float:
    most = [
        min(need, 22.0 if head.is_wide else 14.0)
        for need, head in zip(_widths(table), table.heads, strict=True)
    ]
    return sum(most)


@dataclass(frozen=True)
class _Fit:
    """Widths of the columns in EMU, the size of the type, and how high each row and the heads are."""

    columns: list[int]
    size: float
    heads: int
    rows: list[int]


def _fit(table: Table, wide: int) -> _Fit:
    """12 pt where there is room for it, else 11 or 10; what is still too wide takes two lines."""
    needs = _widths(table)
    capped = [
        min(need, 30.0 if head.is_wide else 16.0) for need, head in zip(needs, table.heads, strict=True)
    ]
    size = next((each for each in (TEXT, 11.0, SMALL) if sum(capped) * each * POINT <= wide), SMALL)
    share = [need * size * POINT for need in capped]
    spare = wide - sum(share)
    if spare < 0:
        share = [each * wide / sum(share) for each in share]
    else:
        takers = [at for at, head in enumerate(table.heads) if head.is_wide and needs[at] > capped[at]]
        takers = (
            takers or [at for at, head in enumerate(table.heads) if head.is_wide] or list(range(len(share)))
        )
        share = [each + (spare / len(takers) if at in takers else 0) for at, each in enumerate(share)]
    columns = [int(each) for each in share]
    columns[-1] += wide - sum(columns)
    line = size * 1.38 * POINT
    pad = 6.5 * POINT

    def high(cells: Sequence[str], bold: float = 1.0) -> int:
        most = max(
            (
                min(2, lines_of(words, _inner(column, size) / bold))
                for words, column in zip(cells, columns, strict=True)
            ),
            default=1,
        )
        return int(most * line + pad)

    heads = high([clean(head.words) for head in table.heads], 1.2)
    return _Fit(columns, size, heads, [high([_words(cell) for cell in row]) for row in table.rows])


def _inner(column: int, size: float) -> float:
    """Full-width characters that stand in a column beside each other."""
    return (column / POINT - 9) / size


def _fitting(table: Table, box: Box) -> tuple[Table, Table | None]:
    """As many rows as fit the box and can be read at once, and the table of the others."""
    fit = _fit(table, min(box[2], int(_natural(table) * TEXT * POINT * 1.5)))
    room = box[3] - fit.heads - (_title_room(table, box) if table.title else 0)
    kept = 0
    for high in fit.rows[:MOST_ROWS]:
        room -= high
        if room < 0:
            break
        kept += 1
    kept = max(kept, 1)
    # Not one lonely row on the next slide.
    if kept < len(table.rows) <= kept + 1 and kept > 2:
        kept -= 1
    if kept >= len(table.rows):
        return table, None
    first = replace(table, rows=table.rows[:kept], marked=frozenset(at for at in table.marked if at < kept))
    later = frozenset(at - kept for at in table.marked if at >= kept)
    return first, replace(table, rows=table.rows[kept:], marked=later)


def _title_room(table: Table, box: Box) -> int:
    lines = min(2, lines_of(clean(table.title), _across(box[2], 14)))
    return int((lines * 14 * 1.3 + 5) * POINT)


def _table(slide: Any, table: Table, box: Box, look: Look) -> None:
    left, top, wide, _ = box
    top += _heading(slide, table.title, box, look)
    if not table.rows:
        return
    wide = min(wide, int(_natural(table) * TEXT * POINT * 1.5))  # columns far apart are hard to follow
    fit = _fit(table, wide)
    frame = slide.shapes.add_table(
        len(table.rows) + 1, len(table.heads), Emu(left), Emu(top), Emu(wide), Emu(fit.heads + sum(fit.rows))
    )
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(table.title or "表格"))
    drawn = frame.table
    _plain_style(drawn)
    for column, size in zip(drawn.columns, fit.columns, strict=True):
        column.width = Emu(size)
    for row, high in zip(drawn.rows, [fit.heads, *fit.rows], strict=True):
        row.height = Emu(high)
    for at, head in enumerate(table.heads):
        room = 2 * _inner(fit.columns[at], fit.size)
        _cell(
            drawn.cell(0, at),
            cut(clean(head.words), room),
            fit.size,
            look.ink,
            look.head,
            is_number=head.is_number,
            bold=True,
        )
    for number, row in enumerate(table.rows):
        is_marked = number in table.marked
        ground = look.head if is_marked else look.pale if number % 2 else "#FFFFFF"
        for at, (cell, head) in enumerate(zip(row, table.heads, strict=True)):
            tone: Any = cell.tone if isinstance(cell, Cell) else ""
            bold = is_marked or tone in ("strong", "bad")
            words = cut(_words(cell), 1.9 * _inner(fit.columns[at], fit.size))
            colour = look.tones[tone] if tone and tone != "strong" else look.ink
            _cell(
                drawn.cell(number + 1, at),
                words,
                fit.size,
                colour,
                ground,
                is_number=head.is_number,
                bold=bold,
            )


def _plain_style(drawn: Any) -> None:
    """No built-in style: its colours are another deck's, and every program draws it in its own way."""
    properties = drawn._tbl.tblPr
    for old in list(properties):
        properties.remove(old)
    style = etree.SubElement(properties, qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # 无样式,无网格


def _cell(
    cell: Any, words: str, size: float, colour: str, ground: str, *, is_number: bool, bold: bool
) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(ground)
    cell.margin_left = cell.margin_right = Emu(int(4.5 * POINT))
    cell.margin_top = cell.margin_bottom = Emu(int(2.5 * POINT))
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    _run(paragraph, words, size, colour, bold=bold)


# ── texts ────────────────────────────────────────────────────────────────────────────────────
def _text(
    slide: Any,
    box: Box,
    lines: Sequence[str],
    size: float,
    colour: str,
    *,
    bold: bool = False,
    align: Any = None,
) -> Any:
    if not any(lines):
        return None
    shape = slide.shapes.add_textbox(*(Emu(each) for each in box))
    _write(shape.text_frame, lines, size, colour, bold=bold, align=align)
    _margins(shape.text_frame, 0)
    return shape


def _write(
    frame: Any, lines: Sequence[str], size: float, colour: str, *, bold: bool = False, align: Any = None
) -> None:
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = align if align is not None else PP_ALIGN.LEFT
        _run(paragraph, line, size, colour, bold=bold)


def _run(paragraph: Any, words: str, size: float, colour: str, *, bold: bool = False) -> None:
    if not words:
        _end(paragraph, size)
        return
    run = paragraph.add_run()
    run.text = words
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = rgb(colour)
    set_font(run._r.get_or_add_rPr())


def _end(paragraph: Any, size: float) -> None:
    """An empty paragraph is as high as its end says: a table's row must not grow by it."""
    end = paragraph._p.get_or_add_endParaRPr()
    end.set("lang", "zh-CN")
    end.set("sz", str(int(size * 100)))


def _margins(frame: Any, points: float) -> None:
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Emu(int(points * POINT))
    frame.margin_top = frame.margin_bottom = Emu(int(points / 2 * POINT))


def _paint(shape: Any, fill: str, line: str | None = None) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(fill)
    for style in shape._element.findall(qn("p:style")):  # the theme's: shadow, white letters
        shape._element.remove(style)
    if line:
        shape.line.color.rgb, shape.line.width = rgb(line), Pt(0.75)
    else:
        shape.line.fill.background()


def _badge(slide: Any, words: str, box: Box, size: float, look: Look) -> None:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Emu(each) for each in box))
    _paint(shape, "#FFFFFF", look.tones["warn"])
    _margins(shape.text_frame, 2)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(shape.text_frame, [clean(words)], size, look.tones["warn"], bold=True, align=PP_ALIGN.CENTER)


def _foot(slide: Any, words: str, look: Look) -> None:
    wide = RIGHT - LEFT - int(1.1 * INCH)
    said = clean(words)
    # At 9 pt two lines of it stand under the rule; what is longer is in the notes as well.
    fitted = cut(said, 2 * wide / POINT / 9 - 2)
    _text(slide, (LEFT, int(6.98 * INCH), wide, int(0.38 * INCH)), [fitted], 9, look.muted)


def _number(slide: Any, file: Any) -> None:
    """The number as a field: it is right after slides have been moved."""
    layout = _layout(file, "Title Only")
    for shape in layout.placeholders:
        if "SLIDE_NUMBER" in str(shape.placeholder_format.type):
            made = deepcopy(shape._element)
            made.nvSpPr.cNvPr.set("id", str(max(each.shape_id for each in slide.shapes) + 1))
            slide.shapes._spTree.append(made)


def _notes(slide: Any, lines: Sequence[str]) -> None:
    frame = slide.notes_slide.notes_text_frame
    said = [clean(line) for line in lines if line]
    for number, line in enumerate(said):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        set_font(run._r.get_or_add_rPr())
