"""A workbook that is a zip (.xlsx .xlsm .xlsb .ods), checked and packed anew.

In: the file's bytes. Out: a `CheckedWorkbook` with only the parts that hold tables, each expanded once, within
bounds, and looked through. Refuses bombs of every kind before they go off: sizes, ratios, entity declarations,
a lone cell in the last row and column, repeated rows, a long text that a million cells share.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.parsers import expat

from data_loaders import biff12
from data_loaders.content import foreign
from data_loaders.findings import CheckedWorkbook, Findings
from data_loaders.limits import MB, Budget, check_archive, damaged, encrypted, refusal, too_many_entries
from data_loaders.ods_xml import check_ods
from data_loaders.sheet_xml import (
    SheetScan,
    attribute,
    local,
    parse,
    scan_sheet,
    shared_lengths,
    shared_uses,
    without_blanks,
)
from settings import Limits
from zips import BROKEN, entry_name, is_encrypted, lists_more_than, read_entry

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# Parts of an Office workbook that hold no cells: never expanded, never passed on.
_NO_CELLS = re.compile(
    r"/(?:media|theme|drawings|charts|embeddings|printersettings|externallinks|pivotcache|pivottables|tables|ctrlprops|"
    r"threadedcomments|persons|activex|querytables|slicers|slicercaches|timelines|timelinecaches|model|xmlmaps)\b"
    r"|^(?:customxml|docprops)/|(?:vbaproject|vbadata|calcchain|comments\d*|connections|metadata|revisions)\.\w+$"
    r"|worksheets/_rels/"
)
_BOOKS = {"xlsx": re.compile(r"(?:^|/)workbook\d*\.xml$"), "xlsb": re.compile(r"(?:^|/)workbook\.bin$")}
_TABLE_PARTS = (".xml", ".rels", ".bin")
_UNIQUE_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"']\s*(\d+)")


def check_package(content: bytes, file: str, limits: Limits) -> CheckedWorkbook:
    """The workbook in a zip; a Refusal when it is none, is locked, or is more than anybody may send."""
    try:
        if lists_more_than(io.BytesIO(content), limits.entries):
            raise too_many_entries(file, limits)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked(archive, file, limits)
    except (*BROKEN, StopIteration, LookupError) as error:
        raise damaged(file) from error


def _checked(archive: zipfile.ZipFile, file: str, limits: Limits) -> CheckedWorkbook:
    by_name = {entry_name(entry).replace("\\", "/").lstrip("/"): entry for entry in archive.infolist()}
    if any(map(is_encrypted, by_name.values())):
        raise encrypted(file)
    # Two parts whose names differ in case only would be one part to one program and another to the next.
    entries = {name: by_name[name] for name in {name.lower(): name for name in by_name}.values()}
    kind = _kind(archive, entries, file, limits)
    wanted = {name: entry for name, entry in entries.items() if _holds_cells(name, kind)}
    check_archive(list(wanted.values()), file, limits, limits.unpacked_mb, "unpacked_mb")
    most = int(limits.unpacked_mb * MB)
    parts = {name: read_entry(archive, entry, most) for name, entry in wanted.items()}
    if kind == "ods":
        return _ods(parts, file, limits)
    return _office(parts, kind, file, limits, any("/externallinks/" in name.lower() for name in entries))


def _kind(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], file: str, limits: Limits) -> str:
    names = {name.lower() for name in entries}
    if "mimetype" in entries:
        if read_entry(archive, entries["mimetype"], int(limits.file_mb * MB)).strip() == _ODS_TYPE:
            return "ods"
        raise foreign(file, "别的办公文件", "请换成 Excel、WPS 表格或 CSV 文件。")
    for kind, book in _BOOKS.items():
        if any(map(book.search, names)):
            return kind
    if any(name.startswith("word/") for name in names):
        raise foreign(file, "Word 文档(.docx)", "请把表格复制到 Excel 或 WPS 表格里,另存为 .xlsx。")
    if any(name.startswith("ppt/") for name in names):
        raise foreign(file, "PPT 演示文稿", "请换成 Excel、WPS 表格或 CSV 文件。")
    if "[content_types].xml" in names or not names:
        raise damaged(file)
    raise refusal(
        "foreign_file",
        file,
        "内容是压缩包,不是表格,没有打开",
        "请把扩展名改回 .zip,或解压后放进原始数据文件夹。",
        found="zip 压缩包",
        expected="Excel、WPS 表格、ODS 或 CSV",
    )


def _holds_cells(name: str, kind: str) -> bool:
    if kind == "ods":
        return name in ("mimetype", "content.xml", "META-INF/manifest.xml")
    lower = name.lower()
    return lower.endswith(_TABLE_PARTS) and not _NO_CELLS.search(lower)


def _ods(parts: dict[str, bytes], file: str, limits: Limits) -> CheckedWorkbook:
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise encrypted(file)
    parse(parts["META-INF/manifest.xml"])
    sheets = check_ods(parts["content.xml"], Budget(file, limits))
    return CheckedWorkbook(_packed(parts), sheets)


def _office(
    parts: dict[str, bytes], kind: str, file: str, limits: Limits, is_linked: bool
) -> CheckedWorkbook:
    budget = Budget(file, limits)
    folded = {name.lower(): name for name in parts}
    book = next(name for low, name in folded.items() if _BOOKS[kind].search(low))
    folder, suffix = posixpath.dirname(book), "bin" if kind == "xlsb" else "xml"

    def beside(path: str) -> str | None:
        return folded.get(posixpath.join(folder, path).lower())

    listed = (biff12.listed_sheets if kind == "xlsb" else _listed_sheets)(parts[book])
    budget.count_sheets(len(listed))
    relations = folded[posixpath.join(folder, "_rels", posixpath.basename(book) + ".rels").lower()]
    targets = _targets(parts[relations])
    texts = beside(f"sharedStrings.{suffix}")
    lengths = _shared_lengths(parts[texts], kind) if texts else []
    if kind == "xlsb":
        parts[book] = biff12.only_sheets(parts[book])
    sheets: dict[str, Findings] = {}
    scans: dict[str, tuple[SheetScan, int]] = {}
    for sheet, relation in listed:
        path = posixpath.normpath(posixpath.join("/", folder, targets[relation]))
        name = folded[path.lstrip("/").lower()]
        if name not in scans:
            parts[name] = parts[name] if kind == "xlsb" else without_blanks(parts[name])
            scans[name] = _scan(parts[name], kind, lengths, limits)
        scan, text = scans[name]
        budget.take(sheet, scan.rows, scan.columns, text, scan.filled)
        sheets[sheet] = scan.findings
    # What was not looked at is not passed on.
    few = {name for name in (beside(f"styles.{suffix}"), folded.get("_rels/.rels"), _types(folded)) if name}
    for name in few:
        if name.lower().endswith((".xml", ".rels")):
            parse(parts[name])
    kept = {book, relations, *scans, *few, *([texts] if texts else [])}
    content = _packed({name: part for name, part in parts.items() if name in kept})
    return CheckedWorkbook(content, sheets, has_external_links=is_linked and kind == "xlsb")


def _types(folded: dict[str, str]) -> str | None:
    return folded.get("[content_types].xml")


def _scan(part: bytes, kind: str, lengths: list[int], limits: Limits) -> tuple[SheetScan, int]:
    if kind == "xlsb":
        return biff12.scan_sheet_part(part, lengths, limits.cells)
    scan = scan_sheet(part, limits.cells)
    # The reader copies a shared text into every cell that refers to it; counting them one by one is slow.
    text = scan.text_cells * max(lengths, default=0)
    if text > limits.unpacked_mb * MB / 4:
        text = sum(lengths[use] for use in shared_uses(part))
    return scan, text


def _shared_lengths(shared: bytes, kind: str) -> list[int]:
    if kind == "xlsb":
        return biff12.text_lengths(shared)
    # The reader sets memory aside for as many texts as the part claims to have.
    if any(int(claim) > len(shared) for claim in _UNIQUE_COUNT.findall(shared)):
        raise ValueError("more texts than bytes")
    return shared_lengths(shared) if shared else []


def _listed_sheets(book: bytes) -> list[tuple[str, str]]:
    """Name and relationship id of every sheet."""
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: list[str]) -> None:
        if local(name) == "sheet":
            ids = [attributes[at + 1] for at in range(0, len(attributes), 2) if local(attributes[at]) == "id"]
            found.append((attribute(attributes, "name"), ids[0] if ids else ""))

    def listen(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start

    parse(book, listen)
    return found


def _targets(relations: bytes) -> dict[str, str]:
    """Relationship id → the part that it leads to."""
    found: dict[str, str] = {}

    def start(name: str, attributes: list[str]) -> None:
        if local(name) == "Relationship" and attribute(attributes, "TargetMode") != "External":
            found[attribute(attributes, "Id")] = attribute(attributes, "Target").replace("\\", "/")

    def listen(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start

    parse(relations, listen)
    return found


def _packed(parts: dict[str, bytes]) -> bytes:
    """The parts in a new zip, not compressed: it is read once, from memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return target.getvalue()
