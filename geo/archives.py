"""A zip (or a lone shapefile) as sent → one layer's files under plain ASCII names in a temporary folder.

In: a .zip or .shp and an empty folder. Out: the path of the layer to read. Refuses entries that point
outside the archive, archives that expand beyond reason, and archives with no layer or more than one.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from faults import DataProblem

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 2_000

_LAYERS = (".shp", ".gpkg", ".geojson")
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_UTF8_FLAG = 0x800


def extract_layer(path: Path, folder: Path) -> Path:
    """Copy the one layer of `path` into `folder` as layer.*; DataProblem when there is not exactly one."""
    if path.suffix.lower() == ".shp":
        parts = [part for part in path.parent.iterdir() if part.stem == path.stem]
        for part in parts:
            if part.suffix.lower() in _SHAPEFILE_PARTS:
                shutil.copyfile(part, folder / f"layer{part.suffix.lower()}")
        return _complete(folder / "layer.shp", path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _extracted(archive, path, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError is what zipfile raises for a password
        raise DataProblem(f"{path.name}:压缩包打不开({error})。请重新压缩成不加密的 zip。") from error


def entry_name(entry: zipfile.ZipInfo) -> str:
    """An entry's name as its author saw it: Windows zips Chinese names in GBK and does not say so."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    try:
        stored = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return stored.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _extracted(archive: zipfile.ZipFile, path: Path, folder: Path) -> Path:
    entries = {entry_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    _check_safe(entries, path)
    # macOS zips carry a shadow of every file
    names = [PurePosixPath(name.replace("\\", "/")) for name in entries if not name.startswith("__MACOSX/")]
    layers = [name for name in names if name.suffix.lower() in _LAYERS]
    if len(layers) != 1:
        found = "、".join(str(name) for name in layers[:6]) or "没有"
        raise DataProblem(
            f"{path.name}:压缩包里应该正好有一个界线图层({'、'.join(_LAYERS)}),现在是:{found}。请只放一个。"
        )
    chosen = layers[0]
    originals = {PurePosixPath(name.replace("\\", "/")): entry for name, entry in entries.items()}
    for name in names:
        is_part = name.with_suffix("") == chosen.with_suffix("") and name.suffix.lower() in _SHAPEFILE_PARTS
        if name == chosen or (chosen.suffix.lower() == ".shp" and is_part):
            unpacked = folder / f"layer{name.suffix.lower()}"
            with archive.open(originals[name]) as packed, unpacked.open("wb") as out:
                shutil.copyfileobj(packed, out)
    return _complete(folder / f"layer{chosen.suffix.lower()}", path)


def _check_safe(entries: dict[str, zipfile.ZipInfo], path: Path) -> None:
    for name in entries:
        pure = PurePosixPath(name.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or ":" in name or "\0" in name:
            raise DataProblem(f"{path.name}:压缩包里的“{name}”指向压缩包以外,不能打开。请重新压缩。")
    unpacked = sum(entry.file_size for entry in entries.values())
    if unpacked > MAX_UNPACKED_BYTES or len(entries) > MAX_ENTRIES:
        raise DataProblem(
            f"{path.name}:解压后有 {unpacked / 1e6:.0f} MB、{len(entries)} 个文件,超出上限"
            f"({MAX_UNPACKED_BYTES / 1e6:.0f} MB、{MAX_ENTRIES} 个)。请只压缩界线文件。"
        )


def _complete(layer: Path, path: Path) -> Path:
    if layer.suffix == ".shp" and not layer.with_suffix(".dbf").exists():
        raise DataProblem(
            f"{path.name}:缺少 .dbf 文件,没有村名和代码。shapefile 要把 .shp、.shx、.dbf、.prj 一起提供。"
        )
    return layer
