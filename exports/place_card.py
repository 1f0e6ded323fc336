"""一口清: all that is to be known of one township or village on one sheet of A4, to carry and to say by heart.

In: `CardFacts`, every text of them as it is to be read, and fonts. Out: a PDF, a page per place, in vectors, its fonts
embedded as subsets, its words text that can be searched. Refuses to run over the page, or to write smaller than 9 pt:
what has no room is left out from the end of the longest list, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely

from exports.fonts import Face, Fonts
from exports.labels import Candidate, Room
from exports.map_drawing import draw_map
from exports.picture import MapPicture
from exports.projection import Box, Ground, fit_into, ground_of
from exports.sheet import INK, SOFT, WHITE, Sheet
from exports.signs import HATCH_GROUND, hatched

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
MARGIN = 12.5 * MM
INNER = WIDTH - 2 * MARGIN
GAP = 16.0  # between the two columns
COLUMN = (INNER - GAP) / 2

TITLE, HEAD, BODY, SMALL = 24.0, 12.0, 10.5, 9.0
STEP, SMALL_STEP = 14.0, 11.5  # from line to line
ACCENT, TINT, RULE, TRACK = "#1F5C99", "#EEF4FA", "#C9D3DC", "#E1E8EE"
BAD, WARN = "#C0271D", "#8A5A10"
BADGE_GROUND = "#FBF0DC"
MOST_ROWS = 24  # of a section: no column holds more
MOST_LINES = 2  # of a row or a sentence; more is cut off with an ellipsis
MAP_LEAST, MAP_MOST, TALL = 112.0, 260.0, 230.0

Tone = Literal["", "bad", "warn"]
_COLOURS = {"": INK, "bad": BAD, "warn": WARN}


@dataclass(frozen=True)
class Tally:
    """A number with its unit under its name: 逾期 1个."""

    label: str
    number: str
    tone: Tone = ""


@dataclass(frozen=True)
class FigureLine:
    """One indicator. `share` is the completion in %, None without a target; NaN in `run` is a period not reported."""

    name: str
    note: str  # its period, below the name
    figure: str  # 12.3万袋, or 未报送
    change: str = ""
    share: float | None = None
    done: str = ""  # 完成 96.0%
    fraction: str = ""  # 12.3/12.8万袋
    rank: str = ""
    rank_note: str = ""
    run: tuple[float, ...] = ()
    is_missing: bool = False


@dataclass(frozen=True)
class Part:
    """One of the parts of a bar that adds up: 3项及以上, 376户."""

    label: str
    figure: str
    value: float
    colour: str


@dataclass(frozen=True)
class Row:
    """A line of a list: a text, before it in a tone what is urgent about it, at the right a figure, below it a note."""

    text: str
    lead: str = ""
    tone: Tone = ""
    figure: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the sheet below the figures; what it has is drawn in the order of its fields."""

    title: str
    tallies: tuple[Tally, ...] = ()
    parts: tuple[Part, ...] = ()
    rows: tuple[Row, ...] = ()
    counted: str = "项"  # what the rows are, to say how many were left out
    unlisted: int = 0  # rows that are not even in `rows`
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CardMap:
    """The villages of the township in the colours of one indicator."""

    title: str
    picture: MapPicture


@dataclass(frozen=True)
class CardFacts:
    """One card. Every text may come from a ledger; it is drawn as it is and never read as markup."""

    title: str
    above: str  # what it belongs to, beside the title
    dates: str  # as of when, and the figures' period
    sentences: tuple[str, ...]
    tallies: tuple[Tally, ...] = ()  # below the head
    figures: tuple[FigureLine, ...] = ()
    figures_title: str = "主要指标"
    figures_note: str = ""
    left: tuple[Section, ...] = ()
    right: tuple[Section, ...] = ()
    map: CardMap | None = None
    foot: tuple[str, ...] = ()
    badge: str = ""


def place_cards(
    cards: Sequence[CardFacts],
    fonts: Fonts,
    rare: Sequence[Face] = (),
    progress: Callable[[int], object] = lambda _: None,
) -> bytes:
    """The cards one after the other, a page each; `progress` is told how many are drawn."""
    title = cards[0].title if len(cards) == 1 else f"{len(cards)}张"
    sheet = Sheet(WIDTH, HEIGHT, fonts, f"一口清 {title}", rare=rare, absent=described)
    for at, facts in enumerate(cards):
        if at:
            sheet.new_page()
        _Drawing(sheet, facts).draw()
        progress(at + 1)
    return sheet.output()


def place_card(facts: CardFacts, fonts: Fonts, rare: Sequence[Face] = ()) -> bytes:
    """The card of one place."""
    return place_cards([facts], fonts, rare)


def described(letter: str) -> str:
    """What stands for a character that no font on this machine has: its number, by which it can be looked up."""
    return f"〔U+{ord(letter):04X}〕"


@dataclass
class _Drawing:
    """One card on its page; `y` is the upper edge of what is still free."""

    sheet: Sheet
    facts: CardFacts
    y: float = HEIGHT - MARGIN

    def draw(self) -> None:
        floor = self._foot()
        self._head()
        self._tallies(self.facts.tallies, MARGIN, INNER)
        self._sentences()
        self._figures()
        self._columns(floor)

    def _head(self) -> None:
        sheet, facts = self.sheet, self.facts
        right = MARGIN + INNER
        if facts.badge:
            wide = sheet.measure(facts.badge, HEAD, bold=True) + 14
            sheet.box(right - wide, self.y - 21, wide, 21, BADGE_GROUND, WARN)
            sheet.text(
                right - wide / 2, self.y - 15, facts.badge, HEAD, bold=True, colour=WARN, align="centre"
            )
            right -= wide + 10
        kind = "一口清"
        wide = sheet.measure(kind, HEAD, bold=True) + 14
        sheet.box(MARGIN, self.y - 21, wide, 21, ACCENT)
        sheet.text(MARGIN + wide / 2, self.y - 15, kind, HEAD, bold=True, colour=WHITE, align="centre")
        left = MARGIN + wide + 10
        above, small = sheet.fitted(facts.above, 0.4 * (right - left), HEAD)
        room = right - left - sheet.measure(above, small) - 8
        words, size = sheet.fitted(facts.title, room, TITLE, bold=True, least=0.6)
        sheet.text(left, self.y - 19, words, size, bold=True)
        sheet.text(left + sheet.measure(words, size, bold=True) + 8, self.y - 18, above, small, colour=SOFT)
        dates, size = sheet.fitted(facts.dates, INNER, BODY, least=SMALL / BODY)
        sheet.text(MARGIN, self.y - 37, dates, size, colour=SOFT)
        self.y -= 45

    def _tallies(self, tallies: Sequence[Tally], left: float, width: float) -> None:
        if not tallies:
            return
        each = width / len(tallies)
        for at, tally in enumerate(tallies):
            x = left + at * each
            if at:
                self.sheet.stroke([shapely.LineString([(x, self.y - 4), (x, self.y - 32)])], RULE, 0.6)
            _tally(self.sheet, tally, x + (8 if at else 0), self.y, each - 12, 15.0)
        self.y -= 41

    def _sentences(self) -> None:
        sheet, said = self.sheet, self.facts.sentences
        lines = [self._clipped(each, INNER - 34, BODY) for each in said]
        height = sum(len(each) * STEP + 3 for each in lines) + 25
        sheet.box(MARGIN, self.y - height, INNER, height, TINT)
        sheet.box(MARGIN, self.y - height, 3, height, ACCENT)
        head = f"记住{'零一两三四五六七八九'[len(said)]}句话"
        sheet.text(MARGIN + 11, self.y - 15.5, head, HEAD, bold=True, colour=ACCENT)
        y = self.y - 19
        for number, each in enumerate(lines, start=1):
            sheet.text(MARGIN + 11, y - 11.5, f"{number}.", BODY, bold=True, colour=ACCENT)
            for line in each:
                sheet.text(MARGIN + 26, y - 11.5, line, BODY)
                y -= STEP
            y -= 3
        self.y -= height + 8

    def _clipped(self, words: str, width: float, size: float, most: int = MOST_LINES) -> list[str]:
        return _clipped(self.sheet, words, width, size, most)

    # ── figures ──────────────────────────────────────────────────────────────────────────────
    def _figures(self) -> None:
        facts = self.facts
        self._heading(facts.figures_title, MARGIN, INNER)
        rows = facts.figures
        for row in rows:
            self._figure(row)
        if facts.figures_note:
            for line in self._clipped(facts.figures_note, INNER, SMALL):
                self.sheet.text(MARGIN, self.y - SMALL, line, SMALL, colour=SOFT)
                self.y -= SMALL_STEP
        self.y -= 7

    def _figure(self, row: FigureLine) -> None:
        """Name, figure, completion with its bar, rank, course; a line of small print below each."""
        sheet, x, y = self.sheet, MARGIN, self.y
        widths = (114.0, 132.0, 120.0, 84.0)
        self._two(x, y, widths[0], (row.name, BODY, True), row.note)
        x += widths[0]
        tone = SOFT if row.is_missing else INK
        self._two(x, y, widths[1], (row.figure, 12.5, True), row.change, tone)
        x += widths[1]
        bar = 54.0 if row.share is not None else 0.0
        self._two(x, y, widths[2] - bar, (row.done, BODY, False))
        self._two(x, y, widths[2], below=row.fraction)
        if row.share is not None:
            sheet.box(x + widths[2] - bar, y - 11.5, 44, 6, TRACK)
            sheet.box(x + widths[2] - bar, y - 11.5, 44 * max(0.0, min(1.0, row.share / 100)), 6, ACCENT)
        x += widths[2]
        self._two(x, y, widths[3], (row.rank, BODY, True), row.rank_note)
        x += widths[3]
        _sparkline(sheet, row.run, x, y - 23.5, MARGIN + INNER - x - 4, 19)
        self.y -= 27
        sheet.stroke([shapely.LineString([(MARGIN, self.y + 1), (MARGIN + INNER, self.y + 1)])], RULE, 0.4)

    def _two(
        self,
        x: float,
        y: float,
        width: float,
        main: tuple[str, float, bool] = ("", BODY, False),
        below: str = "",
        colour: str = INK,
    ) -> None:
        """A line, its size and weight, and small print below it."""
        words, size, bold = main
        words, size = self.sheet.fitted(words, width - 6, size, bold=bold, least=SMALL / size)
        self.sheet.text(x, y - 12, words, size, bold=bold, colour=colour)
        self.sheet.text(
            x, y - 24, self.sheet.fitted(below, width - 6, SMALL, least=1.0)[0], SMALL, colour=SOFT
        )

    def _heading(self, words: str, left: float, width: float) -> None:
        _heading(self.sheet, words, left, self.y, width)
        self.y -= 19

    # ── the two columns below ────────────────────────────────────────────────────────────────
    def _columns(self, floor: float) -> None:
        facts, top = self.facts, self.y
        for sections, left in ((facts.left, MARGIN), (facts.right, MARGIN + COLUMN + GAP)):
            has_map = facts.map is not None and left > MARGIN
            room = top - floor - (MAP_LEAST + 26 if has_map else 0)
            y = top
            for section in _fitting(self.sheet, sections, room):
                y = _section(self.sheet, section, left, y)
            if has_map and facts.map is not None:
                _map(self.sheet, facts.map, left, y, floor)

    def _foot(self) -> float:
        """Version, day, sources at the bottom of the page; returns its upper edge."""
        lines = [line for each in self.facts.foot for line in self._clipped(each, INNER, SMALL, 3)]
        top = MARGIN + len(lines) * SMALL_STEP + 2
        self.sheet.stroke([shapely.LineString([(MARGIN, top), (MARGIN + INNER, top)])], RULE, 0.6)
        for at, line in enumerate(lines):
            self.sheet.text(MARGIN, top - (at + 1) * SMALL_STEP + 1, line, SMALL, colour=SOFT)
        return top + 5


def _clipped(sheet: Sheet, words: str, width: float, size: float, most: int = MOST_LINES) -> list[str]:
    """The words in at most so many lines, the last one ending in an ellipsis when there were more."""
    # Punctuation that may not begin a line hangs at the end of the one before: it needs the last letter's room.
    lines = sheet.wrapped(words, width - size, size)
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return [sheet.fitted(line, width, size, least=1.0)[0] for line in lines]


def _heading(sheet: Sheet, words: str, left: float, top: float, width: float) -> None:
    fitted, size = sheet.fitted(words, width, HEAD, bold=True, least=SMALL / HEAD)
    sheet.text(left, top - 12, fitted, size, bold=True, colour=ACCENT)
    sheet.stroke([shapely.LineString([(left, top - 16), (left + width, top - 16)])], ACCENT, 0.8)


def _tally(sheet: Sheet, tally: Tally, x: float, top: float, width: float, size: float) -> None:
    label, small = sheet.fitted(tally.label, width, SMALL, least=1.0)
    sheet.text(x, top - 10, label, small, colour=SOFT)
    number, size = sheet.fitted(tally.number, width, size, bold=True, least=SMALL / size)
    sheet.text(x, top - 28, number, size, bold=True, colour=_COLOURS[tally.tone])


def _sparkline(sheet: Sheet, run: Sequence[float], x: float, y: float, width: float, height: float) -> None:
    """The course as a line from its lowest to its highest, broken where nothing was reported; a dot at the end."""
    values = np.array(run, dtype=float)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < 2:
        return
    low, high = values[known].min(), values[known].max()
    across = x + width * np.arange(len(values)) / (len(values) - 1)
    up = (
        y + height * (values - low) / (high - low)
        if high > low
        else np.where(np.isnan(values), np.nan, y + height / 2)
    )
    points = [(float(a), float(b)) for a, b in zip(across, up, strict=True)]
    stretches = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    lines = [shapely.LineString([points[at] for at in each]) for each in stretches if len(each) > 1]
    sheet.stroke(lines, ACCENT, 1.2)
    for each in stretches:
        if len(each) == 1:  # a single report between two that are missing
            _dot(sheet, points[each[0]], 0.9)
    _dot(sheet, points[known[-1]], 2.0)


def _dot(sheet: Sheet, at: tuple[float, float], radius: float) -> None:
    sheet.circle(at[0], at[1], radius, ACCENT)


# ── sections ─────────────────────────────────────────────────────────────────────────────────
def _section(sheet: Sheet, section: Section, left: float, top: float) -> float:
    """Draw it; returns its lower edge."""
    _heading(sheet, section.title, left, top, COLUMN)
    y = top - 20
    if section.tallies:
        each = COLUMN / len(section.tallies)
        for at, tally in enumerate(section.tallies):
            _tally(sheet, tally, left + at * each, y, each - 4, 13.0)
        y -= 35
    if section.parts:
        y = _bar(sheet, section.parts, left, y)
    for row in section.rows:
        for at, line in enumerate(_row_lines(sheet, row)):
            _row_line(sheet, row, line, at == 0, left, y)
            y -= STEP
        if row.note:
            words = sheet.fitted(row.note, COLUMN, SMALL, least=1.0)[0]
            sheet.text(left, y - SMALL, words, SMALL, colour=SOFT)
            y -= SMALL_STEP
        y -= 3
    for line in _note_lines(sheet, section):
        sheet.text(left, y - SMALL, line, SMALL, colour=SOFT)
        y -= SMALL_STEP
    return y - 8


def _base_height(sheet: Sheet, section: Section) -> float:
    """What `_section` takes without its rows."""
    bar = 18 + SMALL_STEP * ((len(section.parts) + 1) // 2) + 4 if section.parts else 0
    return 28 + 35 * bool(section.tallies) + bar + SMALL_STEP * len(_note_lines(sheet, section))


def _fitting(sheet: Sheet, sections: Sequence[Section], room: float) -> list[Section]:
    """The sections with as many of their rows as there is room for, taken from the end of the longest list.

    After the rows go the notes, from the last section on, then whole sections.
    """
    shown = [_shortened(each, MOST_ROWS) for each in sections]
    tall = [[_row_height(sheet, row) for row in each.rows] for each in shown]
    while shown:
        over = (
            sum(_base_height(sheet, each) + sum(rows) for each, rows in zip(shown, tall, strict=True)) - room
        )
        if over <= 0:
            break
        longest = max(range(len(shown)), key=lambda at: len(tall[at]))
        noted = [at for at, each in enumerate(shown) if each.notes]
        if tall[longest]:
            tall[longest].pop()
            shown[longest] = _shortened(shown[longest], len(tall[longest]))
        elif noted:
            shown[noted[-1]] = replace(shown[noted[-1]], notes=shown[noted[-1]].notes[:-1])
        else:
            shown.pop()
            tall.pop()
    return shown


def _shortened(section: Section, most: int) -> Section:
    """The section with its first rows only; the others are counted."""
    left_out = max(0, len(section.rows) - most)
    return replace(section, rows=section.rows[:most], unlisted=section.unlisted + left_out)


def _row_height(sheet: Sheet, row: Row) -> float:
    return len(_row_lines(sheet, row)) * STEP + bool(row.note) * SMALL_STEP + 3


def _row_lines(sheet: Sheet, row: Row) -> list[str]:
    """The row's text as lines; the first leaves room for what stands before it and at its right."""
    if row.figure:
        room = COLUMN - sheet.measure(row.figure, BODY, bold=True) - 8
        return [sheet.fitted(row.text, room, BODY, least=SMALL / BODY)[0]]
    lead = f"{row.lead} " if row.lead else ""
    return _clipped(sheet, lead + row.text, COLUMN - 2, BODY)


def _row_line(sheet: Sheet, row: Row, line: str, is_first: bool, left: float, y: float) -> None:
    base = y - BODY
    if row.figure:
        words, size = sheet.fitted(
            row.text, COLUMN - sheet.measure(row.figure, BODY, bold=True) - 8, BODY, least=SMALL / BODY
        )
        sheet.text(left, base, words, size)
        sheet.text(left + COLUMN, base, row.figure, BODY, bold=True, align="right")
        return
    lead = row.lead if is_first and line.startswith(row.lead) else ""
    if lead:
        sheet.text(left, base, lead, BODY, colour=_COLOURS[row.tone])
    sheet.text(left + sheet.measure(lead, BODY), base, line[len(lead) :], BODY)


def _note_lines(sheet: Sheet, section: Section) -> list[str]:
    left_out = (f"另有{section.unlisted}{section.counted}没有列出。",) if section.unlisted else ()
    return [line for note in (*left_out, *section.notes) for line in _clipped(sheet, note, COLUMN, SMALL, 3)]


def _bar(sheet: Sheet, parts: Sequence[Part], left: float, top: float) -> float:
    """One bar that adds up, and below it each part's colour, name and figure, two to a line."""
    whole, x = sum(part.value for part in parts), left
    for part in parts:
        wide = COLUMN * part.value / whole if whole > 0 else 0.0
        sheet.box(x, top - 13, wide, 11, part.colour)
        x += wide
    sheet.frame(left, top - 13, COLUMN, 11, RULE, 0.5)
    y = top - 18
    for at, part in enumerate(parts):
        x = left + (at % 2) * COLUMN / 2
        sheet.box(x, y - 9.5, 8, 8, part.colour, RULE)
        words, size = sheet.fitted(f"{part.label} {part.figure}", COLUMN / 2 - 16, SMALL, least=1.0)
        sheet.text(x + 12, y - 9, words, size)
        if at % 2 or at == len(parts) - 1:
            y -= SMALL_STEP
    return y - 4


def _map(sheet: Sheet, card: CardMap, left: float, top: float, floor: float) -> None:
    """The villages with the classes beside them; where there is room, below them, and the map as wide as the column."""
    _heading(sheet, card.title, left, top, COLUMN)
    upper, picture = top - 21, card.picture
    labels = [f"{row.label} {row.count}".strip() for row in picture.legend]
    widest = max((sheet.measure(each, SMALL) for each in labels), default=0.0) + 16
    step, is_tall = SMALL_STEP + 3, upper - floor > TALL
    if is_tall:
        wide = (COLUMN - 8) / 2
        below = floor + step * ((len(labels) + 1) // 2) + 4
        box = (left, max(below, upper - MAP_MOST), left + COLUMN, upper)
        places = [(left + (at % 2) * (wide + 8), box[1] - 4 - at // 2 * step) for at in range(len(labels))]
    else:
        wide = min(0.56 * COLUMN, widest)
        box = (left, floor, left + COLUMN - wide - 8, upper)
        places = [(box[2] + 8, upper - 4 - at * step) for at in range(len(labels))]
    ground = ground_of(picture)
    draw_map(sheet, replace(picture, labels=()), ground, box, 1.0)
    _names(sheet, picture, ground, box)
    for (x, y), row, words in zip(places, picture.legend, labels, strict=True):
        sheet.box(x, y - 9, 10, 9, row.colour or HATCH_GROUND, RULE)
        if row.colour is None:
            hatched(sheet, [shapely.box(x, y - 9, x + 10, y)], 1.0)
        sheet.text(x + 15, y - 8, sheet.fitted(words, wide - 15, SMALL, least=1.0)[0], SMALL)


def _names(sheet: Sheet, picture: MapPicture, ground: Ground, box: Box) -> None:
    """The villages' names, as small as all small print and no smaller; one that finds no room is left out."""
    fit, room = fit_into(ground.extent, box), Room(box)
    first = sorted(picture.labels, key=lambda each: each.code != picture.outlined)
    for label in first:
        if label.level == "township":
            continue
        x, y = fit.points(ground.project(np.array([[label.lon, label.lat]])))[0].tolist()
        words = Candidate(x, y, (sheet.measure(label.text, 1.0),), SMALL)
        placed = room.place(words, ((1.0, 0.0), (1.0, 0.8), (1.0, -0.8)))
        if placed:
            sheet.text(x, placed.y - 0.36 * SMALL, label.text, SMALL, align="centre", halo=1.2)
