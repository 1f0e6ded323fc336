"""Raw files → everything that a version holds: read → check → place → type → simplify.

In: settings and the raw folder. Out: a `Prepared`, in memory; writing it is publish.py's. Every source is read
by the one reader of its kind, so another county is another config.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from data_loaders.checks import check_rules
from data_loaders.contract import SourceFile, conform
from data_loaders.enterprises import read_enterprises
from data_loaders.observations import Tally, observations_table, read_observations
from data_loaders.places import places_table, read_places, with_geometry
from data_loaders.problems import read_problems
from data_loaders.register import Register
from data_loaders.stops import read_stops
from data_loaders.tables import Ledger, read_ledger
from data_loaders.workbook import Sheet, read_workbook
from faults import DataProblem, Fault, FaultLog
from geo.boundaries import read_boundaries
from geo.screen import bounds, screen_layer, screen_layers
from settings import Settings, Source

# Without these the data set would look complete and not be: they stop publication.
BLOCKING = frozenset(
    {
        "missing_source",
        "unreadable_file",
        "missing_sheet",
        "missing_header",
        "missing_column",
        "ambiguous_column",
        "unit_mismatch",
        "missing_period",
    }
)

Bounds = tuple[float, float, float, float]  # west, south, east, north in degrees
Progress = Callable[[str, int, int], None]  # (what is being read, files done, files in all)


@dataclass
class Prepared:
    """One run's outcome, nothing of it written yet."""

    as_of: date
    log: FaultLog = field(default_factory=FaultLog)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    layers: dict[str, tuple[bytes, int, Bounds]] = field(default_factory=dict)
    sources: list[SourceFile] = field(default_factory=list)

    @property
    def blocking(self) -> list[Fault]:
        """The faults that stop publication."""
        return [fault for fault in self.log.faults if fault.severity == "error" and fault.kind in BLOCKING]


@dataclass
class _Run:
    """What the readers of one run share."""

    settings: Settings
    raw: Path
    prepared: Prepared
    files: dict[str, list[Path]]
    progress: Progress
    done: int = 0

    @property
    def log(self) -> FaultLog:
        return self.prepared.log

    def of_kind(self, *kinds: str) -> Iterable[tuple[Source, Path, str]]:
        """(source, file, its name below the raw folder) for every file of these kinds, in name order."""
        total = sum(map(len, self.files.values()))
        for source in self.settings.sources:
            if source.kind not in kinds:
                continue
            for path in self.files[source.id]:
                name = path.relative_to(self.raw).as_posix()
                self.progress(f"{source.title} {path.name}", self.done, total)
                yield source, path, name
                self.done += 1
                self.progress(f"{source.title} {path.name}", self.done, total)

    def ledgers(self, source: Source, path: Path, name: str) -> Iterable[Ledger]:
        """Every ledger of the file that the source's layouts describe."""
        try:
            sheets = read_workbook(path, name)
        except DataProblem as problem:
            self.log.add(_unreadable(name, problem))
            return
        units = _known_units(self.settings)
        for table in source.layouts():
            for sheet in _sheets_for(table.sheet, table.is_required, sheets, name, self.log):
                ledger = read_ledger(sheet, table, self.settings.reading, units, self.log)
                if ledger is not None:
                    yield ledger

    def took(self, source: Source, path: Path, name: str, tally: Tally) -> None:
        """Note that the file went into the data set."""
        content = path.read_bytes()
        self.prepared.sources.append(
            SourceFile(
                source.id, name, hashlib.sha256(content).hexdigest(), len(content), tally.kept, tally.rejected
            )
        )


def prepare(settings: Settings, raw: Path, as_of: date, progress: Progress = lambda *_: None) -> Prepared:
    """Read every source of `settings` below `raw`; raises DataProblem only when there is no register of places."""
    prepared = Prepared(as_of=as_of)
    run = _Run(settings, raw, prepared, _files(settings, raw, prepared.log), progress)
    places = _places(run)
    register = Register(places, settings.aliases)
    frame = with_geometry(places, _boundaries(run), register, run.log)
    tables = prepared.tables
    tables["places"] = frame
    tables["observations"] = _observations(run, register)
    check_rules(tables["observations"], register, settings, run.log)
    tables["enterprises"] = _enterprises(run, register)
    tables["problems"], tables["problem_events"] = _problems(run, register)
    tables["stops"] = _stops(run, register, tables["enterprises"])
    tables["faults"] = conform("faults", [vars(fault) for fault in run.log.faults])
    prepared.layers.update(_layers(frame))
    return prepared


def _files(settings: Settings, raw: Path, log: FaultLog) -> dict[str, list[Path]]:
    """The files of each source; an alternative source is read only when the one it stands for has none."""
    found = {source.id: _matching(raw, source.files) for source in settings.sources}
    for source in settings.sources:
        if source.instead_of is not None and found[source.instead_of]:
            found[source.id] = []
    stood_in = {s.instead_of for s in settings.sources if s.instead_of and found[s.id]}
    for source in settings.sources:
        if (
            not found[source.id]
            and source.is_required
            and source.id not in stood_in
            and not source.instead_of
        ):
            log.add(
                Fault(
                    "error",
                    "missing_source",
                    f"没有找到“{source.title}”的文件",
                    remedy=f"请把文件放到原始数据文件夹,文件名符合 {source.files}。",
                    file=source.files,
                    expected=source.files,
                )
            )
    return found


def _matching(raw: Path, pattern: str) -> list[Path]:
    # Office writes ~$ lock files beside an open workbook.
    return sorted(
        path for path in raw.glob(pattern) if path.is_file() and not path.name.startswith(("~$", "."))
    )


def _sheets_for(
    pattern: str, is_required: bool, sheets: list[Sheet], file: str, log: FaultLog
) -> list[Sheet]:
    wanted = [sheet for sheet in sheets if fnmatchcase(sheet.name, pattern)]
    filled = [sheet for sheet in wanted if any(cell not in ("", None) for row in sheet.cells for cell in row)]
    if not filled and is_required:
        log.add(
            Fault(
                "error",
                "missing_sheet",
                f"没有名为“{pattern}”且有内容的工作表",
                remedy="请恢复工作表原名;确实不再报的,在 config.toml 里写 is_required = false。",
                file=file,
                found="、".join(sheet.name for sheet in sheets),
                expected=pattern,
            )
        )
    return filled


def _known_units(settings: Settings) -> set[str]:
    units = {indicator.unit for indicator in settings.indicators.values()}
    units.update(c.unit for source in settings.sources for table in source.tables for c in table.columns)
    units.update(settings.units.conversions)
    units.update(unit for smaller in settings.units.conversions.values() for unit in smaller)
    return units


def _places(run: _Run) -> pd.DataFrame:
    records: list[dict[str, Any]] = []
    for source, path, name in run.of_kind("places"):
        tally = Tally()
        for ledger in run.ledgers(source, path, name):
            found, counted = read_places(ledger, source, run.settings, run.log)
            records.extend(found)
            tally += counted
        run.took(source, path, name, tally)
    if not records:
        raise DataProblem(
            "没有可用的行政区划代码表,无法知道每一行是哪个地方。请放入代码表(区划代码、名称),再运行一次。"
        )
    return places_table(records, run.settings, run.log)


def _boundaries(run: _Run) -> list[tuple[Source, str, gpd.GeoDataFrame]]:
    frames = []
    for source, path, name in run.of_kind("boundaries"):
        try:
            frame = read_boundaries(path, source, run.log)
        except DataProblem as problem:
            run.log.add(_unreadable(name, problem))
            continue
        frames.append((source, name, frame))
        run.took(source, path, name, Tally(kept=len(frame)))
    return frames


def _observations(run: _Run, register: Register) -> pd.DataFrame:
    records: list[dict[str, Any]] = []
    for source, path, name in run.of_kind("observations", "targets"):
        tally = Tally()
        for ledger in run.ledgers(source, path, name):
            found, counted = read_observations(ledger, source, register, run.settings, run.log)
            records.extend(found)
            tally += counted
        run.took(source, path, name, tally)
    return observations_table(records, register, run.log)


def _enterprises(run: _Run, register: Register) -> pd.DataFrame:
    records: list[dict[str, Any]] = []
    for source, path, name in run.of_kind("enterprises"):
        tally = Tally()
        for ledger in run.ledgers(source, path, name):
            found, counted = read_enterprises(ledger, source, register, run.settings, run.log)
            records.extend(found)
            tally += counted
        run.took(source, path, name, tally)
    return _unique(conform("enterprises", records), "enterprise_id", "name", run.log)


def _problems(run: _Run, register: Register) -> tuple[pd.DataFrame, pd.DataFrame]:
    problems: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for source, path, name in run.of_kind("problems"):
        tally = Tally()
        for ledger in run.ledgers(source, path, name):
            found = read_problems(ledger, source, register, run.settings, run.prepared.as_of, run.log)
            problems.extend(found.problems)
            events.extend(found.events)
            tally += found.tally
        run.took(source, path, name, tally)
    kept = _unique(conform("problems", problems), "problem_id", "problem_id", run.log)
    history = conform("problem_events", events)
    origin = kept.set_index("problem_id")["source_file"] + kept.set_index("problem_id")["source_row"].astype(
        "str"
    )
    own = (history["source_file"] + history["source_row"].astype("str")) == history["problem_id"].map(origin)
    return kept, history[own].reset_index(drop=True)


def _stops(run: _Run, register: Register, enterprises: pd.DataFrame) -> pd.DataFrame:
    records: list[dict[str, Any]] = []
    for source, path, name in run.of_kind("stops"):
        tally = Tally()
        for ledger in run.ledgers(source, path, name):
            found, counted = read_stops(ledger, source, register, run.settings, enterprises, run.log)
            records.extend(found)
            tally += counted
        run.took(source, path, name, tally)
    return conform("stops", records).sort_values(["route", "order"], kind="stable").reset_index(drop=True)


def _unique(frame: pd.DataFrame, key: str, shown: str, log: FaultLog) -> pd.DataFrame:
    """`frame` with the first row of each key; later ones are faults that name the first."""
    first = frame.drop_duplicates(key).set_index(key)
    for row in frame[frame.duplicated(key)].to_dict("records"):
        kept = first.loc[row[key]]
        log.add(
            Fault(
                "error",
                "duplicate_row",
                f"“{row[shown]}”重复,已有 {kept['source_file']} {kept['source_sheet']} 第{kept['source_row']}行,这一行没有采用",
                remedy="请删去重复的一行,或改正编号。",
                file=row["source_file"],
                sheet=row["source_sheet"],
                cell=f"第{row['source_row']}行",
                found=str(row[shown]),
                expected="不重复",
            )
        )
    return frame.drop_duplicates(key).reset_index(drop=True)


def _layers(frame: gpd.GeoDataFrame) -> dict[str, tuple[bytes, int, Bounds]]:
    """The screen layer of every level: GeoJSON, number of features, bounds."""
    coded = frame.rename(columns={"place_code": "code"})
    own = coded[coded["geometry_source"] != "dissolved"]
    levels = {str(level): places for level, places in own.groupby("level")}
    parents = dict(zip(coded["code"], coded["parent_code"], strict=True))
    return {
        level: (screen_layer(shapes), len(shapes), bounds(shapes))
        for level, shapes in screen_layers(levels, parents).items()
    }


def _unreadable(name: str, problem: DataProblem) -> Fault:
    return Fault(
        "error",
        "unreadable_file",
        str(problem),
        remedy="请换一份能打开的文件。",
        file=name,
    )
