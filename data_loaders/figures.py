"""A ledger row → its figures, whatever the layout: a column per indicator, a column per month, a row per figure.

In: one row of a ledger and its period. Out: `Figure`s, each a number in its indicator's unit with its cell. A
cell that is not a number is a fault and gives no figure; a filler gives a figure without a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from data_loaders.headers import normalised
from data_loaders.ledger_periods import column_period
from data_loaders.tables import Ledger, LedgerRow
from data_loaders.values import cell_text, parse_number
from data_loaders.workbook import address
from faults import Fault, FaultLog
from settings import Settings, Tall


@dataclass(frozen=True)
class Figure:
    """One cell: its number in the indicator's own unit, and what stood there."""

    indicator_id: str
    period: str
    role: Literal["value", "target"]
    number: float | None
    cell: str
    text: str  # as written


@dataclass(frozen=True)
class _Cell:
    """One cell of figures before it is read."""

    raw: Any
    where: str
    header: str
    indicator_id: str
    unit: str
    period: str
    role: Literal["value", "target"]


def indicator_names(settings: Settings) -> dict[str, str]:
    """What a tall ledger may call an indicator, normalised, synonyms included → its id."""
    names = {normalised(spec.name): key for key, spec in settings.indicators.items()}
    for word, others in settings.reading.synonyms.items():
        names.update(
            {normalised(other): names[normalised(word)] for other in others if normalised(word) in names}
        )
    return names


def figures_of(
    ledger: Ledger,
    row: LedgerRow,
    period: str,
    township: str | None,
    names: Mapping[str, str],
    settings: Settings,
    log: FaultLog,
) -> Iterator[Figure]:
    """Every figure of the row; `township` is whom a fault is addressed to, `names` are `indicator_names`."""
    tall = ledger.table.tall
    cells = (
        _wide(ledger, row, period)
        if tall is None
        else _tall(ledger, row, tall, period, township, names, settings, log)
    )
    for cell in cells:
        parsed = parse_number(cell.raw, settings.reading.fillers, cell.unit)
        below_zero = parsed.value is not None and parsed.value < 0
        if parsed.problem or below_zero:
            log.add(_rejected(ledger, cell, parsed.problem, township))
            continue
        if parsed.remark:
            log.add(_remarked(ledger, cell, parsed.remark, township))
        factor = settings.units.factor(cell.unit, settings.indicators[cell.indicator_id].unit)
        if factor is not None:
            number = None if parsed.value is None else _rounded(parsed.value * factor)
            yield Figure(cell.indicator_id, cell.period, cell.role, number, cell.where, cell_text(cell.raw))


def _wide(ledger: Ledger, row: LedgerRow, period: str) -> Iterator[_Cell]:
    for spec, column, year, month in ledger.figure_columns():
        yield _Cell(
            raw=ledger.sheet.cell(row.index, column.index),
            where=address(row.index, column.index),
            header=spec.header if not (year or month) else column.shown,
            indicator_id=spec.indicator,
            unit=spec.unit,
            period=column_period(period, year, month, spec.year_shift),
            role=spec.role,
        )


def _tall(
    ledger: Ledger,
    row: LedgerRow,
    tall: Tall,
    period: str,
    township: str | None,
    names: Mapping[str, str],
    settings: Settings,
    log: FaultLog,
) -> Iterator[_Cell]:
    """The row's one figure: what it is stands in a cell beside it."""
    named = cell_text(ledger.cell(row, tall.indicator))
    indicator_id = names.get(normalised(named))
    if indicator_id is None:
        log.add(_unknown_indicator(ledger, row, tall, named, township))
        return
    wanted = settings.indicators[indicator_id].unit
    unit = (cell_text(ledger.cell(row, tall.unit)) if tall.unit else "") or wanted
    if settings.units.factor(unit, wanted) is None:
        log.add(_unknown_unit(ledger, row, tall, unit, wanted, township))
        return
    where = ledger.where(row, tall.value)
    yield _Cell(ledger.cell(row, tall.value), where, tall.value, indicator_id, unit, period, tall.role)


def _rounded(value: float) -> float:
    """Twelve significant digits: what 0.1 + 0.2 adds to a ledger's figure is not the ledger's."""
    return float(f"{value:.12g}")


def _rejected(ledger: Ledger, cell: _Cell, problem: str, township: str | None) -> Fault:
    found = cell_text(cell.raw)
    return ledger.sheet.fault(
        "error",
        "not_a_number" if problem else "out_of_range",
        f"“{cell.header}”填的是{problem or f'“{found}”,不能小于0'}",
        remedy=f"请只填数字(单位:{cell.unit});没有的留空。",
        cell=cell.where,
        found=found,
        expected=f"数字({cell.unit})",
        place_code=township,
    )


def _remarked(ledger: Ledger, cell: _Cell, remark: str, township: str | None) -> Fault:
    return ledger.sheet.fault(
        "warning",
        "unit_in_cell",
        f"“{cell.header}”填的是“{cell_text(cell.raw)}”,{remark},已按数字读取",
        remedy="单位已写在表头,格子里只填数字。",
        cell=cell.where,
        found=cell_text(cell.raw),
        expected=f"数字({cell.unit})",
        place_code=township,
    )


def _unknown_indicator(ledger: Ledger, row: LedgerRow, tall: Tall, named: str, township: str | None) -> Fault:
    return ledger.sheet.fault(
        "error",
        "unknown_indicator",
        f"“{tall.indicator}”填的是“{named}”,配置里没有这个指标,这一行没有采用",
        remedy="请核对指标名称;是另一种写法的,在 config.toml 的 synonyms 里加上。",
        cell=ledger.where(row, tall.indicator),
        found=named,
        expected="配置里的指标名称",
        place_code=township,
    )


def _unknown_unit(
    ledger: Ledger, row: LedgerRow, tall: Tall, unit: str, wanted: str, township: str | None
) -> Fault:
    return ledger.sheet.fault(
        "error",
        "unknown_unit",
        f"单位“{unit}”换算不成{wanted},这一行没有采用",
        remedy="请核对单位;确实可换算的,在 config.toml 的 units.conversions 里写明。",
        cell=ledger.where(row, tall.unit),
        found=unit,
        expected=wanted,
        place_code=township,
    )
