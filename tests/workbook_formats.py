"""Workbooks in the formats that no library here writes, and zips with whatever one wants in them.

Small on purpose: each writer makes what the tests need and nothing else, byte by byte, so that a test can also
write what no program would.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from data_loaders.compound import compound_file

Rows = Sequence[Sequence[Any]]
Sheets = Mapping[str, Rows]


def zipped(files: Mapping[str, bytes], packed: bool = True) -> bytes:
    """A zip with these files, in this order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def zipped_on_windows(files: Mapping[str, bytes]) -> bytes:
    """The same with names in GBK and no word about it, as Explorer writes them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(_GbkName(name.encode("gbk").decode("cp437")), content)
    return target.getvalue()


class _GbkName(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


# ── .xlsx ──────────────────────────────────────────────────────────────────────────────────
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def column(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def xlsx_cell(row: int, at: int, value: Any) -> str:
    """A cell; text that begins with `<` is taken as the cell's own XML."""
    where = f'r="{column(at)}{row + 1}"'
    if isinstance(value, str) and value.startswith("<"):
        return value.replace("<c", f"<c {where}", 1)
    if isinstance(value, str):
        return f'<c {where} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c {where}><v>{value}</v></c>"


def xlsx_sheet(rows: Rows) -> bytes:
    lines = []
    for row, cells in enumerate(rows):
        written = "".join(xlsx_cell(row, at, cell) for at, cell in enumerate(cells) if cell != "")
        lines.append(f'<row r="{row + 1}">{written}</row>')
    return f"{_HEAD}<worksheet {_MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>".encode()


def xlsx_parts(sheets: Mapping[str, Rows | bytes], kind: str = "xml") -> dict[str, bytes]:
    """The parts of a workbook; a sheet may be given as its XML."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.{kind}"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{_HEAD}<Relationships {_PACKAGE}><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        f'Target="xl/workbook.{kind}"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        f"xl/_rels/workbook.{kind}.rels": f"{_HEAD}<Relationships {_PACKAGE}>{related}</Relationships>",
    }
    encoded = {name: part.encode() for name, part in parts.items()}
    for at, rows in enumerate(sheets.values(), 1):
        encoded[f"xl/worksheets/sheet{at}.xml"] = rows if isinstance(rows, bytes) else xlsx_sheet(rows)
    return encoded


def xlsx(sheets: Mapping[str, Rows | bytes], **more: bytes) -> bytes:
    """A workbook; `more` are further parts below xl/, such as sharedStrings."""
    return zipped({**xlsx_parts(sheets), **{f"xl/{name}.xml": part for name, part in more.items()}})


# ── .xlsb ──────────────────────────────────────────────────────────────────────────────────
def _record12(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, coded = len(body), []
    while True:
        coded.append(length & 0x7F | (0x80 if length > 127 else 0))
        length >>= 7
        if not length:
            return head + bytes(coded) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_sheet(rows: Rows, first_row: int = 0, first_column: int = 0) -> bytes:
    parts = [_record12(0x81), _record12(0x94, struct.pack("<4I", 0, len(rows), 0, 9)), _record12(0x91)]
    for row, cells in enumerate(rows, first_row):
        parts.append(_record12(0, struct.pack("<I", row) + bytes(13)))
        for at, cell in enumerate(cells, first_column):
            head = struct.pack("<II", at, 0)
            if isinstance(cell, str) and cell:
                parts.append(_record12(6, head + _wide(cell)))
            elif cell != "":
                parts.append(_record12(5, head + struct.pack("<d", cell)))
    return b"".join((*parts, _record12(0x92), _record12(0x82)))


def xlsb(sheets: Mapping[str, Rows | bytes]) -> bytes:
    parts = xlsx_parts(dict.fromkeys(sheets, ()), "bin")
    del parts["xl/workbook.xml"]
    listed = b"".join(
        _record12(0x9C, struct.pack("<II", 0, at) + _wide(f"rId{at}") + _wide(name))
        for at, name in enumerate(sheets, 1)
    )
    parts["xl/workbook.bin"] = b"".join(
        (_record12(0x83), _record12(0x8F), listed, _record12(0x90), _record12(0x9D), _record12(0x84))
    )
    for at, rows in enumerate(sheets.values(), 1):
        del parts[f"xl/worksheets/sheet{at}.xml"]
        parts[f"xl/worksheets/sheet{at}.bin"] = rows if isinstance(rows, bytes) else xlsb_sheet(rows)
    return zipped(parts)


# ── .ods ───────────────────────────────────────────────────────────────────────────────────
_ODS_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods_rows(rows: Rows) -> str:
    """Rows of cells; text that begins with `<` is taken as the cell's own XML."""
    lines = []
    for cells in rows:
        written = []
        for cell in cells:
            if isinstance(cell, str) and cell.startswith("<"):
                written.append(cell)
            elif isinstance(cell, str) and cell:
                text = f"<text:p>{escape(cell)}</text:p>"
                written.append(f'<table:table-cell office:value-type="string">{text}</table:table-cell>')
            elif cell == "":
                written.append("<table:table-cell/>")
            else:
                written.append(f'<table:table-cell office:value-type="float" office:value="{cell}"/>')
        lines.append(f"<table:table-row>{''.join(written)}</table:table-row>")
    return "".join(lines)


def ods(sheets: Mapping[str, Rows | str], manifest: str = "", doctype: str = "") -> bytes:
    """A spreadsheet; a sheet may be given as the XML of its rows."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{rows if isinstance(rows, str) else ods_rows(rows)}</table:table>'
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content {_ODS_NAMES} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    listed = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}</manifest:manifest>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": listed.encode(),
            "content.xml": content.encode(),
        }
    )


# ── .xls ───────────────────────────────────────────────────────────────────────────────────
def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_cells(rows: Rows, first_row: int = 0, first_column: int = 0) -> bytes:
    parts = []
    for row, cells in enumerate(rows, first_row):
        for at, cell in enumerate(cells, first_column):
            head = struct.pack("<HHH", row, at, 0)
            if isinstance(cell, str) and cell:
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                parts.append(record(0x0204, head + text))
            elif cell != "":
                parts.append(record(0x0203, head + struct.pack("<d", cell)))
    return b"".join(parts)


def xls_stream(sheets: Mapping[str, Rows | bytes], globals_: bytes = b"") -> bytes:
    """A workbook stream; a sheet may be given as its records, `globals_` go before the list of sheets."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + globals_
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets]
    position = len(begin) + sum(4 + 6 + len(name) for name in names) + 4
    listed, bodies = [], []
    for name, rows in zip(names, sheets.values(), strict=True):
        cells = rows if isinstance(rows, bytes) else xls_cells(rows)
        body = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A)
        listed.append(record(0x85, struct.pack("<IBB", position, 0, 0) + name))
        bodies.append(body)
        position += len(body)
    return b"".join((begin, *listed, record(0x0A), *bodies))


def xls(sheets: Mapping[str, Rows | bytes], globals_: bytes = b"") -> bytes:
    return compound_file("Workbook", xls_stream(sheets, globals_))
