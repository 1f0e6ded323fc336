"""Ledgers of things in places (enterprises, problems, stops): the reading that they share.

In: a ledger with `fields`. Out: a typed record per row, with its place and its source; a cell that cannot be
read is a fault, and the caller says whether the row can live without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data_loaders.placing import place_of
from data_loaders.register import Register
from data_loaders.tables import Ledger, LedgerRow, has_values
from data_loaders.values import Parsed, cell_text, is_filler, parse_date, parse_number
from faults import FaultLog
from settings import Reading, Source


@dataclass
class Entry:
    """One row under reading: its cells by field name, and whether a fault has rejected it."""

    ledger: Ledger
    row: LedgerRow
    reading: Reading
    log: FaultLog
    place_code: str | None = None
    township_code: str | None = None
    is_rejected: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    def raw(self, name: str) -> Any:
        """The cell's raw content; None when the ledger has no such column."""
        header = self.ledger.table.fields.get(name)
        return None if header is None else self.ledger.cell(self.row, header)

    def text(self, name: str) -> str | None:
        """The cell's text; None for a filler."""
        raw = self.raw(name)
        return None if is_filler(raw, self.reading.fillers) else cell_text(raw)

    def day(self, name: str, is_vital: bool = True) -> date | None:
        """The cell's date; one that cannot be read rejects the row, or is left out where the row can do without."""
        parsed = parse_date(self.raw(name), self.reading.fillers)
        if parsed.problem and not is_vital:
            problem = f"{parsed.problem},这一格没有采用"
            self.flag("error", name, "not_a_date", problem, "日期,如 2026-11-15")
            return None
        return self._typed(name, parsed, "日期,如 2026-11-15")

    def number(self, name: str) -> float | None:
        """The cell's figure; one that cannot be read rejects the row."""
        return self._typed(name, parse_number(self.raw(name), self.reading.fillers), "数字")

    def count(self, name: str) -> int | None:
        """The cell's whole number, not below zero; anything else rejects the row."""
        value = self.number(name)
        if value is None:
            return None
        if value < 0 or not value.is_integer():
            self.reject(
                name, "out_of_range", f"“{cell_text(self.raw(name))}”应是不小于0的整数", "不小于0的整数"
            )
            return None
        return int(value)

    def reject(self, name: str | None, kind: str, problem: str, expected: str, remedy: str = "") -> None:
        """Record a fault at the field's cell and drop the row."""
        self.is_rejected = True
        self.flag("error", name, kind, problem, expected, remedy)

    def flag(
        self, severity: Any, name: str | None, kind: str, problem: str, expected: str, remedy: str = ""
    ) -> None:
        """Record a fault at the field's cell."""
        header = self.ledger.table.fields.get(name) if name else None
        shown = "" if header is None else f"“{header.split('/')[-1]}”:"
        self.log.add(
            self.ledger.sheet.fault(
                severity,
                kind,
                shown + problem,
                remedy=remedy or "请改正这一格。",
                cell=self.ledger.where(self.row, header),
                found=cell_text(self.raw(name)) if name else "",
                expected=expected,
                place_code=self.township_code,
            )
        )

    def source(self, source: Source) -> dict[str, Any]:
        """Where the row stands."""
        return {
            "source_id": source.id,
            "source_file": self.ledger.sheet.file,
            "source_sheet": self.ledger.sheet.name,
            "source_row": self.row.index + 1,
        }

    def _typed(self, name: str, parsed: Parsed[Any], expected: str) -> Any:
        if parsed.problem:
            kind = "not_a_date" if "日期" in expected else "not_a_number"
            self.reject(name, kind, parsed.problem, expected)
        if parsed.remark:
            kind = "date_imprecise" if "日期" in expected else "unit_in_cell"
            self.flag("warning", name, kind, parsed.remark, expected, "请写准确。")
        return parsed.value


def entries(
    ledger: Ledger,
    register: Register,
    reading: Reading,
    log: FaultLog,
    needs_place: bool = True,
    is_placed: bool = True,
) -> Iterator[Entry]:
    """Every row of the ledger that holds something; a row that cannot be placed is rejected if it must be.

    `is_placed` is False for ledgers whose rows may name several places: the reader places them itself.
    """
    for row in ledger.places():
        if not has_values(ledger, row, reading):
            continue
        entry = Entry(ledger=ledger, row=row, reading=reading, log=log)
        is_named = bool(row.code or row.township or row.village)
        if is_placed and (needs_place or is_named):
            placed = place_of(ledger, row, register, log)
            if placed is None:
                entry.is_rejected = True
            else:
                entry.place_code, entry.township_code = placed
        yield entry


def read_entries(
    found: Iterator[Entry], record: Callable[[Entry], dict[str, Any]]
) -> tuple[list[dict[str, Any]], int, int]:
    """The records of the rows that were kept, and how many were kept and rejected."""
    records, rejected = [], 0
    for entry in found:
        values = record(entry)
        if entry.is_rejected:
            rejected += 1
        else:
            records.append(values)
    return records, len(records), rejected
