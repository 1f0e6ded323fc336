"""The XML parts of an .xlsx, looked through before anything is built from them.

In: bytes of a part. Out: how far a sheet's content reaches, what its formulas say, how long the shared texts
are. Refuses (ValueError) what is not well-formed and every document type declaration: office programs write
none, and entities that expand each other are declared in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from data_loaders.findings import Cell, Findings
from data_loaders.formulas import FormulaJudge, column_index, unescaped

_POSITION = re.compile(r"([A-Za-z]{1,4})(\d{1,8})")
_BLANK = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?/>')
_PLACELESS = re.compile(rb'<(?:[\w.-]+:)?c(?! r="[A-Z]+[0-9]+")[\s/>]')
_ANY_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_HEAD = rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?'
_PLAIN = re.compile(_HEAD.replace(b"([0-9]{1,7})", b"[0-9]{1,7}") + rb'(?: t="(?!e")[a-zA-Z]+")?><(?:v|is)>')
_PLAIN_ROW = re.compile(
    _HEAD.replace(b"([A-Z]{1,3})", b"[A-Z]{1,3}") + rb'(?: t="(?!e")[a-zA-Z]+")?><(?:v|is)>'
)
_COMPUTED = re.compile(
    _HEAD + rb'(?: t="([a-z]+)")?><f(?: [^<>]*)?(?:/>|>([^<>]*)</f>)(?:<v>([^<>]*)</v>|<v ?/>)?</c>'
)


def parse(content: bytes, prepare: Callable[[expat.XMLParserType], None] = lambda _: None) -> None:
    """Run `content` through a parser that `prepare` has given handlers; ValueError when it is not sound XML."""
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    prepare(parser)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError) as error:
        raise ValueError("not well-formed") from error


def _no_doctype(*_: object) -> None:
    raise ValueError("document type declaration")


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


def attribute(attributes: list[str], name: str) -> str:
    """An attribute's value from a list of names and values; blank when it is not there."""
    for at in range(0, len(attributes), 2):
        if attributes[at] == name:
            return attributes[at + 1]
    return ""


@dataclass
class SheetScan:
    """What one worksheet holds: rows and columns that its content spans, and what was noticed on the way."""

    rows: int = 0
    columns: int = 0
    filled: int = 0
    text_cells: int = 0  # whose text is in the shared table
    findings: Findings = field(default_factory=Findings)


class _Enough(Exception):
    """The sheet is refused anyway."""


def scan_sheet(content: bytes, most: int) -> SheetScan:
    """Look through a worksheet; cells that are only formatted are no content. Stops after `most` cells."""
    plain = _plain_scan(content)
    if plain is not None:
        parse(content)
        return plain
    walk = _SheetWalk(most)
    try:
        parse(content, walk.listen)
        walk.settle()
    except _Enough:
        pass
    return walk.scan


def _plain_scan(content: bytes) -> SheetScan | None:
    """The scan of a sheet that is written as most are, several times as fast; None when it is not.

    Sound XML without comments has no `<` but where a tag begins, so when every cell is spelled in one of the
    two ways that count below, nothing was overlooked.
    """
    if b"<!" in content or content.count(b"<?") > 1:
        return None
    columns, rows = _PLAIN.findall(content), _PLAIN_ROW.findall(content)
    computed = _COMPUTED.findall(content)
    if len(columns) + len(computed) != len(_ANY_CELL.findall(content)):
        return None
    rows += [cell[1] for cell in computed]
    columns += [cell[0] for cell in computed]
    scan = SheetScan(
        rows=max(map(int, set(rows)), default=0),
        columns=max((column_index(letters.decode()) + 1 for letters in set(columns)), default=0),
        filled=len(columns),
        text_cells=content.count(b' t="s"'),
    )
    judge = FormulaJudge(scan.findings)
    for letters, row, kind, formula, value in computed:
        cell = int(row) - 1, column_index(letters.decode())
        judge.note(cell, kind.decode(), unescaped(formula.decode()), value.decode())
    return scan


def without_blanks(content: bytes) -> bytes:
    """The part without cells that only carry a format, of which some programs write millions."""
    # A cell that does not name its place counts from the one before it, blank or not.
    return content if _PLACELESS.search(content) else _BLANK.sub(b"", content)


class _SheetWalk:
    """Where the walk through a sheet is, and what the cell has said of itself so far."""

    def __init__(self, most: int) -> None:
        self.scan, self.most = SheetScan(), most
        self.row, self.column = -1, -1
        self.cell: Cell = (0, 0)
        self.kind = self.value = ""
        self.formula: str | None = None
        self.heard: list[str] = []
        self.judge = FormulaJudge(self.scan.findings)

    def listen(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        parser.StartElementHandler = self.start

    def start(self, name: str, attributes: list[str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            self.begin(attributes)
        elif name in ("v", "is"):
            self.fill()
            if self.kind == "e" or self.formula is not None:
                self.hear()
        elif name == "f":
            self.formula = ""
            self.hear()
        elif name == "row":
            given = attribute(attributes, "r")
            self.row = int(given) - 1 if given else self.row + 1
            self.column = -1

    def begin(self, attributes: list[str]) -> None:
        self.settle()
        position = ""
        for at in range(0, len(attributes), 2):
            key = attributes[at]
            if key == "r":
                position = attributes[at + 1]
            elif key == "t":
                self.kind = attributes[at + 1]
        if position:
            self.cell = _cell(position)
            self.column = self.cell[1]
        else:
            self.column += 1
            self.cell = (self.row, self.column)

    def fill(self) -> None:
        scan, (row, column) = self.scan, self.cell
        scan.filled += 1
        if row >= scan.rows:
            scan.rows = row + 1
        if column >= scan.columns:
            scan.columns = column + 1
        if self.kind == "s":
            scan.text_cells += 1
        if scan.filled > self.most:
            raise _Enough

    def hear(self) -> None:
        self.heard = []
        self.parser.CharacterDataHandler = self.heard.append
        self.parser.EndElementHandler = self.end

    def end(self, name: str) -> None:
        if local(name) == "f":
            self.formula = "".join(self.heard)
        else:
            self.value += "".join(self.heard)
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None

    def settle(self) -> None:
        """Note what the cell's formula and error say; then forget them."""
        if self.kind == "e" or self.formula is not None:
            self.judge.note(self.cell, self.kind, self.formula, self.value)
        self.kind, self.value, self.formula = "", "", None


def _cell(position: str) -> Cell:
    match = _POSITION.fullmatch(position)
    if match is None:
        raise ValueError("cell reference")
    return int(match[2]) - 1, column_index(match[1])


def shared_lengths(content: bytes) -> list[int]:
    """Characters of each shared text of a workbook, formatting and phonetic hints included."""
    lengths: list[int] = []

    def start(name: str, _: list[str]) -> None:
        if local(name) == "si":
            lengths.append(0)

    def text(piece: str) -> None:
        if lengths:
            lengths[-1] += len(piece)

    def listen(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start
        parser.CharacterDataHandler = text

    parse(content, listen)
    return lengths


def shared_uses(content: bytes) -> list[int]:
    """Which shared text each cell of a worksheet refers to."""
    uses: list[int] = []
    heard: list[str] = []
    is_text = False

    def start(name: str, attributes: list[str]) -> None:
        nonlocal is_text
        name = local(name)
        if name == "c":
            is_text = attribute(attributes, "t") == "s"
        heard.clear()

    def end(name: str) -> None:
        if is_text and local(name) == "v":
            uses.append(int("".join(heard).strip() or 0))

    def listen(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = heard.append

    parse(content, listen)
    return uses
