"""Ledgers of figures → observations: one row per place x indicator x period, with the cell it came from.

In: ledgers read by their layout, the register, the config. Out: rows of the `observations` table. A cell that
is not a number is a fault and is left out; a filler stays as a missing value, because "the village was in the
report and wrote nothing" is not "zero" and not "the village was not in the report".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from data_loaders.cross_reports import are_reconciled, by_precedence
from data_loaders.figures import Figure, figures_of, indicator_names
from data_loaders.ledger_periods import in_column, row_period, sheet_period, shifted
from data_loaders.placing import place_of
from data_loaders.register import Match, Register
from data_loaders.tables import Ledger, LedgerRow, Tally, has_values
from data_loaders.totals import check_totals
from faults import Fault, FaultLog
from settings import Reconcile, Settings, Source


def read_observations(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The ledger's observations in the indicators' own units, and how many rows were kept and rejected."""
    whole = sheet_period(ledger, log)
    own = in_column(ledger)
    if whole is None and own is None:
        return [], Tally()
    names = indicator_names(settings)
    records: list[dict[str, Any]] = []
    tally = Tally()
    for row in ledger.rows:
        if row.rule is not None and row.rule.row != "county":
            continue
        is_empty = not has_values(ledger, row, settings.reading)
        placed = _place(ledger, row, register, log, is_empty)
        period = whole if own is None else row_period(ledger, row, own, FaultLog() if is_empty else log)
        if placed is None or period is None:
            tally += Tally(rejected=0 if is_empty else 1)
            continue
        period = shifted(period, row.year_shift if row.rule is None else row.rule.year_shift)
        place_code, township_code = placed
        found = register.find(row.code, row.township, row.village)
        is_merged = found.how == "history"
        if is_merged and found.since and period > found.since[: len(period)]:
            log.add(_old_place(ledger, row, found, period, register))
        for figure in figures_of(ledger, row, period, township_code, names, settings, log):
            records.append({**_record(figure, place_code, row, ledger, source), "is_merged": is_merged})
        tally += Tally(kept=1)
    if whole is not None and ledger.table.tall is None:
        check_totals(ledger, records, register, settings, log)
    return records, tally


def _place(
    ledger: Ledger, row: LedgerRow, register: Register, log: FaultLog, is_empty: bool
) -> tuple[str, str | None] | None:
    if row.rule is not None:
        return register.county_code, None
    return place_of(ledger, row, register, log, is_empty)


def _record(
    figure: Figure, place_code: str, row: LedgerRow, ledger: Ledger, source: Source
) -> dict[str, Any]:
    is_target = figure.role == "target"
    return {
        "place_code": place_code,
        "indicator_id": figure.indicator_id,
        "period": figure.period[:4] if is_target else figure.period,
        "value": None if is_target else figure.number,
        "target": figure.number if is_target else None,
        "source_text": figure.text,
        "source_cell": figure.cell,
        "source_id": source.id,
        "source_file": ledger.sheet.file,
        "source_sheet": ledger.sheet.name,
        "source_row": row.index + 1,
    }


def reported_rows(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Everything that was read, as a table: what was reported twice stands in it twice."""
    return conform("observations", _merged(records))


def _old_place(ledger: Ledger, row: LedgerRow, found: Match, period: str, register: Register) -> Fault:
    now = register.name(str(found.place_code))
    return ledger.sheet.fault(
        "warning",
        "old_place",
        f"“{row.label or row.code}”自{found.since}起已并入或改为{now},{period}的表里还用旧的,已计入{now}",
        remedy=f"请改用{now}的名称和代码。",
        cell=ledger.where(row),
        found=row.label or row.code,
        expected=now,
        place_code=found.township_code,
    )


def observations_table(
    reported: pd.DataFrame, register: Register, reconcile: tuple[Reconcile, ...], log: FaultLog
) -> pd.DataFrame:
    """All observations as one table; a figure reported twice is kept once, and a contradiction is a fault.

    Of sources that `reconcile` names the first that has a figure is believed; cross_reports.py tells the rest.
    """
    frame = by_precedence(reported, reconcile)
    frame = frame.assign(is_target=frame["target"].notna(), figure=frame["target"].fillna(frame["value"]))
    # A blank in one ledger does not contradict a figure in another.
    frame = frame.sort_values("figure", key=lambda figures: figures.isna(), kind="stable")
    key = ["place_code", "indicator_id", "period", "is_target"]
    again = frame[frame.duplicated(key) & frame["figure"].notna()]
    kept = frame.drop_duplicates(key)
    pairs = again.merge(kept, on=key, how="left", suffixes=("", "_kept"), validate="many_to_one")
    for pair in pairs[~are_reconciled(pairs, reconcile)].to_dict("records"):
        log.add(_twice(pair, register))
    order = ["indicator_id", "period", "place_code"]
    return conform("observations", kept.sort_values(order, kind="stable").reset_index(drop=True))


def _merged(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures of places that were merged since, added up to the place that they are part of now.

    Only rows of the same sheet are parts of one figure; the sum keeps the first part's cell and every text.
    """
    kept: list[dict[str, Any]] = []
    parts: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in records:
        if not record.get("is_merged"):
            kept.append(record)
            continue
        key = tuple(
            record[name] for name in ("place_code", "indicator_id", "period", "source_file", "source_sheet")
        )
        whole = parts.get(key)
        if whole is None:
            parts[key] = dict(record)
            kept.append(parts[key])
            continue
        for name in ("value", "target"):
            if record[name] is not None:
                whole[name] = record[name] + (whole[name] or 0.0)
        whole["source_text"] = f"{whole['source_text']} + {record['source_text']}"
    return kept


def _twice(pair: Mapping[Any, Any], register: Register) -> Fault:
    new, old = pair["figure"], pair["figure_kept"]
    place = register.name(pair["place_code"])
    return Fault(
        "warning" if new == old else "error",
        "duplicate_figure",
        f"{place} {pair['period']} 的同一指标报了两次:{old:g} 和 {new:g},采用了先读到的 {old:g}",
        remedy=f"请与 {pair['source_file_kept']} {pair['source_sheet_kept']} {pair['source_cell_kept']} 核对,删去一处。",
        file=pair["source_file"],
        sheet=pair["source_sheet"],
        cell=pair["source_cell"],
        found=f"{new:g}",
        expected=f"{old:g}",
        place_code=pair["place_code"][:9] + "000",
    )
