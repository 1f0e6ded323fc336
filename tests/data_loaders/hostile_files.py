"""Files that are broken, or that somebody broke: each with what it must be refused as, and why it is here.

All of them are made small or sparse; what makes them dangerous is what they would become when opened.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from pathlib import Path

from data_loaders.compound import compound_file
from tests.small_county import TEA_HEADER, TEA_ROWS
from tests.workbook_formats import (
    ods,
    record,
    xls,
    xls_cells,
    xls_stream,
    xlsb,
    xlsb_sheet,
    xlsx,
    xlsx_parts,
    xlsx_sheet,
    zipped,
)

TEA = {"茶叶": [*TEA_HEADER, *TEA_ROWS]}
GOOD = xlsx(TEA)
BOMB = b"0" * 30_000_000


@dataclass(frozen=True)
class Hostile:
    """One file: where it lies below the raw folder, how it is made, the kind of its fault, and its reason."""

    name: str
    make: Callable[..., bytes | None]  # gives the content, or writes it at the path that it takes
    kind: str
    why: str
    says: str = ""  # in the message or the remedy

    def write(self, raw: Path) -> None:
        path = raw / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = self.make(path) if signature(self.make).parameters else self.make()
        if content is not None:
            path.write_bytes(content)


# ── pieces ─────────────────────────────────────────────────────────────────────────────────
def sheet(body: str) -> bytes:
    return f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode()


def book(body: str, **more: bytes) -> bytes:
    return xlsx({"茶叶": sheet(body)}, **more)


def with_part(name: str, content: bytes) -> bytes:
    return zipped({**xlsx_parts(TEA), name: content})


def lying_about_size() -> bytes:
    """The directory says that the sheet has 1,000 bytes; it has thirty million."""
    real = zipped({**xlsx_parts(TEA), "xl/worksheets/sheet1.xml": BOMB})
    return real.replace(struct.pack("<I", len(BOMB)), struct.pack("<I", 1_000))


def with_password() -> bytes:
    """A zip whose entries claim to be encrypted: the flag is what programs look at."""
    content = bytearray(zipped({"2026年5月.xlsx": GOOD}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        content[place + at] |= 1
    return bytes(content)


def with_link() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("2026年5月.xlsx")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "../../secret.xlsx")
    return target.getvalue()


def directory_bomb() -> bytes:
    """Twenty thousand files of no length."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.xlsx", b"")
    return target.getvalue()


def corrupt(content: bytes) -> bytes:
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(255 - byte for byte in content[middle : middle + 40])
        + content[middle + 40 :]
    )


def shared_text_bomb() -> bytes:
    """One text of 30,000 characters in 10,000 cells: 300 MB once every cell has its copy."""
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{at}{row}" t="s"><v>0</v></c>' for at in "ABCDEFGHIJ") + "</row>"
        for row in range(1, 1_001)
    )
    text = f'<sst count="1" uniqueCount="1"><si><t>{"字" * 30_000}</t></si></sst>'
    return book(rows, sharedStrings=text.encode())


def laughs(entity: str = "字" * 50) -> str:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "{entity}">{levels}]>'


def entity_bomb() -> bytes:
    return book(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        sharedStrings=f"<?xml version='1.0'?>{laughs()}<sst><si><t>&a9;</t></si></sst>".encode(),
    )


def external_entity() -> bytes:
    parts = xlsx_parts(TEA)
    declared = b'<!DOCTYPE workbook [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbook", declared, 1)
    return zipped(parts)


def merge_bomb() -> bytes:
    rows = [[1] * 300 for _ in range(300)]
    merged = "<mergeCells>" + '<mergeCell ref="A1:KN300"/>' * 2_000 + "</mergeCells></worksheet>"
    return xlsx({"茶叶": xlsx_sheet(rows).replace(b"</worksheet>", merged.encode())})


def one_part_many_sheets() -> bytes:
    rows = xlsx_sheet([[1] * 100 for _ in range(100)])
    parts = xlsx_parts({f"表{number}": rows if number == 1 else [] for number in range(1, 200)})
    name = "xl/_rels/workbook.xml.rels"
    for number in range(2, 200):
        parts[name] = parts[name].replace(f"sheet{number}.xml".encode(), b"sheet1.xml")
    return zipped(parts)


def chain_in_a_circle() -> bytes:
    content = bytearray(compound_file("Workbook", xls_stream(TEA) + bytes(40_000)))
    table = 4096
    struct.pack_into("<I", content, table + 4 * 4, 2)  # the fifth sector leads back to the third
    return bytes(content)


def sst_bomb() -> bytes:
    text = struct.pack("<HB", 8_000, 0) + b"x" * 8_000
    strings = record(0xFC, struct.pack("<II", 1, 1) + text)
    cells = b"".join(
        record(0xFD, struct.pack("<HHHI", row, at, 0, 0)) for row in range(1_000) for at in range(10)
    )
    return xls({"茶叶": cells}, strings)


def sparse(size: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write("乡镇,村\n".encode())
            file.truncate(size)

    return write


def link_to(target: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.symlink_to(target)

    return write


def link_out(path: Path) -> None:
    outside = path.parents[2] / "outside.xlsx"
    outside.write_bytes(GOOD)
    path.symlink_to(outside)


def pipe(path: Path) -> None:
    os.mkfifo(path)


HTML = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><table><tr><td>乡镇</td></tr></table></body></html>"
DAMAGED, FOREIGN, LOCKED, LARGE = "unreadable_file", "foreign_file", "encrypted_file", "over_limit"
REPEATED = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"/>'

FILES = [
    # ── nothing in it, or something else ──
    Hostile("月报/empty.xlsx", lambda: b"", DAMAGED, "a download that failed", "空的"),
    Hostile("月报/blank.csv", lambda: b" \r\n\t\r\n", DAMAGED, "only white space", "空的"),
    Hostile("月报/program.xlsx", lambda: b"MZ\x90\0" + bytes(500), FOREIGN, "a renamed .exe", "程序"),
    Hostile("月报/program.xls", lambda: b"\x7fELF" + bytes(500), FOREIGN, "a program for Linux", "程序"),
    Hostile("月报/paper.xlsx", lambda: b"%PDF-1.7\n" + bytes(500), FOREIGN, "a renamed PDF", "PDF"),
    Hostile(
        "月报/photo.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), FOREIGN, "a photo of the table", "图片"
    ),
    Hostile("月报/page.xls", lambda: HTML.encode(), FOREIGN, "an export that is a web page", "网页"),
    Hostile("月报/page-bom.xls", lambda: HTML.encode("utf-8-sig"), FOREIGN, "the same with BOM", "网页"),
    Hostile(
        "月报/mail.xls", lambda: b"MIME-Version: 1.0\r\n" + HTML.encode(), FOREIGN, "a web archive", "网页"
    ),
    Hostile(
        "月报/xml2003.xls",
        lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        FOREIGN,
        "XML of Excel 2003",
        "XML",
    ),
    Hostile("月报/letter.xls", lambda: compound_file("WordDocument", b"x"), FOREIGN, "a .doc", "Word"),
    Hostile("月报/letter.xlsx", lambda: zipped({"word/document.xml": b"<x/>"}), FOREIGN, "a .docx", "Word"),
    Hostile("月报/archive.xlsx", lambda: zipped({"a/1.txt": b"x"}), FOREIGN, "a zip called .xlsx", "压缩包"),
    Hostile("月报/packed.rar", lambda: b"Rar!\x1a\x07\x00" + bytes(99), FOREIGN, "a RAR", "RAR"),
    Hostile("月报/packed.xls", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(99), FOREIGN, "a renamed 7z", "7z"),
    Hostile("月报/words.xlsx", lambda: "没有表格的一段话".encode(), FOREIGN, "plain words", "分列"),
    Hostile("月报/data.csv", lambda: bytes(range(256)) * 9, FOREIGN, "bytes called .csv", "二进制"),
    Hostile(
        "月报/utf16.csv", lambda: "乡镇,村\n东山镇,河湾村".encode("utf-16-le"), FOREIGN, "UTF-16 without BOM"
    ),
    # ── damaged ──
    Hostile("月报/cut.xlsx", lambda: GOOD[: len(GOOD) // 2], DAMAGED, "half of an upload"),
    Hostile("月报/cut.xls", lambda: xls(TEA)[:9_000], DAMAGED, "half of an upload"),
    Hostile("月报/flipped.xlsx", lambda: corrupt(GOOD), DAMAGED, "a bad disk"),
    Hostile(
        "月报/no-relations.xlsx",
        lambda: zipped({"xl/workbook.xml": b"<workbook/>"}),
        DAMAGED,
        "parts missing",
    ),
    Hostile(
        "月报/not-xml.xlsx",
        lambda: with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        DAMAGED,
        "a sheet that breaks off",
    ),
    Hostile("月报/circle.xls", chain_in_a_circle, DAMAGED, "sectors that lead back to themselves"),
    Hostile(
        "月报/record.xls",
        lambda: compound_file("Workbook", xls_stream({"茶叶": struct.pack("<HH", 0x0203, 60_000)})),
        DAMAGED,
        "a record longer than the file",
    ),
    Hostile(
        "月报/record.xlsb",
        lambda: xlsb({"茶叶": b"\x00\xff\xff\xff\x7f"}),
        DAMAGED,
        "a record that claims 256 MB",
    ),
    Hostile(
        "月报/quote.csv",
        lambda: ('"东山镇,河湾村\n' + "石桥村,1\n" * 99).encode(),
        DAMAGED,
        "an open quote",
        "引号",
    ),
    Hostile(
        "月报/encoding.csv", lambda: b"\xff\xfa\x81\x20,\x81\x20" * 9, DAMAGED, "no encoding at all", "编码"
    ),
    # ── locked ──
    Hostile(
        "月报/locked.xlsx", lambda: compound_file("EncryptedPackage", b"x"), LOCKED, "saved with a password"
    ),
    Hostile("月报/locked.xls", lambda: xls(TEA, record(0x2F, bytes(54))), LOCKED, "the same in Excel 97"),
    Hostile(
        "月报/locked.ods",
        lambda: ods(TEA, "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
        LOCKED,
        "the same in LibreOffice",
    ),
    # ── bombs ──
    Hostile("月报/size.csv", sparse(60_000_000), LARGE, "a file of 60 MB", "file_mb"),
    Hostile(
        "月报/bomb.xlsx",
        lambda: with_part("xl/worksheets/sheet1.xml", BOMB + BOMB + BOMB),
        LARGE,
        "90 MB of XML in 90 KB",
        "unpacked_mb",
    ),
    Hostile("月报/ratio.xlsx", lambda: with_part("xl/styles.xml", BOMB), LARGE, "a thousand to one", "ratio"),
    Hostile("月报/lying.xlsx", lying_about_size, DAMAGED, "a directory that understates the sizes"),
    Hostile(
        "月报/parts.xlsx",
        lambda: zipped({**xlsx_parts(TEA), **{f"xl/{n}.xml": b"" for n in range(6_000)}}),
        LARGE,
        "6,000 parts",
        "entries",
    ),
    Hostile("月报/laughs.xlsx", entity_bomb, DAMAGED, "entities that expand each other"),
    Hostile("月报/entity.xlsx", external_entity, DAMAGED, "an entity that reads another file"),
    Hostile("月报/laughs.ods", lambda: ods(TEA, doctype=laughs()), DAMAGED, "the same in an .ods"),
    Hostile(
        "月报/corner.xlsx",
        lambda: book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        LARGE,
        "one cell in the last row and column",
        "茶叶",
    ),
    Hostile(
        "月报/corner-prefixed.xlsx",
        lambda: zipped(
            {
                **xlsx_parts(TEA),
                "xl/worksheets/sheet1.xml": b'<x:worksheet xmlns:x="x"><x:sheetData><x:row><x:c r="XFD1048576" a=">">'
                b"<x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>",
            }
        ),
        LARGE,
        "the same, spelled unusually",
    ),
    Hostile(
        "月报/corner.xls",
        lambda: xls({"茶叶": xls_cells([[1]]) + xls_cells([[1]], 65_535, 65_535)}),
        LARGE,
        "the same in Excel 97",
    ),
    Hostile(
        "月报/corner.xlsb",
        lambda: xlsb({"茶叶": xlsb_sheet([[1]], 1_048_575, 16_383)}),
        LARGE,
        "the same in binary",
    ),
    Hostile(
        "月报/repeated.ods",
        lambda: ods(
            {
                "茶叶": '<table:table-row table:number-rows-repeated="1000000">'
                f"{REPEATED.format(1_000)}</table:table-row>"
            }
        ),
        LARGE,
        "a cell repeated a billion times",
        "茶叶",
    ),
    Hostile(
        "月报/spaces.ods",
        lambda: ods(
            {
                "茶叶": '<table:table-row><table:table-cell office:value-type="string"><text:p>'
                '<text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row>'
            }
        ),
        LARGE,
        "two billion blanks",
    ),
    Hostile(
        "月报/placeless.xlsx",
        lambda: book("<row>" + "<c><v>1</v></c>" * 600 + "</row>"),
        LARGE,
        "600 columns",
        "columns",
    ),
    Hostile(
        "月报/rows.xlsx",
        lambda: book("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, 50_001))),
        LARGE,
        "a cell in row 50,001",
        "rows",
    ),
    Hostile(
        "月报/sheets.xlsx", lambda: xlsx({f"表{n}": [[1]] for n in range(301)}), LARGE, "301 sheets", "sheets"
    ),
    Hostile("月报/same-part.xlsx", one_part_many_sheets, LARGE, "one part listed as 199 sheets", "cells"),
    Hostile("月报/shared.xlsx", shared_text_bomb, LARGE, "a long text in 10,000 cells", "文字"),
    Hostile("月报/shared.xls", sst_bomb, LARGE, "the same in Excel 97", "文字"),
    Hostile(
        "月报/claims.xlsx",
        lambda: book("", sharedStrings=b'<sst uniqueCount="99999999999"><si><t>x</t></si></sst>'),
        DAMAGED,
        "a table that claims 10^11 texts",
    ),
    Hostile("月报/merged.xlsx", merge_bomb, DAMAGED, "2,000 merges on top of each other"),
    Hostile("月报/commas.csv", lambda: b"," * 3_000_000, LARGE, "three million columns", "cells"),
    # ── zips ──
    Hostile(
        "up.zip", lambda: zipped({"月报/2026年5月.xlsx": GOOD, "../x.xlsx": GOOD}), "unsafe_path", "a way out"
    ),
    Hostile("root.zip", lambda: zipped({"/etc/cron.d/x": b"x"}), "unsafe_path", "an absolute name"),
    Hostile("drive.zip", lambda: zipped({"C:\\Windows\\x.xlsx": GOOD}), "unsafe_path", "a drive"),
    Hostile("backslash.zip", lambda: zipped({"..\\..\\x.xlsx": GOOD}), "unsafe_path", "a way out of Windows"),
    Hostile("link.zip", with_link, "unsafe_path", "a link in a zip"),
    Hostile("password.zip", with_password, LOCKED, "a zip with a password", "密码"),
    Hostile("nested.zip", lambda: zipped({"里面.zip": zipped({"a": b""})}), "nested_zip", "a zip in a zip"),
    Hostile(
        "bomb.zip",
        lambda: zipped({f"{n}.csv": BOMB for n in range(2)}),
        LARGE,
        "a thousand to one",
        "ratio",
    ),
    Hostile("directory.zip", directory_bomb, LARGE, "20,000 empty files", "entries"),
    Hostile("cut.zip", lambda: zipped({"a.xlsx": GOOD})[:-100], DAMAGED, "half of an upload", "压缩包"),
    Hostile("text.zip", lambda: "只是文字".encode(), FOREIGN, "no zip at all"),
]

ON_UNIX = [
    Hostile("月报/outside.xlsx", link_out, "unsafe_path", "a link to a file elsewhere"),
    Hostile("elsewhere", link_to("/etc"), "unsafe_path", "a link to a folder elsewhere"),
    Hostile("月报/nowhere.xlsx", link_to("没有.xlsx"), "unsafe_path", "a link to nothing"),
    Hostile("月报/pipe.xlsx", pipe, "unsafe_path", "a pipe: opening it would wait for ever"),
]

TWO_GIGABYTES = struct.pack("<I", 2_000_000_000)


def claims_two_gigabytes() -> bytes:
    """What the directory says is believed: that much is not unpacked to find out."""
    shapes = zipped({"村界.shp": b"x" * 123_457, "村界.dbf": b"x"})
    return shapes.replace(struct.pack("<I", 123_457), TWO_GIGABYTES)


BOUNDARIES = [
    Hostile("界线/deep.geojson", lambda: b"[" * 200_000, DAMAGED, "brackets in brackets", "JSON"),
    Hostile(
        "界线/nan.geojson", lambda: b'{"type":"Point","coordinates":[NaN,1]}', DAMAGED, "no number", "NaN"
    ),
    Hostile("界线/crs.geojson", lambda: b'{"type":"Feature","crs":"x","geometry":1}', DAMAGED, "no geometry"),
    Hostile("界线/empty.csv", lambda: b"", DAMAGED, "a download that failed", "空的"),
    Hostile("界线/garbage.gpkg", lambda: b"SQLite format 3\0" + bytes(999), DAMAGED, "an empty database"),
    Hostile("界线/alone.shp", lambda: bytes(100), DAMAGED, "a shapefile without its parts", ".dbf"),
    Hostile(
        "界线/laughs.kml", lambda: f"{laughs()}<kml>&a9;</kml>".encode(), DAMAGED, "an entity bomb", "DOCTYPE"
    ),
    Hostile(
        "界线/up.zip", lambda: zipped({"../村界.shp": b"", "村界.dbf": b""}), DAMAGED, "a way out", "以外"
    ),
    Hostile("界线/large.zip", claims_two_gigabytes, DAMAGED, "two gigabytes", "超出上限"),
    Hostile("界线/password.zip", with_password, DAMAGED, "a zip with a password"),
]

ALL = [*FILES, *BOUNDARIES, *([] if os.name == "nt" else ON_UNIX)]

LITTER = {
    "月报/~$2026年3月.xlsx": b"\x05lock",
    "月报/.DS_Store": b"\0\0",
    "月报/Thumbs.db": b"\xd0\xcf\x11\xe0",
    "__MACOSX/月报/._2026年3月.xlsx": b"\0",
}
"""What programs leave beside the real files: passed over without a word."""
