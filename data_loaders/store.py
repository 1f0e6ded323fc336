"""A published data set → one immutable `Dataset` in memory.

Reads `CURRENT`, then only inside that version's folder, and checks every file against the manifest: what it
returns is one whole version or a DataProblem in words for the person at the screen. Writes nothing but the pins by which
publishing knows the versions that it must leave.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as parquet

from data_loaders.contract import (
    ADDED,
    SPEC_VERSION,
    TABLES,
    Dataset,
    Manifest,
    MapLayer,
    SourceFile,
    conform,
)
from data_loaders.folder import CONFIG, CURRENT, FAULTS, MANIFEST, PINNED, VERSIONS, sync_folder
from faults import DataProblem
from settings import ConfigProblem, parse_settings

_VERSION = re.compile(r"\d{8}-[0-9a-f]{16}")
_LAYER = re.compile(r"(?:county|township|village)\.[0-9a-f]{16}\.geojson")

_AGAIN = "请运行 prepare.py 重新准备数据。"


def current_version(prepared: Path) -> str:
    """Name of the version that CURRENT points to; raises DataProblem when nothing is published."""
    try:
        name = (prepared / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise DataProblem("还没有发布过数据。请先运行 prepare.py 准备数据,再刷新本页。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataProblem(f"数据文件夹读不出来。{_AGAIN}") from error
    if not _VERSION.fullmatch(name):
        raise DataProblem(f"CURRENT 文件的内容不是版本名。{_AGAIN}")
    return name


def open_version(prepared: Path, version: str) -> Dataset:
    """The version, read whole and verified; raises DataProblem when any file is missing, changed or of another spec."""
    if not _VERSION.fullmatch(version):
        raise DataProblem(f"“{version}”不是版本名。")
    folder = prepared / VERSIONS / version
    manifest = _manifest(folder)
    _verify(folder, manifest)
    try:
        settings = parse_settings((folder / CONFIG).read_text(encoding="utf-8-sig"), base=folder)
    except ConfigProblem as error:
        raise DataProblem(f"版本 {version} 里的配置不能用。{_AGAIN}") from error
    tables = {name: _table(folder, name) for name in TABLES}
    return Dataset(manifest=manifest, settings=settings, tables=tables)


def pin(prepared: Path, version: str) -> None:
    """Keep the version whatever is published later. Raises DataProblem when it is gone already."""
    if not _VERSION.fullmatch(version):
        raise DataProblem(f"“{version}”不是版本名。")
    try:
        (prepared / PINNED).mkdir(exist_ok=True)
        (prepared / PINNED / version).touch()
        sync_folder(prepared / PINNED)
    except OSError as error:
        raise DataProblem("数据文件夹写不进去,没有保存。请检查文件夹是否可写、磁盘是否已满。") from error
    # Pinned first and looked for afterwards: between the two, publishing can no longer take it away.
    if not (prepared / VERSIONS / version / MANIFEST).is_file():
        raise DataProblem(f"版本 {version} 已经被新数据替换,没有保存。请刷新本页再试。")


def map_layer_path(prepared: Path, version: str, file: str) -> Path | None:
    """Path of a map layer's file by its bare name; None for anything that is not one."""
    if not _VERSION.fullmatch(version) or not _LAYER.fullmatch(file):
        return None
    path = prepared / VERSIONS / version / "map" / file
    return path if path.is_file() else None


def fault_workbook_path(prepared: Path, version: str) -> Path | None:
    """The workbook of faults that belongs to the version; None for a version without one."""
    path = prepared / VERSIONS / version / FAULTS
    return path if _VERSION.fullmatch(version) and path.is_file() else None


def _manifest(folder: Path) -> Manifest:
    try:
        raw: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataProblem(f"版本 {folder.name} 不完整或已被删除。{_AGAIN}") from error
    except (OSError, ValueError) as error:
        raise DataProblem(f"版本 {folder.name} 的清单读不出来。{_AGAIN}") from error
    if raw.get("spec_version") != SPEC_VERSION:
        raise DataProblem(
            f"数据是按第{raw.get('spec_version')}版格式准备的,本程序要第{SPEC_VERSION}版。{_AGAIN}"
        )
    try:
        return Manifest(
            **{
                **raw,
                "as_of": date.fromisoformat(raw["as_of"]),
                "periods": tuple(raw["periods"]),
                "sources": tuple(SourceFile(**source) for source in raw["sources"]),
                "layers": tuple(map(_layer, raw["layers"])),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataProblem(f"版本 {folder.name} 的清单缺了内容。{_AGAIN}") from error


def _layer(raw: dict[str, Any]) -> MapLayer:
    # Versions from before layers came in parts do not name townships: theirs are whole.
    bounds, townships = tuple(raw["bounds"]), tuple(raw.get("townships", ()))
    return MapLayer(**{**raw, "bounds": bounds, "townships": townships})


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, sha256 in manifest.files.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise DataProblem(f"版本 {folder.name} 缺少 {name}。{_AGAIN}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DataProblem(f"版本 {folder.name} 的 {name} 与清单不符,可能已损坏。{_AGAIN}")


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        stored = set(parquet.read_schema(path).names)
        wanted = [column for column in TABLES[name] if column in stored or column not in ADDED.get(name, ())]
        frame = pd.read_parquet(path, columns=wanted)
    except (OSError, ValueError) as error:
        raise DataProblem(f"版本 {folder.name} 的 {name} 表读不出来。{_AGAIN}") from error
    return conform(name, frame)
