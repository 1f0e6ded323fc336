"""A ledger row → its place code, or a fault that says why not and suggests what was meant.

The one way in which every kind of ledger places its rows, and the account of how it placed them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from data_loaders.register import Register
from data_loaders.tables import Ledger, LedgerRow
from faults import FaultLog
from settings import Source


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
        ledger.sheet.fault(
            "info" if is_empty else "error",
            "unknown_place",
            found.problem + (",这一行没有数字,未采用" if is_empty else ",这一行没有采用"),
            remedy=found.advice,
            cell=ledger.where(row, places.village if row.village else places.township or places.code),
            found="".join((row.township, row.village)) or row.code,
            expected="行政区划代码表里的名称或代码",
            place_code=found.township_code,
        )
    )
    return None


def placements(ledger: Ledger, source: Source, register: Register) -> Iterator[dict[str, Any]]:
    """How each name or code of the ledger was placed: by code, name, suffix, alias, history, or not at all."""
    named = ((row.code, row.township, row.village) for row in ledger.places() if row.label or row.code)
    for (code, township, village), rows in Counter(named).items():
        found = register.find(code, township, village)
        yield {
            "source_id": source.id,
            "label": township + village or code,
            "how": found.how,
            "place_code": found.place_code,
            "rows": rows,
        }


def placements_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """The `placements` table: one row per source and name, with the number of ledger rows that bore it."""
    frame = conform("placements", records)
    key = ["source_id", "label", "how", "place_code"]
    counted = frame.groupby(key, dropna=False)["rows"].sum()
    return conform("placements", counted.reset_index())
