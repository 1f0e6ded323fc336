"""Which month or year a ledger, one of its rows or one of its columns is about.

In: a ledger and the period rules of its layout. Out: `YYYY-MM` or `YYYY`, or a fault. Several rules must
agree; where file name and title differ both readings are reported and the first rule that found one wins.
"""

from __future__ import annotations

from data_loaders.tables import Ledger, LedgerRow, opening_lines
from data_loaders.values import cell_text, parse_period
from faults import Fault, FaultLog
from settings import PeriodRule

PLACES = {
    "file": "文件名",
    "sheet": "工作表名",
    "title": "表头上方的标题行",
    "fixed": "config.toml",
    "column": "时期列",
}


def sheet_period(ledger: Ledger, log: FaultLog) -> str | None:
    """The period that holds for the whole sheet; None when it is written in a column, or (with a fault) nowhere."""
    rules = [rule for rule in ledger.table.period if rule.source != "column"]
    readings = [(rule, period) for rule in rules if (period := _reading(ledger, rule)) is not None]
    if not readings:
        if not in_column(ledger):
            log.add(_nowhere(ledger))
        return None
    rule, period = readings[0]
    for other, reading in readings[1:]:
        if not _agree(period, reading):
            log.add(_conflict(ledger, rule, period, other, reading))
    return period


def in_column(ledger: Ledger) -> PeriodRule | None:
    """The rule by which each row names its own period, if the layout has one."""
    return next((rule for rule in ledger.table.period if rule.source == "column"), None)


def row_period(ledger: Ledger, row: LedgerRow, rule: PeriodRule, log: FaultLog) -> str | None:
    """The period in the row's own cell, or None with a fault."""
    text = cell_text(ledger.cell(row, rule.column or ""))
    period = parse_period(text, rule.pattern)
    if period is None:
        log.add(
            ledger.sheet.fault(
                "error",
                "missing_row_period",
                f"“{rule.column}”填的是“{text}”,认不出是哪一年哪一月,这一行没有采用",
                remedy="请写明年份或年月,例如 2026年10月。",
                cell=ledger.where(row, rule.column),
                found=text,
                expected="2026年10月",
            )
        )
    return period


def column_period(period: str, year: str, month: str, year_shift: int) -> str:
    """A column's period: what its own header names, the rest from the table's; shifted by whole years."""
    named = f"{year or period[:4]}-{int(month):02d}" if month else year or period
    return shifted(named, year_shift)


def shifted(period: str, years: int) -> str:
    """The same month or year so many years later."""
    return f"{int(period[:4]) + years}{period[4:]}"


def _reading(ledger: Ledger, rule: PeriodRule) -> str | None:
    match rule.source:
        case "file":
            texts = [ledger.sheet.file.rsplit("/", 1)[-1]]
        case "sheet":
            texts = [ledger.sheet.name]
        case "fixed":
            return rule.value
        case _:
            texts = list(opening_lines(ledger.sheet, ledger.top))
    return next((period for text in texts if (period := parse_period(text, rule.pattern))), None)


def _agree(one: str, other: str) -> bool:
    """A year agrees with each of its months."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short)


def _nowhere(ledger: Ledger) -> Fault:
    places = "、".join(dict.fromkeys(PLACES[rule.source] for rule in ledger.table.period)) or "config.toml"
    return ledger.sheet.fault(
        "error",
        "missing_period",
        f"在{places}里没有找到时期(哪一年哪一月)",
        remedy="请在该处写明,例如 2026年10月。",
        expected="2026年10月",
    )


def _conflict(ledger: Ledger, rule: PeriodRule, period: str, other: PeriodRule, reading: str) -> Fault:
    return ledger.sheet.fault(
        "warning",
        "period_conflict",
        f"{PLACES[rule.source]}写的是 {period},{PLACES[other.source]}写的是 {reading},按{PLACES[rule.source]}采用 {period}",
        remedy="请核对是哪一期,把两处改成一致。",
        found=reading,
        expected=period,
    )
