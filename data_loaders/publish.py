"""Tables → a published version: content-addressed, written aside, switched to by one atomic rename.

Out: `OUT/versions/<name>/` with a Parquet file per table, the map layers, a copy of the config and
manifest.json; then `OUT/CURRENT` with the version's name. Whoever kills this at any moment leaves the old
version readable: nothing that a reader can reach is ever written in place. Who fails (a full disk) takes away what it
wrote; what a kill leaves, the next run sweeps (data_loaders.lock).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as parquet

from data_loaders.contract import DATES, KEYS, SPEC_VERSION, TABLES, Manifest, MapLayer, SourceFile
from data_loaders.folder import (
    CONFIG,
    CURRENT,
    MANIFEST,
    PINNED,
    PUBLISHED,
    VERSION_NAME,
    VERSIONS,
    WRITING,
    damaged_files,
    published_order,
    replace_file,
    sync_folder,
)
from geo.layers import ScreenLayer
from settings import Settings

KEEP = 5  # versions: a reader that opened one keeps it through several publications


def publish(
    out: Path,
    tables: Mapping[str, pd.DataFrame],
    layers: Sequence[ScreenLayer],
    settings: Settings,
    config: bytes,
    as_of: date,
    prepared_at: str,
    sources: list[SourceFile],
    faults: Mapping[str, int],
    extras: Mapping[str, bytes] | None = None,
) -> Manifest:
    """Write one version and make it current.

    `extras` are files that belong to the version and are handed out as they are, by name.
    """
    versions = out / VERSIONS
    versions.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=WRITING, dir=versions))
    try:
        manifest = _write_version(
            aside, tables, layers, settings, config, as_of, prepared_at, sources, faults, extras or {}
        )
        _switch(out, aside, manifest.version)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _prune(out)
    return manifest


def _write_version(
    aside: Path,
    tables: Mapping[str, pd.DataFrame],
    layers: Sequence[ScreenLayer],
    settings: Settings,
    config: bytes,
    as_of: date,
    prepared_at: str,
    sources: list[SourceFile],
    faults: Mapping[str, int],
    extras: Mapping[str, bytes],
) -> Manifest:
    """Every file of the version, the manifest last."""
    files = {f"{name}.parquet": _write_table(aside, name, table) for name, table in tables.items()}
    shown = [_write_layer(aside, layer) for layer in layers]
    files.update({layer.file: _sha256((aside / layer.file).read_bytes()) for layer in shown})
    for name, content in {CONFIG: config, **extras}.items():
        _write(aside / name, content)
        files[name] = _sha256(content)
    manifest = Manifest(
        version=f"{as_of:%Y%m%d}-{_digest(files)}",
        spec_version=SPEC_VERSION,
        as_of=as_of,
        prepared_at=prepared_at,
        county={
            "name": settings.county.name,
            "code": settings.county.code,
            "is_demo": settings.county.is_demo,
        },
        config_sha256=_sha256(config),
        periods=tuple(sorted(tables["observations"]["period"].unique())),
        sources=tuple(sources),
        rows={name: len(table) for name, table in tables.items()},
        files=files,
        faults=dict(faults),
        layers=tuple(shown),
    )
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, default=str)
    _write(aside / MANIFEST, text.encode())
    return manifest


def _switch(out: Path, aside: Path, version: str) -> None:
    """Put the folder in its place and make it current; where that fails, take it away again."""
    target = out / VERSIONS / version
    is_new, before = not target.exists(), _until_current(out)
    order = [*(name for name in before if name != version), version]
    try:
        _install(aside, target)
        # Before CURRENT: whoever finds the new name there finds in this list what was current before it.
        replace_file(out / PUBLISHED, ("\n".join(order) + "\n").encode())
        replace_file(out / CURRENT, version.encode())
    except BaseException as error:
        if _current(out) == version and isinstance(error, OSError):
            return  # switched to; what failed came after
        if is_new:
            shutil.rmtree(target, ignore_errors=True)
        raise


def _until_current(out: Path) -> list[str]:
    """Versions in the order in which they became current, as far as the current one: a run may have died before the switch."""
    order, current = published_order(out), _current(out)
    if not VERSION_NAME.fullmatch(current):
        return order
    return [*order[: order.index(current)], current] if current in order else [*order, current]


def _current(out: Path) -> str:
    try:
        return (out / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def contract_schema(table: str) -> pa.DataFrameSchema:
    """The table's contract as a pandera schema; a frame that breaks it is our bug, so it raises."""
    columns = {
        name: pa.Column("datetime64[s]" if kind == DATES else kind, nullable=True)
        for name, kind in TABLES[table].items()
    }
    for key in KEYS.get(table, ()):
        columns[key] = pa.Column("str", nullable=False, unique=True)
    return pa.DataFrameSchema(columns, strict="filter")


def _write_table(folder: Path, name: str, table: pd.DataFrame) -> str:
    checked = contract_schema(name).validate(pd.DataFrame(table))
    target = folder / f"{name}.parquet"
    if isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(target, index=False)
    else:
        # Calendar days are stored as days: a time zone or an hour has no place in a ledger's date.
        days = [column for column, kind in TABLES[name].items() if kind == DATES]
        content = arrow.Table.from_pandas(checked, preserve_index=False)
        for column in days:
            index = content.schema.get_field_index(column)
            content = content.set_column(index, column, content.column(column).cast(arrow.date32()))
        parquet.write_table(content, target, compression="zstd")
    return _sync(target)


def _write_layer(folder: Path, layer: ScreenLayer) -> MapLayer:
    name = f"map/{layer.level}.{_sha256(layer.geojson)[:16]}.geojson"
    (folder / "map").mkdir(exist_ok=True)
    _write(folder / name, layer.geojson)
    return MapLayer(layer.level, name, layer.features, layer.bounds, layer.townships)


def _install(aside: Path, target: Path) -> None:
    sync_folder(aside)
    aside.chmod(0o755)
    try:
        aside.rename(target)
    except OSError:
        if not (target / MANIFEST).exists():
            raise
        if damaged_files(target):  # a disk has spoilt it since
            _replace_damaged(aside, target)
            return
        # The same content was published before: its folder is already there, complete.
        shutil.rmtree(aside)
    sync_folder(target.parent)


def _replace_damaged(aside: Path, target: Path) -> None:
    spoilt = Path(tempfile.mkdtemp(prefix=WRITING, dir=target.parent)) / target.name
    target.rename(spoilt)
    aside.rename(target)
    sync_folder(target.parent)
    shutil.rmtree(spoilt.parent, ignore_errors=True)


def _prune(out: Path) -> None:
    """Remove all but the last few versions and those that snapshots need. By their order and not by the clock."""
    order = {name: at for at, name in enumerate(published_order(out))}
    complete = [path for path in (out / VERSIONS).iterdir() if VERSION_NAME.fullmatch(path.name)]
    # What nobody wrote down is from before the list: older than all that is on it.
    complete.sort(key=lambda path: (order.get(path.name, -1), path.stat().st_mtime), reverse=True)
    for old in complete[KEEP:]:
        if not (out / PINNED / old.name).exists():
            shutil.rmtree(old, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _sync(path)


def _sync(path: Path) -> str:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        file.seek(0)
        return _sha256(file.read())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(files: Mapping[str, str]) -> str:
    listed = "\n".join(f"{name} {sha256}" for name, sha256 in sorted(files.items()))
    return _sha256(f"{SPEC_VERSION}\n{listed}".encode())[:16]
