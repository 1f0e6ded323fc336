"""Text of boundary files in whatever encoding it was written.

In: bytes of a CSV or GeoJSON, or a layer that GDAL opens. Out: text, or the layer's rows with text decoded.
Refuses to pass mojibake on: an encoding counts only when what it gives is Chinese (or plain ASCII).
"""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from faults import DataProblem

_CHINESE = re.compile(r"[一-鿿㐀-䶿豈-﫿𠀀-𳎯〇]")
# Beside ideographs a name may hold ASCII, CJK and full-width punctuation, numerals, pinyin with tone marks.
_EXPECTED = re.compile(
    r"[\x20-\x7e\s一-鿿㐀-䶿豈-﫿𠀀-𳎯〇-〿！-￮·•—–…“”‘’Ⅰ-Ⅻ①-⓿°′″āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüê]"
)


def decoded_text(content: bytes) -> str:
    """UTF-8 (with or without BOM), else GB18030: the encodings that Excel and GIS programs write here."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def is_readable(texts: list[str]) -> bool:
    """Whether decoded text is what Chinese attributes look like: no replacement characters, no stray scripts.

    GB2312 covers every character in ordinary use; text that was decoded wrongly is full of rarer ones.
    """
    written = "".join(texts)
    strange = [letter for letter in written if not _EXPECTED.match(letter)]
    chinese = _CHINESE.findall(written)
    rare = sum(1 for letter in chinese if not _is_common(letter))
    return not strange and rare <= 0.2 * len(chinese)


def _is_common(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def read_layer(file: Path, shown: str) -> gpd.GeoDataFrame:
    """The rows of the one layer in `file`; a shapefile's text by its .cpg, else UTF-8, else GB18030.

    `shown` is the name that the county knows the file by. Raises DataProblem when no encoding gives Chinese.
    """
    if file.suffix.lower() != ".shp":
        return pyogrio.read_dataframe(file)
    for encoding in dict.fromkeys(filter(None, (_code_page(file), "utf-8", "gb18030"))):
        try:
            rows = pyogrio.read_dataframe(file, encoding=encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        # UTF-8 proves itself: text in another encoding is hardly ever valid UTF-8, in any script.
        if encoding == "utf-8" or is_readable(_texts(rows)):
            return rows
    raise DataProblem(
        f"{shown}:属性表里的文字是乱码,按 UTF-8 和 GB18030 都读不出中文。请在 GIS 软件里用 UTF-8 重新导出。"
    )


def restore_index(file: Path) -> bool:
    """Write the .shx that a shapefile came without; whether there was anything to write. The folder is ours."""
    if file.suffix != ".shp" or file.with_suffix(".shx").exists():
        return False
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        pyogrio.list_layers(file)  # opening is enough
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return True


def _code_page(file: Path) -> str | None:
    """The encoding that a .cpg beside the shapefile names."""
    cpg = file.with_suffix(".cpg")
    if not cpg.exists():
        return None
    name = cpg.read_text(encoding="ascii", errors="replace").strip().lower()
    # ESRI writes bare code page numbers: 936 is GBK
    return f"cp{name}" if name.isdigit() else name


def _texts(rows: gpd.GeoDataFrame) -> list[str]:
    """Column names and every piece of text in the first thousand rows."""
    attributes = pd.DataFrame(rows.drop(columns="geometry")).head(1000)
    text = attributes.select_dtypes(include=["object", "str"])
    values = [str(value) for column in text for value in text[column].dropna()]
    return [*map(str, attributes.columns), *values]
