"""A ledger row → its place code, or a fault that says why not and suggests what was meant.

The one way in which every kind of ledger places its rows, and the account of how it placed them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from data_loaders.register import Register
from data_loaders.tables import Ledger, LedgerRow
from data_loaders.values import is_filler
from faults import FaultLog
from settings import Source

_SEPARATORS = re.compile(r"[、,;/\\\n\r\uff0c\uff1b\uff0f]+")  # the last three are full-width , ; /


def place_of(
    ledger: Ledger,
    row: LedgerRow,
    register: Register,
    log: FaultLog,
    is_empty: bool = False,
    what: str = "这一行",
) -> tuple[str, str | None] | None:
    """(place code, township code) of the row, or None with a fault. An empty row is only worth an info.

    `what` is lost when it cannot be placed.
    """
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
            found.problem + (",这一行没有数字,未采用" if is_empty else f",{what}没有采用"),
            remedy=found.advice,
            cell=ledger.where(row, places.village if row.village else places.township or places.code),
            found="".join((row.township, row.village)) or row.code,
            expected="行政区划代码表里的名称或代码",
            place_code=found.township_code,
        )
    )
    return None


def named_places(row: LedgerRow, register: Register, fillers: tuple[str, ...]) -> list[LedgerRow]:
    """The row once for each place that it names, in written order; once without a name when it names none.

    Several townships with one village or none, and several villages of one township, are several places. None at
    all is returned for several townships with several villages: nobody knows which village is whose.
    """
    if register.find(row.code, row.township, row.village).place_code is not None:
        return [row]
    townships, villages = (_parts(text, fillers) for text in (row.township, row.village))
    if len(townships) > 1 and len(villages) > 1:
        return []
    if row.code and max(len(townships), len(villages)) < 2:
        return [row]
    return [
        replace(row, code="", township=township, village=village)
        for township in townships or [""]
        for village in villages or [""]
    ]


def _parts(text: str, fillers: tuple[str, ...]) -> list[str]:
    """The names that stand in one cell, each once."""
    names = (part.strip() for part in _SEPARATORS.split(text))
    return list(dict.fromkeys(name for name in names if not is_filler(name, fillers)))


def placements(
    ledger: Ledger, source: Source, register: Register, fillers: tuple[str, ...] = ()
) -> Iterator[dict[str, Any]]:
    """How each name or code of the ledger was placed: by code, name, suffix, alias, history, or not at all."""
    rows: Iterable[LedgerRow] = (row for row in ledger.places() if row.label or row.code)
    if source.kind == "problems":  # one row may name several places
        parts = (part for row in rows for part in named_places(row, register, fillers) or [row])
        rows = (part for part in parts if part.code or part.township or part.village)
    named = ((row.code, row.township, row.village) for row in rows)
    for (code, township, village), count in Counter(named).items():
        found = register.find(code, township, village)
        yield {
            "source_id": source.id,
            "label": township + village or code,
            "how": found.how,
            "place_code": found.place_code,
            "rows": count,
        }


def placements_table(records: list[dict[str, Any]]) -> pd.DataFrame:
    """The `placements` table: one row per source and name, with the number of ledger rows that bore it."""
    frame = conform("placements", records)
    key = ["source_id", "label", "how", "place_code"]
    counted = frame.groupby(key, dropna=False)["rows"].sum()
    return conform("placements", counted.reset_index())
