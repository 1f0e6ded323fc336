"""Every file that the app offers, from a county whose every text tries to be a formula, a link, a tag or a template.

Which files there are is asked of the seam (ui.downloads.EXPORTS): one that is added there and not taken here fails.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from lxml import etree  # type: ignore[import-untyped]
from PIL import Image
from pptx import Presentation

from exports.fonts import Fonts
from records import scores
from records.agendas import save_agenda
from settings.meeting import Agenda, AgendaItem
from tests.exports.conftest import fonts
from tests.pages import county, hostile_county
from tests.pages.conftest import Open, Opened, unfold, walk
from ui import cached, downloads, map_picture, scoring_chair
from ui.meeting_snapshots import keep

__all__ = ["fonts"]

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
PROOF = b"%PDF-1.4 as somebody sent it"
# Drawn by the browser from what the page shows: tests/browser/test_charts.py looks at it.
NOT_OURS = {"chart_png"}
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("overview", {}),
    ("map", {"indicator": "tea_garden_area"}),
    ("industry", {}),
    ("enterprises", {"part": "名单"}),
    ("ranking", {}),
    ("rectification", {"part": "清单"}),
    ("observation", {"part": "路线"}),
    ("quality", {"part": "检查问题"}),
)

Taken = dict[str, tuple[str, bytes]]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Each export that a page offers, made at once, with its file's name; the first of each kind."""
    found: Taken = {}
    real = downloads.offer

    def noted(name: str, label: str, make: Callable[[], bytes], **more: Any) -> None:
        if name not in found:
            found[name] = more["file_name"], make()
        real(name, label, make, **more)

    monkeypatch.setattr(downloads, "offer", noted)
    return found


def pressed(page: Opened, key: str) -> None:
    page.app.button(key=key).click().run()
    assert not page.app.exception, [each.value for each in page.app.exception]


def unfold_charts(page: Opened) -> None:
    found = next(
        each.proto.popover.id
        for each in walk(page.app._tree)
        if "gm_take_" in getattr(getattr(getattr(each, "proto", None), "popover", None), "id", "")
    )
    unfold(page, found[found.index("gm_take_") :])


def scored(route: str) -> None:
    made = scoring_chair.make_round(
        cached.current(), route, hostile_county.FORMULAS[0], 1, hostile_county.WORDS[3]
    )
    folder = scoring_chair.folder()
    scores.open_stops(folder, made.id, NOW)
    for code in scores.codes(folder, made.id):
        for stop in made.stops:
            scores.give(folder, code.code, stop.key, [50, 30], NOW)
    scores.close_stops(folder, made.id, NOW)
    scores.reveal(folder, made.id, 20, NOW)


@pytest.fixture
def everything(
    prepared: Path, fonts: Fonts, open_page: Open, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> Taken:
    """All files, taken from their pages as a reader would."""
    folder = prepared.parent
    proof = folder / "proof"
    config = hostile_county.CONFIG.replace("[paths]", "[paths]\nevidence = 'proof'")
    (folder / "config.toml").write_text(config, encoding="utf-8")
    then = hostile_county.write(prepared, config.replace("=1+1 {{7*7}} <img src=x>", "=2+2 ${7*7}"))
    snapshot = keep(hostile_county.FORMULAS[1], then, county.AS_OF, None)
    hostile_county.write(prepared, config)
    data = cached.current()
    problem = str(data.problems.loc[data.problems["problem_id"].str.endswith("W003"), "problem_id"].iloc[0])
    (proof / problem).mkdir(parents=True)
    (proof / problem / "=1+1.pdf").write_bytes(PROOF)
    items = tuple(
        AgendaItem(
            page=page, choices=choices, title=hostile_county.WORDS[at][:40], say=hostile_county.WORDS[-at - 1]
        )
        for at, (page, choices) in enumerate(VIEWS)
    )
    save_agenda(cached.config().paths.records, Agenda(name="=1+1{{7*7}}", items=items), NOW, None)
    route = str(data.stops["route"].iloc[0])
    scored(route)

    page = open_page("ranking")
    unfold_charts(page)
    page = open_page("map", where="tea_garden_area>=430", indicator="tea_garden_area", period="2026-10")
    unfold(page, "map_picture")
    page.app.session_state["picture_kind"] = map_picture.PNG
    page.app.run()
    open_page("enterprises", part="名单")
    open_page("rectification", part="举一反三")
    page = open_page("rectification", part="清单", problem=problem)
    page = open_page("rectification", part="责任")
    unfold(page, "papers_units")
    page.app.selectbox(key="papers_of").select_index(1).run()
    open_page("rectification", part="随机抽查", seed="1")
    open_page("observation", part="路线")
    page = open_page("observation", part="评分")
    unfold(page, "score_codes_box")
    open_page("papers")
    pressed(open_page("papers", part="汇报"), "slides_make")
    pressed(open_page("papers", part="一口清", place=county.SHIMEN), "cards_villages")
    open_page("meeting", part="快照对比", then=snapshot.id)
    open_page("quality", part="检查问题")
    return taken


def test_no_export_takes_a_ledgers_words_for_anything_but_words(everything: Taken):
    assert set(everything) == set(downloads.EXPORTS) - NOT_OURS
    wrong = [
        f"{name}: {fault}"
        for name, (file, content) in everything.items()
        if name != "evidence"
        for fault in (*name_faults(file), *faults(downloads.EXPORTS[name].kind, content))
    ]
    assert not wrong, "\n".join(wrong)
    assert everything["evidence"][1] == PROOF
    said = plain("".join(texts(everything[name][1]) for name in ("bulletin", "slides")))
    for each in ("{{7*7}}", "${7*7}", "<img src=x onerror=alert(1)>"):
        assert plain(each) in said  # as it was written, neither worked out nor dropped


# ── what must not be in a file ───────────────────────────────────────────────────────────────
def name_faults(file: str) -> list[str]:
    bad = re.search(r'[\\/:*?"<>|\x00-\x1f\x7f]', file)
    return [f"its name is {file!r}"] if bad or len(file) > 150 else []


def faults(kind: str, content: bytes) -> list[str]:
    """What is wrong with a file of that kind; it is opened first, as its own program would."""
    return {
        "xlsx": xlsx_faults, "docx": docx_faults, "pptx": pptx_faults, "csv": csv_faults, "pdf": pdf_faults,
        "png": png_faults, "zip": zip_faults,
    }[kind](content)  # fmt: skip


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def package_faults(content: bytes) -> list[str]:
    """Of any Office file: parts that are no XML, ways out of it, programs in it."""
    wrong = []
    for name, part in parts(content).items():
        if name.endswith((".xml", ".rels", ".vml")):
            etree.fromstring(part)
        if name.endswith(".rels") and b'TargetMode="External"' in part:
            wrong.append(f"{name} leads out of the file")
        if re.search(r"vbaProject|externalLink|activeX|oleObject", name):
            wrong.append(f"{name} is in it")
    return wrong


def xlsx_faults(content: bytes) -> list[str]:
    wrong = package_faults(content)
    for page in openpyxl.load_workbook(io.BytesIO(content)):
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    wrong.append(f"{page.title}!{cell.coordinate} is a formula: {str(cell.value)[:60]}")
                if cell.hyperlink and (cell.hyperlink.target or "").startswith("http"):
                    wrong.append(f"{page.title}!{cell.coordinate} is a link")
    for name, part in parts(content).items():
        if name.startswith("xl/worksheets/sheet") and re.search(rb"<f[ >]", part):
            wrong.append(f"{name} has a formula")
    return wrong


def csv_faults(content: bytes) -> list[str]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [
        f"a field begins like a formula: {cell[:40]!r}"
        for row in rows
        for cell in row
        if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not _is_number(cell)
    ]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def docx_faults(content: bytes) -> list[str]:
    docx.Document(io.BytesIO(content))
    wrong = package_faults(content)
    for name, part in parts(content).items():
        if not name.endswith(".xml"):
            continue
        codes = [each.text for each in etree.fromstring(part).iter("{*}instrText", "{*}fldSimple")]
        if any(code != "PAGE" for code in codes):
            wrong.append(f"{name} has field codes: {codes}")
    return wrong


def pptx_faults(content: bytes) -> list[str]:
    Presentation(io.BytesIO(content))
    wrong = package_faults(content)
    for name, part in parts(content).items():
        if name.endswith(".xlsx"):
            wrong += [f"{name}: {each}" for each in xlsx_faults(part)]
        if re.fullmatch(r"ppt/slides/slide\d+\.xml", name) and b"hlinkClick" in part:
            wrong.append(f"{name} has a link")
    return wrong


def pdf_faults(content: bytes) -> list[str]:
    raw = pypdfium2.raw
    wrong = [f"it holds {sign.decode()}" for sign in (b"/JavaScript", b"/URI", b"/Launch") if sign in content]
    for at, page in enumerate(pypdfium2.PdfDocument(content), 1):
        if raw.FPDFPage_GetAnnotCount(page):
            wrong.append(f"page {at} has annotations")
    return wrong


def png_faults(content: bytes) -> list[str]:
    Image.open(io.BytesIO(content)).verify()
    return []


def zip_faults(content: bytes) -> list[str]:
    wrong = []
    for name, part in parts(content).items():
        wrong += [f"{name}: {each}" for each in (*name_faults(name), *faults(name.rpartition(".")[2], part))]
    return wrong


def texts(content: bytes) -> str:
    """All words of a Word file or of slides."""
    return "".join(
        each.text or ""
        for name, part in parts(content).items()
        if re.fullmatch(r"word/document\.xml|ppt/slides/slide\d+\.xml", name)
        for each in etree.fromstring(part).iter("{*}t")
    )


def plain(words: str) -> str:
    """Without the punctuation of print, and without white space."""
    return "".join(words.translate(str.maketrans("，：；（）", ",:;()")).split())
