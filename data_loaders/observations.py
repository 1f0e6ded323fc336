"""Ledgers of figures → observations: one row per place x indicator x period, with the cell it came from.

In: ledgers read by their layout, the register, the config. Out: rows of the `observations` table. A cell that
is not a number is a fault and is left out; a filler stays as a missing value, because "the village was in the
report and wrote nothing" is not "zero" and not "the village was not in the report".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_loaders.contract import conform
from data_loaders.placing import place_of
from data_loaders.register import Register
from data_loaders.tables import Ledger, LedgerRow, has_values
from data_loaders.totals import check_totals
from data_loaders.values import cell_text, parse_number, parse_period
from faults import Fault, FaultLog
from settings import PeriodRule, Settings, Source, ValueColumn


@dataclass(frozen=True)
class Tally:
    """Rows of one file that were kept and rejected."""

    kept: int = 0
    rejected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.kept + other.kept, self.rejected + other.rejected)


def read_observations(
    ledger: Ledger, source: Source, register: Register, settings: Settings, log: FaultLog
) -> tuple[list[dict[str, Any]], Tally]:
    """The ledger's observations in the indicators' own units, and how many rows were kept and rejected."""
    rule = ledger.table.period
    fixed = None if rule is None or rule.source == "column" else table_period(ledger, rule)
    if rule is None or (fixed is None and rule.source != "column"):
        log.add(_no_period(ledger, rule))
        return [], Tally()
    records: list[dict[str, Any]] = []
    tally = Tally()
    for row in ledger.rows:
        if row.rule is not None and row.rule.row != "county":
            continue
        is_empty = not has_values(ledger, row, settings.reading)
        placed = _place(ledger, row, register, log, is_empty)
        period = fixed if fixed is not None else _row_period(ledger, row, rule, log)
        if placed is None or period is None:
            tally += Tally(rejected=0 if is_empty else 1)
            continue
        if row.rule is not None and row.rule.year_shift:
            period = _shifted(period, row.rule.year_shift)
        records.extend(_cells(ledger, row, source, settings, log, *placed, period))
        tally += Tally(kept=1)
    if fixed is not None:
        check_totals(ledger, records, register, settings, log)
    return records, tally


def table_period(ledger: Ledger, rule: PeriodRule) -> str | None:
    """The period that holds for the whole sheet: from its file, its name, or a line above the header."""
    sheet = ledger.sheet
    match rule.source:
        case "file":
            return parse_period(sheet.file.rsplit("/", 1)[-1], rule.pattern)
        case "sheet":
            return parse_period(sheet.name, rule.pattern)
        case "fixed":
            return rule.value
    for row in range(min(8, len(sheet.cells))):
        for text in dict.fromkeys(cell_text(cell) for cell in sheet.cells[row]):
            if text and (period := parse_period(text, rule.pattern)):
                return period
    return None


def _row_period(ledger: Ledger, row: LedgerRow, rule: PeriodRule, log: FaultLog) -> str | None:
    period = parse_period(cell_text(ledger.cell(row, rule.column or "")), rule.pattern)
    if period is None:
        log.add(_no_row_period(ledger, row, rule))
    return period


def _shifted(period: str, years: int) -> str:
    return f"{int(period[:4]) + years}{period[4:]}"


def _place(
    ledger: Ledger, row: LedgerRow, register: Register, log: FaultLog, is_empty: bool
) -> tuple[str, str | None] | None:
    if row.rule is not None:
        return register.county_code, None
    return place_of(ledger, row, register, log, is_empty)


def _cells(
    ledger: Ledger,
    row: LedgerRow,
    source: Source,
    settings: Settings,
    log: FaultLog,
    place_code: str,
    township_code: str | None,
    period: str,
) -> Iterator[dict[str, Any]]:
    for column in ledger.table.columns:
        if column.header not in ledger.columns:
            continue
        raw = ledger.cell(row, column.header)
        parsed = parse_number(raw, settings.reading.fillers, column.unit)
        where = ledger.where(row, column.header)
        if parsed.value is not None and parsed.value < 0:
            log.add(_not_a_figure(ledger, where, column, cell_text(raw), "不能小于0", township_code))
            continue
        if parsed.problem:
            log.add(_not_a_figure(ledger, where, column, cell_text(raw), parsed.problem, township_code))
            continue
        if parsed.remark:
            log.add(_unit_in_cell(ledger, where, column, cell_text(raw), parsed.remark, township_code))
        yield {
            "place_code": place_code,
            "indicator_id": column.indicator,
            "period": period[:4] if column.role == "target" else period,
            "value": None if column.role == "target" else _converted(parsed.value, column, settings),
            "target": _converted(parsed.value, column, settings) if column.role == "target" else None,
            "source_cell": where,
            "source_id": source.id,
            "source_file": ledger.sheet.file,
            "source_sheet": ledger.sheet.name,
            "source_row": row.index + 1,
        }


def _converted(value: float | None, column: ValueColumn, settings: Settings) -> float | None:
    factor = settings.units.factor(column.unit, settings.indicators[column.indicator].unit)
    if value is None or factor is None:
        return None
    # Twelve significant digits: what 0.1 + 0.2 adds to a ledger's figure is not the ledger's.
    return float(f"{value * factor:.12g}")


def observations_table(records: list[dict[str, Any]], register: Register, log: FaultLog) -> pd.DataFrame:
    """All observations as one table; a figure reported twice is kept once, and a contradiction is a fault."""
    frame = conform("observations", records)
    frame = frame.assign(is_target=frame["target"].notna(), figure=frame["target"].fillna(frame["value"]))
    # A blank in one ledger does not contradict a figure in another.
    frame = frame.sort_values("figure", key=lambda figures: figures.isna(), kind="stable")
    key = ["place_code", "indicator_id", "period", "is_target"]
    again = frame[frame.duplicated(key) & frame["figure"].notna()]
    kept = frame.drop_duplicates(key)
    pairs = again.merge(kept, on=key, how="left", suffixes=("", "_kept"), validate="many_to_one")
    for pair in pairs.to_dict("records"):
        log.add(_twice(pair, register))
    order = ["indicator_id", "period", "place_code"]
    return conform("observations", kept.sort_values(order, kind="stable").reset_index(drop=True))


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


def _not_a_figure(
    ledger: Ledger, where: str, column: ValueColumn, found: str, problem: str, township: str | None
) -> Fault:
    return Fault(
        "error",
        "not_a_number" if "数字" in problem else "out_of_range",
        f"“{column.header}”填的是“{found}”:{problem}"
        if "“" not in problem
        else f"“{column.header}”:{problem}",
        remedy=f"请只填数字(单位:{column.unit});没有的留空。",
        file=ledger.sheet.file,
        sheet=ledger.sheet.name,
        cell=where,
        found=found,
        expected=f"数字({column.unit})",
        place_code=township,
    )


def _unit_in_cell(
    ledger: Ledger, where: str, column: ValueColumn, found: str, remark: str, township: str | None
) -> Fault:
    return Fault(
        "warning",
        "unit_in_cell",
        f"“{column.header}”填的是“{found}”,{remark},已按数字读取",
        remedy="单位已写在表头,格子里只填数字。",
        file=ledger.sheet.file,
        sheet=ledger.sheet.name,
        cell=where,
        found=found,
        expected=f"数字({column.unit})",
        place_code=township,
    )


def _no_period(ledger: Ledger, rule: PeriodRule | None) -> Fault:
    places = {"file": "文件名", "sheet": "工作表名", "title": "表头上方的标题行", "fixed": "config.toml"}
    where = places.get(rule.source, "表") if rule else "config.toml"
    return Fault(
        "error",
        "missing_period",
        f"在{where}里没有找到时期(哪一年哪一月)",
        remedy="请在该处写明,例如 2026年10月。",
        file=ledger.sheet.file,
        sheet=ledger.sheet.name,
        expected=rule.pattern if rule else "period",
    )


def _no_row_period(ledger: Ledger, row: LedgerRow, rule: PeriodRule) -> Fault:
    return Fault(
        "error",
        "missing_period",
        f"“{rule.column}”里没有时期",
        remedy="请写明年份或年月,例如 2026年10月。",
        file=ledger.sheet.file,
        sheet=ledger.sheet.name,
        cell=ledger.where(row, rule.column),
        found=cell_text(ledger.cell(row, rule.column or "")),
    )
