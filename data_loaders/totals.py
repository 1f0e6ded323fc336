"""What a ledger says its rows add up to, against what they add up to.

In: a ledger with its 合计 and 小计 rows, and the observations read from it. Out: a fault for every total that
differs from the sum of its rows; both figures stand in it. Totals are never loaded as places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from data_loaders.headers import Column
from data_loaders.register import Register, parent_of
from data_loaders.tables import Ledger, LedgerRow
from data_loaders.values import parse_number
from data_loaders.workbook import address
from faults import FaultLog
from settings import Settings, ValueColumn

ROUNDING = 0.051  # half a unit of the last digit that ledgers write, and a little: sums are rounded too


def check_totals(
    ledger: Ledger, records: Iterable[dict[str, Any]], register: Register, settings: Settings, log: FaultLog
) -> None:
    """Compare every stated total of `ledger` with the sum of `records`, the observations of its own rows."""
    sums = _sums(ledger, records)
    for row in ledger.rows:
        if row.rule is None or row.rule.row not in ("total", "subtotal"):
            continue
        scope = _scope(row, register)
        if scope is None:
            continue
        for spec, column, _, _ in ledger.figure_columns():
            _compare(ledger, row, spec, column, scope, sums, register, settings, log)


def _sums(ledger: Ledger, records: Iterable[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """Sum of every column by place and by each place above it, in the indicators' units."""
    county_rows = {row.index + 1 for row in ledger.rows if row.rule is not None}
    sums: dict[tuple[str, str], float] = {}
    for record in records:
        value = record["value"] if record["value"] is not None else record["target"]
        if value is None or record["source_row"] in county_rows:
            continue
        code = record["place_code"]
        letters = record["source_cell"].rstrip("0123456789")
        for scope in {code, parent_of(code), code[:6] + "000000"} - {None}:
            key = (str(scope), letters)
            sums[key] = sums.get(key, 0.0) + value
    return sums


def _scope(row: LedgerRow, register: Register) -> str | None:
    if row.rule is not None and row.rule.row == "total":
        return register.county_code
    return register.find(township=row.township).place_code if row.township else None


def _compare(
    ledger: Ledger,
    row: LedgerRow,
    spec: ValueColumn,
    column: Column,
    scope: str,
    sums: dict[tuple[str, str], float],
    register: Register,
    settings: Settings,
    log: FaultLog,
) -> None:
    raw = ledger.sheet.cell(row.index, column.index)
    stated = parse_number(raw, settings.reading.fillers, spec.unit).value
    factor = settings.units.factor(spec.unit, settings.indicators[spec.indicator].unit)
    if stated is None or factor is None:
        return
    added = sums.get((scope, column.letters), 0.0) / factor
    if math.isclose(stated, added, rel_tol=1e-9, abs_tol=ROUNDING):
        return
    log.add(
        ledger.sheet.fault(
            "warning",
            "total_differs",
            f"{register.name(scope)}“{column.shown}”表上合计 {stated:.12g}{spec.unit},"
            f"各行相加 {added:.12g}{spec.unit},相差 {stated - added:+.12g}",
            remedy="请核对各行和合计;看板按各行相加计算。",
            cell=address(row.index, column.index),
            found=f"{stated:.12g}",
            expected=f"{added:.12g}",
            place_code=scope if scope != register.county_code else None,
        )
    )
