"""What LibreOffice makes of an Office file: the paper as somebody sees it who opens and prints it.

In: a .docx, .pptx or .xlsx, and a folder to work in. Out: a picture and the text of each page, the fonts, and the
characters that no font could draw. Refuses (skips the test) where there is no LibreOffice; a file that it cannot open
fails the test.

    drawn = rendered(path, tmp_path)
    assert "2026年10月" in drawn.text  # no white space: look for "".join(words.split())
    assert drawn.undrawn == set()
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTCollection, TTFont, TTLibError

import bootstrap
from exports.fonts import SUFFIXES, system_folders

PATIENCE = 120  # s: the first start on two busy cores
_DPI = 90


@dataclass(frozen=True)
class Rendered:
    """The pages in order: `pages` their pictures (PNG), `texts` what they say."""

    pdf: Path
    pages: tuple[Path, ...]
    texts: tuple[str, ...]
    sizes_mm: tuple[tuple[float, float], ...]
    fonts: frozenset[str]  # embedded in the PDF, by PostScript name
    not_embedded: frozenset[str]
    undrawn: frozenset[str]  # characters for which the font has no glyph: empty boxes on the paper

    @property
    def text(self) -> str:
        """All pages without white space: a paper has it where lines end, and between Chinese and figures."""
        return "".join("".join(self.texts).split())


def office() -> str:
    """The program; skips the test that asks where there is none."""
    found = bootstrap.found_office()
    if found is None:
        pytest.skip(
            "没有 LibreOffice,跳过打开 docx、pptx 的测试(apt install libreoffice-writer libreoffice-impress)"
        )
    return found


def rendered(path: Path, folder: Path, *, dpi: int = _DPI) -> Rendered:
    """The file as PDF, made and left in `folder` with a PNG of each page beside it."""
    pdf = _pdf(path, folder)
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages, texts, sizes = [], [], []
        written: dict[str, set[str]] = {}
        embedded: dict[str, bool] = {}
        for number, page in enumerate(document, 1):
            picture = folder / f"{path.stem}-{number:02d}.png"
            page.render(scale=dpi / 72).to_pil().save(picture)
            pages.append(picture)
            words = page.get_textpage()
            texts.append(words.get_text_range())
            sizes.append((page.get_width() * 25.4 / 72, page.get_height() * 25.4 / 72))
            for font, character in _characters(words):
                written.setdefault(font, set()).add(character)
            embedded.update(_fonts(page))
    finally:
        document.close()
    return Rendered(
        pdf=pdf,
        pages=tuple(pages),
        texts=tuple(texts),
        sizes_mm=tuple(sizes),
        fonts=frozenset(name for name, is_in in embedded.items() if is_in),
        not_embedded=frozenset(name for name, is_in in embedded.items() if not is_in),
        undrawn=frozenset(each for font, used in written.items() for each in used - _drawable(font)),
    )


def _pdf(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pdf = folder / f"{path.stem}.pdf"
    pdf.unlink(missing_ok=True)
    done = subprocess.run(
        [
            office(),
            "--headless",
            "--norestore",
            f"-env:UserInstallation={_profile().as_uri()}",
            *("--convert-to", "pdf", "--outdir", str(folder), str(path)),
        ],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    assert pdf.exists(), f"LibreOffice 打不开 {path.name}:{done.stdout} {done.stderr}"
    return pdf


@cache
def _profile() -> Path:
    """A profile of this process's own: two LibreOffices with one profile would wait for each other."""
    folder = Path(tempfile.mkdtemp(prefix=f"guanmo-office-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _characters(words: pypdfium2.PdfTextPage) -> Iterator[tuple[str, str]]:
    """Each character that is drawn, with the PostScript name of its font."""
    name, flags, high = ctypes.create_string_buffer(256), ctypes.c_int(), 0
    for at in range(words.count_chars()):
        code = pdfium.FPDFText_GetUnicode(words, at)
        if 0xD800 <= code < 0xDC00:  # PDFium counts in UTF-16
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        if pdfium.FPDFText_IsGenerated(words, at) or chr(code).isspace():
            continue
        length = pdfium.FPDFText_GetFontInfo(words, at, name, len(name), flags)
        yield _plain_name(name.value.decode("utf-8", "replace") if length else ""), chr(code)


def _fonts(page: pypdfium2.PdfPage) -> Iterator[tuple[str, bool]]:
    name = ctypes.create_string_buffer(256)
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=15):
        font = pdfium.FPDFTextObj_GetFont(item)
        length = pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
        if length:
            yield (
                _plain_name(name.value.decode("utf-8", "replace")),
                pdfium.FPDFFont_GetIsEmbedded(font) == 1,
            )


def _plain_name(name: str) -> str:
    """BAAAAA+NotoSansCJKjp-Regular-VKana → NotoSansCJKjp-Regular: without the mark of a subset and of a variant."""
    return name.rpartition("+")[2].removesuffix("-VKana").removesuffix("-Alphabetic")


@cache
def _drawable(font: str) -> frozenset[str]:
    """The characters of one of the system's fonts; none for a font that is not found."""
    where = _system_fonts().get(font)
    if where is None:
        return frozenset()
    path, number = where
    with TTFont(path, fontNumber=number, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap() or {}))


@cache
def _system_fonts() -> dict[str, tuple[Path, int]]:
    """PostScript name → file and face."""
    known: dict[str, tuple[Path, int]] = {}
    for path in (each for top in system_folders() for each in sorted(top.rglob("*"))):
        if path.suffix.lower() not in SUFFIXES:
            continue
        try:
            if path.suffix.lower() in (".ttc", ".otc"):
                with TTCollection(str(path), lazy=True) as collection:
                    names = [str(each["name"].getDebugName(6)) for each in collection.fonts]
            else:
                with TTFont(path, lazy=True) as one:
                    names = [str(one["name"].getDebugName(6))]
        except (OSError, TTLibError, AssertionError, KeyError):
            continue
        for number, name in enumerate(names):
            known.setdefault(name, (path, number))
    return known
