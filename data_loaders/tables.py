"""A sheet and its declared layout → the rows of a ledger, each with its label and its place.

In: a `Sheet` and a `settings.Table`. Out: a `Ledger`: data rows, totals and last-year rows told apart by the
config's row rules, and the columns that the config asks for. A missing header or column is a fault that
stops publication; nothing here knows what an indicator means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from data_loaders.headers import Column, columns_of, header_row, matching, normalised, period_columns
from data_loaders.values import cell_text, is_filler, squeezed
from data_loaders.workbook import Sheet, address
from faults import Fault, FaultLog
from settings import PERIOD_IN_HEADER, Reading, RowRule, Table, ValueColumn


@dataclass(frozen=True)
class Tally:
    """Rows of one file that were kept and rejected."""

    kept: int = 0
    rejected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.kept + other.kept, self.rejected + other.rejected)


@dataclass(frozen=True)
class LedgerRow:
    """One row under the header. `rule` is set when it is not a row of a place."""

    index: int  # from 0; Excel's row is one more
    label: str
    code: str
    township: str
    village: str
    rule: RowRule | None = None
    year_shift: int = 0  # -1: the row carries last year's figures


@dataclass(frozen=True)
class Ledger:
    """A sheet read by its layout."""

    sheet: Sheet
    table: Table
    columns: dict[str, Column]  # header text as in the config → column
    periods: dict[str, list[tuple[Column, str, str]]] = field(
        default_factory=dict
    )  # header → column, year, month
    top: int = 0  # index of the header's first row; titles stand above it
    rows: list[LedgerRow] = field(default_factory=list)

    def cell(self, row: LedgerRow, header: str) -> Any:
        """Raw content of the row under `header`; None when the column is absent."""
        column = self.columns.get(header)
        return None if column is None else self.sheet.cell(row.index, column.index)

    def where(self, row: LedgerRow, header: str | None = None) -> str:
        """The cell's address, or the row's when no column is meant."""
        column = self.columns.get(header) if header else None
        return f"第{row.index + 1}行" if column is None else address(row.index, column.index)

    def figure_columns(self) -> Iterator[tuple[ValueColumn, Column, str, str]]:
        """Every column of figures with what the layout says of it and the (year, month) in its own header."""
        for spec in self.table.columns:
            if spec.header in self.columns:
                yield spec, self.columns[spec.header], "", ""
            for column, year, month in self.periods.get(spec.header, []):
                yield spec, column, year, month

    def places(self) -> Iterator[LedgerRow]:
        """The rows that stand for a place (or for a thing in a place)."""
        return (row for row in self.rows if row.rule is None)


def read_ledger(
    sheet: Sheet, table: Table, reading: Reading, units: Iterable[str], log: FaultLog
) -> Ledger | None:
    """The sheet's ledger; None (with a fault) when its header or a required column is not there."""
    top = header_row(sheet, table.header)
    if top is None:
        log.add(_no_header(sheet, table))
        return None
    columns = columns_of(sheet, top, table.header.rows, units, reading.synonyms)
    found = _find_columns(sheet, table, columns, log)
    periods = _find_period_columns(sheet, table, columns, log)
    if found is None or periods is None:
        return None
    ledger = Ledger(sheet=sheet, table=table, columns=found, periods=periods, top=top)
    ledger.rows.extend(_rows(ledger, columns, top + table.header.rows, reading))
    return ledger


def _wanted(table: Table) -> dict[str, bool]:
    """Every header that the layout names → whether it must be there."""
    places = table.places
    wanted = {
        header: True for header in (places.code, places.township, places.village, places.block) if header
    }
    wanted.update({header: name not in table.optional_fields for name, header in table.fields.items()})
    wanted.update({c.header: c.required for c in table.columns if PERIOD_IN_HEADER not in c.header})
    if table.tall is not None:
        tall = (table.tall.indicator, table.tall.value, table.tall.unit)
        wanted.update({header: True for header in tall if header})
    wanted.update({rule.column: True for rule in table.period if rule.column})
    return wanted


def _find_columns(
    sheet: Sheet, table: Table, columns: list[Column], log: FaultLog
) -> dict[str, Column] | None:
    found: dict[str, Column] = {}
    complete = True
    units = {column.header: column.unit for column in table.columns}
    for header, required in _wanted(table).items():
        candidates = matching(columns, header)
        # One merged header may cover several columns (指标名称 over a label and a 本年/上年 column).
        first = candidates[:1]
        if len({c.shown for c in candidates}) > 1:
            log.add(_ambiguous(sheet, header, candidates))
            complete = False
        elif not candidates:
            if required:
                log.add(_missing(sheet, header, columns))
                complete = False
        elif header in units and first[0].units and units[header] not in first[0].units:
            log.add(_other_unit(sheet, header, units[header], first[0]))
            complete = False
        else:
            found[header] = first[0]
    return found if complete else None


def _find_period_columns(
    sheet: Sheet, table: Table, columns: list[Column], log: FaultLog
) -> dict[str, list[tuple[Column, str, str]]] | None:
    found: dict[str, list[tuple[Column, str, str]]] = {}
    complete = True
    for spec in table.columns:
        if PERIOD_IN_HEADER not in spec.header:
            continue
        group = spec.header.removesuffix(PERIOD_IN_HEADER).rstrip("/")
        found[spec.header] = period_columns(columns, group, spec.period_pattern)
        if not found[spec.header] and spec.required:
            log.add(_missing(sheet, spec.header.replace(PERIOD_IN_HEADER, "1月、2月……"), columns))
            complete = False
        for column, _, _ in found[spec.header]:
            if column.units and spec.unit not in column.units:
                log.add(_other_unit(sheet, spec.header, spec.unit, column))
                complete = False
    return found if complete else None


def _rows(ledger: Ledger, columns: list[Column], first: int, reading: Reading) -> Iterator[LedgerRow]:
    sheet, places = ledger.sheet, ledger.table.places
    labels = _label_columns(ledger.table, columns)
    rules = (*ledger.table.rows, *reading.rows)
    everywhere = township_of(ledger)
    township, above = everywhere, ""
    for index in range(first, len(sheet.cells)):
        texts = _distinct(sheet, index, labels)
        label = squeezed("".join(texts))
        opening = next((t for t in (sheet.text(index, c) for c in range(sheet.width)) if t), "")
        rule = _rule_for(rules, label, opening)
        if rule is not None and rule.row == "end":
            return
        if not opening:
            continue
        year_shift = 0
        if rule is not None and rule.row == "place":
            year_shift, rule = rule.year_shift, None
        named = _text(ledger, index, places.township)
        village = _text(ledger, index, places.village)
        if places.block and places.village and not village and not named:
            village = above  # the place is named in the first of its rows
        # A township is often written once, above its villages, without a merged cell.
        township = named if named and rule is None else township
        belongs_above = rule is not None or (not named and (village or places.block))
        above = village
        yield LedgerRow(
            index=index,
            label=label,
            code=_text(ledger, index, places.code),
            township=township if belongs_above else named,
            village=village,
            rule=rule,
            year_shift=year_shift,
        )


def township_of(ledger: Ledger) -> str:
    """The township that the whole sheet is about, when the layout says where that is written; else ""."""
    sheet, places = ledger.sheet, ledger.table.places
    match places.township_from:
        case "sheet":
            texts = [sheet.name]
        case "file":
            texts = [sheet.file.rsplit("/", 1)[-1]]
        case "title":
            texts = list(opening_lines(sheet, ledger.top))
        case _:
            return ""
    found = (re.search(places.township_pattern, squeezed(text)) for text in texts)
    return next((match["name"] for match in found if match), "")


def opening_lines(sheet: Sheet, top: int) -> Iterator[str]:
    """The texts above the header, which begins in row `top`; each once per row, from the top."""
    for row in range(top):
        yield from dict.fromkeys(text for text in map(cell_text, sheet.cells[row]) if text)


def _label_columns(table: Table, columns: list[Column]) -> list[Column]:
    places = table.places
    headers = [header for header in (places.township, places.village, places.block) if header]
    return [column for header in headers for column in matching(columns, header)]


def _distinct(sheet: Sheet, row: int, columns: list[Column]) -> list[str]:
    texts: list[str] = []
    for column in columns:
        text = sheet.text(row, column.index)
        # Only a merge repeats a text; 黄石镇 beside a village also called 黄石镇 stays.
        if text and not ((row, column.index) in sheet.merged and texts and texts[-1] == text):
            texts.append(text)
    return texts


def _rule_for(rules: tuple[RowRule, ...], label: str, opening: str) -> RowRule | None:
    opening = squeezed(opening)
    for rule in rules:
        if re.search(rule.match, label) or (
            (not label or rule.row == "end") and re.search(rule.match, opening)
        ):
            return rule
    return None


def _text(ledger: Ledger, index: int, header: str | None) -> str:
    column = ledger.columns.get(header) if header else None
    return "" if column is None else ledger.sheet.text(index, column.index)


def has_values(ledger: Ledger, row: LedgerRow, reading: Reading) -> bool:
    """Whether any column that the layout asks for holds more than a filler in this row."""
    figures = [column.index for _, column, _, _ in ledger.figure_columns()]
    named = ledger.table.fields.values() if ledger.table.tall is None else (ledger.table.tall.value,)
    things = [ledger.columns[header].index for header in named if header in ledger.columns]
    return any(not is_filler(ledger.sheet.cell(row.index, c), reading.fillers) for c in figures or things)


def _no_header(sheet: Sheet, table: Table) -> Fault:
    message = f"没有找到表头“{table.header.starts}”"
    remedy = "请恢复原表头,或在 config.toml 的 header 里写明表头第一格的文字。"
    names = _sheet_names_in(sheet, 0)
    if len(names) >= 3:
        message += f":第一列写的是本文件各工作表的名称({'、'.join(names[:3])}……),原来的内容像是被盖掉了"
        remedy = "请从原表恢复第一列;这张表没有采用。"
    return sheet.fault(
        "error",
        "missing_header",
        message,
        remedy=remedy,
        cell="A列" if len(names) >= 3 else "",
        expected=table.header.starts,
    )


def _sheet_names_in(sheet: Sheet, column: int) -> list[str]:
    """The workbook's sheet names that a column holds: pasted there by a macro, they hide what it was about."""
    siblings = set(map(squeezed, sheet.siblings))
    texts = (sheet.text(row, column) for row in range(len(sheet.cells)))
    return [text for text in texts if squeezed(text) in siblings]


def _missing(sheet: Sheet, header: str, columns: list[Column]) -> Fault:
    last = normalised(header.split("/")[-1])
    alike = [c for c in columns if c.path and (last in c.path[-1] or c.path[-1] in last)]
    hint = ";相近的列有:" + "、".join(f"{c.letters}列“{c.shown}”" for c in alike[:3]) if alike else ""
    return sheet.fault(
        "error",
        "missing_column",
        f"缺少列“{header}”{hint}",
        remedy="请补上这一列,或在 config.toml 里把列名改成表里的写法。",
        expected=header,
    )


def _ambiguous(sheet: Sheet, header: str, candidates: list[Column]) -> Fault:
    shown = "、".join(f"{c.letters}列“{c.shown}”" for c in candidates[:4])
    shown += f"等{len(candidates)}列" if len(candidates) > 4 else ""
    return sheet.fault(
        "error",
        "ambiguous_column",
        f"“{header}”对得上不止一列:{shown}",
        remedy="请在 config.toml 里把上级表头也写上,例如 香菇/产量。",
        found=shown,
        expected=header,
    )


def _other_unit(sheet: Sheet, header: str, unit: str, column: Column) -> Fault:
    stated = "、".join(sorted(column.units))
    return sheet.fault(
        "error",
        "unit_mismatch",
        f"列“{header}”的单位写的是{stated},配置里是{unit}",
        remedy="请核对单位;表里改了单位的,config.toml 里也要改。",
        cell=f"{column.letters}列",
        found=stated,
        expected=unit,
    )
