"""A zip (or a lone shapefile) as sent → one layer's files under plain ASCII names in a temporary folder.

In: a .zip or .shp and an empty folder. Out: the path of the layer to read. Refuses entries that point
outside the archive, archives that expand beyond reason, and archives with no layer or more than one.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from faults import DataProblem
from zips import BROKEN, entry_name, extract_entry, is_litter, leads_outside, lists_more_than

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_ENTRIES = 2_000

_LAYERS = (".shp", ".gpkg", ".geojson", ".kml")
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def extract_layer(path: Path, folder: Path) -> Path:
    """Copy the one layer of `path` into `folder` as layer.*; DataProblem when there is not exactly one."""
    if path.suffix.lower() == ".shp":
        parts = [part for part in path.parent.iterdir() if part.stem == path.stem]
        for part in parts:
            if part.suffix.lower() in _SHAPEFILE_PARTS:
                shutil.copyfile(part, folder / f"layer{part.suffix.lower()}")
        return _complete(folder / "layer.shp", path)
    try:
        with path.open("rb") as file:
            if lists_more_than(file, MAX_ENTRIES):
                raise DataProblem(f"{path.name}:压缩包里的文件多于 {MAX_ENTRIES} 个。请只压缩界线文件。")
        with zipfile.ZipFile(path) as archive:
            return _extracted(archive, path, folder)
    except BROKEN as error:
        raise DataProblem(f"{path.name}:压缩包打不开({error})。请重新压缩成不加密的 zip。") from error


def _extracted(archive: zipfile.ZipFile, path: Path, folder: Path) -> Path:
    entries = {entry_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    _check_safe(entries, path)
    names = [PurePosixPath(name.replace("\\", "/")) for name in entries if not is_litter(name)]
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
            extract_entry(archive, originals[name], unpacked, MAX_UNPACKED_BYTES)
    return _complete(folder / f"layer{chosen.suffix.lower()}", path)


def _check_safe(entries: dict[str, zipfile.ZipInfo], path: Path) -> None:
    for name in entries:
        if leads_outside(name):
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
    if layer.suffix == ".shp":
        content = layer.read_bytes()
        # Bytes 24–27 of a .shp are its own length in 16-bit words. GDAL passes over shapes that were cut off.
        if len(content) < 100 or len(content) < 2 * int.from_bytes(content[24:28], "big"):
            raise DataProblem(f"{path.name}:.shp 文件不完整,后面的图形缺了。请重新复制或导出。")
    return layer
