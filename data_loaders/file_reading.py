"""One raw file → its rows for the prepared tables, its faults and how many of its rows were taken.

In: a file, the source that the config declares for it, and the context that every reader shares. Out: a
`FileRead`, which depends on nothing else: the same file in the same context gives the same `FileRead`, so
it can be kept and used again (file_cache.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from data_loaders.enterprises import read_enterprises
from data_loaders.findings import report
from data_loaders.limits import Refusal, counted_out
from data_loaders.names import read_aliases, read_history
from data_loaders.observations import read_observations
from data_loaders.personal import without_personal
from data_loaders.personal_numbers import without_numbers
from data_loaders.places import read_places
from data_loaders.placing import placements
from data_loaders.problem_changes import read_changes
from data_loaders.problems import read_problems
from data_loaders.raw_files import RawFile
from data_loaders.register import Register
from data_loaders.returned_list import read_returned_list, returned_layouts
from data_loaders.stops import read_stops
from data_loaders.tables import Ledger, Tally, read_ledger
from data_loaders.workbook import Sheet, read_workbook
from faults import DataProblem, Fault, FaultLog
from settings import Settings, Source, Table

Records = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Context:
    """What every reader may know beside its file."""

    settings: Settings
    as_of: date
    register: Register
    enterprises: tuple[dict[str, Any], ...] = ()  # for sources that refer to them


@dataclass
class FileRead:
    """What one file gives: rows by table, faults, and rows kept and rejected."""

    records: Records = field(default_factory=dict)
    placements: list[dict[str, Any]] = field(default_factory=list)  # how each name in it was placed
    faults: list[Fault] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def read_file(file: RawFile, source: Source, context: Context) -> FileRead:
    """Every ledger of the file that the source's layouts describe; a file that cannot be opened is a fault."""
    log = FaultLog()
    read = _read(file, source, context, log)
    read.faults.extend(map(without_numbers, log.faults))
    return read


def _read(file: RawFile, source: Source, context: Context, log: FaultLog) -> FileRead:
    read = FileRead()
    settings = context.settings
    try:
        opened = read_workbook(file.read(settings.limits), file.name, settings.limits, log)
    except DataProblem as problem:
        log.add(unreadable(file.name, problem))
        return read
    # A list that comes back is laid out as the program exported it: no config describes it.
    is_returned = source.kind == "problem_updates"
    tables = (
        returned_layouts(opened, file.name, settings.county.name, log) if is_returned else source.layouts()
    )
    sheets = without_personal(opened, tables, settings, log)
    reader = _READERS[source.kind]
    for ledger in _ledgers(sheets, file.name, tables, settings, log):
        report(ledger.sheet.findings, ledger.sheet.file, ledger.sheet.name, _cells_read(ledger), log)
        records, tally = reader(ledger, source, context, log)
        for table, rows in records.items():
            read.records.setdefault(table, []).extend(rows)
        read.placements.extend(placements(ledger, source, context.register, settings.reading.fillers))
        read.tally += tally
    log.faults[:] = counted_out(log.faults, settings.limits)
    return read


def unreadable(name: str, problem: DataProblem) -> Fault:
    """The fault of a file that cannot be opened or used at all."""
    if isinstance(problem, Refusal):
        return problem.fault
    return Fault("error", "unreadable_file", str(problem), remedy="请换一份能打开的文件。", file=name)


def _cells_read(ledger: Ledger) -> set[tuple[int, int]]:
    """The cells that the layout asks for, in rows that count."""
    rows = [row.index for row in ledger.rows if row.rule is None or row.rule.row != "skip"]
    return {(row, column.index) for row in rows for column in ledger.columns.values()}


def _ledgers(
    sheets: list[Sheet], name: str, tables: Sequence[Table], settings: Settings, log: FaultLog
) -> Iterator[Ledger]:
    units = _known_units(settings)
    for table in tables:
        for sheet in _sheets_for(table.sheet, table.is_required, sheets, name, log):
            ledger = read_ledger(sheet, table, settings.reading, units, log)
            if ledger is not None:
                yield ledger


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


Reader = Callable[[Ledger, Source, Context, FaultLog], tuple[Records, Tally]]


def _places(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_places(ledger, source, context.settings, context.register, log)
    return {"places": records}, tally


def _observations(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_observations(ledger, source, context.register, context.settings, log)
    return {"observations": records}, tally


def _aliases(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_aliases(ledger, context.register, context.settings, log)
    return {"aliases": records}, tally


def _history(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_history(ledger, context.register, context.settings, log)
    return {"history": records}, tally


def _enterprises(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_enterprises(ledger, source, context.register, context.settings, log)
    return {"enterprises": records}, tally


def _problems(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    rows, tally = read_problems(ledger, source, context.register, context.settings, log)
    return {"problem_rows": rows}, tally


def _problem_changes(
    ledger: Ledger, source: Source, context: Context, log: FaultLog
) -> tuple[Records, Tally]:
    rows, tally = read_changes(ledger, source, context.register, context.settings, log)
    return {"problem_changes": rows}, tally


def _problem_updates(
    ledger: Ledger, source: Source, context: Context, log: FaultLog
) -> tuple[Records, Tally]:
    records, tally = read_returned_list(ledger, source, context.register, context.settings, log)
    return {"problem_updates": records}, tally


def _stops(ledger: Ledger, source: Source, context: Context, log: FaultLog) -> tuple[Records, Tally]:
    records, tally = read_stops(ledger, source, context.register, context.settings, context.enterprises, log)
    return {"stops": records}, tally


_READERS: dict[str, Reader] = {
    "places": _places,
    "aliases": _aliases,
    "history": _history,
    "observations": _observations,
    "targets": _observations,
    "enterprises": _enterprises,
    "problems": _problems,
    "problem_changes": _problem_changes,
    "problem_updates": _problem_updates,
    "stops": _stops,
}
