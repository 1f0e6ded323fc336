"""A published data set → one immutable `Dataset` in memory.

Reads `CURRENT`, then only inside that version's folder, and checks every file against the manifest: what it
returns is one whole version or a DataProblem in words for the person at the screen. A version of an older spec goes
through the steps of data_loaders.upgrades. Writes nothing but the pins by which publishing knows the versions that it must
leave.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
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
from data_loaders.folder import (
    CONFIG,
    CURRENT,
    FAULTS,
    MANIFEST,
    PINNED,
    VERSION_NAME,
    VERSIONS,
    published_order,
    sync_folder,
)
from data_loaders.upgrades import Step, steps_from
from faults import DataProblem
from settings import ConfigProblem, Settings, parse_settings

_LAYER = re.compile(r"(?:county|township|village)\.([0-9a-f]{16})\.geojson")

_AGAIN = "请运行 prepare.py 重新准备数据。"


class Unreachable(DataProblem):
    """The data folder cannot be read: it is not there (any more), or the disk does not answer."""


class CurrentDamaged(DataProblem):
    """CURRENT is there and names no version."""


class NewerData(DataProblem):
    """The version is whole, and of a spec that this program does not know."""


def current_version(prepared: Path) -> str:
    """Name of the version that CURRENT points to; raises DataProblem when nothing is published."""
    try:
        name = (prepared / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        if any(_versions(prepared)):
            raise CurrentDamaged(f"数据文件夹里没有 CURRENT 文件。{_AGAIN}") from error
        raise Unreachable("还没有发布过数据。请先运行 prepare.py 准备数据,再刷新本页。") from error
    except UnicodeDecodeError as error:
        raise CurrentDamaged(f"CURRENT 文件的内容不是版本名。{_AGAIN}") from error
    except OSError as error:
        raise Unreachable(f"数据文件夹读不出来。请检查磁盘是否挂上、文件夹能不能读。{_AGAIN}") from error
    if not VERSION_NAME.fullmatch(name):
        raise CurrentDamaged(f"CURRENT 文件的内容不是版本名。{_AGAIN}")
    return name


def published_at(prepared: Path) -> int:
    """Another number after every publication, also of a version that was mended under its old name; 0: cannot be read."""
    try:
        return (prepared / CURRENT).stat().st_mtime_ns
    except OSError:
        return 0


def earlier_versions(prepared: Path, current: str | None) -> list[str]:
    """What can be shown in place of `current` (None: whatever it is), the newest first; only what is in the folder."""
    order, there = published_order(prepared), set(_versions(prepared))
    before = order[: order.index(current)] if current in order else order
    # Not on the list: a folder from before there was one, or one that a run never came to switch to. By their own words.
    unlisted = sorted(there - set(order), key=lambda name: _prepared_at(prepared, name))
    return [name for name in reversed([*unlisted, *before]) if name in there and name != current]


def _versions(prepared: Path) -> list[str]:
    try:
        return [path.name for path in (prepared / VERSIONS).iterdir() if VERSION_NAME.fullmatch(path.name)]
    except OSError:
        return []


def _prepared_at(prepared: Path, version: str) -> float:
    try:
        raw = json.loads((prepared / VERSIONS / version / MANIFEST).read_text(encoding="utf-8"))
        return datetime.fromisoformat(raw["prepared_at"]).timestamp()
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0


def open_version(prepared: Path, version: str) -> Dataset:
    """The version, read whole and verified; raises DataProblem when any file is missing, changed or of another spec."""
    if not VERSION_NAME.fullmatch(version):
        raise DataProblem(f"“{version}”不是版本名。")
    folder = prepared / VERSIONS / version
    raw = _raw_manifest(folder)
    steps = _steps(raw)
    manifest = _manifest(folder, reduce(lambda found, step: step.manifest(found), steps, raw))
    _verify(folder, manifest)
    if steps:
        return Dataset(manifest, _settings(folder, steps), _upgraded_tables(folder, manifest, steps))
    tables = {name: _table(folder, name) for name in TABLES}
    return Dataset(manifest=manifest, settings=_settings(folder), tables=tables)


def pin(prepared: Path, version: str) -> None:
    """Keep the version whatever is published later. Raises DataProblem when it is gone already."""
    if not VERSION_NAME.fullmatch(version):
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
    """Path of a map layer's file by its bare name, whether or not it is there; None for a name that is none."""
    if not VERSION_NAME.fullmatch(version) or not _LAYER.fullmatch(file):
        return None
    return prepared / VERSIONS / version / "map" / file


def layer_content(prepared: Path, version: str, layer: MapLayer) -> bytes:
    """A layer of an opened version. Raises DataProblem when it can no longer be read."""
    path = map_layer_path(prepared, version, Path(layer.file).name)
    content = map_layer(path) if path is not None else None
    if content is None:
        raise DataProblem(
            "界线文件暂时读不到,或者已损坏。数据文件夹恢复后请刷新本页;一直不行,请管理员重新准备数据。"
        )
    return content


def map_layer(path: Path) -> bytes | None:
    """The layer's bytes; None when they cannot be read, or are no longer those that its name was made from.

    Browsers keep a layer for ever under its address: what a disk has spoilt since must not be sent once.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return None
    named = _LAYER.fullmatch(path.name)
    return content if named and hashlib.sha256(content).hexdigest().startswith(named[1]) else None


def fault_workbook_path(prepared: Path, version: str) -> Path | None:
    """The workbook of faults that belongs to the version; None for a version without one."""
    path = prepared / VERSIONS / version / FAULTS
    return path if VERSION_NAME.fullmatch(version) and path.is_file() else None


def _raw_manifest(folder: Path) -> dict[str, Any]:
    try:
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataProblem(f"版本 {folder.name} 不完整或已被删除。{_AGAIN}") from error
    except (OSError, ValueError) as error:
        raise DataProblem(f"版本 {folder.name} 的清单读不出来。{_AGAIN}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("spec_version"), int):
        raise DataProblem(f"版本 {folder.name} 的清单缺了内容。{_AGAIN}")
    return raw


def _steps(raw: dict[str, Any]) -> list[Step]:
    spec = raw["spec_version"]
    if spec > SPEC_VERSION:
        raise NewerData(
            f"数据是新版程序准备的(第{spec}版格式),这一版程序只认到第{SPEC_VERSION}版。"
            "请把程序更新回新版;要留在这一版,就用它运行 prepare.py 重新准备数据。"
        )
    steps = steps_from(spec)
    if steps is None:
        raise DataProblem(f"数据是按第{spec}版格式准备的,太旧,这一版程序(第{SPEC_VERSION}版)读不了。{_AGAIN}")
    return steps


def _manifest(folder: Path, raw: dict[str, Any]) -> Manifest:
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


def _settings(folder: Path, steps: Iterable[Step] = ()) -> Settings:
    def upgrade(raw: dict[str, Any]) -> dict[str, Any]:
        return reduce(lambda found, step: step.config(found), steps, raw)

    try:
        text = (folder / CONFIG).read_text(encoding="utf-8-sig")
        return parse_settings(text, base=folder, upgrade=upgrade)
    except (ConfigProblem, OSError) as error:
        raise DataProblem(f"版本 {folder.name} 里的配置不能用。{_AGAIN}") from error


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


def _upgraded_tables(folder: Path, manifest: Manifest, steps: Iterable[Step]) -> dict[str, pd.DataFrame]:
    """An older version's tables as this program would have written them."""
    stored = [name.removesuffix(".parquet") for name in manifest.files if name.endswith(".parquet")]
    try:
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in stored}
    except (OSError, ValueError) as error:
        raise DataProblem(f"版本 {folder.name} 的表读不出来。{_AGAIN}") from error
    tables = reduce(lambda found, step: step.tables(found), steps, tables)
    for name, columns in TABLES.items():
        lacking = (
            set(columns) - set(tables[name].columns) - set(ADDED.get(name, ())) if name in tables else {name}
        )
        if lacking:
            raise DataProblem(f"版本 {folder.name} 的 {name} 表缺{'、'.join(sorted(lacking))}。{_AGAIN}")
    return {name: conform(name, tables[name]) for name in TABLES}
