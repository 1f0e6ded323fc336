"""Writes the whole raw folder of 青岚县, as its townships and bureaus would have sent it.

In: a folder. Out: the files in it, the same to the byte every time, and the list of what is wrong in them on
purpose. It asks no clock and touches no other file of the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from demo import (
    chains,
    enterprises,
    evidence,
    households,
    income,
    loans,
    mistakes,
    monthly,
    problem_changes,
    problem_ledgers,
    problems,
    register,
    route,
    route_photos,
    targets,
)
from demo.county import County, county
from demo.enterprises import Enterprise
from demo.industries import Figures, figures
from demo.mistakes import Planted
from demo.monthly import Reports
from demo.months import MONTHS, QUARTER_ENDS, YEARS
from demo.route import Stop
from demo.workbook import Sheet, write_workbook

Progress = Callable[[int, int, str], None]
Book = tuple[str, list[Sheet], tuple[str, ...]]  # file, sheets, empty sheets behind them


def write_county(raw: Path, progress: Progress | None = None) -> list[Planted]:
    """Writes every raw file below `raw`; `progress` is told (done, total, file) after each.

    Returns where the deliberate faults stand.
    """
    raw.mkdir(parents=True, exist_ok=True)
    here = county()
    papers = list(evidence.files([one for listed in problems.problems(here).values() for one in listed]))
    true = figures(here)
    listed = enterprises.enterprises(here, true)
    reports = monthly.Reports(here, mistakes.with_copied_month(here, true))
    stops = route.stops(reports, listed)
    papers += route_photos.files(here, stops)
    ledgers = len(problems.INSPECTIONS) + 1 + len(problem_changes.YEARS)
    yearly = 2 * len(YEARS) + len(loans.YEARS) + len(income.YEARS)
    total = 4 + yearly + len(QUARTER_ENDS) + ledgers + len(MONTHS) + len(papers)
    register.write_borders(here, raw / register.BORDERS_FILE)
    if progress:
        progress(1, total, register.BORDERS_FILE)
    planted: list[Planted] = []
    for done, (file, sheets, empty) in enumerate(_books(here, true, listed, reports, stops), start=2):
        planted += mistakes.plant(file, sheets)
        write_workbook(raw / file, sheets, empty)
        if progress:
            progress(done, total, file)
    for done, (file, content) in enumerate(papers, start=total - len(papers) + 1):
        (raw / file).parent.mkdir(parents=True, exist_ok=True)
        (raw / file).write_bytes(content)
        if progress:
            progress(done, total, file)
    return planted


def _books(
    here: County,
    true: Mapping[str, Figures],
    listed: list[Enterprise],
    reports: Reports,
    stops: Sequence[Stop],
) -> Iterator[Book]:
    """Every workbook, one at a time; months last, they are many."""
    yield register.REGISTER_FILE, [register.register_sheet(here)], ()
    yield enterprises.FILE_NAME, [enterprises.ledger_sheet(here, listed)], ()
    yield route.FILE_NAME, [route.route_sheet(reports, stops)], ()
    for year in YEARS:
        yield targets.file_name(year), [targets.target_sheet(here, true, year)], ()
    for quarter, sheet in zip(QUARTER_ENDS, households.household_sheets(here), strict=True):
        yield households.file_name(quarter), [sheet], ()
    linked = chains.chains(here, true)
    for year in YEARS:
        yield chains.file_name(year), chains.ledger_sheets(here, linked, year), ()
    for year in loans.YEARS:
        yield loans.file_name(year), loans.progress_sheets(here, year), ()
    for year in income.YEARS:
        yield income.file_name(year), income.income_sheets(here, year), ()
    yield from _problem_books(here)
    for index, month in enumerate(MONTHS):
        # Excel's first sheet is rarely deleted.
        yield monthly.file_name(month), monthly.report_sheets(reports, index), ("Sheet1",)


def _problem_books(here: County) -> Iterator[Book]:
    """The ledgers of problems, the one that a township keeps too, and those of their changes."""
    found = problems.problems(here)
    for inspection in problems.INSPECTIONS:
        sheet = problem_ledgers.ledger_sheet(here, inspection, found[inspection.prefix])
        yield problem_ledgers.file_name(inspection), [sheet], ()
    repeated = found[problem_ledgers.TOWNSHIP_INSPECTION.prefix]
    yield problem_ledgers.TOWNSHIP_FILE, [problem_ledgers.township_sheet(here, repeated)], ()
    everything = [one for listed in found.values() for one in listed]
    for year in problem_changes.YEARS:
        yield problem_changes.file_name(year), [problem_changes.changes_sheet(everything, year)], ()
