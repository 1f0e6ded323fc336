"""Raw files → everything that a version holds: read → check → place → type → simplify.

In: settings and the raw folder. Out: a `Prepared`, in memory; writing it is publish.py's. Every source is read
by the one reader of its kind, so another county is another config.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pandas as pd

from data_loaders.boundary_fit import check_fit
from data_loaders.checks import check_rules
from data_loaders.contract import SourceFile, conform
from data_loaders.cross_reports import check_reports
from data_loaders.duplicates import first_problems, without_repeats
from data_loaders.file_cache import FileCache, context_key
from data_loaders.file_reading import Context, FileRead, read_file, unreadable
from data_loaders.inbox import Inbox, read_inbox
from data_loaders.limits import counted_out
from data_loaders.names import aliases_of, history_of
from data_loaders.observations import observations_table, reported_rows
from data_loaders.personal_numbers import masked, without_numbers
from data_loaders.places import county_only, places_table, with_geometry
from data_loaders.placing import placements_table
from data_loaders.positions import Positions
from data_loaders.problem_files import check_folders
from data_loaders.problem_lives import assemble
from data_loaders.problem_updates import apply_updates
from data_loaders.problems import with_days
from data_loaders.raw_files import RawFile
from data_loaders.register import Register
from data_loaders.stop_files import check_photos
from data_loaders.stops import check_routes
from data_loaders.suspicious import check_suspicious
from data_loaders.tables import Tally
from faults import DataProblem, Fault, FaultLog
from geo.boundaries import read_boundaries
from geo.layers import ScreenLayer, published_layers
from settings import Settings, Source

# Without these the data set would look complete and not be: they stop publication.
BLOCKING = frozenset(
    {
        "missing_source",
        "unreadable_file",
        "encrypted_file",
        "foreign_file",
        "over_limit",
        "unsafe_path",
        "nested_zip",
        "missing_sheet",
        "missing_header",
        "missing_column",
        "ambiguous_column",
        "unit_mismatch",
        "missing_period",
    }
)

_SHOWN_CAUSES = 5  # why there is no register

Progress = Callable[[str, int, int], None]  # (what is being read, files done, files in all)


@dataclass
class Prepared:
    """One run's outcome, nothing of it written yet."""

    as_of: date
    log: FaultLog = field(default_factory=FaultLog)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    layers: list[ScreenLayer] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)

    @property
    def blocking(self) -> list[Fault]:
        """The faults that stop publication."""
        return [fault for fault in self.log.faults if fault.severity == "error" and fault.kind in BLOCKING]


def prepare(
    settings: Settings,
    raw: Path,
    as_of: date,
    progress: Progress = lambda *_: None,
    cache: FileCache | None = None,
) -> Prepared:
    """Read every source of `settings` below `raw`; raises DataProblem only when there is no register of places.

    With a `cache`, files that have not changed since an earlier run are not read again; the outcome is the same.
    """
    run = _Run(settings, raw, Prepared(as_of=as_of), progress, cache)
    prepared, log = run.prepared, run.prepared.log
    nowhere = Context(settings, as_of, county_only(settings))
    places = _places(run, nowhere)
    names = run.read(nowhere, "aliases", "history")
    aliases = aliases_of(names.get("aliases", []), settings)
    register = Register(places, aliases, history_of(names.get("history", [])))
    context = replace(nowhere, register=register)
    frame = with_geometry(places, run.boundaries(), register, log)

    check_fit(frame, register, settings, log)
    reported = reported_rows(run.read(context, "observations", "targets").get("observations", []))
    differences = check_reports(reported, register, settings, log)
    observations = observations_table(reported, register, settings.reconcile, log)
    positions = Positions(frame, register, settings, log)
    enterprises = without_repeats("enterprises", run.read(context, "enterprises"), "name", log)
    enterprises = positions.checked(enterprises, "name")
    problems, events = _problems(run, context)
    check_folders(settings.paths.evidence, problems["problem_id"], log)
    known = replace(context, enterprises=tuple(enterprises.to_dict("records")))  # type: ignore[arg-type]
    stops = conform("stops", run.read(known, "stops").get("stops", []))
    stops = positions.checked(stops, "title")
    check_routes(stops, log)
    check_photos(settings.paths.photos, stops["photo"], log)

    prepared.tables.update(
        places=frame,
        observations=observations,
        report_differences=differences,
        enterprises=enterprises,
        problems=problems,
        problem_events=events,
        stops=stops.sort_values(["route", "order"], kind="stable").reset_index(drop=True),
    )
    prepared.tables["placements"] = placements_table(run.placements)
    check_rules(prepared.tables, register, settings, log)
    check_suspicious(observations, register, settings, log)
    log.faults[:] = counted_out(log.faults, settings.limits)
    prepared.tables["faults"] = conform("faults", [vars(fault) for fault in log.faults])
    prepared.layers.extend(_layers(frame, settings.map.max_drawn))
    return prepared


def read_register(settings: Settings, raw: Path, as_of: date) -> pd.DataFrame:
    """The `places` table from the code list alone, without geometry."""
    return _places(
        _Run(settings, raw, Prepared(as_of=as_of)), Context(settings, as_of, county_only(settings))
    )


def _places(run: _Run, context: Context) -> pd.DataFrame:
    records = run.read(context, "places").get("places", [])
    if not records:
        blocking = [fault for fault in run.log.faults if fault.severity == "error" and fault.kind in BLOCKING]
        causes = "".join(
            f"\n  {fault.file}:{fault.message}。{fault.remedy}" for fault in blocking[:_SHOWN_CAUSES]
        )
        raise DataProblem(
            "没有可用的行政区划代码表,无法知道每一行是哪个地方。请放入代码表(区划代码、名称),再运行一次。"
            + causes
        )
    return places_table(records, run.settings, run.log)


class _Run:
    """The files of one run, and the count of what was read."""

    def __init__(
        self,
        settings: Settings,
        raw: Path,
        prepared: Prepared,
        progress: Progress = lambda *_: None,
        cache: FileCache | None = None,
    ) -> None:
        self.settings, self.raw, self.prepared, self.progress = settings, raw, prepared, progress
        self.cache = cache
        self.log = prepared.log
        self.inbox = read_inbox(
            raw, settings.sources, settings.limits, prepared.log, leave_out=settings.paths.not_ledgers
        )
        self.files = _files(settings, self.inbox, prepared.log)
        self.total = sum(map(len, self.files.values()))
        self.done = 0
        self.placements: list[dict[str, object]] = []

    def read(self, context: Context, *kinds: str) -> dict[str, list[dict[str, object]]]:
        """Rows by table from every file of these kinds, in the config's order and then by name."""
        records: dict[str, list[dict[str, object]]] = {}
        key = context_key(context) if self.cache else ""
        for source, file in self._of_kind(*kinds):
            if self.cache is not None:
                found = self.cache.read(file, source, context, key)
            else:
                found = read_file(file, source, context)
            for table, rows in found.records.items():
                records.setdefault(table, []).extend(rows)
            self.placements.extend(found.placements)
            self._took(source, file, found)
        return records

    def boundaries(self) -> list[tuple[Source, str, gpd.GeoDataFrame]]:
        """Every boundary file's places."""
        frames = []
        for source, file in self._of_kind("boundaries"):
            found = FileRead()
            log = FaultLog()
            try:
                with file.on_disk() as path:
                    frame = read_boundaries(path, source, log)
            except DataProblem as problem:
                log.add(unreadable(file.name, problem))
            else:
                frames.append((source, file.name, _without_personal_names(frame)))
                found.tally = Tally(kept=len(frame))
            found.faults.extend(map(without_numbers, log.faults))
            self._took(source, file, found)
        return frames

    def _of_kind(self, *kinds: str) -> list[tuple[Source, RawFile]]:
        return [
            (source, file)
            for source in self.settings.sources
            if source.kind in kinds
            for file in self.files[source.id]
        ]

    def _took(self, source: Source, file: RawFile, found: FileRead) -> None:
        for fault in found.faults:
            self.prepared.log.add(fault)
        tally = found.tally
        self.prepared.sources.append(
            SourceFile(source.id, file.name, file.sha256(), file.size, tally.kept, tally.rejected)
        )
        self.done += 1
        self.progress(f"{source.title} {PurePosixPath(file.name).name}", self.done, self.total)


def _files(settings: Settings, inbox: Inbox, log: FaultLog) -> dict[str, list[RawFile]]:
    """The files of each source; an alternative source is read only when the one it stands for has none."""
    inbox.report_unused(settings.sources, log)
    found = {source.id: inbox.matching(source) for source in settings.sources}
    for source in settings.sources:
        if source.instead_of is not None and found[source.instead_of]:
            found[source.id] = []
    stood_in = {s.instead_of for s in settings.sources if s.instead_of and found[s.id]}
    for source in settings.sources:
        is_due = source.is_required and source.id not in stood_in and not source.instead_of
        if is_due and not found[source.id]:
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


def _without_personal_names(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Names of shapes go into messages; a parcel may be named after its holder's number."""
    return frame.assign(
        **{name: frame[name].map(masked, na_action="ignore") for name in ("name", "parent_name")}
    )


def _problems(run: _Run, context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The problems as they stand on the as-of day, and the steps of their lives."""
    found = run.read(context, "problems", "problem_changes")
    rows: Sequence[Mapping[str, Any]] = first_problems(with_days(found.get("problem_rows", [])), run.log)
    changes: Sequence[Mapping[str, Any]] = found.get("problem_changes", [])
    told = partial(assemble, settings=run.settings, as_of=context.as_of)
    updates = run.read(context, "problem_updates").get("problem_updates", [])
    rows, changes = apply_updates(rows, changes, updates, told, run.settings.problems, run.log)
    return told(rows, changes, log=run.log)


def _layers(frame: gpd.GeoDataFrame, max_drawn: int) -> list[ScreenLayer]:
    """The map's files for every level that has polygons, or whose lower level has."""
    coded = frame.rename(columns={"place_code": "code"})
    own = coded[coded["geometry_source"] != "dissolved"]
    levels = {str(level): places for level, places in own.groupby("level")}
    parents = coded.dropna(subset=["parent_code"])
    return published_layers(
        levels, dict(zip(parents["code"], parents["parent_code"], strict=True)), max_drawn
    )
