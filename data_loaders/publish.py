"""Tables → a published version: content-addressed, written aside, switched to by one atomic rename.

Out: `OUT/versions/<name>/` with a Parquet file per table, the map layers, a copy of the config and
manifest.json; then `OUT/CURRENT` with the version's name. Whoever kills this at any moment leaves the old
version readable: nothing that a reader can reach is ever written in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
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
from data_loaders.folder import CONFIG, CURRENT, MANIFEST, PINNED, VERSIONS, replace_file, sync_folder
from geo.layers import ScreenLayer
from settings import Settings

KEEP = 5  # versions: a reader that opened one keeps it through several publications
_ABANDONED_SECONDS = 3600


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
    _sweep(versions)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=versions))
    files = {f"{name}.parquet": _write_table(aside, name, table) for name, table in tables.items()}
    shown = [_write_layer(aside, layer) for layer in layers]
    files.update({layer.file: _sha256((aside / layer.file).read_bytes()) for layer in shown})
    for name, content in {CONFIG: config, **(extras or {})}.items():
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
    _install(aside, versions / manifest.version)
    replace_file(out / CURRENT, manifest.version.encode())
    _prune(versions, keep=manifest.version)
    return manifest


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
        # The same content was published before: its folder is already there, complete.
        shutil.rmtree(aside)
        os.utime(target)
    sync_folder(target.parent)


def _prune(versions: Path, keep: str) -> None:
    complete = [path for path in versions.iterdir() if not path.name.startswith(".")]
    for old in sorted(complete, key=lambda path: path.stat().st_mtime, reverse=True)[KEEP:]:
        if old.name != keep and not (versions.parent / PINNED / old.name).exists():
            shutil.rmtree(old, ignore_errors=True)


def _sweep(versions: Path) -> None:
    """Remove what killed runs left behind, once nobody can still be writing it."""
    for path in versions.glob(".writing-*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


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
