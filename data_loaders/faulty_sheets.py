"""The sheets that must be corrected, read once more for the workbook that goes back.

In: settings, the raw folder, the faults. Out: each such sheet as it came through the door, that is with
personal data blanked and masked. Refuses to bring back more than a clerk can work through: the sheets with
errors come first, the others are counted. Files without faults are not opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data_loaders.inbox import RawFile, read_inbox
from data_loaders.personal import without_personal
from data_loaders.workbook import Sheet, read_workbook
from faults import DataProblem, FaultLog
from settings import Settings, Source

MOST_SHEETS = 40
MOST_CELLS = 300_000  # of all copies together: the workbook is sent by post and opened on old computers

Where = tuple[str, str]  # file and sheet


@dataclass(frozen=True)
class FaultySheets:
    """The sheets in the order of their importance, and how many more have faults."""

    sheets: tuple[Sheet, ...] = ()
    left_out: int = 0


def faulty_sheets(settings: Settings, raw: Path, faults: pd.DataFrame) -> FaultySheets:
    """The sheets that an error or a warning points into."""
    wanted = _wanted(faults)
    names = {file for file, _ in wanted}
    inbox = read_inbox(
        raw, settings.sources, settings.limits, FaultLog(), leave_out=settings.paths.not_ledgers
    )
    readers: dict[str, tuple[RawFile, list[Source]]] = {}
    for source in settings.sources:
        if source.kind != "boundaries":
            for file in inbox.matching(source):
                if file.name in names:
                    readers.setdefault(file.name, (file, []))[1].append(source)
    opened: dict[str, dict[str, Sheet]] = {}
    found: list[Sheet] = []
    cells = unread = 0
    for file_name, sheet_name in wanted:
        if file_name not in readers:
            continue  # a file of boundaries has no cells
        if len(found) == MOST_SHEETS or cells > MOST_CELLS:
            unread += 1
            continue
        if file_name not in opened:
            opened[file_name] = {sheet.name: sheet for sheet in _read(*readers[file_name], settings)}
        sheet = opened[file_name].get(sheet_name)
        if sheet is None:
            continue
        cells += len(sheet.cells) * sheet.width
        if cells > MOST_CELLS and found:
            unread += 1
        else:
            found.append(sheet)
    return FaultySheets(tuple(found), unread)


def _wanted(faults: pd.DataFrame) -> list[Where]:
    """Files and sheets to copy: most errors first, then most warnings, then by name."""
    seen = faults[faults["severity"].isin(["error", "warning"]) & (faults["cell"].fillna("") != "")]
    errors = seen["severity"].eq("error")
    counts = (
        seen.assign(errors=errors, warnings=~errors)
        .groupby(["file", "sheet"], as_index=False)[["errors", "warnings"]]
        .sum()
        .sort_values(["errors", "warnings", "file", "sheet"], ascending=[False, False, True, True])
    )
    return [(str(file), str(sheet)) for file, sheet in zip(counts["file"], counts["sheet"], strict=True)]


def _read(file: RawFile, sources: list[Source], settings: Settings) -> Iterator[Sheet]:
    try:
        sheets = read_workbook(file.read(settings.limits), file.name, settings.limits, FaultLog())
    except DataProblem:
        return  # the file itself is the fault
    # A file that two sources read has passed the door of each, and what either blanks stays blank.
    for source in sources:
        sheets = without_personal(sheets, source.layouts(), settings, FaultLog())
    yield from sheets
