"""The counties of the page benchmark: the demo county as its raw files are prepared, and the same 20 times over.

In: a number of copies. Out: a folder with config.toml and a published version, kept below a temporary folder under
a digest of what decides its content, so that reruns start at once. Refuses to copy more townships than their three
digits of code can number.

A copy is every township with its villages under new codes, and all that is said of them: figures, enterprises,
problems, faults. It lies beside the first in a grid, so that the map has as much to draw as such a county would.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from benchmarks.map.county import ROOT, County, prepare
from data_loaders.contract import SourceFile, conform
from data_loaders.publish import publish
from geo.layers import published_layers
from settings import read_settings

KEPT = Path(tempfile.gettempdir()) / "guanmo-bench-pages"
TOWNSHIP = slice(6, 9)  # where a code of 12 digits has its township
ACROSS = 5  # copies side by side
GAP = 1.02  # of the county's width and height
IDENTIFIED = {"enterprises": "enterprise_id", "problems": "problem_id", "problem_events": "problem_id"}
PREPARE_S = 400


def prepared(copies: int = 1) -> County:
    """The demo county, or `copies` of it in one; written and published on first use."""
    folder = KEPT / f"{copies}-{_digest()}"
    if not (folder / "complete").exists():
        for old in KEPT.glob(f"{copies}-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        county = County(0, folder, ())
        if copies == 1:
            _write_demo(county)
        else:
            _write_copies(prepared(), county, copies)
        (folder / "complete").touch()
    return County(_villages(folder), folder, ())


def current(county: County) -> Path:
    """The folder of its published version."""
    out = county.folder / "data" / "prepared"
    return out / "versions" / (out / "CURRENT").read_text(encoding="utf-8").strip()


def _digest() -> str:
    """Of what decides how a published version looks."""
    folders = ("demo", "data_loaders", "geo")
    files = sorted(path for name in folders for path in (ROOT / name).glob("**/*.py"))
    mine = [path for path in files if path.name not in {"village_map.py", "classes.py"}]
    mine += [*ROOT.glob("settings/*.py"), ROOT / "config.toml", Path(__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in mine)).hexdigest()[:12]


def _villages(folder: Path) -> int:
    manifest = json.loads((current(County(0, folder, ())) / "manifest.json").read_text(encoding="utf-8"))
    return sum(layer["features"] for layer in manifest["layers"] if layer["level"] == "village")


def _write_demo(county: County) -> None:
    county.config.write_bytes((ROOT / "config.toml").read_bytes())
    raw = county.folder / "data" / "raw"
    subprocess.run(
        [sys.executable, "-m", "demo", "--raw", str(raw)], cwd=ROOT, check=True, capture_output=True
    )
    prepare(county, PREPARE_S)


def _write_copies(one: County, county: County, copies: int) -> None:
    config = one.config.read_bytes()
    county.config.write_bytes(config)
    settings = read_settings(county.config)
    folder = current(one)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tables: dict[str, pd.DataFrame] = {
        name: conform(name, pd.read_parquet(folder / f"{name}.parquet"))
        for name in manifest["rows"]
        if name != "places"
    }
    tables["places"] = gpd.read_parquet(folder / "places.parquet")
    more = multiplied(tables, copies)
    places = gpd.GeoDataFrame(more["places"]).rename(columns={"place_code": "code"})
    own = places[places["geometry_source"] != "dissolved"]
    parents = places.dropna(subset=["parent_code"])
    levels = {str(level): group for level, group in own.groupby("level")}
    parent_codes = dict(zip(parents["code"], parents["parent_code"], strict=True))
    publish(
        out=settings.paths.prepared,
        tables=more,
        layers=published_layers(levels, parent_codes, settings.map.max_drawn),
        settings=settings,
        config=config,
        as_of=date.fromisoformat(manifest["as_of"]),
        prepared_at=manifest["prepared_at"],
        sources=[SourceFile(**source) for source in manifest["sources"]],
        faults={severity: count * copies for severity, count in manifest["faults"].items()},
    )


def multiplied(tables: Mapping[str, pd.DataFrame], copies: int) -> dict[str, pd.DataFrame]:
    """Every table with its townships `copies` times; rows of the county itself and the stops stay as they are.

    The first copy keeps its codes, names and numbers. What the county itself has (households, area, targets in its
    own name) is multiplied, so that shares stay what they were.
    """
    places = tables["places"]
    townships = sorted(places.loc[places["level"] == "township", "place_code"])
    codes = _new_codes(townships, copies)
    return {
        name: table.copy() if name == "stops" else _copied(name, table, codes, copies)
        for name, table in tables.items()
    }


def _new_codes(townships: Iterable[str], copies: int) -> list[dict[str, str]]:
    """For each copy: the township's first nine digits → those of the copy."""
    known = [code[:9] for code in townships]
    taken = {code[TOWNSHIP] for code in known}
    free = (f"{number:03d}" for number in range(1, 1000) if f"{number:03d}" not in taken)
    found: list[dict[str, str]] = [{code: code for code in known}]
    for _ in range(copies - 1):
        numbers = [next(free, None) for _ in known]
        if None in numbers:
            raise ValueError(f"{len(known)} townships {copies} times are more than three digits can number")
        found.append({code: f"{code[:6]}{number}" for code, number in zip(known, numbers, strict=True)})
    return found


def _copied(name: str, table: pd.DataFrame, codes: list[dict[str, str]], copies: int) -> pd.DataFrame:
    township = table["place_code"].str[:9] if "place_code" in table else None
    moves = township.isin(codes[0]) if township is not None else pd.Series(True, index=table.index)
    # A problem of a county office has no place: it is found in every copy, under a number of its own.
    moves |= name == "problems"
    if name in {"faults", "placements"}:
        moves[:] = True
    stays = _grown(table[~moves], copies)
    parts = [stays, *(_copy(name, table[moves], at, codes[at]) for at in range(copies))]
    together = pd.concat(parts, ignore_index=True)
    return together.astype(table.dtypes.to_dict())


def _grown(rows: pd.DataFrame, copies: int) -> pd.DataFrame:
    """The county's own rows: its totals are those of all copies."""
    totals = ("households", "poor_households", "area_km2", "value", "target")
    return rows.assign(**{column: rows[column] * copies for column in totals if column in rows})


def _copy(name: str, rows: pd.DataFrame, at: int, codes: dict[str, str]) -> pd.DataFrame:
    if at == 0:
        return rows
    found = rows.copy()
    for column in ("place_code", "parent_code"):
        if column in found:
            code = found[column]
            head = code.str[:9]
            found[column] = (head.map(codes) + code.str[9:]).where(head.isin(codes), code)
    if name in IDENTIFIED:
        found[IDENTIFIED[name]] += f"-{at + 1}"
    if name == "places":
        is_township = found["level"] == "township"
        found["name"] = found["name"].where(~is_township, found["name"] + f"之{at + 1}")
    return _moved(found, at)


def _moved(rows: pd.DataFrame, at: int) -> pd.DataFrame:
    """The copy's place in the grid."""
    if "lon" not in rows:
        return rows
    # The demo county's size in degrees; positions of enterprises must move by as much as the land.
    east, north = 0.70 * GAP * (at % ACROSS), -0.46 * GAP * (at // ACROSS)
    moved = rows.assign(lon=rows["lon"] + east, lat=rows["lat"] + north)
    if isinstance(moved, gpd.GeoDataFrame):
        moved = moved.set_geometry(moved.geometry.translate(east, north))
    return moved
