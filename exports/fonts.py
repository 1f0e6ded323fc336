"""A Chinese font for pictures: found among the system's own, or the one that the config names.

In: the folders in which systems keep fonts, and `[picture] font`. Out: files, and faces within collections,
that can be embedded. Refuses a font without the simplified characters that every picture needs, and variable
fonts, which would be embedded in their thinnest weight: a picture with empty boxes is no picture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from faults import DataProblem

# Regular and bold, best first; a file that holds both weights stands for both.
CANDIDATES: tuple[tuple[str, str], ...] = (
    ("msyh.ttc", "msyhbd.ttc"),  # Windows: 微软雅黑
    ("msyh.ttf", "msyhbd.ttf"),
    ("PingFang.ttc", "PingFang.ttc"),  # macOS: 苹方
    ("STHeiti Light.ttc", "STHeiti Medium.ttc"),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),  # Linux
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("SourceHanSans.ttc", "SourceHanSans.ttc"),  # 思源黑体
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("SourceHanSansCN-Regular.otf", "SourceHanSansCN-Bold.otf"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),  # 文泉驿
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc"),
    ("simhei.ttf", "simhei.ttf"),  # 黑体
    ("Deng.ttf", "Dengb.ttf"),  # 等线
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
)
# Where to look for a character that the font above lacks: village names have some of their own.
RARE = (
    "simsunb.ttf",  # Windows: 宋体-ExtB
    "SimsunExtG.ttf",
    "mingliub.ttc",
    "simsun.ttc",
    "PingFang.ttc",
    "Songti.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSerifCJK-Regular.ttc",
    "SourceHanSans.ttc",
    "PlangothicP1-Regular.ttf",
    "PlangothicP2-Regular.ttf",
    "HanaMinA.ttf",
    "HanaMinB.ttf",
    "wqy-zenhei.ttc",
    "DejaVuSans.ttf",
)
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
NEEDED = "县乡镇村亩未报送数据截至图例"

_NONE_FOUND = (
    "这台电脑没有能写进图片的中文字体。请安装“思源黑体”(Noto Sans CJK SC)或“微软雅黑”,"
    '或在 config.toml 的 [picture] 里用 font = "字体文件" 指明一个。'
)


@dataclass(frozen=True)
class Face:
    """One face of a font file; `number` counts within a collection (.ttc) and is 0 otherwise.

    `content`: a part of it that has been cut out for those characters that are needed (`exports.small_fonts`).
    """

    path: Path
    number: int = 0
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Fonts:
    """What a picture is written in; `bold` is the regular face again where there is no bold one."""

    regular: Face
    bold: Face


def find_fonts(configured: Path | None = None, folders: tuple[Path, ...] | None = None) -> Fonts:
    """The configured font, else the first of CANDIDATES in the system's folders.

    Raises DataProblem, in words for the person at the screen.
    """
    if configured is not None:
        face = face_in(configured)
        if face is None:
            raise DataProblem(
                f"[picture] 里的字体 {configured.name} 用不了:要一个存在的、有简体汉字的 "
                f"{'、'.join(SUFFIXES)} 文件(不能是可变字体)。请改 config.toml。"
            )
        return Fonts(face, face_in(configured, is_bold=True) or face)
    return _system_fonts(folders or system_folders())


def system_folders() -> tuple[Path, ...]:
    """Where Windows, macOS and Linux keep fonts, the machine's and the user's own."""
    home = Path.home()
    windows = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
    local = os.environ.get("LOCALAPPDATA")
    return (
        windows,
        *((Path(local) / "Microsoft" / "Windows" / "Fonts",) if local else ()),
        Path("/System/Library/Fonts"),
        Path("/Library/Fonts"),
        home / "Library" / "Fonts",
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local" / "share" / "fonts",
        home / ".fonts",
    )


@cache
def rare_faces(folders: tuple[Path, ...] | None = None) -> tuple[Face, ...]:
    """Fonts in which characters may be found that the main font lacks; none of them need have the common ones."""
    files = _files(folders or system_folders())
    return tuple(Face(files[name.lower()]) for name in RARE if name.lower() in files)


def _files(folders: tuple[Path, ...]) -> dict[str, Path]:
    """Font files by their name in small letters."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in _files_below(folder):
            files.setdefault(path.name.lower(), path)
    return files


@cache  # a font that was found stays; "none found" raises and is looked for again
def _system_fonts(folders: tuple[Path, ...]) -> Fonts:
    files = _files(folders)
    for regular_name, bold_name in CANDIDATES:
        regular = files.get(regular_name.lower())
        face = face_in(regular) if regular else None
        if face is None:
            continue
        bold = files.get(bold_name.lower())
        return Fonts(face, (face_in(bold, is_bold=True) if bold else None) or face)
    raise DataProblem(_NONE_FOUND)


def _files_below(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):  # says nothing of folders that are not there or not ours to read
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES):
                yield Path(where) / name


def face_in(path: Path, *, is_bold: bool = False) -> Face | None:
    """The face of the file to write simplified Chinese in, of the weight asked for if the file has several.

    None when the file cannot be read as a font, or has no face that will do.
    """
    if path.suffix.lower() not in SUFFIXES:
        return None
    try:
        if path.suffix.lower() in (".ttc", ".otc"):
            with TTCollection(str(path), lazy=True) as collection:
                numbers = [at for at, font in enumerate(collection.fonts) if _will_do(font)]
                if not numbers:
                    return None
                return Face(path, min(numbers, key=lambda at: _distance(collection.fonts[at], is_bold)))
        with TTFont(path, lazy=True) as font:
            return Face(path) if _will_do(font) else None
    except (OSError, TTLibError, AssertionError, KeyError, ValueError):
        return None


def _will_do(font: TTFont) -> bool:
    known = font.getBestCmap() or {}
    return "fvar" not in font and all(ord(each) in known for each in NEEDED)


def _distance(font: TTFont, is_bold: bool) -> tuple[bool, bool, int]:
    """How far a face is from what is wanted: simplified forms, proportional, the weight."""
    family = str(font["name"].getBestFamilyName() or "")
    words = family.split()
    weight = int(font["OS/2"].usWeightClass) if "OS/2" in font else 400
    # Faces of other regions write the same characters in other forms; a collection of one region has none named SC.
    return ("SC" not in words and "GB" not in words, "Mono" in words, abs(weight - (700 if is_bold else 400)))
