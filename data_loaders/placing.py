"""A ledger row → its place code, or a fault that says why not and suggests what was meant.

The one way in which every kind of ledger places its rows.
"""

from __future__ import annotations

from data_loaders.register import Register
from data_loaders.tables import Ledger, LedgerRow
from faults import Fault, FaultLog


def place_of(
    ledger: Ledger, row: LedgerRow, register: Register, log: FaultLog, is_empty: bool = False
) -> tuple[str, str | None] | None:
    """(place code, township code) of the row, or None with a fault. An empty row is only worth an info."""
    found = register.find(row.code, row.township, row.village)
    if found.place_code is not None:
        return found.place_code, found.township_code
    if is_empty and not row.label:
        return None
    places = ledger.table.places
    log.add(
        Fault(
            "info" if is_empty else "error",
            "unknown_place",
            found.problem + (",这一行没有数字,未采用" if is_empty else ",这一行没有采用"),
            remedy=found.advice,
            file=ledger.sheet.file,
            sheet=ledger.sheet.name,
            cell=ledger.where(row, places.village if row.village else places.township or places.code),
            found="".join((row.township, row.village)) or row.code,
            expected="行政区划代码表里的名称或代码",
            place_code=found.township_code,
        )
    )
    return None
